"""Photographs that are about to become a scene: checked, reconstructed, added to the project."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.reconstruct.photo_set import PhotoSet
from app.reconstruct.run_work import RunWork
from app.services import Services
from app.workers import JobRecord, JobState, describe_error
from ingest.reconstruction.options import ReconstructOptions
from ingest.reconstruction.runs import RunLine, StepLine, list_runs, new_run_folder, step_lines
from twin_model.errors import ShapanError, SourceError

if TYPE_CHECKING:
    from app.window import MainWindow
    from ingest.pipeline.job import Job
    from ingest.reconstruction.control import ControlFile
    from twin_model.frame import Frame

_STEPS: Final = "reconstruct-steps"
_RUNS: Final = "reconstruct-runs"
_CONTROL: Final = "reconstruct-control"


def reconstruction_of(window: MainWindow) -> ReconstructSession:
    """Return what the docks of the Reconstruct layout share, made for the first of them."""
    found = window.findChild(ReconstructSession)
    return found if found is not None else ReconstructSession(window, window.services)


class ReconstructSession(QObject):
    """What the docks of the Reconstruct layout share.

    Parameters
    ----------
    window : QObject
        Parent.
    services : Services
    """

    photos_changed = Signal()
    options_changed = Signal()
    progressed = Signal()
    steps_changed = Signal()
    runs_changed = Signal()
    control_changed = Signal()
    finished = Signal(object)  # RunLine: its products are layers now
    failed = Signal(str)
    previewed = Signal(object)  # dict: see `ingest.reconstruction.tasks.reconstruct_in_process`
    layer_added = Signal(str)  # product

    def __init__(self, window: QObject, services: Services) -> None:
        super().__init__(window)
        self._session = services.session
        self._jobs = services.jobs
        self._background = services.background
        self.options: ReconstructOptions | None = None
        self.photos: PhotoSet | None = None
        self.check: JobRecord | None = None
        self.run: JobRecord | None = None
        #: Of the run that is shown: going on, or chosen.
        self.folder: Path | None = None
        self.steps: list[StepLine] = []
        #: When the run in hand was begun, as the file system counts; 0 for an earlier run.
        self.began_ns = 0
        #: Products of the run in hand that are layers already.
        self.layers_added = 0
        self.runs: list[RunLine] = []
        self.control: ControlFile | None = None
        #: What keeps the control points from being used; empty where nothing does.
        self.control_error = ""
        self._jobs.changed.connect(self._jobs_changed)
        self._jobs.ended.connect(self._ended)
        self.layer_added.connect(self._layer_added)
        self._session.opened.connect(self._project_changed)
        self._session.closed.connect(self._project_changed)
        self._project_changed()

    # -- project and folder --------------------------------------------------------------

    @property
    def project(self) -> Path | None:
        """The folder of the open project."""
        return None if self._session.twin is None else self._session.twin.path

    @property
    def busy(self) -> bool:
        """Whether a reconstruction waits or runs."""
        return self.run is not None and self.run.active

    @property
    def checking(self) -> bool:
        """Whether photographs are being looked at."""
        return self.check is not None and self.check.active

    @property
    def can_resume(self) -> bool:
        """Whether an earlier run can be gone on with now."""
        return not self.busy and self._session.writable

    @property
    def unfinished(self) -> RunLine | None:
        """The run that is shown, where it has ended before its last step."""
        shown = [run for run in self.runs if run.folder == self.folder and not run.finished]
        return shown[0] if shown and not self.busy else None

    @property
    def ready(self) -> bool:
        """Whether a run can be started now."""
        return (
            self.photos is not None and not self.photos.refused and self.placed and not self.busy
            and not self.checking and not self.control_error and self._session.writable
        )  # fmt: skip

    @property
    def placed(self) -> bool:
        """Whether somebody said where the photographs were taken, at least roughly."""
        return self.photos is not None and self.photos.frame.origin is not None

    def place_anywhere(self) -> None:
        """Put a scene that nobody knows the place of in the middle of the project's CRS."""
        from ingest.reconstruction.placing import frame_anywhere

        if self.photos is None or self.placed:
            return
        try:
            self._place(frame_anywhere(self.photos.frame))
        except ShapanError as error:
            self.failed.emit(str(error))

    def _place(self, frame: Frame) -> None:
        """Take the place that photographs without one have; the project's own comes first."""
        assert self.photos is not None
        twin = self._session.twin
        if twin is not None and twin.frame.origin is not None:
            frame = twin.frame
        self.photos = replace(self.photos, frame=frame)
        self._settle_origin(self.photos)
        self.photos_changed.emit()

    def _project_changed(self) -> None:
        if self.checking and self.check is not None:
            self._jobs.cancel(self.check)
        self.options = self.photos = self.check = self.folder = self.control = None
        self.control_error, self.steps, self.runs = "", [], []
        for told in (self.photos_changed, self.options_changed, self.steps_changed,
                     self.control_changed, self.runs_changed):  # fmt: skip
            told.emit()
        self.read_runs()

    def choose(self, folder: Path) -> None:
        """Take a folder of photographs and look through it."""
        if self.busy:
            self.failed.emit(self.tr("A reconstruction is running; wait for it or cancel it."))
            return
        if not self._session.writable:
            self.failed.emit(self.tr("Open or make a project first: products become its layers."))
            return
        self.options = ReconstructOptions(folder)
        self.photos, self.control, self.control_error = None, None, ""
        self.folder, self.steps, self.began_ns = None, [], 0
        self.options_changed.emit()
        self.control_changed.emit()
        self.steps_changed.emit()
        self.look_through()

    def look_through(self) -> None:
        """Check the photographs, as a job."""
        if self.options is None:
            return
        if self.checking and self.check is not None:
            self._jobs.cancel(self.check)
        twin = self._session.required
        title = self.tr("Check of {0}").format(self.options.photos.name)
        work = partial(_check, self.options.photos, twin.frame, twin.path)
        self.check = self._jobs.start(title, work, kind="photos")
        self.photos_changed.emit()

    def change(self, **values: Any) -> None:
        """Change choices for the next run."""
        if self.options is None:
            return
        changed = replace(self.options, **values)
        if changed == self.options:
            return
        control = (self.options.control, self.options.control_crs)
        self.options = changed
        self.options_changed.emit()
        if (changed.control, changed.control_crs) != control:
            self.read_control()

    def read_control(self) -> None:
        """Read the control points and see whether they lie where the photographs are."""
        options, photos = self.options, self.photos
        if options is None or options.control is None or photos is None:
            self.control, self.control_error = None, ""
            self.control_changed.emit()
            return
        work = partial(_read_control, options, photos)
        self._background.ask(_CONTROL, work, self._take_control)

    def _take_control(self, found: tuple[ControlFile | None, str, Frame | None]) -> None:
        self.control, self.control_error, frame = found
        if frame is not None and self.photos is not None and not self.placed:
            self._place(frame)
        self.control_changed.emit()

    # -- runs ----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin a new run with the choices made."""
        if not self.ready or self.options is None or self.photos is None:
            return
        self._settle_origin(self.photos, sure=True)
        folder = new_run_folder(self._session.required.path)
        self._run(folder, self.options, self.photos.frame)

    def resume(self, run: RunLine) -> None:
        """Go on with a run after its last finished step; what has changed is done again."""
        if self.busy or not self._session.writable:
            return
        options = run.options
        if self.options is not None and self.options.photos == options.photos:
            options = self.options  # as they are set now
        self.options = options
        self.options_changed.emit()
        self._run(run.folder, options, self._session.required.frame)
        if self.photos is None or self.photos.folder != options.photos:
            self.photos = None
            self.look_through()

    def _run(self, folder: Path, options: ReconstructOptions, frame: Frame) -> None:
        self.folder, self.began_ns, self.layers_added = folder, time.time_ns(), 0
        work = RunWork(
            self._session.required, options, frame, folder,
            on_preview=self.previewed.emit, on_layer=self.layer_added.emit,
        )  # fmt: skip
        self.run = self._jobs.start(options.title, work, kind="reconstruct")
        self.progressed.emit()

    def cancel(self) -> None:
        """Stop the run; its finished steps are kept."""
        if self.run is not None:
            self._jobs.cancel(self.run)

    def cancel_check(self) -> None:
        """Stop looking at photographs."""
        if self.check is not None:
            self._jobs.cancel(self.check)

    def show_run(self, run: RunLine) -> None:
        """Show the steps of an earlier run."""
        if not self.busy:
            self.folder, self.steps, self.began_ns = run.folder, run.steps, 0
            self.steps_changed.emit()

    def read_runs(self) -> None:
        """Look which runs the project has."""
        project = self.project
        if project is not None:
            self._background.ask(_RUNS, lambda: list_runs(project), self._take_runs)

    def _take_runs(self, runs: list[RunLine]) -> None:
        self.runs = runs
        self.runs_changed.emit()

    # -- following jobs ------------------------------------------------------------------

    def _layer_added(self) -> None:
        self.layers_added += 1
        self.progressed.emit()

    def _jobs_changed(self) -> None:
        if not self.busy and isinstance(getattr(self.run, "work", None), RunWork):
            # Tried again from the list of jobs: the same work under another number.
            same = [r for r in self._jobs.active() if self.run and r.work is self.run.work]
            self.run = same[-1] if same else self.run
        if self.checking or self.busy:
            self.progressed.emit()
        folder = self.folder
        options = self.options
        if self.busy and folder is not None and options is not None:
            self._background.ask(_STEPS, lambda: step_lines(folder, options), self._take_steps)

    def _take_steps(self, steps: list[StepLine]) -> None:
        if steps != self.steps:
            self.steps = steps
            self.steps_changed.emit()

    def _ended(self, record: JobRecord) -> None:
        if record is self.check:
            self._check_ended(record)
        elif record is self.run:
            self._run_ended(record)

    def _check_ended(self, record: JobRecord) -> None:
        if record.state is JobState.DONE:
            found: PhotoSet = record.result
            self.photos = found
            self._settle_origin(found)
            self.read_control()
        elif record.state is JobState.FAILED:
            self.failed.emit(record.error)
        self.photos_changed.emit()

    def _settle_origin(self, found: PhotoSet, *, sure: bool = False) -> None:
        """Give a project that has no place that of its first photographs, once that is *sure*."""
        twin = self._session.twin
        known = found.frame.origin is not None and (sure or found.misplaced is None)
        if known and twin is not None and twin.frame.origin is None and self._session.writable:
            from twin_model.commands import SetFrame

            self._session.execute(SetFrame(found.frame))

    def _run_ended(self, record: JobRecord) -> None:
        folder = self.folder
        if folder is not None and self.options is not None:
            self._take_steps(step_lines(folder, self.options))
        if record.state is JobState.FAILED:
            self.failed.emit(record.error)
        self.progressed.emit()
        self.read_runs()
        if record.state in {JobState.DONE, JobState.PARTLY} and folder is not None:
            options = self.options or ReconstructOptions(folder)
            self.finished.emit(RunLine(folder, options, self.steps))

    def ask(self, key: str, question: Callable[[], Any], answer: Callable[[Any], object]) -> None:
        """Ask something in a thread; see `Background.ask`."""
        self._background.ask(key, question, answer)


def _check(photos: Path, frame: Frame, project: Path, job: Job) -> PhotoSet:
    from ingest.reconstruction.tasks import check_folder, check_in_process

    folder = check_folder(project, photos)
    return PhotoSet.from_json(check_in_process(photos, frame, folder, job))


def _read_control(
    options: ReconstructOptions, photos: PhotoSet
) -> tuple[ControlFile | None, str, Frame | None]:
    """Return the points, what is wrong with them, and their place where only they have one."""
    import numpy as np

    from ingest.reconstruction.control import check_placement, read_control
    from ingest.reconstruction.placing import frame_at_control

    assert options.control is not None
    control, placed = None, None
    try:
        control = read_control(options.control, photos.frame, options.control_crs)
        if photos.frame.origin is None:
            placed = frame_at_control(photos.frame, control)
            control = read_control(options.control, placed, options.control_crs)
        places = [row.position_m for row in photos.used if row.position_m is not None]
        check_placement(control, photos.frame, np.array(places, float).reshape(-1, 3))
    except SourceError as error:  # by its name: whole paths fill the pane
        return control, f"{error.path.name}{str(error).removeprefix(str(error.path))}", None
    except (ShapanError, OSError) as error:
        return control, f"{options.control.name}: {describe_error(error)}", None
    return control, "", placed
