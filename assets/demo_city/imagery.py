"""The aerial picture of the demo city, painted from its plan."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from shapely import LineString, Polygon, box
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from assets.demo_city.buildings import Building
from assets.demo_city.furniture import Thing, Tree
from assets.demo_city.ground import noise, to_pixels
from assets.demo_city.old_town import ROOF_COLOURS, Wing
from assets.demo_city.plan import (
    CONTAINER_YARD,
    OLD_TOWN,
    QUAY_EAST,
    QUAY_Y,
    TERMINAL_LOT,
    Plan,
    lines,
    polygons,
)

Colour = tuple[int, int, int]
Picture = npt.NDArray[np.uint8]
FloatPicture = npt.NDArray[np.float32]

_ASPHALT: Final[Colour] = (92, 94, 98)
_CONCRETE: Final[Colour] = (163, 160, 152)
_PAVING: Final[Colour] = (178, 171, 160)
_GRASS: Final[Colour] = (112, 132, 78)
_SAND: Final[Colour] = (214, 196, 152)
_SOIL: Final[Colour] = (142, 132, 106)
_WHITE: Final[Colour] = (226, 226, 220)
_LAND_USE: Final[dict[str, Colour]] = {
    "park": _GRASS, "green": _GRASS, "plaza": (188, 180, 168), "cbd": (168, 165, 158),
    "housing": (134, 142, 104), "mixed": (160, 156, 140), "logistics": (150, 148, 142),
    "industry": (152, 150, 146),
}  # fmt: skip
_SHALLOW: Final = np.array([112, 158, 152], np.float32)
_DEEP: Final = np.array([44, 84, 104], np.float32)
_MURKY: Final = np.array([74, 98, 92], np.float32)
#: Rows worked on at a time: whole pictures of floats would be slow and large.
_STRIP: Final = 250
#: The sun stands in the south-west, 45° high: shadows fall to the north-east.
_SHADOW: Final = (0.55, 0.62)


class _Canvas:
    """Draws plan geometry on an image."""

    def __init__(self, plan: Plan, pixel_m: float) -> None:
        self.pixel_m, self.depth_m = pixel_m, plan.size.depth_m
        self.shape = (int(plan.size.depth_m / pixel_m), int(plan.size.width_m / pixel_m))
        self.image = Image.new("RGB", (self.shape[1], self.shape[0]), _SOIL)
        self.draw = ImageDraw.Draw(self.image)

    def fill(self, geometry: BaseGeometry, colour: Colour) -> None:
        for part in polygons(geometry):
            self.draw.polygon(to_pixels(part.exterior.coords, self.pixel_m, self.depth_m), colour)

    def line(self, line: BaseGeometry, colour: Colour, width_m: float) -> None:
        width = max(1, round(width_m / self.pixel_m))
        for part in lines(line):
            points = to_pixels(part.coords, self.pixel_m, self.depth_m)
            self.draw.line(points, colour, width)

    def disc(self, x: float, y: float, radius_m: float, colour: Colour) -> None:
        cx, cy = x / self.pixel_m, (self.depth_m - y) / self.pixel_m
        r = radius_m / self.pixel_m
        self.draw.ellipse((cx - r, cy - r, cx + r, cy + r), colour)

    def mask(self, geometry: BaseGeometry) -> npt.NDArray[np.float32]:
        image = Image.new("L", self.image.size, 0)
        draw = ImageDraw.Draw(image)
        for part in polygons(geometry):
            draw.polygon(to_pixels(part.exterior.coords, self.pixel_m, self.depth_m), 255)
            for hole in part.interiors:
                draw.polygon(to_pixels(hole.coords, self.pixel_m, self.depth_m), 0)
        return np.asarray(image, np.float32) / 255.0


def paint(
    plan: Plan,
    buildings: list[Building],
    trees: list[Tree],
    things: list[Thing],
    wings: list[Wing],
    chance: np.random.Generator,
) -> Picture:
    """Return the picture as (rows, columns, 3), row 0 in the north."""
    canvas = _Canvas(plan, plan.size.pixel_m)
    _paint_land(canvas, plan)
    _paint_streets(canvas, plan)
    _paint_yard(canvas)
    _paint_cars(canvas, plan, chance)
    picture = _grain(canvas, plan, chance)
    solids = [(b.outline, b.height_m) for b in buildings]
    picture = _shade(canvas, picture, solids + [(w.outline, w.eaves_m) for w in wings], trees)
    canvas.image = Image.fromarray(picture)
    canvas.draw = ImageDraw.Draw(canvas.image)
    _paint_roofs(canvas, buildings, chance)
    _paint_old_town(canvas, wings)
    _paint_crowns(canvas, trees, chance)
    _paint_things(canvas, things)
    return _paint_water(canvas, plan, chance)


def _paint_land(canvas: _Canvas, plan: Plan) -> None:
    everything = box(0, 0, plan.size.width_m, plan.size.depth_m)
    canvas.fill(everything, _PAVING)
    for block in plan.blocks:
        canvas.fill(block.area, _LAND_USE.get(block.use, _SOIL))
        if block.use == "park":
            _paint_paths(canvas, block.area)
        elif block.use == "plaza":
            _paint_plaza(canvas, block.area)
        elif block.use == "housing" and block.area.area > 4000:
            canvas.fill(block.area.buffer(-9, join_style="mitre"), (122, 138, 90))
    canvas.fill(box(*OLD_TOWN), (150, 142, 128))
    canvas.fill(box(0, QUAY_Y, 1010, QUAY_Y + 18), _CONCRETE)
    canvas.fill(box(*TERMINAL_LOT), (184, 178, 168))
    canvas.fill(plan.beach, _SAND)
    # Retaining walls of the canal.
    canvas.fill(plan.canal.buffer(9.0), (120, 138, 88))
    canvas.fill(plan.canal.buffer(2.2), (150, 146, 136))


def _paint_paths(canvas: _Canvas, area: BaseGeometry) -> None:
    west, south, east, north = area.bounds
    t = np.linspace(0.0, 1.0, 40)
    for shift in (0.25, 0.5, 0.75):
        x = west + (east - west) * t
        y = south + (north - south) * (shift + 0.16 * np.sin(6.3 * t + 7 * shift))
        canvas.line(LineString(np.column_stack([x, y])), (196, 184, 158), 2.6)
    y = south + (north - south) * t
    x = west + (east - west) * (0.5 + 0.2 * np.sin(5.0 * t))
    canvas.line(LineString(np.column_stack([x, y])), (196, 184, 158), 2.6)


def _paint_plaza(canvas: _Canvas, area: BaseGeometry) -> None:
    west, south, east, north = area.bounds
    for x in np.arange(west, east, 9.0):
        canvas.line(LineString([(x, south), (x, north)]), (176, 168, 156), 0.5)
    for y in np.arange(south, north, 9.0):
        canvas.line(LineString([(west, y), (east, y)]), (176, 168, 156), 0.5)
    if east - west < 60.0 or north - south < 120.0:
        return
    # Lawns between the rows of trees, a darker promenade along the water.
    for y in np.arange(481.0, north - 8.0, 15.0):
        lawn = box(west + 5, float(y) - 4.5, east - 5, float(y) + 4.5)
        canvas.fill(lawn.intersection(area), _GRASS)
    canvas.fill(box(west, south, east, south + 14.0).intersection(area), (150, 138, 124))


def _paint_streets(canvas: _Canvas, plan: Plan) -> None:
    for street in plan.streets:
        canvas.fill(street.line.buffer(street.width_m / 2 + 3.4, cap_style="flat"), (172, 168, 160))
    for street in plan.streets:
        canvas.fill(street.line.buffer(street.width_m / 2, cap_style="flat"), _ASPHALT)
    for street in plan.streets:
        half = street.width_m / 2
        if street.kind == "residential":
            continue
        for side in (-1, 1):
            canvas.line(street.line.offset_curve(side * (half - 0.6)), _WHITE, 0.3)
        canvas.line(street.line, (214, 178, 84), 0.5)
        lanes = street.lanes // 2
        for lane in range(1, lanes):
            for side in (-1, 1):
                _dash(canvas, street.line.offset_curve(side * lane * (half - 0.8) / lanes))
        if street.kind == "primary":
            canvas.fill(street.line.buffer(1.6, cap_style="flat"), (104, 124, 76))
    # Crossings lie over all markings.
    main = [s for s in plan.streets if s.kind != "residential"]
    for i, first in enumerate(main):
        for second in main[i + 1 :]:
            if first.line.crosses(second.line):
                spot = first.line.intersection(second.line).buffer(1.0)
                area = first.line.buffer(first.width_m / 2).intersection(
                    second.line.buffer(second.width_m / 2)
                )
                canvas.fill(area.union(spot), _ASPHALT)
                _zebra(canvas, first.line, first.width_m, area)
                _zebra(canvas, second.line, second.width_m, area)


def _dash(canvas: _Canvas, line: BaseGeometry) -> None:
    if not isinstance(line, LineString):
        return
    for at in np.arange(0.0, line.length - 4.0, 10.0):
        a, b = line.interpolate(float(at)), line.interpolate(float(at) + 4.0)
        canvas.line(LineString([a, b]), _WHITE, 0.3)


def _zebra(canvas: _Canvas, line: LineString, width: float, area: BaseGeometry) -> None:
    """Draw stripes across a street before and behind a crossing."""
    middle = line.project(area.centroid)
    reach = max(8.0, (area.bounds[2] - area.bounds[0]) / 2) + 3.0
    for at in (middle - reach, middle + reach):
        if not 3.0 < at < line.length - 3.0:
            continue
        a, b = line.interpolate(at - 1.6), line.interpolate(at + 1.6)
        stripe = LineString([a, b])
        for shift in np.arange(-width / 2 + 0.8, width / 2 - 0.4, 1.4):
            moved = stripe.offset_curve(float(shift))
            if isinstance(moved, LineString):
                canvas.line(moved, _WHITE, 0.6)


def _paint_yard(canvas: _Canvas) -> None:
    west, south, east, north = CONTAINER_YARD
    canvas.fill(box(west - 30, QUAY_Y, east + 8, north + 6), (138, 136, 132))
    for y in (QUAY_Y + 4.5, QUAY_Y + 27.5):  # crane rails
        canvas.line(LineString([(west - 20, y), (east, y)]), (84, 80, 78), 0.5)
    for row in np.arange(south + 60.0, north - 6.0, 22.0):
        y = float(row)
        canvas.fill(box(west + 6, y - 3.2, east - 6, y + 15.0), (126, 124, 122))
        canvas.line(LineString([(west + 6, y - 3.4), (east - 6, y - 3.4)]), (214, 186, 92), 0.35)
        canvas.line(LineString([(west + 6, y + 15.2), (east - 6, y + 15.2)]), (214, 186, 92), 0.35)
    for y in (south + 26.0, south + 34.0, south + 42.0):
        _dash(canvas, LineString([(west, y), (east, y)]))
    canvas.fill(box(QUAY_EAST - 540, QUAY_Y, QUAY_EAST - 180, QUAY_Y + 14), (170, 164, 154))
    canvas.line(LineString([(0, QUAY_Y + 0.7), (1010, QUAY_Y + 0.7)]), (206, 200, 188), 1.4)


def _paint_cars(canvas: _Canvas, plan: Plan, chance: np.random.Generator) -> None:
    paints = [(228, 228, 226), (40, 42, 46), (140, 144, 150), (150, 40, 36), (48, 74, 120)]
    for street in plan.streets:
        lanes = max(1, street.lanes // 2)
        for side in (-1, 1):
            for lane in range(lanes):
                inset = (lane + 0.5) * (street.width_m / 2 - 1.0) / lanes + 0.4
                line = street.line.offset_curve(side * inset)
                if not isinstance(line, LineString):
                    continue
                at = float(chance.uniform(5, 40))
                while at < line.length - 6:
                    a, b = line.interpolate(at), line.interpolate(at + 4.4)
                    paint_ = paints[int(chance.integers(len(paints)))]
                    canvas.line(LineString([a, b]), paint_, 1.9)
                    at += float(chance.exponential(46.0)) + 9.0


def _grain(canvas: _Canvas, plan: Plan, chance: np.random.Generator) -> Picture:
    """Make flat colours look like surfaces: coarse and fine noise, more on green."""
    picture = np.array(canvas.image)
    coarse = noise(canvas.shape, 90, chance).astype(np.float32)
    middle = noise(canvas.shape, 420, chance).astype(np.float32)
    for top in range(0, canvas.shape[0], _STRIP):
        rows = slice(top, top + _STRIP)
        strip = picture[rows].astype(np.float32)
        green = (strip[..., 1] > strip[..., 0] + 4) & (strip[..., 1] > strip[..., 2] + 12)
        fine = chance.standard_normal(strip.shape[:2], dtype=np.float32)
        wide, narrow = coarse[rows], middle[rows]
        lively = 13 * wide + 11 * narrow + 5 * fine
        strip += np.where(green, lively, 4 * wide + 3 * narrow + 3 * fine)[..., None]
        # Dry and lush grass differ in hue, not only in brightness.
        hue = np.where(green, 12 * wide, np.float32(0.0))
        strip[..., 0] += hue
        strip[..., 2] -= 0.5 * hue
        picture[rows] = np.clip(strip, 0, 255).astype(np.uint8)
    return picture


def _shade(
    canvas: _Canvas, picture: Picture, solids: list[tuple[Polygon, float]], trees: list[Tree]
) -> Picture:
    shadow = Image.new("L", canvas.image.size, 0)
    draw = ImageDraw.Draw(shadow)
    for outline, height in solids:
        length = min(height, 60.0)
        # Swept in steps: a hull would fill the yards.
        for step in np.linspace(0.0, length, max(2, int(length / 2.5))):
            moved = translate(outline, float(step) * _SHADOW[0], float(step) * _SHADOW[1])
            points = to_pixels(moved.exterior.coords, canvas.pixel_m, canvas.depth_m)
            draw.polygon(points, 150)
    for tree in trees:
        reach = tree.height_m * 0.45
        cx = (tree.x + reach * _SHADOW[0]) / canvas.pixel_m
        cy = (canvas.depth_m - tree.y - reach * _SHADOW[1]) / canvas.pixel_m
        r = tree.crown_m / canvas.pixel_m
        draw.ellipse((cx - r, cy - r, cx + r, cy + r), 130)
    soft = np.asarray(shadow.filter(ImageFilter.GaussianBlur(1.2)))
    # Shadows are bluer than what they fall on.
    weight = 0.75 / 255.0 * np.array([1.0, 0.95, 0.85], np.float32)
    out = np.empty_like(picture)
    for top in range(0, len(picture), _STRIP):
        rows = slice(top, top + _STRIP)
        out[rows] = picture[rows] * (1.0 - soft[rows][..., None] * weight)
    return out


def _paint_roofs(canvas: _Canvas, buildings: list[Building], chance: np.random.Generator) -> None:
    for building in buildings:
        canvas.fill(building.outline, building.roof)
        inner = building.outline.buffer(-1.1, join_style="mitre")
        lighter = tuple(min(255, v + 16) for v in building.roof)
        if building.use not in ("residential",):
            canvas.fill(inner, (lighter[0], lighter[1], lighter[2]))
        west, south, east, north = building.outline.bounds
        if building.use in ("office", "hotel", "shop", "flats") and inner.area > 90:
            for _ in range(int(min(8, 1 + inner.area // 160))):
                x, y = chance.uniform(west, east), chance.uniform(south, north)
                unit = box(x - 1.6, y - 1.2, x + 1.6, y + 1.2)
                if inner.contains(unit):
                    canvas.fill(translate(unit, 0.8, 0.9), (110, 110, 108))
                    canvas.fill(unit, (206, 206, 202))
        elif building.use in ("warehouse", "factory"):
            for x in np.arange(west + 4, east - 2, 6.0):
                canvas.line(LineString([(x, south), (x, north)]), building.roof, 0.8)
        elif building.use == "residential":
            ridge = LineString([(west + 2, (south + north) / 2), (east - 2, (south + north) / 2)])
            canvas.line(ridge, (206, 150, 124), 0.9)


def _paint_old_town(canvas: _Canvas, wings: list[Wing]) -> None:
    """Roofs of the old town: the sunny slope lighter, the ridge dark."""
    for wing in wings:
        red, green, blue = ROOF_COLOURS[wing.roof]
        canvas.fill(wing.outline.buffer(0.4, join_style="mitre"), (red, green, blue))
        west, south, east, north = wing.outline.bounds
        half = box(west, south, east, (south + north) / 2)
        ridge = LineString([(west, (south + north) / 2), (east, (south + north) / 2)])
        if not wing.along_x:
            half = box(west, south, (west + east) / 2, north)
            ridge = LineString([((west + east) / 2, south), ((west + east) / 2, north)])
        canvas.fill(half, (red + 22, green + 20, blue + 18))
        canvas.line(ridge, (64, 64, 66), 0.4)


def _paint_crowns(canvas: _Canvas, trees: list[Tree], chance: np.random.Generator) -> None:
    for tree in trees:
        tone = int(chance.integers(-16, 17))
        canvas.disc(tree.x, tree.y, tree.crown_m, (58 + tone, 84 + tone, 46))
        canvas.disc(
            tree.x - tree.crown_m * 0.25, tree.y - tree.crown_m * 0.25, tree.crown_m * 0.55,
            (82 + tone, 112 + tone, 60),
        )  # fmt: skip


def _paint_things(canvas: _Canvas, things: list[Thing]) -> None:
    """Shade below what will stand there as a model; the model itself is not painted."""
    for thing in things:
        if thing.type == "container":
            shape = box(thing.x - 6.3, thing.y - 4.1, thing.x + 6.3, thing.y + 4.1)
            canvas.fill(translate(shape, 0.8, 0.8), (92, 90, 88))
        elif thing.type == "truck":
            canvas.fill(box(thing.x - 6, thing.y - 1.2, thing.x + 7, thing.y + 2.2), (96, 94, 92))


def _paint_water(canvas: _Canvas, plan: Plan, chance: np.random.Generator) -> Picture:
    """Lay the water over everything: shallow and bright at the shore, dark and rippled beyond."""
    picture = np.array(canvas.image)
    sea, canal = canvas.mask(plan.sea), canvas.mask(plan.canal)
    eighth = (canvas.shape[1] // 8, canvas.shape[0] // 8)
    reach = int(60 / canvas.pixel_m / 8)
    far_image = Image.fromarray((sea * 255).astype(np.uint8)).resize(eighth)
    far_image = far_image.filter(ImageFilter.BoxBlur(reach)).resize(canvas.image.size)
    far = np.asarray(far_image, np.float32) / 255.0
    columns = (np.arange(canvas.shape[1], dtype=np.float32) + 0.5) * canvas.pixel_m
    # Along the quay the water is deep at once.
    quay = np.clip((QUAY_EAST + 40.0 - columns) / 80.0, 0.0, 1.0)[None, :]
    ripple = noise(canvas.shape, 260, chance).astype(np.float32)
    swell = noise(canvas.shape, 24, chance).astype(np.float32)
    for top in range(0, canvas.shape[0], _STRIP):
        rows = slice(top, top + _STRIP)
        if not (sea[rows].any() or canal[rows].any()):
            continue
        strip = picture[rows].astype(np.float32)
        cover = sea[rows][..., None]
        water = _sea(far[rows], quay, ripple[rows], swell[rows])
        strip += (water - strip) * cover
        murky = _MURKY + (4.0 * ripple[rows] + 3.0 * swell[rows])[..., None]
        strip += (murky - strip) * canal[rows][..., None]
        picture[rows] = np.clip(strip, 0, 255).astype(np.uint8)
    return _paint_bridges(canvas, plan, picture)


def _sea(
    far: FloatPicture, quay: FloatPicture, ripple: FloatPicture, swell: FloatPicture
) -> FloatPicture:
    """Return the sea's colours by distance from the shore, with foam on the beach."""
    deep = np.clip(np.maximum((far - 0.5) * 2.0, 0.75 * quay), 0.0, 1.0)[..., None]
    water = _SHALLOW + (_DEEP - _SHALLOW) * deep
    water += (4.5 * ripple + 5.0 * swell)[..., None]
    foam = (far < 0.56) & (quay < 0.05) & (ripple > 0.02)
    water[foam] += 46.0
    return np.asarray(water, np.float32)


def _paint_bridges(canvas: _Canvas, plan: Plan, picture: Picture) -> Picture:
    canvas.image = Image.fromarray(picture)
    canvas.draw = ImageDraw.Draw(canvas.image)
    for street in plan.streets:
        if street.bridge:
            line = street.line
            edge = line.buffer(street.width_m / 2 + 2.4, cap_style="flat")
            canvas.fill(translate(edge, 2.0, 2.2).intersection(plan.canal), (46, 62, 60))
            canvas.fill(edge, (188, 184, 176))
            canvas.fill(line.buffer(street.width_m / 2, cap_style="flat"), _ASPHALT)
            canvas.line(line, (214, 178, 84), 0.5)
    return np.array(canvas.image)
