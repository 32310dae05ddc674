"""A disk that fills up while something is written: said as that, with the file and what is missing.

Libraries and other processes seldom say so themselves: GDAL calls it an error of writing, SQLite an
error of its database, and some end without a word.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from twin_model.errors import Cancelled, ShapanError, SourceError

#: What a disk has left that somebody failed to write to for want of space.
_FULL_BYTES: Final = 1 << 20
#: The same where the one who failed has removed what he could write, as GDAL does.
_NEARLY_FULL_BYTES: Final = 16 << 20
#: What is asked for at least, and of what was not enough.
_LEAST_MIB: Final = 10.0
_MORE_THAN_FREE: Final = 1.25
_NUMBERS: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
#: How libraries put it, in lower case.
_WORDS: Final = ("no space left", "disk is full", "disk full", "not enough space", "quota exceeded")


class DiskFullError(ShapanError):
    """A disk is full.

    Parameters
    ----------
    folder : Path
        Of the run that could not go on.
    file : Path or None
        That could not be written, as far as known.
    left_bytes : int or None
        What the rest of the run will take there, as far as known.
    """

    def __init__(self, folder: Path, file: Path | None, left_bytes: int | None = None) -> None:
        super().__init__(
            _reason(folder, file, left_bytes), remedy="free some space and go on with --resume"
        )
        self.file = file


def _reason(folder: Path, file: Path | None, left_bytes: int | None) -> str:
    if file is None:
        return f"the disk is full ({folder})"
    name = shown_path(file, folder)
    if left_bytes is None:
        return f"the disk is full ({folder}): {name} could not be written"
    free = shutil.disk_usage(folder).free / 2**20
    # What was free did not do, whatever was foretold.
    left = max(left_bytes / 2**20, _LEAST_MIB, free * _MORE_THAN_FREE)
    return (
        f"the disk is full ({folder}): {name} could not be written, "
        f"what is left needs about {left:,.0f} MiB and {free:,.0f} MiB are free"
    )


def shown_path(file: Path, folder: Path) -> str:
    """Return the path of a file within a run, without the mark of a step that is not finished."""
    try:
        return file.relative_to(folder).as_posix().removeprefix(".part-")
    except ValueError:
        return str(file)


def is_disk_full(error: BaseException, folder: Path) -> bool:
    """Return whether that is why something failed that writes into a folder."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _FULL_BYTES:
        return True
    one: BaseException | None = error
    while one is not None:
        if isinstance(one, OSError) and one.errno in _NUMBERS:
            return True
        if any(words in str(one).lower() for words in _WORDS):
            return True
        one = one.__cause__ or one.__context__
    # What we say on purpose has its reason; what a library fails with may be this.
    return free < _NEARLY_FULL_BYTES and not isinstance(error, ShapanError)


@contextmanager
def saying_full(
    folder: Path, part: Path | None = None, left_bytes: Callable[[], int | None] | None = None
) -> Iterator[None]:
    """Say of what fails within for want of space that the disk is full.

    Parameters
    ----------
    folder : Path
        Of the run.
    part : Path or None
        Where files are being written; the run's folder by default.
    left_bytes : callable or None
        What the rest of the run will take there, asked only then.

    Raises
    ------
    DiskFullError
    """
    try:
        yield
    except Cancelled:
        raise
    except DiskFullError as error:
        if left_bytes is None:
            raise
        raise DiskFullError(folder, error.file, left_bytes()) from error
    except Exception as error:
        if not is_disk_full(error, folder):
            raise
        file = _named(error) or _latest(part or folder)
        left = None if left_bytes is None else left_bytes()
        raise DiskFullError(folder, file, left) from error


@contextmanager
def naming_full_disk(source: Path, folder: Path) -> Iterator[None]:
    """Say of a source whose copy fills the disk that this is so, and not that it is damaged.

    Parameters
    ----------
    source : Path
    folder : Path
        Which is being written into.

    Raises
    ------
    SourceError
    """
    try:
        yield
    except Cancelled:
        raise
    except Exception as error:
        if not is_disk_full(error, folder):
            raise
        raise SourceError(
            source, f"the disk is full ({folder})", remedy="free some space and try again"
        ) from error


def _named(error: BaseException) -> Path | None:
    """Return the file that an error of the system names."""
    name = error.filename if isinstance(error, OSError) else None
    return Path(name) if isinstance(name, str) else None


def _latest(folder: Path) -> Path | None:
    """Return the file in a folder that was written last."""
    found = []
    for file in folder.rglob("*"):
        try:
            if file.is_file():
                found.append((file.stat().st_mtime_ns, file))
        except OSError:
            continue  # it was for a moment only
    return max(found)[1] if found else None
