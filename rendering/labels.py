"""Texts in the scene: a halo, no overlaps, fading with distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkTextActor

from rendering.camera import Point
from rendering.fonts import font_file
from rendering.look import Look
from rendering.symbology.palette import Theme

_MOST: Final = 60
_SIZE_PX: Final = 15
_VTK_FONT_FILE: Final = 4


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
    """

    position: Point
    text: str
    reach_m: float
    priority: float = 0.0


class Labels:
    """A pool of text actors, placed anew each frame without overlaps.

    Parameters
    ----------
    renderer : vtkRenderer
    theme : Theme
    """

    def __init__(self, renderer: Any, theme: Theme) -> None:
        self._renderer = renderer
        self._theme = theme
        self._items: dict[str, list[LabelItem]] = {}
        self._pool: list[tuple[Any, Any]] = []
        self._positions = np.zeros((0, 3))
        self._flat: list[LabelItem] = []
        self.visible = True

    def set(self, owner: str, items: list[LabelItem]) -> None:
        """Replace the texts of one owner."""
        if self._items.get(owner, []) == items:
            return
        self._items[owner] = items
        self._flat = [i for found in self._items.values() for i in found]
        self._positions = np.array([i.position for i in self._flat], float).reshape(-1, 3)

    def set_theme(self, theme: Theme) -> None:
        """Apply the colours."""
        self._theme = theme
        for text, halo in self._pool:
            _paint(text, theme.label)
            _paint(halo, theme.halo)

    def update(self, look: Look, size: tuple[int, int]) -> None:
        """Choose and place the texts for a camera."""
        shown = self._choose(look, size) if self.visible else []
        for index, (item, x, y, fade) in enumerate(shown):
            if index >= len(self._pool):
                self._pool.append(self._make())
            self._place(self._pool[index], item, x, y, fade)
        for text, halo in self._pool[len(shown) :]:
            text.VisibilityOff()
            halo.VisibilityOff()

    def _choose(
        self, look: Look, size: tuple[int, int]
    ) -> list[tuple[LabelItem, float, float, float]]:
        if len(self._flat) == 0:
            return []
        width, height = size
        forward = np.array(look.planes[4][:3])
        delta = self._positions - np.array(look.eye)
        depth = delta @ forward
        distance = np.linalg.norm(delta, axis=1)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        length = float(np.linalg.norm(right))
        right = right / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
        up = np.cross(right, forward)
        scale = look.pixels_per_radian / np.maximum(depth, 1e-6)
        x = width / 2 + (delta @ right) * scale
        y = height / 2 + (delta @ up) * scale
        reach = np.array([i.reach_m for i in self._flat])
        priority = np.array([i.priority for i in self._flat])
        seen = (depth > 0.1) & (distance < reach) & (x > 0) & (x < width) & (y > 0) & (y < height)
        order = np.flatnonzero(seen)
        order = order[np.lexsort((distance[order], -priority[order]))]
        taken: list[tuple[float, float, float, float]] = []
        chosen = []
        for index in order:
            item = self._flat[index]
            wide = sum(1.0 if ord(c) > 0x2E80 else 0.56 for c in item.text) * _SIZE_PX
            box = (
                x[index] - wide / 2 - 4,
                y[index] - 2,
                x[index] + wide / 2 + 4,
                y[index] + _SIZE_PX + 4,
            )
            if any(
                box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken
            ):
                continue
            taken.append(box)
            share = float(distance[index] / reach[index])
            fade = 1.0 if share < 0.7 else max(0.0, (1.0 - share) / 0.3)
            chosen.append((item, float(x[index]), float(y[index]), fade))
            if len(chosen) >= _MOST:
                break
        return chosen

    def _make(self) -> tuple[Any, Any]:
        made = []
        for is_halo in (True, False):
            actor = vtkTextActor()
            actor.PickableOff()
            actor.GetPositionCoordinate().SetCoordinateSystemToDisplay()
            look = actor.GetTextProperty()
            path = font_file()
            if path is not None:
                look.SetFontFamily(_VTK_FONT_FILE)
                look.SetFontFile(str(path))
            look.SetFontSize(_SIZE_PX)
            look.SetJustificationToCentered()
            look.SetVerticalJustificationToBottom()
            _paint(actor, self._theme.halo if is_halo else self._theme.label)
            if is_halo:
                look.SetBackgroundColor(*self._theme.halo)
                look.SetBackgroundOpacity(0.72)
            self._renderer.AddViewProp(actor)
            made.append(actor)
        return made[1], made[0]

    def _place(
        self, pair: tuple[Any, Any], item: LabelItem, x: float, y: float, fade: float
    ) -> None:
        for actor in pair:
            if actor.GetInput() != item.text:
                actor.SetInput(item.text)
            actor.SetDisplayPosition(round(x), round(y))
            actor.GetTextProperty().SetOpacity(fade)
            actor.VisibilityOn()
        pair[1].GetTextProperty().SetBackgroundOpacity(0.72 * fade)

    def close(self) -> None:
        """Remove all texts."""
        for text, halo in self._pool:
            self._renderer.RemoveViewProp(text)
            self._renderer.RemoveViewProp(halo)
        self._pool.clear()
        self._items.clear()
        self._flat = []


def _paint(actor: Any, colour: tuple[float, float, float]) -> None:
    actor.GetTextProperty().SetColor(*colour)


def readable_distance_m(height_m: float) -> float:
    """Return the distance up to which the label of a thing of that height helps."""
    return 250.0 + 25.0 * math.sqrt(max(height_m, 1.0))
