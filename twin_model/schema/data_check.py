"""What is stored against the rules of its types: files may say so, and somebody should know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from twin_model.neighbourhood import entities_of, pages_of_type, relations_of_all
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import known_type
from twin_model.schema.validation import validate_cardinality, validate_incoming
from twin_model.schema.values import SchemaError
from twin_model.store.damage import telling_damage
from twin_model.twin import Twin
from twin_model.view import TwinView

#: Entities that are named; all of them are counted.
MOST_NAMED: Final = 20
_PAGE: Final = 500


@telling_damage
def cardinality_faults(twin: Twin, catalogue: Catalogue) -> tuple[int, list[str]]:
    """Return how many entities have more or fewer relations than their types say, and some names.

    Only what was stated counts, not what follows from geometry; as it is now.

    Parameters
    ----------
    twin : Twin
    catalogue : Catalogue

    Returns
    -------
    int
        How many.
    list of str
        One line for each of the first `MOST_NAMED`.

    Raises
    ------
    StoreError
        If the store is damaged.
    """
    found: dict[str, SchemaError] = {}
    for entity_id, fault in _faults(twin, catalogue):
        found.setdefault(entity_id, fault)
    named = entities_of(twin, list(found)[:MOST_NAMED])
    return len(found), [f"{one.name or one.id}: {found[one.id]}" for one in named.values()]


def _faults(twin: Twin, catalogue: Catalogue) -> Iterator[tuple[str, SchemaError]]:
    suspects = [*_with_many(twin, catalogue), *_that_need_some(twin, catalogue)]
    for start in range(0, len(suspects), _PAGE):
        part = dict.fromkeys(suspects[start : start + _PAGE])
        going: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        coming: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for relation, source, target in relations_of_all(twin, part):
            going[relation.source][relation.kind].append(known_type(target, catalogue))
            coming[relation.target][relation.kind].append(known_type(source, catalogue))
        for entity in entities_of(twin, part).values():
            here = known_type(entity.type, catalogue)
            for kind in {rule.kind for rule in catalogue.relations(here)}:
                for fault in validate_cardinality(kind, here, going[entity.id][kind], catalogue):
                    yield entity.id, fault
            for kind, sources in coming[entity.id].items():
                for fault in validate_incoming(kind, here, sources, catalogue):
                    yield entity.id, fault


def _with_many(twin: Twin, catalogue: Catalogue) -> list[str]:
    """Return what has several relations of a kind that some type limits, from one side."""
    rules = [rule for kind in catalogue.types() for rule in kind.relations]
    hold, values = TwinView(twin).moment().condition("r.")
    found: list[str] = []
    for end, limits in (
        ("source", _least((r.kind, r.maximum) for r in rules)),
        ("target", _least((r.kind, r.inverse_maximum) for r in rules)),
    ):
        if not limits:
            continue
        marks = ",".join("?" * len(limits))
        rows = twin.reader().execute(
            f"SELECT k.id FROM relation_version r JOIN entity_key k ON k.key = r.{end}"
            f" WHERE r.kind IN ({marks}) AND {hold}"
            f" GROUP BY r.{end}, r.kind HAVING count(*) > ?",
            [*limits, *values, min(limits.values())],
        )
        found += [row[0] for row in rows]
    return found


def _least(limits: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    """Return the narrowest limit of each kind that has one."""
    found: dict[str, int] = {}
    for kind, most in limits:
        if most is not None:
            found[kind] = min(most, found.get(kind, most))
    return found


def _that_need_some(twin: Twin, catalogue: Catalogue) -> Iterator[str]:
    """Yield the entities of types that need a relation."""
    for stored in twin.entity_counts():
        kind = known_type(stored, catalogue)
        if any(rule.minimum for rule in catalogue.relations(kind)):
            for page in pages_of_type(twin, stored):
                yield from (entity.id for entity in page)
