"""Pictures of the old town's roofs from above: no two alike, as age and weather leave them."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from PIL import Image

from assets.demo_city.ground import noise
from assets.demo_city.old_town import ROOF_COLOURS, Wing

#: Drawn so finely, then reduced: finer and coarser pictures show the same roof.
_PIXELS_A_METRE: Final = 12.5
#: Distance between rows of tiles along the ridge and down the slope, metres.
_ROW_M: Final = 0.4
_COURSE_M: Final = 0.25
_RIDGE_M: Final = 0.15
#: Shadows on the ground fall to the north-east: slopes to the south and west are sunny.
_SUNNY: Final = 12.0
_MOSS: Final = (-6.0, 5.0, -11.0)
#: Size in metres and strength in grey levels of patches.
_PATCHES: Final = ((3.0, 8.0), (1.2, 9.0), (0.5, 6.0))
_STREAK_M: Final = 0.6
_STREAK: Final = 7.0
_MENDED: Final = 18.0


def paint_tiled_roofs(
    picture: Image.Image,
    west_north: tuple[float, float],
    pixels_a_metre: float,
    wings: list[Wing],
    overhang_m: float,
) -> None:
    """Paint roofs over what lies below them.

    Parameters
    ----------
    picture : Image
        North up; changed.
    west_north : tuple of two floats
        Plan coordinates of its upper left corner.
    pixels_a_metre : float
    wings : list of Wing
    overhang_m : float
        Of the eaves, as far as they are painted.
    """
    for wing in sorted(wings, key=lambda one: one.ridge_m):
        half_l, half_w = wing.length_m / 2 + 0.6 * overhang_m, wing.width_m / 2 + overhang_m
        half_x, half_y = (half_l, half_w) if wing.along_x else (half_w, half_l)
        left = round((wing.x - half_x - west_north[0]) * pixels_a_metre)
        top = round((west_north[1] - wing.y - half_y) * pixels_a_metre)
        size = round(2 * half_x * pixels_a_metre), round(2 * half_y * pixels_a_metre)
        if left < picture.width and top < picture.height and left > -size[0] and top > -size[1]:
            roof = _roof(wing, half_x, half_y).resize(size, Image.Resampling.BOX)
            picture.paste(roof, (left, top))


@functools.lru_cache(maxsize=256)  # tiles beside and above each other show the same
def _roof(wing: Wing, half_x: float, half_y: float) -> Image.Image:
    chance = np.random.default_rng([round(100 * v) for v in (wing.x, wing.y, wing.ridge_m)])
    shape = round(2 * half_y * _PIXELS_A_METRE), round(2 * half_x * _PIXELS_A_METRE)
    longest_m = 2 * max(half_x, half_y)
    y = half_y - (np.arange(shape[0])[:, None] + 0.5) / _PIXELS_A_METRE
    x = (np.arange(shape[1])[None] + 0.5) / _PIXELS_A_METRE - half_x
    along, across = (x, y) if wing.along_x else (y, x)
    grey = 14.0 * np.sin(along * 2 * np.pi / _ROW_M) - 5.0 * (
        np.sin(np.abs(across) * 2 * np.pi / _COURSE_M) > 0.6
    )
    for size_m, strength in _PATCHES:
        grey += strength * noise(shape, round(longest_m / size_m), chance)
    down = np.abs(across) / np.abs(across).max()
    grey += _STREAK * noise((1, along.size), round(longest_m / _STREAK_M), chance).reshape(
        along.shape
    ) * down  # fmt: skip
    for _ in range(int(chance.integers(1, 5))):
        at = chance.uniform(-half_x, half_x), chance.uniform(-half_y, half_y)
        reach = chance.uniform(0.3, 0.9, 2)
        grey += _MENDED * ((np.abs(x - at[0]) < reach[0]) & (np.abs(y - at[1]) < reach[1]))
    sunny = (y if wing.along_x else x) < 0
    grey += np.where(sunny, _SUNNY, -_SUNNY) + chance.uniform(-8.0, 8.0)
    moss = np.clip(noise(shape, round(longest_m / 1.5), chance), 0, 1)
    values = np.array(ROOF_COLOURS[wing.roof], np.float64) + grey[..., None]
    values += moss[..., None] * np.array(_MOSS) + chance.normal(0, 4, values.shape)
    values[np.broadcast_to(np.abs(across) < _RIDGE_M, shape)] = 70.0
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
