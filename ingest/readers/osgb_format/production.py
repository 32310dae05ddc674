"""Which files make up an oblique-photography production, and where its metadata are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.readers.osgb_format.metadata import UNPLACED, Placement, read_placement
from twin_model.errors import SourceError

_METADATA: Final = "metadata.xml"
_LEVELS_UP: Final = 3
#: More entry tiles than a city has; a folder with more is not one production.
_MAX_ENTRIES: Final = 200_000


@dataclass(frozen=True)
class Production:
    """The tiles to begin with.

    Parameters
    ----------
    root : Path
        Resolved folder that no reference may leave.
    entries : list of Path
        Coarsest tile files, sorted.
    placement : Placement
    """

    root: Path
    entries: list[Path]
    placement: Placement


def is_metadata(path: Path, head: bytes) -> bool:
    """Return whether *path* is a production's ``metadata.xml``."""
    return path.name.lower() == _METADATA and b"<ModelMetadata" in head.replace(b"\0", b"")


def has_tiles(folder: Path, suffix: str = ".osgb") -> bool:
    """Return whether a folder looks like a production, stopping at its first tile."""
    return next(_entries(folder, suffix), None) is not None


def open_production(path: Path, crs: str | None = None, suffix: str = ".osgb") -> Production:
    """Find the tiles of a tile file, a production folder, its ``Data`` or its metadata.

    Parameters
    ----------
    path : Path
    crs : str, optional
        Overrides the reference system of the metadata.
    suffix : str
        Of the tiles.

    Raises
    ------
    SourceError
        If there is no tile, or the metadata cannot be used.
    """
    metadata = path if path.name.lower() == _METADATA and path.is_file() else find_metadata(path)
    placement = read_placement(metadata, crs) if metadata is not None else UNPLACED
    if metadata is None and crs is not None:
        placement = Placement(crs, None, UNPLACED.matrix)
    if path.is_file() and path != metadata:
        return Production(path.parent.resolve(), [path.resolve()], placement)
    folder = path if path.is_dir() else path.parent
    root = folder.resolve()
    entries = sorted(
        entry
        for entry in (candidate.resolve() for candidate in _entries(folder, suffix))
        if entry.is_relative_to(root)
    )
    if not entries:
        raise SourceError(
            path,
            f"holds no {suffix[1:].upper()} tiles",
            remedy=f"choose the folder that holds Data/Tile_…/Tile_…{suffix}",
        )
    return Production(root, entries, placement)


def _entries(folder: Path, suffix: str) -> Iterator[Path]:
    """Yield the coarsest tiles: files named like their folder, else all files of a flat folder."""
    found = False
    data = next((item for item in _folders(folder) if item.name.lower() == "data"), None)
    for base in (data, folder) if data is not None else (folder,):
        own = base / f"{base.name}{suffix}"
        candidates = [own] if own.is_file() else _named_like_their_folder(base, suffix)
        for number, entry in enumerate(candidates):
            if number >= _MAX_ENTRIES:
                raise SourceError(
                    folder, f"holds more than {_MAX_ENTRIES} tiles of the first level"
                )
            found = True
            yield entry
        if found:
            return
    if suffix != ".osgb":
        # Models that have nothing to do with each other lie side by side in many folders.
        return
    # A flat folder: without a name to go by, tiles with a level in their name are not first.
    yield from (
        item for item in _files(folder) if item.suffix.lower() == suffix and "_L" not in item.stem
    )


def _named_like_their_folder(base: Path, suffix: str) -> Iterator[Path]:
    for folder in _folders(base):
        entry = folder / f"{folder.name}{suffix}"
        if entry.is_file():
            yield entry


def _folders(folder: Path) -> Iterator[Path]:
    return (Path(item.path) for item in _scan(folder) if item.is_dir())


def _files(folder: Path) -> Iterator[Path]:
    return (Path(item.path) for item in _scan(folder) if item.is_file())


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            yield from items
    except OSError as error:
        raise SourceError(folder, f"cannot be listed ({error.strerror})") from error


def find_metadata(path: Path) -> Path | None:
    """Return the metadata of the production that a folder or a tile belongs to."""
    folder = (path if path.is_dir() else path.parent).resolve()
    for _ in range(_LEVELS_UP):
        candidate = folder / _METADATA
        if candidate.is_file():
            try:
                with candidate.open("rb") as stream:
                    head = stream.read(4096)
            except OSError as error:
                raise SourceError(candidate, f"cannot be read ({error.strerror})") from error
            if is_metadata(candidate, head):
                return candidate
        folder = folder.parent
    return None
