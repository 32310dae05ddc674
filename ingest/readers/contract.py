"""What every reader of a format promises, and the chunks it yields.

A reader never converts coordinates: chunks carry the source's own CRS and units as float64,
and whoever converts (``ingest/tiling``) brings them into the project's frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job

Kind = str
"""points, mesh, tileset, bim, vector, raster, city, road-network, drawing, photos, table,
model or network."""


@dataclass
class SourceInfo:
    """What a file or folder holds, found without importing it.

    Parameters
    ----------
    source : str
    format : str
        With version, such as ``LAZ 1.4``.
    kind : Kind
    crs, vertical_crs : str or None
        Authority code where there is one, else WKT; None where the source says nothing.
    bounds : list of six or None
        minx, miny, minz, maxx, maxy, maxz in the source's CRS and units; heights are None
        for two-dimensional sources.
    counts : dict of str to int
        points, triangles, vertices, features, objects, tiles, images, pixels… as they apply.
    attributes : dict
        Whatever helps to recognise the content: classification codes, columns, bands, schema.
    epoch : str or None
        ISO 8601 date or time of survey.
    warnings : list of str
    error : str or None
        Why it cannot be read (one line); None where it can.
    """

    source: str
    format: str = ""
    kind: Kind = ""
    crs: str | None = None
    vertical_crs: str | None = None
    bounds: list[float | None] | None = None
    counts: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    epoch: str | None = None
    warnings: list[str] = field(default_factory=list)
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``shapan inspect --json`` prints."""
        return asdict(self)


@dataclass(frozen=True)
class ReadOptions:
    """Choices for reading; frozen so that a job can be repeated exactly.

    Parameters
    ----------
    crs : str or None
        Overrides the CRS that the source states.
    chunk_points : int
        Upper bound of points in one `PointChunk`.
    layers : tuple of str
        Sub-layers to read; empty for all.
    """

    crs: str | None = None
    chunk_points: int = 1_000_000
    layers: tuple[str, ...] = ()


@dataclass
class PointChunk:
    """Points of a survey.

    Parameters
    ----------
    position : (n, 3) float64 array
        Source CRS and units.
    colour : (n, 3) uint8 array or None
    intensity : (n,) uint16 array or None
    classification : (n,) uint8 array or None
        ASPRS codes.
    return_number : (n,) uint8 array or None
    gps_time : (n,) float64 array or None
        Seconds, as the source counts them.
    """

    position: npt.NDArray[np.float64]
    colour: npt.NDArray[np.uint8] | None = None
    intensity: npt.NDArray[np.uint16] | None = None
    classification: npt.NDArray[np.uint8] | None = None
    return_number: npt.NDArray[np.uint8] | None = None
    gps_time: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.position)


@dataclass
class Texture:
    """An encoded image as it stands in the source.

    Parameters
    ----------
    data : bytes
        JPEG or PNG file content (anything else is re-encoded by the reader).
    mime : str
        ``image/jpeg`` or ``image/png``.
    """

    data: bytes
    mime: str


@dataclass
class Material:
    """How a surface looks where no texture says so.

    Parameters
    ----------
    colour : tuple of four floats
        sRGB red, green, blue, alpha, 0 to 1.
    texture : Texture or None
    double_sided : bool
    name : str
    lit : bool
        The texture is a drawn pattern that takes light, not a photograph with light of its own.
    """

    colour: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    texture: Texture | None = None
    double_sided: bool = True
    name: str = ""
    alpha_mode: str = "OPAQUE"
    lit: bool = False


@dataclass
class MeshChunk:
    """Triangles with one material.

    Parameters
    ----------
    position : (n, 3) float64 array
        Source CRS and units, z up.
    triangles : (m, 3) uint32 array
        Indices into *position*, checked to be in range.
    material : Material
    uv : (n, 2) float32 array or None
        Texture coordinates, v down from the image's first row (glTF convention).
    normal : (n, 3) float32 array or None
    colour : (n, 4) uint8 array or None
    feature : (n,) uint32 array or None
        Feature id of each vertex, constant within a triangle.
    name : str
    """

    position: npt.NDArray[np.float64]
    triangles: npt.NDArray[np.uint32]
    material: Material = field(default_factory=Material)
    uv: npt.NDArray[np.float32] | None = None
    normal: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    feature: npt.NDArray[np.uint32] | None = None
    name: str = ""


@dataclass
class TileChunk:
    """One tile of a hierarchy that the source already has (OSGB PagedLOD).

    Parameters
    ----------
    key : str
        Unique within the source, such as the path of the tile file and the node's number.
    parent : str or None
        Key of the parent tile, which was yielded before.
    meshes : list of MeshChunk
        Content of this tile; empty for a grouping tile.
    centre : (3,) float64 array
        Bounding sphere, source coordinates.
    radius : float
    geometric_error : float
        Metres; what is missing when this tile is drawn and its children are not.
    """

    key: str
    parent: str | None
    meshes: list[MeshChunk]
    centre: npt.NDArray[np.float64]
    radius: float
    geometric_error: float


@dataclass
class FeatureChunk:
    """Rows of a vector table.

    Parameters
    ----------
    layer : str
        Name of the table within the source.
    geometry : list of bytes or None
        ISO WKB in the source CRS, x/longitude first; None for a row without geometry.
    columns : dict of str to list
        One list a column, as long as *geometry*; JSON-compatible values.
    crs : str or None
    """

    layer: str
    geometry: list[bytes | None]
    columns: dict[str, list[Any]]
    crs: str | None = None

    def __len__(self) -> int:
        return len(self.geometry)


@dataclass
class RasterSource:
    """A raster that GDAL opens by itself; read by windows, so never chunked here.

    Parameters
    ----------
    path : str
        A path or GDAL dataset name (``/vsizip/…``) inside the source.
    role : str
        ``terrain`` for heights, ``imagery`` for pictures.
    """

    path: str
    role: str


@dataclass
class TilesetSource:
    """A 3D Tiles tileset that is used as it is.

    Parameters
    ----------
    root : Path
        The ``tileset.json``.
    """

    root: Path


@dataclass
class ObjectChunk:
    """Objects with meaning (BIM products, city objects).

    Parameters
    ----------
    feature : list of int
        Feature id used by the mesh chunks; -1 for an object without geometry.
    guid, type, name : list of str
        Type is the source's class, such as ``IfcWall``.
    attributes : list of dict
        Property sets flattened to ``Set.Property``.
    position : list
        Reference points in source CRS and units, None where there is none; empty where the
        reader knows none at all.
    outline : list
        Corners of rooms seen from above, (n, 3) float64 arrays in source CRS and units at the
        height of their floors, None for what is none; empty where the reader knows none at all.
    """

    feature: list[int]
    guid: list[str]
    type: list[str]
    name: list[str]
    attributes: list[dict[str, Any]]
    position: list[tuple[float, float, float] | None] = field(default_factory=list)
    outline: list[npt.NDArray[np.float64] | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.guid)


@dataclass
class RelationChunk:
    """Edges between objects of the same source.

    Parameters
    ----------
    kind : list of str
        ``contains``, ``aggregates``, ``connects``, ``voids``, ``fills``…
    source, target : list of str
        GUIDs.
    """

    kind: list[str]
    source: list[str]
    target: list[str]


Chunk = (
    PointChunk
    | MeshChunk
    | TileChunk
    | FeatureChunk
    | RasterSource
    | TilesetSource
    | ObjectChunk
    | RelationChunk
)


@runtime_checkable
class Reader(Protocol):
    """Turns one file format into chunks. Stateless, so safe to share across threads."""

    #: Short identifier, such as ``las``.
    name: str
    #: Lower-case suffixes with the dot, longest first; only a hint after the magic bytes.
    suffixes: tuple[str, ...]

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether *path* looks like this format, judged by its first 512 bytes.

        Must not import the format's library: it runs for every reader on every file. *path*
        may be a folder, with an empty *head*.
        """
        ...

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return what the source holds without importing it.

        Raises
        ------
        SourceError
            If nothing of it can be read.
        Cancelled
        """
        ...

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[Chunk]:
        """Yield the content in bounded chunks, in the source's own CRS and units.

        Raises
        ------
        SourceError
            If it is malformed; what was yielded before stays valid.
        Cancelled
        """
        ...


@runtime_checkable
class Preparing(Protocol):
    """A reader that can get ready before it is asked to read."""

    def prepare(self, path: Path) -> None:
        """Start what takes long, and return at once; called twice or in vain it does no harm.

        Parameters
        ----------
        path : Path
            What will probably be read.
        """
        ...
