"""Hours of the week, in a place's own time."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints, field_validator

from twin_model.schema.types import Frozen

_MINUTE_US: Final = 60_000_000
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Calendar(Frozen):
    """When a rule watches.

    Parameters
    ----------
    weekdays : tuple of int
        1 for Monday to 7 for Sunday.
    start, end : str
        ``HH:MM``; an end before the start means the next morning.
    zone : str
        IANA name, such as ``Asia/Shanghai``.
    except_days : tuple of str
        Dates (ISO 8601) that count as outside, such as public holidays.
    outside : bool
        Watches outside these hours instead of within them.
    """

    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5, 6, 7)
    start: Clock = "00:00"
    end: Clock = "24:00"
    zone: str = Field(default="UTC", max_length=64)
    except_days: tuple[Day, ...] = ()
    outside: bool = False

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no time zone {zone!r}") from error
        return zone

    def contains(self, time_us: int) -> bool:
        """Return whether the rule watches at a time; to the minute."""
        return _is_within(self, time_us // _MINUTE_US)

    def contain(self, time_us: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return it for many times."""
        minutes, inverse = np.unique(time_us // _MINUTE_US, return_inverse=True)
        return np.array([_is_within(self, int(m)) for m in minutes], bool)[inverse]


@functools.lru_cache(maxsize=65_536)
def _is_within(calendar: Calendar, minute: int) -> bool:
    local = (_EPOCH + dt.timedelta(minutes=minute)).astimezone(ZoneInfo(calendar.zone))
    clock = f"{local:%H:%M}"
    day = local.date()
    if calendar.end <= calendar.start and clock < calendar.end:
        day -= dt.timedelta(days=1)  # the small hours belong to the evening before
        in_hours = True
    elif calendar.end <= calendar.start:
        in_hours = clock >= calendar.start
    else:
        in_hours = calendar.start <= clock < calendar.end
    on_day = day.isoweekday() in calendar.weekdays and day.isoformat() not in calendar.except_days
    return (in_hours and on_day) != calendar.outside
