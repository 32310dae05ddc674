"""Where tiles of a tileset stand in the project's local metres."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from twin_model.frame import Frame, ToLocal
from twin_model.layer import Bounds
from twin_model.tiles.gltf_primitive import DecodedPrimitive
from twin_model.tiles.tileset import Tile, Tileset

Matrix = npt.NDArray[np.float64]

#: Within this radius an affine map replaces the projection: its error is about d²/2R, 2 cm.
_AFFINE_RADIUS_M: Final = 500.0


class Placement:
    """Maps tiles to local metres.

    Parameters
    ----------
    tileset : Tileset
        The root tileset.
    frame : Frame

    Raises
    ------
    FrameError
        If PROJ has no operation from EPSG:4978 to the project's CRS.
    """

    def __init__(self, tileset: Tileset, frame: Frame) -> None:
        self.is_geocentric = tileset.is_geocentric
        self._ecef: ToLocal | None = None
        self._geodetic: ToLocal | None = None
        if self.is_geocentric:
            self._ecef = frame.transform_from("EPSG:4978")
            self._geodetic = frame.transform_from("EPSG:4979")

    def box(self, tile: Tile) -> Bounds:
        """Return the axis-aligned local bounds of a tile's volume."""
        volume = tile.volume
        if volume.kind == "region":
            return self._region_box(volume.values)
        matrix = tile.transform
        points = volume.corners() @ matrix[:3, :3].T + matrix[:3, 3]
        if self._ecef is not None:
            points = self._ecef(points)
        return bounds_of_points(points)

    def _region_box(self, values: tuple[float, ...]) -> Bounds:
        west, south, east, north, low, high = values
        if east < west:
            east += 2 * np.pi
        lon, lat, height = np.meshgrid(
            np.linspace(west, east, 3), np.linspace(south, north, 3), [low, high]
        )
        points = np.column_stack([np.degrees(lon).ravel(), np.degrees(lat).ravel(), height.ravel()])
        return bounds_of_points(self._geodetic(points) if self._geodetic else points)

    def place(
        self, primitive: DecodedPrimitive, tile: Tile, instance: int
    ) -> tuple[npt.NDArray[np.float32], Matrix]:
        """Return positions and the (4, 4) matrix that brings them to local metres.

        The positions are the primitive's own where an affine map is exact enough; otherwise
        they are projected one by one and kept as float32 about their middle.
        """
        matrix = tile.transform @ primitive.matrices[instance]
        if self._ecef is None:
            return primitive.position, matrix
        low, high = primitive.position.min(axis=0), primitive.position.max(axis=0)
        middle = matrix[:3, :3] @ ((low + high) / 2.0) + matrix[:3, 3]
        reach = float(np.linalg.norm(matrix[:3, :3] @ ((high - low) / 2.0)))
        if reach < _AFFINE_RADIUS_M:
            return primitive.position, self._ecef.matrix_at(middle) @ matrix
        full = primitive.position.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
        local = self._ecef(full)
        centre = local.mean(axis=0)
        move = np.eye(4)
        move[:3, 3] = centre
        return (local - centre).astype(np.float32), move


def bounds_of_points(points: Matrix) -> Bounds:
    """Return the bounds of (n, 3) points."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]
