"""The alarm state machine after ISA-18.2-2016, clause 5.3 and figure 3.

Each function does one thing to a status and returns what the journal has to say about it; what
is not allowed in a state raises and changes nothing. No clock, no store, no other alarm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from twin_model.alarms.model import (
    HIDDEN,
    PRIORITIES,
    AlarmEvent,
    AlarmPoint,
    AlarmStatus,
    EventKind,
    Shelf,
    State,
)
from twin_model.errors import ShapanError

#: How old what comes may be, once our clock has gone back.
_TURNED_US: Final = 60_000_000
# Members of an enumeration are looked up slowly.
_RAISED: Final = EventKind.RAISED
_NORMAL: Final = State.NORMAL
_UNACKNOWLEDGED: Final = State.UNACKNOWLEDGED
_ACKNOWLEDGED: Final = State.ACKNOWLEDGED


class AlarmError(ShapanError):
    """An action that an alarm's state or the person's role does not allow."""


def event(
    status: AlarmStatus,
    kind: EventKind,
    at_us: int,
    before: State,
    who: str = "",
    text: str = "",
) -> AlarmEvent:
    """Number an event of a status as it is now."""
    status.event += 1
    return AlarmEvent(
        status.point, status.event, kind, at_us, before, status.state, status.priority,
        status.value, who, text, status.occurrence, status.cause,
    )  # fmt: skip


# -- the condition -------------------------------------------------------------------------


def begin(status: AlarmStatus, point: AlarmPoint, at_us: int, value: float) -> list[AlarmEvent]:
    """The condition holds, delays applied."""
    if status.active:
        return []
    before = status.state
    status.active = True
    status.value = value
    if before in HIDDEN:
        return [event(status, EventKind.HIDDEN_ON, at_us, before)]
    return [_raise(status, point, at_us, before)]


def begin_plainly(status: AlarmStatus, point: AlarmPoint, at_us: int, value: float) -> AlarmEvent:
    """The condition of an alarm holds that is normal and has no delay.

    As `begin` has it, also for the condition itself, written out since a flood makes thousands.
    """
    status.condition_us = status.raised_us = at_us
    status.raw = status.active = status.standing = True
    status.pending_us = status.returned_us = status.acknowledged_us = None
    status.acknowledged = not point.acknowledge
    status.latched = point.latching
    status.occurrence += 1
    status.event += 1
    status.priority = point.priority
    status.value = value
    after = _UNACKNOWLEDGED if point.acknowledge else _ACKNOWLEDGED
    return AlarmEvent(
        point.id, status.event, _RAISED, at_us, _NORMAL, after, point.priority, value, "", "",
        status.occurrence, "",
    )  # fmt: skip


def end(status: AlarmStatus, at_us: int, value: float) -> list[AlarmEvent]:
    """The condition is over, delays applied."""
    if not status.active:
        return []
    before = status.state
    status.active = False
    status.value = value
    status.returned_us = at_us
    if before in HIDDEN:
        events = [event(status, EventKind.HIDDEN_OFF, at_us, before)]
        if status.shelf is not None and status.shelf.one_shot:
            events += _leave_shelf(status, None, at_us, "", "the condition is over")
        return events
    _finish(status)
    return [event(status, EventKind.RETURNED, at_us, before)]


def _raise(status: AlarmStatus, point: AlarmPoint, at_us: int, before: State) -> AlarmEvent:
    status.standing = True
    status.acknowledged = not point.acknowledge
    status.latched = point.latching
    status.occurrence += 1
    status.priority = point.priority
    status.raised_us = at_us
    status.returned_us = None
    status.acknowledged_us = None
    return event(status, EventKind.RAISED, at_us, before)


def _finish(status: AlarmStatus) -> None:
    """End the occurrence if nothing keeps it."""
    if not status.active and status.acknowledged and not status.latched:
        status.standing = False
        status.cause = ""
        status.first_out = False


def changed_value(status: AlarmStatus, at_us: int, value: float) -> list[AlarmEvent]:
    """Another value of a standing alarm, worth a line in the journal."""
    if not status.standing or status.hidden:
        return []
    status.value = value
    return [event(status, EventKind.VALUE, at_us, status.state)]


def retire(status: AlarmStatus, at_us: int) -> list[AlarmEvent]:
    """Its rule is gone: whatever state it was in, it is over."""
    before = status.state
    if before is State.NORMAL:
        return []
    status.active = False
    status.shelf, status.suppressed_by, status.out_of_service = None, "", ""
    _put_away(status)
    return [event(status, EventKind.RESET, at_us, before, "", "its rule is gone")]


# -- what people do ------------------------------------------------------------------------


def acknowledge(status: AlarmStatus, at_us: int, who: str, text: str = "") -> list[AlarmEvent]:
    """Somebody has taken note.

    Raises
    ------
    AlarmError
        If there is nothing to acknowledge.
    """
    before = status.state
    if before in HIDDEN or not status.standing or status.acknowledged:
        raise AlarmError(f"alarm {status.point} is {before}; there is nothing to acknowledge")
    status.acknowledged = True
    status.acknowledged_us = at_us
    _finish(status)
    return [event(status, EventKind.ACKNOWLEDGED, at_us, before, who, text)]


def reset(status: AlarmStatus, at_us: int, who: str, text: str = "") -> list[AlarmEvent]:
    """Somebody lets a latched alarm go.

    Raises
    ------
    AlarmError
        If its condition still holds, it is not acknowledged, or it is not latched.
    """
    before = status.state
    if before is not State.LATCHED:
        raise AlarmError(f"alarm {status.point} is {before}; only a latched alarm can be reset")
    if not status.acknowledged:
        raise AlarmError(f"alarm {status.point} is latched", remedy="acknowledge it first")
    status.latched = False
    _finish(status)
    return [event(status, EventKind.RESET, at_us, before, who, text)]


def shelve(status: AlarmStatus, shelf: Shelf) -> list[AlarmEvent]:
    """Somebody puts it aside for a while.

    Raises
    ------
    AlarmError
        If no reason is given, the end is not ahead, or it is hidden for a stronger reason.
    """
    before = status.state
    if not shelf.reason.strip():
        raise AlarmError(f"alarm {status.point} is shelved for a reason only", remedy="give one")
    if shelf.until_us <= shelf.since_us:
        raise AlarmError(f"alarm {status.point}: the end of shelving is not ahead")
    if before in (State.OUT_OF_SERVICE, State.SUPPRESSED):
        raise AlarmError(f"alarm {status.point} is {before} already")
    if shelf.one_shot and not status.active:
        raise AlarmError(
            f"alarm {status.point} is not active", remedy="shelve it for a time instead"
        )
    status.shelf = shelf
    _put_away(status)
    return [event(status, EventKind.SHELVED, shelf.since_us, before, shelf.who, shelf.reason)]


def turn_back(status: AlarmStatus, now_us: int, ahead_us: int) -> bool:
    """Believe what comes again after our clock went back; return whether a shelf ends otherwise."""
    if status.condition_us > now_us + ahead_us:
        status.condition_us = now_us - _TURNED_US
    shelf = status.shelf
    if shelf is None or shelf.since_us <= now_us + ahead_us:
        return False
    until_us = now_us + shelf.until_us - shelf.since_us  # it lasts as long as was said
    status.shelf = replace(shelf, since_us=now_us, until_us=until_us)
    return True


def warn_of_shelf_end(status: AlarmStatus, at_us: int) -> list[AlarmEvent]:
    """The shelf ends soon."""
    if status.shelf is None or status.shelf.warned:
        return []
    status.shelf = replace(status.shelf, warned=True)
    return [event(status, EventKind.SHELF_EXPIRING, at_us, status.state)]


def unshelve(
    status: AlarmStatus, point: AlarmPoint, at_us: int, who: str, text: str = ""
) -> list[AlarmEvent]:
    """It comes back: raised anew if its condition holds, normal otherwise.

    Raises
    ------
    AlarmError
        If it is not shelved.
    """
    if status.shelf is None:
        raise AlarmError(f"alarm {status.point} is {status.state}, not shelved")
    return _leave_shelf(status, point, at_us, who, text)


def _leave_shelf(
    status: AlarmStatus, point: AlarmPoint | None, at_us: int, who: str, text: str
) -> list[AlarmEvent]:
    before = status.state
    status.shelf = None
    events = [event(status, EventKind.UNSHELVED, at_us, before, who, text)]
    return events + _come_back(status, point, at_us)


def suppress(status: AlarmStatus, at_us: int, by: str, who: str = "") -> list[AlarmEvent]:
    """The plant's state makes it meaningless, as low flow of a pump that is off.

    Raises
    ------
    AlarmError
        If *by* does not say why.
    """
    if not by.strip():
        raise AlarmError(f"alarm {status.point} is suppressed for a reason only")
    if status.suppressed_by:
        return []
    before = status.state
    status.suppressed_by = by
    _put_away(status)
    return [event(status, EventKind.SUPPRESSED, at_us, before, who, by)]


def unsuppress(
    status: AlarmStatus, point: AlarmPoint, at_us: int, who: str = ""
) -> list[AlarmEvent]:
    """It means something again."""
    if not status.suppressed_by:
        return []
    before, reason = status.state, status.suppressed_by
    status.suppressed_by = ""
    events = [event(status, EventKind.UNSUPPRESSED, at_us, before, who, reason)]
    return events + _come_back(status, point, at_us)


def take_out_of_service(status: AlarmStatus, at_us: int, who: str, reason: str) -> list[AlarmEvent]:
    """Somebody works on it: it stays silent until it is put back.

    Raises
    ------
    AlarmError
        If no reason is given, or it is out of service already.
    """
    if not reason.strip():
        raise AlarmError(f"alarm {status.point} is taken out of service for a reason only")
    if status.out_of_service:
        raise AlarmError(f"alarm {status.point} is out of service already")
    before = status.state
    status.out_of_service = reason
    _put_away(status)
    return [event(status, EventKind.OUT_OF_SERVICE, at_us, before, who, reason)]


def put_in_service(
    status: AlarmStatus, point: AlarmPoint, at_us: int, who: str, text: str = ""
) -> list[AlarmEvent]:
    """It is on duty again.

    Raises
    ------
    AlarmError
        If it is not out of service.
    """
    if not status.out_of_service:
        raise AlarmError(f"alarm {status.point} is {status.state}, not out of service")
    before = status.state
    status.out_of_service = ""
    events = [event(status, EventKind.IN_SERVICE, at_us, before, who, text)]
    return events + _come_back(status, point, at_us)


def _put_away(status: AlarmStatus) -> None:
    """End the occurrence: whoever hides an alarm has seen it. The condition goes on."""
    status.acknowledged = True
    status.latched = False
    status.standing = False
    status.cause = ""
    status.first_out = False


def _come_back(status: AlarmStatus, point: AlarmPoint | None, at_us: int) -> list[AlarmEvent]:
    if status.hidden or not status.active or point is None:
        return []
    return [_raise(status, point, at_us, status.state)]


def escalate(status: AlarmStatus, at_us: int) -> list[AlarmEvent]:
    """Nobody has acknowledged it in time: it gets the next priority."""
    if status.state is not State.UNACKNOWLEDGED:
        return []
    place = PRIORITIES.index(status.priority)
    status.priority = PRIORITIES[min(place + 1, len(PRIORITIES) - 1)]
    return [event(status, EventKind.ESCALATED, at_us, status.state)]


def comment(status: AlarmStatus, at_us: int, who: str, text: str) -> list[AlarmEvent]:
    """Somebody notes something.

    Raises
    ------
    AlarmError
        If there is no text.
    """
    if not text.strip():
        raise AlarmError(f"alarm {status.point}: a comment has a text")
    status.note = text
    return [event(status, EventKind.COMMENTED, at_us, status.state, who, text)]
