"""Instants and intervals of the one time axis."""

from __future__ import annotations

import datetime as dt
import re
import time as _time
from dataclasses import dataclass
from typing import Final

from twin_model.errors import ValidationError

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DATE_ONLY: Final = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A point in time.

    Parameters
    ----------
    us : int
        Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
    """

    us: int

    @classmethod
    def now(cls) -> Instant:
        """Return the system clock's time."""
        return cls(_time.time_ns() // 1000)

    @classmethod
    def parse(cls, text: str) -> Instant:
        """Read ISO 8601; a year, month or date alone is its first moment; no zone means UTC.

        Raises
        ------
        ValidationError
            If *text* is not ISO 8601.
        """
        stripped = text.strip()
        if _DATE_ONLY.match(stripped):
            stripped += {4: "-01-01", 7: "-01"}.get(len(stripped), "")
        try:
            value = dt.datetime.fromisoformat(stripped)
        except ValueError as error:
            raise ValidationError("time", "instant", text, "not an ISO 8601 time") from error
        return cls.from_datetime(value)

    @classmethod
    def from_datetime(cls, value: dt.datetime) -> Instant:
        """Return the instant of *value*; a value without a zone is taken as UTC."""
        if value.tzinfo is None:
            value = value.replace(tzinfo=dt.UTC)
        delta = value - _EPOCH
        return cls((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds)

    def to_datetime(self) -> dt.datetime:
        """Return the same instant as a datetime in UTC.

        Raises
        ------
        ValidationError
            If the instant lies outside the years 1 to 9999.
        """
        try:
            return _EPOCH + dt.timedelta(microseconds=self.us)
        except OverflowError as error:
            raise ValidationError("time", "instant", self.us, "outside years 1-9999") from error

    def __str__(self) -> str:
        return self.to_datetime().isoformat().replace("+00:00", "Z")


#: Stands for "until further notice" in validity columns: the largest SQLite integer.
FOREVER: Final = Instant(2**63 - 1)
#: Stands for "since always" in validity columns.
ALWAYS: Final = Instant(-(2**63))


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open stretch of time, start included and end not.

    Raises
    ------
    ValidationError
        If the end lies before the start.
    """

    start: Instant = ALWAYS
    end: Instant = FOREVER

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValidationError("time", "interval", (self.start.us, self.end.us), "ends early")

    def __contains__(self, instant: Instant) -> bool:
        return self.start <= instant < self.end

    def overlaps(self, other: Interval) -> bool:
        """Return whether the two share at least one instant."""
        return self.start < other.end and other.start < self.end
