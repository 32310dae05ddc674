"""A run that is read again: values as of an instant, things that move, water, roads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.simulation.inside import walked_layers
from app.simulation.marks import given_elsewhere, indicators_of, marks_of
from rendering.moving.recorded import RecordedTracks
from rendering.moving.style import MovingStyle
from rendering.ribbons import Ribbons, read_ribbons
from twin_model.live.hub import Hub
from twin_model.samples import Quality, SampleBatch
from twin_model.simulation.replay import RunReplay
from twin_model.store.run_crowds import greatest_crowds
from twin_model.store.run_log import Run
from twin_model.store.run_products import DepthGrid, RunProducts
from twin_model.store.sample_history import SampleHistory
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

if TYPE_CHECKING:
    from rendering.options import OverlayMesh

#: Moving things are read for so long at once, from a little before.
_WINDOW_US: Final = 60_000_000
_BEFORE_US: Final = 15_000_000
#: Who was not heard of for so long has left.
PEOPLE_US: Final = 2_000_000


class RunValues:
    """Where panels find the values of a run, in place of those of the project's devices.

    Parameters
    ----------
    twin : Twin
    hub : Hub
        Newest values as of the instant that is shown.
    history : SampleHistory
    units : dict
        Unit by indicator.
    """

    def __init__(
        self, twin: Twin, hub: Hub, history: SampleHistory, units: Mapping[str, str]
    ) -> None:
        self.twin = twin
        self.hub = hub
        self.history = history
        self.units = units


class Recording:
    """Reads one run for the scene and the panels. For one thread at a time.

    Parameters
    ----------
    folder : Path
        ``runs/<run>``.
    twin : Twin
    style : MovingStyle
    moving : bool
        Whether things that move are read too.

    Raises
    ------
    StoreError
        If there is no such run.
    """

    def __init__(
        self, folder: Path, twin: Twin, style: MovingStyle, *, moving: bool = True
    ) -> None:
        self.run = Run(folder)
        self.products = RunProducts(folder)
        self.period = self.run.period
        self.hub = Hub()
        self._replay = RunReplay(self.hub, self.run)
        units: dict[str, str] = {}
        for inner in self.run.about.get("units", {}).values():
            units |= inner
        self.values = RunValues(twin, self.hub, self.run.series, units)
        self.tracks = RecordedTracks(style, gap_s=self._gap_s())
        self._window = Interval(Instant(0), Instant(0))
        #: Layers of the rooms that people walk in.
        self.walked = walked_layers(self.run.about["scenario"], twin)
        self._moves = moving and self.run.moving.extent() is not None
        self._greatest: tuple[OverlayMesh, ...] | None = None
        self.road_names: list[str] = []
        self.ribbons = Ribbons([])
        #: What entities can be coloured by besides roads and pipes.
        self.marked: list[str] = []
        self.read_lines()

    def read_lines(self) -> None:
        """Read where roads and pipes lie; of a run that only begins they may be still to come."""
        lines = self.products.lines()
        if given_elsewhere(self.run):
            last = self.fixed(Instant(self.period.end.us - 1))
            marks = marks_of(self.run, self.values.twin, last, list(lines))
            self.marked = indicators_of(last, marks)
            lines |= marks
        self.road_names, self.ribbons = read_ribbons(lines)

    def _gap_s(self) -> float:
        """Return after which pause a moving thing was away, by how often they were told."""
        steps = [float(e.get("step_s", 1.0)) for e in self.run.about["scenario"]["engines"]]
        return max(10.0, 3.0 * max(steps, default=1.0))

    @property
    def moves(self) -> bool:
        """Whether anything moves in the run."""
        return self._moves

    def read_moving(self, instant: Instant) -> bool:
        """Have the tracks know what is around an instant; return whether they were read anew."""
        inside = self._window.start <= instant < self._window.end
        if not self._moves or (inside and self._ahead(instant)):
            return False
        start = Instant(instant.us - _BEFORE_US)
        window = Interval(start, Instant(instant.us + _WINDOW_US))
        self.tracks.take(self.run.moving.read(window))
        self._window = window
        return True

    def _ahead(self, instant: Instant) -> bool:
        """Return whether there is enough after an instant that a little while can be played."""
        last = min(self._window.end.us, self.period.end.us)
        return instant.us + 20_000_000 < last or last == self.period.end.us

    def seek(self, instant: Instant) -> SampleBatch:
        """Publish how everything stands at an instant; return what stays in place of it."""
        self._replay.show(instant)
        return self.fixed(instant)

    def fixed(self, instant: Instant) -> SampleBatch:
        """Return how what stays in place stands at an instant."""
        return self.run.series.as_of(instant, max(1, instant.us - self.period.start.us + 1))

    def road_values(self, batch: SampleBatch, indicator: str) -> np.ndarray[Any, Any]:
        """Return a value for each of `road_names`; NaN where there is none."""
        numbers = {name: n for n, name in enumerate(self.road_names)}
        found = np.full(len(self.road_names), math.nan)
        if indicator not in batch.keys.indicators:
            return found
        rows = batch.indicator == list(batch.keys.indicators).index(indicator)
        for entity, value in zip(batch.entity[rows].tolist(), batch.value[rows].tolist()):
            number = numbers.get(batch.keys.entities[entity])
            if number is not None:
                found[number] = value
        return found

    def water(self, instant: Instant) -> DepthGrid | None:
        """Return the newest depths as of an instant of the first engine that keeps them."""
        systems = self.products.water_systems()
        return self.products.depth_at(systems[0], instant) if systems else None

    def crowd(self, instant: Instant, people: SampleBatch | None = None) -> tuple[OverlayMesh, ...]:
        """Return how dense people stand at an instant, a surface a storey; none without people.

        Parameters
        ----------
        instant : Instant
        people : SampleBatch, optional
            Where they are, of a run whose files come later than what it tells.
        """
        from rendering.crowd import crowd_surface

        grounds = self.products.crowd_grounds()
        if not grounds:
            return ()
        batch = self.run.moving.as_of(instant, PEOPLE_US) if people is None else people
        if batch.position is None:
            return ()
        places = batch.position[(batch.quality < Quality.BAD) & np.isfinite(batch.position[:, 0])]
        grids = [ground.grid(places) for ground in grounds]
        return tuple(crowd_surface(one.density, one.height_m, one.place_m) for one in grids)

    def greatest_crowd(self) -> tuple[OverlayMesh, ...]:
        """Return how dense people stood at most over the whole run; read once, which is slow."""
        from rendering.crowd import crowd_surface

        if self._greatest is None:
            grids = greatest_crowds(self.run.moving, self.period, self.products.crowd_grounds())
            self._greatest = tuple(
                crowd_surface(one.density, one.height_m, one.place_m) for one in grids
            )
        return self._greatest

    def close(self) -> None:
        """Free memory."""
        self.run.close()
