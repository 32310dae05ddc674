"""SWMM through its toolkit: an input file, rain and inflows from others, depths and overflow."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from plugins.builtin.engine import Engine, load_engine
from plugins.builtin.pipe_shapes import Shapes, shapes_of, shapes_of_input, write_shapes
from plugins.builtin.pipes import read_pipes
from plugins.builtin.swmm.pipes import write_input
from shapan import Instant, SampleBatch, SimulationError, WorkerContext

_FOOT_M: Final = 0.3048
_CUBIC_FOOT_M3: Final = _FOOT_M**3
#: Cubic metres a second in one unit of each of SWMM's flow units: CFS, GPM, MGD, CMS, LPS, MLD.
_FLOW_M3_S: Final = (_CUBIC_FOOT_M3, 6.30901964e-5, 0.0438126364, 1.0, 1e-3, 1e3 / 86_400)
_INCH_MM: Final = 25.4
#: SWMM ends by itself at its end date; the conductor says when to end.
_LONGEST_DAYS: Final = 3_660


class SwmmSimulator(Engine):
    """Drainage after an input file.

    Parameters of a scenario: ``network`` (an .inp), or ``pipes`` (a query for pipes of the twin
    with their nodes, see `pipes.write_input`) and ``reach_m``;
    ``entities`` (entity by SWMM's name),
    ``system`` (entity for the whole), ``offset_m`` (from a file's coordinates to local metres, for
    drawing).

    SWMM advances in routing steps; what is told at an instant is the state after the first routing
    step that reaches it, and ``overflow`` and ``outflow`` are means since the last exchange.
    """

    name = "swmm"
    inputs = {"inflow": "m^3/s", "rain": "mm/h", "setting": ""}  # noqa: RUF012
    outputs = {  # noqa: RUF012
        "depth": "m", "head": "m", "overflow": "m^3/s", "inflow_total": "m^3/s",
        "flow": "m^3/s", "flow_depth": "m", "rainfall": "mm/h", "overflow_volume": "m^3",
        "outflow_volume": "m^3",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._open = False
        self._solver: Any = None
        self._kinds: Any = None
        self._shapes: Shapes = {}

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        solver = load_engine(self.name, "swmm.toolkit.solver", "pyswmm")
        number = f"{int(solver.swmm_get_version()):06d}"
        version = ".".join(str(int(part)) for part in (number[:2], number[2:3], number[3:]))
        return {
            "stepping": "time", "checkpoint": "exact", "seed": False, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True, "engine": f"SWMM {version}",
            "realtime_factor": 10_000.0,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        source = self._source(parameters)
        self._solver = load_engine(self.name, "swmm.toolkit.solver", "pyswmm")
        self._kinds = load_engine(self.name, "swmm.toolkit.shared_enum", "pyswmm")
        self._folder = Path(tempfile.mkdtemp(prefix="swmm-", dir=self.context.storage.folder))
        report = self._folder / "report.rpt"
        try:
            self._solver.swmm_open(str(source), str(report), str(self._folder / "results.out"))
        except Exception as error:
            raise self._told_error(error, f"{source}: ") from error
        self._open = True
        self._units()
        self._number()
        self._stretch()
        write_shapes(self._shapes, self.context.storage.folder, self.system, parameters)
        try:
            self._solver.swmm_start(0)
        except Exception as error:
            raise self._told_error(error, f"{source}: ") from error
        self._elapsed_s = 0.0
        self._flooded = self._flooded_m3()
        self._overflow = np.zeros(len(self._nodes))

    def _source(self, parameters: Mapping[str, Any]) -> Path:
        """Return the input file: the one that is named, or one made of the twin's pipes."""
        where = parameters.get("pipes")
        if not where or parameters.get("network"):
            source = self.file(parameters, "network")
            assert source is not None
            self._shapes = shapes_of_input(source, parameters, self.entity_of)
            return source
        reach_m = self.number(parameters, "reach_m", 5.0, 0.0, 100.0)
        network = read_pipes(self.name, self.context.twin.query(str(where)), reach_m)
        folder = Path(tempfile.mkdtemp(prefix="swmm-", dir=self.context.storage.folder))
        path = folder / "network.inp"
        self._entities = {**write_input(network, path), **self._entities}
        self._names = {entity: name for name, entity in self._entities.items()}
        self._shapes = shapes_of(network)
        return path

    def _told_error(self, error: Exception, where: str = "") -> SimulationError:
        """End SWMM, which writes its report, and return what that says was wrong."""
        try:
            self._solver.swmm_close()
        except Exception as again:
            self.context.log.debug("SWMM: %s", again)
        self._open = False
        return self.error(f"{where}{_first_error(self._folder / 'report.rpt', error)}")

    def _units(self) -> None:
        unit = self._kinds.UnitProperty
        self._flow = _FLOW_M3_S[_plain(self._solver.simulation_get_unit(unit.FLOW_UNIT))]
        system = _plain(self._solver.simulation_get_unit(unit.SYSTEM_UNIT))
        american = system == _plain(self._kinds.UnitSystem.US)
        self._metre = _FOOT_M if american else 1.0
        self._volume = _CUBIC_FOOT_M3 if american else 1.0
        self._rain = _INCH_MM if american else 1.0

    def _number(self) -> None:
        kinds, solver = self._kinds.ObjectType, self._solver

        def names(kind: Any) -> list[str]:
            return [solver.project_get_id(kind, n) for n in range(solver.project_get_count(kind))]

        self._nodes, self._links = names(kinds.NODE), names(kinds.LINK)
        self._gages = names(kinds.GAGE)
        self._node_entities = [self.entity_of(name) for name in self._nodes]
        self._link_entities = [self.entity_of(name) for name in self._links]

    def _stretch(self) -> None:
        when = self._kinds.TimeProperty
        year, month, day, hour, minute, second = self._solver.simulation_get_datetime(
            when.START_DATE
        )
        begin = dt.datetime(year, month, day, hour, minute, second)
        end = begin + dt.timedelta(days=_LONGEST_DAYS)
        self._solver.simulation_set_datetime(
            when.END_DATE, end.year, end.month, end.day, end.hour, end.minute, end.second
        )

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        if indicator == "rain":
            return self._take_rain(values)
        names = self._nodes if indicator == "inflow" else self._links
        numbers = {name: number for number, name in enumerate(names)}
        unknown = []
        for entity, value in values.items():
            number = numbers.get(self.name_of(entity))
            if number is None:
                unknown.append(entity)
            elif indicator == "inflow":
                self._solver.node_set_total_inflow(number, value / self._flow)
            else:
                self._solver.link_set_target_setting(number, value)
        return unknown

    def _take_rain(self, values: Mapping[str, float]) -> list[str]:
        """Rain at a gage, or at all of them where it is the system's."""
        unknown = []
        for entity, value in values.items():
            name = self.name_of(entity)
            if entity != self.system and name not in self._gages:
                unknown.append(entity)
                continue
            for number, gage in enumerate(self._gages):
                if name == gage or entity == self.system:
                    self._solver.raingage_set_precipitation(number, value / self._rain)
        return unknown

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        goal_s = (instant.us - self.start.us) / 1e6
        before_s = self._elapsed_s
        # An hour is 0.041666… days: a step that is a microsecond short has reached it.
        while self._elapsed_s < goal_s - 1e-3:
            try:
                self._elapsed_s = self._solver.swmm_step() * 86_400.0
            except Exception as error:
                raise self._told_error(error) from error
            if self._elapsed_s <= 0.0:
                raise self.error(f"ended by itself before {instant}")
        if self._elapsed_s > before_s:
            flooded = self._flooded_m3()
            self._overflow = (flooded - self._flooded) / (self._elapsed_s - before_s)
            self._flooded = flooded
        return [self._values(instant)]

    def _flooded_m3(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        solver = self._solver
        return np.array(
            [solver.node_get_stats(n).volFlooded for n in range(len(self._nodes))]
        ) * self._volume  # fmt: skip

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._values(self.now)

    def _values(self, instant: Instant) -> SampleBatch:
        solver, node, link = self._solver, self._kinds.NodeResult, self._kinds.LinkResult

        def nodes(kind: Any, factor: float) -> Any:
            return [factor * solver.node_get_result(n, kind) for n in range(len(self._nodes))]

        def links(kind: Any, factor: float) -> Any:
            return [factor * solver.link_get_result(n, kind) for n in range(len(self._links))]

        return self.joined(
            self.samples(instant, self._node_entities, {
                "depth": nodes(node.DEPTH, self._metre), "head": nodes(node.HEAD, self._metre),
                "inflow_total": nodes(node.TOTAL_INFLOW, self._flow), "overflow": self._overflow,
            }),
            self.samples(instant, self._link_entities, {
                "flow": links(link.FLOW, self._flow), "flow_depth": links(link.DEPTH, self._metre),
            }),
            self.samples(instant, [self.system], {
                name: [value] for name, value in self._totals().items()
            }),
        )  # fmt: skip

    def _totals(self) -> dict[str, float]:
        totals = self._solver.system_get_routing_totals()
        return {
            "overflow_volume": float(self._flooded.sum()),
            "outflow_volume": totals.outflow * self._volume,
        }

    def close(self) -> None:
        """See `shapan.Simulator`."""
        if self._open:
            self._open = False
            for end in (self._solver.swmm_end, self._solver.swmm_close):
                try:
                    end()
                except Exception as error:  # what failed before is told already
                    self.context.log.debug("SWMM: %s", error)


def _plain(member: Any) -> int:
    """Return the number behind a member of the toolkit's enumerations."""
    return int(getattr(member, "value", member))


def _first_error(report: Path, error: Exception) -> str:
    """Return what the report says of the first error, else the exception's words."""
    try:
        lines = report.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for number, line in enumerate(lines):
        if "ERROR" in line:
            more = lines[number + 1].strip() if number + 1 < len(lines) else ""
            return " ".join(f"{line.strip()} {more}".split())
    return " ".join(str(error).split())
