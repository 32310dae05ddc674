"""Files that a source refers to, kept inside its folder, and their images."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from ingest.readers.contract import Texture
from twin_model.errors import SourceError

#: Larger pictures are not decoded: four bytes a pixel must stay well below a gibibyte.
MAX_PIXELS: Final = 100_000_000
_MAX_FILE_BYTES: Final = 256 * 2**20


def inside(path: Path, name: str, root: Path) -> Path | None:
    """Return the file that *path* calls *name*; None where it would lie outside *root*.

    Parameters
    ----------
    path : Path
        The file that refers to it.
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


def read_texture(path: Path, name: str, root: Path) -> Texture:
    """Return the image that *path* calls *name*, as JPEG or PNG.

    Raises
    ------
    SourceError
        If it lies outside *root*, is missing, too large or damaged.
    """
    data = read_image_file(path, name, root)
    return texture_from_file(path, data)


def read_image_file(path: Path, name: str, root: Path) -> bytes:
    """Return the bytes of a file that *path* refers to.

    Raises
    ------
    SourceError
        If it lies outside *root*, is missing or too large.
    """
    target = inside(path, name, root)
    if target is None:
        raise SourceError(path, f"the texture '{name[:60]}' lies outside its folder")
    try:
        if target.stat().st_size > _MAX_FILE_BYTES:
            raise SourceError(path, f"the texture '{name[:60]}' is too large")
        return target.read_bytes()
    except OSError as error:
        raise SourceError(
            path, f"the texture '{name[:60]}' cannot be read", remedy="put it beside the file"
        ) from error


def texture_from_file(path: Path, data: bytes, *, flip: bool = False) -> Texture:
    """Return *data*, the content of an image file: JPEG and PNG untouched, others as PNG.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
    flip : bool
        Turn an image that has to be re-encoded upside down.

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
    return encode_picture(decode_picture(path, data), flip=flip)


def decode_picture(path: Path, data: bytes) -> Any:
    """Return a loaded `PIL.Image.Image`.

    Raises
    ------
    SourceError
        If it is not an image, or has more than 100 million pixels.
    """
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


def encode_picture(picture: Any, *, flip: bool = False) -> Texture:
    """Return a `PIL.Image.Image` as PNG."""
    from PIL import Image  # lazily: see decode_picture

    if flip:
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if picture.mode not in ("L", "LA", "RGB", "RGBA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return Texture(out.getvalue(), "image/png")
