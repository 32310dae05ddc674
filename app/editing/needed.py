"""Fields for values that entities need: all to be given, what is wrong said below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QWidget

from app.editing import schema
from app.editing.attributes import problem_text, read_text
from app.panels.entity_editors import choice_editor, date_editor, editor_value, text_editor
from app.panels.entity_form import FormField
from app.unit_words import label
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.schema.types import PropertyType


class NeededFields(QWidget):
    """One line for each property.

    Parameters
    ----------
    kinds : mapping
        Properties by any key.
    parent : QWidget
    """

    changed = Signal()

    def __init__(self, kinds: Mapping[Any, PropertyType], parent: QWidget) -> None:
        super().__init__(parent)
        self._kinds = dict(kinds)
        self.editors: dict[Any, QLineEdit | QComboBox] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        for key, kind in self._kinds.items():
            editor = self.editors[key] = self._editor(kind)
            told = (
                editor.textChanged if isinstance(editor, QLineEdit) else editor.currentIndexChanged
            )
            told.connect(lambda _: self.changed.emit())
            title, unit = title_of(kind), label(kind.unit)
            editor.setAccessibleName(title)
            self._form.addRow(f"{title} ({unit})" if unit else title, editor)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._form.addRow(self.problem)

    def _editor(self, kind: PropertyType) -> QLineEdit | QComboBox:
        from twin_model.schema.types import Kind

        if kind.kind in (Kind.ENUM, Kind.BOOLEAN):
            box = choice_editor(kind, FormField("", "", kind=kind), self)
            box.setCurrentIndex(-1)  # nobody chose the first one
            return box
        if kind.kind is Kind.DATE:
            return date_editor(self, lambda: None)
        edit = text_editor(kind, self)
        if kind.kind is Kind.DATETIME:
            edit.setPlaceholderText("2024-05-31T08:00:00Z")
        return edit

    @property
    def complete(self) -> bool:
        """Whether something is typed or chosen everywhere."""
        return all(editor_value(editor).strip() for editor in self.editors.values())

    def values(self, *, partly: bool = False) -> dict[Any, Any] | None:
        """Return what was typed by key; None, with the first fault said, where one is wrong.

        Parameters
        ----------
        partly : bool
            Whether fields may be left empty.
        """
        found: dict[Any, Any] = {}
        self.problem.hide()
        for key, editor in self.editors.items():
            kind = self._kinds[key]
            if partly and not editor_value(editor).strip():
                continue
            try:
                found[key] = read_text(kind, editor_value(editor))
            except ValidationError as error:
                self.problem.setText(f"{title_of(kind)}: {problem_text(error, kind)}")
                self.problem.show()
                editor.setFocus()
                return None
        return found


def title_of(kind: PropertyType) -> str:
    """Return a property's name in the language in use."""
    return schema.sentence(kind.name.get(schema.language()) or kind.id)
