"""The dialog that maps variables of a functional mock-up unit to entities and indicators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.item_models.entities import display_name
from app.simulation.draft import text_of, value_of
from app.simulation.fmi_variables import UnitVariable
from app.theme import ROW_PX
from app.unit_words import label
from twin_model.errors import ValidationError
from twin_model.schema.units import check_unit

if TYPE_CHECKING:
    from twin_model.entity import Entity

_NAME, _KIND, _ENTITY, _INDICATOR, _UNIT, _VALUE = range(6)
_SIZE: Final = (860, 460)
#: What is read in place of an id, the id that it stands for, and what an empty cell means.
_SEEN, _MEANT, _EMPTY = (Qt.ItemDataRole.UserRole + n for n in (1, 2, 3))


class EntityNames(Protocol):
    """Knows the entities of the twin by their names."""

    def name(self, entity_id: str) -> str:
        """Return what an entity is called."""
        ...

    def find(self, texts: Sequence[str], answer: Callable[[Mapping[str, Entity]], object]) -> None:
        """Answer with the entities that have an id, name or management code, by that."""
        ...


class FmiMappingDialog(QDialog):
    """A line a variable: which entity and indicator it stands for, in which unit.

    Parameters
    ----------
    parent : QWidget
    variables : sequence of UnitVariable
    parameters : dict
        Of the engine: ``variables`` and ``values`` are shown and changed.
    system : str
        Entity of what is not mapped.
    selected : Entity or None
        What is selected in the scene.
    names : EntityNames
    """

    def __init__(
        self, parent: QWidget, variables: Sequence[UnitVariable], parameters: Mapping[str, Any],
        system: str, selected: Entity | None, names: EntityNames,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._variables = variables
        self._selected = selected
        self._names = names
        #: Names that no entity has; whoever confirms twice means them.
        self._strange: list[str] = []
        self.setWindowTitle(self.tr("Variables of the unit"))
        note = QLabel(
            self.tr("Inputs and outputs are exchanged as values of an entity, given by its name or "
                    "code; parameters keep the value given here. What is left empty is as the "
                    "unit has it, in grey."), self,
        )  # fmt: skip
        note.setObjectName("dim")
        note.setWordWrap(True)
        self._make_table()
        mapped = dict(parameters.get("variables", {}))
        values = dict(parameters.get("values", {}))
        for row, one in enumerate(variables):
            self._fill(row, one, dict(mapped.get(one.name, {})), values, system)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.table.itemChanged.connect(self._edited)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for widget in (note, self.table, self.problem, self._buttons()):
            layout.addWidget(widget)
        self.resize(*_SIZE)

    def _make_table(self) -> None:
        self.table = QTableWidget(len(self._variables), 6, self)
        self.table.setHorizontalHeaderLabels(
            [self.tr("Variable"), self.tr("Kind"), self.tr("Entity"), self.tr("Indicator"),
             self.tr("Unit"), self.tr("Value")]
        )  # fmt: skip
        self.table.setAccessibleName(self.windowTitle())
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.setShowGrid(False)
        self.table.setItemDelegate(_MappingCell(self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (_ENTITY, _INDICATOR):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        use = buttons.addButton(
            self.tr("Use selected entity"), QDialogButtonBox.ButtonRole.ResetRole
        )
        use.setEnabled(self._selected is not None)
        if self._selected is not None:
            use.setText(self.tr("Use {0}").format(display_name(self._selected)))
        use.clicked.connect(self.use_selected)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _fill(
        self, row: int, one: UnitVariable, mapped: dict[str, Any], values: dict[str, Any],
        system: str,
    ) -> None:  # fmt: skip
        kinds = {"input": self.tr("input"), "output": self.tr("output"),
                 "parameter": self.tr("parameter")}  # fmt: skip
        is_parameter = one.causality == "parameter"
        value = text_of(values[one.name]) if one.name in values else ""
        texts = [one.name, kinds[one.causality], str(mapped.get("entity", "")),
                 str(mapped.get("indicator", "")), str(mapped.get("unit", "")), value]  # fmt: skip
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            locked = column in (_NAME, _KIND) or (
                column == _VALUE if not is_parameter else column != _VALUE
            )
            if locked:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(one.description)
            if column == _ENTITY and text:
                item.setData(_MEANT, text)
                item.setData(_SEEN, self._names.name(text))
            self.table.setItem(row, column, item)
        # Values of parameters are the variable's own; others are exchanged in a unit that is known.
        said = (
            {_UNIT: one.unit or "–", _VALUE: one.start} if is_parameter
            else {_ENTITY: system, _INDICATOR: one.name, _UNIT: _exchanged(one) or "–"}
        )  # fmt: skip
        for column, text in said.items():
            cell = self.table.item(row, column)
            if cell is not None:
                cell.setData(_EMPTY, text)

    def _edited(self, item: QTableWidgetItem) -> None:
        """Forget the name of an entity whose cell was typed into."""
        self.problem.hide()
        self._strange = []
        if item.column() == _ENTITY and item.data(_SEEN) and item.text() != item.data(_MEANT):
            item.setData(_SEEN, None)

    def _mean(self, item: QTableWidgetItem, entity_id: str, name: str) -> None:
        """Have a cell stand for an entity, and be read as its name."""
        item.setData(_MEANT, entity_id)
        item.setText(entity_id)
        item.setData(_SEEN, name)

    def use_selected(self) -> None:
        """Let the lines that are chosen stand for the entity selected in the scene."""
        for index in self.table.selectedIndexes():
            item = self.table.item(index.row(), _ENTITY)
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable and self._selected:
                self._mean(item, self._selected.id, display_name(self._selected))

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return "" if item is None else item.text().strip()

    def mapping(self) -> dict[str, Any]:
        """Return ``variables`` and ``values`` of the engine.

        Raises
        ------
        ValidationError
            If a unit is none or measures something else than the variable's, two variables of one
            indicator have different units, or a value is no number.
        """
        variables: dict[str, dict[str, str]] = {}
        values: dict[str, float] = {}
        units: dict[tuple[str, str], str] = {}
        for row, one in enumerate(self._variables):
            given = {"entity": self._text(row, _ENTITY), "indicator": self._text(row, _INDICATOR),
                     "unit": self._text(row, _UNIT)}  # fmt: skip
            kept = {name: text for name, text in given.items() if text}
            if "unit" in kept:
                _check_given(one, kept["unit"])
            if one.causality != "parameter":
                unit = kept.get("unit", one.stated.unit)
                side = one.causality, kept.get("indicator", one.name)
                if units.setdefault(side, unit) != unit:
                    raise ValidationError(
                        "attributes", one.name, unit, f"another variable that is {side[1]} is in "
                        f"{units[side] or '1'}",
                    )  # fmt: skip
            if kept:
                variables[one.name] = kept
            text = self._text(row, _VALUE)
            if text:
                number = value_of(text)
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    raise ValidationError("attributes", one.name, text, "is no number")
                values[one.name] = number
        return {"variables": variables, "values": values}

    def _accept(self) -> None:
        try:
            self.mapping()
        except ValidationError as error:
            self._say(f"{error.name} · {error.value}: {messages.shown(error.rule)}")
            return
        typed = {
            item.text().strip(): item for row in range(self.table.rowCount())
            if (item := self.table.item(row, _ENTITY)) is not None
            and item.text().strip() and not item.data(_SEEN)
        }  # fmt: skip
        if not typed or list(typed) == self._strange:
            self.accept()
        else:
            self._names.find(list(typed), self._found)

    def _found(self, found: Mapping[str, Entity]) -> None:
        """Take the entities that typed names and codes stand for; ask again about others."""
        strange: list[str] = []
        for row in range(self.table.rowCount()):
            item = self.table.item(row, _ENTITY)
            text = "" if item is None else item.text().strip()
            if item is None or not text or item.data(_SEEN):
                continue
            if text in found:
                self._mean(item, found[text].id, display_name(found[text]))
            elif text not in strange:
                strange.append(text)
        if not strange:
            self.accept()
            return
        self._say(
            self.tr("The city has no entity {0}. OK again keeps it as a name, as other engines "
                    "have them.").format(", ".join(strange))
        )  # fmt: skip
        self._strange = strange

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()


class _MappingCell(QStyledItemDelegate):
    """Shows names where ids are edited, and in grey what an empty cell stands for."""

    def initStyleOption(self, option: Any, index: Any) -> None:
        super().initStyleOption(option, index)
        seen, empty = index.data(_SEEN), index.data(_EMPTY)
        if option.text and seen:
            option.text = seen
        elif not option.text and empty:
            option.text = empty
            grey = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, grey)


def _exchanged(one: UnitVariable) -> str:
    """Return the unit of a variable that is mapped to no other, as it is shown."""
    return label(check_unit(one.stated.unit) if one.stated.known else one.unit)


def _check_given(one: UnitVariable, unit: str) -> None:
    """Refuse a unit that is none, or measures something else than the variable's own.

    Raises
    ------
    ValidationError
    """
    try:
        check_unit(unit)
        if one.unit and one.stated.known:
            one.stated.given(1.0, unit)
    except ValidationError as error:
        raise ValidationError("attributes", one.name, error.value, error.rule) from error
