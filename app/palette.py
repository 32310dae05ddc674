"""The command palette: actions, layers, entities and places behind one line of text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import entity_words
from app.actions.registry import Actions
from app.conditions import problem_of, query_of
from app.editing import classes, schema
from app.icons import IconSet
from app.item_models.entities import display_name
from app.project import ProjectSession
from app.scene_place import paint_apart
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.twin import Twin

_LIMIT: Final = 40
_ROW_PX: Final = 30
#: What the round corners of the sheet leave free, row by row.
_CORNER_PX: Final = (3, 1, 1)
#: Of so many classes; entities come after them.
_CLASSES: Final = 6
_COORDINATES: Final = re.compile(
    r"^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)(?:\s*[,;\s]\s*(-?\d+(?:\.\d+)?))?\s*$"
)


@dataclass(frozen=True)
class Choice:
    """One line of the palette."""

    title: str
    note: str
    icon: str
    run: Callable[[], object]


class _ChoiceDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(200, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        rect, theme = option.rect, self._theme
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        self._icons.paint(
            painter, QRect(rect.left() + 12, rect.top() + 7, 16, 16), choice.icon,
            theme.colour("dim"),
        )  # fmt: skip
        painter.setPen(theme.colour("text"))
        painter.setFont(option.font)
        right = rect.right() - 12
        note_px = option.fontMetrics.horizontalAdvance(choice.note)
        title = option.fontMetrics.elidedText(
            choice.title, Qt.TextElideMode.ElideRight, right - note_px - rect.left() - 56
        )
        painter.drawText(rect.adjusted(40, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(theme.colour("dim"))
        painter.setFont(small_font())
        painter.drawText(
            rect.adjusted(0, 0, -12, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            choice.note,
        )
        painter.restore()


class CommandPalette(QFrame):
    """Opens over the window, takes the keyboard, and closes with Esc or a choice.

    Parameters
    ----------
    window : QWidget
    actions : Actions
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        session: ProjectSession,
        background: Background,
        theme: Theme,
        icons: IconSet,
    ) -> None:
        super().__init__(window)
        paint_apart(self)  # as the scene is, over which it lies
        self.setObjectName("sheet")
        self._window = window
        self._actions = actions
        self._session = session
        self._background = background
        self.input = QLineEdit(self)
        self.list = QListWidget(self)
        self.list.setItemDelegate(_ChoiceDelegate(theme, icons, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.input)
        layout.addWidget(self.list)
        self._nothing = QLabel(self)
        self._nothing.setObjectName("dim")
        self._nothing.setContentsMargins(12, 0, 12, 0)
        layout.addWidget(self._nothing)
        #: Set by the window: what to do with what was chosen.
        self.on_layer: Callable[[str], object] = lambda _: None
        self.on_entity: Callable[[Any], object] = lambda _: None
        self.on_class: Callable[[str], object] = lambda _: None
        self.on_panel: Callable[[str], object] = lambda _: None
        #: Set by the window: names and titles of the panels that there are.
        self.panels: Callable[[], list[tuple[str, str]]] = list
        self.on_cell: Callable[[str], object] = lambda _: None
        self.on_place: Callable[[tuple[float, float, float]], object] = lambda _: None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(120)
        self._wait.timeout.connect(self._ask_entities)
        self.input.textChanged.connect(self._search)
        self.input.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._run())
        self.hide()

    def popup(self) -> None:
        """Open at the top centre of the window."""
        window = self._window
        width = min(640, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, 52, width, min(460, window.height() - 80))
        self._nothing.setText(self.tr("Nothing found"))
        self.input.setPlaceholderText(self.tr("Search entities, codes, places, commands"))
        self.input.setAccessibleName(self.input.placeholderText())
        self.input.clear()
        self._search("")
        self.show()
        self.raise_()
        self.input.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.testAttribute(Qt.WidgetAttribute.WA_NativeWindow):  # nothing shines through corners
            visible, right, bottom = QRegion(self.rect()), self.width(), self.height() - 1
            for row, free in enumerate(_CORNER_PX):
                for y in (row, bottom - row):
                    visible -= QRegion(0, y, free, 1)
                    visible -= QRegion(right - free, y, free, 1)
            self.setMask(visible)

    def choices(self) -> list[Choice]:
        """Return what is listed now."""
        found = []
        for row in range(self.list.count()):
            found.append(self.list.item(row).data(Qt.ItemDataRole.UserRole))
        return found

    def _search(self, text: str) -> None:
        self.list.clear()
        for choice in [
            *self._places(text),
            *self._cells(text),
            *self._commands(text),
            *self._panels(text),
            *self._layers(text),
            *self._classes(text),
        ]:
            self._append(choice)
        self.list.setCurrentRow(0)
        if self.list.count():
            self._fit()
        self._wait.start()

    def _append(self, choice: Choice) -> None:
        if self.list.count() < _LIMIT:
            item = QListWidgetItem(choice.title)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            self.list.addItem(item)

    def _commands(self, text: str) -> list[Choice]:
        found = []
        for spec in self._actions.all():
            if not spec.palette or not spec.enabled():
                continue
            title = spec.title().replace("&", "")
            if matches(text, f"{title} {spec.id}"):
                note = self._actions.action(spec.id).shortcut().toString()
                icon = spec.icon or "terminal-window"
                found.append(Choice(title, note, icon, partial(self._actions.run, spec.id)))
        return found

    def _panels(self, text: str) -> list[Choice]:
        if not text.strip():
            return []
        return [
            Choice(title, self.tr("Panel"), "layout", partial(self.on_panel, name))
            for name, title in self.panels()
            if matches(text, title)
        ]

    def _layers(self, text: str) -> list[Choice]:
        twin = self._session.twin
        if twin is None or not text.strip():
            return []
        return [
            Choice(
                layer.name,
                self.tr("Layer"),
                "stack",
                partial(self.on_layer, layer.id),
            )
            for layer in twin.layers()
            if matches(text, layer.name)
        ]

    def _classes(self, text: str) -> list[Choice]:
        """Return classes of management codes; choosing one lists what is of it."""
        if self._session.twin is None or len(text.strip()) < 2 or not classes.is_loaded():
            return []
        joined, language = classes.tables(), schema.language()
        return [
            Choice(
                f"{entry.code} {entry.name(language)}",
                self.tr("Class, {0}").format(joined.edition(entry.code)),
                "tag",
                partial(self.on_class, entry.code),
            )
            for entry in joined.search(text, _CLASSES)
        ]

    def _places(self, text: str) -> list[Choice]:
        twin, found = self._session.twin, _COORDINATES.match(text)
        if twin is None or found is None:
            return []
        first, second = float(found[1]), float(found[2])
        height = float(found[3]) if found[3] else None
        choices = []
        if abs(first) <= 90 and abs(second) <= 180:
            choices.append(self._place(first, second, height, "EPSG:4326"))
        if abs(first) <= 180 and abs(second) <= 90:
            choices.append(self._place(second, first, height, "EPSG:4326"))
        if max(abs(first), abs(second)) > 180:
            choices.append(self._place(second, first, height, twin.frame.crs))
        return choices

    def _cells(self, text: str) -> list[Choice]:
        """Return the cell of a space code, in plan or with height."""
        from twin_model.codes.cover import level_of_code

        level = level_of_code(text) if self._session.twin is not None else 0
        if level == 0:
            return []
        code = text.strip().upper()
        title = self.tr("Go to cell {0}").format(code)
        return [Choice(title, self.tr("level {0}").format(level), "map-pin",
                       partial(self.on_cell, code))]  # fmt: skip

    def _place(self, north: float, east: float, height: float | None, crs: str) -> Choice:
        if crs == "EPSG:4326":
            title = self.tr("Go to latitude {0}, longitude {1}").format(north, east)
        else:
            title = self.tr("Go to easting {0}, northing {1}").format(east, north)
        frame = self._session.required.frame

        def run() -> None:
            x, y, z = frame.transform_from(crs)([[east, north, height or 0.0]])[0]
            self.on_place((float(x), float(y), float(z) if height is not None else 0.0))

        return Choice(title, crs[:16], "map-pin", run)

    def _ask_entities(self) -> None:
        twin, text = self._session.twin, self.input.text().strip()
        # One Chinese character says as much as a word; one Latin letter says nothing.
        if twin is None or not text or (len(text) < 2 and text.isascii()):
            self._fit()
            return
        self._background.ask(
            "palette", lambda: _find(twin, text), partial(self._add_entities, text)
        )

    def _add_entities(self, text: str, answer: tuple[list[Any], ValidationError | None]) -> None:
        if text != self.input.text().strip():
            return
        entities, error = answer
        self._nothing.setText(problem_of(error) if error is not None else self.tr("Nothing found"))
        for entity in entities:
            self._append(
                Choice(
                    display_name(entity),
                    entity_words.entity_type(entity.type),
                    "cube",
                    partial(self.on_entity, entity),
                )
            )
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is listed, and say so where nothing is."""
        count = self.list.count()
        self._nothing.setVisible(count == 0)
        self.list.setVisible(count > 0)
        room = self._window.height() - 80
        rows = count * _ROW_PX if count else _ROW_PX
        self.resize(self.width(), min(460, room, rows + self.input.sizeHint().height() + 26))

    def _run(self) -> None:
        item = self.list.currentItem()
        choice = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        self.hide()
        self._window.setFocus()
        if choice is not None:
            choice.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                self._window.setFocus()
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run()
                return True
        if event.type() == QEvent.Type.FocusOut and not self.list.hasFocus():
            self.hide()
        return False


def _find(twin: Twin, text: str) -> tuple[list[Any], ValidationError | None]:
    """Return the first entities that a text means, and why it means none."""
    try:
        return twin.entities(replace(query_of(text), limit=20)), None
    except ValidationError as error:
        return [], error  # an answer: it is shown below the line


def matches(text: str, title: str) -> bool:
    """Return whether every word of *text* occurs in *title*, ignoring case."""
    folded = title.casefold()
    return all(word in folded for word in text.casefold().split())
