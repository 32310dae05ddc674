"""NumPy arrays to VTK data without copies, and the small geometry that drawing needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from vtkmodules.util import numpy_support
from vtkmodules.vtkCommonCore import VTK_TYPE_INT32, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4

Array = npt.NDArray[Any]


def vtk_array(values: Array, kind: int | None = None) -> Any:
    """Return a VTK array that shares the memory of contiguous *values*."""
    convert: Any = numpy_support.numpy_to_vtk
    return convert(np.ascontiguousarray(values), array_type=kind)


def poly_data(
    position: npt.NDArray[np.float32],
    *,
    triangles: Array | None = None,
    lines: Array | None = None,
    normal: npt.NDArray[np.float32] | None = None,
    uv: npt.NDArray[np.float32] | None = None,
    colour: npt.NDArray[np.uint8] | None = None,
) -> Any:
    """Return a ``vtkPolyData`` over the arrays; without cells it gets one vertex a point.

    Parameters
    ----------
    position : (n, 3) float32 array
    triangles : (m, 3) array, lines : (m, 2) array
        Every index must be below n: VTK crashes on others.
    normal : (n, 3) float32 array
    uv : (n, 2) float32 array
        v from the bottom row up, as VTK has it.
    colour : (n, 3) or (n, 4) uint8 array
    """
    data = vtkPolyData()
    points = vtkPoints()
    points.SetData(vtk_array(position))
    data.SetPoints(points)
    if triangles is not None:
        data.SetPolys(cells(triangles, 3))
    if lines is not None:
        data.SetLines(cells(lines, 2))
    if triangles is None and lines is None:
        data.SetVerts(cells(np.arange(len(position), dtype=np.int32), 1))
    if normal is not None:
        data.GetPointData().SetNormals(vtk_array(normal))
    if uv is not None:
        data.GetPointData().SetTCoords(vtk_array(uv))
    if colour is not None:
        scalars = vtk_array(colour)
        scalars.SetName("colour")
        data.GetPointData().SetScalars(scalars)
    return data


def cells(indices: Array, width: int) -> Any:
    """Return a ``vtkCellArray`` of cells with *width* points each."""
    found = vtkCellArray()
    flat = np.ascontiguousarray(indices.reshape(-1), dtype=np.int32)
    found.SetData(width, vtk_array(flat, VTK_TYPE_INT32))
    return found


def image_data(pixels: npt.NDArray[np.uint8]) -> Any:
    """Return a ``vtkImageData`` of (h, w, 3 or 4) pixels, first row on top."""
    height, width, bands = pixels.shape
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    flat = np.ascontiguousarray(pixels[::-1]).reshape(-1, bands)
    scalars = vtk_array(flat)
    scalars.SetName("pixels")
    image.GetPointData().SetScalars(scalars)
    return image


def vtk_matrix(matrix: npt.NDArray[np.float64]) -> Any:
    """Return a ``vtkMatrix4x4`` of a (4, 4) array."""
    out = vtkMatrix4x4()
    out.DeepCopy([float(v) for v in np.asarray(matrix).ravel()])
    return out


def flat_normals(
    position: npt.NDArray[np.float32], triangles: Array
) -> tuple[npt.NDArray[np.float32], Array, npt.NDArray[np.float32]]:
    """Return unshared positions, the index that made them, and one normal a corner."""
    index = triangles.reshape(-1)
    corners = position[index]
    faces = corners.reshape(-1, 3, 3)
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    length = np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
    return corners, index, np.repeat((normal / length).astype(np.float32), 3, axis=0)


def feature_edges(
    position: npt.NDArray[np.float32], triangles: Array, *, angle_deg: float = 25.0
) -> npt.NDArray[np.float32]:
    """Return the edges at which a surface folds or ends, as (2 m, 3) pairs of points.

    Vertices at the same place (to a millimetre) count as one, so that meshes with unshared
    corners have no false edges.
    """
    if len(triangles) == 0:
        return np.zeros((0, 3), np.float32)
    grid = np.rint(position.astype(np.float64) * 1000.0).astype(np.int64)
    _, first, weld = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    faces = weld.reshape(-1)[triangles.astype(np.int64)]
    keep = (
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    )
    faces = faces[keep]
    if len(faces) == 0:
        return np.zeros((0, 3), np.float32)
    places = position[first].astype(np.float64)
    corner = places[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    owner = np.tile(np.arange(len(faces)), 3)
    key = pairs[:, 0] * (len(first) + 1) + pairs[:, 1]
    order = np.argsort(key, kind="stable")
    key, owner, pairs = key[order], owner[order], pairs[order]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    count = np.diff(np.r_[start, len(key)])
    sharp = count != 2
    two = start[~sharp]
    cosine = np.abs(np.einsum("ij,ij->i", normal[owner[two]], normal[owner[two + 1]]))
    chosen = np.r_[start[sharp], two[cosine < np.cos(np.radians(angle_deg))]]
    return np.asarray(places[pairs[chosen].reshape(-1)], np.float32)
