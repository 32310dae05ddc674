"""Objects with meaning (BIM products, city objects) -> entities and relations."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ingest.readers.contract import ObjectChunk, RelationChunk
from ingest.readers.ifc_types import entity_type
from twin_model.entity import Entity, Position, Relation
from twin_model.frame import ToLocal
from twin_model.relations import HIERARCHY, INVERSES

#: Namespace of the ids, so that reading the same file again gives the same ones.
_NAMESPACE: Final = uuid.UUID("8f0c8f5e-2a0e-5b0e-9d57-1f6f4b3f7a10")
#: Kinds of relation whose source stands where its targets are.
_HOLDING: Final = frozenset({"contains", "aggregates", "groups"})
#: Attribute that keeps the source's own class.
CLASS_ATTRIBUTE: Final = "Class"


def entity_id(layer: str, guid: str) -> str:
    """Return the id of the object *guid* of a layer: the same at every import."""
    # uuid.uuid5 without its detours: a model has tens of thousands of these.
    name = f"{layer}/{guid}".encode("utf-8", "surrogatepass")
    digest = bytearray(hashlib.sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def build_entities(
    objects: Iterable[ObjectChunk],
    relations: Iterable[RelationChunk],
    layer: str,
    positions: Mapping[int, Position] | None = None,
    to_local: ToLocal | None = None,
    warnings: list[str] | None = None,
) -> tuple[list[Entity], list[Relation]]:
    """Return an entity for every object and a relation for every edge between two of them.

    An object's position is the reader's own (through *to_local*), else that of its feature
    in *positions*, else the middle of what it contains; None where none of these is known.
    An edge to an object that is not there is dropped; of several equal edges one is kept; one by
    which something would contain itself is left out; a GUID met again gets a number, as damaged
    exports repeat them.

    Parameters
    ----------
    objects, relations : iterables of chunks
    layer : str
    positions : mapping of int to Position, optional
        Middle of the mesh of each feature, local metres.
    to_local : ToLocal, optional
        From the source's coordinates to local metres.
    warnings : list of str, optional
        Gets what users should know of what was left out.

    Raises
    ------
    FrameError
        If a position has no place in the project's frame.
    """
    entities: dict[str, Entity] = {}
    for chunk in objects:
        places = _places(chunk, positions or {}, to_local)
        for i, guid in enumerate(chunk.guid):
            unique = _unused(guid, entities)
            entities[unique] = Entity(
                id=entity_id(layer, unique),
                type=entity_type(chunk.type[i]),
                name=chunk.name[i],
                position=places[i],
                layer=layer,
                feature=chunk.feature[i] if chunk.feature[i] >= 0 else None,
                guid=guid,
                attributes={CLASS_ATTRIBUTE: chunk.type[i], **chunk.attributes[i]},
            )
    edges = _without_circles(_edges(relations, entities), [] if warnings is None else warnings)
    _place_containers(entities, edges)
    made = [
        Relation(
            id=entity_id(layer, f"{kind}/{source}/{target}"),
            kind=kind,
            source=entities[source].id,
            target=entities[target].id,
        )
        for kind, source, target in edges
    ]
    return list(entities.values()), made


def _unused(guid: str, taken: Mapping[str, Entity]) -> str:
    candidate, number = guid, 1
    while candidate in taken:
        number += 1
        candidate = f"{guid}~{number}"
    return candidate


def _places(
    chunk: ObjectChunk, positions: Mapping[int, Position], to_local: ToLocal | None
) -> list[Position | None]:
    out: list[Position | None] = [positions.get(feature) for feature in chunk.feature]
    known = [i for i, position in enumerate(chunk.position) if position is not None]
    if not known or to_local is None:
        return out
    local = to_local(np.array([chunk.position[i] for i in known], np.float64))
    for i, (x, y, z) in zip(known, local.tolist()):
        out[i] = (x, y, z)
    return out


def _edges(
    relations: Iterable[RelationChunk], entities: Mapping[str, Entity]
) -> list[tuple[str, str, str]]:
    edges: dict[tuple[str, str, str], None] = {}
    for chunk in relations:
        for edge in zip(chunk.kind, chunk.source, chunk.target):
            if edge[1] in entities and edge[2] in entities and edge[1] != edge[2]:
                edges[edge] = None
    return list(edges)


def _without_circles(
    edges: list[tuple[str, str, str]], warnings: list[str]
) -> list[tuple[str, str, str]]:
    """Return the edges without those that close a circle of wholes and parts."""
    above: dict[str, list[str]] = {}
    kept: list[tuple[str, str, str]] = []
    for edge in edges:
        kind, whole, part = edge
        if kind in INVERSES:
            whole, part = part, whole
        if kind in HIERARCHY or kind in INVERSES:
            if _is_above(part, whole, above):
                continue
            above.setdefault(part, []).append(whole)
        kept.append(edge)
    if lost := len(edges) - len(kept):
        warnings.append(f"relations by which something would contain itself were left out: {lost}")
    return kept


def _is_above(candidate: str, start: str, above: Mapping[str, list[str]]) -> bool:
    """Return whether *candidate* is *start* or one of the wholes that it is part of."""
    pending, seen = [start], {start}
    while pending:
        current = pending.pop()
        if current == candidate:
            return True
        fresh = [one for one in above.get(current, ()) if one not in seen]
        seen.update(fresh)
        pending += fresh
    return False


def _place_containers(entities: dict[str, Entity], edges: list[tuple[str, str, str]]) -> None:
    """Put objects without a place of their own into the middle of what they contain."""
    inside: dict[str, list[str]] = {}
    for kind, source, target in edges:
        if kind in _HOLDING and entities[source].position is None:
            inside.setdefault(source, []).append(target)
    # Containers within containers: every round places those whose contents got a place in the
    # one before. The depth of a building's tree bounds it; a cycle adds nothing and ends it.
    waiting = set(inside)
    while waiting:
        placed: dict[str, Position] = {}
        for guid in waiting:
            points = [p for child in inside[guid] if (p := entities[child].position) is not None]
            still_open = any(child in waiting for child in inside[guid])
            if points and not still_open:
                low, high = np.min(points, axis=0), np.max(points, axis=0)
                x, y, z = ((low + high) / 2).tolist()
                placed[guid] = (x, y, z)
        nothing = {
            guid
            for guid in waiting
            if guid not in placed and not any(child in waiting for child in inside[guid])
        }
        if not placed and not nothing:
            return
        for guid, position in placed.items():
            entities[guid] = replace(entities[guid], position=position)
        waiting -= placed.keys() | nothing
