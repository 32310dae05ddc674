"""The append-only journal: one entry a command, chained by hash."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from twin_model.store.rows import to_json
from twin_model.time import Instant

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


def last_revision(connection: sqlite3.Connection) -> int:
    """Return the newest revision, 0 for an empty journal."""
    return int(connection.execute("SELECT coalesce(max(revision), 0) FROM journal").fetchone()[0])


def append(connection: sqlite3.Connection, values: tuple[Any, ...]) -> None:
    """Append (revision, kind, label, who, why, recorded_us, payload, reverts, digest)."""
    row = connection.execute(
        "SELECT hash FROM journal WHERE revision = ?", (values[0] - 1,)
    ).fetchone()
    previous = row[0] if row else GENESIS
    connection.execute(
        "INSERT INTO journal (revision, kind, label, who, why, recorded_us, payload, reverts,"
        " rows_digest, previous_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (*values, previous, entry_hash(previous, values)),
    )


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
            if reverts in undo:
                undo.remove(reverts)
            redo.append(revision)
        elif kind == "redo":
            if reverts in redo:
                redo.remove(reverts)
            undo.append(revision)
        else:
            undo.append(revision)
            redo.clear()
    return undo, redo


def verify(connection: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the chain; empty where every hash holds."""
    problems: list[str] = []
    previous = GENESIS
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
        previous = stated
        expected += 1
    return problems
