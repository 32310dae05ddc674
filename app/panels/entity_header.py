"""The head of the Entity dock: name and type, both edited in place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.editing.type_picker import TypePicker


class NameEdit(QLineEdit):
    """A heading that is edited in place: Enter or leaving it commits, Esc takes back."""

    committed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("heading")
        self._stored = ""
        self.returnPressed.connect(self._leave)

    def show_text(self, text: str, placeholder: str = "", *, editable: bool = False) -> None:
        """Show a name; what somebody is typing stays."""
        changed = text != self._stored
        self._stored = text
        self.setPlaceholderText(placeholder)
        self.setReadOnly(not editable)
        policy = Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(policy)
        if changed or not self.hasFocus():
            self.setText(text)
            self.setCursorPosition(0)
        self.setToolTip(text)

    def _leave(self) -> None:
        self._commit()
        self.clearFocus()

    def _commit(self) -> None:
        text = self.text().strip()
        if not self.isReadOnly() and text != self._stored:
            self._stored = text
            self.committed.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._commit()
        self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._stored)
            self.clearFocus()
            return
        super().keyPressEvent(event)


class EntityHeader(QWidget):
    """Name and type of what is shown.

    Parameters
    ----------
    parent : QWidget
    """

    renamed = Signal(str)
    retyped = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = NameEdit(self)
        self.name.committed.connect(self.renamed)
        self.type = QPushButton(self)
        self.type.setObjectName("entityType")
        self.type.clicked.connect(self._pick)
        self.picker = TypePicker(self)
        self.picker.chosen.connect(self.retyped)
        self._type_id = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 8, 6)
        row.setSpacing(4)
        row.addWidget(self.name, 1)
        row.addWidget(self.type)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.name.setAccessibleName(self.tr("Name"))
        self.type.setAccessibleName(self.tr("Type"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def show_name(self, name: str, placeholder: str = "", *, editable: bool = False) -> None:
        """Show a name."""
        self.name.show_text(name, placeholder, editable=editable)

    def show_type(self, title: str, type_id: str = "", *, editable: bool = False) -> None:
        """Show a type; a click chooses another one where it is editable."""
        self._type_id = type_id
        self.type.setText(title)
        self.type.setVisible(bool(title))
        self.type.setEnabled(editable)
        self.type.setToolTip(self.tr("Choose another type") if editable else "")

    def _pick(self) -> None:
        self.picker.popup(self.type, self._type_id)
