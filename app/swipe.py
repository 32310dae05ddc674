"""Two instants in one scene: A on the left of a divider, B on the right of it.

A second viewport with a scene of its own lies over the first, clipped at the divider, its camera
tied to the first one's. So both sides are whole: layers by epoch, features left out, marks,
labels. Measured on software OpenGL, reading back one side's pixels and painting them over the
other would need every layer switched twice a frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.drawn import DrawnEntities
from app.overlays import Chip
from app.panels.time_axis import moment
from app.project import ProjectSession
from app.scene import Scene
from app.theme import Theme
from app.viewport import Viewport
from app.workers import Background

if TYPE_CHECKING:
    from twin_model.time import Instant

_GRIP_PX: Final = 11
_LEAST_PX: Final = 40
_STEP_PX: Final = 20


class _Divider(QWidget):
    """The line between the two sides, to be dragged or moved with the arrow keys."""

    def __init__(self, swipe: Swipe, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._swipe = swipe
        self._theme = theme
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.width() // 2
        painter.fillRect(middle, 0, 1, self.height(), self._theme.colour("accent"))
        painter.setPen(self._theme.colour("accent"))
        painter.setBrush(self._theme.colour("selection" if self.hasFocus() else "raised"))
        painter.drawRoundedRect(1, self.height() // 2 - 16, self.width() - 2, 32, 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._swipe.set_place(self.mapToParent(event.position().toPoint()).x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -_STEP_PX, Qt.Key.Key_Right: _STEP_PX}.get(Qt.Key(event.key()), 0)
        if step:
            self._swipe.set_place(self._swipe.place + step)
        else:
            super().keyPressEvent(event)


class Swipe(QObject):
    """The second viewport with its divider, there while it is wanted.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    viewport : Viewport
        The first one; what lies over it stays on top.
    theme : Theme
    """

    def __init__(
        self, session: ProjectSession, background: Background, viewport: Viewport, theme: Theme
    ) -> None:
        super().__init__(viewport)
        self._session = session
        self._background = background
        self._viewport = viewport
        self._theme = theme
        self._clip: QWidget | None = None
        self.other: Viewport | None = None
        self.scene: Scene | None = None
        self.drawn: DrawnEntities | None = None
        self.divider = _Divider(self, viewport, theme)
        self.left, self.right = Chip(viewport), Chip(viewport)
        self._share = 0.5
        self._before: Instant | None = None
        for widget in (self.divider, self.left, self.right):
            widget.hide()
        viewport.resized.connect(self._lay_out)
        theme.changed.connect(self._take_theme)

    @property
    def active(self) -> bool:
        """Whether there are two sides."""
        return self.other is not None

    @property
    def place(self) -> int:
        """Where the divider is, in pixels from the left of the scene."""
        return round(self._share * self._viewport.width())

    def start(self, before: Instant, after: Instant | None) -> None:
        """Show A on the left; B stays on the right."""
        if self.other is None:
            self._make()
        self.set_instants(before, after)
        self._lay_out()

    def _make(self) -> None:
        main = self._viewport
        self._clip = QWidget(main)
        # What is clicked there is picked through the first viewport, which asks this one.
        self._clip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.other = Viewport(parent=self._clip)
        self.other.stage.set_theme(self._theme.dark)
        self.drawn = DrawnEntities(self._session, self.other, self._background, key="-a")
        self.scene = Scene(self._session, self.other, self._background, self.drawn, key="-a")
        self.scene.show_project()
        self.drawn.show_project()
        self.other.set_pose(main.pose, moving=False)
        main.pose_changed.connect(self._follow_camera)
        main.beside = self.other
        self._clip.lower()
        self._clip.show()
        self.other.show()
        for widget in (self.divider, self.left, self.right):
            widget.show()
            widget.raise_()

    def set_instants(self, before: Instant, after: Instant | None) -> None:
        """Show other instants on the two sides."""
        if self.scene is None:
            return
        if before != self._before:
            self._before = before
            self.scene.set_instant(before)
            if self.drawn is not None:
                self.drawn.set_instant(before)
        self.left.set_text(f"A  {moment(before)}")
        self.right.set_text(f"B  {moment(after) if after is not None else self.tr('now')}")
        self.divider.setAccessibleName(self.tr("Divider between A and B"))
        self._lay_out()

    def set_marks(self, groups: Any) -> None:
        """Mark entities on the left side."""
        if self.scene is not None:
            self.scene.set_marks("comparison", groups)

    def stop(self) -> None:
        """Show one side only."""
        if self.other is None or self._clip is None:
            return
        self._viewport.pose_changed.disconnect(self._follow_camera)
        self._viewport.beside = None
        if self.scene is not None:
            self.scene.leave()
        if self.drawn is not None:
            self.drawn.leave()
        self.other.close_stage()
        self._clip.hide()
        self._clip.deleteLater()
        self.other = self.scene = self.drawn = self._clip = self._before = None
        for widget in (self.divider, self.left, self.right):
            widget.hide()

    def set_place(self, x: int) -> None:
        """Put the divider somewhere."""
        wide = max(2 * _LEAST_PX, self._viewport.width())
        self._share = min(wide - _LEAST_PX, max(_LEAST_PX, x)) / wide
        self._lay_out()

    def _lay_out(self) -> None:
        if self.other is None or self._clip is None:
            return
        main, x = self._viewport, self.place
        self._clip.setGeometry(0, 0, x, main.height())
        self.other.setGeometry(0, 0, main.width(), main.height())
        main.beside_px = x
        self.divider.setGeometry(x - _GRIP_PX // 2, 0, _GRIP_PX, main.height())
        for chip, left in ((self.left, True), (self.right, False)):
            chip.adjustSize()
            at = x - chip.width() - 14 if left else x + 14
            chip.move(QPoint(at, 12))
            chip.raise_()

    def _follow_camera(self) -> None:
        if self.other is not None:
            self.other.set_pose(self._viewport.pose)

    def _take_theme(self) -> None:
        if self.other is not None:
            self.other.stage.set_theme(self._theme.dark)
            self.other.redraw()
        self.divider.update()
