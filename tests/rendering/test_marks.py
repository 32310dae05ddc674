"""Features marked in colours, and features left out of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from rendering.camera import CameraPose
from rendering.marks import MarkGroup
from rendering.stage import Stage
from twin_model.layer import LayerRole

HOUSES = [(-20.0, -10.0, 0.0, -5.0, 10.0, 20.0), (5.0, -10.0, 0.0, 20.0, 10.0, 12.0)]
TOP = CameraPose((0.0, -0.5, 120.0), (0.0, 0.0, 0.0))
#: Where the roofs of the two houses are in a picture of 400 by 400.
LEFT, RIGHT = (slice(195, 205), slice(145, 155)), (slice(195, 205), slice(235, 250))


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(size=(400, 400))
    yield made
    made.close()


def shot(stage: Stage) -> Any:
    stage.camera = TOP
    for _ in range(2):
        assert stage.wait_complete(20)
        stage.render()
    return stage.screenshot().astype(int)


def redness(picture: Any, place: Any) -> float:
    red, green, _ = picture[place].reshape(-1, 3).mean(axis=0)
    return float(red - green)


def test_marked_houses_take_their_groups_colours_and_give_them_back(
    stage: Stage, district: Any
) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage)
    stage.set_marks([MarkGroup("#ff0000", {"houses": {0}}), MarkGroup("#00ff00", {"houses": {1}})])
    marked = shot(stage)
    assert redness(marked, LEFT) > redness(before, LEFT) + 60
    assert redness(marked, RIGHT) < redness(before, RIGHT) - 60
    stage.set_marks([])
    assert np.array_equal(shot(stage), before)


def test_marks_stay_when_the_selection_changes_and_come_to_layers_added_later(
    stage: Stage, district: Any
) -> None:
    stage.set_frame(district.frame)
    stage.set_marks([MarkGroup("#ff0000", {"houses": {0}})])
    stage.add_layer(*district.houses(HOUSES))
    stage.select([("houses", 1)])
    stage.select([])
    marked = shot(stage)
    stage.set_marks([])
    assert redness(marked, LEFT) > redness(shot(stage), LEFT) + 60


def test_things_without_features_are_marked_by_points(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage)
    stage.set_marks([MarkGroup("#ff0000", points=((0.0, 0.0, 30.0),))])
    assert np.abs(shot(stage) - before).sum(axis=2).max() > 100
    stage.set_marks([])
    assert np.array_equal(shot(stage), before)


def test_hidden_houses_are_neither_drawn_nor_picked(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses(HOUSES))
    before = shot(stage)
    picked = stage.pick(150, 200)
    assert picked is not None and picked.feature == 0
    stage.set_hidden({"houses": {0}})
    without = shot(stage)
    assert np.abs(without - before)[LEFT].max() > 5
    # The other one is as it was, except where the shadow of the first fell on it.
    assert np.abs(without - before)[RIGHT].max() < 40
    picked = stage.pick(150, 200)
    assert picked is None or picked.layer != "houses"
    other = stage.pick(242, 200)
    assert other is not None and other.feature == 1
    stage.set_hidden({})
    assert np.array_equal(shot(stage), before)
    picked = stage.pick(150, 200)
    assert picked is not None and picked.feature == 0


def test_hidden_areas_and_things_leave_the_ground(stage: Stage, district: Any) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.terrain())
    areas = [(shapely.box(-30, -30, 30, 30), {"shapan_type": "water", "name": "河"})]
    stage.add_layer(*district.features("water", LayerRole.DRAPE, areas))
    trees = [(shapely.Point(0, -20), {"shapan_type": "tree"})]
    stage.add_layer(*district.features("trees", LayerRole.SYMBOLS, trees))
    before = shot(stage)
    stage.set_hidden({"water": {1}})
    dry = shot(stage)
    assert np.abs(dry - before)[LEFT].max() > 10
    stage.set_hidden({"water": {1}, "trees": {1}})
    assert np.abs(shot(stage) - dry).sum() > 0
    stage.set_hidden({})
    assert np.array_equal(shot(stage), before)
