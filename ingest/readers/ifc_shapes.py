"""Tessellations of many products, put together in few array operations.

A model has thousands of small ones: looked at one by one, they take as long in numpy as in the
geometry kernel.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Colour = tuple[float, float, float, float]

_IDENTITY: Final = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
_GREY: Final = (0.8, 0.8, 0.8, 1.0)
_VERTEX_BYTES: Final = 3 * 8


class Shape(NamedTuple):
    """What the library says of one product, as it says it.

    Parameters
    ----------
    vertices : bytes
        float64, three each, metres in the product's own place.
    faces : bytes
        int32, three each.
    materials : bytes
        int32, one for each face; -1 for none.
    colours : bytes
        float64 RGBA of the materials.
    matrix : tuple of 16 floats, or None
        To the model's coordinates, column by column.
    """

    vertices: bytes
    faces: bytes
    materials: bytes
    colours: bytes
    matrix: tuple[float, ...] | None

    @classmethod
    def of(cls, made: Any) -> Shape:
        """Take the shape out of what an ifcopenshell iterator or `create_shape` made."""
        geometry, matrix = made.geometry, made.transformation.matrix
        return cls(
            geometry.verts_buffer,
            geometry.faces_buffer,
            geometry.material_ids_buffer,
            geometry.colors_buffer,
            None if matrix == _IDENTITY else tuple(matrix),
        )


class Mesh(NamedTuple):
    """Triangles of one colour.

    Parameters
    ----------
    colour : tuple of 4 floats
        RGBA, 0 to 1.
    position : (n, 3) float64 array
        Metres in the model's coordinates.
    triangles : (m, 3) uint32 array
    feature : (n,) uint32 array
        Index of the product among the model's products.
    """

    colour: Colour
    position: Array
    triangles: Array
    feature: Array


class Gathered:
    """Shapes waiting to be put together."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._features: list[int] = []
        self._drawn: list[bool] = []
        #: Vertices of the shapes that are drawn.
        self.vertices = 0

    def add(self, feature: int, shape: Shape, drawn: bool) -> None:
        """Add the shape of a product; one that is not drawn only gets a box."""
        size = len(shape.vertices) // _VERTEX_BYTES
        if size:
            self._shapes.append(shape)
            self._features.append(feature)
            self._drawn.append(drawn)
            self.vertices += size if drawn else 0

    def put_together(self) -> tuple[list[Mesh], list[list[float]]]:
        """Return the meshes by colour, and of each product feature, drawn and its box.

        A box is minx, miny, minz, maxx, maxy, maxz. Products with vertices that are not finite
        are left out, and faces with vertices that are not there: mistakes of a kernel that
        nobody could draw.
        """
        if not self._shapes:
            return [], []
        counts = np.array([len(shape.vertices) // _VERTEX_BYTES for shape in self._shapes])
        starts = np.cumsum(counts) - counts
        position = self._position(counts)
        low = np.minimum.reduceat(position, starts)
        high = np.maximum.reduceat(position, starts)
        # NaN and infinity come through to the box, so that not every vertex has to be asked.
        finite = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1)
        boxes = [
            [feature, int(drawn), *lower, *upper]
            for feature, drawn, lower, upper, good in zip(
                self._features, self._drawn, low.tolist(), high.tolist(), finite.tolist()
            )
            if good
        ]
        seen = [number for number in np.flatnonzero(finite).tolist() if self._drawn[number]]
        feature = np.repeat(np.array(self._features, "<u4"), counts)
        return list(self._meshes(position, feature, seen, starts, counts)), boxes

    def _position(self, counts: Array) -> Array:
        local = _joined([shape.vertices for shape in self._shapes], np.float64).reshape(-1, 3)
        moved = [number for number, shape in enumerate(self._shapes) if shape.matrix is not None]
        if not moved:
            return local
        matrices = np.zeros((len(self._shapes), 4, 4))
        matrices[:] = np.eye(4)
        rows = np.array([self._shapes[number].matrix for number in moved], np.float64)
        matrices[moved] = rows.reshape(-1, 4, 4)
        each = np.repeat(matrices, counts, axis=0)
        turned: Array = np.einsum("nj,njk->nk", local, each[:, :3, :3]) + each[:, 3, :3]
        return turned

    def _meshes(
        self, position: Array, feature: Array, seen: list[int], starts: Array, counts: Array
    ) -> Iterator[Mesh]:
        colour_of: list[Array] = []
        numbers: dict[Colour, int] = {}
        for shape in (self._shapes[number] for number in seen):
            colours = [numbers.setdefault(c, len(numbers)) for c in _colours(shape.colours)]
            colour_of.append(_colour_of_faces(shape, colours, numbers))
        if not colour_of:
            return
        faces_of = np.array([len(shown) for shown in colour_of])
        joined = _joined([self._shapes[number].faces for number in seen], np.int32).reshape(-1, 3)
        room = np.repeat(counts[seen], faces_of)[:, None]
        good = ((joined >= 0) & (joined < room)).all(axis=1)
        triangles = joined + np.repeat(starts[seen], faces_of)[:, None]
        shown = np.where(good, np.concatenate(colour_of), -1)
        for colour, number in numbers.items():
            chosen = triangles[shown == number]
            if len(chosen):
                used = np.zeros(len(position), bool)
                used[chosen] = True
                place = np.cumsum(used) - 1
                yield Mesh(
                    colour, position[used], place[chosen].astype("<u4"), feature[used]
                )  # fmt: skip


def _joined(parts: list[bytes], dtype: Any) -> Array:
    return np.frombuffer(b"".join(parts), dtype)


def _colour_of_faces(shape: Shape, colours: list[int], numbers: dict[Colour, int]) -> Array:
    """Return the number of each face's colour."""
    faces = len(shape.faces) // 12
    if len(shape.materials) != faces * 4 or len(colours) < 2:
        one = colours[0] if colours else numbers.setdefault(_GREY, len(numbers))
        return np.full(faces, one)
    grey = numbers.setdefault(_GREY, len(numbers))
    # The last one is also what -1, no material, means as an index.
    table = np.array([*colours, grey])
    material = np.frombuffer(shape.materials, np.int32)
    chosen: Array = table[np.where((material < 0) | (material >= len(colours)), -1, material)]
    return chosen


@functools.lru_cache(maxsize=4096)
def _colours(buffer: bytes) -> tuple[Colour, ...]:
    # One buffer: asked one by one, materials take longer than the vertices.
    return tuple(_colour(row) for row in np.frombuffer(buffer, np.float64).reshape(-1, 4).tolist())


def _colour(rgba: list[float]) -> Colour:
    clean = [round(min(max(v, 0.0), 1.0), 3) if math.isfinite(v) else 0.8 for v in rgba]
    # Glass written as wholly transparent would be invisible.
    return (clean[0], clean[1], clean[2], max(clean[3], 0.15))
