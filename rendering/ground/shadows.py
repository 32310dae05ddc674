"""Shadows of buildings on the ground, painted into its texture: no cost per frame."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.features import FeatureTable
from twin_model.displacement import Displacement

Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
_LONGEST_M: Final = 120.0
_DEFAULT_HEIGHT_M: Final = 9.0


@dataclass
class Footprints:
    """Outlines of buildings with heights.

    Parameters
    ----------
    layer : str
    rings : list of (n, 2) arrays
        Exterior rings, local metres.
    heights : (n,) array
        Metres above the ground.
    tree : shapely.STRtree
    names : list of str
    visible : bool
    fids : (n,) array
        Of the features that the rings belong to.
    """

    layer: str
    rings: list[npt.NDArray[np.float64]]
    heights: npt.NDArray[np.float64]
    tree: Any
    names: list[str] = field(default_factory=list)
    visible: bool = True
    fids: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def without(self, fids: Collection[int]) -> Footprints:
        """Return those that belong to none of some features."""
        import shapely

        rows = np.flatnonzero(~np.isin(self.fids, list(fids)))
        return replace(
            self, rings=[self.rings[i] for i in rows], heights=self.heights[rows],
            tree=shapely.STRtree(self.tree.geometries[rows]),
            names=[self.names[i] for i in rows], fids=self.fids[rows],
        )  # fmt: skip

    def moved(self, displacements: Mapping[int, Displacement]) -> Footprints:
        """Return them with those of some features where these stand."""
        import shapely

        rings, heights = list(self.rings), self.heights.copy()
        shapes = self.tree.geometries.copy()
        for row in np.flatnonzero(np.isin(self.fids, list(displacements))):
            found = displacements[int(self.fids[row])]
            rings[row] = moved_flat(rings[row], found)
            heights[row] *= found.after.scale / found.before.scale
            shapes[row] = shapely.Polygon(rings[row])
        return replace(self, rings=rings, heights=heights, tree=shapely.STRtree(shapes))

    def shapes(
        self, box: Box, sun: tuple[float, float, float]
    ) -> tuple[list[npt.NDArray[Any]], list[npt.NDArray[Any]]]:
        """Return the outlines near a box and the shadows that may reach into it."""
        import shapely

        if not self.rings or sun[2] <= 0.02:
            return [], []
        flat = np.array([-sun[0], -sun[1]]) / max(sun[2], 0.18)
        reach = min(float(np.linalg.norm(flat)) * float(self.heights.max()), _LONGEST_M * 2)
        west, south, east, north = box
        grown = shapely.box(
            west - reach - 5, south - reach - 5, east + reach + 5, north + reach + 5
        )
        near, cast = [], []
        for index in self.tree.query(grown):
            ring = self.rings[int(index)]
            shift = flat * self.heights[int(index)]
            length = float(np.linalg.norm(shift))
            if length > _LONGEST_M:
                shift = shift * (_LONGEST_M / length)
            near.append(ring)
            cast.append(ring + shift)
            cast += [np.array([p, q, q + shift, p + shift]) for p, q in itertools.pairwise(ring)]
        return near, cast


def moved_flat(points: Array, displacement: Displacement) -> Array:
    """Return places in plan (n, 2) where a displacement brings them, as high as its feature."""
    matrix = displacement.matrix
    height = np.full(len(points), displacement.before.position[2])
    return np.asarray(np.column_stack([points, height]) @ matrix[:2, :3].T + matrix[:2, 3])


def make_footprints(layer: str, table: FeatureTable) -> Footprints:
    """Return the polygons of a solids layer; runs in a decoder thread."""
    import shapely

    rings, heights, boxes, names, fids = [], [], [], [], []
    for index, geometry in enumerate(table.geometry):
        height = next(
            (
                value
                for key in ("shapan_height_m", "height_m", "height")
                if (value := table.number(key, index)) is not None and value > 0
            ),
            _DEFAULT_HEIGHT_M,
        )
        for part in shapely.get_parts(geometry):
            if part.geom_type == "Polygon":
                rings.append(np.asarray(part.exterior.coords, np.float64)[:, :2])
                heights.append(height)
                boxes.append(part)
                names.append(str(table.columns["name"][index] or ""))
                fids.append(int(table.fid[index]))
    return Footprints(
        layer, rings, np.array(heights, np.float64), shapely.STRtree(boxes), names,
        fids=np.array(fids, np.int64),
    )  # fmt: skip
