"""The alarm list arranged: filtered, grouped, folded and counted, in whatever thread.

Everything that takes time with thousands of alarms happens here; the list on the GUI thread only
takes what has become of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app import alarm_words
from app.alarms.picture import AlarmPicture
from twin_model.alarms.model import HIDDEN, PRIORITIES, STANDING, Alarm, State
from twin_model.schema.types import Severity

_RANKS: Final = {priority: rank for rank, priority in enumerate(PRIORITIES)}
_HEADING: Final = "heading "


class Grouping(StrEnum):
    """What rows are folded under."""

    CAUSE = "cause"
    PLACE = "place"
    SYSTEM = "system"
    PRIORITY = "priority"
    STATE = "state"
    NONE = "none"


class Show(StrEnum):
    """Which alarms are listed."""

    STANDING = "standing"
    UNACKNOWLEDGED = "unacknowledged"
    SHELVED = "shelved"
    HIDDEN = "hidden"


_STATES: Final = {
    Show.STANDING: STANDING,
    Show.UNACKNOWLEDGED: frozenset({State.UNACKNOWLEDGED, State.RETURNED}),
    Show.SHELVED: frozenset({State.SHELVED}),
    Show.HIDDEN: HIDDEN,
}


@dataclass(slots=True)
class Row:
    """One line.

    Parameters
    ----------
    key : str
        Point of the alarm, or the heading's own.
    alarm : Alarm or None
        None for a heading.
    depth : int
    below : int
        Rows that are folded under it.
    open : bool
    text : str
        Of a heading.
    gone : bool
        It no longer belongs here and stays while somebody points at it.
    worst : Severity or None
        Highest priority of what is folded under it.
    """

    key: str
    alarm: Alarm | None
    depth: int = 0
    below: int = 0
    open: bool = False
    text: str = ""
    gone: bool = False
    worst: Severity | None = None


@dataclass(frozen=True)
class Wish:
    """How the list is wanted.

    Parameters
    ----------
    grouping : Grouping
    show : Show
    filter : str
    toggled : frozenset of str
        Rows that are not as they begin: causes that were opened, headings that were closed.
    """

    grouping: Grouping = Grouping.CAUSE
    show: Show = Show.STANDING
    filter: str = ""
    toggled: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Arrangement:
    """The list as it is wanted.

    Parameters
    ----------
    picture : AlarmPicture
    wish : Wish
    rows : list of Row
    places : dict
        Row numbers by key.
    under : dict
        Alarms directly under a row, by its key, also those that are folded.
    """

    picture: AlarmPicture = field(default_factory=AlarmPicture)
    wish: Wish = field(default_factory=Wish)
    rows: list[Row] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    under: Mapping[str, Sequence[Alarm]] = field(default_factory=dict)

    def all_under(self, keys: Sequence[str]) -> list[Alarm]:
        """Return the alarms under rows, at any depth."""
        found: list[Alarm] = []
        waiting, seen = list(keys), set(keys)
        while waiting:
            for one in self.under.get(waiting.pop(), ()):
                if one.point.id not in seen:
                    seen.add(one.point.id)
                    found.append(one)
                    waiting.append(one.point.id)
        return found


def arrange(picture: AlarmPicture, wish: Wish) -> Arrangement:
    """Return the list of a picture as it is wanted."""
    words = wish.filter.casefold().split()
    states = _STATES[wish.show]
    wanted = [a for a in picture.alarms if a.state in states]
    if words:
        wanted = [a for a in wanted if _matches(a, words, picture.names)]
    under: dict[str, list[Alarm]] = {}
    match wish.grouping:
        case Grouping.CAUSE:
            rows = _by_cause(wanted, wish, under)
        case Grouping.PLACE | Grouping.SYSTEM:
            paths = picture.places if wish.grouping == Grouping.PLACE else picture.systems
            rows = _tree(wanted, paths, wish, under)
        case Grouping.PRIORITY:
            rows = _headed(wanted, lambda a: alarm_words.priority(a.status.priority), wish, under)
        case Grouping.STATE:
            rows = _headed(wanted, lambda a: alarm_words.state(a.state), wish, under)
        case _:
            rows = [Row(a.point.id, a) for a in wanted]
    places = {row.key: number for number, row in enumerate(rows)}
    return Arrangement(picture, wish, rows, places, under)


def _matches(alarm: Alarm, words: list[str], names: Mapping[str, str]) -> bool:
    text = " ".join((
        alarm.point.name, names.get(alarm.point.entity, ""), alarm.point.entity,
        alarm.point.rule, alarm_words.priority(alarm.status.priority), alarm.status.note,
    )).casefold()  # fmt: skip
    return all(word in text for word in words)


# -- by cause ------------------------------------------------------------------------------


def _by_cause(alarms: list[Alarm], wish: Wish, under: dict[str, list[Alarm]]) -> list[Row]:
    if not any(a.status.cause for a in alarms):  # most floods: nothing to fold
        return [Row(a.point.id, a) for a in alarms]
    known = {a.point.id for a in alarms}
    roots = []
    for alarm in alarms:
        cause = alarm.status.cause
        if cause in known:
            under.setdefault(cause, []).append(alarm)
        else:
            roots.append(alarm)
    counted = _counted(roots, under)
    if len(roots) + sum(counted.get(a.point.id, (0, -1))[0] for a in roots) < len(alarms):
        _break_rings(alarms, roots, under)
        counted = _counted(roots, under)
    # An urgent consequence must not hide behind a cause of low priority.
    roots.sort(key=lambda a: -max(_RANKS[a.status.priority], counted.get(a.point.id, (0, -1))[1]))
    rows: list[Row] = []
    waiting = [(alarm, 0) for alarm in reversed(roots)]
    seen: set[str] = set()
    while waiting:
        alarm, depth = waiting.pop()
        key = alarm.point.id
        if key in seen:
            continue
        seen.add(key)
        count, worst = counted.get(key, (0, -1))
        is_open = key in wish.toggled
        shown = PRIORITIES[worst] if worst >= 0 else None
        rows.append(Row(key, alarm, depth, count, is_open, worst=shown))
        if is_open:
            waiting += [(one, depth + 1) for one in reversed(under.get(key, ()))]
    return rows


def _break_rings(alarms: list[Alarm], roots: list[Alarm], under: dict[str, list[Alarm]]) -> None:
    """Put alarms that explain each other at the top, so that none is ever out of sight.

    The journal says what explained an alarm when it was raised; it may be regrouped since.
    """
    known = {alarm.point.id: alarm for alarm in alarms}
    reached: set[str] = set()

    def reach(root: Alarm) -> None:
        waiting = [root.point.id]
        while waiting:
            key = waiting.pop()
            reached.add(key)
            waiting += [a.point.id for a in under.get(key, ()) if a.point.id not in reached]

    for root in roots:
        reach(root)
    for alarm in alarms:
        if alarm.point.id in reached:
            continue
        passed: dict[str, None] = {}
        key = alarm.point.id
        while key not in passed:
            passed[key] = None
            key = known[key].status.cause
        ring = list(passed)[list(passed).index(key) :]
        first = min((known[one] for one in ring), key=lambda a: a.status.raised_us or 0)
        under[first.status.cause].remove(first)
        roots.append(first)
        reach(first)


def _counted(
    roots: list[Alarm], under: Mapping[str, Sequence[Alarm]]
) -> dict[str, tuple[int, int]]:
    """Return how many alarms are below each, at any depth, and their highest rank."""
    found: dict[str, tuple[int, int]] = {}
    for root in roots:
        if root.point.id not in under:
            continue
        order, waiting = [], [root.point.id]
        seen = {root.point.id}
        while waiting:
            key = waiting.pop()
            order.append(key)
            for one in under.get(key, ()):
                if one.point.id not in seen:
                    seen.add(one.point.id)
                    waiting.append(one.point.id)
        for key in reversed(order):  # what is below first
            count, worst = 0, -1
            for one in under.get(key, ()):
                inner, high = found.get(one.point.id, (0, -1))
                count += inner + 1
                worst = max(worst, high, _RANKS[one.status.priority])
            if count:
                found[key] = count, worst
    return found


# -- under headings ------------------------------------------------------------------------


def _headed(
    alarms: list[Alarm],
    heading: Callable[[Alarm], str],
    wish: Wish,
    under: dict[str, list[Alarm]],
) -> list[Row]:
    for alarm in alarms:
        under.setdefault(_HEADING + heading(alarm), []).append(alarm)
    rows = []
    for key, members in under.items():
        is_open = key not in wish.toggled  # headings begin open
        text = key.removeprefix(_HEADING)
        rows.append(Row(key, None, 0, len(members), is_open, text))
        rows += [Row(a.point.id, a, 1) for a in members] if is_open else []
    return rows


def _tree(
    alarms: list[Alarm],
    paths: Mapping[str, tuple[str, ...]],
    wish: Wish,
    under: dict[str, list[Alarm]],
) -> list[Row]:
    """Return headings within headings, such as district, building, storey.

    Those with the worst alarms come first; alarms of entities without a path come last, under
    one heading.
    """
    inner: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    figures: dict[tuple[str, ...], list[int]] = {}
    for alarm in alarms:
        path = paths.get(alarm.point.entity) or (alarm_words.nowhere(),)
        under.setdefault(_key(path), []).append(alarm)
        rank = _RANKS[alarm.status.priority]
        for length in range(1, len(path) + 1):
            part = path[:length]
            inner.setdefault(part[:-1], {})[part] = None
            entry = figures.setdefault(part, [0, -1])
            entry[0] += 1
            entry[1] = max(entry[1], rank)
    rows: list[Row] = []

    def first(parts: dict[tuple[str, ...], None]) -> list[tuple[str, ...]]:
        nowhere = (alarm_words.nowhere(),)
        return sorted(parts, key=lambda p: (p == nowhere, -figures[p][1], -figures[p][0], p))

    waiting = list(reversed(first(inner.get((), {}))))
    while waiting:
        path = waiting.pop()
        key, depth = _key(path), len(path) - 1
        is_open = key not in wish.toggled
        count, worst = figures[path]
        rows.append(Row(key, None, depth, count, is_open, path[-1], worst=PRIORITIES[worst]))
        if is_open:
            rows += [Row(a.point.id, a, depth + 1) for a in under.get(key, ())]
            waiting += reversed(first(inner.get(path, {})))
    return rows


def _key(path: tuple[str, ...]) -> str:
    return _HEADING + "\x1f".join(path)
