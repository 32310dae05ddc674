"""Names and values of an entity, edited in place: a form that stays fast with many properties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.editing import attributes
from app.panels.entity_editors import choice_editor, date_editor, editor_value, text_editor
from app.panels.fields import Field
from app.text_lines import in_two_lines
from app.theme import Theme, small_font
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.schema.types import PropertyType

Index = QModelIndex | QPersistentModelIndex

_FIELD: Final = Qt.ItemDataRole.UserRole + 1
ROW_PX: Final = 32
MESSAGE_PX: Final = 18
#: Of a reason; all of it is in the tooltip.
MOST_LINES: Final = 5
NAME_PX: Final = 122


@dataclass(frozen=True)
class FormField(Field):
    """A line that may be edited.

    Parameters
    ----------
    name, value, note, target
        See `Field`.
    key : str
        What it changes; empty for a line that only shows.
    kind : PropertyType or None
        What values it takes.
    stored
        The value as it is stored.
    hint : str
        Shown in place of a missing value.
    problem : str
        What is wrong with the value.
    draft : str or None
        What was typed and is not stored, because of the problem.
    """

    key: str = ""
    kind: PropertyType | None = None
    stored: Any = None
    hint: str = ""
    problem: str = ""
    draft: str | None = None

    @property
    def same_line(self) -> tuple[str, str, bool, str]:
        """What tells this line from others, whatever its value."""
        return (self.key, self.name, self.value is None, self.target)


class FormModel(QAbstractListModel):
    """The lines; new values are checked here and announced, never kept here."""

    committed = Signal(str, object)  # key, value

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[Field] = []
        self.editable = True

    def set_fields(self, fields: list[Field]) -> None:
        """Show lines; where they are the same ones as before, open editors stay open."""
        if [_line(one) for one in fields] != [_line(one) for one in self.fields]:
            self.beginResetModel()
            self.fields = fields
            self.endResetModel()
            return
        for row, field in enumerate(fields):
            before = self.fields[row]
            shown = _with_draft(before, field)
            if shown != before:
                self.fields[row] = shown
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.fields)

    def field(self, index: Index) -> Field:
        """Return the line of an index."""
        return self.fields[index.row()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        field = self.fields[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{field.name}: {field.value} {field.note}" if field.value else field.name
            case Qt.ItemDataRole.AccessibleTextRole:
                problem = field.problem if isinstance(field, FormField) else ""
                return ". ".join(filter(None, [f"{field.name}: {field.value or ''}", problem]))
            case Qt.ItemDataRole.ToolTipRole:
                problem = field.problem if isinstance(field, FormField) else ""
                return "\n".join(filter(None, [field.name, problem or field.value]))
            case _ if role == _FIELD:
                return field
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        field = self.fields[index.row()]
        if field.value is None:
            return Qt.ItemFlag.NoItemFlags  # a heading
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.editable and isinstance(field, FormField) and field.kind is not None:
            return plain | Qt.ItemFlag.ItemIsEditable
        return plain

    def is_valid(self, index: Index, text: str) -> bool:
        """Return whether what was typed is a value; else say what is wrong beside it."""
        field = self._form_field(index)
        assert field.kind is not None
        if text == attributes.editor_text(field.kind, field.stored):
            return True
        try:
            attributes.read_text(field.kind, text)
        except ValidationError as error:
            problem = attributes.problem_text(error, field.kind)
            self._put(index, replace(field, draft=text, problem=problem))
            return False
        return True

    def take_text(self, index: Index, text: str) -> None:
        """Announce what was typed where it is another value; else say what is wrong beside it."""
        if not self.is_valid(index, text):
            return
        field = self._form_field(index)
        assert field.kind is not None
        if text == attributes.editor_text(field.kind, field.stored):
            self._put(index, replace(field, draft=None, problem=self._stored_problem(field)))
            return
        value = attributes.read_text(field.kind, text)
        self._put(index, replace(field, draft=None, problem=""))
        if value != field.stored or type(value) is not type(field.stored):
            self.committed.emit(field.key, value)

    def _form_field(self, index: Index) -> FormField:
        field = self.fields[index.row()]
        assert isinstance(field, FormField)
        return field

    def take_back(self, index: Index) -> None:
        """Forget what was typed."""
        field = self.fields[index.row()]
        if isinstance(field, FormField):
            self._put(index, replace(field, draft=None, problem=self._stored_problem(field)))

    def _stored_problem(self, field: FormField) -> str:
        if field.kind is None:
            return ""
        return attributes.problem_of(field.kind, field.stored)

    def _put(self, index: Index, field: FormField) -> None:
        if self.fields[index.row()] != field:
            self.fields[index.row()] = field
            self.dataChanged.emit(index, index)


def _with_draft(before: Field, field: Field) -> Field:
    """Return a line with what was typed into it and refused, until that is right or taken back."""
    if not isinstance(before, FormField) or not isinstance(field, FormField):
        return field
    if before.draft is None or before.stored != field.stored:
        return field
    return replace(field, draft=before.draft, problem=before.problem)


def _line(field: Field) -> tuple[str, str, bool, str]:
    if isinstance(field, FormField):
        return field.same_line
    return ("", field.name, field.value is None, field.target)


class FormDelegate(QStyledItemDelegate):
    """Paints lines as fields, and makes the editor that fits a property."""

    def __init__(self, theme: Theme, model: FormModel, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._model = model
        self._view = view
        self._editing: QPersistentModelIndex | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        field = self._model.field(index)
        problem = field.problem if isinstance(field, FormField) else ""
        if not problem:
            return QSize(100, ROW_PX)
        box = value_box(QRect(0, 0, self._view.viewport().width(), ROW_PX))
        return QSize(100, ROW_PX + _message_rect(box, problem).height() + 2)

    # -- painting ------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        field = self._model.field(index)
        theme, rect = self._theme, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if field.value is None:
            painter.setFont(small_font(bold=True))
            painter.setPen(theme.colour("dim"))
            heading = rect.adjusted(12, 8, -12, 0)
            painter.drawText(heading, Qt.AlignmentFlag.AlignVCenter, field.name)
            painter.restore()
            return
        painter.setFont(option.font)
        box = value_box(rect)
        form = field if isinstance(field, FormField) else None
        problem = form.problem if form else ""
        painter.setPen(theme.colour("dim"))
        star = " *" if form and form.kind is not None and form.kind.required else ""
        room = QRect(rect.left() + 12, rect.top(), box.left() - rect.left() - 18, ROW_PX)
        name = field.name + star
        if option.fontMetrics.horizontalAdvance(name) > room.width():
            painter.setFont(small_font())
            name = "\n".join(in_two_lines(name, painter.fontMetrics(), room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(option.font)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        outline = "critical" if problem else "accent" if selected else "line"
        painter.setPen(theme.colour(outline))
        editable = bool(index.flags() & Qt.ItemFlag.ItemIsEditable)
        painter.setBrush(theme.colour("raised" if editable or form is None else "pane"))
        painter.drawRoundedRect(box, 4, 4)
        self._paint_value(painter, option, box, field)
        if editable and form is not None and _has_choices(form):
            self._paint_caret(painter, box)
        if problem:
            painter.setFont(small_font())
            painter.setPen(theme.colour("critical"))
            painter.drawText(_message_rect(box, problem), Qt.TextFlag.TextWordWrap, problem)
        painter.restore()

    def _paint_value(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, field: Field
    ) -> None:
        theme, metrics = self._theme, option.fontMetrics
        note_px = metrics.horizontalAdvance(field.note)
        painter.setPen(theme.colour("dim"))
        painter.drawText(
            box.adjusted(box.width() - note_px - 9, 0, -6, 0),
            Qt.AlignmentFlag.AlignVCenter,
            field.note,
        )
        text, token = field.value or "", "accent" if field.target else "text"
        if isinstance(field, FormField):
            if field.draft is not None:
                text, token = field.draft, "critical"
            elif not text:
                text, token = field.hint, "faint"
        painter.setPen(theme.colour(token))
        value = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - note_px - 22)
        painter.drawText(box.adjusted(9, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, value)

    def _paint_caret(self, painter: QPainter, box: QRect) -> None:
        """Show that a click lists choices."""
        pen = QPen(self._theme.colour("dim"), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = box.right() - 13, box.center().y()
        tips = (QPointF(x - 3.5, y - 1.0), QPointF(x, y + 2.5), QPointF(x + 3.5, y - 1.0))
        painter.drawPolyline(tips)

    # -- editing -------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Any) -> QWidget:
        from twin_model.schema.types import Kind

        field = self._model.field(index)
        assert isinstance(field, FormField)
        assert field.kind is not None  # others are not editable, see `FormModel.flags`
        kind = field.kind
        self._editing = QPersistentModelIndex(index)
        editor: QWidget
        if kind.kind in (Kind.ENUM, Kind.BOOLEAN):
            editor = choice_editor(kind, field, parent)
            editor.activated.connect(lambda _: self._finish(editor))
        elif kind.kind is Kind.DATE:
            editor = date_editor(parent, lambda: self._finish(editor))
        else:
            editor = text_editor(kind, parent)
        editor.setAccessibleName(f"{field.name} {field.note}".strip())
        editor.setAutoFillBackground(True)
        return editor

    def _finish(self, editor: QWidget) -> None:
        """Take a choice at once, without Enter."""
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
        self._view.setFocus()

    def destroyEditor(self, editor: QWidget, index: Any) -> None:
        self._editing = None
        super().destroyEditor(editor, index)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Any
    ) -> None:
        editor.setGeometry(value_box(option.rect).adjusted(0, -1, 1, 1))

    def setEditorData(self, editor: QWidget, index: Any) -> None:
        if editor.property("filled"):
            return  # the twin changed while somebody types: what is typed stays
        editor.setProperty("filled", True)
        field = self._model.field(index)
        assert isinstance(field, FormField)
        assert field.kind is not None
        stored = attributes.editor_text(field.kind, field.stored)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(stored)))
        elif isinstance(editor, QLineEdit):
            editor.setText(stored if field.draft is None else field.draft)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Any) -> None:
        text = editor_value(editor)
        if editor.property("taken") == text:
            return  # an editor that closes says again what it has said
        editor.setProperty("taken", text)
        self._model.take_text(index, text)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            index = self._editing
            key = event.key()
            keeps = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
            if index is not None and index.isValid() and isinstance(editor, QWidget):
                if key == Qt.Key.Key_Escape:
                    self._model.take_back(index)
                elif key in keeps and not self._model.is_valid(index, editor_value(editor)):
                    return True  # it stays open until it is right, or Esc
        return bool(super().eventFilter(editor, event))


def _message_rect(box: QRect, text: str) -> QRect:
    """Return where the reason why a value is wrong stands below it, as high as it needs."""
    room = QRect(box.left(), box.bottom() + 2, box.width(), MOST_LINES * MESSAGE_PX)
    needed = QFontMetrics(small_font()).boundingRect(room, Qt.TextFlag.TextWordWrap, text)
    height = min(max(needed.height(), MESSAGE_PX - 2), room.height())
    return QRect(room.left(), room.top(), room.width(), height)


def _has_choices(field: FormField) -> bool:
    from twin_model.schema.types import Kind

    return field.kind is not None and field.kind.kind in (Kind.ENUM, Kind.BOOLEAN)


def value_box(rect: QRect) -> QRect:
    """Return where the value of a line stands."""
    name_px = min(NAME_PX, round(rect.width() * 0.4))
    return QRect(rect.left() + name_px, rect.top() + 3, rect.width() - name_px - 12, ROW_PX - 6)


class EntityForm(QListView):
    """Shows lines; those with a property are edited in place.

    A click or typing opens a line, Enter, Tab or leaving it commits, Esc takes back, and Ctrl+C
    copies the values of selected lines.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    target_wanted = Signal(str)
    committed = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = FormModel()
        self._model.committed.connect(self.committed)
        # A problem makes its line higher.
        self._model.dataChanged.connect(lambda *_: self.scheduleDelayedItemsLayout())
        self.setModel(self._model)
        self.setItemDelegate(FormDelegate(theme, self._model, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)  # reasons are as high as they are wide
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            trigger.SelectedClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed
        )
        self.clicked.connect(self._click)
        self.doubleClicked.connect(self._double_click)

    @property
    def fields(self) -> list[Field]:
        """What is shown."""
        return list(self._model.fields)

    def set_fields(self, fields: list[Field]) -> None:
        """Show lines in place of the present ones.

        Laid out at once: a layout that is put off is painted one frame of the window later.
        """
        self._model.set_fields(fields)
        self.executeDelayedItemsLayout()
        self.viewport().update()

    @property
    def editable(self) -> bool:
        """Whether lines can be edited at all."""
        return self._model.editable

    def set_editable(self, editable: bool) -> None:
        """Let lines be edited, or only read."""
        if editable != self._model.editable:
            self._model.editable = editable
            self.viewport().update()

    def row_of(self, key: str) -> QModelIndex:
        """Return the line of a key; an invalid index where there is none."""
        for row, field in enumerate(self._model.fields):
            if isinstance(field, FormField) and field.key == key:
                return self._model.index(row)
        return QModelIndex()

    def _click(self, index: QModelIndex) -> None:
        extending = QGuiApplication.keyboardModifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if index.flags() & Qt.ItemFlag.ItemIsEditable and not extending:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        """Edit a line; choices are listed at once."""
        self.edit(index)
        editor = self.indexWidget(index)
        if isinstance(editor, QComboBox):
            editor.showPopup()

    def _double_click(self, index: QModelIndex) -> None:
        target = self._model.fields[index.row()].target
        if target:
            self.target_wanted.emit(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._selected_text())
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            target = self._model.fields[self.currentIndex().row()].target
            if target:
                self.target_wanted.emit(target)
                return
            if self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
                self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _selected_text(self) -> str:
        rows = sorted(index.row() for index in self.selectedIndexes())
        chosen = [self._model.fields[row] for row in rows]
        if len(chosen) == 1:
            return chosen[0].value or chosen[0].name
        return "\n".join(f"{field.name}\t{field.value or ''}" for field in chosen)
