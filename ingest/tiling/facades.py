"""Façades for buildings of which only the outline is known: small drawn textures that repeat.

One texture is four storeys high and four bays wide, so that lit and dark windows vary; its left
edge is plain wall, for walls too short to hold a window.
"""

from __future__ import annotations

import functools
import io
import random
import zlib
from dataclasses import dataclass
from typing import Final

from ingest.readers.contract import Material, Texture

STOREY_M: Final = 3.0
BAYS: Final = 4
STOREYS: Final = 4
_CELL: Final = 64

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Facade:
    """One way that a building may look.

    Parameters
    ----------
    name : str
    wall, frame, glass, roof : Colour
        sRGB, 0 to 255.
    bay_m : float
        Width of one window bay.
    window : tuple of four floats
        Left, top, right, bottom of the window as fractions of its bay and storey.
    band : float
        Darkening of a line at each floor, 0 to 1.
    words : tuple of str
        Uses and materials that it suits.
    """

    name: str
    wall: Colour
    frame: Colour
    glass: Colour
    roof: Colour
    bay_m: float
    window: tuple[float, float, float, float]
    band: float
    words: tuple[str, ...]


FACADES: Final = (
    Facade("off-white", (232, 228, 219), (244, 243, 240), (126, 138, 146), (176, 172, 165), 3.4,
           (0.22, 0.24, 0.78, 0.78), 0.06,
           ("apartments", "dormitory", "school", "hospital", "hotel",
            "住宅", "宿舍", "学校", "医院")),
    Facade("beige", (218, 206, 186), (234, 227, 213), (120, 124, 124), (166, 152, 138), 3.6,
           (0.25, 0.22, 0.75, 0.80), 0.10,
           ("house", "residential", "detached", "terrace", "civic", "民居", "居民")),
    Facade("brick", (178, 132, 114), (220, 212, 201), (104, 108, 110), (148, 124, 114), 3.2,
           (0.28, 0.22, 0.72, 0.80), 0.12,
           ("brick", "church", "retail", "shop", "historic", "pub", "砖", "商铺")),
    Facade("glass", (176, 187, 192), (197, 206, 210), (140, 160, 172), (160, 165, 169), 3.0,
           (0.05, 0.06, 0.95, 0.86), 0.16,
           ("office", "commercial", "glass", "terminal", "tower",
            "办公", "商业", "写字楼", "航站楼")),
    Facade("grey", (190, 190, 187), (206, 206, 203), (122, 130, 136), (158, 160, 160), 3.8,
           (0.12, 0.30, 0.88, 0.72), 0.10,
           ("public", "government", "university", "parking", "concrete", "政府", "公共")),
    Facade("metal", (200, 205, 207), (180, 186, 190), (158, 168, 173), (176, 181, 185), 4.0,
           (0.30, 0.10, 0.70, 0.26), 0.04,
           ("industrial", "warehouse", "hangar", "factory", "shed", "garage", "storage", "metal",
            "container", "仓库", "厂房", "工业", "车间", "堆场")),
)  # fmt: skip
_TALL_M: Final = 45.0
_TALL: Final = (0, 3, 3, 4)
_LOW: Final = (0, 0, 1, 1, 2, 4)


def choose(use: str, height_m: float, key: int) -> int:
    """Return the index of a façade: by use or material, else by height, varied by *key*.

    Parameters
    ----------
    use : str
        Lower-case text about use and material; may be empty.
    height_m : float
    key : int
        Feature id: the same building always gets the same façade.
    """
    fitting = [i for i, facade in enumerate(FACADES) if any(word in use for word in facade.words)]
    chance = zlib.crc32(key.to_bytes(8, "little"))
    options = fitting or (_TALL if height_m >= _TALL_M else _LOW)
    return options[chance % len(options)]


@functools.cache
def wall_material(index: int) -> Material:
    """Return the material of a façade's walls; its texture repeats."""
    facade = FACADES[index]
    texture = Texture(_draw(facade), "image/jpeg")
    return Material(
        (1.0, 1.0, 1.0, 1.0), texture, double_sided=False, name=f"wall {facade.name}", lit=True
    )


@functools.cache
def roof_material(index: int) -> Material:
    """Return the plain material of a façade's roof."""
    facade = FACADES[index]
    red, green, blue = (value / 255.0 for value in facade.roof)
    return Material((red, green, blue, 1.0), double_sided=False, name=f"roof {facade.name}")


def _draw(facade: Facade) -> bytes:
    # Pillow is only needed once footprints become buildings.
    from PIL import Image, ImageDraw

    # Drawn at twice the size and reduced, which gives soft edges.
    cell = _CELL * 2
    image = Image.new("RGB", (BAYS * cell, STOREYS * cell), facade.wall)
    draw = ImageDraw.Draw(image)
    chance = random.Random(facade.name)
    for row in range(STOREYS):
        for column in range(BAYS):
            x, y = column * cell, row * cell
            left, top, right, bottom = (round(v * cell) for v in facade.window)
            frame = max(cell // 32, 1)
            draw.rectangle(
                (x + left - frame, y + top - frame, x + right + frame, y + bottom + frame),
                fill=facade.frame,
            )
            _draw_pane(draw, (x + left, y + top, x + right, y + bottom), facade, chance)
        floor = round(cell * 0.05)
        shade = _scaled(facade.wall, 1.0 - facade.band)
        draw.rectangle((0, (row + 1) * cell - floor, BAYS * cell, (row + 1) * cell), fill=shade)
    small = image.resize((BAYS * _CELL, STOREYS * _CELL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _draw_pane(
    draw: object, box: tuple[int, int, int, int], facade: Facade, chance: random.Random
) -> None:
    from PIL import ImageDraw

    assert isinstance(draw, ImageDraw.ImageDraw)
    left, top, right, bottom = box
    tone = chance.uniform(0.90, 1.10)
    steps = 8
    for step in range(steps):
        # Panes reflect the sky at the top and the street at the bottom.
        y0 = top + (bottom - top) * step // steps
        y1 = top + (bottom - top) * (step + 1) // steps
        shade = _scaled(facade.glass, tone * (1.18 - 0.4 * step / steps))
        draw.rectangle((left, y0, right, y1), fill=shade)
    middle = (left + right) // 2
    bar = max((right - left) // 24, 1)
    draw.rectangle((middle - bar, top, middle + bar, bottom), fill=facade.frame)


def _scaled(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(max(round(c * factor), 0), 255) for c in colour)
    return red, green, blue
