"""Asking the user, once, for what a plugin wants to be allowed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

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
        about = manifest.plugin
        self.setWindowTitle(self.tr("Permissions"))
        heading = QLabel(self.tr("“{0}” asks to").format(manifest.name(language)), self)
        heading.setObjectName("heading")
        origin = " · ".join(
            one for one in (about.author, f"{record.id} {about.version}",
                            words.source(record.found.source)) if one
        )  # fmt: skip
        self.list = QLabel(
            "\n".join(f"•  {text}" for text in words.permissions(manifest.permissions)), self
        )
        self.list.setTextFormat(Qt.TextFormat.PlainText)
        self.list.setWordWrap(True)
        in_window = bool(manifest.panels or manifest.commands)
        self.allow, self.leave = QPushButton(self.tr("Allow"), self), QPushButton(self)
        self.allow.setObjectName("primary")
        self.allow.clicked.connect(self.accept)
        self.leave.setText(self.tr("Not now"))
        self.leave.setDefault(True)
        self.leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.allow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(_dim(origin, self))
        layout.addWidget(self.list)
        layout.addWidget(_dim(words.honesty(in_window, landlock_version()), self))
        layout.addLayout(buttons)
        self.setMinimumWidth(460)


def _dim(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName("dim")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def ask_permissions(record: PluginRecord, language: str, parent: QWidget) -> bool:
    """Ask; return whether the user allowed it."""
    dialog = GrantDialog(record, language, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


def nothing_asked() -> str:
    """Return the words for a plugin that asks for nothing."""
    return QCoreApplication.translate("Permissions", "It asks for no permissions.")
