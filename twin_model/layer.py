"""A base dataset of the twin."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Bounds = tuple[float, float, float, float, float, float]
"""minx, miny, minz, maxx, maxy, maxz in local metres."""


class LayerRole(StrEnum):
    """How a layer is kept on disk and drawn."""

    POINTS = "points"  # tileset.json, point content
    MESH = "mesh"  # tileset.json, triangle content, possibly with feature ids
    TERRAIN = "terrain"  # terrain.tif, a COG of heights in the project's CRS
    IMAGERY = "imagery"  # imagery.tif, a COG of RGB(A) in the project's CRS, draped on terrain
    DRAPE = "drape"  # features.gpkg: lines and polygons draped on terrain
    SYMBOLS = "symbols"  # features.gpkg: points drawn as symbols of their entity type
    TABLE = "table"  # features.gpkg without geometry: not drawn


@dataclass(frozen=True)
class Layer:
    """A base dataset: immutable once ingested; a new survey is a new epoch of it.

    Parameters
    ----------
    id : str
        Also the name of its folder under ``base/``: lower-case letters of any script, digits and
        hyphens.
    name : str
        As shown to users.
    kind : str
        What the source is: points, mesh, tileset, bim, vector, raster…
    role : LayerRole
        How it is kept and drawn.
    format : str
        Source format with version, such as ``LAZ 1.4``.
    source : str
        Where it came from.
    content : str
        Main file relative to the layer's folder, or an absolute path where it is linked.
    crs, vertical_crs : str or None
        Of the source, before conversion.
    epoch : str or None
        Date or time of survey, ISO 8601.
    accuracy_m : float or None
        Stated accuracy (one sigma) in metres; None where unknown.
    licence, attribution : str
        As the source states them.
    bounds_local : Bounds or None
    counts : dict
        points, triangles, features, objects, tiles, pixels… as they apply.
    bytes : int
        Size on disk of the converted layer.
    style : dict
        What users chose: opacity, visible, colour mode, order.
    warnings : tuple of str
    """

    id: str
    name: str
    kind: str
    role: LayerRole
    format: str
    source: str
    content: str
    crs: str | None = None
    vertical_crs: str | None = None
    epoch: str | None = None
    accuracy_m: float | None = None
    licence: str = ""
    attribution: str = ""
    bounds_local: Bounds | None = None
    counts: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    style: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
