"""Small fields of the rule form, each with a value as the rule's document has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

#: Units of time to choose from, in seconds.
_TIMES: Final = (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0))
_WIDTH_PX: Final = 110


class FormField(QWidget):
    """A field; `value` is what the document gets, None for what is not stated."""

    changed = Signal()

    def value(self) -> Any:
        """Return what the document gets."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def set_unit(self, unit: str) -> None:
        """Show the unit of the indicator that was chosen, where the field has it."""

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        return row


class NumberField(FormField):
    """A number with a unit behind it; empty where *optional*.

    Parameters
    ----------
    unit : str
        ``{unit}`` in it stands for the indicator's own.
    whole, optional : bool
    """

    def __init__(self, unit: str = "", *, whole: bool = False, optional: bool = False) -> None:
        super().__init__()
        self._pattern = unit
        self._whole = whole
        self._optional = optional
        self.edit = QLineEdit(self)
        self.edit.setFixedWidth(_WIDTH_PX)
        self.edit.textChanged.connect(lambda _: self.changed.emit())
        self.unit = QLabel(self)
        self.unit.setObjectName("dim")
        row = self._row()
        row.addWidget(self.edit)
        row.addWidget(self.unit, 1)
        self.set_unit("")

    def value(self) -> Any:
        """Return the number, what was written where it is none, None where nothing was."""
        text = self.edit.text().strip()
        if not text:
            return None if self._optional else ""
        number, ok = QLocale().toDouble(text)
        if not ok:
            number, ok = QLocale.c().toDouble(text)
        if not ok:
            return text
        return int(number) if self._whole and number == int(number) else number

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        self.edit.setText("" if value is None else number_text(value))

    def set_unit(self, unit: str) -> None:
        """See `FormField`."""
        self.unit.setText(self._pattern.format(unit=unit).strip())


class DurationField(FormField):
    """A time with a choice of its unit; seconds in the document.

    Parameters
    ----------
    optional : bool
    """

    def __init__(self, *, optional: bool = False) -> None:
        super().__init__()
        self._optional = optional
        self.edit = QLineEdit(self)
        self.edit.setFixedWidth(_WIDTH_PX)
        self.units = QComboBox(self)
        for name, seconds in _TIMES:
            self.units.addItem(name, seconds)
        self.edit.textChanged.connect(lambda _: self.changed.emit())
        self.units.currentIndexChanged.connect(lambda _: self.changed.emit())
        row = self._row()
        row.addWidget(self.edit)
        row.addWidget(self.units)
        row.addStretch(1)

    def value(self) -> Any:
        """See `FormField`."""
        text = self.edit.text().strip()
        if not text:
            return None if self._optional else 0.0
        number, ok = QLocale().toDouble(text)
        return number * float(self.units.currentData()) if ok else text

    def set_value(self, value: Any) -> None:
        """See `FormField`; the largest unit in which it is a whole number."""
        if value is None:
            self.edit.clear()
            return
        seconds = float(value)
        place = max(
            (n for n, (_, size) in enumerate(_TIMES) if seconds and seconds % size == 0), default=0
        )
        self.units.setCurrentIndex(place)
        self.edit.setText(number_text(seconds / _TIMES[place][1]))


class TextField(FormField):
    """A line of text, or several.

    Parameters
    ----------
    lines : int
    hint : callable, optional
        Text shown while it is empty.
    """

    def __init__(self, lines: int = 1, hint: Callable[[], str] | None = None) -> None:
        super().__init__()
        self._hint = hint
        self.edit: QLineEdit | QPlainTextEdit
        if lines == 1:
            line = QLineEdit(self)
            line.textChanged.connect(lambda _: self.changed.emit())
            self.edit = line
        else:
            block = QPlainTextEdit(self)
            block.setTabChangesFocus(True)
            block.setFixedHeight(10 + lines * 18)
            block.textChanged.connect(self.changed)
            self.edit = block
        if hint is not None:
            self.edit.setPlaceholderText(hint())
        self._row().addWidget(self.edit, 1)

    def value(self) -> str:
        """See `FormField`."""
        if isinstance(self.edit, QLineEdit):
            return self.edit.text().strip()
        return self.edit.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        text = str(value or "")
        if isinstance(self.edit, QLineEdit):
            self.edit.setText(text)
        else:
            self.edit.setPlainText(text)


class ChoiceField(FormField):
    """One of a few.

    Parameters
    ----------
    choices : sequence of (value, callable)
        With the callables that return their names.
    """

    def __init__(self, choices: Sequence[tuple[Any, Callable[[], str]]]) -> None:
        super().__init__()
        self.box = QComboBox(self)
        for value, name in choices:
            self.box.addItem(name(), value)
        self.box.currentIndexChanged.connect(lambda _: self.changed.emit())
        row = self._row()
        row.addWidget(self.box)
        row.addStretch(1)

    def value(self) -> Any:
        """See `FormField`."""
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        self.box.setCurrentIndex(max(0, self.box.findData(value)))


class FlagField(FormField):
    """Yes or no.

    Parameters
    ----------
    text : callable
    """

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__()
        self.box = QCheckBox(text(), self)
        self.box.toggled.connect(lambda _: self.changed.emit())
        self._row().addWidget(self.box, 1)

    def value(self) -> bool:
        """See `FormField`."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        self.box.setChecked(bool(value))


class LimitField(FormField):
    """A limit that is a number, a word, or an attribute that each entity has."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = QComboBox(self)
        for name, text in (
            ("number", self.tr("Number")),
            ("word", self.tr("Word")),
            ("property", self.tr("Attribute of each entity")),
        ):
            self.kind.addItem(text, name)
        self.edit = QLineEdit(self)
        self.edit.setMinimumWidth(_WIDTH_PX)
        self.unit = QLabel(self)
        self.unit.setObjectName("dim")
        self.kind.currentIndexChanged.connect(lambda _: self._kind_changed())
        self.edit.textChanged.connect(lambda _: self.changed.emit())
        row = self._row()
        row.addWidget(self.kind)
        row.addWidget(self.edit, 1)
        row.addWidget(self.unit)

    def _kind_changed(self) -> None:
        self.unit.setVisible(self.kind.currentData() == "number")
        self.changed.emit()

    def value(self) -> dict[str, Any]:
        """Return ``threshold`` or ``property``."""
        text = self.edit.text().strip()
        if self.kind.currentData() == "property":
            return {"property": text}
        if self.kind.currentData() == "word":
            return {"threshold": text}
        number, ok = QLocale().toDouble(text)
        return {"threshold": number} if ok else {"threshold": None}

    def set_value(self, value: Any) -> None:
        """Show ``threshold`` and ``property`` of a document."""
        limit, name = value.get("threshold"), value.get("property")
        kind = "property" if name else "word" if isinstance(limit, str) else "number"
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.edit.setText(name or ("" if limit is None else number_text(limit)))

    def set_unit(self, unit: str) -> None:
        """See `FormField`."""
        self.unit.setText(unit)


class ComboTextField(FormField):
    """A text with proposals, such as the indicators of a type."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QComboBox(self)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMinimumContentsLength(24)
        self.box.currentTextChanged.connect(lambda _: self.changed.emit())
        self._row().addWidget(self.box, 1)

    def set_proposals(self, proposals: Sequence[tuple[str, str]]) -> None:
        """Offer (value, name); what is written stays."""
        text = self.value()
        self.box.blockSignals(True)
        self.box.clear()
        for value, name in proposals:
            self.box.addItem(f"{name}  ({value})" if name != value else value, value)
        self.box.blockSignals(False)
        self.set_value(text)

    def value(self) -> str:
        """See `FormField`."""
        place = self.box.findText(self.box.currentText(), Qt.MatchFlag.MatchExactly)
        found = self.box.itemData(place) if place >= 0 else None
        return str(found) if found is not None else self.box.currentText().strip()

    def set_value(self, value: Any) -> None:
        """See `FormField`."""
        text = str(value or "")
        place = self.box.findData(text)
        if place >= 0:
            self.box.setCurrentIndex(place)
        else:
            self.box.setCurrentIndex(-1)
            self.box.setEditText(text)


def number_text(value: Any) -> str:
    """Return a number without needless figures, as the language in use writes it."""
    if isinstance(value, str):
        return value
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(value), "g", 12)
