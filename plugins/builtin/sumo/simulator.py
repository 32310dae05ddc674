"""SUMO through libsumo: vehicles as moving things, speed, flow and queue of each road."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from plugins.builtin.engine import Engine, load_engine
from plugins.builtin.sumo.demand import read_network, write_demand
from plugins.builtin.sumo.edges import Edges
from plugins.builtin.sumo.network import (
    Placement,
    copy_configuration,
    join_roads,
    make_network,
    step_of,
)
from plugins.builtin.sumo.roads import roads_of, write_plain
from plugins.builtin.sumo.vehicles import Vehicles
from shapan import Instant, SampleBatch, WorkerContext

#: For how long demand goes on, whatever the scenario's duration.
_LONGEST_S: Final = 10 * 86_400.0
#: Roads are looked at so often for each value that is told of them.
_LOOKS: Final = 10
#: What SUMO says of finished trips, and how we call it.
_STATISTICS: Final = {
    "count": "trips_completed", "duration": "mean_trip_duration", "timeLoss": "mean_time_loss",
    "waitingTime": "mean_waiting_time", "routeLength": "mean_route_length",
}  # fmt: skip


class SumoSimulator(Engine):
    """Traffic on a network.

    Parameters of a scenario: ``network`` (.net.xml, .osm, .osm.xml or .xodr), or ``roads`` (a query
    for roads of the twin) and ``reach_m`` (how far a loose end may be from the road that it joins);
    ``routes`` (files with routes, trips or flows), or ``demand`` (see `demand.write_demand`); or
    ``configuration`` (a .sumocfg). ``additional`` (files), ``terrain`` (heights, GeoTIFF),
    ``step_s``, ``begin_s``, ``scale`` (of the demand), ``rerouting`` (vehicles look for other
    ways), ``vehicles_every_s`` (0 for no vehicles), ``roads_every_s``, ``offset_m``, ``entities``
    (entity by edge or traffic light), ``system``.
    """

    name = "sumo"
    inputs = {"closed": "", "speed_limit": "m/s", "program": ""}  # noqa: RUF012
    outputs = {  # noqa: RUF012
        "vehicle": "km/h", "speed": "km/h", "flow": "vehicle/h", "queue": "vehicle",
        "density": "vehicle/km", "vehicles_running": "vehicle", "vehicles_waiting": "vehicle",
        "teleports": "vehicle", "trips_completed": "vehicle", "mean_trip_duration": "s",
        "mean_time_loss": "s", "mean_waiting_time": "s", "mean_route_length": "m",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._sumo: Any = None
        self._running = False

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        sumo = load_engine(self.name, "libsumo", "libsumo")
        return {
            "stepping": "time", "checkpoint": "exact", "seed": True, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True, "steps_ahead": 2,
            "engine": str(sumo.simulation.getVersion()[1]),
            "realtime_factor": 40.0,
            # Now and then a second simulation in one process goes another way than the first.
            "one_run": True,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        self._sumo = load_engine(self.name, "libsumo", "libsumo")
        self._folder = Path(tempfile.mkdtemp(prefix="sumo-", dir=self.context.storage.folder))
        self._step_s = self.number(parameters, "step_s", 1.0, 0.01, 60.0)
        self._rerouting = bool(parameters.get("rerouting", False))
        self._of_edge: dict[str, str] = {}
        ground = self._ground(parameters)
        options, network = self._options(parameters, seed)
        try:
            with self._heard():
                self._sumo.start(["sumo", *options])
        except Exception as error:
            raise self.error(f"{network}: {self._reason(error)}") from error
        self._running = True
        self._begin_s = float(self._sumo.simulation.getTime())
        self._placement = Placement.read(
            network, parameters, self.context.twin, local=bool(self._of_edge), ground=ground
        )
        self._vehicles_us = int(1e6 * self.number(parameters, "vehicles_every_s", 1.0, 0.0))
        self._roads_us = int(1e6 * self.number(parameters, "roads_every_s", 60.0, 1.0))
        self._next_vehicles_us = self._next_roads_us = self._next_look_us = self.start.us
        self._edges = Edges(self._sumo, self.entity_of)
        self._write_shapes()
        self._vehicles = Vehicles(self._sumo, self.keys, self._placement)
        self._allowed: dict[str, Any] = {}
        self._teleports = 0

    def _options(self, parameters: Mapping[str, Any], seed: int) -> tuple[list[str], Path]:
        options = [
            "--seed", str(seed), "--no-step-log", "true", "--no-warnings", "true",
            "--xml-validation", "never", "--duration-log.statistics", "true", "--verbose", "false",
        ]  # fmt: skip
        configuration = self.file(parameters, "configuration", needed=False)
        if configuration is not None:
            configuration, network = copy_configuration(configuration, self._folder)
            options += ["--configuration-file", str(configuration)]
            if "step_s" in parameters:
                options += ["--step-length", f"{self._step_s:g}"]
            else:
                self._step_s = step_of(configuration)
        else:
            network = self._network(parameters)
            routes = self._routes(parameters, network)
            options += ["--net-file", str(network), "--route-files", ",".join(routes),
                        "--step-length", f"{self._step_s:g}"]  # fmt: skip
        additional = self._files(parameters, "additional")
        if additional:
            options += ["--additional-files", ",".join(additional)]
        if "begin_s" in parameters:
            options += ["--begin", f"{self.number(parameters, 'begin_s', 0.0, 0.0):g}"]
        if "scale" in parameters:
            options += ["--scale", f"{self.number(parameters, 'scale', 1.0, 0.0, 1000.0):g}"]
        if self._rerouting:
            options += ["--device.rerouting.probability", "1", "--device.rerouting.period", "60",
                        "--device.rerouting.pre-period", "60",
                        "--ignore-route-errors", "true"]  # fmt: skip
        return options, network

    def _ground(self, parameters: Mapping[str, Any]) -> Any:
        """Return the heights that vehicles drive on, read before libsumo is there."""
        path = self.file(parameters, "terrain", needed=False)
        if path is None:
            return None
        from plugins.builtin.flood.terrain import read_ground

        origin = dict(parameters.get("project", {})).get("origin", (0.0, 0.0))
        return read_ground(path, origin, None, None, gaps=True)

    def _network(self, parameters: Mapping[str, Any]) -> Path:
        where = parameters.get("roads")
        if not where or parameters.get("network"):
            source = self.file(parameters, "network")
            assert source is not None
            return make_network(source, self._folder)
        reach_m = self.number(parameters, "reach_m", 25.0, 0.0, 200.0)
        roads = roads_of(self.context.twin.query(str(where)))
        plain = write_plain(roads, self._folder, reach_m)
        network, self._of_edge = join_roads(plain, self._folder)
        return network

    def entity_of(self, name: str) -> str:
        """See `Engine`; edges of the twin's roads stand for these."""
        return super().entity_of(self._of_edge.get(name, name))

    def _routes(self, parameters: Mapping[str, Any], network: Path) -> list[str]:
        routes = self._files(parameters, "routes")
        if "demand" in parameters:
            begin_s = self.number(parameters, "begin_s", 0.0, 0.0)
            known = {e: self.entity_of(e) for e in self._of_edge} or dict(self._entities)
            path = self._folder / "demand.rou.xml"
            write_demand(parameters["demand"], read_network(network, known), path, begin_s,
                         begin_s + _LONGEST_S)  # fmt: skip
            routes.append(str(path))
        if not routes:
            raise self.error(
                f"{network.name} has no demand: no routes were given",
                "set routes to files with trips, routes or flows, or give demand",
            )
        return routes

    def _write_shapes(self) -> None:
        """Keep where roads lie, for drawing them in the colours of what they say."""
        lines = {
            entity: [
                {"points": self._placement.local(line).round(2).tolist(), "width_m": width_m}
                for line, width_m in shapes
            ]
            for entity, shapes in self._edges.shapes().items()
        }
        folder = self.context.storage.folder / "products" / self.system
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "roads.json").write_text(json.dumps(lines), encoding="utf-8")

    def _files(self, parameters: Mapping[str, Any], name: str) -> list[str]:
        given = parameters.get(name) or []
        listed = [given] if isinstance(given, str) else list(given)
        return [str(self.file({name: one}, name)) for one in listed]

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        """Keep what SUMO writes to standard error: its exceptions say nothing."""
        log = self._folder / "errors.txt"
        kept = os.dup(2)
        with log.open("wb") as stream:
            os.dup2(stream.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(kept, 2)
                os.close(kept)

    def _reason(self, error: Exception) -> str:
        """Return the first error that SUMO wrote down, else what the exception says."""
        log = self._folder / "errors.txt"
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        lines = [line.strip() for line in f"{text}\n{error}".splitlines() if line.strip()]
        found = [line for line in lines if line.startswith("Error:")] or lines
        return found[0].removeprefix("Error: ") if found else type(error).__name__

    # -- inputs --------------------------------------------------------------------------

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        unknown = []
        lights = set(self._sumo.trafficlight.getIDList())
        for entity, value in values.items():
            name = self.name_of(entity)
            edges = [] if indicator == "program" else self._edges.of(entity)
            if not edges and not (indicator == "program" and name in lights):
                unknown.append(entity)
            elif indicator == "program":
                self._set_program(name, value)
            elif indicator == "closed":
                self._close_road(edges, bool(value))
            else:
                for edge in edges:
                    self._sumo.edge.setMaxSpeed(edge, value)
        return unknown

    def _set_program(self, light: str, value: float) -> None:
        """Switch a traffic light to a program; off where the number is negative."""
        if value < 0.0:
            self._sumo.trafficlight.setProgram(light, "off")
            return
        logics = self._sumo.trafficlight.getAllProgramLogics(light)
        known = sorted({str(one.programID) for one in logics})
        if (program := f"{value:g}") not in known:
            raise self.error(
                f"the traffic light {light} has no program {program}",
                f"choose one of: {', '.join(known)}, or -1 for off",
            )
        self._sumo.trafficlight.setProgram(light, program)

    def _close_road(self, edges: list[str], closed: bool) -> None:
        if closed and not self._rerouting:
            raise self.error(
                f"the road {edges[0]} cannot be closed: vehicles would stand before it for ever",
                "set rerouting to true in the scenario",
            )
        for edge in edges:
            for lane in [f"{edge}_{n}" for n in range(self._sumo.edge.getLaneNumber(edge))]:
                if closed and lane not in self._allowed:
                    self._allowed[lane] = self._sumo.lane.getAllowed(lane)
                    self._sumo.lane.setDisallowed(lane, ["all"])
                elif not closed and lane in self._allowed:
                    self._sumo.lane.setAllowed(lane, self._allowed.pop(lane))
        touched = set(edges)
        for vehicle in self._sumo.vehicle.getIDList():
            if touched.intersection(self._sumo.vehicle.getRoute(vehicle)):
                self._sumo.vehicle.rerouteTraveltime(vehicle)

    # -- stepping ------------------------------------------------------------------------

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        simulation, batches, running = self._sumo.simulation, [], None
        goal_s = self._begin_s + (instant.us - self.start.us) / 1e6
        while simulation.getTime() < goal_s - 1e-6:
            try:
                simulation.step()
            except Exception as error:
                raise self.error(f"at {simulation.getTime():g} s: {self._reason(error)}") from error
            self._teleports += simulation.getStartingTeleportNumber()
            now_us = self.start.us + round((simulation.getTime() - self._begin_s) * 1e6)
            now = Instant(min(now_us, instant.us))
            running = None
            if self._vehicles_us:
                self._vehicles.follow()
            if self._vehicles_us and now.us >= self._next_vehicles_us:
                self._next_vehicles_us = now.us + self._vehicles_us
                batch, running = self._vehicles.read(now)
                batches.append(batch)
            if now.us >= self._next_look_us:
                self._next_look_us = now.us + self._roads_us // _LOOKS
                self._edges.look()
            if now.us >= self._next_roads_us:
                self._next_roads_us = now.us + self._roads_us
                batches.append(self._roads(now, begin=True))
        batches.append(self._whole(instant, running))
        return [batch for batch in batches if len(batch)]

    def _roads(self, now: Instant, *, begin: bool = False) -> SampleBatch:
        columns = dict(self._edges.columns(begin=begin))
        shut = {lane.rpartition("_")[0] for lane in self._allowed}
        for row, entity in enumerate(self._edges.entities):
            # An empty edge says its permitted speed, also where nobody may drive.
            if shut and shut.issuperset(self._edges.of(entity)):
                columns["speed"][row] = 0.0
        return self.samples(now, self._edges.entities, columns)

    def _whole(self, instant: Instant, running: int | None = None) -> SampleBatch:
        simulation = self._sumo.simulation
        if running is None:  # SUMO looks at every vehicle to count them
            running = self._sumo.vehicle.getIDCount()
        figures = {
            "vehicles_running": float(running),
            "vehicles_waiting": float(len(simulation.getPendingVehicles())),
            "teleports": float(self._teleports),
        }  # fmt: skip
        for told, ours in _STATISTICS.items():
            value = simulation.getParameter("", f"device.tripinfo.vehicleTripStatistics.{told}")
            figures[ours] = float(value) if value else 0.0
        figures = {name: value for name, value in figures.items() if np.isfinite(value)}
        return self.samples(instant, [self.system], {n: [v] for n, v in figures.items()})

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self.joined(self._roads(self.now), self._whole(self.now))

    def close(self) -> None:
        """See `shapan.Simulator`."""
        if self._running:
            self._running = False
            self._sumo.close()
