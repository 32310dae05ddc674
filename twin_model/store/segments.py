"""Parquet files of samples, by day: names, what replaces what, and writing them whole.

``samples/2026-03-01/000000017-000000032.parquet`` holds what was written as the 17th to the 32nd
segment of that day. A file whose numbers lie within another's is superseded by it: merging is
writing the merged file under its name, after which the parts may go. There is no list of files
that could disagree with the files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin_model.errors import StoreError

DAY_US: Final = 86_400_000_000
_NAME: Final = re.compile(r"^(\d{9})-(\d{9})\.parquet$")
_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
#: Rows that a reader has to take at once.
ROW_GROUP: Final = 122_880


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One Parquet file of a day.

    Parameters
    ----------
    first, last : int
        Numbers of the segments that it holds.
    path : Path
    """

    first: int
    last: int
    path: Path

    @property
    def parts(self) -> int:
        """How many segments it holds."""
        return self.last - self.first + 1


def day_name(day: int) -> str:
    """Return the folder of a day, counted from 1970-01-01 UTC.

    Raises
    ------
    StoreError
        If it lies outside the years 1 to 9999.
    """
    try:
        return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
    except OverflowError as error:
        raise StoreError(f"day {day} lies outside the years 1 to 9999") from error


def day_number(name: str) -> int:
    """Return the day, counted from 1970-01-01, of a folder."""
    return (dt.date.fromisoformat(name) - dt.date(1970, 1, 1)).days


def days(root: Path) -> list[int]:
    """Return the days that there are files of, oldest first."""
    if not root.is_dir():
        return []
    names = [entry.name for entry in root.iterdir() if _DAY.match(entry.name)]
    found = []
    for name in names:
        with contextlib.suppress(ValueError):  # 2026-02-30: not ours
            found.append(day_number(name))
    return sorted(found)


def segments(root: Path, day: int) -> tuple[list[Segment], list[Segment]]:
    """Return a day's segments in order, and those that are superseded by one of them."""
    folder = root / day_name(day)
    found: list[Segment] = []
    with contextlib.suppress(FileNotFoundError):
        for entry in folder.iterdir():
            match = _NAME.match(entry.name)
            if match:
                found.append(Segment(int(match.group(1)), int(match.group(2)), entry))
    found.sort(key=lambda segment: (segment.first, -segment.last))
    live: list[Segment] = []
    superseded: list[Segment] = []
    for segment in found:
        (superseded if live and segment.last <= live[-1].last else live).append(segment)
    return live, superseded


def segment_path(root: Path, day: int, first: int, last: int) -> Path:
    """Return the path of a segment."""
    return root / day_name(day) / f"{first:09}-{last:09}.parquet"


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; the file is there as a whole afterwards, or not at all.

    Raises
    ------
    StoreError
        If it cannot be written, as when the disk is full.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        # Writers of files say this at length, and in parts of their own.
        reason = os.strerror(error.errno) if error.errno == errno.ENOSPC else str(error)
        raise StoreError(
            f"{path} could not be written ({reason})", remedy="free some disk space"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_table(path: Path, table: Any) -> None:
    """Write an Arrow table as Parquet, whole or not at all.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    from pyarrow import parquet

    with written_whole(path) as temporary:
        parquet.write_table(
            table,
            temporary,
            row_group_size=ROW_GROUP,
            compression="zstd",
            compression_level=1,
            use_dictionary=["entity", "indicator", "quality", "text"],
            column_encoding={"time": "DELTA_BINARY_PACKED"},
        )


def sweep(root: Path) -> None:
    """Remove temporary files that a killed process left."""
    for leaving in root.glob("*/.*.tmp"):
        leaving.unlink(missing_ok=True)
