"""The administrative division that a project's new management codes begin with."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.codes.management import NO_DIVISION, check_division
from twin_model.store import definitions
from twin_model.store.damage import telling_damage
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin
from twin_model.view import TwinView

#: Kind of definition of a project's settings, and the id of this one.
KIND: Final = "setting"
_ID: Final = "division"


@telling_damage
def division_of(twin: Twin | TwinView) -> str:
    """Return a project's division: six digits, `NO_DIVISION` where none is stated."""
    return stated_division(twin.reader())


def stated_division(connection: sqlite3.Connection) -> str:
    """Return the division that a store states; see `division_of`."""
    entry = definitions.documents(connection, KIND).get(_ID, {})
    return str(entry.get("code", NO_DIVISION))


@dataclass(frozen=True)
class SetDivision:
    """States in which administrative division a project lies; codes given before stay.

    Parameters
    ----------
    division : str
        Six digits of GB/T 2260; `NO_DIVISION` for none.
    """

    division: str
    kind: str = field(default="set-division", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Set division {self.division}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"division": self.division}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        check_division(self.division)
        transaction.put_definition(KIND, _ID, json.dumps({"code": self.division}))
