"""A read-only list of names and values that stays fast with hundreds of properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.theme import Theme, small_font

Index = QModelIndex | QPersistentModelIndex

_FIELD: Final = Qt.ItemDataRole.UserRole + 1
_ROW_PX: Final = 32
_NAME_PX: Final = 122


@dataclass(frozen=True)
class Field:
    """One line: a heading where *value* is None.

    Parameters
    ----------
    name : str
    value : str or None
    note : str
        Unit, accuracy or age, shown dimmed at the end.
    target : str
        Entity id that a double click goes to; empty for none.
    """

    name: str
    value: str | None = None
    note: str = ""
    target: str = ""


class _FieldsModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.fields: list[Field] = []

    def set_fields(self, fields: list[Field]) -> None:
        self.beginResetModel()
        self.fields = fields
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.fields)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        field = self.fields[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{field.name}: {field.value} {field.note}" if field.value else field.name
            case Qt.ItemDataRole.ToolTipRole:
                return field.value or None
            case _ if role == _FIELD:
                return field
        return None


class _FieldDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(100, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        field: Field = index.data(_FIELD)
        theme, rect = self._theme, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if field.value is None:
            painter.setFont(small_font(bold=True))
            painter.setPen(theme.colour("dim"))
            painter.drawText(
                rect.adjusted(12, 8, -12, 0), Qt.AlignmentFlag.AlignVCenter, field.name
            )
            painter.restore()
            return
        painter.setFont(option.font)
        metrics = option.fontMetrics
        name_px = min(_NAME_PX, round(rect.width() * 0.4))
        painter.setPen(theme.colour("dim"))
        name = metrics.elidedText(field.name, Qt.TextElideMode.ElideMiddle, name_px - 18)
        painter.drawText(rect.adjusted(12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
        box = QRect(rect.left() + name_px, rect.top() + 3, rect.width() - name_px - 12, _ROW_PX - 6)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(theme.colour("accent" if selected else "line"))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(box, 4, 4)
        note_px = metrics.horizontalAdvance(field.note)
        painter.setPen(theme.colour("dim"))
        painter.drawText(
            box.adjusted(box.width() - note_px - 9, 0, -6, 0),
            Qt.AlignmentFlag.AlignVCenter,
            field.note,
        )
        painter.setPen(theme.colour("accent" if field.target else "text"))
        space = box.width() - note_px - 22
        value = metrics.elidedText(field.value, Qt.TextElideMode.ElideRight, space)
        painter.drawText(box.adjusted(9, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, value)
        painter.restore()


class FieldList(QListView):
    """Shows fields; Ctrl+C copies the values of the selected ones.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    target_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = _FieldsModel()
        self.setModel(self._model)
        self.setItemDelegate(_FieldDelegate(theme, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(self._double_click)

    @property
    def fields(self) -> list[Field]:
        """What is shown."""
        return list(self._model.fields)

    def set_fields(self, fields: list[Field]) -> None:
        """Show fields in place of the present ones."""
        self._model.set_fields(fields)

    def _double_click(self, index: QModelIndex) -> None:
        target = self._model.fields[index.row()].target
        if target:
            self.target_wanted.emit(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted(index.row() for index in self.selectedIndexes())
            chosen = [self._model.fields[row] for row in rows]
            if len(chosen) == 1:
                text = chosen[0].value or chosen[0].name
            else:
                text = "\n".join(f"{field.name}\t{field.value or ''}" for field in chosen)
            QGuiApplication.clipboard().setText(text)
            return
        super().keyPressEvent(event)
