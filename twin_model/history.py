"""What became of one entity: every journal entry that touched it, and what differed after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import ALL_TIME, Entity
from twin_model.store import rows
from twin_model.store.damage import telling_damage
from twin_model.time import FOREVER, Instant, Interval

if TYPE_CHECKING:
    from twin_model.frame import Frame
    from twin_model.twin import Twin

_ROWS: Final = (
    f"SELECT revision_from, revision_to, {rows.ENTITY_COLUMNS} FROM entity_version"
    " WHERE entity = (SELECT key FROM entity_key WHERE id = ?) ORDER BY fid"
)
_ENTRY: Final = "SELECT kind, label, who, why, recorded_us, reverts FROM journal WHERE revision = ?"
_DIMENSIONS: Final = (
    "type", "name", "position", "geometry", "heading_deg", "pitch_deg", "roll_deg",
    "height_reference", "layer", "feature", "guid", "codes", "rules",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs between two versions.

    Parameters
    ----------
    dimension : str
        ``attributes``, ``indicators``, or a field of `Entity`.
    name : str
        Which attribute or indicator, ``start`` or ``end`` of ``valid``; the dimension again for
        the others.
    before, after
        None where it was not there.
    """

    dimension: str
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """An entity after one journal entry.

    Parameters
    ----------
    revision : int
    kind, label, who, why : str
        Of the journal entry.
    recorded : Instant
    entity : Entity or None
        As it was from then on; None where the entry removed it.
    differences : tuple of Difference
        Against the version before.
    stands : bool
        Whether `Twin.at` that instant still shows this version; False for one that was undone, or
        corrected afterwards.
    undone : bool
        Whether the entry was undone, and not done again.
    """

    revision: int
    kind: str
    label: str
    who: str
    why: str
    recorded: Instant
    entity: Entity | None
    differences: tuple[Difference, ...]
    stands: bool
    undone: bool = False


@telling_damage
def entity_history(twin: Twin, entity_id: str) -> list[Version]:
    """Return the versions of an entity, newest first; none for an unknown id."""
    reader = twin.reader()
    cursor = reader.cursor()
    cursor.row_factory = None
    found = [(row[0], row[1], row[2:]) for row in cursor.execute(_ROWS, (entity_id,))]
    revisions = sorted({one for made, ended, _ in found for one in (made, ended) if one})
    versions: list[Version] = []
    before: Entity | None = None
    spans: list[Interval] = []
    reverted: dict[int, int] = {}
    for revision in revisions:
        kind, label, who, why, recorded, reverts = cursor.execute(_ENTRY, (revision,)).fetchone()
        if reverts is not None:
            reverted[reverts] = revision
        after = _first(
            twin.frame,
            (
                row
                for made, ended, row in found
                if made <= revision < (ended or FOREVER.us) and row[-1] > recorded
            ),
        )
        spans.append(_span(found, revision))
        shown = _first(
            twin.frame,
            (row for _, ended, row in found if ended is None and row[-2] <= recorded < row[-1]),
        )
        versions.append(
            Version(
                revision=revision,
                kind=kind,
                label=label,
                who=who,
                why=why,
                recorded=Instant(recorded),
                entity=after,
                differences=(*differences(before, after), *_validity(spans[-2:], kind)),
                stands=_content(shown) == _content(after),
            )
        )
        before = after
    return [replace(one, undone=_is_undone(one.revision, reverted)) for one in versions[::-1]]


def _is_undone(revision: int, reverted: dict[int, int]) -> bool:
    """Return whether an entry was reverted by one that was not reverted itself."""
    return revision in reverted and not _is_undone(reverted[revision], reverted)


def _span(found: list[tuple[int, int | None, tuple[Any, ...]]], revision: int) -> Interval:
    """Return from when to when a thing is, as known at a revision."""
    known = [row for made, ended, row in found if made <= revision < (ended or FOREVER.us)]
    if not known:
        return ALL_TIME
    start, end = min(row[-2] for row in known), max(row[-1] for row in known)
    return Interval(Instant(start), Instant(end))


def _validity(spans: list[Interval], kind: str) -> Iterator[Difference]:
    """Yield what a command said of when a thing is; what others do to it follows from them."""
    if kind != "set-validity" or len(spans) < 2:
        return
    before, after = spans
    for name in ("start", "end"):
        if getattr(before, name) != getattr(after, name):
            yield Difference("valid", name, getattr(before, name), getattr(after, name))


def _first(frame: Frame, candidates: Iterable[tuple[Any, ...]]) -> Entity | None:
    row = next(iter(candidates), None)
    return None if row is None else rows.entity_from(row, frame)


def _content(entity: Entity | None) -> Entity | None:
    return None if entity is None else replace(entity, valid=ALL_TIME)


def differences(before: Entity | None, after: Entity | None) -> list[Difference]:
    """Return what differs between two versions of an entity; none where one is missing."""
    if before is None or after is None:
        return []
    found = [
        Difference(name, name, getattr(before, name), getattr(after, name))
        for name in _DIMENSIONS
        if getattr(before, name) != getattr(after, name)
    ]
    for dimension in ("attributes", "indicators"):
        old, new = getattr(before, dimension), getattr(after, dimension)
        found += [
            Difference(dimension, name, old.get(name), new.get(name))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]
    return found
