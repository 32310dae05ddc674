"""Polygons that become solids."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.contract import MeshChunk
from ingest.tiling import facades
from ingest.tiling.solids import Solids, extrude, valid_polygons

COURTYARD = shapely.Polygon(
    [(0, 0), (40, 0), (40, 30), (0, 30)], [[(10, 10), (10, 20), (30, 20), (30, 10)]]
)
L_SHAPE = shapely.Polygon([(0, 0), (20, 0), (20, 8), (8, 8), (8, 20), (0, 20)])
TWO_PARTS = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(10, 0, 17, 6)])


def raised(
    shapes: list[shapely.Geometry], base: float = 2.0, roof: float = 14.0, ground: float = 2.0
) -> list[MeshChunk]:
    count = len(shapes)
    return extrude(
        Solids(
            np.array(shapes, dtype=object),
            np.full(count, base),
            np.full(count, ground),
            np.full(count, roof),
            np.arange(1, count + 1),
            np.arange(count) % len(facades.FACADES),
        )
    )


def corners_of(chunks: list[MeshChunk], feature: int | None = None) -> np.ndarray:
    """Return (n, 3, 3) triangle corners."""
    out = []
    for chunk in chunks:
        assert chunk.feature is not None
        triangles = chunk.triangles
        if feature is not None:
            triangles = triangles[chunk.feature[triangles[:, 0]] == feature]
        out.append(chunk.position[triangles])
    return np.concatenate(out)


def volume(corners: np.ndarray) -> float:
    """Divergence theorem: positive where the triangles face outwards."""
    centred = corners - corners.reshape(-1, 3).mean(axis=0)
    return float(
        np.einsum("ij,ij->i", centred[:, 0], np.cross(centred[:, 1], centred[:, 2])).sum() / 6
    )


def open_edges(corners: np.ndarray) -> int:
    """Return how many directed edges have no partner in the other direction."""
    edges: Counter[tuple[bytes, bytes]] = Counter()
    for triangle in corners:
        keys = [(corner + 0.0).tobytes() for corner in triangle]
        for first, second in zip(keys, keys[1:] + keys[:1]):
            edges[first, second] += 1
    return sum(abs(count - edges[b, a]) for (a, b), count in edges.items())


@pytest.mark.parametrize("shape", [COURTYARD, L_SHAPE, TWO_PARTS], ids=["courtyard", "L", "two"])
@pytest.mark.parametrize("shift", [0.0, 1.0e5])
def test_a_solid_is_closed_and_holds_area_times_height(
    shape: shapely.Geometry, shift: float
) -> None:
    moved = shapely.transform(shape, lambda points: points + shift)
    corners = corners_of(raised([moved]))
    assert open_edges(corners) == 0
    assert volume(corners) == pytest.approx(shape.area * 12.0, rel=1e-6)


@pytest.mark.parametrize("reverse", [False, True])
def test_the_direction_of_the_rings_does_not_matter(reverse: bool) -> None:
    shape = COURTYARD.reverse() if reverse else COURTYARD
    assert volume(corners_of(raised([shape]))) == pytest.approx(COURTYARD.area * 12.0)


@settings(max_examples=60, deadline=None)
@given(
    radii=st.lists(st.floats(2.0, 50.0), min_size=3, max_size=40),
    height=st.floats(0.5, 300.0),
)
def test_any_star_shaped_outline_is_closed(radii: list[float], height: float) -> None:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    shape = shapely.Polygon(
        np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(radii)[:, None]
    )
    outline, _ = valid_polygons(np.array([shape], dtype=object))
    if outline[0] is None:
        return
    corners = corners_of(raised([outline[0]], 0.0, height, 0.0))
    assert open_edges(corners) == 0
    # Corners are moved by up to half of 5 mm, so the area may change by that times the perimeter.
    slack = outline[0].length * 0.004 * height
    assert volume(corners) == pytest.approx(outline[0].area * height, rel=1e-6, abs=slack)


def test_normals_are_constant_on_faces_and_point_outwards() -> None:
    for chunk in raised([L_SHAPE]):
        corners = chunk.position[chunk.triangles]
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        face /= np.linalg.norm(face, axis=1, keepdims=True)
        assert chunk.normal is not None
        for corner in range(3):
            np.testing.assert_allclose(chunk.normal[chunk.triangles[:, corner]], face, atol=1e-6)


def test_many_solids_keep_their_features_apart() -> None:
    shapes = [shapely.box(i * 30, 0, i * 30 + 5 + i, 10) for i in range(40)]
    chunks = raised(shapes)
    for index in (0, 7, 39):
        corners = corners_of(chunks, index + 1)
        assert open_edges(corners) == 0
        assert volume(corners) == pytest.approx(shapes[index].area * 12.0)
    # Six façades, each with walls and roofs.
    assert len(chunks) == 12


def test_walls_show_whole_bays_and_storeys() -> None:
    wall = next(c for c in raised([shapely.box(0, 0, 34, 17)]) if c.uv is not None)
    facade = facades.FACADES[0]
    assert wall.uv is not None
    bays = wall.uv[:, 0] * facades.BAYS
    storeys = -wall.uv[:, 1] * facades.STOREYS
    np.testing.assert_allclose(bays, np.round(bays), atol=1e-5)
    np.testing.assert_allclose(storeys, np.round(storeys), atol=1e-5)
    assert bays.max() == round(34 / facade.bay_m)
    assert storeys.max() == round(12 / facades.STOREY_M)


def test_what_is_sunk_into_the_ground_does_not_shift_the_windows() -> None:
    wall = next(c for c in raised([shapely.box(0, 0, 34, 17)], 1.0, 14.0, 2.0) if c.uv is not None)
    assert wall.uv is not None
    low = wall.uv[wall.position[:, 2] == 1.0][:, 1]
    assert low == pytest.approx(1.0 / 12.0)


def test_outlines_that_cross_themselves_are_repaired_and_lines_dropped() -> None:
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    flat = shapely.Polygon([(0, 0), (10, 0), (5, 0)])
    shapes, repaired = valid_polygons(np.array([bow, flat, None, L_SHAPE], dtype=object))
    assert repaired == 2
    assert shapes[0].area == pytest.approx(50.0)
    assert shapes[1] is None and shapes[2] is None
    corners = corners_of(raised([shapes[0]]))
    assert volume(corners) == pytest.approx(50.0 * 12.0)


def test_nothing_to_raise_gives_nothing() -> None:
    assert raised([]) == []


def test_a_building_keeps_its_facade_and_uses_decide_it() -> None:
    assert facades.choose("", 10.0, 17) == facades.choose("", 10.0, 17)
    assert facades.FACADES[facades.choose("warehouse", 8.0, 1)].name == "metal"
    assert facades.FACADES[facades.choose("写字楼", 60.0, 1)].name == "glass"
    chosen = {facades.choose("", 12.0, key) for key in range(200)}
    assert len(chosen) >= 3


def test_every_facade_draws_an_image_that_repeats_without_seam() -> None:
    import io

    from PIL import Image

    for index, facade in enumerate(facades.FACADES):
        material = facades.wall_material(index)
        assert material.texture is not None and material.lit
        image = np.asarray(Image.open(io.BytesIO(material.texture.data)).convert("RGB"), np.int16)
        assert image.shape[:2] == (256, 256)
        assert len(material.texture.data) < 40_000
        # Both edges are plain wall, glass façades but for their narrow frames.
        seam = np.abs(image[:, 0] - image[:, -1]).mean()
        inside = np.abs(np.diff(image, axis=1)).max()
        assert seam < 25, facade.name
        assert inside > 20, facade.name
