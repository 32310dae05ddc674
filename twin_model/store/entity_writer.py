"""Writing entities: added, ended and given new versions; and the search tables kept with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from twin_model.coding import at_new_place
from twin_model.entity import Entity
from twin_model.errors import StoreError
from twin_model.store import rows, text
from twin_model.store.places import extent
from twin_model.store.relation_writer import CURRENT_RELATIONS, RelationWriter
from twin_model.store.retyping import Retyping
from twin_model.store.row_writer import KIND_OF
from twin_model.store.shapes import put as put_shapes
from twin_model.store.type_views import TEXT

if TYPE_CHECKING:
    from twin_model.schema.guard import TypeRules

# Values travel as one JSON array: one prepared statement for any number of them.
_CURRENT: Final = (
    f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN"
    " (SELECT key FROM entity_key WHERE id IN ({ids}))"
    " AND revision_to IS NULL AND valid_to > ?"
)
_CURRENT_MANY: Final = _CURRENT.format(ids="SELECT value FROM json_each(?)")
_CURRENT_ONE: Final = _CURRENT.format(ids="?")
_New = tuple[bool, bool, bool, bool]
"""Whether place, name, type and codes differ from the version before."""
_ALL_NEW: Final = (True, True, True, True)
_RENAMED: Final = (False, True, False, False)
#: Entities that are given new versions together: between two pages progress is told, and a wish to
#: stop is heard.
_PAGE: Final = 2_000
_VALUES: Final = rows.AT["attributes"]
_TYPE: Final = rows.AT["type"]
_KEY: Final = rows.AT["entity"]
_SPACE: Final = rows.AT["space_code"]
_CODES: Final = slice(rows.AT["management_code"], rows.AT["time_code"] + 1)


class EntityWriter(RelationWriter):
    """Adds entities to what a transaction writes."""

    def add_entities(self, entities: Sequence[Entity], *, as_given: bool = False) -> None:
        """Insert versions of new or formerly ended entities.

        Parameters
        ----------
        entities : sequence of Entity
        as_given : bool
            Whether values that break the type are kept, as those of files are.

        Raises
        ------
        StoreError
            If one of them exists now, or is given twice.
        ValidationError
            If a value breaks the type and there is a catalogue to go by.
        """
        if not entities:
            return
        if self.type_rules is not None and not as_given:
            for entity in entities:
                self.type_rules.check(None, entity)
        keys = self.keys_of((e.id for e in entities), create=True)
        if len(keys) < len(entities):
            raise StoreError("the same entity is given twice")
        earliest = self._earliest_starts(entities)
        made = [rows.entity_row(e, keys[e.id], self.srs, self.frame) for e in entities]
        if earliest:
            made = [
                (*row[:-2], max(row[-2], earliest.get(row[2], row[-2])), row[-1]) for row in made
            ]
        first = self.insert("entity_version", made)
        self._index((first + n, e, keys[e.id], _ALL_NEW) for n, e in enumerate(entities))
        self._note_properties(entities)
        self.entities.update(keys)

    def _earliest_starts(self, entities: Sequence[Entity]) -> dict[str, int]:
        """Return when those that were once removed can begin again: never two versions at once.

        Raises
        ------
        StoreError
            If one of them exists now.
        """
        found = self.connection.execute(
            "SELECT id, max(valid_to) FROM entity_version WHERE entity IN"
            " (SELECT key FROM entity_key WHERE id IN (SELECT value FROM json_each(?)))"
            " AND revision_to IS NULL GROUP BY entity",
            (json.dumps([e.id for e in entities]),),
        ).fetchall()
        existing = next((row[0] for row in found if row[1] > self.at.us), None)
        if existing is not None:
            raise StoreError(f"an entity with id {existing} exists already")
        return {row[0]: row[1] for row in found}

    def _index(self, versions: Iterable[tuple[int, Entity, int, _New]]) -> None:
        """Put versions into the search tables.

        Parameters
        ----------
        versions : iterable of (fid, entity, key, what is new)
        """
        boxes, grams, types, codes, shapes = [], [], [], [], []
        for fid, entity, key, (moved, renamed, retyped, recoded) in versions:
            if moved and entity.geometry is not None:
                # Imports shapely: only where there is own geometry.
                from twin_model.topology import check_geometry

                check_geometry(entity.id, entity.geometry)
                shapes.append((key, entity.geometry))
            box = extent(entity) if moved else None
            if box is not None:
                boxes.append((fid, *box, key))
            if renamed:
                names = [entity.name, entity.guid, *text.other_names(entity.attributes)]
                if any(names):
                    grams.append((fid, text.grams(*names)))
            if retyped:
                types.append((entity.type, key))
            if recoded:
                given = (entity.codes.management, entity.codes.space, entity.codes.time)
                codes += [(code, key) for code in given if code]
        many = self.connection.executemany
        if boxes:
            many("INSERT INTO entity_box VALUES (?,?,?,?,?,?,?,?)", boxes)
        if grams:
            many("INSERT INTO entity_text (rowid, grams) VALUES (?,?)", grams)
        put_shapes(self.connection, shapes, self.frame, self.srs)
        if types:
            many("INSERT OR IGNORE INTO entity_type VALUES (?,?)", types)
        if codes:
            many("INSERT OR IGNORE INTO entity_code VALUES (?,?)", codes)

    def _note_properties(self, entities: Sequence[Entity]) -> None:
        """Note types, attributes and kinds of value that have not occurred before."""
        known = self.numbering.properties
        seen = {
            (e.type, name, value.__class__)
            for e in entities
            for name, value in e.attributes.items()
        } - known
        if seen:
            known |= seen
            self.connection.executemany(
                "INSERT OR IGNORE INTO property_seen VALUES (?,?)", [one[:2] for one in seen]
            )
            self.connection.executemany(
                "INSERT OR IGNORE INTO property_kind VALUES (?,?,?)",
                [
                    (kind, name, KIND_OF.get(python, TEXT))
                    for kind, name, python in seen
                    if python is not NoneType
                ],
            )
            self.outdated_views.update(one[0] for one in seen)
        types = {e.type for e in entities} - self.numbering.types
        self.numbering.types |= types
        self.outdated_views |= types

    def current_rows(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return fid and `rows.ENTITY_COLUMNS` of what is known now and valid now or later."""
        if len(ids) == 1:
            return self.connection.execute(_CURRENT_ONE, (ids[0], self.at.us)).fetchall()
        values = (json.dumps(list(ids)), self.at.us)
        return self.connection.execute(_CURRENT_MANY, values).fetchall()

    def replace_entities(self, entities: Sequence[Entity], *, as_given: bool = False) -> None:
        """Give entities a new version from `at` on; what they were before stays known.

        Parameters
        ----------
        entities : sequence of Entity
        as_given : bool
            Whether values that break the type are kept, as when the type itself has changed.

        Raises
        ------
        StoreError
            If one of them does not exist now, or is given twice.
        ValidationError
            If a value that changes breaks the type, or another type the relations that it has, and
            there is a catalogue to go by.
        """
        if len({entity.id for entity in entities}) < len(entities):
            raise StoreError("the same entity is given twice")
        retyped: dict[int, tuple[str, str]] = {}
        for start in range(0, len(entities), _PAGE):
            self.progress(start, len(entities))
            page = entities[start : start + _PAGE]
            retyped |= self._replace(page, None if as_given else self.type_rules)
        self.progress(len(entities), len(entities))
        if retyped and not as_given and self.type_rules is not None:
            refusal = Retyping(self.connection, self.type_rules, retyped, self.at).refusal()
            if refusal is not None:
                raise refusal

    def _replace(
        self, entities: Sequence[Entity], rules: TypeRules | None
    ) -> dict[int, tuple[str, str]]:
        """Give entities a new version; return types before and after, by key, where they differ."""
        old = {row[3]: row for row in self.current_rows([e.id for e in entities])}
        kept: list[tuple[Any, ...]] = []
        fresh: list[tuple[Any, ...]] = []
        changes: list[tuple[Entity, int, _New]] = []
        retyped: dict[int, tuple[str, str]] = {}
        now = self.at.us
        for entity in entities:
            row = old.get(entity.id)
            if row is None:
                raise StoreError(f"entity {entity.id} does not exist now")
            before = row[1:]
            start = max(before[-2], now)
            if rules is not None:
                rules.check(rows.entity_from(before, self.frame), entity)
            if before[-2] < start:
                kept.append((*before[:-1], start))
            made = rows.entity_row(entity, before[1], self.srs, self.frame)
            if made[0] != before[0] and made[_SPACE] and made[_SPACE] == before[_SPACE]:
                # The space code names a place, and it is at another one now.
                entity = at_new_place(entity, self.frame)  # noqa: PLW2901 - the one that is kept
                made = rows.entity_row(entity, before[1], self.srs, self.frame)
            fresh.append((*made[:-2], start, before[-1]))
            new = (
                made[0] != before[0] or made[8] != before[8],
                (made[4], made[7]) != (before[4], before[7])
                or (made[_VALUES] != before[_VALUES] and text.has_other_names(made[_VALUES])),
                made[3] != before[3],
                made[_CODES] != before[_CODES],
            )
            changes.append((entity, before[1], new))
            if made[_TYPE] != before[_TYPE]:
                retyped[before[1]] = (before[_TYPE], made[_TYPE])
        self.end("entity_version", [row[0] for row in old.values()])
        first = self.insert("entity_version", kept + fresh) + len(kept)
        self._index((first + n, *change) for n, change in enumerate(changes))
        self._note_properties(entities)
        self.entities.update(old)
        return retyped

    def restate_entity(
        self,
        ended: Sequence[int],
        kept: Sequence[tuple[Any, ...]],
        restated: Sequence[tuple[tuple[Any, ...], Entity]],
    ) -> None:
        """Put versions of an entity in the place of others, each at its own time.

        Parameters
        ----------
        ended : sequence of int
            Fids of those that are known no more.
        kept : sequence of tuple
            `rows.ENTITY_COLUMNS` of what stays as it was for a shorter time.
        restated : sequence of (tuple, Entity)
            The row of which an entity takes place and time, and the entity with other attributes.
        """
        made = []
        for row, entity in restated:
            fresh = rows.entity_row(entity, row[_KEY], self.srs, self.frame)
            made.append((*fresh[:-2], *row[-2:]))
        self.end("entity_version", ended)
        first = self.insert("entity_version", [*kept, *made]) + len(kept)
        renamed = [
            (first + n, entity, row[_KEY], _RENAMED)
            for n, (row, entity) in enumerate(restated)
            if made[n][_VALUES] != row[_VALUES] and text.has_other_names(made[n][_VALUES])
        ]
        self._index(renamed)
        entities = [entity for _, entity in restated]
        self._note_properties(entities)
        self.entities.update(entity.id for entity in entities)

    def end_entities(self, ids: Sequence[str]) -> None:
        """End entities and their relations from `at` on.

        Raises
        ------
        StoreError
            If one of the ids is unknown.
        """
        self.keys_of(ids)
        old = self.current_rows(ids)
        now = self.at.us
        self.end("entity_version", [row[0] for row in old])
        self.insert("entity_version", [(*r[1:-1], now) for r in old if r[-2] < now])
        self.entities.update(ids)
        keys = json.dumps([row[2] for row in old])
        at_ends = []
        for end in ("source", "target"):
            where = f"{end} IN (SELECT value FROM json_each(?)) AND valid_to > ?"
            query = CURRENT_RELATIONS.format(where=where)
            at_ends += self.connection.execute(query, (keys, now)).fetchall()
        self._end_relation_rows(list({row[0]: row for row in at_ends}.values()))

    def end_layer_entities(self, layer: str) -> None:
        """End every entity that a layer brought."""
        found = self.connection.execute(
            "SELECT id FROM entity_version WHERE revision_to IS NULL AND layer = ?"
            " AND valid_to > ?",
            (layer, self.at.us),
        )
        self.end_entities([row[0] for row in found])
