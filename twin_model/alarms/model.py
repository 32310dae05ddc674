"""What an alarm is: its definition, its states, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from twin_model.schema.types import Severity

#: Lowest first.
PRIORITIES: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.URGENT)


class State(StrEnum):
    """States of an alarm after ISA-18.2-2016, figure 3; those that hide it come first."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and lists look up thousands

    OUT_OF_SERVICE = "out-of-service"
    SUPPRESSED = "suppressed"  # by design
    SHELVED = "shelved"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    LATCHED = "latched"  # the condition is over, the alarm stays until it is reset
    RETURNED = "returned"  # the condition is over, nobody has acknowledged it
    NORMAL = "normal"


#: States in which an alarm asks for attention.
STANDING: Final = frozenset(
    {State.UNACKNOWLEDGED, State.ACKNOWLEDGED, State.LATCHED, State.RETURNED}
)
#: States in which an alarm is kept from the operator.
HIDDEN: Final = frozenset({State.OUT_OF_SERVICE, State.SUPPRESSED, State.SHELVED})


class EventKind(StrEnum):
    """What the journal tells."""

    __hash__ = str.__hash__  # as in `State`

    RAISED = "raised"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"
    RESET = "reset"
    SHELVED = "shelved"
    SHELF_EXPIRING = "shelf-expiring"
    UNSHELVED = "unshelved"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    OUT_OF_SERVICE = "out-of-service"
    IN_SERVICE = "in-service"
    #: The condition began or ended while the alarm was hidden.
    HIDDEN_ON = "hidden-on"
    HIDDEN_OFF = "hidden-off"
    #: Another value while the alarm stands.
    VALUE = "value"
    ESCALATED = "escalated"
    COMMENTED = "commented"
    # About no single alarm:
    FLOOD_STARTED = "flood-started"
    FLOOD_ENDED = "flood-ended"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SILENCED = "silenced"
    RULES_CHANGED = "rules-changed"
    NOTIFIED = "notified"
    NOTIFY_FAILED = "notify-failed"


@dataclass(frozen=True, slots=True)
class AlarmPoint:
    """One thing that can be wrong with one entity.

    Parameters
    ----------
    id : str
        Stable; ``entity/rule`` where a rule makes it.
    entity : str
        Entity id.
    name : str
        What has happened, as operators read it.
    priority : Severity
    rule : str
        Id of the rule that watches for it.
    on_delay_s, off_delay_s : float
        How long the condition must hold, or be over, before the alarm follows.
    latching : bool
        Stays until somebody resets it.
    acknowledge : bool
        Whether somebody has to acknowledge it; False for mere notices.
    group : str
        First-out group: of alarms that follow each other within milliseconds, the first counts.
    escalate_after_s : float, optional
        Unacknowledged for so long, it gets the next priority.
    guidance : str
        What to do, as Markdown; empty to inherit, see `twin_model.alarms.guidance`.
    indicator : str
        Whose value is shown with it.
    unit : str
        Of the value, as `twin_model.schema.units` writes it; empty where it has none.
    """

    id: str
    entity: str
    name: str
    priority: Severity = Severity.MEDIUM
    rule: str = ""
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latching: bool = False
    acknowledge: bool = True
    group: str = ""
    escalate_after_s: float | None = None
    guidance: str = ""
    indicator: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Why and for how long somebody put an alarm aside.

    Parameters
    ----------
    who, reason : str
    since_us : int
    until_us : int
        When it comes back at the latest.
    one_shot : bool
        It also comes back to normal duty when its condition ends.
    warned : bool
        Whether the end has been announced.
    """

    who: str
    reason: str
    since_us: int
    until_us: int
    one_shot: bool = False
    warned: bool = False


@dataclass(slots=True)
class AlarmStatus:
    """Where one alarm stands; changed by `twin_model.alarms.machine` only.

    Parameters
    ----------
    point : str
        Id of its `AlarmPoint`.
    active : bool
        Whether the condition holds, delays applied.
    acknowledged, latched : bool
        Of the occurrence that stands.
    standing : bool
        Whether an occurrence is not over yet: active, or still to be acknowledged or reset.
    occurrence : int
        How often it was raised.
    event : int
        Number of its newest event, without gaps.
    priority : Severity
    value : float
        At its newest change; NaN where it has none.
    condition_us : int
        Of the newest change of the condition that was taken in; older ones come again after a
        restart and are passed over.
    raw : bool
        The condition before delays.
    pending_us : int, optional
        When a delayed change takes effect.
    raised_us, returned_us, acknowledged_us : int, optional
        Of the newest occurrence.
    shelf : Shelf, optional
    suppressed_by, out_of_service : str
        Why it is hidden; empty where it is not.
    cause : str
        Point of the alarm that explains this one; empty for a root.
    first_out : bool
        Whether it was the first of its group.
    note : str
        The newest comment.
    """

    point: str
    priority: Severity
    active: bool = False
    acknowledged: bool = True
    latched: bool = False
    standing: bool = False
    occurrence: int = 0
    event: int = 0
    value: float = float("nan")
    condition_us: int = -(2**62)
    raw: bool = False
    pending_us: int | None = None
    raised_us: int | None = None
    returned_us: int | None = None
    acknowledged_us: int | None = None
    shelf: Shelf | None = None
    suppressed_by: str = ""
    out_of_service: str = ""
    cause: str = ""
    first_out: bool = False
    note: str = ""

    @property
    def state(self) -> State:
        """The one state that is shown; what hides the alarm wins."""
        if self.out_of_service:
            return State.OUT_OF_SERVICE
        if self.suppressed_by:
            return State.SUPPRESSED
        if self.shelf is not None:
            return State.SHELVED
        if not self.standing:
            return State.NORMAL
        if self.active:
            return State.ACKNOWLEDGED if self.acknowledged else State.UNACKNOWLEDGED
        return State.LATCHED if self.latched else State.RETURNED

    @property
    def hidden(self) -> bool:
        """Whether it is kept from the operator."""
        return bool(self.out_of_service or self.suppressed_by or self.shelf is not None)


def copied(status: AlarmStatus) -> AlarmStatus:
    """Return a copy; written out, since lists copy thousands."""
    return AlarmStatus(
        status.point, status.priority, status.active, status.acknowledged, status.latched,
        status.standing, status.occurrence, status.event, status.value, status.condition_us,
        status.raw, status.pending_us, status.raised_us, status.returned_us,
        status.acknowledged_us, status.shelf, status.suppressed_by, status.out_of_service,
        status.cause, status.first_out, status.note,
    )  # fmt: skip


class AlarmEvent(NamedTuple):
    """One line of the alarm journal.

    Parameters
    ----------
    point : str
        Empty for what is about no single alarm.
    number : int
        Of the point's events: 1, 2, 3… without gaps, so that none can be lost or doubled unseen.
    kind : EventKind
    at_us : int
        When it happened, by the samples' time.
    before, after : State
    priority : Severity
    value : float
        NaN where there is none.
    who : str
        Empty for the system.
    text : str
        Reason, comment, or what else there is to say.
    occurrence : int
    cause : str
        Point of the alarm that explains this one.
    """

    point: str
    number: int
    kind: EventKind
    at_us: int
    before: State = State.NORMAL
    after: State = State.NORMAL
    priority: Severity = Severity.LOW
    value: float = float("nan")
    who: str = ""
    text: str = ""
    occurrence: int = 0
    cause: str = ""

    def explained_by(self, cause: str) -> AlarmEvent:
        """Return the same with another cause; written out, since a flood makes thousands."""
        return AlarmEvent(
            self.point, self.number, self.kind, self.at_us, self.before, self.after,
            self.priority, self.value, self.who, self.text, self.occurrence, cause,
        )  # fmt: skip


class Condition(NamedTuple):
    """What a rule found: a condition begins or ends.

    Parameters
    ----------
    point : str
    active : bool
    at_us : int
        Time of the sample that showed it.
    value : float
    """

    point: str
    active: bool
    at_us: int
    value: float = float("nan")


@dataclass(frozen=True, slots=True)
class AlarmOptions:
    """Figures of ISA-18.2 and EEMUA 191, all to be changed to a site's own.

    Parameters
    ----------
    flood_window_s : float
    flood_start, flood_end : int
        A flood starts with more alarms than this in the window, and ends with fewer than that.
    chatter_count : int
    chatter_window_s : float
        Raised so often in so long, an alarm chatters.
    fleeting_s : float
        Shorter ones are fleeting.
    stale_s : float
        Standing for longer is stale.
    shelf_warning_s : float
        How long before its end a shelf is announced.
    operator_shelf_s, engineer_shelf_s : float
        For how long each may shelve at most.
    cause_hops : int
        Relations between an alarm and its cause, at most.
    cause_before_s, cause_after_s : float
        A cause came at most so long before its consequence, or was reported so long after it.
    """

    flood_window_s: float = 600.0
    flood_start: int = 10
    flood_end: int = 5
    chatter_count: int = 5
    chatter_window_s: float = 300.0
    fleeting_s: float = 10.0
    stale_s: float = 86_400.0
    shelf_warning_s: float = 300.0
    operator_shelf_s: float = 8 * 3600.0
    engineer_shelf_s: float = 30 * 86_400.0
    cause_hops: int = 6
    cause_before_s: float = 3600.0
    cause_after_s: float = 60.0


@dataclass(slots=True)
class Alarm:
    """An alarm as lists and panels show it; a copy that nothing changes.

    Not frozen, which would make it four times as slow to make, and lists make thousands.

    Parameters
    ----------
    point : AlarmPoint
    status : AlarmStatus
        A copy.
    state : State
    chattering : bool
    consequences : int
        Standing alarms that it explains, directly or not.
    """

    point: AlarmPoint
    status: AlarmStatus
    state: State
    chattering: bool = False
    consequences: int = field(default=0, compare=False)
