"""Paints features on a piece of ground, as a map would: areas, casings, lines."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.features import FeatureTable
from rendering.symbology.palette import (
    GROUND,
    LINE_WIDTH_M,
    OTHER_AREA,
    OTHER_LINE,
    OUTLINED,
    ROAD_WIDTH_M,
    rgb,
)

Box = tuple[float, float, float, float]
Rgb = tuple[int, int, int]

_SUPERSAMPLE: Final = 2
_COVER: Final = {
    "grass": "grass", "meadow": "grass", "village_green": "grass", "recreation_ground": "park",
    "park": "park", "garden": "park", "pitch": "grass", "golf_course": "grass",
    "forest": "forest", "wood": "forest", "scrub": "vegetation", "orchard": "vegetation",
    "farmland": "farmland", "residential": "residential", "industrial": "industrial",
    "commercial": "commercial", "retail": "commercial", "beach": "beach", "sand": "beach",
    "port": "yard", "harbour": "yard", "quay": "quay", "yard": "yard", "vegetation": "vegetation",
    "green": "park", "绿地": "park", "林地": "forest", "草地": "grass",
}  # fmt: skip
_SAME: Final = {"rail": "railway", "berth": "quay", "pipe": "pipeline", "cable": "power_line"}


@dataclass
class DrapeLayer:
    """A vector layer ready to paint.

    Parameters
    ----------
    layer : str
    table : FeatureTable
    style : dict
        colour, width_m, opacity, visible.
    kinds : list of str
        How each row is painted.
    widths : (n,) array
        Width of each line in metres, 0 where the row says nothing.
    tree : shapely.STRtree
    bounds : west, south, east, north or None
    """

    layer: str
    table: FeatureTable
    style: dict[str, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    widths: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    tree: Any = None
    bounds: tuple[float, float, float, float] | None = None

    def prepare(self) -> DrapeLayer:
        """Build the spatial index and what each row looks like; runs in a decoder thread."""
        import shapely

        self.tree = shapely.STRtree(self.table.geometry)
        if len(self.table):
            west, south, east, north = (float(v) for v in shapely.total_bounds(self.table.geometry))
            self.bounds = (west, south, east, north)
        self.kinds = [self._kind(i) for i in range(len(self.table))]
        self.widths = np.array([self._width(i) for i in range(len(self.table))], np.float64)
        return self

    def _kind(self, index: int) -> str:
        kind = str(self.table.columns["type"][index])
        kind = _SAME.get(kind, kind)
        if kind in ("land_use", "feature", "parking", "natural"):
            for key in ("landuse", "leisure", "natural", "landcover", "kind", "class", "fclass"):
                value = self.table.columns.get(key, [None] * len(self.table))[index]
                if isinstance(value, str) and value.lower() in _COVER:
                    return _COVER[value.lower()]
        return kind

    def _width(self, index: int) -> float:
        table = self.table
        for key in ("shapan_width_m", "width_m", "width"):
            value = table.number(key, index)
            if value is not None and 0.05 < value < 300:
                return value
        for key in ("highway", "fclass", "class", "kind"):
            values = table.columns.get(key)
            if values is not None and str(values[index]).lower() in ROAD_WIDTH_M:
                return ROAD_WIDTH_M[str(values[index]).lower()]
        return LINE_WIDTH_M.get(self.kinds[index] if index < len(self.kinds) else "", 0.0)

    def width_of(self, index: int) -> float:
        """Return a line's width in metres; the style's where the row says nothing."""
        own = float(self.widths[index])
        return own if own > 0 else float(self.style.get("width_m") or 2.0)

    @property
    def band(self) -> int:
        """0 for land, 1 for water, 2 for lines: what lies above what."""
        orders = [GROUND.get(kind, ("", None, 5))[2] for kind in set(self.kinds)]
        lowest = min(orders, default=0)
        return 0 if lowest < 6 else (1 if lowest == 6 else 2)

    @property
    def visible(self) -> bool:
        """Whether it is switched on."""
        return bool(self.style.get("visible", True))

    @property
    def opacity(self) -> float:
        """0 to 1."""
        return min(max(float(self.style.get("opacity", 1.0)), 0.0), 1.0)


def _bytes(colour: str) -> Rgb:
    return tuple(round(c * 255) for c in rgb(colour))  # type: ignore[return-value]


class Painter:
    """Paints on one texture with as many rows as columns.

    Parameters
    ----------
    pixels : (size, size, 3) uint8 array
        What lies beneath.
    box : west, south, east, north
        Local metres.
    dark : bool
        Whether the theme is dark: fills get dimmer.
    """

    def __init__(self, pixels: npt.NDArray[np.uint8], box: Box, dark: bool) -> None:
        from PIL import Image

        self._size = pixels.shape[0]
        self._big = self._size * _SUPERSAMPLE
        self._box = box
        self._dim = 0.80 if dark else 1.0
        self._scale = self._big / (box[2] - box[0])
        self._scale_y = self._big / (box[3] - box[1])
        base = Image.fromarray(pixels)
        self._image = base.resize((self._big, self._big), Image.Resampling.BILINEAR)

    def result(self) -> npt.NDArray[np.uint8]:
        """Return the painted texture at its own size."""
        from PIL import Image

        small = self._image.resize((self._size, self._size), Image.Resampling.BOX)
        return np.asarray(small, np.uint8)

    def paint(self, drape: DrapeLayer, share: npt.NDArray[np.float32] | None = None) -> bool:
        """Paint a layer's features; return whether there were any.

        Parameters
        ----------
        drape : DrapeLayer
        share : (size, size) float32 array or None
            Factor on the layer's opacity, 0 to 1, first row on top; None for 1 everywhere.
        """
        import shapely
        from PIL import Image, ImageDraw

        margin = 40.0 / self._scale + 12.0
        west, south, east, north = self._box
        grown = shapely.box(west - margin, south - margin, east + margin, north + margin)
        found = np.sort(drape.tree.query(grown))
        if len(found) == 0 or drape.opacity <= 0:
            return False
        target = self._image if drape.opacity >= 1 and share is None else self._image.copy()
        draw = ImageDraw.Draw(target)
        pieces = [(self._look(drape, int(i)), int(i)) for i in found]
        pieces.sort(key=lambda item: item[0][2])
        start = 0
        while start < len(pieces):
            end = start
            while end < len(pieces) and pieces[end][0][2] == pieces[start][0][2]:
                end += 1
            self._group(draw, target, drape, pieces[start:end])
            start = end
        if target is not self._image:
            if share is None:
                share = np.ones((self._size, self._size), np.float32)
            mask = Image.fromarray(np.asarray(np.rint(share * drape.opacity * 255), np.uint8))
            mask = mask.resize((self._big, self._big), Image.Resampling.BILINEAR)
            self._image = Image.composite(target, self._image, mask)
        return True

    def _look(self, drape: DrapeLayer, index: int) -> tuple[Rgb, Rgb | None, int]:
        kind = drape.kinds[index]
        is_line = "Line" in drape.table.geometry[index].geom_type
        fill, outline, order = GROUND.get(kind, OTHER_LINE if is_line else OTHER_AREA)
        own = drape.style.get("colour")
        if kind not in GROUND and "shapan_colour" in drape.table.columns:
            own = drape.table.columns["shapan_colour"][index]
        colour = _bytes(fill)
        edge = None if outline is None else _bytes(outline)
        if isinstance(own, str) and len(own) == 7 and kind not in _COVER.values():
            colour = _bytes(own)
            edge = None if edge is None else tuple(round(c * 0.75) for c in colour)  # type: ignore[assignment]
        dim = self._dim
        colour = tuple(round(c * dim) for c in colour)  # type: ignore[assignment]
        edge = None if edge is None else tuple(round(c * dim) for c in edge)  # type: ignore[assignment]
        return colour, edge, order

    def _group(self, draw: Any, target: Any, drape: DrapeLayer, pieces: list[Any]) -> None:
        """Paint features of one order: areas, then all casings, then all fills."""
        import shapely

        index = np.array([i for _, i in pieces])
        geometry = drape.table.geometry[index]
        west, south, east, north = self._box
        margin = 30.0 / self._scale + float(drape.widths[index].max(initial=0.0))
        # An invalid polygon cannot be clipped; PIL clips pixels by itself.
        with contextlib.suppress(shapely.errors.GEOSException):
            geometry = shapely.clip_by_rect(
                geometry, west - margin, south - margin, east + margin, north + margin
            )
        geometry = shapely.simplify(geometry, 0.4 / self._scale, preserve_topology=False)
        lines: list[tuple[npt.NDArray[Any], Rgb, Rgb | None, float]] = []
        for (look, i), shape in zip(pieces, geometry):
            colour, edge, _ = look
            for part in shapely.get_parts(shape):
                if part.geom_type == "Polygon" and drape.kinds[i] in OUTLINED:
                    lines.append((self._xy(part.exterior.coords), colour, None, 0.0))
                elif part.geom_type == "Polygon":
                    self._area(draw, target, part, colour)
                    if edge is not None:
                        lines.append((self._xy(part.exterior.coords), edge, None, 0.0))
                elif part.geom_type in ("LineString", "LinearRing"):
                    wide = drape.width_of(i) * self._scale
                    lines.append((self._xy(part.coords), colour, edge, wide))
        for xy, _, edge, wide in lines:
            if edge is not None and wide > 4:
                _stroke(draw, xy, edge, wide + max(2.0, min(wide * 0.16, 1.2 * self._scale)))
        for xy, colour, _, wide in lines:
            _stroke(draw, xy, colour, max(wide, 1.6))

    def _xy(self, coords: Any) -> npt.NDArray[Any]:
        points = np.asarray(coords, dtype=np.float64)[:, :2]
        x = (points[:, 0] - self._box[0]) * self._scale
        y = (self._box[3] - points[:, 1]) * self._scale_y
        return np.column_stack([x, y])

    def _area(self, draw: Any, target: Any, polygon: Any, colour: Rgb) -> None:
        outer = [tuple(p) for p in self._xy(polygon.exterior.coords)]
        if len(outer) < 3:
            return
        if not polygon.interiors:
            draw.polygon(outer, fill=colour)
            return
        from PIL import Image, ImageDraw

        mask = Image.new("1", (self._big, self._big), 0)
        stencil = ImageDraw.Draw(mask)
        stencil.polygon(outer, fill=1)
        for ring in polygon.interiors:
            hole = [tuple(p) for p in self._xy(ring.coords)]
            if len(hole) >= 3:
                stencil.polygon(hole, fill=0)
        target.paste(colour, (0, 0), mask)

    def shade(self, shadows: list[npt.NDArray[Any]], strength: float, blur_m: float) -> None:
        """Darken areas softly.

        Parameters
        ----------
        shadows : list of (n, 2) arrays
            Polygons in local metres.
        strength : float
            How much of the light is taken, 0 to 1.
        blur_m : float
            Width of the soft edge.
        """
        if not shadows:
            return
        from PIL import Image, ImageDraw, ImageFilter

        mask = Image.new("L", (self._big, self._big), 0)
        draw = ImageDraw.Draw(mask)
        for polygon in shadows:
            draw.polygon([tuple(p) for p in self._xy(polygon)], fill=round(255 * strength))
        radius = min(blur_m * self._scale, 24.0)
        if radius > 0.6:
            mask = mask.filter(ImageFilter.BoxBlur(radius))
        black = Image.new("RGB", (self._big, self._big), (38, 44, 58))
        self._image.paste(black, (0, 0), mask)


def _stroke(draw: Any, xy: npt.NDArray[Any], colour: Rgb, wide: float) -> None:
    points = [tuple(p) for p in xy]
    width = max(1, round(wide))
    draw.line(points, fill=colour, width=width, joint="curve" if width > 3 else None)
    if width > 3:
        r = wide / 2
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
