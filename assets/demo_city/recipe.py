"""Writes the demo city's source files, in the order in which they are imported.

Everything is made from one plan and fixed seeds: the same size gives the same files, byte for
byte, on one version of the libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from assets.demo_city.buildings import make_buildings
from assets.demo_city.furniture import make_things, make_trees
from assets.demo_city.ground import Ground
from assets.demo_city.imagery import paint
from assets.demo_city.oblique import write_production
from assets.demo_city.old_town import make_wings
from assets.demo_city.plan import OLD_TOWN, SEED, SIZES, make_plan
from assets.demo_city.rasters import write_imagery, write_terrain
from assets.demo_city.survey import roofs, write_survey
from assets.demo_city.tables import (
    write_buildings,
    write_districts,
    write_land_use,
    write_streets,
    write_things,
    write_trees,
    write_water,
)
from assets.demo_city.terminal import write_terminal

EPOCH: Final = "2026-03-01"


@dataclass(frozen=True)
class DemoSource:
    """One file of the demo city.

    Parameters
    ----------
    path : Path
        File or folder.
    name : str
        Layer name to show, in the language asked for.
    crs : str or None
        To give at import; None where the file says it itself.
    epoch : str or None
        Date of survey, ISO 8601.
    visible : bool
        Whether the layer is shown at first; others wait for whoever wants them.
    """

    path: Path
    name: str
    crs: str | None = None
    epoch: str | None = None
    visible: bool = True


def build_sources(
    folder: Path,
    size: str,
    job_report: Callable[[str, int, int], None],
    *,
    english: bool = False,
) -> list[DemoSource]:
    """Write all source files and return them in import order.

    Parameters
    ----------
    folder : Path
        Made where it is missing; files of the same names are replaced.
    size : str
        ``tiny`` (for tests), ``small`` or ``city``.
    job_report : callable
        Called with a stage, steps done and steps in all; may raise to stop the work.
    english : bool
        Call layers and what stands in the city by their English names.

    Raises
    ------
    ValueError
        If the size is unknown.
    """
    if size not in SIZES:
        raise ValueError(f"size {size!r} is not one of {', '.join(SIZES)}")
    folder.mkdir(parents=True, exist_ok=True)
    kitchen = _Kitchen(folder, size, job_report, english)
    kitchen.rasters()
    kitchen.tables()
    kitchen.models()
    job_report("demo city", kitchen.steps, kitchen.steps)
    return kitchen.sources


class _Kitchen:
    """What the steps share."""

    steps: Final = 14

    def __init__(
        self,
        folder: Path,
        size: str,
        job_report: Callable[[str, int, int], None],
        english: bool,
    ) -> None:
        self._folder = folder
        self._report = job_report
        self._english = english
        self._step = 0
        self.sources: list[DemoSource] = []
        job_report("plan", 0, self.steps)
        self._plan = make_plan(SIZES[size])
        self._buildings = make_buildings(self._plan, _chance(1))
        self._trees = make_trees(self._plan, self._buildings, _chance(2))
        self._things = make_things(self._plan, _chance(3))
        self._ground = Ground(self._plan, SIZES[size].dem_m, _chance(4))
        columns, rows = SIZES[size].oblique_tiles
        east, north = OLD_TOWN[0] + 100.0 * columns, OLD_TOWN[1] + 100.0 * rows
        self._all_wings = make_wings(_chance(5))
        # What there are tiles for.
        self._wings = [w for w in self._all_wings if w.x < east and w.y < north]

    def _next(
        self, stage: str, file: str, name: str, name_en: str, *, visible: bool = True
    ) -> Path:
        self._step += 1
        self._report(stage, self._step, self.steps)
        path = self._folder / file
        path.unlink(missing_ok=True) if not path.is_dir() else None
        shown = name_en if self._english else name
        self.sources.append(DemoSource(path, shown, epoch=EPOCH, visible=visible))
        return path

    def rasters(self) -> None:
        plan, ground = self._plan, self._ground
        path = self._next("terrain", "terrain.tif", "地形", "Terrain")
        write_terrain(path, plan, ground.heights, ground.cell_m)
        path = self._next("imagery", "imagery.tif", "影像", "Imagery")
        self._picture = paint(
            plan, self._buildings, self._trees, self._things, self._all_wings, _chance(6)
        )
        write_imagery(path, plan, self._picture)

    def tables(self) -> None:
        plan = self._plan
        hidden = {"visible": False}
        english = self._english
        write_land_use(
            self._next("land use", "land_use.gpkg", "土地利用", "Land use", **hidden),
            plan,
            english=english,
        )
        write_districts(
            self._next("districts", "districts.gpkg", "片区", "Districts", **hidden),
            plan,
            english=english,
        )
        write_water(self._next("water", "water.gpkg", "水系", "Water"), plan, english=english)
        write_streets(self._next("roads", "roads.gpkg", "道路", "Roads"), plan, english=english)
        write_buildings(
            self._next("buildings", "buildings.gpkg", "建筑", "Buildings"),
            self._buildings,
            english=english,
        )
        write_trees(
            self._next("trees", "trees.gpkg", "树木", "Trees"),
            self._trees,
            _chance(7),
            english=english,
        )
        path = self._next("facilities", "things.gpkg", "设施", "Facilities")
        write_things(path, plan, self._things, english=english)

    def models(self) -> None:
        path = self._next("terminal", "terminal.ifc", "航站楼", "Terminal")
        write_terminal(path, english=self._english)
        path = self._next("survey", "survey.laz", "激光点云", "Laser survey", visible=False)
        solids = roofs(self._buildings) + [(w.outline, w.eaves_m) for w in self._all_wings]
        write_survey(path, self._plan, self._ground, solids, self._trees, self._picture, _chance(8))
        path = self._next("old town", "old_town", "老城倾斜摄影", "Old town (oblique)")
        _empty(path)
        write_production(
            path,
            self._wings,
            self._ground,
            self._plan.size.oblique_tiles,
            _chance(9),
            lambda done, total: self._report(f"old town {done}/{total}", self._step, self.steps),
        )


def _chance(number: int) -> np.random.Generator:
    """Return the random numbers of one step, so that steps don't disturb each other."""
    return np.random.default_rng([SEED, number])


def _empty(folder: Path) -> None:
    """Remove the tiles that an earlier run left; nothing else is touched."""
    for tile in sorted(folder.glob("Data/Tile_*/*.osgb")):
        tile.unlink()
    for place in sorted(folder.glob("Data/Tile_*")):
        place.rmdir()
    if (folder / "Data").is_dir():
        (folder / "Data").rmdir()
