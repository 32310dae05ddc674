"""Why things are changed: said once, noted with each change until it is taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.project import MAX_REASON, ProjectSession


class ReasonDialog(QDialog):
    """Asks for the reason of the changes to come.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
    """

    def __init__(self, parent: QWidget, session: ProjectSession) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(self.tr("Reason for changes"))
        hint = QLabel(self.tr("It is noted in the history with each change until you clear it."))
        hint.setWordWrap(True)
        self.field = QLineEdit(session.reason, self)
        self.field.setMaxLength(MAX_REASON)
        self.field.setPlaceholderText(self.tr("Survey of March, permit 2026/114, …"))
        self.field.setAccessibleName(self.windowTitle())
        self.field.selectAll()
        self.box = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.clear = self.box.addButton(
            self.tr("Clear"), QDialogButtonBox.ButtonRole.DestructiveRole
        )
        self.clear.setEnabled(bool(session.reason))
        self.clear.clicked.connect(self._clear)
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.field)
        column.addWidget(hint)
        column.addWidget(self.box)
        self.setMinimumWidth(440)

    def accept(self) -> None:
        """Note it from now on."""
        self._session.set_reason(self.field.text())
        super().accept()

    def _clear(self) -> None:
        self._session.set_reason("")
        super().accept()
