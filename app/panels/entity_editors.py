"""The editors of single values: choices, dates, texts and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QDate, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QLineEdit, QWidget

from app.editing import attributes, schema

if TYPE_CHECKING:
    from app.panels.entity_form import FormField
    from twin_model.schema.types import PropertyType


def choice_editor(kind: PropertyType, field: FormField, parent: QWidget) -> QComboBox:
    """Return a list of the choices of an enumeration or of yes and no; the data are its texts."""
    from twin_model.schema.types import Kind

    box = QComboBox(parent)
    say = QCoreApplication.translate
    if field.stored is attributes.SEVERAL or not kind.required:
        box.addItem(
            say("EntityPanel", "several values")
            if field.stored is attributes.SEVERAL
            else say("EntityPanel", "not set"),
            "",
        )
    if kind.kind is Kind.BOOLEAN:
        box.addItem(say("EntityPanel", "yes"), "yes")
        box.addItem(say("EntityPanel", "no"), "no")
        return box
    for choice in kind.choices:
        name = choice.name.get(schema.language()) or str(choice.value)
        box.addItem(schema.sentence(name), str(choice.value))
    stored = attributes.editor_text(kind, field.stored)
    if stored and box.findData(stored) < 0:
        box.addItem(stored, stored)  # a source's word that is no choice stays visible
    return box


def text_editor(kind: PropertyType, parent: QWidget) -> QLineEdit:
    """Return a line for texts and numbers; numbers say their range."""
    edit = QLineEdit(parent)
    if kind.minimum is not None or kind.maximum is not None:
        low = "…" if kind.minimum is None else f"{kind.minimum:,g}"
        high = "…" if kind.maximum is None else f"{kind.maximum:,g}"
        edit.setPlaceholderText(f"{low} – {high}")
    return edit


def date_editor(parent: QWidget, finish: Callable[[], Any]) -> QLineEdit:
    """Return a line for an ISO date, with a calendar at Alt+Down.

    Parameters
    ----------
    parent : QWidget
    finish : callable
        Called once a day was chosen in the calendar.
    """
    edit = QLineEdit(parent)
    form = QCoreApplication.translate("EntityPanel", "Year-month-day")
    edit.setPlaceholderText(form)
    calendar = QCalendarWidget(edit)
    calendar.setWindowFlag(Qt.WindowType.Popup)
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setGridVisible(False)
    calendar.hide()

    def choose(date: QDate) -> None:
        edit.setText(date.toString(Qt.DateFormat.ISODate))
        calendar.hide()
        finish()

    def show() -> None:
        known = QDate.fromString(edit.text(), Qt.DateFormat.ISODate)
        calendar.setSelectedDate(known if known.isValid() else QDate.currentDate())
        calendar.move(edit.mapToGlobal(edit.rect().bottomLeft()))
        calendar.show()
        calendar.setFocus()

    calendar.activated.connect(choose)
    calendar.clicked.connect(choose)
    action = QAction(QIcon(), QCoreApplication.translate("EntityPanel", "Calendar"), edit)
    action.setShortcut(QKeySequence("Alt+Down"))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(show)
    edit.addAction(action)
    return edit


def editor_value(editor: QWidget) -> str:
    """Return what stands in an editor, as `attributes.read_text` takes it."""
    if isinstance(editor, QComboBox):
        return str(editor.currentData() or "")
    return editor.text() if isinstance(editor, QLineEdit) else ""
