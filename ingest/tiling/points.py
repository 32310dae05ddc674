"""Points -> 3D Tiles 1.1 with level of detail, in bounded memory.

Two passes: the stream goes into a temporary file in local metres and is sorted there
(`points_spool`), then an octree is cut out of it a bucket at a time (`points_tree`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.readers.contract import PointChunk
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.points_spool import KEY_BITS, LARGEST_LOCAL_M, Rows, Spool
from ingest.tiling.points_tree import ERROR_PER_SPACING, TreeBuilder
from twin_model.layer import LayerRole
from twin_model.tiles.write import Primitive, TileNode, encode_glb, write_tileset

#: A node's grid has 128 cells along an axis: about 16,000 of them on a surface.
_GRID_BITS: Final = 7
_LEAST_GRID_BITS: Final = 4
_LARGEST_SAMPLE: Final = 40_000
#: Stands in `_GPS_TIME` for points without one; real values are not negative.
_NO_GPS_TIME: Final = -1.0


def tile_points(chunks: Iterable[PointChunk], target: Target, total: int = 0) -> LayerContent:
    """Write points as a tileset of refine ADD with every point in exactly one tile.

    Parameters
    ----------
    chunks : iterable of PointChunk
        In source coordinates; read once.
    target : Target
        Its folder gets ``tileset.json`` and ``points/``; ``.tmp`` is used and removed.
    total : int
        Points to come, for progress; 0 where not known.

    Returns
    -------
    LayerContent
        Counts of points and tiles; bounds None where there was no point with a place.

    Raises
    ------
    SourceError
        As *chunks* raises it.
    FrameError
        If the points have no place in the project's CRS.
    Cancelled
    """
    temporary = target.folder / ".tmp"
    temporary.mkdir(exist_ok=True)
    spool = Spool(temporary / "points.bin")
    try:
        for chunk in chunks:
            spool.append(chunk, target)
            target.job.report("placing points", spool.rows, max(total, spool.rows), "points")
        return _tile(spool, target)
    finally:
        spool.close()
        shutil.rmtree(temporary, ignore_errors=True)


def _tile(spool: Spool, target: Target) -> LayerContent:
    warnings = list(target.to_local.warnings)
    if spool.dropped:
        warnings.append(
            f"{spool.dropped:,} points without a usable place are left out (not finite, or more "
            f"than {LARGEST_LOCAL_M / 1000:,.0f} km from the origin)"
        )
    if not spool.rows:
        warnings.append("there are no points to show")
        empty = TileNode((0.0,) * 6, 0.0, None, [], "ADD")
        write_tileset(target.folder, empty, target.frame)
        return LayerContent(
            LayerRole.POINTS, "tileset.json", None, {"points": 0, "tiles": 0}, warnings=warnings
        )
    low, size = spool.cube()
    cells = spool.sort(low, size, _GRID_BITS, target.job)
    writer = _TileWriter(spool, target.folder)
    if spool.has["colour"] and not writer.has_colour:
        warnings.append("every colour is black, so colours are left out")
    builder = TreeBuilder(spool, size, _grid_bits(cells), writer.write, target.job)
    root = builder.build()
    assert root is not None, "points without a tile"
    # A root without children still needs an error that makes other programs draw it.
    root.geometric_error = max(root.geometric_error, size / (1 << _GRID_BITS))
    extras = {"points": spool.rows, "geometric_error_per_spacing": ERROR_PER_SPACING}
    write_tileset(target.folder, root, target.frame, extras=extras | writer.extras)
    return LayerContent(
        LayerRole.POINTS,
        "tileset.json",
        root.bounds,
        {"points": spool.rows, "tiles": builder.tiles},
        warnings=warnings,
        style={"colour_by": _colour_by(spool, writer)},
    )


def _grid_bits(cells: Any) -> int:
    """Return the finest grid whose occupied cells still make a tile of good size."""
    bits = _GRID_BITS
    while bits > _LEAST_GRID_BITS and len(cells) > _LARGEST_SAMPLE:
        cells = np.unique(cells >> np.uint64(3))
        bits -= 1
    assert bits <= KEY_BITS
    return bits


def _colour_by(spool: Spool, writer: _TileWriter) -> str:
    if writer.has_colour:
        return "rgb"
    # Classes 0 and 1 both mean that nobody has classified the points.
    if spool.has["classification"] and spool.classes[2:].any():
        return "classification"
    return "height"


class _TileWriter:
    """Writes the content of tiles.

    Parameters
    ----------
    spool : Spool
        Says which attributes there are.
    folder : Path
    """

    def __init__(self, spool: Spool, folder: Path) -> None:
        self._folder = folder
        self._has = spool.has
        self.has_colour = spool.has["colour"] and spool.colour_max > 0
        self._gps_offset = float(np.floor(spool.gps_low)) if np.isfinite(spool.gps_low) else None
        self.extras: dict[str, Any] = {}
        if self._gps_offset is not None:
            self.extras = {"gps_time_offset": self._gps_offset, "gps_time_missing": _NO_GPS_TIME}
        (folder / "points").mkdir(exist_ok=True)

    def write(self, path: str, rows: Rows) -> str:
        """Write one tile and return its URI (`points_tree.WriteTile`)."""
        extra: dict[str, Any] = {}
        if self._has["classification"]:
            extra["_CLASSIFICATION"] = rows["classification"]
        if self._has["intensity"]:
            extra["_INTENSITY"] = rows["intensity"]
        if self._has["returns"]:
            extra["_RETURN_NUMBER"] = rows["returns"]
        if self._gps_offset is not None:
            times = rows["gps_time"] - self._gps_offset
            # glTF forbids NaN in accessors.
            extra["_GPS_TIME"] = np.where(np.isfinite(times), times, _NO_GPS_TIME).astype(
                np.float32
            )
        primitive = Primitive(
            position=rows["xyz"], colour=rows["colour"] if self.has_colour else None, extra=extra
        )
        uri = f"points/{path}.glb"
        (self._folder / uri).write_bytes(encode_glb([primitive]))
        return uri
