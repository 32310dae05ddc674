"""Images of tiles as JPEG or PNG files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import Texture
from ingest.readers.osgb_format.records import Record
from ingest.readers.osgb_format.state import RawLayout
from ingest.readers.textures import (
    MAX_PIXELS,
    decode_picture,
    encode_picture,
    read_image_file,
    texture_from_file,
)
from twin_model.errors import SourceError

_CHANNELS: Final = {
    6406: 1, 6407: 3, 6408: 4, 6409: 1, 6410: 2, 0x1903: 1, 0x80E0: 3, 0x80E1: 4,
}  # fmt: skip
_BLUE_FIRST: Final = (0x80E0, 0x80E1)
_BLOCKS: Final = {
    0x83F0: (b"DXT1", 8), 0x83F1: (b"DXT1", 8), 0x83F2: (b"DXT3", 16), 0x83F3: (b"DXT5", 16),
}  # fmt: skip
_UNSIGNED_BYTE: Final = 0x1401
_MAX_RAW_BYTES: Final = 128 * 2**20


def texture_of(path: Path, image: Record, root: Path) -> Texture:
    """Return the file content of an image record: JPEG and PNG untouched, others as PNG.

    Parameters
    ----------
    path : Path
        The tile.
    image : Record
    root : Path
        Folder that external images must not leave.

    Raises
    ------
    SourceError
        If the image is missing, outside *root*, damaged or of a kind that is not supported.
    """
    if "pixels" in image.fields:
        return _from_pixels(path, image.fields["layout"], image.fields["pixels"])
    data = image.fields.get("encoded")
    if data is None:
        data = read_image_file(path, str(image.fields.get("file") or ""), root)
    # OpenSceneGraph turns every picture over except DirectDraw surfaces.
    return texture_from_file(path, data, flip=data[:4] == b"DDS ")


def _from_pixels(path: Path, layout: RawLayout, pixels: memoryview) -> Texture:
    width, height = layout.width, layout.height
    if width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        raise SourceError(path, f"a texture claims {width} x {height} pixels")
    if layout.pixel_format in _BLOCKS:
        return encode_picture(_from_blocks(path, layout, pixels), flip=True)
    channels = _CHANNELS.get(layout.pixel_format)
    if channels is None or layout.data_type != _UNSIGNED_BYTE:
        raise SourceError(path, f"textures of pixel format {layout.pixel_format} are not supported")
    packing = layout.packing if layout.packing in (1, 2, 4, 8) else 1
    row = -(-width * channels // packing) * packing
    if row * height > _MAX_RAW_BYTES:
        raise SourceError(path, f"a texture of {width} x {height} raw pixels is too large")
    if len(pixels) < row * (height - 1) + width * channels:
        raise SourceError(path, f"a texture of {width} x {height} has {len(pixels)} bytes only")
    flat = np.zeros(row * height, np.uint8)
    used = min(len(pixels), len(flat))
    flat[:used] = np.frombuffer(pixels, np.uint8, used)
    rows = flat.reshape(height, row)[:, : width * channels].reshape(height, width, channels)
    return encode_picture(_picture(rows, layout.pixel_format), flip=True)


def _picture(rows: npt.NDArray[np.uint8], pixel_format: int) -> Any:
    from PIL import Image  # lazily: only tiles with raw pixels need it

    if pixel_format in _BLUE_FIRST:
        rows = rows[:, :, [2, 1, 0, 3][: rows.shape[2]]]
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[rows.shape[2]]
    shape = (rows.shape[1], rows.shape[0])
    return Image.frombytes(mode, shape, np.ascontiguousarray(rows).tobytes())


def _from_blocks(path: Path, layout: RawLayout, pixels: memoryview) -> Any:
    """Decode block-compressed pixels by giving them the header of a DirectDraw surface."""
    code, block = _BLOCKS[layout.pixel_format]
    size = -(-layout.width // 4) * -(-layout.height // 4) * block
    if len(pixels) < size:
        raise SourceError(path, "a compressed texture ends early")
    head = struct.pack(
        "<4s7I44x2I4s5I4I4x", b"DDS ", 124, 0x81007, layout.height, layout.width, size, 0, 0,
        32, 4, code, 0, 0, 0, 0, 0, 0x1000, 0, 0, 0,
    )  # fmt: skip
    return decode_picture(path, head + bytes(pixels[:size]))
