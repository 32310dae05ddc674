"""What the command line prints, and its exit codes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from ingest.pipeline.job import Job, Progress


class Exit(IntEnum):
    """Exit codes, a contract (see docs/command-line.md)."""

    DONE = 0
    PARTLY = 1
    USAGE = 2
    NO_PROJECT = 3
    CANCELLED = 130


def print_json(value: Any) -> None:
    """Print *value* as JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False, default=_plain))


def _plain(value: Any) -> Any:
    """Return NumPy scalars and arrays as Python values."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")


def print_error(text: str) -> None:
    """Print one line on standard error."""
    line = " ".join(text.split())
    print(f"error: {line}", file=sys.stderr)


def print_warning(text: str) -> None:
    """Print one line on standard error."""
    line = " ".join(text.split())
    print(f"warning: {line}", file=sys.stderr)


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Print columns aligned by their widest cell (Chinese counts two)."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(display_width(line[n]) for line in lines) for n in range(len(header))]
    for line in lines:
        cells = [cell + " " * (widths[n] - display_width(cell)) for n, cell in enumerate(line)]
        print("  ".join(cells).rstrip())


def display_width(text: str) -> int:
    """Return how many terminal columns *text* takes."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def format_count(value: int) -> str:
    """Return a number with thin separators: 1 204 500."""
    return f"{value:,}".replace(",", " ")


def format_counts(counts: dict[str, int]) -> str:
    """Return ``12 345 points, 3 tiles``."""
    return ", ".join(f"{format_count(n)} {what}" for what, n in counts.items())


def _rough(seconds: float) -> str:
    """Return a duration no finer than a guess is worth: ``40 s``, ``12 min``, ``2.5 h``."""
    if seconds < 90:
        return f"{max(10, 10 * round(seconds / 10))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class ProgressPrinter:
    """Shows a job's progress on standard error: a bar on a terminal, JSON lines, or nothing.

    Parameters
    ----------
    mode : str
        ``auto``, ``json`` or ``none``.
    """

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._bar = mode == "auto" and sys.stderr.isatty()
        self._shown = False
        self._started_s = time.monotonic()

    def job(self, on_line: Callable[[Progress], None] | None = None) -> Job:
        """Return a job that reports here."""
        return Job(on_line or self.show)

    def show(self, progress: Progress) -> None:
        """Show one report."""
        if self._mode == "json":
            line = {
                "stage": progress.stage,
                "done": progress.done,
                "total": progress.total,
                "unit": progress.unit,
                "seconds": round(time.monotonic() - self._started_s, 2),
            }
            if progress.left_s is not None:
                line["left_s"] = round(progress.left_s, 1)
            print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
        elif self._bar:
            self._shown = True
            share = min(1.0, progress.done / progress.total) if progress.total else 0.0
            filled = int(share * 24)
            bar = "█" * filled + "·" * (24 - filled)
            amount = f"{format_count(progress.done)} {progress.unit}" if progress.unit else ""
            left = "" if progress.left_s is None else f", {_rough(progress.left_s)} left"
            text = f"\r{bar} {progress.stage} {amount}{left}"
            print(text[:100].ljust(100), end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the bar."""
        if self._shown:
            print("\r" + " " * 100 + "\r", end="", file=sys.stderr, flush=True)
            self._shown = False
