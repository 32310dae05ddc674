"""Mouse, touchpad and keys to camera poses; clicks to picks."""

from __future__ import annotations

import math
from typing import Any, Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent

from app.viewport import Viewport

_CLICK_PX: Final = 4.0
_HOVER_MS: Final = 70
_WALK_MS: Final = 16
_ORBIT_DEG_PER_PX: Final = 0.3
_ZOOM_PER_STEP: Final = 1.22

_WALK_KEYS: Final = {
    Qt.Key.Key_W: (0, 1, 0),
    Qt.Key.Key_S: (0, -1, 0),
    Qt.Key.Key_A: (-1, 0, 0),
    Qt.Key.Key_D: (1, 0, 0),
    Qt.Key.Key_E: (0, 0, 1),
    Qt.Key.Key_Q: (0, 0, -1),
}


class Navigator(QObject):
    """Turns the input of a viewport into movement, as in the programs people know.

    Left drag orbits about the point under the cursor, middle or right drag moves the ground
    along, the wheel zooms to the cursor, a double click flies there, W A S D walk.

    Parameters
    ----------
    viewport : Viewport
    """

    clicked = Signal(object, QPointF)  # Pick or None
    hovered = Signal(object, QPointF)  # Pick or None
    cursor = Signal(object)  # local position or None
    context_wanted = Signal(object, QPointF)
    view_wanted = Signal(int, bool)  # number of a saved view; whether to store it
    flown = Signal(object)

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._pressed: Qt.MouseButton | None = None
        self._start = QPointF()
        self._last = QPointF()
        self._pivot: tuple[float, float, float] | None = None
        self._dragging = False
        self._keys: set[int] = set()
        #: Those of the last mouse event.
        self.modifiers = Qt.KeyboardModifier.NoModifier
        #: Set by a tool that wants the clicks for itself; returns whether it took one.
        self.click_tool: Any = None
        self._hover = QTimer(self)
        self._hover.setSingleShot(True)
        self._hover.setInterval(_HOVER_MS)
        self._hover.timeout.connect(self._hover_now)
        self._walk = QTimer(self)
        self._walk.setInterval(_WALK_MS)
        self._walk.timeout.connect(self._walk_step)
        self._clock = QElapsedTimer()
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QMouseEvent):
            self.modifiers = event.modifiers()
            if kind == QEvent.Type.MouseButtonPress:
                return self._press(event)
            if kind == QEvent.Type.MouseMove:
                return self._move(event)
            if kind == QEvent.Type.MouseButtonRelease:
                return self._release(event)
            if kind == QEvent.Type.MouseButtonDblClick:
                return self._double_click(event)
        elif isinstance(event, QWheelEvent):
            return self._wheel(event)
        elif isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        elif isinstance(event, QKeyEvent):
            if kind == QEvent.Type.KeyPress:
                return self._key_down(event)
            if kind == QEvent.Type.KeyRelease:
                return self._key_up(event)
        elif kind in {QEvent.Type.Leave, QEvent.Type.FocusOut}:
            self._leave(kind)
        return False

    # -- mouse ---------------------------------------------------------------------------

    def _press(self, event: QMouseEvent) -> bool:
        self._viewport.stop_flight()
        self._viewport.setFocus(Qt.FocusReason.MouseFocusReason)
        self._hover.stop()
        self.hovered.emit(None, event.position())
        self._pressed = event.button()
        self._start = self._last = event.position()
        self._dragging = False
        self._pivot = self._viewport.position_at(event.position().x(), event.position().y())
        return True

    def _move(self, event: QMouseEvent) -> bool:
        at = event.position()
        if self._pressed is None:
            self._last = at
            self.cursor.emit(self._viewport.position_at(at.x(), at.y()))
            if not self._hover.isActive():
                self._hover.start()
            return False
        travelled = at - self._start
        if not self._dragging and math.hypot(travelled.x(), travelled.y()) < _CLICK_PX:
            return True
        self._dragging = True
        delta = at - self._last
        if self._pressed == Qt.MouseButton.LeftButton and not (
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self.orbit(delta.x(), delta.y())
        else:
            self.pan(delta.x(), delta.y())
        self._last = at
        return True

    def _release(self, event: QMouseEvent) -> bool:
        pressed, self._pressed = self._pressed, None
        if self._dragging or pressed is None:
            self._dragging = False
            return True
        at = event.position()
        if pressed == Qt.MouseButton.LeftButton:
            if self.click_tool is not None and self.click_tool(self._pivot):
                return True
            self.clicked.emit(self._viewport.pick_at(at.x(), at.y()), at)
        elif pressed == Qt.MouseButton.RightButton:
            self.context_wanted.emit(self._viewport.pick_at(at.x(), at.y()), at)
        return True

    def _double_click(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self.click_tool is not None:
            return True
        place = self._viewport.position_at(event.position().x(), event.position().y())
        if place is not None:
            self.fly_near(place)
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        steps = event.angleDelta().y() / 120.0
        if steps == 0.0:
            return True
        self.zoom(_ZOOM_PER_STEP**steps, event.position())
        return True

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.zoom(max(0.2, 1.0 + event.value()), event.position())
        return True

    def _leave(self, kind: QEvent.Type) -> None:
        if kind == QEvent.Type.FocusOut:
            self._keys.clear()
            self._walk.stop()
            return
        self._hover.stop()
        self.cursor.emit(None)
        self.hovered.emit(None, QPointF())

    def _hover_now(self) -> None:
        if self._pressed is None and not self._viewport.flying and self._viewport.underMouse():
            pick = self._viewport.pick_at(self._last.x(), self._last.y())
            self.hovered.emit(pick, self._last)

    # -- movements -----------------------------------------------------------------------

    def orbit(self, dx_px: float, dy_px: float) -> None:
        """Turn about the point that was under the cursor when the button went down."""
        from rendering.navigation import orbit

        pivot = self._pivot or self._viewport.pose.target
        self._viewport.set_pose(
            orbit(self._viewport.pose, pivot, dx_px * _ORBIT_DEG_PER_PX, -dy_px * _ORBIT_DEG_PER_PX)
        )

    def pan(self, dx_px: float, dy_px: float) -> None:
        """Move so that the point under the cursor follows it."""
        from rendering.navigation import pan_pixels

        pose = self._viewport.pose
        pivot = self._pivot or pose.target
        self._viewport.set_pose(pan_pixels(pose, pivot, dx_px, -dy_px, self._viewport.height()))

    def zoom(self, factor: float, at: QPointF) -> None:
        """Zoom towards what lies under the cursor; a factor above one goes nearer."""
        from rendering.navigation import zoom_to

        self._viewport.stop_flight()
        place = self._viewport.position_at(at.x(), at.y()) or self._viewport.pose.target
        self._viewport.set_pose(zoom_to(self._viewport.pose, place, factor))

    def fly_near(self, place: tuple[float, float, float]) -> None:
        """Fly towards a place, keeping the direction of view."""
        from dataclasses import replace

        pose = self._viewport.pose
        wanted = max(30.0, 0.35 * math.dist(pose.eye, place))
        x, y, z = (float(p - d * wanted) for p, d in zip(place, pose.direction, strict=True))
        self._viewport.fly_to(replace(pose, eye=(x, y, z), target=place))
        self.flown.emit(place)

    # -- keys ----------------------------------------------------------------------------

    def _key_down(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            if modifiers in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier}:
                number = key - Qt.Key.Key_0
                self.view_wanted.emit(number, modifiers != Qt.KeyboardModifier.NoModifier)
                return True
            return False
        if key not in _WALK_KEYS or modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        if not event.isAutoRepeat():
            self._viewport.stop_flight()
            self._keys.add(key)
            self._clock.start()
            self._walk.start()
        return True

    def _key_up(self, event: QKeyEvent) -> bool:
        if event.key() not in _WALK_KEYS or event.isAutoRepeat():
            return False
        self._keys.discard(event.key())
        if not self._keys:
            self._walk.stop()
        return True

    def _walk_step(self) -> None:
        from rendering.navigation import walk

        seconds = min(0.2, self._clock.restart() / 1000.0)
        ways = [_WALK_KEYS[Qt.Key(key)] for key in self._keys]
        right, forward, up = (float(sum(way[axis] for way in ways)) for axis in range(3))
        pose = self._viewport.pose
        # As fast as a person near the ground, faster the higher one is.
        ground = self._viewport.stage.ground_height(pose.eye[0], pose.eye[1])
        height = max(1.7, pose.eye[2] - (ground or 0.0))
        speed = max(3.0, height)
        step = speed * seconds
        self._viewport.set_pose(walk(pose, forward * step, right * step, up * step))
