"""Lines of a scenario in a table: parameters, assumptions, engines, couplings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import IconSet
from app.own_keys import OwnKeys
from app.theme import ROW_PX

#: What is read in place of what is edited.
_SEEN: Final = Qt.ItemDataRole.UserRole + 1


class _Reading(QStyledItemDelegate):
    """Shows names where ids are edited."""

    def initStyleOption(self, option: Any, index: Any) -> None:
        super().initStyleOption(option, index)
        seen = index.data(_SEEN)
        if seen is not None:
            option.text = seen


@dataclass(frozen=True)
class RowColumn:
    """One column of the lines.

    Parameters
    ----------
    title : callable
        In the language of the moment.
    stretch : bool
    locked : bool
        Whether it can only be seen.
    """

    title: Callable[[], str]
    stretch: bool = False
    locked: bool = False


class ScenarioRows(QWidget):
    """A heading with buttons, and a table below that is as high as its lines.

    Parameters
    ----------
    columns : sequence of RowColumn
    icons : IconSet
    """

    #: Cells were edited: row, column and text.
    edited = Signal(int, int, str)
    add_wanted = Signal()
    remove_wanted = Signal(int)

    def __init__(self, columns: Sequence[RowColumn], icons: IconSet) -> None:
        super().__init__()
        self._columns = columns
        self._showing = False
        self.heading = QLabel(self)
        self.heading.setObjectName("section")
        self.add = QToolButton(self)
        self.add.setIcon(icons.icon("plus"))
        self.remove = QToolButton(self)
        self.remove.setIcon(icons.icon("minus"))
        for button in (self.add, self.remove):
            button.setIconSize(QSize(14, 14))
        self.add.clicked.connect(self.add_wanted)
        self.remove.clicked.connect(self._remove)
        self.table = QTableWidget(0, len(columns), self)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.setShowGrid(False)
        self.table.setItemDelegate(_Reading(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        OwnKeys(self.table, Qt.Key.Key_Delete)
        self.table.itemChanged.connect(self._changed)
        self.table.itemSelectionChanged.connect(self._selected)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, column in enumerate(columns):
            mode = (QHeaderView.ResizeMode.Stretch if column.stretch
                    else QHeaderView.ResizeMode.ResizeToContents)  # fmt: skip
            header.setSectionResizeMode(number, mode)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.heading)
        top.addStretch(1)
        top.addWidget(self.add)
        top.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.table)

    def set_texts(self, heading: str, add: str, remove: str) -> None:
        """Take the texts of the language in use."""
        self.heading.setText(heading)
        self.table.setAccessibleName(heading)
        for button, text in ((self.add, add), (self.remove, remove)):
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.table.setHorizontalHeaderLabels([column.title() for column in self._columns])

    def show_rows(
        self,
        rows: Sequence[Sequence[str]],
        tips: Sequence[str] = (),
        seen: Sequence[Sequence[str]] = (),
    ) -> None:
        """Show lines in place of those before.

        Parameters
        ----------
        rows : sequence of sequences of str
            Texts as they are edited.
        tips : sequence of str, optional
            A hint for each line.
        seen : sequence of sequences of str, optional
            Texts as people read them while they are not edited.
        """
        self._showing = True
        selected = self.row
        self.table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if seen:
                    item.setData(_SEEN, seen[row][column])
                if self._columns[column].locked:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                if tips:
                    item.setToolTip(tips[row])
                self.table.setItem(row, column, item)
        self._showing = False
        self.table.setVisible(bool(rows))
        header = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(header + ROW_PX * len(rows) + 4)
        if 0 <= selected < len(rows):
            self.table.selectRow(selected)
        self._selected()

    @property
    def row(self) -> int:
        """The line that is selected; -1 for none."""
        rows = self.table.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def _selected(self) -> None:
        self.remove.setEnabled(self.row >= 0)

    def _remove(self) -> None:
        if self.row >= 0:
            self.remove_wanted.emit(self.row)

    def _changed(self, item: QTableWidgetItem) -> None:
        if not self._showing:
            self.edited.emit(item.row(), item.column(), item.text())

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Delete and self.row >= 0:
            self._remove()
        else:
            super().keyPressEvent(event)
