"""Values that have been so since before they were known: corrected back to when they began.

An ordinary edit holds from now on. This one holds from an instant in the past: the twin as of any
time since then shows it, and as it was known before shows what was thought to be so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from twin_model.errors import ValidationError
from twin_model.store import rows
from twin_model.time import Instant
from twin_model.validity import known_life

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.store.transaction import Transaction

_FROM, _TO = -2, -1
"""Where a row of `rows.ENTITY_COLUMNS` has its validity."""


@dataclass(frozen=True)
class EditSince:
    """Says that attributes have had values since an instant in the past, and have them now.

    What they were said to be later is replaced too; everything else of these things stays as it was
    at each time.

    Parameters
    ----------
    entities : sequence of str
        Ids of what is there now and was there then.
    values : mapping of str to value
        JSON values by attribute; None takes one away.
    since : Instant
    title : str
    """

    entities: Sequence[str]
    values: Mapping[str, Any]
    since: Instant
    title: str = ""
    kind: str = field(default="edit-since", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return self.title or f"Edit {len(self.entities)} entities since {self.since}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {
            "entities": list(self.entities[:100]),
            "count": len(self.entities),
            "attributes": sorted(self.values),
            "since_us": self.since.us,
        }

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        if self.since > transaction.at:
            rule = "lies in the future; what is planned cannot be entered as a value yet"
            raise ValidationError("time", "since", str(self.since), rule)
        transaction.keys_of(self.entities)
        for name in dict.fromkeys(self.entities):
            self._restate(transaction, name)

    def _restate(self, transaction: Transaction, name: str) -> None:
        life, _ = known_life(transaction, name)
        if Instant(life[0][_FROM]) > self.since:
            whose = life[0][1 + rows.AT["name"]] or name
            rule = f"{whose} is there only since {Instant(life[0][_FROM])}"
            raise ValidationError("time", "since", str(self.since), rule)
        ended: list[int] = []
        kept: list[tuple[Any, ...]] = []
        pairs: list[tuple[tuple[Any, ...], Entity]] = []
        for fid, *values in life:
            if values[_TO] <= self.since.us:
                continue
            before = rows.entity_from(values, transaction.frame)
            after = self.changed(before)
            if after == before:
                continue
            ended.append(fid)
            if values[_FROM] < self.since.us:
                kept.append((*values[:_TO], self.since.us))
                values[_FROM] = self.since.us
            if transaction.type_rules is not None:
                transaction.type_rules.check(before, after)
            pairs.append((tuple(values), after))
        if ended:
            transaction.restate_entity(ended, kept, pairs)

    def changed(self, entity: Entity) -> Entity:
        """Return an entity with the values."""
        attributes = {k: v for k, v in entity.attributes.items() if k not in self.values}
        given = {name: value for name, value in self.values.items() if value is not None}
        return replace(entity, attributes={**attributes, **given})
