"""Writing: the only code that inserts or ends rows of the version tables."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.store import hierarchy, rows, text
from twin_model.store.places import extent
from twin_model.store.schema import VERSION_TABLES
from twin_model.time import ALWAYS, FOREVER, Instant


@dataclass(frozen=True)
class Change:
    """What a command touched.

    Parameters
    ----------
    layers : frozenset of str
    entities : frozenset of str
        Ids; empty with `all_entities` where there were too many to name.
    frame : bool
    all_entities : bool
    """

    layers: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    frame: bool = False
    all_entities: bool = False


#: Above this many entities a change no longer names them.
MANY = 10_000
_MARKS: Final = {
    table: f"INSERT INTO {table} ({', '.join(columns)}, revision_from, origin, fid)"
    f" VALUES ({','.join('?' * (len(columns) + 3))})"
    for table, columns in VERSION_TABLES.items()
}
_END: Final = {
    table: f"UPDATE {table} SET revision_to = ? WHERE fid = ? AND revision_to IS NULL"
    for table in VERSION_TABLES
}
# Values travel as one JSON array: one prepared statement for any number of them.
_CURRENT: Final = (
    f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN"
    " (SELECT key FROM entity_key WHERE id IN (SELECT value FROM json_each(?)))"
    " AND revision_to IS NULL AND valid_to = 9223372036854775807"
)
_CURRENT_RELATIONS: Final = (
    "SELECT fid, valid_from, valid_to, id, kind, source, target, attributes, computed"
    " FROM relation_version WHERE revision_to IS NULL AND {where}"
)


@dataclass
class Numbering:
    """What the one writer remembers between transactions, so that edits need not ask for it.

    Parameters
    ----------
    fids : dict
        Next fid of each version table.
    properties : set of (str, str)
        Pairs of type and attribute name that ``property_seen`` holds.
    kinds : set of str
        Kinds of relation that ``kind_seen`` holds.
    """

    fids: dict[str, int]
    properties: set[tuple[str, str]]
    kinds: set[str]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Numbering:
        """Return what a store holds now."""
        fids = {
            table: int(
                connection.execute(f"SELECT coalesce(max(fid), 0) + 1 FROM {table}").fetchone()[0]
            )
            for table in VERSION_TABLES
        }
        seen = connection.execute("SELECT type, name FROM property_seen")
        kinds = connection.execute("SELECT kind FROM kind_seen")
        return cls(fids, {(row[0], row[1]) for row in seen}, {row[0] for row in kinds})


@dataclass
class Transaction:
    """Rows written by one command, under one revision.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    revision : int
        Number of the journal entry about to be written.
    at : Instant
        When the change takes effect in the world, unless a row says otherwise.
    frame : Frame
    srs : int
    numbering : Numbering
        To be read anew if the transaction is rolled back.
    """

    connection: sqlite3.Connection
    revision: int
    at: Instant
    frame: Frame
    srs: int
    numbering: Numbering
    layers: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    frame_changed: bool = False

    def __post_init__(self) -> None:
        self._written: dict[str, Any] = {}
        self._ended: dict[str, list[int]] = {}

    # -- rows --------------------------------------------------------------------------

    def insert(
        self,
        table: str,
        values: Iterable[Sequence[Any]],
        origins: Sequence[int] | None = None,
    ) -> int:
        """Insert rows of a version table and return the fid of the first.

        Parameters
        ----------
        table : str
        values : iterable of sequences
            As `VERSION_TABLES` orders them.
        origins : sequence of int, optional
            Of each row, the fid of the first row that it is a copy of.
        """
        first = fid = self.numbering.fids[table]
        digest = self._written.get(table)
        if digest is None:
            digest = self._written[table] = hashlib.sha256()
        prepared = []
        for row in values:
            digest.update(row_digest(table, row))
            origin = None if origins is None else origins[fid - first]
            prepared.append((*row, self.revision, origin, fid))
            fid += 1
        self.connection.executemany(_MARKS[table], prepared)
        self.numbering.fids[table] = fid
        return first

    def end(self, table: str, fids: Sequence[int]) -> None:
        """Say of rows that this revision ended them.

        Raises
        ------
        StoreError
            If one of them had ended before, which would be a fault of the caller.
        """
        if not fids:
            return
        cursor = self.connection.executemany(_END[table], [(self.revision, fid) for fid in fids])
        if cursor.rowcount != len(fids):
            raise StoreError(f"{table}: a row to be ended had ended already")
        self._ended.setdefault(table, []).extend(fids)

    def digest(self) -> str:
        """Return the hash over the rows written and ended; `verify.rows_digest` recomputes it."""
        return combine_digests(
            {
                table: (
                    self._written[table].digest() if table in self._written else EMPTY_DIGEST,
                    self._ended.get(table, []),
                )
                for table in VERSION_TABLES
            }
        )

    def change(self) -> Change:
        """Return what was touched, for the signal."""
        many = len(self.entities) > MANY
        return Change(
            frozenset(self.layers),
            frozenset() if many else frozenset(self.entities),
            self.frame_changed,
            many,
        )

    # -- entities ----------------------------------------------------------------------

    def keys_of(self, ids: Iterable[str], *, create: bool = False) -> dict[str, int]:
        """Return the integer keys of entity ids.

        Raises
        ------
        StoreError
            If an id is unknown and *create* is false.
        """
        wanted = list(dict.fromkeys(ids))
        if create:
            self.connection.executemany(
                "INSERT OR IGNORE INTO entity_key (id) VALUES (?)", [(i,) for i in wanted]
            )
        found: dict[str, int] = dict(
            self.connection.execute(
                "SELECT id, key FROM entity_key WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            ).fetchall()
        )
        if len(found) < len(wanted):
            missing = next(i for i in wanted if i not in found)
            raise StoreError(f"no entity with id {missing}")
        return found

    def add_entities(self, entities: Sequence[Entity]) -> None:
        """Insert versions of new or formerly ended entities.

        Raises
        ------
        StoreError
            If one of them exists now, or is given twice.
        """
        if not entities:
            return
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
        self._index((first + n, e, keys[e.id], True, True) for n, e in enumerate(entities))
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

    def _index(self, versions: Iterable[tuple[int, Entity, int, bool, bool]]) -> None:
        """Put versions into the search tables: (fid, entity, key, place is new, name is new)."""
        boxes, grams = [], []
        for fid, entity, key, moved, renamed in versions:
            box = extent(entity) if moved else None
            if box is not None:
                boxes.append((fid, *box, key))
            if renamed and (entity.name or entity.guid):
                grams.append((fid, text.grams(entity.name, entity.guid)))
        if boxes:
            self.connection.executemany("INSERT INTO entity_box VALUES (?,?,?,?,?,?,?,?)", boxes)
        if grams:
            self.connection.executemany(
                "INSERT INTO entity_text (rowid, grams) VALUES (?,?)", grams
            )

    def _note_properties(self, entities: Sequence[Entity]) -> None:
        known = self.numbering.properties
        seen = {(e.type, name) for e in entities for name in e.attributes} - known
        if seen:
            known |= seen
            self.connection.executemany(
                "INSERT OR IGNORE INTO property_seen VALUES (?,?)", list(seen)
            )

    def current_rows(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return fid and `rows.ENTITY_COLUMNS` of what is known now and valid from now on."""
        return self.connection.execute(_CURRENT, (json.dumps(list(ids)),)).fetchall()

    def replace_entities(self, entities: Sequence[Entity]) -> None:
        """Give entities a new version from `at` on; what they were before stays known.

        Raises
        ------
        StoreError
            If one of them does not exist now, or is given twice.
        """
        old = {row[3]: row for row in self.current_rows([e.id for e in entities])}
        kept: list[tuple[Any, ...]] = []
        fresh: list[tuple[Any, ...]] = []
        changes: list[tuple[Entity, int, bool, bool]] = []
        now = self.at.us
        for entity in entities:
            row = old.get(entity.id)
            if row is None:
                raise StoreError(f"entity {entity.id} does not exist now")
            before = row[1:]
            start = max(before[-2], now)
            if before[-2] < start:
                kept.append((*before[:-1], start))
            made = rows.entity_row(entity, before[1], self.srs, self.frame)
            fresh.append((*made[:-2], start, FOREVER.us))
            changes.append(
                (
                    entity,
                    before[1],
                    made[0] != before[0] or entity.geometry != before[8],
                    entity.name != before[4] or entity.guid != before[7],
                )
            )
        if len(old) < len(entities):
            raise StoreError("the same entity is given twice")
        self.end("entity_version", [row[0] for row in old.values()])
        first = self.insert("entity_version", kept + fresh) + len(kept)
        self._index((first + n, *change) for n, change in enumerate(changes))
        self._note_properties(entities)
        self.entities.update(old)

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
            query = _CURRENT_RELATIONS.format(where=where)
            at_ends += self.connection.execute(query, (keys, now)).fetchall()
        self._end_relation_rows(list({row[0]: row for row in at_ends}.values()))

    def end_layer_entities(self, layer: str) -> None:
        """End every entity that a layer brought."""
        found = self.connection.execute(
            "SELECT id FROM entity_version WHERE revision_to IS NULL AND layer = ?"
            " AND valid_to = ?",
            (layer, FOREVER.us),
        )
        self.end_entities([row[0] for row in found])

    # -- relations ---------------------------------------------------------------------

    def add_relations(self, relations: Sequence[Relation]) -> None:
        """Insert relations between entities that exist.

        Raises
        ------
        StoreError
            If an end of one is unknown, or its id exists already.
        ValidationError
            If something would contain itself, or an entity be related to itself.
        """
        if not relations:
            return
        relations = [hierarchy.canonical(relation) for relation in relations]
        keys = self.keys_of([r.source for r in relations] + [r.target for r in relations])
        self._refuse_dangling(keys)
        ids = [r.id for r in relations]
        if len(set(ids)) < len(ids) or self._relation_rows(ids):
            raise StoreError("a relation with the same id exists already")
        self._insert_relations(relations, keys)

    def _insert_relations(self, relations: Sequence[Relation], keys: dict[str, int]) -> None:
        for relation in relations:
            if relation.source == relation.target:
                raise ValidationError(
                    "relations", relation.kind, relation.source, "an entity is related to itself"
                )
        self.insert(
            "relation_version",
            (rows.relation_row(r, keys[r.source], keys[r.target]) for r in relations),
        )
        kinds = {r.kind for r in relations} - self.numbering.kinds
        self.numbering.kinds |= kinds
        self.connection.executemany(
            "INSERT OR IGNORE INTO kind_seen VALUES (?)", [(kind,) for kind in kinds]
        )
        added = [(keys[r.source], keys[r.target]) for r in relations if r.kind in hierarchy.KINDS]
        if added:
            hierarchy.refuse_circles(self.connection, added, self.at)
        self.entities.update(keys)

    def _refuse_dangling(self, keys: dict[str, int]) -> None:
        """Refuse relations to what has been removed, although its id is known."""
        alive = {
            row[0]
            for row in self.connection.execute(
                "SELECT entity FROM entity_version WHERE entity IN"
                " (SELECT value FROM json_each(?)) AND revision_to IS NULL AND valid_to > ?",
                (json.dumps(list(keys.values())), self.at.us),
            )
        }
        gone = next((name for name, key in keys.items() if key not in alive), None)
        if gone is not None:
            raise StoreError(f"entity {gone} does not exist now", remedy="relate one that does")

    def _relation_rows(self, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        where = "id IN (SELECT value FROM json_each(?)) AND valid_to > ?"
        query = _CURRENT_RELATIONS.format(where=where)
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
        self.end("relation_version", [row[0] for row in found])
        self.insert("relation_version", [(*r[3:], r[1], now) for r in found if r[1] < now])
        touched = json.dumps(sorted({key for row in found for key in (row[5], row[6])}))
        self.entities.update(
            row[0]
            for row in self.connection.execute(
                "SELECT id FROM entity_key WHERE key IN (SELECT value FROM json_each(?))",
                (touched,),
            )
        )

    def replace_relations(self, relations: Sequence[Relation]) -> None:
        """Give relations a new version.

        Where its validity is what it was, the new version holds from `at` on and the old one is
        kept up to then; where it differs, somebody corrects when it held, and it is taken as said.

        Raises
        ------
        StoreError
            If one does not exist now, or an end of it is unknown.
        ValidationError
            If something would contain itself.
        """
        relations = [hierarchy.canonical(relation) for relation in relations]
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
        self._refuse_dangling(keys)
        self.end("relation_version", [row[0] for row in old.values()])
        self.insert("relation_version", kept)
        self._insert_relations(fresh, keys)

    # -- layers and frame --------------------------------------------------------------

    def put_layer(self, layer: Layer, draw_order: int | None = None) -> None:
        """Insert a layer or a new version of it; None keeps its place or puts it on top."""
        old = self.connection.execute(
            "SELECT fid, draw_order FROM layer_version WHERE id = ? AND revision_to IS NULL",
            (layer.id,),
        ).fetchone()
        if draw_order is None:
            top = self.connection.execute(
                "SELECT coalesce(max(draw_order), 0) + 1 FROM layer_version"
                " WHERE revision_to IS NULL"
            ).fetchone()[0]
            draw_order = int(old[1]) if old else int(top)
        if old:
            self.end("layer_version", [old[0]])
        self.insert(
            "layer_version",
            [(layer.id, draw_order, rows.layer_document(layer), ALWAYS.us, FOREVER.us)],
        )
        self.layers.add(layer.id)

    def end_layer(self, layer: str) -> None:
        """End a layer; its files stay for undo and for looking back."""
        found = self.connection.execute(
            "SELECT fid FROM layer_version WHERE id = ? AND revision_to IS NULL", (layer,)
        ).fetchall()
        if not found:
            raise StoreError(f"no layer {layer}")
        self.end("layer_version", [row[0] for row in found])
        self.layers.add(layer)

    def put_frame(self, frame: Frame) -> None:
        """Replace the project's frame; allowed only while nothing is placed in it."""
        found = self.connection.execute("SELECT fid FROM frame_version WHERE revision_to IS NULL")
        self.end("frame_version", [row[0] for row in found.fetchall()])
        self.insert("frame_version", [(rows.frame_document(frame), ALWAYS.us, FOREVER.us)])
        self.frame = frame
        self.frame_changed = True


EMPTY_DIGEST: Final = hashlib.sha256().digest()


def row_digest(table: str, values: Sequence[Any]) -> bytes:
    """Return the hash of one row's values, the same whether just written or read back."""
    return hashlib.blake2b(f"{table}{tuple(values)!r}".encode(), digest_size=16).digest()


def combine_digests(tables: dict[str, tuple[bytes, list[int]]]) -> str:
    """Return one hash over each table's written rows (a hash) and ended rows (their fids)."""
    digest = hashlib.sha256()
    for table, (written, ended) in sorted(tables.items()):
        digest.update(f"{table} {written.hex()} {sorted(ended)}".encode())
    return digest.hexdigest()
