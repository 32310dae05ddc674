"""Named sets: filters that are kept with the project, and what they hold at any instant."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model import query_text
from twin_model.errors import ValidationError
from twin_model.query import EntityQuery
from twin_model.store import definitions
from twin_model.store.damage import telling_damage
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin
from twin_model.view import TwinView

KIND: Final = "set"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A filter with a name; its members are whatever meets it when it is asked for.

    Parameters
    ----------
    id : str
    name : str
    text : str
        Part of a name or code, see `EntityQuery.text`.
    where : str
        Condition, see docs/query.md.
    """

    id: str
    name: str
    text: str = ""
    where: str = ""

    def query(self) -> EntityQuery:
        """Return the query for its members."""
        return EntityQuery(text=self.text, where=self.where)


@telling_damage
def named_sets(twin: Twin | TwinView) -> list[NamedSet]:
    """Return the sets of a project by name."""
    found = [
        NamedSet(
            name, str(entry.get("name", name)), str(entry.get("text", "")),
            str(entry.get("where", "")),
        )
        for name, entry in definitions.documents(twin.reader(), KIND).items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.name.casefold())


@dataclass(frozen=True)
class SaveSet:
    """Adds a set, or gives it another name or filter."""

    set: NamedSet
    kind: str = field(default="save-set", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Save set {self.set.name}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"set": self.set.id, "name": self.set.name}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        name = self.set.name.strip()
        if not name or len(name) > _LONGEST_NAME:
            rule = f"is one to {_LONGEST_NAME} characters"
            raise ValidationError("set", "name", self.set.name[:40], rule)
        if not self.set.text.strip() and not self.set.where.strip():
            raise ValidationError("set", name, "", "has a filter")
        query_text.parse(self.set.where)
        document = {"name": name, "text": self.set.text, "where": self.set.where}
        transaction.put_definition(
            KIND, self.set.id, json.dumps(document, ensure_ascii=False, sort_keys=True)
        )


@dataclass(frozen=True)
class RemoveSet:
    """Removes a set; the entities in it stay."""

    set: str
    name: str = ""
    kind: str = field(default="remove-set", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Remove set {self.name or self.set}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"set": self.set}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.end_definition(KIND, self.set)
