"""Names that are too long for their place, in two lines that keep beginning and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

#: A line ends after one of these where one is near enough to its end.
_BREAKS: Final = " -–_/·."
_VOWELS: Final = frozenset("aeiouyäöü")
#: Letters of a word that at least go to the next line together.
_LEAST: Final = 4


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
    at, hyphen = _break(text, end, lambda rest: metrics.horizontalAdvance(rest) <= width_px)
    first, rest = text[:at].rstrip() + hyphen, text[at:].lstrip()
    second = metrics.elidedText(rest, Qt.TextElideMode.ElideLeft, width_px)
    return [first, second] if second else [first]


def _break(text: str, end: int, fits: Callable[[str], bool]) -> tuple[int, str]:
    """Return where a text is broken at the latest by *end*, and what then stands at the line's end.

    Between words where that is near enough; else at a capital within one, at an early gap, and at
    last within a word: before a syllable, with a hyphen.
    """
    at = max(text.rfind(mark, 0, end + 1) for mark in _BREAKS) + 1
    if at > end // 2:
        return at, ""
    for capital in range(end, end // 2, -1):
        if text[capital].isupper() and text[capital - 1].islower():
            return capital, ""
    if at > 0 and fits(text[at:].lstrip()):
        return at, ""
    inner = text[end - 1 : end + 1]
    if not (inner.isascii() and inner.isalpha()):
        return end, ""
    for syllable in range(min(end - 1, len(text) - _LEAST), end // 2, -1):
        one, other = text[syllable].lower(), text[syllable + 1].lower()
        if text[syllable - 1].isalpha() and one not in _VOWELS and other in _VOWELS:
            return syllable, "-"
    return end - 1, "-"


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
