"""How the time of a run is spread over its steps, and that of a step over its stages.

Shares are those of measured runs: 19 photographs of a made city from above, those of a street in
Lund from the ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ingest.pipeline.run_clock import RunClock

Shares = Mapping[str, Mapping[str, float]]

#: By step, the stages that it reports.
_FROM_ABOVE: Final[Shares] = {
    "photos": {"Looking at photographs": 0.8, "Preparing photographs": 0.2},
    "poses": {
        "Finding features": 0.32, "Matching": 0.28, "Verifying matches": 0.24,
        "Finding poses": 0.16,
    },
    "georeference": {"Bundle adjustment": 0.7, "Finding poses": 0.3},
    "stereo": {"Looking for tall things": 0.45, "Matching pairs densely": 0.55},
    "field": {
        "Preparing the field": 0.02, "Training the field": 0.9,
        "Measuring held-out photographs": 0.03, "Looking down on the field": 0.05,
    },
    "surface": {
        "Fusing the surface": 0.3, "Sharpening edges": 0.3, "Comparing all photographs": 0.4,
    },
    "products": {
        "Filtering the ground": 0.3, "True orthophoto": 0.42, "Writing points": 0.05,
        "Texturing walls": 0.23,
    },
}  # fmt: skip
_FROM_GROUND: Final[Shares] = {
    **_FROM_ABOVE,
    "poses": {
        "Finding features": 0.15, "Matching": 0.2, "Verifying matches": 0.02,
        "Matching along epipolar lines": 0.25, "Finding poses": 0.38,
    },
    "stereo": {"Sweeping depths": 1.0},
    "surface": {"Comparing depths": 0.5, "Fusing depth maps": 0.4, "Making the mesh": 0.1},
    "products": {"Writing points": 0.3, "Texturing the mesh": 0.7},
}  # fmt: skip


def shares_of_stages(*, from_ground: bool) -> Shares:
    """Return by step the stages that it reports, in order, and their shares of its time."""
    return _FROM_GROUND if from_ground else _FROM_ABOVE


def foretell(clock: RunClock, estimate: Mapping[str, Any], field_s: float | None = None) -> None:
    """Tell a clock what was foretold of a run.

    Parameters
    ----------
    clock : RunClock
    estimate : mapping
        `Estimate.to_json`; those of older runs do not tell steps apart, and say nothing here.
    field_s : float, optional
        Of training a field, where the estimate may be of a run without one.
    """
    seconds = estimate.get("steps_s")
    if isinstance(seconds, Mapping):
        seconds = {str(step): float(s) for step, s in seconds.items()}
        if field_s is not None:
            seconds["field"] = field_s
        stages = shares_of_stages(from_ground=bool(estimate.get("from_ground")))
        clock.foretell(seconds, stages)
