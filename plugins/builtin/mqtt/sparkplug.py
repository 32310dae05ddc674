"""Sparkplug B 3.0: births name metrics, data refers to them by alias, deaths make them bad.

Messages of the specification's ``sparkplug_b.proto``, as far as metrics need them.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.payloads import PayloadError, Row
from plugins.builtin.connecting.templates import fill
from shapan import Quality

_PREFIX: Final = "spBv1.0"
_MAX_METRICS: Final = 1_000_000
#: Metrics of which it is remembered what their births say, for whoever looks.
_MAX_TOLD: Final = 10_000
_REBIRTH_S: Final = 10.0
_REBIRTH: Final = "Node Control/Rebirth"
#: Types of fields in protobuf's descriptors.
_DOUBLE, _FLOAT, _UINT64, _BOOL, _STRING, _MESSAGE, _BYTES, _UINT32 = 1, 2, 4, 8, 9, 11, 12, 13
_METRIC_FIELDS: Final = (
    ("name", 1, _STRING), ("alias", 2, _UINT64), ("timestamp", 3, _UINT64),
    ("datatype", 4, _UINT32), ("is_historical", 5, _BOOL), ("is_transient", 6, _BOOL),
    ("is_null", 7, _BOOL), ("properties", 9, _MESSAGE), ("int_value", 10, _UINT32),
    ("long_value", 11, _UINT64), ("float_value", 12, _FLOAT), ("double_value", 13, _DOUBLE),
    ("boolean_value", 14, _BOOL), ("string_value", 15, _STRING), ("bytes_value", 16, _BYTES),
)  # fmt: skip
#: Of a metric's properties, beside its name, and what they hold.
_PROPERTY_FIELDS: Final = (
    ("type", 1, _UINT32), ("is_null", 2, _BOOL), ("int_value", 3, _UINT32),
    ("long_value", 4, _UINT64), ("float_value", 5, _FLOAT), ("double_value", 6, _DOUBLE),
    ("boolean_value", 7, _BOOL), ("string_value", 8, _STRING),
)  # fmt: skip
#: Names of the property that gateways tell the unit by; the specification has none.
_UNIT_PROPERTIES: Final = frozenset({"engunit", "engunits", "engineeringunits", "unit", "units"})
#: Names of data types, by their numbers.
_DATA_TYPES: Final = dict(enumerate((
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double",
    "Boolean", "String", "DateTime", "Text", "UUID", "DataSet", "Bytes", "File", "Template",
), 1))  # fmt: skip
_VALUES: Final = (
    "int_value", "long_value", "float_value", "double_value", "boolean_value", "string_value",
)  # fmt: skip
#: Data types that are signed and come as the unsigned number of the same bits.
_SIGNED_BITS: Final = {1: 8, 2: 16, 3: 32, 4: 64}


@functools.cache
def payload_type() -> Any:
    """Return protobuf's class of a Sparkplug payload."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="sparkplug")
    file.syntax = "proto2"
    metric = file.message_type.add(name="Metric")
    for name, number, kind in _METRIC_FIELDS:
        inner = ".sparkplug.PropertySet" if kind == _MESSAGE else None
        metric.field.add(name=name, number=number, type=kind, label=1, type_name=inner)
    properties = file.message_type.add(name="PropertySet")
    properties.field.add(name="keys", number=1, type=_STRING, label=3)
    properties.field.add(
        name="values", number=2, type=_MESSAGE, label=3, type_name=".sparkplug.PropertyValue"
    )
    held = file.message_type.add(name="PropertyValue")
    for name, number, kind in _PROPERTY_FIELDS:
        held.field.add(name=name, number=number, type=kind, label=1)
    payload = file.message_type.add(name="Payload")
    payload.field.add(name="timestamp", number=1, type=_UINT64, label=1)
    payload.field.add(
        name="metrics", number=2, type=_MESSAGE, label=3, type_name=".sparkplug.Metric"
    )
    payload.field.add(name="seq", number=3, type=_UINT64, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("sparkplug.Payload"))


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric that changed.

    Parameters
    ----------
    path : str
        ``group/node/device/metric``, without the device where the node itself has it.
    time_us : int or None
    value : float
    text : str or None
    quality : int
    """

    path: str
    time_us: int | None
    value: float
    text: str | None
    quality: int

    def rows(self, mapping: Mapping, variables: dict[str, str]) -> Iterator[Row]:
        """Yield the sample that a mapping makes of it."""
        entity, indicator = fill(mapping.entity, variables), fill(mapping.indicator, variables)
        if not entity or not indicator:
            raise PayloadError(f"{mapping.source} names no entity or no indicator")
        yield Row(entity, indicator, self.time_us, self.value, self.quality, self.text)


@dataclass(frozen=True, slots=True)
class Born:
    """What a birth says of a metric.

    Parameters
    ----------
    metric : str
        Its name.
    data_type : str
        As the specification calls it, such as ``Float``; empty for one that it does not know.
    unit : str
        As the gateway writes it; empty where it says none.
    """

    metric: str
    data_type: str
    unit: str


class SparkplugReader:
    """Knows the births of nodes and devices."""

    def __init__(self) -> None:
        #: By path of the metric.
        self.born: dict[str, Born] = {}
        #: By node or device: alias -> (name, data type), and all names.
        self._births: dict[str, dict[int, tuple[str, int]]] = {}
        self._names: dict[str, list[str]] = {}
        self._asked_s: dict[str, float] = {}

    def read(self, topic: str, payload: bytes) -> tuple[list[Metric], bool]:
        """Return the metrics of a message, and whether a rebirth should be asked for.

        Raises
        ------
        PayloadError
            If topic or payload are not Sparkplug's.
        """
        levels = topic.split("/")
        if len(levels) < 4 or levels[0] != _PREFIX or not all(levels):
            raise PayloadError("no Sparkplug topic")
        group, kind, node = levels[1:4]
        source = "/".join([group, node, *levels[4:]])
        if kind in {"NDEATH", "DDEATH"}:
            return self._death(source), False
        if kind not in {"NBIRTH", "DBIRTH", "NDATA", "DDATA"}:
            return [], False  # commands, and the state of host applications
        message = payload_type()()
        try:
            message.ParseFromString(payload)
        except Exception as error:  # protobuf's DecodeError is of another class per backend
            raise PayloadError(f"no Sparkplug payload ({error})") from error
        if kind.endswith("BIRTH"):
            self._birth(source, message)
        found, missing = [], False
        for metric in message.metrics:
            known = self._known(source, metric)
            if known is None:
                missing = True
            elif not known[0].startswith(("Node Control/", "Device Control/")) and known[0] not in {
                "bdSeq"
            }:
                found.append(_metric(source, known, metric, message))
        return found, missing and self._may_ask(f"{group}/{node}")

    def _birth(self, source: str, message: Any) -> None:
        if sum(map(len, self._names.values())) > _MAX_METRICS:
            raise PayloadError("more than a million metrics")
        metrics = [one for one in message.metrics if one.name]
        self._births[source] = {
            one.alias: (one.name, one.datatype) for one in metrics if one.HasField("alias")
        }
        self._names[source] = [one.name for one in metrics]
        for one in metrics[: max(0, _MAX_TOLD - len(self.born))]:
            kind = _DATA_TYPES.get(one.datatype, "")
            self.born[f"{source}/{one.name}"] = Born(one.name, kind, _unit(one))

    def _death(self, source: str) -> list[Metric]:
        """A node's death is that of its devices too."""
        now_us = time.time_ns() // 1000
        gone = [one for one in self._names if one == source or one.startswith(source + "/")]
        return [
            Metric(f"{one}/{name}", now_us, math.nan, None, Quality.BAD)
            for one in gone
            for name in self._names[one]
            if not name.startswith(("Node Control/", "Device Control/")) and name != "bdSeq"
        ]

    def _known(self, source: str, metric: Any) -> tuple[str, int] | None:
        if metric.name:
            return metric.name, metric.datatype
        return self._births.get(source, {}).get(metric.alias)

    def _may_ask(self, node: str) -> bool:
        now_s = time.monotonic()
        if now_s - self._asked_s.get(node, -math.inf) < _REBIRTH_S:
            return False
        self._asked_s[node] = now_s
        return True


def _unit(metric: Any) -> str:
    for name, held in zip(metric.properties.keys, metric.properties.values):
        plain = "".join(letter for letter in name.casefold() if letter.isalpha())
        if plain in _UNIT_PROPERTIES and held.HasField("string_value"):
            return str(held.string_value).strip()[:40]
    return ""


def _metric(source: str, known: tuple[str, int], metric: Any, message: Any) -> Metric:
    name, kind = known
    stamp = metric.timestamp if metric.HasField("timestamp") else message.timestamp
    value: Any = None
    for field in _VALUES:
        if metric.HasField(field):
            value = getattr(metric, field)
    if metric.is_null or value is None:
        number, text, quality = math.nan, None, Quality.BAD
    elif isinstance(value, str):
        number, text, quality = math.nan, value[:1000], Quality.GOOD
    else:
        bits = _SIGNED_BITS.get(metric.datatype or kind)
        if bits and not isinstance(value, float):
            value = (int(value) & ((1 << bits) - 1)) - ((int(value) >> (bits - 1) & 1) << bits)
        number, text, quality = float(value), None, Quality.GOOD
    return Metric(f"{source}/{name}", stamp * 1000 if stamp else None, number, text, quality)


def rebirth_request(topic: str) -> tuple[str, bytes] | None:
    """Return topic and payload that ask the node of a message to tell its metrics anew."""
    levels = topic.split("/")
    if len(levels) < 4:
        return None
    message = payload_type()()
    message.timestamp = time.time_ns() // 1_000_000
    metric = message.metrics.add(name=_REBIRTH, datatype=11)
    metric.boolean_value = True
    return f"{_PREFIX}/{levels[1]}/NCMD/{levels[3]}", message.SerializeToString()
