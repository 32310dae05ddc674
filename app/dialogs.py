"""The few questions that stop the user, and pictures of the scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.crs_field import CrsField
from app.importing import NewProject, free_folder
from app.services import Services
from app.workers import Jobs
from twin_model.errors import FrameError, StoreError, StoreLockedError

if TYPE_CHECKING:
    from app.window import MainWindow


def documents() -> Path:
    """Return the user's folder for documents."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))


def ask_project_folder(parent: QWidget) -> Path | None:
    """Ask for a project folder."""
    title = QCoreApplication.translate("Dialogs", "Open project")
    folder = QFileDialog.getExistingDirectory(parent, title, str(documents()))
    return Path(folder) if folder else None


def ask_files(parent: QWidget) -> list[Path]:
    """Ask for files to add."""
    title = QCoreApplication.translate("Dialogs", "Add data")
    names, _ = QFileDialog.getOpenFileNames(parent, title, str(documents()))
    return [Path(name) for name in names]


def ask_folder(parent: QWidget) -> list[Path]:
    """Ask for a folder to add."""
    title = QCoreApplication.translate("Dialogs", "Add folder")
    folder = QFileDialog.getExistingDirectory(parent, title, str(documents()))
    return [Path(folder)] if folder else []


def offer_read_only(parent: QWidget, error: StoreError) -> bool:
    """Say why a project cannot be opened for writing; return whether reading will do.

    Only a lock leaves that choice.
    """
    if not isinstance(error, StoreLockedError):
        return False
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(messages.shown(str(error)))
    box.setInformativeText(
        QCoreApplication.translate("Dialogs", "It can be opened for reading meanwhile.")
    )
    read = box.addButton(
        QCoreApplication.translate("Dialogs", "Open for reading"),
        QMessageBox.ButtonRole.AcceptRole,
    )
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is read


def may_stop_jobs(parent: QWidget, jobs: Jobs) -> bool:
    """Ask before running jobs are cancelled; return whether to go on."""
    active = jobs.active()
    if not active:
        return True
    answer = QMessageBox.question(
        parent,
        QCoreApplication.translate("Dialogs", "Jobs are running"),
        QCoreApplication.translate(
            "Dialogs",
            "“{0}” is not finished. Cancel it and go on? What is complete stays in the project.",
        ).format(active[0].title),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
        QMessageBox.StandardButton.No,
    )
    if answer != QMessageBox.StandardButton.Yes:
        return False
    jobs.cancel_all()
    return True


class _NewProjectDialog(QDialog):
    """Title, folder and CRS of a new project."""

    def __init__(self, parent: QWidget, services: Services, crs: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New project"))
        self.title = QLineEdit(self)
        self.folder = QLineEdit(self)
        self.crs = CrsField(services.background, self, allow_local=False)
        self._note = QLabel(self)
        self._note.setObjectName("dim")
        self._note.setWordWrap(True)
        form = QFormLayout()
        form.addRow(self.tr("Project title"), self.title)
        browse = QPushButton(self.tr("Choose…"), self)
        browse.clicked.connect(self._choose_folder)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(browse)
        form.addRow(self.tr("Folder"), place)
        form.addRow(self.tr("Project CRS"), self.crs)
        buttons = QDialogButtonBox(self)
        self._make = buttons.addButton(
            self.tr("Make project"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._make.setObjectName("primary")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addWidget(buttons)
        # Room for a reason of two lines, so that the fields stay as they are.
        self._note.setMinimumHeight(3 * self._note.fontMetrics().height())
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.resize(560, 0)
        self.title.textChanged.connect(self._title_changed)
        self.crs.chosen.connect(self._check)
        self.folder.textChanged.connect(lambda _: self._check())
        self.crs.set_value(crs or None)
        self.title.setText(self.tr("New city"))

    def _title_changed(self, text: str) -> None:
        self.folder.setText(str(free_folder(documents(), text)))

    def _choose_folder(self) -> None:
        parent = str(Path(self.folder.text()).parent)
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder for the project"), parent)
        if chosen:
            self.folder.setText(str(free_folder(Path(chosen), self.title.text())))

    def wanted(self) -> NewProject | None:
        """Return the project to make, None while something is missing."""
        from twin_model.frame import Frame

        value, title = self.crs.value, self.title.text().strip()
        if value is None or not title or not self.folder.text().strip():
            return None
        try:
            return NewProject(Path(self.folder.text().strip()), title, Frame(value))
        except FrameError as error:
            self._note.setText(messages.shown(str(error)))
            return None

    def _check(self) -> None:
        self._note.setText(self.tr("A projected CRS in metres; all data is brought into it."))
        self._make.setEnabled(self.wanted() is not None)


def ask_new_project(parent: QWidget, services: Services, crs: str = "") -> NewProject | None:
    """Ask for title, folder and CRS of a project; one may be proposed."""
    dialog = _NewProjectDialog(parent, services, crs)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    wanted = dialog.wanted() if accepted else None
    dialog.deleteLater()
    return wanted


def capture_picture(window: MainWindow) -> None:
    """Ask for a file and save the scene there at twice the size."""
    title = QCoreApplication.translate("Dialogs", "Capture picture")
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    name, _ = QFileDialog.getSaveFileName(
        window, title, str(Path(pictures) / "shapan.png"), "PNG (*.png)"
    )
    if name and not save_picture(window, Path(name)):
        window.overlays.notice.show_error(
            QCoreApplication.translate(
                "Dialogs", "{0}: the picture cannot be written there; choose another folder"
            ).format(name),
            details=False,
        )


def save_picture(window: MainWindow, path: Path, scale: int = 2) -> bool:
    """Save the scene as a PNG; return whether it could be written."""
    window.viewport.makeCurrent()
    pixels = window.viewport.stage.screenshot(scale)
    height, width, _ = pixels.shape
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    window.viewport.redraw()
    return bool(image.save(str(path)))


def show_about(parent: QWidget) -> None:
    """Say what this is, which version, and under which licence."""
    from importlib.metadata import version as version_of

    version = version_of("shapan")
    QMessageBox.about(
        parent,
        QCoreApplication.translate("Dialogs", "About Shapan"),
        QCoreApplication.translate(
            "Dialogs",
            "<b>沙盘 Shapan {0}</b><p>A 3D digital twin of cities, campuses, ports and plants "
            "on your desk.<br>Apache License 2.0.</p>",
        ).format(version),
    )


def show_keys(parent: QWidget) -> None:
    """Show how mouse and keys move the scene."""
    lines = [
        QCoreApplication.translate("Keys", "Left drag: turn about the point under the cursor"),
        QCoreApplication.translate("Keys", "Right or middle drag: move along"),
        QCoreApplication.translate("Keys", "Wheel: zoom to the cursor"),
        QCoreApplication.translate("Keys", "Double click: fly there"),
        QCoreApplication.translate("Keys", "W A S D: walk; E and Q: up and down"),
        QCoreApplication.translate("Keys", "1 to 9: saved views; Ctrl+1 to Ctrl+9 keeps one"),
        QCoreApplication.translate("Keys", "Ctrl+K: command palette"),
        QCoreApplication.translate("Keys", "Ctrl or Shift with a click: select several"),
        QCoreApplication.translate("Keys", "F5, F6, F7: draw a point, a line, an area"),
        QCoreApplication.translate("Keys", "F8: move, turn, scale; F9: edit corners"),
        QCoreApplication.translate("Keys", "Ctrl while drawing: do not snap"),
        QCoreApplication.translate("Keys", "Esc: leave measuring and drawing"),
    ]
    QMessageBox.information(
        parent, QCoreApplication.translate("Keys", "Mouse and keys"), "\n".join(lines)
    )
