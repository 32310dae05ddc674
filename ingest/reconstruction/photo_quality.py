"""How sharp, how well exposed and how different photographs are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from twin_model.errors import SourceError

#: Pictures are judged at this size: what matters for matching, whatever the camera.
_JUDGED_PX: Final = 1024
_HASH_SIDE: Final = 16
#: Bits of 256 by which two frames of a burst differ at most; neighbours of a flight with
#: 80 % overlap differ by 60 and more.
DUPLICATE_BITS: Final = 8


@dataclass(frozen=True)
class PhotoQuality:
    """What the pixels of one photograph say.

    Parameters
    ----------
    blur : float
        0 (sharp) to 1 (nothing but blur), after Crete et al., "The blur effect: perception and
        estimation with a new no-reference perceptual blur metric", 2007.
    brightness : float
        Mean luminance, 0 to 1.
    clipped : float
        Share of pixels that are wholly black or wholly white.
    fingerprint : bytes
        256 bits of brighter-than-its-neighbour, for near duplicates.
    digest : str
        SHA-256 of the file, for exact ones.
    """

    blur: float
    brightness: float
    clipped: float
    fingerprint: bytes
    digest: str


def judge_photo(path: Path) -> PhotoQuality:
    """Decode a photograph and judge it.

    Raises
    ------
    SourceError
        If its pixels cannot be decoded to the end.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    grey = np.asarray(_small_grey(path), np.float32) / 255.0
    return PhotoQuality(
        blur=blur_effect(grey),
        brightness=float(grey.mean()),
        clipped=float(((grey <= 4 / 255) | (grey >= 251 / 255)).mean()),
        fingerprint=_fingerprint(grey),
        digest=digest,
    )


def load_upright(path: Path, max_side_px: int | None = None) -> Image.Image:
    """Return a photograph as RGB, turned as EXIF says, no larger than asked.

    Raises
    ------
    SourceError
        If its pixels cannot be decoded to the end.
    """
    try:
        with Image.open(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if "truncated" in str(error).lower():
            reason = "is damaged: the file ends before the picture does"
            raise SourceError(path, reason, remedy="copy it again") from error
        raise SourceError(path, f"is damaged ({error})", remedy="copy it again") from error
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        values = np.asarray(upright, np.float64)
        low, high = np.percentile(values, [0.5, 99.5])
        scaled = np.clip((values - low) / max(high - low, 1e-9) * 255, 0, 255)
        upright = Image.fromarray(scaled.astype(np.uint8))
    upright = upright.convert("RGB")
    if max_side_px is not None and max(upright.size) > max_side_px:
        share = max_side_px / max(upright.size)
        size = (max(round(upright.width * share), 1), max(round(upright.height * share), 1))
        upright = upright.resize(size, Image.Resampling.LANCZOS)
    return upright


def _small_grey(path: Path) -> Image.Image:
    return load_upright(path, _JUDGED_PX).convert("L")


def blur_effect(grey: npt.NDArray[np.float32]) -> float:
    """Return how blurred a picture is, 0 to 1.

    A sharp picture changes much when it is blurred once more, a blurred one hardly.

    Parameters
    ----------
    grey : (h, w) float32 array
        0 to 1.
    """
    worst = 0.0
    for axis in (0, 1):
        smooth = _box(grey, axis)
        sharp_change = np.abs(np.diff(grey, axis=axis))
        smooth_change = np.abs(np.diff(smooth, axis=axis))
        lost = np.maximum(sharp_change - smooth_change, 0.0)
        total = float(sharp_change.sum())
        worst = max(worst, 1.0 if total <= 1e-6 else (total - float(lost.sum())) / total)
    return worst


def _box(values: npt.NDArray[np.float32], axis: int, size: int = 9) -> npt.NDArray[np.float32]:
    """Return the running mean of *size* pixels along one axis, edges repeated."""
    widths = [(0, 0), (0, 0)]
    widths[axis] = (size // 2 + 1, size // 2)
    sums = np.cumsum(np.pad(values, widths, mode="edge"), axis=axis, dtype=np.float64)
    length = values.shape[axis]
    upper = np.take(sums, np.arange(size, size + length), axis=axis)
    lower = np.take(sums, np.arange(length), axis=axis)
    return ((upper - lower) / size).astype(np.float32)


def _fingerprint(grey: npt.NDArray[np.float32]) -> bytes:
    picture = Image.fromarray((grey * 255).astype(np.uint8))
    small = np.asarray(picture.resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.BOX), int)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes()


def different_bits(a: bytes, b: bytes) -> int:
    """Return in how many bits two fingerprints differ."""
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()
