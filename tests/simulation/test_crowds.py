"""How densely people stand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.simulation.crowd_change import change_mesh, crowd_change
from rendering.crowd import CROWD_COLOURS, LETTERS, LEVELS, crowd_surface
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.run_crowds import CrowdGround, greatest_crowds
from twin_model.store.run_log import Run, RunLog
from twin_model.store.run_products import RunProducts
from twin_model.time import Instant

HALL = [[0.0, 0.0], [20.0, 0.0], [20.0, 10.0], [0.0, 10.0]]
PILLAR = [[9.0, 4.0], [11.0, 4.0], [11.0, 6.0], [9.0, 6.0]]


def people(apart_m: float, height_m: float = 0.0) -> np.ndarray:
    """Return people in rows over the hall, none in the pillar."""
    x, y = np.meshgrid(np.arange(apart_m / 2, 20, apart_m), np.arange(apart_m / 2, 10, apart_m))
    places = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, height_m)])
    inside = (np.abs(places[:, 0] - 10) < 1) & (np.abs(places[:, 1] - 5) < 1)
    return np.asarray(places[~inside])


@pytest.mark.parametrize("apart_m", [0.5, 1.0])
def test_density_is_right_in_the_middle_at_walls_and_around_pillars(apart_m: float) -> None:
    grid = CrowdGround([HALL, PILLAR], 0.0).grid(people(apart_m))
    assert grid.place_m == (-0.5, -0.5, 0.5)
    hall = grid.density[1:21, 1:41]
    assert np.isnan(hall[8:12, 18:22]).all() and np.isfinite(hall[:8]).all()
    assert grid.density[np.isfinite(grid.density)] == pytest.approx(1.0 / apart_m**2, rel=0.12)


def test_people_on_other_floors_and_outside_do_not_count() -> None:
    ground = CrowdGround([HALL], 4.0)
    outside = np.array([[-5.0, 5.0, 4.0], [50.0, 5.0, 4.0]])
    found = ground.grid(np.vstack([people(1.0, 0.0), outside]))
    assert np.nanmax(found.density) == pytest.approx(0.0, abs=1e-9)


def test_the_floor_takes_the_colour_of_its_level_of_service() -> None:
    assert len(CROWD_COLOURS) == len(LETTERS) == len(LEVELS) + 1
    density = np.full((6, 6), 1.0)  # level D: 0.72 to 1.08 people/m²
    mesh = crowd_surface(density, 3.0, (0.0, 0.0, 0.5))
    assert mesh.vertex_colour is not None
    shown = mesh.vertex_colour[mesh.vertex_colour[:, 3] > 0]
    wanted = [int(CROWD_COLOURS[3][n : n + 2], 16) for n in (1, 3, 5)]
    assert (shown[:, :3] == wanted).all() and len(shown) == 36
    assert mesh.position[:, 2].min() >= 3.0
    assert not len(crowd_surface(np.zeros((6, 6)), 3.0, (0.0, 0.0, 0.5)).triangles)


def walked(folder: Path, spots: list[tuple[float, float]]) -> Run:
    """Return a run in which four people stand a second at each spot of the hall, one by one."""
    start = Instant.parse("2026-01-01T00:00:00Z")
    log = RunLog(folder, {"start": str(start), "scenario": {"duration_s": 10.0}})
    names = [f"person:p:{number}" for number in range(4)]
    keys = SampleKeys(names, ["person"])
    for second, spot in enumerate(spots):
        corners = np.array([(0.0, 0.0), (0.3, 0.0), (0.0, 0.3), (0.3, 0.3)]) + spot
        place = np.column_stack([corners, np.zeros(4)])
        at_us = start.us + second * 1_000_000 + 500_000
        log.write("p", replace(SampleBatch.of(keys, range(4), 0, at_us, 0.0), position=place))
    log.close("finished", reached=str(Instant(start.us + len(spots) * 1_000_000)))
    products = folder / "products/p"
    products.mkdir(parents=True)
    ground = {"rings": [HALL], "height_m": 0.0}
    (products / "walkable.json").write_text(json.dumps(ground))
    return Run(folder)


def test_the_greatest_density_of_a_run_is_known_at_each_place_and_compared(tmp_path: Path) -> None:
    runs = [walked(tmp_path / "a", [(5.0, 5.0), (10.0, 5.0)]),
            walked(tmp_path / "b", [(5.0, 5.0), (15.0, 5.0)])]  # fmt: skip
    (grid,) = greatest_crowds(
        runs[0].moving, runs[0].period, RunProducts(runs[0].folder).crowd_grounds()
    )
    column = [round(2 * (x - grid.place_m[0])) for x in (5.0, 10.0, 15.0)]
    row = round(2 * (5.0 - grid.place_m[1]))
    first, second, never = grid.density[row, column]
    assert first == pytest.approx(second, rel=0.01) and first > 0.8 and never < 1e-9
    ((_, change),) = crowd_change(runs)
    assert change[row, column] == pytest.approx([0.0, -second, second], abs=0.01)
    mesh = change_mesh(crowd_change(runs))
    assert mesh.vertex_colour is not None and len(mesh.triangles)
    for run in runs:
        run.close()
