"""Where pipes and their nodes lie, kept with a run so that they are drawn in colours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from plugins.builtin.pipes import PipeNetwork
from shapan import SimulationError

#: Pipes are drawn wider than they are: half a metre would not be seen over a district.
_PIPE_M: Final = 3.0
_NODE_M: Final = 7.0
#: Coordinates of a file count as those of the project's system within so far of its origin.
_NEAR_M: Final = 100_000.0
_MARGIN_M: Final = 50.0
#: On the terrain lines are bent so often.
_PIECE_M: Final = 10.0
_LINKS: Final = {"PIPES", "PUMPS", "VALVES", "CONDUITS", "ORIFICES", "WEIRS", "OUTLETS"}

Shapes = dict[str, list[dict[str, Any]]]


def shapes_of(network: PipeNetwork) -> Shapes:
    """Return where links and the nodes at their ends lie, by entity."""
    ends = {end for link in network.links for end in (link.start, link.end)}
    found = {link.name: [_line(link.points_m)] for link in network.links}
    return found | {
        node.name: [_mark(node.place_m)] for node in network.nodes.values() if node.name in ends
    }


def shapes_of_input(
    source: Path, parameters: Mapping[str, Any], entity_of: Callable[[str], str]
) -> Shapes:
    """Return where the links and nodes of an input file of EPANET or SWMM lie, by entity.

    Its coordinates are shifted by ``offset_m``; without that they are taken as those of the
    project's system where they lie near its origin, and nothing is drawn where they do not.

    Parameters
    ----------
    source : Path
    parameters : dict
        Of the engine.
    entity_of : callable
        Entity by the file's name.
    """
    sections = _sections(source)
    places = {one[0]: _pair(one[1:3]) for one in sections.get("COORDINATES", ()) if len(one) > 2}
    if not places:
        return {}
    shift = _shift(np.array(list(places.values())), parameters)
    if shift is None:
        return {}
    bends: dict[str, list[tuple[float, float]]] = {}
    for one in sections.get("VERTICES", ()):
        if len(one) > 2:
            bends.setdefault(one[0], []).append(_pair(one[1:3]))
    found: Shapes = {}
    for section in sorted(_LINKS & sections.keys()):
        for name, start, end in (one[:3] for one in sections[section] if len(one) > 2):
            if start in places and end in places:
                line = [places[start], *bends.get(name, ()), places[end]]
                found.setdefault(entity_of(name), []).append(_line(_flat(line) + shift))
    for name, place in places.items():
        found.setdefault(entity_of(name), []).append(_mark((_flat([place]) + shift)[0]))
    return found


def write_shapes(shapes: Shapes, storage: Path, system: str, parameters: Mapping[str, Any]) -> None:
    """Keep them with the run, beside its samples, brought up to the ground where it is known."""
    if shapes:
        _drape(shapes, parameters)
        folder = storage / "products" / system
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pipes.json").write_text(json.dumps(shapes), encoding="utf-8")


def _drape(shapes: Shapes, parameters: Mapping[str, Any]) -> None:
    """Lift what lies under the project's terrain on it: nobody would see it there."""
    from plugins.builtin.flood.terrain import read_ground

    project = dict(parameters.get("project", {}))
    lines = [line for found in shapes.values() for line in found]
    every = np.concatenate([np.array(line["points"], np.float64) for line in lines])
    low, high = every[:, :2].min(axis=0) - _MARGIN_M, every[:, :2].max(axis=0) + _MARGIN_M
    for path in sorted(Path(str(project.get("folder", ""))).glob("*/*/terrain.tif")):
        try:
            ground = read_ground(
                path, project.get("origin", (0.0, 0.0)), [*low, *high], None, gaps=True
            )
        except SimulationError:
            continue  # it lies elsewhere, or is too fine for so large a network
        for line in lines:
            shape = shapely.segmentize(shapely.LineString(line["points"]), _PIECE_M)
            points = shapely.get_coordinates(shape, include_z=True)
            points[:, 2] = np.maximum(points[:, 2], ground.heights_m(points[:, :2]))
            line["points"] = np.round(points, 2).tolist()
        return


def _line(points_m: Any) -> dict[str, Any]:
    return {"points": np.round(points_m, 2).tolist(), "width_m": _PIPE_M}


def _mark(place_m: Any) -> dict[str, Any]:
    """Return a square at a node as a short, wide line."""
    half = np.array([_NODE_M / 2, 0.0, 0.0])
    place = np.nan_to_num(np.asarray(place_m, np.float64))
    return {"points": np.round([place - half, place + half], 2).tolist(), "width_m": _NODE_M}


def _shift(places: Any, parameters: Mapping[str, Any]) -> Any:
    if "offset_m" in parameters:
        return np.array([*parameters["offset_m"], 0.0, 0.0][:3], np.float64)
    origin = np.array(dict(parameters.get("project", {})).get("origin", (0.0, 0.0))[:2], np.float64)
    away = np.abs(places - origin)
    if np.abs(origin).max() > _NEAR_M and float(away.max()) <= _NEAR_M:
        return np.array([*-origin, 0.0])
    return None


def _flat(points: Iterable[tuple[float, float]]) -> Any:
    return np.array([(x, y, 0.0) for x, y in points], np.float64)


def _pair(words: Sequence[str]) -> tuple[float, float]:
    try:
        return float(words[0]), float(words[1])
    except ValueError:
        return 0.0, 0.0


def _sections(source: Path) -> dict[str, list[list[str]]]:
    """Return the words of each line by section; the engine itself has read the file already."""
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in source.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.partition(";")[0].split()
        if words and words[0].startswith("["):
            current = found.setdefault(words[0].strip("[]").upper(), [])
        elif words:
            current.append(words)
    return found
