"""Changes of connections as edits like any other: noted in the twin's journal, and undone.

A change is a command; the connector's file follows the journal, after a command, an undo and a
redo alike. Passwords are in no journal: those that an edit replaced or a removal took away come
back with an undo as long as the window is open; afterwards they are asked for.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.connections.book import ConnectionBook
from app.live.session import LiveSession
from app.project import ProjectSession
from app.workers import Background
from plugins.builtin.connecting.connections import Connection
from twin_model.alarms.accounts import Role
from twin_model.errors import ShapanError
from twin_model.live.connection_changes import (
    KIND,
    ChangeConnection,
    Stated,
    WantedConnection,
    changed_connections,
)

if TYPE_CHECKING:
    from twin_model.twin import Twin


class ConnectionEditing(QObject):
    """Changes connections in a thread.

    Parameters
    ----------
    session : ProjectSession
    live : LiveSession
    background : Background
    book : ConnectionBook
    """

    #: The files have followed.
    changed = Signal()
    #: A connection came back whose password nobody has any more: connector, Connection.
    password_wanted = Signal(str, object)

    def __init__(
        self,
        session: ProjectSession,
        live: LiveSession,
        background: Background,
        book: ConnectionBook,
    ) -> None:
        super().__init__()
        self._session = session
        self._live = live
        self._background = background
        self.book = book
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        #: Revision up to which the files have followed.
        self._followed = session.required.revision if session.twin is not None else 0
        #: By connector, connection, and how it was stated.
        self._passwords: dict[tuple[str, str, str], str] = {}
        self._without: list[tuple[str, Connection]] = []
        session.opened.connect(self._opened)
        session.changed.connect(self._follow)

    # -- changing ------------------------------------------------------------------------

    def proposal(
        self, connector: str, connection: Connection, secret: str | None = None
    ) -> ChangeConnection | None:
        """Return what adds a connection, or puts it in the place of the one of its id.

        For a thread; `note` then does it. Another password alone is kept at once.

        Parameters
        ----------
        connector : str
            Id of its plugin.
        connection : Connection
        secret : str, optional
            Its password; None for the one that there is.

        Returns
        -------
        ChangeConnection or None
            None where it is so already.

        Raises
        ------
        SignInError
            If whoever uses the window is no engineer.
        ShapanError
            If the connector's file cannot be read, or the password not be kept.
        """
        stated = _stated(connection)
        command = self._command(connector, connection.id, stated, secret)
        if command is None:
            self._bring(WantedConnection(connector, connection.id, stated))
        return command

    def note(self, command: ChangeConnection | None) -> None:
        """Do what was proposed; `changed` follows, or what went wrong is said."""
        if command is not None:
            self._session.execute(command)

    def when_known(self, then: Callable[[], object]) -> None:
        """Do something once it is known who may change connections."""
        if self._live.operations is None:
            self._live.begin(then)
        else:
            then()

    def _require_engineer(self) -> None:
        if self._live.operations is not None:  # see `when_known`
            self._live.desk().actor.require(Role.ENGINEER, "change connections")

    def switch(self, connector: str, connection: Connection, on: bool) -> None:
        """Start a connection, or stop it; it stays in the project."""
        other = connection.model_copy(update={"enabled": on})
        self._do(lambda: self.proposal(connector, other))

    def remove(self, connector: str, connection_id: str) -> None:
        """Remove a connection; undo brings it back."""
        self._do(lambda: self._command(connector, connection_id, None, None))

    def _command(
        self, connector: str, connection_id: str, after: Stated, secret: str | None
    ) -> ChangeConnection | None:
        self._require_engineer()
        known = self.book.connection(connector, connection_id)
        before = None if known is None else _stated(known)
        present = self.book.secret(connector, connection_id)
        self._remember(connector, connection_id, before, present)
        self._remember(connector, connection_id, after, present if secret is None else secret)
        if before == after:
            return None
        return ChangeConnection(connector, connection_id, before, after)

    def _do(self, propose: Callable[[], ChangeConnection | None]) -> None:
        def work() -> ChangeConnection | Exception | None:
            try:
                return propose()
            except (ShapanError, OSError) as error:
                return error

        def answer(found: ChangeConnection | Exception | None) -> None:
            if isinstance(found, ShapanError):
                self._live.refused(found)
            elif isinstance(found, Exception):
                self._live.failed.emit(str(found))
            else:
                self.note(found)

        # A key of its own: no answer may be dropped.
        key = f"connections-do-{next(self._numbers)}"
        self.when_known(lambda: self._background.ask(key, work, answer))

    # -- following -----------------------------------------------------------------------

    def _opened(self) -> None:
        self._passwords = {}
        self._followed = self._session.required.revision

    def _follow(self, change: Any) -> None:
        """Have files and connectors as the journal says, after a command or an undo."""
        twin = self._session.twin
        if KIND not in change.definitions or twin is None:
            return

        def answer(error: Exception | None) -> None:
            if error is not None:
                self._live.failed.emit(str(error))
            self.changed.emit()
            self._ask_passwords()

        number = next(self._numbers)
        self._background.ask(f"connections-follow-{number}", lambda: self._catch_up(twin), answer)

    def _catch_up(self, twin: Twin) -> Exception | None:
        problem: Exception | None = None
        with self._lock:  # one after the other: each reads what is newest
            since = self._followed
            try:
                self._require_engineer()
                self._followed = twin.revision
                for wanted in changed_connections(twin, since):
                    self._bring(wanted)
            except (ShapanError, OSError, ValueError) as error:
                problem = error
        return problem

    def _ask_passwords(self) -> None:
        """Say which connections came back without their password."""
        without, self._without = self._without, []
        for connector, connection in without:
            text = self.tr("{0} is back, but its password went with it: write it again.")
            self._live.failed.emit(text.format(connection.name or connection.id))
            self.password_wanted.emit(connector, connection)

    def _bring(self, wanted: WantedConnection) -> None:
        """Write a connection into its connector's file, or take it out."""
        connector, identifier, stated = wanted.connector, wanted.connection, wanted.stated
        known = self.book.connection(connector, identifier)
        if known is not None:
            present = self.book.secret(connector, identifier)
            self._remember(connector, identifier, _stated(known), present, again=False)
        if stated is None:
            self.book.remove(connector, identifier)
            return
        connection = Connection.model_validate(stated)
        secret = self._passwords.get(_place(connector, identifier, stated))
        if secret is None and known is not None and known.address != connection.address:
            secret = ""  # nobody else's password goes to another address
        user = connection.options.get("user")
        if secret is None and user and not self.book.secret(connector, identifier):
            self._without.append((connector, connection))
        self.book.keep(connector, connection, secret)

    def _remember(
        self, connector: str, identifier: str, stated: Stated, secret: str, *, again: bool = True
    ) -> None:
        if stated is None:
            return
        place = _place(connector, identifier, stated)
        if again or place not in self._passwords:
            self._passwords[place] = secret


def _stated(connection: Connection) -> dict[str, Any]:
    return connection.model_dump(exclude_defaults=True)


def _place(connector: str, identifier: str, stated: dict[str, Any]) -> tuple[str, str, str]:
    return connector, identifier, json.dumps(stated, ensure_ascii=False, sort_keys=True)
