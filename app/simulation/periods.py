"""The time that a run is of, and the time it took to compute: two clocks that are told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from app import numbers
from twin_model.errors import ShapanError
from twin_model.time import Instant


def period_text(start: Instant, end: Instant) -> str:
    """Return a period in local time, with the day of its end where that is another.

    Parameters
    ----------
    start, end : Instant
    """
    first, last = (one.to_datetime().astimezone() for one in (start, end))
    clock = "%H:%M:%S" if first.second or last.second else "%H:%M"
    day = "%Y-%m-%d "
    same = first.date() == last.date()
    return f"{first:{day + clock}} – {last:{clock if same else day + clock}}"


def computed_s(about: Mapping[str, Any]) -> float:
    """Return how long it took to compute a run, seconds; NaN where that is not known.

    Parameters
    ----------
    about : dict
        What the run says of itself.
    """
    try:
        began, ended = (Instant.parse(str(about[name])) for name in ("began", "ended"))
    except (KeyError, ShapanError):
        return math.nan
    return max(0.0, (ended.us - began.us) / 1e6)


def computed_text(seconds: float) -> str:
    """Return how long it took to compute a run; empty where that is not known."""
    if not math.isfinite(seconds):
        return ""
    return numbers.duration(seconds) if seconds >= 1.0 else (
        QCoreApplication.translate("Numbers", "less than a second"))  # fmt: skip
