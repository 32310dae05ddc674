"""Traffic lights of a network, called after the roads that meet there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plugins.builtin.sumo.network import join_roads, make_network, read_xml
from plugins.builtin.sumo.roads import roads_of, write_plain
from shapan import Entity


@dataclass(frozen=True)
class Light:
    """A traffic light.

    Parameters
    ----------
    id : str
        What SUMO calls it.
    roads : tuple of str
        Names of the roads that it lets go, by the alphabet; their edges where they have none.
    programs : tuple of str
        Its signal programs.
    """

    id: str
    roads: tuple[str, ...]
    programs: tuple[str, ...]

    @property
    def title(self) -> str:
        """What people call it."""
        return " / ".join(self.roads) or self.id


def lights_of(network: Path, names: Mapping[str, str] | None = None) -> list[Light]:
    """Read the traffic lights of a .net.xml.

    Parameters
    ----------
    network : Path
    names : dict, optional
        Name of a road by edge, before the network's own.

    Raises
    ------
    SimulationError
        If it is no XML.
    """
    root = read_xml(network)
    known = {edge.get("id", ""): edge.get("name", "") for edge in root.iter("edge")}
    known |= names or {}
    programs: dict[str, list[str]] = {}
    for one in root.iter("tlLogic"):
        programs.setdefault(one.get("id", ""), []).append(one.get("programID", "0"))
    roads: dict[str, set[str]] = {light: set() for light in programs}
    for one in root.iter("connection"):
        edge = one.get("from", "")
        if (light := one.get("tl", "")) in roads:
            roads[light].add(known.get(edge) or edge.removeprefix("-").partition("#")[0])
    found = [Light(key, tuple(sorted(roads[key])), tuple(programs[key])) for key in programs]
    return sorted(found, key=lambda one: (one.title, one.id))


def lights_of_roads(entities: Iterable[Entity], reach_m: float = 25.0) -> list[Light]:
    """Return the lights of the network that is made of the twin's roads.

    Raises
    ------
    SimulationError
        If no network can be made of them.
    """
    listed = list(entities)
    names = {entity.id: entity.name or entity.id for entity in listed}
    with tempfile.TemporaryDirectory(prefix="shapan-lights-") as folder:
        plain = write_plain(roads_of(listed), Path(folder), reach_m)
        network, entity_of = join_roads(plain, Path(folder))
        return lights_of(network, {edge: names[entity] for edge, entity in entity_of.items()})


def lights_of_file(source: Path) -> list[Light]:
    """Return the lights of a .net.xml, or of what netconvert makes of OSM or OpenDRIVE.

    Raises
    ------
    SimulationError
        If it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="shapan-lights-") as folder:
        return lights_of(make_network(source, Path(folder)))
