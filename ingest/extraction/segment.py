"""Things in an orthophoto by a model that the user supplies: areas of its classes, for review."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from ingest.extraction.outline import regularise
from ingest.extraction.review import review_columns, write_table
from ingest.extraction.segment_model import SegmentClass, SegmentModel, read_description
from ingest.importer import ImportOptions, ImportResult, add_source
from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker, serve
from ingest.readers.gdal_raster import open_raster
from ingest.reconstruction.options import require_modules
from ingest.reconstruction.surface import Grid
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.twin import Twin

_MODULE: Final = "ingest.extraction.segment"
_MOST_PIXELS: Final = 150_000_000
_NOTHING: Final = 255
#: Areas of these types have straight walls.
_WALLED: Final = frozenset({"building", "warehouse"})
_SLIM: Final = 0.75


@dataclass(frozen=True)
class Area:
    """A connected place of one class.

    Parameters
    ----------
    polygon : Polygon
        In the project's CRS.
    confidence : float
        Mean of its pixels.
    """

    polygon: Any
    confidence: float


def segment_in_process(twin: Twin, layer: Layer, model: Path, job: Job) -> list[ImportResult]:
    """Find the classes of a model in an orthophoto, in a process of its own, for review.

    Parameters
    ----------
    twin : Twin
    layer : Layer
        Of imagery.
    model : Path
        An ``.onnx`` file with its JSON beside it.
    job : Job

    Raises
    ------
    ShapanError
    Cancelled
    """
    require_modules(("onnxruntime", "cv2"), "segmentation")
    # What can be told without loading the model is told at once.
    _imagery_of(layer, twin.layer_folder(layer.id))
    read_description(model)
    added: list[ImportResult] = []
    with tempfile.TemporaryDirectory(prefix="shapan-segment-") as scratch:
        request = {"project": str(twin.path), "layer": layer.id, "folder": scratch,
                   "model": str(model)}  # fmt: skip
        # Not in the scratch folder: what an error names must be there when it is read.
        made = run_worker(_MODULE, request, job, log=twin.path / "runs" / "segment.log")
        for path, words in made["tables"]:
            options = ImportOptions(name=f"{layer.name} – {words}", epoch=layer.epoch)
            added += add_source(twin, Path(path), options, job)
    if not added:
        job.warn(f"{model.name} found nothing in {layer.name}")
    return added


def segment(layer: Layer, folder: Path, model: SegmentModel, job: Job) -> dict[str, list[Area]]:
    """Return the areas of each class in an orthophoto, by the class's name.

    Parameters
    ----------
    layer : Layer
    folder : Path
        Of the layer.
    model : SegmentModel
    job : Job

    Raises
    ------
    SourceError
        If the layer is no imagery, or too large, or the model does not do.
    Cancelled
    """
    path = _imagery_of(layer, folder)
    with open_raster(str(path), path) as dataset:
        grid = _grid(dataset, path, model.description.gsd_m)
        best = np.full(grid.shape, _NOTHING, np.uint8)
        sure = np.zeros(grid.shape, np.uint8)
        tiles = list(_tiles(grid, model.description.size_px, model.description.overlap_px))
        for number, tile in enumerate(tiles):
            job.report("Looking at tiles", number, len(tiles), "tiles")
            _look(dataset, grid, model, tile, (best, sure))
    found: dict[str, list[Area]] = {}
    for number, one in enumerate(model.description.classes):
        if one.type:
            job.report("Outlining", number, len(model.description.classes), "")
            found.setdefault(one.name, []).extend(_areas(one, best == number, sure, grid))
    return found


def _imagery_of(layer: Layer, folder: Path) -> Path:
    """Return the file of a layer's pictures."""
    path = folder / layer.content
    if layer.role is not LayerRole.IMAGERY:
        raise SourceError(
            path,
            f"layer {layer.name} is {layer.role}: a model looks at imagery",
            remedy="choose an orthophoto (shapan layers lists them)",
        )
    return path


@dataclass(frozen=True)
class _Tile:
    """Where a tile begins, and which part of it counts."""

    row: int
    column: int
    inner: tuple[slice, slice]


def _grid(dataset: Any, path: Path, gsd_m: float | None) -> Grid:
    own = float(dataset.transform.a)
    cell = own if gsd_m is None else gsd_m
    columns = max(round(dataset.width * own / cell), 1)
    rows = max(round(dataset.height * own / cell), 1)
    if columns * rows > _MOST_PIXELS:
        raise SourceError(
            path,
            f"has {columns} x {rows} pixels of {cell:g} m; {_MOST_PIXELS} are the most at once",
            remedy="use a model for coarser pixels (input.gsd_m)",
        )
    if dataset.count < 3:
        raise SourceError(path, f"has {dataset.count} bands; red, green and blue are needed")
    return Grid(float(dataset.transform.c), float(dataset.transform.f), cell, columns, rows)


def _tiles(grid: Grid, size: int, overlap: int) -> Iterator[_Tile]:
    """Yield tiles that overlap; what counts of them covers everything once."""
    step = size - 2 * overlap
    for row in range(0, grid.rows, step):
        for column in range(0, grid.columns, step):
            inner = slice(overlap, size - overlap)
            yield _Tile(row - overlap, column - overlap, (inner, inner))


def _look(
    dataset: Any, grid: Grid, model: SegmentModel, tile: _Tile,
    into: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
) -> None:  # fmt: skip
    size, overlap = model.description.size_px, model.description.overlap_px
    pixels, seen = _pixels(dataset, grid, tile, size)
    if not seen.any():
        return
    told = model.description
    values = model.confidences(pixels)
    channels = np.array([one.value for one in told.classes])
    chosen = values[channels]
    which = chosen.argmax(axis=0)
    top = np.take_along_axis(chosen, which[None], axis=0)[0]
    good = seen & (top >= told.least_confidence)
    label = np.where(good, which, _NOTHING).astype(np.uint8)
    row, column = tile.row + overlap, tile.column + overlap
    high, wide = min(size - 2 * overlap, grid.rows - row), min(size - 2 * overlap,
                                                              grid.columns - column)  # fmt: skip
    best, sure = into
    target = slice(row, row + high), slice(column, column + wide)
    best[target] = label[tile.inner][:high, :wide]
    sure[target] = np.clip(top[tile.inner][:high, :wide] * 255, 0, 255).astype(np.uint8)


def _pixels(
    dataset: Any, grid: Grid, tile: _Tile, size: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Return a tile at the model's resolution, and which of its pixels are known.

    Beyond the picture its border is repeated, so that a model sees no false edge there.
    """
    from rasterio.enums import Resampling
    from rasterio.windows import Window

    row, column = max(tile.row, 0), max(tile.column, 0)
    high = min(tile.row + size, grid.rows) - row
    wide = min(tile.column + size, grid.columns) - column
    factor = grid.cell_m / float(dataset.transform.a)
    window = Window(column * factor, row * factor, wide * factor, high * factor)
    how = Resampling.average if factor > 1.0 else Resampling.bilinear
    bands = dataset.read((1, 2, 3), window=window, out_shape=(3, high, wide), resampling=how)
    mask = dataset.dataset_mask(window=window, out_shape=(high, wide))
    pad = ((row - tile.row, size - high - (row - tile.row)),
           (column - tile.column, size - wide - (column - tile.column)))  # fmt: skip
    pixels = np.pad(np.moveaxis(bands, 0, 2), (*pad, (0, 0)), mode="edge")
    return pixels.astype(np.uint8), np.pad(mask > 0, pad, constant_values=False)


def _areas(
    one: SegmentClass, mask: npt.NDArray[np.bool_], sure: npt.NDArray[np.uint8], grid: Grid
) -> list[Area]:
    from rasterio.features import shapes
    from rasterio.transform import from_origin
    from scipy import ndimage

    if not mask.any():
        return []
    mask = ndimage.binary_opening(ndimage.binary_closing(mask, np.ones((3, 3))), np.ones((2, 2)))
    transform = from_origin(grid.west_m, grid.north_m, grid.cell_m, grid.cell_m)
    labels, count = ndimage.label(mask)
    mean = ndimage.mean(sure, labels, np.arange(1, count + 1)) / 255.0
    found = []
    for shape, number in shapes(labels.astype(np.int32), mask=mask, transform=transform):
        polygon = shapely.geometry.shape(shape)
        if polygon.area < one.least_area_m2:
            continue
        outline = (
            regularise(polygon, grid.cell_m) if one.type in _WALLED
            else polygon.simplify(_SLIM * grid.cell_m)
        )  # fmt: skip
        if not outline.is_empty and outline.is_valid:
            found.append(Area(outline, round(float(mean[int(number) - 1]), 3)))
    return found


def write_areas(
    folder: Path, areas: dict[str, list[Area]], model: SegmentModel, layer: str, frame: Frame
) -> list[tuple[str, str]]:
    """Write areas as GeoPackages, one a class; return each with its words."""
    types = {one.name: one.type for one in model.description.classes}
    out = []
    for number, (name, found) in enumerate(areas.items()):
        if not found:
            continue
        path = folder / f"{number}-{types[name]}.gpkg"
        columns: dict[str, Any] = {
            "shapan_type": np.array([types[name]] * len(found), object),
            "class": np.array([name] * len(found), object),
            "area_m2": np.array([round(float(area.polygon.area), 1) for area in found]),
            "model": np.array([model.path.name] * len(found), object),
            **review_columns(layer, [area.confidence for area in found]),
        }
        write_table(path, types[name], [area.polygon for area in found], "Polygon", frame, columns)
        out.append((str(path), name))
    return out


def _serve(request: dict[str, Any], job: Job) -> dict[str, Any]:
    path = Path(request["model"])
    model = SegmentModel(path, read_description(path))
    with Twin.open(Path(request["project"]), read_only=True) as twin:
        layer, frame, folder = (
            twin.layer(request["layer"]), twin.frame, twin.layer_folder(request["layer"])
        )  # fmt: skip
    areas = segment(layer, folder, model, job)
    return {"tables": write_areas(Path(request["folder"]), areas, model, layer.id, frame)}


if __name__ == "__main__":
    sys.exit(serve(_serve))
