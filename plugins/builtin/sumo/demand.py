"""Demand on a network: so many vehicles in all, counts at its edges, or from road to road."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt

from shapan import SimulationError

_LEAST_PER_HOUR: Final = 0.05
_ROUNDS: Final = 50
_MOST_FLOWS: Final = 40_000
#: Nobody drives only to the end of the street: shorter ways get less.
_NEAR_M: Final = 300.0


@dataclass(frozen=True)
class Gate:
    """Where vehicles come in or go out: a road that ends at the border of the network.

    Parameters
    ----------
    edge, entity : str
    weight : float
        Share of the traffic, by lanes and speed.
    place_m : (2,) array
    """

    edge: str
    entity: str
    weight: float
    place_m: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """What demand needs to know of a network.

    Parameters
    ----------
    ways_in, ways_out : sequence of Gate
    edges_of : dict of str to list of str
        Edges by entity.
    """

    ways_in: Sequence[Gate]
    ways_out: Sequence[Gate]
    edges_of: Mapping[str, Sequence[str]]


def read_network(path: Path, entity_of: Mapping[str, str]) -> Network:
    """Read the gates of a .net.xml.

    Raises
    ------
    SimulationError
        If it has no end at its border, so that nobody could come in.
    """
    from defusedxml.ElementTree import parse

    root = parse(path).getroot()
    edges = [e for e in root.iter("edge") if e.get("function") != "internal"]
    leaving: dict[str, set[str]] = {}
    coming: dict[str, set[str]] = {}
    for edge in edges:
        leaving.setdefault(edge.get("from"), set()).add(edge.get("to"))
        coming.setdefault(edge.get("to"), set()).add(edge.get("from"))
    places = {j.get("id"): np.array([float(j.get("x")), float(j.get("y"))])
              for j in root.iter("junction")}  # fmt: skip
    ways_in, ways_out = [], []
    edges_of: dict[str, list[str]] = {}
    for edge in edges:
        name, here, there = edge.get("id"), edge.get("from"), edge.get("to")
        entity = entity_of.get(name, name)
        edges_of.setdefault(entity, []).append(name)
        lanes = edge.findall("lane")
        weight = len(lanes) * float(lanes[0].get("speed")) ** 2
        if coming.get(here, set()) <= {there}:
            ways_in.append(Gate(name, entity, weight, places[here]))
        if leaving.get(there, set()) <= {here}:
            ways_out.append(Gate(name, entity, weight, places[there]))
    if not ways_in or not ways_out:
        raise SimulationError(
            "sumo", f"{path.name} has no road that ends at its border",
            remedy="give routes, or demand from road to road (od)",
        )  # fmt: skip
    return Network(ways_in, ways_out, edges_of)


def write_demand(demand: Any, network: Network, path: Path, begin_s: float, end_s: float) -> Path:
    """Write flows.

    Parameters
    ----------
    demand : number or dict
        Vehicles an hour in all; or ``vehicles_per_hour``, ``counts`` (vehicles an hour into the
        network by road, at roads that end at its border) and ``od`` (rows of road, road and
        vehicles an hour).

    Raises
    ------
    SimulationError
        If it cannot be understood, or names a road that is not there.
    """
    given = dict(demand) if isinstance(demand, Mapping) else {"vehicles_per_hour": demand}
    strange = set(given) - {"vehicles_per_hour", "counts", "od"}
    if strange or not given:
        raise _wrong(f"has no {', '.join(sorted(strange)) or 'content'}")
    flows: dict[tuple[str, str], float] = {}
    if "od" in given:
        for row in given["od"]:
            _add_pair(flows, row, network)
    if "counts" in given or "vehicles_per_hour" in given:
        _add_gates(flows, given, network)
    if len(flows) > _MOST_FLOWS:
        raise _wrong(f"makes {len(flows)} flows, more than {_MOST_FLOWS}")
    path.write_text(_xml(flows, begin_s, end_s), encoding="utf-8")
    return path


def _wrong(reason: str) -> SimulationError:
    return SimulationError(
        "sumo", f"demand {reason}", remedy="give vehicles_per_hour, counts or od; see its docs"
    )


def _per_hour(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1e6:
        raise _wrong(f"of {where} is {value!r}, no number of vehicles an hour")
    return number


def _add_pair(flows: dict[tuple[str, str], float], row: Any, network: Network) -> None:
    try:
        here, there, value = row
    except (TypeError, ValueError):
        raise _wrong(f"has the row {row!r}, not road, road, vehicles an hour") from None
    ends = []
    for road in (here, there):
        edges = network.edges_of.get(str(road))
        if not edges:
            raise _wrong(f"names the road {road}, which is not in the network")
        ends.append(edges)
    inward = {gate.edge for gate in network.ways_in}
    outward = {gate.edge for gate in network.ways_out}
    begin = next((e for e in ends[0] if e in inward), ends[0][0])
    goal = next((e for e in ends[1] if e in outward), ends[1][-1])
    flows[begin, goal] = flows.get((begin, goal), 0.0) + _per_hour(value, f"{here} to {there}")


def _add_gates(
    flows: dict[tuple[str, str], float], given: Mapping[str, Any], network: Network
) -> None:
    counts = {str(k): _per_hour(v, str(k)) for k, v in dict(given.get("counts", {})).items()}
    gates = {gate.entity for gate in network.ways_in}
    strange = sorted(set(counts) - gates)
    if strange:
        raise _wrong(f"counts at {strange[0]}, which does not end at the network's border")
    into = np.array([_share(g, network.ways_in, counts) for g in network.ways_in])
    rest = np.array([g.entity not in counts for g in network.ways_in])
    if "vehicles_per_hour" in given:
        whole = _per_hour(given["vehicles_per_hour"], "the whole")
        left = max(0.0, whole - sum(counts.values()))
        weights = np.array([g.weight for g in network.ways_in]) * rest
        if weights.sum() > 0.0:
            into = np.where(rest, left * weights / weights.sum(), into)
    out = np.array([g.weight for g in network.ways_out])
    table = balanced(into, out * into.sum() / out.sum(), _likely(network))
    for row, gate in enumerate(network.ways_in):
        for column, goal in enumerate(network.ways_out):
            if table[row, column] >= _LEAST_PER_HOUR:
                flows[gate.edge, goal.edge] = table[row, column]


def _share(gate: Gate, gates: Iterable[Gate], counts: Mapping[str, float]) -> float:
    """Return a gate's part of the count of its road, which may have several."""
    if gate.entity not in counts:
        return 0.0
    whole = sum(g.weight for g in gates if g.entity == gate.entity)
    return counts[gate.entity] * gate.weight / whole


def _likely(network: Network) -> npt.NDArray[np.float64]:
    """Return how likely a trip is by its length alone; none back to where it came from."""
    here = np.array([g.place_m for g in network.ways_in])
    there = np.array([g.place_m for g in network.ways_out])
    far_m = np.linalg.norm(here[:, None] - there[None], axis=2)
    likely: npt.NDArray[np.float64] = 1.0 - np.exp(-((far_m / _NEAR_M) ** 2))
    likely[far_m < 1.0] = 0.0
    return likely


def balanced(
    into: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
    likely: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the table with given sums of rows and columns that is nearest to *likely*.

    Iterative proportional fitting (Furness 1965): rows and columns are scaled in turn. Rows are
    scaled last, so that counts are kept where both cannot be.

    Parameters
    ----------
    into : (n,) array
    out : (m,) array
    likely : (n, m) array
    """
    table = likely.copy()
    for _ in range(_ROUNDS):
        columns = table.sum(axis=0)
        table *= np.divide(out, columns, out=np.zeros_like(out), where=columns > 0.0)
        rows = table.sum(axis=1)
        table *= np.divide(into, rows, out=np.zeros_like(into), where=rows > 0.0)[:, None]
    return table


def _xml(flows: Mapping[tuple[str, str], float], begin_s: float, end_s: float) -> str:
    lines = ["<routes>", '<vType id="car" vClass="passenger" speedFactor="normc(1,0.1,0.6,1.4)"/>']
    for number, ((here, there), per_hour) in enumerate(sorted(flows.items())):
        # Poisson arrivals: with equal intervals every flow's first vehicle would come at once.
        lines.append(
            f'<flow id="f{number}" type="car" begin="{begin_s:g}" end="{end_s:g}" '
            f'from={quoteattr(here)} to={quoteattr(there)} departLane="best" departSpeed="max" '
            f'period="exp({per_hour / 3600.0:.8f})"/>'
        )
    return "\n".join([*lines, "</routes>"]) + "\n"
