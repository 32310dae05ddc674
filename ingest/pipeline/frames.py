"""Messages between this process and a worker process: a JSON head and raw arrays.

Not pickle: workers run native code on files from anywhere, or code of plugins, and unpickling
what a compromised process sends would run it here.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

_LENGTH: Final = struct.Struct("<I")
_MAX_HEAD: Final = 256 * 1024 * 1024
_MAX_ARRAYS: Final = 1024 * 1024 * 1024
_MAX_DIMENSIONS: Final = 4
_DTYPES: Final = frozenset({f"<{kind}{size}" for kind in "iuf" for size in (2, 4, 8)}) | {
    "|u1", "|i1", "|b1",
}  # fmt: skip

Array = npt.NDArray[Any]


class MessageError(Exception):
    """What came through the pipe is not a message."""


def write_frame(stream: BinaryIO, head: dict[str, Any], arrays: tuple[Array, ...] = ()) -> None:
    """Write one message and flush it."""
    described = head | {"arrays": [[a.dtype.str, list(a.shape)] for a in arrays]}
    data = json.dumps(described, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    for array in arrays:
        stream.write(np.ascontiguousarray(array).data)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[Array]] | None:
    """Return the next message, None at the end of the stream.

    Raises
    ------
    MessageError
        If the stream ends within a message or a size is out of bounds.
    """
    start = stream.read(_LENGTH.size)
    if not start:
        return None
    if len(start) < _LENGTH.size:
        raise MessageError("cut within a length")
    (length,) = _LENGTH.unpack(start)
    if length > _MAX_HEAD:
        raise MessageError(f"a head of {length} bytes")
    try:
        head = json.loads(_exactly(stream, length).decode("utf-8", "replace"))
        arrays = [_array(stream, dtype, shape) for dtype, shape in head.pop("arrays")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MessageError(str(error)) from error
    return head, arrays


def _array(stream: BinaryIO, dtype: str, shape: list[int]) -> Array:
    if dtype not in _DTYPES or not 1 <= len(shape) <= _MAX_DIMENSIONS or any(n < 0 for n in shape):
        raise MessageError(f"an array {dtype} {shape}")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > _MAX_ARRAYS:
        raise MessageError(f"an array of {size} bytes")
    return np.frombuffer(_exactly(stream, size), dtype).reshape(shape)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise MessageError("cut within a message")
    return data
