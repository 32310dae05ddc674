"""One run in the scene: what moves, water, and roads in colours, as of an instant."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.project import ProjectSession
from app.simulation.following import Following
from app.simulation.line_colours import road_colours, rounded_up
from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession, Underway
from app.viewport import Viewport
from app.workers import Background
from twin_model.errors import ShapanError
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.run_log import RUN_FILE, RUNS
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.recording import Recording
    from rendering.moving.style import MovingStyle
    from rendering.moving.tracks import Tracks
    from rendering.options import OverlayMesh

#: Names under which the scene keeps what is drawn.
_MOVING, _ROADS, _WATER = "simulation/moving", "simulation/roads", "simulation/water"
_CROWD: Final = "simulation/crowd"
#: What roads, pipes and their nodes can be coloured by, with the least value of the scale's end.
LINE_INDICATORS: Final = {
    "speed": 50.0, "flow": 500.0, "queue": 10.0, "density": 40.0, "pressure": 20.0,
    "velocity": 0.5, "depth": 0.5, "flow_depth": 0.2, "overflow": 0.01,
}  # fmt: skip
#: The same of a flow of water, by its unit.
_FLOWS: Final = {"l/s": 5.0, "m^3/s": 0.05}
_REFRESH_MS: Final = 1000
#: Pause after a frame, in times of it, while a run is computed as fast as it goes: things leap
#: anyway, and drawing takes processors that engines need; True where these draw all.
_PAUSE_FAST: Final = {True: 20.0, False: 7.0}
_FAST: Final = 8.0  # a run faster than this is as fast as it goes
#: Intervals of telling that a run under way is drawn behind: they differ, and late looks unsure.
_DELAY: Final = 2.5
_PERSON_PX: Final = 3.0  # people are half a metre wide, and stand that close
_FIRST_US: Final = 1_000_000  # what moves is told for the first time after its first half second


@dataclass(frozen=True, eq=False)
class Picture:
    """What is drawn of a run at one instant.

    Parameters
    ----------
    instant : Instant
    roads, water : OverlayMesh or None
    crowd : tuple of OverlayMesh
        How dense people stand, a storey each.
    has_people : bool
        Whether it could be drawn.
    indicator : str
        What roads are coloured by; empty where there are none.
    high : float
        Value at the end of their scale.
    unit : str
    water_instant : Instant or None
        When the depths are of.
    whole_known : bool
        Whether the greatest density of the whole run could be drawn.
    walked : tuple of str
        Layers of the rooms that people walk in.
    """

    instant: Instant
    roads: OverlayMesh | None = None
    water: OverlayMesh | None = None
    crowd: tuple[OverlayMesh, ...] = ()
    has_people: bool = False
    indicator: str = ""
    high: float = 1.0
    unit: str = ""
    water_instant: Instant | None = None
    indicators: list[str] = field(default_factory=list)
    whole_known: bool = False
    walked: tuple[str, ...] = ()


class ShownRun(QObject):
    """Draws a run that is recorded, or one that is computed now.

    Parameters
    ----------
    simulation : SimulationSession
    session : ProjectSession
    background : Background
    viewport : Viewport
    style : MovingStyle
    key : str
        Tells the questions of one from those of another; only the one without shows runs under
        way.
    """

    #: Another run is shown, or none.
    changed = Signal()
    #: A recorded run is there: its `Recording`.
    opened = Signal(object)
    #: A `Picture` is drawn.
    drawn = Signal(object)
    #: Values changed: as of the instant, None for those of a run under way.
    valued = Signal(object)

    def __init__(
        self,
        simulation: SimulationSession,
        session: ProjectSession,
        background: Background,
        viewport: Viewport,
        style: MovingStyle,
        key: str = "",
    ) -> None:
        super().__init__(viewport)
        self._key = key
        self._simulation = simulation
        self._session = session
        self._background = background
        self._viewport = viewport
        self._style = style
        self.recording: Recording | None = None
        self.underway: Underway | None = None
        self.info: RunInfo | None = None
        self.instant: Instant | None = None
        #: What lines are coloured by; until one is chosen, the first that there is.
        self.indicator: str | None = None
        #: Whether the floor shows how dense people stand.
        self.crowded = True
        #: Whether it shows the greatest of the whole run.
        self.greatest = False
        self._live: Tracks | None = None
        self._following: Following | None = None
        self._painted: tuple[SampleBatch, str, OverlayMesh] | None = None
        self._wanted: Instant | None = None
        self._reading = False
        self._ranges: dict[str, float] = {}
        self._water: tuple[Instant, OverlayMesh] | None = None
        self._picture: Picture | None = None
        self._refresh = QTimer(self)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self._look_again)
        if not key:
            simulation.listener = self._hear
            simulation.began.connect(self._follow)
            simulation.ended.connect(self._run_ended)
        session.closing.connect(self.leave)

    @property
    def run_id(self) -> str:
        """Id of the run that is shown; empty for none."""
        if self.underway is not None:
            return self.underway.id
        return self.info.id if self.info is not None else ""

    @property
    def picture(self) -> Picture | None:
        """What is drawn."""
        return self._picture

    # -- choosing ------------------------------------------------------------------------

    def show_underway(self, one: Underway) -> None:
        """Show a run while it is computed."""
        from rendering.moving.tracks import Tracks

        self.leave()
        self.underway = one
        style = self._style_of([e.simulator for e in one.scenario.engines])
        self._live = Tracks(style, delay_intervals=_DELAY)
        self._viewport.stage.moving_things.set(_MOVING, self._live)
        self._pace_frames()
        self._refresh.start()
        self._follow(one)
        self.changed.emit()

    def _pace_frames(self) -> None:
        """Draw a fast run less often: its engines and the picture share the processors."""
        one = self.underway
        fast = one is not None and one.speed > _FAST and not one.paused
        pause = _PAUSE_FAST[self._viewport.stage.statistics().software]
        self._viewport.animation_pause = pause if fast else 1.0

    def show_recorded(self, run_id: str, at: Instant | None = None) -> None:
        """Show a run from what it left; *at* an instant, else at its end.

        One that was over early, as when everyone is out, is shown at its beginning: at its end
        there is nothing to be seen.
        """
        from app.simulation.recording import Recording

        twin, project = self._session.twin, self._simulation.project
        info = self._simulation.run(run_id)
        if twin is None or project is None:
            return
        self.leave()
        self.info = info
        style = self._style_of([] if info is None else info.simulators)

        def answer(recording: Recording) -> None:
            self._open(recording, at)

        self._background.ask(
            f"run-open{self._key}", lambda: Recording(project / RUNS / run_id, twin, style), answer
        )

    def _open(self, recording: Recording, at: Instant | None) -> None:
        self.recording = recording
        self._viewport.stage.moving_things.set(_MOVING, recording.tracks)
        over = self.info is not None and self.info.over_early
        self.instant = at or (
            Instant(min(recording.period.start.us + _FIRST_US, recording.period.end.us - 1))
            if over else Instant(recording.period.end.us - 1)
        )  # fmt: skip
        self.opened.emit(recording)
        self.changed.emit()
        self.seek(self.instant)

    def _style_of(self, simulators: Sequence[str]) -> MovingStyle:
        """Return how things move; people alone are hardly enlarged, as they stand close."""
        people = any("jupedsim" in one for one in simulators)
        vehicles = any("sumo" in one for one in simulators)
        if people and not vehicles:
            return dataclasses.replace(self._style, shape="person", least_px=_PERSON_PX)
        return self._style

    def leave(self) -> None:
        """Show no run."""
        if self.recording is None and self.underway is None and self.info is None:
            return
        self._refresh.stop()
        for question in ("run-open", "run-state"):
            self._background.drop(f"{question}{self._key}")
        read = [one for one in (self.recording, self._following) if one is not None]
        self.recording, self._following, self._painted = None, None, None
        self.underway, self.info, self._live = None, None, None
        self._pace_frames()
        self.instant = self._wanted = self._water = self._picture = None
        self._reading = False
        self._ranges = {}
        stage = self._viewport.stage
        stage.moving_things.set(_MOVING, None)
        for name in (_ROADS, _WATER, _CROWD):
            stage.set_overlay(name, None)
        self._viewport.redraw()
        for one in read:
            self._background.ask(f"run-close{self._key}", one.close, lambda _: None)
        self.changed.emit()

    def set_indicator(self, indicator: str) -> None:
        """Colour roads and pipes by another indicator; empty for none."""
        self.indicator = indicator
        self._ask()

    def set_crowded(self, on: bool) -> None:
        """Show how dense people stand on the floor, or not."""
        self.crowded = on
        self._ask()

    def set_greatest(self, on: bool) -> None:
        """Show how dense people stood at most over the whole run, or at the instant."""
        self.greatest = on
        self._ask()

    # -- a recorded run ------------------------------------------------------------------

    def seek(self, instant: Instant) -> None:
        """Show another instant: what moves at once where it is known, the rest as it is read."""
        if self.recording is None:
            return
        self.instant = instant
        self.recording.tracks.show(instant.us)
        self._viewport.redraw()
        self._wanted = instant
        self._ask()

    def _ask(self) -> None:
        """Read the newest wanted instant, one at a time: a slider asks faster than files answer."""
        recording = self.recording or None
        if self._reading or (recording is None and self.underway is None):
            return
        if recording is not None and self.instant is not None:
            self._reading = True
            instant, self._wanted = self.instant, None
            self._background.ask(
                f"run-state{self._key}", _caught(lambda: self._read(recording, instant)), self._take
            )

    def _read(self, recording: Recording, instant: Instant) -> Picture:
        """Read everything as of an instant, in a thread."""
        recording.read_moving(instant)
        return self._pictured(recording, instant, recording.seek(instant))

    def _pictured(
        self, recording: Recording, instant: Instant, batch: SampleBatch,
        people: SampleBatch | None = None,
    ) -> Picture:  # fmt: skip
        """Make a picture of what stays in place, and of how dense people stand."""
        known = dict.fromkeys([*LINE_INDICATORS, *recording.marked])
        indicators = [one for one in known if one in batch.keys.indicators]
        indicator = self.indicator if self.indicator in indicators else ""
        if self.indicator is None and indicators and not recording.products.water_systems():
            indicator = indicators[0]
        roads, high = None, 1.0
        if indicator and len(recording.ribbons):
            high = self._high(recording, indicator, batch)
            roads = self._roads(recording, indicator, batch, high)
        water = self._read_water(recording, instant)
        has_people = bool(recording.products.crowd_grounds())
        return Picture(
            instant, roads, water[1] if water else None,
            self._crowd(recording, instant, people), has_people, indicator, high,
            recording.values.units.get(indicator, ""), water[0] if water else None,
            indicators if len(recording.ribbons) else [],
            has_people and recording is self.recording and self.crowded, recording.walked,
        )  # fmt: skip

    def _crowd(
        self, recording: Recording, instant: Instant, people: SampleBatch | None
    ) -> tuple[OverlayMesh, ...]:
        if not self.crowded:
            return ()
        if self.greatest and recording is self.recording:
            return recording.greatest_crowd()
        return recording.crowd(instant, people)

    def _roads(
        self, recording: Recording, indicator: str, batch: SampleBatch, high: float
    ) -> OverlayMesh:
        """Return roads in colours; those that are drawn where no value is new."""
        painted = self._painted
        if painted is None or painted[0] is not batch or painted[1] != indicator:
            values = recording.road_values(batch, indicator)
            mesh = recording.ribbons.mesh(road_colours(values, high, indicator))
            self._painted = painted = batch, indicator, mesh
        return painted[2]

    def _high(self, recording: Recording, indicator: str, batch: SampleBatch) -> float:
        """Return the end of a scale: the same at every instant of a run."""
        if indicator not in self._ranges:
            if recording is self.recording:
                names = recording.road_names
                batch = recording.run.series.read(recording.period, names, [indicator])
            else:  # under way: what it says first
                number = list(batch.keys.indicators).index(indicator)
                batch = batch.select(batch.indicator == number)
            # Water flows backwards through a pipe as well.
            values = np.abs(batch.value[np.isfinite(batch.value)])
            top = float(np.percentile(values, 99.0)) if len(values) else 0.0
            least = LINE_INDICATORS.get(indicator, 0.0)
            if indicator == "flow":
                least = _FLOWS.get(recording.values.units.get(indicator, ""), least)
            self._ranges[indicator] = rounded_up(max(top, least))
        return self._ranges[indicator]

    def _read_water(
        self, recording: Recording, instant: Instant
    ) -> tuple[Instant, OverlayMesh] | None:
        from rendering.water import depth_surface

        systems = recording.products.water_systems()
        if not systems:
            return None
        times = [one for one in recording.products.instants(systems[0]) if one <= instant]
        if not times:
            return None
        if self._water is None or self._water[0] != times[-1]:
            grid = recording.water(instant)
            if grid is None:
                return None
            surface = depth_surface(grid.depth_m, grid.bed_m, grid.place_m)
            self._water = grid.instant, surface
        return self._water

    def _take(self, picture: Picture | ShapanError) -> None:
        self._reading = False
        if isinstance(picture, ShapanError):
            self._simulation.failed.emit(str(picture))
            return
        if self.recording is not None:
            self.valued.emit(self.instant)
        self._draw(picture)
        if self._wanted is not None:
            self._ask()

    def _draw(self, picture: Picture) -> None:
        from rendering.options import Overlay

        before, self._picture = self._picture, picture
        stage = self._viewport.stage
        if before is None or before.roads is not picture.roads:
            roads = None if picture.roads is None else Overlay(meshes=(picture.roads,))
            stage.set_overlay(_ROADS, roads)
        if before is None or before.water is not picture.water:
            water = None if picture.water is None else Overlay(meshes=(picture.water,))
            stage.set_overlay(_WATER, water)
        if before is None or before.crowd or picture.crowd:
            stage.set_overlay(_CROWD, Overlay(meshes=picture.crowd) if picture.crowd else None)
        self._redraw()
        self.drawn.emit(picture)

    def _redraw(self) -> None:
        """Ask for a frame, unless one comes anyway after the pause that a fast run leaves."""
        viewport = self._viewport
        if viewport.animation_pause == 1.0 or not viewport.stage.moving_things.active:
            viewport.redraw()

    # -- a run under way -----------------------------------------------------------------

    def _hear(self, one: Underway, batch: SampleBatch) -> None:
        """Take what simulators give, in a thread of the run."""
        tracks, following = self._live, self._following
        if one is not self.underway:
            return
        if following is not None:
            following.hear(batch)
        if batch.position is not None and tracks is not None:
            tracks.take(as_positions(batch))

    def _follow(self, one: Underway) -> Following | None:
        """Return what follows the run that is shown; None while it has no process yet."""
        project = self._simulation.project
        if self._following is None and one is self.underway and one.id and project is not None:
            folder, twin = project / RUNS / one.id, self._session.required
            self._following = Following(folder, twin, self._style, LINE_INDICATORS)
        return self._following

    def _look_again(self) -> None:
        """Bring roads, water and the crowd of a run under way up to date."""
        one = self.underway
        self._pace_frames()
        self._redraw()
        following = None if one is None else self._follow(one)
        if one is None or one.now is None or following is None or self._reading:
            return
        self._reading, now = True, one.now

        def read() -> Picture:
            recording, batch = following.look(now)
            return self._pictured(recording, now, batch, following.people())

        def answer(picture: Picture | ShapanError) -> None:
            # Of a run that only begins, not everything is there yet.
            self._reading = False
            if isinstance(picture, Picture) and self.underway is one:
                self._draw(picture)

        self._background.ask(f"run-state{self._key}", _caught(read), answer)

    def _run_ended(self, run_id: str) -> None:
        project = self._simulation.project
        if self.underway is not None and project is not None and self.underway.id == run_id:
            # What could not even begin has nothing to show; why is said already.
            began = bool(run_id) and (project / RUNS / run_id / RUN_FILE).is_file()
            self.show_recorded(run_id) if began else self.leave()


def _caught(work: Callable[[], Picture]) -> Callable[[], Picture | ShapanError]:
    """Return what gives an error of ours back: whoever reads next must know that it ended."""

    def run() -> Picture | ShapanError:
        try:
            return work()
        except ShapanError as error:
            return error

    return run


def as_positions(batch: SampleBatch) -> SampleBatch:
    """Return moving things of a simulator as samples of positions."""
    from rendering.moving.style import SHAPES

    keys = SampleKeys(batch.keys.entities, ["position"])
    text = batch.text
    names = batch.keys.indicators
    if text is None and any(name in SHAPES for name in names):
        text = np.array([names[n] for n in batch.indicator.tolist()], object)
    indicator = np.zeros_like(batch.indicator)
    return dataclasses.replace(batch, keys=keys, indicator=indicator, text=text)
