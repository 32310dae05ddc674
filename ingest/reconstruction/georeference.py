"""From a free model to the project's frame: robust similarity, triangulation, residuals."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.control import ControlPoint
from ingest.reconstruction.scene import Similarity, SparseScene
from twin_model.errors import ShapanError

FloatArray = npt.NDArray[np.float64]

_TRIALS: Final = 400
_FLAT: Final = 1e-3


class GeoreferenceError(ShapanError):
    """A model that cannot be brought into the project's frame."""


@dataclass(frozen=True)
class PointResidual:
    """How far a surveyed point is from where the photographs put it.

    Parameters
    ----------
    name : str
    is_check : bool
    position_m : list of three floats
        Surveyed, local metres.
    residual_m : list of three floats or None
        Photogrammetric minus surveyed: east, north, up; None where fewer than two
        photographs show it.
    marks : int
        Photographs that were used.
    reprojection_px : float or None
        Root mean square over its marks.
    """

    name: str
    is_check: bool
    position_m: list[float]
    residual_m: list[float] | None
    marks: int
    reprojection_px: float | None


@dataclass(frozen=True)
class CameraResidual:
    """How far a photograph's stated position is from its adjusted one, east, north, up."""

    name: str
    residual_m: list[float]
    used: bool


@dataclass
class Georeference:
    """How the model got its place.

    Parameters
    ----------
    method : str
        ``control points``, ``positions`` (of the photographs), ``positions and level cameras``
        or ``level cameras``, which give neither place nor size.
    similarity : Similarity
        From the free model to local metres.
    points : list of PointResidual
    cameras : list of CameraResidual
    warnings : list of str
    bending : dict or None
        What `bending.Bending.to_json` gives.
    """

    method: str
    similarity: Similarity
    points: list[PointResidual] = field(default_factory=list)
    cameras: list[CameraResidual] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    bending: dict[str, Any] | None = None

    def save(self, folder: Path) -> None:
        """Write ``georeference.json``."""
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=1)
        (folder / "georeference.json").write_text(text, encoding="utf-8")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "method": self.method,
            "similarity": self.similarity.to_json(),
            "points": [asdict(point) for point in self.points],
            "cameras": [asdict(camera) for camera in self.cameras],
            "warnings": self.warnings,
            "bending": self.bending,
        }


def fit_similarity(
    source: FloatArray, target: FloatArray, weight: FloatArray | None = None
) -> Similarity:
    """Return the similarity that maps *source* to *target* with least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", 1991.

    Parameters
    ----------
    source, target : (n, 3) float64 array, n >= 3
    weight : (n,) float64 array or None
        Inverse variances; equal ones by default.

    Raises
    ------
    GeoreferenceError
        If the points are fewer than three or lie on one line.
    """
    if len(source) < 3:
        raise GeoreferenceError("three points at least are needed to place a model")
    share = np.full(len(source), 1.0 / len(source)) if weight is None else weight / weight.sum()
    mean_s, mean_t = share @ source, share @ target
    a, b = source - mean_s, target - mean_t
    spread = np.linalg.svd(a * np.sqrt(share)[:, None], compute_uv=False)
    if spread[1] <= _FLAT * max(spread[0], 1e-12):
        raise GeoreferenceError("the points that place the model lie on one line")
    u, values, vt = np.linalg.svd((b * share[:, None]).T @ a)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt)) or 1.0])
    rotation = (u * signs) @ vt
    scale = float((values * signs).sum() / (share @ (a**2).sum(axis=1)))
    return Similarity(scale, rotation, mean_t - scale * rotation @ mean_s)


def fit_both(
    control: tuple[FloatArray, FloatArray],
    cameras: tuple[FloatArray, FloatArray],
    sigma_m: tuple[float, float],
) -> tuple[Similarity, FloatArray]:
    """Return the similarity that control points and cameras agree on, and the cameras' offset.

    Receivers are precise among each other and yet off as a whole, by the height of the geoid or
    by a base station's error: control points decide on the place, both on scale and direction.

    Parameters
    ----------
    control, cameras : pairs of (n, 3) float64 arrays
        Places in the model, and surveyed or stated ones.
    sigma_m : (float, float)
        Of control points and of stated positions.

    Returns
    -------
    similarity : Similarity
    offset_m : (3,) float64 array
        Stated positions less true ones.

    Raises
    ------
    GeoreferenceError
        If all lie on one line.
    """
    weight = np.concatenate([
        np.full(len(control[0]), sigma_m[0] ** -2), np.full(len(cameras[0]), sigma_m[1] ** -2)
    ])  # fmt: skip
    source = np.concatenate([control[0], cameras[0]])
    offset = np.zeros(3)
    for step in range(30):
        target = np.concatenate([control[1], cameras[1] - offset])
        # The first fit must not be torn between two places: only directions are compared.
        found = fit_similarity(source, target, weight)
        moved = offset + (cameras[1] - offset - found(cameras[0])).mean(axis=0)
        moved += (found(control[0]) - control[1]).mean(axis=0)
        if step and np.abs(moved - offset).max() < 1e-4:
            break
        offset = moved
    return found, offset


def fit_robust(
    source: FloatArray, target: FloatArray, tolerance_m: float, seed: int = 1
) -> tuple[Similarity, npt.NDArray[np.bool_]]:
    """Return the similarity most points agree on within a tolerance, and which do.

    Threes of points are tried (all, or 400 of them), the best is fitted again to those that
    agree, with the tolerance widened where not even half of them do.

    Raises
    ------
    GeoreferenceError
        If there are fewer than three points or all lie on one line.
    """
    count = len(source)
    chance = np.random.default_rng(seed)
    triples = (
        list(itertools.combinations(range(count), 3))
        if count <= 14
        else [tuple(chance.choice(count, 3, replace=False)) for _ in range(_TRIALS)]
    )
    best: tuple[float, Similarity] | None = None
    for triple in triples:
        try:
            tried = fit_similarity(source[list(triple)], target[list(triple)])
        except GeoreferenceError:
            continue
        error = np.linalg.norm(tried(source) - target, axis=1)
        cost = float(np.minimum(error, 3 * tolerance_m).sum())
        if best is None or cost < best[0]:
            best = (cost, tried)
    if best is None:
        return fit_similarity(source, target), np.ones(count, bool)
    error = np.linalg.norm(best[1](source) - target, axis=1)
    good = error <= max(tolerance_m, 2.5 * float(np.median(error)))
    for _ in range(3):
        fitted = fit_similarity(source[good], target[good])
        error = np.linalg.norm(fitted(source) - target, axis=1)
        limit = max(tolerance_m, 3.0 * float(np.median(error[good])))
        if (good == (error <= limit)).all() or (error <= limit).sum() < 3:
            break
        good = error <= limit
    return fitted, good


def triangulate(
    scene: SparseScene, marks: Sequence[tuple[str, float, float]]
) -> tuple[FloatArray, float] | None:
    """Return where rays through marked pixels meet, and how badly, in pixels.

    Parameters
    ----------
    scene : SparseScene
    marks : sequence of (photo, x_px, y_px)

    Returns
    -------
    position : (3,) float64 array
        In the scene's frame.
    reprojection_px : float
        Root mean square.
    None where fewer than two photographs with a pose have a mark.
    """
    photos = {photo.name: photo for photo in scene.photos}
    known = [(photos[name], np.array([x, y])) for name, x, y in marks if name in photos]
    if len(known) < 2:
        return None
    normal, right = np.zeros((3, 3)), np.zeros(3)
    for photo, pixel in known:
        ray = scene.camera_of(photo).rays(pixel[None])[0] @ photo.rotation
        ray /= np.linalg.norm(ray)
        across = np.eye(3) - np.outer(ray, ray)
        normal += across
        right += across @ photo.centre_m
    if np.linalg.cond(normal) > 1e8:
        return None
    point: FloatArray = np.asarray(np.linalg.solve(normal, right), np.float64)
    for _ in range(4):  # from nearest to all rays to least squares of pixels
        rows, errors = [], []
        for photo, pixel in known:
            seen = scene.project(photo, point[None])[0]
            step = 1e-4 * float(np.linalg.norm(point - photo.centre_m))
            moved = scene.project(photo, point + step * np.eye(3))
            rows.append((moved - seen).T / step)
            errors.append(pixel - seen)
        jacobian, error = np.vstack(rows), np.concatenate(errors)
        if not np.isfinite(jacobian).all() or not np.isfinite(error).all():
            return None
        step_m = np.linalg.lstsq(jacobian, error, rcond=None)[0]
        point = np.asarray(point + step_m, np.float64)
    final = np.array([pixel - scene.project(photo, point[None])[0] for photo, pixel in known])
    return point, float(np.sqrt((final**2).sum(axis=1).mean()))


def point_residuals(scene: SparseScene, points: Sequence[ControlPoint]) -> list[PointResidual]:
    """Return how far surveyed points are from where a georeferenced scene puts them."""
    out: list[PointResidual] = []
    for point in points:
        marks = [(mark.photo, mark.x_px, mark.y_px) for mark in point.marks]
        found = triangulate(scene, marks)
        names = {photo.name for photo in scene.photos}
        out.append(
            PointResidual(
                point.name,
                point.is_check,
                [float(v) for v in point.position_m],
                None if found is None else [float(v) for v in found[0] - point.position_m],
                sum(mark[0] in names for mark in marks),
                None if found is None else found[1],
            )
        )
    return out


def place_by_positions(
    scene: SparseScene, positions: dict[str, FloatArray], sigma_m: float
) -> tuple[Similarity, dict[str, bool]]:
    """Return the similarity that brings photographs to where they say they were taken.

    Parameters
    ----------
    scene : SparseScene
        In a frame of its own.
    positions : dict of str to (3,) float64 array
        Local metres by photograph.
    sigma_m : float
        What to expect of them.

    Raises
    ------
    GeoreferenceError
        If there are fewer than three, or all on one line.
    """
    photos = [photo for photo in scene.photos if photo.name in positions]
    if len(photos) < 3:
        raise GeoreferenceError(
            f"only {len(photos)} photographs with a pose state where they were taken",
            remedy="give control points with --control",
        )
    source = np.array([photo.centre_m for photo in photos])
    target = np.array([positions[photo.name] for photo in photos])
    try:
        similarity, good = fit_robust(source, target, 4.0 * sigma_m)
    except GeoreferenceError as error:
        raise GeoreferenceError(
            "all photographs were taken along one line, which leaves the roll about it open",
            remedy="give control points with --control, or fly a second line",
        ) from error
    return similarity, {photo.name: bool(ok) for photo, ok in zip(photos, good, strict=True)}


def place_by_control(
    scene: SparseScene, points: Sequence[ControlPoint], tolerance_m: float
) -> tuple[Similarity, list[str]]:
    """Return the similarity that brings triangulated points to their surveyed places.

    Returns
    -------
    similarity : Similarity
    rejected : list of str
        Names of points that contradict the others.

    Raises
    ------
    GeoreferenceError
        If fewer than three control points are marked in two photographs each.
    """
    pairs = []
    for point in points:
        if point.is_check:
            continue
        found = triangulate(scene, [(mark.photo, mark.x_px, mark.y_px) for mark in point.marks])
        if found is not None:
            pairs.append((point.name, found[0], point.position_m))
    if len(pairs) < 3:
        raise GeoreferenceError(
            f"only {len(pairs)} control points are marked in two photographs or more; "
            "three are needed",
            remedy="mark them in more photographs",
        )
    source, target = np.array([p[1] for p in pairs]), np.array([p[2] for p in pairs])
    similarity, good = fit_robust(source, target, tolerance_m)
    return similarity, [pair[0] for pair, ok in zip(pairs, good, strict=True) if not ok]


def place_by_both(
    scene: SparseScene,
    control: Sequence[ControlPoint],
    positions: dict[str, FloatArray],
    tolerance_m: float,
) -> tuple[Similarity, FloatArray, list[ControlPoint]]:
    """Return where control points and positions put a scene, and which points agree.

    Parameters
    ----------
    scene : SparseScene
    control : sequence of ControlPoint
    positions : dict of str to (4,) float64 array
        Local metres and one sigma of photographs; they count where three or more are known.
    tolerance_m : float
        What a control point may be off.

    Returns
    -------
    similarity : Similarity
    offset_m : (3,) float64 array
        Of the stated positions.
    kept : list of ControlPoint

    Raises
    ------
    GeoreferenceError
        If fewer than three control points are marked in two photographs each.
    """
    cameras = [photo for photo in scene.photos if photo.name in positions]
    found = []
    for point in control:
        place = triangulate(scene, [(mark.photo, mark.x_px, mark.y_px) for mark in point.marks])
        if place is not None:
            found.append((point, place[0]))
    if len(cameras) < 3 or len(found) < 3:
        similarity, rejected = place_by_control(scene, control, tolerance_m)
        return similarity, np.zeros(3), [p for p in control if p.name not in rejected]
    centres = np.array([photo.centre_m for photo in cameras])
    stated = np.array([positions[photo.name] for photo in cameras])
    sigmas = (tolerance_m / 8.0, float(np.median(stated[:, 3])))
    while True:
        source = np.array([place for _, place in found])
        target = np.array([point.position_m for point, _ in found])
        similarity, offset = fit_both((source, target), (centres, stated[:, :3]), sigmas)
        error = np.linalg.norm(similarity(source) - target, axis=1)
        worst = int(np.argmax(error))
        if error[worst] <= tolerance_m or len(found) <= 3:
            return similarity, offset, [point for point, _ in found]
        found.pop(worst)
