"""Where people can walk in a building model: storeys in parts that hang together, and stairs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.parts.doors import Door
from twin_model.parts.outline import Part
from twin_model.parts.stairs import Stair

#: Floors that differ by more are two storeys.
STOREY_M: Final = 1.5
#: Rooms with a gap up to this are one: no wall is so thin.
_GAP_M: Final = 0.04
#: Nobody stands on less.
LEAST_M2: Final = 1.0
#: What is thinner is an edge that overlaps, no obstacle.
_THIN_M: Final = 0.06
#: Of stairs: how far from their ends a floor may begin, aside and in height.
_STAIR_REACH_M: Final = 1.6
_STAIR_STEP_M: Final = 0.6
#: Where people come onto stairs and leave them.
_BOX_M: Final = 1.0
_CORNERS: Final = 4


@dataclass
class Area:
    """A part of a storey that hangs together.

    Parameters
    ----------
    storey : str
        Name of the storey.
    floor_m : float
        Local metres.
    shape : shapely polygon
    rooms : list of str
    openings, obstacles : dict of str to polygon
        What joins the rooms, and what stands in them.
    exits : dict of str to polygon
        Ways out of the building, by id.
    """

    storey: str
    floor_m: float
    shape: Any
    rooms: list[str] = field(default_factory=list)
    openings: dict[str, Any] = field(default_factory=dict)
    obstacles: dict[str, Any] = field(default_factory=dict)
    exits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A staircase between two areas, in the direction in which people leave.

    Parameters
    ----------
    id : str
    stair : Stair
    source, target : int
        Numbers of areas.
    head, foot : shapely polygons
        Where they come onto it in the source, and where they leave it in the target.
    down : bool
    """

    id: str
    stair: Stair
    source: int
    target: int
    head: Any
    foot: Any
    down: bool


def storeys_of(rooms: Mapping[str, Part]) -> list[list[str]]:
    """Return the rooms of each storey, from the lowest up."""
    ordered = sorted(rooms, key=lambda room: (rooms[room].bottom, room))
    found: list[list[str]] = []
    for room in ordered:
        if found and rooms[room].bottom - rooms[found[-1][0]].bottom <= STOREY_M:
            found[-1].append(room)
        else:
            found.append([room])
    return found


def areas_of(
    storey: str,
    rooms: Mapping[str, Part],
    doors: Sequence[Door],
    walls: Iterable[tuple[str, Part]],
) -> list[Area]:
    """Return the parts of one storey that hang together, the largest first.

    Parameters
    ----------
    storey : str
    rooms : mapping of str to Part
    doors : sequence of Door
        Those that open to these rooms.
    walls : iterable of (str, Part)
        Bodies that stand in the way where they overlap rooms.
    """
    import shapely  # only where there are models: it takes 0.1 s to load

    ground = shapely.union_all([part.footprint for part in rooms.values()], grid_size=1e-3)
    openings = {door.id: door.passage for door in doors}
    joints = ground.buffer(_GAP_M / 2, join_style="mitre").buffer(-_GAP_M / 2, join_style="mitre")
    for number, gap in enumerate(_pieces(joints.difference(ground), 1e-4)):
        openings[f"joint-{number + 1}"] = gap.buffer(1e-3, join_style="mitre")
    whole = shapely.union_all([ground, *openings.values()], grid_size=1e-3)
    obstacles = _obstacles(walls, ground, rooms, shapely.union_all(list(openings.values())))
    if obstacles:
        whole = whole.difference(shapely.union_all(list(obstacles.values())))
    found, rests = [], []
    for shape in _pieces(whole, LEAST_M2):
        inside = [room for room, part in rooms.items() if _half_in(part.footprint, shape)]
        if not inside:
            rests += _without_holes([shape])
            continue
        made = Area(storey, _floor([rooms[room] for room in inside]), shape, inside)
        made.openings = {n: s for n, s in openings.items() if s.intersects(shape)}
        made.obstacles = {n: s for n, s in obstacles.items() if s.intersects(shape)}
        found.append(made)
    for number, rest in enumerate(rests):  # corners of rooms behind obstacles
        for made in found:
            if any(rooms[room].footprint.intersects(rest) for room in made.rooms):
                made.obstacles[f"rest-{number + 1}"] = rest
    return sorted(found, key=lambda area: -area.shape.area)


def _floor(rooms: Sequence[Part]) -> float:
    """Return the height that most of the ground lies at."""
    ordered = sorted(rooms, key=lambda part: part.bottom)
    half, seen = sum(part.footprint.area for part in rooms) / 2, 0.0
    for part in ordered:
        seen += part.footprint.area
        if seen >= half:
            return part.bottom
    return ordered[-1].bottom


def _half_in(room: Any, shape: Any) -> bool:
    return bool(room.intersection(shape).area > 0.5 * room.area)


def _pieces(shape: Any, least_m2: float) -> list[Any]:
    import shapely  # see above

    return [one for one in shapely.get_parts(shape)
            if one.geom_type == "Polygon" and one.area >= least_m2]  # fmt: skip


def _obstacles(
    walls: Iterable[tuple[str, Part]], ground: Any, rooms: Mapping[str, Part], free: Any
) -> dict[str, Any]:
    """Return what stands in rooms at the height of a person, less the passages through it."""
    floor = _floor(list(rooms.values()))
    found = {}
    for name, part in walls:
        if not (part.bottom < floor + 1.0 < part.top) or not part.footprint.intersects(ground):
            continue
        body = part.footprint.intersection(ground).difference(free)
        thick = body.buffer(-_THIN_M / 2).buffer(_THIN_M / 2, join_style="mitre")
        for number, piece in enumerate(_without_holes(_pieces(thick, 0.02))):
            found[f"{name}-{number + 1}" if number else name] = piece
    return found


def _without_holes(shapes: Iterable[Any]) -> list[Any]:
    """Return the same ground as polygons that have no holes."""
    import shapely  # see above

    found, pending = [], list(shapes)
    while pending:
        shape = pending.pop()
        if not shape.interiors:
            found.append(shape)
            continue
        x = shapely.Polygon(shape.interiors[0]).centroid.x
        west, south, east, north = shape.bounds
        for box in (shapely.box(west, south, x, north), shapely.box(x, south, east, north)):
            pending += _pieces(shape.intersection(box), 1e-3)
    return found


def name_of(rooms: Iterable[str], storey: Mapping[str, str]) -> str:
    """Return what most of some rooms' storeys are called; empty where no model says so."""
    names = Counter(storey[room] for room in rooms if storey.get(room))
    return names.most_common(1)[0][0] if names else ""


def links_between(stairs: Mapping[str, Stair], areas: Sequence[Area]) -> list[Link]:
    """Return the stairs between areas, from those farther from the ways out to those nearer.

    People of an area that has a way out of its own, or shorter stairs, take no others. Where
    people walk, the steps themselves are cut out.
    """
    met = []
    for name, stair in stairs.items():
        foot = _area_at(stair.before_foot(0.3), stair.bottom, areas)
        head = _area_at(stair.behind_head(0.3), stair.top, areas)
        if foot is not None and head is not None and foot != head:
            met.append((name, stair, foot, head))
    away = distances(areas, [(foot, head) for _, _, foot, head in met])
    found = []
    for name, stair, foot, head in met:
        if away[foot] == away[head]:
            continue
        down = away[head] > away[foot]
        for number in (foot, head):
            _cut(areas[number], name, stair, at_foot=number == foot)
        boxes = (_box(stair, areas[foot].shape, at_foot=True),
                 _box(stair, areas[head].shape, at_foot=False))  # fmt: skip
        source, target = (head, foot) if down else (foot, head)
        begins, ends = boxes[::-1] if down else boxes
        found.append(Link(name, stair, source, target, begins, ends, down))
    return found


def distances(areas: Sequence[Area], pairs: Iterable[tuple[int, int]]) -> list[float]:
    """Return through how many stairs each area leads out; infinite where it leads nowhere."""
    joined: dict[int, set[int]] = {number: set() for number in range(len(areas))}
    for one, other in pairs:
        joined[one].add(other)
        joined[other].add(one)
    away = [0.0 if area.exits else float("inf") for area in areas]
    pending = deque(number for number, steps in enumerate(away) if not steps)
    while pending:
        here = pending.popleft()
        for there in sorted(joined[here]):
            if away[there] > away[here] + 1:
                away[there] = away[here] + 1
                pending.append(there)
    return away


def _area_at(place: tuple[float, float], height: float, areas: Sequence[Area]) -> int | None:
    import shapely  # see above

    point = shapely.Point(place)
    near = [
        (area.shape.distance(point), number)
        for number, area in enumerate(areas)
        if abs(area.floor_m - height) <= _STAIR_STEP_M
    ]
    least = min(near, default=(float("inf"), -1))
    return least[1] if least[0] <= _STAIR_REACH_M else None


def _box(stair: Stair, ground: Any, *, at_foot: bool) -> Any:
    """Return the place on the ground before the lowest step, or behind the highest."""
    import shapely  # see above

    ends = [stair.before_foot, stair.behind_head][not at_foot]
    begin, end = (ends(0.15), ends(0.15 + _BOX_M))
    strip = shapely.LineString([begin, end]).buffer(
        max(stair.width_m, _BOX_M) / 2, cap_style="flat"
    )
    found = strip.intersection(ground)
    if found.area < 0.3 * strip.area:
        near = ground.exterior.interpolate(ground.exterior.project(shapely.Point(begin)))
        if ground.contains(shapely.Point(begin)):
            near = shapely.Point(begin)
        found = near.buffer(_BOX_M, quad_segs=2).intersection(ground)
    return max(shapely.get_parts(found), key=lambda one: one.area)


def _cut(area: Area, name: str, stair: Stair, *, at_foot: bool) -> None:
    """Take the steps out of where people walk, where that leaves the area in one piece."""
    import shapely  # see above

    steps = _without_holes(_pieces(stair.footprint.simplify(0.02), 0.05))
    if not steps:
        return
    left = area.shape.difference(shapely.union_all(steps))
    whole = _pieces(left, 0.05)
    if len(whole) != 1 or whole[0].area < 0.5 * area.shape.area:
        return
    kept = whole[0]
    if kept.distance(_box(stair, kept, at_foot=at_foot)) > 0.0:
        return
    area.shape = kept
    for number, step in enumerate(steps):
        area.obstacles[f"{name}-{number + 1}" if number else name] = step
