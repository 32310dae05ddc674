"""The Reconstruct dock: photographs, choices, what the run needs, its steps, earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.dropping import files_in, take_as_copy
from app.editing.schema import sentence
from app.icons import IconSet
from app.panels.jobs import progress_text
from app.progress_line import ProgressLine
from app.reconstruct import words
from app.reconstruct.choices import ChoicesForm
from app.reconstruct.live_preview import LivePreview
from app.reconstruct.photo_set import PhotoSet
from app.reconstruct.run_list import RunList
from app.reconstruct.scene_photos import ScenePhotos
from app.reconstruct.session import ReconstructSession
from app.reconstruct.step_list import StepList
from app.theme import Theme
from app.workers import Background
from ingest.reconstruction.estimates import this_machine


class ReconstructPanel(QWidget):
    """See module.

    Parameters
    ----------
    reconstruction : ReconstructSession
    background : Background
    theme : Theme
    icons : IconSet
    scene : ScenePhotos
    """

    photos_wanted = Signal()
    report_wanted = Signal(object)  # RunLine
    project_wanted = Signal(str, object)  # CRS or "", photographs to look at in it or None

    def __init__(
        self,
        reconstruction: ReconstructSession,
        background: Background,
        theme: Theme,
        icons: IconSet,
        scene: ScenePhotos,
    ) -> None:
        super().__init__()
        self._reconstruction = reconstruction
        self._scene = scene
        self.setAcceptDrops(True)
        self._sections = [QLabel(self) for _ in range(5)]
        self.folder = QLabel(self)
        self.folder.setWordWrap(True)
        self.choose_button = QPushButton(self)
        self.project_button = QPushButton(self)
        self.look_button = QPushButton(self)
        self.found = QLabel(self)
        self.found.setObjectName("dim")
        self.found.setWordWrap(True)
        self.checking = ProgressLine(self)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.placeless = QLabel(self)
        self.placeless.setObjectName("warning")
        self.placeless.setWordWrap(True)
        self.place_button = QPushButton(self)
        self.choices = ChoicesForm(reconstruction, background, icons, self)
        self.needs = QLabel(self)
        self.needs.setWordWrap(True)
        self.lacks = QLabel(self)
        self.lacks.setObjectName("warning")
        self.lacks.setWordWrap(True)
        self.start_button = QPushButton(self)
        self.resume_button = QPushButton(self)
        self.cancel_button = QPushButton(self)
        self.steps = StepList(reconstruction, icons, self)
        self.preview = LivePreview(reconstruction, theme, self)
        self.runs = RunList(icons, self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        photos, choices, needs, steps, runs = self._sections
        for section in self._sections:
            section.setObjectName("section")
        buttons = QHBoxLayout()
        for button in (self.choose_button, self.project_button, self.look_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        place = QHBoxLayout()
        place.addWidget(self.place_button)
        place.addStretch(1)
        for part in (photos, self.folder, buttons, self.checking, self.found, self.problem,
                     self.placeless, place, _line(), choices, self.choices, _line(), needs,
                     self.needs, self.lacks, _line(), steps, self.steps, self.preview,
                     _line(), runs, self.runs):  # fmt: skip
            if isinstance(part, QHBoxLayout):
                column.addLayout(part)
            else:
                column.addWidget(part)
        column.addStretch(1)
        inside = QWidget(self)
        inside.setLayout(column)
        area = self._area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area)
        # Below what is scrolled: how far a run is, and what begins and ends it.
        layout.addWidget(_line())
        layout.addWidget(self.steps.bar)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(6)
        foot.addWidget(self.steps.stage)
        acts = QHBoxLayout()
        for button in (self.resume_button, self.start_button, self.cancel_button):
            acts.addWidget(button)
        acts.addStretch(1)
        foot.addLayout(acts)
        layout.addLayout(foot)

    def _connect(self) -> None:
        it = self._reconstruction
        self.choose_button.clicked.connect(lambda _=False: self._ask_folder())
        self.project_button.clicked.connect(lambda _=False: self.project_wanted.emit("", None))
        self.look_button.clicked.connect(lambda _=False: self.photos_wanted.emit())
        self.start_button.clicked.connect(lambda _=False: self._start())
        self.resume_button.clicked.connect(lambda _=False: self._go_on())
        self.place_button.clicked.connect(lambda _=False: self._give_place())
        self.cancel_button.clicked.connect(lambda _=False: self._cancel())
        for told in (it.photos_changed, it.options_changed, it.control_changed, it.progressed):
            told.connect(self.refresh)
        it.steps_changed.connect(self._show_steps)
        it.progressed.connect(self.steps.refresh)
        it.runs_changed.connect(self._show_runs)
        it.failed.connect(self._show_problem)
        self.runs.chosen.connect(it.show_run)
        self.runs.resume_wanted.connect(lambda run: self._begin(partial(it.resume, run)))
        self.runs.report_wanted.connect(self.report_wanted)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        texts = (
            self.tr("PHOTOGRAPHS"), self.tr("CHOICES"), self.tr("THIS RUN NEEDS"),
            self.tr("STEPS"), self.tr("RUNS OF THIS PROJECT"),
        )  # fmt: skip
        for section, text in zip(self._sections, texts, strict=True):
            section.setText(text)
        self.choose_button.setText(self.tr("Choose folder…"))
        self.project_button.setText(self.tr("New project…"))
        self.look_button.setText(self.tr("Show photographs"))
        self.resume_button.setText(self.tr("Go on"))
        self.resume_button.setToolTip(self.tr("Go on after the last finished step of the run"))
        self.cancel_button.setText(self.tr("Cancel"))
        self.choices.retranslate()
        self.preview.retranslate()
        self.refresh()
        self._show_runs()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scene.want("reconstruct", True)
        self._reconstruction.read_runs()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._scene.want("reconstruct", False)

    # -- what is shown -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show where things stand."""
        it = self._reconstruction
        photos, project = it.photos, it.project
        self.project_button.setVisible(project is None)
        self.choose_button.setEnabled(project is not None and not it.busy)
        self.look_button.setVisible(photos is not None)
        self.folder.setText(self._folder_text())
        self.folder.setToolTip(str(it.options.photos) if it.options is not None else "")
        self.checking.setVisible(it.checking)
        record = it.check
        if it.checking and record is not None:
            self.checking.show_share(record.fraction)
            self.found.setText(progress_text(record))
        else:
            self.found.setText(self._found_text())
        if photos is not None and photos.refused:
            self.problem.setText(messages.shown(photos.refused))
        self.found.setVisible(bool(self.found.text()))
        self.problem.setVisible(bool(self.problem.text()))
        self._show_place()
        self.choices.refresh()
        self._show_needs()
        self.start_button.setEnabled(it.ready)
        self.start_button.setVisible(not it.busy)
        self._offer_to_go_on()
        self.cancel_button.setVisible(it.busy or it.checking)
        self.steps.refresh()

    def _show_place(self) -> None:
        """Say that nobody knows the place of the photographs, or that it is not the project's."""
        photos = self._reconstruction.photos
        text = button = ""
        if photos is not None and not photos.refused:
            if photos.misplaced is not None:
                text = sentence(messages.shown(photos.misplaced.reason)) + self.tr(".")
                button = self.tr("New project for them…")
            elif not self._reconstruction.placed:
                text = self.tr(
                    "Neither the photographs nor the project say where this is. Give control "
                    "points below, or put the scene in the middle of the project's CRS for now."
                )
                button = self.tr("Put it there")
        self.placeless.setText(text)
        self.place_button.setText(button)
        self.place_button.setEnabled(not self._reconstruction.busy)
        for part in (self.placeless, self.place_button):
            part.setVisible(bool(text))

    def _folder_text(self) -> str:
        it = self._reconstruction
        if it.options is not None:
            return it.options.photos.name
        if it.project is None:
            return self.tr("Open or make a project first: the products become its layers.")
        return self.tr("Choose a folder of photographs, or drop one here. They are looked at "
                       "before anything long begins.")  # fmt: skip

    def _found_text(self) -> str:
        photos = self._reconstruction.photos
        if photos is None:
            return ""
        placed = sum(row.position_m is not None for row in photos.used)
        remarked = sum(bool(row.remarks) for row in photos.used)
        parts = [
            self.tr("{0} of {1} can be used").format(len(photos.used), len(photos.rows)),
            self.tr("{0} with a position").format(placed),
        ]
        if remarked:
            parts.append(self.tr("{0} with remarks").format(remarked))
        return "  ·  ".join(parts)

    def _show_needs(self) -> None:
        it = self._reconstruction
        needed = None
        if it.photos is not None and it.options is not None and not it.photos.refused:
            needed = it.photos.needs.get(it.options.quality)
        if needed is None or it.project is None:
            self.needs.setText(self.tr("Known once the photographs have been looked at."))
            self.needs.setObjectName("dim")
            self.lacks.hide()
            return
        machine = this_machine(it.project / "runs")  # which may lie on another disk
        memory, disk = machine.memory_bytes / 2**20, machine.disk_bytes / 2**20
        self.needs.setText("\n".join((
            self.tr("{0} on {1} cores, if they have nothing else to do").format(
                words.minutes(needed.minutes), machine.cores),
            self.tr("{0} of memory ({1} free)").format(
                words.size_mb(needed.memory_mb), words.size_mb(memory)),
            self.tr("{0} of disk ({1} free)").format(
                words.size_mb(needed.disk_mb), words.size_mb(disk)),
        )))  # fmt: skip
        texts = []
        if it.busy or it.unfinished is not None:  # what it has already is not free any more
            memory, disk = needed.memory_mb, needed.disk_mb
        if needed.from_ground:
            texts.append(self.tr("Counted as photographs from the ground, as none states that it "
                                 "looks down: points and a mesh, no orthophoto."))  # fmt: skip
        if it.options is not None and it.options.field:
            texts.append(
                self.tr("The radiance field comes on top: {0}, {1} of memory.").format(
                    words.minutes(needed.field_minutes), words.size_mb(needed.field_memory_mb)
                )
            )
        if needed.memory_mb > memory:
            texts.append(self.tr("That is more memory than is free: the run may be ended for it."))
        if needed.disk_mb > disk:
            texts.append(self.tr("That is more disk than is free."))
        self.lacks.setText("\n".join(texts))
        self.lacks.setVisible(bool(texts))

    def _show_steps(self) -> None:
        self.steps.refresh()
        self._offer_to_go_on()
        if self._reconstruction.busy:
            self._area.ensureWidgetVisible(self.steps, 0, 8)
            if self.preview.isVisible():
                self._area.ensureWidgetVisible(self.preview, 0, 8)

    def _show_runs(self) -> None:
        it = self._reconstruction
        self._sections[4].setVisible(bool(it.runs))
        self.runs.show_runs(it.runs, can_resume=it.can_resume)
        self._offer_to_go_on()

    def _offer_to_go_on(self) -> None:
        """Where the run that is shown has not ended, going on comes before starting anew."""
        it = self._reconstruction
        has_more = it.unfinished is not None
        self.resume_button.setVisible(has_more)
        self.resume_button.setEnabled(it.can_resume)
        self.start_button.setText(self.tr("Start anew") if has_more else self.tr("Start"))
        for button, is_first in ((self.resume_button, has_more), (self.start_button, not has_more)):
            name = "primary" if is_first else ""
            if button.objectName() != name:
                button.setObjectName(name)
                button.style().unpolish(button)
                button.style().polish(button)

    def _show_problem(self, text: str) -> None:
        self.problem.setText(messages.shown(text))
        self.problem.setVisible(bool(text))
        if text:  # once it has its place: whoever watched the steps is further down
            QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.problem, 0, 60))

    # -- what is done --------------------------------------------------------------------

    def _begin(self, begin: Callable[[], None]) -> None:
        self._show_problem("")  # that of the run before
        begin()

    def _start(self) -> None:
        photos = self._reconstruction.photos
        if photos is not None and photos.misplaced is not None and not self._start_anyway(photos):
            return
        self._begin(self._reconstruction.start)

    def _start_anyway(self, photos: PhotoSet) -> bool:
        """Ask whether photographs of another place shall be reconstructed in this project."""
        box = QMessageBox(self.window())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Photographs of another place"))
        box.setText(self.tr("Reconstruct “{0}” in this project?").format(photos.folder.name))
        box.setInformativeText(sentence(messages.shown(str(photos.misplaced))) + self.tr("."))
        other = box.addButton(self.tr("New project for them…"), QMessageBox.ButtonRole.ActionRole)
        anyway = box.addButton(self.tr("Start anyway"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        if box.clickedButton() is other:
            self._give_place()
        return box.clickedButton() is anyway

    def _give_place(self) -> None:
        """Put photographs that nobody knows the place of somewhere, or where they belong."""
        photos = self._reconstruction.photos
        if photos is not None and photos.misplaced is not None:
            self.project_wanted.emit(photos.misplaced.crs, photos.folder)
        else:
            self._reconstruction.place_anywhere()

    def _go_on(self) -> None:
        run = self._reconstruction.unfinished
        if run is not None:
            self._begin(partial(self._reconstruction.resume, run))

    def _cancel(self) -> None:
        if self._reconstruction.busy:
            self._reconstruction.cancel()
        else:
            self._reconstruction.cancel_check()

    def _ask_folder(self) -> None:
        place = QFileDialog.getExistingDirectory(self.window(), self.tr("Folder of photographs"))
        if place:
            self.choose(Path(place))

    def choose(self, folder: Path) -> None:
        """Take a folder of photographs."""
        self._show_problem("")
        self._reconstruction.choose(folder)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _folder_of(event.mimeData()) is not None:
            take_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _folder_of(event.mimeData())
        if folder is not None:
            take_as_copy(event)
            self.choose(folder)


def _folder_of(data: QMimeData) -> Path | None:
    """Return the folder that is dragged, or in which the dragged photographs lie."""
    paths = files_in(data)
    if not paths:
        return None
    return paths[0] if paths[0].is_dir() else paths[0].parent


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("separator")
    line.setFixedHeight(1)
    return line
