"""Makes the docks of the Reconstruct layout and joins them to the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.reconstruct.panel import ReconstructPanel
from app.reconstruct.photos_panel import PhotosPanel
from app.reconstruct.scene_photos import scene_photos_of
from app.reconstruct.session import reconstruction_of

if TYPE_CHECKING:
    from app.window import MainWindow


def make_photos(window: MainWindow) -> PhotosPanel:
    """Make the Photos panel."""
    s, reconstruction = window.services, reconstruction_of(window)
    return PhotosPanel(reconstruction, s.theme, s.icons, scene_photos_of(window, reconstruction))


def make_reconstruct(window: MainWindow) -> ReconstructPanel:
    """Make the Reconstruct panel."""
    s, reconstruction = window.services, reconstruction_of(window)
    scene = scene_photos_of(window, reconstruction)
    panel = ReconstructPanel(reconstruction, s.background, s.icons, scene)
    panel.project_wanted.connect(window.new_project)
    panel.photos_wanted.connect(lambda: window.docks.show("photos"))
    return panel
