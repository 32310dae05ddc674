"""Reads of a building model where people walk, how its storeys are joined and where it ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twin_model.errors import SimulationError
from twin_model.layer import Layer
from twin_model.parts.doors import Door, doors_among
from twin_model.parts.file import LayerParts, read_parts
from twin_model.parts.keeping import has_parts, parts_of_layer
from twin_model.parts.outline import Part, Report, triangles_of
from twin_model.parts.stairs import Stair, stair_of
from twin_model.parts.walkable import (
    LEAST_M2,
    Area,
    Link,
    areas_of,
    distances,
    links_between,
    name_of,
    storeys_of,
)
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.twin import Twin

_CONTAINERS: Final = frozenset({"storey", "basement", "building", "site", "project"})
_INSIDE: Final = frozenset({"contains", "aggregates"})
#: Not walked on, though models have outlines of them.
_NO_ROOMS: Final = frozenset({"zone", "fire_zone", "geofence", "virtual_element"})
#: What stands in the way where it overlaps rooms.
_WALLS: Final = frozenset({"wall", "column"})


@dataclass(frozen=True)
class WaysOut:
    """How people get out of a building.

    Parameters
    ----------
    areas : list of Area
        All that have a way out, if by stairs.
    links : list of Link
        Stairs, by number of the area.
    left_out : list of str
        Names of rooms from which no way leads out.
    titles : list of str
        What areas are called: as their storey; after their room where that has several.
    """

    areas: list[Area]
    links: list[Link]
    left_out: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


def ways_out(
    twin: Twin, chosen: Sequence[str], exits: Sequence[str] = (), report: Report = lambda *_: None
) -> WaysOut:
    """Return where people walk in a building, and how they leave it.

    Rooms are joined by the doors of the model and where they touch; storeys by its stairs. Ways
    out are the doors between a room of the lowest storey that has such, and no room, unless the
    model says that they are inner ones.

    Parameters
    ----------
    twin : Twin
    chosen : sequence of str
        Buildings, storeys or rooms.
    exits : sequence of str
        Doors, or entities with an outline, instead of the outer doors.
    report : callable
        Told of tiles; may raise to end the work.

    Raises
    ------
    SimulationError
        If nothing was chosen that has rooms, or no way leads out.
    SourceError
        If a tile is missing or damaged.
    """
    return _Reading(twin, report).read(chosen, exits)


class _Reading:
    def __init__(self, twin: Twin, report: Report) -> None:
        self._twin = twin
        self._report = report
        self._entities: dict[str, Entity] = {}
        self._parts: dict[str, Part] = {}
        self._within: dict[str, list[str]] = defaultdict(list)

    def read(self, chosen: Sequence[str], exits: Sequence[str]) -> WaysOut:
        """See `ways_out`."""
        layers = self._layers(chosen)
        rooms: dict[str, Part] = {}
        for layer in layers:
            parts = self._parts_of(layer)
            for entity in self._twin.entities(EntityQuery(layer=layer.id)):
                self._entities[entity.id] = entity
                part = parts.of(entity.id, entity.feature)
                if part is None:
                    continue
                self._parts[entity.id] = part
                if entity.feature is None and entity.type not in _CONTAINERS | _NO_ROOMS:
                    rooms[entity.id] = part
        self._relate()
        wanted = self._below(chosen)
        rooms = {
            room: part for room, part in rooms.items()
            if room in wanted and part.footprint.area >= LEAST_M2
        }  # fmt: skip
        if not rooms:
            raise SimulationError(
                "", "nothing that was chosen has rooms",
                remedy="choose a building model, storeys or rooms of it",
            )  # fmt: skip
        areas = self._areas(rooms, exits)
        return self._led_out(areas, links_between(self._stairs(layers), areas), rooms)

    def _layers(self, chosen: Sequence[str]) -> list[Layer]:
        names = {self._twin.entity(one).layer for one in chosen}
        return [one for one in self._twin.layers() if one.id in names and has_parts(one)]

    def _parts_of(self, layer: Layer) -> LayerParts:
        kept = read_parts(self._twin.layer_folder(layer.id), self._twin.frame)
        made = kept or parts_of_layer(self._twin, layer, self._report)
        return made if made is not None else LayerParts()

    def _relate(self) -> None:
        for entity in self._entities.values():
            if entity.type in _CONTAINERS or entity.type == "stair":
                for relation in self._twin.relations(entity.id):
                    if relation.kind in _INSIDE and relation.source == entity.id:
                        self._within[entity.id].append(relation.target)

    def _below(self, chosen: Iterable[str]) -> set[str]:
        found: set[str] = set()
        pending = list(chosen)
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                pending += self._within.get(one, ())
        return found

    # -- storeys -------------------------------------------------------------------------

    def _areas(self, rooms: Mapping[str, Part], exits: Sequence[str]) -> list[Area]:
        known = self._of_type(frozenset({"door"}))
        doors = doors_among([(self._entities[one], part) for one, part in known.items()], rooms)
        walls = sorted(self._of_type(_WALLS).items())
        storey = {
            room: entity.name
            for entity in self._entities.values() if entity.type in ("storey", "basement")
            for room in self._within.get(entity.id, ())
        }  # fmt: skip
        areas: list[Area] = []
        for number, names in enumerate(storeys_of(rooms)):
            here = {room: rooms[room] for room in names}
            mine = [door for door in doors if door.rooms[0] in here]
            title = name_of(names, storey) or f"{number + 1}"
            areas += areas_of(title, here, mine, walls)
        if exits:
            self._chosen_exits(areas, doors, exits)
        else:
            _outer_doors(areas, doors)
        if not any(area.exits for area in areas):
            raise SimulationError(
                "", "no door leads out of the rooms that were chosen",
                remedy="choose exits: doors, or outlines that are drawn",
            )  # fmt: skip
        return areas

    def _of_type(self, types: frozenset[str]) -> dict[str, Part]:
        return {
            one: self._parts[one]
            for one, entity in self._entities.items() if entity.type in types and one in self._parts
        }  # fmt: skip

    def _chosen_exits(
        self, areas: Sequence[Area], doors: Sequence[Door], exits: Sequence[str]
    ) -> None:
        import shapely  # only where there are models: it takes 0.1 s to load

        known = {door.id: door for door in doors}
        for one in exits:
            entity = self._twin.entity(one)
            if one in known:
                door = known[one]
                shape, floor = door.way_out or door.passage, None
                room = door.rooms[0]
                hit = [area for area in areas if room in area.rooms]
            elif entity.geometry is not None:
                drawn = shapely.from_wkb(entity.geometry)
                shape = shapely.force_2d(drawn)
                tall = shapely.get_coordinates(drawn, include_z=True)[:, 2]
                floor = float(tall.min()) if shapely.has_z(drawn) else None
                hit = [a for a in areas if a.shape.intersection(shape).area > 0.05]
                hit.sort(key=lambda a: a.floor_m if floor is None else abs(a.floor_m - floor))
            else:
                hit = []
            if not hit:
                raise SimulationError(
                    "", f"{entity.name or one} is no way out of the rooms that were chosen",
                    remedy="choose doors of these rooms, or outlines that overlap them",
                )  # fmt: skip
            hit[0].exits[one] = shape.intersection(hit[0].shape)

    # -- stairs --------------------------------------------------------------------------

    def _stairs(self, layers: Sequence[Layer]) -> dict[str, Stair]:
        """Return the stairs of the models; flights of one are one."""
        flights = {one: e for one, e in self._entities.items() if e.type == "stair"}
        parts = {piece for one in flights for piece in self._within.get(one, ())}
        found: dict[str, Stair] = {}
        for layer in layers:
            tops = [e for one, e in flights.items() if e.layer == layer.id and one not in parts]
            features = {top.id: self._features(top) for top in tops}
            wanted = {feature for some in features.values() for feature in some}
            if not wanted:
                continue
            path = self._twin.layer_folder(layer.id) / layer.content
            shapes = triangles_of(path, wanted)
            for top in tops:
                made = stair_of([shapes[f] for f in sorted(features[top.id]) if f in shapes])
                if made is not None:
                    found[top.id] = made
        return found

    def _features(self, top: Entity) -> set[int]:
        """Return the features of a staircase: its own, and those of its flights."""
        pieces = [top, *(self._entities[one] for one in self._within.get(top.id, ())
                         if one in self._entities)]  # fmt: skip
        return {one.feature for one in pieces if one.feature is not None and one.type == "stair"}

    def _titles(self, areas: Sequence[Area]) -> list[str]:
        largest: set[str] = set()
        titles = []
        for area in areas:
            one = area.storey in largest and len(area.rooms) == 1
            largest.add(area.storey)
            room = self._entities[area.rooms[0]]
            called = " ".join(filter(None, (room.name, str(room.attributes.get("LongName", "")))))
            titles.append(f"{area.storey}, {called}" if one else area.storey)
        return told_apart(titles)

    # -- what leads out ------------------------------------------------------------------

    def _led_out(
        self, every: Sequence[Area], links: Sequence[Link], rooms: Mapping[str, Part]
    ) -> WaysOut:
        away = distances(every, [(link.source, link.target) for link in links])
        kept = [number for number, steps in enumerate(away) if steps < float("inf")]
        place = {number: new for new, number in enumerate(kept)}
        reached = {room for number in kept for room in every[number].rooms}
        names = [self._entities[room].name or room for room in rooms if room not in reached]
        return WaysOut(
            [every[number] for number in kept],
            [Link(one.id, one.stair, place[one.source], place[one.target], one.head, one.foot,
                  one.down)
             for one in links if one.source in place and one.target in place],
            sorted(names),
            self._titles([every[number] for number in kept]),
        )  # fmt: skip


def told_apart(names: Sequence[str], numbered: str = "{} ({})") -> list[str]:
    """Return names, with a number from 2 on where they are the same."""
    found: list[str] = []
    for base in names:
        name, number = base, 2
        while name in found:
            name, number = numbered.format(base, number), number + 1
        found.append(name)
    return found


def _outer_doors(areas: Sequence[Area], doors: Sequence[Door]) -> None:
    """Make the outer doors of the lowest storey that has some the ways out."""
    lead = [
        (area, door)
        for area in areas for door in doors
        if door.outer and door.way_out is not None and door.rooms[0] in area.rooms
        and door.way_out.intersection(area.shape).area > 0.05
    ]  # fmt: skip
    lowest = min((area.floor_m for area, _ in lead), default=0.0)
    for area, door in lead:
        if area.floor_m <= lowest + 0.5:
            area.exits[door.id] = door.way_out.intersection(area.shape)
