"""The old town as a photogrammetric production: tiles, three levels, textures."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from shapely import box
from shapely.affinity import translate

from assets.demo_city.ground import Ground, noise
from assets.demo_city.old_town import Wing
from assets.demo_city.osgb_writer import OsgbTile, write_tile
from assets.demo_city.plan import COMPOUND_CRS, OLD_TOWN, ORIGIN
from assets.demo_city.tiled_roofs import paint_tiled_roofs

FloatArray = npt.NDArray[np.float64]
Corner = tuple[float, float, float]

TILE_M: Final = 100.0
#: Part of the atlas that shows the ground and the roofs from above; above it are façades.
_GROUND: Final = 0.75
#: The picture from above is so much larger all around: roofs reach over the edge of their tile.
_MARGIN_M: Final = 6.5
#: Side of the atlas in pixels and eaves' overhang in metres, coarse to fine.
_LEVELS: Final = ((256, 0.0), (512, 0.45), (1024, 0.45))
#: A façade picture is this long; longer walls show it several times.
_BAY_M: Final = 8.0
_PLASTER: Final = ((212, 208, 198), (150, 146, 140), (128, 92, 66), (196, 172, 130))


class _Mesh:
    """Quadrilaterals and triangles with texture coordinates."""

    def __init__(self) -> None:
        self.position: list[Corner] = []
        self.uv: list[tuple[float, float]] = []
        self.triangles: list[tuple[int, int, int]] = []

    def face(self, corners: list[Corner], uv: list[tuple[float, float]]) -> None:
        """Add a convex face, corners anticlockwise from outside."""
        first = len(self.position)
        self.position += corners
        self.uv += uv
        self.triangles += [(first, first + i, first + i + 1) for i in range(1, len(corners) - 1)]


def write_production(
    folder: Path,
    wings: list[Wing],
    ground: Ground,
    tiles: tuple[int, int],
    chance: np.random.Generator,
    report: Callable[[int, int], None],
) -> int:
    """Write metadata.xml and the tile tree; return the number of tile files."""
    west, south = OLD_TOWN[:2]
    base = 0.0
    data = folder / "Data"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "metadata.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<ModelMetadata version="1">\n'
        f"  <SRS>{COMPOUND_CRS}</SRS>\n"
        f"  <SRSOrigin>{ORIGIN[0] + west:.1f},{ORIGIN[1] + south:.1f},{base:.1f}</SRSOrigin>\n"
        "</ModelMetadata>\n",
        encoding="utf-8",
    )
    files = 0
    for column in range(tiles[0]):
        for row in range(tiles[1]):
            report(column * tiles[1] + row, tiles[0] * tiles[1])
            name = f"Tile_+{column:03d}_+{row:03d}"
            (data / name).mkdir()
            corner = (west + TILE_M * column, south + TILE_M * row)
            files += _write_tree(data / name, name, corner, wings, ground, chance)
    return files


def _write_tree(
    folder: Path,
    name: str,
    corner: tuple[float, float],
    wings: list[Wing],
    ground: Ground,
    chance: np.random.Generator,
) -> int:
    quadrants = [(i, (corner[0] + 50.0 * (i % 2), corner[1] + 50.0 * (i // 2))) for i in range(4)]
    fine = [f"{name}_L17_{i}" for i, _ in quadrants]
    middle = [f"{name}_L16_{i}" for i, _ in quadrants]
    for i, at in quadrants:
        for level, stem, children in ((2, fine[i], []), (1, middle[i], [f"{fine[i]}.osgb"])):
            tile = _tile(at, 50.0, level, wings, ground, chance)
            tile.children, tile.switch_px = children, 420.0
            write_tile(folder / f"{stem}.osgb", tile)
    root = _tile(corner, TILE_M, 0, wings, ground, chance)
    root.children, root.switch_px = [f"{stem}.osgb" for stem in middle], 320.0
    write_tile(folder / f"{name}.osgb", root)
    return 9


def _tile(
    corner: tuple[float, float],
    side: float,
    level: int,
    wings: list[Wing],
    ground: Ground,
    chance: np.random.Generator,
) -> OsgbTile:
    pixels, overhang = _LEVELS[level]
    x, y = corner
    mesh = _Mesh()
    _ground_mesh(mesh, corner, side, ground)
    near = [w for w in wings if x - 30 < w.x < x + side + 30 and y - 30 < w.y < y + side + 30]
    for wing in near:
        base = float(ground.at(wing.x, wing.y))
        if x <= wing.x < x + side and y <= wing.y < y + side:
            _wall_mesh(mesh, wing, base)
        _roof_mesh(mesh, wing, base, overhang, (corner, side))
    position = np.array(mesh.position) - [OLD_TOWN[0], OLD_TOWN[1], 0.0]
    return OsgbTile(
        position.astype(np.float32),
        np.array(mesh.uv, np.float32),
        np.array(mesh.triangles, np.uint32),
        _atlas(corner, side, pixels, near, chance),
    )


def _ground_mesh(mesh: _Mesh, corner: tuple[float, float], side: float, ground: Ground) -> None:
    steps = 8
    at = np.linspace(0.0, 1.0, steps + 1)
    gx, gy = np.meshgrid(corner[0] + at * side, corner[1] + at * side)
    gz = ground.at(gx, gy) + 0.12  # above the terrain model, so that both can be shown
    for r in range(steps):
        for c in range(steps):
            square = [(r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)]
            mesh.face(
                [(float(gx[i, j]), float(gy[i, j]), float(gz[i, j])) for i, j in square],
                _from_above([(float(gx[i, j]), float(gy[i, j])) for i, j in square], corner, side),
            )


def _from_above(
    places: list[tuple[float, float]], corner: tuple[float, float], side: float
) -> list[tuple[float, float]]:
    """Return where places are in the picture from above."""
    extent = side + 2 * _MARGIN_M
    return [
        ((x - corner[0] + _MARGIN_M) / extent * _GROUND,
         (y - corner[1] + _MARGIN_M) / extent * _GROUND)
        for x, y in places
    ]  # fmt: skip


def _placing(wing: Wing, base: float) -> Callable[[float, float, float], Corner]:
    """Return what places distances along and across a wing and above its foot."""

    def place(along: float, across: float, up: float) -> Corner:
        if wing.along_x:
            return (wing.x + along, wing.y + across, base + up)
        return (wing.x - across, wing.y + along, base + up)

    return place


def _wall_mesh(mesh: _Mesh, wing: Wing, base: float) -> None:
    half_l, half_w = wing.length_m / 2, wing.width_m / 2
    place = _placing(wing, base)
    u0, v0, size = 0.25 * wing.wall + 0.004, _GROUND + 0.004, 0.242
    bays = max(1, round(wing.length_m / _BAY_M))
    for sign in (-1.0, 1.0):
        for bay in range(bays):
            a = -half_l + wing.length_m * bay / bays
            b = -half_l + wing.length_m * (bay + 1) / bays
            first, second = (a, b) if sign < 0 else (b, a)
            mesh.face(
                [place(first, sign * half_w, 0), place(second, sign * half_w, 0),
                 place(second, sign * half_w, wing.eaves_m),
                 place(first, sign * half_w, wing.eaves_m)],
                [(u0, v0), (u0 + size, v0), (u0 + size, v0 + size), (u0, v0 + size)],
            )  # fmt: skip
        end = sign * half_l
        near, far = (-half_w, half_w) if sign > 0 else (half_w, -half_w)
        # Gable ends show the plain upper corner of the picture, not its windows.
        mesh.face(
            [place(end, near, 0), place(end, far, 0), place(end, far, wing.eaves_m),
             place(end, 0.0, wing.ridge_m), place(end, near, wing.eaves_m)],
            [(u0, v0 + 0.2), (u0 + 0.03, v0 + 0.2), (u0 + 0.03, v0 + size - 0.01),
             (u0 + 0.015, v0 + size), (u0, v0 + size - 0.01)],
        )  # fmt: skip


def _roof_mesh(
    mesh: _Mesh, wing: Wing, base: float, overhang: float, tile: tuple[tuple[float, float], float]
) -> None:
    """Add the bays of a roof that have their middle in a tile."""
    (west, south), side = tile
    half_l, half_w = wing.length_m / 2 + overhang * 0.6, wing.width_m / 2 + overhang
    slope = (wing.ridge_m - wing.eaves_m) / (wing.width_m / 2)
    eaves = wing.eaves_m - slope * overhang
    place = _placing(wing, base)
    bays = max(1, round(wing.length_m / _BAY_M))
    for bay in range(bays):
        a = -half_l + 2 * half_l * bay / bays
        b = -half_l + 2 * half_l * (bay + 1) / bays
        x, y, _ = place((a + b) / 2, 0.0, 0.0)
        if not (west <= x < west + side and south <= y < south + side):
            continue
        for sign in (-1.0, 1.0):
            first, second = (a, b) if sign < 0 else (b, a)
            corners = [
                place(first, sign * half_w, eaves), place(second, sign * half_w, eaves),
                place(second, 0.0, wing.ridge_m), place(first, 0.0, wing.ridge_m),
            ]  # fmt: skip
            mesh.face(corners, _from_above([c[:2] for c in corners], (west, south), side))


def _atlas(
    corner: tuple[float, float],
    side: float,
    pixels: int,
    wings: list[Wing],
    chance: np.random.Generator,
) -> bytes:
    image = Image.new("RGB", (pixels, pixels), (128, 124, 116))
    part = int(pixels * _GROUND)
    corner = corner[0] - _MARGIN_M, corner[1] - _MARGIN_M
    side += 2 * _MARGIN_M
    above = _ground_picture(corner, side, part, wings, chance)
    paint_tiled_roofs(above, (corner[0], corner[1] + side), part / side, wings, _LEVELS[-1][1])
    image.paste(above, (0, pixels - part))
    patch = pixels // 4
    for i in range(4):
        image.paste(_facade(i, patch, chance), (i * patch, 0))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=86)
    return stream.getvalue()


def _ground_picture(
    corner: tuple[float, float],
    side: float,
    pixels: int,
    wings: list[Wing],
    chance: np.random.Generator,
) -> Image.Image:
    """Lanes of grey stone, brighter yards, shadows to the north-east."""
    scale = pixels / side

    def points(shape: object) -> list[tuple[float, float]]:
        xy = np.asarray(shape, float)[:, :2]
        return [((x - corner[0]) * scale, pixels - (y - corner[1]) * scale) for x, y in xy]

    image = Image.new("RGB", (pixels, pixels), (150, 144, 134))
    draw = ImageDraw.Draw(image)
    for wing in wings:
        if wing.length_m > 18:  # the hall stands for its yard
            yard = box(wing.x - 8, wing.y - 11, wing.x + 8, wing.y)
            draw.polygon(points(yard.exterior.coords), (172, 160, 138))
    for wing in wings:
        reach = min(wing.ridge_m, 14.0)
        for step in np.linspace(0.0, reach, 5):
            moved = translate(wing.outline, float(step) * 0.5, float(step) * 0.55)
            draw.polygon(points(moved.exterior.coords), (96, 94, 94))
    for _ in range(int(side * side / 260)):
        x, y = corner[0] + chance.uniform(0, side), corner[1] + chance.uniform(0, side)
        r = float(chance.uniform(0.7, 1.9))
        draw.ellipse(
            (*points([(x - r, y + r)])[0], *points([(x + r, y - r)])[0]), (74, 98, 58)
        )  # fmt: skip
    grain = 7 * noise((pixels, pixels), 30, chance) + 4 * chance.standard_normal((pixels, pixels))
    return Image.fromarray(
        np.clip(np.asarray(image, np.float64) + grain[..., None], 0, 255).astype(np.uint8)
    )


def _facade(kind: int, pixels: int, chance: np.random.Generator) -> Image.Image:
    """One bay: plaster or brick, a door, two windows, a dark plinth, stains from the eaves."""
    image = Image.new("RGB", (pixels, pixels), _PLASTER[kind])
    draw = ImageDraw.Draw(image)
    p = pixels / 100.0

    def rectangle(
        west: float, top: float, east: float, bottom: float, c: tuple[int, int, int]
    ) -> None:
        draw.rectangle((west * p, top * p, east * p, bottom * p), c)

    if kind == 2:  # timber shop front
        for x in range(4, 100, 12):
            rectangle(x, 30, x + 9, 92, (92, 62, 42))
            rectangle(x + 1.5, 36, x + 7.5, 66, (54, 52, 50))
        rectangle(0, 14, 100, 26, (74, 48, 34))
    else:
        if kind == 1:  # brick courses
            for y in range(0, 100, 5):
                rectangle(0, y, 100, y + 0.8, (130, 126, 120))
        for x in (12, 64):
            rectangle(x - 2, 28, x + 24, 66, (108, 84, 64))
            rectangle(x, 31, x + 22, 63, (52, 58, 64))
            rectangle(x + 10, 31, x + 12, 63, (108, 84, 64))
            rectangle(x, 46, x + 22, 48, (108, 84, 64))
        rectangle(42, 40, 57, 96, (98, 52, 40))
        rectangle(49, 40, 50, 96, (70, 38, 30))
    rectangle(0, 93, 100, 100, (104, 102, 98))
    values = np.asarray(image, np.float64)
    stain = (
        np.clip(noise((pixels, pixels), 9, chance), 0, 1) * np.linspace(1.0, 0.2, pixels)[:, None]
    )
    values = values * (1.0 - 0.22 * stain[..., None]) + chance.normal(0, 3, values.shape)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
