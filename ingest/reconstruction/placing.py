"""Gives a project that has no place yet the place of its photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ingest.reconstruction.control import ControlFile, read_control
from ingest.reconstruction.photo_check import gps_origin, list_photos
from ingest.reconstruction.photo_metadata import PhotoMetadata, read_metadata
from ingest.reconstruction.whereabouts import misplacement
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame


def frame_at_photos(
    frame: Frame,
    photos: Path,
    control: Path | None = None,
    control_crs: str | None = None,
    *,
    refuse_misplaced: bool = False,
) -> Frame:
    """Return a frame with its origin fixed: as it is, or near the photographs or control points.

    Parameters
    ----------
    frame : Frame
    photos : Path
        Folder of photographs; where they say nothing, the control points are asked.
    control : Path or None
        Control points.
    control_crs : str or None
        In place of what they state.
    refuse_misplaced : bool
        Whether photographs of a place that the CRS is not made for give no origin.

    Raises
    ------
    SourceError
        If the folder holds no photographs.
    FrameError
        If neither the frame nor the photographs say where, or they are misplaced.
    """
    if frame.origin is not None:
        return frame
    metadata: list[PhotoMetadata] = []
    for path in list_photos(photos):
        try:
            metadata.append(read_metadata(path, path.name))
        except SourceError:
            continue  # the check says so
    middle = gps_origin(metadata)
    if middle is None and control is not None:
        return frame_at_control(frame, read_control(control, frame, control_crs))
    if middle is None:
        raise FrameError(
            "the project has no origin yet and the photographs state no position",
            remedy="give control points, or make the project with shapan new --origin E,N,H, near "
            "the place",
        )
    elsewhere = misplacement(frame, *middle) if refuse_misplaced else None
    if elsewhere is not None:
        raise FrameError(elsewhere.reason, remedy=elsewhere.remedy)
    x, y, _ = frame.transform_from("EPSG:4326")([middle])[0]
    return frame.with_origin(float(round(x, -2)), float(round(y, -2)), 0.0)


def frame_at_control(frame: Frame, control: ControlFile) -> Frame:
    """Return a frame that has no origin yet with one near the middle of control points."""
    x, y, _ = np.median([point.position_m for point in control.points], axis=0)
    return frame.with_origin(float(round(x, -2)), float(round(y, -2)), 0.0)


def frame_anywhere(frame: Frame) -> Frame:
    """Return a frame with its origin in the middle of its CRS, where nobody knows the place.

    Raises
    ------
    FrameError
        If the CRS does not state where it is used.
    """
    area = frame.horizontal.area_of_use
    if area is None:
        raise FrameError(
            f"{frame.crs} does not state where it is used",
            remedy="make the project with shapan new --origin E,N,H",
        )
    middle = ((area.west + area.east) / 2, (area.south + area.north) / 2)
    x, y, _ = frame.transform_from("EPSG:4326")([middle])[0]
    return frame.with_origin(float(round(x, -3)), float(round(y, -3)), 0.0)


def frame_document(frame: Frame) -> dict[str, object]:
    """Return a frame as JSON values, for a process of its own."""
    return {"crs": frame.crs, "origin": frame.origin, "vertical_crs": frame.vertical_crs}


def frame_from(document: dict[str, object]) -> Frame:
    """Return the frame that `frame_document` described."""
    origin, vertical = document.get("origin"), document.get("vertical_crs")
    if origin is not None and not (isinstance(origin, (list, tuple)) and len(origin) == 3):
        raise FrameError("an origin is three numbers")
    place = None if origin is None else (float(origin[0]), float(origin[1]), float(origin[2]))
    return Frame(str(document["crs"]), place, vertical_crs=str(vertical) if vertical else None)
