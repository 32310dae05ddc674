"""The Simulation dock: scenarios with their runs, control of a run, and its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import messages, numbers
from app.icons import IconSet
from app.own_keys import OwnKeys
from app.panels.run_control import RunControl
from app.panels.time_axis import moment
from app.simulation.branching import fill_checkpoints
from app.simulation.restarts import state_text
from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession
from app.simulation.shown import ShownRun
from app.simulation.words import run_state, template_words
from app.theme import Theme
from twin_model.simulation.templates import TEMPLATES
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.simulation.scenario import Scenario

_KIND, _ID = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
_LEFT_PX: Final = 380
_GLYPHS: Final = {
    "running": ("spinner", "accent"), "finished": ("check-circle", "accent"),
    "cancelled": ("prohibit", "dim"), "failed": ("warning-circle", "critical"),
    "interrupted": ("warning", "high"),
}  # fmt: skip


class SimulationPanel(QWidget):
    """See module.

    Parameters
    ----------
    simulation : SimulationSession
    shown : ShownRun
    theme : Theme
    icons : IconSet
    """

    #: A scenario is to be made from a template: its id.
    new_wanted = Signal(str)
    edit_wanted = Signal(str)
    #: A scenario is to be made from a functional mock-up unit.
    unit_wanted = Signal()
    compare_wanted = Signal(list)
    #: A scenario is to go on from a checkpoint: its run, and the instant.
    branch_wanted = Signal(str, object)
    #: A run is to be seen beside the live picture: its id; empty for none any more.
    beside_wanted = Signal(str)

    def __init__(
        self, simulation: SimulationSession, shown: ShownRun, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._simulation = simulation
        self._shown = shown
        self._icons = icons
        self._building = False
        self._beside = ""
        self.tree = QTreeWidget(self)
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        # Long names give way to the state, and are whole in their tips.
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        OwnKeys(self.tree, Qt.Key.Key_Delete, Qt.Key.Key_Return)
        self.tree.itemSelectionChanged.connect(self._selected)
        self.tree.itemDoubleClicked.connect(self._open)
        self.control = RunControl(simulation, shown, theme, icons)
        self._make_buttons()
        self._make_hint()
        self._lay_out()
        simulation.scenarios_changed.connect(self.rebuild)
        simulation.runs_changed.connect(self.rebuild)
        simulation.progressed.connect(self._progressed)
        shown.changed.connect(self.rebuild)
        self.retranslate()
        self.rebuild()

    # -- making --------------------------------------------------------------------------

    def _button(self, glyph: str, slot: object = None) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def _make_buttons(self) -> None:
        self.new = QPushButton(self)
        self.new.setObjectName("primary")
        self.templates = QMenu(self.new)
        self.new.setMenu(self.templates)
        self.run = self._button("play", self.run_selected)
        self.edit = self._button("pencil-simple", self._edit)
        self.show_run = self._button("eye", self._toggle_shown)
        self.show_run.setCheckable(True)
        self.beside = self._button("columns", self._toggle_beside)
        self.beside.setCheckable(True)
        self.branch = self._button("git-branch")
        self.branch.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.checkpoints = QMenu(self.branch)
        self.branch.setMenu(self.checkpoints)
        self.compare = self._button("git-diff", self._compare)
        self.remove = self._button("trash", self.remove_selected)

    def _make_hint(self) -> None:
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 10, 12, 8)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 4, 8, 4)
        tools.setSpacing(4)
        tools.addWidget(self.new)
        tools.addStretch(1)
        for button in (self.run, self.edit, self.show_run, self.beside, self.branch, self.compare,
                       self.remove):  # fmt: skip
            tools.addWidget(button)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.hint, 1)
        column.addWidget(self.tree, 1)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.addWidget(left)
        halves.addWidget(self.control)
        halves.setStretchFactor(1, 1)
        halves.setSizes([_LEFT_PX, 600])
        halves.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(halves)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.new.setText(self.tr("New scenario"))
        self.templates.clear()
        for template in TEMPLATES.values():
            title, asks = template_words(template.id, template.title, template.asks)
            action = self.templates.addAction(title)
            action.setToolTip(asks)
            action.triggered.connect(lambda _=False, t=template.id: self.new_wanted.emit(t))
        self.templates.addSeparator()
        unit = self.templates.addAction(self.tr("Functional mock-up unit (FMU)…"))
        unit.setToolTip(self.tr("Any model of another tool; .fmu files can be dropped as well"))
        unit.triggered.connect(self.unit_wanted)
        self.templates.setToolTipsVisible(True)
        for button, text in (
            (self.run, self.tr("Run the scenario")),
            (self.edit, self.tr("Edit the scenario")),
            (self.show_run, self.tr("Show the run in the scene")),
            (self.beside, self.tr("Beside the live picture: the run as a forecast")),
            (self.branch, self.tr("Go on from a checkpoint of the run")),
            (self.compare, self.tr("Compare two to four runs")),
            (self.remove, self.tr("Remove")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.tree.setAccessibleName(self.tr("Scenarios and runs"))
        self.hint.setText(
            self.tr("A scenario says what is assumed and which engines run: traffic, water, "
                    "people. Make one from a template, run it, and compare it with another.")
        )  # fmt: skip
        self.rebuild()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- the list ------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Show scenarios and runs as they are now, keeping what is selected and opened."""
        chosen = {(i.data(0, _KIND), i.data(0, _ID)) for i in self.tree.selectedItems()}
        simulation = self._simulation
        self._building = True
        self.tree.clear()
        runs: dict[str, list[RunInfo]] = {}
        for run in simulation.runs:
            runs.setdefault(run.scenario, []).append(run)
        for scenario in simulation.scenarios:
            item = self._scenario_item(scenario)
            self._add_runs(item, scenario.id, runs.pop(scenario.id, []))
        for scenario_id, problem in simulation.problems.items():
            item = QTreeWidgetItem([scenario_id, self.tr("cannot be read")])
            item.setIcon(0, self._icons.icon("warning-circle", "critical"))
            item.setToolTip(0, messages.shown(problem))
            item.setData(0, _KIND, "broken")
            item.setData(0, _ID, scenario_id)
            self.tree.addTopLevelItem(item)
        for scenario_id, orphans in runs.items():
            item = QTreeWidgetItem([orphans[0].title or scenario_id, self.tr("scenario removed")])
            item.setData(0, _KIND, "gone")
            item.setData(0, _ID, scenario_id)
            self.tree.addTopLevelItem(item)
            self._add_runs(item, scenario_id, orphans)
        self._reselect(chosen)
        if self._shown.run_id and not self.tree.selectedItems():
            self._reselect({("run", self._shown.run_id)})
        self._building = False
        empty = not self.tree.topLevelItemCount()
        self.hint.setVisible(empty)
        self.tree.setVisible(not empty)
        self._selected()

    def _scenario_item(self, scenario: Scenario) -> QTreeWidgetItem:
        item = QTreeWidgetItem(
            [scenario.title or scenario.id, numbers.duration(scenario.duration_s)]
        )
        item.setData(0, _KIND, "scenario")
        item.setData(0, _ID, scenario.id)
        item.setIcon(0, self._icons.icon("flask"))
        item.setToolTip(
            0,
            f"{scenario.title or scenario.id}\n{scenario.id}\n"
            + "\n".join(e.simulator for e in scenario.engines),
        )
        self.tree.addTopLevelItem(item)
        return item

    def _add_runs(self, parent: QTreeWidgetItem, scenario: str, runs: list[RunInfo]) -> None:
        under = {one.id for one in self._simulation.underway}
        for one in self._simulation.underway:
            if one.scenario.id == scenario and one.id not in {run.id for run in runs}:
                name = one.id or self.tr("starting…")
                self._run_item(parent, one.id, name, "running", numbers.fixed(100 * one.share, 0)
                               + " %")  # fmt: skip
        for run in runs:
            state = "running" if run.id in under else run.state
            self._run_item(parent, run.id, run.id, state, _when(run))
        parent.setExpanded(True)

    def _run_item(
        self, parent: QTreeWidgetItem, run_id: str, name: str, state: str, note: str
    ) -> None:
        item = QTreeWidgetItem([name, f"{run_state(state)}   {note}"])
        item.setToolTip(0, name)
        glyph, token = _GLYPHS.get(state, ("circle", "dim"))
        item.setIcon(0, self._icons.icon(glyph, token))
        item.setData(0, _KIND, "run")
        item.setData(0, _ID, run_id)
        if run_id and run_id in (self._shown.run_id, self._beside):
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
        parent.addChild(item)

    def _reselect(self, chosen: set[tuple[str, str]]) -> None:
        for item in self._items():
            if (item.data(0, _KIND), item.data(0, _ID)) in chosen:
                item.setSelected(True)

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]
        found = [top for top in tops if top is not None]
        inner = [top.child(n) for top in found for n in range(top.childCount())]
        return found + [item for item in inner if item is not None]

    def select(self, kind: str, name: str) -> None:
        """Select a ``scenario`` or a ``run``."""
        self.tree.clearSelection()
        self._reselect({(kind, name)})

    # -- what is selected ----------------------------------------------------------------

    def selected(self, kind: str) -> list[str]:
        """Return the ids of what is selected of a kind: ``scenario`` or ``run``."""
        return [
            str(item.data(0, _ID)) for item in self.tree.selectedItems()
            if item.data(0, _KIND) == kind
        ]  # fmt: skip

    def scenario(self) -> Scenario | None:
        """Return the scenario that is selected, or that of the run that is."""
        for scenario_id in self.selected("scenario"):
            return self._simulation.scenario(scenario_id)
        for run_id in self.selected("run"):
            info = self._simulation.run(run_id)
            return self._simulation.scenario(info.scenario) if info is not None else None
        return None

    def _selected(self) -> None:
        if self._building:
            return
        scenario, runs = self.scenario(), self.selected("run")
        self.run.setEnabled(scenario is not None and bool(self._simulation.writable))
        self.edit.setEnabled(scenario is not None)
        self.show_run.setEnabled(len(runs) == 1)
        self.show_run.setChecked(len(runs) == 1 and runs[0] == self._shown.run_id)
        recorded = len(runs) == 1 and self._simulation.active(runs[0]) is None
        self.beside.setEnabled(bool(self._beside) or (recorded and bool(runs[0])))
        self.beside.setChecked(bool(self._beside) and runs in ([], [self._beside]))
        self._offer_checkpoints(self._simulation.run(runs[0]) if len(runs) == 1 else None)
        self.compare.setEnabled(2 <= len(runs) <= 4)
        self.remove.setEnabled(bool(self.tree.selectedItems()) and self._simulation.writable)
        self.new.setEnabled(self._simulation.writable)
        self.control.show_for(scenario, runs[0] if len(runs) == 1 else "")

    def _offer_checkpoints(self, info: RunInfo | None) -> None:
        able = info is not None and bool(info.checkpoints) and self._simulation.writable
        self.branch.setEnabled(able)
        if info is not None and able:
            run_id = info.id
            fill_checkpoints(self.checkpoints, info, lambda at: self.branch_wanted.emit(run_id, at))

    def _progressed(self) -> None:
        known = {str(i.data(0, _ID)) for i in self._items() if i.data(0, _KIND) == "run"}
        under = self._simulation.underway
        if any(one.id not in known for one in under) or ("" in known and not under):
            self.rebuild()
            return
        for item in self._items():
            one = self._simulation.active(str(item.data(0, _ID)))
            if one is not None and item.data(0, _KIND) == "run":
                item.setText(1, f"{state_text(one)}   {numbers.fixed(100 * one.share, 0)} %")
                glyph, token = _GLYPHS["interrupted" if one.restarting else "running"]
                item.setIcon(0, self._icons.icon(glyph, token))
        self.control.refresh()

    def _open(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _KIND) == "scenario":
            self.edit_wanted.emit(str(item.data(0, _ID)))
        elif item.data(0, _KIND) == "run":
            self._show(str(item.data(0, _ID)))

    # -- doing ---------------------------------------------------------------------------

    def run_selected(self) -> None:
        """Run the scenario that is selected, and show it while it runs."""
        scenario = self.scenario()
        if scenario is not None:
            self.start(scenario)

    def start(self, scenario: Scenario) -> None:
        """Run a scenario, and show it while it runs."""
        one = self._simulation.start(
            scenario, speed=self.control.chosen_speed, paused=self.control.chosen_paused
        )
        self._shown.show_underway(one)
        self.rebuild()
        self.tree.clearSelection()
        for item in self._items():
            if item.data(0, _KIND) == "run" and str(item.data(0, _ID)) == one.id:
                item.setSelected(True)
                return

    def _edit(self) -> None:
        scenario = self.scenario()
        if scenario is not None:
            self.edit_wanted.emit(scenario.id)

    def _toggle_shown(self) -> None:
        runs = self.selected("run")
        if runs and runs[0] != self._shown.run_id:
            self._show(runs[0])
        else:
            self._shown.leave()

    def _toggle_beside(self) -> None:
        runs = self.selected("run")
        other = len(runs) == 1 and runs[0] != self._beside
        self.beside_wanted.emit(runs[0] if other else "")

    def set_beside(self, run_id: str) -> None:
        """Say which run is seen beside the live picture; empty for none."""
        self._beside = run_id
        self.rebuild()

    def _show(self, run_id: str) -> None:
        one = self._simulation.active(run_id)
        if one is not None:
            self._shown.show_underway(one)
        else:
            self._shown.show_recorded(run_id)

    def _compare(self) -> None:
        self.compare_wanted.emit(self.selected("run"))

    def remove_selected(self) -> None:
        """Remove what is selected, after a question: runs cannot be brought back."""
        from app.simulation.dialogs import may_remove

        runs, scenarios = self.selected("run"), self.selected("scenario")
        scenarios += [str(i.data(0, _ID)) for i in self.tree.selectedItems()
                      if i.data(0, _KIND) == "broken"]  # fmt: skip
        if not (runs or scenarios) or not may_remove(self, runs, scenarios):
            return
        for run_id in runs:
            if run_id == self._shown.run_id:
                self._shown.leave()
            if run_id == self._beside:
                self.beside_wanted.emit("")
            self._simulation.remove_run(run_id)
        for scenario_id in scenarios:
            self._simulation.remove_scenario(scenario_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.remove.isEnabled():
            self.remove_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.tree.selectedItems():
            self._open(self.tree.selectedItems()[0])
        else:
            super().keyPressEvent(event)


def _when(run: RunInfo) -> str:
    try:
        began = moment(Instant.parse(run.began))[:16]
    except ValueError:
        return ""
    # The year that it is goes without saying, and the column is narrow.
    return began[5:] if began[:4] == moment(Instant.now())[:4] else began
