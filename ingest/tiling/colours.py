"""Turns the bands of any picture into 8-bit red, green and blue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.raster import sample_windows

_PERCENTILES: Final = (2.0, 98.0)
_SAMPLES_A_WINDOW: Final = 20_000


@dataclass(frozen=True)
class ImageBands:
    """Which bands are shown and how.

    Parameters
    ----------
    indexes : tuple of int
        One band, or red, green and blue; from 1.
    palette : (n, 3) uint8 array or None
        Colours of the values of the one band.
    stretch : (k, 2) float64 array or None
        Value shown as 0 and as 255, a row for each band; None for 8-bit bands as they are.
    """

    indexes: tuple[int, ...]
    palette: npt.NDArray[np.uint8] | None = None
    stretch: npt.NDArray[np.float64] | None = None

    def to_rgb(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        """Return (3, h, w) uint8 of (k, h, w) values in the order of `indexes`."""
        if self.palette is not None:
            chosen = np.clip(values[0].astype(np.int64), 0, len(self.palette) - 1)
            return np.ascontiguousarray(np.moveaxis(self.palette[chosen], -1, 0))
        if self.stretch is not None:
            low, high = self.stretch[:, 0, None, None], self.stretch[:, 1, None, None]
            scaled = (
                np.nan_to_num(
                    np.abs(values).astype(np.float64)
                    if np.iscomplexobj(values)
                    else values.astype(np.float64)
                )
                - low
            ) / (high - low)
            shown = (np.clip(scaled, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        else:
            shown = values.astype(np.uint8)
        return np.repeat(shown, 3, axis=0) if len(shown) == 1 else shown


def image_bands(dataset: Any, job: Job, warnings: list[str]) -> ImageBands:
    """Return how a raster is shown, by its colour interpretation, palette and depth.

    Parameters
    ----------
    dataset : rasterio dataset
    job : Job
    warnings : list of str
        Told what was chosen where it is not obvious.
    """
    names = [c.name for c in dataset.colorinterp]
    if names[0] == "palette":
        return ImageBands((1,), palette=_palette(dataset))
    indexes = _chosen(names, warnings)
    if all(dataset.dtypes[i - 1] == "uint8" for i in indexes):
        return ImageBands(indexes)
    stretch = _stretch(dataset, indexes, job)
    if stretch is None:
        return ImageBands(indexes, stretch=np.array([[0.0, 1.0]] * len(indexes)))
    if stretch[:, 0].min() >= 0 and stretch[:, 1].max() <= 255 and dataset.dtypes[0] == "uint16":
        return ImageBands(indexes, stretch=np.array([[0.0, 255.0]] * len(indexes)))
    warnings.append(
        f"{dataset.dtypes[0]} values from {stretch[:, 0].min():g} to {stretch[:, 1].max():g} "
        "(2nd to 98th percentile) are shown as 0 to 255"
    )
    return ImageBands(indexes, stretch=stretch)


def _chosen(names: list[str], warnings: list[str]) -> tuple[int, ...]:
    if all(colour in names for colour in ("red", "green", "blue")):
        return tuple(names.index(colour) + 1 for colour in ("red", "green", "blue"))
    shown = [i + 1 for i, name in enumerate(names) if name != "alpha"]
    if len(shown) < 3:
        return (shown[0],) if shown else (1,)
    if len(shown) > 3:
        warnings.append(f"bands 1, 2 and 3 of {len(shown)} are shown as red, green and blue")
    return tuple(shown[:3])


def _palette(dataset: Any) -> npt.NDArray[np.uint8]:
    entries = dataset.colormap(1)
    table = np.zeros((max(entries) + 1, 3), np.uint8)
    for value, colour in entries.items():
        table[value] = colour[:3]
    return table


def _stretch(dataset: Any, indexes: tuple[int, ...], job: Job) -> npt.NDArray[np.float64] | None:
    """Return the percentiles of each band over sampled windows, None where nothing is valid."""
    samples: list[npt.NDArray[np.float64]] = []
    for window in sample_windows(dataset):
        job.report("Sampling colours", 0, 0, "pixels")
        values = dataset.read(list(indexes), window=window)
        mask = dataset.dataset_mask(window=window) > 0
        if np.iscomplexobj(values):
            values = np.abs(values)
        kept = values[:, mask].astype(np.float64)
        kept = kept[:, np.isfinite(kept).all(axis=0)]
        samples.append(kept[:, :: max(kept.shape[1] // _SAMPLES_A_WINDOW, 1)])
    joined = np.concatenate(samples, axis=1) if samples else np.empty((len(indexes), 0))
    if joined.shape[1] == 0:
        return None
    low, high = np.percentile(joined, _PERCENTILES, axis=1)
    # One value throughout: keep the division defined.
    return np.column_stack([low, np.where(high > low, high, low + 1.0)])
