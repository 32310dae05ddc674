"""Brings rasters into the project's CRS: ``terrain.tif`` and ``imagery.tif``, both COG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from ingest.readers.contract import RasterSource
from ingest.readers.gdal_raster import open_raster, raster_environment, read_errors_named
from ingest.readers.raster import GROUND_RANGE_M
from ingest.tiling.colours import ImageBands, image_bands
from ingest.tiling.contract import LayerContent, Target
from twin_model.errors import FrameError, SourceError
from twin_model.frame import parse_crs, split_compound
from twin_model.layer import Bounds, LayerRole

NODATA: Final = -9999.0
_BLOCK: Final = 512
#: A project is a city: what a global raster has beyond this distance is cut off.
_REACH_M: Final = 400_000.0
_LOSSLESS_PIXELS: Final = 16_000_000
_MAX_PIXELS: Final = 8_000_000_000


@dataclass(frozen=True)
class _Grid:
    """A north-up grid in the project's CRS."""

    transform: Any
    width: int
    height: int


def convert_raster(source: RasterSource, target: Target, crs: str | None) -> LayerContent:
    """Write a raster as a Cloud-Optimised GeoTIFF in the project's CRS, at its own resolution.

    Heights become metres in the project's vertical datum as far as `Target.to_local` can
    transform them (float32, no data -9999). Pictures become 8-bit RGBA; palettes are resolved,
    other depths stretched from the 2nd to the 98th percentile.

    Parameters
    ----------
    source : RasterSource
    target : Target
    crs : str or None
        CRS that overrides the file's; None to use the file's own.

    Returns
    -------
    LayerContent
        Role TERRAIN with ``terrain.tif``, or IMAGERY with ``imagery.tif``; counts pixels.

    Raises
    ------
    SourceError
        If the raster is damaged or has no place.
    FrameError
        If it has no place in the project's CRS.
    Cancelled
    """
    path = _source_path(source.path)
    terrain = source.role == "terrain"
    name = "terrain.tif" if terrain else "imagery.tif"
    scratch = target.folder / f"{name}.part.tif"
    warnings: list[str] = list(target.to_local.warnings) if terrain else []
    heights: list[float] = []
    try:
        with (
            open_raster(source.path, path) as dataset,
            _warped(dataset, target, crs, path, terrain) as warp,
        ):
            if terrain:
                *heights, seen = _write_terrain(warp, dataset, target, crs, scratch, warnings)
            else:
                seen = _write_imagery(warp, dataset, target, scratch, warnings)
            bounds = _local_bounds(warp, target, heights) if seen else None
            pixels = int(warp.width * warp.height)
            warnings += _cut(warp, target) if seen else ["every pixel is without data"]
        target.job.report("Building overviews", 0, 0, "pixels")
        _make_cog(scratch, target.folder / name, terrain, pixels, path)
    finally:
        scratch.unlink(missing_ok=True)
        Path(f"{scratch}.aux.xml").unlink(missing_ok=True)
    target.job.report("Building overviews", pixels, pixels, "pixels")
    return LayerContent(
        role=LayerRole.TERRAIN if terrain else LayerRole.IMAGERY,
        content=name,
        bounds_local=bounds,
        counts={"pixels": pixels},
        warnings=warnings,
        style={"colour_by": "height"} if terrain else {"colour_by": "rgb"},
    )


def _source_path(name: str) -> Path:
    """Return the file of a dataset name such as ``/vsizip/{/a/b.zip}/c.hgt``."""
    if name.startswith("/vsizip/{"):
        return Path(name.removeprefix("/vsizip/{").split("}", 1)[0])
    return Path(name)


@contextmanager
def _warped(
    dataset: Any, target: Target, crs: str | None, path: Path, terrain: bool
) -> Iterator[Any]:
    """Yield the raster as a virtual one in the project's CRS."""
    from rasterio.transform import Affine
    from rasterio.vrt import WarpedVRT

    frame = target.frame
    options: dict[str, Any] = {"crs": frame.horizontal.to_wkt(), "warp_mem_limit": 64}
    if target.to_local.is_local:
        # Local metres only have to be shifted to the project's easting and northing.
        x, y, _ = frame.offset
        options |= {"src_crs": options["crs"]}
        a, b, c, d, e, f = dataset.transform[:6]
        options |= {"src_transform": Affine(a, b, c + x, d, e, f + y)}
        if dataset.transform.is_identity:
            raise SourceError(path, "has no georeference", remedy="put a world file beside it")
    else:
        stated = crs or (dataset.crs or dataset.gcps[1])
        if stated is None:
            raise SourceError(path, "states no CRS", remedy="give one with --crs")
        text = stated if isinstance(stated, str) else stated.to_wkt()
        options["src_crs"] = split_compound(parse_crs(text))[0].to_wkt()
    options |= _mask_options(dataset, terrain)
    options["resampling"] = _resampling(dataset)
    grid = (
        _local_grid(dataset, options["src_transform"])
        if target.to_local.is_local
        else _far_grid(dataset, target, options)
    )
    if grid is not None:
        options |= {"transform": grid.transform, "width": grid.width, "height": grid.height}
    try:
        warp = WarpedVRT(dataset, **options)
    except Exception as error:
        if not type(error).__module__.startswith("rasterio."):
            raise
        text = " ".join(str(error).split())[:200]
        raise FrameError(f"{path.name} has no place in {frame.crs} ({text})") from error
    with warp:
        if warp.width * warp.height > _MAX_PIXELS:
            raise SourceError(path, f"would take {warp.width} x {warp.height} pixels")
        yield warp


def _mask_options(dataset: Any, terrain: bool) -> dict[str, Any]:
    if terrain:
        # As float32 every depth can hold our value for no data.
        nodata = {} if dataset.nodata is None else {"src_nodata": dataset.nodata}
        return {"nodata": NODATA, "dtype": "float32"} | nodata
    if dataset.nodata is not None:
        return {"src_nodata": dataset.nodata, "nodata": dataset.nodata}
    has_alpha = any(c.name == "alpha" for c in dataset.colorinterp)
    return {} if has_alpha else {"add_alpha": True}


def _resampling(dataset: Any) -> Any:
    from rasterio.enums import ColorInterp, Resampling

    # Between two palette entries lies no colour.
    exact = dataset.colorinterp[0] == ColorInterp.palette
    return Resampling.nearest if exact else Resampling.bilinear


def _local_grid(dataset: Any, transform: Any) -> _Grid:
    """Return the upright grid of a raster that only has to be shifted."""
    if transform.b == 0 and transform.d == 0 and transform.a > 0 and transform.e < 0:
        return _Grid(transform, dataset.width, dataset.height)
    from rasterio.transform import from_origin

    columns, rows = np.array([0, dataset.width]), np.array([0, dataset.height])
    x, y = _applied(transform, *np.meshgrid(columns, rows))
    pixel_x = math.hypot(transform.a, transform.d)
    pixel_y = math.hypot(transform.b, transform.e)
    width = max(math.ceil(np.ptp(x) / pixel_x - 1e-6), 1)
    height = max(math.ceil(np.ptp(y) / pixel_y - 1e-6), 1)
    return _Grid(from_origin(x.min(), y.max(), pixel_x, pixel_y), width, height)


def _applied(transform: Any, column: Any, row: Any) -> tuple[Any, Any]:
    """Return x and y of pixel positions; affine 3.1 has no operator for arrays that 2.4 has."""
    return (
        transform.a * column + transform.b * row + transform.c,
        transform.d * column + transform.e * row + transform.f,
    )


def _far_grid(dataset: Any, target: Target, options: dict[str, Any]) -> _Grid | None:
    """Return the part of a raster near the project if it reaches far beyond, else None."""
    from rasterio.transform import from_origin

    if target.to_local.is_local or dataset.gcps[0]:
        return None
    to_source = Transformer.from_crs(target.frame.crs, options["src_crs"], always_xy=True)
    x, y, _ = target.frame.offset
    reach = _REACH_M
    probes = np.array([(x + dx, y + dy) for dx in (-reach, reach) for dy in (-reach, reach)])
    sx, sy = to_source.transform(probes[:, 0], probes[:, 1])
    if not np.isfinite([*sx, *sy]).all():
        return None
    west, south, east, north = dataset.bounds
    inside = sum(
        (west < px < east) + (min(south, north) < py < max(south, north)) for px, py in zip(sx, sy)
    )
    spans = (east - west) / max(np.ptp(sx), 1e-9), abs(north - south) / max(np.ptp(sy), 1e-9)
    if inside < 4 or max(spans) < 3.0:
        return None
    centre = np.array(to_source.transform(x, y))
    near = np.array(to_source.transform(x + 100.0, y))
    source_m = float(np.hypot(*(near - centre))) / 100.0
    pixel_m = math.hypot(dataset.transform.a, dataset.transform.d) / max(source_m, 1e-12)
    size = max(int(2 * reach / pixel_m), 1)
    return _Grid(from_origin(x - reach, y + reach, pixel_m, pixel_m), size, size)


def _cut(warp: Any, target: Target) -> list[str]:
    """Return a warning where a raster was cut to the project's surroundings by `_far_grid`."""
    x, y, _ = target.frame.offset
    west, south, east, north = warp.bounds
    cut = (x - _REACH_M, y - _REACH_M, x + _REACH_M, y + _REACH_M)
    pixel_m = abs(warp.transform.a)
    apart = [abs(a - b) for a, b in zip((west, south, east, north), cut)]
    if max(apart) > 2 * pixel_m:
        return []
    warnings = [
        f"reaches far beyond the project: only the part within {_REACH_M / 1000:,.0f} km of its "
        "origin is shown"
    ]
    return warnings


def _windows(dataset: Any) -> Iterator[Any]:
    from rasterio.windows import Window

    for row in range(0, dataset.height, _BLOCK):
        for column in range(0, dataset.width, _BLOCK):
            yield Window(
                column, row, min(_BLOCK, dataset.width - column), min(_BLOCK, dataset.height - row)
            )


def _write_terrain(
    warp: Any, dataset: Any, target: Target, crs: str | None, scratch: Path, warnings: list[str]
) -> tuple[float, float, int]:
    """Write heights in metres; return the least, the greatest and how many there are."""
    shift = _HeightShift(warp, target, crs or (dataset.crs.to_wkt() if dataset.crs else None))
    scale = float(dataset.scales[0]) * target.to_local.height_factor
    start = float(dataset.offsets[0]) * target.to_local.height_factor
    low, high, seen, absurd = math.inf, -math.inf, 0, 0
    total = warp.width * warp.height
    with _scratch(warp, scratch, count=1, dtype="float32", nodata=NODATA) as out:
        for index, window in enumerate(_windows(warp)):
            target.job.report("Converting heights", index * _BLOCK * _BLOCK, total, "pixels")
            raw = warp.read(1, window=window).astype(np.float64)
            valid = (warp.dataset_mask(window=window) > 0) & np.isfinite(raw)
            heights = raw * scale + start + shift(window)
            plausible = (heights >= GROUND_RANGE_M[0]) & (heights <= GROUND_RANGE_M[1])
            absurd += int((valid & ~plausible).sum())
            valid &= plausible
            seen += int(valid.sum())
            if valid.any():
                kept = heights[valid]
                low, high = min(low, float(kept.min())), max(high, float(kept.max()))
            out.write(np.where(valid, heights, NODATA).astype(np.float32), 1, window=window)
    if absurd:
        warnings.append(
            f"{absurd} heights outside {GROUND_RANGE_M[0]:g} to {GROUND_RANGE_M[1]:g} m "
            "are taken as no data"
        )
    return low, high, seen


class _HeightShift:
    """Difference of the vertical datums over the raster, interpolated from a coarse grid.

    A geoid model changes by centimetres over kilometres, so 33 x 33 nodes are plenty for a city.
    """

    _NODES: Final = 33

    def __init__(self, warp: Any, target: Target, crs: str | None) -> None:
        self._grid: npt.NDArray[np.float64] | None = None
        to_local = target.to_local
        if to_local.is_local or crs is None or target.frame.vertical_crs is None:
            return
        columns = np.linspace(0, warp.width, self._NODES)
        rows = np.linspace(0, warp.height, self._NODES)
        x, y = _applied(warp.transform, *np.meshgrid(columns, rows))
        horizontal = split_compound(parse_crs(crs))[0]
        back = Transformer.from_crs(target.frame.crs, horizontal, always_xy=True)
        sx, sy = back.transform(x.ravel(), y.ravel())
        try:
            local = to_local(np.column_stack([sx, sy, np.zeros(len(sx))]))
        except FrameError:
            return
        grid = (local[:, 2] + target.frame.offset[2]).reshape(self._NODES, self._NODES)
        if np.isfinite(grid).all() and np.abs(grid).max() > 1e-6:
            self._grid = grid
            self._size = (warp.width, warp.height)

    def __call__(self, window: Any) -> npt.NDArray[np.float64] | float:
        if self._grid is None:
            return 0.0
        nodes = self._NODES - 1
        column = (window.col_off + np.arange(window.width) + 0.5) / self._size[0] * nodes
        row = (window.row_off + np.arange(window.height) + 0.5) / self._size[1] * nodes
        left, top = (
            np.minimum(column.astype(int), nodes - 1),
            np.minimum(row.astype(int), nodes - 1),
        )
        u, v = column - left, (row - top)[:, None]
        upper = self._grid[top][:, left] * (1 - u) + self._grid[top][:, left + 1] * u
        lower = self._grid[top + 1][:, left] * (1 - u) + self._grid[top + 1][:, left + 1] * u
        shifted: npt.NDArray[np.float64] = upper * (1 - v) + lower * v
        return shifted


def _write_imagery(
    warp: Any, dataset: Any, target: Target, scratch: Path, warnings: list[str]
) -> int:
    """Write 8-bit RGBA; return how many pixels have data."""
    bands: ImageBands = image_bands(dataset, target.job, warnings)
    seen = 0
    total = warp.width * warp.height
    with _scratch(warp, scratch, count=4, dtype="uint8", photometric="RGB", alpha="YES") as out:
        for index, window in enumerate(_windows(warp)):
            target.job.report("Converting imagery", index * _BLOCK * _BLOCK, total, "pixels")
            mask = warp.dataset_mask(window=window)
            rgb = bands.to_rgb(warp.read(list(bands.indexes), window=window))
            seen += int((mask > 0).sum())
            # What lies under no data is black, so that compression and averaging see no edge.
            out.write(np.concatenate([np.where(mask > 0, rgb, 0), mask[None]]), window=window)
    return seen


@contextmanager
def _scratch(warp: Any, path: Path, **profile: Any) -> Iterator[Any]:
    """Yield a tiled GeoTIFF on the grid of *warp*, open for writing."""
    import rasterio

    options = {
        "driver": "GTiff", "width": warp.width, "height": warp.height, "crs": warp.crs,
        "transform": warp.transform, "tiled": True, "blockxsize": _BLOCK, "blockysize": _BLOCK,
        "compress": "LZW", "BIGTIFF": "IF_SAFER", "interleave": "pixel",
    }  # fmt: skip
    with rasterio.open(path, "w", **(options | profile)) as out:
        yield out


def _make_cog(scratch: Path, out: Path, terrain: bool, pixels: int, path: Path) -> None:
    """Copy the scratch file into a COG with overviews."""
    options: dict[str, Any] = {
        "driver": "COG", "BLOCKSIZE": _BLOCK, "BIGTIFF": "IF_SAFER",
        "OVERVIEW_RESAMPLING": "AVERAGE",
        "COMPRESS": "DEFLATE", "LEVEL": 6, "PREDICTOR": "YES",
    }  # fmt: skip
    if not terrain and pixels > _LOSSLESS_PIXELS:
        # Large imagery mostly comes from JPEG; DEFLATE would keep its noise at five times the size.
        options |= {"COMPRESS": "JPEG", "QUALITY": 90}
        del options["LEVEL"], options["PREDICTOR"]
    import rasterio.shutil

    with raster_environment(), read_errors_named(path):
        rasterio.shutil.copy(str(scratch), str(out), **options)


def _local_bounds(warp: Any, target: Target, heights: list[float]) -> Bounds:
    x, y, z = target.frame.offset
    west, south, east, north = warp.bounds
    # A picture lies on the ground, wherever that is.
    low, high = (height - z for height in heights) if heights else (0.0, 0.0)
    bounds = (west - x, south - y, low, east - x, north - y, high)
    return tuple(map(float, bounds))  # type: ignore[return-value]
