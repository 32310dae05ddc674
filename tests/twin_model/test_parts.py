"""Parts of building models: their outlines, and what they are to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.affinity

from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.commands import AddEntities, AddLayers, EditEntities, RemoveEntities
from twin_model.entity import Entity
from twin_model.errors import Cancelled, SimulationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.parts.file import PARTS_FILE, LayerParts, read_parts, write_parts
from twin_model.parts.keeping import keep_parts
from twin_model.parts.outline import Part
from twin_model.parts.ways_out import ways_out
from twin_model.shaping import moved, turned
from twin_model.simulation.evacuation import building_plan
from twin_model.simulation.templates import scenario_from
from twin_model.store.verify import verify_store
from twin_model.topology import KeepTopology, RecomputeTopology, keeping
from twin_model.twin import Twin

MODEL = Layer("house", "House", "bim", LayerRole.MESH, "IFC4", "house.ifc", "tileset.json")
FZK = "bim/webifc/tests/ifcfiles/public/AC20-FZK-Haus.ifc"


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "t.shapan", Frame("EPSG:4549", (500_000.0, 3e6, 10.0))) as made:
        yield made


class House:
    """A model whose parts are boxes, turned by 30 degrees as real buildings are."""

    def __init__(self) -> None:
        self.parts = LayerParts()
        self.entities: list[Entity] = []

    def part(
        self, name: str, kind: str, plan: tuple[float, float, float, float], low: float, high: float
    ) -> None:
        number = len(self.entities)
        box = shapely.affinity.rotate(shapely.box(*plan), 30, origin=(0, 0))
        self.parts.features[number] = Part(box, low, high)
        middle = box.centroid
        place = (middle.x, middle.y, (low + high) / 2)
        self.entities.append(Entity(name, kind, name, place, layer="house", feature=number))

    def put_into(self, twin: Twin) -> None:
        folder = twin.layer_folder("house")
        folder.mkdir(parents=True)
        write_parts(folder, self.parts, twin.frame)
        twin.execute(AddLayers([MODEL], self.entities))
        twin.execute(RecomputeTopology())


def house() -> House:
    """Return two storeys: below two rooms with a wall and a door between, above one room."""
    made = House()
    made.part("ground floor", "storey", (0, 0, 10.2, 5), 0.0, 3.0)
    made.part("first floor", "storey", (0, 0, 10.2, 5), 3.0, 6.0)
    made.part("west", "space", (0, 0, 5, 5), 0.0, 2.7)
    made.part("east", "space", (5.2, 0, 10.2, 5), 0.0, 2.7)
    made.part("attic", "space", (0, 0, 10.2, 5), 3.0, 5.7)
    made.part("wall", "wall", (5, 0, 5.2, 5), 0.0, 2.8)
    made.part("door", "door", (5.02, 2, 5.18, 3), 0.0, 2.1)
    made.part("ceiling", "slab", (0, 0, 10.2, 5), 2.8, 3.0)
    made.part("desk", "furniture", (1, 1, 2.4, 1.8), 0.0, 0.7)
    made.part("screw", "element_part", (5.05, 1, 5.06, 1.01), 0.5, 0.51)
    return made


def facts(twin: Twin, *but: str) -> set[tuple[str, str, str]]:
    ids = [entity.id for entity in twin.entities()]
    found = {(r.kind, r.source, r.target) for i in ids for r in twin.relations(i) if r.computed}
    return {one for one in found if one[0] not in but}


def test_rooms_walls_and_storeys_are_to_each_other_what_their_bodies_are(twin: Twin) -> None:
    house().put_into(twin)
    assert facts(twin, "nearest") == {
        ("adjacent", "east", "west"),
        ("above", "first floor", "ground floor"), ("above", "attic", "west"),
        ("above", "attic", "east"), ("above", "attic", "ceiling"),
        ("above", "ceiling", "west"), ("above", "ceiling", "east"), ("above", "ceiling", "wall"),
        ("touches", "east", "wall"), ("touches", "wall", "west"),
        ("touches", "door", "west"), ("touches", "door", "east"), ("within", "door", "wall"),
        ("within", "west", "ground floor"), ("within", "east", "ground floor"),
        ("within", "attic", "first floor"), ("within", "wall", "ground floor"),
        ("within", "door", "ground floor"), ("within", "ceiling", "ground floor"),
        ("within", "desk", "west"), ("within", "desk", "ground floor"),
        ("within", "screw", "ground floor"),
    }  # fmt: skip


def test_rooms_that_meet_at_a_corner_only_are_not_adjacent(twin: Twin) -> None:
    made = House()
    made.part("a", "space", (0, 0, 5, 5), 0.0, 2.7)
    made.part("b", "space", (5.2, 5.2, 9, 9), 0.0, 2.7)
    made.part("c", "space", (5.2, 0, 9, 5), 3.5, 6.0)  # beside a, on another floor
    made.put_into(twin)
    assert facts(twin, "nearest") == set()


def test_rooms_are_above_the_next_floor_and_not_above_all_floors(twin: Twin) -> None:
    made = House()
    for floor in range(4):
        made.part(f"room {floor}", "space", (0, 0, 5, 5), floor * 3.2, floor * 3.2 + 2.6)
    made.put_into(twin)
    assert facts(twin, "nearest") == {
        ("above", "room 1", "room 0"), ("above", "room 2", "room 1"), ("above", "room 3", "room 2"),
    }  # fmt: skip


def test_of_hundreds_of_screws_nothing_is_said_to_each_other(twin: Twin) -> None:
    made = House()
    made.part("room", "space", (0, 0, 30, 30), 0.0, 3.0)
    for n in range(400):
        x, y = n % 20 * 0.011, n // 20 * 0.011
        made.part(f"s{n}", "element_part", (5 + x, 5 + y, 5.01 + x, 5.01 + y), 1.0, 1.01)
    made.put_into(twin)
    found = facts(twin)
    assert {one[0] for one in found} == {"within", "nearest"}
    assert len(found) == 800


def test_what_is_drawn_into_a_room_is_within_it_and_follows_when_it_is_moved(twin: Twin) -> None:
    house().put_into(twin)
    turn = shapely.affinity.rotate

    def pump(x: float, y: float, z: float) -> Entity:
        place = turn(shapely.Point(x, y), 30, origin=(0, 0))
        return Entity("pump", "pump", "Pump", (place.x, place.y, z))

    def around() -> set[str]:
        found = facts(twin, "nearest")
        return {target for kind, source, target in found if (kind, source) == ("within", "pump")}

    twin.execute(KeepTopology(AddEntities([pump(4, 4, 0.02)])))
    assert around() == {"west", "ground floor"}
    before = twin.entity("pump")
    twin.execute(keeping(EditEntities([pump(4, 4, 3.0)]), [before], [pump(4, 4, 3.0)]))
    assert around() == {"attic", "first floor"}
    kept = facts(twin)
    twin.execute(RecomputeTopology())
    assert facts(twin) == kept
    twin.undo()
    twin.undo()
    assert around() == {"west", "ground floor"}
    twin.execute(KeepTopology(RemoveEntities(["west"])))
    assert around() == {"ground floor"} and ("adjacent", "east", "west") not in facts(twin)
    twin.undo()
    assert around() == {"west", "ground floor"} and ("adjacent", "east", "west") in facts(twin)
    assert verify_store(twin) == []


def test_a_part_of_another_type_is_said_other_things_of(twin: Twin) -> None:
    house().put_into(twin)
    screw = twin.entity("screw")
    column = replace(screw, type="column")
    twin.execute(keeping(EditEntities([column]), [screw], [column]))
    assert ("touches", "screw", "wall") in facts(twin)
    kept = facts(twin)
    twin.execute(RecomputeTopology())
    assert facts(twin) == kept


@pytest.mark.parametrize("seed", range(11, 17))
def test_all_of_it_computed_anew_is_what_edits_around_a_model_kept(twin: Twin, seed: int) -> None:
    chance = np.random.default_rng(seed)
    house().put_into(twin)

    def thing(number: int) -> Entity:
        x, y = chance.uniform(-6, 14, 2)
        z = float(chance.choice([0.0, 0.02, 2.9, 3.1, 8.0]))
        shape = shapely.to_wkb(shapely.box(x, y, x + 2, y + 1)) if number % 2 else None
        values = {"height_m": 1.0} if number % 4 == 1 else {}
        kind = "equipment" if number % 3 else "space"
        return Entity(f"t{number}", kind, position=(x, y, z), geometry=shape, attributes=values)

    for number in range(10):
        twin.execute(KeepTopology(AddEntities([thing(number)])))
    for number in chance.integers(0, 10, 12).tolist():
        fresh = thing(number)
        before = twin.entity(fresh.id)
        twin.execute(keeping(EditEntities([fresh]), [before], [fresh]))
    for wall in (one for one in twin.entities() if one.feature is not None and one.position):
        x, y = chance.uniform(-3, 3, 2)
        aside = turned(moved(wall, (x, y, 0.0)), float(chance.uniform(0, 90)), (x, y))
        twin.execute(KeepTopology(EditEntities([aside])))
    twin.execute(KeepTopology(RemoveEntities(["t1", "door", "attic"])))
    kept = facts(twin)
    assert len(kept) > 12
    twin.execute(RecomputeTopology())
    assert facts(twin) == kept


def test_the_kept_parts_are_the_same_when_read_again_and_made_anew_when_damaged(
    twin: Twin, tmp_path: Path
) -> None:
    parts = house().parts
    parts.entities["room"] = Part(shapely.box(1, 2, 3, 4), -0.5, 2.25)
    write_parts(tmp_path, parts, twin.frame)
    again = read_parts(tmp_path, twin.frame)
    assert again is not None and again.features.keys() == parts.features.keys()
    assert again.entities["room"].footprint.equals_exact(shapely.box(1, 2, 3, 4), 1e-6)
    assert (again.entities["room"].bottom, again.entities["room"].top) == (-0.5, 2.25)
    for damage in (b"", b"no database" * 100, (tmp_path / PARTS_FILE).read_bytes()[:3000]):
        (tmp_path / PARTS_FILE).write_bytes(damage)
        assert read_parts(tmp_path, twin.frame) is None


@pytest.fixture(scope="module")
def imported(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    folder = tmp_path_factory.mktemp("real") / "fzk.shapan"
    with Twin.create(folder, Frame("EPSG:25832")) as made:
        add_source(made, real_data / FZK, ImportOptions(), Job())
        yield made


def names(twin: Twin, kind: str, of: str) -> set[str]:
    """Return the names of rooms and storeys that a real room is related to."""
    (room,) = [one for one in twin.entities() if one.name == of and one.type in ("space", "storey")]
    found = set()
    for relation in twin.relations(room.id):
        if relation.kind == kind and relation.computed:
            other = relation.target if relation.source == room.id else relation.source
            entity = twin.entity(other)
            if entity.type in ("space", "storey", "building"):
                found.add(entity.name)
    return found


def test_a_real_house_has_its_rooms_beside_each_other_below_the_attic_in_their_storey(
    imported: Twin,
) -> None:
    """Of a project that was imported before outlines were kept: they are made from its tiles."""
    (layer,) = imported.layers()
    folder = imported.layer_folder(layer.id)
    assert not (folder / PARTS_FILE).exists()
    with pytest.raises(Cancelled):
        keep_parts(imported, _stop)
    assert not (folder / PARTS_FILE).exists()
    assert keep_parts(imported) == []
    imported.execute(RecomputeTopology())
    assert names(imported, "adjacent", "4") == {"1", "3", "5"}
    assert names(imported, "above", "7") == {"1", "2", "3", "4", "5", "6"}
    assert names(imported, "above", "Dachgeschoss") == {"Erdgeschoss"}
    assert names(imported, "within", "4") == {"Erdgeschoss", "FZK-Haus"}
    assert names(imported, "within", "7") == {"Dachgeschoss", "FZK-Haus"}


def _stop(_done: int, _all: int) -> None:
    raise Cancelled


def test_the_outline_of_a_turned_wall_is_a_wall_and_no_box_around_it(imported: Twin) -> None:
    keep_parts(imported)
    (layer,) = imported.layers()
    parts = read_parts(imported.layer_folder(layer.id), imported.frame)
    assert parts is not None
    for wall in (one for one in imported.entities() if one.name.startswith("Wand-Ext-ERDG")):
        part = parts.of(wall.id, wall.feature)
        assert part is not None
        turned = shapely.minimum_rotated_rectangle(part.footprint)
        assert part.footprint.area > 0.95 * turned.area
        assert part.footprint.area < 0.25 * shapely.box(*part.footprint.bounds).area
        # As the file says of it: 30 cm thick.
        assert min(_edges(turned)) == pytest.approx(0.3, abs=0.02)


def _edges(rectangle: shapely.Polygon) -> list[float]:
    corners = [shapely.Point(one) for one in rectangle.exterior.coords]
    return [corners[0].distance(corners[1]), corners[1].distance(corners[2])]


def test_a_real_house_is_left_by_its_stairs_and_its_outer_doors(imported: Twin) -> None:
    named = {one.name: one.id for one in imported.entities() if one.type in ("building", "door")}
    plan = building_plan(imported, [named["FZK-Haus"]])
    assert [one["name"] for one in plan["storeys"]] == ["Erdgeschoss", "Dachgeschoss"]
    ground, attic = (one["parameters"] for one in plan["storeys"])
    assert set(ground["exits"]) == {named["Haustuer"], named["Terrassentuer"]}
    assert len(ground["area"]) == 6 and set(ground["openings"]) >= {
        named["Innentuer-1"], named["Innentuer-2"], named["Innentuer-3"]
    }  # fmt: skip
    (link,) = plan["links"]
    assert (link["from"], link["to"]) == ("dachgeschoss", "erdgeschoss")
    assert attic["held"] == list(attic["exits"]) == list(ground["entries"]) == [link["stairs"]]
    # As the file says of its winding stairs: 15 treads that rise by 2.65 m to the last.
    stairs = plan["stairs"][link["stairs"]]
    assert len(stairs["path"]) == 15 and stairs["path"][0][2] > stairs["path"][-1][2]
    assert stairs["riser_m"] == pytest.approx(2.65 / 15, abs=0.002)
    assert attic["height_m"] - ground["height_m"] == pytest.approx(2.7, abs=0.01)
    assert plan["left_out"] == []
    # By one door only, and of one storey only.
    plan = building_plan(imported, [named["FZK-Haus"]], [named["Terrassentuer"]])
    assert list(plan["storeys"][0]["parameters"]["exits"]) == [named["Terrassentuer"]]
    made = scenario_from("evacuation", "x", {"area": [], "plan": plan, "people": 7})
    assert sum(made.parameters.values()) == 7 and len(made.engines) == 3
    (upper,) = [one.id for one in imported.entities() if one.name == "Dachgeschoss"]
    with pytest.raises(SimulationError, match="no door leads out"):
        building_plan(imported, [upper])
    with pytest.raises(SimulationError, match="Haustuer is no way out of the rooms"):
        building_plan(imported, [upper], [named["Haustuer"]])


def test_rooms_that_no_way_leads_out_of_are_named(twin: Twin) -> None:
    made = house()
    made.part("front door", "door", (2, -0.18, 3, -0.02), 0.0, 2.1)
    for entity in made.entities:
        if entity.type == "space":
            made.parts.entities[entity.id] = made.parts.features.pop(entity.feature or 0)
    made.entities = [
        replace(one, feature=None) if one.type == "space" else one for one in made.entities
    ]
    made.put_into(twin)
    found = ways_out(twin, ["west", "east", "attic"])
    (area,) = found.areas
    assert set(area.rooms) == {"west", "east"} and list(area.exits) == ["front door"]
    # 25 m² each, a door of 1 m through 20 cm, and a metre before the house.
    assert area.shape.area == pytest.approx(50.0 + 0.2 + 1.0, abs=0.2)
    assert found.left_out == ["attic"]
    with pytest.raises(SimulationError, match="nothing that was chosen has rooms"):
        ways_out(twin, ["screw"])


def test_a_damaged_tile_is_told_and_the_rest_is_computed(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "bim/webifc/tests/ifcfiles/public/IfcOpenHouse_IFC4.ifc"
    with Twin.create(tmp_path / "d.shapan", Frame("EPSG:25832")) as twin:
        add_source(twin, source, ImportOptions(), Job())
        (layer,) = twin.layers()
        folder = twin.layer_folder(layer.id)
        (tile,) = (folder / "tiles").rglob("*.glb")
        tile.write_bytes(tile.read_bytes()[:200])
        (problem,) = keep_parts(twin)
        assert tile.name in problem and not (folder / PARTS_FILE).exists()
        twin.execute(RecomputeTopology())
