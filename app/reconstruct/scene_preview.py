"""The surface in the scene while it grows, until its products take its place."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from app.reconstruct.session import ReconstructSession

if TYPE_CHECKING:
    from app.window import MainWindow

_NAME: Final = "reconstruct-preview"


class ScenePreview(QObject):
    """Draws each preview of a run in place of the one before.

    Parameters
    ----------
    window : MainWindow
    reconstruction : ReconstructSession
    """

    def __init__(self, window: MainWindow, reconstruction: ReconstructSession) -> None:
        super().__init__(window)
        self._window = window
        self._reconstruction = reconstruction
        #: Triangles that are drawn.
        self.triangles = 0
        self._flown = False
        reconstruction.previewed.connect(self._take)
        reconstruction.layer_added.connect(lambda _: self.remove())
        reconstruction.progressed.connect(self._follow)

    def _follow(self) -> None:
        if not self._reconstruction.busy:
            self._flown = False
            self.remove()

    def _take(self, news: dict[str, Any]) -> None:
        if news["kind"] == "surface" and self._reconstruction.busy:
            path = Path(news["path"])
            self._reconstruction.ask("surface-preview", partial(_load, path), self._draw)

    def _draw(self, shape: Any) -> None:
        from rendering.options import Overlay, OverlayMesh

        if shape is None or not self._reconstruction.busy or self._reconstruction.layers_added:
            return
        position, colour, triangles = shape
        mesh = OverlayMesh(position.astype(float), triangles, vertex_colour=colour, lit=False)
        self._window.viewport.stage.set_overlay(_NAME, Overlay(meshes=(mesh,)))
        self.triangles = len(triangles)
        self._window.viewport.redraw()
        photos = self._reconstruction.photos
        if not self._flown and (photos is None or photos.bounds() is None):
            # Nobody knew before where it would be.
            west, south, low = position.min(axis=0).tolist()
            east, north, high = position.max(axis=0).tolist()
            self._window.scene.zoom_to((west, south, low, east, north, high))
        self._flown = True

    def remove(self) -> None:
        """Draw nothing any more."""
        if self.triangles:
            self.triangles = 0
            self._window.viewport.stage.set_overlay(_NAME, None)
            self._window.viewport.redraw()


def _load(path: Path) -> Any:
    from ingest.reconstruction.preview import load_preview

    try:
        return load_preview(path)
    except (OSError, ValueError, KeyError):
        return None  # the run has its products, or another preview is on its way
