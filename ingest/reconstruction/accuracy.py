"""Figures of accuracy, as surveyors state them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.georeference import PointResidual

FloatArray = npt.NDArray[np.float64]

#: ASPRS Positional Accuracy Standards, 2023; normal distribution.
_LE90: Final = 1.6449
_CE90: Final = 2.1460


@dataclass(frozen=True)
class Accuracy:
    """Of a set of points, in metres.

    Parameters
    ----------
    count : int
    rmse_m : list of three floats
        East, north, up.
    bias_m : list of three floats
    ce90_m : float
        Horizontal error that 90 % stay below: 1.5175 times the radial RMSE.
    le90_m : float
        Vertical error that 90 % stay below: 1.6449 times the RMSE.
    largest_m : float
        Longest residual, three-dimensional.
    """

    count: int
    rmse_m: list[float]
    bias_m: list[float]
    ce90_m: float
    le90_m: float
    largest_m: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def accuracy_of(points: list[PointResidual], *, check: bool) -> Accuracy | None:
    """Return the accuracy of check points or the fit of control points; None without any."""
    rows = [p.residual_m for p in points if p.is_check == check and p.residual_m is not None]
    if not rows:
        return None
    residual = np.array(rows)
    rmse = np.sqrt((residual**2).mean(axis=0))
    # Radial RMSE is sqrt(2) times that of one axis where both are alike.
    radial = float(np.hypot(rmse[0], rmse[1]))
    return Accuracy(
        count=len(rows),
        rmse_m=[float(v) for v in rmse],
        bias_m=[float(v) for v in residual.mean(axis=0)],
        ce90_m=_CE90 / np.sqrt(2.0) * radial,
        le90_m=_LE90 * float(rmse[2]),
        largest_m=float(np.linalg.norm(residual, axis=1).max()),
    )


def nmad(values: FloatArray) -> float:
    """Return the normalised median absolute deviation, a spread that outliers don't change.

    Höhle and Höhle, "Accuracy assessment of digital elevation models by means of robust
    statistical methods", 2009.
    """
    known = values[np.isfinite(values)]
    return float(1.4826 * np.median(np.abs(known - np.median(known)))) if len(known) else np.nan
