"""Water on a terrain: what falls, flows in, runs off and stays, with its mass accounted for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from plugins.builtin.flood.kernel import DRY_M, GRAVITY, step

Grid = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: Share of a cell that the fastest wave may cross in a step. With two dimensions at once depths
#: stay positive up to a half.
COURANT: Final = 0.45
_LONGEST_STEP_S: Final = 10.0
_SHORTEST_STEP_S: Final = 1e-6


@dataclass
class WaterBalance:
    """Where water came from and went, in cubic metres.

    Parameters
    ----------
    start, rained, flowed_in, drained, ran_off : float
        In the area at first; from the sky; from sources; into inlets; over open edges.
    """

    start: float = 0.0
    rained: float = 0.0
    flowed_in: float = 0.0
    drained: float = 0.0
    ran_off: float = 0.0

    @property
    def expected(self) -> float:
        """What should be in the area."""
        return self.start + self.rained + self.flowed_in - self.drained - self.ran_off

    @property
    def turned_over(self) -> float:
        """All that there ever was."""
        return self.start + self.rained + self.flowed_in


@dataclass(frozen=True)
class Inlets:
    """Gullies and manholes that take water off the surface.

    Captured as over a weir around the cover while the pipe is below ground, as through an orifice
    when its water stands higher (Chen, Djordjevic, Leandro and Savic, 2007); no more than there is.

    Parameters
    ----------
    row, column : (n,) int arrays
    perimeter_m : (n,) float64 array
    area_m2 : (n,) float64 array
        Open area.
    """

    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    perimeter_m: npt.NDArray[np.float64]
    area_m2: npt.NDArray[np.float64]

    def capture(
        self, depth_m: npt.NDArray[np.float64], ground_m: npt.NDArray[np.float64],
        head_m: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:  # fmt: skip
        """Return what is taken, in m³/s.

        Parameters
        ----------
        depth_m : (n,) array
            Of water on the surface.
        ground_m, head_m : (n,) arrays
            Heights of the ground and of the water in the pipe.
        """
        depth = np.where(depth_m > DRY_M, depth_m, 0.0)
        weir = (2.0 / 3.0) * 0.6 * math.sqrt(2 * GRAVITY) * self.perimeter_m * depth**1.5
        fall = np.maximum(0.0, ground_m + depth - np.maximum(head_m, ground_m))
        orifice = 0.6 * self.area_m2 * np.sqrt(2 * GRAVITY * fall)
        least: Grid = np.minimum(weir, orifice)
        return least


@dataclass
class FloodSolver:
    """The state of the water and what moves it.

    Parameters
    ----------
    bed_m : (rows, columns) float64 array
        Height of ground and buildings; row 0 is the southernmost.
    size_m : float
        Width of a cell.
    manning : float or (rows, columns) array
        Manning's n in s/m^(1/3).
    open_edges : bool
        Whether water leaves over the edge; else there is a wall.
    """

    bed_m: Grid
    size_m: float
    manning: float | Grid = 0.03
    open_edges: bool = False
    rain_m_s: float = 0.0
    balance: WaterBalance = field(default_factory=WaterBalance)
    time_s: float = 0.0
    steps: int = 0

    def __post_init__(self) -> None:
        shape = (self.bed_m.shape[0] + 2, self.bed_m.shape[1] + 2)
        self._z = np.pad(np.asarray(self.bed_m, np.float64), 1, mode="edge")
        self._h, self._qx, self._qy = (np.zeros(shape) for _ in range(3))
        n = np.broadcast_to(np.asarray(self.manning, np.float64), self.bed_m.shape)
        self._n2 = np.pad(n * n, 1, mode="edge")
        self._work = np.zeros((16, shape[1] + 1))
        self._fastest = 0.0
        self._sources: tuple[Cells, Cells, Grid] | None = None
        self._inlets: Inlets | None = None
        self.open_share: Grid = np.zeros(0)
        self._head_m = np.zeros(0)
        self.captured_m3 = np.zeros(0)

    # -- state ---------------------------------------------------------------------------

    @property
    def depth_m(self) -> Grid:
        """Depth of water, (rows, columns); change it only with `set_water`."""
        return cast(Grid, self._h)[1:-1, 1:-1]

    @property
    def discharge_m2_s(self) -> tuple[Grid, Grid]:
        """Discharge per width, eastwards and northwards, each (rows, columns)."""
        return self._qx[1:-1, 1:-1], self._qy[1:-1, 1:-1]

    @property
    def volume_m3(self) -> float:
        """Water in the area."""
        return float(self.depth_m.sum()) * self.size_m**2

    @property
    def mass_error(self) -> float:
        """Water that came from nowhere or vanished, as a share of all that there was."""
        whole = self.balance.turned_over
        return abs(self.volume_m3 - self.balance.expected) / whole if whole else 0.0

    def set_water(self, depth_m: Grid, qx: Grid | None = None, qy: Grid | None = None) -> None:
        """Put water there, in place of what was; the balance begins anew."""
        self._h[1:-1, 1:-1] = depth_m
        self._qx[1:-1, 1:-1] = 0.0 if qx is None else qx
        self._qy[1:-1, 1:-1] = 0.0 if qy is None else qy
        self.balance = WaterBalance(start=self.volume_m3)
        self._fastest = 0.0

    def set_sources(
        self, row: npt.ArrayLike, column: npt.ArrayLike, flow_m3_s: npt.ArrayLike
    ) -> None:
        """Let water flow out of cells, from now on."""
        self._sources = (
            np.asarray(row, np.int64), np.asarray(column, np.int64),
            np.asarray(flow_m3_s, np.float64),
        )  # fmt: skip

    def set_inlets(self, inlets: Inlets) -> None:
        """Take water off the surface at inlets whose pipes are empty until `set_head` says more."""
        self._inlets = inlets
        #: How much of each inlet is open, 0 to 1.
        self.open_share = np.ones(len(inlets.row))
        self._head_m = np.full(len(inlets.row), -math.inf)
        self.captured_m3 = np.zeros(len(inlets.row))

    def set_head(self, head_m: npt.NDArray[np.float64]) -> None:
        """Tell how high water stands in the pipe under each inlet."""
        self._head_m = head_m

    def state(self) -> dict[str, Grid]:
        """Return everything that `restore` needs."""
        numbers = [self.time_s, float(self.steps), self._fastest, self.rain_m_s]
        return {
            "h": self._h.copy(), "qx": self._qx.copy(), "qy": self._qy.copy(),
            "numbers": np.array(numbers), "captured": self.captured_m3.copy(),
            "head": self._head_m.copy(), "balance": np.array(list(vars(self.balance).values())),
        }  # fmt: skip

    def restore(self, state: dict[str, Grid]) -> None:
        """Go back to a state."""
        self._h, self._qx, self._qy = (state[name].copy() for name in ("h", "qx", "qy"))
        self.time_s, steps, self._fastest, self.rain_m_s = map(float, state["numbers"])
        self.steps = int(steps)
        self.captured_m3, self._head_m = state["captured"].copy(), state["head"].copy()
        self.balance = WaterBalance(*map(float, state["balance"]))

    # -- stepping ------------------------------------------------------------------------

    def advance(self, duration_s: float) -> None:
        """Let so much time pass, in as many steps as stability needs."""
        left_s = duration_s
        while left_s > 1e-9:
            dt = self._step_s(left_s)
            self._supply(dt)
            self._fill_edges()
            self._fastest = float(
                step(self._h, self._qx, self._qy, self._z, self._n2, self._work, self.size_m, dt)
            )
            if self.open_edges:
                self._drain_edges()
            self.steps += 1
            self.time_s += dt
            left_s -= dt

    def _step_s(self, left_s: float) -> float:
        """Return a step that is stable, and divides what is left evenly."""
        fastest = max(self._fastest, self._first_speed())
        longest = _LONGEST_STEP_S
        if fastest > 0.0:
            longest = min(longest, COURANT * self.size_m / fastest)
        if self._sources is not None:
            # What flows in within the step makes waves of its own.
            row, column, flow = self._sources
            deep = self.depth_m[row, column] + np.maximum(flow, 0.0) * longest / self.size_m**2
            wave = math.sqrt(GRAVITY * float(deep.max(initial=0.0)))
            longest = min(longest, COURANT * self.size_m / max(wave, 1e-6))
        longest = max(longest, _SHORTEST_STEP_S)
        return left_s / max(1, math.ceil(left_s / longest - 1e-9))

    def _first_speed(self) -> float:
        """Return the wave speed that what is about to be added could have."""
        if self.steps == 0 or self._fastest == 0.0:
            deepest = float(self._h.max()) + self.rain_m_s * _LONGEST_STEP_S
            wet = self._h > DRY_M
            speed = 0.0
            if wet.any():
                speed = float((np.hypot(self._qx, self._qy)[wet] / self._h[wet]).max())
            return speed + math.sqrt(GRAVITY * deepest)
        return 0.0

    def _supply(self, dt: float) -> None:
        cell_m2 = self.size_m**2
        inner = self._h[1:-1, 1:-1]
        if self.rain_m_s:
            inner += self.rain_m_s * dt
            self.balance.rained += self.rain_m_s * dt * inner.size * cell_m2
        if self._sources is not None:
            row, column, flow = self._sources
            np.add.at(inner, (row, column), flow * dt / cell_m2)
            self.balance.flowed_in += float(flow.sum()) * dt
        if self._inlets is not None:
            self._capture(self._inlets, inner, dt, cell_m2)

    def _capture(self, inlets: Inlets, inner: Grid, dt: float, cell_m2: float) -> None:
        row, column = inlets.row, inlets.column
        depth, ground = inner[row, column], self.bed_m[row, column]
        flow = inlets.capture(depth, ground, self._head_m) * self.open_share
        taken = np.minimum(flow * dt, 0.9 * depth * cell_m2)
        # Two inlets in one cell share what there is.
        wanted = np.zeros(inner.shape)
        np.add.at(wanted, (row, column), taken)
        most = 0.9 * depth * cell_m2
        share = np.minimum(1.0, most / np.maximum(wanted[row, column], 1e-30))
        taken *= share
        kept = 1.0 - taken / np.maximum(depth * cell_m2, 1e-30)
        np.subtract.at(inner, (row, column), taken / cell_m2)
        for momentum in (self._qx, self._qy):
            momentum[row + 1, column + 1] *= kept
        self.captured_m3 += taken
        self.balance.drained += float(taken.sum())

    def _fill_edges(self) -> None:
        """Mirror the outermost cells: a wall that lets nothing through."""
        for grid, normal in ((self._h, 0), (self._qx, 1), (self._qy, 2)):
            grid[0], grid[-1] = grid[1], grid[-2]
            grid[:, 0], grid[:, -1] = grid[:, 1], grid[:, -2]
            if normal == 2:
                grid[0] *= -1.0
                grid[-1] *= -1.0
            elif normal == 1:
                grid[:, 0] *= -1.0
                grid[:, -1] *= -1.0

    def _drain_edges(self) -> None:
        """Empty the outermost cells, over which water falls out of the area."""
        inner = self._h[1:-1, 1:-1]
        gone = float(inner[0].sum() + inner[-1].sum() + inner[1:-1, 0].sum()
                     + inner[1:-1, -1].sum())  # fmt: skip
        self.balance.ran_off += gone * self.size_m**2
        for grid in (self._h, self._qx, self._qy):
            edge = grid[1:-1, 1:-1]
            edge[0] = edge[-1] = 0.0
            edge[:, 0] = edge[:, -1] = 0.0
