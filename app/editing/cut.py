"""Cutting an outline in two with a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QPointF, Qt

from app.editing.tool import EditTool, Point
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.snapping import Snap
    from twin_model.entity import Entity

_OVERLAY: Final = "cut"


class CutTool(EditTool):
    """Click from one side of the selected outline to the other; Enter or a double click cuts.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.entity: Entity | None = None
        self.points: list[Point] = []
        self._live: Snap | None = None
        self._pressed = QPointF()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        window.edit_bar.finished.connect(self._finish)

    def start(self) -> None:
        """Begin to cut the selected outline."""
        outlined = self._window.entity_editing.outlined()
        if len(outlined) == 1:
            self.entity = outlined[0]
            self._window.tools.start(self)

    def begin(self) -> None:
        self.points, self._live = [], None
        self._window.edit_bar.open(
            lambda: self.tr("Split an outline"), finish=lambda: self.tr("Split")
        )
        self._window.navigator.click_tool = self._clicked
        super().begin()
        self._show()

    def stop(self) -> None:
        if self.active:
            self._viewport.stage.set_overlay(_OVERLAY, None)
        super().stop()

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self._pressed, self._modifiers = at, modifiers
        return False

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self._live = self._window.snapping.find(at.x(), at.y(), modifiers)
        self._window.snapping.show(self._live)
        self._show()
        return False

    def double_click(self, at: QPointF) -> bool:
        self._finish()
        return True

    def key(self, key: int) -> bool:
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._finish()
        elif key == Qt.Key.Key_Backspace:
            self.points = self.points[:-1]
            self._show()
        else:
            return False
        return True

    def _clicked(self, _: object) -> bool:
        at = self._pressed
        found = self._window.snapping.find(at.x(), at.y(), self._modifiers, exact=True)
        if found is not None:
            self.points.append(found.position)
            self._show()
        return True

    def _finish(self) -> None:
        if not self.active or self.entity is None:
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

    def _show(self) -> None:
        if not self.active:
            return
        from rendering.options import Overlay

        points = [*self.points, *([self._live.position] if self._live and self.points else [])]
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
