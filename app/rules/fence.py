"""A fence of a rule drawn in the scene, with the means that outlines are drawn with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from app import numbers
from app.editing.points_tool import PointsTool
from app.measure import level_area_m2

if TYPE_CHECKING:
    from rendering.snapping import Snap

_OVERLAY: Final = "fence"
_CORNERS: Final = 3


class FenceTool(PointsTool):
    """Collects the corners of a fence; whoever asked for it takes them.

    Parameters
    ----------
    window : MainWindow
    """

    #: Corners as a list of (east, north), local metres.
    drawn = Signal(object)
    #: It was drawn, or given up.
    ended = Signal()

    def begin(self) -> None:
        self._window.edit_bar.open(
            lambda: self.tr("Draw a fence"), [], finish=lambda: self.tr("Finish")
        )
        super().begin()

    def stop(self) -> None:
        was_active = self.active
        if was_active:
            self.points, self._live = [], None
            self._viewport.stage.set_overlay(_OVERLAY, None)
        super().stop()
        if was_active:
            self.ended.emit()

    def take(self, found: Snap) -> None:
        if self.points and math.dist(found.position, self.points[-1]) < 1e-6:
            return  # the second click of a double click
        super().take(found)

    def finish(self) -> None:
        if len(self.points) < _CORNERS:
            self.say(self.tr("A fence needs three corners"))
            return
        self.drawn.emit([(round(x, 2), round(y, 2)) for x, y, _ in self.points])
        self._window.tools.stop()

    def show(self) -> None:
        if not self.active:
            return
        from rendering.options import Overlay

        points = self.reached()
        lines = (tuple(points),) if len(points) > 1 else ()
        polygons = (tuple(points),) if len(points) >= _CORNERS else ()
        colour = self._window.theme.text("accent")
        self._viewport.stage.set_overlay(
            _OVERLAY, Overlay(lines, tuple(self.points), (), colour, polygons=polygons)
        )
        self._viewport.redraw()
        if len(points) < _CORNERS:
            self.say(self.tr("Click corners · Enter finishes · Backspace takes back · Esc ends"))
        else:
            self.say(self.tr("Fence of {0}").format(numbers.area(level_area_m2(points))))
