"""Writing relations: added, ended and given new versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from twin_model.entity import Relation
from twin_model.errors import StoreError
from twin_model.relations import HIERARCHY, TOPOLOGY, check
from twin_model.store import hierarchy, rows
from twin_model.store.cardinality import refuse_too_many
from twin_model.store.row_writer import RowWriter
from twin_model.time import FOREVER

CURRENT_RELATIONS: Final = (
    "SELECT fid, valid_from, valid_to, id, kind, source, target, attributes, computed"
    " FROM relation_version WHERE revision_to IS NULL AND {where}"
)


def _checked(relation: Relation) -> Relation:
    check(relation)
    return hierarchy.canonical(relation)


class RelationWriter(RowWriter):
    """Adds relations to what a transaction writes."""

    def add_relations(self, relations: Sequence[Relation], *, as_given: bool = False) -> None:
        """Insert relations between entities that exist.

        Parameters
        ----------
        relations : sequence of Relation
        as_given : bool
            Whether what the types do not allow is kept, as what files state is.

        Raises
        ------
        StoreError
            If an end of one is unknown, or its id exists already.
        ValidationError
            If something would contain itself, or an entity be related to itself; if the types of
            the ends do not allow it, or not so many, and there is a catalogue to go by.
        """
        if not relations:
            return
        relations = [_checked(relation) for relation in relations]
        keys = self.keys_of([r.source for r in relations] + [r.target for r in relations])
        types = self._refuse_dangling(keys)
        ids = [r.id for r in relations]
        if len(set(ids)) < len(ids) or self._relation_rows(ids):
            raise StoreError("a relation with the same id exists already")
        self._insert_relations(relations, keys)
        if not as_given:
            self._check_types(relations, keys, types)

    def _check_types(
        self, relations: Sequence[Relation], keys: dict[str, int], types: dict[int, str]
    ) -> None:
        """Refuse relations, inserted already, that the types of their ends do not allow."""
        rules = self.type_rules
        if rules is None:
            return
        for relation in relations:
            rules.check_relation(
                relation, types[keys[relation.source]], types[keys[relation.target]]
            )
        ends = [(one, keys[one.source], keys[one.target]) for one in relations]
        refuse_too_many(self.connection, rules, ends, types, self.at)

    def _insert_relations(self, relations: Sequence[Relation], keys: dict[str, int]) -> None:
        self.insert(
            "relation_version",
            (rows.relation_row(r, keys[r.source], keys[r.target]) for r in relations),
        )
        kinds = {r.kind for r in relations} - self.numbering.kinds
        self.numbering.kinds |= kinds
        self.connection.executemany(
            "INSERT OR IGNORE INTO kind_seen VALUES (?)", [(kind,) for kind in kinds]
        )
        added = [(keys[r.source], keys[r.target]) for r in relations if r.kind in HIERARCHY]
        if added:
            hierarchy.refuse_circles(self.connection, added, self.at)
        self.entities.update(keys)

    def _refuse_dangling(self, keys: dict[str, int]) -> dict[int, str]:
        """Refuse relations to what has been removed, although its id is known; return types."""
        alive: dict[int, str] = dict(
            self.connection.execute(
                "SELECT entity, type FROM entity_version WHERE entity IN"
                " (SELECT value FROM json_each(?)) AND revision_to IS NULL AND valid_to > ?",
                (json.dumps(list(keys.values())), self.at.us),
            ).fetchall()
        )
        gone = next((name for name, key in keys.items() if key not in alive), None)
        if gone is not None:
            raise StoreError(f"entity {gone} does not exist now", remedy="relate one that does")
        return alive

    def _relation_rows(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        where = "id IN (SELECT value FROM json_each(?)) AND valid_to > ?"
        query = CURRENT_RELATIONS.format(where=where)
        return self.connection.execute(query, (json.dumps(list(ids)), self.at.us)).fetchall()

    def end_relations(self, ids: Sequence[str]) -> None:
        """End relations from `at` on.

        Raises
        ------
        StoreError
            If there is none of one of the ids now.
        """
        found = self._relation_rows(ids)
        missing = set(ids) - {row[3] for row in found}
        if missing:
            raise StoreError(f"no relation with id {min(missing)}")
        self._end_relation_rows(found)

    def _end_relation_rows(self, found: Sequence[tuple[Any, ...]]) -> None:
        now = self.at.us
        self._note_lessened(found, {now})
        self.end("relation_version", [row[0] for row in found])
        self.insert("relation_version", [(*r[3:], r[1], now) for r in found if r[1] < now])
        self.entities.update(self.ids_of({key for row in found for key in (row[5], row[6])}))

    def _note_lessened(self, rows_before: Iterable[tuple[Any, ...]], instants: set[int]) -> None:
        """Note what may have fewer relations at some instants than it had."""
        stated = [row for row in rows_before if not (row[8] and row[4] in TOPOLOGY)]
        later = [at for at in instants if self.at.us <= at < FOREVER.us]
        self.lessened.update((row[4], row[5], at) for row in stated for at in later)

    def replace_relations(self, relations: Sequence[Relation], *, as_given: bool = False) -> None:
        """Give relations a new version.

        Where its validity is what it was, the new version holds from `at` on and the old one is
        kept up to then; where it differs, somebody corrects when it held, and it is taken as said.

        Parameters
        ----------
        relations : sequence of Relation
        as_given : bool
            Whether what the types do not allow is kept.

        Raises
        ------
        StoreError
            If one does not exist now, or an end of it is unknown.
        ValidationError
            If something would contain itself; if the types of other ends, or the number of
            relations that it then has, do not allow it.
        """
        relations = [_checked(relation) for relation in relations]
        old = {row[3]: row for row in self._relation_rows([r.id for r in relations])}
        now = self.at.us
        kept: list[tuple[Any, ...]] = []
        fresh: list[Relation] = []
        for relation in relations:
            before = old.get(relation.id)
            if before is None:
                raise StoreError(f"no relation with id {relation.id}")
            same = (relation.valid.start.us, relation.valid.end.us) == (before[1], before[2])
            if same and before[1] < now:
                kept.append((*before[3:], before[1], now))
                fresh.append(rows.with_validity(relation, self.at, relation.valid.end))
            else:
                fresh.append(relation)
        keys = self.keys_of([r.source for r in fresh] + [r.target for r in fresh])
        types = self._refuse_dangling(keys)
        self.end("relation_version", [row[0] for row in old.values()])
        self.insert("relation_version", kept)
        self._note_lessened(old.values(), {now, *(one.valid.end.us for one in fresh)})
        self._insert_relations(fresh, keys)
        if not as_given:
            # Other attributes hinder nobody: what a file stated stays editable.
            moved = [one for one in fresh if _is_moved(one, keys, old[one.id])]
            self._check_types(moved, keys, types)


def _is_moved(relation: Relation, keys: dict[str, int], before: tuple[Any, ...]) -> bool:
    """Return whether a relation has other ends, or holds when it did not before."""
    _fid, start, end, _id, *ends = before[:7]
    longer = relation.valid.start.us < start or relation.valid.end.us > end
    return longer or [relation.kind, keys[relation.source], keys[relation.target]] != ends
