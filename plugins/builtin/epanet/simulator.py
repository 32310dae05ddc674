"""EPANET through the toolkit of wntr: pressures and flows, bursts and closed valves."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from plugins.builtin.engine import Engine, load_engine
from plugins.builtin.epanet.pipes import write_input
from plugins.builtin.pipe_shapes import Shapes, shapes_of, shapes_of_input, write_shapes
from plugins.builtin.pipes import read_pipes
from shapan import Instant, SampleBatch, WorkerContext

# Codes of EPANET's toolkit (epanet2_enums.h).
_NODES, _LINKS = 0, 2
_EMITTER, _DEMAND, _HEAD, _PRESSURE = 3, 9, 10, 11
_BASE_DEMAND: Final = 1
_STATUS, _SETTING, _FLOW, _VELOCITY = 11, 12, 8, 9
_DURATION, _HYDRAULIC_STEP = 0, 1
#: Litres a second in one unit: CFS, GPM, MGD, IMGD, AFD, LPS, LPM, MLD, CMH, CMD.
_FLOW_L_S: Final = (28.316846592, 0.0630901964, 43.8126364, 52.6168042, 14.2764102, 1.0, 1 / 60,
                    11.5740741, 1 / 3.6, 1 / 86.4)  # fmt: skip
_AMERICAN: Final = 5
_FOOT_M: Final = 0.3048
#: EPANET takes 0.4333 psi for a foot of water.
_PSI_M: Final = 0.3048 / 0.4333
_LONGEST_S: Final = 10 * 366 * 86_400
#: Coefficient of discharge of a hole.
_HOLE: Final = 0.6


class EpanetSimulator(Engine):
    """A water network after an input file.

    Parameters of a scenario: ``network`` (an .inp), or ``pipes`` (a query for pipes of the twin
    with their nodes, see `pipes.write_input`) and ``reach_m``;
    ``entities``, ``system``, ``offset_m`` (from a file's coordinates to local metres, for
    drawing). EPANET computes at whole seconds.
    """

    name = "epanet"
    inputs = {  # noqa: RUF012
        "open": "", "setting": "", "leak_area": "m^2", "base_demand": "l/s",
    }  # fmt: skip
    outputs = {  # noqa: RUF012
        "pressure": "m", "head": "m", "demand": "l/s", "flow": "l/s", "velocity": "m/s",
        "lowest_pressure": "m", "supplied": "l/s",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._engine: Any = None
        self._shapes: Shapes = {}

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        import importlib.metadata

        load_engine(self.name, "six", "wntr")
        try:
            version = importlib.metadata.version("wntr")
        except importlib.metadata.PackageNotFoundError as error:
            raise self.error(
                "wntr is not installed", "install the engines with: uv sync --extra simulation"
            ) from error
        return {
            "stepping": "time", "checkpoint": "exact", "seed": False, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True, "engine": f"EPANET 2.2 (wntr {version})",
            "realtime_factor": 100_000.0,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        source = self._source(parameters)
        toolkit = load_engine(self.name, "wntr.epanet.toolkit", "wntr")
        folder = Path(tempfile.mkdtemp(prefix="epanet-", dir=self.context.storage.folder))
        report = folder / "report.rpt"
        self._failure = toolkit.EpanetException
        self._engine = toolkit.ENepanet(version=2.2)
        try:
            self._engine.ENopen(str(source), str(report), str(folder / "results.bin"))
        except self._failure as error:
            engine, self._engine = self._engine, None
            # What is wrong stands in the report, which is written where it is closed.
            with contextlib.suppress(self._failure):
                engine.ENclose()
            raise self.error(f"{source}: {_first_error(report, error)}") from error
        self._number()
        write_shapes(self._shapes, self.context.storage.folder, self.system, parameters)
        self._engine.ENsettimeparam(_DURATION, _LONGEST_S)
        self._usual_s = int(self._engine.ENgettimeparam(_HYDRAULIC_STEP))
        self._call("ENopenH")
        self._call("ENinitH", 0)
        self._at_s = 0
        self._call("ENrunH")

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
        folder = Path(tempfile.mkdtemp(prefix="epanet-", dir=self.context.storage.folder))
        path = folder / "network.inp"
        self._entities = {**write_input(network, path), **self._entities}
        self._names = {entity: name for name, entity in self._entities.items()}
        self._shapes = shapes_of(network)
        return path

    def _number(self) -> None:
        engine = self._engine
        unit = int(engine.ENgetflowunits())
        self._flow = _FLOW_L_S[unit]
        american = unit < _AMERICAN
        self._metre = _FOOT_M if american else 1.0
        self._pressure = _PSI_M if american else 1.0
        self._nodes = [engine.ENgetnodeid(n + 1) for n in range(engine.ENgetcount(_NODES))]
        self._links = [_link_id(engine, n + 1) for n in range(engine.ENgetcount(_LINKS))]
        self._junctions = [engine.ENgetnodetype(n + 1) == 0 for n in range(len(self._nodes))]
        self._node_entities = [self.entity_of(name) for name in self._nodes]
        self._link_entities = [self.entity_of(name) for name in self._links]

    def _call(self, method: str, *arguments: Any) -> Any:
        try:
            return getattr(self._engine, method)(*arguments)
        except self._failure as error:
            raise self.error(f"at {self._at_s} s: {error}") from error

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        names = self._nodes if indicator in {"leak_area", "base_demand"} else self._links
        unknown = []
        for entity, value in values.items():
            name = self.name_of(entity)
            if indicator == "leak_area" and name in self._links:
                self._burst_pipe(self._links.index(name) + 1, value)
                continue
            if name not in names:
                self._refuse_kind(indicator, entity, name)
                unknown.append(entity)
                continue
            number = names.index(name) + 1
            if indicator == "open":
                self._call("ENsetlinkvalue", number, _STATUS, 1.0 if value else 0.0)
            elif indicator == "setting":
                self._call("ENsetlinkvalue", number, _SETTING, value)
            elif indicator == "base_demand":
                self._call("ENsetnodevalue", number, _BASE_DEMAND, value / self._flow)
            else:
                self._hole(number, value)
        if len(unknown) < len(values):
            self._call("ENrunH")
        return unknown

    def _refuse_kind(self, indicator: str, entity: str, name: str) -> None:
        """Refuse what is part of the network and cannot be what it is set to.

        Raises
        ------
        SimulationError
            If it is one.
        """
        if indicator in {"open", "setting"} and name in self._nodes:
            raise self.error(
                f"{self.called(entity)} is a node of the network, which is neither open nor shut",
                "choose a pump, a valve or a pipe",
            )
        if indicator == "base_demand" and name in self._links:
            raise self.error(
                f"{self.called(entity)} is a pipe, pump or valve, which takes no water itself",
                "choose a junction of the network",
            )

    def _hole(self, node: int, area_m2: float) -> None:
        """Let water out at a node: Q = 0.6 A sqrt(2 g h), as an emitter in the file's own units."""
        per_root = _HOLE * area_m2 * math.sqrt(2 * 9.81 * self._pressure) * 1e3 / self._flow
        self._call("ENsetnodevalue", node, _EMITTER, per_root)

    def _burst_pipe(self, link: int, area_m2: float) -> None:
        """Let water out of a pipe: half of the hole at each of its ends that can lose water."""
        ends = [end for end in _link_ends(self._engine, link) if self._junctions[end - 1]]
        for end in ends:
            self._hole(end, area_m2 / len(ends))

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        goal_s = (instant.us - self.start.us) // 1_000_000
        while self._at_s < goal_s:
            left = int(goal_s - self._at_s)
            self._engine.ENsettimeparam(_HYDRAULIC_STEP, max(1, min(self._usual_s, left)))
            passed = int(self._call("ENnextH"))
            if passed <= 0:
                raise self.error(f"ended by itself at {self._at_s} s")
            self._at_s += passed
            self._call("ENrunH")
        return [self._values(instant)]

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._values(self.now)

    def _values(self, instant: Instant) -> SampleBatch:
        engine = self._engine

        def nodes(code: int, factor: float) -> list[float]:
            return [factor * engine.ENgetnodevalue(n + 1, code) for n in range(len(self._nodes))]

        def links(code: int, factor: float) -> list[float]:
            return [factor * engine.ENgetlinkvalue(n + 1, code) for n in range(len(self._links))]

        pressure, demand = nodes(_PRESSURE, self._pressure), nodes(_DEMAND, self._flow)
        at_taps = [p for p, is_junction in zip(pressure, self._junctions) if is_junction]
        taken = sum(d for d, is_junction in zip(demand, self._junctions) if is_junction)
        return self.joined(
            self.samples(instant, self._node_entities, {
                "pressure": pressure, "head": nodes(_HEAD, self._metre), "demand": demand,
            }),
            self.samples(instant, self._link_entities, {
                "flow": links(_FLOW, self._flow), "velocity": links(_VELOCITY, self._metre),
            }),
            self.samples(instant, [self.system], {
                "lowest_pressure": [min(at_taps, default=0.0)], "supplied": [taken],
            }),
        )  # fmt: skip

    def close(self) -> None:
        """See `shapan.Simulator`."""
        engine, self._engine = self._engine, None
        if engine is not None:
            for end in (engine.ENcloseH, engine.ENclose):
                try:
                    end()
                except self._failure as error:  # what failed before is told already
                    self.context.log.debug("EPANET: %s", error)


def _link_id(engine: Any, number: int) -> str:
    """Return a link's name, which wntr's toolkit has no method for."""
    import ctypes

    name = ctypes.create_string_buffer(64)
    if engine._project is not None:
        engine.errcode = engine.ENlib.EN_getlinkid(engine._project, number, ctypes.byref(name))
    else:
        engine.errcode = engine.ENlib.ENgetlinkid(number, ctypes.byref(name))
    engine._error()
    return name.value.decode()


def _link_ends(engine: Any, number: int) -> tuple[int, int]:
    """Return the numbers of a link's nodes, which wntr's toolkit has no method for."""
    import ctypes

    ends = ctypes.c_int(), ctypes.c_int()
    places = [ctypes.byref(end) for end in ends]
    if engine._project is not None:
        engine.errcode = engine.ENlib.EN_getlinknodes(engine._project, number, *places)
    else:
        engine.errcode = engine.ENlib.ENgetlinknodes(number, *places)
    engine._error()
    return ends[0].value, ends[1].value


def _first_error(report: Path, error: Exception) -> str:
    try:
        lines = report.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for number, line in enumerate(lines):
        if "rror" in line:
            # The line of the file that it is about follows.
            about = lines[number + 1].strip() if number + 1 < len(lines) else ""
            return f"{' '.join(line.split())} {about}".strip()
    return str(error).replace(" %s", "")
