"""The airborne laser survey of the demo city (LAS 1.4, point format 7, compressed)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from assets.demo_city.buildings import Building
from assets.demo_city.furniture import Tree
from assets.demo_city.ground import Ground, burn
from assets.demo_city.plan import COMPOUND_CRS, ORIGIN, WATER_M, Plan

FloatArray = npt.NDArray[np.float64]

GROUND: Final = 2
VEGETATION: Final = 5
BUILDING: Final = 6
WATER: Final = 9
_CELL_M: Final = 1.0
#: Median return strength of 16-bit units by class.
_INTENSITY: Final = {GROUND: 21_000, VEGETATION: 14_000, BUILDING: 29_000, WATER: 3_000}


@dataclass
class _Cloud:
    """Columns of the survey."""

    x: FloatArray
    y: FloatArray
    z: FloatArray
    kind: npt.NDArray[np.uint8]
    number: npt.NDArray[np.uint8]
    returns: npt.NDArray[np.uint8]


def write_survey(
    path: Path,
    plan: Plan,
    ground: Ground,
    solids: list[tuple[BaseGeometry, float]],
    trees: list[Tree],
    picture: npt.NDArray[np.uint8],
    chance: np.random.Generator,
) -> int:
    """Write the survey and return the number of points.

    Parameters
    ----------
    solids : list of outline and height
        Roofs, in metres above the ground.
    picture : (rows, columns, 3) uint8 array
        Imagery that colours the points.
    """
    cloud = _measure(plan, ground, solids, trees, chance)
    _write(path, plan, cloud, picture, chance)
    return len(cloud.x)


def roofs(buildings: list[Building]) -> list[tuple[BaseGeometry, float]]:
    """Return outlines with heights, lowest first, so that towers win over podiums."""
    return sorted(((b.outline, b.height_m) for b in buildings), key=lambda pair: pair[1])


def _measure(
    plan: Plan,
    ground: Ground,
    solids: list[tuple[BaseGeometry, float]],
    trees: list[Tree],
    chance: np.random.Generator,
) -> _Cloud:
    size, spacing = plan.size, plan.size.point_spacing_m
    columns, rows = int(size.width_m / spacing), int(size.depth_m / spacing)
    gx, gy = np.meshgrid((np.arange(columns) + 0.5) * spacing, (np.arange(rows) + 0.5) * spacing)
    x = (gx + chance.uniform(-0.45, 0.45, gx.shape) * spacing).ravel()
    y = (gy + chance.uniform(-0.45, 0.45, gy.shape) * spacing).ravel()
    shape = (int(size.depth_m / _CELL_M), int(size.width_m / _CELL_M))
    r = np.clip(((size.depth_m - y) / _CELL_M).astype(int), 0, shape[0] - 1)
    c = np.clip((x / _CELL_M).astype(int), 0, shape[1] - 1)
    roof = burn(shape, _CELL_M, size.depth_m, solids)[r, c]
    water = burn(shape, _CELL_M, size.depth_m, [(plan.open_water, 1.0)])[r, c] > 0
    # Most pulses on water are lost.
    kept = ~water | (chance.random(len(x)) < 0.18)
    x, y, roof, water = x[kept], y[kept], roof[kept], water[kept]
    z = ground.at(x, y)
    kind = np.full(len(x), GROUND, np.uint8)
    kind[water] = WATER
    z[water] = WATER_M
    kind[roof > 0] = BUILDING
    z[roof > 0] += roof[roof > 0]
    crown_x, crown_y, crown_z = _crowns(ground, trees, spacing, chance)
    z = np.concatenate([z + chance.normal(0, 0.03, len(z)), crown_z])
    single = np.ones(len(x), np.uint8)
    # A pulse into a crown gives a first return there; the ground below is a second one.
    return _Cloud(
        np.concatenate([x, crown_x]),
        np.concatenate([y, crown_y]),
        z,
        np.concatenate([kind, np.full(len(crown_x), VEGETATION, np.uint8)]),
        np.concatenate([single, np.ones(len(crown_x), np.uint8)]),
        np.concatenate([single, np.full(len(crown_x), 2, np.uint8)]),
    )


def _crowns(
    ground: Ground, trees: list[Tree], spacing: float, chance: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    if not trees:
        return np.empty(0), np.empty(0), np.empty(0)
    radius = np.array([t.crown_m for t in trees])
    height = np.array([t.height_m for t in trees])
    count = np.maximum(2, (2.2 * np.pi * (radius / spacing) ** 2).astype(int))
    owner = np.repeat(np.arange(len(trees)), count)
    angle = chance.uniform(0, 2 * np.pi, len(owner))
    out = np.sqrt(chance.uniform(0, 1, len(owner)))
    x = np.array([t.x for t in trees])[owner] + out * radius[owner] * np.cos(angle)
    y = np.array([t.y for t in trees])[owner] + out * radius[owner] * np.sin(angle)
    # Half an ellipsoid on a trunk, with leaves inside as well.
    top = height[owner] * (0.42 + 0.58 * np.sqrt(1 - out**2))
    z = ground.at(x, y) + top - chance.exponential(0.35, len(owner))
    return x, y, z


def _write(
    path: Path,
    plan: Plan,
    cloud: _Cloud,
    picture: npt.NDArray[np.uint8],
    chance: np.random.Generator,
) -> None:
    import laspy  # heavy, and needed only when the city is made
    import pyproj

    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales = np.full(3, 0.01)
    header.offsets = np.array([*ORIGIN, 0.0])
    header.add_crs(pyproj.CRS.from_user_input(COMPOUND_CRS))
    header.creation_date = dt.date(2026, 3, 1)
    header.system_identifier = "Shapan demo"
    header.generating_software = "Shapan demo city"
    las: Any = laspy.LasData(header)
    las.x, las.y, las.z = cloud.x + ORIGIN[0], cloud.y + ORIGIN[1], cloud.z
    las.classification = cloud.kind
    las.return_number, las.number_of_returns = cloud.number, cloud.returns
    strength = np.zeros(len(cloud.x))
    for kind, median in _INTENSITY.items():
        strength[cloud.kind == kind] = median
    strength *= chance.uniform(0.75, 1.25, len(strength))
    las.intensity = strength.astype(np.uint16)
    # Strips flown from west to east, 250 m apart, 60 m/s.
    strip = (cloud.y / 250.0).astype(int)
    las.gps_time = 4.56e8 + strip * 120.0 + cloud.x / 60.0
    las.point_source_id = (strip + 1).astype(np.uint16)
    pixel = plan.size.pixel_m
    rows = np.clip(((plan.size.depth_m - cloud.y) / pixel).astype(int), 0, picture.shape[0] - 1)
    columns = np.clip((cloud.x / pixel).astype(int), 0, picture.shape[1] - 1)
    # LAS colours have 16 bits.
    rgb = picture[rows, columns].astype(np.uint16) * 257
    green = cloud.kind == VEGETATION
    leaf = np.clip(chance.normal(1.0, 0.18, int(green.sum())), 0.5, 1.5)
    rgb[green] = (leaf[:, None] * np.array([66, 98, 50]) * 257).astype(np.uint16)
    las.red, las.green, las.blue = rgb.T
    las.write(str(path))
