"""Where the scene stands in the window: alone, or with another picture beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget


def paint_apart(widget: QWidget) -> None:
    """Paint a widget apart from the rest of the window, by a window of the system within it.

    A window with OpenGL in it is put together by OpenGL, all of it, whenever a label changes:
    10 to 20 ms on a software renderer. With the scene apart, only the scene is. What lies over
    the scene and not within it has to be apart too. Tried on X11 only, so elsewhere this does
    nothing.
    """
    if QGuiApplication.platformName() == "xcb":
        widget.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        widget.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)


class ScenePlace(QWidget):
    """Holds the viewport, and another widget of the same width beside it while there is one.

    The viewport never changes its parent: that would cost it its OpenGL context.

    Parameters
    ----------
    viewport : QWidget
    """

    def __init__(self, viewport: QWidget) -> None:
        super().__init__()
        # Docks share what it leaves, also before the viewport is shown in it.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(viewport.minimumSize())
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(viewport, 1)
        paint_apart(self)  # with the viewport in it, for which it gets OpenGL

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.window().windowHandle()
        if handle is not None and self.testAttribute(Qt.WidgetAttribute.WA_NativeWindow):
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            # With a window of the system in it, Qt does not bring back what another window covered.
            self.window().update(event.region())
        return False

    def put_beside(self, other: QWidget, *, at_left: bool = True) -> None:
        """Give a widget the left half, or the right one."""
        self._row.insertWidget(0 if at_left else 1, other, 1)
        other.show()

    def take_away(self, other: QWidget) -> None:
        """Give the whole place back to the viewport."""
        self._row.removeWidget(other)
        other.hide()
