"""An incident seen again: time, camera, trend and what people did, from before it to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import alarm_words
from app.alarms.roles import role_name
from app.icons import IconSet
from app.item_models.alarms import value_text
from app.live.session import LiveSession
from app.live.units import indicator_label, unit_label
from app.theme import Theme, small_font
from app.unit_words import label
from app.workers import Background
from twin_model.alarms.accounts import WITHOUT_INPUT, Role
from twin_model.alarms.model import EventKind
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from app.plots import Plot
    from twin_model.alarms.model import Alarm, AlarmEvent
    from twin_model.operations import Operations

_SECOND_US: Final = 1_000_000
_BEFORE_US: Final = 300 * _SECOND_US
_AFTER_US: Final = 300 * _SECOND_US
_LONGEST_US: Final = 24 * 3600 * _SECOND_US
#: How often the time goes on; what is shown as of it is read in threads.
_STEP_MS: Final = 250
#: Longer ones, as while the window does something else, are not made up for.
_LONGEST_STEP_MS: Final = 4000
_WIDTH_PX: Final = 460
_HEIGHT_PX: Final = 520
_EDGE_PX: Final = 12
_TOP_PX: Final = 56
_SPEEDS: Final = (1, 5, 20, 60, 300)
_PARTS: Final = 2000
_EVENTS: Final = 2000
_POINTS: Final = 800
_EVENT: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Incident:
    """What is seen again.

    Parameters
    ----------
    alarm : Alarm
    period : Interval
    events : list of AlarmEvent
        Of this alarm, of what explains it and what it explains, and of everybody in that time.
    names : dict
        Of entities by id.
    points, units : dict
        What alarm points are called, and the units of their values.
    time_s, value : arrays
        Trend of the alarm's indicator.
    indicator, unit : str
        What the trend is of.
    """

    alarm: Alarm
    period: Interval
    events: list[AlarmEvent] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    indicator: str = ""
    time_s: Any = None
    value: Any = None
    unit: str = ""


def read_incident(operations: Operations, live: LiveSession, alarm: Alarm) -> Incident:
    """Read an incident from journal and history; for a thread."""
    status, now_us = alarm.status, operations.hub.clock()
    raised_us = status.raised_us or now_us
    end_us = min(now_us, (status.returned_us or now_us) + _AFTER_US)
    if status.returned_us is not None and status.returned_us < raised_us:
        end_us = now_us  # of the occurrence before
    start_us = raised_us - _BEFORE_US
    period = Interval(Instant(start_us), Instant(min(max(end_us, raised_us + 60 * _SECOND_US),
                                                     start_us + _LONGEST_US)))  # fmt: skip
    engine, key = operations.alarms, alarm.point.id
    related = {key, engine.root(key), *engine.consequences(key)}
    # The journal is in the order in which things became known.
    found = (one.event for one in operations.journal.events(period))
    events = sorted(found, key=lambda event: event.at_us)
    shown = [e for e in events if e.point in related or e.cause in related or e.who or not e.point]
    shown = (shown if len(shown) <= _EVENTS else shown[:_EVENTS]) or events[:_EVENTS]
    entities = {event.point.partition("/")[0] for event in shown if event.point}
    chart = None
    point = alarm.point
    if point.indicator:
        operations.history.writer.flush()
        chart = operations.history.chart(point.entity, point.indicator, period, _POINTS)
    known = engine.points
    return Incident(
        alarm, period, shown, live.names({*entities, point.entity}),
        {e.point: known[e.point].name for e in shown if e.point in known},
        {e.point: known[e.point].unit for e in shown if e.point in known},
        indicator_label(operations.twin, point.entity, point.indicator) if point.indicator else "",
        chart.time_us / 1e6 if chart is not None else np.zeros(0),
        chart.value if chart is not None else np.zeros(0),
        unit_label(operations.twin, point.entity, point.indicator) if point.indicator else "",
    )  # fmt: skip


class IncidentReplay(QDialog):
    """The controls; the window's timeline shows everything as of the replay's instant.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    background : Background
    looks : tuple of (Theme, IconSet)
    """

    instant_wanted = Signal(object)  # Instant, or None for now
    fly_wanted = Signal(str)
    period_wanted = Signal(object)  # Interval, or None for what was shown before

    def __init__(
        self,
        parent: QWidget,
        live: LiveSession,
        background: Background,
        looks: tuple[Theme, IconSet],
    ) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Tool)
        self._window = parent
        self._live = live
        self._background = background
        self._theme, self._icons = looks
        self.incident: Incident | None = None
        self.instant = Instant(0)
        self.plot: Plot | None = None
        self.title = QLabel(self)
        self.title.setObjectName("heading")
        self.title.setWordWrap(True)
        self.trend = QLabel(self)
        self.trend.setObjectName("section")
        self.trend.setFont(small_font(bold=True))
        self.time = QLabel(self)
        self.play = self._button("play", self.toggle)
        self.back = self._button("skip-back", lambda: self.step(-1))
        self.forth = self._button("skip-forward", lambda: self.step(1))
        self.speed = QComboBox(self)
        for factor in _SPEEDS:
            self.speed.addItem(f"{factor} ×", factor)
        self.speed.setCurrentIndex(2)
        self.follow = QCheckBox(self)
        self.follow.setChecked(True)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _PARTS)
        self.events = QListWidget(self)
        self.events.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.events.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._place = QVBoxLayout()
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._passed = QElapsedTimer()
        self._timer.timeout.connect(self._go_on)
        self._lay_out()
        self.slider.sliderMoved.connect(self._slid)
        self.events.itemClicked.connect(self._chosen)
        live.changed.connect(self._ended)
        self.retranslate()

    def _button(self, glyph: str, slot: Any) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(glyph))
        button.clicked.connect(lambda _=False: slot())
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for widget in (self.back, self.play, self.forth, self.speed, self.follow):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.time)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.trend)
        column.addLayout(self._place)
        column.addWidget(self.slider)
        column.addLayout(row)
        column.addWidget(self.events, 1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setWindowTitle(self.tr("Incident replay"))
        self.follow.setText(self.tr("Camera follows"))
        tips = ((self.back, self.tr("To the event before")), (self.play, self.tr("Play or pause")),
                (self.forth, self.tr("To the next event")))  # fmt: skip
        for button, tip in tips:
            button.setToolTip(tip)
            button.setAccessibleName(tip)
        self.speed.setAccessibleName(self.tr("Speed"))
        self.slider.setAccessibleName(self.tr("Time of the incident"))
        self.events.setAccessibleName(self.tr("What happened"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- an incident ---------------------------------------------------------------------

    def show_alarm(self, alarm: Alarm) -> None:
        """Read the incident of an alarm, and begin before it."""
        operations, live = self._live.operations, self._live
        if operations is not None:
            self._background.ask(
                "incident", lambda: read_incident(operations, live, alarm), self._begin
            )

    def _begin(self, incident: Incident) -> None:
        self.incident = incident
        point = incident.alarm.point
        place = incident.names.get(point.entity, point.entity)
        self.title.setText(f"{point.name} · {place}")
        self.events.clear()
        for event in incident.events:
            item = QListWidgetItem(self._line(incident, event))
            item.setToolTip(item.text())
            item.setData(_EVENT, event)
            self.events.addItem(item)
        self._draw(incident)
        if not self.isVisible():
            self._step_aside()
        self.show()
        self.period_wanted.emit(incident.period)
        self._go_to(incident.period.start)
        if self.follow.isChecked():
            self.fly_wanted.emit(point.entity)

    def _step_aside(self) -> None:
        """Stand at the right edge of the window: the camera flies to its middle."""
        area = self._window.geometry()
        self.adjustSize()
        self.resize(_WIDTH_PX, max(_HEIGHT_PX, area.height() // 2))
        self.move(area.right() - self.width() - _EDGE_PX, area.top() + _TOP_PX)

    def _line(self, incident: Incident, event: AlarmEvent) -> str:
        stamp = Instant(event.at_us).to_datetime().astimezone()
        parts = [f"{stamp:%H:%M:%S}", alarm_words.event(event)]
        if event.point:
            entity = event.point.partition("/")[0]
            parts.append(f"{incident.points.get(event.point, event.point)} · "
                         f"{incident.names.get(entity, entity)}")  # fmt: skip
        unit = label(incident.units.get(event.point, ""))
        text = event.text
        if event.kind is EventKind.SIGNED_IN and text in set(Role):
            text = role_name(Role(text))
        if event.kind is EventKind.SIGNED_OUT and text == WITHOUT_INPUT:
            text = self.tr("without input for long")
        parts += [part for part in (value_text(event.value, unit), event.who, text) if part]
        return "   ".join(parts)

    def _draw(self, incident: Incident) -> None:
        self.trend.setText(self.tr("Trend: {0}").format(incident.indicator))
        self.trend.setVisible(len(incident.time_s) > 0)
        if not len(incident.time_s):
            if self.plot is not None:
                self.plot.hide()
            return
        from app import plots

        if self.plot is None:
            self.plot = plots.Plot(self._theme)
            self.plot.setFixedHeight(170)
            self._place.addWidget(self.plot)
        self.plot.show()
        time_s, value = plots.with_gaps(incident.time_s, incident.value)
        key = incident.alarm.point.id
        self.plot.set_lines([plots.Line(key, incident.indicator, incident.unit, time_s, value)])
        self._mark()
        self.plot.show_period(incident.period.start.us / 1e6, incident.period.end.us / 1e6)

    def _mark(self) -> None:
        """Mark the alarm and the time that is shown in the trend."""
        incident = self.incident
        if self.plot is None or incident is None or not len(incident.time_s):
            return
        alarm = incident.alarm
        raised_s = (alarm.status.raised_us or incident.period.start.us) / 1e6
        token = alarm_words.TOKENS[alarm.status.priority]
        self.plot.set_markers([(raised_s, token), (self.instant.us / 1e6, "text")])

    # -- time ----------------------------------------------------------------------------

    def toggle(self) -> None:
        """Play, or pause."""
        if self._timer.isActive():
            self._timer.stop()
        elif self.incident is not None:
            if self.instant >= self.incident.period.end:
                self._go_to(self.incident.period.start)
            self._passed.start()
            self._timer.start()
        self.play.setIcon(self._icons.icon("pause" if self._timer.isActive() else "play"))

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def step(self, way: int) -> None:
        """Go to the event before, or the next one."""
        incident = self.incident
        if incident is None:
            return
        times = sorted({event.at_us for event in incident.events})
        here = self.instant.us
        left = [at for at in times if at < here] if way < 0 else [at for at in times if at > here]
        if left:
            self._go_to(Instant(left[-1] if way < 0 else left[0]))

    def _go_on(self) -> None:
        # What really passed: a large display that draws slowly shows fewer instants, not less time.
        passed_ms = min(self._passed.restart(), _LONGEST_STEP_MS)
        step_us = int(self.speed.currentData()) * passed_ms * 1000
        incident = self.incident
        if incident is None or self.instant >= incident.period.end:
            self.toggle()
            return
        self._go_to(Instant(min(self.instant.us + step_us, incident.period.end.us)))

    def _slid(self, part: int) -> None:
        if self.incident is not None:
            period = self.incident.period
            span = period.end.us - period.start.us
            self._go_to(Instant(period.start.us + span * part // _PARTS))

    def _chosen(self, item: QListWidgetItem) -> None:
        event: AlarmEvent = item.data(_EVENT)
        self._go_to(Instant(event.at_us))
        if event.point and self.follow.isChecked():
            self.fly_wanted.emit(event.point.partition("/")[0])

    def _go_to(self, instant: Instant) -> None:
        """Show everything as of an instant; the camera goes where an alarm was raised."""
        incident = self.incident
        if incident is None:
            return
        before, self.instant = self.instant, instant
        period = incident.period
        span = max(1, period.end.us - period.start.us)
        self.slider.setValue((instant.us - period.start.us) * _PARTS // span)
        stamp = instant.to_datetime().astimezone()
        self.time.setText(f"{stamp:%Y-%m-%d %H:%M:%S}")
        row, raised = -1, ""
        for number, event in enumerate(incident.events):
            if event.at_us > instant.us:
                break
            row = number
            fresh = self.playing and event.at_us > before.us and str(event.kind) == "raised"
            if fresh:
                raised = event.point.partition("/")[0]
        if raised and self.follow.isChecked():
            self.fly_wanted.emit(raised)  # the last of several: a camera is at one place
        self.events.setCurrentRow(row)
        self._mark()
        self.instant_wanted.emit(instant)

    def _ended(self) -> None:
        if self._live.operations is None and self.isVisible():
            self.close()

    def closeEvent(self, event: Any) -> None:
        """Go back to now."""
        if self.playing:
            self.toggle()
        if self.incident is not None:
            self.incident = None
            self.instant_wanted.emit(None)
            self.period_wanted.emit(None)
        super().closeEvent(event)
