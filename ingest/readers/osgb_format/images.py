"""Images of tiles as JPEG or PNG files."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import Texture
from ingest.readers.osgb_format.records import Record
from ingest.readers.osgb_format.state import RawLayout
from twin_model.errors import SourceError

MAX_PIXELS: Final = 16_384 * 16_384
_MAX_FILE_BYTES: Final = 256 * 2**20
_CHANNELS: Final = {
    6406: 1, 6407: 3, 6408: 4, 6409: 1, 6410: 2, 0x1903: 1, 0x80E0: 3, 0x80E1: 4,
}  # fmt: skip
_BLUE_FIRST: Final = (0x80E0, 0x80E1)
_BLOCKS: Final = {
    0x83F0: (b"DXT1", 8), 0x83F1: (b"DXT1", 8), 0x83F2: (b"DXT3", 16), 0x83F3: (b"DXT5", 16),
}  # fmt: skip
_UNSIGNED_BYTE: Final = 0x1401


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
        data = _external(path, str(image.fields.get("file") or ""), root)
    return texture_from_file(path, data)


def texture_from_file(path: Path, data: bytes) -> Texture:
    """Return *data*, the content of an image file, as JPEG or PNG.

    Raises
    ------
    SourceError
        If it is not an image that can be decoded.
    """
    if data[:3] == b"\xff\xd8\xff":
        return Texture(data, "image/jpeg")
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Texture(data, "image/png")
    if not data:
        raise SourceError(path, "a texture is empty")
    # OpenSceneGraph turns every picture over except DirectDraw surfaces.
    return _encode(path, _decode(path, data), flip=data[:4] == b"DDS ")


def inside(path: Path, name: str, root: Path) -> Path | None:
    """Return the file that a tile calls *name*; None where it would lie outside *root*.

    Parameters
    ----------
    path : Path
        The tile that refers to it.
    name : str
        As written; backslashes separate folders too.
    root : Path
        Resolved folder.
    """
    plain = name.replace("\\", "/").strip()
    if not plain or "\0" in plain or ":" in plain.split("/")[0]:
        return None
    try:
        target = (path.parent / plain).resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return target if target.is_relative_to(root) else None


def _external(path: Path, name: str, root: Path) -> bytes:
    target = inside(path, name, root)
    if target is None:
        raise SourceError(path, f"a texture lies outside its folder ('{name[:60]}')")
    try:
        if target.stat().st_size > _MAX_FILE_BYTES:
            raise SourceError(path, f"texture '{name[:60]}' is too large")
        return target.read_bytes()
    except OSError as error:
        raise SourceError(
            path, f"texture '{name[:60]}' cannot be read", remedy="fetch it beside the tile"
        ) from error


def _from_pixels(path: Path, layout: RawLayout, pixels: memoryview) -> Texture:
    width, height = layout.width, layout.height
    if width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        raise SourceError(path, f"a texture claims {width} x {height} pixels")
    if layout.pixel_format in _BLOCKS:
        return _encode(path, _from_blocks(path, layout, pixels), flip=True)
    channels = _CHANNELS.get(layout.pixel_format)
    if channels is None or layout.data_type != _UNSIGNED_BYTE:
        raise SourceError(path, f"textures of pixel format {layout.pixel_format} are not supported")
    packing = layout.packing if layout.packing in (1, 2, 4, 8) else 1
    row = -(-width * channels // packing) * packing
    if len(pixels) < row * (height - 1) + width * channels:
        raise SourceError(path, f"a texture of {width} x {height} has {len(pixels)} bytes only")
    flat = np.zeros(row * height, np.uint8)
    used = min(len(pixels), len(flat))
    flat[:used] = np.frombuffer(pixels, np.uint8, used)
    rows = flat.reshape(height, row)[:, : width * channels].reshape(height, width, channels)
    return _encode(path, _picture(rows, layout.pixel_format), flip=True)


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
    return _decode(path, head + bytes(pixels[:size]))


def _decode(path: Path, data: bytes) -> Any:
    from PIL import Image  # lazily: JPEG and PNG are passed on undecoded

    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > MAX_PIXELS:
            raise SourceError(path, f"a texture has {picture.width} x {picture.height} pixels")
        picture.load()
    except SourceError:
        raise
    except Exception as error:
        # Pillow's plug-ins raise whatever their parsing runs into.
        raise SourceError(path, "a texture cannot be decoded") from error
    return picture


def _encode(path: Path, picture: Any, *, flip: bool) -> Texture:
    from PIL import Image  # lazily: see _decode

    if flip:
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if picture.mode not in ("L", "LA", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return Texture(out.getvalue(), "image/png")
