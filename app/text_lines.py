"""Names that are too long for their place, in two lines that keep beginning and end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

#: A line ends after one of these where one is near enough to its end.
_BREAKS: Final = " -–_/·"


def in_two_lines(text: str, metrics: QFontMetrics, width_px: int) -> list[str]:
    """Return a text as one line where it fits, else as two.

    What does not fit into two lines is left out in the middle, at the start of the second: names
    of one kind begin and end with what tells them apart.

    Parameters
    ----------
    text : str
    metrics : QFontMetrics
    width_px : int
        Of a line.
    """
    if metrics.horizontalAdvance(text) <= width_px or len(text) < 2:
        return [text]
    end = max(1, _fitting(text, metrics, width_px))
    at = max((text.rfind(mark, 0, end + 1) for mark in _BREAKS), default=-1)
    if at >= end // 2:
        end = at + 1
    first, rest = text[:end].rstrip(), text[end:].lstrip()
    second = metrics.elidedText(rest, Qt.TextElideMode.ElideLeft, width_px)
    return [first, second] if second else [first]


def _fitting(text: str, metrics: QFontMetrics, width_px: int) -> int:
    """Return how many characters fit into a width."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if metrics.horizontalAdvance(text[:middle]) <= width_px:
            low = middle
        else:
            high = middle - 1
    return low
