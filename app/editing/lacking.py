"""Which entities have no value for what another type needs, and what is done about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QVBoxLayout, QWidget

from app import entity_words, numbers
from app.editing import schema
from app.editing.needed import NeededFields, title_of
from app.item_models.entities import display_name
from twin_model.entity import Entity

if TYPE_CHECKING:
    from twin_model.schema.types import PropertyType

_MOST_NAMED: Final = 200
_ROWS: Final = 4


def lacking(
    entities: Sequence[Entity], needed: Mapping[str, PropertyType]
) -> list[tuple[Entity, list[str]]]:
    """Return the entities without a value for some of what is needed, with the ids of that."""
    found = []
    for entity in entities:
        names = [name for name in needed if entity.attributes.get(name) is None]
        if names:
            found.append((entity, names))
    return found


class LackingList(QListWidget):
    """Names the entities, and what each of them lacks.

    Parameters
    ----------
    parent : QWidget
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(
            QCoreApplication.translate("LackingValues", "Entities without these values")
        )

    def show_lacking(
        self, found: Sequence[tuple[Entity, list[str]]], needed: Mapping[str, PropertyType]
    ) -> None:
        """List them, the first 200 by name."""
        self.clear()
        for entity, names in found[:_MOST_NAMED]:
            titles = ", ".join(title_of(needed[name]) for name in names)
            self.addItem(f"{display_name(entity)} · {titles}")
        if len(found) > _MOST_NAMED:
            text = QCoreApplication.translate("LackingValues", "and {0} more")
            self.addItem(text.format(numbers.integer(len(found) - _MOST_NAMED)))
        line_px = max(self.sizeHintForRow(0), self.fontMetrics().height())
        self.setFixedHeight(min(max(1, self.count()), _ROWS) * line_px + 8)


class LackingValues(QWidget):
    """Says what is lacking of a type that many are given; it is filled in, or knowingly left.

    Parameters
    ----------
    parent : QWidget
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.note = QLabel(self)
        self.note.setObjectName("warning")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.names = LackingList(self)
        self.fields = NeededFields({}, self)
        self.leave = QCheckBox(self.tr("Leave open what is not filled in here"), self)
        self.leave.toggled.connect(lambda _: self.changed.emit())
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.note, self.names, self.fields, self.leave):
            self._layout.addWidget(widget)
        self.hide()

    def show_type(self, type_id: str, entities: Sequence[Entity], total: int) -> None:
        """Show what the type needs and some of the entities do not have.

        Parameters
        ----------
        type_id : str
            In the catalogue.
        entities : sequence of Entity
            Those that were looked at.
        total : int
            How many there are.
        """
        needed = {n: k for n, k in schema.catalogue().properties(type_id).items() if k.required}
        found = lacking(entities, needed)
        without = {name for _, names in found for name in names}
        kinds = {name: kind for name, kind in needed.items() if name in without}
        text = self.tr("“{0}” needs values that {1} of {2} entities do not have.").format(
            entity_words.entity_type(type_id),
            numbers.integer(len(found)), numbers.integer(len(entities)),
        )  # fmt: skip
        if total > len(entities):
            text += " " + self.tr("Only these were looked at, of {0}.").format(
                numbers.integer(total)
            )
        self.note.setText(text)
        self.names.show_lacking(found, kinds)
        fields = NeededFields(kinds, self)
        fields.changed.connect(self.changed)
        self._layout.replaceWidget(self.fields, fields)
        self.fields.hide()
        self.fields.deleteLater()
        self.fields = fields
        self.leave.setChecked(False)
        self.setVisible(bool(kinds))
        self.changed.emit()

    @property
    def decided(self) -> bool:
        """Whether everything is filled in, or may be left open."""
        return self.isHidden() or self.leave.isChecked() or self.fields.complete

    def values(self) -> dict[str, Any] | None:
        """Return what is filled in for those that lack it; None, with the fault said, if wrong."""
        if self.isHidden():
            return {}
        return self.fields.values(partly=self.leave.isChecked())
