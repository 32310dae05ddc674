"""A rule tried on recorded history: over which period, how far, and what it would have done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import alarm_words, messages
from app.item_models.alarms import value_text
from app.live.session import LiveSession
from app.numbers import duration, integer
from app.panels.plain_table import dress
from app.panels.time_axis import moment
from app.progress_line import ProgressLine
from app.rules import words
from app.theme import Theme, small_font
from app.workers import JobRecord, Jobs, JobState
from ingest.pipeline.job import Job
from twin_model.rules.backtest import Backtest, BacktestOptions
from twin_model.rules.rule_set import RuleSet
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from twin_model.alarms.model import AlarmEvent
    from twin_model.operations import Operations
    from twin_model.rules.model import Rule

#: Stretches before now to choose from, in seconds; the last two are all there is, and a choice.
_STRETCHES_S: Final = (3600, 86_400, 7 * 86_400, 30 * 86_400)
_ALL: Final = 0
_OWN: Final = -1
_SECONDS: Final = ":%S"
_SHARE: Final = 1000
_HOUR_S: Final = 3600
#: Of the period, from which it counts as recorded.
_COMPLETE: Final = 0.95
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Trial:
    """What a rule would have done, with what is needed to show it.

    Parameters
    ----------
    found : Backtest
    names : dict
        Names of entities by id.
    events : list of AlarmEvent
        Those that raise an alarm.
    unit : str
        Of their values.
    """

    found: Backtest
    names: dict[str, str]
    events: list[AlarmEvent]
    unit: str = ""


def try_rule(
    operations: Operations, live: LiveSession, rule: Rule, period: Interval | None, job: Job
) -> Trial:
    """Try one rule; for a job. None for the period is all that was recorded."""
    operations.history.writer.flush()
    if period is None:
        period = _recorded(operations)
    stage = words.kind_name(rule.kind)

    def progress(share: float) -> None:
        job.report(stage, round(share * _SHARE), _SHARE, "")

    options = BacktestOptions(progress=progress, cancelled=lambda: job.cancelled)
    found = operations.backtest(RuleSet(rules=(rule,)), period, options)
    raised = [event for event in found.events if str(event.kind) == "raised"]
    names = live.names(event.point.partition("/")[0] for event in raised)
    return Trial(found, names, raised, words.value_unit(rule))


def _recorded(operations: Operations) -> Interval:
    """Return the time between the first and the last sample, as far as its days are known."""
    extent = operations.history.extent()
    now = Instant(operations.hub.clock())
    if extent is None:
        return Interval(Instant(now.us - 3_600_000_000), now)
    return Interval(extent.start, min(extent.end, now))


class TrialChart(QWidget):
    """Alarms a stretch of time as bars; those of a flood in the colour of high priority.

    Parameters
    ----------
    theme : Theme
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._found: Backtest | None = None
        self.setFixedHeight(64)

    def set_found(self, found: Backtest | None) -> None:
        """Show another trial."""
        self._found = found
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 64)

    def bars(self) -> list[tuple[int, bool]]:
        """Return the most alarms of ten minutes in each bar, and whether it lies in a flood."""
        if self._found is None:
            return []
        figures = self._found.figures
        counts = figures.by_interval
        each = max(1, -(-len(counts) // max(1, self.width() // 3)))
        start_us, found = figures.period.start.us, []
        for n in range(0, len(counts), each):
            at_us, end_us = start_us + n * 600_000_000, start_us + (n + each) * 600_000_000
            flood = any(f.period.start.us < end_us and f.period.end.us > at_us
                        for f in figures.floods)  # fmt: skip
            found.append((int(counts[n : n + each].max()), flood))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, bars = self._theme, self.bars()
        bottom = self.height() - 16
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, bottom, self.width(), bottom)
        if not bars or self._found is None:
            return
        most = max(1, *(count for count, _ in bars))
        width = self.width() / len(bars)
        for number, (count, flood) in enumerate(bars):
            height = (bottom - 12) * count / most
            area = QRectF(number * width, bottom - height, max(1.0, width - 1), height)
            painter.fillRect(area, theme.colour("high" if flood else "accent"))
        painter.setFont(small_font())
        painter.setPen(theme.colour("dim"))
        period = self._found.figures.period
        area = QRectF(0, bottom, self.width(), 16)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, moment(period.start))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, moment(period.end))
        peak = self.tr("at most {0} in 10 min").format(integer(most))
        top = QRectF(0, 0, self.width(), 12)
        painter.drawText(top, Qt.AlignmentFlag.AlignRight | middle, peak)


class TrialList(QAbstractTableModel):
    """The alarms that would have been raised."""

    def __init__(self) -> None:
        super().__init__()
        self.trial: Trial | None = None

    def set_trial(self, trial: Trial | None) -> None:
        """List other alarms."""
        self.beginResetModel()
        self.trial = trial
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.trial is None else len(self.trial.events)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 4

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        texts = [self.tr("Time"), self.tr("Where"), self.tr("Value"), self.tr("Priority")]
        return texts[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.trial is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 2:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        event = self.trial.events[index.row()]
        entity = event.point.partition("/")[0]
        stamp = Instant(event.at_us)
        match index.column():
            case 0:
                return f"{moment(stamp)[:16]}{stamp.to_datetime().astimezone():{_SECONDS}}"
            case 1:
                return self.trial.names.get(entity, entity)
            case 2:
                return value_text(event.value, self.trial.unit)
        return alarm_words.priority(event.priority)


class TrialPanel(QWidget):
    """See module.

    Parameters
    ----------
    live : LiveSession
    jobs : Jobs
    theme : Theme
    rule : callable
        Returns the rule as it is written; None where it is none yet, which it says itself.
    """

    fly_wanted = Signal(str)

    def __init__(
        self, live: LiveSession, jobs: Jobs, theme: Theme, rule: Callable[[], Rule | None]
    ) -> None:
        super().__init__()
        self._live = live
        self._jobs = jobs
        self._rule = rule
        self.record: JobRecord | None = None
        self.stretch = QComboBox(self)
        texts = [self.tr("Last hour"), self.tr("Last day"), self.tr("Last 7 days"),
                 self.tr("Last 30 days")]  # fmt: skip
        for seconds, text in zip(_STRETCHES_S, texts):
            self.stretch.addItem(text, seconds)
        self.stretch.addItem(self.tr("All that was recorded"), _ALL)
        self.stretch.addItem(self.tr("Other period"), _OWN)
        self.stretch.setCurrentIndex(1)
        self.stretch.setAccessibleName(self.tr("Period to try"))
        now = QDateTime.currentDateTime()
        self.start, self.end = QDateTimeEdit(now.addDays(-1), self), QDateTimeEdit(now, self)
        for edit in (self.start, self.end):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd HH:mm")
            edit.hide()
        self.run = QPushButton(self.tr("Try on history"), self)
        self.run.clicked.connect(self.begin)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.clicked.connect(self._cancel)
        self.bar = ProgressLine(self)
        self.words = QLabel(self)
        self.words.setObjectName("heading")
        self.words.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        self.chart = TrialChart(theme)
        self.list = TrialList()
        self.list.setParent(self)
        self.table = QTableView(self)
        self._lay_out()
        self.stretch.currentIndexChanged.connect(lambda _: self._choose())
        jobs.changed.connect(self._follow)
        self.forget()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.list)
        dress(table, (136, 124, 76))
        table.setAccessibleName(self.tr("Alarms that it would have raised"))
        table.doubleClicked.connect(self._fly)
        row = QHBoxLayout()
        row.addWidget(self.stretch)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.run)
        period = QHBoxLayout()
        period.addWidget(self.start)
        period.addWidget(self.end)
        period.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        title = QLabel(self.tr("Before it goes into service"), self)
        title.setObjectName("section")
        title.setFont(small_font(bold=True))
        column.addWidget(title)
        column.addLayout(row)
        column.addLayout(period)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addWidget(self.note)
        column.addWidget(self.chart)
        column.addWidget(table, 1)
        column.addStretch(0)

    def _choose(self) -> None:
        own = self.stretch.currentData() == _OWN
        self.start.setVisible(own)
        self.end.setVisible(own)

    def period(self) -> Interval | None:
        """Return the period that is chosen; None for all that was recorded."""
        chosen = int(self.stretch.currentData())
        if chosen == _ALL:
            return None
        if chosen == _OWN:
            start, end = (
                Instant(edit.dateTime().toMSecsSinceEpoch() * 1000)
                for edit in (self.start, self.end)
            )
            return Interval(min(start, end), max(start, end))
        operations = self._live.operations
        now_us = operations.hub.clock() if operations is not None else Instant.now().us
        return Interval(Instant(now_us - chosen * 1_000_000), Instant(now_us))

    # -- running -------------------------------------------------------------------------

    def begin(self) -> None:
        """Try the rule as it is written now."""
        rule, operations = self._rule(), self._live.operations
        if rule is None:
            return
        if operations is None:
            self._live.begin(self.begin)
            return
        period, live = self.period(), self._live
        title = self.tr("Try rule {0}").format(words.rule_name(rule))
        self.record = self._jobs.start(
            title, lambda job: try_rule(operations, live, rule, period, job), kind="backtest"
        )
        self._show(None)
        self.words.setText(self.tr("Trying…"))
        self._follow()

    def _cancel(self) -> None:
        if self.record is not None:
            self._jobs.cancel(self.record)

    def forget(self) -> None:
        """Show nothing: the rule has changed since."""
        if self.record is not None and self.record.active:
            return
        self.record = None
        self._show(None)
        self.words.setText("")
        self.note.setText(
            self.tr("See what the rule would have done with what was recorded. Nothing of it "
                    "reaches the alarm list.")
        )  # fmt: skip
        self._follow()

    def _follow(self) -> None:
        record = self.record
        active = record is not None and record.active
        self.bar.setVisible(active)
        self.cancel.setVisible(active)
        self.run.setEnabled(not active)
        if record is None:
            return
        fraction = record.fraction
        self.bar.show_share(fraction)
        if record.state == JobState.DONE and isinstance(record.result, Trial):
            if self.list.trial is not record.result:
                self._show(record.result)
        elif record.state == JobState.CANCELLED:
            self.words.setText(self.tr("Cancelled."))
        elif record.state == JobState.FAILED:
            self.words.setText(messages.shown(record.error))

    def _show(self, trial: Trial | None) -> None:
        self.list.set_trial(trial)
        self.chart.set_found(trial.found if trial is not None else None)
        self.chart.setVisible(trial is not None)
        self.table.setVisible(trial is not None and bool(trial.events))
        if trial is None:
            return
        figures = trial.found.figures
        self.words.setText(words.backtest_text(figures.alarms, len(figures.floods)))
        self.note.setText(self._note(trial))

    def _note(self, trial: Trial) -> str:
        """Say on how much the figures rest."""
        figures, recorded = trial.found.figures, trial.found.recorded
        if recorded is None:
            return self.tr("Nothing was recorded in that time.")
        asked_s = (figures.period.end.us - figures.period.start.us) / 1e6
        there_s = (recorded.end.us - recorded.start.us) / 1e6
        samples = integer(trial.found.samples)
        if there_s >= _COMPLETE * asked_s:
            parts = [self.tr("{0} samples in {1}").format(samples, duration(asked_s))]
        else:
            text = self.tr("{0} samples: only {1} of {2} were recorded")
            parts = [text.format(samples, duration(there_s), duration(asked_s))]
        if figures.alarms:
            parts.append(self.tr("%n places", "", len({event.point for event in trial.events})))
            if there_s >= _HOUR_S:
                an_hour = figures.alarms * _HOUR_S / there_s
                parts.append(self.tr("{0} an hour").format(f"{an_hour:.1f}"))
        if figures.floods:
            longest_us = max(f.period.end.us - f.period.start.us for f in figures.floods)
            parts.append(self.tr("longest flood {0}").format(duration(longest_us / 1e6)))
        return "  ·  ".join(parts)

    def _fly(self, index: Any) -> None:
        if self.list.trial is not None:
            point = self.list.trial.events[index.row()].point
            self.fly_wanted.emit(point.partition("/")[0])
