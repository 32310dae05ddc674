"""Entities of layers' features that were edited, beside what they were when these came to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from twin_model.displacement import Displacement, Pose
from twin_model.entity import SCALE_ATTRIBUTE, Entity, scale_of
from twin_model.frame import Frame
from twin_model.store import rows
from twin_model.store.moment import Moment

_POSE: Final = ("geom", "heading_deg", "pitch_deg", "roll_deg", "attributes", "own_geometry")
_COLUMNS: Final = ("fid", "entity", "id", "layer", "feature", *_POSE)
#: How many versions of an entity have another feature, or none.
_OTHERS: Final = (
    "(SELECT count(*) FROM entity_version o WHERE o.entity = {0}.entity"
    " AND (o.layer IS NOT {0}.layer OR o.feature IS NOT {0}.feature))"
)

Version = dict[str, Any]


def ways_of(
    connection: sqlite3.Connection, frame: Frame, entities: Iterable[Entity]
) -> dict[str, Displacement]:
    """Return how the features of entities came to where these stand, by entity; none for those
    that are where their layer has them.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    entities : iterable of Entity
        As they are meant.
    """
    named = {
        one.id: one
        for one in entities
        if one.layer is not None and one.feature is not None and one.position is not None
    }
    if not named:
        return {}
    listed = ", ".join(f"first.{name}" for name in _COLUMNS)
    query = (
        f"SELECT {listed}, {_OTHERS.format('first')},"
        " (SELECT max(l.fid) FROM entity_version l WHERE l.entity = k.key"
        "  AND l.layer = first.layer AND l.feature = first.feature)"
        " FROM json_each(?) j CROSS JOIN entity_key k ON k.id = json_extract(j.value, '$[0]')"
        " CROSS JOIN entity_version first ON first.fid = (SELECT min(f.fid) FROM entity_version f"
        "  WHERE f.entity = k.key AND f.layer = json_extract(j.value, '$[1]')"
        "  AND f.feature = json_extract(j.value, '$[2]'))"
        " WHERE EXISTS (SELECT 1 FROM entity_version e WHERE e.entity = k.key"
        "  AND e.revision_to IS NOT NULL)"
    )
    asked = json.dumps([[one.id, one.layer, one.feature] for one in named.values()])
    found = {}
    for row in connection.execute(query, [asked]).fetchall():
        first = dict(zip(_COLUMNS, row, strict=False))
        if row[-2]:
            first = _attached(connection, {"entity": first["entity"], "fid": row[-1]})
        entity, before = named[str(first["id"])], _pose(first, frame)
        if before is None or entity.position is None:
            continue
        scale = scale_of(entity.attributes)
        after = Pose(entity.position, entity.heading_deg, entity.pitch_deg, entity.roll_deg, scale)
        way = Displacement(before, after)
        if not way.is_none:
            found[entity.id] = way
    return found


def moved_now(
    connection: sqlite3.Connection, frame: Frame, at_us: int, keys: Collection[int] = ()
) -> list[tuple[Entity, Displacement]]:
    """Return the entities, of some keys or of all, whose features stand elsewhere than the layers
    have them, with how they came there.
    """
    chosen = (
        "SELECT value FROM json_each(?)"
        if keys
        else (
            "SELECT entity FROM entity_version WHERE revision_to IS NOT NULL AND layer IS NOT NULL"
        )
    )
    query = (
        f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN ({chosen})"
        " AND revision_to IS NULL AND valid_from <= ? AND valid_to > ?"
        " AND layer IS NOT NULL AND feature IS NOT NULL"
    )
    values = [json.dumps(sorted(keys))] if keys else []
    entities = [
        rows.entity_from(row, frame) for row in connection.execute(query, [*values, at_us, at_us])
    ]
    ways = ways_of(connection, frame, entities)
    return [(one, ways[one.id]) for one in entities if one.id in ways]


def edited(
    connection: sqlite3.Connection, moment: Moment, ids: Collection[str] | None = None
) -> Iterator[tuple[Version, Version]]:
    """Yield what stands for features now and when these came to stand for it, where it differs.

    Whatever was edited has a version that ended: an index names them, so that of a million
    entities only these are read.

    Parameters
    ----------
    connection : sqlite3.Connection
    moment : Moment
    ids : collection of str, optional
        Only of these entities.
    """
    hold, when = moment.condition("now.")
    listed = ", ".join(f"{side}.{name}" for side in ("now", "first") for name in _COLUMNS)
    touched = (
        "SELECT DISTINCT entity FROM entity_version WHERE revision_to IS NOT NULL"
        " AND layer IS NOT NULL"
    )
    chosen = []
    if ids is not None:
        touched = (
            "SELECT k.key AS entity FROM json_each(?) j CROSS JOIN entity_key k ON k.id = j.value"
        )
        chosen = [json.dumps(sorted(ids))]
    differ = " OR ".join(f"now.{name} IS NOT first.{name}" for name in _POSE[:-2])
    query = (
        f"SELECT {listed}, {_OTHERS.format('now')} AS others"
        f" FROM ({touched}) touched"
        " CROSS JOIN entity_version now ON now.entity = touched.entity"
        " CROSS JOIN entity_version first ON first.fid = (SELECT min(f.fid) FROM entity_version f"
        "  WHERE f.entity = now.entity AND f.layer = now.layer AND f.feature = now.feature)"
        f" WHERE {hold} AND now.layer IS NOT NULL AND now.feature IS NOT NULL"
        f" AND (others > 0 OR now.own_geometry IS NOT first.own_geometry OR {differ}"
        "  OR instr(now.attributes, ?) > 0 OR instr(first.attributes, ?) > 0)"
    )
    scale = f'"{SCALE_ATTRIBUTE}"'
    for row in connection.execute(query, [*chosen, *when, scale, scale]):
        now = dict(zip(_COLUMNS, row, strict=False))
        first = dict(zip(_COLUMNS, row[len(_COLUMNS) :], strict=False))
        if row[-1]:
            first = _attached(connection, now)
        yield now, first


def _attached(connection: sqlite3.Connection, now: Mapping[str, Any]) -> Version:
    """Return the version of an entity with which its feature came to stand for it last.

    Versions are followed backwards: from a copy that undo made to what it copies, from an edited
    one to what the edit ended.
    """
    names = (*_COLUMNS, "origin", "revision_from", "revision_to", "valid_from", "valid_to")
    known = {
        row[0]: dict(zip(names, row, strict=True))
        for row in connection.execute(
            f"SELECT {', '.join(names)} FROM entity_version WHERE entity = ?", (now["entity"],)
        )
    }
    here = known[now["fid"]]
    while True:
        while here["origin"] is not None and here["origin"] in known:
            here = known[here["origin"]]
        before = [
            one
            for one in known.values()
            if one["revision_to"] == here["revision_from"]
            and one["fid"] < here["fid"]
            and (one["layer"], one["feature"]) == (here["layer"], here["feature"])
            and one["valid_from"] < here["valid_to"]
            and one["valid_to"] > here["valid_from"]
        ]
        if not before:
            return here
        here = max(before, key=lambda one: int(one["fid"]))


def is_replaced(now: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    """Return whether an entity got a shape after its feature; one it had before waits."""
    return now["own_geometry"] is not None and first["own_geometry"] is None


def displacement_of(
    now: Mapping[str, Any], first: Mapping[str, Any], frame: Frame
) -> Displacement | None:
    """Return how a feature came to where it stands; None where it is where its layer has it."""
    before, after = _pose(first, frame), _pose(now, frame)
    if before is None or after is None:
        return None
    found = Displacement(before, after)
    return None if found.is_none else found


def _pose(row: Mapping[str, Any], frame: Frame) -> Pose | None:
    position = rows.decode_point(row["geom"], frame)
    if position is None:
        return None
    text = row["attributes"]
    scale = scale_of(json.loads(text)) if SCALE_ATTRIBUTE in text else 1.0
    return Pose(position, row["heading_deg"], row["pitch_deg"], row["roll_deg"], scale)
