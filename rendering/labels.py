"""Texts in the scene: a halo, no overlaps, fading with distance."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import (
    vtkPolyDataMapper2D,
    vtkTexture,
    vtkTexturedActor2D,
)

from rendering.camera import Point
from rendering.fonts import font_file
from rendering.geometry import image_data, poly_data
from rendering.look import Look
from rendering.pixels import pixel_ratio
from rendering.symbology.palette import Colour, Theme

_MOST: Final = 26
_SIZE_PX: Final = 14
_HALO_PX: Final = 3
_LONGEST: Final = 60


@dataclass(frozen=True)
class LabelItem:
    """One text.

    Parameters
    ----------
    position : tuple of three floats
        Local metres.
    text : str
    reach_m : float
        Distance up to which it is shown.
    priority : float
        Larger wins where two overlap.
    lift_px : int
        How far above its place it stands.
    """

    position: Point
    text: str
    reach_m: float
    priority: float = 0.0
    lift_px: int = 0


@functools.lru_cache(maxsize=4)
def _font(size: int) -> Any:
    from PIL import ImageFont

    path = font_file()
    if path is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(path), size)


@functools.lru_cache(maxsize=2048)
def _text_size(text: str, ratio: float) -> tuple[int, int]:
    """Return width and height of a text with its halo in device pixels."""
    size, ring = round(_SIZE_PX * ratio), round(_HALO_PX * ratio)
    left, top, right, bottom = _font(size).getbbox(text, stroke_width=ring)
    return math.ceil(right - left) + 2, math.ceil(bottom - top) + 2


def draw_text(text: str, colour: Colour, halo: Colour, ratio: float = 1.0) -> npt.NDArray[np.uint8]:
    """Return the RGBA picture of a text with a soft outline, *ratio* times the usual size."""
    from PIL import Image, ImageDraw

    font, width = _font(round(_SIZE_PX * ratio)), round(_HALO_PX * ratio)
    left, top, _, _ = font.getbbox(text, stroke_width=width)
    size = _text_size(text, ratio)
    ring = tuple(round(c * 255) for c in halo)
    picture = Image.new("RGBA", size, (*ring, 0))
    draw = ImageDraw.Draw(picture)
    place = (1 - left, 1 - top)
    draw.text(
        place, text, font=font, fill=(*ring, 215), stroke_width=width, stroke_fill=(*ring, 215)
    )
    front = Image.new("RGBA", size, (*(round(c * 255) for c in colour), 0))
    ImageDraw.Draw(front).text(
        place, text, font=font, fill=(*(round(c * 255) for c in colour), 255)
    )
    return np.asarray(Image.alpha_composite(picture, front), np.uint8)


class Labels:
    """A pool of small pictures, placed anew each frame without overlaps.

    Parameters
    ----------
    renderer : vtkRenderer
    theme : Theme
    """

    def __init__(self, renderer: Any, theme: Theme) -> None:
        self._renderer = renderer
        self._theme = theme
        self._ratio = 1.0
        self._items: dict[str, list[LabelItem]] = {}
        self._actors: dict[str, Any] = {}
        self._positions = np.zeros((0, 3))
        self._flat: list[LabelItem] = []
        self.visible = True
        self.shown: list[str] = []

    def set(self, owner: str, items: list[LabelItem]) -> None:
        """Replace the texts of one owner."""
        if self._items.get(owner, []) == items:
            return
        self._items[owner] = items
        self._flat = [i for found in self._items.values() for i in found if i.text.strip()]
        self._positions = np.array([i.position for i in self._flat], float).reshape(-1, 3)
        texts = {i.text for i in self._flat}
        for text in [t for t in self._actors if t not in texts]:
            self._renderer.RemoveViewProp(self._actors.pop(text))

    def set_theme(self, theme: Theme) -> None:
        """Apply the colours."""
        self._theme = theme
        self._clear()

    def update(self, look: Look, size: tuple[int, int]) -> None:
        """Choose and place the texts for a camera."""
        ratio = pixel_ratio(self._renderer)
        if ratio != self._ratio:  # the window came to another display
            self._ratio = ratio
            self._clear()
        chosen = self._choose(look, size) if self.visible else []
        self.shown = [item.text for item, *_ in chosen]
        now = set()
        for item, x, y, fade in chosen:
            actor = self._actors.get(item.text)
            if actor is None:
                actor = self._actors[item.text] = self._make(item.text)
            wide, _ = _text_size(item.text[:_LONGEST], ratio)
            actor.SetDisplayPosition(round(x - wide / 2), round(y))
            actor.GetProperty().SetOpacity(fade)
            actor.VisibilityOn()
            now.add(item.text)
        for text, actor in self._actors.items():
            if text not in now:
                actor.VisibilityOff()

    def _choose(
        self, look: Look, size: tuple[int, int]
    ) -> list[tuple[LabelItem, float, float, float]]:
        if len(self._flat) == 0:
            return []
        x, y, depth, distance = self._project(look, size)
        reach = np.array([i.reach_m for i in self._flat])
        priority = np.array([i.priority for i in self._flat])
        seen = (depth > 0.1) & (distance < reach)
        seen &= (x > 0) & (x < size[0]) & (y > 0) & (y < size[1])
        order = np.flatnonzero(seen)
        order = order[np.lexsort((distance[order], -priority[order]))]
        taken: list[tuple[float, float, float, float]] = []
        chosen: list[tuple[LabelItem, float, float, float]] = []
        texts: set[str] = set()
        for index in order:
            item = self._flat[index]
            wide, high = _text_size(item.text[:_LONGEST], self._ratio)
            left = float(x[index]) - wide / 2
            low = float(y[index]) + item.lift_px * self._ratio
            box = (left - 3, low - 2, left + wide + 3, low + high + 2)
            if item.text in texts or any(_overlap(box, other) for other in taken):
                continue
            taken.append(box)
            texts.add(item.text)
            share = float(distance[index] / reach[index])
            fade = 1.0 if share < 0.7 else max(0.0, (1.0 - share) / 0.3)
            chosen.append((item, float(x[index]), low, fade))
            if len(chosen) >= _MOST:
                break
        return chosen

    def _project(self, look: Look, size: tuple[int, int]) -> tuple[Any, Any, Any, Any]:
        forward = np.array(look.planes[4][:3])
        delta = self._positions - np.array(look.eye)
        depth = delta @ forward
        right = np.cross(forward, (0.0, 0.0, 1.0))
        length = float(np.linalg.norm(right))
        right = right / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
        scale = look.pixels_per_radian / np.maximum(depth, 1e-6)
        x = size[0] / 2 + (delta @ right) * scale
        y = size[1] / 2 + (delta @ np.cross(right, forward)) * scale
        return x, y, depth, np.linalg.norm(delta, axis=1)

    def _make(self, text: str) -> Any:
        pixels = draw_text(text[:_LONGEST], self._theme.label, self._theme.halo, self._ratio)
        high, wide = pixels.shape[:2]
        corners = np.array([(0, 0, 0), (wide, 0, 0), (wide, high, 0), (0, high, 0)], np.float32)
        data = poly_data(
            corners,
            triangles=np.array([(0, 1, 2), (0, 2, 3)]),
            uv=np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32),
        )
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(data)
        texture = vtkTexture()
        texture.SetInputData(image_data(pixels))
        texture.InterpolateOff()
        texture.SetColorModeToDirectScalars()
        actor = vtkTexturedActor2D()
        actor.SetMapper(mapper)
        actor.SetTexture(texture)
        actor.PickableOff()
        actor.GetPositionCoordinate().SetCoordinateSystemToDisplay()
        self._renderer.AddViewProp(actor)
        return actor

    def _clear(self) -> None:
        for actor in self._actors.values():
            self._renderer.RemoveViewProp(actor)
        self._actors.clear()

    def close(self) -> None:
        """Remove all texts."""
        self._clear()
        self._items.clear()
        self._flat = []


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
