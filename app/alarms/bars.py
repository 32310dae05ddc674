"""When alarms stood, as bars above the line of the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter

from app import alarm_words
from app.item_models.alarms import since
from app.live.session import LiveSession
from app.numbers import integer
from app.panels.time_axis import TimeAxis
from app.theme import Theme
from app.workers import Background
from twin_model.alarms.model import PRIORITIES
from twin_model.schema.types import Severity
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.store.alarm_journal import AlarmJournal

#: Newest alarms that bars are made of.
_MOST: Final = 50_000
#: Not more often, however many alarms come.
_EVERY_MS: Final = 5000
#: Between the line and the bars of surveys, above the line; the worse, the taller.
_BOTTOM_PX: Final = -3.5
_TALL_PX: Final = {priority: 3.0 + rank for rank, priority in enumerate(PRIORITIES)}
_LEAST_PX: Final = 6.0


@dataclass(frozen=True)
class Bar:
    """A stretch of time in which an alarm of a priority stood.

    Parameters
    ----------
    start_us, end_us : int
    priority : Severity
    alarms : int
        How many were raised in it.
    """

    start_us: int
    end_us: int
    priority: Severity
    alarms: int = 1


def read_bars(journal: AlarmJournal, now_us: int, gap_us: int) -> list[Bar]:
    """Return when alarms stood, those closer than *gap_us* as one; for a thread."""
    rows = journal.rows(
        "SELECT point, kind, at_us, priority FROM event WHERE kind IN ('raised', 'returned')"
        f" AND point <> '' ORDER BY sequence DESC LIMIT {_MOST}"
    )
    begun: dict[str, tuple[int, str]] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for point, kind, at_us, priority in reversed(rows):
        if kind == "raised":
            begun.setdefault(point, (at_us, priority))
        elif point in begun:
            start_us, raised_as = begun.pop(point)
            spans.setdefault(raised_as, []).append((start_us, at_us))
    for start_us, raised_as in begun.values():
        spans.setdefault(raised_as, []).append((start_us, max(now_us, start_us)))
    return [bar for priority in PRIORITIES
            for bar in _joined(spans.get(str(priority), ()), priority, gap_us)]  # fmt: skip


def _joined(spans: Iterable[tuple[int, int]], priority: Severity, gap_us: int) -> list[Bar]:
    found: list[list[int]] = []
    for start_us, end_us in sorted(spans):
        if found and start_us <= found[-1][1] + gap_us:
            found[-1][1] = max(found[-1][1], end_us)
            found[-1][2] += 1
        else:
            found.append([start_us, end_us, 1])
    return [Bar(start, end, priority, count) for start, end, count in found]


class AlarmBars(QObject):
    """Keeps the bars of the timeline as the journal has them.

    Parameters
    ----------
    live : LiveSession
    background : Background
    axis : TimeAxis
    theme : Theme
    """

    def __init__(
        self, live: LiveSession, background: Background, axis: TimeAxis, theme: Theme
    ) -> None:
        super().__init__(axis)
        self._live = live
        self._background = background
        self._axis = axis
        self._theme = theme
        self.bars: list[Bar] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_EVERY_MS)
        self._soon.timeout.connect(self.refresh)
        axis.underneath.append(self.paint)
        axis.descriptions.append(self.text_at)
        axis.stretch_changed.connect(self.refresh)
        live.changed.connect(self.refresh)
        live.alarms_changed.connect(self._stir)

    def _stir(self) -> None:
        if not self._soon.isActive() and self._live.operations is not None:
            self._soon.start()

    def refresh(self) -> None:
        """Read the journal again, in a thread."""
        operations = self._live.operations
        if operations is None:
            self._soon.stop()
            self._take([])
            return
        axis = self._axis
        # What could not be told apart is one bar.
        gap_us = round((axis.end.us - axis.start.us) * _LEAST_PX / max(1, axis.width()))
        self._background.ask(
            "alarm-bars",
            lambda: read_bars(operations.journal, operations.hub.clock(), gap_us), self._take,
        )  # fmt: skip

    def _take(self, bars: list[Bar]) -> None:
        self.bars = bars
        if bars:
            self._axis.catch_up()
        self._axis.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the bars of the stretch that is shown; lower priorities lie before higher ones."""
        painter.setPen(Qt.PenStyle.NoPen)
        bottom = self._axis.height() / 2 + _BOTTOM_PX
        for bar in reversed(self.bars):
            left, right = self._place(bar)
            if right < left:
                continue
            tall = _TALL_PX[bar.priority]
            painter.setBrush(self._theme.colour(alarm_words.TOKENS[bar.priority]))
            painter.drawRoundedRect(QRectF(left, bottom - tall, right - left, tall), 1.5, 1.5)

    def _place(self, bar: Bar) -> tuple[float, float]:
        """Return where a bar begins and ends, wide enough to be seen; nowhere: (0, -1)."""
        axis = self._axis
        if bar.end_us < axis.start.us or bar.start_us > axis.end.us:
            return 0.0, -1.0
        left, right = (axis.x_of(Instant(us)) for us in (bar.start_us, bar.end_us))
        lacking = max(0.0, _LEAST_PX - (right - left)) / 2
        return left - lacking, right + lacking

    def text_at(self, x: float) -> str:
        """Return what stood at a place of the axis, the worst first; empty for nothing."""
        found = []
        for bar in reversed(self.bars):
            left, right = self._place(bar)
            if left - 1 <= x <= right + 1:
                say = self.tr("{0}: {1} alarms, {2} – {3}")
                if bar.alarms == 1:
                    say = self.tr("{0}: one alarm, {2} – {3}")
                until = since(bar.end_us, bar.start_us)
                began = since(bar.start_us, bar.end_us)
                name = alarm_words.priority(bar.priority)
                found.append(say.format(name, integer(bar.alarms), began, until))
        return "\n".join(found)
