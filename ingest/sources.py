"""What a path given by a user stands for, and what a layer made of it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ingest.readers.registry import reader_for
from twin_model.errors import ShapanError, SourceError

#: Files of a folder that are looked at.
MAX_FILES: Final = 500
#: Endings before the last one that say what a file is, not what it is called.
_INNER_ENDINGS: Final = frozenset(
    {"copc", "osm", "city", "hgt", "tar", "shp", "tif", "tiff", "dem"}
)


def sources_in(path: Path) -> list[Path]:
    """Return the sources in a path: itself, or the readable files of a folder.

    Raises
    ------
    SourceError
        If a folder holds nothing that any reader knows.
    """
    if not path.is_dir():
        return [path]
    try:
        reader_for(path)
    except SourceError:
        found = []
        for count, file in enumerate(sorted(path.rglob("*"))):
            if count >= MAX_FILES:
                break
            if file.is_file() and not file.is_symlink() and _is_source(file):
                found.append(file)
        if not found:
            raise SourceError(
                path, "holds no file that can be read", remedy="see shapan inspect on single files"
            ) from None
        return found
    return [path]


def _is_source(file: Path) -> bool:
    try:
        reader_for(file)
    except ShapanError:
        return False
    return True


def source_name(path: Path) -> str:
    """Return what a layer made of a source is called: its file name without endings."""
    name = path.stem if path.suffix and not path.is_dir() else path.name
    inner = Path(name)
    while inner.suffix[1:].lower() in _INNER_ENDINGS and inner.stem:
        inner = Path(inner.stem)
    return inner.name or path.name
