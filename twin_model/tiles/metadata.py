"""Feature properties: EXT_structural_metadata tables and the batch tables of 3D Tiles 1.0."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.tiles.gltf_document import Document, Json, parse_json, read_bytes, resolve_uri

Array = npt.NDArray[Any]
ViewOf = Callable[[Any], memoryview]

_COMPONENTS: Final = {
    "INT8": "<i1", "UINT8": "<u1", "INT16": "<i2", "UINT16": "<u2", "INT32": "<i4",
    "UINT32": "<u4", "INT64": "<i8", "UINT64": "<u8", "FLOAT32": "<f4", "FLOAT64": "<f8",
}  # fmt: skip
_WIDTHS: Final = {
    "SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16, "ENUM": 1,
}  # fmt: skip
_BATCH_COMPONENTS: Final = {
    "BYTE": "<i1", "UNSIGNED_BYTE": "<u1", "SHORT": "<i2", "UNSIGNED_SHORT": "<u2",
    "INT": "<i4", "UNSIGNED_INT": "<u4", "FLOAT": "<f4", "DOUBLE": "<f8",
}  # fmt: skip


@dataclass
class PropertyTable:
    """Properties of features by id.

    Parameters
    ----------
    name : str
    count : int
        Feature ids run from 0 to count - 1.
    columns : dict of str to list
        JSON-compatible values, one list a property, each of *count* values.
    """

    name: str
    count: int
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def row(self, feature: int) -> dict[str, Any]:
        """Return the properties of one feature; empty where the id is outside."""
        if not 0 <= feature < self.count:
            return {}
        return {key: values[feature] for key, values in self.columns.items()}


@dataclass
class Schema:
    """Classes and enums of the 3D Metadata Specification."""

    classes: Json = field(default_factory=dict)
    enums: Json = field(default_factory=dict)


def load_schema(owner: Json, path: Path, root: Path) -> Schema:
    """Return the schema that *owner* holds (``schema``) or names (``schemaUri``).

    Raises
    ------
    SourceError
        If the named file leaves *root* or is damaged.
    """
    schema = owner.get("schema")
    uri = owner.get("schemaUri")
    if schema is None and isinstance(uri, str):
        target = resolve_uri(uri, path, root)
        schema = parse_json(read_bytes(target), target)
    if not isinstance(schema, dict):
        return Schema()
    classes, enums = schema.get("classes"), schema.get("enums")
    return Schema(
        classes if isinstance(classes, dict) else {}, enums if isinstance(enums, dict) else {}
    )


def read_property_tables(document: Document) -> list[PropertyTable]:
    """Return the property tables of a glTF; a table that cannot be read is a warning."""
    extensions = document.json.get("extensions")
    extension = extensions.get("EXT_structural_metadata") if isinstance(extensions, dict) else None
    if not isinstance(extension, dict):
        return []
    schema = load_schema(extension, document.path, document.root)
    tables = extension.get("propertyTables", [])
    result = []
    for table in tables if isinstance(tables, list) else []:
        try:
            result.append(decode_table(table, schema, lambda i: document.view(i)[0], document.path))
        except (SourceError, KeyError, TypeError, ValueError, IndexError) as error:
            reason = error.reason if isinstance(error, SourceError) else type(error).__name__
            document.warn(f"a property table cannot be read ({reason})")
            result.append(PropertyTable("", 0))
    return result


def decode_table(table: Json, schema: Schema, view: ViewOf, path: Path) -> PropertyTable:
    """Return one property table.

    Parameters
    ----------
    table : dict
        ``class``, ``count``, ``properties`` with buffer view numbers.
    schema : Schema
    view : callable
        Buffer view number -> bytes.
    path : Path
        For messages.

    Raises
    ------
    SourceError
        If the data are shorter than the count demands.
    """
    count = table["count"]
    if not isinstance(count, int) or count < 0:
        raise SourceError(path, "a property table has no count")
    properties = schema.classes.get(table["class"], {}).get("properties", {})
    out = PropertyTable(str(table.get("name") or table["class"])[:200], count)
    for key, source in table.get("properties", {}).items():
        definition = properties.get(key)
        if isinstance(definition, dict) and isinstance(source, dict):
            column = _Column(definition, source, schema, view, path)
            out.columns[str(key)] = column.values(count)
    return out


class _Column:
    """Decodes one property of a table (3D Metadata Specification, binary table format)."""

    def __init__(
        self, definition: Json, source: Json, schema: Schema, view: ViewOf, path: Path
    ) -> None:
        self._definition = definition
        self._source = source
        self._schema = schema
        self._view = view
        self._path = path
        self._type = str(definition.get("type"))

    def values(self, count: int) -> list[Any]:
        definition = self._definition
        if not definition.get("array"):
            return self._nulls(self._elements(count))
        fixed = definition.get("count")
        if isinstance(fixed, int):
            flat = self._elements(count * fixed)
            return self._nulls([flat[i * fixed : (i + 1) * fixed] for i in range(count)])
        ends = self._offsets("arrayOffsets", "arrayOffsetType", count)
        flat = self._elements(int(ends[-1]))
        return self._nulls([flat[int(a) : int(b)] for a, b in itertools.pairwise(ends)])

    def _nulls(self, values: list[Any]) -> list[Any]:
        null = self._definition.get("noData")
        if null is None:
            return values
        default = self._definition.get("default")
        return [default if value == null else value for value in values]

    def _offsets(self, key: str, type_key: str, count: int) -> Array:
        kind = _COMPONENTS[self._source.get(type_key, "UINT32")]
        offsets = self._array(self._source[key], kind, count + 1).astype(np.int64)
        if int(offsets[0]) < 0 or (np.diff(offsets) < 0).any():
            raise SourceError(self._path, f"{key} of a property do not rise")
        return offsets

    def _array(self, index: Any, kind: str, count: int) -> Array:
        data = self._view(index)
        if count * np.dtype(kind).itemsize > len(data):
            raise SourceError(self._path, f"a property has fewer than {count} values")
        return np.frombuffer(data, kind, count)

    def _elements(self, count: int) -> list[Any]:
        index = self._source["values"]
        if self._type == "STRING":
            offsets = self._offsets("stringOffsets", "stringOffsetType", count)
            data = bytes(self._view(index))
            if int(offsets[-1]) > len(data):
                raise SourceError(self._path, "the strings of a property run past their data")
            return [
                data[int(a) : int(b)].decode("utf-8", "replace")
                for a, b in itertools.pairwise(offsets)
            ]
        if self._type == "BOOLEAN":
            packed = self._array(index, "<u1", (count + 7) // 8)
            bits = np.unpackbits(packed, bitorder="little")[:count]
            return [bool(bit) for bit in bits]
        width = _WIDTHS[self._type]
        names: dict[int, str] = {}
        component = self._definition.get("componentType")
        if self._type == "ENUM":
            enum = self._schema.enums.get(str(self._definition.get("enumType")), {})
            component = enum.get("valueType", "UINT16")
            names = {v["value"]: str(v["name"]) for v in enum.get("values", [])}
        values = self._array(index, _COMPONENTS[str(component)], count * width)
        if self._type == "ENUM":
            return [names.get(int(v), int(v)) for v in values]
        scaled = self._scale(values)
        return json_values(scaled if width == 1 else scaled.reshape(count, width))

    def _scale(self, values: Array) -> Array:
        if values.dtype.kind in "iu" and self._definition.get("normalized"):
            values = np.maximum(values / float(np.iinfo(values.dtype).max), -1.0)
        scale = self._source.get("scale", self._definition.get("scale"))
        offset = self._source.get("offset", self._definition.get("offset"))
        if isinstance(scale, int | float):
            values = values * scale
        if isinstance(offset, int | float):
            values = values + offset
        return values


def json_values(values: Array) -> list[Any]:
    """Return plain Python values, None where a number is not finite."""
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return values.tolist()  # type: ignore[no-any-return]
    flat = [v if np.isfinite(v) else None for v in values.ravel().tolist()]
    if values.ndim == 1:
        return flat
    width = values.shape[1]
    return [flat[i : i + width] for i in range(0, len(flat), width)]


def read_batch_table(json: Json, binary: memoryview, count: int, path: Path) -> PropertyTable:
    """Return the batch table of a b3dm, i3dm or pnts tile.

    Parameters
    ----------
    json : dict
        Property name -> array of values, or a reference into *binary*.
    binary : memoryview
    count : int
        Number of features (BATCH_LENGTH, INSTANCES_LENGTH or POINTS_LENGTH).
    path : Path
        For messages.

    Raises
    ------
    SourceError
        If a binary property runs past the end.
    """
    table = PropertyTable("batch table", count)
    for key, value in json.items():
        if key in ("extensions", "extras", "HIERARCHY"):
            continue
        if isinstance(value, list):
            table.columns[key] = (value + [None] * max(0, count - len(value)))[:count]
        elif isinstance(value, dict) and "byteOffset" in value:
            kind = np.dtype(_BATCH_COMPONENTS.get(str(value.get("componentType")), "<f4"))
            width = _WIDTHS.get(str(value.get("type")), 1)
            offset = value["byteOffset"]
            need = count * width * kind.itemsize
            if not isinstance(offset, int) or offset < 0 or offset + need > len(binary):
                raise SourceError(path, f"the batch table property '{key[:40]}' runs past its end")
            values = np.frombuffer(binary, kind, count * width, offset)
            table.columns[key] = json_values(values if width == 1 else values.reshape(count, width))
    return table
