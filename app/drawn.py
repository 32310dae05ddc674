"""Feeds the stage with the entities that no layer draws, and keeps them in step with the twin."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app import numbers
from app.as_of import AsOf, known_on, world_instant
from app.project import ProjectSession
from app.viewport import Viewport
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import StoreError

if TYPE_CHECKING:
    from app.entity_shapes import ShapeMaker
    from rendering.entities.shape import EntityShape
    from twin_model.comparison import EntityChange
    from twin_model.schema.catalogue import Catalogue
    from twin_model.view import TwinView

#: More than these would neither be told apart nor fit the frame's budget.
MOST: Final = 100_000


@dataclass
class _Read:
    """What a worker found: shapes by entity id, and ids that are drawn no more."""

    shapes: dict[str, EntityShape] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    is_cut: bool = False
    catalogue: Catalogue | None = None


@dataclass(frozen=True)
class _Gone:
    """Entities that are drawn as they were at another time, where they are no more."""

    view: TwinView
    ids: frozenset[str]

    def among(self, ids: Iterable[str]) -> list[Entity]:
        """Return those of some ids that were there then and that no layer drew."""
        found = []
        for one in sorted(self.ids.intersection(ids)):
            with suppress(StoreError):  # undone meanwhile
                found.append(self.view.entity(one))
        return [one for one in found if one.layer is None]


class DrawnEntities(QObject):
    """The entities that stand for themselves, by the numbers that the stage knows them by.

    Parameters
    ----------
    session : ProjectSession
    viewport : Viewport
    background : Background
    key : str
        Tells the questions of one viewport from those of another.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self, session: ProjectSession, viewport: Viewport, background: Background, *, key: str = ""
    ) -> None:
        super().__init__(viewport)
        self._key = f"drawn-entities{key}"
        self._session = session
        self._viewport = viewport
        self._background = background
        self._instant: AsOf = None
        self._again: frozenset[str] = frozenset()
        self._again_at: AsOf = None
        self._features: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._shapes: dict[str, EntityShape] = {}
        self._waiting: set[str] | None = set()
        self._asking = False
        self._is_outdated = False
        self._drawn_by: Catalogue | None = None
        session.opened.connect(self._open)
        session.closed.connect(self._clear)
        session.changed.connect(self._follow)

    # -- asking --------------------------------------------------------------------------

    def id_of(self, layer: str, feature: int) -> str | None:
        """Return the entity that a pick means; None where it means a layer's feature."""
        from rendering.entities.shape import ENTITIES

        return self._ids.get(feature) if layer == ENTITIES else None

    def number_of(self, entity_id: str) -> int:
        """Return the feature that means an entity here, a negative one where it is not drawn."""
        known = self._features.get(entity_id)
        if known is None:
            known = next((n for n, one in self._ids.items() if n < 0 and one == entity_id), None)
        if known is None:
            known = min((0, *self._ids)) - 1
            self._ids[known] = entity_id
        return known

    def mark_of(self, entity: Entity | EntityChange) -> tuple[str, int] | None:
        """Return what the stage marks for an entity; None where nothing of it is drawn."""
        from rendering.entities.shape import ENTITIES

        if entity.id in self._shapes:
            return ENTITIES, self._features[entity.id]
        if entity.layer is None or entity.feature is None:
            return None
        return entity.layer, entity.feature

    def shape(self, entity_id: str) -> EntityShape | None:
        """Return how an entity is drawn; None where it is not."""
        return self._shapes.get(entity_id)

    def __len__(self) -> int:
        return len(self._shapes)

    @property
    def visible(self) -> bool:
        """Whether they are shown."""
        return self._viewport.stage.entities.visible

    def toggle(self) -> None:
        """Show them, or hide them: the layers then are to be seen alone."""
        from rendering.entities.shape import ENTITIES

        self._viewport.stage.set_style(ENTITIES, {"visible": not self.visible})
        self._viewport.redraw()

    # -- following the twin --------------------------------------------------------------

    def set_instant(self, instant: AsOf) -> None:
        """Show the entities as of a time."""
        if instant != self._instant:
            self._instant = instant
            self._waiting = None
            self._ask()

    def show_again(self, entities: Iterable[str], instant: AsOf) -> None:
        """Draw entities as of another time although they are gone: those a comparison marks."""
        wanted = frozenset(entities)
        if wanted != self._again or (wanted and instant != self._again_at):
            self._again, self._again_at = wanted, instant
            self._waiting = None
            self._ask()

    def types_changed(self) -> None:
        """Look again what stands for each, where the types are not those that it was drawn by."""
        from app.editing import schema

        if self._drawn_by is not schema.catalogue():
            self._waiting = None
            self._ask()

    def draw_anew(self) -> None:
        """Draw all of them again: the symbols themselves are others now."""
        self._is_outdated, self._waiting = True, None
        self._ask()

    def show_project(self) -> None:
        """Show the entities of the project that is open already."""
        self._open()

    def leave(self) -> None:
        """Follow the project no more."""
        self._background.drop(self._key)
        self._session.opened.disconnect(self._open)
        self._session.closed.disconnect(self._clear)
        self._session.changed.disconnect(self._follow)

    def _open(self) -> None:
        self._clear()
        self._waiting = None
        self._ask()

    def _clear(self) -> None:
        self._instant, self._waiting, self._asking = None, set(), False
        self._again = frozenset()
        self._features, self._ids, self._shapes = {}, {}, {}
        self._viewport.stage.entities.replace(())
        self._viewport.redraw()

    def _follow(self, change: Any) -> None:
        if change.frame or change.all_entities or self._instant is not None:
            self._waiting = None
        elif self._waiting is not None:
            self._waiting |= change.entities
        if self._waiting is None or self._waiting:
            self._ask()

    def _ask(self) -> None:
        """Read what is waiting; what comes meanwhile waits for the next turn."""
        twin = self._session.twin
        if twin is None or self._asking:
            return
        from twin_model.view import TwinView

        wanted, self._waiting, self._asking = self._waiting, set(), True
        instant = self._instant
        view = TwinView(twin, world_instant(instant), known_on(instant))
        again, then = self._again, self._again_at
        gone = _Gone(TwinView(twin, world_instant(then), known_on(then)), again)
        known, known_numbers = self._shapes, dict(self._features)
        present = set(known)
        if self._is_outdated:
            known, self._is_outdated = {}, False

        def question() -> _Read | StoreError:
            try:
                return _read(view, wanted, known, known_numbers, present, gone)
            except StoreError as error:
                return error  # the project may have been closed meanwhile

        asked = (instant, again, then)
        self._background.ask(self._key, question, lambda found: self._show(twin, asked, found))

    def _show(
        self, twin: object, asked: tuple[AsOf, frozenset[str], AsOf], found: _Read | StoreError
    ) -> None:
        if twin is not self._session.twin:
            return
        self._asking = False
        if isinstance(found, StoreError):
            self.failed.emit(str(found))
        elif asked == (self._instant, self._again, self._again_at):
            self._drawn_by = found.catalogue or self._drawn_by
            self._put(found)
        if self._waiting is None or self._waiting:
            self._ask()

    def _put(self, found: _Read) -> None:
        entities = self._viewport.stage.entities
        gone = [self._features[one] for one in found.gone if one in self._shapes]
        for entity_id in found.gone:
            self._shapes.pop(entity_id, None)
        for entity_id, shape in found.shapes.items():
            self._features[entity_id] = shape.feature
            self._ids[shape.feature] = entity_id
        if found.shapes or gone:
            is_first = not self._shapes and not gone
            self._shapes = {**self._shapes, **found.shapes}
            if is_first:
                entities.replace(found.shapes.values())
            else:
                entities.change(found.shapes.values(), gone)
            self._viewport.redraw()
            self.changed.emit()
        if found.is_cut:
            text = self.tr("More than {0} entities stand for themselves; the others are not drawn.")
            self.failed.emit(text.format(numbers.integer(MOST)))


def _read(
    view: TwinView,
    wanted: set[str] | None,
    known: dict[str, EntityShape],
    features: dict[str, int],
    drawn: set[str],
    gone: _Gone,
) -> _Read:
    """Return what differs from what is drawn; runs in a worker."""
    from app.editing import schema
    from app.entity_shapes import ShapeMaker
    from twin_model.placing import replacing

    catalogue = schema.catalogue()
    maker = ShapeMaker(catalogue)
    if wanted is None:
        standing = [*view.standing(MOST), *replacing(view, MOST)]
        entities = [*standing, *gone.among(gone.ids - {one.id for one in standing})]
        found = _differing(maker, entities, known, features)
        found.catalogue = catalogue
        found.gone = drawn - {entity.id for entity in entities}
        found.is_cut = len(standing) >= MOST
        return found
    present, ended = [], set()
    for entity_id in wanted:
        try:
            entity = view.entity(entity_id)
        except StoreError:
            ended.add(entity_id)
            continue
        (present.append(entity) if _is_own(view, entity) else ended.add(entity_id))
    again = gone.among(ended)
    present += again
    ended.difference_update(one.id for one in again)
    found = _differing(maker, present, known, features)
    found.gone |= ended
    return found


def _is_own(view: TwinView, entity: Entity) -> bool:
    """Return whether what is drawn of an entity is its own: no layer does it, or a shape replaces
    the layer's feature.
    """
    if entity.layer is None or entity.geometry is None:
        return entity.layer is None
    from twin_model.placing import is_replaced

    return is_replaced(view, entity)


def _differing(
    maker: ShapeMaker,
    entities: Iterable[Entity],
    known: dict[str, EntityShape],
    features: dict[str, int],
) -> _Read:
    found = _Read()
    number = max(features.values(), default=0)
    for entity in entities:
        feature = features.get(entity.id)
        if feature is None:
            number += 1
            feature = number
        shape = maker.shape(entity, feature)
        if shape is None:
            found.gone.add(entity.id)
        elif shape != known.get(entity.id):
            found.shapes[entity.id] = shape
    return found
