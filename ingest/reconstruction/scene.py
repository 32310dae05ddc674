"""Cameras, photographs and sparse points: what poses are known to all later steps.

Pixel coordinates have their origin at the outer corner of the first pixel, so the middle of
that pixel is (0.5, 0.5), as in COLMAP. Camera axes are x right, y down, z forward.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A lens: pinhole with radial and tangential distortion (Brown-Conrady, as in OpenCV).

    Parameters
    ----------
    width_px, height_px : int
    fx, fy, cx, cy : float
        Pixels.
    k1, k2, p1, p2 : float
    """

    width_px: int
    height_px: int
    fx: float
    fy: float
    cx: float
    cy: float
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0

    @property
    def matrix(self) -> FloatArray:
        """The (3, 3) matrix for pixel coordinates whose origin is the first pixel's middle."""
        return np.array(
            [[self.fx, 0.0, self.cx - 0.5], [0.0, self.fy, self.cy - 0.5], [0.0, 0.0, 1.0]]
        )

    @property
    def distortion(self) -> FloatArray:
        """k1, k2, p1, p2."""
        return np.array([self.k1, self.k2, self.p1, self.p2])

    def project(self, points: FloatArray) -> FloatArray:
        """Return the pixels of points in camera axes, NaN behind it or far outside its view.

        Parameters
        ----------
        points : (n, 3) float64 array
            Metres in camera axes.

        Returns
        -------
        (n, 2) float64 array
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            x, y = points[:, 0] / points[:, 2], points[:, 1] / points[:, 2]
        r2 = x * x + y * y
        # Beyond the corners the polynomial folds back and would bring points into the picture.
        limit = 1.3 * (self.width_px**2 / self.fx**2 + self.height_px**2 / self.fy**2) / 4
        good = (points[:, 2] > 0) & (r2 <= limit)
        radial = 1 + self.k1 * r2 + self.k2 * r2 * r2
        u = self.fx * (x * radial + 2 * self.p1 * x * y + self.p2 * (r2 + 2 * x * x)) + self.cx
        v = self.fy * (y * radial + self.p1 * (r2 + 2 * y * y) + 2 * self.p2 * x * y) + self.cy
        return np.where(good[:, None], np.column_stack([u, v]), np.nan)

    def rays(self, pixels: FloatArray) -> FloatArray:
        """Return directions in camera axes (z = 1) of pixels, by fixed-point iteration.

        Parameters
        ----------
        pixels : (n, 2) float64 array
        """
        start = (pixels - [self.cx, self.cy]) / [self.fx, self.fy]
        x, y = start[:, 0].copy(), start[:, 1].copy()
        for _ in range(12):
            r2 = x * x + y * y
            radial = 1 + self.k1 * r2 + self.k2 * r2 * r2
            dx = 2 * self.p1 * x * y + self.p2 * (r2 + 2 * x * x)
            dy = self.p1 * (r2 + 2 * y * y) + 2 * self.p2 * x * y
            x, y = (start[:, 0] - dx) / radial, (start[:, 1] - dy) / radial
        return np.column_stack([x, y, np.ones(len(x))])


@dataclass(frozen=True)
class Photo:
    """A photograph with a known pose.

    Parameters
    ----------
    name : str
        Of the prepared picture.
    camera : int
        Index into the scene's cameras.
    rotation : (3, 3) float64 array
        World to camera.
    centre_m : (3,) float64 array
        Projection centre in the world.
    """

    name: str
    camera: int
    rotation: FloatArray
    centre_m: FloatArray

    def to_camera(self, points: FloatArray) -> FloatArray:
        """Return world points in camera axes."""
        return np.asarray((points - self.centre_m) @ self.rotation.T, np.float64)

    @property
    def tilt_deg(self) -> float:
        """Angle between the optical axis and straight down, where z is up."""
        return float(np.degrees(np.arccos(np.clip(-self.rotation[2, 2], -1.0, 1.0))))


@dataclass
class SparseScene:
    """Cameras, photographs and tie points in one frame.

    Parameters
    ----------
    cameras : list of Camera
    photos : list of Photo
    points_m : (n, 3) float64 array
        Tie points.
    point_error_px : (n,) float64 array
        Mean reprojection error.
    point_views : (n,) int array
        How many photographs see it.
    colours : (n, 3) uint8 array
    observations : (m, 2) int32 array
        Which tie point is seen in which photograph, by number; empty where that is not known.
    """

    cameras: list[Camera]
    photos: list[Photo]
    points_m: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    point_error_px: FloatArray = field(default_factory=lambda: np.empty(0))
    point_views: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    colours: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, 3), np.uint8))
    observations: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 2), np.int32))

    def camera_of(self, photo: Photo) -> Camera:
        """Return the camera of a photograph."""
        return self.cameras[photo.camera]

    def project(self, photo: Photo, points: FloatArray) -> FloatArray:
        """Return the pixels of world points in a photograph, NaN where it does not see them."""
        return self.camera_of(photo).project(photo.to_camera(points))

    def seen_by(self, number: int) -> npt.NDArray[np.bool_]:
        """Return which tie points a photograph sees.

        Where no observations are known, those that lie within its picture.
        """
        seen = np.zeros(len(self.points_m), bool)
        if len(self.observations):
            seen[self.observations[self.observations[:, 1] == number, 0]] = True
            return seen
        photo = self.photos[number]
        camera = self.camera_of(photo)
        pixels = self.project(photo, self.points_m)
        with np.errstate(invalid="ignore"):
            inside = (pixels > 0) & (pixels < [camera.width_px, camera.height_px])
        return np.asarray(inside.all(axis=1), np.bool_)

    def without(self, names: Collection[str]) -> SparseScene:
        """Return the scene without some photographs and the tie points that only they held."""
        kept = [n for n, photo in enumerate(self.photos) if photo.name not in names]
        photos = [self.photos[n] for n in kept]
        if not len(self.observations):
            return replace(self, photos=photos)
        number = np.full(len(self.photos), -1, np.int32)
        number[kept] = np.arange(len(kept), dtype=np.int32)
        seen = self.observations[number[self.observations[:, 1]] >= 0]
        views = np.bincount(seen[:, 0], minlength=len(self.points_m))
        good = views >= 2
        point = np.cumsum(good, dtype=np.int32) - 1
        seen = seen[good[seen[:, 0]]]
        return replace(
            self, photos=photos, points_m=self.points_m[good],
            point_error_px=self.point_error_px[good], point_views=views[good].astype(np.int64),
            colours=self.colours[good],
            observations=np.column_stack([point[seen[:, 0]], number[seen[:, 1]]]),
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write ``scene.json`` and ``tie-points.npz``."""
        document = {
            "cameras": [asdict(camera) for camera in self.cameras],
            "photos": [
                {
                    "name": photo.name,
                    "camera": photo.camera,
                    "rotation": photo.rotation.tolist(),
                    "centre_m": photo.centre_m.tolist(),
                }
                for photo in self.photos
            ],
        }
        (folder / "scene.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        np.savez_compressed(
            folder / "tie-points.npz", points_m=self.points_m, error_px=self.point_error_px,
            views=self.point_views, colours=self.colours, observations=self.observations,
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> SparseScene:
        """Read what `save` wrote."""
        document: dict[str, Any] = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
        with np.load(folder / "tie-points.npz") as found:
            return cls(
                [Camera(**camera) for camera in document["cameras"]],
                [
                    Photo(
                        photo["name"],
                        photo["camera"],
                        np.array(photo["rotation"], np.float64),
                        np.array(photo["centre_m"], np.float64),
                    )
                    for photo in document["photos"]
                ],
                found["points_m"],
                found["error_px"],
                found["views"],
                found["colours"],
                found["observations"] if "observations" in found else np.empty((0, 2), np.int32),
            )


@dataclass(frozen=True)
class Similarity:
    """A map ``world = scale * rotation @ point + shift``.

    Parameters
    ----------
    scale : float
    rotation : (3, 3) float64 array
    shift_m : (3,) float64 array
    """

    scale: float
    rotation: FloatArray
    shift_m: FloatArray

    def __call__(self, points: FloatArray) -> FloatArray:
        """Return mapped points, (n, 3)."""
        return np.asarray(self.scale * points @ self.rotation.T + self.shift_m, np.float64)

    def apply(self, scene: SparseScene) -> SparseScene:
        """Return a scene in the new frame."""
        photos = [
            Photo(p.name, p.camera, p.rotation @ self.rotation.T, self(p.centre_m[None])[0])
            for p in scene.photos
        ]
        points = self(scene.points_m) if len(scene.points_m) else scene.points_m
        return SparseScene(
            scene.cameras, photos, points, scene.point_error_px, scene.point_views, scene.colours,
            scene.observations,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "scale": self.scale,
            "rotation": self.rotation.tolist(),
            "shift_m": self.shift_m.tolist(),
        }
