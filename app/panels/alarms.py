"""The Alarms dock: figures, flood banner, the list, and one alarm in detail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import alarm_words
from app.alarms.arranging import Arrangement, Grouping, Row, Show, Wish, arrange
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
from app.live.session import LiveSession
from app.own_keys import OwnKeys
from app.panels.alarm_actions import AlarmActions
from app.panels.alarm_detail import AlarmDetail
from app.panels.alarm_strip import AlarmStrip, FloodBanner
from app.theme import ROW_PX, Theme
from app.workers import Background
from twin_model.alarms.model import Alarm, State

_SHAPE_PX: Final = 11
#: Alarms that are arranged on the GUI thread, within a millisecond or two.
_AT_ONCE: Final = 300
_TREES: Final = frozenset({Grouping.PLACE, Grouping.SYSTEM})
_INDENT_PX: Final = 16
_KEYS: Final = frozenset(
    {Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_U, Qt.Key.Key_C, Qt.Key.Key_Return, Qt.Key.Key_Enter}
)
_PLAIN: Final = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_WIDTHS: Final = {PRIORITY: 46, TEXT: 210, WHERE: 170, STATE: 150, SINCE: 84, VALUE: 76, NOTE: 120}


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
        columns.setStretchLastSection(True)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)

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


class AlarmsPanel(QWidget):
    """See module.

    Parameters
    ----------
    live : LiveSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    fly_wanted = Signal(str)
    selected = Signal(str)

    def __init__(
        self, live: LiveSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._live = live
        #: Rows that are not as they begin: opened causes, closed headings.
        self._toggled: set[str] = set()
        self.model = AlarmsModel()
        self.model.setParent(self)
        self.strip = AlarmStrip(theme)
        self.banner = FloodBanner(theme)
        self.table = AlarmTable(theme, icons, self.model)
        OwnKeys(self.table, Qt.Key.Key_Delete)
        self.detail = AlarmDetail(live, background, theme)
        self.actions_ = AlarmActions(live, self)
        self.filter = QLineEdit(self)
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(260)
        self.shown, self.grouping = QComboBox(self), QComboBox(self)
        for one in Show:
            self.shown.addItem("", one)
        for group in Grouping:
            self.grouping.addItem("", group)
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(12, 8, 12, 8)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = {
            "acknowledge": self._button(icons, "check", self.acknowledge),
            "shelve": self._button(icons, "clock-afternoon", self.shelve),
            "unshelve": self._button(icons, "arrow-counter-clockwise", self.unshelve),
            "comment": self._button(icons, "chat-text", self.comment),
            "fly": self._button(icons, "crosshair", self.fly),
        }
        self._lay_out()
        self._connect()
        self.retranslate()
        self.refresh()

    def _button(self, icons: IconSet, glyph: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 2, 8, 4)
        tools.setSpacing(6)
        tools.addWidget(self.filter, 1)
        tools.addWidget(self.shown)
        tools.addWidget(self.grouping)
        tools.addStretch(1)
        for button in self.buttons.values():
            tools.addWidget(button)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.table, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.addWidget(left)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([800, 320])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.strip)
        layout.addLayout(tools)
        layout.addWidget(self.split, 1)

    def _connect(self) -> None:
        self._live.alarms_changed.connect(self.refresh)
        self._live.ticked.connect(self._tick)
        self.filter.textChanged.connect(self._arrange)
        self.shown.currentIndexChanged.connect(self._arrange)
        self.grouping.currentIndexChanged.connect(self._arrange)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(lambda _: self.fly())
        self.table.pressed_key.connect(self._press)
        self.table.fold_wanted.connect(self.fold)
        self.table.left.connect(self._arrange)
        self.banner.roots_wanted.connect(self._causes_only)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.filter.setPlaceholderText(self.tr("Filter by name, place, priority, note"))
        self.filter.setAccessibleName(self.tr("Filter alarms"))
        shown = [self.tr("Standing"), self.tr("Unacknowledged"), self.tr("Shelved"),
                 self.tr("Hidden")]  # fmt: skip
        for number, text in enumerate(shown):
            self.shown.setItemText(number, text)
        grouped = [self.tr("By cause"), self.tr("By place"), self.tr("By system"),
                   self.tr("By priority"), self.tr("By state"), self.tr("Not grouped")]  # fmt: skip
        for number, text in enumerate(grouped):
            self.grouping.setItemText(number, text)
        self.shown.setAccessibleName(self.tr("Which alarms"))
        self.grouping.setAccessibleName(self.tr("Grouping"))
        self.table.setAccessibleName(self.tr("Alarms"))
        tips = {
            "acknowledge": self.tr("Acknowledge (A)"),
            "shelve": self.tr("Shelve… (S)"),
            "unshelve": self.tr("Unshelve (U)"),
            "comment": self.tr("Comment… (C)"),
            "fly": self.tr("Fly there (Enter)"),
        }
        for name, button in self.buttons.items():
            button.setToolTip(tips[name])
            button.setAccessibleName(tips[name])
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, NOTE)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is shown -------------------------------------------------------------------

    def wish(self) -> Wish:
        """Return how the list is wanted."""
        return Wish(
            self.grouping.currentData(), self.shown.currentData(), self.filter.text(),
            frozenset(self._toggled),
        )  # fmt: skip

    def refresh(self) -> None:
        """Read the alarms again and arrange them, in a thread."""
        self._live.ask_list(self.wish(), self._show)

    def _show(self, found: Arrangement) -> None:
        self.strip.set_picture(found.picture)
        self.banner.set_picture(found.picture)
        self._take(found)

    def _take(self, found: Arrangement) -> None:
        if found.wish != self.wish():
            return  # wanted otherwise by now, which is under way
        self.table.keep_still(lambda held: self.model.take(found, held))
        self._after()

    def _arrange(self) -> None:
        """Arrange what is known otherwise: few alarms at once, many in a thread."""
        wish, picture = self.wish(), self.model.picture
        known = wish.grouping == self.model.shown.wish.grouping
        if len(picture.alarms) > _AT_ONCE or (wish.grouping in _TREES and not known):
            self.refresh()
        else:
            self._take(arrange(picture, wish))

    def fold(self, key: str, is_open: bool) -> None:
        """Fold or unfold what is under a row."""
        row = self.model.row_of(key)
        if row >= 0 and self.model.rows[row].open != is_open:
            self._toggled ^= {key}
            self._arrange()

    def _after(self) -> None:
        count = len(self.model.rows)
        self.table.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        self.empty.setText(self._nothing())
        self._chosen()

    def _nothing(self) -> str:
        wish = self.model.shown.wish
        if wish.filter or wish.show != Show.STANDING:
            return self.tr("No alarm matches.")
        if self._live.operations is None:
            return self.tr("No live data yet. Alarms appear here once a connection is made.")
        if self.model.picture.historic:
            return self.tr("No alarm stood at that time.")
        return self.tr("No alarms. Everything that rules watch is normal.")

    def _tick(self) -> None:
        """Once a second: chattering, ages and the flood's length change by themselves."""
        if self.isVisible() and self.model.picture.alarms:
            self.refresh()

    def _causes_only(self) -> None:
        self.filter.clear()
        self.shown.setCurrentIndex(list(Show).index(Show.STANDING))
        self.grouping.setCurrentIndex(list(Grouping).index(Grouping.CAUSE))

    def chosen(self) -> list[Alarm]:
        """Return the selected alarms."""
        rows = [self.model.rows[i.row()] for i in self.table.selectionModel().selectedRows()]
        return [row.alarm for row in rows if row.alarm is not None]

    def _chosen(self) -> None:
        alarms = self.chosen()
        one = alarms[0] if len(alarms) == 1 else None
        picture = self.model.picture
        place = picture.names.get(one.point.entity, one.point.entity) if one is not None else ""
        self.detail.show_alarm(one, place, picture.now_us)
        can = self.actions_.possible(alarms, historic=picture.historic)
        for name, button in self.buttons.items():
            button.setEnabled(name in can)

    # -- what is done --------------------------------------------------------------------

    def acknowledge(self) -> None:
        """Acknowledge what is selected, and what is folded under it."""
        self.actions_.acknowledge([*self.chosen(), *self._folded()])

    def _folded(self) -> list[Alarm]:
        """Return the alarms under selected rows that are folded."""
        model = self.model
        rows = [model.rows[index.row()] for index in self.table.selectionModel().selectedRows()]
        closed = [row.key for row in rows if row.below and not row.open and row.alarm is not None]
        return model.shown.all_under(closed)

    def shelve(self) -> None:
        """Put what is selected aside, after asking why and for how long."""
        self.actions_.shelve(self.chosen())

    def unshelve(self) -> None:
        """Bring what is selected back."""
        self.actions_.unshelve(self.chosen())

    def comment(self) -> None:
        """Note something about what is selected."""
        self.actions_.comment(self.chosen())

    def fly(self) -> None:
        """Fly to the entity of the alarm."""
        alarms = self.chosen()
        if alarms:
            self.selected.emit(alarms[0].point.entity)
            self.fly_wanted.emit(alarms[0].point.entity)

    def _press(self, key: int) -> None:
        {
            Qt.Key.Key_A: self.acknowledge, Qt.Key.Key_S: self.shelve,
            Qt.Key.Key_U: self.unshelve, Qt.Key.Key_C: self.comment,
            Qt.Key.Key_Return: self.fly, Qt.Key.Key_Enter: self.fly,
        }[Qt.Key(key)]()  # fmt: skip
