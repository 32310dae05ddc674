"""Words for steps, qualities and states of a reconstruction."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app import numbers

_STEPS: Final = {
    "photos": QT_TRANSLATE_NOOP("Reconstruct", "Photographs"),
    "poses": QT_TRANSLATE_NOOP("Reconstruct", "Poses"),
    "georeference": QT_TRANSLATE_NOOP("Reconstruct", "Georeference"),
    "stereo": QT_TRANSLATE_NOOP("Reconstruct", "Dense matching"),
    "field": QT_TRANSLATE_NOOP("Reconstruct", "Radiance field"),
    "surface": QT_TRANSLATE_NOOP("Reconstruct", "Surface"),
    "products": QT_TRANSLATE_NOOP("Reconstruct", "Products"),
    "comparison": QT_TRANSLATE_NOOP("Reconstruct", "Comparison"),
}
_QUALITIES: Final = {
    "draft": QT_TRANSLATE_NOOP("Reconstruct", "Draft (1600 px)"),
    "normal": QT_TRANSLATE_NOOP("Reconstruct", "Normal (3200 px)"),
    "high": QT_TRANSLATE_NOOP("Reconstruct", "High (full size)"),
}


def _said(text: str) -> str:
    return QCoreApplication.translate("Reconstruct", text)


def step(name: str) -> str:
    """Return the name of a step."""
    return _said(str(_STEPS[name])) if name in _STEPS else name


def quality(name: str) -> str:
    """Return the name of a quality."""
    return _said(str(_QUALITIES[name])) if name in _QUALITIES else name


def size_mb(megabytes: float) -> str:
    """Return a size that is an estimate: no finer than it is worth."""
    if megabytes >= 1024:
        return f"{numbers.fixed(megabytes / 1024, 1)} GiB"
    return f"{numbers.integer(max(10, 10 * round(megabytes / 10)))} MiB"


def minutes(value: float) -> str:
    """Return how long something will take, roughly."""
    if value < 1.0:
        return QCoreApplication.translate("Reconstruct", "about a minute")
    if value < 90:
        return QCoreApplication.translate("Reconstruct", "about {0} min").format(round(value))
    return QCoreApplication.translate("Reconstruct", "about {0} h").format(
        numbers.fixed(value / 60, 1)
    )
