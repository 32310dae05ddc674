"""The scene in the window: VTK inside a QOpenGLWidget, drawn only when something changed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  # without it the window class is abstract
from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QOpenGLContext, QResizeEvent, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from vtkmodules.vtkRenderingCore import vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from rendering.pixels import BASE_DPI

if TYPE_CHECKING:
    from rendering.camera import CameraPose
    from rendering.options import Pick
    from rendering.stage import Stage

_FLY_MS: Final = 400
#: How often a scene that still loads is asked again when no tile reported its arrival.
_PUMP_MS: Final = 100
#: Between two frames of a scene in which things move; longer where a frame takes longer, so that
#: the window has half of its time for other things.
_ANIMATION_MS: Final = 33
#: However long a frame takes, what moves is drawn about once a second.
_LONGEST_PAUSE_MS: Final = 1000
#: Without a movement for so long, the expensive picture is drawn.
_REST_MS: Final = 220


def surface_format() -> QSurfaceFormat:
    """Return the format every OpenGL surface of the program uses.

    No multisampling: on software OpenGL it costs two to four times the frame.
    """
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setVersion(3, 2)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    # Without it Qt asks for a forward-compatible context, whose lines are one pixel wide.
    wanted.setOption(QSurfaceFormat.FormatOption.DeprecatedFunctions)
    wanted.setDepthBufferSize(24)
    wanted.setStencilBufferSize(8)
    wanted.setSamples(0)
    wanted.setSwapInterval(0)
    return wanted


class Viewport(QOpenGLWidget):
    """Hosts a `Stage`. All VTK calls happen here, on the GUI thread.

    The stage, slow to import, is made when it is first asked for; until then the scene is of
    one colour.

    Parameters
    ----------
    backdrop : QColor, optional
        What is drawn before there is a stage.
    parent : QWidget, optional
    """

    drawn = Signal()
    pose_changed = Signal()
    resized = Signal()
    _frame_wanted = Signal()

    def __init__(self, backdrop: QColor | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)
        self._window = vtkGenericOpenGLRenderWindow()
        self._window.SetMultiSamples(0)
        self._window.SetOwnContext(0)
        self._window.SetFrameBlitModeToBlitToCurrent()
        self._window.AddObserver("WindowMakeCurrentEvent", self._make_current)  # type: ignore[arg-type]
        self._context: QOpenGLContext | None = None
        self._more = True
        self._held = 0
        self._stage: Stage | None = None
        self._backdrop = vtkRenderer()
        colour = backdrop or QColor("white")
        self._backdrop.SetBackground(colour.redF(), colour.greenF(), colour.blueF())
        self._window.AddRenderer(self._backdrop)
        self._frame_wanted.connect(self.redraw)
        self._pump = self._timer(_PUMP_MS, self.redraw)
        self._rest = self._timer(_REST_MS, self._settle)
        #: Picks in a picture that covers the left of this one, up to so many pixels.
        self.beside: Callable[[float, float], Pick | None] | None = None
        self.beside_px = 0
        self._animation = self._timer(_ANIMATION_MS, self.redraw)
        #: Pause after a frame in which things move, in times of that frame: longer where others
        #: need the processor more. What is asked for otherwise, as by the camera, is drawn at once.
        self.animation_pause = 1.0
        self._flight: tuple[CameraPose, CameraPose, QElapsedTimer] | None = None
        self._fly = QTimer(self)
        self._fly.setInterval(16)
        self._fly.timeout.connect(self._fly_step)

    @property
    def stage(self) -> Stage:
        """The stage that draws here."""
        if self._stage is None:
            from rendering.stage import Stage

            self._make_current()
            self._window.RemoveRenderer(self._backdrop)
            self._stage = Stage(self._window)
            self._stage.needs_frame.connect(self._frame_wanted.emit)
            self.update()
        return self._stage

    def _timer(self, interval_ms: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    # -- OpenGL --------------------------------------------------------------------------

    def _make_current(self, *_: object) -> None:
        if self.isValid() and QOpenGLContext.currentContext() is not self.context():
            self.makeCurrent()

    def initializeGL(self) -> None:
        context = self.context()
        if context is not self._context:
            self._context = context
            # A context dies when the widget moves to another window; VTK must let go of its
            # objects while it still is current, or the next frame is black.
            context.aboutToBeDestroyed.connect(self._release, Qt.ConnectionType.DirectConnection)
        self._window.SetReadyForRendering(True)
        self._window.SetIsCurrent(True)
        self._window.SetIsDirect(True)
        self._window.SetSupportsOpenGL(True)
        self._window.OpenGLInitContext()
        self._size_window()

    def _release(self) -> None:
        if self._context is None:
            return
        self.makeCurrent()
        self._window.Finalize()
        self._window.SetReadyForRendering(False)
        self.doneCurrent()
        self._context = None

    def resizeGL(self, width: int, height: int) -> None:
        self._size_window()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def _size_window(self) -> None:
        ratio = self.devicePixelRatioF()
        width = max(1, round(self.width() * ratio))
        height = max(1, round(self.height() * ratio))
        self._window.SetSize(width, height)
        self._window.SetDPI(round(BASE_DPI * ratio))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Draw nothing meanwhile: each change of size draws at once, and only the last counts."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self.update()

    def paintGL(self) -> None:
        if self._held:
            return
        self._window.SetIsCurrent(True)
        self._window.OpenGLInitState()
        if self._stage is None:
            self._window.Render()
            self.drawn.emit()
            return
        self._more = self.stage.update()
        self.stage.render()
        if self._more:
            self._pump.start()
        if self.stage.moving_things.active:
            pause_ms = self.animation_pause * self.stage.statistics().frame_ms
            self._animation.start(round(min(max(_ANIMATION_MS, pause_ms), _LONGEST_PAUSE_MS)))
        self.drawn.emit()

    def redraw(self) -> None:
        """Ask for a frame; many requests make one frame."""
        self.update()

    @property
    def complete(self) -> bool:
        """Whether everything that the view needs is in the picture."""
        return not self._more and bool(self.stage.complete)

    def close_stage(self) -> None:
        """Let go of every VTK object; the widget draws nothing from here on."""
        self._fly.stop()
        self._pump.stop()
        self._animation.stop()
        self._rest.stop()
        if self.isValid():
            self.makeCurrent()
        if self._stage is not None:
            self._stage.needs_frame.disconnect()
            self._stage.close()
        self._release()

    # -- camera --------------------------------------------------------------------------

    @property
    def pose(self) -> CameraPose:
        """Where the camera is."""
        pose: CameraPose = self.stage.camera
        return pose

    def set_pose(self, pose: CameraPose, *, moving: bool = True) -> None:
        """Put the camera somewhere at once.

        Parameters
        ----------
        pose : CameraPose
        moving : bool
            Whether more movement is likely to follow: the picture then is coarser until the
            camera rests.
        """
        self.stage.camera = pose
        self._more = True  # nobody knows what this view needs before its first frame
        if moving:
            if not self._rest.isActive():
                self.stage.set_moving(True)
            self._rest.start()
        self.pose_changed.emit()
        self.update()

    def fly_to(self, pose: CameraPose) -> None:
        """Move the camera in 400 ms, so that people keep their bearings."""
        clock = QElapsedTimer()
        clock.start()
        self._flight = (self.pose, pose, clock)
        self._fly.start()

    def stop_flight(self) -> None:
        """Leave the camera where it is."""
        self._fly.stop()
        self._flight = None

    @property
    def flying(self) -> bool:
        """Whether a flight is under way."""
        return self._flight is not None

    @property
    def goal(self) -> CameraPose:
        """Where the flight that is under way ends; where the camera is without one."""
        return self.pose if self._flight is None else self._flight[1]

    def _fly_step(self) -> None:
        from rendering.navigation import fly_between

        if self._flight is None:
            self._fly.stop()
            return
        start, goal, clock = self._flight
        part = min(1.0, clock.elapsed() / _FLY_MS)
        if part >= 1.0:
            self.stop_flight()
        self.set_pose(fly_between(start, goal, part) if part < 1.0 else goal)

    def _settle(self) -> None:
        self.stage.set_moving(False)
        self.update()

    # -- places --------------------------------------------------------------------------

    def make_current(self) -> None:
        """Make this widget's OpenGL the current one, before anything is read from it."""
        self._make_current()

    def to_display(self, x: float, y: float) -> tuple[int, int]:
        """Return device pixels from the bottom left for a point of this widget."""
        ratio = self.devicePixelRatioF()
        return round(x * ratio), round((self.height() - 1 - y) * ratio)

    def position_at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Return the local position under a point of this widget."""
        if self._context is None:
            return None
        self._make_current()
        return self.stage.position_at(*self.to_display(x, y))

    def pick_at(self, x: float, y: float) -> Any:
        """Return the `Pick` under a point of this widget, None for the sky."""
        if self.beside is not None and x < self.beside_px:
            return self.beside(x, y)
        if self._context is None:
            return None
        self._make_current()
        return self.stage.pick(*self.to_display(x, y))

    def metres_per_pixel(self) -> float:
        """Return the size of a logical pixel at the camera's target."""
        pose = self.pose
        distance = pose.distance_m
        half = math.tan(math.radians(pose.field_of_view_deg) / 2)
        return 2 * distance * half / max(1, self.height())

    def heading_deg(self) -> float:
        """Return the direction of view, clockwise from grid north."""
        return self.pose.heading_deg

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._size_window()
        return super().event(event)
