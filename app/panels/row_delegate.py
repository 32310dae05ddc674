"""Rows of trees in docks: an arrow, a sign, a name, and a note at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from app.icons import IconSet
from app.theme import ROW_PX, Theme, small_font

_FIRST_PX: Final = 10
_STEP_PX: Final = 16
_SIGN_PX: Final = 18


@dataclass(frozen=True)
class Row:
    """What a row shows beside its name.

    Parameters
    ----------
    level : int
        How far it is indented.
    opens : bool
        Whether it bears an arrow.
    sign, token : str
        A sign before the name, and the theme's colour of it.
    note : str
        At the right.
    small : bool
        Whether the note is small.
    quiet : bool
        Whether the name is small and dim.
    """

    level: int = 0
    opens: bool = False
    sign: str = ""
    token: str = "text"
    note: str = ""
    small: bool = False
    quiet: bool = False


class RowDelegate(QStyledItemDelegate):
    """Paints rows as `row` describes them, over the whole width of the view.

    Parameters
    ----------
    theme : Theme
    icons : IconSet
    view : QTreeView
    """

    def __init__(self, theme: Theme, icons: IconSet, view: QTreeView) -> None:
        super().__init__(view)
        self._theme = theme
        self._icons = icons
        self._view = view

    def row(self, index: Any) -> Row:
        """Return what a row shows; each view has its own."""
        raise NotImplementedError

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        theme, row = self._theme, self.row(index)
        rect = QRect(0, option.rect.top(), self._view.viewport().width(), option.rect.height())
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        left = _FIRST_PX + _STEP_PX * row.level
        if row.opens:
            arrow = "caret-down" if self._view.isExpanded(index) else "caret-right"
            box = QRect(left, rect.top() + 7, 12, 12)
            self._icons.paint(painter, box, arrow, theme.colour("dim"))
        left += _SIGN_PX
        if row.sign:
            painter.setPen(theme.colour(row.token))
            box = QRect(left, rect.top(), 12, rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, row.sign)
            left += _SIGN_PX
        painter.setFont(small_font() if row.small else option.font)
        width = painter.fontMetrics().horizontalAdvance(row.note)
        right = rect.right() - 12
        painter.setPen(theme.colour("dim"))
        box = QRect(right - width, rect.top(), width + 2, rect.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, row.note)
        painter.setFont(small_font() if row.quiet else option.font)
        painter.setPen(theme.colour("dim" if row.quiet else "text"))
        room = max(0, right - width - 8 - left)
        text = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, room
        )
        box = QRect(left, rect.top(), room + 2, rect.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


def show_rows(tree: QTreeView, delegate: RowDelegate) -> None:
    """Make a tree a quiet list of rows over its whole width."""
    tree.setHeaderHidden(True)
    tree.setUniformRowHeights(True)
    tree.setIndentation(0)
    tree.setExpandsOnDoubleClick(False)
    tree.setMouseTracking(True)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    tree.setItemDelegate(delegate)
