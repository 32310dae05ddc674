"""Where a source belongs: its CRS, what to do when it states none, and the first origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ingest.readers.contract import SourceInfo
from twin_model.commands import SetFrame
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame, crs_name, parse_crs, split_compound, suggest_crs
from twin_model.layer import Bounds
from twin_model.twin import Twin

#: Kinds that are made in coordinates of their own more often than not.
_LOCAL_KINDS: Final = frozenset({"mesh", "tileset", "bim", "model"})
_NEAR_M: Final = 200_000.0
_FAR_M: Final = 20_000_000.0
_LOCAL_EXTENT: Final = 50_000.0
_ORIGIN_STEP_M: Final = 100.0
#: Layers of one city, region or country lie nearer to each other.
_APART_M: Final = 500_000.0


def placement(
    frame: Frame, info: SourceInfo, chosen: str | None, path: Path
) -> tuple[str | None, list[str]]:
    """Return the CRS to read a source in, and what had to be assumed.

    A source without a CRS is never placed in silence: its coordinates are taken as the
    project's where they lie near the origin, as local metres where they are small or its kind
    usually has none, and it is refused otherwise.

    Parameters
    ----------
    frame : Frame
    info : SourceInfo
    chosen : str or None
        What the user gave; wins over the source.
    path : Path
        For messages.

    Returns
    -------
    crs : str or None
        None for local metres.
    warnings : list of str

    Raises
    ------
    SourceError
        If there is no CRS and the coordinates fit nowhere, or the one given is unknown.
    """
    if chosen is not None:
        if chosen.lower() != "local":
            try:
                parse_crs(chosen)
            except FrameError as error:
                raise SourceError(path, error.reason, remedy=error.remedy) from error
            return chosen, []
        return None, []
    if info.crs is not None:
        return info.crs, []
    return _placement_without_crs(frame, info, path)


def _placement_without_crs(
    frame: Frame, info: SourceInfo, path: Path
) -> tuple[str | None, list[str]]:
    if info.kind in _LOCAL_KINDS:
        warnings = [
            "states no coordinate reference system; placed at the project's origin as local metres"
        ]
        return None, warnings
    bounds = info.bounds
    if bounds is None or bounds[0] is None:
        return None, []
    corners = np.array([[bounds[0], bounds[1]], [bounds[3], bounds[4]]], dtype=np.float64)
    if _fits_project(frame, corners):
        warnings = [
            "states no coordinate reference system; its coordinates were taken to be in the "
            f"project's {frame.crs[:40]} (give --crs if that is wrong)"
        ]
        return frame.crs, warnings
    if float(np.abs(corners).max()) <= _LOCAL_EXTENT:
        warnings = [
            "states no coordinate reference system; its coordinates were taken as metres from "
            "the project's origin (give --crs if that is wrong)"
        ]
        return None, warnings
    raise SourceError(
        path,
        "states no coordinate reference system, and its coordinates "
        f"({corners[0][0]:.6g}, {corners[0][1]:.6g}) do not fit the project's",
        remedy="give it with --crs EPSG:n, or --crs local",
    )


def _fits_project(frame: Frame, corners: np.ndarray) -> bool:
    if frame.origin is not None:
        distance = np.abs(corners.mean(axis=0) - frame.offset[:2])
        return bool(distance.max() <= _NEAR_M)
    area = frame.horizontal.area_of_use
    if area is None:
        return False
    lon, lat, _ = frame.to_wgs84([*corners.mean(axis=0), 0.0])[0]
    return bool(area.west - 3 <= lon <= area.east + 3 and area.south - 3 <= lat <= area.north + 3)


def far_away(bounds: Bounds | None, others: Sequence[Bounds | None]) -> str | None:
    """Return a warning for a layer that lies far from all others, None for one that does not.

    Parameters
    ----------
    bounds : Bounds or None
        Of the layer, local metres.
    others : sequence of Bounds or None
        Of the project's other layers.
    """
    known = np.array([box for box in others if box is not None], dtype=np.float64)
    if bounds is None or not len(known):
        return None
    box = np.array(bounds)
    gap = np.maximum(np.maximum(known[:, :2] - box[3:5], box[:2] - known[:, 3:5]), 0.0)
    distance_m = float(np.hypot(gap[:, 0], gap[:, 1]).min())
    if distance_m < _APART_M:
        return None
    return (
        f"lies {distance_m / 1000.0:,.0f} km from the other layers; check the CRS if it should not"
    )


def fix_origin(twin: Twin, info: SourceInfo, crs: str | None) -> None:
    """Fix the origin of a project that has none yet at the middle of its first source.

    Heights keep their datum: the origin's height is zero. Where the source has no bounds or
    no CRS, the origin becomes the middle of the CRS's area of use.

    Raises
    ------
    FrameError
        If the source's bounds have no place in the project's CRS.
    """
    if twin.frame.origin is not None:
        return
    centre = _centre(twin.frame, info, crs)
    east, north = (float(round(v / _ORIGIN_STEP_M) * _ORIGIN_STEP_M) for v in centre)
    twin.execute(SetFrame(twin.frame.with_origin(east, north, 0.0)), why="first layer")


def _centre(frame: Frame, info: SourceInfo, crs: str | None) -> np.ndarray:
    bounds = info.bounds
    if crs is not None and bounds is not None and bounds[0] is not None:
        low = [bounds[0], bounds[1], bounds[2] or 0.0]
        high = [bounds[3], bounds[4], bounds[5] or 0.0]
        middle = (np.array(low, dtype=np.float64) + np.array(high, dtype=np.float64)) / 2
        local = frame.transform_from(crs, info.vertical_crs)(middle)[0]
        if float(np.abs(local[:2]).max()) <= _FAR_M:
            return np.asarray(local[:2], dtype=np.float64)
        raise FrameError(
            f"{info.source} lies too far from {frame.crs[:40]} to be drawn in it",
            remedy="choose a project CRS for its region",
        )
    area = frame.horizontal.area_of_use
    if area is None:
        return np.zeros(2)
    to_local = frame.transform_from("EPSG:4326")
    point = to_local([[(area.west + area.east) / 2, (area.south + area.north) / 2]])[0]
    return np.asarray(point[:2], dtype=np.float64)


def project_crs_for(info: SourceInfo) -> str:
    """Return a CRS for a new project around a first source: its own where that is metric,
    else the UTM zone that holds it.

    Raises
    ------
    FrameError
        If the source has no CRS, or lies where no UTM zone is.
    """
    if info.crs is None or info.bounds is None or info.bounds[0] is None:
        raise FrameError(f"{info.source} does not say where it lies", remedy="choose a CRS")
    horizontal, _vertical = split_compound(parse_crs(info.crs))
    try:
        return Frame(crs_name(horizontal)).crs
    except FrameError:
        pass
    from pyproj import Transformer  # only here: a frame does not exist yet

    bounds = info.bounds
    x = (float(bounds[0] or 0.0) + float(bounds[3] or 0.0)) / 2
    y = (float(bounds[1] or 0.0) + float(bounds[4] or 0.0)) / 2
    z = (float(bounds[2] or 0.0) + float(bounds[5] or 0.0)) / 2
    source = crs_name(horizontal)
    lon, lat, _ = Transformer.from_crs(source, "EPSG:4979", always_xy=True).transform(x, y, z)
    return crs_name(suggest_crs(lon, lat))
