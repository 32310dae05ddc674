"""Entities that stand for themselves: built in chunks, drawn, picked, marked, changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from rendering.camera import CameraPose, look_at
from rendering.entities.chunks import CHUNK, arrange, build, paint
from rendering.entities.meshes import mesh_of
from rendering.entities.shape import ENTITIES, EntityShape, Form
from rendering.light import Light
from rendering.options import Label, Overlay, StageOptions
from rendering.stage import Stage

if TYPE_CHECKING:
    from conftest import District


def flat(x: object, y: object) -> object:
    return np.full(np.shape(x), 2.0)


def shape(feature: int = 1, geometry: object = None, **more: object) -> EntityShape:
    values = {"name": f"thing {feature}", "kind": "equipment", "symbol": "pin#7f8c94",
              "colour": "#7f8c94", "position": None}  # fmt: skip
    return EntityShape(feature, geometry=geometry, **{**values, **more})  # type: ignore[arg-type]


SQUARE = shapely.box(0, 0, 20, 10)
PIPE = shapely.LineString([(0, 0), (30, 0), (30, 20)])


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(size=(400, 400), options=StageOptions())
    yield made
    made.close()


def show(stage: Stage, *shapes: EntityShape, pose: CameraPose | None = None) -> None:
    stage.entities.replace(shapes)
    assert stage.wait_complete(20.0)
    stage.camera = pose or stage.fit()
    assert stage.wait_complete(20.0)
    stage.render()
    assert stage.wait_complete(20.0)
    stage.render()


def pixel(stage: Stage, place: tuple[float, float, float]) -> tuple[int, int]:
    stage.renderer.SetWorldPoint(*place, 1.0)
    stage.renderer.WorldToDisplay()
    x, y, _ = stage.renderer.GetDisplayPoint()
    return round(x), round(y)


@pytest.mark.parametrize(
    ("geometry", "more", "form"),
    [
        (None, {"position": (0.0, 0.0, 0.0)}, Form.SYMBOL),
        (SQUARE, {"height_m": 12.0}, Form.SOLID),
        (SQUARE, {}, Form.PAINTED),
        (shapely.force_3d(SQUARE, 5.0), {}, Form.SHEET),
        (PIPE, {"width_m": 0.4}, Form.TUBE),
        (PIPE, {"kind": "road"}, Form.PAINTED),
        (shapely.force_3d(PIPE, 5.0), {"kind": "road"}, Form.RIBBON),
        (PIPE, {"height_m": 2.0}, Form.WALL),
    ],
)
def test_the_form_follows_from_geometry_height_and_type(
    geometry: object, more: dict[str, object], form: Form
) -> None:
    assert shape(geometry=geometry, **more).form is form


def test_a_solid_stands_on_the_ground_and_is_as_high_as_it_says() -> None:
    mesh = mesh_of(shape(geometry=SQUARE, height_m=12.0), Form.SOLID, flat)
    corners = np.concatenate(mesh.corners)
    assert corners[:, 2].max() == pytest.approx(14.0)
    assert corners[:, 2].min() == pytest.approx(1.7)
    roof = corners[corners[:, 2] > 13.9].reshape(-1, 3)
    assert shapely.MultiPoint(roof[:, :2]).convex_hull.area == pytest.approx(200.0)


def test_a_yard_inside_a_solid_stays_open() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 20, 20).exterior.coords,
                           [shapely.box(5, 5, 15, 15).exterior.coords])  # fmt: skip
    mesh = mesh_of(shape(geometry=ring, height_m=6.0), Form.SOLID, flat)
    top = [c.reshape(-1, 3, 3) for c in mesh.corners]
    roof = np.concatenate([t[(t[:, :, 2] > 7.9).all(axis=1)] for t in top])
    area = sum(shapely.Polygon(t[:, :2]).area for t in roof)
    assert area == pytest.approx(400.0 - 100.0)


def test_a_pipe_without_heights_follows_the_ground() -> None:
    def slope(x: object, y: object) -> object:
        return np.asarray(x, float) * 0.1

    mesh = mesh_of(shape(geometry=PIPE, width_m=0.4), Form.TUBE, slope)
    course = mesh.traces[0]
    assert np.allclose(course[:, 2], course[:, 0] * 0.1 + 0.2)
    assert len(mesh.vertices[0]) == 3


def test_many_entities_make_few_chunks_of_neighbours() -> None:
    rng = np.random.default_rng(1)
    shapes = [shape(n, position=(*map(float, rng.uniform(0, 900, 2)), 0.0)) for n in range(2000)]
    chunks, painted = arrange(shapes, flat)
    assert not painted
    assert sum(len(chunk.shapes) for chunk in chunks) == 2000
    assert max(len(chunk.shapes) for chunk in chunks) <= CHUNK
    built = build(chunks[0].group, list(chunks[0].shapes.values()), flat, Light())
    assert built.bounds is not None
    assert built.bounds[3] - built.bounds[0] < 450


def test_what_is_flat_but_lifted_is_drawn_in_the_air() -> None:
    chunks, painted = arrange([shape(1, SQUARE, position=(10.0, 5.0, 30.0)),
                               shape(2, SQUARE, position=(10.0, 5.0, 2.1))], flat)  # fmt: skip
    assert list(painted) == [2]
    assert list(chunks[0].shapes) == [1]
    painting = paint(ENTITIES, list(painted.values()), [], flat)
    assert painting.traces.vertices[:, 2] == pytest.approx(2.0)


def test_solids_symbols_and_pipes_are_picked_as_what_they_are(stage: Stage) -> None:
    show(
        stage,
        shape(7, SQUARE, height_m=12.0, colour="#c9c3b6"),
        shape(8, position=(40.0, 5.0, 0.0), symbol="pump"),
        shape(9, shapely.LineString([(-5, -12, 1), (50, -12, 1)]), width_m=0.6),
        pose=look_at((-10.0, -15.0, 0.0, 55.0, 15.0, 12.0)),
    )
    for place, feature in (
        ((10.0, 5.0, 12.0), 7), ((39.5, 5.0, 1.0), 8), ((20.0, -12.0, 1.2), 9),
    ):  # fmt: skip
        found = stage.pick(*pixel(stage, place))
        assert found is not None, place
        assert (found.layer, found.feature) == (ENTITIES, feature)
    assert stage.entities.bounds is not None
    assert stage.entities.bounds[5] == pytest.approx(12.0, abs=0.5)


def test_a_flat_area_is_painted_on_terrain_and_picked_there(
    stage: Stage, district: District
) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    assert stage.wait_complete(20.0)
    before = stage.screenshot().astype(int)
    show(stage, shape(3, shapely.box(-60, -60, 60, 60), kind="plaza", colour="#b02020"),
         pose=look_at((-80.0, -80.0, 0.0, 80.0, 80.0, 10.0)))  # fmt: skip
    ground = stage.ground_height(0.0, 0.0)
    assert ground is not None
    at = pixel(stage, (0.0, 0.0, ground))
    red, green, _ = (int(v) for v in stage.screenshot()[400 - at[1], at[0]])
    assert red > green + 60
    found = stage.pick(*at)
    assert found is not None
    assert (found.layer, found.feature) == (ENTITIES, 3)
    assert before.shape == (400, 400, 3)


def test_a_change_rebuilds_only_the_chunk_it_is_in(stage: Stage) -> None:
    shapes = [shape(n, position=(12.0 * (n % 40), 12.0 * (n // 40), 0.0)) for n in range(400)]
    show(stage, *shapes)
    before = {number: chunk.built for number, chunk in stage.entities._chunks.items()}
    moved = shape(5, position=(61.0, 1.0, 0.0))
    stage.entities.change([moved], gone=[6])
    assert stage.wait_complete(20.0)
    after = {number: chunk.built for number, chunk in stage.entities._chunks.items()}
    rebuilt = [n for n in after if before.get(n) is not after[n]]
    assert 1 <= len(rebuilt) <= 2
    assert stage.entities.feature_bounds(6) is None
    box = stage.entities.feature_bounds(5)
    assert box is not None
    assert box[0] < 61.0 < box[3]


def test_the_selection_is_outlined_and_gone_again(stage: Stage) -> None:
    show(stage, shape(7, SQUARE, height_m=12.0), shape(8, position=(40.0, 5.0, 0.0)))
    plain = stage.screenshot().astype(int)
    stage.select([(ENTITIES, 7), (ENTITIES, 8)])
    marked = stage.screenshot().astype(int)
    assert (np.abs(marked - plain).max(axis=2) > 40).sum() > 100
    stage.select([])
    assert (np.abs(stage.screenshot().astype(int) - plain).max(axis=2) > 40).sum() < 20


def test_hidden_entities_are_neither_drawn_nor_picked(stage: Stage) -> None:
    show(stage, shape(7, SQUARE, height_m=12.0))
    at = pixel(stage, (10.0, 5.0, 12.0))
    stage.set_style(ENTITIES, {"visible": False})
    stage.update()
    stage.render()
    found = stage.pick(*at)
    assert found is None or found.layer != ENTITIES


def test_a_text_over_a_place_does_not_hide_it_from_picking(stage: Stage) -> None:
    show(stage, shape(7, shapely.box(0, 0, 200, 200), height_m=5.0))
    x, y = pixel(stage, (100.0, 100.0, 5.0))
    place = (100.0, 100.0, 5.0)
    stage.set_overlay("mark", Overlay(points=(place,), labels=(Label(place, "Grid 5.00 m"),)))
    stage.update()
    stage.render()
    for shift in (0, 4, 10):
        found = stage.position_at(x, y + shift)
        assert found is not None
        assert found[2] == pytest.approx(5.0, abs=0.5)
        assert found[0] == pytest.approx(100.0, abs=20.0)


def test_a_buried_pipe_is_kept_apart_so_that_it_shows_through_the_ground() -> None:
    deep = shapely.LineString([(0, 0, -3), (50, 0, -3)])
    above = shapely.LineString([(0, 9, 2.5), (50, 9, 2.5)])
    built = build("", [shape(1, deep, width_m=0.4), shape(2, above, width_m=0.4)], flat, Light())
    assert built.buried.GetNumberOfLines() == 1
    assert built.lines.GetNumberOfLines() == 1
