"""Entities, relations and layers as rows of the store, and back."""

from __future__ import annotations

import functools
import json
import math
import struct
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from twin_model.entity import Codes, Entity, Position, Relation
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.heights import checked_reference
from twin_model.layer import Layer, LayerRole
from twin_model.time import Instant, Interval

#: Columns of `entity_version` in the order of `entity_row`, without revisions and fid.
ENTITY_COLUMNS: Final = (
    "geom, entity, id, type, name, layer, feature, guid, own_geometry, heading_deg,"
    " pitch_deg, roll_deg, height_reference, attributes, indicators, rules, management_code,"
    " space_code, time_code, valid_from, valid_to"
)
#: Where each of them is in a row.
AT: Final = {name.strip(): place for place, name in enumerate(ENTITY_COLUMNS.split(","))}
RELATION_COLUMNS: Final = "id, kind, source, target, attributes, computed, valid_from, valid_to"
_POINT: Final = struct.Struct("<2sBBiBIddd")
_ENCODE: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
).encode
#: Without a look for blanks around the value, which our own text has not.
_DECODE: Final = json.JSONDecoder().raw_decode
_NO_CODES: Final = Codes()
_WKB_POINT_Z: Final = 1001  # ISO WKB, GeoPackage 1.3 annex on encoding


def encode_point(position: Position | None, srs: int, frame: Frame) -> bytes | None:
    """Return a GeoPackage point in the project's CRS (little-endian, no envelope)."""
    if position is None:
        return None
    east, north, up = frame.origin or (0.0, 0.0, 0.0)
    return _POINT.pack(
        b"GP", 0, 1, srs, 1, _WKB_POINT_Z,
        position[0] + east, position[1] + north, position[2] + up,
    )  # fmt: skip


def decode_point(blob: bytes | None, frame: Frame) -> Position | None:
    """Return local metres of a blob that `encode_point` made."""
    if blob is None:
        return None
    values = _POINT.unpack(blob)
    east, north, up = frame.origin or (0.0, 0.0, 0.0)
    return values[6] - east, values[7] - north, values[8] - up


def to_json(value: Any) -> str:
    """Return compact JSON with sorted keys, so that equal values give equal text.

    Raises
    ------
    ValueError
        If it holds NaN or infinity, which JSON has no word for.
    """
    if not value:
        return "[]" if isinstance(value, list) else "{}"
    return _ENCODE(value)


def _kept(whose: str, dimension: str, value: Any) -> str:
    """Return the JSON of one dimension of a thing.

    Raises
    ------
    ValidationError
        If it holds what JSON has no word for.
    """
    try:
        return to_json(value)
    except (ValueError, TypeError, RecursionError) as error:
        names = value if isinstance(value, dict) else {}
        name = next((key for key, one in names.items() if not _is_json(one)), "values")
        wrong = names.get(name)
        # Of what is nested too deep, not even a text can be made.
        shown = wrong if isinstance(wrong, float | str) else type(wrong).__name__
        rule = f"{whose} can have numbers, texts, lists and objects only ({error})"
        raise ValidationError(dimension, str(name), shown, rule) from None


def _is_json(value: Any) -> bool:
    try:
        to_json(value)
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _check_place(entity: Entity) -> None:
    """Refuse a place or heading that is no number.

    Raises
    ------
    ValidationError
    """
    x, y, z = entity.position or (0.0, 0.0, 0.0)
    turned = entity.heading_deg + entity.pitch_deg + entity.roll_deg
    if math.isfinite(x + y + z + turned):  # one test: this runs at every edit
        return
    whose = entity.name or entity.id
    if not math.isfinite(x + y + z):
        raise ValidationError("position", whose, entity.position, "three finite numbers, in metres")
    if not math.isfinite(entity.heading_deg):
        rule = "a finite number, in degrees"
        raise ValidationError("heading_deg", whose, entity.heading_deg, rule)
    tilt = (entity.pitch_deg, entity.roll_deg)
    raise ValidationError("position", whose, tilt, "pitch and roll are finite, in degrees")


def entity_row(entity: Entity, key: int, srs: int, frame: Frame) -> tuple[Any, ...]:
    """Return the values of `ENTITY_COLUMNS`.

    Raises
    ------
    ValidationError
        If its place is no place, or a value cannot be kept.
    """
    codes = entity.codes
    whose = entity.name or entity.id
    _check_place(entity)
    return (
        encode_point(entity.position, srs, frame), key, entity.id, entity.type, entity.name,
        entity.layer, None if entity.feature is None else int(entity.feature), entity.guid,
        entity.geometry, float(entity.heading_deg), float(entity.pitch_deg), float(entity.roll_deg),
        entity.height_reference and checked_reference(entity.height_reference),
        _kept(whose, "attributes", entity.attributes),
        _kept(whose, "indicators", entity.indicators), _kept(whose, "rules", entity.rules),
        codes.management, codes.space, codes.time, entity.valid.start.us, entity.valid.end.us,
    )  # fmt: skip


@functools.lru_cache(maxsize=4096)
def _interval(start: int, end: int) -> Interval:
    # Frozen, so that all may share it; most rows came with few commands, and so few times.
    return Interval(Instant(start), Instant(end))


def _decoded(text: str) -> Any:
    # Most entities have no indicators and no rules; reading JSON is most of the cost of a row.
    if text == "{}":
        return {}
    if text == "[]":
        return []
    value, end = _DECODE(text)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


# A frozen class sets its fields by name through `object`, which takes longer than to read the row;
# its slots can be set directly.
_SET_ID: Final = Entity.__dict__["id"].__set__
_SET_TYPE: Final = Entity.__dict__["type"].__set__
_SET_NAME: Final = Entity.__dict__["name"].__set__
_SET_POSITION: Final = Entity.__dict__["position"].__set__
_SET_GEOMETRY: Final = Entity.__dict__["geometry"].__set__
_SET_HEADING: Final = Entity.__dict__["heading_deg"].__set__
_SET_PITCH: Final = Entity.__dict__["pitch_deg"].__set__
_SET_ROLL: Final = Entity.__dict__["roll_deg"].__set__
_SET_REFERENCE: Final = Entity.__dict__["height_reference"].__set__
_SET_LAYER: Final = Entity.__dict__["layer"].__set__
_SET_FEATURE: Final = Entity.__dict__["feature"].__set__
_SET_GUID: Final = Entity.__dict__["guid"].__set__
_SET_ATTRIBUTES: Final = Entity.__dict__["attributes"].__set__
_SET_INDICATORS: Final = Entity.__dict__["indicators"].__set__
_SET_RULES: Final = Entity.__dict__["rules"].__set__
_SET_CODES: Final = Entity.__dict__["codes"].__set__
_SET_VALID: Final = Entity.__dict__["valid"].__set__


def entity_from(row: Sequence[Any], frame: Frame) -> Entity:
    """Return the entity of a row that has `ENTITY_COLUMNS`."""
    (
        geom, _key, identifier, kind, name, layer, feature, guid, geometry, heading, pitch, roll,
        reference, attributes, indicators, rules, management, space, time, start, end,
    ) = row  # fmt: skip
    entity = object.__new__(Entity)
    _SET_ID(entity, identifier)
    _SET_TYPE(entity, kind)
    _SET_NAME(entity, name)
    _SET_POSITION(entity, decode_point(geom, frame))
    _SET_GEOMETRY(entity, geometry)
    _SET_HEADING(entity, heading)
    _SET_PITCH(entity, pitch)
    _SET_ROLL(entity, roll)
    _SET_REFERENCE(entity, reference)
    _SET_LAYER(entity, layer)
    _SET_FEATURE(entity, feature)
    _SET_GUID(entity, guid)
    _SET_ATTRIBUTES(entity, _decoded(attributes))
    _SET_INDICATORS(entity, _decoded(indicators))
    _SET_RULES(entity, _decoded(rules))
    coded = management or space or time
    _SET_CODES(entity, Codes(management, space, time) if coded else _NO_CODES)
    _SET_VALID(entity, _interval(start, end))
    return entity


def relation_row(relation: Relation, source: int, target: int) -> tuple[Any, ...]:
    """Return the values of `RELATION_COLUMNS`."""
    return (
        relation.id, relation.kind, source, target,
        _kept(f"{relation.kind} {relation.id}", "relations", relation.attributes),
        int(relation.computed), relation.valid.start.us, relation.valid.end.us,
    )  # fmt: skip


def relation_from(row: Sequence[Any]) -> Relation:
    """Return the relation of a row that has `RELATION_COLUMNS`, ends as entity ids."""
    identifier, kind, source, target, attributes, computed, start, end = row
    return Relation(
        identifier, kind, source, target, _decoded(attributes), bool(computed),
        _interval(start, end),
    )  # fmt: skip


def with_validity(relation: Relation, start: Instant, end: Instant) -> Relation:
    """Return a relation that holds from *start* to *end*."""
    return replace(relation, valid=Interval(start, end))


def layer_document(layer: Layer) -> str:
    """Return the JSON that `layer_version.document` holds."""
    return to_json(asdict(layer))


def layer_from(document: str) -> Layer:
    """Return the layer of a `layer_version.document`; unknown keys are left out."""
    values = json.loads(document)
    known = {name: values[name] for name in Layer.__dataclass_fields__ if name in values}
    known["role"] = LayerRole(known["role"])
    known["warnings"] = tuple(known.get("warnings", ()))
    bounds = known.get("bounds_local")
    known["bounds_local"] = tuple(bounds) if bounds else None
    return Layer(**known)


def frame_document(frame: Frame) -> str:
    """Return the JSON that `frame_version.document` holds."""
    return to_json({"crs": frame.crs, "origin": frame.origin, "vertical_crs": frame.vertical_crs})


def frame_from(document: str) -> Frame:
    """Return the frame of a `frame_version.document`."""
    values = json.loads(document)
    origin = values.get("origin")
    return Frame(values["crs"], tuple(origin) if origin else None, values.get("vertical_crs"))
