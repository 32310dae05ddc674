"""Guesses how a text file of points is laid out: delimiter, header line, columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.readers.point_columns import canonical

_COMMENT: Final = ("#", "//", ";", "%")
#: More numbers a line than this are a table of something else.
_MAX_COLUMNS: Final = 16
_NUMBER: Final = re.compile(
    r"^[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?$|^[+-]?nan$", re.IGNORECASE
)


@dataclass(frozen=True)
class Layout:
    """How to read the rows of a text file.

    Parameters
    ----------
    delimiter : str or None
        None for white space.
    columns : tuple of str
        Canonical names, in the order of the file; as many as are read.
    skipped_lines : int
        Lines before the first row: comments and the header.
    named : bool
        Whether a header names the columns.
    decimal_comma : bool
    problem : str
        Why the file cannot be read although it looks like points; empty where it can.
    """

    delimiter: str | None
    columns: tuple[str, ...]
    skipped_lines: int
    named: bool
    decimal_comma: bool = False
    problem: str = ""


def guess_layout(text: str, *, complete: bool) -> Layout | None:
    """Return the layout of a text that begins like *text*, None where it is no table of points.

    Parameters
    ----------
    text : str
        The first lines.
    complete : bool
        Whether *text* is the whole file; otherwise its last line may be cut and is not judged.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if not complete and len(lines) > 1:
        lines = lines[:-1]
    skipped = 0
    names: list[str] = []
    rows: list[str] = []
    for line in lines:
        stripped = line.strip()
        if not rows and not names and _is_note(stripped):
            # A comment may be the header: CloudCompare writes "//X Y Z R G B".
            names = _header_names(stripped.lstrip("/#;% "))
            skipped += 1
        elif not stripped:
            skipped += not rows
        elif not rows and not names and _row(stripped) is None:
            names = _header_names(stripped)
            if not names:
                return None
            skipped += 1
        else:
            rows.append(stripped)
    return _judge(names, rows, skipped)


def _is_note(line: str) -> bool:
    return line.startswith(_COMMENT)


def _judge(names: list[str], rows: list[str], skipped: int) -> Layout | None:
    read = [_row(row) for row in rows[:50]]
    good = [row for row in read if row is not None]
    if not good or len(good) < 0.8 * len(read):
        return None
    delimiter, comma, width = good[0]
    width = min(row[2] for row in good if row[0] == delimiter) if not names else width
    if not 3 <= width <= _MAX_COLUMNS:
        return None
    if not names:
        columns = _unnamed(
            [row.replace(",", ".") if comma else row for row in rows], delimiter, width
        )
        return Layout(delimiter, columns, skipped, False, comma)
    columns = tuple(canonical(name) for name in names)
    problem = ""
    for axis in "xyz":
        if columns.count(axis) != 1:
            how = "no" if axis not in columns else "more than one"
            problem = f"its header names {how} {axis.upper()} column ({' '.join(names)[:60]})"
            break
    return Layout(delimiter, columns[:width], skipped, True, comma, problem)


def _row(line: str) -> tuple[str | None, bool, int] | None:
    """Return delimiter, decimal comma and width of a row of numbers; None where it is none."""
    for delimiter, comma in ((";", True), (";", False), (",", False), ("\t", False), (None, False)):
        if delimiter is not None and delimiter not in line:
            continue
        text = line.replace(",", ".") if comma else line
        words = [word.strip() for word in text.split(delimiter)]
        if len(words) >= 2 and all(_NUMBER.match(word) for word in words):
            return delimiter, comma, len(words)
    return None


def _header_names(line: str) -> list[str]:
    """Return the words of a header of points; empty where it is the header of something else."""
    for delimiter in (";", ",", "\t", None):
        if delimiter is not None and delimiter not in line:
            continue
        words = [word.strip().strip("\"'") for word in line.split(delimiter)]
        known = [canonical(word) for word in words]
        # Two of the three axes, under the plain names: enough to say what is wrong with it.
        plain = {word.lower() for word in words}
        if "x" in known and "y" in known and ({"x", "y"} <= plain or "z" in known):
            return ["intensity" if word.lower() == "i" else word for word in words]
    return []


def _unnamed(rows: list[str], delimiter: str | None, width: int) -> tuple[str, ...]:
    """Name the columns of rows without a header by the usual orders of export programs."""
    values = [[float(w) for w in row.split(delimiter)[:width]] for row in rows[:50] if _row(row)]
    values = [row for row in values if len(row) == width]

    def colours(first: int) -> bool:
        return all(0 <= v <= 255 and v == int(v) for row in values for v in row[first : first + 3])

    if width >= 7 and colours(4) and not colours(3):
        return ("x", "y", "z", "intensity", "red", "green", "blue")
    if width >= 6 and colours(3):
        return ("x", "y", "z", "red", "green", "blue")
    if width >= 7 and colours(4):
        return ("x", "y", "z", "intensity", "red", "green", "blue")
    if width == 4:
        return ("x", "y", "z", "intensity")
    return ("x", "y", "z")
