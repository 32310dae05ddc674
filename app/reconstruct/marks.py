"""Marks of surveyed points in photographs: set, moved, removed, undone, saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.reconstruct.session import ReconstructSession
from app.workers import describe_error

if TYPE_CHECKING:
    from ingest.reconstruction.control import ControlFile, ControlPoint, Mark
    from ingest.reconstruction.georeference import PointResidual
    from ingest.reconstruction.photo_metadata import PhotoMetadata
    from ingest.reconstruction.sightings import Eye

    _Stated = tuple[str, PhotoMetadata, tuple[float, float, float] | None]


class MarkEditing(QObject):
    """The points of the control file in hand, as they are being marked.

    Parameters
    ----------
    reconstruction : ReconstructSession
    """

    points_changed = Signal()  # another file, or another set of photographs
    marks_changed = Signal()
    saved = Signal(object)  # Path
    failed = Signal(str)

    def __init__(self, reconstruction: ReconstructSession) -> None:
        super().__init__(reconstruction)
        self._reconstruction = reconstruction
        self.control: ControlFile | None = None
        self.eyes: list[Eye] = []
        self.residuals: dict[str, PointResidual] = {}
        self._before: list[tuple[ControlPoint, list[Mark]]] = []
        self._saved_at = 0
        reconstruction.control_changed.connect(self._follow)
        reconstruction.photos_changed.connect(self.look)
        reconstruction.runs_changed.connect(self.look)
        self._follow()

    @property
    def changed(self) -> bool:
        """Whether there are marks that are not saved."""
        return len(self._before) != self._saved_at

    def _follow(self) -> None:
        """Take the points of another file; those being marked stay where it is the same one."""
        found = self._reconstruction.control
        if found is self.control or (self.changed and found is not None and self.control is not None
                                     and found.path == self.control.path):  # fmt: skip
            self.points_changed.emit()
            return
        self.control, self._before, self._saved_at = found, [], 0
        self.points_changed.emit()
        self.look()

    def look(self) -> None:
        """Find out, in a thread, which photographs can say where they show a point."""
        photos = self._reconstruction.photos
        if photos is None:
            self.eyes, self.residuals = [], {}
            self.points_changed.emit()
            return
        runs = [run.folder for run in self._reconstruction.runs
                if run.options.photos == photos.folder]  # fmt: skip
        rows = [(row.name, row.metadata, row.position_m) for row in photos.used if row.metadata]
        self._reconstruction.ask("control-eyes", partial(_look, runs, rows), self._take)

    def _take(self, found: tuple[list[Eye], dict[str, PointResidual]]) -> None:
        self.eyes, self.residuals = found
        self.points_changed.emit()

    # -- marks ---------------------------------------------------------------------------

    def mark_of(self, point: ControlPoint, photo: str) -> Mark | None:
        """Return where a photograph was marked to show a point."""
        return next((mark for mark in point.marks if _same(mark.photo, photo)), None)

    def set_mark(self, point: ControlPoint, photo: str, x_px: float, y_px: float) -> None:
        """Mark a point, or move its mark."""
        from ingest.reconstruction.control import Mark

        self._change(point, photo, Mark(photo, x_px, y_px))

    def move_mark(self, point: ControlPoint, photo: str, dx_px: float, dy_px: float) -> None:
        """Move a mark by parts of a pixel."""
        mark = self.mark_of(point, photo)
        if mark is not None:
            moved = replace(mark, x_px=mark.x_px + dx_px, y_px=mark.y_px + dy_px)
            self._change(point, photo, moved)

    def remove_mark(self, point: ControlPoint, photo: str) -> None:
        """Take a mark away."""
        if self.mark_of(point, photo) is not None:
            self._change(point, photo, None)

    def _change(self, point: ControlPoint, photo: str, mark: Mark | None) -> None:
        self._before.append((point, list(point.marks)))
        point.marks[:] = [one for one in point.marks if not _same(one.photo, photo)]
        if mark is not None:
            point.marks.append(mark)
        self.marks_changed.emit()

    def undo(self) -> None:
        """Take the last change of a mark back."""
        if self._before:
            point, marks = self._before.pop()
            point.marks[:] = marks
            self.marks_changed.emit()

    def save(self, path: Path) -> None:
        """Write the points with their marks, and use that file from now on."""
        from ingest.reconstruction.control_writing import write_control

        control = self.control
        if control is None:
            return
        try:
            write_control(path, control)
        except OSError as error:
            self.failed.emit(describe_error(error))
            return
        self._saved_at = len(self._before)
        control.path = path
        self._reconstruction.change(control=path, control_crs=None)
        self._reconstruction.read_control()
        self.saved.emit(path)
        self.marks_changed.emit()


def _same(mark: str, photo: str) -> bool:
    """Return whether a mark's photograph is meant: by its path, its name, or without a suffix."""
    words = {photo.lower(), Path(photo).name.lower(), Path(photo).stem.lower()}
    return mark.lower() in words


def _look(runs: list[Path], rows: Sequence[_Stated]) -> tuple[list[Eye], dict[str, PointResidual]]:
    from ingest.reconstruction import sightings

    residuals: dict[str, PointResidual] = {}
    for run in runs:
        eyes = sightings.eyes_of_run(run)
        if eyes:
            residuals = sightings.residuals_of_run(run)
            known = {eye.name for eye in eyes}
            stated = sightings.eyes_of_metadata(rows)
            return [*eyes, *(eye for eye in stated if eye.name not in known)], residuals
    return sightings.eyes_of_metadata(rows), residuals
