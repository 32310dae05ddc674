"""Time code of selectable granularity: fourteen digits and one for the granularity.

``YYYYMMDDhhmmss`` with the digits that do not count set to 0, then 1 (century) to 8 (second).
Our own form, sortable as text and of fixed width; not a published standard. Every code is the
half-open interval ``[start, start + granularity)`` in UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from twin_model.errors import ValidationError
from twin_model.time import Instant, Interval


class Granularity(IntEnum):
    """How much time a code covers; the code's last digit."""

    CENTURY = 1
    DECADE = 2
    YEAR = 3
    MONTH = 4
    DAY = 5
    HOUR = 6
    MINUTE = 7
    SECOND = 8


#: Digits that count, by granularity.
COUNTED = {
    Granularity.CENTURY: 2,
    Granularity.DECADE: 3,
    Granularity.YEAR: 4,
    Granularity.MONTH: 6,
    Granularity.DAY: 8,
    Granularity.HOUR: 10,
    Granularity.MINUTE: 12,
    Granularity.SECOND: 14,
}


class Allen(StrEnum):
    """The thirteen relations of two intervals (Allen 1983)."""

    BEFORE = "before"
    MEETS = "meets"
    OVERLAPS = "overlaps"
    STARTS = "starts"
    DURING = "during"
    FINISHES = "finishes"
    EQUALS = "equals"
    FINISHED_BY = "finished by"
    CONTAINS = "contains"
    STARTED_BY = "started by"
    OVERLAPPED_BY = "overlapped by"
    MET_BY = "met by"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class TimeCode:
    """A checked time code.

    Parameters
    ----------
    text : str
        Fifteen digits.

    Raises
    ------
    ValidationError
        If it is no code, or names no date.
    """

    text: str

    def __post_init__(self) -> None:
        text = self.text
        if (
            len(text) != 15
            or not text.isascii()
            or not text.isdigit()
            or text[14] not in "12345678"
        ):
            raise ValidationError("codes", "time", text, "fourteen digits and 1 to 8")
        counted = COUNTED[self.granularity]
        if text[counted:14].strip("0"):
            raise ValidationError("codes", "time", text, f"digits after the first {counted} are 0")
        _start_of(text, self.granularity)

    @property
    def granularity(self) -> Granularity:
        """How much time it covers."""
        return Granularity(int(self.text[14]))

    @property
    def interval(self) -> Interval:
        """The time it covers, in UTC."""
        start = _start_of(self.text, self.granularity)
        return Interval(Instant.from_datetime(start), _end(start, self.granularity))

    def contains(self, other: TimeCode) -> bool:
        """Return whether the other's time lies within this one's: the prefix rule."""
        counted = COUNTED[self.granularity]
        coarser = self.granularity <= other.granularity
        return coarser and other.text[:counted] == self.text[:counted]

    def parent(self) -> TimeCode | None:
        """Return the next coarser code; None above a century."""
        if self.granularity is Granularity.CENTURY:
            return None
        coarser = Granularity(self.granularity - 1)
        counted = COUNTED[coarser]
        text = self.text[:counted].ljust(14, "0") + str(int(coarser))
        # Year 0 has no decade or century of its own that starts with a date.
        return TimeCode(text)

    def __str__(self) -> str:
        return self.text


def encode_time(instant: Instant, granularity: Granularity = Granularity.SECOND) -> TimeCode:
    """Return the code of the stretch of time that holds an instant (UTC)."""
    moment = instant.to_datetime()
    digits = f"{moment.year:04d}{moment:%m%d%H%M%S}"
    return TimeCode(digits[: COUNTED[granularity]].ljust(14, "0") + str(int(granularity)))


def allen(first: Interval, second: Interval) -> Allen:
    """Return how two intervals of some length lie to each other."""
    a, b, c, d = first.start, first.end, second.start, second.end
    if b < c:
        return Allen.BEFORE
    if d < a:
        return Allen.AFTER
    if b == c:
        return Allen.MEETS
    if d == a:
        return Allen.MET_BY
    if a == c:
        return Allen.EQUALS if b == d else Allen.STARTS if b < d else Allen.STARTED_BY
    if b == d:
        return Allen.FINISHES if a > c else Allen.FINISHED_BY
    if a > c:
        return Allen.DURING if b < d else Allen.OVERLAPPED_BY
    return Allen.CONTAINS if b > d else Allen.OVERLAPS


def _start_of(text: str, granularity: Granularity) -> dt.datetime:
    """Return the first moment of a code; a month or day that is not counted counts as 1."""
    counted = COUNTED[granularity]
    values = [int(text[0:4]), 1, 1, 0, 0, 0]
    for number, at in enumerate((4, 6, 8, 10, 12), start=1):
        if counted >= at + 2:
            values[number] = int(text[at : at + 2])
    if values[0] == 0 and granularity < Granularity.YEAR:
        values[0] = 1  # the calendar has no year 0: the first decade and century start with 1
    try:
        year, month, day, hour, minute, second = values
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError as error:
        raise ValidationError("codes", "time", text, f"names no date ({error})") from error


def _end(start: dt.datetime, granularity: Granularity) -> Instant:
    lengths = {Granularity.CENTURY: 100, Granularity.DECADE: 10, Granularity.YEAR: 1}
    try:
        if granularity in lengths:
            span = lengths[granularity]
            end = start.replace(year=start.year // span * span + span)
        elif granularity is Granularity.MONTH:
            end = (start + dt.timedelta(days=32)).replace(day=1)
        else:
            seconds = {5: 86_400, 6: 3_600, 7: 60, 8: 1}[int(granularity)]
            end = start + dt.timedelta(seconds=seconds)
    except (ValueError, OverflowError):  # the calendar of this program ends with the year 9999
        return Instant.from_datetime(dt.datetime.max.replace(tzinfo=dt.UTC))
    return Instant.from_datetime(end)
