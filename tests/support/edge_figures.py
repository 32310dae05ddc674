"""How far outlines of buildings and roof edges of an orthophoto are off from the truth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ingest.reconstruction.orthophoto import Orthophoto
from ingest.reconstruction.scene import Camera, Photo, SparseScene
from ingest.reconstruction.surface import Grid, Surface
from virtual_drone import sample

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ABOVE_M: Final = 2.5
#: Smaller patches above the ground are trees and cars.
_LEAST_M2: Final = 30.0
#: Pixels of the orthophoto so near to a true roof edge are looked at, along rays in such steps.
_BESIDE_M: Final = 1.0
_STEP_M: Final = 0.1
_DOWN_DEG: Final = 15.0


@dataclass(frozen=True)
class Truth:
    """What was really there, in the local metres of a run.

    Parameters
    ----------
    heights_m : (rows, columns) float64 array
        NaN where nothing is known.
    grid : (3,) array
        West, north, size of a cell.
    scene : SparseScene
        The photographs where they were really taken.
    """

    heights_m: FloatArray
    grid: FloatArray
    scene: SparseScene

    @classmethod
    def load(cls, folder: Path, names: list[str], shift: FloatArray) -> Truth:
        """Read what `virtual_drone.fly` wrote, moved by so much; photographs as in a run."""
        with np.load(folder / "surface.npz") as found:
            heights, grid = found["heights_m"], found["west_north_cell_m"]
        document = json.loads((folder / "poses.json").read_text())
        (width, height), focal = document["size_px"], document["focal_px"]
        shots = {shot["name"]: shot for shot in document["shots"]}
        photos = [
            Photo(name, 0, np.array(shots[name]["rotation"]),
                  np.array(shots[name]["centre_m"]) + shift)
            for name in names
        ]  # fmt: skip
        camera = Camera(width, height, focal, focal, width / 2, height / 2)
        return cls(
            heights + shift[2], grid + np.append(shift[:2], 0.0), SparseScene([camera], photos)
        )

    def flown_over(self, grid: Grid) -> Mask:
        """Return which cells lie between the photographs that look straight down."""
        over = np.array([p.centre_m[:2] for p in self.scene.photos if p.tilt_deg < _DOWN_DEG])
        places = places_of(grid)
        inside = (places > over.min(axis=0)) & (places < over.max(axis=0))
        return np.asarray(inside.all(axis=1).reshape(grid.shape), np.bool_)

    def at(self, xy: FloatArray) -> FloatArray:
        """Return heights at (n, 2) places."""
        return sample(self.heights_m, self.grid, xy)


@dataclass(frozen=True)
class Distances:
    """How far something is off.

    Parameters
    ----------
    off_m : (n,) float64 array
    """

    off_m: FloatArray

    @property
    def rmse_m(self) -> float:
        """Root mean square: how planimetric accuracy is stated."""
        return float(np.sqrt(np.mean(self.off_m**2)))

    def text(self, gsd_m: float) -> str:
        """Return the figures in multiples of the ground sample distance."""
        off = self.off_m / gsd_m
        return (
            f"n {len(off)}, median {np.median(off):.2f}, RMSE {self.rmse_m / gsd_m:.2f}, "
            f"95 % within {np.percentile(off, 95):.1f} GSD, within 2 GSD {(off <= 2).mean():.1%}"
        )


def places_of(grid: Grid) -> FloatArray:
    """Return the middles of all cells, (n, 2)."""
    return np.stack(np.meshgrid(*grid.middles()), axis=-1).reshape(-1, 2)


def ground_and_roofs(truth_m: FloatArray, inside: Mask, cell_m: float) -> tuple[Mask, Mask]:
    """Return which cells of a true surface are open ground, and which the inside of roofs."""
    size = 2 * round(1.0 / cell_m) + 1
    filled = np.nan_to_num(truth_m)
    jump = ndimage.maximum_filter(filled, size) - ndimage.minimum_filter(filled, size)
    known = inside & np.isfinite(truth_m)
    low = np.percentile(truth_m[known], 35) + 1.5
    return known & (truth_m < low) & (jump < 0.8), known & (truth_m > low + 1) & (jump < 2.2)


def buildings(ours_m: FloatArray, truth_m: FloatArray, cell_m: float) -> tuple[Mask, Mask]:
    """Return where both surfaces stand above the true ground, in patches as large as houses."""
    known = np.isfinite(truth_m) & np.isfinite(ours_m)
    filled = np.where(np.isfinite(truth_m), truth_m, np.nanmin(truth_m))
    ground = ndimage.percentile_filter(filled[::4, ::4], 5, size=max(3, round(40 / cell_m / 4)))
    ground = np.kron(ground, np.ones((4, 4)))[: filled.shape[0], : filled.shape[1]]
    found = []
    for heights in (ours_m, truth_m):
        above = known & (np.nan_to_num(heights, nan=-1e3) - ground > _ABOVE_M)
        label, count = ndimage.label(above)
        area = ndimage.sum_labels(above, label, np.arange(count + 1)) * cell_m**2
        found.append((area >= _LEAST_M2)[label] & above)
    whole = ndimage.binary_fill_holes(known)
    inner = ndimage.binary_erosion(whole, iterations=round(3 / cell_m))
    return found[0] & inner, found[1] & inner


def outline_distances(ours: Mask, theirs: Mask, cell_m: float) -> tuple[Distances, Distances]:
    """Return how far our edges are from the nearest true ones, and true ones from ours.

    Patches of ours that meet no true one are no outlines of buildings.
    """
    edge, true_edge = (mask & ~ndimage.binary_erosion(mask) for mask in (ours, theirs))
    label, _ = ndimage.label(ours)
    real = edge & np.isin(label, np.unique(label[ours & theirs]))
    there = ndimage.distance_transform_edt(~true_edge)[real] * cell_m
    back = ndimage.distance_transform_edt(~edge)[true_edge] * cell_m
    return Distances(there), Distances(back)


def lean_distances(
    ortho: Orthophoto, scene: SparseScene, surface: Surface, truth: Truth
) -> Distances:
    """Return how far from its place stands what an orthophoto shows beside true roof edges.

    The ray of each pixel, through the photograph that has most weight there and from where that was
    really taken, is followed to the true surface. No texture is needed for that.
    """
    grid = ortho.grid
    places = places_of(grid)
    cell = surface.grid.cells(places)
    z = np.where(cell >= 0, surface.height_m.ravel()[np.maximum(cell, 0)], np.nan)
    heights = np.where(np.isfinite(z), truth.at(places), np.nan).reshape(grid.shape)
    _, theirs = buildings(heights, heights, grid.cell_m)
    edge = theirs & ~ndimage.binary_erosion(theirs)
    near = ndimage.distance_transform_edt(~edge) * grid.cell_m <= _BESIDE_M
    photo = ortho.photo.ravel()
    index = np.flatnonzero(near.ravel() & (photo >= 0) & np.isfinite(z))
    shown = shown_places(truth, scene, photo[index], np.column_stack([places[index], z[index]]))
    off = np.linalg.norm(shown[:, :2] - places[index], axis=1)
    return Distances(off[np.isfinite(off)])


def shown_places(
    truth: Truth, scene: SparseScene, photo: npt.NDArray[np.int16], points: FloatArray
) -> FloatArray:
    """Return (n, 3) where the rays meet the true surface that photographs show points by."""
    out = np.full((len(points), 3), np.nan)
    top, bottom = np.nanmax(truth.heights_m) + _STEP_M, np.nanmin(truth.heights_m) - _STEP_M
    for number in np.unique(photo):
        at = np.flatnonzero(photo == number)
        real = truth.scene.photos[int(number)]
        pixels = scene.project(scene.photos[int(number)], points[at])
        rays = truth.scene.camera_of(real).rays(pixels) @ real.rotation
        rays = rays / -rays[:, 2:3]
        for level in np.arange(top, bottom, -_STEP_M):
            if not len(at):
                break
            xyz = real.centre_m + rays * (real.centre_m[2] - level)
            hit = truth.at(xyz[:, :2]) >= level
            out[at[hit]] = xyz[hit]
            at, rays = at[~hit], rays[~hit]
    return out
