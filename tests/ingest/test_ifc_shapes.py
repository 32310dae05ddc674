"""Shapes of many products put together are those of each, moved and coloured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.readers.ifc_shapes import Gathered, Shape

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float64)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
RED, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)
GREY = (0.8, 0.8, 0.8, 1.0)


def shape(
    corners: npt.NDArray[np.float64] = CORNERS,
    faces: npt.NDArray[np.int32] = FACES,
    materials: tuple[int, ...] = (0, 0),
    colours: tuple[tuple[float, ...], ...] = (RED,),
    matrix: npt.NDArray[np.float64] | None = None,
) -> Shape:
    return Shape(
        corners.tobytes(),
        faces.tobytes(),
        np.array(materials, np.int32).tobytes(),
        np.array(colours, np.float64).tobytes(),
        None if matrix is None else tuple(matrix.T.ravel().tolist()),
    )


def test_products_of_one_colour_become_one_mesh_that_knows_them() -> None:
    gathered = Gathered()
    quarter = np.array([[0, -1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]], np.float64)
    gathered.add(4, shape(), True)
    gathered.add(7, shape(matrix=quarter), True)
    (mesh,), boxes = gathered.put_together()
    assert mesh.colour == RED
    assert mesh.feature.tolist() == [4] * 4 + [7] * 4
    assert np.allclose(mesh.position[:4], CORNERS)
    assert np.allclose(mesh.position[4:], [[10, 20, 30], [10, 21, 30], [9, 21, 30], [9, 20, 30]])
    assert mesh.triangles.tolist() == [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]
    assert boxes == [[4, 1, 0, 0, 0, 1, 1, 0], [7, 1, 9, 20, 30, 10, 21, 30]]


def test_faces_of_a_product_go_to_the_meshes_of_their_colours() -> None:
    gathered = Gathered()
    gathered.add(0, shape(materials=(1, -1), colours=(RED, BLUE)), True)
    gathered.add(1, shape(colours=(BLUE,)), True)
    meshes = {mesh.colour: mesh for mesh in gathered.put_together()[0]}
    assert set(meshes) == {BLUE, GREY}
    assert meshes[GREY].feature.tolist() == [0, 0, 0]
    assert np.allclose(meshes[GREY].position[meshes[GREY].triangles[0]], CORNERS[[0, 2, 3]])
    assert meshes[BLUE].feature.tolist() == [0] * 3 + [1] * 4


def test_what_is_not_drawn_only_has_a_box() -> None:
    gathered = Gathered()
    gathered.add(3, shape(), False)
    meshes, boxes = gathered.put_together()
    assert not meshes and boxes == [[3, 0, 0, 0, 0, 1, 1, 0]]
    assert gathered.vertices == 0


def test_mistakes_of_a_kernel_cost_no_other_product() -> None:
    gathered = Gathered()
    gathered.add(0, shape(corners=np.full((4, 3), np.nan)), True)
    gathered.add(1, shape(faces=np.array([[0, 1, 2], [0, 9, 3]], np.int32)), True)
    gathered.add(2, shape(corners=np.empty((0, 3)), faces=np.empty((0, 3), np.int32)), True)
    gathered.add(5, shape(colours=()), True)
    meshes, boxes = gathered.put_together()
    assert [box[0] for box in boxes] == [1, 5]
    features = {mesh.colour: set(mesh.feature.tolist()) for mesh in meshes}
    assert features == {RED: {1}, GREY: {5}}
    assert sum(len(mesh.triangles) for mesh in meshes) == 3


def test_nothing_gathered_is_nothing() -> None:
    assert Gathered().put_together() == ([], [])
