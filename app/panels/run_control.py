"""Control of one run, and its figures: values now, and how they came about."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages, numbers
from app.icons import IconSet
from app.item_models.alarms import value_text
from app.progress_line import ProgressLine
from app.simulation.branching import again_words
from app.simulation.periods import computed_text, period_text
from app.simulation.restarts import state_text
from app.simulation.run_courses import RunCourses, thinned
from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession, Underway
from app.simulation.shown import ShownRun
from app.simulation.words import (
    engine_name,
    is_of_people,
    run_state,
    simulated,
    simulator_title,
)
from app.theme import ROW_PX, Theme
from app.unit_words import label

if TYPE_CHECKING:
    from twin_model.simulation.scenario import Scenario

#: Simulated seconds a second to choose from.
_SPEEDS: Final = (math.inf, 1.0, 5.0, 20.0, 60.0)
_COURSE = Qt.ItemDataRole.UserRole + 1
_COURSE_PX: Final = 140


@dataclass
class Figure:
    """One line of the table.

    Parameters
    ----------
    engine, indicator : str
    value : float
    unit : str
    course : list of float
    """

    engine: str
    indicator: str
    value: float
    unit: str
    course: list[float] = field(default_factory=list)


class _CourseDelegate(QStyledItemDelegate):
    """Draws how a figure came about as a line."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        values = index.data(_COURSE)  # type: ignore[attr-defined]
        rect: QRect = option.rect.adjusted(6, 4, -8, -4)
        if not values or len(values) < 2:
            return
        low, high = min(values), max(values)
        span = (high - low) or 1.0
        step = rect.width() / (len(values) - 1)
        points = [
            QPointF(rect.left() + n * step, rect.bottom() - (v - low) / span * rect.height())
            for n, v in enumerate(values)
        ]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), 1.3))
        painter.drawPolyline(QPolygonF(points))
        painter.restore()


class RunControl(QWidget):
    """See module.

    Parameters
    ----------
    simulation : SimulationSession
    shown : ShownRun
    theme : Theme
    icons : IconSet
    """

    def __init__(
        self, simulation: SimulationSession, shown: ShownRun, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._simulation = simulation
        self._shown = shown
        self._icons = icons
        self._scenario: Scenario | None = None
        self._run = ""
        self._courses = RunCourses(simulation, self)
        self._courses.found.connect(self.refresh)
        self.title = QLabel(self)
        self.title.setObjectName("heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = ProgressLine(self)
        self._make_buttons()
        self._make_table(theme)
        self._lay_out()
        shown.changed.connect(self.refresh)
        self.retranslate()

    def _make_buttons(self) -> None:
        self.pause = self._button("pause", self._toggle_pause)
        self.step = self._button("skip-forward", self._step)
        self.keep = self._button("bookmark-simple", self._keep)
        self.cancel = QPushButton(self)
        self.cancel.clicked.connect(self._cancel)
        self.speed = QComboBox(self)
        for speed in _SPEEDS:
            self.speed.addItem("", speed)
        self.speed.currentIndexChanged.connect(self._set_speed)
        self.halt = QToolButton(self)
        self.halt.setIcon(self._icons.icon("hand"))
        self.halt.setIconSize(QSize(16, 16))
        self.halt.setCheckable(True)

    def _button(self, glyph: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def _make_table(self, theme: Theme) -> None:
        self.table = QTableWidget(0, 4, self)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setItemDelegateForColumn(3, _CourseDelegate(theme, self.table))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(3, _COURSE_PX)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title)
        top.addStretch(1)
        for widget in (self.pause, self.step, self.halt, self.speed, self.keep, self.cancel):
            top.addWidget(widget)
        head = QVBoxLayout()
        head.setContentsMargins(14, 4, 10, 4)
        head.setSpacing(3)
        head.addLayout(top)
        head.addWidget(self.bar)
        head.addWidget(self.note)
        head.addWidget(self.problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.table, 100)
        # Without figures the note stays at the top.
        layout.addStretch(1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        names = [self.tr("As fast as possible"), self.tr("Real time"), "5 ×", "20 ×", "60 ×"]
        for number, name in enumerate(names):
            self.speed.setItemText(number, name)
        self.speed.setToolTip(self.tr("How fast simulated time passes"))
        self.speed.setAccessibleName(self.speed.toolTip())
        self.step.setToolTip(self.tr("One step, then pause"))
        self.halt.setToolTip(self.tr("Begin paused, before the first step"))
        self.keep.setToolTip(
            self.tr("Checkpoint: engines that end unexpectedly, and other scenarios, go on from it")
        )
        for button in (self.step, self.keep, self.halt):
            button.setAccessibleName(button.toolTip())
        self.cancel.setText(self.tr("Cancel run"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Figure"), self.tr("Engine"), self.tr("Value"), self.tr("Course")]
        )
        self.table.setAccessibleName(self.tr("Figures of the run"))
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is shown -------------------------------------------------------------------

    @property
    def chosen_speed(self) -> float:
        """Pace of the next run."""
        return float(self.speed.currentData())

    @property
    def chosen_paused(self) -> bool:
        """Whether the next run begins paused."""
        return self.halt.isChecked()

    def show_for(self, scenario: Scenario | None, run_id: str) -> None:
        """Show a run, or what a scenario would be."""
        self._scenario, self._run = scenario, run_id
        self.refresh()

    def _active(self) -> Underway | None:
        if self._run:
            return self._simulation.active(self._run)
        for one in self._simulation.underway:
            if self._scenario is None or one.scenario.id == self._scenario.id:
                return one
        return None

    def refresh(self) -> None:
        """Show everything as it is now."""
        one = self._active()
        info = self._simulation.run(self._run) if self._run else None
        running = one is not None
        for widget in (self.pause, self.step, self.keep, self.cancel, self.bar):
            widget.setVisible(running)
        self.halt.setVisible(not running and self._scenario is not None)
        self.speed.setVisible(running or self._scenario is not None)
        if one is not None:
            self._show_underway(one)
        elif info is not None:
            self._show_recorded(info)
        else:
            self._show_scenario()

    def _show_underway(self, one: Underway) -> None:
        self.title.setText(one.scenario.title or one.scenario.id)
        self.pause.setIcon(self._icons.icon("play" if one.paused else "pause"))
        self.pause.setToolTip(self.tr("Go on") if one.paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.toolTip())
        self.bar.show_share(one.share)
        cancelled = one.record is not None and one.record.job.cancelled
        for widget in (self.pause, self.step, self.keep, self.cancel):
            widget.setEnabled(not cancelled and one.session is not None)
        if cancelled:
            text = self.tr("Ending…")
        elif one.now is None:
            text = self.tr("Starting the engines…")
            if one.scenario.branch is not None:
                info = self._simulation.run(one.scenario.branch.run)
                again = again_words(info, one.scenario.branch.at) if info is not None else ""
                text = "\n".join(part for part in (text, again) if part)
        else:
            state = self.tr("paused") if one.paused and not one.restarting else state_text(one)
            clock = f"{one.now.to_datetime().astimezone():%Y-%m-%d %H:%M:%S}"
            text = self.tr("{0} · {1} · {2} % · step {3}").format(
                state, clock, numbers.fixed(100 * one.share, 1), numbers.integer(one.steps)
            )
        self.note.setText(text)
        self.problem.hide()
        units = self._units_of(one)
        self._fill(
            [
                Figure(engine, name, values[-1], units.get((engine, name), ""), thinned(values))
                for (engine, name), (_, values) in sorted(dict(one.courses).items())
            ]
        )

    def _units_of(self, one: Underway) -> dict[tuple[str, str], str]:
        """Return units by engine and indicator, which the run says once its engines are there."""
        if not one.units and one.session is not None and one.now is not None:
            info = self._simulation.run(one.id)
            if info is None or not info.units:
                self._simulation.refresh_runs()
            else:
                one.units = dict(info.units)
        return {(e, i): unit for e, inner in one.units.items() for i, unit in inner.items()}

    def _show_recorded(self, info: RunInfo) -> None:
        self.title.setText(info.id)
        state = run_state(info.state)
        stretch = self.tr("simulated {0}").format(period_text(info.start, info.reached))
        took = computed_text(info.computed_s)
        parts = [state, stretch, *([self.tr("computed in {0}").format(took)] if took else []),
                 self.tr("seed {0}").format(info.seed),
                 *dict.fromkeys(info.engines.values())]  # fmt: skip
        if info.origin:
            parts.insert(2, self.tr("goes on from {0}").format(info.origin))
        if info.over_early:
            after = numbers.duration((info.reached.us - info.start.us) / 1e6)
            if any(is_of_people(one) for one in info.simulators):
                parts.insert(1, self.tr("everyone is out after {0}").format(after))
            else:
                parts.insert(1, self.tr("nothing more happens after {0}").format(after))
        self.note.setText(" · ".join(parts))
        problems = [messages.shown(text) for text in (info.error, *info.warnings[:3]) if text]
        self.problem.setText("\n".join(problems))
        self.problem.setVisible(bool(problems))
        # What only warns is not as loud as what failed.
        name = "error" if info.error else "dim"
        if self.problem.objectName() != name:
            self.problem.setObjectName(name)
            self.problem.style().polish(self.problem)
        courses = self._courses.of(info)
        self._fill(
            [
                Figure(
                    engine,
                    name,
                    float(value),
                    info.units.get(engine, {}).get(name, ""),
                    courses.get((engine, name), []),
                )
                for engine, inner in sorted(info.figures.items())
                for name, value in inner.items()
            ]
        )

    def _show_scenario(self) -> None:
        scenario = self._scenario
        self.problem.hide()
        self._fill([])
        if scenario is None:
            self.title.setText("")
            self.note.setText(self.tr("Select a scenario to run it, or a run to see its figures."))
            return
        self.title.setText(scenario.title or scenario.id)
        engines = ", ".join(
            f"{engine_name(e.id, e.title)} ({simulator_title(e.simulator)})"
            for e in scenario.engines
        )
        self.note.setText(
            self.tr("{0} · engines: {1} · assumptions: {2} · seed {3}").format(
                numbers.duration(scenario.duration_s), engines, len(scenario.edits), scenario.seed
            )
        )

    def _engine_name(self, engine: str) -> str:
        info = self._simulation.run(self._run) if self._run else None
        if info is not None:
            return info.engine_name(engine)
        titles = {e.id: e.title for e in self._scenario.engines} if self._scenario else {}
        return engine_name(engine, titles.get(engine, ""))

    def _fill(self, figures: list[Figure]) -> None:
        table = self.table
        table.setVisible(bool(figures))
        if table.rowCount() != len(figures):
            table.setRowCount(len(figures))
        for row, one in enumerate(figures):
            texts = (
                f"  {simulated(one.indicator)}",
                self._engine_name(one.engine),
                value_text(one.value, label(one.unit)),
            )
            for column, text in enumerate(texts):
                item = table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    table.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
            course = table.item(row, 3)
            if course is None:
                course = QTableWidgetItem()
                table.setItem(row, 3, course)
            course.setData(_COURSE, one.course)

    # -- doing ---------------------------------------------------------------------------

    def _toggle_pause(self) -> None:
        one = self._active()
        if one is not None:
            (self._simulation.resume if one.paused else self._simulation.pause)(one)

    def _step(self) -> None:
        one = self._active()
        if one is not None:
            self._simulation.step(one)

    def _keep(self) -> None:
        one = self._active()
        if one is not None:
            self._simulation.checkpoint(one)

    def _cancel(self) -> None:
        one = self._active()
        if one is not None:
            self._simulation.cancel(one)

    def _set_speed(self) -> None:
        one = self._active()
        if one is not None:
            self._simulation.set_speed(one, self.chosen_speed)
