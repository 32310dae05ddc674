"""Alarms that have to do with nothing else, of which most of a flood consists."""

from __future__ import annotations

from twin_model.alarms import machine
from twin_model.alarms.causes import Causes
from twin_model.alarms.flood import ChatterWatch, FloodWatch
from twin_model.alarms.model import AlarmEvent, AlarmPoint, AlarmStatus, Condition, State


class PlainAlarms:
    """Takes in the beginning of alarms without delay, group, escalation or relations.

    What the engine does for any alarm, in a third of the time, since a burst makes thousands.

    Parameters
    ----------
    statuses : dict of AlarmStatus
        By point; filled.
    causes : Causes
    flood : FloodWatch
    chatter : ChatterWatch
    """

    def __init__(
        self,
        statuses: dict[str, AlarmStatus],
        causes: Causes,
        flood: FloodWatch,
        chatter: ChatterWatch,
    ) -> None:
        self._statuses = statuses
        self._causes = causes
        self._flood = flood
        self._chatter = chatter

    def begin(self, condition: Condition, point: AlarmPoint | None) -> AlarmEvent | None:
        """Raise an alarm whose condition begins within a flood, if that is all there is to do.

        Time has passed until then.

        Returns
        -------
        AlarmEvent or None
            None where there is more to it, and nothing was done.
        """
        name, active, at_us, value = condition
        if point is None or not active or point.on_delay_s > 0 or point.group:
            return None
        if point.escalate_after_s is not None or not self._flood.in_flood:
            return None
        status = self._statuses.get(name)
        if status is None:
            status = AlarmStatus(name, point.priority)
        elif status.raw or at_us <= status.condition_us or status.state is not State.NORMAL:
            return None
        if not self._causes.raised_alone(name, point.entity, at_us):
            return None
        self._statuses[name] = status
        self._flood.raised(at_us)
        self._chatter.raised(name, at_us)
        return machine.begin_plainly(status, point, at_us, value)
