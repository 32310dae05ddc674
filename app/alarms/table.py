"""The table of alarms: keys of control rooms, rows that stay under the pointer, shapes painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app import alarm_words
from app.alarms.arranging import Row
from app.icons import IconSet
from app.item_models.alarms import (
    NOTE,
    PRIORITY,
    ROW_ROLE,
    SINCE,
    STATE,
    TEXT,
    VALUE,
    WHERE,
    AlarmsModel,
)
from app.theme import ROW_PX, Theme
from twin_model.alarms.model import State

_SHAPE_PX: Final = 11
_INDENT_PX: Final = 16
_KEYS: Final = frozenset({
    Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_U, Qt.Key.Key_C, Qt.Key.Key_R, Qt.Key.Key_O,
    Qt.Key.Key_M, Qt.Key.Key_Return, Qt.Key.Key_Enter,
})  # fmt: skip
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_WIDTHS: Final = {PRIORITY: 46, TEXT: 210, WHERE: 170, STATE: 150, SINCE: 84, VALUE: 84, NOTE: 112}
#: Which part of further room a column takes; the last one takes what is left.
_SHARES: Final = {TEXT: 0.38, WHERE: 0.23, STATE: 0.1}


class AlarmTable(QTableView):
    """Keys of control rooms, and rows that stay under the pointer."""

    pressed_key = Signal(int)
    fold_wanted = Signal(str, bool)  # key, whether to open
    left = Signal()

    def __init__(self, theme: Theme, icons: IconSet, model: AlarmsModel) -> None:
        super().__init__()
        self.setModel(model)
        self._model = model
        self.setItemDelegate(_AlarmDelegate(theme, icons, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self._room = sum(_WIDTHS.values())
        columns.sectionResized.connect(self._column_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = max(sum(_WIDTHS.values()), self.viewport().width())
        # Told of other widths, Qt paints all columns again, a turn later; they are painted anyway.
        with QSignalBlocker(self.horizontalHeader()):
            # What is read gets the room of a wide screen; widths that somebody chose stay.
            for column, share in _SHARES.items():
                usual = [_WIDTHS[column] + round((one - sum(_WIDTHS.values())) * share)
                         for one in (self._room, room)]  # fmt: skip
                if abs(self.columnWidth(column) - usual[0]) <= 1:
                    self.setColumnWidth(column, usual[1])
            self._fill()
        self._room = room
        super().resizeEvent(event)

    def _fill(self) -> None:
        """Have the last column take what is left: Qt's own way tells of it when rows appear."""
        others = self.horizontalHeader().length() - self.columnWidth(NOTE)
        least = self.horizontalHeader().minimumSectionSize()
        self.setColumnWidth(NOTE, max(least, self.viewport().width() - others))

    def _column_resized(self, column: int, _before: int, _after: int) -> None:
        if column != NOTE or self.horizontalHeader().length() < self.viewport().width():
            self._fill()

    def held(self) -> str:
        """Return the key of the row that must not move: under the pointer, else the current one."""
        at = self.viewport().mapFromGlobal(self.cursor().pos())
        index = self.indexAt(at) if self.underMouse() else QModelIndex()
        row = (index if index.isValid() else self.currentIndex()).data(ROW_ROLE)
        return row.key if isinstance(row, Row) else ""

    def keep_still(self, change: Callable[[str], None]) -> None:
        """Change the list so that the held row stays where it is and selected rows selected."""
        held, model = self.held(), self._model
        keys = {model.rows[i.row()].key for i in self.selectionModel().selectedRows()}
        current = self.currentIndex().data(ROW_ROLE)
        before = model.row_of(held) if held else -1
        offset = before * ROW_PX - self.verticalScrollBar().value()
        count = len(model.rows)
        # Only the pointer keeps what is over in the list: whoever acts on a row sees it go.
        change(held if self.underMouse() else "")
        # Qt would lay rows out a turn later, and the whole window be painted twice.
        self.executeDelayedItemsLayout()
        after = model.row_of(held) if held else -1
        if after >= 0:
            self.updateGeometries()  # the scroll bar learns of new rows only with the next layout
            self.verticalScrollBar().setValue(after * ROW_PX - offset)
        if len(model.rows) == count and not self.selectionModel().hasSelection() and not keys:
            return
        self._select_again(keys, current.key if isinstance(current, Row) else "")

    def _select_again(self, keys: set[str], current: str) -> None:
        if not keys and not current:
            return
        rows = [n for n in map(self._model.row_of, keys) if n >= 0]
        selection = self.selectionModel()
        flags = selection.SelectionFlag
        place = self._model.row_of(current)
        if place >= 0 and self.currentIndex().row() != place:
            selection.setCurrentIndex(self._model.index(place, TEXT), flags.NoUpdate)
        if {i.row() for i in selection.selectedRows()} == set(rows):
            return
        for row in rows:
            selection.select(self._model.index(row, 0), flags.Select | flags.Rows)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW_ROLE)
        if isinstance(row, Row) and row.below and (row.alarm is None or index.column() == PRIORITY):
            self.fold_wanted.emit(row.key, not row.open)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().data(ROW_ROLE)
        key = Qt.Key(event.key())
        if isinstance(row, Row) and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            if row.below:
                self.fold_wanted.emit(row.key, key == Qt.Key.Key_Right)
            return
        if key in _KEYS and event.modifiers() in _PLAIN:
            self.pressed_key.emit(int(key))
            return
        super().keyPressEvent(event)


class _AlarmDelegate(QStyledItemDelegate):
    """Paints the shape of a priority, folds, and dims what is over."""

    def __init__(self, theme: Theme, icons: IconSet, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme
        self._icons = icons

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        row: Row = index.data(ROW_ROLE)
        theme, rect = self._theme, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        if index.column() == PRIORITY:
            self._paint_shape(painter, rect, row)
        else:
            self._paint_text(painter, rect, row, index, option)
        painter.restore()

    def _paint_shape(self, painter: QPainter, rect: QRect, row: Row) -> None:
        theme = self._theme
        if row.below:
            glyph = "caret-down" if row.open else "caret-right"
            arrow = QRect(rect.left() + 5, rect.top() + 7, 12, 12)
            self._icons.paint(painter, arrow, glyph, theme.colour("dim"))
        if row.alarm is None:
            return
        priority = row.alarm.status.priority
        colour = theme.colour("faint" if row.gone else alarm_words.TOKENS[priority])
        left = rect.left() + 20 + min(row.depth, 1) * 6
        where = QRectF(left, rect.center().y() - _SHAPE_PX / 2 + 0.5, _SHAPE_PX, _SHAPE_PX)
        waiting = row.alarm.state in {State.UNACKNOWLEDGED, State.RETURNED}
        alarm_words.paint_priority(painter, where, priority, colour, filled=waiting)

    def _paint_text(
        self, painter: QPainter, rect: QRect, row: Row, index: Any, option: QStyleOptionViewItem
    ) -> None:
        theme, alarm = self._theme, row.alarm
        font = option.font
        waiting = alarm is not None and alarm.state == State.UNACKNOWLEDGED
        font.setBold((index.column() == TEXT and waiting) or alarm is None)
        over = alarm is not None and not alarm.status.active
        quiet = row.gone or over or (index.column() not in {TEXT, WHERE} and not waiting)
        token = "faint" if row.gone else "dim" if quiet else "text"
        painter.setFont(font)
        painter.setPen(theme.colour(token))
        indent = row.depth * _INDENT_PX if index.column() == TEXT else 0
        area = rect.adjusted(6 + indent, 0, -6, 0)
        if index.column() == TEXT and row.below:
            area = self._paint_count(painter, area, row)
        text = painter.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, area.width()
        )
        right = index.column() == VALUE
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_count(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        """Paint how many rows are folded under one; return what room is left."""
        text = f"+{row.below}"
        width = painter.fontMetrics().horizontalAdvance(text) + 6
        painter.save()
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        if row.worst is not None:
            colour = self._theme.colour(alarm_words.TOKENS[row.worst])
            place = QRectF(area.right() - width - 8, area.center().y() - 4, 9, 9)
            alarm_words.paint_priority(painter, place, row.worst, colour, filled=True)
            width += 16
        painter.restore()
        return area.adjusted(0, 0, -width, 0)
