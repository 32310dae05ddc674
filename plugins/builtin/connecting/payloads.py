"""From what came over the wire to values: JSON, numbers, words, times and qualities."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.templates import fill, names_in
from shapan import Quality

MAX_PAYLOAD_BYTES: Final = 1 << 20
_MAX_RECORDS: Final = 100_000
_VALUE_NAMES: Final = ("value", "v", "val", "Value")
_TIME_NAMES: Final = ("time", "timestamp", "ts", "t", "Timestamp", "time_us", "time_ms")
_QUALITY_NAMES: Final = ("quality", "q")
_WORDS_OF_QUALITY: Final = {
    "good": Quality.GOOD, "ok": Quality.GOOD, "valid": Quality.GOOD, "true": Quality.GOOD,
    "uncertain": Quality.UNCERTAIN, "questionable": Quality.UNCERTAIN,
    "bad": Quality.BAD, "invalid": Quality.BAD, "error": Quality.BAD, "false": Quality.BAD,
}  # fmt: skip
#: OPC quality bytes: bad below 64, uncertain below 192.
_OPC_UNCERTAIN: Final = 64
_OPC_GOOD: Final = 192


class PayloadError(ValueError):
    """What came cannot be understood."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sample on its way, before its entity is known.

    Parameters
    ----------
    entity, indicator : str
    time_us : int or None
        None where the source states no time.
    value : float
        NaN for words.
    quality : int
    text : str or None
    position : (x, y, z) or None
    """

    entity: str
    indicator: str
    time_us: int | None
    value: float
    quality: int = 0
    text: str | None = None
    position: tuple[float, float, float] | None = None


def decode(payload: bytes, kind: str, most_bytes: int = MAX_PAYLOAD_BYTES) -> Any:
    """Return the document in a payload: what JSON gives, else words.

    Raises
    ------
    PayloadError
        If it is too large, is no UTF-8, or has to be JSON and is not.
    """
    if len(payload) > most_bytes:
        raise PayloadError(f"{len(payload) >> 10} KiB are more than a payload may have")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PayloadError(f"not UTF-8 at byte {error.start}") from error
    if kind == "text":
        return text
    try:
        return json.loads(text)
    except RecursionError as error:
        raise PayloadError("nested too deeply") from error
    except ValueError as error:
        if kind == "json" or text[:1] in {"{", "["}:
            raise PayloadError(f"not JSON ({error})") from error
        return text.strip()


def at_path(document: Any, path: str) -> Any:
    """Return what stands at a path such as ``data.0.temperature``; None where nothing does."""
    if isinstance(document, dict) and path in document:
        return document[path]
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def rows_of(mapping: Mapping, variables: dict[str, str], document: Any) -> Iterator[Row]:
    """Yield the samples in a document.

    Raises
    ------
    PayloadError
        If there is no value where the mapping says, or no name for the entity or indicator.
    """
    found = at_path(document, mapping.records) if mapping.records else document
    if mapping.records and found is None:
        raise PayloadError(f"nothing at {mapping.records}")
    records = found if isinstance(found, list) else [found]
    if len(records) > _MAX_RECORDS:
        raise PayloadError(f"{len(records)} records are more than a payload may have")
    for record in records:
        yield from _rows_of_record(mapping, variables, record)


def _rows_of_record(mapping: Mapping, variables: dict[str, str], record: Any) -> Iterator[Row]:
    known = _with_fields(mapping, variables, record)
    entity = fill(mapping.entity, known)
    if not entity:
        raise PayloadError(f"no {mapping.entity} to name the entity")
    time_us = _stated_time(mapping, record)
    quality = _stated_quality(mapping, record)
    position = _position(mapping, record)
    if mapping.value == "*":
        if not isinstance(record, dict):
            raise PayloadError("no record with fields")
        skipped = {mapping.time, mapping.quality, *_TIME_NAMES}
        for name, value in record.items():
            if name not in skipped and _is_number(value):
                yield Row(entity, name, time_us, float(value), quality, None, position)
        return
    indicator = fill(mapping.indicator, known)
    if not indicator:
        raise PayloadError(f"no {mapping.indicator} to name the indicator")
    value, text = as_value(_stated_value(mapping, record, position is not None))
    yield Row(entity, indicator, time_us, value, quality, text, position)


def _with_fields(mapping: Mapping, variables: dict[str, str], record: Any) -> dict[str, str]:
    """Add the record's fields that the mapping names and the source's name did not give."""
    if not isinstance(record, dict):
        return variables
    wanted = {*names_in(mapping.entity), *names_in(mapping.indicator)} - variables.keys()
    if not wanted:
        return variables
    fields = {name: at_path(record, name) for name in wanted}
    return variables | {n: str(v) for n, v in fields.items() if isinstance(v, (str, int))}


def _stated_value(mapping: Mapping, record: Any, moves: bool) -> Any:
    if mapping.value:
        found = at_path(record, mapping.value)
        if found is None and not moves:
            raise PayloadError(f"no value at {mapping.value}")
        return found
    if not isinstance(record, dict):
        return record
    for name in _VALUE_NAMES:
        if name in record:
            return record[name]
    if moves:
        return None
    raise PayloadError(f"none of {', '.join(_VALUE_NAMES[:3])} in it")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_value(found: Any) -> tuple[float, str | None]:
    """Return a value as number, or as words beside NaN.

    Raises
    ------
    PayloadError
        If it is a list or an object.
    """
    if found is None:
        return math.nan, None
    if isinstance(found, (bool, int, float)):
        try:
            return float(found), None
        except OverflowError as error:
            raise PayloadError("a number without end") from error
    if isinstance(found, str):
        try:
            return float(found), None
        except ValueError:
            return math.nan, found[:1000]
    raise PayloadError(f"a {type(found).__name__} where a value should be")


def _stated_time(mapping: Mapping, record: Any) -> int | None:
    if mapping.time:
        found = at_path(record, mapping.time)
        if found is None:
            raise PayloadError(f"no time at {mapping.time}")
        return as_time_us(found)
    if isinstance(record, dict):
        for name in _TIME_NAMES:
            if name in record:
                return as_time_us(record[name])
    return None


def as_time_us(found: Any) -> int:
    """Return microseconds since 1970 UTC.

    Numbers are seconds, milliseconds, microseconds or nanoseconds, whichever gives a year between
    1973 and 5138; texts are ISO 8601, in UTC where they state no zone.

    Raises
    ------
    PayloadError
        If it is no time.
    """
    if _is_number(found) and math.isfinite(found):
        size = abs(found)
        for limit, factor in ((1e11, 1e6), (1e14, 1e3), (1e17, 1.0), (1e20, 1e-3)):
            if size < limit:
                if isinstance(found, int) and factor >= 1:
                    return int(found) * int(factor)
                scaled: int = round(found * factor)
                return scaled
    if isinstance(found, str):
        try:
            parsed = datetime.fromisoformat(found)
        except ValueError:
            try:
                return as_time_us(float(found))
            except ValueError:
                raise PayloadError(f"'{found[:40]}' is no time") from None
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=UTC)
        return time_us(parsed)
    raise PayloadError(f"{str(found)[:40]} is no time")


def time_us(moment: datetime) -> int:
    """Return microseconds since 1970 of a time with zone, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _stated_quality(mapping: Mapping, record: Any) -> int:
    if mapping.quality:
        return as_quality(at_path(record, mapping.quality))
    if isinstance(record, dict):
        for name in _QUALITY_NAMES:
            if name in record:
                return as_quality(record[name])
    return Quality.GOOD


def as_quality(found: Any) -> int:
    """Return a quality of words, of a flag (1 is good), or of OPC's quality byte (0 is bad)."""
    if found is None:
        return Quality.GOOD
    if isinstance(found, bool):
        return Quality.GOOD if found else Quality.BAD
    if isinstance(found, str):
        return int(_WORDS_OF_QUALITY.get(found.strip().lower(), Quality.UNCERTAIN))
    if _is_number(found):
        if found == 1 or found >= _OPC_GOOD:
            return Quality.GOOD
        return Quality.UNCERTAIN if found >= _OPC_UNCERTAIN else Quality.BAD
    return Quality.UNCERTAIN


def _position(mapping: Mapping, record: Any) -> tuple[float, float, float] | None:
    fields = mapping.position
    if fields is None:
        return None
    found = [at_path(record, path) if path else 0.0 for path in (fields.x, fields.y, fields.z)]
    if not all(_is_number(one) and math.isfinite(one) for one in found):
        raise PayloadError(f"no position at {fields.x}, {fields.y}")
    x, y, z = found
    if fields.geographic and not (-180 <= x <= 180 and -90 <= y <= 90):
        raise PayloadError(f"{x:g}, {y:g} is no longitude and latitude")
    return float(x), float(y), float(z)
