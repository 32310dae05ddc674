"""The piece of the graph that is shown: which entities, which relations, where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.as_of import AsOf, view_at
from app.editing import schema
from app.graph.layout import Place, arrange
from app.project import ProjectSession
from app.workers import Background
from twin_model.entity import Entity, Relation

if TYPE_CHECKING:
    from twin_model.twin import Twin
    from twin_model.view import TwinView

#: Neighbours that one expansion adds.
STEP: Final = 24


@dataclass(frozen=True)
class Piece:
    """What a reading in a thread gives.

    Parameters
    ----------
    entities : dict of str to Entity
    relations : tuple of Relation
    more : dict of str to int
        Neighbours left out.
    places : dict of str to Place
    earlier : bool
        Whether it is as of the earlier of two instants that are compared.
    """

    entities: dict[str, Entity] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    more: dict[str, int] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    earlier: bool = False


@dataclass(frozen=True)
class Highlight:
    """What stands out among the nodes.

    Parameters
    ----------
    roles : dict of str to str
        Theme token by entity id.
    relations : frozenset of str
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    relations: frozenset[str] = frozenset()


class GraphModel(QObject):
    """Reads the graph in threads and keeps the places of what is shown.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    """

    changed = Signal()
    highlighted = Signal()

    def __init__(self, session: ProjectSession, background: Background) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._instant: AsOf = None
        self._compared: AsOf = None
        self.piece = Piece()
        #: What was asked for and is not there yet.
        self._pending: tuple[list[str], Mapping[str, int], Mapping[str, Place]] | None = None
        self.hidden_kinds: set[str] = set()
        #: Types whose entities are not drawn; the one that the graph began with always is.
        self.hidden_types: set[str] = set()
        self._begun_with = ""
        self.asserted_only = False
        self.highlight = Highlight()
        session.opened.connect(self.clear)
        session.closed.connect(self.clear)
        session.changed.connect(self._follow)

    # -- asking --------------------------------------------------------------------------

    @property
    def view(self) -> Twin | TwinView | None:
        """The twin as of the time shown."""
        twin = self._session.twin
        return None if twin is None else view_at(twin, self.instant)

    @property
    def instant(self) -> AsOf:
        """When it is shown as of; None for now.

        The earlier of two compared instants where the graph began with what was there only then.
        """
        return self._compared if self.piece.earlier else self._instant

    def relations(self) -> list[Relation]:
        """Return the relations that the filter lets through."""
        return [
            relation
            for relation in self.piece.relations
            if relation.kind not in self.hidden_kinds
            and not (self.asserted_only and relation.computed)
        ]

    def entities(self) -> dict[str, Entity]:
        """Return the entities that the filter lets through, by id."""
        return {
            name: entity
            for name, entity in self.piece.entities.items()
            if entity.type not in self.hidden_types or name == self._begun_with
        }

    def types(self) -> dict[str, int]:
        """Return how many of each type are in the graph, those filtered out too, most first."""
        counts = Counter(one.type for one in self.piece.entities.values())
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    def set_hidden_types(self, types: Collection[str]) -> None:
        """Choose which entities are not drawn."""
        self.hidden_types = set(types)
        self.changed.emit()

    def relation(self, relation_id: str) -> Relation | None:
        """Return a relation that is shown."""
        return next((r for r in self.piece.relations if r.id == relation_id), None)

    def kinds(self) -> dict[str, int]:
        """Return how many relations of each kind lie between what is shown, most first."""
        return dict(Counter(relation.kind for relation in self.piece.relations).most_common())

    # -- changing what is shown ----------------------------------------------------------

    def clear(self) -> None:
        """Show nothing, as of now."""
        self._background.drop("graph")
        self._instant = self._compared = self._pending = None
        self.piece = Piece()
        self.highlight = Highlight()
        self.changed.emit()

    def start(self, entity_id: str) -> None:
        """Show an entity with its neighbours, and nothing else."""
        self.set_highlight(Highlight())
        self._begun_with = entity_id
        self.piece = replace(self.piece, earlier=False)
        self._ask([entity_id], {entity_id: STEP}, {})

    def include(self, ids: Collection[str]) -> None:
        """Show further entities."""
        fresh = [name for name in ids if name not in self.piece.entities]
        if fresh:
            self._ask([*self.piece.entities, *fresh], {}, self.piece.places)

    def expand(self, entity_id: str, count: int = STEP) -> None:
        """Show more neighbours of an entity."""
        self._ask(list(self.piece.entities), {entity_id: count}, self.piece.places)

    def drop(self, ids: Collection[str]) -> None:
        """Show some entities no more; they stay in the twin."""
        left = [name for name in self.piece.entities if name not in ids]
        self._ask(left, {}, self.piece.places)

    def move(self, entity_id: str, place: Place) -> None:
        """Put a node somewhere."""
        self.piece.places[entity_id] = place
        self.changed.emit()

    def arrange_anew(self) -> None:
        """Give every node a new place."""
        self._ask(list(self.piece.entities), {}, {})

    def set_filter(self, hidden_kinds: Collection[str], *, asserted_only: bool) -> None:
        """Choose which relations are shown and followed."""
        self.hidden_kinds = set(hidden_kinds)
        self.asserted_only = asserted_only
        self.reload()

    def set_instant(self, instant: AsOf) -> None:
        """Show it as of a time."""
        self._instant = instant
        self.piece = replace(self.piece, earlier=False)
        self.reload()

    def set_compared(self, instant: AsOf) -> None:
        """Show what is not there any more as of an earlier time; None where none is compared."""
        if instant != self._compared:
            self._compared = instant
            self.piece = replace(self.piece, earlier=False)
            self.reload()

    def reload(self) -> None:
        """Read what is shown again."""
        if self._pending is not None:
            self._ask(*self._pending)
        elif self.piece.places:
            # Places are kept also of what does not exist at this instant: it may come back.
            self._ask(list(self.piece.places), {}, self.piece.places)

    def set_highlight(self, highlight: Highlight) -> None:
        """Make nodes and relations stand out."""
        self.highlight = highlight
        self.highlighted.emit()

    def _follow(self, change: Any) -> None:
        shown = self.piece.places if self._pending is None else self._pending[0]
        if change.all_entities or change.entities.intersection(shown):
            self.reload()

    def _ask(
        self, shown: list[str], expand: Mapping[str, int], places: Mapping[str, Place]
    ) -> None:
        twin = self._session.twin
        if twin is None:
            return
        first, then, was_earlier = self._begun_with, self._compared, self.piece.earlier
        view = view_at(twin, self._instant)
        earlier = None if then is None else view_at(twin, then)
        self._pending = shown, expand, places
        known, hidden, asserted = dict(places), set(self.hidden_kinds), self.asserted_only

        def read() -> Piece:
            # What is gone may be back, by undo: then it is shown as it is again.
            found = _read(view, shown, expand, known, hidden, asserted)
            is_gone = first not in found.entities if first in shown else was_earlier
            if earlier is not None and is_gone:
                before = _read(earlier, shown, expand, known, hidden, asserted)
                if first in before.entities or first not in shown:
                    return replace(before, earlier=True)
            return replace(found, earlier=False)

        self._background.ask("graph", read, self._show)

    def _show(self, piece: Piece) -> None:
        self.piece, self._pending = piece, None
        self.changed.emit()


def _read(
    view: Twin | TwinView,
    shown: list[str],
    expand: Mapping[str, int],
    places: Mapping[str, Place],
    hidden: set[str],
    asserted: bool,
) -> Piece:
    from twin_model.neighbourhood import neighbourhood

    schema.catalogue()  # read by now, so that glyphs and words are there when it is drawn
    found = neighbourhood(view, shown, expand, without=hidden, asserted_only=asserted)
    # All kinds between what is shown, so that the filter can count what it hides.
    every = neighbourhood(view, list(found.entities)) if hidden or asserted else found
    kept = [name for name in shown if name in places and name not in found.entities]
    nodes = [*found.entities, *kept]
    edges = [(r.source, r.target) for r in every.relations]
    return Piece(found.entities, every.relations, found.more, arrange(nodes, edges, places))
