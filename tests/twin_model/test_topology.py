"""Relations that follow from geometry, and geometry that cannot be."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from twin_model.commands import AddEntities, AddLayers, EditEntities, RemoveEntities
from twin_model.entity import SCALE_ATTRIBUTE, Entity
from twin_model.errors import Cancelled, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.shaping import moved, turned
from twin_model.store.verify import verify_store
from twin_model.time import Instant, Interval
from twin_model.topology import (
    KeepTopology,
    RecomputeTopology,
    TopologyRule,
    as_geopackage,
    keeping,
)
from twin_model.twin import Twin

NO_NEAREST = TopologyRule(
    frozenset({"within", "touches", "overlaps", "above", "adjacent"}), tolerance_m=2.0
)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "t.shapan", Frame("EPSG:4549", (500_000.0, 3e6, 0.0))) as made:
        yield made


def block(name: str, west: float, east: float, **values: object) -> Entity:
    made = Entity(name, "building", name, geometry=shapely.to_wkb(shapely.box(west, 0, east, 10)))
    return replace(made, **values)


def facts(twin: Twin) -> set[tuple[str, str, str]]:
    ids = [entity.id for entity in twin.entities()]
    return {(r.kind, r.source, r.target) for i in ids for r in twin.relations(i) if r.computed}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (block("b", 10, 20), {("touches", "a", "b")}),
        (block("b", 5, 20), {("overlaps", "a", "b")}),
        (block("b", 2, 8), {("within", "b", "a")}),  # shares edges, and is still inside
        (block("b", 11.5, 20), {("adjacent", "a", "b")}),
        (block("b", 12.5, 20), set()),
        (Entity("b", "pump", position=(5.0, 5.0, 0.0)), {("within", "b", "a")}),
        (
            replace(block("b", 2, 8), geometry=shapely.to_wkb(shapely.box(2, 2, 8, 8))),
            {("within", "b", "a")},
        ),
        (
            replace(block("A", 2, 8), geometry=shapely.to_wkb(shapely.box(2, 2, 8, 8))),
            {("within", "A", "a")},
        ),
    ],
)
def test_what_two_footprints_are_to_each_other(
    twin: Twin, other: Entity, expected: set[tuple[str, str, str]]
) -> None:
    twin.execute(AddEntities([block("a", 0, 10), other]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert facts(twin) == expected


def test_heights_that_do_not_meet_make_one_above_the_other(twin: Twin) -> None:
    tower = block("tower", 0, 10, position=(5.0, 5.0, 0.0), attributes={"height": 30})
    bridge = block("bridge", 5, 15, position=(9.0, 5.0, 30.0), attributes={"height": 4})
    cellar = block("cellar", 0, 10, position=(5.0, 5.0, -5.0), attributes={"height": 5})
    twin.execute(AddEntities([tower, bridge, cellar]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert facts(twin) == {
        ("above", "bridge", "tower"), ("above", "bridge", "cellar"), ("above", "tower", "cellar"),
    }  # fmt: skip


def test_relations_follow_an_edit_in_the_same_entry_and_its_undo(twin: Twin) -> None:
    twin.execute(KeepTopology(AddEntities([block("a", 0, 10), block("b", 10, 20)]), NO_NEAREST))
    revision = twin.revision
    assert facts(twin) == {("touches", "a", "b")}
    moved = replace(block("b", 5, 20), name="moved")
    twin.execute(KeepTopology(EditEntities([moved]), NO_NEAREST))
    assert twin.revision == revision + 1
    assert facts(twin) == {("overlaps", "a", "b")}
    twin.undo()
    assert facts(twin) == {("touches", "a", "b")}
    twin.redo()
    assert facts(twin) == {("overlaps", "a", "b")}
    assert verify_store(twin) == []


def test_the_nearest_of_neighbours_changes_when_one_comes_moves_or_goes(twin: Twin) -> None:
    rule = TopologyRule(frozenset({"nearest"}), reach_m=100.0)

    def point(name: str, x: float) -> Entity:
        return Entity(name, "lamp", name, (x, 0.0, 0.0))

    twin.execute(KeepTopology(AddEntities([point("a", 0), point("b", 30)]), rule))
    assert facts(twin) == {("nearest", "a", "b"), ("nearest", "b", "a")}
    twin.execute(KeepTopology(AddEntities([point("c", 10)]), rule))
    assert facts(twin) == {("nearest", "a", "c"), ("nearest", "b", "c"), ("nearest", "c", "a")}
    twin.execute(KeepTopology(EditEntities([point("c", 25)]), rule))
    assert facts(twin) == {("nearest", "a", "c"), ("nearest", "b", "c"), ("nearest", "c", "b")}
    assert {r.attributes["distance_m"] for r in twin.relations("a")} == {25.0}
    twin.execute(KeepTopology(RemoveEntities(["c"]), rule))
    assert facts(twin) == {("nearest", "a", "b"), ("nearest", "b", "a")}


def test_recomputing_what_has_not_changed_changes_nothing(twin: Twin) -> None:
    twin.execute(AddEntities([block(f"b{n}", n * 10, n * 10 + 10) for n in range(20)]))
    twin.execute(RecomputeTopology())
    before = {r.id: r for n in range(20) for r in twin.relations(f"b{n}")}
    twin.execute(RecomputeTopology())
    assert {r.id: r for n in range(20) for r in twin.relations(f"b{n}")} == before
    assert sum(r.kind == "touches" for r in before.values()) == 19


def test_what_stands_inside_an_outline_is_within_it_and_not_below_its_floor(twin: Twin) -> None:
    # Drawn on ground that is not quite level: the corner of the outline is a little higher.
    office = block("office", 0, 10, position=(5.0, 5.0, 5.4), attributes={"height_m": 10.0})
    lawn = block("lawn", -20, 40, type="green_space", position=(10.0, 5.0, 2.0))
    tree = Entity("tree", "tree", "Tree", (4.0, 4.0, 5.1))
    mast = Entity("mast", "equipment", "Mast", (6.0, 6.0, 15.4))
    pipe = Entity(
        "pipe",
        "pipe",
        "Pipe",
        geometry=shapely.to_wkb(shapely.LineString([(1, 5, 2.0), (9, 5, 2.0)])),
    )
    twin.execute(KeepTopology(AddEntities([office, lawn, tree, mast, pipe]), NO_NEAREST))
    assert facts(twin) == {
        ("within", "tree", "office"), ("above", "mast", "office"), ("above", "office", "pipe"),
        ("within", "office", "lawn"), ("within", "tree", "lawn"), ("within", "mast", "lawn"),
        ("within", "pipe", "lawn"),
    }  # fmt: skip
    taller = replace(twin.entity("office"), attributes={"height_m": 20.0})
    twin.execute(keeping(EditEntities([taller]), [office], [taller]))
    assert ("within", "mast", "office") in facts(twin)


def with_features(twin: Twin) -> None:
    """Add a layer with an outline of 100 m and a long road, and what stands for its features."""
    origin = shapely.box(500_000, 3e6, 500_100, 3_000_100)
    road = shapely.LineString([(499_000, 2_999_990), (501_000, 2_999_990)])
    folder = twin.layer_folder("plan")
    folder.mkdir(parents=True)
    path = folder / "features.gpkg"
    with contextlib.closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE features (fid INTEGER PRIMARY KEY, geom BLOB)")
        local = [
            shapely.to_wkb(shapely.transform(g, lambda p: p - (5e5, 3e6))) for g in (origin, road)
        ]
        rows = enumerate(as_geopackage(local, twin.frame, 4549), start=1)
        made.executemany("INSERT INTO features VALUES (?,?)", rows)
    layer = Layer(
        "plan", "Plan", "vector", LayerRole.DRAPE, "GeoPackage", "plan.gpkg", "features.gpkg"
    )
    things = [
        Entity("site", "site", "Site", (50.0, 50.0, 0.0), layer="plan", feature=1),
        Entity("road", "road", "Road", (-900.0, -10.0, 0.0), layer="plan", feature=2),
    ]
    twin.execute(AddLayers([layer], things))


def test_outlines_of_a_layer_count_and_not_the_points_that_stand_for_them(twin: Twin) -> None:
    with_features(twin)
    twin.execute(RecomputeTopology())
    assert facts(twin) == {("nearest", "site", "road"), ("nearest", "road", "site")}
    lamp = Entity("lamp", "lamp", "Lamp", (95.0, 5.0, 0.0))  # 64 m from the site's point
    twin.execute(KeepTopology(AddEntities([lamp])))
    assert facts(twin) == {
        ("nearest", "site", "road"), ("nearest", "road", "site"),
        ("within", "lamp", "site"), ("nearest", "lamp", "road"),
    }  # fmt: skip
    beside = replace(twin.entity("lamp"), position=(700.0, -9.5, 0.0))  # 1.6 km from the road's
    twin.execute(KeepTopology(EditEntities([beside])))
    assert facts(twin) == {
        ("nearest", "site", "road"), ("nearest", "road", "lamp"), ("nearest", "lamp", "road"),
        ("adjacent", "lamp", "road"),
    }  # fmt: skip
    twin.undo()
    assert ("within", "lamp", "site") in facts(twin)
    assert verify_store(twin) == []


def test_what_was_moved_counts_where_it_stands(twin: Twin) -> None:
    with_features(twin)
    lamps = [Entity(f"lamp-{x}", "lamp", position=(x, 5.0, 0.0)) for x in (95.0, 5095.0)]
    twin.execute(AddEntities(lamps))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert facts(twin) == {("within", "lamp-95.0", "site")}
    twin.execute(KeepTopology(EditEntities([moved(twin.entity("site"), (5000.0, 0.0, 0.0))])))
    assert {one for one in facts(twin) if one[0] != "nearest"} == {
        ("within", "lamp-5095.0", "site")
    }
    # Turned about its middle by hand it still is around the lamp, at half its size it is not.
    site = twin.entity("site")
    for changed, is_within in (
        (replace(site, heading_deg=90.0), True),
        (replace(site, attributes={SCALE_ATTRIBUTE: 0.5}), False),
        (site, True),
    ):
        twin.execute(keeping(EditEntities([changed]), [twin.entity("site")], [changed]))
        assert (("within", "lamp-5095.0", "site") in facts(twin)) is is_within
    # What comes to its far end is compared with it, too.
    there = Entity("late", "lamp", position=(5001.0, 99.0, 0.0))
    twin.execute(KeepTopology(AddEntities([there])))
    assert ("within", "late", "site") in facts(twin)
    for _ in range(5):
        twin.undo()
    assert ("within", "lamp-95.0", "site") in facts(twin)


def test_parts_of_a_building_model_are_more_than_their_points(twin: Twin) -> None:
    model = Layer("house", "House", "bim", LayerRole.MESH, "IFC4", "house.ifc", "tileset.json")
    walls = [
        Entity(f"wall-{n}", "wall", position=(4.0 + n / 2, 4.0, 1.0), layer="house", feature=n)
        for n in range(2)
    ]
    twin.execute(AddLayers([model], walls))
    hall = block("hall", 0, 10, position=(5.0, 5.0, 0.0), attributes={"height_m": 8})
    twin.execute(AddEntities([hall]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    # Half a metre between two points says nothing of two walls.
    assert facts(twin) == {("within", "wall-0", "hall"), ("within", "wall-1", "hall")}


def test_all_of_it_computed_anew_is_what_edits_kept(twin: Twin) -> None:
    chance = np.random.default_rng(5)
    with_features(twin)
    twin.execute(RecomputeTopology())
    for number in range(12):
        x, y = chance.uniform(-20, 120, 2)
        shape = shapely.to_wkb(shapely.box(x, y, x + 9, y + 7)) if number % 2 else None
        made = Entity(f"t{number}", "building", position=(x, y, 0.0), geometry=shape)
        twin.execute(KeepTopology(AddEntities([made])))
    for number in chance.integers(0, 12, 10):
        x, y = chance.uniform(-20, 120, 2)
        old = twin.entity(f"t{number}")
        shift = (x - old.position[0], y - old.position[1], 0.0)
        twin.execute(KeepTopology(EditEntities([moved(old, shift)])))
        site = turned(twin.entity("site"), chance.uniform(0, 90), (50.0, 50.0))
        twin.execute(KeepTopology(EditEntities([moved(site, (x / 9, y / 9, 0.0))])))
    twin.execute(KeepTopology(RemoveEntities(["t3", "t4"])))
    kept = facts(twin)
    assert len(kept) > 15
    twin.execute(RecomputeTopology())
    assert facts(twin) == kept


def test_relations_hold_since_both_are_as_they_are(twin: Twin) -> None:
    built, opened = Interval(Instant.parse("2008")), Interval(Instant.parse("2012-06"))
    twin.execute(AddEntities([block("a", 0, 10, valid=built), block("b", 10, 20, valid=opened)]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert [one.valid for one in twin.relations("a")] == [opened]


def test_the_work_can_be_ended_and_nothing_of_it_is_kept(twin: Twin) -> None:
    twin.execute(AddEntities([block("a", 0, 10), block("b", 10, 20)]))
    revision = twin.revision

    def stop(_done: int, _all: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        twin.execute(RecomputeTopology(report=stop))
    assert twin.revision == revision and facts(twin) == set()


BOW = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (shapely.to_wkb(BOW), "crosses itself"),
        (b"\x01\x02\x03", "cannot be read"),
        (shapely.to_wkb(shapely.Polygon()), "is empty"),
        (shapely.to_wkb(shapely.Point(float("inf"), 0)), "place that is none"),
    ],
)
def test_geometry_that_cannot_be_is_refused_and_nothing_of_it_kept(
    twin: Twin, geometry: bytes, message: str
) -> None:
    good = block("a", 0, 10)
    twin.execute(AddEntities([good]))
    for command in (
        AddEntities([block("b", 10, 20), replace(good, id="c", geometry=geometry)]),
        EditEntities([replace(good, geometry=geometry)]),
    ):
        with pytest.raises(ValidationError, match=message):
            twin.execute(command)
    assert [e.geometry for e in twin.entities()] == [good.geometry]
    assert verify_store(twin) == []


def test_a_rule_with_an_unknown_kind_or_distance_is_refused() -> None:
    with pytest.raises(ValidationError, match="is one of"):
        TopologyRule(frozenset({"beside"}))
    with pytest.raises(ValidationError, match="distance"):
        TopologyRule(tolerance_m=float("nan"))
