"""Files and folders to layers: recognise in a worker, let the user place them, import as jobs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.services import Services
from app.simulation.taken_units import is_unit
from app.workers import Background, JobRecord, JobState, describe_error
from ingest.pipeline.job import Job
from twin_model.errors import FrameError, ShapanError

if TYPE_CHECKING:
    from app.placement import PlacementDialog
    from ingest.readers.contract import SourceInfo
    from twin_model.frame import Frame

#: Kinds of jobs whose own panel says what went wrong.
TOLD_ELSEWHERE: Final = frozenset({"photos", "reconstruct"})
#: Terrain first: what comes later is put on it.
_ORDER: Final = {"raster": 0, "points": 2, "tileset": 2, "mesh": 2, "bim": 3}


@dataclass(frozen=True)
class Placement:
    """One source as the user wants it placed.

    Parameters
    ----------
    path : Path
    crs : str or None
        ``local`` for metres at the project's origin; None for what the source states.
    kind : str
    """

    path: Path
    crs: str | None
    kind: str


@dataclass(frozen=True)
class NewProject:
    """A project to be made for the first sources."""

    folder: Path
    title: str
    frame: Frame


class Importing(QObject):
    """Takes what was dropped or chosen.

    Parameters
    ----------
    window : QWidget
    services : Services
    """

    failed = Signal(str)
    #: Functional mock-up units were dropped or chosen: they are simulated, not drawn.
    units_offered = Signal(list)
    dialog_opened = Signal(object)

    def __init__(self, window: QWidget, services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._inspect = Background(self)
        self._job = Job()
        self.dialog: PlacementDialog | None = None
        services.jobs.ended.connect(self._ended)

    def offer(self, paths: list[Path]) -> None:
        """Look what files and folders hold and open the placement dialog."""
        from app.placement import PlacementDialog

        units = [path for path in paths if is_unit(path)]
        if units:
            self.units_offered.emit(units)
        paths = [path for path in paths if path not in units]
        if not paths:
            return
        if self._services.session.twin is not None and not self._services.session.writable:
            self.failed.emit(self.tr("The project is open for reading only; nothing was added."))
            return
        if self.dialog is None:
            self._job = Job()
            self.dialog = PlacementDialog(self._window, self._services)
            self.dialog.placed.connect(self.place)
            self.dialog.finished.connect(self._dialog_closed)
            self.dialog.open()
            self.dialog_opened.emit(self.dialog)
        for path in paths:
            self._look_into(path)

    def _look_into(self, path: Path) -> None:
        dialog, job = self.dialog, self._job
        if dialog is None:
            return
        ticket = dialog.expect(path)
        self._inspect.ask(
            f"{ticket}", lambda: _inspect(path, job), lambda infos: self._found(ticket, infos)
        )

    def _found(self, ticket: int, infos: list[SourceInfo]) -> None:
        if self.dialog is not None:
            self.dialog.show_sources(ticket, infos)

    def _dialog_closed(self) -> None:
        self._job.cancel()
        self._inspect.forget()
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def place(self, placements: list[Placement], project: NewProject | None) -> None:
        """Import sources, in a new project where one is given."""
        session, jobs = self._services.session, self._services.jobs
        if project is not None:
            try:
                session.create(project.folder, project.frame, project.title)
            except ShapanError as error:
                self.failed.emit(str(error))
                return
        twin = session.required
        for placement in sorted(placements, key=lambda p: _ORDER.get(p.kind, 1)):
            jobs.start(placement.path.name, partial(_add, twin, placement), kind="import")

    def _ended(self, record: JobRecord) -> None:
        if record.kind in TOLD_ELSEWHERE and record.state is JobState.FAILED:
            return
        if record.state in {JobState.FAILED, JobState.PARTLY}:
            self.failed.emit(record.error)

    def stop(self) -> None:
        """Stop looking into files and wait for the threads."""
        self._job.cancel()
        self._inspect.wait()


def _add(twin: Any, placement: Placement, job: Job) -> Any:
    from ingest.importer import ImportOptions, add_source

    return add_source(twin, placement.path, ImportOptions(crs=placement.crs), job)


def _inspect(path: Path, job: Job) -> list[SourceInfo]:
    """Return what a path holds; a folder that is no source itself is looked into."""
    from ingest.importer import inspect_source
    from ingest.readers.contract import SourceInfo
    from ingest.sources import sources_in

    try:
        sources = sources_in(path)
    except ShapanError as error:
        return [SourceInfo(str(path), error=describe_error(error))]
    found = []
    for source in sources:
        job.check()
        found.append(inspect_source(source, job, about_to_read=True))
    return found


def suggest_frame(infos: list[SourceInfo]) -> Frame | None:
    """Return a project frame for sources: the first metric projected CRS, else a UTM zone.

    None where no source states where it is.
    """
    from twin_model.frame import Frame, crs_name, parse_crs, split_compound, suggest_crs

    for info in infos:
        if info.error or not info.crs:
            continue
        try:
            horizontal, vertical = split_compound(parse_crs(info.crs))
            height_crs = info.vertical_crs or (crs_name(vertical) if vertical else None)
            try:
                return Frame(crs_name(horizontal), vertical_crs=height_crs)
            except FrameError:
                place = _centre_degrees(info, crs_name(horizontal))
                if place is not None:
                    return Frame(crs_name(suggest_crs(*place)), vertical_crs=height_crs)
        except FrameError:
            continue
    return None


def _centre_degrees(info: SourceInfo, crs: str) -> tuple[float, float] | None:
    if info.bounds is None:
        return None
    from pyproj import Transformer

    low, high = info.bounds[:3], info.bounds[3:]
    centre = [((a or 0.0) + (b or 0.0)) / 2 for a, b in zip(low, high, strict=True)]
    transformer = Transformer.from_crs(crs, "EPSG:4979", always_xy=True)
    longitude, latitude, _ = transformer.transform(centre[0], centre[1], centre[2])
    if not np.isfinite([longitude, latitude]).all():
        return None
    return float(longitude), float(latitude)


def extent_local(info: SourceInfo, crs: str | None, frame: Frame) -> list[float] | None:
    """Return west, south, east, north of a source in local metres; None where unknown.

    Raises
    ------
    FrameError
        If the source's coordinates have no place in the project's CRS.
    """
    if info.bounds is None or info.bounds[0] is None:
        return None
    west, south, low, east, north, high = (value or 0.0 for value in info.bounds)
    steps = np.linspace(0.0, 1.0, 5)
    x = west + steps * (east - west)
    y = south + steps * (north - south)
    grid = np.array([(a, b, c) for a in x for b in y for c in (low, high)], dtype=np.float64)
    local = frame.transform_from(crs)(grid)
    return [*local[:, :2].min(axis=0).tolist(), *local[:, :2].max(axis=0).tolist()]


def free_folder(parent: Path, title: str) -> Path:
    """Return a project folder below *parent* that does not exist yet."""
    name = "".join("-" if c in '\\/:*?"<>|' else c for c in title).strip() or "project"
    for number in itertools.count(1):
        folder = parent / f"{name}{'' if number == 1 else f'-{number}'}.shapan"
        if not folder.exists():
            return folder
    raise AssertionError("unreachable")
