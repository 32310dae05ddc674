"""One alarm in detail: what to do, its trend around the event, what happened to it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import alarm_words
from app.item_models.alarms import clock, since, value_text
from app.live.session import LiveSession
from app.live.units import indicator_label, unit_label
from app.theme import Theme, small_font
from app.unit_words import label
from app.workers import Background
from twin_model.alarms.guidance import guidance_for
from twin_model.alarms.model import Alarm, State
from twin_model.errors import ShapanError
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from app.plots import Plot
    from twin_model.operations import Operations

_BEFORE_US: Final = 15 * 60 * 1_000_000
_AFTER_US: Final = 10 * 60 * 1_000_000
_EVENTS: Final = 60
#: From this width the trend stands beside the texts.
_WIDE_PX: Final = 620
_TREND_PX: Final = 150
_TALLEST_TREND_PX: Final = 420
#: Title above and button below it.
_AROUND_TREND_PX: Final = 112
#: After the panel was first seen.
_WARM_MS: Final = 1500


@dataclass(frozen=True)
class _Story:
    """What is read about an alarm in a thread."""

    key: str
    guidance: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    cause: str = ""
    time_s: Any = None
    value: Any = None
    unit: str = ""
    indicator: str = ""
    at_s: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0
    read: bool = False


def _load_plots() -> None:
    """Load pyqtgraph, which takes a third of a second that the window works on; for a thread."""
    importlib.import_module("app.plots")


class AlarmDetail(QScrollArea):
    """See module.

    Parameters
    ----------
    live : LiveSession
    background : Background
    theme : Theme
    """

    replay_wanted = Signal(object)  # Alarm
    guidance_wanted = Signal(object)  # Alarm

    def __init__(self, live: LiveSession, background: Background, theme: Theme) -> None:
        super().__init__()
        self._live = live
        self._background = background
        self._theme = theme
        self._alarm: Alarm | None = None
        self._now_us = 0
        self._entity = ""
        self._story = _Story("")
        self.plot: Plot | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_WARM_MS)
        self._idle.timeout.connect(self._warm)
        self.setWidgetResizable(True)
        content = QWidget(self)
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(12, 6, 12, 10)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._wide: bool | None = None
        #: What it is and what to do; its trend; what happened.
        self._upper, self._middle, self._lower = (QWidget(content) for _ in range(3))
        self._column = self._begin(self._upper)
        self.title = self._label("heading")
        self.note = self._label("dim")
        self.shelf = self._label("")
        self.cause = self._label("dim")
        self._guidance_title = self._section()
        self.guidance = self._label("")
        self.guidance.setTextFormat(Qt.TextFormat.MarkdownText)
        self.write = QPushButton(content)
        self.write.clicked.connect(self._write)
        self._column.addWidget(self.write, 0, Qt.AlignmentFlag.AlignLeft)
        self._column = self._begin(self._middle)
        self._trend_title = self._section()
        self._trend_place = QWidget(content)
        self._trend_column = QVBoxLayout(self._trend_place)
        self._trend_column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._trend_place)
        self.replay = QPushButton(content)
        self.replay.clicked.connect(self._replay)
        self._column.addWidget(self.replay, 0, Qt.AlignmentFlag.AlignLeft)
        self._column = self._begin(self._lower)
        self._events_title = self._section()
        self.events = self._label("")
        self._column.addStretch(1)
        self.setWidget(content)
        self._place()
        live.changed.connect(self._await_idle)
        self.show_alarm(None, "", 0)

    def _begin(self, part: QWidget) -> QVBoxLayout:
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Put the trend beside the texts where there is room, else below what to do."""
        wide = self.viewport().width() >= _WIDE_PX
        tall = self.viewport().height() - _AROUND_TREND_PX if wide else _TREND_PX
        self._trend_place.setFixedHeight(max(_TREND_PX, min(tall, _TALLEST_TREND_PX)))
        if wide == self._wide:
            return
        self._wide, grid = wide, self._grid
        parts = (self._upper, self._middle, self._lower)
        for part in parts:
            grid.removeWidget(part)
        if wide:
            grid.addWidget(self._upper, 0, 0)
            grid.addWidget(self._lower, 1, 0)
            grid.addWidget(self._middle, 0, 1, 2, 1, Qt.AlignmentFlag.AlignTop)
        else:
            for row, part in enumerate(parts):
                grid.addWidget(part, row, 0)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, int(wide))
        grid.setRowStretch(1, int(wide))
        grid.setRowStretch(2, int(not wide))

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column.addWidget(label)
        return label

    def _section(self) -> QLabel:
        label = self._label("section")
        label.setFont(small_font(bold=True))
        label.setContentsMargins(0, 8, 0, 0)
        return label

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._say()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._await_idle()

    def _await_idle(self) -> None:
        if self.plot is None and self.isVisible():
            self._idle.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._idle.stop()
        super().hideEvent(event)

    def _warm(self) -> None:
        """Make the chart while nothing happens: in a flood it would be felt."""
        operations = self._live.operations
        if operations is None or self.plot is not None:
            return

        def load() -> None:
            _load_plots()
            operations.history.make_ready()

        self._background.ask("alarm-warm", load, lambda _: self._make_plot())

    def _make_plot(self) -> Plot:
        from app import plots  # pyqtgraph, for whoever looks at a trend

        if self.plot is None:
            self.plot = plots.Plot(self._theme)
            self._trend_column.addWidget(self.plot)
        return self.plot

    def show_alarm(self, alarm: Alarm | None, entity: str, now_us: int) -> None:
        """Show another alarm, or the same as it is now."""
        before = self._alarm
        same = alarm is not None and alarm == before and entity == self._entity
        self._alarm, self._entity, self._now_us = alarm, entity, now_us
        if same:
            return  # asked again sixteen times a second in a flood
        if alarm is None or before is None or alarm.point.id != before.point.id:
            self._story = _Story(alarm.point.id if alarm else "")
        self._say()
        operations = self._live.operations
        if alarm is not None and operations is not None and alarm != before:
            self._background.ask("alarm-story", lambda: self._read(operations, alarm), self._told)

    def _read(self, operations: Operations, alarm: Alarm) -> _Story:
        point, key = alarm.point, alarm.point.id
        texts = operations.rule_store.current().guidance
        try:
            guidance = [one.text for one in guidance_for(point, texts, operations.twin)]
        except ShapanError:
            guidance = [point.guidance] if point.guidance else []
        events = [recorded.event for recorded in operations.journal.events(point=key)][-_EVENTS:]
        at_us = alarm.status.raised_us or self._now_us
        start_us = at_us - _BEFORE_US
        end_us = min(max(self._now_us, at_us), at_us + _AFTER_US) + 1
        cause = ""
        if alarm.status.cause:
            above = operations.alarms.points.get(operations.alarms.root(key))
            if above is not None:
                place = self._live.names([above.entity])[above.entity]
                cause = f"{above.name} · {place}"
        unit = label(point.unit)
        told = [self._event_line(event, end_us, unit) for event in reversed(events)]
        chart = None
        if point.indicator:
            _load_plots()
            operations.history.flush()
            chart = operations.history.chart(
                point.entity, point.indicator, Interval(Instant(start_us), Instant(end_us)), 400
            )
        return _Story(
            key, guidance, told, cause,
            chart.time_us / 1e6 if chart is not None else np.zeros(0),
            chart.value if chart is not None else np.zeros(0),
            unit_label(operations.twin, point.entity, point.indicator),
            indicator_label(operations.twin, point.entity, point.indicator),
            at_us / 1e6, start_us / 1e6, end_us / 1e6, read=True,
        )  # fmt: skip

    def _event_line(self, event: Any, now_us: int, unit: str) -> str:
        parts = [since(event.at_us, now_us), alarm_words.event(event)]
        value = value_text(event.value, unit)
        parts += [value] if value else []
        parts += [event.who] if event.who else []
        text = "   ".join(parts)
        return f"{text}: {event.text}" if event.text else text

    def _told(self, story: _Story) -> None:
        if self._alarm is not None and story.key == self._alarm.point.id:
            self._story = story
            self._say()

    def _say(self) -> None:
        alarm, story = self._alarm, self._story
        shown = alarm is not None
        widgets = (
            self._guidance_title,
            self.guidance,
            self.write,
            self._events_title,
            self.events,
            self.replay,
        )
        for widget in widgets:
            widget.setVisible(shown)
        if alarm is None:
            self.title.setText("")
            self.note.setText(self.tr("Choose an alarm to see its trend and what to do."))
            self.shelf.hide()
            self.cause.hide()
            self._trend_place.hide()
            self._trend_title.hide()
            return
        status = alarm.status
        self.title.setText(alarm.point.name)
        parts = [
            alarm_words.priority(status.priority), alarm_words.state(alarm.state), self._entity,
            value_text(status.value, label(alarm.point.unit)),
        ]  # fmt: skip
        self.note.setText("  ·  ".join(part for part in parts if part))
        self.shelf.setText(self._shelf_text(alarm))
        self.shelf.setVisible(bool(self.shelf.text()))
        self.cause.setText(self.tr("Explained by: {0}").format(story.cause))
        self.cause.setVisible(bool(story.cause))
        self.replay.setText(self.tr("Replay the incident…"))
        self._guidance_title.setText(self.tr("What to do"))
        nothing = self.tr("No guidance was written.") if story.read else ""
        self.guidance.setText("\n\n".join(story.guidance) or nothing)
        self.write.setText(self.tr("Write what to do…"))
        self._events_title.setText(self.tr("What happened"))
        self.events.setText("\n".join(story.events))
        self._draw(story)

    def _shelf_text(self, alarm: Alarm) -> str:
        """Say who keeps an alarm from the list, why and until when."""
        status = alarm.status
        if alarm.state == State.SHELVED and status.shelf is not None:
            shelf = status.shelf
            text = self.tr("Shelved by {0} until {1}: {2}")
            if shelf.one_shot:
                text = self.tr("Shelved by {0} until it is over, {1} at the latest: {2}")
            return text.format(shelf.who, clock(shelf.until_us, self._now_us), shelf.reason)
        if alarm.state == State.SUPPRESSED:
            return self.tr("Suppressed by design: {0}").format(status.suppressed_by)
        if alarm.state == State.OUT_OF_SERVICE:
            return self.tr("Out of service: {0}").format(status.out_of_service)
        return ""

    def read_again(self) -> None:
        """Read guidance and events anew, since other rules are in service."""
        operations, alarm = self._live.operations, self._alarm
        if operations is not None and alarm is not None:
            self._background.ask("alarm-story", lambda: self._read(operations, alarm), self._told)

    def _write(self) -> None:
        if self._alarm is not None:
            self.guidance_wanted.emit(self._alarm)

    def _replay(self) -> None:
        if self._alarm is not None:
            self.replay_wanted.emit(self._alarm)

    def _draw(self, story: _Story) -> None:
        has_trend = story.time_s is not None and len(story.time_s) > 0
        self._trend_title.setVisible(has_trend)
        self._trend_place.setVisible(has_trend)
        if not has_trend or self._alarm is None:
            return
        from app import plots

        plot = self._make_plot()
        self._trend_title.setText(self.tr("Trend around the alarm: {0}").format(story.indicator))
        time_s, value = plots.with_gaps(story.time_s, story.value)
        line = plots.Line(story.key, story.indicator, story.unit, time_s, value)
        token = alarm_words.TOKENS[self._alarm.status.priority]
        plot.set_lines([line], [(story.at_s, token)])
        plot.show_period(story.start_s, story.end_s)
