"""Poses that somebody else found: nerfstudio's transforms.json, a COLMAP model, OpenSfM."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.preparation import Prepared
from ingest.reconstruction.scene import Camera, Photo, SparseScene
from twin_model.errors import SourceError

FloatArray = npt.NDArray[np.float64]

_MAX_BYTES: Final = 1 << 30
_MAX_ITEMS: Final = 50_000_000
#: COLMAP's camera models by number: name and how many parameters.
_MODELS: Final = {
    0: ("SIMPLE_PINHOLE", 3), 1: ("PINHOLE", 4), 2: ("SIMPLE_RADIAL", 4), 3: ("RADIAL", 5),
    4: ("OPENCV", 8),
}  # fmt: skip


def read_poses(path: Path, prepared: Sequence[Prepared]) -> tuple[SparseScene, bool]:
    """Read poses that were found elsewhere, for photographs that were prepared.

    Parameters
    ----------
    path : Path
        ``transforms.json``, OpenSfM's ``reconstruction.json``, or the folder of a COLMAP model
        (text or binary).
    prepared : sequence of Prepared

    Returns
    -------
    scene : SparseScene
        In the frame that the file has.
    metric : bool
        Whether the file says that its units are metres of a known place; never assumed.

    Raises
    ------
    SourceError
        If it cannot be read, or names none of the photographs.
    """
    if path.is_dir():
        scene = _read_colmap(path, prepared)
    else:
        document = _read_json(path)
        if isinstance(document, dict) and "frames" in document:
            scene = _read_transforms(path, document, prepared)
        elif isinstance(document, list) and document and "shots" in document[0]:
            scene = _read_opensfm(path, document[0], prepared)
        else:
            raise SourceError(
                path,
                "holds no poses that are understood",
                remedy="give a transforms.json, a COLMAP model's folder or OpenSfM's "
                "reconstruction.json",
            )
    if len(scene.photos) < 3:
        raise SourceError(path, f"has poses for {len(scene.photos)} of the photographs only")
    return scene, False


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(path, "is larger than 1 GiB")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(path, f"cannot be read as JSON ({error})") from error


def _finder(prepared: Sequence[Prepared]) -> Callable[[str], Prepared | None]:
    by_name: dict[str, Prepared] = {}
    for photo in prepared:
        source = Path(photo.source)
        for key in (photo.source, source.name, source.stem):
            by_name.setdefault(key.lower(), photo)

    def find(name: str) -> Prepared | None:
        path = Path(name)
        for key in (name, path.name, path.stem):
            if key.lower() in by_name:
                return by_name[key.lower()]
        return None

    return find


def _scaled(camera: Camera, photo: Prepared) -> Camera:
    """Return a camera for the prepared size of a photograph."""
    share = photo.width_px / camera.width_px
    return Camera(
        photo.width_px, photo.height_px, camera.fx * share, camera.fy * share, camera.cx * share,
        camera.cy * share, camera.k1, camera.k2, camera.p1, camera.p2,
    )  # fmt: skip


class _Collector:
    """Gathers photographs and the cameras that they share."""

    def __init__(self) -> None:
        self.cameras: list[Camera] = []
        self.photos: list[Photo] = []

    def add(
        self, photo: Prepared, camera: Camera, rotation: FloatArray, centre: FloatArray
    ) -> None:
        fitted = _scaled(camera, photo)
        if fitted not in self.cameras:
            self.cameras.append(fitted)
        if np.isfinite(rotation).all() and np.isfinite(centre).all():
            self.photos.append(Photo(photo.name, self.cameras.index(fitted), rotation, centre))


def _read_transforms(
    path: Path, document: dict[str, Any], prepared: Sequence[Prepared]
) -> SparseScene:
    """Read nerfstudio's form: camera to world, OpenGL axes (y up, z backward)."""
    find, out = _finder(prepared), _Collector()
    try:
        for frame in document["frames"]:
            photo = find(str(frame["file_path"]))
            if photo is None:
                continue
            values = document | frame
            width, height = int(values["w"]), int(values["h"])
            fx = float(values.get("fl_x") or width / 2 / math.tan(values["camera_angle_x"] / 2))
            camera = Camera(
                width, height, fx, float(values.get("fl_y") or fx),
                float(values.get("cx", width / 2)), float(values.get("cy", height / 2)),
                *(float(values.get(key, 0.0)) for key in ("k1", "k2", "p1", "p2")),
            )  # fmt: skip
            matrix = np.array(frame["transform_matrix"], np.float64)
            rotation = (matrix[:3, :3] * [1.0, -1.0, -1.0]).T
            out.add(photo, camera, rotation, matrix[:3, 3])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SourceError(path, f"is not as nerfstudio writes it ({error!r})") from error
    return SparseScene(out.cameras, sorted(out.photos, key=lambda photo: photo.name))


def _read_opensfm(
    path: Path, document: dict[str, Any], prepared: Sequence[Prepared]
) -> SparseScene:
    """Read OpenSfM's form: world to camera as an angle-axis vector, focal by the longer side."""
    find, out = _finder(prepared), _Collector()
    try:
        for name, shot in document["shots"].items():
            photo = find(str(name))
            if photo is None:
                continue
            lens = document["cameras"][shot["camera"]]
            width, height = int(lens["width"]), int(lens["height"])
            side = max(width, height)
            fx = float(lens.get("focal", lens.get("focal_x", 0.0))) * side
            camera = Camera(
                width, height, fx, float(lens.get("focal_y", fx / side)) * side,
                width / 2 + float(lens.get("c_x", 0.0)) * side,
                height / 2 + float(lens.get("c_y", 0.0)) * side,
                float(lens.get("k1", 0.0)), float(lens.get("k2", 0.0)),
                float(lens.get("p1", 0.0)), float(lens.get("p2", 0.0)),
            )  # fmt: skip
            rotation = rotation_of(np.array(shot["rotation"], np.float64))
            centre = -rotation.T @ np.array(shot["translation"], np.float64)
            out.add(photo, camera, rotation, centre)
        points = list(document.get("points", {}).values())
        places = np.array([p["coordinates"] for p in points], np.float64).reshape(-1, 3)
        colours = np.array([p.get("color", [128] * 3) for p in points]).reshape(-1, 3)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SourceError(path, f"is not as OpenSfM writes it ({error!r})") from error
    return SparseScene(
        out.cameras, sorted(out.photos, key=lambda photo: photo.name), places,
        np.ones(len(places)), np.full(len(places), 3, np.int64), colours.astype(np.uint8),
    )  # fmt: skip


def rotation_of(vector: FloatArray) -> FloatArray:
    """Return the matrix of an angle-axis vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(
        np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross, np.float64
    )


def _read_colmap(folder: Path, prepared: Sequence[Prepared]) -> SparseScene:
    binary = (folder / "images.bin").is_file()
    if not binary and not (folder / "images.txt").is_file():
        for inner in ("sparse/0", "0", "sparse"):
            if (folder / inner / "images.bin").is_file() or (
                folder / inner / "images.txt"
            ).is_file():
                return _read_colmap(folder / inner, prepared)
        raise SourceError(folder, "holds no COLMAP model (cameras, images, points3D)")
    try:
        if binary:
            cameras, images = _binary_cameras(folder), _binary_images(folder)
            points = _binary_points(folder)
        else:
            cameras, images = _text_cameras(folder), _text_images(folder)
            points = _text_points(folder)
        find, out = _finder(prepared), _Collector()
        for name, camera_id, quaternion, shift in images:
            photo = find(name)
            if photo is not None:
                rotation = _of_quaternion(quaternion)
                out.add(photo, cameras[camera_id], rotation, -rotation.T @ shift)
    except (OSError, KeyError, ValueError, IndexError, struct.error) as error:
        raise SourceError(folder, f"is no whole COLMAP model ({error!r})") from error
    places, colours, errors, views = points
    return SparseScene(
        out.cameras, sorted(out.photos, key=lambda photo: photo.name), places, errors, views,
        colours,
    )  # fmt: skip


def _of_quaternion(q: FloatArray) -> FloatArray:
    w, x, y, z = q / np.linalg.norm(q)
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def _camera(model: str, width: int, height: int, values: Sequence[float]) -> Camera:
    p = list(values)
    if model == "SIMPLE_PINHOLE":
        return Camera(width, height, p[0], p[0], p[1], p[2])
    if model in ("SIMPLE_RADIAL", "RADIAL"):
        return Camera(width, height, p[0], p[0], p[1], p[2], p[3], p[4] if len(p) > 4 else 0.0)
    if model in ("PINHOLE", "OPENCV"):
        return Camera(width, height, *p)
    raise ValueError(f"camera model {model}")


def _text_lines(path: Path) -> list[str]:
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path.name} is larger than 1 GiB")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _text_cameras(folder: Path) -> dict[int, Camera]:
    out = {}
    for line in _text_lines(folder / "cameras.txt"):
        parts = line.split()
        if parts:
            values = [float(part) for part in parts[4:]]
            out[int(parts[0])] = _camera(parts[1], int(parts[2]), int(parts[3]), values)
    return out


def _text_images(folder: Path) -> list[tuple[str, int, FloatArray, FloatArray]]:
    out = []
    # Every second line holds the image's features, and may be empty.
    for line in _text_lines(folder / "images.txt")[::2]:
        parts = line.split(maxsplit=9)
        if len(parts) == 10:
            numbers = np.array([float(part) for part in parts[1:8]])
            out.append((parts[9], int(parts[8]), numbers[:4], numbers[4:]))
    return out


_Points = tuple[FloatArray, npt.NDArray[np.uint8], FloatArray, npt.NDArray[np.int64]]


def _text_points(folder: Path) -> _Points:
    rows = [line.split() for line in _text_lines(folder / "points3D.txt") if line.strip()]
    return _points([
        (
            [float(v) for v in row[1:4]], [int(v) for v in row[4:7]], float(row[7]),
            (len(row) - 8) // 2,
        )
        for row in rows
    ])  # fmt: skip


def _points(rows: list[tuple[list[float], list[int], float, int]]) -> _Points:
    return (
        np.array([row[0] for row in rows], np.float64).reshape(-1, 3),
        np.array([row[1] for row in rows], np.uint8).reshape(-1, 3),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], np.int64),
    )


def _take(stream: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack("<" + form, stream.read(struct.calcsize("<" + form)))


def _count(stream: BinaryIO) -> int:
    (count,) = _take(stream, "Q")
    if count > _MAX_ITEMS:
        raise ValueError(f"{count} items")
    return int(count)


def _binary_cameras(folder: Path) -> dict[int, Camera]:
    out = {}
    with (folder / "cameras.bin").open("rb") as stream:
        for _ in range(_count(stream)):
            number, model, width, height = _take(stream, "iiQQ")
            name, values = _MODELS[model]
            out[number] = _camera(name, int(width), int(height), _take(stream, "d" * values))
    return out


def _binary_images(folder: Path) -> list[tuple[str, int, FloatArray, FloatArray]]:
    out = []
    with (folder / "images.bin").open("rb") as stream:
        for _ in range(_count(stream)):
            numbers = _take(stream, "i7di")
            name = bytearray()
            while (byte := stream.read(1)) not in (b"\0", b""):
                name += byte
                if len(name) > 4096:
                    raise ValueError("a name without end")
            features = _count(stream)
            stream.seek(features * 24, 1)
            pose = np.array(numbers[1:8])
            out.append((name.decode("utf-8", "replace"), int(numbers[8]), pose[:4], pose[4:]))
    return out


def _binary_points(folder: Path) -> _Points:
    rows = []
    with (folder / "points3D.bin").open("rb") as stream:
        for _ in range(_count(stream)):
            values = _take(stream, "Q3d3Bd")
            views = _count(stream)
            stream.seek(views * 8, 1)
            rows.append((list(values[1:4]), list(values[4:7]), float(values[7]), views))
    return _points(rows)
