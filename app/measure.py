"""Measuring in the scene: distance, difference of height, area."""

from __future__ import annotations

import itertools
import math
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from app import numbers
from app.navigator import Navigator
from app.overlays import Overlays
from app.theme import Theme
from app.viewport import Viewport

Point = tuple[float, float, float]

_OVERLAY: Final = "measure"


class MeasureMode(StrEnum):
    """What is measured."""

    DISTANCE = "distance"
    HEIGHT = "height"
    AREA = "area"


class MeasureTool(QObject):
    """Collects clicked points and shows what they measure, live.

    Click for points, Enter or a double click ends, Backspace takes back, Esc leaves.

    Parameters
    ----------
    viewport : Viewport
    navigator : Navigator
    overlays : Overlays
    theme : Theme
    """

    changed = Signal()

    def __init__(
        self, viewport: Viewport, navigator: Navigator, overlays: Overlays, theme: Theme
    ) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._navigator = navigator
        self._overlays = overlays
        self._theme = theme
        self.mode: MeasureMode | None = None
        self.points: list[Point] = []
        self._live: Point | None = None
        self._ended = False
        navigator.cursor.connect(self._move)
        theme.changed.connect(self._show)
        viewport.installEventFilter(self)

    def start(self, mode: MeasureMode) -> None:
        """Begin to measure; the same mode again ends."""
        if self.mode == mode:
            self.stop()
            return
        self.mode = mode
        self.points, self._live, self._ended = [], None, False
        self._navigator.click_tool = self._click
        self._viewport.setCursor(Qt.CursorShape.CrossCursor)
        self._viewport.setFocus()
        self._show()
        self.changed.emit()

    def stop(self) -> None:
        """Leave measuring and clear what it drew."""
        if self.mode is None:
            return
        self.mode = None
        self.points, self._live = [], None
        self._navigator.click_tool = None
        self._viewport.unsetCursor()
        self._viewport.stage.set_overlay(_OVERLAY, None)
        self._viewport.redraw()
        self._overlays.measure.set_text("")
        self.changed.emit()

    @property
    def text(self) -> str:
        """The result as shown."""
        return self._overlays.measure.text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.mode is None:
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._end()
            return True
        return False

    def _key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            self.stop()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._end()
        elif key == Qt.Key.Key_Backspace and self.points:
            self.points.pop()
            self._show()
        else:
            return False
        return True

    def _end(self) -> None:
        self._ended, self._live = True, None
        self._show()

    def _click(self, place: Point | None) -> bool:
        if place is None:
            return True
        if self._ended or (self.mode == MeasureMode.HEIGHT and len(self.points) == 2):
            self.points, self._ended = [], False
        self.points.append(place)
        self._live = None
        if self.mode == MeasureMode.HEIGHT and len(self.points) == 2:
            self._ended = True
        self._show()
        return True

    def _move(self, place: Point | None) -> None:
        if self.mode is None or self._ended or not self.points:
            return
        self._live = place
        self._show()

    def _all(self) -> list[Point]:
        return [*self.points, self._live] if self._live is not None else list(self.points)

    def _show(self) -> None:
        if self.mode is None:
            return
        points = self._all()
        self._overlays.measure.set_text(self._result(points))
        self._overlays.place()
        self._draw(points)

    def _draw(self, points: list[Point]) -> None:
        from rendering.options import Overlay

        line = list(points)
        polygons: tuple[tuple[Point, ...], ...] = ()
        if self.mode == MeasureMode.HEIGHT and len(points) == 2:
            (x, y, low), (_, _, high) = points
            line = [points[0], (x, y, high), points[1]] if high != low else points
        elif self.mode == MeasureMode.AREA and len(points) > 2:
            polygons = (tuple(points),)
            line = [*points, points[0]]
        self._viewport.stage.set_overlay(
            _OVERLAY,
            Overlay(
                lines=(tuple(line),) if len(line) > 1 else (),
                points=tuple(self.points),
                colour=self._theme.text("accent"),
                casing=self._theme.text("raised"),
                polygons=polygons,
            ),
        )
        self._viewport.redraw()

    def _result(self, points: list[Point]) -> str:
        if len(points) < 2:
            return self.tr("Click the first point · Esc ends")
        match self.mode:
            case MeasureMode.DISTANCE:
                total = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
                level = sum(math.dist(a[:2], b[:2]) for a, b in itertools.pairwise(points))
                return self.tr("Distance {0} · level {1}").format(
                    numbers.length(total), numbers.length(level)
                )
            case MeasureMode.HEIGHT:
                rise = points[1][2] - points[0][2]
                level = math.dist(points[0][:2], points[1][:2])
                return self.tr("Height difference {0} · level {1}").format(
                    numbers.length(rise), numbers.length(level)
                )
        if len(points) < 3:
            return self.tr("Click three points or more · Esc ends")
        around = sum(math.dist(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True))
        return self.tr("Area {0} (level) · outline {1}").format(
            numbers.area(level_area_m2(points)), numbers.length(around)
        )


def level_area_m2(points: list[Point]) -> float:
    """Return the area of a ring seen from above (shoelace formula), metres squared.

    Parameters
    ----------
    points : list of points
        Local metres; the first is not repeated at the end.
    """
    x0, y0 = points[0][:2]
    ring = [(x - x0, y - y0) for x, y, _ in points]
    doubled = sum(
        ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    return abs(doubled) / 2
