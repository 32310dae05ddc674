"""Second page of the wizard: what comes, and which entity and indicator each value is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, messages
from app.connections.preview import Line, Preview
from app.editing import schema
from app.editing.type_picker import TypePicker
from app.item_models.alarms import value_text
from app.item_models.entities import display_name
from app.item_models.lines import Index, LinesModel
from app.live.units import indicator_name
from app.numbers import integer
from app.panels.plain_table import dress
from app.theme import Theme
from app.unit_words import label
from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.templates import Template
from twin_model.samples import Quality
from twin_model.time import Instant

NAME, CONTENT, ENTITY, INDICATOR, VALUE, STATE = range(6)
_WIDTHS: Final = (230, 150, 150, 130, 90)
_MATCHES: Final = ("auto", "id", "management", "name")
#: Of what is left out of messages, so many are named.
_MOST_PATHS: Final = 6
_PAYLOADS: Final = ("auto", "json", "text", "sparkplug")


class PreviewModel(LinesModel):
    """What mappings make of what was seen.

    Parameters
    ----------
    theme : Theme
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.preview = Preview()
        self.names = ""

    def set_preview(self, preview: Preview) -> None:
        """Show another one; the same names with other values are only repainted."""
        same = [(line.name, line.indicator) for line in self.preview.lines] == [
            (line.name, line.indicator) for line in preview.lines
        ]
        self.take_lines(lambda: setattr(self, "preview", preview), same=same)

    def headings(self) -> list[str]:
        return [
            self.names, self.tr("Comes"), self.tr("Entity"), self.tr("Indicator"),
            self.tr("Value"), self.tr("State"),
        ]  # fmt: skip

    def line_count(self) -> int:
        return len(self.preview.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self.preview.lines[index.row()], index.column()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._text(line, column) or None
        if role == Qt.ItemDataRole.ForegroundRole:
            if line.problem:
                return self._theme.colour("critical")
            if line.target is None:
                return self._theme.colour("dim")
            if line.told_unit and column in {VALUE, STATE}:
                return self._theme.colour("high")
            return self._theme.colour("accent") if column == STATE else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column == VALUE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, line: Line, column: int) -> str:
        match column:
            case 0:
                return line.name
            case 1:
                return " ".join(line.content.split())
            case 2:
                return display_name(line.target) if line.target is not None else line.entity
            case 3:
                kind = line.target.type if line.target is not None else ""
                return indicator_name(kind, line.indicator) if line.indicator else ""
            case 4:
                shown = "" if math.isnan(line.value) else value_text(line.value, _unit(line.unit))
                return line.text or shown
        return self._state(line)

    def _state(self, line: Line) -> str:
        if line.problem:
            return messages.shown(line.problem)
        if not line.entity:
            return self.tr("no template matches")
        if line.target is None:
            return self.tr("no such entity")
        if line.told_unit:
            text = self.tr("comes in {0}, taken for {1}: state the unit that comes")
            return text.format(line.told_unit, _unit(line.unit))
        parts = [self.tr("goes in")]
        if line.quality == Quality.BAD:
            parts.append(self.tr("bad"))
        elif line.quality == Quality.UNCERTAIN:
            parts.append(self.tr("uncertain"))
        if line.time_us is not None:
            stamp = Instant(line.time_us).to_datetime().astimezone()
            parts.append(f"{stamp:%H:%M:%S}")
        return " · ".join(parts)


def _unit(unit: str) -> str:
    try:
        return label(unit) if unit else ""
    except ValueError:
        return unit


def _title(mapping: Mapping) -> str:
    """Return the template, and which indicator where others may have the same template."""
    one_of_many = bool(mapping.position) or mapping.value not in {"", "*"}
    return f"{mapping.source}  →  {mapping.indicator}" if one_of_many else mapping.source


class MappingForm(QWidget):
    """The fields of one mapping."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept = Mapping(source="{entity}/{indicator}")
        self.fields = {
            name: QLineEdit(self)
            for name in ("source", "entity", "indicator", "value", "time", "quality", "records",
                         "unit", "scale", "shift")
        }  # fmt: skip
        self.match = QComboBox(self)
        for value, text in zip(_MATCHES, (
            self.tr("id, code or name"), self.tr("id"), self.tr("management code"), self.tr("name"),
        )):  # fmt: skip
            self.match.addItem(text, value)
        self.payload = QComboBox(self)
        for value, text in zip(_PAYLOADS, (
            self.tr("whatever they are"), self.tr("JSON"), self.tr("plain text"),
            self.tr("Sparkplug B"),
        )):  # fmt: skip
            self.payload.addItem(text, value)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self._lay_out()
        for box in (self.match, self.payload):
            box.currentIndexChanged.connect(lambda _: self.changed.emit())

    def _lay_out(self) -> None:
        titles = {
            "source": self.tr("Template"), "entity": self.tr("Entity is"),
            "indicator": self.tr("Indicator is"), "value": self.tr("Value at"),
            "time": self.tr("Time at"), "quality": self.tr("Quality at"),
            "records": self.tr("List of records at"), "unit": self.tr("Unit that comes"),
            "scale": self.tr("Times"), "shift": self.tr("Plus"), "match": self.tr("Found by"),
            "payload": self.tr("Messages are"),
        }  # fmt: skip
        hints = {
            "source": "city/{entity}/{indicator}",
            "value": self.tr("path; * for every number; empty: as usual"),
            "time": self.tr("empty: time, timestamp, ts, or when it came"),
            "quality": self.tr("empty: quality, or good"),
            "records": self.tr("empty: the message itself"),
            "unit": self.tr("empty: that of the type"),
            "scale": "1", "shift": "0",
        }  # fmt: skip
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        places = {
            "source": (0, 0), "entity": (1, 0), "indicator": (2, 0), "match": (1, 2),
            "value": (3, 0), "records": (3, 2), "time": (4, 0), "quality": (4, 2),
            "unit": (2, 2), "scale": (5, 0), "shift": (5, 2), "payload": (6, 0),
        }  # fmt: skip
        for name, (row, column) in places.items():
            field = {"match": self.match, "payload": self.payload}.get(name) or self.fields[name]
            title = titles[name]
            field.setAccessibleName(title)
            if isinstance(field, QLineEdit):
                field.setPlaceholderText(hints.get(name, ""))
                field.textChanged.connect(lambda _: self.changed.emit())
            caption = QLabel(title, self)
            grid.addWidget(caption, row, column)
            grid.addWidget(field, row, column + 1, 1, 3 if name == "source" else 1)
        grid.addWidget(self.problem, 7, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def mapping(self) -> Mapping | None:
        """Return the mapping; None, and why in words, where it is none."""
        try:
            Template(self.fields["source"].text().strip())
        except ValueError as error:
            self.problem.setText(messages.shown(str(error)))
            return None
        text = {name: field.text().strip() for name, field in self.fields.items()}
        numbers = {}
        for name, usual in (("scale", 1.0), ("shift", 0.0)):
            try:
                numbers[name] = float(text.pop(name) or usual)
            except ValueError:
                self.problem.setText(self.tr("Times and plus are numbers."))
                return None
        self.problem.setText("")
        stated = {
            **self._kept.model_dump(), **text, **numbers, "match": self.match.currentData(),
            "payload": self.payload.currentData(),
        }  # fmt: skip
        return Mapping.model_validate(stated)

    def set_mapping(self, mapping: Mapping) -> None:
        """Show a mapping."""
        self._kept = mapping
        self.blockSignals(True)
        for name, field in self.fields.items():
            value = getattr(mapping, name)
            usual = {"scale": 1.0, "shift": 0.0}.get(name)
            field.setText("" if value == usual else f"{value:g}" if usual is not None else value)
        self.match.setCurrentIndex(_MATCHES.index(mapping.match))
        self.payload.setCurrentIndex(_PAYLOADS.index(mapping.payload))
        self.blockSignals(False)


class MappingPage(QWidget):
    """See module.

    Parameters
    ----------
    theme : Theme
    """

    changed = Signal()
    proposal_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._mappings: list[Mapping] = [Mapping(source="{entity}/{indicator}")]
        self._at = 0
        #: Whether somebody changed what was proposed.
        self.touched = False
        self.new_type = "sensor"
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.which = QComboBox(self)
        self.which.setAccessibleName(self.tr("Mapping"))
        self.add = QPushButton(self.tr("Add mapping"), self)
        self.remove = QPushButton(self.tr("Remove"), self)
        self.propose = QPushButton(self.tr("Propose"), self)
        self.form = MappingForm()
        self.model = PreviewModel(theme)
        self.model.setParent(self)
        self.table = QTableView(self)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.make_new = QCheckBox(self)
        self.type = QPushButton(self)
        self.picker = TypePicker(self)
        self._lay_out()
        self.which.currentIndexChanged.connect(self._choose)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.propose.clicked.connect(self.proposal_wanted)
        self.form.changed.connect(self._edited)
        self.type.clicked.connect(lambda: self.picker.popup(self.type, self.new_type))
        self.picker.chosen.connect(self._choose_type)
        self.set_mappings(self._mappings)

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.model)
        dress(table, _WIDTHS)
        table.setAccessibleName(self.tr("What comes and where it goes"))
        choice = QHBoxLayout()
        choice.addWidget(self.which, 1)
        for button in (self.propose, self.add, self.remove):
            button.setAutoDefault(False)
            choice.addWidget(button)
        new = QHBoxLayout()
        new.addWidget(self.make_new)
        new.addWidget(self.type)
        new.addStretch(1)
        self.type.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addWidget(self.state)
        layout.addLayout(choice)
        layout.addWidget(self.form)
        layout.addWidget(table, 1)
        layout.addWidget(self.summary)
        layout.addLayout(new)

    # -- mappings ------------------------------------------------------------------------

    def mappings(self) -> list[Mapping] | None:
        """Return the mappings; None where the one that is shown is none."""
        if self.form.mapping() is None:
            return None
        return list(self._mappings)

    def set_mappings(self, mappings: Sequence[Mapping]) -> None:
        """Show other mappings."""
        self._mappings = list(mappings)
        self._at = 0
        self._list()
        self.form.set_mapping(self._mappings[0])
        self.changed.emit()

    def _list(self) -> None:
        self.which.blockSignals(True)
        self.which.clear()
        for mapping in self._mappings:
            self.which.addItem(_title(mapping))
        self.which.setCurrentIndex(self._at)
        self.which.blockSignals(False)
        self.which.setEnabled(len(self._mappings) > 1)
        self.remove.setEnabled(len(self._mappings) > 1)

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._mappings):
            self._at = number
            self.form.set_mapping(self._mappings[number])

    def _add(self) -> None:
        self._mappings.append(Mapping(source="{entity}/{indicator}"))
        self._at = len(self._mappings) - 1
        self.touched = True
        self._list()
        self._choose(self._at)
        self.changed.emit()

    def _remove(self) -> None:
        del self._mappings[self._at]
        self._at = 0
        self.touched = True
        self._list()
        self._choose(0)
        self.changed.emit()

    def _edited(self) -> None:
        mapping = self.form.mapping()
        if mapping is not None:
            self.touched = True
            self._mappings[self._at] = mapping
            self.which.setItemText(self._at, _title(mapping))
            self.changed.emit()

    # -- what becomes of it --------------------------------------------------------------

    def show_state(self, text: str, *, wrong: bool) -> None:
        """Say how the look at the source goes."""
        self.state.setObjectName("error" if wrong else "dim")
        self.state.style().polish(self.state)
        self.state.setText(text)

    def show_preview(self, preview: Preview) -> None:
        """Show what the mappings make of what was seen."""
        self.model.set_preview(preview)
        text = (
            self.tr("{0} values go in · {1} of unknown entities · {2} names without a template")
            .format(
                integer(preview.matched),
                integer(sum(line.target is None and bool(line.entity) for line in preview.lines)),
                integer(preview.unmatched),
            )
        )  # fmt: skip
        self.summary.setText("\n".join(filter(None, (text, self._left_out(preview)))))
        count = len(preview.unknown)
        self.make_new.setText(self.tr("Create the %n unknown entities, of type", "", count))
        self.make_new.setVisible(bool(count))
        self.type.setVisible(bool(count))
        self._choose_type(self.new_type)

    def _left_out(self, preview: Preview) -> str:
        """Say which numbers within messages go nowhere."""
        paths = list(preview.left_out)
        if not paths:
            return ""
        shown = ", ".join(paths[:_MOST_PATHS]) + (" …" if len(paths) > _MOST_PATHS else "")
        text = self.tr("Left out within messages: {0}. A mapping takes one with its path in “{1}”.")
        return text.format(shown, self.form.fields["value"].accessibleName())

    def _choose_type(self, type_id: str) -> None:
        self.new_type = type_id
        self.type.setText(entity_words.entity_type(type_id) or schema.sentence(type_id))
