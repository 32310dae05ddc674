"""One square of ground: grid, shade, texture; made in decoder threads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.geometry import image_data, poly_data
from rendering.ground.heights import HeightField
from rendering.ground.imagery import ImagerySource
from rendering.ground.paint import DrapeLayer, Painter
from rendering.ground.rim import CELLS as RIM_CELLS
from rendering.ground.rim import Rim
from rendering.ground.shadows import Footprints
from rendering.symbology.palette import OVER_IMAGERY, Colour

Box = tuple[float, float, float, float]

CELLS: Final = 32
#: Cells a side that relief is shaded in; a multiple of `CELLS`.
RELIEF_CELLS: Final = 128
TEXELS: Final = 512


@dataclass(frozen=True)
class GroundContent:
    """What the ground is made of at one moment; never changed, only replaced.

    Parameters
    ----------
    version : int
    fields : tuple of HeightField
        Later ones lie above earlier ones.
    imagery : tuple of (ImagerySource, opacity)
    drapes : tuple of DrapeLayer
    footprints : tuple of Footprints
    flat_m : float
        Height where there is no terrain.
    colour : Colour
        Of bare ground.
    sun : tuple of three floats
        Unit vector towards the sun.
    dark : bool
    rim : Rim or None
        The colours beyond the data.
    """

    version: int = 0
    fields: tuple[HeightField, ...] = ()
    imagery: tuple[tuple[ImagerySource, float], ...] = ()
    drapes: tuple[DrapeLayer, ...] = ()
    footprints: tuple[Footprints, ...] = ()
    flat_m: float = 0.0
    colour: Colour = (0.8, 0.8, 0.75)
    sun: tuple[float, float, float] = (-0.55, -0.45, 0.70)
    dark: bool = False
    rim: Rim | None = None

    def heights(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return ground heights of a regular grid at full resolution."""
        if not self.fields:
            return np.full(x.shape, self.flat_m)
        out = self.fields[0].beyond(x, y, self.fields[0].fine(x, y), self.flat_m)
        for upper in self.fields[1:]:
            west, south, _, east, north, _ = upper.bounds
            inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            if inside.any():
                out = np.where(inside, upper.fine(x, y), out)
        return out


@dataclass
class GroundPayload:
    """A finished square.

    Parameters
    ----------
    data : vtkPolyData
    image : vtkImageData
    matrix : (4, 4) array
    version : int
    nbytes, triangles : int
    low, high : float
        Heights.
    """

    data: Any
    image: Any
    matrix: npt.NDArray[np.float64]
    version: int
    nbytes: int
    triangles: int
    low: float
    high: float


def make_tile(content: GroundContent, box: Box) -> GroundPayload:
    """Return the square of ground in *box* (west, south, east, north)."""
    size = box[2] - box[0]
    # Relief is shaded in the texture, four times finer than the mesh: it is what shows it.
    cells = RELIEF_CELLS if content.fields else CELLS
    step = size / cells
    # One cell more on each side, so that shading agrees with the neighbours'.
    axis = np.arange(-1, cells + 2) * step
    x, y = np.meshgrid(box[0] + axis, box[1] + axis)
    z = content.heights(x, y)
    gx = (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * step)
    gy = (z[2:, 1:-1] - z[:-2, 1:-1]) / (2 * step)
    inner = z[1:-1, 1:-1]
    tint = _base(content, inner, np.hypot(gx, gy))
    if content.rim is not None:
        # One cell further in, or the cells across the edge would fade from bare ground.
        beyond = ~content.rim.covers(x, y, inset_m=step)[1:-1, 1:-1]
        if beyond.any():
            tint[beyond] = content.rim.at(x, y)[1:-1, 1:-1][beyond]
    texture = _compose(content, _pixels(tint, TEXELS), box)
    if content.fields:
        texture = _shaded(texture, _hillshade(gx, gy, content.sun))
    centre = np.array([box[0] + size / 2, box[1] + size / 2, float(inner.mean())])
    coarse = slice(1, -1, cells // CELLS)
    data, triangles = _grid(
        x[coarse, coarse], y[coarse, coarse], z[coarse, coarse], centre, size * 0.03
    )
    matrix = np.eye(4)
    matrix[:3, 3] = centre
    nbytes = texture.nbytes * 3 + (CELLS + 1) ** 2 * 100
    return GroundPayload(
        data, image_data(texture), matrix, content.version, nbytes, triangles,
        float(inner.min()), float(inner.max()),
    )  # fmt: skip


def _shaded(
    texture: npt.NDArray[np.uint8], shade: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    """Return a picture (north first) in the light of a grid of brightness (south first)."""
    from PIL import Image

    fine = Image.fromarray(shade[::-1].astype(np.float32)).resize(
        (texture.shape[1], texture.shape[0]), Image.Resampling.BICUBIC
    )
    lit = texture.astype(np.float32) * np.asarray(fine, np.float32)[..., None]
    return np.asarray(np.clip(np.rint(lit), 0, 255), np.uint8)


def _hillshade(
    gx: npt.NDArray[np.float64], gy: npt.NDArray[np.float64], sun: tuple[float, float, float]
) -> npt.NDArray[np.float64]:
    """Return brightness relative to level ground, so that flat terrain keeps its colours."""
    x, y, z = sun
    z = max(z, 0.35)
    length = np.sqrt(gx**2 + gy**2 + 1.0)
    lit = np.clip((-gx * x - gy * y + z) / length, 0.0, None)
    return np.asarray(np.clip(0.42 + 0.58 * lit / z, 0.35, 1.25))


def paint_rim(content: GroundContent, box: Box) -> npt.NDArray[np.uint8]:
    """Return the small picture of all the ground that the colours beyond it come from."""
    step_x, step_y = (box[2] - box[0]) / RIM_CELLS, (box[3] - box[1]) / RIM_CELLS
    x, y = np.meshgrid(
        box[0] + (np.arange(RIM_CELLS) + 0.5) * step_x,
        box[1] + (np.arange(RIM_CELLS) + 0.5) * step_y,
    )
    z = np.full(x.shape, content.flat_m)
    for field in content.fields:
        z = field.sample(x, y)
    gy, gx = np.gradient(z, step_y, step_x)
    texture = _pixels(_base(content, z, np.hypot(gx, gy)), RIM_CELLS)
    # Only water reaches far enough to matter beyond the edge; roads would make streaks.
    water = tuple(d for d in content.drapes if d.band == 1)
    return _compose(replace(content, drapes=water, footprints=()), texture, box)


def _base(
    content: GroundContent, z: npt.NDArray[np.float64], slope: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the tint of bare ground: greener where level, stonier where steep."""
    colour = np.array(content.colour)
    out = np.broadcast_to(colour, (*z.shape, 3)).copy()
    if content.fields:
        dim = 0.74 if content.dark else 1.0
        green = _relief_tint(content, z) * dim
        stone = np.array([0.720, 0.695, 0.650]) * dim
        steep = np.clip((slope - 0.10) / 0.5, 0.0, 1.0)[..., None]
        out = green * (1 - steep) + stone * steep
    return out


def _pixels(tint: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.uint8]:
    """Return colours with the south first as a picture with the north first."""
    from PIL import Image

    picture = Image.fromarray(np.rint(np.clip(tint[::-1], 0, 1) * 255).astype(np.uint8))
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC), np.uint8)


def _relief_tint(content: GroundContent, z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return green for level land; through straw to stone and snow where relief is high."""
    stops = np.array(
        [(0.765, 0.800, 0.675), (0.820, 0.815, 0.690), (0.800, 0.765, 0.665),
         (0.735, 0.700, 0.640), (0.790, 0.780, 0.765), (0.930, 0.935, 0.940)]
    )  # fmt: skip
    low = min(f.bounds[2] for f in content.fields)
    high = max(f.bounds[5] for f in content.fields)
    # Hills of a few metres stay green: the ramp spans 600 m at least.
    at = np.clip((z - low) / max(high - low, 600.0), 0.0, 1.0) * (len(stops) - 1)
    floor = np.minimum(at.astype(int), len(stops) - 2)
    share = (at - floor)[..., None]
    return np.asarray(stops[floor] * (1 - share) + stops[floor + 1] * share)


def _compose(
    content: GroundContent, texture: npt.NDArray[np.uint8], box: Box
) -> npt.NDArray[np.uint8]:
    pixels: npt.NDArray[Any] = texture.astype(np.float32)
    cover: npt.NDArray[np.float32] | None = None
    for source, opacity in content.imagery:
        read = source.read(box, len(texture))
        if read is not None:
            alpha = read[..., 3:].astype(np.float32) / 255.0 * opacity
            cover = alpha[..., 0] if cover is None else np.maximum(cover, alpha[..., 0])
            light = 0.85 if content.dark else 1.0
            pixels = pixels * (1 - alpha) + read[..., :3] * alpha * light
    out = np.asarray(np.rint(pixels), np.uint8)
    if not content.drapes and not content.footprints:
        return out
    painter = Painter(out, box, content.dark)
    for drape in content.drapes:
        if drape.visible:
            shows = float(drape.style.get("over_imagery", OVER_IMAGERY[drape.band]))
            share = None if cover is None else 1.0 - cover * (1.0 - shows)
            painter.paint(drape, share)
    for footprints in content.footprints:
        if footprints.visible:
            near, cast = footprints.shapes(box, content.sun)
            painter.shade(cast, 0.30, 0.7)
            painter.shade(near, 0.26, 2.4)
    return painter.result()


def _grid(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    z: npt.NDArray[np.float64],
    centre: npt.NDArray[np.float64],
    skirt_m: float,
) -> tuple[Any, int]:
    """Return the mesh of a square with skirts that hide the cracks to coarser neighbours."""
    n = CELLS + 1
    top = np.stack([x, y, z], -1).reshape(-1, 3) - centre
    u = np.linspace(0.5 / TEXELS, 1 - 0.5 / TEXELS, n)
    uv = np.stack(np.meshgrid(u, u), -1).reshape(-1, 2)
    index = np.arange(n * n).reshape(n, n)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = [
        np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3),
    ]  # fmt: skip
    rim = np.concatenate([index[0], index[1:, -1], index[-1, -2::-1], index[-2::-1, 0]])
    down = top[rim] - np.array([0.0, 0.0, skirt_m])
    low = np.arange(len(rim)) + n * n
    faces += [
        np.stack([rim[:-1], low[:-1], rim[1:]], -1), np.stack([rim[1:], low[:-1], low[1:]], -1),
    ]  # fmt: skip
    triangles = np.concatenate(faces)
    data = poly_data(
        np.concatenate([top, down]).astype(np.float32),
        triangles=triangles,
        uv=np.concatenate([uv, uv[rim]]).astype(np.float32),
        colour=np.full((len(top) + len(rim), 3), 255, np.uint8),
    )
    return data, len(triangles)
