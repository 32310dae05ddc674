"""Writing: the only code that inserts or ends rows of the version tables."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.store import rows
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
    """

    connection: sqlite3.Connection
    revision: int
    at: Instant
    frame: Frame
    srs: int
    layers: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    frame_changed: bool = False

    def __post_init__(self) -> None:
        self._written = {table: hashlib.sha256() for table in VERSION_TABLES}
        self._ended: dict[str, list[int]] = {table: [] for table in VERSION_TABLES}
        self._properties: set[tuple[str, str]] = set()
        self._columns = {
            table: f"{', '.join(columns)}, revision_from"
            for table, columns in VERSION_TABLES.items()
        }

    # -- digest ------------------------------------------------------------------------

    def _insert(self, table: str, values: Iterable[Sequence[Any]]) -> None:
        columns = self._columns[table]
        marks = ",".join("?" * (len(VERSION_TABLES[table]) + 1))
        prepared = [(*row, self.revision) for row in values]
        for row in prepared:
            self._written[table].update(row_digest(table, row[:-1]))
        self.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", prepared)

    def _end(self, table: str, fids: Sequence[int]) -> None:
        self.connection.executemany(
            f"UPDATE {table} SET revision_to = ? WHERE fid = ? AND revision_to IS NULL",
            [(self.revision, fid) for fid in fids],
        )
        self._ended[table] += fids

    def digest(self) -> str:
        """Return the hash over the rows written and ended; `verify.rows_digest` recomputes it."""
        return combine_digests(
            {table: (self._written[table].digest(), self._ended[table]) for table in VERSION_TABLES}
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
        found: dict[str, int] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            found.update(
                self.connection.execute(
                    f"SELECT id, key FROM entity_key WHERE id IN ({marks})", part
                ).fetchall()
            )
        if len(found) < len(wanted):
            missing = next(i for i in wanted if i not in found)
            raise StoreError(f"no entity with id {missing}")
        return found

    def add_entities(self, entities: Sequence[Entity]) -> None:
        """Insert versions of new or formerly ended entities."""
        if not entities:
            return
        keys = self.keys_of((e.id for e in entities), create=True)
        first = self._next_fid("entity_version")
        self._insert(
            "entity_version",
            (rows.entity_row(e, keys[e.id], self.srs, self.frame) for e in entities),
        )
        self._index(entities, first)
        self._note_properties(entities)
        self.entities.update(e.id for e in entities)

    def _next_fid(self, table: str) -> int:
        return int(
            self.connection.execute(f"SELECT coalesce(max(fid), 0) + 1 FROM {table}").fetchone()[0]
        )

    def _index(self, entities: Sequence[Entity], first: int) -> None:
        self.connection.executemany(
            "INSERT INTO entity_box VALUES (?,?,?,?,?,?,?)",
            [
                (first + n, p[0], p[0], p[1], p[1], p[2], p[2])
                for n, p in enumerate(e.position for e in entities)
                if p is not None
            ],
        )

    def _note_properties(self, entities: Sequence[Entity]) -> None:
        seen = {(e.type, name) for e in entities for name in e.attributes} - self._properties
        self._properties |= seen
        self.connection.executemany("INSERT OR IGNORE INTO property_seen VALUES (?,?)", list(seen))

    def current_rows(self, ids: Sequence[str]) -> list[sqlite3.Row]:
        """Return the rows that are known now and valid from now on, of entities by id."""
        keys = self.keys_of(ids)
        out: list[sqlite3.Row] = []
        cursor = self.connection.cursor()
        cursor.row_factory = sqlite3.Row
        values = list(keys.values())
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            marks = ",".join("?" * len(part))
            out += cursor.execute(
                f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version"
                f" WHERE entity IN ({marks}) AND revision_to IS NULL AND valid_to = ?",
                [*part, FOREVER.us],
            ).fetchall()
        return out

    def replace_entities(self, entities: Sequence[Entity]) -> None:
        """Give entities a new version from `at` on; what they were before stays known.

        Raises
        ------
        StoreError
            If one of them does not exist now.
        """
        old = {row["id"]: row for row in self.current_rows([e.id for e in entities])}
        kept: list[Entity] = []
        fresh: list[Entity] = []
        for entity in entities:
            if entity.id not in old:
                raise StoreError(f"entity {entity.id} does not exist now")
            before = rows.entity_from(old[entity.id], self.frame)
            start = max(before.valid.start, self.at)
            if before.valid.start < start:
                kept.append(replace(before, valid=replace(before.valid, end=start)))
            fresh.append(replace(entity, valid=replace(entity.valid, start=start, end=FOREVER)))
        self._end("entity_version", [row["fid"] for row in old.values()])
        self.add_entities(kept + fresh)

    def end_entities(self, ids: Sequence[str]) -> None:
        """End entities and their relations from `at` on."""
        old = self.current_rows(ids)
        kept = [
            replace(before, valid=replace(before.valid, end=self.at))
            for before in (rows.entity_from(row, self.frame) for row in old)
            if before.valid.start < self.at
        ]
        self._end("entity_version", [row["fid"] for row in old])
        self.add_entities(kept)
        self.entities.update(ids)
        keys = {row["entity"] for row in old}
        self._end("relation_version", self._relations_of(keys))

    def _relations_of(self, keys: set[int]) -> list[int]:
        fids: set[int] = set()
        for key in keys:
            fids.update(
                row[0]
                for row in self.connection.execute(
                    "SELECT fid FROM relation_version WHERE revision_to IS NULL AND source = ?1"
                    " UNION SELECT fid FROM relation_version WHERE revision_to IS NULL"
                    " AND target = ?1",
                    (key,),
                )
            )
        return sorted(fids)

    def end_layer_entities(self, layer: str) -> None:
        """End every entity that a layer brought."""
        ids = [
            row[0]
            for row in self.connection.execute(
                "SELECT id FROM entity_version WHERE revision_to IS NULL AND layer = ?"
                " AND valid_to = ?",
                (layer, FOREVER.us),
            )
        ]
        self.end_entities(ids)

    # -- relations ---------------------------------------------------------------------

    def add_relations(self, relations: Sequence[Relation]) -> None:
        """Insert relations between known entities.

        Raises
        ------
        StoreError
            If an end of one is unknown.
        """
        if not relations:
            return
        keys = self.keys_of([r.source for r in relations] + [r.target for r in relations])
        self._insert(
            "relation_version",
            (rows.relation_row(r, keys[r.source], keys[r.target]) for r in relations),
        )
        self.entities.update(keys)

    def end_relations(self, ids: Sequence[str]) -> None:
        """End relations by id."""
        fids: list[int] = []
        for relation in ids:
            found = self.connection.execute(
                "SELECT fid, source, target FROM relation_version WHERE id = ?"
                " AND revision_to IS NULL",
                (relation,),
            ).fetchall()
            if not found:
                raise StoreError(f"no relation with id {relation}")
            fids += [row[0] for row in found]
        self._end("relation_version", fids)

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
            self._end("layer_version", [old[0]])
        self._insert(
            "layer_version",
            [(layer.id, draw_order, rows.layer_document(layer), ALWAYS.us, FOREVER.us)],
        )
        self.layers.add(layer.id)

    def end_layer(self, layer: str) -> None:
        """End a layer; its files stay for undo and for looking back."""
        fids = [
            row[0]
            for row in self.connection.execute(
                "SELECT fid FROM layer_version WHERE id = ? AND revision_to IS NULL", (layer,)
            )
        ]
        if not fids:
            raise StoreError(f"no layer {layer}")
        self._end("layer_version", fids)
        self.layers.add(layer)

    def put_frame(self, frame: Frame) -> None:
        """Replace the project's frame; allowed only while nothing is placed in it."""
        fids = [
            row[0]
            for row in self.connection.execute(
                "SELECT fid FROM frame_version WHERE revision_to IS NULL"
            )
        ]
        self._end("frame_version", fids)
        self._insert("frame_version", [(rows.frame_document(frame), ALWAYS.us, FOREVER.us)])
        self.frame = frame
        self.frame_changed = True

    # -- undo --------------------------------------------------------------------------

    def revert(self, revision: int) -> None:
        """Undo what *revision* wrote: end its rows, bring back copies of those it ended.

        Nothing is deleted, so the history shows both the change and its undoing.
        """
        for table, columns in VERSION_TABLES.items():
            made = self.connection.execute(
                f"SELECT fid FROM {table} WHERE revision_to IS NULL AND coalesce(origin, fid) IN"
                f" (SELECT coalesce(origin, fid) FROM {table} WHERE revision_from = ?)",
                (revision,),
            ).fetchall()
            ended = self.connection.execute(
                f"SELECT fid, coalesce(origin, fid), {', '.join(columns)} FROM {table}"
                " WHERE revision_to = ? ORDER BY fid",
                (revision,),
            ).fetchall()
            self._note_touched(table, revision)
            self._end(table, [row[0] for row in made])
            first = self._next_fid(table)
            self._insert(table, (tuple(row[2:]) for row in ended))
            self.connection.executemany(
                f"UPDATE {table} SET origin = ? WHERE fid = ?",
                [(row[1], first + n) for n, row in enumerate(ended)],
            )
            if table == "entity_version":
                self.connection.executemany(
                    "INSERT INTO entity_box SELECT ?, min_x, max_x, min_y, max_y, min_z, max_z"
                    " FROM entity_box WHERE fid = ?",
                    [(first + n, row[0]) for n, row in enumerate(ended)],
                )
        current = self.connection.execute(
            "SELECT document FROM frame_version WHERE revision_to IS NULL"
        ).fetchone()
        if current is not None:
            self.frame = rows.frame_from(current[0])

    def _note_touched(self, table: str, revision: int) -> None:
        where = "revision_from = ?1 OR revision_to = ?1"
        if table == "entity_version":
            query = f"SELECT DISTINCT id FROM {table} WHERE {where}"
            self.entities.update(r[0] for r in self.connection.execute(query, (revision,)))
        elif table == "layer_version":
            query = f"SELECT DISTINCT id FROM {table} WHERE {where}"
            self.layers.update(r[0] for r in self.connection.execute(query, (revision,)))
        elif table == "frame_version":
            query = f"SELECT count(*) FROM {table} WHERE {where}"
            self.frame_changed |= bool(self.connection.execute(query, (revision,)).fetchone()[0])


def row_digest(table: str, values: Sequence[Any]) -> bytes:
    """Return the hash of one row's values, the same whether just written or read back."""
    return hashlib.blake2b(f"{table}{values!r}".encode(), digest_size=16).digest()


def combine_digests(tables: dict[str, tuple[bytes, list[int]]]) -> str:
    """Return one hash over each table's written rows (a hash) and ended rows (their fids)."""
    digest = hashlib.sha256()
    for table, (written, ended) in sorted(tables.items()):
        digest.update(f"{table} {written.hex()} {sorted(ended)}".encode())
    return digest.hexdigest()
