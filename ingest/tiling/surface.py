"""Triangles on their way from a source to tile content: placed, cleaned, with normals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import Material, MeshChunk
from twin_model.frame import ToLocal
from twin_model.tiles.write import Primitive

Array = npt.NDArray[Any]
#: Faces that meet more steeply than this show an edge between them.
CREASE_COSINE: Final = float(np.cos(np.radians(38.0)))
#: Faces within half of that angle from their mean cannot show an edge with each other.
_SMOOTH_COSINE: Final = float(np.cos(np.radians(19.0)))
_MOST_PAIRED: Final = 64


@dataclass
class Surface:
    """Triangles with one material in local metres.

    Parameters
    ----------
    position : (n, 3) float64 array
    triangles : (m, 3) uint32 array
    material : Material
    uv : (n, 2) float32 array or None
    normal : (n, 3) float32 array or None
    colour : (n, 4) uint8 array or None
    feature : (n,) uint32 array or None
    smooth : bool
        Normals that have to be made are made without edges: a dense survey is noisy, and every
        bump would show as a facet.
    """

    position: npt.NDArray[np.float64]
    triangles: npt.NDArray[np.uint32]
    material: Material
    uv: npt.NDArray[np.float32] | None = None
    normal: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    feature: npt.NDArray[np.uint32] | None = None
    smooth: bool = False

    def vertices(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        """Return the arrays of the vertices in *rows*, by name."""
        return {
            name: None if values is None else values[rows]
            for name in ("position", "uv", "normal", "colour", "feature")
            for values in [getattr(self, name)]
        }

    def part(self, triangles: npt.NDArray[np.uint32]) -> Surface:
        """Return the surface of some triangles, with the vertices they use."""
        marked = np.zeros(len(self.position), bool)
        marked[triangles] = True
        place = np.cumsum(marked, dtype=np.uint32) - np.uint32(1)
        return replace(self, triangles=place[triangles], **self.vertices(np.flatnonzero(marked)))


def place(chunk: MeshChunk, to_local: ToLocal) -> Surface | None:
    """Return a chunk in local metres without broken triangles; None where none are left.

    Raises
    ------
    FrameError
        If a vertex has no place in the project's CRS.
    """
    triangles = chunk.triangles
    finite: npt.NDArray[np.bool_] = np.asarray(np.isfinite(chunk.position).all(axis=1))
    if not finite.all():
        triangles = triangles[finite[triangles].all(axis=1)]
    a, b, c = triangles.T if len(triangles) else np.zeros((3, 0), np.uint32)
    distinct = (a != b) & (b != c) & (a != c)
    triangles = triangles[distinct]
    if not len(triangles):
        return None
    source = np.where(finite[:, None], chunk.position, chunk.position[np.argmax(finite)])
    surface = Surface(
        to_local(source), triangles.astype(np.uint32, copy=False), chunk.material,
        chunk.uv, None, chunk.colour, chunk.feature,
    )  # fmt: skip
    if to_local.is_local:
        if chunk.normal is not None:
            surface.normal = unit(np.nan_to_num(chunk.normal)).astype(np.float32)
        return surface
    linear = to_local.matrix_at(source[0])[:3, :3]
    if chunk.normal is not None:
        turned = np.nan_to_num(chunk.normal.astype(np.float64)) @ np.linalg.pinv(linear)
        surface.normal = unit(turned).astype(np.float32)
    if np.linalg.det(linear) < 0.0:
        surface.triangles = surface.triangles[:, ::-1]
    return surface


def distinct(values: Array) -> Array:
    """Return the different values of an array, ascending, as `numpy.unique` does.

    Which is slow for the many small arrays of a model, and loads numpy.ma first.
    """
    ascending = np.sort(values, axis=None)
    return ascending[_first_of_runs(ascending)]


def _first_of_runs(ascending: Array) -> npt.NDArray[np.bool_]:
    first = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    return first


def _runs(values: Array) -> tuple[Array, Array]:
    """Return one place of each different value, in ascending order of them, and which each is."""
    order = np.argsort(values, kind="stable")
    first = _first_of_runs(values[order])
    which = np.empty(len(values), np.intp)
    which[order] = np.cumsum(first) - 1
    return order[first], which


def unit(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return vectors of length one; up where there is no direction."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    flat = length[:, 0] < 1e-30
    out: npt.NDArray[np.float64] = vectors / np.where(length < 1e-30, 1.0, length)
    out[flat] = (0.0, 0.0, 1.0)
    return out


def with_normals(surface: Surface) -> Surface:
    """Return the surface with normals: its own, else smooth ones with edges where faces fold.

    The normal of a corner is the mean of those faces at its vertex that lie within the crease
    angle of its own face, so that buildings look crisp, hills smooth and pipes round.
    Corners of one vertex with different normals become vertices of their own.
    """
    if surface.normal is not None:
        return surface
    flat = surface.triangles.ravel().astype(np.int64)
    corners = surface.position[surface.triangles]
    weighted = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    face = unit(weighted)
    counts = np.bincount(flat, minlength=len(surface.position))
    mean = unit(
        np.column_stack(
            [np.bincount(flat, np.repeat(weighted[:, axis], 3), len(counts)) for axis in range(3)]
        )
    )
    if surface.smooth:
        return replace(surface, normal=mean.astype(np.float32))
    per_corner = mean[flat]
    steep = np.einsum("ij,ij->i", np.repeat(face, 3, axis=0), per_corner) < _SMOOTH_COSINE
    folded = np.zeros(len(counts), bool)
    folded[flat[steep]] = True
    chosen = np.flatnonzero(folded[flat])
    if len(chosen):
        per_corner[chosen] = _folded_normals(flat[chosen], face, weighted, chosen // 3)
    # Ten bits an axis: corners whose normals differ by less than 0.1 degrees share a vertex.
    first, inverse = _runs((flat << 30) | _direction_code(per_corner))
    arrays = surface.vertices(flat[first])
    arrays["normal"] = per_corner[first].astype(np.float32)
    return replace(surface, triangles=inverse.reshape(-1, 3).astype(np.uint32), **arrays)


def _direction_code(normal: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return unit vectors as numbers of 30 bits."""
    steps = np.round((normal + 1.0) * 511.5).astype(np.int64)
    return (steps[:, 0] << 20) | (steps[:, 1] << 10) | steps[:, 2]


def _folded_normals(
    vertex: Array, face: Array, weighted: Array, of_face: Array
) -> npt.NDArray[np.float64]:
    """Return the normals of corners at vertices where faces fold.

    Parameters
    ----------
    vertex, of_face : (k,) integer arrays
        Vertex and face of each corner; every corner of a vertex is among them.
    face, weighted : (m, 3) float64 arrays
        Unit normals of the faces, and normals as long as twice their areas.
    """
    # Faces of one plane are one side: comparing each with each, a vertex of a box would have
    # nine pairs instead of thirty.
    code = (vertex << 30) | _direction_code(face)[of_face]
    one, inverse = _runs(code)
    sides = code[one]
    total = [np.bincount(inverse, weighted[:, axis][of_face]) for axis in range(3)]
    normal = unit(np.column_stack(total))
    starts = np.flatnonzero(np.r_[True, np.diff(sides >> 30) != 0])
    counts = np.diff(np.r_[starts, len(sides)])
    # A vertex with very many sides would make their square of pairs; there each is alone.
    paired = np.repeat(counts <= _MOST_PAIRED, counts)
    few = np.where(paired, np.repeat(counts, counts), 1)
    mine = np.repeat(np.arange(len(sides)), few)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(few) - few, few)
    first = np.where(paired, np.repeat(starts, counts), np.arange(len(sides)))
    other = first[mine] + within
    alike = np.einsum("ij,ij->i", normal[mine], normal[other]) > CREASE_COSINE
    sums = [np.bincount(mine, part[other] * alike, len(sides)) for part in total]
    return unit(np.column_stack(sums))[inverse]


def primitive_of(surface: Surface) -> Primitive:
    """Return the surface as tile content; textured ones carry their own light, so no normals."""
    texture = surface.material.texture if surface.uv is not None else None
    takes_light = texture is None or surface.material.lit
    lit = with_normals(surface) if takes_light else surface
    return Primitive(
        lit.position,
        lit.triangles,
        normal=lit.normal if takes_light else None,
        uv=lit.uv if texture is not None else None,
        colour=lit.colour,
        feature=lit.feature,
        image=texture.data if texture is not None else None,
        mime=texture.mime if texture is not None else "image/jpeg",
        base_colour=lit.material.colour,
        double_sided=lit.material.double_sided,
        name=lit.material.name,
        repeat=texture is not None and lit.uv is not None and repeats(lit.uv),
        alpha_mode=lit.material.alpha_mode if texture is not None else "OPAQUE",
        lit=lit.material.lit,
    )


def repeats(uv: npt.NDArray[np.float32]) -> bool:
    """Return whether texture coordinates leave the image, by more than rounding."""
    return bool(len(uv)) and (float(uv.min()) < -1e-3 or float(uv.max()) > 1.0 + 1e-3)
