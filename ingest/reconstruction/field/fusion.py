"""Heights of stereo and of a radiance field in one surface, each where it is strong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.surface import FIELD, NOTHING, STEREO, Surface

FloatArray = npt.NDArray[np.float64]

#: A ray from above must meet this much of the field for its height to count.
_LEAST_COVER: Final = 0.8
#: Spread along the ray above which the field says nothing: fog, not a surface.
_MOST_SPREAD_GSD: Final = 8.0
#: Two ways agree within so many sigmas of both, and never less than so many GSD.
_AGREE_SIGMAS: Final = 3.0
_AGREE_GSD: Final = 2.0
#: A field whose heights scatter or lie further from stereo's than this has not found the surface.
_TRUST_GSD: Final = 3.0
#: Nor has one that contradicts stereo in more than such a share of the cells: striped roofs may
#: be sunk, while open ground is right.
_MOST_CONFLICT: Final = 0.25


@dataclass(frozen=True)
class FieldHeights:
    """What a field shows from straight above, on a surface's grid.

    Parameters
    ----------
    height_m, sigma_m : (rows, columns) float64 array
        Local metres; NaN where the field has no surface.
    """

    height_m: FloatArray
    sigma_m: FloatArray


def field_heights(
    height_m: FloatArray, spread_m: FloatArray, cover: FloatArray, gsd_m: float
) -> FieldHeights:
    """Return the heights that count, with their uncertainty.

    Parameters
    ----------
    height_m, spread_m, cover : (rows, columns) float64 arrays
        Expected height, spread of the density along the ray, and how much of the ray was stopped.
    gsd_m : float
        Ground sample distance of the photographs the field was trained on.
    """
    good = (cover >= _LEAST_COVER) & (spread_m <= _MOST_SPREAD_GSD * gsd_m)
    # The spread of the density is wider than the error of its middle, but is no less than that.
    sigma = np.hypot(0.5 * spread_m, 0.5 * gsd_m)
    return FieldHeights(np.where(good, height_m, np.nan), np.where(good, sigma, np.nan))


def fuse_field(
    stereo: Surface, field: FieldHeights, gsd_m: float
) -> tuple[Surface, dict[str, Any]]:
    """Return the surface of both, its `source` saying which won in each cell.

    Where both agree, stereo's height stays: it is the sharper one. Where they do not, the lower
    one is taken: false matches of stereo hang in the air, and so does the fog of a field;
    measured, this halves the error on the ground. Their disagreement goes into the uncertainty.
    A field that lies far from stereo nearly everywhere, or contradicts it in a quarter of the
    cells, has not found the surface (too few photographs or steps, no texture): then it is
    compared, and stereo stays alone.

    Parameters
    ----------
    stereo : Surface
    field : FieldHeights
        On the same grid.
    gsd_m : float

    Returns
    -------
    surface : Surface
    figures : dict
        Shares of cells by way, how far the two lie apart (``nmad_m``, ``bias_m``), and whether
        the field is ``trusted``.
    """
    known = stereo.source == STEREO
    other = np.isfinite(field.height_m)
    both = known & other
    apart = np.where(both, field.height_m - stereo.height_m, np.nan)
    sigma = np.hypot(stereo.uncertainty_m, field.sigma_m)
    limit = np.maximum(_AGREE_SIGMAS * sigma, _AGREE_GSD * gsd_m)
    conflict = both & (np.abs(apart) > limit)
    figures = _compared(apart[both], conflict[both], gsd_m)
    field_wins = np.zeros(both.shape, bool)
    if figures["trusted"]:
        field_wins = (other & ~known) | (conflict & (apart < 0))

    height = np.where(field_wins, field.height_m, stereo.height_m)
    uncertainty = np.where(field_wins, field.sigma_m, stereo.uncertainty_m).astype(np.float64)
    if figures["trusted"]:
        uncertainty = np.where(conflict, np.hypot(uncertainty, np.abs(apart) / 2), uncertainty)
    source = np.where(field_wins, FIELD, np.where(known, STEREO, NOTHING))
    surface = Surface(
        stereo.grid, height.astype(np.float32), uncertainty.astype(np.float32),
        source.astype(np.uint8), stereo.points,
    )  # fmt: skip
    return surface, figures | _shares(both, conflict, field_wins, known)


def _compared(apart: FloatArray, conflict: npt.NDArray[np.bool_], gsd_m: float) -> dict[str, Any]:
    if not len(apart):
        return {"bias_m": None, "nmad_m": None, "trusted": False}
    middle = float(np.median(apart))
    nmad = float(1.4826 * np.median(np.abs(apart - middle)))
    limit = _TRUST_GSD * gsd_m
    near = nmad <= limit and abs(middle) <= limit
    trusted = bool(near and conflict.mean() <= _MOST_CONFLICT)
    return {"bias_m": middle, "nmad_m": nmad, "trusted": trusted}


def _shares(
    both: npt.NDArray[np.bool_],
    conflict: npt.NDArray[np.bool_],
    field_wins: npt.NDArray[np.bool_],
    known: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    cells = max(int((known | field_wins).sum()), 1)
    return {
        "by_both": float(both.sum() / cells),
        "by_field_alone": float((field_wins & ~known).sum() / cells),
        "in_conflict": float(conflict.sum() / cells),
        "conflict_won_by_field": float((field_wins & conflict).sum() / cells),
    }
