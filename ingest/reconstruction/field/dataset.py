"""Photographs and poses as nerfstudio reads them, in a box of its own around the scene."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.scene import Camera, Photo, SparseScene

FloatArray = npt.NDArray[np.float64]

#: Every so many photographs one is not trained on, to measure on.
_HELD_OUT: Final = 8
_LEAST_TRAINED: Final = 3
_MARGIN: Final = 0.04
#: Tie points that hold a field in its place: seen in so many photographs, with such an error.
_TIE_VIEWS: Final = 3
_TIE_ERROR_PX: Final = 1.0
#: Those that say between which heights it lies are seen by more, and are at least so many.
_SPAN_VIEWS: Final = 4
_LEAST_SPAN: Final = 100
_LOWEST_PERCENT: Final = 0.5
_ABOVE_TIES_M: Final = 3.0
#: Of places that many photographs see (a tenth sees more), by how many the others are seen too.
_SEEN_SHARE: Final = 0.4
#: Places along each side of the area that are looked at for that.
_LOOKED_AT: Final = 80
#: OpenCV's camera axes (y down, z forward) to OpenGL's.
_FLIP: Final = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class FieldBox:
    """The part of the world that the field describes.

    Parameters
    ----------
    centre_m : (3,) float64 array
        Local metres.
    scale : float
        Box units a metre; the longest side of the box is two units.
    half : (3,) float64 array
        Half the sides, in box units.
    """

    centre_m: FloatArray
    scale: float
    half: FloatArray

    def to_box(self, points: FloatArray) -> FloatArray:
        """Return local metres in box units."""
        return np.asarray((points - self.centre_m) * self.scale, np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "centre_m": self.centre_m.tolist(),
            "scale": self.scale,
            "half": self.half.tolist(),
        }


def box_around(low: FloatArray, high: FloatArray) -> FieldBox:
    """Return the box of an extent in local metres, (3,) each, with a margin."""
    half_m = (high - low) / 2 * (1 + _MARGIN) + 1.0
    scale = 1.0 / float(half_m.max())
    return FieldBox((low + high) / 2, scale, half_m * scale)


def field_span(scene: SparseScene, heights_m: tuple[float, float]) -> tuple[float, float]:
    """Return between which heights a field lies, local metres.

    Where it may be seen through, a low floor serves as the ground, far below it: so the floor is
    no deeper than tie points that four photographs agree on.

    Parameters
    ----------
    scene : SparseScene
    heights_m : tuple of float
        Of the scene with everything doubtful; never exceeded.
    """
    good = (scene.point_views >= _SPAN_VIEWS) & (scene.point_error_px < _TIE_ERROR_PX)
    if good.sum() < _LEAST_SPAN:
        return heights_m
    z = scene.points_m[good, 2]
    low, high = float(np.percentile(z, _LOWEST_PERCENT)), float(z.max()) + _ABOVE_TIES_M
    return max(low, heights_m[0]), min(high, heights_m[1])


def well_seen(
    scene: SparseScene, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the part of an area in which a field has enough to go by.

    Around it lies a rim that few photographs see, most of them far away and slanting; rays that
    go there are missing in the middle.

    Parameters
    ----------
    scene : SparseScene
    low, high : (3,) float64 array
        Corners of the area, local metres.

    Returns
    -------
    low, high : (2,) float64 array
    """
    x, y = (np.linspace(low[axis], high[axis], _LOOKED_AT) for axis in (0, 1))
    ground = float(np.median(scene.points_m[:, 2])) if len(scene.points_m) else float(low[2])
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    points = np.column_stack([places, np.full(len(places), ground)])
    seen = np.zeros(len(places), np.int64)
    for photo in scene.photos:
        camera, pixel = scene.camera_of(photo), scene.project(photo, points)
        seen += ((pixel >= 0) & (pixel < [camera.width_px, camera.height_px])).all(axis=1)
    enough = places[seen >= max(_SEEN_SHARE * float(np.percentile(seen, 90)), 1.0)]
    if not len(enough):
        return low[:2], high[:2]
    return enough.min(axis=0), enough.max(axis=0)


def tie_rays(scene: SparseScene, box: FieldBox, photos: list[int]) -> dict[str, FloatArray]:
    """Return rays of photographs to the tie points that they see, in box units.

    Parameters
    ----------
    scene : SparseScene
    box : FieldBox
    photos : list of int
        Those that are trained on: what is held out must not help.

    Returns
    -------
    dict
        ``origin`` and ``direction`` (n, 3), ``depth`` (n,).
    """
    point, photo = scene.observations.reshape(-1, 2).T
    good = np.isin(photo, photos)
    good &= scene.point_views[point] >= _TIE_VIEWS
    good &= scene.point_error_px[point] < _TIE_ERROR_PX
    within = np.asarray(np.abs(box.to_box(scene.points_m)) < box.half, np.bool_)
    good &= within[point].all(axis=1)
    centres = np.array([photo.centre_m for photo in scene.photos]).reshape(-1, 3)
    origin = box.to_box(centres[photo[good]])
    course = box.to_box(scene.points_m[point[good]]) - origin
    depth = np.linalg.norm(course, axis=1)
    return {"origin": origin, "direction": course / depth[:, None], "depth": depth}


def write_dataset(
    scene: SparseScene,
    pictures: Pictures,
    box: FieldBox,
    max_side_px: int,
    folder: Path,
    job: Job,
) -> dict[str, int]:
    """Write undistorted pictures, masks, ``transforms.json`` and ``ties.npz``.

    Pixels that look past the box at the height of the ground are masked: sky and far land
    would be squeezed into the box.

    Returns
    -------
    dict
        How many photographs are ``trained`` and ``held_out``, and ``pixels`` of one.
    """
    import cv2

    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "masks").mkdir(exist_ok=True)
    frames: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    names: dict[str, list[str]] = {"train": [], "val": []}
    pixels = 0
    for number, photo in enumerate(scene.photos):
        job.report("Preparing the field", number, len(scene.photos), "photos")
        camera = _reduced(scene.camera_of(photo), max_side_px)
        picture, mask = _undistorted(pictures, number, scene.camera_of(photo), camera)
        mask &= _in_box(camera, photo, box)
        if mask.mean() < 0.02:
            continue  # looks elsewhere
        name = f"{number:05d}.png"
        cv2.imwrite(str(folder / "images" / name), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(folder / "masks" / name), mask.astype(np.uint8) * 255)
        frames.append(_frame(name, camera, photo, box))
        numbers[frames[-1]["file_path"]] = number
        pixels = max(pixels, camera.width_px * camera.height_px)
    for number, frame in enumerate(frames):
        held = number % _HELD_OUT == _HELD_OUT // 2 and len(frames) > _LEAST_TRAINED
        names["val" if held else "train"].append(frame["file_path"])
    document = {
        "camera_model": "OPENCV",
        "frames": frames,
        "train_filenames": names["train"],
        "val_filenames": names["val"],
        "test_filenames": names["val"],
    }
    (folder / "transforms.json").write_text(json.dumps(document), encoding="utf-8")
    ties = tie_rays(scene, box, [numbers[name] for name in names["train"]])
    np.savez(
        folder / "ties.npz",
        origin=ties["origin"], direction=ties["direction"], depth=ties["depth"],
    )  # fmt: skip
    return {"trained": len(names["train"]), "held_out": len(names["val"]), "pixels": pixels}


def _frame(name: str, camera: Camera, photo: Photo, box: FieldBox) -> dict[str, Any]:
    pose = np.eye(4)
    pose[:3, :3] = photo.rotation.T @ _FLIP
    pose[:3, 3] = box.to_box(photo.centre_m[None])[0]
    return {
        "file_path": f"images/{name}",
        "mask_path": f"masks/{name}",
        "transform_matrix": pose.tolist(),
        "fl_x": camera.fx, "fl_y": camera.fy, "cx": camera.cx, "cy": camera.cy,
        "w": camera.width_px, "h": camera.height_px,
    }  # fmt: skip


def _reduced(camera: Camera, max_side_px: int) -> Camera:
    """Return an undistorted camera of a smaller picture."""
    factor = min(1.0, max_side_px / max(camera.width_px, camera.height_px))
    width, height = round(camera.width_px * factor), round(camera.height_px * factor)
    x, y = width / camera.width_px, height / camera.height_px
    return Camera(width, height, camera.fx * x, camera.fy * y, camera.cx * x, camera.cy * y)


def _undistorted(
    pictures: Pictures, number: int, camera: Camera, reduced: Camera
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    import cv2

    picture = pictures(number)
    given = pictures.mask(number)
    maps = cv2.initUndistortRectifyMap(
        camera.matrix, camera.distortion, None, camera.matrix,
        (camera.width_px, camera.height_px), cv2.CV_32FC1,
    )  # fmt: skip
    seen = np.full(picture.shape[:2], 255, np.uint8)
    if given is not None:
        seen = np.where(given, 255, 0).astype(np.uint8)
    size = (reduced.width_px, reduced.height_px)
    flat = cv2.remap(picture, *maps, cv2.INTER_LINEAR)
    mask = cv2.remap(seen, *maps, cv2.INTER_NEAREST)
    flat = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return np.asarray(flat, np.uint8), np.asarray(mask > 250, np.bool_)


def _in_box(camera: Camera, photo: Photo, box: FieldBox) -> npt.NDArray[np.bool_]:
    """Return which pixels look at the floor of the box."""
    x, y = np.meshgrid(np.arange(camera.width_px) + 0.5, np.arange(camera.height_px) + 0.5)
    rays = np.column_stack(
        [(x.ravel() - camera.cx) / camera.fx, (y.ravel() - camera.cy) / camera.fy,
         np.ones(x.size)]
    ) @ photo.rotation  # fmt: skip
    start = box.to_box(photo.centre_m[None])[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (-box.half[2] - start[2]) / rays[:, 2]
        floor = start[:2] + reach[:, None] * rays[:, :2]
        inside = (reach > 0) & (np.abs(floor) <= box.half[:2]).all(axis=1)
    return np.asarray(inside.reshape(x.shape), np.bool_)
