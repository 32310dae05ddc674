"""The root of the model: opens a project folder and answers for everything in it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from twin_model import project
from twin_model.commands import Command, SetFrame
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError, StoreError, StoreOutdatedError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.query import EntityQuery
from twin_model.store import journal, migrate, rows, schema, search, view_state
from twin_model.store.connections import Connections
from twin_model.store.damage import telling_damage
from twin_model.store.lock import WriterLock
from twin_model.store.revert import revert
from twin_model.store.transaction import Change, Numbering, Transaction
from twin_model.time import Instant
from twin_model.view import TwinView, TypeTree

if TYPE_CHECKING:
    from twin_model.schema.guard import TypeRules


class Twin:
    """A city, campus, port or plant in one project folder.

    Safe to use from any thread: writing goes through one connection under a lock, and every
    thread reads snapshots through a connection of its own.

    Use `create` or `open`; close it, or use it as a context manager.
    """

    #: Emitted with a `Change` after every command, in the thread that executed it.
    changed = Signal(Change)

    def __init__(self, folder: Path, *, read_only: bool, catalogue: TypeTree | None = None) -> None:
        self.path = folder
        self.read_only = read_only
        #: Loads entity types where nobody set any, once something new needs to be described.
        self.load_catalogue: Callable[[Twin], TypeTree] | None = None
        self._views_stale = False
        self._type_rules: TypeRules | None = None
        self.catalogue = catalogue
        #: The system clock; replaced where time is simulated or tested.
        self.clock: Callable[[], Instant] = Instant.now
        self._current = TwinView(self)
        self._info = project.read_project(folder)
        self._write_lock = threading.RLock()
        self._connections = Connections(folder / project.STORE_FILE)
        self._closed = False
        self._lock = None if read_only else WriterLock(folder)
        try:
            self._writer = self._connections.connect(write=not read_only)
            self.frame = self._read_frame()
            self._check_format()
            self._srs = int(self._meta("srs_id") or 0)
            self._undo, self._redo = journal.undo_stacks(self._writer)
            self._head = journal.head(self._writer)
            if not read_only:
                self._numbering = Numbering.read(self._writer)
                known = {row[0] for row in self._writer.execute("SELECT id FROM layer_version")}
                project.sweep(self.path / project.BASE, known)
        except BaseException:
            self._views_stale = False
            self.close()
            raise

    # -- opening and closing -----------------------------------------------------------

    @classmethod
    def create(cls, folder: Path, frame: Frame, title: str = "") -> Twin:
        """Make an empty project.

        Raises
        ------
        StoreError
            If the folder exists and is not empty, or cannot be written.
        """
        folder = folder.absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError(
                f"{folder} already exists", remedy="choose another name or open it instead"
            )
        try:
            (folder / project.BASE).mkdir(parents=True)
            connection = sqlite3.connect(folder / project.STORE_FILE, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            schema.create(connection, frame)
            connection.close()
            title = title or folder.name.removesuffix(".shapan")
            project.write_project(folder, project.ProjectInfo(title), _frame_summary(frame))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{folder} cannot be made ({error})") from error
        twin = cls(folder, read_only=False)
        twin.execute(SetFrame(frame), why="new project")
        return twin

    @classmethod
    def open(
        cls, folder: Path, *, read_only: bool = False, catalogue: TypeTree | None = None
    ) -> Twin:
        """Open a project; one of an earlier format is brought forward when opened for writing.

        Parameters
        ----------
        folder : Path
        read_only : bool
        catalogue : TypeTree, optional
            Entity types, for queries that mean a type with its subtypes.

        Raises
        ------
        StoreError
            If it is no project, damaged, newer than this program, or (for writing) open in
            another process.
        """
        try:
            return cls(folder.absolute(), read_only=read_only, catalogue=catalogue)
        except sqlite3.Error as error:
            raise StoreError(
                f"{folder / project.STORE_FILE} is damaged ({error})",
                remedy="run shapan check, or restore it from a copy",
            ) from error

    def close(self) -> None:
        """Close every connection and let others write. Calling it twice is harmless."""
        if self._closed:
            return
        if self._views_stale and not self.read_only:
            with contextlib.suppress(StoreError):  # a full disk: the next to write does it
                self._write(lambda _transaction: None)
        self._closed = True
        self._connections.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Twin:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reader(self) -> sqlite3.Connection:
        """Return this thread's reading connection, with rows addressable by name."""
        if self._closed:
            raise StoreError(f"{self.path} is closed")
        return self._connections.reader()

    def _meta(self, key: str) -> str | None:
        row = self._writer.execute("SELECT value FROM shapan_meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _read_frame(self) -> Frame:
        row = self._writer.execute(
            "SELECT document FROM frame_version WHERE revision_to IS NULL"
        ).fetchone()
        if row is not None:
            return rows.frame_from(row[0])
        # Only while `create` has not yet written the frame as revision 1.
        text = (self.path / project.PROJECT_FILE).read_text(encoding="utf-8")
        return rows.frame_from(json.dumps(json.loads(text)["frame"]))

    def _check_format(self) -> None:
        found = migrate.stored_format(self._writer)
        if self.read_only and found < schema.FORMAT_VERSION:
            raise StoreOutdatedError(
                f"{self.path} is of format {found}, this Shapan reads {schema.FORMAT_VERSION}",
                remedy="open it once for writing, which brings it forward",
            )
        if migrate.migrate(self._writer, self.frame, self.path / project.BASE):
            self._views_stale = True
        if not self.read_only and self._info.format_version < schema.FORMAT_VERSION:
            self._info = project.ProjectInfo(self._info.title)
            project.write_project(self.path, self._info, _frame_summary(self.frame))

    # -- views for other programs ------------------------------------------------------

    @property
    def catalogue(self) -> TypeTree | None:
        """Entity types, for queries that mean a type with its subtypes; may be set at any time."""
        return self._catalogue

    @catalogue.setter
    def catalogue(self, catalogue: TypeTree | None) -> None:
        self._catalogue = catalogue
        self._views_stale = self._views_stale or catalogue is not None
        self._type_rules = None

    def known_types(self) -> TypeTree | None:
        """Return the catalogue, loaded now if need be; None where nobody set or loads one."""
        if self._catalogue is None and self.load_catalogue is not None:
            return self.load_catalogue(self)
        return self._catalogue

    def type_rules(self) -> TypeRules | None:
        """Return what the types say of edits; None where nobody set or loads a catalogue."""
        if self._type_rules is None and (catalogue := self.known_types()) is not None:
            from twin_model.schema.guard import rules_of  # loaded with the catalogue

            self._type_rules = rules_of(catalogue)
        return self._type_rules

    # -- properties --------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The project's title."""
        return self._info.title

    @property
    def revision(self) -> int:
        """Number of the newest journal entry."""
        return journal.last_revision(self.reader())

    @property
    def undo_label(self) -> str | None:
        """What `undo` would undo; None where there is nothing."""
        return self._label(self._undo)

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again; None where there is nothing."""
        return self._label(self._redo)

    def _label(self, stack: list[int]) -> str | None:
        if not stack or self.read_only:
            return None
        return journal.label_of(self.reader(), stack[-1])

    @telling_damage
    def journal(self) -> list[journal.JournalEntry]:
        """Return the history of changes, oldest first."""
        return journal.entries(self.reader())

    # -- time --------------------------------------------------------------------------

    def now(self) -> Instant:
        """Return the twin's time: the clock's, but never before what was recorded last.

        A clock that was put back would otherwise hide what was just entered.
        """
        return max(self.clock(), Instant(self._head.recorded_us))

    def at(self, instant: Instant) -> TwinView:
        """Return the whole twin as it was, is or will be in the world at an instant."""
        return TwinView(self, instant)

    def as_known_on(self, instant: Instant) -> TwinView:
        """Return the whole twin as it had been recorded by an instant."""
        return TwinView(self, None, instant)

    # -- layers ------------------------------------------------------------------------

    def layers(self, at: Instant | None = None) -> list[Layer]:
        """Return the layers in draw order, bottom first.

        Parameters
        ----------
        at : Instant, optional
            Leaves out layers whose epoch is later.
        """
        found = self._current.layers()
        if at is None:
            return found
        return [layer for layer in found if layer.epoch is None or Instant.parse(layer.epoch) <= at]

    def layer(self, layer_id: str) -> Layer:
        """Return one layer.

        Raises
        ------
        StoreError
            If there is none of that id.
        """
        found = {layer.id: layer for layer in self.layers()}
        if layer_id not in found:
            names = ", ".join(found) or "none"
            raise StoreError(f"no layer '{layer_id}'", remedy=f"layers: {names}")
        return found[layer_id]

    def layer_folder(self, layer_id: str) -> Path:
        """Return the folder of a layer's files."""
        return self.path / project.BASE / layer_id

    def layer_id_is_used(self, layer_id: str) -> bool:
        """Return whether any layer, also a removed one, has or had this id."""
        query = "SELECT 1 FROM layer_version WHERE id = ? LIMIT 1"
        return self.reader().execute(query, (layer_id,)).fetchone() is not None

    # -- entities and relations --------------------------------------------------------

    def entities(self, query: EntityQuery | None = None) -> list[Entity]:
        """Return the entities that match, by name unless the query orders otherwise.

        Raises
        ------
        ValidationError
            If the query's condition cannot be understood.
        """
        return self._current.entities(query)

    def count(self, query: EntityQuery | None = None) -> int:
        """Return how many entities match, ignoring limit and offset."""
        return self._current.count(query)

    def entity(self, entity_id: str) -> Entity:
        """Return one entity as it is now.

        Raises
        ------
        StoreError
            If there is none of that id now.
        """
        return self._current.entity(entity_id)

    def entity_at(self, layer_id: str, feature: int) -> Entity | None:
        """Return the entity that a feature of a layer stands for."""
        return self._current.entity_at(layer_id, feature)

    def entity_counts(self, query: EntityQuery | None = None) -> dict[str, int]:
        """Return how many entities there are now of each type, of those that match."""
        return self._current.entity_counts(query)

    def relations(self, entity_id: str) -> list[Relation]:
        """Return the relations of an entity, outgoing and incoming."""
        return self._current.relations(entity_id)

    def relation(self, relation_id: str) -> Relation:
        """Return one relation as it is now.

        Raises
        ------
        StoreError
            If there is none of that id now.
        """
        return self._current.relation(relation_id)

    # -- changing ----------------------------------------------------------------------

    def execute(self, command: Command, *, who: str = "", why: str = "") -> None:
        """Carry out a command as a whole, or not at all.

        Raises
        ------
        StoreError
            If the project is read-only, the disk is full, or the command cannot be done.
        ValidationError
            If it breaks a rule of the model.
        """

        def write(transaction: Transaction) -> None:
            transaction.load_rules = self.type_rules
            command.apply(transaction)
            self._journal(transaction, command.kind, command.label, who, why, command.payload())

        with self._write_lock:
            transaction = self._write(write)
            if command.kind != "set-frame":
                self._undo.append(transaction.revision)
                self._redo.clear()
        self._announce(transaction)

    def undo(self, *, who: str = "") -> str | None:
        """Undo the newest command; return what was undone, None where there is nothing."""
        return self._revert(self._undo, self._redo, "undo", who)

    def redo(self, *, who: str = "") -> str | None:
        """Do again what was undone last; return its label, None where there is nothing."""
        return self._revert(self._redo, self._undo, "redo", who)

    def _revert(self, source: list[int], goal: list[int], kind: str, who: str) -> str | None:
        with self._write_lock:
            label = self._label(source)
            if label is None:
                return None

            def write(transaction: Transaction) -> None:
                revert(transaction, source[-1])
                self._journal(transaction, kind, label, who, "", {}, source[-1])

            transaction = self._write(write)
            source.pop()
            goal.append(transaction.revision)
        self._announce(transaction)
        return label

    def _write(self, write: Callable[[Transaction], None]) -> Transaction:
        """Do *write* in a transaction of its own: all of it is kept, or nothing."""
        if self.read_only:
            raise StoreError(f"{self.path} is open read-only")
        if self._closed:
            raise StoreError(f"{self.path} is closed")
        head = self._head
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            # Each entry is recorded after the one before it, whatever the clock says.
            at = max(self.clock(), Instant(head.recorded_us + 1))
            transaction = Transaction(
                self._writer, head.revision + 1, at, self.frame, self._srs, self._numbering
            )
            write(transaction)
            transaction.finish(self.path, self.known_types, self._views_stale)
            self._writer.execute("COMMIT")
            self._views_stale = False
        except BaseException as error:
            self._head = head
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            with contextlib.suppress(sqlite3.Error):
                self._numbering = Numbering.read(self._writer)
            # The last two: texts that are no Unicode, numbers that are no 64-bit integers.
            if isinstance(error, (sqlite3.Error, UnicodeEncodeError, OverflowError)):
                raise StoreError(
                    f"{self.path / project.STORE_FILE} could not be written ({error})",
                    remedy="free some disk space" if "full" in str(error) else "",
                ) from error
            raise
        return transaction

    def _journal(
        self,
        transaction: Transaction,
        kind: str,
        label: str,
        who: str,
        why: str,
        payload: dict[str, Any],
        reverts: int | None = None,
    ) -> None:
        clock = self.clock()
        if clock.us < self._head.recorded_us:
            payload = {**payload, "clock_us": clock.us}  # it went backwards: say what it said
        values = (
            transaction.revision, kind, label, who or project.user_name(), why, transaction.at.us,
            rows.to_json(payload), reverts, transaction.digest(),
        )  # fmt: skip
        self._head = journal.append(self._writer, self._head.hash, values)

    def _announce(self, transaction: Transaction) -> None:
        if "type" in transaction.definitions:
            self._type_rules = None
        if transaction.frame_changed:
            self.frame = transaction.frame
            project.write_project(self.path, self._info, _frame_summary(self.frame))
        if len(self.changed):
            self.changed.emit(transaction.change())

    def rebuild_indexes(self) -> None:
        """Build the indexes anew from the rows, which stay as they are.

        Raises
        ------
        StoreError
            If the project is read-only.
        """
        if self.read_only:
            raise StoreError(f"{self.path} is open read-only")
        with self._write_lock:
            search.rebuild(self._writer, self.frame, self._srs)

    # -- view state --------------------------------------------------------------------

    def view_state(self) -> dict[str, Any]:
        """Return the camera, layout and the like that were saved last; not part of history."""
        return view_state.read(self.reader())

    def set_view_state(self, state: dict[str, Any]) -> None:
        """Save the camera, layout and the like.

        Raises
        ------
        StoreError
            If the project is read-only or the disk is full.
        """
        if self.read_only:
            raise StoreError(f"{self.path} is open read-only")
        with self._write_lock:
            try:
                view_state.write(self._writer, state)
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: the view could not be saved ({error})") from error


def _frame_summary(frame: Frame) -> dict[str, Any]:
    return {"frame": json.loads(rows.frame_document(frame))}


__all__ = ["Change", "ShapanError", "Twin"]
