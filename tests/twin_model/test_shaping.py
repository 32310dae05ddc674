"""Entities drawn, moved, turned, scaled, edited corner by corner, split and merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assets.catalogue import entity_types_text
from twin_model.codes.management import ManagementCode
from twin_model.codes.moment import TimeCode
from twin_model.coding import at_new_place
from twin_model.commands import AddEntities, AddRelations, RemoveEntities
from twin_model.creation import CreateEntities, Naming
from twin_model.entity import Entity, Relation
from twin_model.errors import ValidationError
from twin_model.footprints import MergeEntities, SplitEntity, merged_outline, split_outline
from twin_model.frame import Frame
from twin_model.history import entity_history
from twin_model.query import EntityQuery
from twin_model.relations import connection
from twin_model.schema.catalogue import Catalogue
from twin_model.shaping import (
    Corner,
    line_wkb,
    moved,
    pivot_of,
    polygon_wkb,
    reference_point,
    reshaped,
    rings_of,
    scaled,
    turned,
    with_corner,
    with_new_corner,
    without_corner,
)
from twin_model.store.verify import verify_store
from twin_model.time import Instant
from twin_model.topology import KeepTopology
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))
PUMP = {"pump": Naming("Pump", "EQ0103"), "building": Naming("Building", "BD0100")}
SQUARE = polygon_wkb([(0, 0), (20, 0), (20, 10), (0, 10)])
finite = st.floats(-500, 500, allow_nan=False)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "harbour.shapan", FRAME, "港区") as made:
        yield made


def building(name: str, geometry: bytes = SQUARE, **values: object) -> Entity:
    made = Entity(name, "building", name, reference_point(geometry, 4.0), geometry,
                  attributes={"gross_floor_area": 800.0, "height_m": 12.0})  # fmt: skip
    return replace(made, **values)


def area(geometry: bytes | None) -> float:
    return float(shapely.from_wkb(geometry).area)


# -- creating --------------------------------------------------------------------------


def test_a_new_entity_is_named_coded_and_valid_from_now_on(twin: Twin) -> None:
    twin.execute(CreateEntities([Entity("a", "pump", position=(10.0, 20.0, 3.0))], PUMP))
    made = twin.entity("a")
    assert made.name == "Pump 1"
    assert str(ManagementCode.parse(made.codes.management)) == "000000-EQ0103-000001"
    assert len(made.codes.space) == 16
    assert TimeCode(made.codes.time).interval.start <= twin.now()
    assert not twin.at(Instant(made.valid.start.us - 1)).entities()
    assert twin.entities(EntityQuery(code="000000-EQ0103"))[0].id == "a"
    assert twin.undo_label == "Add Pump 1"


def test_numbers_go_on_and_are_not_given_again_after_removal(twin: Twin) -> None:
    twin.execute(CreateEntities([Entity(n, "pump", position=(0.0, 0.0, 0.0)) for n in "ab"], PUMP))
    twin.execute(RemoveEntities(["b"]))
    twin.execute(CreateEntities([Entity("c", "pump", position=(0.0, 0.0, 0.0))], PUMP))
    assert [twin.entity(n).codes.management[-6:] for n in "ac"] == ["000001", "000003"]
    assert twin.entity("c").name == "Pump 3"


def test_what_comes_with_name_and_code_keeps_them(twin: Twin) -> None:
    given_name = Entity("a", "pump", "P-07", position=(0.0, 0.0, 0.0))
    twin.execute(CreateEntities([given_name], PUMP))
    assert twin.entity("a").name == "P-07"


def test_a_type_without_a_class_is_numbered_by_how_many_there_are(twin: Twin) -> None:
    rule = {"thing": Naming("Thing")}
    twin.execute(CreateEntities([Entity("a", "thing", position=(0.0, 0.0, 0.0))], rule))
    twin.execute(CreateEntities([Entity("b", "thing", position=(0.0, 0.0, 0.0))], rule))
    assert [twin.entity(n).name for n in "ab"] == ["Thing 1", "Thing 2"]
    assert twin.entity("b").codes.management == ""


def test_creating_is_undone_and_done_again_as_it_was(twin: Twin) -> None:
    twin.execute(KeepTopology(CreateEntities([building("a")], PUMP)))
    before = twin.entity("a")
    assert twin.undo() == "Add a"
    assert not twin.entities()
    twin.redo()
    assert twin.entity("a") == before
    assert not verify_store(twin)


# -- moving, turning, scaling ----------------------------------------------------------


def test_moving_takes_the_geometry_along_and_a_flat_one_stays_flat() -> None:
    made = moved(building("a"), (5.0, -3.0, 2.0))
    assert made.position == pytest.approx((15.0, 2.0, 6.0))
    shape = shapely.from_wkb(made.geometry)
    assert not shape.has_z
    assert shape.bounds == (5.0, -3.0, 25.0, 7.0)


def test_heights_of_a_line_are_moved_too() -> None:
    pipe = Entity("p", "pipe", geometry=line_wkb([(0, 0, 1), (10, 0, 2)]))
    assert rings_of(moved(pipe, (0.0, 0.0, 3.0)).geometry or b"")[0][0] == [
        (0.0, 0.0, 4.0), (10.0, 0.0, 5.0),
    ]  # fmt: skip


def test_turning_by_a_quarter_is_clockwise_as_a_heading_is() -> None:
    made = turned(building("a"), 90.0, (0.0, 0.0))
    assert made.heading_deg == 90.0
    assert shapely.from_wkb(made.geometry).bounds == pytest.approx((0.0, -20.0, 10.0, 0.0))
    assert made.position == pytest.approx((5.0, -10.0, 4.0))


def test_scaling_takes_the_height_along() -> None:
    made = scaled(building("a"), 2.0, (0.0, 0.0, 4.0))
    assert area(made.geometry) == pytest.approx(800.0)
    assert made.attributes["height_m"] == 24.0
    assert made.position == pytest.approx((20.0, 10.0, 4.0))


@pytest.mark.parametrize("factor", [0.0, -1.0, 1e9, float("nan")])
def test_a_factor_that_leaves_nothing_is_refused(factor: float) -> None:
    with pytest.raises(ValidationError, match="factor"):
        scaled(building("a"), factor, (0.0, 0.0, 0.0))


@given(finite, finite, st.floats(-360, 360), st.floats(0.1, 10))
def test_moves_turns_and_scalings_can_be_taken_back(
    x: float, y: float, angle: float, factor: float
) -> None:
    before = building("a")
    after = scaled(turned(moved(before, (x, y, 1.0)), angle, (x, y)), factor, (x, y, 0.0))
    back = moved(turned(scaled(after, 1 / factor, (x, y, 0.0)), -angle, (x, y)), (-x, -y, -1.0))
    assert shapely.equals_exact(
        shapely.from_wkb(back.geometry), shapely.from_wkb(before.geometry), tolerance=1e-6
    )
    assert back.position == pytest.approx(before.position, abs=1e-6)


def test_the_pivot_of_several_is_the_middle_of_all() -> None:
    two = [building("a"), Entity("b", "pump", position=(60.0, 30.0, 1.0))]
    assert pivot_of(two) == pytest.approx((30.0, 15.0, 1.0))
    assert pivot_of([Entity("c", "group")]) is None


def test_the_space_code_follows_a_move_and_the_others_stay(twin: Twin) -> None:
    twin.execute(CreateEntities([Entity("a", "pump", position=(0.0, 0.0, 0.0))], PUMP))
    before = twin.entity("a")
    after = at_new_place(moved(before, (500.0, 0.0, 0.0)), twin.frame)
    assert after.codes.space != before.codes.space
    assert (after.codes.management, after.codes.time) == (
        before.codes.management, before.codes.time,
    )  # fmt: skip


# -- corners ---------------------------------------------------------------------------


def test_a_corner_is_moved_inserted_and_taken_away() -> None:
    wider = with_corner(SQUARE, Corner(0, 0, 1), (30.0, 0.0, 9.0))
    assert area(wider) == pytest.approx(250.0)
    more = with_new_corner(SQUARE, Corner(0, 0, 1), (25.0, 5.0, 0.0))
    assert len(rings_of(more)[0][0]) == 5
    assert area(without_corner(more, Corner(0, 0, 2))) == pytest.approx(200.0)


def test_an_outline_that_would_cross_itself_is_refused() -> None:
    with pytest.raises(ValidationError, match="crosses itself"):
        with_corner(SQUARE, Corner(0, 0, 1), (-10.0, 5.0, 0.0))
    with pytest.raises(ValidationError, match="crosses itself"):
        polygon_wkb([(0, 0), (10, 10), (10, 0), (0, 10)])


def test_a_triangle_and_a_line_of_two_keep_their_corners() -> None:
    triangle = polygon_wkb([(0, 0), (10, 0), (0, 10)])
    with pytest.raises(ValidationError, match="three corners"):
        without_corner(triangle, Corner(0, 0, 0))
    with pytest.raises(ValidationError, match="two at least"):
        without_corner(line_wkb([(0, 0), (1, 1)]), Corner(0, 0, 0))


def test_the_place_follows_the_outline_unless_somebody_put_it_elsewhere() -> None:
    larger = polygon_wkb([(0, 0), (40, 0), (40, 10), (0, 10)])
    assert reshaped(building("a"), larger).position == pytest.approx((20.0, 5.0, 4.0))
    door = building("a", position=(1.0, 1.0, 4.0))
    assert reshaped(door, larger).position == (1.0, 1.0, 4.0)


def test_an_area_without_extent_is_refused() -> None:
    with pytest.raises(ValidationError):
        polygon_wkb([(0, 0), (10, 0), (20, 0)])
    with pytest.raises(ValidationError, match="two different"):
        line_wkb([(1, 1), (1, 1)])


# -- splitting and merging -------------------------------------------------------------


def related(twin: Twin) -> None:
    """A block contains a house; the house contains two rooms and is fed from the east."""
    east = Entity("pump", "pump", "P", position=(40.0, 5.0, 0.0))
    west = Entity("valve", "valve", "V", position=(-20.0, 5.0, 0.0))
    rooms = [Entity("r1", "room", "r1", position=(2.0, 5.0, 0.0)),
             Entity("r2", "room", "r2", position=(18.0, 5.0, 0.0))]  # fmt: skip
    block = Entity("block", "site", "Block", position=(0.0, 0.0, 0.0))
    twin.execute(AddEntities([building("house"), east, west, block, *rooms]))
    twin.execute(AddRelations([
        Relation("1", "contains", "block", "house"), Relation("2", "contains", "house", "r1"),
        Relation("3", "contains", "house", "r2"), connection("4", ("pump", "house")),
        connection("5", ("house", "valve")),
    ]))  # fmt: skip


def ends(twin: Twin, entity_id: str) -> set[tuple[str, str, str]]:
    found = twin.relations(entity_id)
    return {(one.kind, one.source, one.target) for one in found if not one.computed}


def test_a_cut_makes_two_and_shares_what_hangs_on_the_whole(twin: Twin) -> None:
    related(twin)
    catalogue = Catalogue.load(entity_types_text())
    twin.execute(SplitEntity("house", [(12, -5), (12, 15)], PUMP, catalogue, "east"))
    house, east = twin.entity("house"), twin.entity("east")
    assert (area(house.geometry), area(east.geometry)) == pytest.approx((120.0, 80.0))
    assert (house.name, east.name) == ("house", "Building 1")
    assert east.codes.management.startswith("000000-BD0100-")
    assert east.attributes["height_m"] == 12.0
    assert ends(twin, "house") == {
        ("contains", "block", "house"), ("contains", "house", "r1"),
        ("connects", "house", "valve"),
    }  # fmt: skip
    assert ends(twin, "east") == {
        ("contains", "block", "east"), ("contains", "east", "r2"), ("connects", "pump", "east"),
    }  # fmt: skip
    assert twin.undo_label == "Split house"


def test_areas_are_shared_by_size_and_heights_are_not(twin: Twin) -> None:
    catalogue = Catalogue.load(entity_types_text())
    name = next(n for n, k in catalogue.properties("building").items() if k.unit == "m^2")
    twin.execute(AddEntities([building("a", attributes={name: 1000.0, "height_m": 12.0})]))
    twin.execute(SplitEntity("a", [(5, -5), (5, 15)], PUMP, catalogue, "b"))
    assert twin.entity("a").attributes == {name: 750.0, "height_m": 12.0}
    assert twin.entity("b").attributes == {name: 250.0, "height_m": 12.0}
    twin.execute(MergeEntities(["b", "a"], catalogue))
    assert twin.entity("a").attributes == {name: 1000.0, "height_m": 12.0}


def test_splitting_is_one_step_and_history_remembers_the_whole(twin: Twin) -> None:
    related(twin)
    before = twin.entity("house"), ends(twin, "house")
    twin.execute(KeepTopology(SplitEntity("house", [(12, -5), (12, 15)], PUMP, new="east")))
    versions = entity_history(twin, "house")
    assert versions[0].label == "Split house"
    assert area(versions[1].entity.geometry if versions[1].entity else None) == 200.0
    assert any(r.kind == "touches" for r in twin.relations("east"))
    twin.undo()
    assert (twin.entity("house"), ends(twin, "house")) == before
    assert not verify_store(twin)


@pytest.mark.parametrize(
    ("cut", "why"),
    [
        ([(30, -5), (30, 15)], "does not cross"),
        ([(5, -5), (5, 5)], "does not cross"),
        ([(-5, 2), (25, 2), (25, 8), (-5, 8)], "more than two"),
    ],
)
def test_a_line_that_makes_no_two_pieces_is_refused(
    cut: list[tuple[float, float]], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        split_outline(building("a"), cut)


def test_merging_keeps_the_largest_and_takes_over_relations(twin: Twin) -> None:
    related(twin)
    twin.execute(SplitEntity("house", [(12, -5), (12, 15)], PUMP, new="east"))
    twin.execute(KeepTopology(MergeEntities(["east", "house"])))
    assert area(twin.entity("house").geometry) == pytest.approx(200.0)
    assert "east" not in {one.id for one in twin.entities()}
    assert ends(twin, "house") == {
        ("contains", "block", "house"), ("contains", "house", "r1"), ("contains", "house", "r2"),
        ("connects", "pump", "house"), ("connects", "house", "valve"),
    }  # fmt: skip
    assert twin.undo_label == "Merge house"


def test_drawn_neighbours_that_miss_by_a_millimetre_still_merge() -> None:
    right = polygon_wkb([(20.002, 0), (30, 0), (30, 10), (20.002, 10)])
    assert area(merged_outline([building("a"), building("b", right)])) == pytest.approx(300, abs=1)


def test_what_does_not_touch_or_has_no_outline_is_not_merged() -> None:
    far = polygon_wkb([(50, 0), (60, 0), (60, 10), (50, 10)])
    with pytest.raises(ValidationError, match="do not touch"):
        merged_outline([building("a"), building("b", far)])
    with pytest.raises(ValidationError, match="no outline"):
        merged_outline([building("a"), Entity("p", "pump", "P", (0.0, 0.0, 0.0))])
