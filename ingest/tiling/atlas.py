"""One picture a tile, of just the parts of the source's textures that its triangles show.

A photogrammetry model has dozens of large textures; tiles that carried whole ones would be
hundreds of times larger than what they show, the more so the coarser the tile.
"""

from __future__ import annotations

import io
import math
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import Texture
from ingest.readers.textures import MAX_PIXELS
from ingest.tiling.mesh_store import merge
from ingest.tiling.simplify import charts
from ingest.tiling.surface import Surface, repeats

Array = npt.NDArray[Any]
#: Pixels around each chart, against colours bleeding in from its neighbours.
_MARGIN: Final = 2
_LARGEST_SIDE: Final = 8192
#: Pixels of pictures kept decoded (three or four bytes each).
_CACHE_PIXELS: Final = 48_000_000
#: Textures are repacked where less than this share of their pixels is shown.
_WORTH_SHARE: Final = 0.6


class Pictures:
    """Decoded textures, the latest used kept, reduced where only little of them is needed."""

    def __init__(self) -> None:
        self._sizes: dict[int, tuple[Texture, tuple[int, int]]] = {}
        self._decoded: OrderedDict[tuple[int, int], Any] = OrderedDict()

    def size(self, texture: Texture) -> tuple[int, int]:
        """Return width and height in pixels, (0, 0) for what cannot be decoded."""
        if id(texture) not in self._sizes:
            from PIL import Image  # lazily: tiles of one texture are passed on undecoded

            try:
                size = Image.open(io.BytesIO(texture.data)).size
            except Exception:
                # Pillow's plug-ins raise whatever their parsing runs into.
                size = (0, 0)
            self._sizes[id(texture)] = (texture, size)
        return self._sizes[id(texture)][1]

    def get(self, texture: Texture, reduction: int) -> Any:
        """Return the picture at a half, a quarter or an eighth of its size; None if damaged."""
        key = (id(texture), reduction)
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        picture = _decode(texture, reduction)
        self._decoded[key] = picture
        while len(self._decoded) > 1 and self._pixels() > _CACHE_PIXELS:
            self._decoded.popitem(last=False)
        return picture

    def _pixels(self) -> int:
        return sum(p.width * p.height for p in self._decoded.values() if p is not None)


def _decode(texture: Texture, reduction: int) -> Any:
    from PIL import Image  # lazily: see Pictures.size

    try:
        picture: Any = Image.open(io.BytesIO(texture.data))
        width, height = picture.size
        goal = (math.ceil(width / reduction), math.ceil(height / reduction))
        # JPEG decodes to a fraction of its size in a fraction of the time.
        picture.draft("RGB", goal)
        picture = picture.convert("RGB")
        if picture.size != goal:
            picture = picture.resize(goal, Image.Resampling.BOX)
    except Exception:
        # Pillow's plug-ins raise whatever their parsing runs into.
        return None
    return picture


@dataclass
class _Chart:
    """Where the charts of one surface lie in its texture, in pixels of full size."""

    surface: Surface
    texture: Texture
    label: Array
    low: Array
    high: Array
    size: tuple[int, int]


def pack(
    surfaces: list[Surface], pictures: Pictures, budget_px: int, *, always: bool
) -> list[Surface]:
    """Return *surfaces* with those that carry plain photographs joined over one new texture.

    Parameters
    ----------
    surfaces : list of Surface
    pictures : Pictures
    budget_px : int
        Pixels of the new texture; charts are made smaller to fit.
    always : bool
        Also where the textures are nearly used up.
    """
    groups: dict[tuple[Any, ...], list[Surface]] = {}
    kept: list[Surface] = []
    for surface in surfaces:
        if _can_pack(surface, pictures):
            material = surface.material
            kinds = (surface.colour is None, surface.feature is None, surface.normal is None)
            key = (material.colour, material.lit, material.double_sided, *kinds)
            groups.setdefault(key, []).append(surface)
        else:
            kept.append(surface)
    for group in groups.values():
        found = [_charts_of(surface, pictures) for surface in group]
        shown = sum(float(np.prod(c.high - c.low, axis=1).sum()) for c in found)
        whole = {id(c.texture): c.size[0] * c.size[1] for c in found}
        if not always and len(whole) == 1 and shown > _WORTH_SHARE * sum(whole.values()):
            kept += group
            continue
        packed = _pack_group(found, pictures, budget_px)
        kept += group if packed is None else [packed]
    return kept


def _can_pack(surface: Surface, pictures: Pictures) -> bool:
    texture = surface.material.texture
    return (
        texture is not None
        and surface.uv is not None
        and surface.material.alpha_mode == "OPAQUE"
        and not repeats(surface.uv)
        and 0 < math.prod(pictures.size(texture)) <= MAX_PIXELS
    )


def _charts_of(surface: Surface, pictures: Pictures) -> _Chart:
    texture, uv = surface.material.texture, surface.uv
    assert texture is not None and uv is not None
    size = pictures.size(texture)
    _, label = np.unique(charts(surface.triangles, len(uv)), return_inverse=True)
    pixels = np.clip(uv.astype(np.float64), 0.0, 1.0) * size
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(label[order]) != 0])
    low = np.floor(np.minimum.reduceat(pixels[order], starts))
    high = np.maximum(np.ceil(np.maximum.reduceat(pixels[order], starts)), low + 1.0)
    return _Chart(surface, texture, label, low, high, size)


def _pack_group(found: list[_Chart], pictures: Pictures, budget_px: int) -> Surface | None:
    from PIL import Image  # lazily: see Pictures.size

    extent = np.concatenate([c.high - c.low for c in found])
    # Margins take room too; with thousands of tiny charts most of it.
    room = max(budget_px - len(extent) * (2 * _MARGIN + 1) ** 2, budget_px // 4)
    scale = min(1.0, math.sqrt(room / float(np.prod(extent, axis=1).sum())))
    boxes = np.ceil(extent * scale).astype(np.int64) + 2 * _MARGIN
    corners, (width, height) = _shelves(boxes)
    if max(width, height) > _LARGEST_SIDE:
        return None
    picture = Image.new("RGB", (width, height))
    reduction = min(8, 1 << max(0, int(math.log2(1.0 / scale))))
    surfaces: list[Surface] = []
    first = 0
    for chart in found:
        rows = slice(first, first + len(chart.low))
        first += len(chart.low)
        source = pictures.get(chart.texture, reduction)
        if source is None:
            return None
        _paste(picture, source, chart, boxes[rows], corners[rows], scale)
        surfaces.append(_moved(chart, corners[rows], scale, (width, height)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    material = replace(
        found[0].surface.material, texture=Texture(out.getvalue(), "image/jpeg"), name=""
    )
    return merge([replace(surface, material=material) for surface in surfaces])


def _paste(
    picture: Any, source: Any, chart: _Chart, boxes: Array, corners: Array, scale: float
) -> None:
    """Copy the charts of one texture, each with a margin of what lies around it."""
    from PIL import Image  # lazily: see Pictures.size

    factor = np.array(source.size) / np.array(chart.size)
    margin = _MARGIN / scale
    for (x, y), (w, h), low in zip(corners.tolist(), boxes.tolist(), chart.low):
        span = np.array([w, h]) / scale
        begin = (low - margin) * factor
        end = (low - margin + span) * factor
        inner_begin = np.maximum(begin, 0.0)
        inner_end = np.minimum(end, source.size)
        # Where the margin leaves the source, the atlas keeps what is there already.
        start = np.round((inner_begin - begin) / factor * scale).astype(int)
        stop = np.round((inner_end - begin) / factor * scale).astype(int)
        goal = (int(stop[0] - start[0]), int(stop[1] - start[1]))
        if min(goal) <= 0 or (inner_end <= inner_begin).any():
            continue
        piece = source.resize(
            goal, Image.Resampling.BILINEAR, box=(*map(float, inner_begin), *map(float, inner_end))
        )
        picture.paste(piece, (x + int(start[0]), y + int(start[1])))


def _moved(chart: _Chart, corners: Array, scale: float, size: tuple[int, int]) -> Surface:
    """Return a chart's surface with coordinates in the new picture."""
    uv = chart.surface.uv
    assert uv is not None
    pixels = np.clip(uv.astype(np.float64), 0.0, 1.0) * chart.size
    placed = (pixels - chart.low[chart.label]) * scale + _MARGIN + corners[chart.label]
    return replace(chart.surface, uv=(placed / size).astype(np.float32))


def _shelves(boxes: Array) -> tuple[Array, tuple[int, int]]:
    """Return a place for each box and the size of the picture: rows of falling height."""
    area = float(np.prod(boxes, axis=1).sum())
    width = max(int(boxes[:, 0].max()), math.ceil(math.sqrt(area * 1.1)))
    corners = np.zeros_like(boxes)
    x = y = row_height = 0
    for number in np.lexsort((-boxes[:, 0], -boxes[:, 1])).tolist():
        w, h = int(boxes[number, 0]), int(boxes[number, 1])
        if x + w > width:
            x, y, row_height = 0, y + row_height, 0
        corners[number] = x, y
        x += w
        row_height = max(row_height, h)
    return corners, (width, y + row_height)
