"""Fields of the rule form for fences, hours, and whom a rule is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import available_timezones

import numpy as np
from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import entity_words
from app.editing.type_picker import TypePicker
from app.item_models.entities import display_name
from app.rules.fields import FormField
from app.rules.words import type_of_condition
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from twin_model.entity import Entity

#: The entity that is selected in the window; None for none.
Selected = Callable[[], "Entity | None"]
_TIME_PX: Final = 62


class RingField(FormField):
    """Corners of a fence in local metres, a line each; drawn, or taken over from an outline.

    Parameters
    ----------
    selected : callable
    """

    draw_wanted = Signal()

    def __init__(self, selected: Selected) -> None:
        super().__init__()
        self._selected = selected
        self.draw = QPushButton(self.tr("Draw in the scene…"), self)
        self.draw.clicked.connect(self.draw_wanted)
        self.edit = QPlainTextEdit(self)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(74)
        self.edit.setPlaceholderText(self.tr("east, north in local metres, a corner a line"))
        self.edit.textChanged.connect(self.changed)
        self.take = QPushButton(self.tr("Outline of the selected entity"), self)
        self.take.clicked.connect(self.take_outline)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.edit)
        row = QHBoxLayout()
        row.addWidget(self.draw)
        row.addWidget(self.take)
        row.addWidget(self.note, 1)
        column.addLayout(row)

    def take_outline(self) -> None:
        """Take the outline of the selected entity over."""
        from twin_model.footprints import outline_of

        entity = self._selected()
        try:
            outline = outline_of(entity) if entity is not None else None
        except ShapanError:
            outline = None
        if entity is None or outline is None or outline.geom_type != "Polygon":
            self.note.setText(self.tr("Select an entity that has an area of its own first."))
            return
        ring = np.asarray(outline.exterior.coords)[:-1, :2]
        self.set_value([tuple(corner) for corner in ring.round(2).tolist()])
        self.note.setText(display_name(entity))

    def value(self) -> Any:
        """Return the corners; what was written where it is none."""
        corners = []
        for line in self.edit.toPlainText().replace(";", "\n").splitlines():
            parts = line.replace(",", " ").split()
            if not parts:
                continue
            try:
                corners.append([float(part) for part in parts])
            except ValueError:
                return line
        return corners

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        lines = [f"{x:g}, {y:g}" if abs(x) < 1e5 else f"{x:.2f}, {y:.2f}" for x, y in value or []]
        self.edit.setPlainText("\n".join(lines))


class CalendarField(FormField):
    """Hours of the week in a place's own time; off for all hours unless *needed*.

    Parameters
    ----------
    needed : bool
    """

    def __init__(self, *, needed: bool = False) -> None:
        super().__init__()
        self._needed = needed
        self.on = QCheckBox(self.tr("Only at these hours"), self)
        self.on.setVisible(not needed)
        self.days = [QCheckBox(QLocale().dayName(n, QLocale.FormatType.ShortFormat), self)
                     for n in range(1, 8)]  # fmt: skip
        self.start, self.end = QLineEdit("08:00", self), QLineEdit("18:00", self)
        for edit in (self.start, self.end):
            edit.setFixedWidth(_TIME_PX)
            edit.textChanged.connect(lambda _: self.changed.emit())
        self.zone = QComboBox(self)
        self.zone.addItems(sorted(available_timezones()))
        self.zone.setEditable(True)
        self.zone.setCurrentText("Asia/Shanghai")
        self.outside = QCheckBox(self.tr("Outside these hours instead"), self)
        self.except_days = QLineEdit(self)
        self.except_days.setPlaceholderText(self.tr("Days that count as outside: 2026-10-01, …"))
        self._lay_out()
        self.on.toggled.connect(lambda on: self._rest.setVisible(on or needed))
        for box in (self.on, self.outside, *self.days):
            box.toggled.connect(lambda _: self.changed.emit())
        self.zone.currentTextChanged.connect(lambda _: self.changed.emit())
        self.except_days.textChanged.connect(lambda _: self.changed.emit())

    def _lay_out(self) -> None:
        self._rest = QWidget(self)
        rows = QVBoxLayout(self._rest)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        days, times = QHBoxLayout(), QHBoxLayout()
        for box in self.days:
            days.addWidget(box)
        days.addStretch(1)
        times.addWidget(self.start)
        times.addWidget(QLabel("–", self._rest))
        times.addWidget(self.end)
        times.addWidget(self.zone)
        times.addStretch(1)
        for part in (days, times):
            rows.addLayout(part)
        rows.addWidget(self.except_days)
        rows.addWidget(self.outside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.on)
        column.addWidget(self._rest)
        self._rest.setVisible(self._needed)

    def value(self) -> dict[str, Any] | None:
        """See `FormField`."""
        if not (self._needed or self.on.isChecked()):
            return None
        days = self.except_days.text().replace("，", ",").split(",")
        return {
            "weekdays": [n for n, box in enumerate(self.days, 1) if box.isChecked()],
            "start": self.start.text().strip(),
            "end": self.end.text().strip(),
            "zone": self.zone.currentText().strip(),
            "except_days": [day.strip() for day in days if day.strip()],
            "outside": self.outside.isChecked(),
        }

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        self.on.setChecked(value is not None)
        known = value or {}
        for number, box in enumerate(self.days, 1):
            box.setChecked(number in known.get("weekdays", range(1, 8)))
        self.start.setText(str(known.get("start", "08:00")))
        self.end.setText(str(known.get("end", "18:00")))
        self.zone.setCurrentText(str(known.get("zone", "Asia/Shanghai")))
        self.except_days.setText(", ".join(known.get("except_days", [])))
        self.outside.setChecked(bool(known.get("outside")))


class AppliesField(FormField):
    """Whom a rule is for: a type, a condition, or the selected entity.

    Parameters
    ----------
    selected : callable
    """

    def __init__(self, selected: Selected) -> None:
        super().__init__()
        self._selected = selected
        self.type = ""
        self.entities: tuple[str, ...] = ()
        self.picker = TypePicker(self)
        self.picker.chosen.connect(self._choose)
        self.kind = QPushButton(self)
        self.kind.clicked.connect(lambda: self.picker.popup(self.kind, self.shown_type))
        self.any = QPushButton(self.tr("Any type"), self)
        self.any.clicked.connect(lambda: self._choose(""))
        self.only = QPushButton(self.tr("Only the selected entity"), self)
        self.only.setCheckable(True)
        self.only.clicked.connect(self._toggle_only)
        self.where = QLineEdit(self)
        self.where.setPlaceholderText(self.tr("and where, such as: height > 50 and use = 'office'"))
        self.where.setAccessibleName(self.tr("Condition on entities"))
        self.where.textChanged.connect(lambda _: self._edited())
        self.count = QLabel(self)
        self.count.setObjectName("dim")
        self.count.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        for button in (self.kind, self.any, self.only):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.where)
        column.addWidget(self.count)
        self._show()

    @property
    def shown_type(self) -> str:
        """The type that is watched; rules that types themselves have say it as a condition."""
        return self.type or type_of_condition(self.where.text())

    def _choose(self, type_id: str) -> None:
        self.type = type_id
        if type_of_condition(self.where.text()):
            self.where.clear()  # it was the type before
        self._edited()

    def _edited(self) -> None:
        self._show()
        self.changed.emit()

    def _toggle_only(self) -> None:
        entity = self._selected()
        if self.only.isChecked() and entity is not None:
            self.entities = (entity.id,)
            self._choose("")
        else:
            self.entities = ()
        self._edited()

    def _show(self) -> None:
        named = entity_words.entity_type(self.shown_type) if self.shown_type else ""
        self.kind.setText(named or self.tr("Choose a type…"))
        self.only.setChecked(bool(self.entities))
        self.any.setEnabled(bool(self.shown_type))

    def value(self) -> dict[str, Any]:
        """See `FormField`."""
        return {
            "type": self.type,
            "where": self.where.text().strip(),
            "entities": list(self.entities),
        }

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        known = value or {}
        self.type = str(known.get("type", ""))
        self.entities = tuple(known.get("entities", ()))
        self.where.setText(str(known.get("where", "")))
        self._show()
