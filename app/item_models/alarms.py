"""The alarm list: any number of rows, arranged elsewhere and taken over as what has changed."""

from __future__ import annotations

import math
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app import alarm_words
from app.alarms.arranging import Arrangement, Row
from app.alarms.picture import AlarmPicture
from app.numbers import duration, fixed, true_minus
from app.panels.time_axis import moment
from app.unit_words import label
from twin_model.alarms.model import Alarm, Shelf, State
from twin_model.time import Instant

ALARM_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 2
PRIORITY, TEXT, WHERE, STATE, SINCE, VALUE, NOTE = range(7)
_DAY_US: Final = 86_400_000_000
Index = QModelIndex | QPersistentModelIndex


class AlarmsModel(QAbstractTableModel):
    """Rows of an `Arrangement`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.shown = Arrangement()
        #: Where a row that has gone was put back in; rows after it are one further down.
        self._kept_at: int | None = None

    @property
    def picture(self) -> AlarmPicture:
        """What is listed, before it was arranged."""
        return self.shown.picture

    def take(self, found: Arrangement, held: str = "") -> None:
        """Show another arrangement; the row *held* keeps existing, greyed where it has ended."""
        before = self.row_of(held) if held else -1
        rows, kept_at = found.rows, None
        if held and before >= 0 and held not in found.places:
            kept = self.rows[before]
            kept.gone = True
            kept_at = min(before, len(rows))
            rows = [*rows[:kept_at], kept, *rows[kept_at:]]
        first, old_end, new_end = _difference(self.rows, rows)
        if first == old_end == new_end:
            self.rows, self.shown, self._kept_at = rows, found, kept_at
        else:
            self._replace(rows, (first, old_end, new_end), found, kept_at)
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, NOTE))

    def _replace(
        self, rows: list[Row], where: tuple[int, int, int], found: Arrangement, kept_at: int | None
    ) -> None:
        """Take rows of which only a stretch differs; Qt keeps selection and current row."""
        first, old_end, new_end = where
        if old_end > first:
            self.beginRemoveRows(QModelIndex(), first, old_end - 1)
            self.rows = [*self.rows[:first], *self.rows[old_end:]]
            self.endRemoveRows()
        if new_end > first:
            self.beginInsertRows(QModelIndex(), first, new_end - 1)
            self.rows, self.shown, self._kept_at = rows, found, kept_at
            self.endInsertRows()
        self.rows, self.shown, self._kept_at = rows, found, kept_at

    def row_of(self, key: str) -> int:
        """Return the row of an alarm; -1 where it is not listed."""
        at = self._kept_at
        if at is not None and at < len(self.rows) and self.rows[at].key == key:
            return at
        place = self.shown.places.get(key, -1)
        return place + 1 if at is not None and place >= at else place

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
                return value_text(status.value, label(alarm.point.unit))
            case 6:
                return status.shelf.reason if status.shelf else status.note
        return ""

    def _state(self, row: Row, alarm: Alarm) -> str:
        if row.gone:
            parts = [self.tr("Over")]
        elif alarm.state == State.SHELVED and alarm.status.shelf is not None:
            parts = [self._shelved(alarm.status.shelf)]
        else:
            parts = [alarm_words.state(alarm.state)]
        if alarm.chattering:
            parts.append(self.tr("chattering"))
        if alarm.status.first_out:
            parts.append(self.tr("first out"))
        return " · ".join(parts)

    def _shelved(self, shelf: Shelf) -> str:
        """Say until when, and what is left of it once the end has been announced."""
        if shelf.warned:
            left = duration(max(0, shelf.until_us - self.picture.now_us) / 1e6)
            return self.tr("Shelved, ends in {0}").format(left)
        return self.tr("Shelved until {0}").format(clock(shelf.until_us, self.picture.now_us))


def _difference(old: list[Row], new: list[Row]) -> tuple[int, int, int]:
    """Return where two lists begin to differ, and the ends of the stretches that do."""
    shorter = min(len(old), len(new))
    first = next((n for n in range(shorter) if old[n].key != new[n].key), shorter)
    left = shorter - first
    same = next((n for n in range(left) if old[-1 - n].key != new[-1 - n].key), left)
    return first, len(old) - same, len(new) - same


def since(at_us: int | None, now_us: int) -> str:
    """Return a time of day, with the date where it was not within a day."""
    if at_us is None:
        return ""
    if abs(now_us - at_us) < _DAY_US:
        return Instant(at_us).to_datetime().astimezone().strftime("%H:%M:%S")
    return moment(Instant(at_us))


def clock(at_us: int, now_us: int) -> str:
    """Return a time of day in minutes, with the date where it was not within a day."""
    text = since(at_us, now_us)
    return text[:5] if abs(now_us - at_us) < _DAY_US else text


def value_text(value: float, unit: str = "") -> str:
    """Return a value with four figures at most, and its unit."""
    if math.isnan(value):
        return ""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    if value == round(value) and size < 1e6:
        digits = 0
    return f"{true_minus(fixed(value, digits))} {unit}".rstrip()
