"""Places in questions: local metres, easting and northing as maps have them, or degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from twin_model.frame import Frame
from twin_model.query import InBox, InPolygon, Near

#: A project is not larger; coordinates so near its origin in another system are meant in that.
_REACH_M: Final = 200_000.0
_REACH_DEG: Final = 2.0

_Point = tuple[float, float]


def localised(node: InBox | InPolygon | Near, frame: Frame) -> InBox | InPolygon | Near:
    """Return a place in local metres.

    A box in degrees becomes a polygon, since its sides are not those of the grid. Heights are
    those of the project in all systems but ``local``, where they count from the origin.

    Raises
    ------
    ValueError
        If it names no system, and is most likely meant in another; the text says so.
    """
    if isinstance(node, Near) and isinstance(node.centre, str):
        return node
    if not node.system:
        _check(_corners(node), frame)
    if node.system not in ("grid", "degrees"):
        return node
    up = float(frame.offset[2])
    if isinstance(node, Near):
        assert not isinstance(node.centre, str)
        centre = _moved(_corners(node), node.system, frame)[0]
        high = tuple(z - up for z in node.centre[2:])
        return replace(node, centre=(*centre, *high), system="local")
    moved = _moved(_corners(node), node.system, frame)
    if isinstance(node, InPolygon):
        return replace(node, corners=tuple(moved), system="local")
    heights = None if node.heights is None else (node.heights[0] - up, node.heights[1] - up)
    if node.system == "grid":
        return InBox((*moved[0], *moved[2]), heights, "local", node.touches)
    return InPolygon(tuple(moved), heights, "local", node.touches)


def _corners(node: InBox | InPolygon | Near) -> list[_Point]:
    if isinstance(node, Near):
        assert not isinstance(node.centre, str)
        return [(node.centre[0], node.centre[1])]
    if isinstance(node, InPolygon):
        return list(node.corners)
    west, south, east, north = node.plan
    return [(west, south), (east, south), (east, north), (west, north)]


def _moved(points: Sequence[_Point], system: str, frame: Frame) -> list[_Point]:
    if system == "degrees":
        local = frame.transform_from("EPSG:4326")(np.array(points, np.float64))[:, :2]
    else:
        local = np.array(points, np.float64) - frame.offset[:2]
    return [(float(x), float(y)) for x, y in local]


def _check(points: Sequence[_Point], frame: Frame) -> None:
    """Refuse what was most likely read off a map, instead of finding nothing there."""
    if frame.origin is None:
        return
    at = np.array(points, np.float64)
    origin = frame.offset[:2]
    far = np.abs(origin).max() > 2 * _REACH_M
    if far and (np.abs(at - origin) < _REACH_M).all() and (np.abs(at).max(axis=1) > _REACH_M).all():
        raise ValueError("looks like easting and northing: write grid after the place, or local")
    size = np.ptp(at, axis=0).max(initial=0.0)
    if size > _REACH_DEG or np.abs(at).max() > 180.0 or not at.any():
        return
    centre = frame.to_wgs84((0.0, 0.0, 0.0))[0, :2]
    if (np.abs(at - centre) < _REACH_DEG).all():
        raise ValueError("looks like degrees: write degrees after the place, or local")
