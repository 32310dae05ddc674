"""Features of layers drawn and picked where they stand, and not where their layer has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from rendering.camera import CameraPose
from rendering.stage import Stage
from twin_model.displacement import Displacement, Pose
from twin_model.layer import LayerRole

HOUSES = [(-40.0, -10.0, 0.0, -25.0, 10.0, 20.0), (5.0, -10.0, 0.0, 20.0, 10.0, 12.0)]
TOP = CameraPose((0.0, -60.5, 120.0), (0.0, 0.0, 0.0))


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(size=(400, 400))
    yield made
    made.close()


def shot(stage: Stage, pose: CameraPose = TOP) -> Any:
    stage.camera = pose
    for _ in range(2):
        assert stage.wait_complete(20)
        stage.render()
    return stage.screenshot().astype(int)


def pixel(stage: Stage, x: float, y: float, z: float) -> tuple[int, int]:
    """Return where a place is in the picture."""
    from rendering.snapping import project

    found, _ = project(stage, np.array([[x, y, z]]))
    return round(float(found[0, 0])), round(float(found[0, 1]))


def displaced(before: tuple[float, float, float], after: tuple[float, float, float],
              **values: float) -> Displacement:  # fmt: skip
    return Displacement(Pose(before), Pose(after, **values))


def test_a_moved_house_looks_as_if_its_layer_had_it_there(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    there = [(-20.0, 20.0, 4.0, -5.0, 40.0, 24.0), HOUSES[1]]
    stage.add_layer(*district.houses(there, "there"))
    wanted = shot(stage)
    stage.remove_layer("there")
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage)
    way = displaced((-32.0, 0.0, 0.0), (-12.0, 30.0, 4.0))
    stage.set_moved({"houses": {0: way}})
    found = shot(stage)
    # The tint of a house follows its number, so both are the same but for rounding.
    assert np.abs(found - wanted).max() <= 12 and np.abs(before - wanted).max() > 60
    old, new = pixel(stage, -32.0, 0.0, 20.0), pixel(stage, -12.0, 30.0, 24.0)
    picked = stage.pick(*new)
    assert picked is not None and (picked.layer, picked.feature) == ("houses", 0)
    left = stage.pick(*old)
    assert left is None or left.layer != "houses"
    bounds = stage.feature_bounds("houses", 0)
    assert bounds == pytest.approx((-20.0, 20.0, 4.0, -5.0, 40.0, 24.0), abs=1e-3)
    stage.set_moved({})
    assert np.array_equal(shot(stage), before)


def test_turned_and_enlarged_houses_stand_on_their_own_point(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    shot(stage)
    place = (12.5, 0.0, 0.0)
    stage.set_moved({"houses": {1: displaced(place, place, heading_deg=90.0, scale=2.0)}})
    shot(stage)
    bounds = stage.feature_bounds("houses", 1)
    assert bounds == pytest.approx((12.5 - 20, -15.0, 0.0, 12.5 + 20, 15.0, 24.0), abs=1e-3)


def test_what_was_moved_out_of_its_tile_is_seen_where_nothing_else_is(
    stage: Stage, district: Any
) -> None:
    stage.set_frame(district.frame)
    stage.set_moved({"houses": {0: displaced((-32.0, 0.0, 0.0), (2968.0, 0.0, 0.0))}})
    stage.add_layer(*district.houses(HOUSES))
    away = CameraPose((2968.0, -60.0, 80.0), (2968.0, 0.0, 0.0))
    shot(stage, away)
    picked = stage.pick(*pixel(stage, 2968.0, 0.0, 20.0))
    assert picked is not None and picked.feature == 0
    stage.set_hidden({"houses": {0}})
    shot(stage, away)
    picked = stage.pick(*pixel(stage, 2968.0, 0.0, 20.0))
    assert picked is None or picked.layer != "houses"


def test_things_and_areas_on_the_ground_stand_where_they_were_moved(
    stage: Stage, district: Any
) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    areas = [(shapely.box(-30, -30, -10, -10), {"shapan_type": "water", "name": "河"})]
    stage.add_layer(*district.features("water", LayerRole.DRAPE, areas))
    lamps = [(shapely.Point(x, 20), {"shapan_type": "lamp"}) for x in (-20.0, 0.0)]
    stage.add_layer(*district.features("lamps", LayerRole.SYMBOLS, lamps))
    before = shot(stage)
    stage.set_moved({
        "water": {1: displaced((-20.0, -20.0, 0.0), (20.0, -20.0, 0.0))},
        "lamps": {1: displaced((-20.0, 20.0, 0.0), (25.0, 25.0, 3.0), scale=2.0)},
    })  # fmt: skip
    after = shot(stage)
    assert np.abs(after - before).max() > 20
    water = stage.feature_bounds("water", 1)
    assert water is not None and water[:2] == pytest.approx((10.0, -30.0))
    picked = stage.pick(*pixel(stage, 20.0, -20.0, 0.0))
    assert picked is not None and (picked.layer, picked.feature) == ("water", 1)
    moved, still = stage.feature_bounds("lamps", 1), stage.feature_bounds("lamps", 2)
    assert moved is not None and still is not None
    # What is lifted off the ground by an edit stands that much above its reference point.
    assert moved[2] == pytest.approx(3.0)
    assert moved[5] - moved[2] == pytest.approx(2 * (still[5] - still[2]))
    picked = stage.pick(*pixel(stage, 25.0, 25.0, 3.0 + 0.5 * (moved[5] - moved[2])))
    assert picked is not None and (picked.layer, picked.feature) == ("lamps", 1)
    stage.set_moved({})
    assert np.abs(shot(stage) - before).mean() < 0.5
    assert stage.feature_bounds("water", 1)[:2] == pytest.approx((-30.0, -30.0))  # type: ignore[index]
