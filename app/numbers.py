"""Numbers as people read them: a unit always, digits by what the value is worth."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale


def unknown() -> str:
    """Return the word for a value that nobody knows."""
    return QCoreApplication.translate("Numbers", "unknown")


def integer(value: int) -> str:
    """Return a whole number with the locale's grouping."""
    return QLocale().toString(int(value))


def fixed(value: float, digits: int) -> str:
    """Return a number with a fixed count of decimals."""
    return QLocale().toString(float(value), "f", digits)


def true_minus(text: str) -> str:
    """Return a number for reading: with the sign for minus, and none where it reads as zero."""
    digits = text.lstrip("-−")
    is_zero = not any(sign in "123456789" for sign in digits)
    return digits if is_zero or digits == text else f"−{digits}"


def length(metres: float, accuracy_m: float | None = None) -> str:
    """Return a length in metres or kilometres, no finer than its accuracy.

    Parameters
    ----------
    metres : float
    accuracy_m : float or None
        One sigma; centimetres are shown where it is not known.
    """
    if not math.isfinite(metres):
        return unknown()
    if abs(metres) >= 10_000:
        return f"{fixed(metres / 1000, 2)} km"
    digits = 2 if accuracy_m is None else max(0, min(3, -math.floor(math.log10(accuracy_m))))
    return f"{fixed(metres, digits)} m"


def area(square_metres: float) -> str:
    """Return an area in m², hectares or km²."""
    if not math.isfinite(square_metres):
        return unknown()
    if square_metres >= 1e6:
        return f"{fixed(square_metres / 1e6, 3)} km²"
    if square_metres >= 1e4:
        return f"{fixed(square_metres / 1e4, 2)} ha"
    return f"{fixed(square_metres, 1)} m²"


def size(count: float) -> str:
    """Return a number of bytes in binary units."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{fixed(count, 0)} {unit}"
        count /= 1024
    return f"{fixed(count, 1)} GiB"


def short(count: int) -> str:
    """Return a count in few characters: 1 204, 48.2 M."""
    if count >= 1_000_000:
        return f"{fixed(count / 1e6, 1 if count >= 10_000_000 else 2)} M"
    if count >= 100_000:
        return f"{fixed(count / 1e3, 0)} k"
    return integer(count)


def degrees(longitude: float, latitude: float) -> str:
    """Return a place as ``N 30.27410° E 120.15510°`` (about one metre a digit)."""
    north = "N" if latitude >= 0 else "S"
    east = "E" if longitude >= 0 else "W"
    return f"{north} {fixed(abs(latitude), 5)}° {east} {fixed(abs(longitude), 5)}°"


def duration(seconds: float) -> str:
    """Return a duration in the largest sensible units."""
    total = max(0, round(seconds))
    if total < 60:
        return QCoreApplication.translate("Numbers", "{0} s").format(total)
    minutes, rest = divmod(total, 60)
    if total < 3600:
        if not rest:
            return QCoreApplication.translate("Numbers", "{0} min").format(minutes)
        return QCoreApplication.translate("Numbers", "{0} min {1} s").format(minutes, rest)
    hours, rest = divmod(minutes, 60)
    if not rest:
        return QCoreApplication.translate("Numbers", "{0} h").format(hours)
    return QCoreApplication.translate("Numbers", "{0} h {1} min").format(hours, rest)


def about(seconds: float) -> str:
    """Return how long something takes, as far as that is foreseen."""
    if seconds < 1.0:
        return QCoreApplication.translate("Numbers", "less than a second")
    return QCoreApplication.translate("Numbers", "about {0}").format(duration(seconds))


def roughly(seconds: float) -> str:
    """Return how long something takes that is a guess: no finer than that is worth."""
    step = 10.0 if seconds < 90 else 60.0 if seconds < 5400 else 600.0
    return about(max(step, step * round(seconds / step)))
