"""Which versions of the rules there were, with who saved them and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.time_axis import moment
from twin_model.time import Instant

_VERSION = Qt.ItemDataRole.UserRole


class VersionsDialog(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    versions : list of (int, Instant, str, str)
        Number, when, who and why, the oldest first.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget, versions: list[tuple[int, Instant, str, str]]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Versions of the rules"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.windowTitle())
        for number, saved, who, why in reversed(versions):
            parts = [self.tr("Version {0}").format(number), moment(saved), who, why]
            item = QListWidgetItem("   ".join(part for part in parts if part))
            item.setData(_VERSION, number)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        hint = QLabel(
            self.tr("Every change is kept. Going back makes a new version like the old one."), self
        )
        hint.setObjectName("dim")
        hint.setWordWrap(True)
        self.back = QPushButton(self.tr("Put this version into service"), self)
        self.back.setObjectName("primary")
        self.back.clicked.connect(self._choose)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(hint)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.list.currentRowChanged.connect(lambda row: self.back.setEnabled(row > 0))
        self.back.setEnabled(False)
        self.resize(620, 360)

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(int(item.data(_VERSION)))
            self.accept()
