"""A network for SUMO from the twin's roads: lines become nodes and edges, netconvert the rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
import shapely.ops

from shapan import Entity, SimulationError

#: Speed in km/h and priority by class, where a road does not state its own (urban, CJJ 37).
_CLASSES: Final = {
    "motorway": (100.0, 13), "trunk": (80.0, 11), "expressway": (80.0, 11), "primary": (60.0, 9),
    "secondary": (50.0, 7), "tertiary": (40.0, 5), "residential": (30.0, 3), "service": (20.0, 2),
}  # fmt: skip
_OTHER: Final = (40.0, 4)
_KMH: Final = 3.6
#: Lines are cut and joined on a grid so fine.
_GRID_M: Final = 0.01
_SHORTEST_M: Final = 1.0
_MOST_LANES: Final = 16


@dataclass(frozen=True)
class Road:
    """One road of the twin.

    Parameters
    ----------
    entity : str
    line : shapely.LineString
        Local metres, flat.
    lanes : int
        Both directions together, unless *oneway*.
    speed_m_s : float
    priority : int
    oneway : bool
    bridge : bool
        Whether it meets others at its ends only.
    """

    entity: str
    line: Any
    lanes: int
    speed_m_s: float
    priority: int
    oneway: bool = False
    bridge: bool = False


@dataclass(frozen=True)
class PlainNetwork:
    """Nodes and edges in SUMO's plain XML.

    Parameters
    ----------
    nodes, edges : Path
    entity_of : dict of str to str
        Entity by edge.
    """

    nodes: Path
    edges: Path
    entity_of: Mapping[str, str]


def roads_of(entities: Iterable[Entity]) -> list[Road]:
    """Read roads from entities.

    Attributes: ``class`` or ``road_class``, ``lanes``, ``speed_limit_km_h``, ``oneway`` and
    ``bridge``.

    Raises
    ------
    SimulationError
        If one has no line, or a number that is none.
    """
    found = []
    for entity in entities:
        if entity.geometry is None:
            raise SimulationError(
                "sumo", f"the road {entity.name or entity.id} has no line",
                remedy="leave it out of the query",
            )  # fmt: skip
        shape = shapely.force_2d(shapely.from_wkb(entity.geometry))
        for line in getattr(shape, "geoms", [shape]):
            if line.geom_type != "LineString":
                raise SimulationError(
                    "sumo", f"the road {entity.name or entity.id} is no line",
                    remedy="query roads that have centre lines",
                )  # fmt: skip
            if line.length >= _SHORTEST_M:
                found.append(_road(entity, line))
    return found


def _road(entity: Entity, line: Any) -> Road:
    given = entity.attributes
    kind = str(given.get("road_class") or given.get("class") or "").lower()
    speed_km_h, priority = _CLASSES.get(kind, _OTHER)
    speed_km_h = _number(entity, "speed_limit_km_h", speed_km_h, 5.0, 200.0)
    oneway = str(given.get("oneway", "")).lower() in {"1", "yes", "true"}
    lanes = _number(entity, "lanes", 1.0 if oneway else 2.0, 1.0, _MOST_LANES)
    bridge = str(given.get("bridge", "")).lower() not in {"", "0", "no", "false", "none"}
    return Road(entity.id, line, round(lanes), speed_km_h / _KMH, priority, oneway, bridge)


def _number(entity: Entity, name: str, default: float, low: float, high: float) -> float:
    value = entity.attributes.get(name)
    try:
        number = default if value is None else float(str(value))
    except ValueError:
        number = np.nan
    if not low <= number <= high:
        raise SimulationError(
            "sumo", f"{name} of the road {entity.name or entity.id} is {value!r}",
            remedy=f"give a number from {low:g} to {high:g}",
        )  # fmt: skip
    return number


def joined(roads: Sequence[Road], reach_m: float) -> list[tuple[Road, Any]]:
    """Cut roads where they meet, so that what meets shares an end.

    An end that touches nothing is drawn on to the nearest other road within *reach_m*: centre
    lines often stop at the kerb of the road that they join.

    Returns
    -------
    list of (Road, shapely.LineString)
        Pieces, each with the road it is of.
    """
    lines = _reached([road.line for road in roads], reach_m)
    flat = [line for road, line in zip(roads, lines) if not road.bridge]
    ends = [
        shapely.Point(c) for road, line in zip(roads, lines) if road.bridge
        for c in (line.coords[0], line.coords[-1])
    ]  # fmt: skip
    # Bridges are joined at their ends: there the others are cut, and nowhere under them.
    whole = shapely.union_all([_split_at(line, ends) for line in flat], grid_size=_GRID_M)
    tree = shapely.STRtree(flat)
    owners = [road for road in roads if not road.bridge]
    pieces: list[tuple[Road, Any]] = []
    for piece in getattr(whole, "geoms", [whole]):
        if piece.is_empty or piece.length < _GRID_M:
            continue
        middle = piece.interpolate(0.5, normalized=True)
        pieces.append((owners[int(tree.nearest(middle))], piece))
    pieces += [
        (road, shapely.set_precision(line, _GRID_M))
        for road, line in zip(roads, lines) if road.bridge
    ]  # fmt: skip
    return [(road, _along(road.line, piece)) for road, piece in pieces]


def _split_at(line: Any, points: Sequence[Any]) -> Any:
    """Return a line with points that lie on it made corners of it, so that it is cut there."""
    near = [p for p in points if line.distance(p) < 2 * _GRID_M]
    if not near:
        return line
    places = sorted({round(line.project(p), 3) for p in near})
    inner = [at for at in places if _GRID_M < at < line.length - _GRID_M]
    cuts = [0.0, *inner, line.length]
    return shapely.MultiLineString(
        [shapely.ops.substring(line, a, b) for a, b in itertools.pairwise(cuts)]
    )


def _reached(lines: Sequence[Any], reach_m: float) -> list[Any]:
    """Draw loose ends on to the nearest other line."""
    tree = shapely.STRtree(lines)
    made = []
    for number, line in enumerate(lines):
        coords = [tuple(c) for c in line.coords]
        for first in (True, False):
            end = shapely.Point(coords[0] if first else coords[-1])
            near = [int(n) for n in tree.query(end, predicate="dwithin", distance=reach_m)
                    if n != number]  # fmt: skip
            if not near:
                continue
            closest = min(near, key=lambda n: lines[n].distance(end))
            if lines[closest].distance(end) < _GRID_M:
                continue
            there = lines[closest].interpolate(lines[closest].project(end))
            if first:
                coords.insert(0, (there.x, there.y))
            else:
                coords.append((there.x, there.y))
        made.append(shapely.LineString(coords))
    # Where a drawn-on end meets a line between two corners, that line gets a corner there.
    tips = [shapely.Point(c) for line in made for c in (line.coords[0], line.coords[-1])]
    tips_tree = shapely.STRtree(tips)
    return [_with_corners(line, [tips[int(n)] for n in tips_tree.query(
        line, predicate="dwithin", distance=_GRID_M)]) for line in made]  # fmt: skip


def _with_corners(line: Any, points: Sequence[Any]) -> Any:
    places = {round(float(line.project(p)), 4): (p.x, p.y) for p in points}
    known = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.array(line.coords), axis=0).T))])
    corners = dict(zip(known.tolist(), [tuple(c) for c in line.coords]))
    for at, place in places.items():
        if np.abs(known - at).min() > _GRID_M:
            corners[at] = place
    return shapely.LineString([corners[at] for at in sorted(corners)])


def _along(line: Any, piece: Any) -> Any:
    """Return a piece in the direction of the line that it was cut from."""
    first, last = (line.project(shapely.Point(piece.coords[n])) for n in (0, -1))
    return piece if first <= last else piece.reverse()


def write_plain(roads: Sequence[Road], folder: Path, reach_m: float = 25.0) -> PlainNetwork:
    """Write nodes and edges for netconvert.

    Edges are called ``entity#n``, the way back ``-entity#n``.

    Raises
    ------
    SimulationError
        If there are no roads.
    """
    if not roads:
        raise SimulationError("sumo", "the query finds no roads", remedy="correct the query")
    numbers: dict[tuple[float, float], int] = {}
    edges, entity_of, counts = [], {}, dict.fromkeys((road.entity for road in roads), 0)
    for road, piece in joined(roads, reach_m):
        ends = [_key(piece.coords[n]) for n in (0, -1)]
        if ends[0] == ends[1]:
            continue
        here, there = (numbers.setdefault(end, len(numbers)) for end in ends)
        name = f"{road.entity}#{counts[road.entity]}"
        counts[road.entity] += 1
        way = [(x, y) for x, y in piece.coords]
        each = road.lanes if road.oneway else max(1, road.lanes // 2)
        edges.append(_edge(name, here, there, way, each, road))
        entity_of[name] = road.entity
        if not road.oneway:
            edges.append(_edge(f"-{name}", there, here, way[::-1], each, road))
            entity_of[f"-{name}"] = road.entity
    nodes = [f'<node id="n{n}" x="{x:.2f}" y="{y:.2f}"/>' for (x, y), n in numbers.items()]
    paths = folder / "roads.nod.xml", folder / "roads.edg.xml"
    for path, tag, lines in zip(paths, ("nodes", "edges"), (nodes, edges)):
        path.write_text(f"<{tag}>\n" + "\n".join(lines) + f"\n</{tag}>\n", encoding="utf-8")
    return PlainNetwork(*paths, entity_of)


def _key(place: Sequence[float]) -> tuple[float, float]:
    return round(place[0] / _GRID_M) * _GRID_M, round(place[1] / _GRID_M) * _GRID_M


def _edge(
    name: str, here: int, there: int, way: Sequence[tuple[float, float]], lanes: int, road: Road
) -> str:
    shape = " ".join(f"{x:.2f},{y:.2f}" for x, y in way)
    return (
        f'<edge id={quoteattr(name)} from="n{here}" to="n{there}" numLanes="{lanes}" '
        f'speed="{road.speed_m_s:.3f}" priority="{road.priority}" shape="{shape}"/>'
    )
