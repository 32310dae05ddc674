"""Live data of the open project as plugins reach it: one hub, its last values, alarms of theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from twin_model.alarms.model import AlarmPoint, Condition
from twin_model.errors import PluginError, ShapanError, StoreError
from twin_model.live.hub import Hub
from twin_model.live.last_values import NEVER_US
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.schema.types import Severity

if TYPE_CHECKING:
    from twin_model.operations import Operations
    from twin_model.rules.binding import Types
    from twin_model.twin import Twin


class LiveData:
    """The hub that plugins publish into, and what a project that is open for writing adds to it.

    History, rules and alarms of a project are begun by the first sample or alarm, not when it is
    opened: projects without live data get no files for them. Safe to use from any thread.
    """

    def __init__(self) -> None:
        #: Where samples go while no project keeps them.
        self._own = Hub()
        self._lock = threading.Lock()
        #: Held while history, rules and alarms are begun or closed, which takes its time.
        self._changing = threading.RLock()
        self._twin: Twin | None = None
        self._operations: Operations | None = None
        self._language = "en"
        self._types: Callable[[], Types | None] = lambda: None
        #: Why samples are not kept; empty while they are, or while there is no project.
        self.problem = ""

    def open(
        self,
        twin: Twin | None,
        language: str = "en",
        types: Callable[[], Types | None] = lambda: None,
    ) -> None:
        """Take a project whose samples are to be kept; one that is read-only keeps none.

        Parameters
        ----------
        twin : Twin or None
        language : str
            Of the names of alarms.
        types : callable
            Returns the catalogue of entity types, whose rules are watched too.
        """
        with self._lock:
            self._twin = twin if twin is not None and not twin.read_only else None
            self._language, self._types = language, types
            self._own = Hub()
            self.problem = ""

    def use(self, operations: Operations) -> None:
        """Take history, rules and alarms that somebody else began, and will close."""
        with self._lock:
            self._operations, self._twin = operations, operations.twin

    def close(self) -> Callable[[], None]:
        """Let go of the project at once.

        Returns
        -------
        callable
            Writes what waits, for a thread: it takes as long as the disk does. What is published
            to the next project waits for it.
        """
        with self._lock:
            operations, self._operations = self._operations, None
            self._twin = None
            self._own = Hub()
        changing = self._changing

        def finish() -> None:
            if operations is not None:
                with changing:
                    operations.close()

        return finish

    @property
    def operations(self) -> Operations | None:
        """History, rules and alarms of the project, where something began them."""
        return self._operations

    @property
    def hub(self) -> Hub:
        """The hub of the moment."""
        with self._lock:
            return self._operations.hub if self._operations is not None else self._own

    def begin(self) -> Hub:
        """Begin history, rules and alarms where there is a project for them; return the hub."""
        if self._operations is None and self._twin is not None and not self.problem:
            with self._changing:
                self._begin()
        return self.hub

    def _begin(self) -> None:
        from twin_model import operations  # and with it the libraries of the history

        twin = self._twin
        if self._operations is not None or twin is None or self.problem:
            return
        try:
            options = operations.OperationsOptions(self._language)
            made = operations.Operations(twin, self._types(), options)
        except ShapanError as error:
            # Live data go on being shown; that they are not kept is said.
            self.problem = str(error)
            return
        with self._lock:
            still = self._twin is twin
            if still:
                self._operations = made
        if still:
            made.start_clock()
        else:
            made.close()

    # -- alarms --------------------------------------------------------------------------

    def begin_alarm(self, point: AlarmPoint, value: float) -> None:
        """Raise an alarm of a plugin.

        Raises
        ------
        StoreError
            If no project is open for writing.
        """
        operations = self._required()
        operations.declare([point])
        now_us = operations.hub.clock()
        operations.alarms.apply([Condition(point.id, True, now_us, value)], now_us)

    def end_alarm(self, point_id: str) -> None:
        """Say that what an alarm told is over.

        Raises
        ------
        StoreError
            If no project is open for writing.
        """
        operations = self._required()
        now_us = operations.hub.clock()
        operations.alarms.apply([Condition(point_id, False, now_us)], now_us)

    def _required(self) -> Operations:
        self.begin()
        operations = self._operations
        if operations is None:
            raise StoreError(
                self.problem or "no project is open for writing, which alarms need",
                remedy="" if self.problem else "open or make one first",
            )
        return operations

    # -- last values ---------------------------------------------------------------------

    def last(
        self, entities: Iterable[str] | None = None, indicators: Iterable[str] | None = None
    ) -> SampleBatch:
        """Return the newest sample of each series that is wanted."""
        hub = self.hub
        names, last, stale = hub.series.names(), hub.snapshot(), hub.stale()
        count = min(len(names), len(last.time_us), len(stale))
        wanted = np.flatnonzero(last.time_us[:count] != NEVER_US)
        some = None if entities is None else frozenset(entities)
        which = None if indicators is None else frozenset(indicators)
        if some is not None or which is not None:
            wanted = np.array(
                [
                    n for n in wanted.tolist()
                    if (some is None or names[n][0] in some)
                    and (which is None or names[n][1] in which)
                ],
                np.intp,
            )  # fmt: skip
        keys = SampleKeys()
        pairs = [(keys.entity(names[n][0]), keys.indicator(names[n][1])) for n in wanted.tolist()]
        entity, indicator = np.array(pairs, np.int32).reshape(-1, 2).T
        quality = last.quality[wanted].copy()
        doubtful = stale[wanted] & (quality == Quality.GOOD)
        quality[doubtful] = Quality.UNCERTAIN
        return SampleBatch(
            keys, entity, indicator, last.time_us[wanted], last.value[wanted], quality,
            last.text[wanted], last.position[wanted],
        )  # fmt: skip


def alarm_point(
    plugin: str, alarm: str, entity: str, name: str, priority: str, guidance: str
) -> AlarmPoint:
    """Return the point of an alarm of a plugin.

    Raises
    ------
    PluginError
        If the priority is none.
    """
    try:
        severity = Severity(priority)
    except ValueError:
        wanted = ", ".join(Severity)
        raise PluginError(
            plugin, f"alarm {alarm}: '{priority}' is no priority", remedy=f"one of {wanted}"
        ) from None
    return AlarmPoint(
        id=point_id(plugin, alarm, entity), entity=entity, name=name, priority=severity,
        rule=f"plugin {plugin}", guidance=guidance,
    )  # fmt: skip


def point_id(plugin: str, alarm: str, entity: str) -> str:
    """Return the id of the alarm of a plugin about an entity."""
    return f"{entity}/{plugin}/{alarm}"
