"""Lines of a type in a table: its own to be edited, inherited ones to be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.theme import ROW_PX, Theme

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        Field of the draft.
    title : callable
        In the language of the moment.
    width : int
        Pixels at first.
    choices : callable, optional
        Pairs of value and text, where only some values can be.
    is_check : bool
    note : callable, optional
        What the column's heading says when the pointer rests on it.
    """

    name: str
    title: Callable[[], str]
    width: int = 90
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    is_check: bool = False
    note: Callable[[], str] | None = None


class DraftTable(QAbstractTableModel):
    """Drafts as rows; inherited ones come first and cannot be changed.

    Parameters
    ----------
    columns : sequence of Column
    theme : Theme
    follow : callable
        Given a draft and the field that was edited; changes other fields that follow from it and
        returns their names.
    """

    edited = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        theme: Theme,
        follow: Callable[[Any, str], Sequence[str]] = lambda draft, name: (),
    ) -> None:
        super().__init__()
        self.columns = list(columns)
        self._follow = follow
        self._theme = theme
        self._inherited: list[tuple[Any, str]] = []
        self.drafts: list[Any] = []
        self.faulty: dict[int, str] = {}

    def show(self, inherited: Sequence[tuple[Any, str]], drafts: list[Any]) -> None:
        """Show drafts.

        Parameters
        ----------
        inherited : sequence of (draft, type name)
        drafts : list
            Changed in place.
        """
        self.beginResetModel()
        self._inherited, self.drafts, self.faulty = list(inherited), drafts, {}
        self.endResetModel()

    def set_faults(self, faults: dict[int, str]) -> None:
        """Say which of the own lines are wrong."""
        self.faulty = faults
        self.layoutChanged.emit()

    def add(self, draft: Any) -> QModelIndex:
        """Append a line and return its first cell."""
        row = self.rowCount()
        self.beginInsertRows(QModelIndex(), row, row)
        self.drafts.append(draft)
        self.endInsertRows()
        self.edited.emit()
        return self.index(row, 0)

    def remove(self, row: int) -> None:
        """Take a line of its own away; inherited ones stay."""
        own = row - len(self._inherited)
        if own >= 0:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self.drafts[own]
            self.endRemoveRows()
            self.faulty = {}
            self.edited.emit()

    def own_row(self, row: int) -> int:
        """Return which draft a row shows; negative for inherited ones."""
        return row - len(self._inherited)

    def row_of(self, own: int) -> int:
        """Return the row of a draft."""
        return own + len(self._inherited)

    # -- Qt ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._inherited) + len(self.drafts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title()
        if role == Qt.ItemDataRole.ToolTipRole and column.note is not None:
            return column.note()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if self.own_row(index.row()) >= 0:
            column = self.columns[index.column()]
            flags |= (
                Qt.ItemFlag.ItemIsUserCheckable if column.is_check else Qt.ItemFlag.ItemIsEditable
            )
        return flags

    def _draft(self, row: int) -> tuple[Any, str]:
        own = self.own_row(row)
        return (self.drafts[own], "") if own >= 0 else self._inherited[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        draft, owner = self._draft(index.row())
        column = self.columns[index.column()]
        value = getattr(draft, column.name)
        own = self.own_row(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                if column.is_check:
                    return None
                if column.choices is not None and role == Qt.ItemDataRole.DisplayRole:
                    return dict(column.choices()).get(value, value)
                return value
            case Qt.ItemDataRole.CheckStateRole if column.is_check:
                return Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ForegroundRole:
                token = "dim" if owner else "critical" if own in self.faulty else "text"
                return self._theme.colour(token)
            case Qt.ItemDataRole.ToolTipRole:
                if owner:
                    return self.tr("Inherited from {0}").format(owner)
                return self.faulty.get(own) or (str(value) if not column.is_check else None)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        own = self.own_row(index.row())
        if own < 0:
            return False
        column = self.columns[index.column()]
        if column.is_check:
            if role != Qt.ItemDataRole.CheckStateRole:
                return False
            value = Qt.CheckState(value) == Qt.CheckState.Checked
        elif role != Qt.ItemDataRole.EditRole:
            return False
        if getattr(self.drafts[own], column.name) == value:
            return True
        setattr(self.drafts[own], column.name, value)
        self.faulty.pop(own, None)
        changed = {column.name, *self._follow(self.drafts[own], column.name)}
        for number, other in enumerate(self.columns):
            if other.name in changed:
                cell = self.index(index.row(), number)
                self.dataChanged.emit(cell, cell)
        self.edited.emit()
        return True


class _ChoiceDelegate(QStyledItemDelegate):
    """A list where only some values can be, a line otherwise."""

    def __init__(self, table: DraftTable, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = table

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choices = self._table.columns[index.column()].choices
        if choices is None:
            editor = super().createEditor(parent, option, index)
            if isinstance(editor, QLineEdit):
                # What is typed counts at once: "Check and apply" must not miss an open cell.
                editor.textEdited.connect(lambda _: self.commitData.emit(editor))
            return editor
        box = QComboBox(parent)
        for value, text in choices():
            box.addItem(text, value)
        box.activated.connect(lambda _: self.commitData.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(index.data(Qt.ItemDataRole.EditRole))))
        elif isinstance(editor, QLineEdit) and editor.text() == index.data(
            Qt.ItemDataRole.EditRole
        ):
            return  # setting the same text would move the cursor
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        else:
            super().setModelData(editor, model, index)


class DraftTableView(QTableView):
    """Shows a `DraftTable`; Delete removes the line.

    Parameters
    ----------
    table : DraftTable
    parent : QWidget
    """

    def __init__(self, table: DraftTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = table
        self.setModel(table)
        self.setItemDelegate(_ChoiceDelegate(table, self))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for number, column in enumerate(table.columns):
            self.setColumnWidth(number, column.width)

    def show_own(self) -> None:
        """Bring the first line that can be edited into view."""
        if self.table.drafts:
            self.scrollTo(
                self.table.index(self.table.row_of(0), 0),
                QAbstractItemView.ScrollHint.PositionAtCenter,
            )

    def remove_current(self) -> None:
        """Take the current line away."""
        index = self.currentIndex()
        if index.isValid():
            self.table.remove(index.row())

    def add(self, draft: Any) -> None:
        """Append a line and edit its first cell."""
        index = self.table.add(draft)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        self.edit(index)
