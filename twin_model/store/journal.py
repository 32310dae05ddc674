"""The append-only journal: one entry a command, chained by hash."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from twin_model.store.rows import to_json
from twin_model.time import ALWAYS, Instant

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change to the twin.

    Parameters
    ----------
    revision : int
        1, 2, 3… without gaps.
    kind, label : str
        Identifier of the command and what users read ("Add layer Survey").
    who, why : str
    recorded : Instant
        By this machine's clock.
    payload : str
        JSON summary of the command.
    reverts : int or None
        Revision that this entry undid.
    rows_digest : str
        Hash over the rows the command wrote and ended.
    hash : str
        SHA-256 over the previous entry's hash and everything above.
    """

    revision: int
    kind: str
    label: str
    who: str
    why: str
    recorded: Instant
    payload: str
    reverts: int | None
    rows_digest: str
    hash: str


def entry_hash(previous: str, values: tuple[Any, ...]) -> str:
    """Return the chained hash of an entry's values (revision … rows_digest)."""
    text = to_json({"previous": previous, "values": list(values)})
    return hashlib.sha256(text.encode()).hexdigest()


def label_of(connection: sqlite3.Connection, revision: int) -> str | None:
    """Return the label of an entry; None where there is no such entry."""
    query = "SELECT label FROM journal WHERE revision = ?"
    row = connection.execute(query, (revision,)).fetchone()
    return str(row[0]) if row else None


def last_kind(connection: sqlite3.Connection) -> str:
    """Return the kind of the newest entry; empty where there is none."""
    row = connection.execute("SELECT kind FROM journal ORDER BY revision DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def last_revision(connection: sqlite3.Connection) -> int:
    """Return the newest revision, 0 for an empty journal."""
    return int(connection.execute("SELECT coalesce(max(revision), 0) FROM journal").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry, to which the next one is chained.

    Parameters
    ----------
    revision : int
        0 for an empty journal.
    recorded_us : int
    hash : str
    """

    revision: int
    recorded_us: int
    hash: str


def head(connection: sqlite3.Connection) -> Head:
    """Return the newest entry's part in the chain."""
    row = connection.execute(
        "SELECT revision, recorded_us, hash FROM journal ORDER BY revision DESC LIMIT 1"
    ).fetchone()
    return Head(*row) if row else Head(0, ALWAYS.us, GENESIS)


def append(connection: sqlite3.Connection, previous: str, values: tuple[Any, ...]) -> Head:
    """Append (revision, kind, label, who, why, recorded_us, payload, reverts, digest)."""
    chained = entry_hash(previous, values)
    connection.execute(
        "INSERT INTO journal (revision, kind, label, who, why, recorded_us, payload, reverts,"
        " rows_digest, previous_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (*values, previous, chained),
    )
    return Head(values[0], values[5], chained)


def entries(connection: sqlite3.Connection) -> list[JournalEntry]:
    """Return every entry, oldest first."""
    return [
        JournalEntry(r[0], r[1], r[2], r[3], r[4], Instant(r[5]), r[6], r[7], r[8], r[9])
        for r in connection.execute(
            "SELECT revision, kind, label, who, why, recorded_us, payload, reverts, rows_digest,"
            " hash FROM journal ORDER BY revision"
        )
    ]


def undo_stacks(connection: sqlite3.Connection) -> tuple[list[int], list[int]]:
    """Return the revisions that can be undone and redone, the next one last.

    Undoing writes an entry of kind ``undo`` that reverts a command; redoing writes ``redo``,
    which reverts that undo. Any other command empties the redo stack.
    """
    undo: list[int] = []
    redo: list[int] = []
    for revision, kind, reverts in connection.execute(
        "SELECT revision, kind, reverts FROM journal ORDER BY revision"
    ):
        if kind == "set-frame":
            continue  # part of making a project or placing its first layer
        if kind == "undo":
            _take(undo, reverts)
            redo.append(revision)
        elif kind == "redo":
            _take(redo, reverts)
            undo.append(revision)
        else:
            undo.append(revision)
            redo.clear()
    return undo, redo


def _take(stack: list[int], revision: int | None) -> None:
    # From the end: it is the last one, and a year's journal has a million of them.
    if stack and stack[-1] == revision:
        stack.pop()


def verify(connection: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the chain; empty where every hash holds."""
    problems: list[str] = []
    previous = GENESIS
    recorded = ALWAYS.us
    expected = 1
    for row in connection.execute(
        "SELECT revision, kind, label, who, why, recorded_us, payload, reverts, rows_digest,"
        " previous_hash, hash FROM journal ORDER BY revision"
    ):
        values, stated_previous, stated = row[:9], row[9], row[10]
        if values[0] != expected:
            problems.append(f"journal: revision {expected} is missing")
            expected = values[0]
        if stated_previous != previous:
            problems.append(f"journal: revision {values[0]} does not follow the one before it")
        if entry_hash(stated_previous, values) != stated:
            problems.append(f"journal: revision {values[0]} was changed after it was written")
        if values[5] < recorded:
            problems.append(f"journal: revision {values[0]} was recorded before the one before it")
        previous, recorded = stated, values[5]
        expected += 1
    return problems
