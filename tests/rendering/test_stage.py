"""The stage: layers to pixels, picks, marks, and nothing left behind."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from rendering.camera import CameraPose
from rendering.options import Label, Overlay, StageOptions
from rendering.stage import Stage
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.tiles.write import Primitive, TileNode, bounds_of, encode_glb, write_tileset
from twin_model.time import Instant

HOUSES = [(-20.0, -10.0, 0.0, -5.0, 10.0, 20.0), (5.0, -10.0, 0.0, 20.0, 10.0, 12.0)]
TOP = CameraPose((0.0, -0.5, 120.0), (0.0, 0.0, 0.0))
MIDDLE = 200


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(size=(400, 400))
    yield made
    made.close()


def shot(stage: Stage, pose: CameraPose) -> Any:
    stage.camera = pose
    assert stage.wait_complete(20)
    stage.render()
    assert stage.wait_complete(20)
    return stage.screenshot().astype(int)


def pixel_of(stage: Stage, point: tuple[float, float, float]) -> tuple[int, int]:
    """Return the display pixel of a place, origin at the bottom left."""
    from rendering.navigation import axes

    right, up, forward = axes(stage.camera)
    delta = np.subtract(point, stage.camera.eye)
    scale = 200 / math.tan(math.radians(stage.camera.field_of_view_deg / 2)) / (delta @ forward)
    return int(200 + delta @ right * scale), int(200 + delta @ up * scale)


def test_houses_are_drawn_picked_and_hidden(stage: Stage, district: Any) -> None:
    layer, folder = district.houses(HOUSES)
    stage.set_frame(district.frame)
    stage.add_layer(layer, folder)
    with_houses = shot(stage, TOP)
    found = stage.pick(*pixel_of(stage, (-12.0, 0.0, 20.0)))
    assert found is not None
    assert (found.layer, found.feature) == ("houses", 0)
    assert found.position_local == pytest.approx((-12.0, 0.0, 20.0), abs=0.4)
    other = stage.pick(*pixel_of(stage, (12.0, 0.0, 12.0)))
    assert other is not None and other.feature == 1
    stage.set_style("houses", {"visible": False})
    without = shot(stage, TOP)
    assert np.abs(with_houses - without).sum(axis=2).max() > 20
    assert stage.pick(*pixel_of(stage, (-12.0, 0.0, 20.0))) is None


def test_the_depth_buffer_gives_positions_to_a_centimetre(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    shot(stage, CameraPose((-60.0, -80.0, 60.0), (0.0, 0.0, 10.0)))
    x, y = pixel_of(stage, (-12.0, -4.0, 20.0))
    seen = stage.position_at(x, y)
    picked = stage.pick(x, y)
    assert seen is not None and picked is not None
    assert seen == pytest.approx(picked.position_local, abs=0.01)
    assert seen[2] == pytest.approx(20.0, abs=0.01)


def test_the_sky_has_no_position_and_the_ground_plane_has(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    shot(stage, CameraPose((0.0, -300.0, 10.0), (0.0, 0.0, 40.0)))
    assert stage.position_at(200, 398) is None
    assert stage.pick(200, 398) is None
    ground = stage.position_at(20, 5)
    assert ground is not None and ground[2] == pytest.approx(0.0, abs=0.5)


def test_selecting_outlines_and_does_not_repaint(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage, TOP)
    stage.select([("houses", 1)])
    after = shot(stage, TOP)
    changed = np.abs(before - after).sum(axis=2) > 30
    x, y = pixel_of(stage, (12.0, 0.0, 12.0))
    other = pixel_of(stage, (-12.0, 0.0, 20.0))
    assert changed.sum() > 100
    assert not changed[400 - other[1] - 3 : 400 - other[1] + 3, other[0] - 3 : other[0] + 3].any()
    # The roof keeps most of its own colour below the tint.
    assert np.abs(before[399 - y, x] - after[399 - y, x]).max() < 90
    stage.select([])
    assert np.array_equal(shot(stage, TOP), before)


def test_hovering_changes_the_picture_and_back(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage, TOP)
    stage.hover(("houses", 0))
    assert not np.array_equal(shot(stage, TOP), before)
    stage.hover(None)
    assert np.array_equal(shot(stage, TOP), before)


def test_roads_and_water_lie_on_the_terrain(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    rows = [(shapely.box(-300, -60, 300, -20), {"shapan_type": "water", "name": "河"})]
    stage.add_layer(*district.features("water", LayerRole.DRAPE, rows))
    road = [
        (
            shapely.LineString([(-300, 20), (300, 20)]),
            {"shapan_type": "road", "name": "中山路", "shapan_width_m": 12.0},
        )
    ]
    stage.add_layer(*district.features("roads", LayerRole.DRAPE, road))
    picture = shot(stage, TOP)
    x, y = pixel_of(stage, (15.0, -45.0, 0.0))  # beside the name of the river
    water = picture[399 - y, x]
    assert water[2] > water[0] + 25
    x, y = pixel_of(stage, (0.0, 20.0, 0.0))
    assert picture[399 - y, x].min() > 225
    found = stage.pick(x, y)
    assert found is not None
    assert (found.layer, found.feature, found.name) == ("roads", 1, "中山路")
    assert stage.pick(*pixel_of(stage, (0.0, 35.0, 0.0))) is None


def test_roads_stay_above_land_whatever_the_order_of_import(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    road = [
        (shapely.LineString([(-300, 0), (300, 0)]), {"shapan_type": "road", "shapan_width_m": 12.0})
    ]
    stage.add_layer(*district.features("roads", LayerRole.DRAPE, road))
    land = [(shapely.box(-200, -200, 200, 200), {"shapan_type": "land_use", "landuse": "forest"})]
    stage.add_layer(*district.features("land", LayerRole.DRAPE, land))
    picture = shot(stage, TOP)
    assert picture[200, 200].min() > 225
    assert picture[60, 200, 1] > picture[60, 200, 2] + 20


def test_restyling_a_drape_repaints_it(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    land = [(shapely.box(-200, -200, 200, 200), {"shapan_type": "parcel"})]
    stage.add_layer(*district.features("land", LayerRole.DRAPE, land))
    shot(stage, TOP)
    stage.set_style("land", {"colour": "#ff0000"})
    red = shot(stage, TOP)[200, 200]
    assert red[0] > 240 and red[1] < 30


def test_ground_height_follows_the_terrain_and_ends_with_it(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    # The made-up hill is 40 m high at (152, 182); the frame's origin lies at 10 m.
    assert stage.ground_height(150.0, 180.0) == pytest.approx(40.0, abs=0.5)
    assert stage.ground_height(-300.0, -300.0) == pytest.approx(0.0, abs=0.01)
    assert stage.ground_height(5_000.0, 0.0) is None


def test_symbols_stand_on_the_terrain(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    rows = [(shapely.Point(150.0, 180.0), {"shapan_type": "tank", "name": "储罐 7"})]
    stage.add_layer(*district.features("things", LayerRole.SYMBOLS, rows))
    shot(stage, CameraPose((150.0, 80.0, 80.0), (150.0, 180.0, 44.0)))
    bounds = stage.layer_bounds("things")
    assert bounds is not None and bounds[2] == pytest.approx(40.0, abs=0.6)
    found = stage.pick(*pixel_of(stage, (150.0, 173.2, 45.0)))
    assert found is not None
    assert (found.layer, found.feature, found.name) == ("things", 1, "储罐 7")


def test_labels_never_cover_each_other(stage: Stage, district: Any) -> None:
    rows = [
        (
            shapely.Point(float(i % 10), float(i // 10)),
            {"shapan_type": "sensor", "name": f"测点 {i}"},
        )
        for i in range(100)
    ]
    stage.set_frame(district.frame)
    stage.add_layer(*district.features("things", LayerRole.SYMBOLS, rows))
    shot(stage, CameraPose((5.0, -60.0, 30.0), (5.0, 5.0, 0.0)))
    assert 1 <= len(stage._scene.labels.shown) < 30


def test_points_are_coloured_by_what_is_asked_for(stage: Stage, district: Any) -> None:
    grid = np.array([(x, y, 0.0) for x in range(-40, 41) for y in range(-40, 41)], float)
    red = np.tile(np.array([[250, 10, 10]], np.uint8), (len(grid), 1))
    classes = np.full(len(grid), 9, np.uint8)
    stage.set_frame(district.frame)
    layer, folder = district.points(grid, colour=red, extra={"_CLASSIFICATION": classes})
    stage.add_layer(layer, folder)
    stage.set_style("points", {"colour_by": "rgb", "point_size": 5})
    assert shot(stage, TOP)[MIDDLE, MIDDLE, 0] > 180
    stage.set_style("points", {"colour_by": "classification", "point_size": 5})
    water = shot(stage, TOP)[MIDDLE, MIDDLE]
    assert water[2] > water[0] + 60
    found = stage.pick(MIDDLE, MIDDLE)
    assert found is not None and found.layer == "points"


def test_far_from_the_origin_nothing_jitters(stage: Stage, district: Any) -> None:
    pictures = []
    for name, shift in (("near", 0.0), ("far", 500_000.0)):
        boxes = [tuple(np.add(b, [shift, 0, 0, shift, 0, 0])) for b in HOUSES]
        layer, folder = district.houses(boxes, name)
        stage.set_frame(district.frame)
        stage.add_layer(layer, folder)
        pose = CameraPose((shift, -60.0, 50.0), (shift, 0.0, 8.0))
        pictures.append(shot(stage, pose))
        stage.remove_layer(name)
    assert np.abs(pictures[0] - pictures[1]).max() <= 3


def test_a_geocentric_tileset_lands_in_the_projects_frame(stage: Stage, real_data: Path) -> None:
    root = real_data / "tiles3d/cesium_3d-tiles-samples/1.0/TilesetWithDiscreteLOD/tileset.json"
    frame = Frame("EPSG:32618").with_origin(447_700.0, 4_432_600.0, 0.0)
    layer = Layer(
        "dragon", "dragon", "tileset", LayerRole.MESH, "3D Tiles 1.0", str(root), str(root)
    )
    stage.set_frame(frame)
    stage.add_layer(layer, root.parent)
    bounds = stage.layer_bounds("dragon")
    assert bounds is not None and all(abs(v) < 2_000 for v in bounds)
    shot(stage, stage.fit())
    found = stage.pick(200, 200)
    assert found is not None and found.layer == "dragon"
    assert (
        any("dragon_high" in text for text in stage.statistics().failures["dragon"])
        or stage.complete
    )


def test_every_sample_tileset_draws_something(stage: Stage, real_data: Path) -> None:
    samples = real_data / "tiles3d/cesium_3d-tiles-samples"
    stage.set_frame(Frame("EPSG:32618").with_origin(447_700.0, 4_432_600.0, 0.0))
    empty = {"TilesetWithFullMetadata"}
    for root in sorted(samples.rglob("tileset.json")):
        layer = Layer("t", "t", "tileset", LayerRole.MESH, "3D Tiles", str(root), str(root))
        stage.add_layer(layer, root.parent)
        stage.camera = stage.fit()
        assert stage.wait_complete(20), root
        drawn = stage.statistics().triangles + stage.statistics().points
        assert (drawn > 0) != (root.parent.name in empty), root
        stage.render()
        stage.remove_layer("t")


def test_detail_is_loaded_level_by_level_and_comes_to_rest(stage: Stage, tmp_path: Path) -> None:
    frame = Frame("EPSG:32650").with_origin(500_000.0, 3_300_000.0, 0.0)
    children = []
    for i in range(4):
        part = _sheet(i % 2 * 50.0 - 50, i // 2 * 50.0 - 50, 50.0, 8)
        (tmp_path / f"{i}.glb").write_bytes(encode_glb([part]))
        children.append(TileNode(bounds_of([part]), 0.0, f"{i}.glb"))
    coarse = _sheet(-50.0, -50.0, 100.0, 2)
    (tmp_path / "root.glb").write_bytes(encode_glb([coarse]))
    write_tileset(tmp_path, TileNode(bounds_of([coarse]), 5.0, "root.glb", children), frame)
    stage.set_frame(frame)
    stage.add_layer(Layer("m", "m", "mesh", LayerRole.MESH, "x", "x", "tileset.json"), tmp_path)
    stage.camera = CameraPose((0.0, -3000.0, 2000.0), (0.0, 0.0, 0.0))
    assert stage.wait_complete(10)
    assert stage.statistics().triangles == 8
    stage.camera = CameraPose((0.0, -60.0, 60.0), (0.0, 0.0, 0.0))
    assert stage.wait_complete(10)
    assert stage.complete
    assert stage.statistics().triangles == 4 * 128


def _sheet(x: float, y: float, size: float, n: int) -> Primitive:
    axis = np.linspace(0, size, n + 1)
    gx, gy = np.meshgrid(x + axis, y + axis)
    position = np.stack([gx, gy, np.zeros_like(gx)], -1).reshape(-1, 3)
    index = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate(
        [np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]
    )
    return Primitive(position, faces)


def test_a_budget_makes_detail_coarser_and_says_so(tmp_path: Path) -> None:
    frame = Frame("EPSG:32650").with_origin(500_000.0, 3_300_000.0, 0.0)
    fine = _sheet(-50.0, -50.0, 100.0, 60)
    coarse = _sheet(-50.0, -50.0, 100.0, 2)
    for name, part in (("fine.glb", fine), ("coarse.glb", coarse)):
        (tmp_path / name).write_bytes(encode_glb([part]))
    child = TileNode(bounds_of([fine]), 0.0, "fine.glb")
    write_tileset(tmp_path, TileNode(bounds_of([coarse]), 20.0, "coarse.glb", [child]), frame)
    stage = Stage(size=(400, 400), options=StageOptions(rest_triangles=1_000))
    stage.set_frame(frame)
    stage.add_layer(Layer("m", "m", "mesh", LayerRole.MESH, "x", "x", "tileset.json"), tmp_path)
    stage.camera = CameraPose((0.0, -80.0, 80.0), (0.0, 0.0, 0.0))
    stage.render()
    assert stage.wait_complete(10)
    assert stage.statistics().triangles == 8
    assert any("reduced" in note for note in stage.statistics().quality_notes)
    stage.close()


def test_a_broken_layer_is_refused_and_leaves_the_rest(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage, TOP)
    layer, folder = district.layer("bad", LayerRole.MESH, "tileset.json")
    (folder / "tileset.json").write_text("{")
    with pytest.raises(SourceError, match=r"tileset\.json"):
        stage.add_layer(layer, folder)
    for role, content in ((LayerRole.TERRAIN, "terrain.tif"), (LayerRole.DRAPE, "features.gpkg")):
        layer, folder = district.layer("worse", role, content)
        (folder / content).write_bytes(b"nonsense")
        with pytest.raises(SourceError):
            stage.add_layer(layer, folder)
    assert np.array_equal(shot(stage, TOP), before)


def test_a_broken_tile_among_good_ones_is_named(stage: Stage, district: Any) -> None:
    layer, folder = district.houses(HOUSES)
    document = json.loads((folder / "tileset.json").read_text())
    document["root"]["contents"] = [document["root"].pop("content"), {"uri": "gone.glb"}]
    (folder / "tileset.json").write_text(json.dumps(document))
    stage.set_frame(district.frame)
    stage.add_layer(layer, folder)
    stage.camera = TOP
    assert stage.wait_complete(10)
    assert any("gone.glb" in text for text in stage.statistics().failures["houses"])


def test_overlays_come_and_go(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage, TOP)
    overlay = Overlay(
        lines=(((-30.0, 0.0, 25.0), (30.0, 0.0, 25.0)),),
        points=((0.0, 20.0, 5.0),),
        labels=(Label((0.0, -20.0, 5.0), "46.2 m 高"),),
        colour="#ff0000",
        line_width_px=4,
    )
    stage.set_overlay("measure", overlay)
    marked = shot(stage, TOP)
    assert (np.abs(marked - before).sum(axis=2) > 60).sum() > 300
    stage.set_overlay("measure", None)
    assert np.array_equal(shot(stage, TOP), before)


def test_a_casing_sets_a_line_off_from_its_ground(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    line = ((-30.0, 0.0, 25.0), (30.0, 0.0, 25.0))
    overlay = Overlay(lines=(line,), colour="#ff0000", line_width_px=4, casing="#ffffff")
    stage.set_overlay("measure", overlay)
    picture = shot(stage, TOP)
    across = picture[MIDDLE - 12 : MIDDLE + 12, MIDDLE]
    red = np.flatnonzero((across[:, 0] > 200) & (across[:, 1] < 80))
    white = np.flatnonzero((across > 235).all(axis=1))
    # Over the white line and not under it, with an edge on both sides.
    assert 3 <= len(red) <= 5
    assert white.min() < red.min() and white.max() > red.max()


def test_the_theme_and_the_hour_change_the_light(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    pose = CameraPose((0.0, -120.0, 30.0), (0.0, 0.0, 10.0))
    stage.set_date(Instant.parse("2026-06-21T04:00:00Z"))
    noon = shot(stage, pose)
    stage.set_date(Instant.parse("2026-06-21T10:00:00Z"))
    evening = shot(stage, pose)
    assert np.abs(noon - evening).mean() > 0.2
    stage.set_theme(True)
    assert shot(stage, pose).mean() < evening.mean() - 20


def test_the_sun_stands_where_the_almanac_says() -> None:
    from rendering.sky import sun_direction

    frame = Frame("EPSG:32650").with_origin(500_000.0, 3_300_000.0, 0.0)
    # Longitude 117, latitude 29.8; solar noon of the June solstice is near 04:14 UTC, when the
    # sun stands 83.6 degrees high (90 - 29.83 + 23.44).
    up = max(
        float(sun_direction(frame, (0.0, 0.0, 0.0), Instant.parse(f"2026-06-21T04:{m:02d}:00Z"))[2])
        for m in range(0, 30, 2)
    )
    assert math.degrees(math.asin(up)) == pytest.approx(83.6, abs=0.3)
    morning = sun_direction(frame, (0.0, 0.0, 0.0), Instant.parse("2026-06-21T00:00:00Z"))
    assert morning[0] > 0.7 and morning[2] > 0.3


def test_a_large_screenshot_has_the_size_asked_for(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    shot(stage, TOP)
    assert stage.screenshot(3).shape == (1200, 1200, 3)


def test_moving_asks_for_less_detail(stage: Stage) -> None:
    stage.render()
    at_rest = stage._look().error_px
    stage.set_moving(True)
    assert stage._look().error_px > at_rest


def test_closing_leaves_no_vtk_object_and_no_thread(district: Any) -> None:
    import threading

    gc.collect()
    before = {id(o) for o in gc.get_objects() if type(o).__name__.startswith("vtk")}
    threads = threading.active_count()
    stage = Stage(size=(200, 200))
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    stage.add_layer(*district.houses(HOUSES))
    rows = [(shapely.Point(0.0, 0.0), {"shapan_type": "crane", "name": "岸桥"})]
    stage.add_layer(*district.features("things", LayerRole.SYMBOLS, rows))
    stage.camera = stage.fit()
    assert stage.wait_complete(20)
    stage.render()
    stage.close()
    stage.close()
    assert stage.update() is False
    assert threading.active_count() == threads
    del stage
    gc.collect()
    left = [
        type(o).__name__
        for o in gc.get_objects()
        if type(o).__name__.startswith("vtk") and id(o) not in before
    ]
    assert left == []


def test_labels_and_lines_are_twice_as_large_on_a_dense_display(
    stage: Stage, district: Any
) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    plain = shot(stage, TOP)

    def changed(dpi: int) -> int:
        stage.window.SetDPI(dpi)
        line = ((-30.0, 0.0, 25.0), (30.0, 0.0, 25.0))
        label = Label((0.0, -20.0, 5.0), "46.2 m 高")
        stage.set_overlay("measure", Overlay(lines=(line,), labels=(label,), colour="#ff0000"))
        marked = shot(stage, TOP)
        stage.set_overlay("measure", None)
        return int((np.abs(marked - plain).sum(axis=2) > 60).sum())

    assert changed(192) > 2.2 * changed(96)
