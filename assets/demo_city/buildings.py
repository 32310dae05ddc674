"""Buildings of the demo city: footprints with what a cadastre knows about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely import Polygon, STRtree, box
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

from assets.demo_city.plan import Block, Plan, polygons

_NAMES: Final = {
    "cbd": (("海通", "Haitong"), ("瀚海", "Hanhai"), ("云帆", "Yunfan"), ("启航", "Qihang"),
            ("汇澜", "Huilan"), ("远洋", "Yuanyang"), ("锦江", "Jinjiang"), ("天际", "Tianji")),
    "housing": (("碧水苑", "Bishui Garden"), ("望海小区", "Wanghai Estate"),
                ("梧桐里", "Wutong Terrace"), ("听涛苑", "Tingtao Garden"),
                ("金桂园", "Jingui Court"), ("翠湖名邸", "Cuihu Residence")),
    "logistics": (("仓库", "Warehouse"), ("冷链中心", "Cold Store"), ("保税仓", "Bonded Store")),
    "mixed": (("滨河商业楼", "Riverside Shops"), ("文创楼", "Studio House")),
    "industry": (("装配车间", "Assembly Hall"), ("研发楼", "Laboratory")),
}  # fmt: skip
_ROOFS: Final = {
    "office": (150, 156, 162), "hotel": (172, 164, 152), "residential": (176, 108, 84),
    "flats": (158, 152, 142), "warehouse": (122, 146, 168), "shop": (164, 146, 130),
    "school": (184, 122, 92), "factory": (140, 158, 160),
}  # fmt: skip


@dataclass(frozen=True)
class Building:
    """One footprint."""

    outline: Polygon
    height_m: float
    levels: int
    use: str
    name: str
    name_en: str
    built: int
    roof: tuple[int, int, int]


def make_buildings(plan: Plan, chance: np.random.Generator) -> list[Building]:
    """Return the buildings of every block."""
    out: list[Building] = []
    counters: dict[str, int] = {}
    for block in plan.blocks:
        made: list[tuple[Polygon, float, str]] = []
        area = block.area.buffer(-5.0, join_style="mitre")
        for part in polygons(area):
            if part.area > 250.0:
                made += _fill(part, block, chance)
        for outline, height, use in made:
            counters[use] = counters.get(use, 0) + 1
            out.append(_building(outline, height, use, block.use, counters[use], chance))
    return _apart(out)


def _apart(buildings: list[Building]) -> list[Building]:
    """Drop what would stand in another building."""
    tree = STRtree([b.outline for b in buildings])
    gone: set[int] = set()
    for i, building in enumerate(buildings):
        for j in tree.query(building.outline, predicate="intersects"):
            if i < int(j) and i not in gone:
                gone.add(int(j))
    return [b for i, b in enumerate(buildings) if i not in gone]


def _fill(
    part: Polygon, block: Block, chance: np.random.Generator
) -> list[tuple[Polygon, float, str]]:
    if block.use == "cbd":
        return _towers(part, chance)
    if block.use in ("logistics", "industry"):
        return _sheds(part, chance, block.use)
    if block.use == "housing":
        x, y = part.centroid.x, part.centroid.y
        if x > 1130.0:
            return _villas(part, chance)
        if y > 1130.0 and 420 < x < 560:
            return _school(part)
        return _slabs(part, chance) if chance.random() < 0.75 else _perimeter(part, chance)
    if block.use == "mixed":
        return _perimeter(part, chance)
    return []


def _fits(shape: Polygon, part: Polygon) -> Polygon | None:
    return shape if part.contains(shape) else None


def _grid(part: Polygon, step_x: float, step_y: float) -> list[tuple[float, float]]:
    west, south, east, north = part.bounds
    columns = max(1, int((east - west) // step_x))
    rows = max(1, int((north - south) // step_y))
    dx, dy = (east - west) / columns, (north - south) / rows
    return [
        (west + (i + 0.5) * dx, south + (j + 0.5) * dy) for j in range(rows) for i in range(columns)
    ]


def _rectangle(x: float, y: float, width: float, depth: float) -> Polygon:
    return box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)


def _towers(part: Polygon, chance: np.random.Generator) -> list[tuple[Polygon, float, str]]:
    """High-rises, taller towards the heart of the business district."""
    out = []
    for x, y in _grid(part, 46.0, 47.0):
        pull = np.exp(-(((x - 640.0) / 170.0) ** 2 + ((y - 680.0) / 130.0) ** 2))
        height = float(24 + 150 * pull * chance.uniform(0.45, 1.0) + chance.uniform(0, 18))
        width, depth = chance.uniform(23, 35, 2)
        base = _rectangle(x, y, width, depth)
        kind = chance.random()
        if kind < 0.22:  # chamfered
            base = base.buffer(-6, join_style="mitre").buffer(6, quad_segs=1)
        elif kind < 0.36:  # round
            base = base.centroid.buffer(float(min(width, depth) / 2), quad_segs=6)
        elif kind < 0.55:  # L
            base = base.difference(
                _rectangle(x + width * 0.25, y + depth * 0.25, width * 0.55, depth * 0.55)
            )
        elif kind < 0.68:  # turned
            base = rotate(base, 45.0 * float(chance.random()), origin="centroid")
        for shape in polygons(base)[:1]:
            if (fitting := _fits(shape, part)) is not None:
                out.append((fitting, height, "hotel" if chance.random() < 0.15 else "office"))
    return out


def _slabs(part: Polygon, chance: np.random.Generator) -> list[tuple[Polygon, float, str]]:
    """Rows of flats facing south."""
    levels = int(chance.choice([6, 6, 7, 11, 18], p=[0.35, 0.25, 0.15, 0.15, 0.1]))
    depth = 12.5
    gap = max(13.0, levels * 3.0 * 0.62)
    out = []
    west, south, _east, north = part.bounds
    y = south + depth / 2 + 2
    while y + depth / 2 < north:
        lengths, x = chance.uniform(21, 34, 18), west + 1.0
        for length in lengths:
            whole = _rectangle(x + length / 2, y, float(length), depth)
            # Where a street bends into the row, the house ends there.
            pieces = polygons(whole.intersection(part))
            if pieces and pieces[0].area > 0.62 * whole.area:
                shape = pieces[0]
                if chance.random() < 0.4:  # staggered front
                    notch = _rectangle(x + length * 0.3, y - depth / 2, length * 0.14, 4.0)
                    shape = shape.difference(notch)
                out.append((shape, levels * 3.0 + 1.2, "flats"))
            x += float(length) + 7.0
        y += depth + gap * 0.85
    return out


def _perimeter(part: Polygon, chance: np.random.Generator) -> list[tuple[Polygon, float, str]]:
    """Closed blocks with a yard, or a U of them."""
    levels = int(chance.integers(3, 7))
    ring = part.difference(part.buffer(-13.0, join_style="mitre"))
    if part.area < 1500.0:
        return [(part, levels * 3.3, "shop")]
    west, south, east, north = part.bounds
    cuts = [
        _rectangle((west + east) / 2, south, 10.0, 40.0),
        _rectangle((west + east) / 2, north, 10.0, 40.0),
        _rectangle(west, (south + north) / 2, 40.0, 10.0),
        _rectangle(east, (south + north) / 2, 40.0, 10.0),
    ]
    shape: BaseGeometry = ring
    for cut in cuts[: int(chance.integers(1, 5))]:
        shape = shape.difference(cut)
    use = "shop" if chance.random() < 0.3 else "flats"
    # Wings of one block differ by a storey; long ones are several houses.
    wings = []
    for wing in polygons(shape):
        pieces = [
            wing.intersection(c)
            for c in (
                box(west, south, (west + east) / 2, north),
                box((west + east) / 2, south, east, north),
            )
        ]
        for piece in pieces:
            for half in (
                box(west, south, east, (south + north) / 2),
                box(west, (south + north) / 2, east, north),
            ):
                wings += [p for p in polygons(piece.intersection(half)) if p.area > 120]
    out = [(p.buffer(-0.05), (levels + int(chance.integers(0, 2))) * 3.3, use) for p in wings]
    yard = part.buffer(-26.0, join_style="mitre")
    for x, y in _grid(yard, 30.0, 30.0) if yard.area > 1200.0 and use == "flats" else []:
        shape = _rectangle(x, y, 11.0, 14.0)
        if yard.contains(shape):
            out.append((shape, 3.6, "shop"))
    return out


def _villas(part: Polygon, chance: np.random.Generator) -> list[tuple[Polygon, float, str]]:
    out = []
    for x, y in _grid(part, 15.5, 18.5):
        width, depth = chance.uniform(8.5, 11.5), chance.uniform(8, 10.5)
        shape = _rectangle(x, y, float(width), float(depth))
        if chance.random() < 0.5:
            shape = shape.union(
                _rectangle(x + width * 0.4, y - depth * 0.45, width * 0.5, depth * 0.6)
            )
        shape = rotate(shape, float(chance.uniform(-12, 12)), origin="centroid")
        for piece in polygons(shape)[:1]:
            if part.contains(piece):
                out.append((piece, float(chance.uniform(6.5, 9.5)), "residential"))
    return out


def _sheds(
    part: Polygon, chance: np.random.Generator, use: str
) -> list[tuple[Polygon, float, str]]:
    out = []
    kind = "warehouse" if use == "logistics" else "factory"
    for x, y in _grid(part, 70.0, 44.0):
        shape = _rectangle(x, y, float(chance.uniform(48, 62)), float(chance.uniform(26, 34)))
        if part.contains(shape):
            out.append((shape, float(chance.uniform(9, 14)), kind))
    return out


def _school(part: Polygon) -> list[tuple[Polygon, float, str]]:
    west, south, _, north = part.bounds
    shape = box(west + 4, south + 4, west + 16, north - 8).union(
        box(west + 4, north - 22, west + 60, north - 8)
    )
    return [(p, 14.4, "school") for p in polygons(shape.intersection(part)) if p.area > 200]


def _building(
    outline: Polygon, height: float, use: str, area: str, number: int, chance: np.random.Generator
) -> Building:
    choices = _NAMES.get(area, _NAMES["housing"])
    name, english = choices[int(chance.integers(len(choices)))]
    if use in ("office", "hotel"):
        # In turns, so that no two have one name; the second round are the second towers.
        name, english = choices[(number - 1) % len(choices)]
        kind, kind_en = ("酒店", "Hotel") if use == "hotel" else ("大厦", "Tower")
        tower = "ABCDEFGH"[min((number - 1) // len(choices), 7)]
        name, english = f"{name}{kind}", f"{english} {kind_en}"
        if tower != "A":
            name, english = f"{name}{tower}座", f"{english} {tower}"
    elif use == "school":
        name, english = "海港小学", "Haigang School"
    elif use == "residential":
        name, english = f"青山别墅{number}号", f"Qingshan Villa {number}"
    else:
        name, english = f"{name}{number}栋", f"{english} {number}"
    base = np.array(_ROOFS[use], float) + chance.normal(0, 9)
    red, green, blue = (int(v) for v in np.clip(base, 60, 225))
    floor = {"warehouse": 9.0, "factory": 9.0, "office": 3.9, "hotel": 3.5}.get(use, 3.0)
    return Building(
        translate(outline, 0.0, 0.0),
        round(height, 1),
        max(1, int(height / floor)),
        use,
        name,
        english,
        int(chance.integers(1988, 2025)),
        (red, green, blue),
    )
