"""Features that stand elsewhere than their layer has them, within decoded tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.util import numpy_support

from rendering.geometry import feature_edges, poly_data, vtk_array
from rendering.light import Light
from rendering.tiles.parts import Part, lit_colours
from twin_model.displacement import Displacement
from twin_model.layer import Bounds

#: As far as this from its reference point a feature may reach into tiles that do not hold it.
_REACH_M: Final = 150.0


class Moves:
    """The displacements of a layer's features, as arrays; never changed.

    Parameters
    ----------
    by_feature : mapping of int to Displacement
    """

    def __init__(self, by_feature: Mapping[int, Displacement] = {}) -> None:
        self.by_feature = dict(by_feature)
        self.ids = np.array(sorted(by_feature), np.int64)
        ordered = [by_feature[int(one)] for one in self.ids]
        self.matrices = np.array([one.matrix for one in ordered], np.float64).reshape(-1, 4, 4)
        self._from = np.array([one.before.position for one in ordered], float).reshape(-1, 3)

    def __len__(self) -> int:
        return len(self.ids)

    def differing(self, other: Moves) -> npt.NDArray[np.int64]:
        """Return the features that do not stand in both alike."""
        mine, theirs = self.by_feature, other.by_feature
        every = mine.keys() | theirs.keys()
        return np.array([one for one in every if mine.get(one) != theirs.get(one)], np.int64)

    def box(self, box: Bounds) -> Bounds | None:
        """Return what holds those features of a tile that stand elsewhere; None where none may.

        Parameters
        ----------
        box : Bounds
            Of the tile, as its layer has it.
        """
        if len(self.ids) == 0:
            return None
        low, high = np.array(box[:3]), np.array(box[3:])
        gap = np.maximum(np.maximum(low - self._from, self._from - high), 0.0)
        near = np.flatnonzero(np.linalg.norm(gap, axis=1) <= _REACH_M)
        if len(near) == 0:
            return None
        # Of the tile only what is in reach of the feature's reference point can belong to it.
        bottom = np.maximum(low, self._from[near] - _REACH_M)
        top = np.maximum(np.minimum(high, self._from[near] + _REACH_M), bottom)
        signs = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
        corners = bottom[:, None] + signs * (top - bottom)[:, None]
        places = _moved(self.matrices[near][:, None], corners).reshape(-1, 3)
        west, south, bottom_m = places.min(axis=0).tolist()
        east, north, top_m = places.max(axis=0).tolist()
        return west, south, bottom_m, east, north, top_m


def features_of(parts: list[Part]) -> npt.NDArray[np.int64]:
    """Return the features that parts hold, ascending."""
    found = [np.unique(part.feature) for part in parts if part.feature is not None]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def move_features(part: Part, moves: Moves, light: Light) -> None:
    """Bring the vertices of displaced features to where they stand; runs in a decoder thread.

    Colours, textures and features stay, so that each looks the same at its new place.

    Parameters
    ----------
    part : Part
        As it was made; it has not been drawn yet.
    moves : Moves
    light : Light
        For surfaces that are lit once a vertex.
    """
    if part.feature is None or len(moves) == 0:
        return
    found = np.flatnonzero(np.isin(part.feature, moves.ids))
    if len(found) == 0:
        return
    which = np.searchsorted(moves.ids, part.feature[found])
    own = np.linalg.inv(part.matrix) @ moves.matrices @ part.matrix
    part.position = _replaced(part.position, found, _moved(own[which], part.position[found]))
    data = part.data
    data.GetPoints().SetData(vtk_array(part.position))
    normals = data.GetPointData().GetNormals()
    if normals is not None:
        to_numpy: Any = numpy_support.vtk_to_numpy
        array = to_numpy(normals)
        data.GetPointData().SetNormals(vtk_array(_turned(array, found, own[which])))
    if part.tone is not None and part.facing is not None:
        part.facing = _turned(part.facing, found, moves.matrices[which])
        part.colour = lit_colours(part.tone, part.facing, light)
        fresh = poly_data(part.position[:1], colour=part.colour)
        data.GetPointData().SetScalars(fresh.GetPointData().GetScalars())
    data.Modified()
    if part.edges is not None and part.triangles is not None:
        pairs = feature_edges(part.position, part.triangles)
        order = np.arange(len(pairs), dtype=np.uint32).reshape(-1, 2)
        part.edges = poly_data(pairs, lines=order)


def _moved(matrices: npt.NDArray[np.float64], points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return points (…, 3) by matrices (…, 4, 4)."""
    turned = np.einsum("...ij,...j->...i", matrices[..., :3, :3], points.astype(np.float64))
    return np.asarray(turned + matrices[..., :3, 3])


def _turned(
    normals: npt.NDArray[np.float32],
    found: npt.NDArray[np.int64],
    matrices: npt.NDArray[np.float64],
) -> npt.NDArray[np.float32]:
    """Return normals with some turned, of length one."""
    across = np.linalg.inv(matrices[:, :3, :3]).transpose(0, 2, 1)
    turned = np.einsum("nij,nj->ni", across, normals[found].astype(np.float64))
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return _replaced(normals, found, turned)


def _replaced(
    values: npt.NDArray[np.float32], found: npt.NDArray[np.int64], fresh: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    out = np.array(values, np.float32)
    out[found] = fresh
    return out
