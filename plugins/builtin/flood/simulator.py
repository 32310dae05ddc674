"""Surface flooding as a simulator: rain, overflow from sewers and inlets back into them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from plugins.builtin.engine import Engine, load_engine
from shapan import Instant, SampleBatch, SimulationError, WorkerContext

if TYPE_CHECKING:
    from plugins.builtin.flood.terrain import Ground

#: Water that counts as flooding.
_FLOODED_M: Final = 0.1
_MM_H: Final = 1e-3 / 3600.0
#: By how much an inlet closes at most, and opens again, in one exchange; it is never quite shut.
_MOST_CLOSING: Final = 0.8
_OPENING: Final = 1.15
_CRACK: Final = 0.002


class FloodSimulator(Engine):
    """Shallow water over a terrain.

    Parameters of a scenario: ``terrain`` (a GeoTIFF in the project's CRS), or ``bed_m`` (rows of
    heights from south to north); ``bounds_m``, ``cell_m``; ``buildings`` (a query for entities
    whose footprints are walls); ``manning``; ``rain`` (rows of minute and mm/h) or ``rain_mm_h``;
    ``open_edges``; ``depth_m`` (of water at first); ``inlets`` and ``watch`` (queries for, or lists
    of, entities, or positions by entity); ``perimeter_m`` and ``area_m2`` of an inlet;
    ``grid_every_s``; ``system``.
    """

    name = "flood"
    inputs = {"inflow": "m^3/s", "pipe_head": "m", "rain": "mm/h"}  # noqa: RUF012
    outputs = {  # noqa: RUF012
        "inlet_flow": "m^3/s", "water_depth": "m", "water_level": "m", "max_depth": "m",
        "flooded_area": "m^2", "flood_extent": "m^2",
        "water_volume": "m^3", "rain_volume": "m^3",
        "inflow_volume": "m^3", "inlet_volume": "m^3", "runoff_volume": "m^3",
        "mass_error": "percent",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._solver: Any = None

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        bed = [[0.02 * x + 0.1 * ((x + y) % 3) for x in range(12)] for y in range(10)]
        return {
            "stepping": "time", "checkpoint": "exact", "seed": False, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True, "realtime_factor": 10.0,
            "engine": "shallow water (HLL, hydrostatic reconstruction)",
            "example": {"bed_m": bed, "cell_m": 2.0, "rain_mm_h": 60.0,
                        "inlets": {"inlet-1": [8.0, 8.0]}},
            "example_step_s": 30.0,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        # What numba compiles is kept for the next run, in the folder that the host gives every
        # worker of this plugin; where there is none, for this run.
        shared = Path(os.environ.get("TMPDIR", "/tmp")) / f"shapan-{self.context.plugin}"
        place = shared if os.access(shared, os.W_OK) else self.context.storage.folder
        os.environ.setdefault("NUMBA_CACHE_DIR", str(place / "numba"))
        os.environ.setdefault("NUMBA_THREADING_LAYER", "workqueue")
        load_engine(self.name, "numba", "numba")
        from plugins.builtin.flood.solver import FloodSolver

        # Compiled now, so that the first step is as quick as the others.
        FloodSolver(np.zeros((3, 3)), 1.0).advance(1e-3)
        ground = self._ground(parameters)
        self._ground_now = ground
        self._solver = FloodSolver(
            ground.bed_m, ground.cell_m, self.number(parameters, "manning", 0.03, 0.0, 1.0),
            open_edges=bool(parameters.get("open_edges", True)),
        )  # fmt: skip
        depth = self.number(parameters, "depth_m", 0.0, 0.0, 100.0)
        if depth:
            self._solver.set_water(np.full(ground.bed_m.shape, depth))
        self._rain = self._read_rain(parameters)
        self._given_rain: float | None = None
        self._place_points(parameters)
        self._inflow = np.zeros(len(self._points))
        self._head = np.full(len(self._inlets), -np.inf)
        self._captured = np.zeros(len(self._inlets))
        self._inlet_flow = np.zeros(len(self._inlets))
        self._deepest = np.zeros_like(ground.bed_m)
        self._grid_us = int(1e6 * self.number(parameters, "grid_every_s", 0.0, 0.0))
        self._next_grid_us = self.start.us

    def _ground(self, parameters: Mapping[str, Any]) -> Ground:
        from plugins.builtin.flood.terrain import Ground, put_buildings, read_ground

        if "bed_m" in parameters:
            bed = np.array(parameters["bed_m"], np.float64)
            if bed.ndim != 2 or min(bed.shape) < 3 or not np.isfinite(bed).all():
                raise self.error("bed_m is no table of at least 3 × 3 heights")
            ground = Ground(bed, 0.0, 0.0, self.number(parameters, "cell_m", 1.0, 1e-3))
        else:
            path = self.file(parameters, "terrain")
            assert path is not None
            project = dict(parameters.get("project", {}))
            size = parameters.get("cell_m")
            ground = read_ground(
                path, project.get("origin", (0.0, 0.0)), parameters.get("bounds_m"),
                float(size) if size else None,
            )  # fmt: skip
        where = parameters.get("buildings")
        if where:
            found = [e.geometry for e in self.context.twin.query(str(where)) if e.geometry]
            cells = put_buildings(ground, found)
            self.context.log.info("%d buildings cover %d cells", len(found), cells)
        return ground

    def _read_rain(self, parameters: Mapping[str, Any]) -> npt.NDArray[np.float64]:
        rows = parameters.get("rain")
        if rows is None:
            rows = [[0.0, self.number(parameters, "rain_mm_h", 0.0, 0.0, 10_000.0)]]
        table = np.array(rows, np.float64)
        if table.ndim != 2 or table.shape[1] != 2 or not (np.diff(table[:, 0]) > 0).all():
            raise self.error("rain is no list of minute and mm/h in order of time")
        if not np.isfinite(table).all() or (table[:, 1] < 0).any():
            raise self.error("rain has a value that is no intensity")
        return table

    def _place_points(self, parameters: Mapping[str, Any]) -> None:
        from plugins.builtin.flood.solver import Inlets

        inlets = self._positions(parameters.get("inlets") or {})
        points = {**self._positions(parameters.get("watch") or {}), **inlets}
        xy = np.array(list(points.values()), np.float64).reshape(-1, 2)
        row, column = self._ground_now.cells(xy)
        outside = [entity for entity, r in zip(points, row) if r < 0]
        if outside:
            raise self.error(
                f"{outside[0]} lies outside the area ({len(outside)} do)",
                "choose other bounds_m or entities",
            )
        self._points = list(points)
        self._row, self._column = row, column
        self._inlets = [self._points.index(entity) for entity in inlets]
        count = len(self._inlets)
        perimeter = self.number(parameters, "perimeter_m", 2.4, 0.0, 100.0)
        area = self.number(parameters, "area_m2", 0.3, 0.0, 100.0)
        if count:
            self._solver.set_inlets(
                Inlets(row[self._inlets], column[self._inlets], np.full(count, perimeter),
                       np.full(count, area))
            )  # fmt: skip

    def _positions(self, given: Any) -> dict[str, tuple[float, float]]:
        """Return x and y by entity from positions, entity ids or a query."""
        if isinstance(given, Mapping):
            return {str(k): (float(v[0]), float(v[1])) for k, v in given.items()}
        twin = self.context.twin
        found = twin.query(given) if isinstance(given, str) else [twin.entity(e) for e in given]
        missing = [entity.id for entity in found if entity.position is None]
        if missing:
            raise self.error(f"the entity {missing[0]} has no position")
        return {e.id: (e.position[0], e.position[1]) for e in found if e.position is not None}

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        unknown = []
        for entity, value in values.items():
            if indicator == "rain":
                if entity == self.system:
                    self._given_rain = value
                else:
                    unknown.append(entity)
            elif entity not in self._points:
                unknown.append(entity)
            elif indicator == "inflow":
                self._inflow[self._points.index(entity)] = value
            elif self._points.index(entity) in self._inlets:
                self._head[self._inlets.index(self._points.index(entity))] = value
            else:
                unknown.append(entity)
        return unknown

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        solver = self._solver
        solver.set_sources(self._row, self._column, self._inflow)
        if self._inlets:
            solver.set_head(self._head)
            self._throttle()
        now_us = self.now.us
        while now_us < instant.us:
            rain, until_us = self._rain_at(now_us, instant.us)
            solver.rain_m_s = rain * _MM_H
            solver.advance((until_us - now_us) / 1e6)
            now_us = until_us
        elapsed_s = (instant.us - self.now.us) / 1e6
        if elapsed_s > 0.0:
            self._inlet_flow = (solver.captured_m3 - self._captured) / elapsed_s
            self._captured = solver.captured_m3.copy()
        np.maximum(self._deepest, solver.depth_m, out=self._deepest)
        self._write_grid(instant)
        return [self._values(instant)]

    def _throttle(self) -> None:
        """Let inlets whose manhole gave water back take less, and open again when it does not.

        Values are exchanged once a step: an inlet that took all it could would fill a full pipe,
        which gives the water back in the next step, and so on for ever.
        """
        back, taken = self._inflow[self._inlets], self._inlet_flow
        net = np.clip((taken - back) / np.maximum(taken, 1e-9), 0.0, _MOST_CLOSING)
        share = self._solver.open_share
        opened = np.minimum(1.0, share * _OPENING + _CRACK)
        self._solver.open_share = np.where(back > 0.0, np.maximum(share * net, _CRACK), opened)

    def _rain_at(self, now_us: int, end_us: int) -> tuple[float, int]:
        """Return the rain from now on, and until when it stays so."""
        if self._given_rain is not None:
            return self._given_rain, end_us
        starts = self.start.us + (self._rain[:, 0] * 60e6).astype(np.int64)
        number = int(np.searchsorted(starts, now_us, side="right")) - 1
        later = starts[number + 1 :]
        until = min(end_us, int(later[0])) if len(later) else end_us
        return (float(self._rain[number, 1]) if number >= 0 else 0.0), until

    def _write_grid(self, instant: Instant) -> None:
        """Keep depths for drawing and for maps of differences."""
        if not self._grid_us or instant.us < self._next_grid_us:
            return
        self._next_grid_us = instant.us + self._grid_us
        try:
            self._keep_grid(instant)
        except OSError as error:
            raise SimulationError(
                self.name, f"the depths cannot be written ({error})", remedy="free some disk space"
            ) from error

    def _keep_grid(self, instant: Instant) -> None:
        folder = self.context.storage.folder / "products" / self.system
        folder.mkdir(parents=True, exist_ok=True)
        ground = self._ground_now
        if not (folder / "ground.npz").exists():
            np.savez_compressed(
                folder / "ground.npz", bed_m=ground.bed_m.astype(np.float32), built=ground.built
            )
        np.savez_compressed(
            folder / f"depth-{instant.us}.npz",
            depth_m=self._solver.depth_m.astype(np.float32),
            deepest_m=self._deepest.astype(np.float32),
            place_m=np.array([ground.west_m, ground.south_m, ground.cell_m]),
        )

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._values(self.now)

    def _values(self, instant: Instant) -> SampleBatch:
        solver = self._solver
        depth = solver.depth_m[self._row, self._column]
        level = depth + self._ground_now.bed_m[self._row, self._column]
        flooded = float((solver.depth_m > _FLOODED_M).sum()) * solver.size_m**2
        balance = solver.balance
        whole = {
            "max_depth": float(self._deepest.max()), "flooded_area": flooded,
            "flood_extent": float((self._deepest > _FLOODED_M).sum()) * solver.size_m**2,
            "water_volume": solver.volume_m3, "rain_volume": balance.rained,
            "inflow_volume": balance.flowed_in, "inlet_volume": balance.drained,
            "runoff_volume": balance.ran_off, "mass_error": 100.0 * solver.mass_error,
        }  # fmt: skip
        inlets = [self._points[n] for n in self._inlets]
        return self.joined(
            self.samples(instant, self._points, {"water_depth": depth, "water_level": level}),
            self.samples(instant, inlets, {"inlet_flow": self._inlet_flow}),
            self.samples(instant, [self.system], {name: [v] for name, v in whole.items()}),
        )

    def save(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        own = {
            "own_inflow": self._inflow, "own_head": self._head, "own_captured": self._captured,
            "own_inlet_flow": self._inlet_flow, "own_deepest": self._deepest,
            "own_rain": np.array([np.nan if self._given_rain is None else self._given_rain]),
            "own_times": np.array([self.now.us, self._next_grid_us]),
            "own_open": self._solver.open_share,
        }  # fmt: skip
        everything: dict[str, Any] = {**self._solver.state(), **own}
        np.savez(folder / "flood.npz", **everything)

    def load(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        with np.load(folder / "flood.npz") as kept:
            state = {name: kept[name] for name in kept.files}
        if state["h"].shape != self._solver.state()["h"].shape:
            raise self.error(f"{folder} was kept with another terrain")
        self._solver.restore(state)
        self._inflow, self._head = state["own_inflow"], state["own_head"]
        self._captured, self._inlet_flow = state["own_captured"], state["own_inlet_flow"]
        self._deepest = state["own_deepest"]
        self._solver.open_share = state["own_open"]
        rain = float(state["own_rain"][0])
        self._given_rain = None if np.isnan(rain) else rain
        self.now = Instant(int(state["own_times"][0]))
        self._next_grid_us = int(state["own_times"][1])

    def close(self) -> None:
        """See `shapan.Simulator`."""
        self._solver = None
