"""The Scenario dock: what is assumed, which engines run, how they are coupled, for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import schema
from app.icons import IconSet
from app.panels.scenario_fields import (
    beside,
    date_field,
    instant_text,
    local_time,
    minutes_field,
)
from app.panels.scenario_rows import RowColumn, ScenarioRows
from app.project import ProjectSession
from app.simulation import changes
from app.simulation.branching import origin_words
from app.simulation.draft import ScenarioDraft, text_of
from app.simulation.entity_names import NamedEntities
from app.simulation.session import SimulationSession
from app.simulation.words import engine_name, is_of_people, template_words
from twin_model.simulation.templates import TEMPLATES
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.fmi_variables import UnitVariable
    from twin_model.simulation.scenario import Scenario

_MINUTE_S: Final = 60.0


class ScenarioPanel(QWidget):
    """See module.

    Parameters
    ----------
    simulation : SimulationSession
    session : ProjectSession
    icons : IconSet
    """

    run_wanted = Signal(str)
    entity_wanted = Signal(str)

    def __init__(
        self, simulation: SimulationSession, session: ProjectSession, icons: IconSet
    ) -> None:
        super().__init__()
        self._simulation = simulation
        self._icons = icons
        self.draft: ScenarioDraft | None = None
        self._showing = False
        self._selection: Any = None
        self._entities = NamedEntities(simulation, session)
        #: What a line of the table of engines stands for: engine, and parameter or nothing.
        self._engine_lines: list[tuple[int, str]] = []
        self._make_fields()
        self._make_rows()
        self._make_buttons()
        self._lay_out()
        session.closed.connect(self._closed)
        self.retranslate()

    # -- making --------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self.title = QLineEdit(self)
        self.title.setObjectName("heading")
        self.title.editingFinished.connect(lambda: self._set("title", self.title.text().strip()))
        self.kind = QLabel(self)
        self.kind.setObjectName("dim")
        self.kind.setWordWrap(True)
        self.origin = QLabel(self)
        self.origin.setWordWrap(True)
        self.is_now = QCheckBox(self)
        self.is_now.toggled.connect(self._set_base)
        self.base = date_field(self, self._set_base)
        self.same_start = QCheckBox(self)
        self.same_start.toggled.connect(self._set_start)
        self.start = date_field(self, self._set_start)
        self.duration = minutes_field(self, 0.1, 5_000_000.0)
        self.duration.editingFinished.connect(
            lambda: self._set("duration_s", self.duration.value() * _MINUTE_S)
        )
        self.checkpoint = minutes_field(self, 0.0, 100_000.0)
        self.checkpoint.editingFinished.connect(
            lambda: self._set("checkpoint_s", self.checkpoint.value() * _MINUTE_S)
        )
        self.ends_early = QCheckBox(self)
        self.ends_early.toggled.connect(lambda on: self._set("ends_early", on))
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 2**31 - 1)
        self.seed.editingFinished.connect(lambda: self._set("seed", self.seed.value()))

    def _make_rows(self) -> None:
        name, value = (lambda: self.tr("Name")), (lambda: self.tr("Value"))
        icons = self._icons
        self.parameters = ScenarioRows([RowColumn(name), RowColumn(value, stretch=True)], icons)
        self.assumptions = ScenarioRows(
            [RowColumn(lambda: self.tr("Entity"), stretch=True), RowColumn(name), RowColumn(value),
             RowColumn(lambda: self.tr("Engine")), RowColumn(lambda: self.tr("At (s)"))], icons
        )  # fmt: skip
        self.engines = ScenarioRows([RowColumn(name), RowColumn(value, stretch=True)], icons)
        self.couplings = ScenarioRows(
            [RowColumn(lambda: self.tr("From"), stretch=True),
             RowColumn(lambda: self.tr("To"), stretch=True),
             RowColumn(lambda: self.tr("Delayed"))], icons
        )  # fmt: skip
        for rows, edit in (
            (self.parameters, changes.edit_parameter), (self.assumptions, changes.edit_assumption),
            (self.couplings, changes.edit_coupling),
        ):  # fmt: skip
            rows.edited.connect(partial(self._change, edit))
        self.parameters.add_wanted.connect(lambda: self._change(changes.add_parameter))
        self.parameters.remove_wanted.connect(partial(self._change, changes.remove_parameter))
        self.assumptions.add_wanted.connect(
            lambda: self._change(changes.add_assumption, getattr(self._selection, "id", ""))
        )
        self.couplings.add_wanted.connect(lambda: self._change(changes.add_coupling))
        for rows, part in ((self.assumptions, "edits"), (self.couplings, "couplings")):
            rows.remove_wanted.connect(partial(self._change, changes.without, part))
        self.assumptions.table.itemDoubleClicked.connect(self._go_to)
        self.engines.edited.connect(self._edit_engine)
        self.engines.remove_wanted.connect(
            lambda row: self._change(changes.remove_engine, self._engine_lines[row])
        )
        self.engine_menu = QMenu(self.engines.add)
        self.engine_menu.aboutToShow.connect(self._fill_engines)
        self.engines.add.setMenu(self.engine_menu)
        self.engines.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _make_buttons(self) -> None:
        self.map_unit = QPushButton(self)
        self.map_unit.clicked.connect(self.map_first_unit)
        self.undo, self.redo, self.revert = (QToolButton(self) for _ in range(3))
        for button, glyph, slot in (
            (self.undo, "arrow-u-up-left", self._undo), (self.redo, "arrow-u-up-right", self._redo),
            (self.revert, "arrow-counter-clockwise", self._revert),
        ):  # fmt: skip
            button.setIcon(self._icons.icon(glyph))
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(slot)
        self.save = QPushButton(self)
        self.save.clicked.connect(self.keep)
        self.run = QPushButton(self)
        self.run.setObjectName("primary")
        self.run.clicked.connect(lambda: self.keep(run=True))
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(14, 10, 14, 8)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        self.form = QFormLayout()
        self.labels: list[QLabel] = []
        self.form.setHorizontalSpacing(10)
        self.form.setVerticalSpacing(6)
        self.base_row = beside(self, self.is_now, self.base)
        self.start_row = beside(self, self.same_start, self.start)
        for field in (self.base_row, self.start_row, self.duration, self.ends_early,
                      self.seed, self.checkpoint, self.origin):  # fmt: skip
            self.labels.append(QLabel(self))
            self.form.addRow(self.labels[-1], field)
        self.body = QWidget(self)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(14, 6, 12, 10)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.kind)
        column.addLayout(self.form)
        for part in (self.parameters, self.assumptions, self.engines, self.map_unit,
                     self.couplings):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.body)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(4)
        for button in (self.undo, self.redo, self.revert):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.save)
        foot.addWidget(self.run)
        self.foot = QWidget(self)
        self.foot.setLayout(foot)
        problem = QVBoxLayout()
        problem.setContentsMargins(14, 0, 12, 0)
        problem.addWidget(self.problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.area, 1)
        layout.addLayout(problem)
        layout.addWidget(self.foot)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        names = [self.tr("City as of"), self.tr("Clock begins"), self.tr("Duration"),
                 self.tr("Ends early"), self.tr("Seed"), self.tr("Checkpoint every"),
                 self.tr("Goes on from")]  # fmt: skip
        for row, name in enumerate(names):
            self.labels[row].setText(name)
        for field, name in (
            (self.title, self.tr("Title")), (self.base, names[0]), (self.start, names[1]),
            (self.duration, names[2]), (self.ends_early, names[3]), (self.seed, names[4]),
            (self.checkpoint, names[5]),
        ):  # fmt: skip
            field.setAccessibleName(name)
        self.is_now.setText(self.tr("now"))
        self.same_start.setText(self.tr("then"))
        self.same_start.setToolTip(self.tr("Simulated time begins at the instant of the city"))
        self.ends_early.setText(self.tr("once everyone is out"))
        self.ends_early.setToolTip(
            self.tr("Once all engines say that nothing more will happen. Traffic and water never "
                    "say so.")
        )  # fmt: skip
        self.checkpoint.setSpecialValueText(self.tr("never"))
        remove = self.tr("Remove the line")
        self.parameters.set_texts(
            self.tr("Parameters"), self.tr("Add a parameter, used as $name elsewhere"), remove
        )
        self.assumptions.set_texts(
            self.tr("Assumptions"),
            self.tr("Add an assumption, for the entity that is selected in the scene"), remove,
        )  # fmt: skip
        self.engines.set_texts(self.tr("Engines"), self.tr("Add an engine"), remove)
        self.couplings.set_texts(
            self.tr("Couplings"), self.tr("Add a coupling from engine.value to engine.value"),
            remove,
        )  # fmt: skip
        for button, text in ((self.undo, self.tr("Undo in this scenario")),
                             (self.redo, self.tr("Redo in this scenario")),
                             (self.revert, self.tr("Back to what is kept"))):  # fmt: skip
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.map_unit.setText(self.tr("Variables of the unit…"))
        self.save.setText(self.tr("Save"))
        self.run.setText(self.tr("Save and run"))
        self.hint.setText(
            self.tr("Choose a scenario in the Simulation panel to edit it here, or make a new one "
                    "there from a template.")
        )  # fmt: skip
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- showing -------------------------------------------------------------------------

    def show_scenario(self, scenario: Scenario, *, fresh: bool = False) -> None:
        """Edit a scenario; changes of another that were not kept are kept first."""
        if self.draft is not None and self.draft.changed and not self.draft.problem():
            self.keep()
        self.draft = ScenarioDraft(scenario, fresh=fresh)
        self._show()

    def set_selection(self, entity: Any) -> None:
        """Take note of what is selected in the scene."""
        self._selection = entity if hasattr(entity, "type") else None

    def _closed(self) -> None:
        self.draft = None
        self._entities.forget()
        self._show()

    def _show(self) -> None:
        draft = self.draft
        self.hint.setVisible(draft is None)
        for widget in (self.area, self.foot):
            widget.setVisible(draft is not None)
        self.problem.setVisible(False)
        if draft is None:
            return
        self._showing = True
        document = draft.document
        self.title.setText(document["title"])
        template = TEMPLATES.get(document["template"])
        title, asks = template_words(template.id, template.title, template.asks) if template else (
            "", "")  # fmt: skip
        self.kind.setText(" · ".join(t for t in (draft.id, title, asks) if t))
        for field, check, name in ((self.base, self.is_now, "base"),
                                   (self.start, self.same_start, "start")):  # fmt: skip
            given = document[name]
            check.setChecked(given is None)
            field.setEnabled(given is not None)
            field.setDateTime(local_time(Instant.parse(given) if given else Instant.now()))
        self.duration.setValue(document["duration_s"] / _MINUTE_S)
        self.checkpoint.setValue(document["checkpoint_s"] / _MINUTE_S)
        self.seed.setValue(document["seed"])
        self.ends_early.setChecked(document["ends_early"])
        ways = [one["simulator"] for one in document["engines"]]
        self.form.setRowVisible(self.ends_early, any(is_of_people(one) for one in ways))
        self._show_branch(document["branch"])
        self._show_rows(document)
        self._showing = False
        self._judge()

    def _show_branch(self, branch: dict[str, str] | None) -> None:
        """Say where the scenario goes on from; how that began is of the run, and not to be set."""
        began = branch is not None
        self.form.setRowVisible(self.origin, began)
        for row in (self.base_row, self.start_row):
            self.form.setRowVisible(row, not began)
        self.seed.setEnabled(not began)
        self.seed.setToolTip(self.tr("That of the run which it goes on from") if began else "")
        if branch is not None:
            self.origin.setText(origin_words(self._simulation.run(branch["run"]), branch))

    def _show_rows(self, document: dict[str, Any]) -> None:
        rows = [(k, text_of(v)) for k, v in document["parameters"].items()]
        self.parameters.show_rows(rows, [k for k, _ in rows], changes.parameter_words(rows))
        self.assumptions.show_rows(
            changes.assumption_rows(document, self._entities.name),
            [one["entity"] for one in document["edits"]],
            changes.assumption_words(document, self._entities.name),
        )
        rows, self._engine_lines = changes.engine_rows(document)
        words = changes.engine_words(document, self._engine_lines, self._entities.name)
        tips = [
            f"{name.strip()}: {text}\n{seen}" if seen != text else text
            for (name, text), (_, seen) in zip(rows, words)
        ]
        self.engines.show_rows(rows, tips, words)
        self.map_unit.setVisible(any(_is_unit(one) for one in document["engines"]))
        couplings = changes.coupling_rows(document)
        tips = [f"{a} → {b}" for a, b, _ in couplings]
        self.couplings.show_rows(couplings, tips, changes.coupling_words(document))

    def _judge(self) -> None:
        """Say what is wrong, and what can be done now."""
        draft = self.draft
        assert draft is not None
        problem = draft.problem()
        self.problem.setText(messages.shown(problem))
        self.problem.setVisible(bool(problem))
        writable = self._simulation.writable
        self.undo.setEnabled(draft.can_undo)
        self.redo.setEnabled(draft.can_redo)
        self.revert.setEnabled(draft.changed and not draft.fresh)
        self.save.setEnabled(writable and draft.changed and not problem)
        self.run.setEnabled(writable and not problem)

    # -- changing ------------------------------------------------------------------------

    def _put(self, document: dict[str, Any]) -> None:
        if self.draft is not None and self.draft.put(document):
            self._show()

    def _set(self, name: str, value: Any) -> None:
        if self._showing or self.draft is None:
            return
        self._put({**self.draft.document, name: value})

    def _set_base(self, *_: Any) -> None:
        self._set("base", None if self.is_now.isChecked() else instant_text(self.base))

    def _set_start(self, *_: Any) -> None:
        self._set("start", None if self.same_start.isChecked() else instant_text(self.start))

    def _change(self, change: Callable[..., dict[str, Any]], *given: Any) -> None:
        if self.draft is not None:
            self._put(change(self.draft.document, *given))

    def _edit_engine(self, row: int, column: int, text: str) -> None:
        self._change(changes.edit_engine, self._engine_lines[row], column, text)
        self._show()

    def _go_to(self, item: QTableWidgetItem) -> None:
        if item.column() == 0 and self.draft is not None:
            self.entity_wanted.emit(self.draft.document["edits"][item.row()]["entity"])

    def map_first_unit(self) -> None:
        """Ask what the variables of a unit stand for; of the one selected, else of the first."""
        if self.draft is None:
            return
        engines = self.draft.document["engines"]
        chosen = self._engine_lines[self.engines.row][0] if self.engines.row >= 0 else -1
        numbers = [n for n, one in enumerate(engines) if _is_unit(one)]
        self._ask_units([chosen if chosen in numbers else numbers[0]])

    def map_units(self) -> None:
        """Ask what the variables of every unit stand for, one unit after the other."""
        if self.draft is not None:
            engines = self.draft.document["engines"]
            self._ask_units([n for n, one in enumerate(engines) if _is_unit(one)])

    def _ask_units(self, numbers: Sequence[int]) -> None:
        draft = self.draft
        if draft is None or not numbers:
            return
        unit = str(draft.document["engines"][numbers[0]]["parameters"].get("unit", ""))

        def ask(found: list[UnitVariable]) -> None:
            if self.draft is draft:
                self._map_unit(numbers[0], found)
                self._ask_units(numbers[1:])

        self._simulation.read_unit(unit, ask)

    def _map_unit(self, number: int, found: list[UnitVariable]) -> None:
        from app.simulation.fmi_form import FmiMappingDialog

        if self.draft is None:
            return
        engine = self.draft.document["engines"][number]
        given = engine["parameters"]
        system = str(given.get("system", engine["id"]))
        dialog = FmiMappingDialog(self, found, given, system, self._selection, self._entities)
        name = engine_name(str(engine["id"]), str(engine.get("title") or ""))
        dialog.setWindowTitle(f"{dialog.windowTitle()} · {name}")
        if dialog.exec() == FmiMappingDialog.DialogCode.Accepted:
            self._change(changes.set_parameters, number, dialog.mapping())
        dialog.deleteLater()

    def _fill_engines(self) -> None:
        from twin_model.contributions import CONTRIBUTIONS

        self.engine_menu.clear()
        for entry in CONTRIBUTIONS.of("simulator"):
            action = self.engine_menu.addAction(entry.title(schema.language()))
            action.triggered.connect(partial(self._change, changes.add_engine, entry.id))

    # -- keeping -------------------------------------------------------------------------

    def _undo(self) -> None:
        if self.draft is not None:
            self.draft.undo()
            self._show()

    def _redo(self) -> None:
        if self.draft is not None:
            self.draft.redo()
            self._show()

    def _revert(self) -> None:
        if self.draft is not None:
            self.draft.revert()
            self._show()

    def keep(self, *, run: bool = False) -> None:
        """Keep the scenario with the project; then run it, where that is wanted."""
        draft = self.draft
        if draft is None or draft.problem():
            return
        scenario = draft.scenario()

        def then() -> None:
            draft.saved()
            if self.draft is draft:
                self._judge()
            if run:
                self._simulation.scenarios = [
                    *(s for s in self._simulation.scenarios if s.id != scenario.id), scenario
                ]  # fmt: skip
                self.run_wanted.emit(scenario.id)

        self._simulation.save(scenario, then)


def _is_unit(engine: dict[str, Any]) -> bool:
    return str(engine["simulator"]).endswith(".fmi")
