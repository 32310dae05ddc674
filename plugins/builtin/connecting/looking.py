"""A look at what a source sends, before anybody says what it means."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from plugins.builtin.connecting.connections import Connection
from shapan import SourceError

if TYPE_CHECKING:
    from plugins.builtin.connecting.running import Connector, Line

#: A look that nobody asks about any more ends by itself.
_PATIENCE_S: Final = 30.0
_SHOWN_CHARS: Final = 4000


class Looking:
    """At most one look of a connector.

    Parameters
    ----------
    connector : Connector
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._asked_s = 0.0

    def begin(self, stated: dict[str, Any], secret: str) -> None:
        """Connect; a look that there was ends.

        Raises
        ------
        SourceError
            If what is stated is no connection.
        """
        self.end()
        try:
            connection = Connection.model_validate({**stated, "mappings": []})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise SourceError(str(stated.get("address", "")), str(first["msg"])) from error
        line = self._connector.line(connection)
        line.looking = True
        line.given_secret = secret
        line.intake.shown_chars = _SHOWN_CHARS
        with self._lock:
            self._line, self._asked_s = line, time.monotonic()
        line.start()

    def status(self) -> dict[str, Any]:
        """Return state, problem, and what was seen.

        Each is (name, newest content, other name, metric, data type, unit); the last three are
        empty where the source does not tell them.
        """
        with self._lock:
            line, self._asked_s = self._line, time.monotonic()
        if line is None:
            return {"state": "failed", "problem": "", "seen": [], "messages": 0}
        aliases, born = line.aliases(), line.born()
        return {
            "state": line.state,
            "problem": line.problem,
            "messages": line.intake.counts.messages,
            "seen": [
                (name, content, aliases.get(name, ""), *born.get(name, ("", "", "")))
                for name, content in list(line.intake.strangers.items())
            ],
        }

    def expire(self) -> None:
        """End a look that nobody asks about."""
        if self._line is not None and time.monotonic() - self._asked_s > _PATIENCE_S:
            self.end()

    def end(self) -> None:
        """Disconnect."""
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.stop()
