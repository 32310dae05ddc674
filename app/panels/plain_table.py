"""How our tables of plain rows look: one height, no grid, the last column takes the rest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.theme import ROW_PX


def dress(table: QTableView, widths: Sequence[int]) -> None:
    """Give a table that look.

    Parameters
    ----------
    table : QTableView
        With its model.
    widths : sequence of int
        Of its first columns, in pixels.
    """
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setProperty("plain", True)  # the style sheet gives such cells the inset of headings
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(ROW_PX)
    columns.setHighlightSections(False)
    columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    columns.setStretchLastSection(True)
    for column, width in enumerate(widths):
        table.setColumnWidth(column, width)
