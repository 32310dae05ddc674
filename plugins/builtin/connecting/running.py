"""What every connector does: a thread a connection, started, watched, begun again after faults."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, Final

from plugins.builtin.connecting.connections import (
    CONNECTIONS_FILE,
    Connection,
    read_connections,
)
from plugins.builtin.connecting.intake import Intake
from plugins.builtin.connecting.looking import Looking
from plugins.builtin.connecting.resolving import Resolver
from plugins.builtin.connecting.secrets import secret_of
from shapan import ShapanError, WorkerContext

_LOOK_S: Final = 0.5
_BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class RefusedError(Exception):
    """The other side will not have us: wrong certificate, password or address; no use hurrying."""


class Line(ABC):
    """One connection at work.

    Parameters
    ----------
    context : WorkerContext
    connection : Connection
    resolver : Resolver
    """

    def __init__(self, context: WorkerContext, connection: Connection, resolver: Resolver) -> None:
        self.context = context
        self.connection = connection
        self.state = "connecting"
        self.problem = ""
        self.since_s = time.time()
        self.connects = 0
        #: Whether it only looks at what the source sends; nothing is mapped then.
        self.looking = False
        #: The password where it is not kept yet.
        self.given_secret: str | None = None
        self.intake = Intake(context, resolver, connection.mappings, self.acknowledge)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=connection.id)

    @property
    def secret(self) -> str:
        """The password, as the user gave it."""
        if self.given_secret is not None:
            return self.given_secret
        return secret_of(self.context, self.connection.id)

    def acknowledge(self, receipts: list[Any]) -> None:  # noqa: B027 - most need not know
        """Tell the source that the window has its messages; for sources that want to know."""

    def aliases(self) -> dict[str, str]:
        """Return other names by which templates may mean what was seen, such as node ids."""
        return {}

    def born(self) -> dict[str, tuple[str, str, str]]:
        """Return metric, data type and unit of what was seen, where the source tells them."""
        return {}

    @abstractmethod
    def talk(self) -> None:
        """Connect and take in, until `ending`; return or raise where the connection ends."""

    # -- for talk ------------------------------------------------------------------------

    def ending(self) -> bool:
        """Whether to stop."""
        return self._ended.is_set() or self.context.stopping

    def wait(self, seconds: float) -> bool:
        """Sleep; return at once, and True, where it has to stop."""
        return self._ended.wait(seconds) or self.context.stopping

    def connected(self) -> None:
        """Take note that it works."""
        self._note("connected", "")
        self.connects += 1

    def _note(self, state: str, problem: str) -> None:
        if (state, problem) != (self.state, self.problem):
            name = self.connection.name or self.connection.id
            self.context.log.log(
                30 if problem else 20, "%s: %s", name, f"{state}: {problem}" if problem else state
            )
            self.since_s = time.time()
        self.state, self.problem = state, problem

    # -- for the connector ---------------------------------------------------------------

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits a few seconds at most."""
        self._ended.set()
        self._thread.join(5.0)
        self.intake.close()
        self.state = "stopped"

    def _run(self) -> None:
        failures = 0
        while not self.ending():
            connects = self.connects
            refused = False
            try:
                self.talk()
                problem = ""
            except RefusedError as error:
                problem, refused = str(error), True
            except Exception as error:  # whatever a library raises must not end the others
                problem = str(error) or type(error).__name__
                if not isinstance(error, (OSError, ShapanError)):
                    self.context.log.exception("%s failed", self.connection.id)
            if self.ending():
                return
            failures = 0 if self.connects > connects else failures + 1
            self._note("refused" if refused else "waiting", problem or "the connection ended")
            place = len(_BACK_OFF_S) - 1 if refused else min(failures, len(_BACK_OFF_S) - 1)
            self.wait(_BACK_OFF_S[place])

    def status(self) -> dict[str, Any]:
        """Return how it is, as data."""
        return {
            "id": self.connection.id,
            "name": self.connection.name or self.connection.id,
            "address": self.connection.address,
            "state": self.state,
            "problem": self.problem,
            "since_s": self.since_s,
            "connects": self.connects,
            "last_problem": self.intake.last_problem,
            "last_sample_us": self.intake.last_sample_us,
            "strangers": dict(list(self.intake.strangers.items())),
            **asdict(self.intake.counts),
        }


class Connector(ABC):
    """Runs the connections of ``connections.json`` and follows its changes.

    Parameters
    ----------
    context : WorkerContext
    """

    def __init__(self, context: WorkerContext) -> None:
        self.context = context
        self.resolver = Resolver(context)
        self.problem = ""
        self._lines: dict[str, Line] = {}
        self._stated: bytes | None = b"?"
        self._secrets: Any = None
        self._told = ("", "")
        self._looking = Looking(self)

    @abstractmethod
    def line(self, connection: Connection) -> Line:
        """Return a connection ready to start."""

    def run(self) -> None:
        """See `shapan.Connector`."""
        self.context.signals.connect("twin-changed", lambda _: self._twin_changed())
        try:
            while True:
                self._follow()
                self._report()
                self._looking.expire()
                if self.context.wait(_LOOK_S):
                    return
        finally:
            self._looking.end()
            for line in list(self._lines.values()):
                line.stop()

    # -- looking at a source before it is connected ----------------------------------------

    def look_begin(self, stated: dict[str, Any], secret: str = "") -> None:
        """Connect to a source for a look: nothing is mapped or published.

        Raises
        ------
        SourceError
            If what is stated is no connection.
        """
        self._looking.begin(stated, secret)

    def look(self) -> dict[str, Any]:
        """Return what was seen since."""
        return self._looking.status()

    def look_end(self) -> None:
        """Disconnect again."""
        self._looking.end()

    def status(self) -> dict[str, Any]:
        """Return how everything is, as data: called by the window."""
        return {
            "problem": self.problem,
            "connections": [line.status() for line in list(self._lines.values())],
        }

    def _report(self) -> None:
        """Tell the Plugins dialog the worst of the connections."""
        lines = list(self._lines.values())
        worst = next((line for line in lines if line.problem), None)
        if self.problem:
            told = "failed", self.problem
        elif worst is not None:
            told = (
                "disconnected",
                f"{worst.connection.name or worst.connection.id}: {worst.problem}",
            )
        else:
            connecting = any(line.state == "connecting" for line in lines)
            addresses = ", ".join(line.connection.address for line in lines)
            told = "connecting" if connecting else "connected", addresses
        if told != self._told:
            self._told = told
            self.context.report_status(*told)

    def _twin_changed(self) -> None:
        for line in list(self._lines.values()):
            line.intake.twin_changed()

    def _follow(self) -> None:
        """Start, end and begin anew what changed in the file or among the passwords."""
        stated = self.context.storage.read(CONNECTIONS_FILE)
        secrets = self.context.settings.get("passwords")
        if stated == self._stated and secrets == self._secrets:
            return
        anew = secrets != self._secrets and self._secrets is not None
        self._stated, self._secrets = stated, secrets
        try:
            wanted = {one.id: one for one in read_connections(stated, CONNECTIONS_FILE)}
            self.problem = ""
        except ShapanError as error:
            self.problem = str(error)
            self.context.log.error("%s", error)
            return
        for known, line in list(self._lines.items()):
            one = wanted.get(known)
            if one is None or not one.enabled or one != line.connection or anew:
                del self._lines[known]
                line.stop()
        for one in wanted.values():
            if one.enabled and one.id not in self._lines:
                self._lines[one.id] = line = self.line(one)
                line.start()
