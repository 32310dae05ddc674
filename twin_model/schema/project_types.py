"""Entity types that a project adds or changes: kept with it, applied with what becomes of entities.

A project's types lie over the built-in catalogue; one with the id of a built-in type takes its
place. They are versioned and undone like everything else, together with the entities that were
migrated for them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.neighbourhood import entities_of, pages_of_type
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.document import read_type, type_document
from twin_model.schema.migrate import (
    Migrated,
    Wishes,
    affected_types,
    migrate,
    planned_steps,
)
from twin_model.schema.relating import known_type
from twin_model.schema.relation_check import RelationCheck
from twin_model.schema.steps import StepGroup, summed_up
from twin_model.schema.types import EntityType
from twin_model.schema.validation import grave, validate
from twin_model.schema.values import SchemaError
from twin_model.store import definitions
from twin_model.store.damage import telling_damage
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin
from twin_model.view import TwinView

KIND: Final = "type"
#: Entities with violations that a preview names; all of them are counted.
MOST_NAMED: Final = 200
#: Entities whose relations are looked at together. Between two of them progress is told and a
#: wish to stop is heard: with ten relations each, a page takes about 0.1 s.
_PAGE: Final = 500


@telling_damage
def stored_types(twin: Twin | TwinView) -> list[EntityType]:
    """Return the types that a project adds or changes, as they are now.

    Raises
    ------
    ValidationError
        If one of them cannot be understood, as with one of a newer program.
    """
    return [read_type(entry) for entry in definitions.documents(twin.reader(), KIND).values()]


def project_catalogue(built_in: Catalogue, types: Iterable[EntityType]) -> Catalogue:
    """Return the built-in catalogue with a project's types over it.

    Raises
    ------
    ValidationError
        If the result contradicts itself.
    """
    return built_in.with_types(types)


@dataclass(frozen=True)
class ChangeTypes:
    """Adds, changes and removes types of the project, and gives entities what follows from it.

    Parameters
    ----------
    types : sequence of EntityType
        Added, or put in the place of those of their ids.
    removed : sequence of str
        Ids; what is built in comes back where it had been changed.
    entities : sequence of Entity
        As `migrate` leaves them; only those that change.
    """

    types: Sequence[EntityType]
    removed: Sequence[str] = ()
    entities: Sequence[Entity] = ()
    kind: str = field(default="change-types", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        names = [kind.name.en or kind.id for kind in self.types] + list(self.removed)
        verb = "Change type" if self.types else "Remove type"
        return f"{verb} {names[0]}" if len(names) == 1 else f"Change {len(names)} types"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {
            "types": [kind.id for kind in self.types[:100]],
            "removed": list(self.removed[:100]),
            "entities": len(self.entities),
        }

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        for kind in self.types:
            document = json.dumps(type_document(kind), ensure_ascii=False, sort_keys=True)
            transaction.put_definition(KIND, kind.id, document)
        for name in self.removed:
            transaction.end_definition(KIND, name)
        if self.entities:
            transaction.replace_entities(self.entities, as_given=True)


@dataclass(frozen=True)
class Prepared:
    """A change of types with all that follows from it, before it is done.

    Parameters
    ----------
    command : ChangeTypes
        To be executed if it is wanted.
    steps : tuple of StepGroup
    counts : mapping of str to int
        How many entities were looked at, by type.
    broken : int
        Those whose values or relations break the new types and did not break those before; they
        are kept as they are.
    violations : tuple of (Entity, SchemaError)
        The first of those.
    """

    command: ChangeTypes
    steps: tuple[StepGroup, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    broken: int = 0
    violations: tuple[tuple[Entity, SchemaError], ...] = ()

    @property
    def checked(self) -> int:
        """How many entities were looked at."""
        return sum(self.counts.values())

    @property
    def migrated(self) -> int:
        """How many entities get new values."""
        return len(self.command.entities)


@telling_damage
def prepare(
    twin: Twin,
    built_in: Catalogue,
    types: Sequence[EntityType],
    removed: Sequence[str] = (),
    wishes: Wishes | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Prepared:
    """Return what a change of types would do; nothing is written.

    Parameters
    ----------
    twin : Twin
    built_in : Catalogue
    types : sequence of EntityType
        Added or changed.
    removed : sequence of str
        Ids of types of the project that shall be no more. Entities of a type that is gone then
        need another one: see `Wishes.retyped`.
    wishes : Wishes, optional
    progress : callable
        Called between pages of entities with how many were checked, and of how many; may raise to
        stop.

    Raises
    ------
    ValidationError
        If the types contradict each other, or entities would be left without a type.
    """
    wishes = wishes or Wishes()
    present = {kind.id: kind for kind in stored_types(twin)}
    missing = [name for name in removed if name not in present]
    if missing:
        raise ValidationError("schema", "type", missing[0], "is no type of this project")
    before = project_catalogue(built_in, present.values())
    kept = {name: kind for name, kind in present.items() if name not in removed}
    after = project_catalogue(built_in, (kept | {kind.id: kind for kind in types}).values())
    steps = tuple(planned_steps(before, after, wishes))
    affected = affected_types(before, after, wishes)
    gone = {name for name in affected if name not in after and name not in wishes.retyped}
    changed: list[Entity] = []
    faults = _Faults(twin, RelationCheck(twin, before, after, wishes.retyped))
    counts: Counter[str] = Counter()
    for migrated in _migrated(twin, affected, before, after, wishes, progress):
        entity = migrated.before
        if entity.type in gone:
            rule = "is the type of entities; give them another one first"
            raise ValidationError("schema", "type", entity.type, rule)
        counts[entity.type] += 1
        if migrated.changed:
            changed.append(migrated.after)
        known = {(one.name, one.problem) for one in grave(validate(entity, before))}
        fresh = [one for one in grave(migrated.violations) if (one.name, one.problem) not in known]
        faults.take(entity, fresh[0] if fresh else None)
    faults.finish()
    command = ChangeTypes(tuple(types), tuple(removed), tuple(changed))
    violations = tuple(faults.violations)
    summary = tuple(summed_up(steps, before, counts))
    return Prepared(command, summary, dict(counts), len(faults.broken), violations)


class _Faults:
    """Collects what breaks; relations are looked at a page of entities at a time."""

    def __init__(self, twin: Twin, relations: RelationCheck) -> None:
        self._twin = twin
        self._relations = relations
        self._waiting: dict[str, str] = {}
        self.broken: set[str] = set()
        self.violations: list[tuple[Entity, SchemaError]] = []

    def take(self, entity: Entity, fault: SchemaError | None) -> None:
        """Take what is wrong with an entity's values, and note whose relations to look at."""
        if fault is not None:
            self._add(entity, fault)
        if entity.type in self._relations.types:
            self._waiting[entity.id] = entity.type
            if len(self._waiting) >= _PAGE:
                self.finish()

    def finish(self) -> None:
        """Look at the relations of those that wait."""
        found = self._relations.faults(self._waiting)
        self._waiting = {}
        named = [name for name in found if name not in self.broken]
        entities = entities_of(self._twin, named[:MOST_NAMED])
        for name in named:
            if name in entities:
                self._add(entities[name], found[name])
            self.broken.add(name)

    def _add(self, entity: Entity, fault: SchemaError) -> None:
        self.broken.add(entity.id)
        if len(self.violations) < MOST_NAMED:
            self.violations.append((entity, fault))


def _migrated(
    twin: Twin,
    affected: set[str],
    before: Catalogue,
    after: Catalogue,
    wishes: Wishes,
    progress: Callable[[int, int], None],
) -> Iterator[Migrated]:
    """Yield what becomes of all entities of some types, a page at a time."""
    stored = {
        name: count
        for name, count in twin.entity_counts().items()
        if known_type(name, before) in affected
    }
    done, total = 0, sum(stored.values())
    for name in stored:
        for page in pages_of_type(twin, name, _PAGE):
            progress(done, total)
            # Readers write some identifiers in other ways; the catalogue's is meant.
            named = [_named(entity, before) for entity in page]
            yield from migrate(named, before, after, wishes)
            done += len(page)
    progress(done, total)


def _named(entity: Entity, catalogue: Catalogue) -> Entity:
    known = known_type(entity.type, catalogue)
    return entity if known == entity.type else replace(entity, type=known)
