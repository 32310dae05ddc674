"""Parses ``tileset.json`` (3D Tiles 1.0 and 1.1) into a tree that is expanded on demand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.tiles.gltf_document import Json, parse_json, read_bytes, resolve_uri
from twin_model.tiles.metadata import Schema, load_schema

Matrix = npt.NDArray[np.float64]

_VOLUME_LENGTHS: Final = {"box": 12, "region": 6, "sphere": 4}
_MAX_TILES: Final = 5_000_000
_MAX_DEPTH: Final = 900
_MAX_JSON_BYTES: Final = 1 << 30
#: Distance from the Earth's centre within which geocentric coordinates of places lie.
_GEOCENTRIC_M: Final = (6.2e6, 6.6e6)


@dataclass(frozen=True)
class Volume:
    """A bounding volume as the file gives it.

    Parameters
    ----------
    kind : str
        ``box`` (centre and three half-axes), ``region`` (west, south, east, north in radians,
        lowest and highest ellipsoidal height in metres) or ``sphere`` (centre and radius).
    values : tuple of float
    """

    kind: str
    values: tuple[float, ...]

    def corners(self) -> Matrix:
        """Return points whose hull holds the volume, before any transform; not for regions.

        Returns
        -------
        (8, 3) float64 array
        """
        signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
        values = np.array(self.values)
        axes = values[3:12].reshape(3, 3) if self.kind == "box" else np.eye(3) * values[3]
        return np.asarray(values[:3] + signs @ axes, np.float64)

    @property
    def radius(self) -> float:
        """Half the diagonal, before any transform; infinite for a region."""
        if self.kind == "sphere":
            return self.values[3]
        if self.kind == "region":
            return math.inf
        return float(np.linalg.norm(np.abs(np.array(self.values[3:]).reshape(3, 3)).sum(axis=0)))


@dataclass(frozen=True)
class ImplicitTiling:
    """Templates of an implicit tile tree.

    Parameters
    ----------
    octree : bool
    subtree_levels, available_levels : int
    subtrees : str
        URI template of subtree files.
    contents : tuple of str
        URI templates.
    """

    octree: bool
    subtree_levels: int
    available_levels: int
    subtrees: str
    contents: tuple[str, ...]


@dataclass(eq=False)
class Tile:
    """A node of the tree.

    Parameters
    ----------
    tileset : Tileset
        Which file it comes from.
    volume : Volume
    transform : (4, 4) array
        Tile coordinates to the root tileset's coordinates, all parents included.
    geometric_error : float
        Metres.
    refine : str
        ``ADD`` or ``REPLACE``.
    contents : list of Path
    children : list of Tile
    implicit : ImplicitTiling or None
        Set on the root of an implicit tree, whose children `implicit.expand` makes.
    address : tuple of int
        level, x, y, z within the implicit tree.
    """

    tileset: Tileset
    volume: Volume
    transform: Matrix
    geometric_error: float
    refine: str
    contents: list[Path] = field(default_factory=list)
    children: list[Tile] = field(default_factory=list)
    implicit: ImplicitTiling | None = None
    address: tuple[int, int, int, int] = (0, 0, 0, 0)
    metadata: Json | None = None

    def walk(self) -> list[Tile]:
        """Return this tile and all below it that are known so far."""
        found, stack = [], [self]
        while stack:
            tile = stack.pop()
            found.append(tile)
            stack += reversed(tile.children)
        return found


@dataclass(eq=False)
class Tileset:
    """One ``tileset.json``.

    Parameters
    ----------
    path : Path
    root_folder : Path
        Folder that no URI may leave.
    version : str
        1.0 or 1.1.
    geometric_error : float
    extras : dict
        ``asset.extras.shapan``.
    up_axis : str
        Up axis of glTF content (``asset.gltfUpAxis`` of old tilesets).
    chain : tuple of Path
        The tilesets through which it was reached, itself included.
    warnings : list of str
    """

    path: Path
    root_folder: Path
    version: str = "1.0"
    geometric_error: float = 0.0
    extras: Json = field(default_factory=dict)
    up_axis: str = "Y"
    chain: tuple[Path, ...] = ()
    warnings: list[str] = field(default_factory=list)
    schema: Schema = field(default_factory=Schema)
    extensions: tuple[str, ...] = ()
    document: Json = field(default_factory=dict, repr=False)
    root: Tile = field(init=False, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether coordinates are local metres of the project that wrote it."""
        return self.extras.get("frame") == "project"

    @property
    def is_geocentric(self) -> bool:
        """Whether coordinates are EPSG:4978, judged by where the root lies."""
        if self.is_local:
            return False
        if self.root.volume.kind == "region":
            return True
        centre = self.root.transform @ np.array([*self.root.volume.corners().mean(axis=0), 1.0])
        low, high = _GEOCENTRIC_M
        return low < float(np.linalg.norm(centre[:3])) < high


def load_tileset(path: Path, *, parent: Tile | None = None) -> Tileset:
    """Read a ``tileset.json``.

    Parameters
    ----------
    path : Path
    parent : Tile, optional
        The tile whose content it is: its transform applies, its folder bounds the URIs, and a
        tileset that was passed on the way is a cycle.

    Raises
    ------
    SourceError
        If it is damaged, contains itself, or names files outside its folder.
    """
    path = path.resolve()
    chain = (*(parent.tileset.chain if parent else ()), path)
    if path in chain[:-1]:
        raise SourceError(path, "the tileset contains itself through external tilesets")
    document = parse_json(read_bytes(path, _MAX_JSON_BYTES), path)
    asset = document.get("asset")
    if not isinstance(asset, dict) or not isinstance(document.get("root"), dict):
        raise SourceError(path, "is not a tileset (asset or root is missing)")
    version = str(asset.get("version", ""))[:8]
    if version not in ("0.0", "1.0", "1.1"):
        raise SourceError(path, f"is 3D Tiles version {version!r}, which is not supported")
    extras = asset.get("extras")
    ours = extras.get("shapan") if isinstance(extras, dict) else None
    tileset = Tileset(
        path,
        parent.tileset.root_folder if parent else path.parent,
        version=version,
        extras=ours if isinstance(ours, dict) else {},
        up_axis=str(asset.get("gltfUpAxis", "Y"))[:1],
        chain=chain,
        document={k: v for k, v in document.items() if k != "root"},
    )
    parse = _Parser(tileset)
    tileset.geometric_error = parse.error_m(document, None)
    tileset.extensions = tuple(str(e)[:80] for e in document.get("extensionsUsed", [])[:50])
    tileset.schema = load_schema(document, path, tileset.root_folder)
    parse.read(document["root"], parent)
    return tileset


class _Parser:
    """Turns tile objects into tiles without recursion."""

    def __init__(self, tileset: Tileset) -> None:
        self.tileset = tileset
        self.count = 0

    def fail(self, reason: str) -> SourceError:
        return SourceError(self.tileset.path, reason)

    def read(self, entry: Json, parent: Tile | None) -> None:
        above = parent.transform if parent else np.eye(4)
        self.tileset.root = self.tile(entry, above, parent.refine if parent else "REPLACE")
        if self.tileset.is_local and parent is None:
            # The transform places it on the globe for other programs; here its coordinates
            # are already the project's.
            self.tileset.root.transform = np.eye(4)
        stack = [(entry, self.tileset.root, 0)]
        while stack:
            source, tile, depth = stack.pop()
            if depth > _MAX_DEPTH:
                raise self.fail(f"tiles are nested more than {_MAX_DEPTH} deep")
            children = source.get("children", [])
            if not isinstance(children, list):
                raise self.fail("a tile's children are not an array")
            for child in children:
                made = self.tile(child, tile.transform, tile.refine)
                tile.children.append(made)
                stack.append((child, made, depth + 1))

    def tile(self, entry: Any, above: Matrix, refine: str) -> Tile:
        self.count += 1
        if not isinstance(entry, dict):
            raise self.fail("a tile is not an object")
        if self.count > _MAX_TILES:
            raise self.fail(f"has more than {_MAX_TILES} tiles")
        own = entry.get("refine")
        transform = above
        if "transform" in entry:
            transform = above @ np.array(self._numbers(entry["transform"], 16)).reshape(4, 4).T
        tile = Tile(
            self.tileset,
            self.volume(entry.get("boundingVolume")),
            transform,
            self.error_m(entry, None),
            own.upper() if isinstance(own, str) and own.upper() in ("ADD", "REPLACE") else refine,
            metadata=entry.get("metadata") if isinstance(entry.get("metadata"), dict) else None,
        )
        templates = self._uris(entry)
        extensions = entry.get("extensions", {})
        implicit = entry.get("implicitTiling")
        if implicit is None and isinstance(extensions, dict):
            implicit = extensions.get("3DTILES_implicit_tiling")
        if isinstance(implicit, dict):
            tile.implicit = self._implicit(implicit, templates)
        else:
            tile.contents = [self._path(uri) for uri in templates]
        return tile

    def _path(self, uri: str) -> Path:
        return resolve_uri(uri, self.tileset.path, self.tileset.root_folder)

    def _uris(self, entry: Json) -> list[str]:
        single = entry.get("content")
        several = entry.get("contents", [])
        extensions = entry.get("extensions")
        if isinstance(extensions, dict) and "3DTILES_multiple_contents" in extensions:
            extension = extensions["3DTILES_multiple_contents"]
            several = extension.get("contents", extension.get("content", []))
        if not isinstance(several, list):
            raise self.fail("a tile's contents are not an array")
        found = []
        for content in ([single] if single is not None else []) + several:
            uri = content.get("uri", content.get("url")) if isinstance(content, dict) else None
            if not isinstance(uri, str) or not uri:
                raise self.fail("a tile's content has no URI")
            found.append(uri)
        return found

    def _numbers(self, values: Any, length: int) -> list[float]:
        if (
            not isinstance(values, list)
            or len(values) != length
            or not all(isinstance(v, int | float) and math.isfinite(v) for v in values)
        ):
            raise self.fail(f"an array of {length} finite numbers is wrong or too short")
        return [float(v) for v in values]

    def volume(self, entry: Any) -> Volume:
        """Return a bounding volume, its numbers checked."""
        if isinstance(entry, dict):
            for kind, length in _VOLUME_LENGTHS.items():
                if kind in entry:
                    return Volume(kind, tuple(self._numbers(entry[kind], length)))
            s2 = entry.get("extensions", {}).get("3DTILES_bounding_volume_S2")
            if s2 is not None:
                raise self.fail("S2 bounding volumes are not supported")
        raise self.fail("a tile has no bounding volume")

    def error_m(self, entry: Json, default: float | None) -> float:
        """Return a geometric error, which must be a number of at least 0."""
        value = entry.get("geometricError", default)
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise self.fail(f"geometricError is {str(value)[:20]}")
        return float(value)

    def _level(self, entry: Json, key: str) -> int:
        value = entry.get(key)
        if not isinstance(value, int) or not 0 < value <= 32:
            raise self.fail(f"implicit tiling needs {key} from 1 to 32")
        return value

    def _implicit(self, entry: Json, templates: list[str]) -> ImplicitTiling:
        levels = [self._level(entry, "subtreeLevels"), self._level(entry, "availableLevels")]
        subtrees = entry.get("subtrees")
        uri = subtrees.get("uri") if isinstance(subtrees, dict) else None
        scheme = entry.get("subdivisionScheme")
        if not isinstance(uri, str) or scheme not in ("QUADTREE", "OCTREE"):
            raise self.fail("implicit tiling has no subtrees or an unknown scheme")
        octree = scheme == "OCTREE"
        if levels[0] > (8 if octree else 12):
            raise self.fail(f"subtrees of {levels[0]} levels are too large")
        return ImplicitTiling(octree, levels[0], levels[1], uri, tuple(templates))
