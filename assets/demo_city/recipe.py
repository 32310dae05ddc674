"""Writes the demo city's source files, in the order in which they are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoSource:
    """One file of the demo city.

    Parameters
    ----------
    path : Path
        File or folder.
    name : str
        Layer name to show.
    crs : str or None
        To give at import; None where the file says it itself.
    epoch : str or None
        Date of survey, ISO 8601.
    """

    path: Path
    name: str
    crs: str | None = None
    epoch: str | None = None


def build_sources(
    folder: Path, size: str, job_report: Callable[[str, int, int], None]
) -> list[DemoSource]:
    raise NotImplementedError
