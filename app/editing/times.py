"""Times as people type and read them in forms: in the local zone, as exact as they say."""

from __future__ import annotations

import datetime as dt

from twin_model.time import ALWAYS, FOREVER, Instant


def time_from(text: str, unsaid: Instant) -> Instant:
    """Return what was typed, in the local zone where it names none.

    Parameters
    ----------
    text : str
        ISO 8601; a year or month alone is its first moment.
    unsaid : Instant
        What an empty text means.

    Raises
    ------
    ValidationError
        If it is no time.
    """
    if not text.strip():
        return unsaid
    said = Instant.parse(text).to_datetime()
    stated = text.strip().upper()
    if len(stated) > 10 and (stated.endswith("Z") or "+" in stated[10:] or "-" in stated[10:]):
        return Instant.from_datetime(said)
    return Instant.from_datetime(said.replace(tzinfo=None).astimezone())


def time_text(instant: Instant) -> str:
    """Return a time in the local zone, a date alone where it is the beginning of a day.

    Empty for since always and for until further notice.
    """
    if instant in (ALWAYS, FOREVER):
        return ""
    local = instant.to_datetime().astimezone()
    return f"{local:%Y-%m-%d}" if local.time() == dt.time() else f"{local:%Y-%m-%d %H:%M}"
