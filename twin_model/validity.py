"""Since when and until when things are in the world: said, planned or corrected afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin_model.errors import StoreError, ValidationError
from twin_model.store import rows
from twin_model.store.relation_writer import CURRENT_RELATIONS
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.store.transaction import Transaction
    from twin_model.twin import Twin

_KNOWN = (
    f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version WHERE revision_to IS NULL"
    " AND entity = (SELECT key FROM entity_key WHERE id = ?) ORDER BY valid_from"
)

_SPANS = (
    "SELECT valid_from, valid_to FROM entity_version WHERE revision_to IS NULL"
    " AND entity = (SELECT key FROM entity_key WHERE id = ?) ORDER BY valid_from"
)


@dataclass(frozen=True)
class SetValidity:
    """Says when things are in the world: built in 2008, pulled down last March, open from 2027.

    What was recorded of them before stays known under the recorded time. Their relations do not
    hold longer than they are.

    Parameters
    ----------
    entities : sequence of str
        Ids of what is now or will be.
    start : Instant or None
        `ALWAYS` for what always was; None keeps what is known.
    end : Instant or None
        `FOREVER` for no end; None keeps what is known.
    title : str
    """

    entities: Sequence[str]
    start: Instant | None = None
    end: Instant | None = None
    title: str = ""
    kind: str = field(default="set-validity", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return self.title or f"Set when {len(self.entities)} entities are there"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {
            "entities": list(self.entities[:100]),
            "count": len(self.entities),
            "start_us": None if self.start is None else self.start.us,
            "end_us": None if self.end is None else self.end.us,
        }

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.keys_of(self.entities)
        for name in self.entities:
            _set(transaction, name, self.start, self.end)


def life_of(twin: Twin, entity: Entity) -> Interval:
    """Return since when and until when a thing is, over all its versions without a gap.

    Parameters
    ----------
    twin : Twin
    entity : Entity
        In one of its versions, whose own validity is since when it is *so*.
    """
    start, end = entity.valid.start, entity.valid.end
    spans = twin.reader().execute(_SPANS, (entity.id,)).fetchall()
    for begins, ends in reversed(spans):
        if ends == start.us:
            start = Instant(begins)
    for begins, ends in spans:
        if begins == end.us:
            end = Instant(ends)
    return Interval(start, end)


def _set(transaction: Transaction, name: str, start: Instant | None, end: Instant | None) -> None:
    life, before = known_life(transaction, name)
    old = Interval(Instant(life[0][-2]), Instant(life[-1][-1]))
    first, last = old.start if start is None else start, old.end if end is None else end
    if last <= first:
        raise ValidationError("time", "validity", str(last), "ends before it begins")
    if before is not None and first < before:
        rule = f"it was there before, until {before}"
        raise ValidationError("time", "validity", str(first), rule)
    new = Interval(first, last)
    fresh = []
    for number, row in enumerate(life):
        # The first version reaches back, and the last one on, as far as is said now.
        begins = new.start if number == 0 else max(Instant(row[-2]), new.start)
        ends = new.end if number == len(life) - 1 else min(Instant(row[-1]), new.end)
        begins, ends = max(begins, new.start), min(ends, new.end)
        if begins < ends:
            fresh.append((*row[1:-2], begins.us, ends.us))
    transaction.end("entity_version", [row[0] for row in life])
    transaction.insert("entity_version", fresh)
    transaction.entities.add(name)
    _bound_relations(transaction, life[0][2], old, new)


def known_life(transaction: Transaction, name: str) -> tuple[list[tuple[Any, ...]], Instant | None]:
    """Return the versions of a thing without a gap up to its end, and when it ended before.

    Versions are rows of ``fid`` and `rows.ENTITY_COLUMNS`, as they are known now, the oldest first.

    Raises
    ------
    StoreError
        If it is gone.
    """
    found = [tuple(row) for row in transaction.connection.execute(_KNOWN, (name,))]
    if not found or found[-1][-1] <= transaction.at.us:
        raise StoreError(f"entity {name} does not exist now")
    at = len(found) - 1
    while at > 0 and found[at - 1][-1] == found[at][-2]:
        at -= 1
    return found[at:], Instant(found[at - 1][-1]) if at else None


def _bound_relations(transaction: Transaction, key: int, old: Interval, new: Interval) -> None:
    """Let the relations of a thing hold no longer than it is.

    Those that follow from geometry and began or ended with it reach as far back or on as it does,
    as long as the other end was, or is, as it was then.
    """
    found: dict[int, tuple[Any, ...]] = {}
    for side in ("source", "target"):
        query = CURRENT_RELATIONS.format(where=f"{side} = ? AND valid_to > ?")
        rows_found = transaction.connection.execute(query, (key, old.start.us))
        found.update((row[0], tuple(row)) for row in rows_found)
    ended, fresh = [], []
    for fid, begins, ends, *values in found.values():
        first, last = begins, ends
        other = values[3] if values[2] == key else values[2]
        if values[-1] and begins == old.start.us and new.start < old.start:
            first = _so(transaction, other, begins)[0]
        if values[-1] and ends == old.end.us and new.end > old.end:
            last = _so(transaction, other, ends - 1)[1]
        bounded = max(first, new.start.us), min(last, new.end.us)
        if bounded == (begins, ends):
            continue
        ended.append(fid)
        if bounded[0] < bounded[1]:
            fresh.append((*values, *bounded))
    transaction.end("relation_version", ended)
    transaction.insert("relation_version", fresh)
    keys = {key for row in found.values() for key in (row[5], row[6])}
    transaction.entities.update(transaction.ids_of(keys))


def _so(transaction: Transaction, key: int, at_us: int) -> tuple[int, int]:
    """Return since when and until when a thing is as it was at a time (microseconds)."""
    found = transaction.connection.execute(
        "SELECT valid_from, valid_to FROM entity_version WHERE entity = ? AND revision_to IS NULL"
        " AND valid_from <= ? AND valid_to > ?",
        (key, at_us, at_us),
    ).fetchone()
    return (at_us, at_us + 1) if found is None else (int(found[0]), int(found[1]))
