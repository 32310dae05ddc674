"""Opens rasters through rasterio with only the drivers, files and memory that we allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from twin_model.errors import SourceError
from twin_model.warned import muted

#: First bytes and driver; only drivers that never follow references (as VRT and WMS do).
_MAGIC: Final = (
    (b"II*\0", "GTiff"), (b"MM\0*", "GTiff"), (b"II+\0", "GTiff"), (b"MM\0+", "GTiff"),
    (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"EHFA_HEADER_TAG", "HFA"),
    (b"\0\0\0\x0cjP  ", "JP2OpenJPEG"),
)  # fmt: skip
_SUFFIXES: Final = {".hgt": "SRTMHGT", ".asc": "AAIGrid", ".tif": "GTiff", ".tiff": "GTiff"}
_CONFIG: Final[dict[str, Any]] = {
    "GDAL_CACHEMAX": 128,
    "GDAL_HTTP_TIMEOUT": 1,
    "GDAL_HTTP_CONNECTTIMEOUT": 1,
    # No suffix is allowed to be fetched, so /vsicurl/ opens nothing.
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "GDAL_MAX_BAND_COUNT": 4096,
    "CHECK_DISK_FREE_SPACE": "NO",
}
_MAX_SIDE: Final = 4_000_000
_MAX_BLOCK_BYTES: Final = 512 << 20


@contextmanager
def raster_environment() -> Iterator[Any]:
    """Yield the rasterio module within our GDAL configuration (of this thread only)."""
    # Imported late: loading GDAL takes 0.3 s and can_read must not pay for it.
    import rasterio

    with rasterio.Env(**_CONFIG):
        yield rasterio


@contextmanager
def open_raster(name: str, path: Path) -> Iterator[Any]:
    """Yield an open dataset whose stated sizes are plausible.

    Parameters
    ----------
    name : str
        Path or GDAL dataset name.
    path : Path
        The source, named in errors.

    Raises
    ------
    SourceError
        If it cannot be opened, or while reading from it within the context fails.
    """
    with raster_environment() as rasterio, read_errors_named(path):
        with muted():  # "Dataset has no geotransform" is said by the reader in its own words
            dataset = rasterio.open(name, driver=driver_of(name))
        with dataset:
            _check_sizes(dataset, path)
            yield dataset


def driver_of(name: str) -> str:
    """Return the one GDAL driver that shall open a dataset, by magic bytes or else its suffix."""
    suffix = Path(name).suffix.lower()
    if not name.startswith("/vsi"):
        with Path(name).open("rb") as stream:
            head = stream.read(16)
        for magic, driver in _MAGIC:
            if head.startswith(magic):
                return driver
    return _SUFFIXES.get(suffix, "AAIGrid")


@contextmanager
def read_errors_named(path: Path) -> Iterator[None]:
    """Turn rasterio's errors into `SourceError`."""
    import rasterio.errors

    try:
        yield
    except (rasterio.errors.RasterioError, OSError, ValueError, MemoryError) as error:
        # rasterio says "Read failed. See previous exception"; the cause says what it was.
        cause = error.__cause__ or error
        text = " ".join(str(cause).split())[:200] or type(error).__name__
        text = text.replace(str(path), path.name)
        raise SourceError(
            path, f"the raster cannot be read ({text})", remedy="fetch it again"
        ) from error
    except Exception as error:
        # GDAL's own errors share no public base below Exception.
        if type(error).__module__.startswith("rasterio."):
            text = " ".join(str(error).split())[:200].replace(str(path), path.name)
            raise SourceError(
                path, f"the raster cannot be read ({text})", remedy="fetch it again"
            ) from error
        raise


def _check_sizes(dataset: Any, path: Path) -> None:
    if max(dataset.width, dataset.height) > _MAX_SIDE or dataset.count == 0:
        raise SourceError(
            path, f"states {dataset.width} x {dataset.height} pixels, {dataset.count} bands"
        )
    import numpy as np

    rows, columns = dataset.block_shapes[0]
    depth = np.dtype(_plain_type(dataset.dtypes[0])).itemsize
    pixel_bytes = depth * (dataset.count if dataset.profile.get("interleave") == "pixel" else 1)
    block_bytes = rows * columns * pixel_bytes
    if block_bytes > _MAX_BLOCK_BYTES:
        raise SourceError(
            path,
            f"its blocks of {columns} x {rows} pixels take {block_bytes >> 20} MiB each",
            remedy="write it again as a tiled GeoTIFF",
        )


def _plain_type(name: str) -> str:
    return {"complex_int16": "complex64", "int8": "int8"}.get(name, name)
