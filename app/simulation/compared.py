"""Two to four runs compared: what is read of them, and the difference in the scene."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from app.item_models.entities import display_name
from app.project import ProjectSession
from app.simulation import crowd_change
from app.simulation.inside import walked_layers
from app.simulation.line_colours import rounded_up
from app.simulation.session import SimulationSession
from app.simulation.shown import LINE_INDICATORS
from app.simulation.words import engine_name
from app.viewport import Viewport
from app.workers import Background
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.simulation import comparison
from twin_model.simulation.scenario import engine_titles
from twin_model.store.run_log import RUNS, Run
from twin_model.store.run_products import RunProducts

if TYPE_CHECKING:
    from rendering.options import OverlayMesh
    from rendering.ribbons import Ribbons
    from twin_model.twin import Twin

FloatArray = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float, float, float]
_MAP: Final = "simulation/difference"
WATER: Final = "water_depth"
CROWD: Final = "crowd_density"
_MOST_ENTITIES: Final = 500
_AT_ONCE: Final = 100
#: Around the largest difference so much of the city is seen.
_ROOM_M: Final = 60.0
_ROOM_INSIDE_M: Final = 20.0
#: Part of the scale's end at which its classes begin, as in `rendering.water.CHANGES_M`.
_CLASSES: Final = np.array([-1.0, -0.4, -0.1, 0.1, 0.4, 1.0])


@dataclass(frozen=True, eq=False)
class ComparedData:
    """All that is read of the runs.

    Parameters
    ----------
    ids, titles : list of str
        The first one is what the others are compared with.
    abouts : list of dict
        What each run says of itself.
    figures : list of ComparedFigure
    entities : list of ComparedEntity
        The greatest changes.
    changed : int
        How many there are in all.
    names : dict
        Entities' names by id.
    maps : list of str
        What a difference can be drawn of.
    walked : tuple of str
        Layers of the rooms that people walk in.
    """

    ids: list[str]
    titles: list[str]
    abouts: list[Mapping[str, Any]]
    figures: list[comparison.ComparedFigure]
    entities: list[comparison.ComparedEntity]
    changed: int
    names: dict[str, str]
    maps: list[str]
    walked: tuple[str, ...] = ()

    def engine_name(self, engine: str) -> str:
        """Return what people call an engine of the runs."""
        titles: dict[str, str] = {}
        for about in self.abouts:
            titles |= engine_titles(about.get("scenario", {}))
        return engine_name(engine, titles.get(engine, ""))

    def most_changed(self, number: int) -> str:
        """Return the entity of the twin that a run changed most; empty where none is known.

        What the scenarios assume something of comes after all others, as does what has a value in
        one of the runs only: it is known to differ, and what came of it is looked for.
        """
        assumed = _assumed(self.abouts)
        found = [
            (one.entity in assumed or not math.isfinite(one.change(number)), one.entity)
            for one in self.entities
            if one.entity in self.names and one.change(number)
        ]
        return min(found, key=lambda one: one[0])[1] if found else ""


@dataclass(frozen=True, eq=False)
class DifferenceMap:
    """A difference as it is drawn.

    Parameters
    ----------
    indicator, unit : str
    number : int
        Which run lies above or below the first.
    mesh : OverlayMesh
    limits : sequence of float
        Where the classes of the scale begin.
    largest : tuple of six floats or None
        West, south, low, east, north, high around the largest difference.
    entity : str
        What it is of; empty for water.
    """

    indicator: str
    unit: str
    number: int
    mesh: OverlayMesh
    limits: Sequence[float] = field(default_factory=list)
    largest: Bounds | None = None
    entity: str = ""


class ComparedRuns(QObject):
    """Reads runs in threads, and draws where they differ.

    Parameters
    ----------
    simulation : SimulationSession
    session : ProjectSession
    background : Background
    viewport : Viewport
    """

    #: Runs were read: `ComparedData`, None where nothing is compared any more.
    found = Signal(object)
    #: A difference is drawn: `DifferenceMap`, or None.
    mapped = Signal(object)

    def __init__(
        self,
        simulation: SimulationSession,
        session: ProjectSession,
        background: Background,
        viewport: Viewport,
    ) -> None:
        super().__init__(viewport)
        self._simulation = simulation
        self._session = session
        self._background = background
        self._viewport = viewport
        self.data: ComparedData | None = None
        self.map: DifferenceMap | None = None
        session.closing.connect(self.leave)

    def compare(self, run_ids: Sequence[str]) -> None:
        """Compare runs with the first of them, in a thread."""
        twin, project = self._session.twin, self._simulation.project
        if twin is None or project is None:
            return
        ids = list(run_ids)
        self.show_map("", 1)

        def answer(found: ComparedData | ShapanError) -> None:
            if isinstance(found, ShapanError):
                self._simulation.failed.emit(str(found))
                return
            self.data = found
            self.found.emit(found)

        self._background.ask("runs-compare", _caught(lambda: read_runs(project, ids, twin)), answer)

    def leave(self) -> None:
        """Compare no more."""
        if self.data is None:
            return
        for key in ("runs-compare", "runs-map", "runs-course"):
            self._background.drop(key)
        self.data = None
        self.show_map("", 1)
        self.found.emit(None)

    def ask_courses(
        self, entity: str, indicator: str,
        answer: Callable[[list[tuple[FloatArray, FloatArray]]], object],
    ) -> None:  # fmt: skip
        """Read the course of one value in every run, in a thread."""
        data, project = self.data, self._simulation.project
        if data is None or project is None:
            return
        ids = data.ids

        def read() -> list[tuple[FloatArray, FloatArray]]:
            runs = [Run(project / RUNS / one) for one in ids]
            try:
                return comparison.courses(runs, entity, indicator)
            finally:
                for run in runs:
                    run.close()

        self._background.ask("runs-course", read, answer)

    # -- the difference in the scene -----------------------------------------------------

    def show_map(self, indicator: str, number: int) -> None:
        """Draw by how much a run lies above the first; nothing for an empty indicator."""
        data, project = self.data, self._simulation.project
        if not indicator or data is None or project is None:
            self._background.drop("runs-map")
            self._draw(None)
            return
        ids = [data.ids[0], data.ids[number]]

        def answer(found: DifferenceMap | ShapanError | None) -> None:
            if isinstance(found, ShapanError):
                self._simulation.failed.emit(str(found))
                found = None
            if self.data is data:
                self._draw(found)

        work = _caught(lambda: read_map(project, ids, indicator, number))
        self._background.ask("runs-map", work, answer)

    def _draw(self, found: DifferenceMap | None) -> None:
        from rendering.options import Overlay

        if found is None and self.map is None:
            return
        self.map = found
        overlay = None if found is None else Overlay(meshes=(found.mesh,))
        self._viewport.stage.set_overlay(_MAP, overlay)
        self._viewport.redraw()
        self.mapped.emit(found)


def _caught(work: Callable[[], Any]) -> Callable[[], Any]:
    """Return what gives an error of ours back instead of raising it."""

    def run() -> Any:
        try:
            return work()
        except ShapanError as error:
            return error

    return run


def read_runs(project: Path, ids: Sequence[str], twin: Twin) -> ComparedData:
    """Read runs and compare them; slow, so for a thread.

    Raises
    ------
    ShapanError
        If one cannot be read, or they cannot be compared.
    """
    runs = [Run(project / RUNS / one) for one in ids]
    try:
        comparison.check_comparable(runs)
        entities = comparison.compare_entities(runs)
        top = entities[:_MOST_ENTITIES]
        indicators = {one.indicator for one in entities}
        products = [RunProducts(run.folder) for run in runs]
        maps = [one for one in LINE_INDICATORS if one in indicators] if products[0].lines() else []
        if all(one.water_systems() for one in products):
            maps.append(WATER)
        if all(one.crowd_grounds() for one in products):
            maps.append(CROWD)
        return ComparedData(
            list(ids), [_title(run) for run in runs], [run.about for run in runs],
            comparison.compare(runs), top, len(entities),
            _names(twin, {one.entity for one in top} | _assumed([run.about for run in runs])), maps,
            walked_layers(runs[0].about.get("scenario", {}), twin),
        )  # fmt: skip
    finally:
        for run in runs:
            run.close()


def _assumed(abouts: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the entities that scenarios assume something of."""
    edits = [one for about in abouts for one in about.get("scenario", {}).get("edits", ())]
    return {str(one.get("entity", "")) for one in edits}


def _title(run: Run) -> str:
    scenario = run.about.get("scenario", {})
    return str(scenario.get("title") or run.about.get("scenario_id") or run.id)


def _names(twin: Twin, ids: set[str]) -> dict[str, str]:
    listed, found = sorted(ids), {}
    for start in range(0, len(listed), _AT_ONCE):
        part = ", ".join("'" + one.replace("'", "''") + "'"
                         for one in listed[start : start + _AT_ONCE])  # fmt: skip
        for entity in twin.entities(EntityQuery(where=f"id in ({part})")):
            found[entity.id] = display_name(entity)
    return found


def read_map(
    project: Path, ids: Sequence[str], indicator: str, number: int
) -> DifferenceMap | None:
    """Return the difference of two runs as a mesh; None where they have nothing to draw.

    Raises
    ------
    ShapanError
        If it cannot be read, or has other cells in each.
    """
    from rendering.ribbons import read_ribbons
    from rendering.water import CHANGES_M, change_surface

    runs = [Run(project / RUNS / one) for one in ids]
    try:
        products = [RunProducts(run.folder) for run in runs]
        if indicator == WATER:
            found = comparison.depth_change(*products)
            if found is None:
                return None
            grid, change = found
            level = grid.bed_m + np.nan_to_num(grid.deepest_m)
            mesh = change_surface(change, level, grid.place_m)
            largest = _largest_cell(change, level, grid.place_m)
            return DifferenceMap(indicator, "m", number, mesh, CHANGES_M, largest)
        if indicator == CROWD:
            return _crowd_map(runs, number)
        lines = products[0].lines()
        names, ribbons = read_ribbons(lines)
        before, after = (comparison.means(run) for run in runs)
        units = {name: unit for (_, name), unit in comparison.units_of(runs).items()}
    finally:
        for run in runs:
            run.close()
    change = np.array(
        [after.get((n, indicator), math.nan) - before.get((n, indicator), math.nan) for n in names]
    )
    made = _road_map(change, ribbons, indicator, units.get(indicator, ""), number)
    known = np.abs(np.nan_to_num(change))
    if not known.any():
        return made
    entity = names[int(np.argmax(known))]
    points = np.concatenate([np.array(one["points"], np.float64) for one in lines[entity]])
    return replace(made, largest=_around(points.min(axis=0), points.max(axis=0)), entity=entity)


def _crowd_map(runs: Sequence[Run], number: int) -> DifferenceMap:
    changes = crowd_change.crowd_change(runs)
    most = crowd_change.largest(changes)
    around = None
    if most is not None:
        change, grid = most
        around = _largest_cell(change, np.full(change.shape, grid.height_m), grid.place_m,
                               _ROOM_INSIDE_M)  # fmt: skip
    return DifferenceMap(
        CROWD, crowd_change.UNIT, number, crowd_change.change_mesh(changes), crowd_change.CHANGES,
        around,
    )  # fmt: skip


def _largest_cell(
    change: FloatArray, level: FloatArray, place_m: tuple[float, float, float],
    room_m: float = _ROOM_M,
) -> Bounds | None:  # fmt: skip
    """Return bounds around the cell that changed most; None where none did."""
    known = np.abs(np.nan_to_num(change))
    if not known.any():
        return None
    row, column = np.unravel_index(int(np.argmax(known)), known.shape)
    west, south, cell = place_m
    middle = np.array(
        [west + (column + 0.5) * cell, south + (row + 0.5) * cell, level[row, column]]
    )
    return _around(middle, middle, room_m)


def _around(low: FloatArray, high: FloatArray, room_m: float = _ROOM_M) -> Bounds:
    """Return bounds with room for what lies around."""
    west, south, bottom = (float(v) for v in low - room_m)
    east, north, top = (float(v) for v in high + room_m)
    return west, south, bottom + room_m - 2.0, east, north, top - room_m / 2


def _road_map(
    change: FloatArray, ribbons: Ribbons, indicator: str, unit: str, number: int
) -> DifferenceMap:
    known = np.abs(change[np.isfinite(change)])
    high = rounded_up(float(np.percentile(known, 95.0)) if len(known) else 1.0)
    limits = _CLASSES * high
    return DifferenceMap(
        indicator, unit, number, ribbons.mesh(change_colours(change, limits)), limits.tolist()
    )


def change_colours(change: FloatArray, limits: FloatArray) -> npt.NDArray[np.uint8]:
    """Return a colour a thing by its change; what hardly changed is grey.

    Parameters
    ----------
    change : (n,) array
    limits : (6,) array

    Returns
    -------
    (n, 3) uint8 array
    """
    from rendering.water import CHANGE_COLOURS

    named = [colour or "#b8bec2" for colour in CHANGE_COLOURS]
    table = np.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in named], np.uint8)
    found: npt.NDArray[np.uint8] = table[np.searchsorted(limits, np.nan_to_num(change), "right")]
    return found
