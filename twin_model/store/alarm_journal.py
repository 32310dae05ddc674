"""The alarm journal in the project: ``alarms.sqlite``, append-only, chained by hash.

A file of its own, because alarms are written all day long, each with an fsync, and must not wait
for an import that holds the twin's store. Events and the statuses they lead to are one
transaction, so that a killed program finds both as they were or neither. See docs/alarms.md.
"""

from __future__ import annotations

import hashlib
import json
import math
import operator
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from twin_model.alarms.changes import Portion, Restored
from twin_model.alarms.model import AlarmEvent, AlarmStatus, EventKind, Shelf, State
from twin_model.errors import StoreError
from twin_model.schema.types import Severity
from twin_model.store.columns import Column, insert
from twin_model.time import ALWAYS, FOREVER, Instant, Interval

ALARMS_FILE: Final = "alarms.sqlite"
FORMAT_VERSION: Final = 1
_GENESIS: Final = "0" * 64
_POINTS_AT_ONCE: Final = 500
_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
  sequence INTEGER PRIMARY KEY, point TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,
  at_us INTEGER NOT NULL, recorded_us INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
  priority TEXT NOT NULL, value REAL, who TEXT NOT NULL, text TEXT NOT NULL,
  occurrence INTEGER NOT NULL, cause TEXT NOT NULL, hash TEXT NOT NULL,
  UNIQUE (point, number));
CREATE INDEX event_time ON event(at_us);
CREATE TRIGGER event_stays BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the alarm journal is append-only'); END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the alarm journal is append-only'); END;
CREATE TABLE status (
  point TEXT PRIMARY KEY, priority TEXT NOT NULL, active INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL, latched INTEGER NOT NULL, standing INTEGER NOT NULL,
  occurrence INTEGER NOT NULL, event INTEGER NOT NULL, value REAL, condition_us INTEGER NOT NULL,
  raw INTEGER NOT NULL, pending_us INTEGER, raised_us INTEGER, returned_us INTEGER,
  acknowledged_us INTEGER, shelf TEXT, suppressed_by TEXT NOT NULL, out_of_service TEXT NOT NULL,
  cause TEXT NOT NULL, first_out INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rule_set (
  version INTEGER PRIMARY KEY, saved_us INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  document TEXT NOT NULL);
CREATE TABLE account (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL,
  changed_us INTEGER NOT NULL) WITHOUT ROWID;
"""
_FIELDS: Final = "\x1f%r" * 14
_COLUMNS: Final = (
    "point, number, kind, at_us, before, after, priority, value, who, text, occurrence, cause"
)
_INSERT_EVENT: Final = f"INSERT INTO event (sequence, recorded_us, {_COLUMNS}, hash)"
_INSERT_STATUS: Final = "INSERT OR REPLACE INTO status"
_STATUS_FIELDS: Final = operator.attrgetter(*(field.name for field in fields(AlarmStatus)))


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the journal.

    Parameters
    ----------
    sequence : int
        1, 2, 3… without gaps.
    recorded : Instant
        By this machine's clock.
    event : AlarmEvent
    """

    sequence: int
    recorded: Instant
    event: AlarmEvent


class AlarmJournal:
    """Reads and appends; safe to use from any thread.

    Parameters
    ----------
    path : Path
        Made where it is missing, unless *read_only*.
    read_only : bool

    Raises
    ------
    StoreError
        If it is damaged, newer than this program, or missing and *read_only*.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = threading.RLock()
        if read_only and not path.is_file():
            raise StoreError(f"{path} is missing: this project has had no alarms yet")
        mode = "ro" if read_only else "rwc"
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=10.0,
                isolation_level=None, check_same_thread=False,
            )  # fmt: skip
            self._prepare()
            row = self._connection.execute(
                "SELECT sequence, hash FROM event ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{path} is damaged ({error})", remedy="restore it") from error
        self._sequence: int = row[0] if row else 0
        self._hash: str = row[1] if row else _GENESIS

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer Shapan (format {version}, this one knows"
                f" {FORMAT_VERSION})",
                remedy="update Shapan",
            )
        if self.read_only:
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        # What was told to an operator is on disk, also when the power fails.
        self._connection.execute("PRAGMA synchronous = FULL")
        if version == 0:
            self._connection.executescript(
                f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
            )

    def close(self) -> None:
        """Close the file. Calling it twice is harmless."""
        with self._lock:
            self._connection.close()

    # -- appending ---------------------------------------------------------------------

    def append(self, events: Sequence[AlarmEvent], statuses: Collection[AlarmStatus]) -> None:
        """Keep events and the statuses they lead to, all or nothing.

        Raises
        ------
        StoreError
            If the disk is full, the journal is read-only, or an event is there already.
        """
        self.append_all([(events, statuses)])

    def append_all(self, portions: Iterable[Portion]) -> None:
        """Keep all of what comes, portion by portion, or nothing.

        What is written is written while the next portion is waited for or made; all of it is on
        disk when this returns. Raises as `append` does.
        """
        with self._lock:
            sequence, chained = self._sequence, self._hash
            recorded_us = Instant.now().us
            with self.writing() as connection:
                for events, statuses in portions:
                    if events:
                        columns = _event_columns(sequence + 1, recorded_us, events)
                        hashes = _chain(chained, columns)
                        insert(connection, _INSERT_EVENT, [*columns, Column(hashes, same=False)])
                        sequence, chained = sequence + len(events), hashes[-1]
                    if statuses:
                        insert(connection, _INSERT_STATUS, _status_columns(statuses))
            self._sequence, self._hash = sequence, chained

    def writing(self) -> _Transaction:
        """Return a context in which statements are done together; raises as `append` does."""
        if self.read_only:
            raise StoreError(f"{self.path} is open read-only")
        return _Transaction(self._connection, self._lock, self.path)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return what a SELECT finds.

        Raises
        ------
        StoreError
            If the file is damaged or closed.
        """
        with self._lock:
            try:
                return self._connection.execute(statement, parameters).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{self.path} could not be read ({error})") from error

    # -- asking ------------------------------------------------------------------------

    @property
    def last_sequence(self) -> int:
        """Number of the newest event."""
        return self._sequence

    def events(
        self, period: Interval | None = None, point: str | None = None
    ) -> Iterator[Recorded]:
        """Yield events in the order they were recorded, of a period by the samples' time."""
        within = period or Interval(ALWAYS, FOREVER)
        condition, values = "at_us >= ? AND at_us < ?", [within.start.us, within.end.us]
        parameters: list[Any] = [*values]
        if point is not None:
            condition += " AND point = ?"
            parameters.append(point)
        last = 0
        while True:
            # In portions, so that a year's journal is not in memory at once.
            found = self.rows(
                f"SELECT sequence, recorded_us, {_COLUMNS} FROM event WHERE {condition}"
                " AND sequence > ? ORDER BY sequence LIMIT 20000",
                [*parameters, last],
            )
            for row in found:
                yield Recorded(row[0], Instant(row[1]), _event(row[2:]))
            if not found:
                return
            last = found[-1][0]

    def states_at(self, instant: Instant) -> dict[str, AlarmEvent]:
        """Return the newest event of each point at an instant; its `after` is the state then."""
        found = self.rows(
            f"SELECT {_COLUMNS} FROM event WHERE (point, number) IN"
            " (SELECT point, max(number) FROM event WHERE at_us <= ? AND point <> ''"
            " GROUP BY point)",
            [instant.us],
        )
        return {row[0]: _event(row) for row in found}

    def raised_before(self, instant: Instant, points: Sequence[str]) -> dict[str, int]:
        """Return when some points were raised last, up to an instant."""
        found: dict[str, int] = {}
        for start in range(0, len(points), _POINTS_AT_ONCE):
            part = points[start : start + _POINTS_AT_ONCE]
            found.update(self.rows(
                "SELECT point, max(at_us) FROM event WHERE at_us <= ? AND kind = ?"
                f" AND point IN ({','.join('?' * len(part))}) GROUP BY point",
                [instant.us, EventKind.RAISED, *part],
            ))  # fmt: skip
        return found

    def restored(self, flood_window_s: float) -> Restored:
        """Return what an engine needs to go on."""
        statuses = [_status(row) for row in self.rows("SELECT * FROM status")]
        newest = self.rows("SELECT max(at_us) FROM event")[0][0] or 0
        since = newest - int(flood_window_s * 1_000_000)
        raised = self.rows(
            "SELECT at_us FROM event WHERE kind = ? AND at_us > ? ORDER BY at_us",
            [EventKind.RAISED, since],
        )
        flood = self.rows(
            "SELECT kind FROM event WHERE kind IN (?, ?) ORDER BY sequence DESC LIMIT 1",
            [EventKind.FLOOD_STARTED, EventKind.FLOOD_ENDED],
        )
        system = self.rows("SELECT coalesce(max(number), 0) FROM event WHERE point = ''")
        return Restored(
            statuses,
            [row[0] for row in raised],
            bool(flood) and flood[0][0] == EventKind.FLOOD_STARTED,
            system[0][0],
        )

    def verify(self) -> list[str]:
        """Return what is wrong with the chain; empty where nothing was changed, lost or doubled."""
        problems: list[str] = []
        chained, expected = _GENESIS, 1
        numbers: dict[str, int] = {}
        last = 0
        while True:
            found = self.rows(
                f"SELECT sequence, recorded_us, {_COLUMNS}, hash FROM event"
                " WHERE sequence > ? ORDER BY sequence LIMIT 20000",
                [last],
            )
            if not found:
                return problems
            for row in found:
                sequence, point, number = row[0], row[2], row[3]
                if sequence != expected:
                    problems.append(f"alarm journal: event {expected} is missing")
                if _chained(chained, row[:-1]) != row[-1]:
                    problems.append(f"alarm journal: event {sequence} was changed")
                if number != numbers.get(point, 0) + 1:
                    problems.append(f"alarm journal: {point or 'system'} skips to {number}")
                numbers[point] = number
                chained, expected = row[-1], sequence + 1
            last = found[-1][0]


class _Transaction:
    """All of what is done in it is kept, or nothing."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock, path: Path) -> None:
        self._connection = connection
        self._lock = lock
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._lock.release()
            raise self._refused(error) from error
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        except sqlite3.Error as refused:
            error = refused
        finally:
            if error is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._lock.release()
        if isinstance(error, sqlite3.Error):
            raise self._refused(error) from error

    def _refused(self, error: sqlite3.Error) -> StoreError:
        full = "full" in str(error) or "disk I/O" in str(error)
        return StoreError(
            f"{self._path} could not be written ({error})",
            remedy="free some disk space" if full else "",
        )


def _event_columns(first: int, recorded_us: int, events: Sequence[AlarmEvent]) -> list[Column]:
    """Return the 14 columns that are hashed."""
    count = len(events)
    (
        point, number, kind, at_us, before, after, priority, value, who, text, occurrence, cause,
    ) = zip(*events)  # fmt: skip
    return [
        Column(range(first, first + count), same=False), Column([recorded_us] * count, same=True),
        Column(point, same=False), Column.of(number), Column.of(kind).changed(str),
        Column.of(at_us), Column.of(before).changed(str), Column.of(after).changed(str),
        Column.of(priority).changed(str), Column.of(_numbers(value)), Column.of(who),
        Column.of(text), Column.of(occurrence), Column.of(cause),
    ]  # fmt: skip


def _numbers(values: Iterable[float]) -> list[float | None]:
    """Return values as SQLite keeps them: it knows no NaN, and no zero below zero."""
    return [value + 0.0 if math.isfinite(value) else None for value in values]


def _event(row: Sequence[Any]) -> AlarmEvent:
    point, number, kind, at_us, before, after, priority, value, who, text, occurrence, cause = row
    return AlarmEvent(
        point, number, EventKind(kind), at_us, State(before), State(after), Severity(priority),
        math.nan if value is None else value, who, text, occurrence, cause,
    )  # fmt: skip


def _chained(previous: str, values: Sequence[Any]) -> str:
    """Return the hash of an event's 14 columns and the hash before."""
    # As Python writes them: texts come quoted, so that no field can run into the next.
    return hashlib.sha256((previous + _FIELDS % (*values,)).encode()).hexdigest()


def _chain(previous: str, columns: Sequence[Column]) -> list[str]:
    """Return the hashes of many events, each as `_chained` makes it."""
    written = [repr(c.values[0]).replace("%", "%%") if c.same else "%r" for c in columns]
    form = "\x1f".join(["%s", *written])
    found = []
    for values in zip(*(column.values for column in columns if not column.same)):
        previous = hashlib.sha256((form % (previous, *values)).encode()).hexdigest()
        found.append(previous)
    return found


def _status_columns(statuses: Iterable[AlarmStatus]) -> list[Column]:
    (
        point, priority, active, acknowledged, latched, standing, occurrence, event, value,
        condition_us, raw, pending_us, raised_us, returned_us, acknowledged_us, shelf,
        suppressed_by, out_of_service, cause, first_out, note,
    ) = zip(*map(_STATUS_FIELDS, statuses))  # fmt: skip
    # Whether is 0 or 1: sqlite3 takes numbers at once, and looks long for what a bool may be.
    return [
        Column(point, same=False), Column.of(priority).changed(str), Column.of(active).changed(int),
        Column.of(acknowledged).changed(int), Column.of(latched).changed(int),
        Column.of(standing).changed(int), Column.of(occurrence), Column.of(event),
        Column.of(_numbers(value)), Column.of(condition_us), Column.of(raw).changed(int),
        Column.of(pending_us), Column.of(raised_us), Column.of(returned_us),
        Column.of(acknowledged_us), Column.of(shelf).changed(_shelf_text),
        Column.of(suppressed_by), Column.of(out_of_service), Column.of(cause),
        Column.of(first_out).changed(int), Column.of(note),
    ]  # fmt: skip


def _shelf_text(shelf: Shelf | None) -> str | None:
    return None if shelf is None else json.dumps(asdict(shelf), ensure_ascii=False)


def _status(row: Sequence[Any]) -> AlarmStatus:
    (
        point, priority, active, acknowledged, latched, standing, occurrence, event, value,
        condition_us, raw, pending_us, raised_us, returned_us, acknowledged_us, shelf,
        suppressed_by, out_of_service, cause, first_out, note,
    ) = row  # fmt: skip
    return AlarmStatus(
        point, Severity(priority), bool(active), bool(acknowledged), bool(latched),
        bool(standing), occurrence, event, math.nan if value is None else value, condition_us,
        bool(raw), pending_us, raised_us, returned_us, acknowledged_us,
        Shelf(**json.loads(shelf)) if shelf else None, suppressed_by, out_of_service, cause,
        bool(first_out), note,
    )  # fmt: skip
