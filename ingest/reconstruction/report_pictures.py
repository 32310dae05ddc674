"""Pictures for the accuracy report, as data addresses."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from ingest.reconstruction.products import normals_of
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import Surface
from ingest.reconstruction.volume import Cloud

FloatArray = npt.NDArray[np.float64]

_SIDE_PX: Final = 900
#: A sequential map from light to dark, even in lightness (ColorBrewer YlGnBu, 9 classes).
_RAMP: Final = np.array(
    [[255, 255, 217], [237, 248, 177], [199, 233, 180], [127, 205, 187], [65, 182, 196],
     [29, 145, 192], [34, 94, 168], [37, 52, 148], [8, 29, 88]], np.float64,
)  # fmt: skip


def data_address(pixels: npt.NDArray[np.uint8], *, jpeg: bool = False) -> str:
    """Return a picture as a ``data:`` address, reduced to 900 pixels."""
    image = Image.fromarray(pixels)
    share = _SIDE_PX / max(image.size)
    if share < 1.0:
        image = image.resize(
            (max(round(image.width * share), 1), max(round(image.height * share), 1))
        )
    stream = io.BytesIO()
    if jpeg:
        image.convert("RGB").save(stream, "JPEG", quality=85)
    else:
        image.save(stream, "PNG", optimize=True)
    kind = "jpeg" if jpeg else "png"
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode()}"


def shaded(surface: Surface) -> npt.NDArray[np.uint8]:
    """Return the surface lit from the north-west, transparent where nothing is known."""
    normal = normals_of(surface.height_m, surface.grid.cell_m)
    light = np.array([-0.5, 0.5, 0.707])
    value = np.clip(normal @ light, 0.1, 1.0) * 235
    return _with_gaps(np.dstack([value] * 3), np.isfinite(surface.height_m))


def ramped(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    """Return values as colours from light (low) to dark (high)."""
    known = np.isfinite(values)
    place = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-9), 0, 1) * (len(_RAMP) - 1)
    first = np.minimum(place.astype(int), len(_RAMP) - 2)
    share = (place - first)[..., None]
    mixed = _RAMP[first] * (1 - share) + _RAMP[first + 1] * share
    return _with_gaps(np.asarray(mixed, np.float64), known)


def _with_gaps(colour: FloatArray, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    alpha = np.where(known, 255, 0)[..., None]
    return np.asarray(np.concatenate([colour, alpha], axis=2), np.uint8)


def cloud_views(cloud: Cloud, scene: SparseScene) -> list[npt.NDArray[np.uint8]]:
    """Return points as seen from the front, from the right and from above, without perspective.

    The front is where most photographs look at them from.
    """
    ahead = np.array([photo.rotation[2] for photo in scene.photos]).mean(axis=0) * [1.0, 1.0, 0.0]
    if np.linalg.norm(ahead) < 1e-6:
        ahead = np.array([0.0, 1.0, 0.0])
    ahead = ahead / np.linalg.norm(ahead)
    up = np.array([0.0, 0.0, 1.0])
    right = np.cross(ahead, up)
    axes = [(right, up, ahead), (ahead, up, -right), (right, ahead, -up)]
    return [_splatted(cloud, np.array(three)) for three in axes]


def _splatted(cloud: Cloud, axes: FloatArray) -> npt.NDArray[np.uint8]:
    """Return points along axes (right, up, away), the nearest of each pixel, on nothing."""
    turned = cloud.position_m @ axes.T
    low, high = np.percentile(turned, 0.5, axis=0), np.percentile(turned, 99.5, axis=0)
    pixel = max(float((high - low)[:2].max()) / _SIDE_PX, 1.2 * cloud.cell_m)
    width, height = (int(v / pixel) + 1 for v in (high - low)[:2])
    column = ((turned[:, 0] - low[0]) / pixel).astype(np.int64)
    row = ((high[1] - turned[:, 1]) / pixel).astype(np.int64)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    order = np.flatnonzero(inside)
    order = order[np.argsort(-turned[order, 2], kind="stable")]  # the nearest is written last
    picture = np.zeros((height, width, 4), np.uint8)
    picture[row[order], column[order], :3] = cloud.colour[order]
    picture[row[order], column[order], 3] = 255
    return picture


def footprint_map(
    footprints: Sequence[dict[str, Any]],
    positions: Sequence[tuple[float, float]],
    points: Sequence[tuple[str, bool, float, float]],
) -> str:
    """Return a map as SVG: footprints, where photographs were taken, surveyed points.

    Parameters
    ----------
    footprints : sequence of dict
        With ``ring_m``.
    positions : sequence of (x, y)
    points : sequence of (name, is_check, x, y)
    """
    places = [xy for f in footprints for xy in f["ring_m"]] + list(positions)
    places += [(x, y) for _, _, x, y in points]
    if not places:
        return ""
    low, high = np.min(places, axis=0), np.max(places, axis=0)
    span = float(max(high - low)) or 1.0
    scale = 860.0 / span

    def at(x: float, y: float) -> str:
        return f"{(x - low[0]) * scale + 20:.1f},{(high[1] - y) * scale + 20:.1f}"

    width, height = (high - low) * scale + 40
    parts = [f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="Footprints">']
    for footprint in footprints:
        ring = " ".join(at(x, y) for x, y in footprint["ring_m"])
        parts.append(f'<polygon class="footprint" points="{ring}"/>')
    for x, y in positions:
        cx, cy = at(x, y).split(",")
        parts.append(f'<circle class="photo" cx="{cx}" cy="{cy}" r="2.5"/>')
    for name, is_check, x, y in points:
        px, py = map(float, at(x, y).split(","))
        kind = "check" if is_check else "control"
        parts.append(
            f'<path class="{kind}" d="M{px - 6:.1f} {py + 5:.1f}h12l-6-11z"/>'
            f'<text x="{px + 8:.1f}" y="{py + 4:.1f}">{name}</text>'
        )
    bar = 10.0 ** np.floor(np.log10(span / 3))
    bar *= 5 if bar * 5 <= span / 3 else 2 if bar * 2 <= span / 3 else 1
    parts.append(
        f'<path class="scale" d="M20 {height - 8:.0f}h{bar * scale:.0f}"/>'
        f'<text x="24" y="{height - 12:.0f}">{bar:g} m</text></svg>'
    )
    return "".join(parts)
