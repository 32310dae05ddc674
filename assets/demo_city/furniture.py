"""Single things of the demo city: trees, lamps, cameras, sensors, cranes, containers, ships."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from shapely import Point, STRtree, box, prepare
from shapely.geometry.base import BaseGeometry

from assets.demo_city.buildings import Building
from assets.demo_city.plan import (
    CONTAINER_YARD,
    HILL,
    OLD_TOWN,
    QUAY_Y,
    TERMINAL_LOT,
    Plan,
    polygons,
)

_SPECIES: Final = (
    ("香樟", "Camphor"), ("悬铃木", "Plane"), ("银杏", "Ginkgo"), ("桂花", "Osmanthus"),
    ("水杉", "Dawn redwood"), ("柳树", "Willow"),
)  # fmt: skip
_SENSORS: Final = (
    ("空气质量", "Air quality", "AQ-200", "市环境监测站"),
    ("噪声", "Noise", "NM-12", "市环境监测站"),
    ("水位", "Water level", "WL-5", "港航局"),
    ("车流", "Traffic count", "TC-8", "市交警支队"),
    ("风速", "Wind", "WS-3", "港务集团"),
)
_LINES: Final = ("BOHAI", "YUANYU", "HAILAN", "XINGANG", "DONGFANG", "JINBO")


@dataclass
class Thing:
    """A point feature."""

    x: float
    y: float
    type: str
    name: str
    name_en: str
    height_m: float
    heading_deg: float = 0.0
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Tree:
    """A tree with its crown."""

    x: float
    y: float
    height_m: float
    crown_m: float
    species: int


def species(tree: Tree) -> tuple[str, str]:
    """Return a tree's name in Chinese and English."""
    return _SPECIES[tree.species]


def make_trees(plan: Plan, buildings: list[Building], chance: np.random.Generator) -> list[Tree]:
    """Return trees along streets, in parks, on the hill and in yards."""
    spots: list[tuple[float, float, float]] = []
    for street in plan.streets:
        if street.bridge:
            continue
        step = 12.0 if street.kind != "residential" else 15.0
        for side in (-1, 1):
            line = street.line.offset_curve(side * (street.width_m / 2 + 3.2))
            for at in np.arange(6.0, line.length - 6.0, step):
                point = line.interpolate(float(at))
                spots.append((point.x, point.y, 1.0))
    for block in plan.blocks:
        west, south, east, north = block.area.bounds
        rate = {"park": 1 / 260, "green": 1 / 160, "housing": 1 / 420}.get(block.use, 0.0)
        count = int(block.area.area * rate)
        if count:
            xs, ys = chance.uniform(west, east, count), chance.uniform(south, north, count)
            spots += [(float(x), float(y), 1.15) for x, y in zip(xs, ys)]
        elif block.use == "plaza" and block.area.area > 3000.0:
            # Rows of trees towards the avenue; the waterfront stays open.
            rows = np.arange(max(south, 474.0) + 7.0, north - 4.0, 15.0)
            spots += [
                (float(x), float(y), 0.9) for y in rows for x in np.arange(west + 8, east - 6, 11.0)
            ]
    angle = chance.uniform(0, 2 * np.pi, 420)
    radius = 175.0 * np.sqrt(chance.uniform(0, 1, 420))
    spots += [
        (HILL[0] + float(r * np.cos(a)), HILL[1] + float(r * np.sin(a)), 1.3)
        for a, r in zip(angle, radius)
    ]
    return _free_trees(spots, plan, buildings, chance)


def _free_trees(
    spots: list[tuple[float, float, float]],
    plan: Plan,
    buildings: list[Building],
    chance: np.random.Generator,
) -> list[Tree]:
    taken = STRtree([b.outline.buffer(2.2) for b in buildings])
    closed = plan.paved.buffer(1.2).union(plan.water.buffer(3.0)).union(plan.beach)
    for lot in (OLD_TOWN, TERMINAL_LOT, CONTAINER_YARD):
        closed = closed.union(box(*lot).buffer(2.0))
    prepare(closed)
    out = []
    width, depth = plan.size.width_m, plan.size.depth_m
    for x, y, scale in spots:
        point = Point(x, y)
        inside = 2 < x < width - 2 and 2 < y < depth - 2
        if not inside or closed.intersects(point) or len(taken.query(point, "intersects")):
            continue
        height = float(np.clip(chance.normal(7.5, 1.6) * scale, 3.5, 16.0))
        crown = float(height * chance.uniform(0.26, 0.36))
        out.append(Tree(x, y, height, crown, int(chance.integers(len(_SPECIES)))))
    return out


def make_things(plan: Plan, chance: np.random.Generator) -> list[Thing]:
    """Return everything else that stands or floats."""
    things = _cranes() + _containers(chance) + _ships() + _trucks(chance)
    water = plan.open_water.buffer(1.0)
    prepare(water)
    things += [t for t in _street_things(plan, chance) if not water.intersects(Point(t.x, t.y))]
    things += _pumps(plan)
    return things


def _cranes() -> list[Thing]:
    return [
        Thing(95.0 + 72.0 * i, QUAY_Y + 12.0, "crane", f"岸桥{i + 1}号", f"Quay crane {i + 1}",
              62.0, 180.0,
              {"model": "STS-65", "owner": "港务集团", "installed": f"{2012 + i}-06-01",
               "capacity_t": 65})
        for i in range(7)
    ]  # fmt: skip


def _containers(chance: np.random.Generator) -> list[Thing]:
    """Stacks of about ten boxes, 13 m long and 8 m wide, two abreast between truck lanes."""
    out = []
    west, south, east, north = CONTAINER_YARD
    for block, y in enumerate(np.arange(south + 62.0, north - 8.0, 22.0)):
        for bay, x in enumerate(np.arange(west + 14.0, east - 12.0, 13.8)):
            if abs((x - west) % 130.0 - 65.0) < 8.0:
                continue  # truck lanes across the yard
            for side in range(2):
                if chance.random() < 0.2:
                    continue
                place = f"{chr(65 + block)}{bay + 1:02d}-{side + 1}"
                line = _LINES[int(chance.integers(len(_LINES)))]
                out.append(
                    Thing(
                        float(x),
                        float(y + 1.5 + side * 8.7),
                        "container",
                        f"堆位{place}",
                        f"Stack {place}",
                        7.8,
                        90.0 if chance.random() < 0.5 else 270.0,
                        {"owner": line, "boxes": int(chance.integers(6, 11)), "size_ft": 20},
                    )
                )
    return out


def _ships() -> list[Thing]:
    names = (
        ("远海之星", "Star of the Far Sea", 150.0, QUAY_Y - 22, 90.0, 48.0),
        ("长江先锋", "Yangtze Pioneer", 420.0, QUAY_Y - 22, 90.0, 42.0),
        ("海风号", "Sea Breeze", 672.0, QUAY_Y - 18, 270.0, 34.0),
        ("东海渔政8号", "Fishery Patrol 8", 1110.0, QUAY_Y - 16, 90.0, 16.0),
        ("金沙轮", "Golden Sands", 720.0, 120.0, 75.0, 38.0),
    )
    return [
        Thing(x, y, "ship", name, english, height, heading, {"owner": "远洋航运", "flag": "CN"})
        for name, english, x, y, heading, height in names
    ]


def _trucks(chance: np.random.Generator) -> list[Thing]:
    west, south, east, _ = CONTAINER_YARD
    xs = np.linspace(west + 20, east - 20, 16) + chance.uniform(-8, 8, 16)
    return [
        Thing(float(x), south + (30.0 if i % 2 else 38.0), "truck", f"集卡{i + 1:02d}",
              f"Truck {i + 1:02d}", 3.8, 90.0 if i % 2 else 270.0,
              {"model": "T7", "owner": "港务集团"})
        for i, x in enumerate(xs)
    ]  # fmt: skip


def _street_things(plan: Plan, chance: np.random.Generator) -> list[Thing]:
    out: list[Thing] = []
    for street in plan.streets:
        if street.kind == "residential":
            continue
        step = 34.0 if street.kind == "primary" else 40.0
        for side in (-1, 1):
            line = street.line.offset_curve(side * (street.width_m / 2 + 1.2))
            for at in np.arange(9.0 + (side > 0) * step / 2, line.length - 4.0, step):
                a, b = line.interpolate(float(at)), line.interpolate(float(at) + 1.0)
                along = np.degrees(np.arctan2(b.x - a.x, b.y - a.y))
                number = sum(t.type == "lamp" for t in out) + 1
                out.append(
                    Thing(a.x, a.y, "lamp", f"路灯{number:04d}", f"Lamp {number:04d}", 9.0,
                          float((along - side * -90.0) % 360.0),
                          {"model": "LED-120W", "owner": "市政照明", "installed": "2021-09-10",
                           "street": street.name})
                )  # fmt: skip
    for x, y in _crossings(plan):
        number = sum(t.type == "camera" for t in out) + 1
        out.append(
            Thing(x + 14.0, y + 14.0, "camera", f"摄像机{number:02d}", f"Camera {number:02d}", 7.5,
                  float(chance.integers(0, 8) * 45.0),
                  {"model": "IPC-4K", "owner": "市交警支队", "installed": "2023-03-22"})
        )  # fmt: skip
        kind, english, model, owner = _SENSORS[number % len(_SENSORS)]
        out.append(
            Thing(x - 15.0, y + 13.0, "sensor", f"{kind}{number:02d}", f"{english} {number:02d}",
                  4.0, 0.0, {"model": model, "owner": owner, "installed": "2023-04-02"})
        )  # fmt: skip
    return out


def _crossings(plan: Plan) -> list[tuple[float, float]]:
    lines = [s.line for s in plan.streets if s.kind != "residential"]
    found: list[tuple[float, float]] = []
    for i, first in enumerate(lines):
        for second in lines[i + 1 :]:
            for point in _points(first.intersection(second)):
                if all(abs(point.x - x) + abs(point.y - y) > 30 for x, y in found):
                    found.append((point.x, point.y))
    return found


def _points(geometry: BaseGeometry) -> list[Point]:
    return [
        g for g in getattr(geometry, "geoms", [geometry]) if isinstance(g, Point) and not g.is_empty
    ]


def _pumps(plan: Plan) -> list[Thing]:
    spots = []
    for canal in polygons(plan.canal)[:1]:
        inside = box(0, 0, plan.size.width_m, plan.size.depth_m - 12.0)
        bank = canal.intersection(inside).buffer(7.0).exterior
        for i, at in enumerate(np.linspace(0.08, 0.42, 5)):
            point = bank.interpolate(float(at), normalized=True)
            spots.append(
                Thing(point.x, point.y, "pump", f"泵站{i + 1}号", f"Pump {i + 1}", 2.4, 0.0,
                      {"model": "QZ-900", "owner": "水务集团", "flow_m3_h": 900})
            )  # fmt: skip
    return spots
