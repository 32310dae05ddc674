"""Space codes of entities: with height, of their footprints; and what lies in a cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from twin_model.codes import grid, height
from twin_model.codes.cover import as_solid, cell_around_body, cells_of, is_solid
from twin_model.codes.height import HeightProfile
from twin_model.coding import with_codes
from twin_model.commands import AddEntities, AddLayers, EditEntities
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.heights import UNKNOWN
from twin_model.layer import Layer, LayerRole
from twin_model.parts.file import PARTS_FILE, LayerParts, write_parts
from twin_model.parts.outline import Part
from twin_model.query import EntityQuery
from twin_model.space_codes import cell_place, space_codes
from twin_model.space_heights import SetSpaceHeights, SpaceHeights, space_heights_of
from twin_model.twin import Twin

AS_THEY_ARE = SpaceHeights(as_they_are=True)
HALL = shapely.affinity.rotate(shapely.box(0, 0, 300, 120), 20, origin=(0, 0))


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "t.shapan", Frame("EPSG:4549", (512_345.0, 3e6, 10.0))) as made:
        yield made


def hall(**values: object) -> Entity:
    middle = HALL.centroid
    return Entity(
        "hall", "building", "Hall", (middle.x, middle.y, 0.0), shapely.to_wkb(HALL),
        attributes={"height_m": 12.0}, **values,
    )  # fmt: skip


def found(twin: Twin, where: str) -> set[str]:
    return {one.id for one in twin.entities(EntityQuery(where=where))}


def test_a_hall_has_cells_of_its_footprint_and_one_that_holds_it(twin: Twin) -> None:
    twin.execute(SetSpaceHeights(AS_THEY_ARE))
    twin.execute(AddEntities([hall()]))
    (codes,) = space_codes(twin, [twin.entity("hall")])
    assert 9 <= len(codes.cells) <= 64
    assert {grid.level_of(one) for one in codes.cells} <= {5, 6}  # 62 m, some merged to 124 m
    flat = shapely.transform(
        HALL, lambda p: twin.frame.to_wgs84(np.column_stack([p, np.zeros(len(p))]))[:, :2]
    )
    boxes = [shapely.box(*grid.decode(one).bounds_deg) for one in codes.cells]
    assert shapely.union_all(boxes).buffer(1e-12).covers(flat)
    assert all(one.intersection(flat).area > 0 for one in boxes)
    assert all(grid.contains(codes.around, one) for one in codes.cells)
    box = height.decode_3d(codes.solid_around, codes.profile)
    assert box.low_m <= 10.0 and box.high_m >= 22.0
    assert shapely.box(*box.cell.bounds_deg).covers(flat)
    assert len(codes.solid) == 26 and codes.solid.startswith(codes.solid_around[:7])
    assert height.split(codes.solid)[0] == codes.place


def test_what_has_no_place_is_polar_or_has_no_known_height_says_so(
    twin: Twin, tmp_path: Path
) -> None:
    lamp = Entity("lamp", "lamp", "Lamp", (5.0, 5.0, 3.0))
    gauge = Entity("gauge", "sensor", "Gauge", (5.0, 5.0, 3.0), height_reference=UNKNOWN)
    plan = Entity("plan", "zone", "Plan")
    twin.execute(AddEntities([lamp, gauge, plan]))
    one, two, three = space_codes(twin, [lamp, gauge, plan])
    assert one.place and not one.solid
    assert one.height_problem.startswith("the project's heights are above an unknown datum")
    assert "state the vertical datum" in one.height_problem
    twin.execute(SetSpaceHeights(AS_THEY_ARE))
    one, two, three = space_codes(twin, [lamp, gauge, plan])
    assert one.solid and not one.height_problem and one.cells == ()
    assert not two.solid and two.height_problem == "its height is above an unknown datum"
    assert three.plan_problem == "it has no place"
    with Twin.create(tmp_path / "polar.shapan", Frame("EPSG:3995")) as north:  # polar stereographic
        station = Entity("station", "building", "Station", (10_000.0, 20_000.0, 0.0))
        north.execute(AddEntities([station]))
        (polar,) = space_codes(north, [station])
        assert not polar.place and "polar area" in polar.plan_problem


def test_the_profile_and_the_heights_are_the_projects_and_can_be_undone(twin: Twin) -> None:
    cellar = Entity("cellar", "space", "Cellar", (5.0, 5.0, -20.0))  # 10 m below the ellipsoid
    twin.execute(AddEntities([cellar]))
    assert space_heights_of(twin) == SpaceHeights()
    twin.execute(SetSpaceHeights(AS_THEY_ARE))
    (standard,) = space_codes(twin, [cellar])
    twin.execute(SetSpaceHeights(SpaceHeights(HeightProfile.LIBRARY, as_they_are=True)))
    (library,) = space_codes(twin, [cellar])
    assert standard.place == library.place and standard.solid != library.solid
    # Published for -10 m: 16371EE16543 and 100000001235, here to level 8.
    assert height.split(standard.solid)[1] == "16371EE165"
    assert height.split(library.solid)[1] == "1000000012"
    twin.undo()
    assert space_codes(twin, [cellar]) == [standard]


def test_heights_in_a_known_datum_are_converted(tmp_path: Path) -> None:
    """The ellipsoid itself is the one datum that is known everywhere, without a geoid grid."""
    with Twin.create(tmp_path / "e.shapan", Frame("EPSG:4549", (5e5, 3e6, 0.0))) as twin:
        lamp = Entity("lamp", "lamp", "Lamp", (5.0, 5.0, 50.0))
        twin.execute(AddEntities([lamp]))
        twin.execute(SetSpaceHeights(AS_THEY_ARE))
        (codes,) = space_codes(twin, [lamp])
        assert height.split(codes.solid)[1] == "0000000064"  # 50 m: 000000006414


@pytest.fixture
def yard(twin: Twin) -> Twin:
    """Return a twin with lamps on a grid at two heights, a hall, and a room of a model."""
    twin.execute(SetSpaceHeights(AS_THEY_ARE))
    lamps = [
        Entity(f"lamp-{n}-{z}", "lamp", position=(n % 10 * 9.0, n // 10 * 9.0, z))
        for n in range(100)
        for z in (0.0, 30.0)
    ]
    folder = twin.layer_folder("house")
    folder.mkdir(parents=True)
    room = shapely.box(400.0, 0.0, 440.0, 4.0)
    write_parts(folder, LayerParts({1: Part(room, 0.0, 3.0)}), twin.frame)
    layer = Layer("house", "House", "bim", LayerRole.MESH, "IFC4", "h.ifc", "tileset.json")
    part = Entity("room", "space", "Room", (420.0, 2.0, 1.5), layer="house", feature=1)
    twin.execute(AddLayers([layer], with_codes([part], twin.frame, None)))
    twin.execute(AddEntities(with_codes([*lamps, hall()], twin.frame, None)))
    return twin


def test_what_lies_in_a_cell_is_what_has_a_code_that_begins_with_it(yard: Twin) -> None:
    entities = yard.entities()
    codes = dict(zip([e.id for e in entities], space_codes(yard, entities), strict=True))
    solid = codes["lamp-44-30.0"].solid
    for length in height.LENGTHS_3D[4:9]:
        prefix = solid[:length]
        wanted = {one for one, code in codes.items() if code.solid.startswith(prefix)}
        assert wanted and found(yard, f"space ^ '{prefix}'") == wanted
        assert found(yard, f"within cell {prefix}") == wanted
    flat = codes["lamp-44-30.0"].place
    for length in grid.LENGTHS[4:9]:
        wanted = {one for one, code in codes.items() if code.place.startswith(flat[:length])}
        assert found(yard, f"within cell {flat[:length]}") == wanted
        assert found(yard, f"space ^ '{flat[:length]}'") == wanted


def test_what_touches_a_cell_is_what_has_it_among_the_cells_of_its_footprint(yard: Twin) -> None:
    entities = {one.id: one for one in yard.entities()}
    (codes,) = space_codes(yard, [entities["hall"]])
    for cell in codes.cells:
        assert "hall" in found(yard, f"touches cell {cell}")
    assert "hall" not in found(yard, f"within cell {codes.cells[0]}")
    corner = grid.neighbours(max(codes.cells, key=len))
    beside = [c for c in corner if not any(grid.contains(own, c) for own in codes.cells)]
    assert beside and not any("hall" in found(yard, f"touches cell {c}") for c in beside)
    # A room of a model: its outline is 40 m long, its point in the middle.
    (room,) = space_codes(yard, [entities["room"]])
    assert len(room.cells) > 3
    assert room.outline_problem == ""
    ends = {c for c in room.cells if "room" in found(yard, f"touches cell {c}")}
    assert ends == set(room.cells)
    assert sum("room" in found(yard, f"within cell {c}") for c in room.cells) == 1


def test_what_touches_a_cell_with_height_has_that_height(yard: Twin) -> None:
    (codes,) = space_codes(yard, [yard.entity("hall")])
    lon, lat, _ = yard.frame.to_wgs84((150.0, 100.0, 0.0))[0]
    low = height.encode_3d(lon, lat, 15.0, 6, codes.profile)
    high = height.encode_3d(lon, lat, 200.0, 6, codes.profile)
    assert "hall" in found(yard, f"touches cell {low}")
    assert "hall" not in found(yard, f"touches cell {high}")


def test_a_part_of_a_model_whose_outlines_are_not_read_says_so_and_is_a_point(yard: Twin) -> None:
    (yard.layer_folder("house") / PARTS_FILE).unlink()
    (codes,) = space_codes(yard, [yard.entity("room")])
    assert codes.place and codes.cells == ()
    assert codes.outline_problem.endswith("compute spatial relations once")


def test_where_a_thing_was_counts_at_that_time_and_not_now(yard: Twin) -> None:
    (codes,) = space_codes(yard, [yard.entity("hall")])
    cell = codes.cells[0]
    then = yard.now()
    away = shapely.affinity.translate(HALL, 5_000, 0)
    moved = Entity("hall", "building", "Hall", (5_150.0, 60.0, 0.0), shapely.to_wkb(away))
    yard.execute(EditEntities([moved]))
    assert "hall" not in found(yard, f"touches cell {cell}")
    assert "hall" in found(yard, f"touches cell {cell} as of '{then}'")


@pytest.mark.parametrize("code", ["N50", "X50J475", "N50J4753Z", "N036J009300078", "N0", "lamp"])
def test_what_is_no_code_is_refused(yard: Twin, code: str) -> None:
    with pytest.raises(ValidationError):
        found(yard, f"touches cell {code}")


def test_a_cell_with_height_is_refused_where_heights_cannot_be_compared(twin: Twin) -> None:
    solid = height.encode_3d(120.0, 27.0, 20.0, 6)
    with pytest.raises(ValidationError, match="unknown datum"):
        found(twin, f"within cell {solid}")


def test_a_code_becomes_a_place_in_local_metres(twin: Twin) -> None:
    lon, lat, _ = twin.frame.to_wgs84((100.0, 200.0, 0.0))[0]
    flat = cell_place(grid.encode(lon, lat, 7).lower(), twin.frame, AS_THEY_ARE)
    outline = shapely.Polygon(flat.outline)
    assert outline.covers(shapely.Point(100.0, 200.0)) and flat.heights_m is None
    west, south, east, north = outline.bounds
    assert 6.5 < east - west < 8.0 and 7.4 < north - south < 8.0  # a quarter of a second
    solid = height.encode_3d(lon, lat, 50.0, 7)
    place = cell_place(solid, twin.frame, AS_THEY_ARE)
    assert place.local_heights is not None
    assert place.local_heights[0] <= 40.0 < place.local_heights[1]  # the origin is at 10 m
    assert place.local_heights[1] - place.local_heights[0] == pytest.approx(7.67, abs=0.1)


def test_both_ways_of_writing_a_code_with_height_are_one(twin: Twin) -> None:
    # Standard, table 1, and how one library joins the same two codes.
    written, joined = "N036J0093000780B3010010520430140", "N36J93078B3101524314" + "0" * 12
    assert is_solid(written) and not is_solid(joined)
    assert as_solid(joined) == written == as_solid(written)


@given(st.floats(-179, 178), st.floats(-87, 86), st.floats(1e-6, 0.5), st.floats(1e-6, 0.5))
@settings(max_examples=60, deadline=None)
def test_cells_cover_any_footprint_with_at_most_64_and_each_meets_it(
    west: float, south: float, width: float, tall: float
) -> None:
    box = shapely.box(west, south, west + width, south + tall)
    cells = cells_of(box)
    decoded = [shapely.box(*grid.decode(one).bounds_deg) for one in cells]
    assert len(cells) <= 64 and len(set(cells)) == len(cells)
    assert shapely.union_all(decoded).buffer(1e-9).covers(box)
    assert all(one.buffer(1e-9).intersects(box) for one in decoded)


def test_a_body_across_a_boundary_gets_a_coarser_cell_and_across_a_zone_none() -> None:
    profile = HeightProfile.STANDARD
    small = shapely.box(120.0001, 30.0001, 120.0002, 30.0002)
    assert height.decode_3d(cell_around_body(small, 1.0, 3.0, profile), profile).low_m <= 1.0
    with pytest.raises(ValidationError, match="no single cell"):
        cell_around_body(shapely.box(119.9, 30.0, 120.1, 30.1), 1.0, 3.0, profile)
    with pytest.raises(ValidationError, match="heights"):
        cell_around_body(small, -1.0, 3.0, profile)  # above and below the ellipsoid


# -- outlines and boxes ------------------------------------------------------------------


def test_what_touches_a_box_or_a_polygon_is_found_by_its_outline(yard: Twin) -> None:
    corner = "(-5, -5, 20, 20)"  # of the hall, whose middle is 140 m away
    assert "hall" not in found(yard, f"within {corner}")
    assert "hall" in found(yard, f"touches {corner}")
    # What is found by its point is found by its outline too, and what has none is a point.
    assert found(yard, f"within {corner}") < found(yard, f"touches {corner}")
    assert found(yard, f"touches {corner}") - found(yard, f"within {corner}") == {"hall"}
    # Beside the outline, though within its extent: the hall is turned by 20 degrees.
    assert "hall" not in found(yard, "touches (200, 0, 300, 20)")
    assert "hall" in found(yard, "touches polygon (-5 -5, 20 -5, 20 20)")
    assert "hall" in found(yard, "touches (100, 60, 101, 61)")  # all of the box is inside
    east, north, _up = yard.frame.offset
    grid_corner = f"({east - 5}, {north - 5}, {east + 20}, {north + 20}) grid"
    assert "hall" in found(yard, f"touches {grid_corner}")
    # Rooms of a model, and heights.
    assert "room" in found(yard, "touches (398, 0, 401, 4)")
    assert "room" in found(yard, "touches (398, 0, 2, 401, 4, 9)")
    assert "room" not in found(yard, "touches (398, 0, 5, 401, 4, 9)")
    assert "room" not in found(yard, "not touches (398, 0, 401, 4)")
    with pytest.raises(ValidationError, match="a comparison expected"):
        found(yard, "touches 20 metres")


def test_a_distance_between_outlines_is_what_shapely_says_of_them(yard: Twin) -> None:
    room = shapely.box(400, 0, 440, 4)
    apart = shapely.distance(HALL, room)
    assert {"hall", "room"} <= found(yard, f"touches {apart + 0.01} of hall")
    assert "room" not in found(yard, f"touches {apart - 0.01} of hall")
    assert "room" not in found(yard, f"within {apart + 0.01} of hall")  # their middles are apart
    assert "hall" in found(yard, f"touches {apart + 0.01} of room")
    east, north, _up = yard.frame.offset
    random = np.random.default_rng(11)
    near = 0
    for x, y, radius in random.uniform((-400, -400, 1), (400, 400, 200), (150, 3)):
        there = "hall" in found(yard, f"touches {radius} of ({x + east}, {y + north}) grid")
        assert there == (shapely.distance(HALL, shapely.Point(x, y)) <= radius)
        near += there
    assert 20 < near < 130  # both are tried
    with pytest.raises(ValidationError, match="in plan"):
        found(yard, "touches 20 of (0, 0, 5)")
    with pytest.raises(ValidationError, match="no entity"):
        found(yard, "touches 20 of 'the halll'")


def test_touching_is_what_shapely_says_of_the_outline(yard: Twin) -> None:
    random = np.random.default_rng(7)
    touched = 0
    for x, y, width, depth in random.uniform((-400, -400, 1, 1), (400, 400, 300, 300), (150, 4)):
        there = "hall" in found(yard, f"touches ({x}, {y}, {x + width}, {y + depth})")
        assert there == shapely.box(x, y, x + width, y + depth).intersects(HALL)
        touched += there
    assert 20 < touched < 130  # both are tried
