"""What lies over the scene: coordinates, north, scale, attribution, hover card, notices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app import messages, numbers
from app.icons import IconSet
from app.theme import Theme, small_font

_MARGIN: Final = 16
_CHIP_HEIGHT: Final = 26


class Chip(QFrame):
    """A quiet box with one line of text; mouse events pass through it to the scene."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(self._label)

    @property
    def text(self) -> str:
        """The text shown."""
        return self._label.text()

    def set_text(self, text: str) -> None:
        """Show a text, or hide the chip when it is empty."""
        if text != self._label.text():
            self._label.setText(text)
            self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.adjustSize()


class NorthArrow(QFrame):
    """Turns with the camera; a click looks north.

    Parameters
    ----------
    parent : QWidget
    theme : Theme
    """

    clicked = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self._theme = theme
        self._heading_deg = 0.0
        self.setFixedSize(46, _CHIP_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def heading_deg(self) -> float:
        """Direction of view, clockwise from grid north."""
        return self._heading_deg

    def set_heading(self, heading_deg: float) -> None:
        """Show the direction of view."""
        if abs(heading_deg - self._heading_deg) > 0.05:
            self._heading_deg = heading_deg
            self.update()

    def mouseReleaseEvent(self, event: object) -> None:
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("text"))
        painter.save()
        painter.translate(15, self.height() / 2)
        painter.rotate(-self._heading_deg)
        painter.drawPolygon(
            QPolygonF([QPointF(0, -7), QPointF(5, 6), QPointF(0, 3), QPointF(-5, 6)])
        )
        painter.restore()
        painter.setPen(self._theme.colour("text"))
        painter.drawText(
            QRectF(24, 0, 20, self.height()), Qt.AlignmentFlag.AlignVCenter, self.tr("N")
        )


class ScaleBar(QFrame):
    """A bar of a round length, true at the centre of the view."""

    _LONGEST_PX: Final = 110

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self.length_m = 0.0
        self._bar_px = 0.0
        self.setFixedHeight(_CHIP_HEIGHT)
        self.hide()

    def set_resolution(self, metres_per_pixel: float) -> None:
        """Fit the bar to the view.

        Parameters
        ----------
        metres_per_pixel : float
            At the centre of the view; not positive or not finite hides the bar.
        """
        if not math.isfinite(metres_per_pixel) or metres_per_pixel <= 0:
            self.hide()
            return
        length = round_length(metres_per_pixel * self._LONGEST_PX)
        self._bar_px = length / metres_per_pixel
        self.length_m = length
        self.setFixedWidth(
            round(self._bar_px) + 34 + self.fontMetrics().horizontalAdvance(self._text())
        )
        self.setAccessibleName(self._text())
        self.show()
        self.update()

    def _text(self) -> str:
        if self.length_m >= 1000:
            return f"{numbers.fixed(self.length_m / 1000, 0)} km"
        return f"{numbers.fixed(self.length_m, 0 if self.length_m >= 1 else 2)} m"

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        pen = QPen(self._theme.colour("dim"), 1.0)
        painter.setPen(pen)
        left, right, middle = 12.5, 12.5 + self._bar_px, self.height() / 2
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        for x in (left, right):
            painter.drawLine(QPointF(x, middle - 4), QPointF(x, middle + 4))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(
            QRectF(right + 8, 0, self.width(), self.height()),
            Qt.AlignmentFlag.AlignVCenter,
            self._text(),
        )


def round_length(longest: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not longer than *longest*."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest * (1 + 1e-9))


class HoverCard(QFrame):
    """Name and kind of the thing under the cursor."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene = parent
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._name = QLabel(self)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        font = self._name.font()
        font.setBold(True)
        self._name.setFont(font)
        self._note = QLabel(self)
        self._note.setObjectName("dim")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(0)
        layout.addWidget(self._name)
        layout.addWidget(self._note)
        self.hide()

    @property
    def text(self) -> str:
        """Name and note, for tests and screen readers."""
        return f"{self._name.text()} {self._note.text()}".strip()

    def show_at(self, x: int, y: int, name: str, note: str) -> None:
        """Show the card beside a point of the scene."""
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, 320))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.adjustSize()
        parent = self._scene
        left = min(x + 14, parent.width() - self.width() - 4)
        top = y - self.height() - 10 if y - self.height() - 10 > 4 else y + 18
        self.move(max(4, left), top)
        self.show()
        self.raise_()


class Notice(QFrame):
    """A non-modal message over the scene that stays until it is read or replaced.

    Parameters
    ----------
    parent : QWidget
    icons : IconSet
    """

    details_wanted = Signal()

    def __init__(self, parent: QWidget, icons: IconSet) -> None:
        super().__init__(parent)
        self._scene = parent
        self.setObjectName("noticeError")
        self._icons = icons
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QToolButton(self)
        self._details.clicked.connect(self._act)
        self._action: tuple[str, Callable[[], object]] | None = None
        self._close = QToolButton(self)
        self._close.setIcon(icons.icon("x", "dim"))
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._details)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._message = ""
        self.retranslate()
        self.hide()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self._details.setText(self._action[0] if self._action else self.tr("Details"))
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))
        self._say()

    def _say(self) -> None:
        text = messages.shown(self._message)
        self._text.setText(text)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        """The message shown."""
        return self._text.text()

    def show_error(self, message: str, *, details: bool = True) -> None:
        """Show what happened, to which file, and what to do."""
        self._action = None
        self._details.setText(self.tr("Details"))
        self._show("noticeError", ("warning-circle", "critical"), message, details=details)

    def show_news(self, message: str, *, good: bool) -> None:
        """Show what happened to something that goes on, good or not."""
        self._action = None
        icon = ("check-circle", "accent") if good else ("warning", "high")
        self._show("notice", icon, message, details=False)

    def show_question(self, message: str, answer: str, then: Callable[[], object]) -> None:
        """Show what waits for the user: no error.

        Parameters
        ----------
        message : str
        answer : str
            On the button.
        then : callable
            What the button does.
        """
        self._action = (answer, then)
        self._details.setText(answer)
        self._show("notice", ("question", "accent"), message, details=True)

    def _act(self) -> None:
        if self._action is None:
            self.details_wanted.emit()
            return
        self.hide()
        self._action[1]()

    def _show(self, name: str, icon: tuple[str, str], message: str, *, details: bool) -> None:
        self.setObjectName(name)
        self.style().polish(self)
        self._icon.setPixmap(self._icons.icon(*icon).pixmap(QSize(18, 18)))
        self._message = message
        self._say()
        self._details.setVisible(details)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Keep to the bottom centre of the scene."""
        parent = self._scene
        width = min(640, parent.width() - 2 * _MARGIN)
        layout = self.layout()
        if layout is not None:
            self.resize(max(200, width), layout.heightForWidth(max(200, width)))
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 60)


class Overlays:
    """Makes and places everything that lies over the scene.

    Parameters
    ----------
    scene : QWidget
        The widget they lie on.
    theme : Theme
    icons : IconSet
    """

    def __init__(self, scene: QWidget, theme: Theme, icons: IconSet) -> None:
        self._scene = scene
        self.coordinates = Chip(scene)
        self.north = NorthArrow(scene, theme)
        self.scale = ScaleBar(scene, theme)
        self.attribution = Chip(scene)
        self.measure = Chip(scene)
        self.card = HoverCard(scene)
        self.notice = Notice(scene, icons)
        self.drop = QLabel(scene)
        self.drop.setObjectName("dropHint")
        self.drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.drop.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.drop.hide()
        self.attribution.setFont(small_font())
        for chip in (self.coordinates, self.attribution, self.measure):
            chip.set_text("")
        self.north.hide()

    def show_coordinates(self, texts: list[str]) -> None:
        """Show as many texts as there is room for beside the north arrow, the first ones first."""
        room = self._scene.width() - 3 * _MARGIN - self.north.width()
        for count in range(len(texts), 0, -1):
            self.coordinates.set_text("  ·  ".join(texts[:count]))
            if self.coordinates.width() <= room:
                return

    def place(self) -> None:
        """Put everything in its corner; call it when the scene's size changes."""
        width, height = self._scene.width(), self._scene.height()
        self.coordinates.move(_MARGIN, _MARGIN)
        self.north.move(width - self.north.width() - _MARGIN, _MARGIN)
        self.scale.move(_MARGIN, height - self.scale.height() - _MARGIN)
        self.attribution.adjustSize()
        self.attribution.move(
            width - self.attribution.width() - _MARGIN,
            height - self.attribution.height() - _MARGIN,
        )
        self._place_measure()
        self.drop.setGeometry(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN)
        if self.notice.isVisible():
            self.notice.place()

    def _place_measure(self) -> None:
        """Keep to the bottom centre, above what stands in the corners where it would cover that."""
        width, height = self._scene.width(), self._scene.height()
        self.measure.adjustSize()
        left = (width - self.measure.width()) // 2
        top = height - self.measure.height() - _MARGIN
        self.measure.move(left, top)
        corners = [one for one in (self.scale, self.attribution) if not one.isHidden()]
        if any(one.geometry().intersects(self.measure.geometry()) for one in corners):
            self.measure.move(left, top - max(one.height() for one in corners) - _MARGIN // 2)


def blend(colour: QColor, alpha: float) -> QColor:
    """Return the colour with another opacity."""
    mixed = QColor(colour)
    mixed.setAlphaF(alpha)
    return mixed
