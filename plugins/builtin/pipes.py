"""Networks of pipes from entities of the twin: lines with nodes at their ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from shapan import Entity, SimulationError

#: Entities that stand at a place and are ends of pipes.
_SHORTEST_M = 0.1


@dataclass
class PipeNode:
    """Where pipes end.

    Parameters
    ----------
    name : str
        The entity, or ``pipe:1`` and ``pipe:2`` where there is none at an end.
    type : str
        Of the entity; empty for an end without one.
    place_m : (3,) array
        Local metres.
    attributes : dict
    """

    name: str
    type: str
    place_m: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PipeLink:
    """A pipe or a pump between two nodes.

    Parameters
    ----------
    name, type : str
        Of the entity.
    start, end : str
        Nodes.
    length_m : float
    attributes : dict
    points_m : (n, 3) array
        Its line in local metres.
    """

    name: str
    type: str
    start: str
    end: str
    length_m: float
    attributes: Mapping[str, Any]
    points_m: Any


@dataclass(frozen=True)
class PipeNetwork:
    """Nodes by name, and links.

    Parameters
    ----------
    nodes : dict of str to PipeNode
    links : list of PipeLink
    """

    nodes: dict[str, PipeNode]
    links: list[PipeLink]


def read_pipes(simulator: str, entities: Iterable[Entity], reach_m: float) -> PipeNetwork:
    """Join lines with the points at their ends.

    Parameters
    ----------
    simulator : str
        For messages.
    entities : iterable of Entity
        Lines are links, points and entities without a line are nodes.
    reach_m : float
        How far an end may be from its node; ends farther from any join one another.

    Raises
    ------
    SimulationError
        If there are no lines, or something has no place.
    """
    nodes: dict[str, PipeNode] = {}
    lines: list[tuple[Entity, Any]] = []
    for entity in entities:
        shape = None if entity.geometry is None else shapely.from_wkb(entity.geometry)
        if shape is not None and shape.geom_type == "LineString":
            lines.append((entity, np.array(shapely.get_coordinates(shape, include_z=True))))
        elif entity.position is not None:
            place = np.array(entity.position, float)
            nodes[entity.id] = PipeNode(entity.id, entity.type, place, entity.attributes)
        else:
            raise SimulationError(
                simulator, f"{entity.name or entity.id} has neither a line nor a place",
                remedy="leave it out of the query",
            )  # fmt: skip
    if not lines:
        raise SimulationError(
            simulator, "the query finds no pipes", remedy="query entities that have lines"
        )
    links = []
    for entity, points in lines:
        start, end = (
            _node_at(nodes, points[n], reach_m, f"{entity.id}:{number}")
            for n, number in ((0, 1), (-1, 2))
        )
        if start == end:
            raise SimulationError(
                simulator, f"both ends of {entity.name or entity.id} are at {start}",
                remedy="correct its line, or lower reach_m",
            )  # fmt: skip
        length = float(np.hypot(*np.diff(points[:, :2], axis=0).T).sum())
        links.append(
            PipeLink(entity.id, entity.type, start, end, max(length, _SHORTEST_M),
                     entity.attributes, np.nan_to_num(points))
        )  # fmt: skip
    return PipeNetwork(nodes, links)


def _node_at(nodes: dict[str, PipeNode], place: Any, reach_m: float, name: str) -> str:
    """Return the nearest node, made at the place where there is none in reach."""
    if nodes:
        names = list(nodes)
        far = np.hypot(*(np.array([nodes[n].place_m[:2] for n in names]) - place[:2]).T)
        nearest = int(np.argmin(far))
        if far[nearest] <= reach_m:
            return names[nearest]
    nodes[name] = PipeNode(name, "", np.nan_to_num(np.array(place, float)))
    return name


def number_of(
    simulator: str, name: str, attributes: Mapping[str, Any], wanted: tuple[str, ...],
    default: float, low: float, high: float,
) -> float:  # fmt: skip
    """Return the first attribute there is as a number.

    Raises
    ------
    SimulationError
        If it is none, or out of range.
    """
    for key in wanted:
        value = attributes.get(key)
        if value in (None, ""):
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = np.nan
        if not low <= number <= high:
            raise SimulationError(
                simulator, f"{key} of {name} is {value!r}",
                remedy=f"give a number from {low:g} to {high:g}",
            )  # fmt: skip
        return number
    return default
