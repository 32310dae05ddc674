"""Live values and alarms of the open project, brought to the GUI thread at a pace eyes follow."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.item_models.entities import display_name
from app.project import ProjectSession
from app.workers import Background
from twin_model.alarms.accounts import SignInError
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.store.alarm_journal import ALARMS_FILE
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.recording import RunValues
    from plugins.host.live import LiveData
    from twin_model.alarms.desk import AlarmDesk
    from twin_model.alarms.model import Alarm
    from twin_model.operations import Operations
    from twin_model.schema.types import Severity

_TICK_MS: Final = 1000
_THROTTLE_MS: Final = 60
_NAMES_AT_ONCE: Final = 100
_MINUTE_US: Final = 60_000_000


@dataclass(frozen=True)
class AlarmPicture:
    """All alarms that are not normal at one moment.

    Parameters
    ----------
    alarms : list of Alarm
        The highest priority and newest first.
    names : dict
        Names of their entities by id.
    now_us : int
        The hub's clock, or the instant of the slider.
    in_flood : bool
    raised : int
        Alarms raised within the flood window.
    since_us : int or None
        When the flood began.
    unwritten : int
        Events that the journal does not have yet.
    problem : str
    """

    alarms: list[Alarm] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    now_us: int = 0
    in_flood: bool = False
    raised: int = 0
    since_us: int | None = None
    unwritten: int = 0
    problem: str = ""
    historic: bool = False


class LiveSession(QObject):
    """Follows the running side of the project.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    live : LiveData
    """

    #: Alarms changed: ask `picture`. At most sixteen times a second.
    alarms_changed = Signal()
    #: Once a second: ages and values.
    ticked = Signal()
    #: History, rules and alarms began, or ended with the project.
    changed = Signal()
    failed = Signal(str)
    #: Somebody wants to act, and has to sign in first.
    sign_in_wanted = Signal()
    _stirred = Signal()

    def __init__(self, session: ProjectSession, background: Background, live: LiveData) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self.live = live
        self.instant: Instant | None = None
        #: The desk of whoever signed in; None for nobody.
        self.desk_of: AlarmDesk | None = None
        self._run: RunValues | None = None
        self._run_instant: Instant | None = None
        self._known: Operations | None = None
        self._names: dict[str, str] = {}
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.setInterval(_THROTTLE_MS)
        self._throttle.timeout.connect(self.alarms_changed)
        self._stirred.connect(self._stir)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        session.opened.connect(self._opened)
        session.closing.connect(self._closing)
        session.changed.connect(self._twin_changed)

    @property
    def operations(self) -> Operations | None:
        """History, rules and alarms of the project; None before anything came."""
        return self._known

    @property
    def writable(self) -> bool:
        """Whether a project is open for writing."""
        return self._session.writable

    @property
    def values(self) -> Operations | RunValues | None:
        """Where panels find values: the project's devices, or the run that is shown."""
        return self._run if self._run is not None else self._known

    @property
    def run_shown(self) -> bool:
        """Whether the values are those of a run."""
        return self._run is not None

    @property
    def values_instant(self) -> Instant | None:
        """As of when values are shown; None for the newest."""
        return self._run_instant if self._run is not None else self.instant

    def show_run(self, values: RunValues | None, instant: Instant | None = None) -> None:
        """Show the values of a run in place of the devices'; None for these again.

        Alarms stay those of the devices.
        """
        other = values is not self._run
        self._run, self._run_instant = values, instant
        if other:
            self.changed.emit()
        self.ticked.emit()

    def begin(self, then: Callable[[], object] | None = None) -> None:
        """Begin history, rules and alarms, in a thread; *then* is called once they run."""

        def answer(_: Any) -> None:
            self._tick()
            if then is not None and self._known is not None:
                then()
            elif self.live.problem:
                self.failed.emit(self.live.problem)

        self._background.ask("live-begin", self.live.begin, answer)

    def set_instant(self, instant: Instant | None) -> None:
        """Show values and alarms as of an instant; None for now."""
        self.instant = instant
        self.alarms_changed.emit()
        self.ticked.emit()

    def desk(self) -> AlarmDesk:
        """Return the desk of whoever uses the window.

        Raises
        ------
        SignInError
            If the project demands sign-in.
        ShapanError
            If nothing runs.
        """
        if self._known is None:
            raise ShapanError("no alarms run in this project", remedy="open it for writing")
        if self.desk_of is not None:
            return self.desk_of
        try:
            name = getpass.getuser()
        except (OSError, KeyError):
            name = "operator"
        return self._known.desk(name)

    def refused(self, error: ShapanError) -> None:
        """Say why something was not done; where signing in helps, ask for it."""
        if isinstance(error, SignInError) and self.desk_of is None:
            self.sign_in_wanted.emit()
        else:
            self.failed.emit(str(error))

    def act(self, do: Callable[[AlarmDesk], Any]) -> None:
        """Do something to alarms in a thread; what is refused is said."""
        try:
            desk = self.desk()
        except ShapanError as error:
            self.refused(error)
            return

        def work() -> Any:
            try:
                return do(desk)
            except ShapanError as error:
                return error

        def answer(outcome: Any) -> None:
            refused = [outcome] if isinstance(outcome, ShapanError) else outcome.refused
            if refused:
                self.failed.emit(str(refused[0]))

        self._background.ask(f"alarm-act-{id(do)}", work, answer)

    # -- pictures ------------------------------------------------------------------------

    def ask_picture(self, answer: Callable[[AlarmPicture], object], key: str = "alarms") -> None:
        """Read all alarms in a thread, as of the slider's instant."""
        operations, instant = self._known, self.instant
        if operations is None:
            answer(AlarmPicture())
            return
        self._background.ask(key, lambda: self._picture(operations, instant), answer)

    def _picture(self, operations: Operations, instant: Instant | None) -> AlarmPicture:
        from twin_model.alarms.model import HIDDEN, STANDING

        if instant is not None:
            return self._historic(operations, instant)
        engine, now_us = operations.alarms, operations.hub.clock()
        alarms = engine.alarms(STANDING | HIDDEN, now_us)
        return AlarmPicture(
            alarms, self.names(a.point.entity for a in alarms), now_us, engine.in_flood,
            engine.raised_in_window, engine.flood_since_us, engine.unwritten,
            "; ".join(operations.problems()),
        )  # fmt: skip

    def _historic(self, operations: Operations, instant: Instant) -> AlarmPicture:
        from twin_model.alarms.model import PRIORITIES, Alarm, AlarmPoint, AlarmStatus, State

        found = []
        for name, event in operations.journal.states_at(instant).items():
            if event.after == State.NORMAL:
                continue
            entity = name.partition("/")[0]
            point = operations.alarms.points.get(name) or AlarmPoint(name, entity, name)
            status = AlarmStatus(
                name, event.priority, active=event.after in {State.UNACKNOWLEDGED,
                                                             State.ACKNOWLEDGED},
                value=event.value, raised_us=event.at_us, cause=event.cause,
            )  # fmt: skip
            found.append(Alarm(point, status, event.after))
        found.sort(key=lambda a: (-PRIORITIES.index(a.status.priority), -(a.status.raised_us or 0)))
        names = self.names(a.point.entity for a in found)
        return AlarmPicture(found, names, instant.us, historic=True)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of entities; slow for new ones, so for a thread."""
        twin = self._session.twin
        wanted = set(ids)
        missing = sorted(wanted - self._names.keys())
        if twin is not None:
            for start in range(0, len(missing), _NAMES_AT_ONCE):
                part = missing[start : start + _NAMES_AT_ONCE]
                listed = ", ".join("'" + one.replace("'", "''") + "'" for one in part)
                for entity in twin.entities(EntityQuery(where=f"id in ({listed})")):
                    self._names[entity.id] = display_name(entity)
        return {one: self._names.get(one, one) for one in wanted}

    # -- following -----------------------------------------------------------------------

    def _opened(self) -> None:
        twin = self._session.required
        self._names.clear()
        self.instant = None
        self._timer.start()
        if (twin.path / ALARMS_FILE).is_file() and not twin.read_only:
            self.begin()

    def _closing(self) -> None:
        self._timer.stop()
        self._run = None
        self._leave()
        self.changed.emit()
        self.alarms_changed.emit()

    def _leave(self) -> None:
        if self._known is not None:
            self._known.alarms.changed.disconnect(self._alarm_changed)
            self._known = None
            self.desk_of = None

    def _tick(self) -> None:
        operations = self.live.operations
        if operations is not self._known:
            self._leave()
            self._known = operations
            if operations is not None:
                operations.alarms.changed.connect(self._alarm_changed)
            self.changed.emit()
            self.alarms_changed.emit()
        self.ticked.emit()

    def _alarm_changed(self, change: object) -> None:
        # In a publisher's thread.
        try:
            self._stirred.emit()
        except RuntimeError:
            return  # the window is gone

    def _stir(self) -> None:
        if not self._throttle.isActive():
            self._throttle.start()

    def _twin_changed(self, change: Any) -> None:
        if change.all_entities:
            self._names.clear()
        for entity in change.entities:
            self._names.pop(entity, None)


def counts(picture: AlarmPicture) -> dict[Severity, int]:
    """Return how many alarms stand, by priority."""
    from twin_model.alarms.model import STANDING

    found: dict[Severity, int] = {}
    for alarm in picture.alarms:
        if alarm.state in STANDING:
            found[alarm.status.priority] = found.get(alarm.status.priority, 0) + 1
    return found
