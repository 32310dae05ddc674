"""The dialog that makes a scenario from a template."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.item_models.entities import display_name
from app.simulation.building_plans import BuildingPlans, plan_words
from app.simulation.light_fields import LightFields, TrafficLights
from app.simulation.template_fields import FIELDS, Asked
from app.simulation.typed_entities import TypedEntities, is_query
from app.simulation.words import template_words
from twin_model.errors import ShapanError
from twin_model.layer import Layer
from twin_model.simulation.scenario import Scenario
from twin_model.simulation.templates import TEMPLATES, scenario_from

if TYPE_CHECKING:
    from app.window import MainWindow
    from twin_model.entity import Entity

_STRANGE: Final = re.compile(r"[^a-z0-9_-]+")
_WIDTH_PX: Final = 480
#: Fields that are not filled from the selection, which stands for the first.
_NEVER_SELECTED: Final = ("exits", "valve")


def ask_scenario(window: MainWindow, template_id: str) -> Scenario | None:
    """Ask what a template needs; return the scenario, or None where it was cancelled."""
    twin = window.session.required
    plans = BuildingPlans(twin, window.services.background)
    typed = TypedEntities(twin, window.services.background)
    lights = TrafficLights(twin, window.services.background)
    dialog = TemplateDialog(
        window, template_id, window.entity_editing.selected(),
        [layer for layer in twin.layers() if layer.content == "terrain.tif"],
        {one.id for one in window.simulation.session.scenarios}, plans, typed, lights,
    )  # fmt: skip
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    for reader in (plans, typed, lights):
        reader.drop()  # nobody is there to hear it
    dialog.deleteLater()
    return dialog.scenario if accepted else None


class TemplateDialog(QDialog):
    """Fields of a template, filled from what is selected and what the project has.

    Parameters
    ----------
    parent : QWidget
    template_id : str
    selection : sequence of Entity
    terrains : sequence of Layer
    taken : set of str
        Ids that scenarios have already.
    plans : BuildingPlans, optional
        Reads buildings that are to be left.
    typed : TypedEntities, optional
        Finds what is typed in place of a selection.
    lights : TrafficLights, optional
        Reads the traffic lights of networks.
    """

    def __init__(
        self,
        parent: QWidget,
        template_id: str,
        selection: Sequence[Entity],
        terrains: Sequence[Layer],
        taken: set[str],
        plans: BuildingPlans | None = None,
        typed: TypedEntities | None = None,
        lights: TrafficLights | None = None,
    ) -> None:
        super().__init__(parent)
        self._template = TEMPLATES[template_id]
        self._selection = selection
        self._terrains = terrains
        self._taken = taken
        self._plans = plans if template_id == "evacuation" else None
        self._typed = typed
        #: The light and its program, where the template asks for them.
        self._lights = LightFields(self, lights) if template_id == "signal-plan" else None
        #: What is known of the building that is chosen.
        self._plan: dict[str, Any] | None = None
        self._unread = ""
        self.scenario: Scenario | None = None
        #: What was taken from the selection: as it is read, and the ids.
        self._named: dict[QLineEdit, tuple[str, list[str]]] = {}
        self._readers: dict[str, Callable[[], Any]] = {}
        self.fields: dict[str, QWidget] = {}
        title, asks = template_words(template_id, self._template.title, self._template.asks)
        self.setWindowTitle(self.tr("New scenario: {0}").format(title))
        note = self._label("dim", asks)
        self.title = QLineEdit(self._free_title(title), self)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(12)
        form.addRow(self.tr("Title"), self.title)
        for asked in FIELDS[template_id]:
            field = self._field(asked)
            field.setAccessibleName(asked.title())
            form.addRow(asked.title(), field)
        self.problem = self._label("error")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.building = self._label("dim")
        self.make = QPushButton(self.tr("Make scenario"), self)
        self.make.setObjectName("primary")
        buttons.addButton(self.make, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._make)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(note)
        layout.addLayout(form)
        layout.addWidget(self.building)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.setMinimumWidth(_WIDTH_PX)
        self._read_building()
        self._read_lights()

    def _label(self, name: str, text: str = "") -> QLabel:
        """Return a label, hidden where it has nothing to say yet."""
        label = QLabel(text, self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setVisible(bool(text))
        return label

    def _free_title(self, title: str) -> str:
        base = self._id_of(title)
        return f"{title} {self._free_number(base)}" if base in self._taken else title

    def _free_number(self, base: str) -> int:
        return next(n for n in itertools.count(2) if f"{base}-{n}" not in self._taken)

    def _id_of(self, title: str) -> str:
        # Of a Chinese title only digits would be left.
        made = _STRANGE.sub("-", title.lower()).strip("-")[:48] if title.isascii() else ""
        return made or self._template.id

    # -- fields --------------------------------------------------------------------------

    def _field(self, asked: Asked) -> QWidget:
        if asked.kind == "number":
            return self._number(asked)
        if asked.kind == "terrain":
            return self._terrain(asked)
        if asked.kind == "check":
            box = QCheckBox(self)
            box.setChecked(asked.name != "pipes")
            self._readers[asked.name] = lambda: asked.default if box.isChecked() else ""
            self.fields[asked.name] = box
            return box
        if self._lights is not None and asked.kind == "light":
            return self._light(asked, self._lights)
        line = QLineEdit(str(asked.default), self)
        self.fields[asked.name] = line
        if asked.kind == "file":
            self._readers[asked.name] = lambda: line.text().strip()
            if asked.name == "network":
                line.editingFinished.connect(self._read_lights)
            return self._row(line, self.tr("Choose…"), lambda: self._choose(line, asked))
        single = asked.kind == "entity"
        if self._selection and asked.name not in _NEVER_SELECTED:
            self._use_selection(line, single)
        self._readers[asked.name] = lambda: self._ids(line, single)
        line.setPlaceholderText(self._hint(asked))
        line.editingFinished.connect(self._read_building)
        row = self._row(line, self.tr("Use selection"), lambda: self._use_selection(line, single))
        return row

    def _hint(self, asked: Asked) -> str:
        if asked.name == "exits":
            return self.tr("Outer doors")
        return self.tr("Name or id") if asked.kind == "entity" else self.tr("Names, ids or a query")

    def _light(self, asked: Asked, lights: LightFields) -> QWidget:
        field, read = lights.light, lights.chosen_light
        if asked.name == "program":
            field, read = lights.program, lights.chosen_program
        self.fields[asked.name] = field
        self._readers[asked.name] = read
        return field

    def _read_lights(self) -> None:
        """Read the lights of the network that is named, or of the city's roads."""
        if self._lights is not None:
            self._lights.read(str(self._readers["network"]()))

    def _number(self, asked: Asked) -> QWidget:
        spin = QDoubleSpinBox(self)
        decimals = 0 if asked.whole else 1
        spin.setDecimals(5 if asked.low < 0.01 and asked.low > 0 else decimals)
        spin.setRange(asked.low, asked.high)
        spin.setSuffix(f" {asked.unit}" if asked.unit else "")
        spin.setValue(float(asked.default))
        self.fields[asked.name] = spin
        self._readers[asked.name] = lambda: spin.value() * asked.factor
        return spin

    def _terrain(self, asked: Asked) -> QWidget:
        choice = QComboBox(self)
        for layer in self._terrains:
            choice.addItem(layer.name, f"base/{layer.id}/{layer.content}")
        if not self._terrains:
            choice.addItem(self.tr("The project has no terrain."), "")
            choice.setEnabled(False)
        self.fields[asked.name] = choice
        self._readers[asked.name] = lambda: str(choice.currentData())
        return choice

    def _row(self, line: QLineEdit, text: str, slot: Callable[[], object]) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        button = QPushButton(text, both)
        button.clicked.connect(slot)
        button.setEnabled(text != self.tr("Use selection") or bool(self._selection))
        row.addWidget(line, 1)
        row.addWidget(button)
        return both

    def _choose(self, line: QLineEdit, asked: Asked) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, asked.title(), str(Path(line.text()).parent), asked.filter
        )
        if name:
            line.setText(name)
            line.editingFinished.emit()

    def _use_selection(self, line: QLineEdit, single: bool) -> None:
        chosen = self._selection[:1] if single else self._selection
        self._named[line] = ", ".join(map(display_name, chosen)), [entity.id for entity in chosen]
        line.setText(self._named[line][0])
        line.setCursorPosition(0)
        line.setToolTip("\n".join(display_name(entity) for entity in chosen))
        if hasattr(self, "problem"):
            self._read_building()

    # -- buildings -----------------------------------------------------------------------

    def _read_building(self) -> None:
        """Read how the storeys of what is chosen hang together."""
        if self._plans is None:
            return
        self._plan, self._unread = None, ""
        self.problem.hide()
        given = self.given()
        if not given.get("area"):
            self.building.hide()
            return
        self._say(self.tr("Reading rooms, doors and stairs…"))
        self.make.setEnabled(False)
        self._plans.ask(given, self._building_read)

    def _building_read(self, found: dict[str, Any] | str | None) -> None:
        self.make.setEnabled(True)
        if isinstance(found, str):
            self._unread = messages.shown(found)
            self._refuse("{0}", self._unread)
        elif found is not None:
            self._plan = found
        self._say(plan_words(found) if isinstance(found, dict) else "")

    def _say(self, text: str) -> None:
        """Say something of the building, with room for all of it."""
        self.building.setText(text)
        self.building.setVisible(bool(text))
        width = self.width() - 40
        self.building.setMinimumHeight(max(0, self.building.heightForWidth(width)) if text else 0)
        self.adjustSize()

    def _ids(self, line: QLineEdit, single: bool) -> Any:
        """Return the ids of what was selected, or what was typed instead."""
        seen, ids = self._named.get(line, ("", []))
        if ids and line.text() == seen:
            return ids[0] if single else ids
        return _typed(line.text().strip(), single)

    def _typed_texts(self) -> dict[str, tuple[str, str, bool]]:
        """Return, by field, what was typed of the twin's entities and not taken by selection."""
        found = {}
        for asked in FIELDS[self._template.id]:
            line = self.fields[asked.name]
            if asked.kind not in {"entity", "entities"} or not isinstance(line, QLineEdit):
                continue
            seen, ids = self._named.get(line, ("", []))
            text = line.text().strip()
            if text and not (ids and line.text() == seen):
                found[asked.name] = (asked.title(), text, asked.kind == "entity")
        return found

    def _missing(self, given: Mapping[str, Any]) -> Asked | None:
        """Return the first field that has to be filled in and is not."""
        # Where no building is known, nobody else says where people get out.
        exits = self._plans is not None and "plan" not in given
        wanted = (
            one for one in FIELDS[self._template.id]
            if one.needed or (exits and one.name == "exits")
        )  # fmt: skip
        return next((one for one in wanted if one.name not in given), None)

    # -- making --------------------------------------------------------------------------

    def given(self) -> dict[str, Any]:
        """Return what was filled in."""
        found = {name: read() for name, read in self._readers.items()}
        kept = {name: value for name, value in found.items() if value not in ("", [])}
        if "people" in kept:
            kept["people"] = round(kept["people"])
        if self._plan is not None:
            kept["plan"] = self._plan
        return kept

    def _make(self) -> None:
        given = self.given()
        missing = self._missing(given)
        if missing is not None and missing.name == "exits" and self._unread:
            self._refuse("{0}", self._unread)
            return
        if missing is not None:
            self._refuse(
                self.tr("{0}: nothing is said. Select it before, or type its name.")
                if missing.kind in {"entity", "entities"}
                else self.tr("{0}: nothing is said."),
                missing.title(),
            )
            self.fields[missing.name].setFocus()
            return
        if self._lights is not None and (wrong := self._lights.wrong()):
            self._refuse("{0}", f"{self._title_of('signal')}: {wrong}")
            return
        if self._typed is None or "plan" in given:
            self._finish(given)
            return
        # Of a file, its own names are said, which the project need not know.
        typed = {} if "network" in given else self._typed_texts()

        def answer(found: dict[str, Any] | str) -> None:
            self.make.setEnabled(True)
            if isinstance(found, str):
                self._refuse("{0}", found)
            else:
                self._finish(found)

        self.make.setEnabled(False)
        self._typed.ask(self._template.id, given, typed, answer)

    def _title_of(self, name: str) -> str:
        return next(one.title() for one in FIELDS[self._template.id] if one.name == name)

    def _refuse(self, text: str, what: str) -> None:
        self.problem.setText(text.format(what))
        self.problem.show()
        self.adjustSize()

    def _finish(self, given: Mapping[str, Any]) -> None:
        scenario_id = self._id_of(self.title.text())
        if scenario_id in self._taken:
            scenario_id = f"{scenario_id}-{self._free_number(scenario_id)}"
        try:
            self.scenario = scenario_from(
                self._template.id, scenario_id,
                {**given, "title": self.title.text().strip() or self._template.title},
            )  # fmt: skip
        except ShapanError as error:
            self._refuse("{0}", messages.shown(str(error)))
            return
        self.accept()


def _typed(text: str, single: bool) -> Any:
    """Return ids, or a query as it is."""
    if is_query(text):
        return text
    ids = [part.strip() for part in text.split(",") if part.strip()]
    return (ids[0] if ids else "") if single else ids
