"""Photographs in the scene: where each was taken, and a pyramid that opens where it looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.reconstruct.photo_set import PhotoRow, PhotoSet
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
        reconstruction.photos_changed.connect(self._follow)
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
        if row.position_m is None:
            return
        x, y, z = row.position_m
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
        self._shown = photos
        self.draw()

    def draw(self) -> None:
        """Draw them, or nothing where no dock wants them."""
        from rendering.options import Overlay

        photos, theme = self._reconstruction.photos, self._window.theme
        stage = self._window.viewport.stage
        for name in (_ALL, _CHOSEN):
            stage.set_overlay(name, None)
        if photos is not None and self._wanted and self._same_place(photos):
            depth = _depth_m(photos)
            for name, rows, colour, width in (
                (_ALL, photos.used, "accent", 1.2), (_CHOSEN, self._chosen, "high", 2.5),
            ):  # fmt: skip
                lines = tuple(photos.frustums(rows, depth))
                points = tuple(row.position_m for row in rows if row.position_m is not None)
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


def _depth_m(photos: PhotoSet) -> float:
    bounds = photos.bounds()
    extent = 100.0 if bounds is None else max(bounds[3] - bounds[0], bounds[4] - bounds[1])
    heights = [
        row.metadata.above_ground_m for row in photos.used
        if row.metadata is not None and row.metadata.above_ground_m
    ]  # fmt: skip
    return max(_SHARE * extent, _DEPTH * sorted(heights)[len(heights) // 2] if heights else 1.0)
