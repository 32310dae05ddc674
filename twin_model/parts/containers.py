"""Bodies of what a model does not draw: rooms, storeys, buildings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin_model.entity import Position
from twin_model.parts.outline import Part, tidy

#: Where the outlines of rooms are kept on import: WKT in local metres at the floor, by entity.
ROOMS_FILE: Final = "rooms.json"
#: A storey's outline is that of its rooms and walls; joints up to twice this wide are filled.
_JOINT_M: Final = 0.3
#: Storeys whose floors are nearer than this are one above no other, as in a split level.
_LEVEL_M: Final = 0.5
_ROOM_M: Final = 3.0
_LARGE_M2: Final = 0.05


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of a model, as it was imported.

    Parameters
    ----------
    id, type : str
    feature : int or None
    position : Position or None
        The middle of its body.
    """

    id: str
    type: str
    feature: int | None
    position: Position | None


def rooms(folder: Path, members: Iterable[Member]) -> dict[str, Part]:
    """Return the rooms of a layer by entity id.

    Their ceiling is as far above the middle of the body as the floor is below it.

    Parameters
    ----------
    folder : Path
        Of the layer.
    members : iterable of Member
    """
    import shapely  # only where there are models: it takes 0.1 s to load

    path = folder / ROOMS_FILE
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        outlines = dict(document)
    except (OSError, ValueError, TypeError):
        return {}
    found = {}
    for member in members:
        text = outlines.get(member.id)
        if member.position is None or not isinstance(text, str):
            continue
        try:
            outline = shapely.from_wkt(text)
            floor = float(shapely.get_coordinates(outline, include_z=True)[:, 2].min())
        except (shapely.errors.ShapelyError, ValueError):
            continue
        flat = shapely.force_2d(outline)
        if flat.is_valid and flat.area > 0:
            top = max(2 * member.position[2] - floor, floor)
            found[member.id] = Part(flat, floor, top)
    return found


def storeys_and_buildings(
    members: Sequence[Member],
    parts: Mapping[str, Part],
    inside: Mapping[str, Collection[str]],
) -> dict[str, Part]:
    """Return bodies of those storeys and buildings that have none of their own.

    A storey has the outline of what it contains, small things left out, and reaches from its
    lowest room (without rooms, its lowest part) to the next storey of the model, the highest one
    to its highest part. A building has all of its storeys.

    Parameters
    ----------
    members : sequence of Member
    parts : mapping of str to Part
        Known bodies by entity id.
    inside : mapping of str to collection of str
        What each contains itself, by entity id.
    """
    kinds = {member.id: member.type for member in members}
    storeys: dict[str, Part] = {}
    for entity, kind in kinds.items():
        if kind in ("storey", "basement") and entity not in parts:
            body = _storey(entity, parts, inside, kinds)
            if body is not None:
                storeys[entity] = body
    storeys = _stacked(storeys)
    found = dict(storeys)
    for entity, kind in kinds.items():
        if kind == "building" and entity not in parts:
            below = [storeys[one] for one in _all_inside(entity, inside) if one in storeys]
            if below:
                found[entity] = Part(
                    _joined([one.footprint for one in below]),
                    min(one.bottom for one in below),
                    max(one.top for one in below),
                )
    return found


def _all_inside(entity: str, inside: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    pending = [entity]
    while pending:
        for child in inside.get(pending.pop(), ()):
            if child not in found:
                found.add(child)
                pending.append(child)
    return found


def _storey(
    entity: str,
    parts: Mapping[str, Part],
    inside: Mapping[str, Collection[str]],
    kinds: Mapping[str, str],
) -> Part | None:
    members = [one for one in _all_inside(entity, inside) if one in parts]
    bodies = [parts[one] for one in members if parts[one].footprint.area >= _LARGE_M2]
    floors = [parts[one].bottom for one in members if kinds.get(one) in ("space", "room")]
    if not bodies:
        return None
    bottom = min(floors or [one.bottom for one in bodies])
    top = max(one.top for one in bodies)
    return Part(_joined([one.footprint for one in bodies]), bottom, max(top, bottom))


def _stacked(storeys: Mapping[str, Part]) -> dict[str, Part]:
    """Return storeys that end where the next one begins."""
    bottoms = sorted(one.bottom for one in storeys.values())
    found = {}
    for entity, body in storeys.items():
        above = [z for z in bottoms if z > body.bottom + _LEVEL_M]
        # One without anything between it and the next, such as a base, keeps its own top.
        top = min([body.top, *above[:1]]) if above else body.top
        top = above[0] if above and body.top > body.bottom + _ROOM_M / 2 else top
        found[entity] = Part(body.footprint, body.bottom, max(top, body.bottom))
    return found


def _joined(shapes: Sequence[Any]) -> Any:
    """Return the outline around shapes, with the joints between them and courts' gaps filled."""
    import shapely  # see above

    grown = [one.buffer(_JOINT_M, join_style="mitre") for one in shapes]
    whole = shapely.union_all(grown).buffer(-_JOINT_M, join_style="mitre")
    solid = [shapely.Polygon(one.exterior) for one in shapely.get_parts(whole)]
    return tidy(shapely.union_all(solid)) or shapes[0]


def grouped(edges: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return what each contains, of pairs of whole and part."""
    found: dict[str, set[str]] = defaultdict(set)
    for whole, part in edges:
        found[whole].add(part)
    return found
