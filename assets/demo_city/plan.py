"""The plan of the district: water, streets, blocks. Everything else follows from it.

Plan coordinates are metres, x east and y north of the district's south-west corner. The sea
lies in the south behind a quay; a canal comes down from the north; a hill with a park stands
in the east; the old town in the middle has no footprints: it is known from oblique
photographs only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely import LineString, Polygon, box, unary_union
from shapely.geometry.base import BaseGeometry

FloatArray = npt.NDArray[np.float64]

#: CGCS2000 / 3-degree Gauss-Kruger, central meridian 120° E.
CRS: Final = "EPSG:4549"
#: Yellow Sea 1985, the national height datum.
VERTICAL_CRS: Final = "EPSG:5737"
COMPOUND_CRS: Final = "EPSG:4549+5737"
#: Easting and northing of the plan's south-west corner.
ORIGIN: Final = (514_200.0, 3_349_400.0)
#: Height of the water, metres; the terrain model is flattened to it, as surveyed ones are.
WATER_M: Final = 0.4
SEED: Final = 20_260_301

QUAY_Y: Final = 330.0
QUAY_EAST: Final = 1180.0
OLD_TOWN: Final = (560.0, 800.0, 960.0, 1100.0)
TERMINAL_LOT: Final = (770.0, 342.0, 985.0, 470.0)
CONTAINER_YARD: Final = (60.0, 346.0, 575.0, 540.0)
HILL: Final = (1345.0, 950.0)


@dataclass(frozen=True)
class Size:
    """How large and how fine the city is made.

    Parameters
    ----------
    width_m, depth_m : float
    dem_m, pixel_m : float
        Cell sizes of terrain and imagery.
    point_spacing_m : float
        Of the survey.
    oblique_tiles : tuple of two ints
        Tiles of 100 m of the old town, east and north.
    """

    width_m: float
    depth_m: float
    dem_m: float
    pixel_m: float
    point_spacing_m: float
    oblique_tiles: tuple[int, int]


SIZES: Final = {
    "tiny": Size(1600.0, 1400.0, 8.0, 2.0, 8.0, (1, 1)),
    "small": Size(1600.0, 1400.0, 2.0, 0.4, 1.3, (4, 3)),
    "city": Size(2800.0, 2600.0, 2.0, 0.4, 1.0, (4, 3)),
}


@dataclass(frozen=True)
class Street:
    """A centre line with what is known about it."""

    line: LineString
    kind: str
    width_m: float
    lanes: int
    name: str
    name_en: str
    bridge: bool = False


@dataclass(frozen=True)
class Block:
    """A piece of land between streets and what it is used for."""

    area: Polygon
    use: str


@dataclass
class Plan:
    """The district before anything stands on it."""

    size: Size
    sea: BaseGeometry
    canal: BaseGeometry
    beach: BaseGeometry
    streets: list[Street] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    paved: BaseGeometry = field(default_factory=Polygon)

    @property
    def water(self) -> BaseGeometry:
        """Sea and canal."""
        return self.sea.union(self.canal)

    @property
    def open_water(self) -> BaseGeometry:
        """Water that no bridge covers; the terrain has the decks, so that streets lie on them."""
        return self.water.difference(street_area([s for s in self.streets if s.bridge]).buffer(2.4))


#: Name, English name, kind, width, lanes, and the street's straight course before the warp.
_AVENUES: Final = (
    ("滨海大道", "Binhai Avenue", "primary", 30.0, 6, "h", 575.0),
    ("迎宾路", "Yingbin Road", "secondary", 22.0, 4, "h", 780.0),
    ("北环路", "Beihuan Road", "secondary", 22.0, 4, "h", 1120.0),
    ("学院路", "Xueyuan Road", "secondary", 20.0, 4, "h", 1560.0),
    ("临安大道", "Linan Avenue", "primary", 28.0, 6, "h", 2050.0),
    ("港西路", "Gangxi Road", "secondary", 20.0, 4, "v", 190.0),
    ("海关路", "Haiguan Road", "secondary", 20.0, 4, "v", 400.0),
    ("中央大街", "Central Avenue", "primary", 28.0, 6, "v", 595.0 - 55.0),
    ("望潮路", "Wangchao Road", "secondary", 20.0, 4, "v", 735.0),
    ("沿河路", "Yanhe Road", "secondary", 16.0, 2, "v", 975.0),
    ("青山路", "Qingshan Road", "secondary", 18.0, 2, "v", 1130.0),
    ("东湾路", "Dongwan Road", "secondary", 18.0, 2, "v", 1545.0),
    ("科创大道", "Kechuang Avenue", "primary", 28.0, 6, "v", 1980.0),
    ("星河路", "Xinghe Road", "secondary", 20.0, 4, "v", 2400.0),
)
_LANES: Final = (
    ("桂花巷", "Guihua Lane"), ("银杏街", "Yinxing Street"), ("玉兰路", "Yulan Road"),
    ("海棠街", "Haitang Street"), ("听涛巷", "Tingtao Lane"), ("渔港街", "Yugang Street"),
    ("灯塔路", "Dengta Road"), ("船坞街", "Chuanwu Street"), ("丝绸巷", "Sichou Lane"),
    ("茶市街", "Chashi Street"), ("竹园路", "Zhuyuan Road"), ("荷塘街", "Hetang Street"),
)  # fmt: skip


def warp(points: FloatArray) -> FloatArray:
    """Bend straight plans into ones that look grown; the quay stays straight."""
    x, y = points[:, 0], points[:, 1]
    calm = np.clip((y - 590.0) / 250.0, 0.0, 1.0)
    near_old = np.clip(
        np.maximum(np.abs(x - 760.0) - 215.0, np.abs(y - 950.0) - 165.0) / 140.0, 0.0, 1.0
    )
    amount = calm * near_old
    dx = amount * (14.0 * np.sin(y / 170.0) + 6.0 * np.sin(x / 90.0))
    dy = amount * (12.0 * np.sin(x / 210.0 + 0.8) + 5.0 * np.sin(y / 120.0))
    return np.column_stack([x + dx, y + dy])


def warped(geometry: Any) -> Any:
    """Return a geometry with all of its points through `warp`."""
    from shapely import transform

    return transform(geometry, warp)


def make_plan(size: Size) -> Plan:
    """Return the plan of a district of the given size."""
    width, depth = size.width_m, size.depth_m
    everything = box(0, 0, width, depth)
    land_edge = _coast(width)
    sea = Polygon([(0, 0), *land_edge, (width, 0)])
    middle = np.array(
        [[1035, QUAY_Y - 5], [1040, 480], [1042, 620], [1030, 800], [1042, 960], [1025, 1120],
         [1050, 1290], [1030, 1420], [1060, 1700], [1020, 2100], [1050, 2700]], float
    )  # fmt: skip
    fine = _smooth(middle)
    canal = LineString(fine).buffer(19.0).intersection(everything).difference(sea)
    beach = (
        sea.buffer(38.0)
        .difference(sea.buffer(0.5))
        .intersection(box(QUAY_EAST + 6, 0, width, depth))
    )
    plan = Plan(size, sea.intersection(everything), canal, beach)
    _lay_streets(plan, everything)
    _cut_blocks(plan, everything)
    return plan


def _coast(width: float) -> list[tuple[float, float]]:
    """Return the shore from west to east: a quay, then a curved beach."""
    points: list[tuple[float, float]] = [(0.0, QUAY_Y), (QUAY_EAST, QUAY_Y)]
    for x in np.arange(QUAY_EAST, width + 20.0, 10.0):
        t = x - QUAY_EAST
        points.append((float(x), float(QUAY_Y + 22 * np.sin(t / 95.0) + 0.17 * t)))
    return points


def _smooth(points: FloatArray) -> FloatArray:
    """Return a curve through control points (Chaikin, four rounds)."""
    for _ in range(4):
        a, b = points[:-1], points[1:]
        cut = np.empty((2 * len(a), 2))
        cut[0::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        points = np.vstack([points[:1], cut, points[-1:]])
    return points


def _lay_streets(plan: Plan, everything: Polygon) -> None:
    width, depth = plan.size.width_m, plan.size.depth_m
    blocked = plan.sea.buffer(12.0)
    closed = (
        box(*OLD_TOWN)
        .buffer(-4.0)
        .union(box(CONTAINER_YARD[0], 0, CONTAINER_YARD[2], 560))
        .union(box(*TERMINAL_LOT).buffer(6.0))
    )
    for name, english, kind, street_width, lanes, way, at in _AVENUES:
        if at > (depth if way == "h" else width):
            continue
        steps = np.arange(-20.0, (width if way == "h" else depth) + 21.0, 10.0)
        ends = (steps, np.full_like(steps, at)) if way == "h" else (np.full_like(steps, at), steps)
        line = warped(LineString(np.column_stack(ends))).intersection(everything)
        line = line.difference(blocked).difference(closed)
        if way == "v" and 1130.0 < at < 1545.0:
            line = line.difference(box(*HILL, *HILL).buffer(200.0))
        for piece in lines(line):
            _add_street(plan, Street(piece, kind, street_width, lanes, name, english))


def _add_street(plan: Plan, street: Street) -> None:
    """Add a street, the parts over the canal as bridges of their own."""
    over = plan.canal.buffer(7.0)
    for piece in lines(street.line.intersection(over)):
        if piece.length > 20.0:
            plan.streets.append(_with(street, piece, bridge=True))
    for piece in lines(street.line.difference(over)):
        if piece.length > 12.0:
            plan.streets.append(_with(street, piece))


def _with(street: Street, line: LineString, *, bridge: bool = False) -> Street:
    name, english = street.name, street.name_en
    if bridge:
        name, english = f"{name[:2]}桥", f"{english.split()[0]} Bridge"
    return Street(line, street.kind, street.width_m, street.lanes, name, english, bridge)


def lines(geometry: Any) -> list[LineString]:
    """Return the lines of any geometry."""
    parts = getattr(geometry, "geoms", [geometry])
    return [part for part in parts if isinstance(part, LineString) and not part.is_empty]


def polygons(geometry: Any) -> list[Polygon]:
    """Return the polygons of any geometry."""
    parts = getattr(geometry, "geoms", [geometry])
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def street_area(streets: list[Street]) -> BaseGeometry:
    """Return the carriageways of streets."""
    return unary_union([s.line.buffer(s.width_m / 2, cap_style="flat") for s in streets])


def _cut_blocks(plan: Plan, everything: Polygon) -> None:
    """Divide the land between avenues into blocks by lanes, and say what each is for."""
    chance = np.random.default_rng(SEED)
    pavement = street_area(plan.streets).buffer(5.0, join_style="mitre")
    land = everything.difference(plan.sea.buffer(14.0)).difference(plan.canal.buffer(12.0))
    special = unary_union([box(*OLD_TOWN), box(*TERMINAL_LOT), box(*CONTAINER_YARD), plan.beach])
    free = land.difference(pavement).difference(special.buffer(4.0, join_style="mitre"))
    made: list[Street] = []
    for part in polygons(free):
        use = _use_of(part, plan)
        if use in ("park", "plaza"):
            plan.blocks.append(Block(part, use))
            continue
        _divide(part, use, plan, made, chance)
    plan.streets += made
    plan.paved = street_area(plan.streets)


def _use_of(part: Polygon, plan: Plan) -> str:
    x, y = part.centroid.x, part.centroid.y
    if part.area < 900.0:
        return "green"
    if y < 560.0:
        return "plaza" if x < 1010.0 else "park"
    if 1130.0 < x < 1545.0 and 590.0 < y < 1120.0:
        return "park"
    if x < 400.0 and y < 780.0:
        return "logistics"
    if x < 975.0 and y < 780.0:
        return "cbd"
    if x > 1900.0 and y > 1500.0:
        return "industry"
    if 975.0 < x < 1130.0:
        return "mixed"
    return "housing"


def _divide(
    part: Polygon, use: str, plan: Plan, lanes: list[Street], chance: np.random.Generator
) -> None:
    limit = {"cbd": 118.0, "logistics": 170.0, "industry": 220.0}.get(use, 112.0)
    west, south, east, north = part.bounds
    wide = east - west >= north - south
    span = max(east - west, north - south)
    if span < limit * 1.45:
        if part.area > 500.0:
            plan.blocks.append(Block(part, use))
        return
    at = (west + east if wide else south + north) / 2 + float(chance.uniform(-8, 8))
    ends = [(at, south - 9), (at, north + 9)] if wide else [(west - 9, at), (east + 9, at)]
    line = LineString(ends).intersection(part.buffer(6.0))
    name, english = _LANES[len(lanes) % len(_LANES)]
    for piece in lines(line):
        lanes.append(Street(piece, "residential", 9.0, 2, name, english))
    strip = LineString(ends).buffer(4.5 + 3.0, cap_style="flat")
    for rest in polygons(part.difference(strip)):
        _divide(rest, use, plan, lanes, chance)
