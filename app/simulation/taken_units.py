"""Functional mock-up units (FMU) that are dropped or chosen: kept with the project, and mapped."""

from __future__ import annotations

import filecmp
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app.simulation.fmi_variables import read_variables
from twin_model.errors import ShapanError, StoreError
from twin_model.simulation.scenario import SCENARIOS, EngineSpec, Scenario

if TYPE_CHECKING:
    from app.simulation.session import SimulationSession

translate = QCoreApplication.translate
_SIMULATOR: Final = "shapan.fmi.fmi"
_FOLDER: Final = "units"
_STEP_S: Final = 1.0
_DURATION_S: Final = 600.0
_STRANGE: Final = re.compile(r"[^a-z0-9]+")


def is_unit(path: Path) -> bool:
    """Return whether a file is a functional mock-up unit by its name."""
    return path.suffix.lower() == ".fmu" and path.is_file()


@dataclass(frozen=True)
class _Kept:
    """A unit that lies in the project: its place from there, and how it is called."""

    place: str
    name: str


def take_units(
    simulation: SimulationSession, paths: Sequence[Path], answer: Callable[[Scenario], object]
) -> None:
    """Keep units with the project, in a thread, and answer with a scenario that runs them."""
    project = simulation.project
    if project is None:
        simulation.failed.emit(
            translate("TakenUnits", "Open a project first: units belong to a project's scenarios.")
        )
        return
    if not simulation.writable:
        simulation.failed.emit("the project is open for reading only")
        return

    def work() -> list[_Kept] | str:
        try:
            for path in paths:
                read_variables(path)
            return [_kept(path, project) for path in paths]
        except ShapanError as error:
            return str(error)

    def take(found: list[_Kept] | str) -> None:
        if isinstance(found, str):
            simulation.failed.emit(found)
        else:
            answer(_scenario(simulation, found))

    simulation.ask("take-unit", work, take)


def _kept(path: Path, project: Path) -> _Kept:
    """Copy a unit into the project, unless the same lies there already.

    Raises
    ------
    StoreError
        If the disk is full.
    """
    folder = project / SCENARIOS / _FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            name = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
            target = folder / name
            if not target.exists():
                shutil.copyfile(path, target)
            elif not filecmp.cmp(path, target, shallow=False):
                number += 1
                continue
            return _Kept(target.relative_to(project).as_posix(), path.stem)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be copied into the project ({error})") from error


def _scenario(simulation: SimulationSession, units: Sequence[_Kept]) -> Scenario:
    engines: dict[str, EngineSpec] = {}
    for unit in units:
        name = _free(_STRANGE.sub("-", unit.name.lower()).strip("-")[:40] or "unit", engines)
        engines[name] = EngineSpec(name, _SIMULATOR, _STEP_S, {"unit": unit.place}, unit.name)
    title = ", ".join(unit.name for unit in units)
    scenario_id = _free(next(iter(engines)), {one.id for one in simulation.scenarios})
    return Scenario(scenario_id, title, duration_s=_DURATION_S, engines=tuple(engines.values()))


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name that nothing has yet."""
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)
