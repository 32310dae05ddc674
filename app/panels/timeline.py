"""The Timeline: one slider for the instant that everything is shown as of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QLocale, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QToolTip, QWidget

from app.icons import IconSet
from app.project import ProjectSession
from app.theme import TIMELINE_PX, Theme
from twin_model.errors import ValidationError
from twin_model.time import Instant

_DAY_US: Final = 86_400_000_000
_YEAR_US: Final = 365 * _DAY_US
_PLAY_MS: Final = 100
#: Playing goes through the whole span in this many steps.
_PLAY_STEPS: Final = 120


@dataclass(frozen=True)
class Epoch:
    """The survey of one layer on the axis."""

    start: Instant
    end: Instant
    name: str


def epochs_of(layers: list[tuple[str, str | None]]) -> list[Epoch]:
    """Return the surveys of layers, given as name and ISO 8601 epoch; undated ones are left out.

    A date without a day stands for its whole month or year.
    """
    found = []
    for name, text in layers:
        if not text:
            continue
        try:
            start = Instant.parse(text)
        except ValidationError:
            continue
        length = {4: _YEAR_US, 7: 30 * _DAY_US, 10: _DAY_US}.get(len(text.strip()), 0)
        found.append(Epoch(start, Instant(start.us + length), name))
    return sorted(found, key=lambda epoch: epoch.start)


class TimeAxis(QWidget):
    """A line with a bar for every survey and a handle for the instant shown."""

    moved = Signal(object)  # Instant, or None for now

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.epochs: list[Epoch] = []
        self.instant: Instant | None = None
        self.start = self.end = Instant.now()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.set_epochs([])

    def set_epochs(self, epochs: list[Epoch]) -> None:
        """Show surveys; the axis reaches from before the first one until now."""
        self.epochs = epochs
        self.end = Instant.now()
        first = min((epoch.start.us for epoch in epochs), default=self.end.us - _YEAR_US)
        margin = max(7 * _DAY_US, (self.end.us - first) // 20)
        self.start = Instant(first - margin)
        self.update()

    def set_instant(self, instant: Instant | None) -> None:
        """Put the handle somewhere; None for now."""
        if instant is not None and instant >= self.end:
            instant = None
        self.instant = instant
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, TIMELINE_PX)

    def x_of(self, instant: Instant) -> float:
        """Return the place of an instant on the axis."""
        span = max(1, self.end.us - self.start.us)
        part = (instant.us - self.start.us) / span
        return 8 + max(0.0, min(1.0, part)) * (self.width() - 16)

    def _instant_at(self, x: float) -> Instant | None:
        part = (x - 8) / max(1, self.width() - 16)
        if part >= 0.995:
            return None
        span = self.end.us - self.start.us
        return Instant(self.start.us + round(max(0.0, part) * span))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(QRectF(8, middle - 2, self.width() - 16, 4), 2, 2)
        handle = self.x_of(self.instant) if self.instant else self.width() - 8.0
        painter.setBrush(theme.colour("bar"))
        for epoch in self.epochs:
            left, right = self.x_of(epoch.start), self.x_of(epoch.end)
            box = QRectF(left - 2, middle - 14, max(5.0, right - left), 4)
            painter.drawRoundedRect(box, 2, 2)
        self._paint_years(painter, middle)
        painter.setPen(QPen(theme.colour("accent"), 2.0))
        painter.drawLine(QPointF(handle, middle - 15), QPointF(handle, middle + 13))
        if self.hasFocus():
            painter.setBrush(theme.colour("accent"))
            painter.drawEllipse(QPointF(handle, middle), 3, 3)

    def _paint_years(self, painter: QPainter, middle: float) -> None:
        first, last = self.start.to_datetime().year + 1, self.end.to_datetime().year
        step = max(1, (last - first) * 56 // max(1, self.width()) + 1)
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(self._theme.colour("dim"))
        for year in range(first, last + 1, step):
            x = self.x_of(Instant.from_datetime(dt.datetime(year, 1, 1, tzinfo=dt.UTC)))
            painter.drawLine(QPointF(x, middle + 4), QPointF(x, middle + 7))
            painter.drawText(
                QRectF(x - 20, middle + 7, 40, 14), Qt.AlignmentFlag.AlignHCenter, str(year)
            )

    def _go(self, instant: Instant | None) -> None:
        self.set_instant(instant)
        self.moved.emit(self.instant)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(self._instant_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(self._instant_at(event.position().x()))
            return
        for epoch in self.epochs:
            if abs(self.x_of(epoch.start) - event.position().x()) < 6:
                QToolTip.showText(
                    event.globalPosition().toPoint(), f"{epoch.name}\n{day(epoch.start)}", self
                )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (self.end.us - self.start.us) // 100
        now = self.instant or self.end
        if event.key() == Qt.Key.Key_Left:
            self._go(Instant(max(self.start.us, now.us - step)))
        elif event.key() == Qt.Key.Key_Right:
            self._go(Instant(now.us + step))
        elif event.key() == Qt.Key.Key_End:
            self._go(None)
        else:
            super().keyPressEvent(event)


class TimelinePanel(QWidget):
    """Now or an earlier instant, with the surveys of the project's layers.

    Parameters
    ----------
    session : ProjectSession
    theme : Theme
    icons : IconSet
    """

    instant_changed = Signal(object)  # Instant, or None for now

    def __init__(self, session: ProjectSession, theme: Theme, icons: IconSet) -> None:
        super().__init__()
        self._session = session
        self.axis = TimeAxis(theme)
        self.now = QPushButton(self)
        self.now.setObjectName("primary")
        self.now.clicked.connect(lambda: self.set_instant(None))
        self.back = self._button(icons, "skip-back", self._previous)
        self.play = self._button(icons, "play", self._toggle_play)
        self.play.setCheckable(True)
        self.forth = self._button(icons, "skip-forward", self._next)
        self._label = QLabel(self)
        font = self._label.font()
        font.setBold(True)
        self._label.setFont(font)
        self._label.setMinimumWidth(170)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 16, 0)
        row.setSpacing(4)
        row.addWidget(self.now)
        row.addSpacing(8)
        for button in (self.back, self.play, self.forth):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.axis, 1)
        row.addWidget(self._label)
        self.setMinimumHeight(TIMELINE_PX - 14)
        self._timer = QTimer(self)
        self._timer.setInterval(_PLAY_MS)
        self._timer.timeout.connect(self._play_step)
        self.axis.moved.connect(self._moved)
        session.opened.connect(self.refresh)
        session.closed.connect(self.refresh)
        session.changed.connect(lambda change: self.refresh() if change.layers else None)
        self.retranslate()
        self.refresh()

    def _button(self, icons: IconSet, glyph: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.now.setText(self.tr("Now"))
        self.now.setToolTip(self.tr("Show everything as it is now"))
        self.back.setToolTip(self.tr("Previous survey"))
        self.play.setToolTip(self.tr("Play through the surveys"))
        self.forth.setToolTip(self.tr("Next survey"))
        for button in (self.back, self.play, self.forth):
            button.setAccessibleName(button.toolTip())
        self.axis.setAccessibleName(self.tr("Timeline"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @property
    def instant(self) -> Instant | None:
        """The instant shown; None for now."""
        return self.axis.instant

    @property
    def text(self) -> str:
        """The date shown."""
        return self._label.text()

    def set_instant(self, instant: Instant | None) -> None:
        """Show everything as of an instant; None for now."""
        self.axis.set_instant(instant)
        self._moved(self.axis.instant)

    def refresh(self) -> None:
        """Show the surveys of the project's layers."""
        twin = self._session.twin
        layers = twin.layers() if twin else []
        self.axis.set_epochs(epochs_of([(layer.name, layer.epoch) for layer in layers]))
        if twin is None and self.axis.instant is not None:
            self.set_instant(None)
        self._show()

    def _show(self) -> None:
        instant = self.axis.instant
        self._label.setText(moment(instant) if instant else self.tr("as of now"))
        for button in (self.back, self.play, self.forth):
            button.setEnabled(bool(self.axis.epochs))

    def _moved(self, instant: Instant | None) -> None:
        self._show()
        self.instant_changed.emit(instant)

    def _previous(self) -> None:
        now = self.axis.instant or self.axis.end
        starts = [epoch.start for epoch in self.axis.epochs if epoch.start < now]
        self.set_instant(starts[-1] if starts else self.axis.start)

    def _next(self) -> None:
        if self.axis.instant is None:
            return
        later = [e.start for e in self.axis.epochs if e.start > self.axis.instant]
        self.set_instant(later[0] if later else None)

    def _toggle_play(self) -> None:
        if not self.play.isChecked():
            self._timer.stop()
            return
        if self.axis.instant is None:
            self.set_instant(self.axis.start)
        self._timer.start()

    def _play_step(self) -> None:
        step = (self.axis.end.us - self.axis.start.us) // _PLAY_STEPS
        if self.axis.instant is None:
            self._timer.stop()
            self.play.setChecked(False)
            return
        self.set_instant(Instant(self.axis.instant.us + step))


def day(instant: Instant) -> str:
    """Return a date as the locale writes it."""
    value = instant.to_datetime()
    from PySide6.QtCore import QDate

    return QLocale().toString(
        QDate(value.year, value.month, value.day), QLocale.FormatType.ShortFormat
    )


def moment(instant: Instant) -> str:
    """Return date, time and offset of the local zone, as in 2026-03-02 08:15 +08:00."""
    local = instant.to_datetime().astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"
