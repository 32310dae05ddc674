"""Rows inserted and ended under one revision, with the digest that the journal keeps of them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.store.schema import LATER_TABLES, VERSION_TABLES
from twin_model.store.type_views import BOOLEAN, INTEGER, REAL, TEXT
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.schema.guard import TypeRules
    from twin_model.store.surroundings import FeatureExtents


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
    definitions : frozenset of str
        Kinds of what the project defines for itself, such as ``type`` and ``set``.
    """

    layers: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    frame: bool = False
    all_entities: bool = False
    definitions: frozenset[str] = frozenset()


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


#: The kind of column that shows values of a Python type; whatever else there is shows as JSON.
KIND_OF: Final = {bool: BOOLEAN, int: INTEGER, float: REAL, str: TEXT}
_PYTHON: Final = {BOOLEAN: (bool,), INTEGER: (int,), REAL: (float,), TEXT: (str, list, dict)}


@dataclass
class Numbering:
    """What the one writer remembers between transactions, so that edits need not ask for it.

    Parameters
    ----------
    fids : dict
        Next fid of each version table.
    properties : set of (str, str, type)
        Types, names of attributes and Python types of their values that have occurred.
    types : set of str
        Types of entity that have a view.
    kinds : set of str
        Kinds of relation that ``kind_seen`` holds.
    extents : FeatureExtents or None
        Where layers' features lie; read when it is first needed.
    """

    fids: dict[str, int]
    properties: set[tuple[str, str, type]]
    types: set[str]
    kinds: set[str]
    extents: FeatureExtents | None = None

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Numbering:
        """Return what a store holds now."""
        fids = {
            table: int(
                connection.execute(f"SELECT coalesce(max(fid), 0) + 1 FROM {table}").fetchone()[0]
            )
            for table in VERSION_TABLES
        }
        seen = connection.execute("SELECT type, name, kind FROM property_kind")
        properties = {(t, name, python) for t, name, kind in seen for python in _PYTHON[kind]}
        types = {row[0] for row in connection.execute("SELECT type FROM type_view")}
        kinds = {row[0] for row in connection.execute("SELECT kind FROM kind_seen")}
        return cls(fids, properties, types, kinds)


@dataclass
class RowWriter:
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
    load_rules : callable
        Returns what types have to say of edits, None where there is no catalogue.
    progress : callable
        Told how many entities have new versions, and of how many; may raise to stop.
    """

    connection: sqlite3.Connection
    revision: int
    at: Instant
    frame: Frame
    srs: int
    numbering: Numbering
    layers: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    definitions: set[str] = field(default_factory=set)
    frame_changed: bool = False
    new_layers: set[str] = field(default_factory=set)
    outdated_views: set[str] = field(default_factory=set)
    #: Kinds, keys of sources and instants (microseconds) of relations that were taken away.
    lessened: set[tuple[str, int, int]] = field(default_factory=set)
    load_rules: Callable[[], TypeRules | None] = lambda: None
    progress: Callable[[int, int], None] = lambda done, total: None

    def __post_init__(self) -> None:
        self._written: dict[str, Any] = {}
        self._ended: dict[str, list[int]] = {}

    @property
    def type_rules(self) -> TypeRules | None:
        """What types have to say of edits; the first to ask may load the catalogue."""
        return self.load_rules()

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
                    self._written[table].hexdigest() if table in self._written else EMPTY_DIGEST,
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
            frozenset(self.definitions),
        )

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

    def ids_of(self, keys: Iterable[int]) -> list[str]:
        """Return the entity ids of integer keys."""
        found = self.connection.execute(
            "SELECT id FROM entity_key WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(keys)),),
        )
        return [row[0] for row in found]


#: Of a table to which nothing was written.
EMPTY_DIGEST: Final = hashlib.sha256().hexdigest()
_IN_ORDER: Final = sorted(VERSION_TABLES)
_PITCH, _ROLL, _REFERENCE = (
    VERSION_TABLES["entity_version"].index(name)
    for name in ("pitch_deg", "roll_deg", "height_reference")
)  # one after the other


def row_digest(table: str, values: Sequence[Any]) -> bytes:
    """Return the hash of one row's values, the same whether just written or read back.

    What came with formats 5 and 6 counts where it says something, so that rows of before keep
    theirs.
    """
    if table == "entity_version":
        first = _PITCH if values[_PITCH] == values[_ROLL] == 0.0 else _REFERENCE
        last = _REFERENCE if values[_REFERENCE] else _REFERENCE + 1
        if first < last:
            values = [*values[:first], *values[last:]]
    return hashlib.blake2b(f"{table}{tuple(values)!r}".encode(), digest_size=16).digest()


def combine_digests(tables: dict[str, tuple[str, list[int]]]) -> str:
    """Return one hash over each table's written rows (a hash) and ended rows (their fids)."""
    parts = (
        f"{table} {tables[table][0]} {sorted(tables[table][1])}"
        for table in _IN_ORDER
        if table not in LATER_TABLES or tables[table] != (EMPTY_DIGEST, [])
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()
