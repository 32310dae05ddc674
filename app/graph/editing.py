"""What changes relations from the graph: made, edited, removed; each one step of undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app import words
from app.editing import schema
from app.graph.model import GraphModel
from app.graph.relation_form import RelationForm
from app.icons import IconSet
from app.item_models.entities import display_name
from app.project import ProjectSession
from app.workers import Background

if TYPE_CHECKING:
    from twin_model.entity import Entity, Relation

_Prepared = tuple["Entity", "Entity", list[Any], list[Any]]


class RelationEditing(QObject):
    """Asks and carries out.

    Parameters
    ----------
    parent : QWidget
        Over which it asks.
    session : ProjectSession
    background : Background
    model : GraphModel
    icons : IconSet
    """

    asked = Signal()

    def __init__(
        self,
        parent: QWidget,
        session: ProjectSession,
        background: Background,
        model: GraphModel,
        icons: IconSet,
    ) -> None:
        super().__init__(parent)
        self._parent = parent
        self._session = session
        self._background = background
        self._model = model
        self._icons = icons
        #: The relation that is about to be removed, once that is confirmed.
        self.removing: Relation | None = None
        #: What is asked or why something cannot be.
        self.message = ""
        self.form: RelationForm | None = None
        model.changed.connect(self._follow)

    def retranslate(self) -> None:
        """Ask nothing in a language that is no longer in use."""
        self.forget()

    def forget(self) -> None:
        """Ask nothing, say nothing."""
        if self.removing is not None or self.message:
            self.removing, self.message = None, ""
            self.asked.emit()

    def _follow(self) -> None:
        if self.removing is not None and self._model.relation(self.removing.id) is None:
            self.forget()

    def _say(self, message: str) -> None:
        self.removing, self.message = None, message
        self.asked.emit()

    def _locked(self) -> bool:
        if self._model.instant is not None:
            self._say(self.tr("This is how it was then: go back to now to edit."))
            return True
        if not self._session.writable:
            self._say(self.tr("The project is open for reading only."))
            return True
        return False

    # -- making and editing --------------------------------------------------------------

    def relate(self, source: str, target: str) -> None:
        """Ask how two entities are related, and relate them."""
        if self._locked() or source == target:
            return
        twin = self._session.required

        def prepare() -> _Prepared:
            from twin_model.relations import TOPOLOGY
            from twin_model.schema.relating import choices

            first, second = twin.entity(source), twin.entity(target)
            catalogue = schema.catalogue()
            ahead = choices(twin, first, second, catalogue)
            back = choices(twin, second, first, catalogue)
            # What is computed from geometry would be computed away again.
            ahead, back = ([c for c in of if c.kind not in TOPOLOGY] for of in (ahead, back))
            return first, second, ahead, back

        self._background.ask("relate", prepare, self._open_new)

    def _open_new(self, prepared: _Prepared) -> None:
        source, target, ahead, back = prepared
        if not any(choice.possible for choice in (*ahead, *back)):
            text = self.tr("The types of {0} and {1} allow no relation between them.")
            self._say(text.format(display_name(source), display_name(target)))
            return
        self._open(RelationForm(self._parent, self._icons, (source, target), (ahead, back)), "add")

    def edit(self, relation_id: str) -> None:
        """Ask for other attributes or another validity of a relation."""
        relation = self._model.relation(relation_id)
        if relation is None or self._locked():
            return
        if relation.computed:
            self._say(self.tr("It follows from geometry: move what it relates instead."))
            return
        twin = self._session.required

        def prepare() -> tuple[Entity, Entity, list[Any]]:
            from twin_model.schema.relating import choices

            first, second = twin.entity(relation.source), twin.entity(relation.target)
            return first, second, choices(twin, first, second, schema.catalogue())

        def show(prepared: tuple[Entity, Entity, list[Any]]) -> None:
            source, target, ahead = prepared
            form = RelationForm(self._parent, self._icons, (source, target), (ahead, ()), relation)
            self._open(form, "edit")

        self._background.ask("relate", prepare, show)

    def _open(self, form: RelationForm, what: str) -> None:
        self.forget()
        self.form = form
        form.decided.connect(self._add if what == "add" else self._change)
        form.finished.connect(self._closed)
        form.open()

    def _closed(self) -> None:
        self.form = None

    def _add(self, relation: Relation) -> None:
        from twin_model.commands import AddRelations, EditRelations

        choice = self.form.choice() if self.form is not None else None
        moved = choice is not None and choice.instead is not None
        self._model.include([relation.source, relation.target])
        self._session.execute((EditRelations if moved else AddRelations)([relation]))

    def _change(self, relation: Relation) -> None:
        from twin_model.commands import EditRelations

        if relation != self._model.relation(relation.id):
            self._session.execute(EditRelations([relation]))

    # -- removing ------------------------------------------------------------------------

    def ask_to_remove(self, relation_id: str) -> None:
        """Say which relation would be removed; `remove` then does it."""
        relation = self._model.relation(relation_id)
        if relation is None or self._locked():
            return
        if relation.computed:
            self._say(self.tr("It follows from geometry: move what it relates instead."))
            return
        ends = (self._model.piece.entities.get(one) for one in (relation.source, relation.target))
        source, target = (display_name(end) if end is not None else "?" for end in ends)
        text = self.tr("Remove “{0} · {1} · {2}”? Both entities stay.")
        self.message = text.format(source, words.relation(relation.kind), target)
        self.removing = relation
        self.asked.emit()

    def remove(self) -> None:
        """Remove the relation that was asked about."""
        relation = self.removing
        self.forget()
        if relation is not None:
            from twin_model.commands import RemoveRelations

            self._session.execute(RemoveRelations([relation.id]))
