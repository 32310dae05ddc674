"""Colours of the scene: sky and ground by theme, materials by entity type, point classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]


def rgb(text: str) -> Colour:
    """Return 0..1 values of ``#rrggbb``."""
    value = text.lstrip("#")
    return tuple(int(value[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


@dataclass(frozen=True)
class Theme:
    """Colours of everything that belongs to no layer.

    Parameters
    ----------
    zenith, sky, horizon : Colour
        Sky gradient from top to the horizon.
    ground : Colour
        Ground without any layer.
    edge : Colour
        Multiplied with a surface's colour for its edge lines.
    accent : Colour
        Selection.
    label, halo : Colour
    sun, fill : float
        Light intensities.
    massing : Colour
        Surfaces of buildings without material.
    """

    zenith: Colour
    sky: Colour
    horizon: Colour
    ground: Colour
    edge: float
    accent: Colour
    label: Colour
    halo: Colour
    sun: float
    fill: float
    massing: Colour


LIGHT: Final = Theme(
    zenith=rgb("#6d9ccb"), sky=rgb("#a9cae4"), horizon=rgb("#e2ebf1"), ground=rgb("#cfd0c3"),
    edge=0.62, accent=rgb("#157f86"), label=rgb("#1f2629"), halo=rgb("#fbfbfc"),
    sun=0.80, fill=0.34, massing=rgb("#efe9df"),
)  # fmt: skip
DARK: Final = Theme(
    zenith=rgb("#46627a"), sky=rgb("#7d97a9"), horizon=rgb("#b3c0c7"), ground=rgb("#8f948b"),
    edge=0.55, accent=rgb("#4bb8bd"), label=rgb("#f0f4f5"), halo=rgb("#1b1f22"),
    sun=0.70, fill=0.32, massing=rgb("#e4ded5"),
)  # fmt: skip

#: Ground cover by entity type: fill, outline or None, drawing order (small first).
GROUND: Final[dict[str, tuple[str, str | None, int]]] = {
    "land_use": ("#d8d5c8", None, 0),
    "industrial": ("#d6d2ca", None, 1),
    "residential": ("#dfdbcf", None, 1),
    "commercial": ("#e0d6cb", None, 1),
    "farmland": ("#d9d6ae", None, 1),
    "parcel": ("#dad6ca", "#b9b4a6", 2),
    "vegetation": ("#b3c69b", None, 3),
    "grass": ("#b9ca9f", None, 3),
    "park": ("#b3c99a", None, 3),
    "forest": ("#93b181", None, 3),
    "beach": ("#e8dfbd", None, 3),
    "quay": ("#c9c6bf", "#a9a59c", 4),
    "yard": ("#c4c2bc", "#a9a59c", 5),
    "parking": ("#c8c7c4", "#adaba6", 5),
    "water": ("#8fb9cb", "#6f9db1", 6),
    "waterway": ("#8fb9cb", "#6f9db1", 6),
    "railway": ("#6f6a66", "#d9d5cc", 8),
    "road": ("#f7f5ef", "#a9a59b", 9),
    "path": ("#e4ddcf", "#b8b1a2", 7),
    "pipeline": ("#7c6fa8", None, 10),
    "power_line": ("#8a7f73", None, 10),
    "boundary": ("#a06a8c", None, 11),
    "building": ("#cfc6ba", "#a2988b", 12),
}
#: Areas of which only the outline is painted.
OUTLINED: Final = frozenset({"district", "boundary", "contour", "fence"})
#: How much of land, water and lines shows where imagery lies beneath: it already shows them.
OVER_IMAGERY: Final = (0.15, 0.25, 0.55)
OTHER_AREA: Final = ("#d4cfc0", "#a8a294", 2)
OTHER_LINE: Final = ("#7c8a8f", None, 10)

#: Default widths of lines in metres where neither attribute nor style says more.
LINE_WIDTH_M: Final[dict[str, float]] = {
    "road": 7.0, "path": 2.5, "railway": 3.2, "water": 6.0, "waterway": 6.0, "pipeline": 1.5,
    "power_line": 1.0, "boundary": 2.0,
}  # fmt: skip
ROAD_WIDTH_M: Final[dict[str, float]] = {
    "motorway": 16.0, "trunk": 14.0, "primary": 12.0, "secondary": 10.0, "tertiary": 8.5,
    "residential": 6.5, "unclassified": 6.0, "service": 4.5, "living_street": 6.0,
    "pedestrian": 5.0, "footway": 2.2, "path": 2.0, "cycleway": 2.5, "track": 3.0, "steps": 2.0,
}  # fmt: skip

#: ASPRS classes (LAS 1.4, table 17).
_CLASSES: Final = {
    0: "#b4b4b4", 1: "#c8c8c8", 2: "#a98a63", 3: "#a6c87a", 4: "#6faa4f", 5: "#3f8a3a",
    6: "#d98f5c", 7: "#d14b4b", 8: "#cfcf5a", 9: "#5a9bd0", 10: "#8d7aa6", 11: "#8b8b8b",
    13: "#e0c04c", 14: "#d9b13a", 15: "#c07f2e", 16: "#e3d37f", 17: "#7b6ab0", 18: "#e05656",
}  # fmt: skip


def class_table() -> npt.NDArray[np.uint8]:
    """Return the (256, 3) colours of point classes."""
    table = np.full((256, 3), 150, np.uint8)
    for code, text in _CLASSES.items():
        table[code] = [round(c * 255) for c in rgb(text)]
    return table


def ramp(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Return (n, 3) colours of values 0..1 along a perceptual ramp (viridis-like, lighter)."""
    stops = np.array(
        [[70, 60, 130], [60, 110, 160], [50, 155, 155], [110, 190, 120], [240, 225, 90]], float
    )
    at = np.clip(np.nan_to_num(values), 0.0, 1.0) * (len(stops) - 1)
    low = np.minimum(at.astype(int), len(stops) - 2)
    share = (at - low)[:, None]
    return np.asarray(np.rint(stops[low] * (1 - share) + stops[low + 1] * share), np.uint8)
