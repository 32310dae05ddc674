"""An input file for EPANET from the twin's water mains, reservoirs, tanks, pumps and valves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from plugins.builtin.pipes import PipeLink, PipeNetwork, PipeNode, number_of
from shapan import SimulationError

_NAME: Final = "epanet"
_SOURCES: Final = {"reservoir", "water_source", "waterworks"}
_TANKS: Final = {"tank"}
_PUMPS: Final = {"pump", "pumping_station"}
_DIAMETER_MM: Final = 200.0
#: Hazen-Williams, of iron that has seen some years.
_ROUGHNESS: Final = 120.0


def write_input(network: PipeNetwork, path: Path) -> dict[str, str]:
    """Write the file; return the entity by EPANET's name.

    Nodes: height from ``elevation_m``, else their own; ``demand_l_s``. Reservoirs: ``head_m``, else
    their height. Tanks: ``level_m``, ``maximum_level_m``, ``diameter_m``. Pipes: ``diameter_mm``
    (200), ``roughness`` (Hazen-Williams, 120). Pumps are lines: ``flow_m3_h`` and ``head_m`` of
    their duty point. A valve that is a line is a pipe that can be closed. A point that is at no end
    of a pipe is left out, unless it takes water.

    Raises
    ------
    SimulationError
        If nothing feeds the network, something takes water beside it, or a number is none.
    """
    names = {node: f"n{number}" for number, node in enumerate(network.nodes)}
    names |= {link.name: f"l{number}" for number, link in enumerate(network.links)}
    nodes = list(network.nodes.values())
    sources = [node for node in nodes if node.type in _SOURCES]
    tanks = [node for node in nodes if node.type in _TANKS]
    if not sources and not tanks:
        raise SimulationError(
            _NAME, "the query finds no reservoir or tank, so that nothing feeds the pipes",
            remedy="add entities of the type reservoir or tank to it",
        )  # fmt: skip
    joined = {end for link in network.links for end in (link.start, link.end)}
    junctions = [node for node in nodes if node.type not in _SOURCES | _TANKS]
    for node in junctions:
        if node.name not in joined and _demand(node) > 0.0:
            raise SimulationError(
                _NAME, f"{node.name} takes water, and no pipe ends near it",
                remedy="raise reach_m, or let a pipe end there",
            )  # fmt: skip
    # What takes none and stands beside the pipes, as a hydrant may, is no part of the network.
    junctions = [node for node in junctions if node.name in joined]
    pumps = [link for link in network.links if link.type in _PUMPS]
    pipes = [link for link in network.links if link.type not in _PUMPS]
    lines = [
        "[JUNCTIONS]", *(_junction(node, names) for node in junctions),
        "[RESERVOIRS]", *(f"{names[n.name]} {_head(n):.3f}" for n in sources),
        "[TANKS]", *(_tank(node, names) for node in tanks),
        "[PIPES]", *(_pipe(link, names) for link in pipes),
        "[PUMPS]",
        *(f"{names[p.name]} {names[p.start]} {names[p.end]} HEAD c{names[p.name]}" for p in pumps),
        "[CURVES]", *(_curve(link, names) for link in pumps),
        "[TIMES]", "Duration 24:00", "Hydraulic Timestep 0:05", "[OPTIONS]", "Units LPS",
        "Headloss H-W", "[END]",
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {name: entity for entity, name in names.items()}


def _height(node: PipeNode) -> float:
    return number_of(_NAME, node.name, node.attributes, ("elevation_m",), float(node.place_m[2]),
                     -500.0, 9000.0)  # fmt: skip


def _head(node: PipeNode) -> float:
    return number_of(_NAME, node.name, node.attributes, ("head_m",), _height(node), -500.0, 9000.0)


def _junction(node: PipeNode, names: dict[str, str]) -> str:
    return f"{names[node.name]} {_height(node):.3f} {_demand(node):.4f}"


def _demand(node: PipeNode) -> float:
    return number_of(_NAME, node.name, node.attributes, ("demand_l_s",), 0.0, 0.0, 1e5)


def _tank(node: PipeNode, names: dict[str, str]) -> str:
    def of(key: str, default: float) -> float:
        return number_of(_NAME, node.name, node.attributes, (key,), default, 0.0, 1000.0)

    most = of("maximum_level_m", 5.0)
    level = min(of("level_m", most / 2), most)
    return (f"{names[node.name]} {_height(node):.3f} {level:.3f} 0 {most:.3f} "
            f"{of('diameter_m', 10.0):.3f} 0")  # fmt: skip


def _pipe(link: PipeLink, names: dict[str, str]) -> str:
    def of(key: str, default: float, low: float, high: float) -> float:
        return number_of(_NAME, link.name, link.attributes, (key,), default, low, high)

    return (
        f"{names[link.name]} {names[link.start]} {names[link.end]} {link.length_m:.2f} "
        f"{of('diameter_mm', _DIAMETER_MM, 10.0, 20_000.0):.1f} "
        f"{of('roughness', _ROUGHNESS, 10.0, 200.0):.1f} 0 Open"
    )


def _curve(link: PipeLink, names: dict[str, str]) -> str:
    flow = number_of(_NAME, link.name, link.attributes, ("flow_m3_h",), 100.0, 0.1, 1e6) / 3.6
    head = number_of(_NAME, link.name, link.attributes, ("head_m",), 30.0, 0.1, 2000.0)
    return f"c{names[link.name]} {flow:.4f} {head:.3f}"
