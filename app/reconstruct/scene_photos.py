"""Photographs in the scene: where each was taken, and a pyramid that opens where it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject

from app.reconstruct.photo_set import PhotoRow, PhotoSet, Pose, poses_of_runs
from app.reconstruct.session import ReconstructSession

if TYPE_CHECKING:
    from app.window import MainWindow

_ALL: Final = "photos"
_CHOSEN: Final = "photos-chosen"
#: Depth of a pyramid: this share of the height above ground, or of the extent.
_DEPTH: Final = 0.12
_SHARE: Final = 0.04


def scene_photos_of(window: MainWindow, reconstruction: ReconstructSession) -> ScenePhotos:
    """Return the photographs in the scene of a window, made for the first dock."""
    found = window.findChild(ScenePhotos)
    return found if found is not None else ScenePhotos(window, reconstruction)


class ScenePhotos(QObject):
    """Drawn as long as a dock wants them.

    Parameters
    ----------
    window : MainWindow
    reconstruction : ReconstructSession
    """

    def __init__(self, window: MainWindow, reconstruction: ReconstructSession) -> None:
        super().__init__(window)
        self._window = window
        self._reconstruction = reconstruction
        self._wanted: set[str] = set()
        self._chosen: Sequence[PhotoRow] = ()
        self._shown: PhotoSet | None = None
        #: Of the last run of these photographs that found some.
        self.poses: dict[str, Pose] = {}
        self._asked: tuple[object, ...] = ()
        reconstruction.photos_changed.connect(self._follow)
        for told in (reconstruction.steps_changed, reconstruction.runs_changed):
            told.connect(self._ask_poses)
        window.theme.changed.connect(self.draw)

    def want(self, dock: str, on: bool) -> None:
        """Take note that a dock came or went."""
        before = bool(self._wanted)
        self._wanted = self._wanted | {dock} if on else self._wanted - {dock}
        if before != bool(self._wanted):
            self.draw()

    def choose(self, rows: Sequence[PhotoRow]) -> None:
        """Emphasise photographs."""
        self._chosen = rows
        self.draw()

    def fly_to(self, row: PhotoRow) -> None:
        """Fly to what a photograph shows."""
        photos = self._reconstruction.photos
        place = row.position_m if photos is None else photos.place_of(row, self.poses)
        if place is None:
            return
        x, y, z = place
        places = [*row.ring_m, (x, y)]
        reach = 20.0 if not row.ring_m else 0.0
        west, east = min(p[0] for p in places) - reach, max(p[0] for p in places) + reach
        south, north = min(p[1] for p in places) - reach, max(p[1] for p in places) + reach
        self._window.scene.zoom_to((west, south, z - (east - west), east, north, z))

    def _follow(self) -> None:
        photos = self._reconstruction.photos
        self._chosen = ()
        if photos is not None and photos is not self._shown:
            bounds = photos.bounds()
            if bounds is not None:
                self._window.scene.zoom_to(bounds)
        if photos is None or photos is not self._shown:
            self.poses, self._asked = {}, ()
        self._shown = photos
        self.draw()
        self._ask_poses()

    def _ask_poses(self) -> None:
        """Read the poses of the last run of these photographs, once it has or changed them."""
        it = self._reconstruction
        if it.photos is None:
            return
        folders = [run.folder for run in it.runs if run.options.photos == it.photos.folder]
        if it.busy and it.folder is not None and it.folder not in folders:
            folders.insert(0, it.folder)  # it has just begun
        placed = [step.finished_ns for step in it.steps if step.name == "georeference"]
        asked = (id(it.photos), folders, placed)
        if asked != self._asked:
            self._asked = asked
            it.ask("photo-poses", partial(poses_of_runs, folders), self._take_poses)

    def _take_poses(self, poses: dict[str, Pose]) -> None:
        self.poses = poses
        self.draw()

    def draw(self) -> None:
        """Draw them, or nothing where no dock wants them."""
        from rendering.options import Overlay

        photos, theme = self._reconstruction.photos, self._window.theme
        stage = self._window.viewport.stage
        for name in (_ALL, _CHOSEN):
            stage.set_overlay(name, None)
        if photos is not None and self._wanted and self._same_place(photos):
            depth = _depth_m(photos, self.poses)
            for name, rows, colour, width in (
                (_ALL, photos.used, "accent", 1.2), (_CHOSEN, self._chosen, "high", 2.5),
            ):  # fmt: skip
                lines = tuple(photos.frustums(rows, depth, self.poses))
                places = [photos.place_of(row, self.poses) for row in rows]
                points = tuple(place for place in places if place is not None)
                if lines:
                    stage.set_overlay(
                        name,
                        Overlay(lines=lines, points=points, colour=theme.text(colour)[:7],
                                line_width_px=width, point_size_px=5.0),
                    )  # fmt: skip
        self._window.viewport.redraw()

    def _same_place(self, photos: PhotoSet) -> bool:
        twin = self._window.session.twin
        return twin is not None and (
            twin.frame.origin is None or twin.frame.origin == photos.frame.origin
        )


def _depth_m(photos: PhotoSet, poses: Mapping[str, Pose]) -> float:
    bounds = photos.bounds()
    extent = 100.0 if bounds is None else max(bounds[3] - bounds[0], bounds[4] - bounds[1])
    if bounds is None and poses:
        centres = np.array([pose.centre_m for pose in poses.values()])
        extent = float(np.ptp(centres, axis=0).max())
    heights = [
        row.metadata.above_ground_m for row in photos.used
        if row.metadata is not None and row.metadata.above_ground_m
    ]  # fmt: skip
    least = 0.0 if bounds is None else 1.0
    return max(_SHARE * extent, _DEPTH * sorted(heights)[len(heights) // 2] if heights else least)
