"""Tables of lines that are read again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex


class LinesModel(QAbstractTableModel):
    """A line a row, with a heading for each column."""

    def __init__(self) -> None:
        super().__init__()
        #: Views ask for headings hundreds of times when they are opened.
        self._known_headings: list[str] = []
        self.headerDataChanged.connect(self._known_headings.clear)

    def headings(self) -> list[str]:
        """Return the headings, in the language in use."""
        raise NotImplementedError

    def _headings(self) -> list[str]:
        if not self._known_headings:
            self._known_headings += self.headings()
        return self._known_headings

    def line_count(self) -> int:
        """Return how many lines there are."""
        raise NotImplementedError

    def take_lines(self, take: Callable[[], object], *, same: bool) -> None:
        """Let *take* put other lines in place; the *same* ones with other figures are repainted."""
        if not same:
            self.beginResetModel()
            take()
            self.endResetModel()
            return
        take()
        if self.line_count():
            last = self.index(self.line_count() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.line_count()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._headings()[section]
