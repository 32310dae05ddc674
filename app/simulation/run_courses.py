"""How figures of recorded runs came about, read in a thread and kept for the one that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession
from twin_model.errors import ShapanError
from twin_model.store.run_log import RUNS, Run

#: Values by engine and indicator, at even steps from the beginning to the end.
Courses = Mapping[tuple[str, str], list[float]]
#: Values of a course: as many as the line in a table has pixels, about.
MOST_POINTS: Final = 120


class RunCourses(QObject):
    """Courses of the figures of the run that is looked at.

    Parameters
    ----------
    simulation : SimulationSession
    """

    #: Those of a run were read.
    found = Signal()

    def __init__(self, simulation: SimulationSession, parent: QObject) -> None:
        super().__init__(parent)
        self._simulation = simulation
        self._key: tuple[str, int, str] = ("", 0, "")
        self._courses: Courses = {}

    def of(self, info: RunInfo) -> Courses:
        """Return the courses of a run; nothing, and they are read, where it was not asked of."""
        project = self._simulation.project
        # Once more where a run that was under way got to its end since.
        key = (info.id, info.reached.us, info.state)
        if project is not None and key != self._key:
            self._key, self._courses = key, {}

            def take(courses: Courses) -> None:
                if self._key == key:
                    self._courses = courses
                    self.found.emit()

            self._simulation.ask("courses", lambda: read_courses(project, info.id), take)
        return self._courses


def read_courses(project: Path, run_id: str) -> Courses:
    """Return the course of each figure of a run; nothing of a run that cannot be read."""
    try:
        run = Run(project / RUNS / run_id)
    except ShapanError:
        return {}  # removed meanwhile
    try:
        systems = {entity: engine for engine, entity in run.about.get("systems", {}).items()}
        if not systems:
            return {}
        batch = run.series.read(run.period, list(systems)).sorted_by_time()
    except ShapanError:
        return {}  # its figures are in its document, which the table shows
    finally:
        run.close()
    entities, indicators = batch.keys.entities, batch.keys.indicators
    width = max(1, len(indicators))
    known = np.isfinite(batch.value)
    number = batch.entity[known].astype(np.int64) * width + batch.indicator[known]
    value = batch.value[known]
    return {
        (systems[entities[one // width]], indicators[one % width]): thinned(
            value[number == one].tolist()
        )
        for one in np.unique(number).tolist()
    }


def thinned(values: list[float]) -> list[float]:
    """Return so many values at most, the last one among them."""
    if len(values) <= MOST_POINTS:
        return list(values)
    places = np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(int)
    return [values[n] for n in places]
