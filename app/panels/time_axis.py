"""The time axis: surveys, edits, and the instants that are shown and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QCoreApplication,
    QDate,
    QEvent,
    QLocale,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app import numbers, words
from app.theme import TIMELINE_PX, Theme, small_font
from twin_model.errors import ValidationError
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.edit_marks import EditMark

DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_MINUTE_US: Final = 60_000_000
_YEAR_US: Final = 365 * DAY_US
_EDGE_PX: Final = 8
_REACH_PX: Final = 7.0
_MARK_PX: Final = 6.0
#: The narrowest stretch that the axis shows.
_LEAST_SPAN_US: Final = 10 * _MINUTE_US
#: A label needs so much room.
_LABEL_PX: Final = 62
_STEPS: Final = (
    1_000_000, 5_000_000, 15_000_000, _MINUTE_US, 5 * _MINUTE_US, 15 * _MINUTE_US, _HOUR_US,
    6 * _HOUR_US, DAY_US, 7 * DAY_US, 30 * DAY_US, 91 * DAY_US, _YEAR_US,
)  # fmt: skip


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
        length = {4: _YEAR_US, 7: 30 * DAY_US, 10: DAY_US}.get(len(text.strip()), 0)
        found.append(Epoch(start, Instant(start.us + length), name))
    return sorted(found, key=lambda epoch: epoch.start)


class TimeAxis(QWidget):
    """A line with bars for surveys, marks for edits, and handles for the instants shown.

    The wheel zooms, a double click shows everything again.

    Parameters
    ----------
    theme : Theme
    """

    moved = Signal(object)  # Instant, or None for now
    compared = Signal(object)  # Instant of the earlier handle
    stretch_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.epochs: list[Epoch] = []
        self.edits: list[EditMark] = []
        self.instant: Instant | None = None
        #: The other instant of a comparison; None while nothing is compared.
        self.other: Instant | None = None
        self.first = self.start = self.end = self.last = Instant.now()
        self._first_edit: Instant | None = None
        #: The stretch of a run that is shown; then there is no "now" at the end.
        self.period: tuple[Instant, Instant] | None = None
        self._dragging = ""
        #: What else is painted on it, such as when alarms stood.
        self.underneath: list[Callable[[QPainter], None]] = []
        #: What is said of these at a place; empty for nothing.
        self.descriptions: list[Callable[[float], str]] = []
        # Each place on the way of the handle would ask for everything; its rest is enough.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(150)
        self._settle.timeout.connect(self.stretch_changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.set_epochs([])

    # -- what is on it -------------------------------------------------------------------

    def set_epochs(self, epochs: list[Epoch], first_edit: Instant | None = None) -> None:
        """Show surveys; the axis reaches from before the first one, or edit, until now."""
        whole = (self.start, self.end) == (self.first, self.last)
        self.epochs, self._first_edit = epochs, first_edit
        if self.period is not None:
            self.update()
            return
        self.last = Instant.now()
        starts = [epoch.start.us for epoch in epochs]
        if first_edit is not None:
            starts.append(first_edit.us)
        first = min(starts, default=self.last.us - _YEAR_US)
        margin = max(7 * DAY_US, (self.last.us - first) // 20)
        self.first = Instant(first - margin)
        if whole:
            self.start = self.first
        self.end = self.last if whole else min(self.end, self.last)
        self.update()

    def catch_up(self) -> None:
        """Let the axis reach until now: it was made some time ago."""
        if self.period is None:
            self.set_epochs(self.epochs, self._first_edit)

    def set_edits(self, edits: Sequence[EditMark]) -> None:
        """Show edits."""
        self.edits = list(edits)
        self.update()

    def set_period(self, period: tuple[Instant, Instant] | None) -> None:
        """Show the stretch of a run and nothing else; None to show the project's time again."""
        self.period = period
        self.instant = None
        if period is None:
            self.start, self.end = self.first, self.last
            self.set_epochs(self.epochs, self._first_edit)
        else:
            self.first, self.last = self.start, self.end = period
            self.instant = period[0]
        self._settle.start()
        self.update()

    def set_instant(self, instant: Instant | None) -> None:
        """Put the handle somewhere; None for now."""
        if self.period is not None:
            instant = min(max(instant or self.last, self.first), self.last)
        elif instant is not None and instant >= self.last:
            instant = None
        self.instant = instant
        self._settle.stop()
        self.update()

    def set_other(self, other: Instant | None) -> None:
        """Put the handle of the compared instant somewhere; None where nothing is compared."""
        self.other = other
        self.update()

    def show_stretch(self, start: Instant, end: Instant) -> None:
        """Show a part of the axis, within what there is."""
        least = min(_LEAST_SPAN_US, self.last.us - self.first.us)
        span = max(least, min(end.us - start.us, self.last.us - self.first.us))
        low = min(max(start.us, self.first.us), self.last.us - span)
        self.start, self.end = Instant(low), Instant(low + span)
        self._settle.start()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, TIMELINE_PX)

    # -- places --------------------------------------------------------------------------

    def x_of(self, instant: Instant) -> float:
        """Return the place of an instant on the axis, at its end where it lies outside."""
        part = (instant.us - self.start.us) / max(1, self.end.us - self.start.us)
        return _EDGE_PX + max(0.0, min(1.0, part)) * (self.width() - 2 * _EDGE_PX)

    def _shows(self, instant: Instant) -> bool:
        return self.start <= instant <= self.end

    def instant_at(self, x: float) -> Instant | None:
        """Return the instant at a place; None for now, at the end of the axis."""
        part = (x - _EDGE_PX) / max(1, self.width() - 2 * _EDGE_PX)
        if part >= 0.995 and self.end >= self.last and self.period is None:
            return None
        span = self.end.us - self.start.us
        return Instant(self.start.us + round(min(1.0, max(0.0, part)) * span))

    # -- painting ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(QRectF(_EDGE_PX, middle - 2, self.width() - 2 * _EDGE_PX, 4), 2, 2)
        painter.setBrush(theme.colour("bar"))
        for epoch in self.epochs:
            if epoch.end >= self.start and epoch.start <= self.end:
                left, right = self.x_of(epoch.start), self.x_of(epoch.end)
                box = QRectF(left - 2, middle - 14, max(5.0, right - left), 4)
                painter.drawRoundedRect(box, 2, 2)
        for paint in self.underneath:
            painter.save()
            paint(painter)
            painter.restore()
        self._paint_ticks(painter, middle)
        if self.other is not None and self.period is None:
            self._paint_handle(painter, self.other, "dim", "A")
        shown = self.instant or self.last
        self._paint_handle(painter, shown, "accent", "B" if self.other is not None else "")
        self._paint_edits(painter, middle)  # over the handles: today's lie where "now" is

    def _paint_edits(self, painter: QPainter, middle: float) -> None:
        theme = self._theme
        handles = [self.x_of(one) for one in (self.instant or self.last, self.other) if one]
        painter.setBrush(theme.colour("dim"))
        for mark in self.edits:
            at = self._mark_x(mark)
            covers = any(abs(at - handle) < _MARK_PX for handle in handles)
            # On a handle a mark needs an edge that is seen.
            painter.setPen(QPen(theme.colour("pane"), 2.5 if covers else 1.0))
            radius = 2.5 + min(2.5, 0.6 * len(str(mark.count)) * (mark.count > 1))
            painter.drawEllipse(QPointF(at, middle), radius, radius)

    def _mark_x(self, mark: EditMark) -> float:
        return (self.x_of(mark.first) + self.x_of(mark.last)) / 2

    def _paint_handle(self, painter: QPainter, at: Instant, token: str, letter: str) -> None:
        if not self._shows(at):
            return
        x, middle = self.x_of(at), self.height() / 2
        colour = self._theme.colour(token)
        painter.setPen(QPen(colour, 2.0))
        painter.drawLine(QPointF(x, middle - 15), QPointF(x, middle + 13))
        if letter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            box = QRectF(x - 7, middle - 25, 14, 13)
            painter.drawRoundedRect(box, 3, 3)
            painter.setFont(small_font(bold=True))
            painter.setPen(self._theme.colour("on-accent" if token == "accent" else "pane"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        elif self.hasFocus():
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, middle), 3, 3)

    def _paint_ticks(self, painter: QPainter, middle: float) -> None:
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(self._theme.colour("dim"))
        for at, text in ticks(self.start, self.end, max(1, self.width() // _LABEL_PX)):
            x = self.x_of(at)
            painter.drawLine(QPointF(x, middle + 4), QPointF(x, middle + 7))
            # The first and the last would be cut at the border.
            half = painter.fontMetrics().horizontalAdvance(text) / 2 + 1
            x = min(max(x, half), self.width() - half)
            painter.drawText(
                QRectF(x - 40, middle + 7, 80, 14), Qt.AlignmentFlag.AlignHCenter, text
            )

    # -- mouse and keys ------------------------------------------------------------------

    def _go(self, instant: Instant | None) -> None:
        if self._dragging == "other":
            self.other = instant or self.last
            self.update()
            self.compared.emit(self.other)
            return
        self.set_instant(instant)
        self.moved.emit(self.instant)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self._dragging = "instant"
        if self.other is not None:
            here, there = self.x_of(self.instant or self.last), self.x_of(self.other)
            self._dragging = "other" if abs(x - there) < abs(x - here) else "instant"
        self._go(self.instant_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._dragging:
            self._go(self.instant_at(event.position().x()))
            return
        text = self.text_at(event.position().x())
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_stretch(self.first, self.last)

    def text_at(self, x: float) -> str:
        """Return what is said of edits and alarms, or else of the survey, near a place."""
        near = [mark for mark in self.edits if abs(self._mark_x(mark) - x) < _REACH_PX]
        found = [text for describe in self.descriptions if (text := describe(x))]
        if near:
            mark = min(near, key=lambda one: abs(self._mark_x(one) - x))
            found.append(_edit_text(mark))
        if found:
            return "\n".join(found)
        for epoch in self.epochs:
            left, right = self.x_of(epoch.start), self.x_of(epoch.end)
            if left - _REACH_PX < x < right + _REACH_PX and epoch.end >= self.start:
                return f"{epoch.name}\n{day(epoch.start)}"
        return ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        factor = 0.9985 ** event.angleDelta().y()
        part = (event.position().x() - _EDGE_PX) / max(1, self.width() - 2 * _EDGE_PX)
        part = max(0.0, min(1.0, part))
        span = self.end.us - self.start.us
        about = self.start.us + part * span
        wide = max(_LEAST_SPAN_US, span * factor)
        low = round(about - part * wide)
        self.show_stretch(Instant(low), Instant(low + round(wide)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = max(1, (self.end.us - self.start.us) // 100)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._dragging = "other" if shift and self.other is not None else "instant"
        now = self.other if self._dragging == "other" else self.instant
        now = now or self.last
        if event.key() == Qt.Key.Key_Left:
            self._go(Instant(max(self.first.us, now.us - step)))
        elif event.key() == Qt.Key.Key_Right:
            self._go(Instant(now.us + step))
        elif event.key() == Qt.Key.Key_End:
            self._go(None)
        else:
            super().keyPressEvent(event)
        self._dragging = ""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.update()
        super().changeEvent(event)


def ticks(start: Instant, end: Instant, most: int) -> list[tuple[Instant, str]]:
    """Return up to *most* places between two instants with what is written there, local time."""
    span = max(1, end.us - start.us)
    step = next((one for one in _STEPS if span / one <= most), _YEAR_US)
    if step >= _YEAR_US:
        first, last = start.to_datetime().year + 1, end.to_datetime().year
        each = max(1, -(-(last - first + 1) // most))
        years = range(first, last + 1, each)
        return [
            (Instant.from_datetime(dt.datetime(year, 1, 1, tzinfo=dt.UTC)), str(year))
            for year in years
        ]
    if step >= 30 * DAY_US:
        return _months(start, end, 3 if step > 30 * DAY_US else 1)
    zone = start.to_datetime().astimezone().utcoffset() or dt.timedelta()
    shift = round(zone.total_seconds()) * 1_000_000
    at = -(-(start.us + shift) // step) * step - shift
    form = (
        "%H:%M:%S"
        if step < _MINUTE_US
        else "%m-%d"
        if step >= DAY_US
        else "%m-%d %H:%M"
        if span > DAY_US
        else "%H:%M"
    )
    found = []
    while at <= end.us:
        found.append((Instant(at), f"{Instant(at).to_datetime().astimezone():{form}}"))
        at += step
    return found


def _months(start: Instant, end: Instant, each: int) -> list[tuple[Instant, str]]:
    value = start.to_datetime()
    number = value.year * 12 + value.month  # zero-based month after this one
    number += -number % each
    found: list[tuple[Instant, str]] = []
    while True:
        year, month = divmod(number, 12)
        at = Instant.from_datetime(dt.datetime(year, month + 1, 1, tzinfo=dt.UTC))
        if at > end:
            return found
        found.append((at, f"{year}-{month + 1:02}"))
        number += each


def _edit_text(mark: EditMark) -> str:
    """Return who did what when; of several, the latest."""
    lines = [words.edit(mark.label), f"{moment(mark.last)}  {mark.who}".rstrip()]
    if mark.why:
        lines.append(mark.why)
    if mark.count > 1:
        say = QCoreApplication.translate("TimeAxis", "{0} edits, the last of them:")
        lines.insert(0, say.format(numbers.integer(mark.count)))
    return "\n".join(lines)


def day(instant: Instant) -> str:
    """Return a date as the locale writes it."""
    value = instant.to_datetime()
    return QLocale().toString(
        QDate(value.year, value.month, value.day), QLocale.FormatType.ShortFormat
    )


def moment(instant: Instant) -> str:
    """Return date, time and offset of the local zone, as in 2026-03-02 08:15 +08:00."""
    local = instant.to_datetime().astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"
