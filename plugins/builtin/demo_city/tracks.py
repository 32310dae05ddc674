"""Ways of trucks and ships, in local metres of the demo city."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

#: Around the container yard: quay, east gate, back street, west gate.
TRUCK_TRACK: Final[npt.NDArray[np.float64]] = np.array(
    [(-735, -148, 4.4), (-235, -148, 4.4), (-222, -100, 4.4), (-235, 0, 4.6), (-735, 0, 4.6),
     (-748, -80, 4.5)], np.float64
)  # fmt: skip
SHIP_TRACKS: Final[tuple[npt.NDArray[np.float64], ...]] = (
    np.array(
        [(-780, -420, 0.4), (700, -420, 0.4), (760, -520, 0.4), (-700, -560, 0.4)], np.float64
    ),
    np.array(
        [(700, -620, 0.4), (-760, -660, 0.4), (-700, -720, 0.4), (640, -700, 0.4)], np.float64
    ),
)


def place_on(track: npt.NDArray[np.float64], along_m: float) -> tuple[float, float, float]:
    """Return the place at a distance along a closed way."""
    closed = np.vstack([track, track[:1]])
    lengths = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    at = along_m % ends[-1]
    x, y, z = (float(np.interp(at, ends, closed[:, n])) for n in range(3))
    return x, y, z
