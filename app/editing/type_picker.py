"""Choosing an entity type: a list that is searched in Chinese and English."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.editing import schema
from app.icons import IconSet

_SIZE: Final = QSize(320, 380)
_TYPE_ROLE: Final = Qt.ItemDataRole.UserRole


class TypePicker(QFrame):
    """Opens below a widget; Enter or a click chooses, Esc or a click elsewhere closes.

    Parameters
    ----------
    parent : QWidget
    icons : IconSet, optional
        Shows the icon of each type.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget, icons: IconSet | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._icons = icons
        self.setObjectName("sheet")
        self.input = QLineEdit(self)
        self.list = QListWidget(self)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = QLabel(self)
        self._nothing.setObjectName("dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.input)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._nothing)
        self._geometries: frozenset[str] = frozenset()
        self._current = ""
        self.input.textChanged.connect(self._search)
        self.input.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._choose())

    def popup(
        self, under: QWidget, current: str = "", geometries: frozenset[str] = frozenset()
    ) -> None:
        """Open below a widget.

        Parameters
        ----------
        under : QWidget
        current : str
            Type that is chosen now.
        geometries : frozenset of str
            Types that usually look like one of these come first.
        """
        self.input.setPlaceholderText(self.tr("Search types"))
        self.input.setAccessibleName(self.tr("Search types"))
        self.list.setAccessibleName(self.tr("Entity types"))
        self._nothing.setText(self.tr("No such type"))
        self._current, self._geometries = schema.known_type(current) or "", geometries
        self.input.clear()
        self._search("")
        self.resize(_SIZE)
        corner = under.mapToGlobal(QPoint(0, under.height() + 2))
        screen = QGuiApplication.screenAt(corner) or QGuiApplication.primaryScreen()
        room: QRect = screen.availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - _SIZE.width())))
        corner.setY(max(room.top(), min(corner.y(), room.bottom() - _SIZE.height())))
        self.move(corner)
        self.show()
        self.input.setFocus()

    def types(self) -> list[str]:
        """Return the ids of the types that are listed now."""
        return [self.list.item(row).data(_TYPE_ROLE) for row in range(self.list.count())]

    def _search(self, text: str) -> None:
        catalogue = schema.catalogue()
        language = schema.language()
        words = text.casefold().split()
        found: list[tuple[tuple[int, str], str, str]] = []
        for kind in catalogue.types():
            if kind.abstract:
                continue
            searched = f"{kind.id} {kind.name.zh} {kind.name.en}".casefold()
            if not all(word in searched for word in words):
                continue
            name = schema.sentence(kind.name.get(language) or kind.id)
            other = kind.name.en if language == "zh" else kind.name.zh
            fits = catalogue.appearance(kind.id).geometry in self._geometries
            starts = bool(words) and words[0] in {
                part[: len(words[0])] for part in (name.casefold(), other.casefold(), kind.id)
            }
            rank = (-2 * starts - fits, name)
            found.append((rank, f"{name}    {other}", kind.id))
        self.list.clear()
        for _, title, type_id in sorted(found):
            item = QListWidgetItem(title)
            item.setData(_TYPE_ROLE, type_id)
            if self._icons is not None:
                item.setIcon(self._icons.type_icon(catalogue.appearance(type_id).icon))
            self.list.addItem(item)
            if type_id == self._current and not words:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)

    def _choose(self) -> None:
        item = self.list.currentItem()
        self.hide()
        if item is not None:
            self.chosen.emit(str(item.data(_TYPE_ROLE)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key), 0)
            if step and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._choose()
                return True
            if key == Qt.Key.Key_Escape:
                self.hide()
                return True
        return super().eventFilter(watched, event)
