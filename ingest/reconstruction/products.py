"""Files that other programs open: COGs, LAZ, contours, all with CRS, height datum and epoch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.gdal_raster import raster_environment
from ingest.reconstruction.surface import NOTHING, Grid
from twin_model.frame import Frame, parse_crs

FloatArray = npt.NDArray[np.float64]
NODATA: Final = -9999.0
_CONTOUR_SMOOTH_CELLS: Final = 5.0
_LEAST_RING_CELLS: Final = 60.0
#: Longest side of the coarsest overview.
_COARSEST_PX: Final = 512
#: Unit of a band of codes, between which nothing lies.
_CODE: Final = "1"


def project_crs(frame: Frame) -> Any:
    """Return the project's CRS with its height datum where it has one, as a pyproj CRS."""
    horizontal = frame.horizontal
    if frame.vertical_crs is None:
        return horizontal
    from pyproj.crs import CompoundCRS

    vertical = parse_crs(frame.vertical_crs)
    name = f"{horizontal.name} + {vertical.name}"
    return CompoundCRS(name, [horizontal, vertical])


def write_cog(
    path: Path,
    bands: list[npt.NDArray[Any]],
    grid: Grid,
    frame: Frame,
    *,
    descriptions: list[str],
    epoch: str | None,
    above: str,
    units: list[str] | None = None,
) -> None:
    """Write bands as a Cloud-Optimised GeoTIFF in the project's CRS.

    A picture has no heights of its own. In a CRS with heights GDAL would take them for the unit of
    its colours, so its CRS has none, and what the heights are above that it was made with stands
    in its metadata.

    Parameters
    ----------
    path : Path
    bands : list of (rows, columns) arrays of one type
        Heights are those of the project's datum, not relative to its origin.
    grid : Grid
        In local metres.
    frame : Frame
    descriptions : list of str
        One a band; those of pictures are red, green, blue, alpha.
    epoch : str or None
        ISO 8601.
    above : str
        What heights of the surface are above.
    units : list of str or None
        One a band, ``1`` for codes, which overviews take the commonest of instead of the mean; None
        for a picture.
    """
    with raster_environment() as rasterio:
        stack = np.stack(bands)
        scratch = path.with_name(f".{path.name}")
        profile = _profile(stack, grid, frame, is_picture=units is None)
        with rasterio.open(scratch, "w", **profile) as out:
            out.write(stack)
            for number, text in enumerate(descriptions, 1):
                out.set_band_description(number, text)
            if units is None:
                out.colorinterp = [rasterio.enums.ColorInterp[name] for name in descriptions]
            else:
                out.units = units
            out.update_tags(SURFACE_HEIGHTS=above)
            if epoch:
                out.update_tags(TIFFTAG_DATETIME=_tiff_moment(epoch))
        from rasterio.shutil import copy

        options = {"resampling": "average"} if units is None else {"predictor": "YES"}
        if units is not None:
            codes = [number for number, unit in enumerate(units, 1) if unit == _CODE]
            _add_overviews(rasterio, scratch, grid, codes)
        copy(scratch, path, driver="COG", compress="deflate", **options)
        scratch.unlink()
        Path(f"{scratch}.aux.xml").unlink(missing_ok=True)


def _add_overviews(rasterio: Any, path: Path, grid: Grid, codes: list[int]) -> None:
    """Give a GeoTIFF overviews: means, and of bands of codes the commonest one."""
    factors = [2]
    while max(grid.rows, grid.columns) > _COARSEST_PX * factors[-1]:
        factors.append(2 * factors[-1])
    average, mode = rasterio.enums.Resampling.average, rasterio.enums.Resampling.mode
    shapes = [(-(-grid.rows // factor), -(-grid.columns // factor)) for factor in factors]
    with rasterio.open(path) as dataset:  # before there are overviews that this would read
        coarse = [dataset.read(codes, out_shape=(len(codes), *shape), resampling=mode)
                  for shape in shapes] if codes else []  # fmt: skip
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews(factors, average)
    for level, commonest in enumerate(coarse):
        with rasterio.open(path, "r+", overview_level=level) as dataset:
            dataset.write(commonest, codes)


def _profile(
    stack: npt.NDArray[Any], grid: Grid, frame: Frame, *, is_picture: bool
) -> dict[str, Any]:
    from rasterio.transform import from_origin

    east, north, _ = frame.offset
    return {
        "driver": "GTiff", "count": len(stack), "dtype": stack.dtype, "width": grid.columns,
        "height": grid.rows, "nodata": None if is_picture else NODATA,
        "crs": (frame.horizontal if is_picture else project_crs(frame)).to_wkt(),
        "transform": from_origin(grid.west_m + east, grid.north_m + north,
                                 grid.cell_m, grid.cell_m),
        "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate",
        "BIGTIFF": "IF_SAFER",
    }  # fmt: skip


def _tiff_moment(epoch: str) -> str:
    date, _, clock = epoch.partition("T")
    return f"{date.replace('-', ':')} {(clock or '00:00:00')[:8]}"


def write_points(
    path: Path,
    points: FloatArray,
    colour: npt.NDArray[np.uint8],
    normal: FloatArray,
    sigma_m: FloatArray,
    frame: Frame,
    *,
    ground: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Write a point cloud as LAZ 1.4 in the project's CRS.

    Parameters
    ----------
    path : Path
    points : (n, 3) float64 array
        Local metres.
    colour : (n, 3) uint8 array
    normal : (n, 3) float64 array
    sigma_m : (n,) float64 array
    frame : Frame
    ground : (n,) bool array or None
        Written as classes 2 and 1.
    """
    import laspy  # slow to import

    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales = [0.001] * 3
    places = points + frame.offset
    header.offsets = np.floor(places.min(axis=0)) if len(places) else np.zeros(3)
    header.add_crs(project_crs(frame))
    header.add_extra_dims([
        laspy.ExtraBytesParams("uncertainty", np.float32, "one sigma, metres"),
        laspy.ExtraBytesParams("normal_x", np.float32),
        laspy.ExtraBytesParams("normal_y", np.float32),
        laspy.ExtraBytesParams("normal_z", np.float32),
    ])  # fmt: skip
    las = laspy.LasData(header)
    las.x, las.y, las.z = places.T
    las.red, las.green, las.blue = (colour.astype(np.uint16) * 257).T
    las["uncertainty"] = sigma_m.astype(np.float32)
    for name, values in zip("xyz", normal.T, strict=True):
        las[f"normal_{name}"] = values.astype(np.float32)
    if ground is not None:
        las.classification = np.where(ground, 2, 1).astype(np.uint8)
    las.write(path)


def normals_of(height_m: npt.NDArray[Any], cell_m: float) -> FloatArray:
    """Return unit normals of a grid of heights, (rows, columns, 3); up where it has no slope."""
    filled = np.where(np.isfinite(height_m), height_m, np.nan).astype(np.float64)
    down, across = np.gradient(filled, cell_m)
    across, down = np.nan_to_num(across), np.nan_to_num(down)
    normal = np.dstack([-across, down, np.ones(filled.shape)])
    return np.asarray(normal / np.linalg.norm(normal, axis=2, keepdims=True), np.float64)


def write_contours(
    path: Path, height_m: FloatArray, grid: Grid, frame: Frame, step_m: float
) -> int:
    """Write contour lines of the ground as a GeoPackage; return how many.

    The ground is smoothed first and the shortest closed lines are left out, as in any map:
    matching leaves centimetres of noise, and of level ground that would be all there is to see.
    """
    import contourpy
    import pyogrio
    import shapely

    east, north, up = frame.offset
    x, y = grid.middles()
    heights = _smoothed(height_m, _CONTOUR_SMOOTH_CELLS) + up
    known = heights[np.isfinite(heights)]
    if not len(known):
        return 0
    generator = contourpy.contour_generator(x + east, y + north, heights)
    lines, levels = [], []
    for level in np.arange(math.ceil(known.min() / step_m), known.max() / step_m) * step_m:
        for line in generator.lines(float(level)):
            if len(line) >= 4:
                shape = shapely.LineString(line).simplify(grid.cell_m / 4)
                if shape.is_closed and shape.length < _LEAST_RING_CELLS * grid.cell_m:
                    continue
                lines.append(shape)
                levels.append(float(level))
    if not lines:
        return 0
    pyogrio.raw.write(
        path, shapely.to_wkb(lines), [np.array(levels)], ["height_m"], layer="contours",
        geometry_type="LineString", crs=frame.horizontal.to_wkt(), driver="GPKG",
    )  # fmt: skip
    return len(lines)


def _smoothed(height_m: FloatArray, sigma_cells: float) -> FloatArray:
    """Return heights averaged with those around; what is unknown stays so and counts nothing."""
    from scipy import ndimage

    known = np.isfinite(height_m)
    weight = ndimage.gaussian_filter(known.astype(np.float64), sigma_cells)
    total = ndimage.gaussian_filter(np.where(known, height_m, 0.0), sigma_cells)
    return np.where(known, total / np.maximum(weight, 1e-9), np.nan)


def with_holes(values: npt.NDArray[Any], source: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return values with our value for no data where nothing is known."""
    good = np.isfinite(values) & (source != NOTHING)
    return np.where(good, values, NODATA).astype(np.float32)
