"""Values of the public API as JSON and arrays, for the pipe between window and worker.

Only types listed here pass, so that nothing but data comes out of a worker.
"""

from __future__ import annotations

import base64
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.frames import MessageError
from plugins.host.numbering import ReceivedNames, SentNames
from twin_model.errors import ValidationError
from twin_model.samples import SampleBatch, SampleKeys

Array = npt.NDArray[Any]

_MODULES: Final = {
    "twin_model.entity": ("Entity", "Relation", "Codes"),
    "twin_model.time": ("Instant", "Interval"),
    "twin_model.layer": ("Layer",),
    "twin_model.query": ("EntityQuery",),
    "twin_model.commands": (
        "AddEntities", "EditEntities", "RemoveEntities", "AddRelations", "EditRelations",
        "RemoveRelations", "AddLayers", "RemoveLayer", "EditLayer", "ReorderLayers",
    ),
    "twin_model.store.transaction": ("Change",),
    "ingest.pipeline.job": ("Progress",),
    "ingest.readers.contract": (
        "SourceInfo", "ReadOptions", "PointChunk", "Texture", "Material", "MeshChunk", "TileChunk",
        "FeatureChunk", "RasterSource", "TilesetSource", "ObjectChunk", "RelationChunk",
    ),
    "rendering.options": ("Overlay", "OverlayMesh", "Label"),
    "rendering.moving.style": ("MovingStyle",),
    "shapan.results": ("Table", "Series", "Report"),
}  # fmt: skip
#: Name on the wire -> where the class is, imported when one arrives.
_TYPES: Final = {name: module for module, names in _MODULES.items() for name in names}
_MAX_DEPTH: Final = 40


def encode(value: Any, names: SentNames | None = None) -> tuple[Any, list[Array]]:
    """Return *value* as JSON values, and the arrays that these refer to.

    Parameters
    ----------
    value : any of the types that pass
    names : SentNames, optional
        What the other side knows of moving things; without, every batch brings its names.

    Raises
    ------
    TypeError
        If something in it is of a type that does not pass.
    """
    arrays = _Arrays()
    arrays.names = names
    return _encode(value, arrays, 0), list(arrays)


class _Arrays(list[Array]):
    """The arrays of a value that is encoded, and what the other side knows of names."""

    names: SentNames | None = None


def _encode(value: Any, arrays: _Arrays, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise TypeError("a value is nested too deeply")
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        plain = np.atleast_1d(value)
        arrays.append(plain.astype(plain.dtype.newbyteorder("<"), copy=False))
        return {"$array": len(arrays) - 1}
    if isinstance(value, list):
        return [_encode(one, arrays, depth + 1) for one in value]
    if isinstance(value, (tuple, set, frozenset)):
        return {"$tuple": [_encode(one, arrays, depth + 1) for one in value]}
    if isinstance(value, Path):
        return {"$path": str(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _encode_bytes(bytes(value), arrays)
    if isinstance(value, Mapping):
        return {"$map": [[_key(k), _encode(v, arrays, depth + 1)] for k, v in value.items()]}
    if isinstance(value, SampleBatch):
        return _encode_samples(value, arrays)
    if is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        if _TYPES.get(name) == type(value).__module__:
            found = {f.name: _encode(getattr(value, f.name), arrays, depth + 1)
                     for f in fields(value) if f.init}  # fmt: skip
            return {"$type": name, "fields": found}
    raise TypeError(f"a {type(value).__name__} cannot be passed between window and worker")


def _encode_samples(batch: SampleBatch, arrays: _Arrays) -> Any:
    """Only the names in use go along: a numbering may hold a hundred thousand."""
    first = len(arrays)
    if batch.position is not None and arrays.names is not None:
        told = arrays.names.describe(batch)
        if told is not None:
            arrays.extend((*batch.columns(), batch.position))
            return {"$samples": first, "text": _text(batch), "moves": True, "names": told}
    entities, entity = _in_use(batch.entity, len(batch.keys.entities))
    indicators, indicator = _in_use(batch.indicator, len(batch.keys.indicators))
    columns = (entity, indicator, batch.time_us, batch.value,
               batch.quality)  # fmt: skip
    arrays.extend(columns)
    if batch.position is not None:
        arrays.append(batch.position)
    return {
        "$samples": first,
        "text": _text(batch),
        "moves": batch.position is not None,
        "entities": _named(batch.keys.entities, entities),
        "indicators": _named(batch.keys.indicators, indicators),
    }


def _text(batch: SampleBatch) -> list[Any] | None:
    return None if batch.text is None else batch.text.tolist()


def _in_use(numbers: Array, count: int) -> tuple[Array, Array]:
    """Return the numbers in use, ascending, and where each of *numbers* stands among them."""
    used = np.zeros(count, bool)
    used[numbers] = True
    places = np.cumsum(used, dtype="<i4") - np.int32(1)
    return np.flatnonzero(used), places[numbers]


def _named(names: Sequence[str], numbers: Array) -> list[str]:
    return [names[n] for n in numbers.tolist()]


def _encode_bytes(value: bytes, arrays: list[Array]) -> Any:
    if len(value) < 256:
        return {"$bytes": base64.b64encode(value).decode()}
    arrays.append(np.frombuffer(value, np.uint8))
    return {"$blob": len(arrays) - 1}


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is no text")
    return key


def decode(value: Any, arrays: list[Array], names: ReceivedNames | None = None) -> Any:
    """Return what `encode` was given; arrays are read-only views of what arrived.

    Raises
    ------
    MessageError
        If it is not what `encode` makes.
    """
    try:
        return _decode(value, _Received(arrays, names), 0)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, ValidationError) as error:
        raise MessageError(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class _Received:
    """Arrays that came, and the names that came before."""

    arrays: list[Array]
    names: ReceivedNames | None


def _decode(value: Any, came: _Received, depth: int) -> Any:
    if depth > 2 * _MAX_DEPTH:
        raise MessageError("a value is nested too deeply")
    if isinstance(value, list):
        return [_decode(one, came, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    if "$map" in value:
        return {str(k): _decode(v, came, depth + 1) for k, v in value["$map"]}
    if "$tuple" in value:
        return tuple(_decode(one, came, depth + 1) for one in value["$tuple"])
    if "$array" in value:
        return came.arrays[value["$array"]]
    if "$type" in value:
        return _make(value["$type"], value["fields"], came, depth)
    if "$samples" in value:
        first = int(value["$samples"])
        keys = _keys_of(value, came)
        text = None if value["text"] is None else np.array(value["text"], object)
        position = came.arrays[first + 5] if value["moves"] else None
        plain = SampleBatch(keys, *came.arrays[first : first + 5])
        return replace(plain, text=text, position=position)
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$blob" in value:
        return came.arrays[value["$blob"]].tobytes()
    if "$path" in value:
        return Path(value["$path"])
    raise MessageError(f"an object with the keys {sorted(value)[:3]}")


def _keys_of(value: Mapping[str, Any], came: _Received) -> SampleKeys:
    if "names" in value:
        if came.names is None:
            raise MessageError("names that nobody told before")
        return came.names.take(value["names"])
    return SampleKeys(map(str, value["entities"]), map(str, value["indicators"]))


def _make(name: str, values: dict[str, Any], came: _Received, depth: int) -> Any:
    kind = getattr(importlib.import_module(_TYPES[name]), name)
    given = {key: _decode(one, came, depth + 1) for key, one in values.items()}
    if name == "Layer":
        from twin_model.layer import LayerRole

        given["role"] = LayerRole(given["role"])
    return kind(**given)
