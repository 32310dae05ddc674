"""A drone that photographs a project with our own renderer, and the truth about what it saw.

`fly` writes photographs as a survey drone leaves them (JPEG with EXIF and DJI's XMP, positions
with noise) into one folder, and the truth (poses, surface heights, control points before noise)
into another, which the pipeline is never shown.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ingest.reconstruction.footprints import camera_rotation
from rendering.camera import CameraPose
from rendering.options import StageOptions
from rendering.stage import Stage
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.twin import Twin

FloatArray = npt.NDArray[np.float64]
EPOCH = "2026-03-01"
#: Where the truth's camera stands: so far up that its rays are nearly parallel.
_TRUTH_HEIGHT_M = 6000.0
_TRUTH_TILE_M = 100.0
_TRUTH_PX = 1000
#: Every tile as fine as it gets: where one photograph has a coarser one than the next, they are of
#: different towns.
_FINEST_PX = 0.01
#: A pixel gathers light over its whole area: so many drawn ones a side are its mean.
_DRAWN_A_PIXEL = 3
_ANY = 1 << 40


@dataclass(frozen=True)
class Flight:
    """What to photograph and how.

    Parameters
    ----------
    area : tuple of four floats
        West, south, east, north in local metres; photographs are taken above it.
    height_m : float
        Above the ground level.
    ground_m : float
        Local height of the ground.
    size_px : tuple of two int
    field_of_view_deg : float
        Vertical.
    lines, per_line : int
        Of the near-nadir photographs.
    obliques : int
        Photographs from around the middle.
    oblique_deg : float
        How far those lean from straight down.
    position_noise_m : float
        One sigma of what EXIF states, horizontal; heights have 1.5 times as much.
    control, check : int
        Points on the ground.
    mark_noise_px : float
        Of where the points are marked in the photographs.
    seed : int
    """

    area: tuple[float, float, float, float] = (-130.0, 320.0, 30.0, 450.0)
    height_m: float = 100.0
    ground_m: float = 6.0
    size_px: tuple[int, int] = (640, 480)
    field_of_view_deg: float = 50.0
    lines: int = 6
    per_line: int = 7
    obliques: int = 6
    oblique_deg: float = 40.0
    position_noise_m: float = 0.05
    control: int = 6
    check: int = 6
    mark_noise_px: float = 0.3
    seed: int = 7

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self.size_px[1] / 2 / math.tan(math.radians(self.field_of_view_deg / 2))

    @property
    def ground_sample_distance_m(self) -> float:
        """Of the near-nadir photographs on the ground."""
        return self.height_m / self.focal_px


@dataclass(frozen=True)
class Flown:
    """Photographs, what was really there, and how they were taken."""

    photos: Path
    truth: Path
    flight: Flight


@dataclass
class Shot:
    """One photograph's true pose.

    Parameters
    ----------
    name : str
    centre_m : (3,) array
        Local metres.
    yaw_deg, pitch_deg : float
    """

    name: str
    centre_m: FloatArray
    yaw_deg: float
    pitch_deg: float
    rotation: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.rotation = camera_rotation(self.yaw_deg, self.pitch_deg, 0.0)


def plan_shots(flight: Flight) -> list[Shot]:
    """Return the poses of a flight: lines to and fro, then some from the side."""
    chance = np.random.default_rng(flight.seed)
    west, south, east, north = flight.area
    level = flight.ground_m + flight.height_m
    shots: list[Shot] = []
    for line in range(flight.lines):
        y = south + (north - south) * line / max(flight.lines - 1, 1)
        along = np.linspace(west, east, flight.per_line)
        for x in along if line % 2 == 0 else along[::-1]:
            place = np.array([x, y, level]) + chance.normal(0, [1.5, 1.5, 1.0])
            yaw = (90.0 if line % 2 == 0 else 270.0) + chance.normal(0, 2.0)
            shots.append(Shot("", place, yaw, -88.0 + float(chance.uniform(-1.8, 2.5))))
    middle = np.array([(west + east) / 2, (south + north) / 2])
    for number in range(flight.obliques):
        yaw = 360.0 * number / flight.obliques + 20.0
        back = np.array([math.sin(math.radians(yaw)), math.cos(math.radians(yaw))])
        distance = flight.height_m * math.tan(math.radians(flight.oblique_deg))
        place = np.array([*(middle - back * distance), level])
        lean = flight.oblique_deg - 90.0
        shots.append(Shot("", place + chance.normal(0, 1.0, 3), yaw, lean))
    for number, shot in enumerate(shots):
        shot.name = f"DJI_{number + 1:04d}.JPG"
    return shots


def fly(project: Path, photos: Path, truth: Path, flight: Flight) -> list[Shot]:
    """Photograph a project.

    Parameters
    ----------
    project : Path
        A Shapan project; its visible meshes, terrain and imagery are seen.
    photos : Path
        Folder for the photographs and ``control.csv``; made.
    truth : Path
        Folder for what was really there; made.
    flight : Flight
    """
    photos.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    shots = plan_shots(flight)
    with Twin.open(project, read_only=True) as twin:
        layers = [
            (layer, twin.layer_folder(layer.id))
            for layer in twin.layers()
            if layer.style.get("visible", True) and layer.role in ("mesh", "terrain", "imagery")
        ]
        frame = twin.frame
        depths = _take(frame, layers, shots, photos, flight)
        heights = _true_surface(frame, layers, flight)
    np.savez_compressed(truth / "surface.npz", **heights)
    document = {
        "focal_px": flight.focal_px,
        "size_px": flight.size_px,
        "shots": [
            {"name": s.name, "centre_m": s.centre_m.tolist(), "rotation": s.rotation.tolist()}
            for s in shots
        ],
    }
    (truth / "poses.json").write_text(json.dumps(document))
    _write_control(frame, photos / "control.csv", shots, depths, heights, flight)
    return shots


def _take(
    frame: Frame, layers: list[tuple[Layer, Path]], shots: list[Shot], photos: Path, flight: Flight
) -> list[FloatArray]:
    chance = np.random.default_rng(flight.seed + 1)
    depths = []
    width, height = flight.size_px
    stage = _stage(frame, layers, (_DRAWN_A_PIXEL * width, _DRAWN_A_PIXEL * height))
    try:
        for number, shot in enumerate(shots):
            target = shot.centre_m + shot.rotation[2] * 100.0
            pixels = _look(stage, shot.centre_m, target, flight.field_of_view_deg)
            parts = (height, _DRAWN_A_PIXEL, width, _DRAWN_A_PIXEL, 3)
            pixels = pixels[..., :3].reshape(parts).mean(axis=(1, 3))
            noisy = pixels + chance.normal(0, 1.5, pixels.shape)
            middle = slice(_DRAWN_A_PIXEL // 2, None, _DRAWN_A_PIXEL)
            depths.append(_depth(stage)[middle, middle])
            noise = chance.normal(0, flight.position_noise_m * np.array([1.0, 1.0, 1.5]))
            _write_photo(
                photos / shot.name, np.clip(noisy, 0, 255).astype(np.uint8), shot, number,
                frame.to_wgs84(shot.centre_m + noise)[0], flight,
            )  # fmt: skip
    finally:
        stage.close()
    return depths


def _stage(frame: Frame, layers: list[tuple[Layer, Path]], size: tuple[int, int]) -> Stage:
    stage = Stage(size=size, options=StageOptions(
        screen_space_error_px=_FINEST_PX, rest_triangles=_ANY, rest_points=_ANY
    ))  # fmt: skip
    stage.set_frame(frame)
    for layer, folder in layers:
        stage.add_layer(layer, folder)
    return stage


def _look(stage: Stage, eye: Any, target: Any, angle_deg: float) -> npt.NDArray[np.uint8]:
    stage.camera = CameraPose(tuple(map(float, eye)), tuple(map(float, target)), angle_deg)
    for _ in range(2):  # the first frame may change what there is to load
        assert stage.wait_complete(120.0)
        stage.render()
    return stage.screenshot()


def _depth(stage: Stage, near_far: tuple[float, float] | None = None) -> FloatArray:
    """Return the depth along the optical axis of every pixel, first row on top."""
    from vtkmodules.util import numpy_support
    from vtkmodules.vtkCommonCore import vtkFloatArray

    camera = stage.renderer.GetActiveCamera()
    if near_far is not None:
        camera.SetClippingRange(*near_far)
        stage.window.Render()
    width, height = stage.window.GetSize()
    values = vtkFloatArray()
    stage.window.GetZbufferData(0, 0, width - 1, height - 1, values)
    z = numpy_support.vtk_to_numpy(values).reshape(height, width)[::-1].astype(np.float64)
    near, far = camera.GetClippingRange()
    return near * far / (far - z * (far - near))


def _true_surface(
    frame: Frame, layers: list[tuple[Layer, Path]], flight: Flight
) -> dict[str, FloatArray]:
    """Return heights every 0.2 m over the flight's area and 40 m around, seen from far above."""
    west, south, east, north = flight.area
    west, south, east, north = west - 40.0, south - 40.0, east + 40.0, north + 40.0
    cell = 0.2
    columns, rows = math.ceil((east - west) / cell), math.ceil((north - south) / cell)
    heights = np.full((rows, columns), np.nan)
    angle = math.degrees(2 * math.atan(_TRUTH_TILE_M * 1.04 / 2 / _TRUTH_HEIGHT_M))
    stage = _stage(frame, layers, (_TRUTH_PX, _TRUTH_PX))
    try:
        for x in np.arange(west + _TRUTH_TILE_M / 2, east + _TRUTH_TILE_M / 2, _TRUTH_TILE_M):
            for y in np.arange(south + _TRUTH_TILE_M / 2, north + _TRUTH_TILE_M / 2, _TRUTH_TILE_M):
                eye = np.array([x, y, _TRUTH_HEIGHT_M])
                # Bound to at least a degree of view, and to a level horizon: north is up.
                _look(stage, eye, eye - [0, 0, 100.0], max(angle, 1.0))
                depth = _depth(stage, (_TRUTH_HEIGHT_M - 250.0, _TRUTH_HEIGHT_M + 50.0))
                _lay_down(heights, (west, north, cell), eye, depth, max(angle, 1.0))
    finally:
        stage.close()
    return {"heights_m": heights, "west_north_cell_m": np.array([west, north, cell])}


def _lay_down(
    heights: FloatArray,
    grid: tuple[float, float, float],
    eye: FloatArray,
    depth: FloatArray,
    angle_deg: float,
) -> None:
    """Put the nearest depth pixel's height into each cell that the picture covers."""
    west, north, cell = grid
    focal = _TRUTH_PX / 2 / math.tan(math.radians(angle_deg / 2))
    v, u = np.mgrid[0:_TRUTH_PX, 0:_TRUTH_PX] + 0.5 - _TRUTH_PX / 2
    x, y = eye[0] + u / focal * depth, eye[1] - v / focal * depth
    z = eye[2] - depth
    column, row = (x - west) / cell, (north - y) / cell
    off = (column % 1 - 0.5) ** 2 + (row % 1 - 0.5) ** 2
    good = (z > -100) & (column >= 0) & (row >= 0)
    good &= (column < heights.shape[1]) & (row < heights.shape[0])
    order = np.argsort(-off[good])  # the one nearest to a cell's middle is written last
    at = row[good].astype(int)[order], column[good].astype(int)[order]
    heights[at] = z[good][order]


def true_heights(truth: Path, xy: FloatArray) -> FloatArray:
    """Return the true surface heights at (n, 2) local places, NaN outside."""
    with np.load(truth / "surface.npz") as found:
        return sample(found["heights_m"], found["west_north_cell_m"], xy)


def sample(heights: FloatArray, grid: FloatArray, xy: FloatArray) -> FloatArray:
    """Return the height of the nearest cell."""
    column = np.floor((xy[:, 0] - grid[0]) / grid[2]).astype(int)
    row = np.floor((grid[1] - xy[:, 1]) / grid[2]).astype(int)
    inside = (column >= 0) & (row >= 0) & (column < heights.shape[1]) & (row < heights.shape[0])
    out = np.full(len(xy), np.nan)
    out[inside] = heights[row[inside], column[inside]]
    return out


_XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"
 drone-dji:AbsoluteAltitude="{altitude:+.3f}" drone-dji:RelativeAltitude="{above:+.3f}"
 drone-dji:GimbalYawDegree="{yaw:+.2f}" drone-dji:GimbalPitchDegree="{pitch:+.2f}"
 drone-dji:GimbalRollDegree="+0.00" drone-dji:RtkStdLat="{std:.5f}" drone-dji:RtkStdLon="{std:.5f}"
 drone-dji:RtkStdHgt="{std:.5f}" drone-dji:GpsLatitude="{lat:.9f}"
 drone-dji:GpsLongitude="{lon:.9f}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _write_photo(
    path: Path,
    pixels: npt.NDArray[np.uint8],
    shot: Shot,
    number: int,
    wgs84: FloatArray,
    flight: Flight,
) -> None:
    lon, lat, altitude = map(float, wgs84)
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Shapan", "Virtual drone"
    exif[0x0132] = f"2026:03:01 10:{number // 60:02d}:{number % 60:02d}"
    details = exif.get_ifd(0x8769)
    details[0x9003] = exif[0x0132]
    details[0xA405] = round(flight.focal_px / max(flight.size_px) * 36.0)
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = ("N" if lat >= 0 else "S"), _sexagesimal(abs(lat))
    gps[3], gps[4] = ("E" if lon >= 0 else "W"), _sexagesimal(abs(lon))
    gps[5], gps[6] = b"\0", round(altitude, 3)
    xmp = _XMP.format(
        altitude=altitude, above=shot.centre_m[2] - flight.ground_m, yaw=shot.yaw_deg,
        pitch=shot.pitch_deg, std=flight.position_noise_m, lat=lat, lon=lon,
    )  # fmt: skip
    image.save(path, "JPEG", quality=95, exif=exif, xmp=xmp.encode())


def _sexagesimal(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 6)


def project_points(shot: Shot, points: FloatArray, flight: Flight) -> tuple[FloatArray, FloatArray]:
    """Return pixel positions (origin at the corner of the first pixel) and depths of points."""
    camera = (points - shot.centre_m) @ shot.rotation.T
    with np.errstate(divide="ignore", invalid="ignore"):
        pixel = camera[:, :2] / camera[:, 2:3] * flight.focal_px + np.array(flight.size_px) / 2
    return pixel, camera[:, 2]


def _write_control(
    frame: Frame,
    path: Path,
    shots: list[Shot],
    depths: list[FloatArray],
    surface: dict[str, FloatArray],
    flight: Flight,
) -> None:
    """Write points on flat open ground with the photographs that really show them."""
    chance = np.random.default_rng(flight.seed + 2)
    points = _ground_points(surface, flight, chance)
    lines = ["# crs: EPSG:4549+5737", "name,east,north,height,role,photo,x_px,y_px"]
    for number, point in enumerate(points):
        name = f"P{number + 1:02d}"
        role = "control" if number % 2 == 0 and number // 2 < flight.control else "check"
        east, north, height = point + frame.offset
        for shot, depth in zip(shots, depths, strict=True):
            (pixel,), (z,) = project_points(shot, point[None], flight)
            width, tall = flight.size_px
            if z <= 0 or not (5 < pixel[0] < width - 5 and 5 < pixel[1] < tall - 5):
                continue
            if abs(depth[int(pixel[1]), int(pixel[0])] - z) > 0.5:
                continue  # something stands before it
            u, v = pixel + chance.normal(0, flight.mark_noise_px, 2)
            lines.append(
                f"{name},{east:.3f},{north:.3f},{height:.3f},{role},{shot.name},{u:.2f},{v:.2f}"
            )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _ground_points(
    surface: dict[str, FloatArray], flight: Flight, chance: np.random.Generator
) -> FloatArray:
    """Return points where the surface is flat and low, far from each other."""
    west, south, east, north = flight.area
    heights, grid = surface["heights_m"], surface["west_north_cell_m"]
    tries = np.column_stack([chance.uniform(west, east, 6000), chance.uniform(south, north, 6000)])
    around = [
        sample(heights, grid, tries + np.array([dx, dy]))
        for dx in (-1.5, 0, 1.5)
        for dy in (-1.5, 0, 1.5)
    ]
    flat = np.ptp(around, axis=0) < 0.25
    z = around[4]
    flat &= z < np.nanpercentile(z, 45)
    tries, z = tries[flat], z[flat]
    chosen = [0]
    while len(chosen) < min(flight.control + flight.check, len(tries)):
        distance = np.min([np.linalg.norm(tries - tries[i], axis=1) for i in chosen], axis=0)
        chosen.append(int(np.argmax(distance)))
    return np.column_stack([tries[chosen], z[chosen]])
