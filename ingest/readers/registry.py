"""The table of readers. A reader module is imported only when its turn comes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ingest.readers.contract import Reader
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import SourceError

HEAD_BYTES: Final = 512

#: Module and class of every built-in reader, the most specific magic bytes first.
BUILTIN: Final[tuple[tuple[str, str], ...]] = (
    ("ingest.readers.osgb", "OsgbReader"),
    ("ingest.readers.las", "LasReader"),
    ("ingest.readers.e57", "E57Reader"),
    ("ingest.readers.pcd", "PcdReader"),
    ("ingest.readers.ply", "PlyReader"),
    ("ingest.readers.gltf", "GltfReader"),
    ("ingest.readers.tiles3d", "Tiles3dReader"),
    ("ingest.readers.ifc", "IfcReader"),
    ("ingest.readers.osm", "OsmReader"),
    ("ingest.readers.raster", "RasterReader"),
    # Before the vector reader, which takes every CSV: this one only those of points alone.
    ("ingest.readers.xyz", "XyzReader"),
    ("ingest.readers.vector", "VectorReader"),
    ("ingest.readers.obj", "ObjReader"),
)

KIND: Final = "reader"

_loaded: dict[Contribution, Reader] = {}
#: Readers that could not be made, by id, with the reason.
_unusable: dict[str, str] = {}

for _module, _name in BUILTIN:
    CONTRIBUTIONS.add(Contribution(KIND, _module.rpartition(".")[2], f"{_module}:{_name}"))


def readers() -> list[Reader]:
    """Return every reader, in the order in which they are asked.

    Those of plugins that know their files by magic bytes come first, as they are the most
    specific; those that go by suffix come last.
    """
    certain: list[Reader] = []
    others: list[Reader] = []
    entries = CONTRIBUTIONS.of(KIND)
    for gone in [known for known in _loaded if known not in entries]:
        del _loaded[gone]
    for entry in entries:
        reader = _loaded.get(entry)
        if reader is None:
            try:
                made = entry.load()
                reader = made() if isinstance(made, type) else made
            except Exception as error:
                # One format fewer, and the message that says so names it.
                _unusable[entry.id] = f"{entry.id} ({type(error).__name__}: {error})"
                continue
            _unusable.pop(entry.id, None)
            _loaded[entry] = reader
        (certain if entry.details.get("magic") else others).append(reader)
    return certain + others


def reader_for(path: Path) -> Reader:
    """Return the reader of a file or folder: magic bytes first, suffix second.

    Raises
    ------
    SourceError
        If it does not exist, is empty, cannot be opened, or no reader knows it.
    """
    if not path.exists():
        raise SourceError(path, "no such file or folder", remedy="check the path")
    head = b""
    if path.is_file():
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError as error:
            raise SourceError(path, f"cannot be opened ({error.strerror})") from error
        if not head:
            raise SourceError(path, "the file is empty", remedy="fetch it again")
    for reader in readers():
        if reader.can_read(path, head):
            return reader
    what = "folder" if path.is_dir() else "file"
    missing = ", ".join(_unusable[e.id] for e in CONTRIBUTIONS.of(KIND) if e.id in _unusable)
    remedy = f"these readers could not be loaded: {missing}" if missing else "see docs/formats.md"
    raise SourceError(path, f"no reader knows this kind of {what}", remedy=remedy)
