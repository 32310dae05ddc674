"""The dialog that maps variables of a functional mock-up unit to entities and indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.simulation.draft import text_of, value_of
from app.simulation.fmi_variables import UnitVariable
from app.theme import ROW_PX
from twin_model.errors import ValidationError
from twin_model.schema.units import check_unit

_NAME, _KIND, _ENTITY, _INDICATOR, _UNIT, _VALUE = range(6)
_SIZE: Final = (860, 460)


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
    selected : str
        Id of the entity that is selected in the scene, for Use selection; empty for none.
    """

    def __init__(
        self, parent: QWidget, variables: Sequence[UnitVariable], parameters: Mapping[str, Any],
        system: str, selected: str,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._variables = variables
        self._selected = selected
        self.setWindowTitle(self.tr("Variables of the unit"))
        note = QLabel(
            self.tr("Inputs and outputs are exchanged as values of an entity; parameters keep the "
                    "value given here. What is left empty is called as the unit calls it."), self,
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
        use.setEnabled(bool(self._selected))
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
            self.table.setItem(row, column, item)
        said = {_ENTITY: system, _INDICATOR: one.name, _UNIT: one.unit or "–"}
        for column, text in ({_VALUE: one.start} if is_parameter else said).items():
            cell = self.table.item(row, column)
            if cell is not None and text:
                cell.setToolTip(self.tr("empty: {0}").format(text))

    def use_selected(self) -> None:
        """Let the lines that are chosen stand for the entity selected in the scene."""
        for index in self.table.selectedIndexes():
            item = self.table.item(index.row(), _ENTITY)
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
                item.setText(self._selected)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return "" if item is None else item.text().strip()

    def mapping(self) -> dict[str, Any]:
        """Return ``variables`` and ``values`` of the engine.

        Raises
        ------
        ValidationError
            If a unit is none, or a value no number.
        """
        variables: dict[str, dict[str, str]] = {}
        values: dict[str, float] = {}
        for row, one in enumerate(self._variables):
            given = {"entity": self._text(row, _ENTITY), "indicator": self._text(row, _INDICATOR),
                     "unit": self._text(row, _UNIT)}  # fmt: skip
            kept = {name: text for name, text in given.items() if text}
            if "unit" in kept:
                check_unit(kept["unit"])
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
            self.problem.setText(messages.shown(str(error)))
            self.problem.show()
            return
        self.accept()
