"""Makes the docks of the Reconstruct layout and joins them to the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.reconstruct.control_panel import ControlPanel
from app.reconstruct.panel import ReconstructPanel
from app.reconstruct.photos_panel import PhotosPanel
from app.reconstruct.report_dialog import ReportDialog
from app.reconstruct.scene_photos import scene_photos_of
from app.reconstruct.scene_preview import ScenePreview
from app.reconstruct.session import reconstruction_of

if TYPE_CHECKING:
    from app.window import MainWindow
    from ingest.reconstruction.runs import RunLine


def make_photos(window: MainWindow) -> PhotosPanel:
    """Make the Photos panel."""
    s, reconstruction = window.services, reconstruction_of(window)
    return PhotosPanel(reconstruction, s.theme, s.icons, scene_photos_of(window, reconstruction))


def make_reconstruct(window: MainWindow) -> ReconstructPanel:
    """Make the Reconstruct panel."""
    s, reconstruction = window.services, reconstruction_of(window)
    scene = scene_photos_of(window, reconstruction)
    panel = ReconstructPanel(reconstruction, s.background, s.theme, s.icons, scene)
    ScenePreview(window, reconstruction)
    reports = ReportOpening(window)
    panel.report_wanted.connect(reports.show)
    reconstruction.finished.connect(reports.show)
    panel.project_wanted.connect(partial(new_project_for, window, panel))
    reconstruction.failed.connect(partial(notice_failure, window, panel))
    panel.photos_wanted.connect(lambda: window.docks.show("photos"))
    return panel


def new_project_for(
    window: MainWindow, panel: ReconstructPanel, crs: str, photos: Path | None
) -> None:
    """Ask for a project, and look at photographs in it where there are some.

    Parameters
    ----------
    window : MainWindow
    panel : ReconstructPanel
    crs : str
        That is proposed; may be empty.
    photos : Path or None
        Folder.
    """
    before = window.session.twin
    window.new_project(crs)
    if photos is not None and window.session.twin is not before:
        panel.choose(photos)


def notice_failure(window: MainWindow, panel: ReconstructPanel, text: str) -> None:
    """Say beside the scene what went wrong, where the panel that says so is not seen."""
    if not panel.isVisible():
        window.overlays.notice.show_error(text)


def make_control(window: MainWindow) -> ControlPanel:
    """Make the Control points panel."""
    s = window.services
    return ControlPanel(reconstruction_of(window), s.theme, s.icons)


class ReportOpening(QObject):
    """Shows reports: when a run is finished, and when somebody asks for one.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def show(self, run: RunLine) -> None:
        """Show the report of a finished run."""
        s = self._window.services
        dialog = ReportDialog(self._window, run, s.background, s.jobs, dark=s.theme.dark)
        dialog.show()
