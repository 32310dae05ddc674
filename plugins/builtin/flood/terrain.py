"""The ground that water runs over: a raster or an array, with buildings standing on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shapan import SimulationError

#: Walls rather than roofs: high enough that no flood goes over them.
WALL_M = 10.0
_MOST_CELLS = 40_000_000


@dataclass(frozen=True)
class Ground:
    """A grid of heights.

    Parameters
    ----------
    bed_m : (rows, columns) float64 array
        Row 0 is the southernmost.
    west_m, south_m : float
        Local metres of the outer corner of its first cell.
    cell_m : float
    built : (rows, columns) bool array
        Where buildings stand.
    """

    bed_m: npt.NDArray[np.float64]
    west_m: float
    south_m: float
    cell_m: float
    built: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "built", np.zeros(self.bed_m.shape, bool))

    def cells(self, xy_m: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], ...]:
        """Return row and column of positions; -1 for those outside.

        Parameters
        ----------
        xy_m : (n, 2) array
            Local metres.
        """
        column = np.floor((xy_m[:, 0] - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((xy_m[:, 1] - self.south_m) / self.cell_m).astype(np.int64)
        rows, columns = self.bed_m.shape
        outside = (row < 0) | (row >= rows) | (column < 0) | (column >= columns)
        row[outside] = column[outside] = -1
        return row, column

    def heights_m(self, xy_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the ground's height at positions, (n,), between cells; 0 where nobody knows.

        Parameters
        ----------
        xy_m : (n, 2) array
            Local metres; what lies outside gets the height of the border.
        """
        rows, columns = self.bed_m.shape
        x = np.clip((xy_m[:, 0] - self.west_m) / self.cell_m - 0.5, 0.0, columns - 1.001)
        y = np.clip((xy_m[:, 1] - self.south_m) / self.cell_m - 0.5, 0.0, rows - 1.001)
        x, y = np.nan_to_num(x), np.nan_to_num(y)
        j, i = x.astype(np.int64), y.astype(np.int64)
        u, v = x - j, y - i
        bed = self.bed_m
        low = bed[i, j] * (1 - u) + bed[i, j + 1] * u
        high = bed[i + 1, j] * (1 - u) + bed[i + 1, j + 1] * u
        return np.nan_to_num(low * (1 - v) + high * v)


def read_ground(
    path: Path,
    origin_m: Sequence[float],
    bounds_m: Sequence[float] | None,
    cell_m: float | None,
    *,
    gaps: bool = False,
) -> Ground:
    """Read heights from a GeoTIFF in the project's CRS.

    Parameters
    ----------
    path : Path
    origin_m : (2,)
        The project's origin in that CRS.
    bounds_m : (4,), optional
        West, south, east, north in local metres; all of the raster where not given.
    cell_m : float, optional
        Of the raster where not given.
    gaps : bool
        Whether places without a height are allowed; they are NaN.

    Raises
    ------
    SimulationError
        If it cannot be read, has gaps, or would have too many cells.
    """
    import rasterio  # 0.3 s, and only where there is a raster
    from rasterio.enums import Resampling
    from rasterio.windows import from_bounds

    try:
        with rasterio.open(path) as source:
            place = source.bounds
            east, north = float(origin_m[0]), float(origin_m[1])
            if bounds_m is not None:
                w, s, e, n = (float(v) for v in bounds_m)
                place = (w + east, s + north, e + east, n + north)
            west, south, right, top = place
            size = cell_m or abs(float(source.transform.a))
            columns, rows = round((right - west) / size), round((top - south) / size)
            if not 3 <= columns * rows <= _MOST_CELLS or min(columns, rows) < 3:
                raise SimulationError(
                    "flood", f"{path}: {columns} × {rows} cells of {size:g} m",
                    remedy="choose other bounds_m or cell_m",
                )  # fmt: skip
            heights = source.read(
                1, window=from_bounds(*place, source.transform), out_shape=(rows, columns),
                resampling=Resampling.bilinear, boundless=True, masked=True,
                fill_value=source.nodata if source.nodata is not None else np.nan,
            )  # fmt: skip
    except (rasterio.errors.RasterioError, ValueError, OSError) as error:
        raise SimulationError("flood", f"the terrain {path} cannot be read ({error})") from error
    bed = np.ma.filled(heights.astype(np.float64), np.nan)[::-1].copy()
    if not gaps:
        _check_whole(bed, path)
    return Ground(bed, west - east, south - north, size)


def _check_whole(bed: npt.NDArray[np.float64], path: Path) -> None:
    if not np.isfinite(bed).all():
        share = 100.0 * float((~np.isfinite(bed)).mean())
        raise SimulationError(
            "flood", f"{path} has no heights in {share:.1f} % of the area",
            remedy="choose other bounds_m, or fill the gaps",
        )  # fmt: skip


def put_buildings(ground: Ground, footprints: Sequence[bytes]) -> int:
    """Raise the ground where buildings stand; return how many cells that are.

    Parameters
    ----------
    ground : Ground
        Changed in place.
    footprints : sequence of bytes
        Polygons as WKB in local metres.
    """
    import shapely
    from rasterio.features import rasterize
    from rasterio.transform import Affine

    shapes = [shape for shape in shapely.from_wkb(list(footprints)) if shape.area > 0.0]
    if not shapes:
        return 0
    # Row 0 is the south: the transform goes northwards.
    along = Affine(ground.cell_m, 0.0, ground.west_m, 0.0, ground.cell_m, ground.south_m)
    mask = rasterize(shapes, out_shape=ground.bed_m.shape, transform=along, dtype="uint8")
    covered = mask.astype(bool)
    ground.bed_m[covered] += WALL_M
    ground.built[covered] = True
    return int(covered.sum())
