"""Live values and alarms of the open project, brought to the GUI thread at a pace eyes follow."""

from __future__ import annotations

import contextlib
import getpass
import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.alarms.picture import AlarmPicture, count
from app.live.naming import read_names
from app.project import ProjectSession
from app.workers import Background
from twin_model.alarms.accounts import Role, SignInError
from twin_model.errors import ShapanError
from twin_model.store.alarm_journal import ALARMS_FILE
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.alarms.arranging import Arrangement, Wish
    from app.alarms.paths import AlarmPaths
    from app.simulation.recording import RunValues
    from plugins.host.live import LiveData
    from twin_model.alarms.desk import AlarmDesk
    from twin_model.operations import Operations

_TICK_MS: Final = 1000
#: Between two lists of alarms: so many times as long as making one takes, within these limits.
_SHARE: Final = 3
_SOONEST_MS: Final = 60
_LATEST_MS: Final = 200
#: From a list to the next one, if that was asked for meanwhile.
_PAINTED_MS: Final = 20
_VALUES_MS: Final = 50
#: Entities with alarms whose names are read beforehand.
_MOST_NAMES: Final = 20_000
_MINUTE_US: Final = 60_000_000


class LiveSession(QObject):
    """Follows the running side of the project.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    live : LiveData
    """

    #: Alarms changed: ask for the list. At once, then as often as making lists leaves room.
    alarms_changed = Signal()
    #: Once a second: ages and values.
    ticked = Signal()
    #: Samples came: at most twenty times a second.
    values_changed = Signal()
    #: History, rules and alarms began, or ended with the project.
    changed = Signal()
    failed = Signal(str)
    #: Somebody wants to act, and has to sign in first.
    sign_in_wanted = Signal()
    _stirred = Signal()
    _came = Signal()

    def __init__(self, session: ProjectSession, background: Background, live: LiveData) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self.live = live
        self.instant: Instant | None = None
        #: The desk of whoever signed in; None for nobody.
        self.desk_of: AlarmDesk | None = None
        #: What somebody wanted to do who has to sign in first.
        self._wanted: Callable[[], object] | None = None
        self._run: RunValues | None = None
        self._run_instant: Instant | None = None
        self._known: Operations | None = None
        self._names: dict[str, str] = {}
        #: Points whose entities' names are read, or being read.
        self._named: object = None
        self._paths: AlarmPaths | None = None
        #: Set once what was last done to alarms is done.
        self._acted = threading.Event()
        self._acted.set()
        self._act_numbers = itertools.count()
        self._listing = False
        self._list_next: tuple[Wish, Callable[[Arrangement], object]] | None = None
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(_PAINTED_MS)
        self._painted.timeout.connect(self._list_following)
        self._shown = QTimer(self)
        self._shown.setSingleShot(True)
        self._shown.setInterval(0)  # when all else is done, painting too
        self._shown.timeout.connect(self._give_way)
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._rest_ms = _SOONEST_MS
        self._throttle.timeout.connect(self._rested)
        self._stirred_since = False
        self._stirred.connect(self._stir)
        self._values = QTimer(self)
        self._values.setSingleShot(True)
        self._values.setInterval(_VALUES_MS)
        self._values.timeout.connect(self._tell_values)
        self._came.connect(self._values.start, Qt.ConnectionType.QueuedConnection)
        #: Whether it was told already that samples came; read and set in publishers' threads.
        self._values_told = False
        self._detach: Callable[[], None] = lambda: None
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

    def refused(self, error: ShapanError, again: Callable[[], object] | None = None) -> None:
        """Say why something was not done; where signing in helps, ask for it.

        Parameters
        ----------
        error : ShapanError
        again : callable, optional
            Does it once somebody has signed in.
        """
        if isinstance(error, SignInError) and self.desk_of is None:
            self._wanted = again
            self.sign_in_wanted.emit()
        else:
            self.failed.emit(str(error))

    def sign_in(self, desk: AlarmDesk | None) -> None:
        """Have somebody act from now on, or nobody; what was wanted meanwhile is done."""
        self.desk_of = desk
        self.changed.emit()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and desk is not None:
            wanted()

    def sign_out(self, why: str = "") -> None:
        """Have nobody act from now on, which the journal tells; *why* where nobody asked for it."""
        operations, desk = self._known, self.desk_of
        if operations is None or desk is None:
            return
        engine, name = operations.alarms, desk.actor.name

        def work() -> None:
            from twin_model.alarms.desk import sign_out

            sign_out(engine, name, why)

        self._background.ask(f"sign-out-{name}", work, lambda _: None)
        self.sign_in(None)

    def want_nothing(self) -> None:
        """Forget what was wanted, since nobody signs in."""
        self._wanted = None

    def allows(self, needed: Role) -> bool:
        """Return whether who signed in may do what a role may; True for nobody, who is asked."""
        return self.desk_of is None or self.desk_of.actor.role.covers(needed)

    def act(self, do: Callable[[AlarmDesk], Any]) -> None:
        """Do something to alarms in a thread, after what was done before; say what is refused."""
        try:
            desk = self.desk()
        except ShapanError as error:
            self.refused(error, lambda: self.act(do))
            return

        before, done = self._acted, threading.Event()
        self._acted = done

        def work() -> Any:
            before.wait()  # side by side, one could be reset before it is acknowledged
            try:
                return do(desk)
            except ShapanError as error:
                return error
            finally:
                done.set()

        def answer(outcome: Any) -> None:
            refused = [outcome] if isinstance(outcome, ShapanError) else outcome.refused
            if refused:
                self.failed.emit(str(refused[0]))

        self._background.ask(f"alarm-act-{next(self._act_numbers)}", work, answer)

    # -- pictures ------------------------------------------------------------------------

    def ask_list(self, wish: Wish, answer: Callable[[Arrangement], object]) -> None:
        """Read all alarms in a thread, as of the slider's instant, and arrange them there.

        One question at a time: in a flood the next one waits for the answer to the one before,
        which otherwise would be dropped again and again, and nothing be shown until it is over.
        """
        from app.alarms.arranging import Arrangement

        if self._known is None:
            answer(Arrangement(wish=wish))
        elif self._listing:
            self._list_next = wish, answer
        else:
            self._list(wish, answer)

    def _list(self, wish: Wish, answer: Callable[[Arrangement], object]) -> None:
        from app.alarms.arranging import Grouping, arrange

        operations, instant = self._known, self.instant
        if operations is None:
            return
        self._listing = True

        def work() -> tuple[Arrangement | Exception, float]:
            began_s = time.thread_time()
            try:
                picture = self._picture(operations, instant)
                if wish.grouping in {Grouping.PLACE, Grouping.SYSTEM}:
                    picture = self._with_paths(operations, picture, wish.grouping == Grouping.PLACE)
                found = arrange(picture, wish)
                operations.alarms.way.claim()
                return found, time.thread_time() - began_s
            except Exception as error:
                return error, time.thread_time() - began_s

        def take(answered: tuple[Arrangement | Exception, float]) -> None:
            found, took_s = answered
            rest_ms = round(took_s * 1000 * _SHARE)
            self._rest_ms = max(_SOONEST_MS, min(_LATEST_MS, rest_ms))
            if isinstance(found, Exception):
                self._background.failed.emit(found)
            else:
                answer(found)
            # Painting comes first: beside a thread that computes it takes several times as long.
            self._painted.start()
            self._shown.start()

        self._background.ask("alarms", work, take)

    def _give_way(self) -> None:
        if self._known is not None:
            self._known.alarms.way.release()

    def _list_following(self) -> None:
        following, self._list_next = self._list_next, None
        self._listing = False
        if following is not None:
            self._list(*following)

    def _with_paths(
        self, operations: Operations, picture: AlarmPicture, by_place: bool
    ) -> AlarmPicture:
        """Add where entities are, or the systems that they are in; for a thread."""
        from app.alarms.paths import AlarmPaths

        paths = self._paths
        if paths is None:
            paths = self._paths = AlarmPaths(operations.twin)
        entities = {alarm.point.entity for alarm in picture.alarms}
        if by_place:
            return replace(picture, places=paths.places(entities, self.names))
        return replace(picture, systems=paths.systems(entities, self.names))

    def _picture(self, operations: Operations, instant: Instant | None) -> AlarmPicture:
        from twin_model.alarms.model import HIDDEN, STANDING

        if instant is not None:
            return self._historic(operations, instant)
        engine, now_us = operations.alarms, operations.hub.clock()
        alarms = engine.alarms(STANDING | HIDDEN, now_us)
        return AlarmPicture(
            alarms, self._names_for({a.point.entity for a in alarms}), now_us, engine.in_flood,
            engine.raised_in_window, engine.flood_since_us, engine.unwritten,
            "; ".join(operations.problems()), counts=count(alarms, now_us),
        )  # fmt: skip

    def _historic(self, operations: Operations, instant: Instant) -> AlarmPicture:
        from twin_model.alarms.model import PRIORITIES, Alarm, AlarmPoint, AlarmStatus, State

        found = []
        states = {
            name: event
            for name, event in operations.journal.states_at(instant).items()
            if event.after != State.NORMAL
        }
        raised = operations.journal.raised_before(instant, list(states))
        for name, event in states.items():
            entity = name.partition("/")[0]
            point = operations.alarms.points.get(name) or AlarmPoint(name, entity, name)
            status = AlarmStatus(
                name, event.priority, active=event.after in {State.UNACKNOWLEDGED,
                                                             State.ACKNOWLEDGED},
                value=event.value, raised_us=raised.get(name, event.at_us), cause=event.cause,
            )  # fmt: skip
            found.append(Alarm(point, status, event.after))
        found.sort(key=lambda a: (-PRIORITIES.index(a.status.priority), -(a.status.raised_us or 0)))
        names = self._names_for({a.point.entity for a in found})
        counts = count(found, instant.us)
        return AlarmPicture(found, names, instant.us, historic=True, counts=counts)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of entities; slow for new ones, so for a thread."""
        wanted = set(ids)
        known = self._names_for(wanted)
        return {one: known.get(one, one) for one in wanted}

    def _names_for(self, wanted: set[str]) -> dict[str, str]:
        """Return all known names, among them those of some entities; not to be changed."""
        twin, known = self._session.twin, self._names
        missing = wanted - known.keys()
        if twin is not None and missing:
            known.update(read_names(twin, sorted(missing)))
        return known

    # -- following -----------------------------------------------------------------------

    def _opened(self) -> None:
        twin = self._session.required
        self._names = {}
        self._paths = None
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
            self._detach()
            self._values.stop()
            self._known = None
            self.desk_of = self._wanted = None
        self._painted.stop()
        self._listing, self._list_next = False, None
        self._background.drop("alarms")

    def _tick(self) -> None:
        operations = self.live.operations
        if operations is not self._known:
            self._leave()
            self._known = operations
            if operations is not None:
                operations.alarms.changed.connect(self._alarm_changed)
                self._detach = operations.hub.attach("window", self._delivered)
            self.changed.emit()
            self.alarms_changed.emit()
        self._name_points()
        self.ticked.emit()

    def _name_points(self) -> None:
        """Read names while it is calm: a flood asks for thousands at once."""
        points = {} if self._known is None else self._known.alarms.points
        if points is self._named or len(points) > _MOST_NAMES:
            return
        self._named = points
        entities = {point.entity for point in points.values()}
        self._background.ask("alarm-names", lambda: self._names_for(entities), lambda _: None)

    def _delivered(self, delivery: object) -> None:
        # In a publisher's thread: one signal for whatever comes until it is shown.
        if not self._values_told:
            self._values_told = True
            with contextlib.suppress(RuntimeError):  # the window is gone
                self._came.emit()

    def _tell_values(self) -> None:
        self._values_told = False
        if self.instant is None:
            self.values_changed.emit()

    def _alarm_changed(self, change: object) -> None:
        # In a publisher's thread.
        try:
            self._stirred.emit()
        except RuntimeError:
            return  # the window is gone

    def _stir(self) -> None:
        if self._throttle.isActive():
            self._stirred_since = True
        else:
            self._throttle.start(self._rest_ms)
            self.alarms_changed.emit()

    def _rested(self) -> None:
        if self._stirred_since:
            self._stirred_since = False
            self._stir()

    def _twin_changed(self, change: Any) -> None:
        self._paths = None
        # Another dictionary, since lists that are shown look into the one they were made with.
        gone = self._names.keys() if change.all_entities else self._names.keys() & change.entities
        if gone:
            self._names = {one: name for one, name in self._names.items() if one not in gone}
