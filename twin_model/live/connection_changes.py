"""What the project is connected to, as edits: each notes how one connection was and is now.

Connectors read their connections from files of their own (docs/connectors.md), which the window
writes after what is noted here. An undo brings the note before to the front, and the file follows.
What a note holds is a connection as its connector states it; passwords are no part of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.store.damage import telling_damage
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin

KIND: Final = "connection"
_TOUCHED: Final = (
    "SELECT DISTINCT id FROM definition_version WHERE kind = ?1"
    " AND (revision_from > ?2 OR revision_to > ?2)"
)
# Where none is current all was undone: what was before the first of them is again. Undone last
# was the one that ended last.
_NEWEST: Final = (
    "SELECT document, revision_to FROM definition_version WHERE kind = ? AND id = ?"
    " ORDER BY revision_to IS NULL DESC, revision_to DESC, fid DESC LIMIT 1"
)

#: A connection as its connector states it; None where there is none.
Stated = dict[str, Any] | None


@dataclass(frozen=True)
class ChangeConnection:
    """Adds a connection, changes it, or removes it.

    Parameters
    ----------
    connector : str
        Id of the connector's plugin.
    connection : str
        Id of the connection.
    before, after : dict or None
        As the connector states it, without a password; None where there is none.
    """

    connector: str
    connection: str
    before: Stated
    after: Stated
    kind: str = field(default="change-connection", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        stated = self.after or self.before or {}
        name = str(stated.get("name") or self.connection)
        if self.before is None:
            return f"Connect {name}"
        if self.after is None:
            return f"Remove connection {name}"
        if self._but_for_running(self.before) == self._but_for_running(self.after):
            on = self.after.get("enabled", True)
            return f"Start connection {name}" if on else f"Stop connection {name}"
        return f"Edit connection {name}"

    @staticmethod
    def _but_for_running(stated: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in stated.items() if name != "enabled"}

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"connector": self.connector, "connection": self.connection}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        document = {
            "connector": self.connector, "connection": self.connection,
            "before": self.before, "after": self.after,
        }  # fmt: skip
        transaction.put_definition(
            KIND, f"{self.connector}/{self.connection}",
            json.dumps(document, ensure_ascii=False, sort_keys=True),
        )  # fmt: skip


@dataclass(frozen=True)
class WantedConnection:
    """How a connection should be by the journal.

    Parameters
    ----------
    connector, connection : str
        Ids, as in `ChangeConnection`.
    stated : dict or None
    """

    connector: str
    connection: str
    stated: Stated


@telling_damage
def changed_connections(twin: Twin, since: int) -> list[WantedConnection]:
    """Return the connections that were changed, undone or done again after a revision."""
    reader = twin.reader()
    found = []
    for (identifier,) in reader.execute(_TOUCHED, (KIND, since)).fetchall():
        text, ended = reader.execute(_NEWEST, (KIND, identifier)).fetchone()
        note = json.loads(text)
        stated = note["after"] if ended is None else note["before"]
        found.append(WantedConnection(note["connector"], note["connection"], stated))
    return found
