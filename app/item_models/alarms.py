"""The alarm list: any number of rows, consequences folded under what explains them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app import alarm_words
from app.live.session import AlarmPicture
from app.numbers import fixed
from app.panels.time_axis import moment
from twin_model.alarms.model import HIDDEN, PRIORITIES, STANDING, Alarm, State
from twin_model.schema.types import Severity
from twin_model.time import Instant

ALARM_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 2
PRIORITY, TEXT, WHERE, STATE, SINCE, VALUE, NOTE = range(7)
_DAY_US: Final = 86_400_000_000
Index = QModelIndex | QPersistentModelIndex


class Grouping(StrEnum):
    """What rows are folded under."""

    CAUSE = "cause"
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


class AlarmsModel(QAbstractTableModel):
    """Rows of an `AlarmPicture`, filtered and grouped."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.picture = AlarmPicture()
        self.grouping = Grouping.CAUSE
        self.show = Show.STANDING
        self.filter = ""
        self._opened: set[str] = set()

    # -- what is listed ------------------------------------------------------------------

    def set_picture(self, picture: AlarmPicture, held: str = "") -> None:
        """Show another picture; the row *held* keeps existing, greyed where it has ended."""
        self.picture = picture
        self.arrange(held)

    def arrange(self, held: str = "") -> None:
        """List anew; rows that stay the same are only repainted."""
        before = self.row_of(held) if held else -1
        rows = self._arranged()
        if held and before >= 0 and all(row.key != held for row in rows):
            kept = self.rows[before]
            kept.gone = True
            rows.insert(min(before, len(rows)), kept)
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, NOTE))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def _arranged(self) -> list[Row]:
        words = self.filter.casefold().split()
        wanted = [a for a in self.picture.alarms if a.state in _STATES[self.show]]
        if words:
            wanted = [a for a in wanted if self._matches(a, words)]
        match self.grouping:
            case Grouping.CAUSE:
                return self._by_cause(wanted)
            case Grouping.PRIORITY:
                return self._headed(wanted, lambda a: alarm_words.priority(a.status.priority))
            case Grouping.STATE:
                return self._headed(wanted, lambda a: alarm_words.state(a.state))
        return [Row(a.point.id, a) for a in wanted]

    def _matches(self, alarm: Alarm, words: list[str]) -> bool:
        text = " ".join((
            alarm.point.name, self.picture.names.get(alarm.point.entity, ""), alarm.point.entity,
            alarm.point.rule, alarm_words.priority(alarm.status.priority), alarm.status.note,
        )).casefold()  # fmt: skip
        return all(word in text for word in words)

    def _by_cause(self, alarms: list[Alarm]) -> list[Row]:
        known = {a.point.id for a in alarms}
        below: dict[str, list[Alarm]] = {}
        for alarm in alarms:
            if alarm.status.cause in known:
                below.setdefault(alarm.status.cause, []).append(alarm)
        rows: list[Row] = []
        roots = [alarm for alarm in alarms if alarm.status.cause not in known]
        ranks = {a.point.id: _rank(a, below) for a in roots if a.point.id in below}
        # An urgent consequence must not hide behind a cause of low priority.
        roots.sort(key=lambda a: -ranks.get(a.point.id, PRIORITIES.index(a.status.priority)))
        for alarm in roots:
            self._unfold(alarm, below, rows)
        return rows

    def _unfold(self, root: Alarm, below: dict[str, list[Alarm]], rows: list[Row]) -> None:
        """Append an alarm and, where they are open, its consequences."""
        waiting = [(root, 0)]
        seen: set[str] = set()
        while waiting:
            alarm, depth = waiting.pop()
            key = alarm.point.id
            if key in seen:
                continue
            seen.add(key)
            under = below.get(key, [])
            is_open = key in self._opened
            under_all = _all_below(key, below)
            worst = max((PRIORITIES.index(a.status.priority) for a in under_all), default=-1)
            shown = PRIORITIES[worst] if worst >= 0 else None
            rows.append(Row(key, alarm, depth, len(under_all), is_open, worst=shown))
            if is_open:
                waiting += [(one, depth + 1) for one in reversed(under)]

    def _headed(self, alarms: list[Alarm], heading: Any) -> list[Row]:
        groups: dict[str, list[Alarm]] = {}
        for alarm in alarms:
            groups.setdefault(heading(alarm), []).append(alarm)
        rows = []
        for text, members in groups.items():
            key = f"heading {text}"
            is_open = key not in self._opened  # headings begin open
            rows.append(Row(key, None, 0, len(members), is_open, text))
            rows += [Row(a.point.id, a, 1) for a in members] if is_open else []
        return rows

    def toggle(self, row: int, is_open: bool | None = None) -> None:
        """Fold or unfold what is under a row."""
        one = self.rows[row]
        if not one.below or is_open == one.open:
            return
        self._opened ^= {one.key}
        self.arrange(one.key)

    def row_of(self, key: str) -> int:
        """Return the row of an alarm; -1 where it is not listed."""
        return next((n for n, row in enumerate(self.rows) if row.key == key), -1)

    # -- Qt ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return NOTE + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return [
            "", self.tr("Alarm"), self.tr("Where"), self.tr("State"), self.tr("Since"),
            self.tr("Value"), self.tr("Note"),
        ][section]  # fmt: skip

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == ALARM_ROLE:
            return row.alarm
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._text(row, index.column()) or None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == PRIORITY:
            return alarm_words.priority(row.alarm.status.priority) if row.alarm else row.text
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == VALUE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return self._text(row, index.column()) if role == Qt.ItemDataRole.DisplayRole else None

    def _text(self, row: Row, column: int) -> str:
        alarm = row.alarm
        if alarm is None:
            return row.text if column == TEXT else ""
        status = alarm.status
        match column:
            case 1:
                return alarm.point.name
            case 2:
                return self.picture.names.get(alarm.point.entity, alarm.point.entity)
            case 3:
                return self._state(row, alarm)
            case 4:
                return since(status.raised_us, self.picture.now_us)
            case 5:
                return value_text(status.value)
            case 6:
                return status.note or (status.shelf.reason if status.shelf else "")
        return ""

    def _state(self, row: Row, alarm: Alarm) -> str:
        parts = [self.tr("Over") if row.gone else alarm_words.state(alarm.state)]
        if alarm.chattering:
            parts.append(self.tr("chattering"))
        if alarm.status.first_out:
            parts.append(self.tr("first out"))
        return " · ".join(parts)


def _all_below(key: str, below: dict[str, list[Alarm]]) -> list[Alarm]:
    """Return the alarms under one, at any depth."""
    found: list[Alarm] = []
    waiting, seen = [key], {key}
    while waiting:
        for one in below.get(waiting.pop(), ()):
            if one.point.id not in seen:
                seen.add(one.point.id)
                found.append(one)
                waiting.append(one.point.id)
    return found


def _rank(root: Alarm, below: dict[str, list[Alarm]]) -> int:
    """Return the highest priority of an alarm and what is under it, as a number."""
    alarms = [root, *_all_below(root.point.id, below)]
    return max(PRIORITIES.index(alarm.status.priority) for alarm in alarms)


def since(at_us: int | None, now_us: int) -> str:
    """Return a time of day, with the date where it was not within a day."""
    if at_us is None:
        return ""
    text = moment(Instant(at_us))
    if abs(now_us - at_us) < _DAY_US:
        stamp = Instant(at_us).to_datetime().astimezone()
        return stamp.strftime("%H:%M:%S")
    return text


def value_text(value: float, unit: str = "") -> str:
    """Return a value with four figures at most, and its unit."""
    if math.isnan(value):
        return ""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    if value == round(value) and size < 1e6:
        digits = 0
    return f"{fixed(value, digits)} {unit}".rstrip()
