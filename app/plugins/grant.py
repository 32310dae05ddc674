"""Asking the user, once, for what a plugin wants to be allowed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app.plugins import words
from plugins.host.plugins import PluginRecord
from plugins.host.worker.landlock import version as landlock_version


class GrantDialog(QDialog):
    """Says what a plugin asks for and what of that is enforced.

    Parameters
    ----------
    record : PluginRecord
    language : str
    parent : QWidget
    """

    def __init__(self, record: PluginRecord, language: str, parent: QWidget) -> None:
        super().__init__(parent)
        manifest = record.manifest
        self.setWindowTitle(self.tr("Permissions"))
        heading = QLabel(self.tr("“{0}” asks to").format(manifest.name(language)), self)
        heading.setObjectName("heading")
        self.list = QLabel(
            "\n".join(f"•  {text}" for text in words.permissions(manifest.permissions)), self
        )
        self.list.setTextFormat(Qt.TextFormat.PlainText)
        self.list.setWordWrap(True)
        in_window = bool(manifest.panels or manifest.commands)
        note = QLabel(words.honesty(in_window, landlock_version()), self)
        note.setObjectName("dim")
        note.setWordWrap(True)
        buttons = QDialogButtonBox(self)
        allow = buttons.addButton(self.tr("Allow"), QDialogButtonBox.ButtonRole.AcceptRole)
        allow.setObjectName("primary")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        for widget in (heading, self.list, note, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(460)


def ask_permissions(record: PluginRecord, language: str, parent: QWidget) -> bool:
    """Ask; return whether the user allowed it."""
    dialog = GrantDialog(record, language, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


def nothing_asked() -> str:
    """Return the words for a plugin that asks for nothing."""
    return QCoreApplication.translate("Permissions", "It asks for no permissions.")
