"""Making and editing one relation: its kind, its own attributes, since when and until when."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import words
from app.editing import schema
from app.editing.attributes import editor_text, problem_text, read_text
from app.editing.times import time_from, time_text
from app.icons import IconSet
from app.item_models.entities import display_name
from app.tab_order import set_tab_order
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError, ValidationError
from twin_model.time import ALWAYS, FOREVER, Instant, Interval

if TYPE_CHECKING:
    from twin_model.schema.relating import Choice, Refusal
    from twin_model.schema.types import PropertyType

_CHOICE: Final = Qt.ItemDataRole.UserRole


def refusal_text(refusal: Refusal) -> str:
    """Return why a relation cannot be, in the language in use."""
    from twin_model.schema.relating import Obstacle

    say = QCoreApplication.translate
    if refusal.obstacle is Obstacle.TARGET:
        names = [schema.catalogue().name(one, schema.language()) for one in refusal.types]
        return say("RelationForm", "leads to {0} only").format(", ".join(names))
    if refusal.obstacle is Obstacle.FULL:
        text = say("RelationForm", "the first may have {0} of them at most")
        return text.format(refusal.most)
    if refusal.obstacle is Obstacle.TAKEN:
        text = say("RelationForm", "the second may have {0} of them at most")
        return text.format(refusal.most)
    if refusal.obstacle is Obstacle.CIRCLE:
        text = say("RelationForm", "the second contains the first already: {0}")
        return text.format(" › ".join(refusal.line))
    return say("RelationForm", "is there already")


class _Values(QWidget):
    """The attributes of a relation, one line each, with what is wrong beside them."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._kinds: list[PropertyType] = []
        self._extra: dict[str, Any] = {}
        self.editors: dict[str, QLineEdit | QComboBox] = {}
        self._problems: dict[str, QLabel] = {}

    def show_properties(self, kinds: Sequence[PropertyType], values: dict[str, Any]) -> None:
        """Show a line for each property; values that none declares are kept as they are."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.editors, self._problems = {}, {}
        self._kinds = list(kinds)
        declared = {kind.id for kind in kinds}
        self._extra = {name: value for name, value in values.items() if name not in declared}
        for kind in kinds:
            editor = self._editor(kind, values.get(kind.id))
            problem = QLabel(self)
            problem.setObjectName("error")
            problem.hide()
            cell = QVBoxLayout()
            cell.setSpacing(2)
            cell.addWidget(editor)
            cell.addWidget(problem)
            title = schema.sentence(kind.name.get(schema.language()) or kind.id)
            label = QLabel(title, self)
            label.setBuddy(editor)
            editor.setAccessibleName(title)
            self._form.addRow(label, cell)
            self.editors[kind.id], self._problems[kind.id] = editor, problem

    def _editor(self, kind: PropertyType, value: Any) -> QLineEdit | QComboBox:
        text = editor_text(kind, value)
        if kind.choices:
            box = QComboBox(self)
            box.addItem(QCoreApplication.translate("EntityPanel", "not set"), "")
            for choice in kind.choices:
                name = choice.name.get(schema.language()) or str(choice.value)
                box.addItem(schema.sentence(name), str(choice.value))
            box.setCurrentIndex(max(0, box.findData(text)))
            return box
        return QLineEdit(text, self)

    def values(self) -> dict[str, Any] | None:
        """Return what is filled in; None where something is wrong, which then is shown."""
        found, sound = dict(self._extra), True
        for kind in self._kinds:
            editor, problem = self.editors[kind.id], self._problems[kind.id]
            text = editor.text() if isinstance(editor, QLineEdit) else str(editor.currentData())
            problem.hide()
            try:
                value = read_text(kind, text)
            except ValidationError as error:
                problem.setText(problem_text(error, kind))
                problem.show()
                sound = False
                continue
            if value is not None:
                found[kind.id] = value
        return found if sound else None


class RelationForm(QDialog):
    """Asks what a relation is.

    Parameters
    ----------
    parent : QWidget
    icons : IconSet
    ends : (Entity, Entity)
        Source and target.
    choices : tuple of two sequences of Choice
        Kinds from source to target, and from target to source.
    relation : Relation, optional
        The one to edit; a new one is made where none is given.
    """

    decided = Signal(object)  # Relation

    def __init__(
        self,
        parent: QWidget,
        icons: IconSet,
        ends: tuple[Entity, Entity],
        choices: tuple[Sequence[Choice], Sequence[Choice]],
        relation: Relation | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ends = ends
        self._choices = choices
        self._relation = relation
        self._turned = False
        self.setWindowTitle(self.tr("Edit relation") if relation else self.tr("Relate entities"))
        self.ends_label = QLabel(self)
        self.ends_label.setObjectName("heading")
        self.ends_label.setTextFormat(Qt.TextFormat.PlainText)
        self.ends_label.setWordWrap(True)
        self.swap = QToolButton(self)
        self.swap.setIcon(icons.icon("arrows-left-right"))
        self.swap.setIconSize(QSize(18, 18))
        self.swap.setToolTip(self.tr("The other way round"))
        self.swap.setAccessibleName(self.swap.toolTip())
        self.swap.clicked.connect(self._turn)
        self.kinds = QListWidget(self)
        self.kinds.setAccessibleName(self.tr("Kind of relation"))
        self.kinds.setMinimumHeight(180)
        self.kinds.currentItemChanged.connect(lambda *_: self._show_values())
        self.kinds.itemDoubleClicked.connect(lambda _: self._decide())
        self.values = _Values(self)
        self.since, self.until = QLineEdit(self), QLineEdit(self)
        self.since.setPlaceholderText(self.tr("always"))
        self.until.setPlaceholderText(self.tr("further notice"))
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.buttons = QDialogButtonBox(self)
        text = self.tr("Save") if relation else self.tr("Relate")
        self.accept_button = self.buttons.addButton(text, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        self.accept_button.style().polish(self.accept_button)
        self.buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self._decide)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._fill()
        self.resize(420, 0)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.ends_label, 1)
        top.addWidget(self.swap)
        self.times = QFormLayout()
        self.times.addRow(self.tr("Holds since"), self.since)
        self.times.addRow(self.tr("Holds until"), self.until)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.kinds)
        layout.addWidget(self.values)
        layout.addLayout(self.times)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    # -- filling -------------------------------------------------------------------------

    def _fill(self) -> None:
        relation = self._relation
        self.swap.setVisible(relation is None)
        self.kinds.setVisible(relation is None)
        if relation is not None:
            self.since.setText(time_text(relation.valid.start))
            self.until.setText(time_text(relation.valid.end))
            self._show_ends()
            self._show_values()
            return
        self.since.setText(time_text(Instant.now()))
        ahead = any(choice.possible for choice in self._choices[0])
        back = any(choice.possible for choice in self._choices[1])
        self._turned = back and not ahead
        self._fill_kinds()

    def _turn(self) -> None:
        self._turned = not self._turned
        self._fill_kinds()

    def _show_ends(self) -> None:
        source, target = self._ends[::-1] if self._turned else self._ends
        middle = words.relation(self._relation.kind) if self._relation else "→"
        self.ends_label.setText(f"{display_name(source)}  {middle}  {display_name(target)}")

    def _fill_kinds(self) -> None:
        self._show_ends()
        self.kinds.clear()
        for choice in self._choices[1 if self._turned else 0]:
            text = words.relation(choice.kind)
            if choice.instead is not None:
                text += "  —  " + self.tr("in place of {0}").format(choice.instead_of)
            elif choice.refusal is not None:
                text += f"  —  {refusal_text(choice.refusal)}"
            item = QListWidgetItem(text)
            item.setData(_CHOICE, choice)
            item.setToolTip(text)
            if not choice.possible:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.kinds.addItem(item)
        first = self.kinds.item(0)
        possible = first is not None and first.data(_CHOICE).possible
        self.kinds.setCurrentRow(0 if possible else -1)
        self.accept_button.setEnabled(possible)
        self._show_values()
        if not possible:
            self.problem.setText(self.tr("The types of these two allow no relation this way."))
        self.problem.setVisible(not possible)

    def choice(self) -> Choice | None:
        """Return the kind that is chosen."""
        if self._relation is not None:
            kind = self._relation.kind
            return next((one for one in self._choices[0] if one.kind == kind), None)
        item = self.kinds.currentItem()
        chosen: Choice | None = None if item is None else item.data(_CHOICE)
        return chosen

    def _show_values(self) -> None:
        choice = self.choice()
        values = dict(self._relation.attributes) if self._relation else {}
        kinds = choice.properties if choice is not None else ()
        if self._relation is None and choice is not None and choice.kind == "connects":
            values.setdefault("direction", "forward")
        self.values.show_properties(kinds, values)
        self.values.setVisible(bool(kinds))
        # What takes the place of another does so from now on.
        for row in range(self.times.rowCount()):
            self.times.setRowVisible(row, choice is None or choice.instead is None)
        set_tab_order(self.kinds, *self.values.editors.values(), self.since, self.until)

    # -- deciding ------------------------------------------------------------------------

    def _read(self, edit: QLineEdit, end: int, unsaid: Instant) -> Instant:
        """Return the time of a line; what nobody touched stays exact to the microsecond."""
        if self._relation is not None:
            stored = (self._relation.valid.start, self._relation.valid.end)[end]
            if edit.text() == time_text(stored):
                return stored
        return time_from(edit.text(), unsaid)

    def _decide(self) -> None:
        choice, values = self.choice(), self.values.values()
        if values is None or (choice is None and self._relation is None):
            return
        try:
            valid = Interval(self._read(self.since, 0, ALWAYS), self._read(self.until, 1, FOREVER))
            if valid.start == valid.end:
                raise ValidationError("time", "interval", self.until.text(), "ends early")
        except ShapanError:
            self.problem.setText(
                self.tr("Times are written as 2026-03-01 or 2026-03-01 08:30; the end is later.")
            )
            self.problem.show()
            return
        if self._relation is not None:
            made = replace(self._relation, attributes=values, valid=valid)
        else:
            assert choice is not None
            source, target = self._ends[::-1] if self._turned else self._ends
            if choice.instead is not None:
                made = replace(
                    choice.instead, source=source.id, target=target.id, attributes=values
                )
            else:
                made = Relation(
                    str(uuid.uuid4()), choice.kind, source.id, target.id, values, valid=valid
                )
        self.decided.emit(made)
        self.accept()
