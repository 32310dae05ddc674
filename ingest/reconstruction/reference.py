"""The point cloud of a run against that of another survey: how far apart, how complete."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, ReadOptions
from ingest.readers.registry import reader_for
from ingest.reconstruction.accuracy import nmad
from twin_model.errors import SourceError
from twin_model.frame import Frame

FloatArray = npt.NDArray[np.float64]

#: More points of a cloud say nothing more; every so many-th is taken then.
_MOST_POINTS: Final = 3_000_000
#: A point counts as found where the other cloud has one within so many ground sample distances.
_NEAR_GSD: Final = 3.0
_LEAST_SHARED: Final = 100
#: Farther away there is nothing of the other survey to be compared with.
_FAR_M: Final = 5.0


@dataclass(frozen=True)
class CloudComparison:
    """Distances between two clouds of points.

    Parameters
    ----------
    reference : str
        File of the other survey.
    reference_points, points : int
        That were compared, in the area that both cover.
    median_m, rmse_m, p95_m : float
        Of the distance from each of our points to the nearest of the reference.
    bias_up_m, nmad_up_m : float
        Of ours less theirs, vertically, between nearest neighbours in plan.
    near_m : float
        What counts as found.
    completeness : float
        Share of the reference's points with one of ours that near.
    correctness : float
        Share of ours with one of the reference that near.
    """

    reference: str
    reference_points: int
    points: int
    median_m: float
    rmse_m: float
    p95_m: float
    bias_up_m: float
    nmad_up_m: float
    near_m: float
    completeness: float
    correctness: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def compare_with_reference(
    points: Path, reference: Path, frame: Frame, gsd_m: float, job: Job
) -> CloudComparison:
    """Compare a run's points with those of another survey.

    Parameters
    ----------
    points : Path
        The run's, in the project's CRS.
    reference : Path
        Any cloud of points that can be read and states its CRS.
    frame : Frame
    gsd_m : float
        Of the photographs.
    job : Job

    Raises
    ------
    SourceError
        If the reference holds no points, states no CRS, or lies elsewhere.
    Cancelled
    """
    job.report("Comparing with the reference", 0, 3, "")
    ours, theirs = read_local(points, frame, job), read_local(reference, frame, job)
    low, high = ours[:, :2].min(axis=0) - _FAR_M, ours[:, :2].max(axis=0) + _FAR_M
    theirs = theirs[((theirs[:, :2] >= low) & (theirs[:, :2] <= high)).all(axis=1)]
    if len(theirs) < _LEAST_SHARED:
        raise SourceError(
            reference, "covers nothing of what the photographs show",
            remedy="check its CRS, or reconstruct without --reference",
        )  # fmt: skip
    job.report("Comparing with the reference", 1, 3, "")
    return _compare(reference.name, ours, theirs, _NEAR_GSD * gsd_m, job)


def _compare(
    name: str, ours: FloatArray, theirs: FloatArray, near_m: float, job: Job
) -> CloudComparison:
    from scipy.spatial import cKDTree

    # Only what lies over the other survey is compared: its edge is no error of ours.
    plan = cKDTree(theirs[:, :2])
    apart_m, nearest = plan.query(ours[:, :2], workers=-1)
    shared = apart_m <= max(near_m, 1.0)
    ours, nearest = ours[shared], nearest[shared]
    if len(ours) < _LEAST_SHARED:
        raise SourceError(name, "has no points where the photographs show anything")
    up = ours[:, 2] - theirs[nearest, 2]
    to_theirs, _ = cKDTree(theirs).query(ours, workers=-1)
    job.report("Comparing with the reference", 2, 3, "")
    to_ours, _ = cKDTree(ours).query(theirs, workers=-1)
    return CloudComparison(
        reference=name,
        reference_points=len(theirs),
        points=len(ours),
        median_m=float(np.median(to_theirs)),
        rmse_m=float(np.sqrt((to_theirs**2).mean())),
        p95_m=float(np.percentile(to_theirs, 95.0)),
        bias_up_m=float(np.median(up)),
        nmad_up_m=nmad(up),
        near_m=near_m,
        completeness=float((to_ours <= near_m).mean()),
        correctness=float((to_theirs <= near_m).mean()),
    )


def read_local(path: Path, frame: Frame, job: Job) -> FloatArray:
    """Return the points of a file in local metres, (n, 3), thinned to three million.

    Raises
    ------
    SourceError
        If it holds no points, or states no CRS.
    """
    reader = reader_for(path)
    info = reader.inspect(path, job)
    if info.crs is None:
        raise SourceError(path, "states no CRS", remedy="write one into it and try again")
    to_local = frame.transform_from(info.crs, info.vertical_crs)
    step = max(1, -(-info.counts.get("points", 0) // _MOST_POINTS))
    found = [
        to_local(chunk.position[::step])
        for chunk in reader.read(path, ReadOptions(), job)
        if isinstance(chunk, PointChunk)
    ]
    if not found:
        raise SourceError(path, "holds no points")
    return np.concatenate(found)
