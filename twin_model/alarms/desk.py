"""What people do to alarms, within what their role allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from twin_model.alarms import machine
from twin_model.alarms.accounts import Accounts, Actor, Role, SignInError
from twin_model.alarms.changes import Outcome
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.machine import AlarmError
from twin_model.alarms.model import EventKind, Shelf
from twin_model.time import Instant

_SECOND_US: Final = 1_000_000


def sign_in(engine: AlarmEngine, accounts: Accounts, name: str, password: str) -> AlarmDesk:
    """Return the desk of a person; that they came, or were refused, is in the journal.

    Raises
    ------
    SignInError
        If name or password are wrong.
    """
    now_us = Instant.now().us
    try:
        actor = accounts.sign_in(name, password)
    except SignInError:
        engine.note(EventKind.SIGN_IN_REFUSED, now_us, name)
        raise
    engine.note(EventKind.SIGNED_IN, now_us, actor.name, actor.role)
    return AlarmDesk(engine, actor)


def sign_out(engine: AlarmEngine, name: str, why: str = "") -> None:
    """Put into the journal that somebody left; `WITHOUT_INPUT`, or empty."""
    engine.note(EventKind.SIGNED_OUT, Instant.now().us, name, why)


class AlarmDesk:
    """One person at the alarms.

    Every action takes several points and does what it can: what is not allowed on one of them is
    in `Outcome.refused`, the others are done. A role that is not enough raises `SignInError`
    before anything is done.

    Parameters
    ----------
    engine : AlarmEngine
    actor : Actor
    clock : callable
        Our time in microseconds.
    """

    def __init__(
        self, engine: AlarmEngine, actor: Actor, clock: Callable[[], int] | None = None
    ) -> None:
        self._engine = engine
        self.actor = actor
        self._clock = clock or (lambda: Instant.now().us)

    def acknowledge(self, points: Iterable[str], comment: str = "") -> Outcome:
        """Take note of alarms."""
        self.actor.require(Role.OPERATOR, "acknowledge alarms")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points, lambda status, _point: machine.acknowledge(status, now_us, who, comment), now_us
        )

    def reset(self, points: Iterable[str], comment: str = "") -> Outcome:
        """Let latched alarms go."""
        self.actor.require(Role.OPERATOR, "reset alarms")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points, lambda status, _point: machine.reset(status, now_us, who, comment), now_us
        )

    def shelve(
        self, points: Iterable[str], reason: str, for_s: float, *, one_shot: bool = False
    ) -> Outcome:
        """Put alarms aside: for a time, or (one-shot) until the condition ends if that is earlier.

        Raises
        ------
        SignInError
            If the role does not allow it.
        AlarmError
            If it is longer than the role allows.
        """
        self.actor.require(Role.OPERATOR, "shelve alarms")
        options = self._engine.options
        engineer = self.actor.role.covers(Role.ENGINEER)
        limit_s = options.engineer_shelf_s if engineer else options.operator_shelf_s
        if for_s > limit_s:
            raise AlarmError(
                f"{self.actor.role} may shelve for {limit_s / 3600:g} hours at most",
                remedy="choose a shorter time",
            )
        now_us = self._clock()
        until_us = now_us + int(for_s * _SECOND_US)
        shelf = Shelf(self.actor.name, reason, now_us, until_us, one_shot)
        return self._engine.act(
            points, lambda status, _point: machine.shelve(status, shelf), now_us
        )

    def unshelve(self, points: Iterable[str], comment: str = "") -> Outcome:
        """Bring shelved alarms back."""
        self.actor.require(Role.OPERATOR, "bring shelved alarms back")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points,
            lambda status, point: machine.unshelve(status, point, now_us, who, comment),
            now_us,
        )

    def take_out_of_service(self, points: Iterable[str], reason: str) -> Outcome:
        """Silence alarms while somebody works on them."""
        self.actor.require(Role.ENGINEER, "take alarms out of service")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points,
            lambda status, _point: machine.take_out_of_service(status, now_us, who, reason),
            now_us,
        )

    def put_in_service(self, points: Iterable[str], comment: str = "") -> Outcome:
        """Put alarms back on duty."""
        self.actor.require(Role.ENGINEER, "put alarms in service")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points,
            lambda status, point: machine.put_in_service(status, point, now_us, who, comment),
            now_us,
        )

    def silence(self) -> Outcome:
        """Note that the sound of all that stands is silenced; who sounds it ends it."""
        self.actor.require(Role.OPERATOR, "silence alarms")
        return Outcome(self._engine.note(EventKind.SILENCED, self._clock(), self.actor.name))

    def comment(self, points: Iterable[str], text: str) -> Outcome:
        """Note something about alarms."""
        self.actor.require(Role.OPERATOR, "comment on alarms")
        now_us, who = self._clock(), self.actor.name
        return self._engine.act(
            points, lambda status, _point: machine.comment(status, now_us, who, text), now_us
        )
