"""What the store of a twin promises, whatever it keeps its rows in.

`twin_model.twin.Twin` over a GeoPackage is the one there is; tests/support/store_contract.py says
in sentences what each member does, and every store has to pass it. A second one (PostGIS) comes in
here. What asks with SQL of its own (impact, neighbourhoods, comparisons) goes through
`reader`, and would come with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twin_model.commands import Command
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.query import EntityQuery
from twin_model.store.journal import JournalEntry
from twin_model.time import Instant
from twin_model.view import TwinView

if TYPE_CHECKING:
    from types import TracebackType


class Store(Protocol):
    """A twin that is kept somewhere: read as it is or was, changed by commands, undone."""

    frame: Frame
    read_only: bool

    @property
    def title(self) -> str:
        """The project's title."""
        ...

    @property
    def revision(self) -> int:
        """Number of the newest journal entry; grows by one with each command, undo and redo."""
        ...

    @property
    def undo_label(self) -> str | None:
        """What `undo` would undo; None where there is nothing."""
        ...

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again; None where there is nothing."""
        ...

    def journal(self) -> list[JournalEntry]:
        """Return the history of changes, oldest first; entries never change."""
        ...

    def now(self) -> Instant:
        """Return the twin's time: never before what was recorded last."""
        ...

    def at(self, instant: Instant) -> TwinView:
        """Return the whole twin as it was, is or will be in the world."""
        ...

    def as_known_on(self, instant: Instant) -> TwinView:
        """Return the whole twin as it had been recorded."""
        ...

    def layers(self, at: Instant | None = None) -> list[Layer]:
        """Return the layers, bottom first."""
        ...

    def entities(self, query: EntityQuery | None = None) -> list[Entity]:
        """Return the entities that match; see docs/query.md."""
        ...

    def count(self, query: EntityQuery | None = None) -> int:
        """Return how many match, ignoring limit and offset."""
        ...

    def entity(self, entity_id: str) -> Entity:
        """Return one entity as it is now; `StoreError` where there is none."""
        ...

    def entity_at(self, layer_id: str, feature: int) -> Entity | None:
        """Return the entity that a feature of a layer stands for."""
        ...

    def entity_counts(self, query: EntityQuery | None = None) -> dict[str, int]:
        """Return how many entities there are of each type."""
        ...

    def relations(self, entity_id: str) -> list[Relation]:
        """Return the relations of an entity, outgoing and incoming."""
        ...

    def execute(self, command: Command, *, who: str = "", why: str = "") -> None:
        """Carry out a command as a whole, or not at all."""
        ...

    def undo(self, *, who: str = "") -> str | None:
        """Undo the newest command; return what was undone."""
        ...

    def redo(self, *, who: str = "") -> str | None:
        """Do again what was undone last."""
        ...

    def view_state(self) -> dict[str, Any]:
        """Return the camera and the like; no part of history."""
        ...

    def set_view_state(self, state: dict[str, Any]) -> None:
        """Save the camera and the like."""
        ...

    def close(self) -> None:
        """Let others write. Calling it twice is harmless."""
        ...

    def __enter__(self) -> Store: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


if TYPE_CHECKING:
    from twin_model.twin import Twin

    # The one store that there is; a member that it lacks is an error of the type checker.
    GEOPACKAGE: type[Store] = Twin
