"""Fields of geometry in both forms, and their triangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.osgb_format.records import Record, SceneReader

OVERALL, PER_VERTEX = 1, 4

#: NumPy code and width of old-style arrays by their type number.
OLD_ARRAYS: Final = {
    0: ("i1", 1), 1: ("u1", 1), 2: ("i2", 1), 3: ("u2", 1), 4: ("i4", 1), 5: ("u4", 1),
    6: ("f4", 1), 7: ("f8", 1), 8: ("i1", 2), 9: ("i1", 3), 10: ("i1", 4), 11: ("u1", 4),
    12: ("i2", 2), 13: ("i2", 3), 14: ("i2", 4), 15: ("f4", 2), 16: ("f4", 3), 17: ("f4", 4),
    18: ("f8", 2), 19: ("f8", 3), 20: ("f8", 4), 21: ("u1", 2), 22: ("u1", 3), 23: ("u2", 2),
    24: ("u2", 3), 25: ("u2", 4), 26: ("i4", 2), 27: ("i4", 3), 28: ("i4", 4), 29: ("u4", 2),
    30: ("u4", 3), 31: ("u4", 4),
}  # fmt: skip

_SUFFIXES: Final = {
    "": "f4", "d": "f8", "b": "i1", "ub": "u1", "s": "i2", "us": "u2", "i": "i4", "ui": "u4",
}  # fmt: skip
_NAMED: Final = {
    "Byte": "i1", "UByte": "u1", "Short": "i2", "UShort": "u2", "Int": "i4", "UInt": "u4",
    "Float": "f4", "Double": "f8",
}  # fmt: skip
#: NumPy code and width of array objects by class name.
ARRAY_CLASSES: Final = {f"osg::{name}Array": (code, 1) for name, code in _NAMED.items()} | {
    f"osg::Vec{width}{suffix}Array": (code, width)
    for suffix, code in _SUFFIXES.items()
    for width in (2, 3, 4)
}
_ELEMENTS: Final = {52: "u1", 53: "u2", 54: "u4"}


@dataclass(frozen=True)
class VertexArray:
    """Values of an attribute and what each of them belongs to (4: a vertex, 1: all)."""

    values: npt.NDArray[Any]
    binding: int


@dataclass(frozen=True)
class PrimitiveSet:
    """Primitives of one mode, each run in *runs* drawn separately.

    Parameters
    ----------
    mode : int
        OpenGL's, 4 for triangles.
    runs : list of (n,) integer arrays
        Vertex numbers.
    """

    mode: int
    runs: list[npt.NDArray[Any]]


def drawable_fields(reader: SceneReader, record: Record) -> None:
    """osg::Drawable."""
    stream, version = reader.stream, reader.version
    if version < 156:
        record.fields["state"] = reader.optional_object() or record.fields.get("state")
    if stream.boolean():
        end = reader.begin()
        stream.doubles(6)  # initial bound
        reader.end(end)
    reader.optional_object()  # bounding-box callback
    reader.optional_object()  # shape
    for _ in range(3):  # display lists and buffer objects
        stream.boolean()
    if version < 156:
        for _ in range(4):  # callbacks
            reader.optional_object()
    if version >= 142:
        stream.u32()  # node mask
    if version >= 145:
        stream.boolean()  # culling active


def geometry_fields(reader: SceneReader, record: Record) -> None:
    """osg::Geometry."""
    if reader.version < 112:
        _old_geometry(reader, record)
        return
    record.fields["primitives"] = [
        item.fields["primitive"]
        for item in reader.objects_list()
        if item is not None and "primitive" in item.fields
    ]
    for name in ("vertex", "normal", "colour", "secondary_colour", "fog"):
        record.fields[name] = _array_of(reader.optional_object())
    record.fields["uv"] = [_array_of(item) for item in reader.objects_list()]
    reader.objects_list()  # vertex attributes


def _array_of(record: Record | None) -> VertexArray | None:
    value = None if record is None else record.fields.get("array")
    return value if isinstance(value, VertexArray) else None


def _old_geometry(reader: SceneReader, record: Record) -> None:
    stream = reader.stream
    record.fields["primitives"] = [_old_primitive(reader) for _ in range(stream.count(12))]
    for name in ("vertex", "normal", "colour", "secondary_colour", "fog"):
        record.fields[name] = None
        if stream.boolean():
            end = reader.begin()
            record.fields[name] = _old_array_data(reader)
            reader.end(end)
    for name in ("uv", "attributes"):
        record.fields[name] = []
        if stream.boolean():
            count = stream.count(10)
            end = reader.begin()
            for _ in range(count):
                inner = reader.begin()
                record.fields[name].append(_old_array_data(reader))
                reader.end(inner)
            reader.end(end)
    stream.boolean()  # fast-path hint


def _old_primitive(reader: SceneReader) -> PrimitiveSet:
    stream = reader.stream
    kind, mode = stream.i32(), stream.i32()
    if reader.version > 96:
        stream.u32()  # instances
    if kind == 50:
        return PrimitiveSet(mode, [_run(reader, stream.i32(), stream.i32())])
    if kind == 51:
        first, count = stream.i32(), stream.count(4)
        end = reader.begin()
        lengths = stream.array("i4", count)
        reader.end(end)
        return PrimitiveSet(mode, _runs(reader, first, lengths))
    if kind not in _ELEMENTS:
        raise stream.fail(f"primitive sets of kind {kind} are not known")
    count = stream.count(np.dtype(_ELEMENTS[kind]).itemsize)
    end = reader.begin()
    indices = stream.array(_ELEMENTS[kind], count)
    reader.end(end)
    return PrimitiveSet(mode, [indices])


def _run(reader: SceneReader, first: int, count: int) -> npt.NDArray[np.int64]:
    reader.count_vertices(count)
    if first < 0:
        raise reader.stream.fail(f"drawing starts at vertex {first}")
    return np.arange(first, first + count, dtype=np.int64)


def _runs(
    reader: SceneReader, first: int, lengths: npt.NDArray[Any]
) -> list[npt.NDArray[np.int64]]:
    runs = []
    for length in lengths.tolist():
        runs.append(_run(reader, first, length))
        first += length
    return runs


def _old_array_data(reader: SceneReader) -> VertexArray | None:
    stream = reader.stream
    values = _old_array(reader) if stream.boolean() else None
    indices = _old_array(reader) if stream.boolean() else None
    binding = stream.i32()
    stream.i32()  # normalise
    if values is None:
        return None
    if indices is not None:
        flat = indices.ravel().astype(np.int64)
        if flat.size and not 0 <= flat.min() <= flat.max() < len(values):
            raise stream.fail("an attribute's index is out of range")
        values = values[flat]
    return VertexArray(values, binding)


def _old_array(reader: SceneReader) -> npt.NDArray[Any]:
    stream = reader.stream
    identifier = stream.u32()
    known = reader.arrays.get(identifier)
    if known is not None:
        return known
    kind, count = stream.i32(), stream.i32()
    if kind not in OLD_ARRAYS:
        raise stream.fail(f"arrays of type {kind} are not known")
    end = reader.begin()
    values = stream.array(OLD_ARRAYS[kind][0], count, OLD_ARRAYS[kind][1])
    reader.end(end)
    reader.arrays[identifier] = values
    return values


def array_fields(reader: SceneReader, record: Record) -> None:
    """osg::Vec3Array and the like."""
    stream = reader.stream
    if reader.version >= 147:
        reader.optional_object()  # buffer object
    binding = stream.i32()
    stream.boolean()  # normalise
    stream.boolean()  # preserve data type
    code, width = ARRAY_CLASSES[record.kind]
    count = stream.count(np.dtype(code).itemsize * width)
    record.fields["array"] = VertexArray(stream.array(code, count, width), binding)


def primitive_fields(reader: SceneReader, record: Record) -> None:
    """osg::DrawArrays, osg::DrawArrayLengths, osg::DrawElementsUInt and the like."""
    stream = reader.stream
    if reader.version >= 147:
        reader.optional_object()  # buffer object
    stream.i32()  # instances
    mode = stream.i32()
    if record.kind == "osg::DrawArrays":
        runs: list[npt.NDArray[Any]] = [_run(reader, stream.i32(), stream.i32())]
    elif record.kind == "osg::DrawArrayLengths":
        first, count = stream.i32(), stream.count(4)
        runs = list(_runs(reader, first, stream.array("i4", count)))
    else:
        code = {"UByte": "u1", "UShort": "u2", "UInt": "u4"}[
            record.kind.removeprefix("osg::DrawElements")
        ]
        runs = [stream.array(code, stream.count(np.dtype(code).itemsize))]
    record.fields["primitive"] = PrimitiveSet(mode, runs)


def buffer_fields(reader: SceneReader, record: Record) -> None:
    """osg::VertexBufferObject, osg::ElementBufferObject."""
    reader.stream.u32()  # target
    reader.stream.u32()  # usage
    reader.stream.boolean()  # copy and release
    if reader.version >= 201:
        reader.stream.u32()  # mapping bits


def triangles_of(primitives: list[PrimitiveSet]) -> tuple[npt.NDArray[np.uint32], int]:
    """Return the triangles of all *primitives* and how many sets of points and lines had none.

    Returns
    -------
    triangles : (m, 3) uint32 array
        Anticlockwise as drawn; degenerate ones of strips are kept out.
    other : int
    """
    parts: list[npt.NDArray[Any]] = []
    other = 0
    for primitive in primitives:
        if primitive.mode < 4:
            other += 1
            continue
        for run in primitive.runs:
            part = _triangulate(primitive.mode, run)
            if len(part):
                parts.append(part)
    if not parts:
        return np.zeros((0, 3), np.uint32), other
    return np.concatenate(parts).astype(np.uint32, copy=False), other


def _triangulate(mode: int, run: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the triangles of one run of an OpenGL mode (triangles to polygon)."""
    count = len(run)
    if mode == 4:
        return run[: count - count % 3].reshape(-1, 3)
    if count < 3:
        return np.zeros((0, 3), np.uint32)
    if mode == 5:
        strip = np.column_stack([run[:-2], run[1:-1], run[2:]])
        strip[1::2, :2] = strip[1::2, 1::-1]
        distinct = (
            (strip[:, 0] != strip[:, 1])
            & (strip[:, 1] != strip[:, 2])
            & (strip[:, 0] != strip[:, 2])
        )
        return np.asarray(strip[distinct])
    if mode in (6, 9):
        return np.column_stack([np.full(count - 2, run[0]), run[1:-1], run[2:]])
    if mode == 7:
        quads = run[: count - count % 4].reshape(-1, 4)
    elif mode == 8:
        pairs = run[: count - count % 2].reshape(-1, 2)
        quads = np.column_stack([pairs[:-1], pairs[1:, 1], pairs[1:, 0]])
    else:
        return np.zeros((0, 3), np.uint32)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
