"""Another type for entities: refused where values break it, asked where it needs values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app import entity_words
from app.editing import changes, schema
from app.editing.lacking import LackingList, lacking
from app.editing.needed import NeededFields
from app.project import ProjectSession
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from twin_model.schema.types import PropertyType
    from twin_model.schema.values import SchemaError


def missing(entities: Sequence[Entity], type_id: str) -> dict[str, PropertyType]:
    """Return the properties that a type needs and that some of the entities do not have."""
    return {
        name: kind
        for name, kind in schema.catalogue().properties(type_id).items()
        if kind.required and any(entity.attributes.get(name) is None for entity in entities)
    }


def retype(
    session: ProjectSession,
    entities: Sequence[Entity],
    type_id: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Give entities another type, and values for what it needs where they have none."""
    change = with_type(type_id, values or {})
    session.edit([one.id for one in entities], change, changes.edit_title(entities, "type"))


def change_type(
    parent: QWidget,
    session: ProjectSession,
    background: Background,
    entities: Sequence[Entity],
    type_id: str,
    refuse: Callable[[str], None],
) -> None:
    """Give entities another type where their values and relations allow it, asking what it needs.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
    background : Background
        Looks at the relations.
    entities : sequence of Entity
    type_id : str
    refuse : callable
        Told why it cannot be; an empty text where it can.
    """
    twin, those = session.required, list(entities)
    try:
        for entity in those:
            changes.check_type(entity, type_id)
    except ShapanError as error:
        refuse(changes.refusal(error, type_id))
        return

    def look() -> SchemaError | None:
        from twin_model.store.retyping import broken_by_retyping

        return broken_by_retyping(twin, those, type_id)

    def go_on(broken: SchemaError | None) -> None:
        refuse("" if broken is None else changes.refusal(broken, type_id))
        if broken is None and missing(those, type_id):
            RetypeDialog(parent, session, those, type_id).open()
        elif broken is None:
            retype(session, those, type_id)

    background.ask("retype", look, go_on)


def with_type(type_id: str, values: Mapping[str, Any]) -> changes.Change:
    """Return the change that gives another type, and values where an entity has none."""

    def change(entity: Entity) -> Entity:
        fresh = {
            name: value for name, value in values.items() if entity.attributes.get(name) is None
        }
        return replace(entity, type=type_id, attributes={**entity.attributes, **fresh})

    return change


class RetypeDialog(QDialog):
    """Asks for what the new type needs.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
    entities : sequence of Entity
    type_id : str
        In the catalogue.
    """

    def __init__(
        self, parent: QWidget, session: ProjectSession, entities: Sequence[Entity], type_id: str
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._entities, self._type_id = session, list(entities), type_id
        name = entity_words.entity_type(type_id)
        self.setWindowTitle(self.tr("Change the type"))
        note = QLabel(self.tr("“{0}” needs values that are not given yet.").format(name), self)
        note.setWordWrap(True)
        needed = missing(entities, type_id)
        self.fields = NeededFields(needed, self)
        self.names = LackingList(self)
        found = lacking(entities, needed)
        self.names.show_lacking(found, needed)
        self.names.setVisible(len(entities) > 1)
        if len(entities) > 1:
            text = self.tr("“{0}” needs values that {1} of {2} entities do not have.")
            note.setText(text.format(name, len(found), len(entities)))
        buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self.change = buttons.addButton(self.tr("Change type"), role.AcceptRole)
        self.change.setObjectName("primary")
        self.change.style().polish(self.change)  # the button box has polished it already
        self.later = buttons.addButton(self.tr("Fill in later"), role.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.later.clicked.connect(lambda: self._finish({}))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for widget in (note, self.names, self.fields, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(380)

    def _accept(self) -> None:
        values = self.fields.values()
        if values is not None:
            self._finish(values)

    def _finish(self, values: Mapping[str, Any]) -> None:
        retype(self._session, self._entities, self._type_id, values)
        self.accept()
