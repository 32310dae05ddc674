"""Edits on a time axis: journal entries gathered where they lie close together."""

from __future__ import annotations

from dataclasses import dataclass

from twin_model.store.damage import telling_damage
from twin_model.time import Instant
from twin_model.twin import Twin


@dataclass(frozen=True, slots=True)
class EditMark:
    """Journal entries of one stretch of the axis.

    Parameters
    ----------
    first, last : Instant
        When the earliest and the latest of them were recorded.
    count : int
    label, who, why : str
        Of the latest.
    """

    first: Instant
    last: Instant
    count: int
    label: str
    who: str
    why: str


@telling_damage
def first_edit(twin: Twin) -> Instant | None:
    """Return when the first change was recorded; None where there is none."""
    row = (
        twin.reader()
        .execute(
            "SELECT recorded_us FROM journal WHERE kind <> 'set-frame' ORDER BY revision LIMIT 1"
        )
        .fetchone()
    )
    return None if row is None else Instant(int(row[0]))


@telling_damage
def edit_marks(twin: Twin, start: Instant, end: Instant, stretches: int) -> list[EditMark]:
    """Return the edits between two instants, gathered in stretches of equal length.

    Parameters
    ----------
    twin : Twin
    start, end : Instant
        Both included.
    stretches : int
        How many there are at most.
    """
    length = max(1, (end.us - start.us) // max(1, stretches))
    found = twin.reader().execute(
        "SELECT g.first, g.last, g.count, j.label, j.who, j.why FROM ("
        "SELECT min(recorded_us) AS first, max(recorded_us) AS last, count(*) AS count,"
        " max(revision) AS newest FROM journal"
        " WHERE recorded_us >= ? AND recorded_us <= ? AND kind <> 'set-frame'"
        " GROUP BY (recorded_us - ?) / ?) g"
        " JOIN journal j ON j.revision = g.newest ORDER BY g.first",
        (start.us, end.us, start.us, length),
    )
    return [EditMark(Instant(row[0]), Instant(row[1]), *tuple(row)[2:]) for row in found]
