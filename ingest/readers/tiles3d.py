"""3D Tiles 1.0 and 1.1: tilesets used in place, single tiles described."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.readers.contract import Chunk, ReadOptions, SourceInfo, TilesetSource
from twin_model.errors import SourceError

if TYPE_CHECKING:
    from twin_model.tiles.tileset import Tile, Tileset

_MAGICS: Final = (b"b3dm", b"i3dm", b"pnts", b"cmpt")
_INDEX: Final = "@3dtilesIndex1@"
_MOST_TILES: Final = 200_000
#: Contents beyond this many, or this many bytes, are not decoded for their counts.
_MOST_CONTENTS: Final = 2_000
_MOST_BYTES: Final = 512 << 20
_MAX_ARCHIVE_JSON: Final = 256 << 20


class Tiles3dReader:
    """Reads 3D Tiles tilesets; also says what a lone tile or a .3tz archive holds."""

    name = "tiles3d"
    suffixes = (".json", ".b3dm", ".i3dm", ".pnts", ".cmpt", ".3tz")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether *path* is a tileset, its folder, a tile or an archive of tiles."""
        if not head:
            return path.is_dir() and (path / "tileset.json").is_file()
        if head[:4] in _MAGICS:
            return True
        if head[:4] == b"PK\x03\x04":
            return path.suffix.lower() == ".3tz"
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not text.startswith(b"{") or path.suffix.lower() != ".json":
            return False
        # A long schema may push everything telling beyond the head.
        is_named = path.name.lower() == "tileset.json"
        return is_named or (
            b'"asset"' in text and (b'"geometricError"' in text or b'"root"' in text)
        )

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return what it holds: tiles, contents, triangles, points, features.

        Raises
        ------
        SourceError
            If it is damaged, contains itself, or names files outside its folder.
        Cancelled
        """
        job.check()
        if path.suffix.lower() == ".3tz" and path.is_file():
            return _inspect_archive(path)
        if path.is_file() and _magic(path) in _MAGICS:
            return _inspect_tile(path)
        return _Survey(_root_of(path), job).info(path)

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[Chunk]:
        """Yield the tileset as one source, after its whole tree was checked.

        Raises
        ------
        SourceError
            If it is damaged, or is a lone tile or an archive, which cannot be used in place.
        Cancelled
        """
        job.check()
        head = _magic(path) if path.is_file() else b""
        if head in _MAGICS:
            _inspect_tile(path)
            raise SourceError(
                path,
                "is a single tile without its place on the ground",
                remedy="add the tileset.json that it belongs to",
            )
        if head == b"PK\x03\x04":
            _inspect_archive(path)
            raise SourceError(
                path,
                "3D Tiles archives cannot be used in place",
                remedy="unpack it and add its tileset.json",
            )
        root = _root_of(path)
        for _ in _Survey(root, job).walk():
            pass
        yield TilesetSource(root)


def _magic(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4)
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror})") from error


def _root_of(path: Path) -> Path:
    root = path / "tileset.json" if path.is_dir() else path
    if not root.is_file():
        raise SourceError(path, "has no tileset.json")
    return root


class _Survey:
    """Walks a tileset with its external and implicit parts."""

    def __init__(self, root: Path, job: Job) -> None:
        # The codec is imported late: `can_read` of this module runs for every file.
        from twin_model.tiles.tileset import load_tileset

        self._job = job
        self.tileset: Tileset = load_tileset(root)
        self.explicit_tiles = 0
        self.implicit_tiles = 0
        self.counts = dict.fromkeys(("contents", "triangles", "points", "features"), 0)
        self.properties: set[str] = set()
        self.warnings: list[str] = []
        self.failed: list[SourceError] = []
        self._bytes = 0

    def walk(self) -> Iterator[Tile]:
        """Yield every tile, expanding external tilesets and subtrees.

        Raises
        ------
        SourceError
            If a tileset contains itself or a structural file is broken.
        """
        from twin_model.tiles.implicit import expand
        from twin_model.tiles.tileset import load_tileset

        stack = [(self.tileset.root, False)]
        seen = 0
        while stack:
            tile, is_implicit = stack.pop()
            seen += 1
            if seen > _MOST_TILES:
                self.warnings.append(f"only the first {_MOST_TILES} tiles were looked at")
                return
            self._job.report("Reading tiles", seen, 0, "tiles")
            is_implicit = is_implicit or tile.implicit is not None
            if tile.address[0] > 0:
                self.implicit_tiles += 1
            else:
                self.explicit_tiles += 1
            if tile.implicit is not None:
                expand(tile)
            stack += [(child, is_implicit) for child in reversed(tile.children)]
            for content in list(tile.contents):
                if content.suffix.lower() == ".json":
                    if not content.is_file():
                        self._missing(content)
                        continue
                    stack.append((load_tileset(content, parent=tile).root, False))
            yield tile

    def _missing(self, content: Path) -> None:
        self.failed.append(SourceError(content, "no such file"))

    def _decode(self, tile: Tile) -> None:
        from twin_model.tiles.content import decode_content

        for path in tile.contents:
            if path.suffix.lower() == ".json":
                continue
            self._job.check()
            self.counts["contents"] += 1
            if self.counts["contents"] > _MOST_CONTENTS or self._bytes > _MOST_BYTES:
                continue
            if not path.is_file():
                self._missing(path)
                continue
            self._bytes += path.stat().st_size
            try:
                content = decode_content(
                    path, root=tile.tileset.root_folder, up_axis=tile.tileset.up_axis
                )
            except SourceError as error:
                self.failed.append(error)
                continue
            self.counts["triangles"] += content.triangles
            self.counts["points"] += content.points
            self.counts["features"] += sum(t.count for t in content.tables)
            for table in content.tables:
                self.properties.update(table.columns)
            self.warnings += [w for w in content.warnings if w not in self.warnings]

    def info(self, path: Path) -> SourceInfo:
        """Return the description of the whole tileset.

        Raises
        ------
        SourceError
            If nothing of it can be drawn.
        """
        for tile in self.walk():
            self._decode(tile)
        contents = self.counts["contents"]
        if contents > _MOST_CONTENTS or self._bytes > _MOST_BYTES:
            self.warnings.append("triangles and points are counted in the first tiles only")
        if contents and len(self.failed) >= contents:
            raise self.failed[0]
        if self.failed:
            first = self.failed[0]
            self.warnings.append(
                f"{len(self.failed)} of {contents} contents cannot be read "
                f"(first: {first.path.name}: {first.reason})"
            )
        counts = {"tiles": self.explicit_tiles}
        if self.implicit_tiles:
            counts["implicit_tiles"] = self.implicit_tiles
        counts |= {k: v for k, v in self.counts.items() if v or k == "contents"}
        tileset = self.tileset
        return SourceInfo(
            source=str(path),
            format=f"3D Tiles {tileset.version}",
            kind="tileset",
            crs="EPSG:4978" if tileset.is_geocentric else None,
            bounds=_bounds(tileset),
            counts=counts,
            attributes={
                "implicit": self.implicit_tiles > 0,
                "schema": bool(tileset.schema.classes),
                "extensions": list(tileset.extensions),
                "properties": sorted(self.properties)[:200],
            },
            warnings=self.warnings,
        )


def _bounds(tileset: Tileset) -> list[float | None]:
    volume, matrix = tileset.root.volume, tileset.root.transform
    if volume.kind == "region":
        from pyproj import Transformer  # 0.2 s, and only regions need it

        west, south, east, north, low, high = volume.values
        lon, lat, height = np.meshgrid(
            np.linspace(west, east, 5), np.linspace(south, north, 5), [low, high]
        )
        convert = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
        points = np.column_stack(
            convert.transform(np.degrees(lon).ravel(), np.degrees(lat).ravel(), height.ravel())
        )
    else:
        points = volume.corners() @ matrix[:3, :3].T + matrix[:3, 3]
    if not np.isfinite(points).all():
        raise SourceError(tileset.path, "the root's bounding volume has no place on the ground")
    return [*map(float, points.min(axis=0)), *map(float, points.max(axis=0))]


def _inspect_tile(path: Path) -> SourceInfo:
    from twin_model.tiles.content import decode_content, describe_content
    from twin_model.tiles.gltf_document import read_bytes

    data = read_bytes(path)
    described: dict[str, Any] = describe_content(data, path)
    content = decode_content(path, data=data)
    counts = {k: v for k, v in described.items() if isinstance(v, int)}
    counts |= {"triangles": content.triangles} if content.triangles else {}
    counts |= {"points": content.points} if content.points else {}
    return SourceInfo(
        source=str(path),
        format=f"3D Tiles 1.0 {described['kind']}",
        kind="tileset",
        counts=counts or {"contents": 1},
        attributes={"properties": described.get("properties", [])},
        warnings=[*content.warnings, "a single tile: its place on the ground is in a tileset.json"],
    )


def _inspect_archive(path: Path) -> SourceInfo:
    from twin_model.tiles.gltf_document import parse_json

    try:
        with zipfile.ZipFile(path) as archive:
            names = {entry.filename: entry for entry in archive.infolist()}
            if any(".." in n.split("/") or n.startswith("/") or "\\" in n for n in names):
                raise SourceError(path, "the archive names files outside itself")
            if "tileset.json" not in names:
                raise SourceError(path, "the archive has no tileset.json")
            if _INDEX not in names:
                raise SourceError(path, f"is no 3D Tiles archive: it has no {_INDEX}")
            if names["tileset.json"].file_size > _MAX_ARCHIVE_JSON:
                raise SourceError(path, "the archive's tileset.json is too large")
            document = parse_json(archive.read("tileset.json"), path)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise SourceError(path, f"is a damaged archive ({str(error)[:60]})") from error
    asset = document.get("asset")
    version = asset.get("version") if isinstance(asset, dict) else "?"
    return SourceInfo(
        source=str(path),
        format=f"3D Tiles {str(version)[:8]} archive",
        kind="tileset",
        counts={"contents": max(0, len(names) - 2)},
        warnings=["archives cannot be used in place: unpack it and add its tileset.json"],
    )
