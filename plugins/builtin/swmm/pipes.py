"""An input file for SWMM from the twin's pipes, manholes, outfalls and pumps."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from plugins.builtin.pipes import PipeLink, PipeNetwork, PipeNode, number_of
from shapan import SimulationError

_NAME: Final = "swmm"
#: Of a manhole that does not say how deep it is, and of a pipe without a diameter.
_DEPTH_M: Final = 2.5
_DIAMETER_MM: Final = 600.0
_ROUGHNESS: Final = 0.013
_OUTFALLS: Final = {"outfall"}
_PUMPS: Final = {"pump", "pumping_station"}
_OPTIONS: Final = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
START_DATE 01/01/2026
START_TIME 00:00:00
END_DATE 01/02/2026
END_TIME 00:00:00
REPORT_STEP 00:01:00
WET_STEP 00:00:30
DRY_STEP 00:00:30
ROUTING_STEP 2
VARIABLE_STEP 0.75
ALLOW_PONDING NO
"""


def write_input(network: PipeNetwork, path: Path) -> dict[str, str]:
    """Write the file; return the entity by SWMM's name.

    Manholes: ``invert_m``, or ``rim_m`` (else their height) less ``depth_m`` (2.5 m). Outfalls:
    ``invert_m``, and ``stage_m`` where water stands before them, behind a flap gate unless
    ``flap_gate`` is 0. Pipes: ``diameter_mm`` (600),
    ``roughness`` (Manning, 0.013). Pumps are lines: ``flow_m3_h`` is what they move once there is
    half a metre of water before them, and they stand until they are told.

    Raises
    ------
    SimulationError
        If there is no outfall, or a number is none.
    """
    names = {node: f"n{number}" for number, node in enumerate(network.nodes)}
    names |= {link.name: f"l{number}" for number, link in enumerate(network.links)}
    outfalls = [node for node in network.nodes.values() if node.type in _OUTFALLS]
    if not outfalls:
        raise SimulationError(
            _NAME, "the query finds no outfall, so that nothing could flow away",
            remedy="add entities of the type outfall to it",
        )  # fmt: skip
    junctions = [node for node in network.nodes.values() if node.type not in _OUTFALLS]
    pumps = [link for link in network.links if link.type in _PUMPS]
    pipes = [link for link in network.links if link.type not in _PUMPS]
    sections = [
        _OPTIONS,
        "[JUNCTIONS]", *(_junction(node, names) for node in junctions),
        "[OUTFALLS]", *(_outfall(node, names) for node in outfalls),
        "[CONDUITS]", *(_conduit(link, names) for link in pipes),
        "[XSECTIONS]",
        *(f"{names[p.name]} CIRCULAR {_diameter_m(p):.4f} 0 0 0 1" for p in pipes),
    ]  # fmt: skip
    if pumps:
        sections += [
            "[PUMPS]",
            *(f"{names[p.name]} {names[p.start]} {names[p.end]} c{names[p.name]} OFF 0 0"
              for p in pumps),
            "[CURVES]", *(line for p in pumps for line in _curve(p, names)),
        ]  # fmt: skip
    path.write_text("\n".join(sections) + "\n", encoding="utf-8")
    return {name: entity for entity, name in names.items()}


def invert_m(node: PipeNode) -> float:
    """Return the height of a node's bottom."""
    rim = number_of(_NAME, node.name, node.attributes, ("rim_m",), float(node.place_m[2]), -500.0,
                    9000.0)  # fmt: skip
    depth = number_of(_NAME, node.name, node.attributes, ("depth_m",), _DEPTH_M, 0.1, 100.0)
    return number_of(_NAME, node.name, node.attributes, ("invert_m",), rim - depth, -500.0, 9000.0)


def _junction(node: PipeNode, names: dict[str, str]) -> str:
    rim = number_of(_NAME, node.name, node.attributes, ("rim_m",), float(node.place_m[2]), -500.0,
                    9000.0)  # fmt: skip
    bottom = invert_m(node)
    if rim <= bottom:
        raise SimulationError(
            _NAME,
            f"the bottom of {node.name} lies at {bottom:g} m, not below its rim at {rim:g} m",
            remedy="correct invert_m or rim_m",
        )  # fmt: skip
    return f"{names[node.name]} {bottom:.3f} {rim - bottom:.3f} 0 0 0"


def _outfall(node: PipeNode, names: dict[str, str]) -> str:
    bottom = invert_m(node)
    if node.attributes.get("stage_m") in (None, ""):
        return f"{names[node.name]} {bottom:.3f} FREE NO"
    stage = number_of(_NAME, node.name, node.attributes, ("stage_m",), 0.0, -500.0, 9000.0)
    gate = (
        "NO" if str(node.attributes.get("flap_gate", "")).lower() in {"0", "no", "false"} else "YES"
    )
    return f"{names[node.name]} {bottom:.3f} FIXED {stage:.3f} {gate}"


def _conduit(link: PipeLink, names: dict[str, str]) -> str:
    rough = number_of(_NAME, link.name, link.attributes, ("roughness",), _ROUGHNESS, 0.001, 1.0)
    return (
        f"{names[link.name]} {names[link.start]} {names[link.end]} {link.length_m:.2f} {rough:.4f} "
        "0 0 0 0"
    )


def _diameter_m(link: PipeLink) -> float:
    return number_of(_NAME, link.name, link.attributes, ("diameter_mm",), _DIAMETER_MM, 10.0,
                     20_000.0) / 1000.0  # fmt: skip


def _curve(link: PipeLink, names: dict[str, str]) -> list[str]:
    flow = number_of(_NAME, link.name, link.attributes, ("flow_m3_h",), 360.0, 0.1, 1e6) / 3600.0
    name = f"c{names[link.name]}"
    return [f"{name} Pump4 0 0", f"{name} 0.1 0", f"{name} 0.5 {flow:.4f}", f"{name} 20 {flow:.4f}"]
