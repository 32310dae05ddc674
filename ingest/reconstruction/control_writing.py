"""Writes control and check points as the table that `control.read_control` reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from ingest.reconstruction.control import ControlFile
from twin_model.project import write_atomically

_HEADER: Final = ("name", "east", "north", "height", "role", "photo", "x_px", "y_px")


def write_control(path: Path, control: ControlFile) -> None:
    """Write points with their marks, one row a mark; a point without one has a row nevertheless.

    Parameters
    ----------
    path : Path
    control : ControlFile
        Its CRS is written too.

    Raises
    ------
    OSError
    """
    out = io.StringIO()
    out.write(f"# crs: {control.crs}\n")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_HEADER)
    for point in control.points:
        place = [repr(value) for value in point.source_position]
        start = [point.name, *place, "check" if point.is_check else "control"]
        for mark in point.marks:
            table.writerow([*start, mark.photo, f"{mark.x_px:.3f}", f"{mark.y_px:.3f}"])
        if not point.marks:
            table.writerow([*start, "", "", ""])
    write_atomically(path, out.getvalue())
