"""The named sets of a project as a short list: chosen, renamed, removed, each with its count."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.as_of import AsOf, view_at
from app.conditions import is_condition
from app.icons import IconSet
from app.own_keys import OwnKeys
from app.project import ProjectSession
from app.theme import ROW_PX, Theme, small_font
from app.workers import Background
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.sets import NamedSet

_SET: Final = Qt.ItemDataRole.UserRole
_COUNT: Final = Qt.ItemDataRole.UserRole + 1
_MOST_ROWS: Final = 5


class _SetDelegate(QStyledItemDelegate):
    """Paints a bookmark, the name and the count."""

    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(100, ROW_PX)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Any
    ) -> None:
        editor.setGeometry(option.rect.adjusted(26, 1, -10, -1))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        theme, rect = self._theme, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        box = QRect(rect.left() + 10, rect.top() + 6, 14, 14)
        self._icons.paint(painter, box, "bookmark-simple", theme.colour("dim"))
        count = index.data(_COUNT)
        note = "…" if count is None else "—" if count < 0 else numbers.integer(count)
        painter.setFont(option.font)
        width = painter.fontMetrics().horizontalAdvance(note)
        painter.setPen(theme.colour("dim"))
        at = QRect(rect.right() - 12 - width, rect.top(), width + 2, rect.height())
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, note)
        painter.setPen(theme.colour("text"))
        room = QRect(rect.left() + 28, rect.top(), at.left() - rect.left() - 36, rect.height())
        text = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class EntitySets(QWidget):
    """Lists the sets; hidden where there are none.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    #: The text to filter by.
    chosen = Signal(str)

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._at: AsOf = None
        self._filling = False
        self.title = QLabel(self)
        self.title.setObjectName("section")
        self.title.setFont(small_font(bold=True))
        self.title.setContentsMargins(10, 2, 10, 2)
        self.list = QListWidget(self)
        OwnKeys(self.list, Qt.Key.Key_Delete)
        self.list.setMouseTracking(True)
        self.list.setItemDelegate(_SetDelegate(theme, icons, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.list.itemChanged.connect(self._renamed)
        self.list.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.list)
        session.opened.connect(self.read)
        session.closed.connect(lambda: self._show([]))
        session.changed.connect(self._follow)
        self.retranslate()
        self._show([])

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.title.setText(self.tr("Sets"))
        self.list.setAccessibleName(self.tr("Sets"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- reading -------------------------------------------------------------------------

    def set_instant(self, at: AsOf) -> None:
        """Count the members as of a time."""
        self._at = at
        self.read()

    def read(self) -> None:
        """Read the sets and count their members, in a thread."""
        twin, at = self._session.twin, self._at
        if twin is None:
            return

        def work() -> list[tuple[NamedSet, int]]:
            from twin_model.sets import named_sets

            view = view_at(twin, at)
            found = []
            for one in named_sets(twin):
                try:
                    found.append((one, view.count(one.query())))
                except ValidationError:
                    found.append((one, -1))  # such as for a property that is no more
            return found

        self._background.ask("sets", work, self._show)

    def _follow(self, change: Any) -> None:
        shown = self.list.count() > 0
        if "set" in change.definitions or (shown and (change.entities or change.all_entities)):
            self.read()

    def _show(self, found: list[tuple[NamedSet, int]]) -> None:
        self._filling = True
        current = self.list.currentItem()
        kept = current.data(_SET).id if current is not None else ""
        self.list.clear()
        for one, count in found:
            item = QListWidgetItem(one.name)
            item.setData(_SET, one)
            item.setData(_COUNT, count)
            item.setToolTip(one.where or one.text)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addItem(item)
            if one.id == kept:
                self.list.setCurrentItem(item)
        self._filling = False
        self.list.setFixedHeight(min(len(found), _MOST_ROWS) * ROW_PX)
        self.setVisible(bool(found))

    def names(self) -> list[str]:
        """Return the names that are listed."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    # -- changing ------------------------------------------------------------------------

    def save(self, text: str) -> None:
        """Keep a filter under a name of its own, to be changed at once."""
        from twin_model.sets import NamedSet, SaveSet

        name = text.strip()[:60]
        taken, number = set(self.names()), 2
        while name in taken:
            name, number = f"{text.strip()[:56]} {number}", number + 1
        where = text.strip() if is_condition(text) else ""
        made = NamedSet(str(uuid.uuid4()), name, "" if where else text.strip(), where)
        self._session.execute(SaveSet(made))

    def _choose(self, item: QListWidgetItem) -> None:
        one: NamedSet = item.data(_SET)
        self.chosen.emit(one.where or one.text)

    def _renamed(self, item: QListWidgetItem) -> None:
        from twin_model.sets import SaveSet

        one: NamedSet | None = item.data(_SET)
        name = item.text().strip()
        if self._filling or one is None or name == one.name:
            return
        if not name:
            self.read()
            return
        self._session.execute(SaveSet(replace(one, name=name)))

    def _remove(self, item: QListWidgetItem) -> None:
        from twin_model.sets import RemoveSet

        one: NamedSet = item.data(_SET)
        self._session.execute(RemoveSet(one.id, one.name))

    def _menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is None or not self._session.writable:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Rename")).triggered.connect(lambda: self.list.editItem(item))
        menu.addAction(self.tr("Remove")).triggered.connect(lambda: self._remove(item))
        menu.exec(self.list.viewport().mapToGlobal(at))
        menu.deleteLater()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            item = self.list.currentItem()
            if item is not None and self._session.writable:
                if event.key() == Qt.Key.Key_Delete:
                    self._remove(item)
                    return True
                if event.key() == Qt.Key.Key_F2:
                    self.list.editItem(item)
                    return True
        return super().eventFilter(watched, event)
