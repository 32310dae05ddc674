"""The flood solver against analytic solutions, a published benchmark and its own mass balance."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("numba")

from plugins.builtin.flood.solver import FloodSolver, Inlets

G = 9.81


def channel(cells: int, length_m: float, left_m: float, right_m: float) -> FloodSolver:
    """A frictionless channel of three rows with a dam in its middle."""
    solver = FloodSolver(np.zeros((3, cells)), length_m / cells, manning=0.0)
    depth = np.full((3, cells), right_m)
    depth[:, : cells // 2] = left_m
    solver.set_water(depth)
    return solver


def ritter(x: np.ndarray, t: float, left_m: float) -> np.ndarray:
    """Depth after a dam breaks onto a dry bed (Ritter, 1892)."""
    c = math.sqrt(G * left_m)
    fan = (2 * c - x / t) ** 2 / (9 * G)
    return np.where(x < -c * t, left_m, np.where(x < 2 * c * t, fan, 0.0))


def stoker(x: np.ndarray, t: float, left_m: float, right_m: float) -> np.ndarray:
    """Depth after a dam breaks onto water (Stoker, 1957)."""
    cl = math.sqrt(G * left_m)

    def off(middle: float) -> float:
        shock = (middle - right_m) * math.sqrt(0.5 * G * (1 / middle + 1 / right_m))
        return 2 * (cl - math.sqrt(G * middle)) - shock

    low, high = right_m, left_m
    for _ in range(100):
        mid = 0.5 * (low + high)
        low, high = (mid, high) if off(mid) > 0 else (low, mid)
    cm = math.sqrt(G * mid)
    um = 2 * (cl - cm)
    front = mid * um / (mid - right_m)
    fan = (2 * cl - x / t) ** 2 / (9 * G)
    return np.select([x < -cl * t, x < (um - cm) * t, x < front * t], [left_m, fan, mid], right_m)


def l1(solver: FloodSolver, exact: np.ndarray) -> float:
    """Mean error as a share of the mean depth."""
    return float(np.abs(solver.depth_m[1] - exact).mean() / exact.mean())


def test_a_dam_breaks_onto_a_dry_bed_within_one_percent_of_ritter() -> None:
    solver = channel(500, 1000.0, 4.0, 0.0)
    solver.advance(30.0)
    x = (np.arange(500) + 0.5) * 2.0 - 500.0
    assert l1(solver, ritter(x, 30.0, 4.0)) < 0.01
    assert solver.mass_error < 1e-9


def test_a_dam_breaks_onto_water_within_one_percent_of_stoker() -> None:
    solver = channel(500, 1000.0, 4.0, 1.0)
    solver.advance(40.0)
    x = (np.arange(500) + 0.5) * 2.0 - 500.0
    assert l1(solver, stoker(x, 40.0, 4.0, 1.0)) < 0.01
    assert solver.mass_error < 1e-9


def test_the_error_at_a_dam_break_falls_as_cells_get_smaller() -> None:
    errors = []
    for cells in (100, 200, 400):
        solver = channel(cells, 1000.0, 4.0, 1.0)
        solver.advance(30.0)
        x = (np.arange(cells) + 0.5) * 1000.0 / cells - 500.0
        errors.append(l1(solver, stoker(x, 30.0, 4.0, 1.0)))
    assert errors[0] > 1.4 * errors[1] > 1.8 * errors[2]


def test_a_dam_breaks_the_same_in_both_directions() -> None:
    one = channel(200, 400.0, 3.0, 0.5)
    other = FloodSolver(np.zeros((200, 3)), 2.0, manning=0.0)
    other.set_water(one.depth_m.T.copy())
    for solver in (one, other):
        solver.advance(15.0)
    assert np.array_equal(one.depth_m[1], other.depth_m[:, 1])


def test_a_lake_with_islands_stays_at_rest_to_the_last_digits() -> None:
    rows, columns = np.mgrid[0:60, 0:80]
    bed = 1.5 * np.sin(rows / 7.0) * np.cos(columns / 9.0) + 0.3 * (rows > 30)
    bed[20:30, 20:30] = 20.0  # a building
    solver = FloodSolver(bed, 5.0, manning=0.02)
    solver.set_water(np.maximum(0.0, 0.9 - bed))
    before = solver.depth_m.copy()
    solver.advance(600.0)
    qx, qy = solver.discharge_m2_s
    assert np.abs(solver.depth_m - before).max() < 1e-12
    assert max(np.abs(qx).max(), np.abs(qy).max()) < 1e-11


def test_water_sloshes_in_a_paraboloid_as_thacker_says() -> None:
    """The benchmark 4.2.2 of SWASHES (Delestre et al., 2013; Thacker, 1981): a moving shoreline."""
    a, h0, r0, length, cells = 1.0, 0.1, 0.8, 4.0, 200
    size = length / cells
    axis = (np.arange(cells) + 0.5) * size - length / 2
    r2 = axis[None, :] ** 2 + axis[:, None] ** 2
    bed = -h0 * (1 - r2 / a**2)
    omega = math.sqrt(8 * G * h0) / a
    big = (a**2 - r0**2) / (a**2 + r0**2)

    def depth(t: float) -> np.ndarray:
        swing = 1 - big * math.cos(omega * t)
        root = math.sqrt(1 - big**2)
        surface = h0 * (root / swing - 1 - r2 / a**2 * ((1 - big**2) / swing**2 - 1))
        return np.maximum(0.0, surface - bed)

    solver = FloodSolver(bed, size, manning=0.0)
    solver.set_water(depth(0.0))
    period = 2 * math.pi / omega
    for quarter in (1, 2, 3, 4):
        solver.advance(period / 4)
        exact = depth(quarter * period / 4)
        assert np.abs(solver.depth_m - exact).sum() / exact.sum() < 0.10, quarter
        assert (solver.depth_m >= 0.0).all()
    # First order damps: what swings out to 0.8 of the bowl comes back a little less.
    assert solver.mass_error < 1e-9


def test_rain_on_hills_with_buildings_sources_inlets_and_open_edges_keeps_its_mass() -> None:
    rng = np.random.default_rng(4)
    rows, columns = np.mgrid[0:80, 0:80]
    bed = 0.02 * (80 - rows) + 0.5 * np.sin(columns / 6.0) + 0.05 * rng.random((80, 80))
    for _ in range(8):
        r, c = rng.integers(5, 65, 2)
        bed[r : r + 8, c : c + 6] += 9.0
    solver = FloodSolver(bed, 4.0, manning=0.03, open_edges=True)
    solver.rain_m_s = 100e-3 / 3600  # 100 mm/h
    solver.set_sources([40], [40], [0.5])
    solver.advance(60.0)
    row, column = np.unravel_index(int(solver.depth_m.argmax()), bed.shape)
    solver.set_inlets(Inlets(np.array([row]), np.array([column]), np.array([2.4]), np.array([0.3])))
    for _ in range(9):
        solver.advance(60.0)
        assert (solver.depth_m >= 0.0).all()
    balance = solver.balance
    assert balance.rained == pytest.approx(100e-3 / 6 * 80 * 80 * 16, rel=1e-9)
    assert balance.flowed_in == pytest.approx(300.0)
    assert balance.drained > 10.0 and balance.ran_off > 10.0
    assert solver.mass_error < 1e-9


def test_an_inlet_takes_nothing_where_the_pipe_stands_higher_than_the_street() -> None:
    solver = FloodSolver(np.zeros((5, 5)), 1.0)
    solver.set_water(np.full((5, 5), 0.2))
    solver.set_inlets(Inlets(np.array([2]), np.array([2]), np.array([2.4]), np.array([0.3])))
    solver.set_head(np.array([0.5]))
    solver.advance(5.0)
    assert solver.captured_m3[0] == 0.0
    solver.set_head(np.array([-1.0]))
    solver.advance(5.0)
    assert solver.captured_m3[0] > 0.5


def test_a_state_that_was_kept_goes_on_exactly_as_before() -> None:
    solver = channel(60, 120.0, 2.0, 0.3)
    solver.advance(3.0)
    kept = solver.state()
    solver.advance(3.0)
    first = solver.depth_m.copy()
    other = channel(60, 120.0, 1.0, 0.1)
    other.restore(kept)
    other.advance(3.0)
    assert np.array_equal(other.depth_m, first)
