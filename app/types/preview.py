"""What a change of types would do, before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QListWidget,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, messages, numbers, words
from app.editing import schema
from app.editing.attributes import problem_text
from app.editing.needed import NeededFields
from app.item_models.entities import display_name

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.schema.migrate import PlannedStep
    from twin_model.schema.project_types import Prepared
    from twin_model.schema.steps import StepGroup
    from twin_model.schema.types import PropertyType
    from twin_model.schema.values import SchemaError


#: Steps that are shown without scrolling.
_MOST_ROWS: Final = 8
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def step_text(step: PlannedStep, names: Mapping[str, str]) -> str:
    """Return what a step does, in the language in use.

    Parameters
    ----------
    step : PlannedStep
    names : mapping of str to str
        What properties are called, by id; others are called by their id.
    """
    from twin_model.schema.migrate import NO_VALUE, Step

    say = QCoreApplication.translate
    word = {
        Step.RENAME: say("TypesPreview", "renamed"),
        Step.CONVERT_UNIT: say("TypesPreview", "converted to another unit"),
        Step.CONVERT_KIND: say("TypesPreview", "turned into another kind of value"),
        Step.FILL: say("TypesPreview", "filled in, because it is needed now"),
        Step.DROP: say("TypesPreview", "no longer declared; values are kept"),
        Step.CHECK: say("TypesPreview", "checked again"),
        Step.RETYPE: say("TypesPreview", "given another type"),
        Step.RELATIONS: say("TypesPreview", "relations checked again"),
    }[step.step]
    what = entity_words.entity_type(step.type)
    if step.property:
        what += f" · {names.get(step.property, step.property)}"
    if step.step is Step.FILL and step.detail == NO_VALUE:
        return f"{what}: {say('TypesPreview', 'needed now, and no value is given')}"
    return f"{what}: {word}" + (f" ({step.detail})" if step.detail else "")


def group_item(group: StepGroup, names: Mapping[str, str]) -> QTreeWidgetItem:
    """Return the line of a step, with the types that it is the same for below it."""
    text = step_text(group.step, names)
    count = QCoreApplication.translate("TypesPreview", "%Ln entity(ies)", None, group.entities)
    item = QTreeWidgetItem([text, count])
    item.setTextAlignment(1, _RIGHT)
    if len(group.counts) > 1:
        say = QCoreApplication.translate
        more = say("TypesPreview", "and %n type(s) below it", None, len(group.counts) - 1)
        item.setText(0, f"{text}  —  {more}")
        for type_id, number in group.counts.items():
            line = QTreeWidgetItem([entity_words.entity_type(type_id), numbers.integer(number)])
            line.setTextAlignment(1, _RIGHT)
            item.addChild(line)
    item.setToolTip(0, item.text(0))
    return item


class TypesPreview(QDialog):
    """Says what changes and what breaks, and asks whether to go on.

    Parameters
    ----------
    parent : QWidget
    prepared : Prepared
    """

    #: Values for what is needed now, by type and property; the check is to be done again.
    filled = Signal(dict)

    def __init__(self, parent: QWidget, prepared: Prepared) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.prepared = prepared
        self.setWindowTitle(self.tr("Check the change of types"))
        self.summary = QLabel(self._summary(), self)
        self.summary.setWordWrap(True)
        self.steps = self._make_steps()
        self.broken = QListWidget(self)
        self.broken.setAccessibleName(self.tr("What breaks"))
        for entity, fault in prepared.violations:
            self.broken.addItem(f"{display_name(entity)} · {self._fault_text(entity, fault)}")
        broken_title = QLabel(
            self.tr(
                "%n entity(ies) break the new types; they stay as they are", "", prepared.broken
            ),
            self,
        )
        broken_title.setObjectName("warning")
        self.needed = self._make_needed()
        buttons = QDialogButtonBox(self)
        self.apply = buttons.addButton(self.tr("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setObjectName("primary")
        self.apply.style().polish(self.apply)  # the button box has polished it already
        buttons.addButton(self.tr("Back"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.summary)
        layout.addWidget(self.steps, 1)
        layout.addWidget(broken_title)
        layout.addWidget(self.broken, 1)
        layout.addWidget(self.needed)
        layout.addWidget(buttons)
        self.steps.setVisible(bool(prepared.steps))
        broken_title.setVisible(bool(prepared.broken))
        self.broken.setVisible(bool(prepared.broken))
        self.needed.setVisible(bool(self.values.editors))
        self.resize(560, 540 if prepared.steps or prepared.broken else 0)

    def _make_steps(self) -> QTreeWidget:
        """Return what changes, the same step for many types in one line that can be opened."""
        tree = QTreeWidget(self)
        tree.setAccessibleName(self.tr("What changes"))
        tree.setHeaderHidden(True)
        tree.setColumnCount(2)
        tree.setUniformRowHeights(True)
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        names = self._names()
        tree.addTopLevelItems([group_item(group, names) for group in self.prepared.steps])
        tree.setRootIsDecorated(any(len(group.counts) > 1 for group in self.prepared.steps))
        rows = min(len(self.prepared.steps), _MOST_ROWS)
        tree.setMinimumHeight(rows * (tree.fontMetrics().height() + 6) + 8)
        return tree

    def _names(self) -> dict[str, str]:
        """Return what the properties of the changed types are called."""
        return {
            one.id: schema.sentence(one.name.get(schema.language()) or one.id)
            for kind in self.prepared.command.types
            for one in kind.properties
        }

    def _make_needed(self) -> QWidget:
        """Return fields for what entities need now and do not have, to be filled in for all."""
        place = QWidget(self)
        kinds: dict[tuple[str, str], PropertyType] = {}
        for entity, fault in self.prepared.violations:
            kind, owner = self._missing(entity, fault)
            if kind is not None:
                kinds[owner, kind.id] = kind
        note = QLabel(self.tr("Value for all that have none:"), place)
        note.setObjectName("dim")
        self.values = NeededFields(kinds, place)
        self.fill = QPushButton(self.tr("Fill in and check again"), place)
        self.fill.clicked.connect(self._fill)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (note, self.values, self.fill):
            column.addWidget(widget)
        column.setAlignment(self.fill, Qt.AlignmentFlag.AlignLeft)
        return place

    def _missing(self, entity: Entity, fault: SchemaError) -> tuple[PropertyType | None, str]:
        """Return the property that an entity lacks and the type that declares it."""
        from twin_model.schema.values import Problem

        if fault.problem is not Problem.REQUIRED:
            return None, ""
        for kind in self.prepared.command.types:
            for one in kind.properties:
                if one.id == fault.name:
                    return one, kind.id
        known = schema.known_type(entity.type)
        found = schema.catalogue().properties(known).get(fault.name) if known else None
        return found, known or ""

    def _fill(self) -> None:
        found = self.values.values()
        if found is None:
            return
        filling: dict[str, dict[str, Any]] = {}
        for (owner, name), value in found.items():
            filling.setdefault(owner, {})[name] = value
        self.reject()
        self.filled.emit(filling)

    def _summary(self) -> str:
        found = self.prepared
        names = [
            schema.sentence(k.name.get(schema.language()) or k.id) for k in found.command.types
        ]
        names += [entity_words.entity_type(name) for name in found.command.removed]
        text = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
        checked, changed = numbers.integer(found.checked), numbers.integer(found.migrated)
        return (
            text
            + "\n"
            + self.tr("{0} entities checked, {1} of them change").format(checked, changed)
        )

    def _fault_text(self, entity: Entity, fault: SchemaError) -> str:
        """Return which property is wrong and why, by the types as they are about to be."""
        declared = {one.id: one for kind in self.prepared.command.types for one in kind.properties}
        known = schema.known_type(entity.type)
        before = schema.catalogue().properties(known) if known else {}
        kind = declared.get(fault.name) or before.get(fault.name)
        if kind is None:
            title = words.relation(fault.name) if fault.dimension == "relations" else fault.name
            return f"{title}: {messages.shown(fault.rule)}"
        title = schema.sentence(kind.name.get(schema.language()) or fault.name)
        return f"{title}: {problem_text(fault, kind)}"
