"""Cutting an outline in two with a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, Qt

from app.editing.points_tool import PointsTool
from app.editing.roof import snap_on_roof
from app.editing.tool import Point
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.snapping import Snap
    from twin_model.entity import Entity

_OVERLAY: Final = "cut"
#: What rises less lies on the ground, which it follows.
_TALL_M: Final = 1.0


class CutTool(PointsTool):
    """Click from one side of the selected outline to the other; Enter or a double click cuts.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.entity: Entity | None = None

    def start(self) -> None:
        """Begin to cut the selected outline."""
        outlined = self._window.entity_editing.outlined()
        if len(outlined) == 1:
            self.entity = outlined[0]
            self._window.tools.start(self)

    def begin(self) -> None:
        self._window.edit_bar.open(
            lambda: self.tr("Split an outline"), finish=lambda: self.tr("Split")
        )
        super().begin()

    def find(
        self, at: QPointF, modifiers: Qt.KeyboardModifier, *, exact: bool = False
    ) -> Snap | None:
        """Return the place on the top of the outline that is cut, where it stands up."""
        roof = self._roof()
        if roof is None:
            return super().find(at, modifiers, exact=exact)
        ring, feature = roof
        options = self._window.snapping.options_for(modifiers)
        found = snap_on_roof(self._viewport, (at.x(), at.y()), ring, options, feature)
        return super().find(at, modifiers, exact=exact) if found is None else found

    def _roof(self) -> tuple[npt.NDArray[np.float64], int] | None:
        """Return the corners of the outline at its top, and its entity on the stage."""
        shape = None if self.entity is None else self._window.drawn.shape(self.entity.id)
        if shape is None or shape.geometry is None or shape.geometry.geom_type != "Polygon":
            return None
        box = self._viewport.stage.entities.feature_bounds(shape.feature)
        if box is None or box[5] - box[2] < _TALL_M:
            return None
        import shapely  # only where an outline is cut

        corners = shapely.get_coordinates(shape.geometry.exterior)[:-1]
        return np.column_stack([corners, np.full(len(corners), box[5])]), shape.feature

    def stop(self) -> None:
        if self.active:
            self._viewport.stage.set_overlay(_OVERLAY, None)
        super().stop()

    def finish(self) -> None:
        if self.entity is None:
            return
        from twin_model.footprints import split_outline

        try:
            cut = _beyond(self.points)
            split_outline(self.entity, cut)
        except ValidationError:
            self.say(self.tr("Draw the line right across the outline, from side to side"))
            return
        entity = self.entity
        self._window.tools.stop()
        self._window.entity_editing.split(entity, cut)

    def show(self) -> None:
        if not self.active:
            return
        from rendering.options import Overlay

        points = self.reached()
        colour = self._window.theme.text("high")
        self._viewport.stage.set_overlay(
            _OVERLAY,
            Overlay((tuple(points),) if len(points) > 1 else (), tuple(self.points),
                    colour=colour, line_width_px=2.5),
        )  # fmt: skip
        self._viewport.redraw()
        say = QCoreApplication.translate
        if len(self.points) < 2:
            self.say(say("CutTool", "Click on one side, then on the other · Esc ends"))
        else:
            self.say(say("CutTool", "Enter splits · Backspace takes back · Esc ends"))


def _beyond(points: list[Point]) -> list[Point]:
    """Return a line a little longer at both ends: it may have been snapped to the very edge."""
    if len(points) < 2:
        return points
    return [_longer(points[1], points[0]), *points[1:-1], _longer(points[-2], points[-1])]


def _longer(start: Point, end: Point) -> Point:
    x, y = end[0] - start[0], end[1] - start[1]
    length = max((x * x + y * y) ** 0.5, 1e-9)
    return end[0] + 0.05 * x / length, end[1] + 0.05 * y / length, end[2]
