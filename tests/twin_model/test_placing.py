"""Where the features of layers stand: absent, moved, turned, scaled, or replaced by own shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin_model.commands import AddEntities, Command, EditEntities, RemoveEntities
from twin_model.displacement import Displacement, Pose
from twin_model.entity import SCALE_ATTRIBUTE, Entity
from twin_model.frame import Frame
from twin_model.placing import absent_features, is_replaced, placing, replacing
from twin_model.shaping import moved, polygon_wkb, scaled, turned
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (520_000.123, 3_380_000.456, 7.789))
DAY_US = 86_400_000_000
START = Instant.parse("2070-01-01")  # after what the clock says when the project is made
SQUARE = polygon_wkb([(0, 0), (4, 0), (4, 4), (0, 4)])


def day(number: float) -> Instant:
    return Instant(START.us + round(number * DAY_US))


def on(twin: Twin, number: float, command: Command) -> None:
    """Carry out a command on a day."""
    twin.clock = lambda: day(number)
    twin.execute(command)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    """Four lamps of a layer, and a lamp that no layer draws."""
    lamps = [
        Entity(f"l{n}", "lamp", f"L{n}", (n / 3.0, 10.0, 5.0), layer="site", feature=n)
        for n in range(4)
    ]
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        on(made, 0, AddEntities([*lamps, Entity("own", "lamp", "Own", (1.0, 1.0, 0.0))]))
        yield made


def edit(twin: Twin, number: float, entity: str, **values: object) -> None:
    on(twin, number, EditEntities([replace(twin.entity(entity), **values)]))  # type: ignore[arg-type]


def test_features_whose_entities_are_gone_or_to_come_stand_for_nothing(twin: Twin) -> None:
    late = Entity("l9", "lamp", layer="site", feature=9, valid=Interval(day(30)))
    on(twin, 20, RemoveEntities(["l1"]))
    on(twin, 30, AddEntities([late]))
    assert absent_features(twin.at(day(5))) == {"site": {9}}
    assert absent_features(twin.at(day(25))) == {"site": {1, 9}}
    assert absent_features(twin) == {"site": {1}}
    assert absent_features(twin, ["other"]) == {}
    assert placing(twin).hidden() == {"site": {1}}
    assert placing(twin).hidden({"site": {1}}) == {"site": set()}


def test_a_moved_thing_is_displaced_from_when_it_was_moved_until_undone(twin: Twin) -> None:
    edit(twin, 5, "l2", name="renamed")
    assert placing(twin).moved == {}
    on(twin, 10, EditEntities([moved(twin.entity("l2"), (5.0, -2.0, 1.0))]))
    edit(twin, 11, "own", position=(3.0, 3.0, 0.0))
    found = placing(twin).moved
    assert list(found) == ["site"] and list(found["site"]) == [2]
    corner = found["site"][2].matrix @ [2 / 3.0 + 1.0, 11.0, 5.0, 1.0]
    assert corner[:3] == pytest.approx([2 / 3.0 + 6.0, 9.0, 6.0])
    assert placing(twin.at(day(9))).moved == {}
    assert placing(twin.as_known_on(day(9))).moved == {}
    assert list(placing(twin.at(day(10.5))).moved["site"]) == [2]
    twin.undo()
    twin.undo()
    assert placing(twin).moved == {}
    twin.redo()
    assert list(placing(twin).moved["site"]) == [2]


def test_turning_and_scaling_go_about_the_things_own_place(twin: Twin) -> None:
    lamp = twin.entity("l0")
    on(twin, 1, EditEntities([scaled(turned(lamp, 90.0, (0.0, 0.0)), 2.0, (0.0, 0.0, 5.0))]))
    assert twin.entity("l0").attributes == {SCALE_ATTRIBUTE: 2.0}
    (found,) = placing(twin).moved["site"].values()
    # North of the lamp by one metre: east of where it stands now, by two.
    place = found.matrix @ [0.0, 11.0, 5.0, 1.0]
    assert place[:3] == pytest.approx([22.0, 0.0, 5.0])
    # A second scaling counts against what the layer has, not against the first.
    on(twin, 2, EditEntities([scaled(twin.entity("l0"), 0.5, (20.0, 0.0, 5.0))]))
    (found,) = placing(twin).moved["site"].values()
    assert found.after.scale == 1.0


def test_tilting_raises_the_front_and_lowers_the_right() -> None:
    still = Pose((0.0, 0.0, 0.0), heading_deg=90.0)
    pitched = Displacement(still, replace(still, pitch_deg=90.0)).matrix[:3, :3]
    # What faces east (the front) then faces up.
    assert pitched @ [1.0, 0.0, 0.0] == pytest.approx([0.0, 0.0, 1.0])
    rolled = Displacement(still, replace(still, roll_deg=90.0)).matrix[:3, :3]
    # Its right side is south, and then lies below.
    assert rolled @ [0.0, -1.0, 0.0] == pytest.approx([0.0, 0.0, -1.0])
    assert Displacement(still, replace(still, heading_deg=450.0)).is_none


def test_an_own_shape_replaces_the_feature_unless_it_was_there_before(twin: Twin) -> None:
    edit(twin, 3, "own", geometry=SQUARE, position=(2.0, 2.0, 0.0))
    edit(twin, 4, "l3", layer=None, feature=None)
    edit(twin, 5, "own", layer="site", feature=3)
    assert placing(twin).replaced == {} and replacing(twin) == []
    on(twin, 6, EditEntities([moved(twin.entity("own"), (1.0, 0.0, 0.0))]))
    assert placing(twin).replaced == {}
    assert list(placing(twin).moved["site"]) == [3]
    edit(twin, 7, "l0", geometry=SQUARE)
    assert placing(twin).hidden() == {"site": {0}}
    assert [one.id for one in replacing(twin)] == ["l0"]
    assert is_replaced(twin, twin.entity("l0")) and not is_replaced(twin, twin.entity("own"))
    assert replacing(twin.at(day(6.5))) == []


def test_what_is_attached_again_stands_where_it_is_attached(twin: Twin) -> None:
    edit(twin, 1, "l1", position=(30.0, 30.0, 5.0))
    edit(twin, 2, "l1", layer=None, feature=None)
    twin.undo()
    # Detaching was undone: it is as far from its layer's place as before.
    (found,) = placing(twin).moved["site"].values()
    assert found.after.position == pytest.approx((30.0, 30.0, 5.0))
    edit(twin, 3, "l1", position=(31.0, 30.0, 5.0))
    (found,) = placing(twin).moved["site"].values()
    assert found.before.position == pytest.approx((1 / 3.0, 10.0, 5.0))
    edit(twin, 4, "l1", layer=None, feature=None)
    edit(twin, 5, "l1", layer="site", feature=1, position=(0.5, 10.0, 5.0))
    assert placing(twin).moved == {}
    edit(twin, 6, "l1", position=(1.5, 10.0, 5.0))
    (found,) = placing(twin).moved["site"].values()
    assert np.allclose(found.matrix[:3, 3], [1.0, 0.0, 0.0])
