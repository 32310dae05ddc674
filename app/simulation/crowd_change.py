"""By how much people stood denser in one run than in another, at most, at each place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SimulationError
from twin_model.store.run_crowds import CrowdGrid, greatest_crowds
from twin_model.store.run_products import RunProducts

if TYPE_CHECKING:
    from rendering.options import OverlayMesh
    from twin_model.store.run_log import Run

FloatArray = npt.NDArray[np.float64]
#: People/m² at which the classes of a change begin.
CHANGES: Final = (-2.0, -1.0, -0.3, 0.3, 1.0, 2.0)
UNIT: Final = "person/m^2"


def crowd_change(runs: Sequence[Run]) -> list[tuple[CrowdGrid, FloatArray]]:
    """Return by how much the second run's greatest densities lie above the first one's, by storey.

    Raises
    ------
    SimulationError
        If people walk elsewhere in each.
    StoreError
        If a run cannot be read.
    """
    before, after = (
        greatest_crowds(run.moving, run.period, RunProducts(run.folder).crowd_grounds())
        for run in runs
    )
    known = {_cells(one): one for one in before}
    found = [
        (one, one.density - known[_cells(one)].density) for one in after if _cells(one) in known
    ]
    if not found:
        raise SimulationError(
            "", "people walk in other places in both runs",
            remedy="use the same rooms in both scenarios",
        )  # fmt: skip
    return found


def _cells(grid: CrowdGrid) -> tuple[Any, ...]:
    return grid.place_m, grid.height_m, grid.density.shape


def change_mesh(changes: Sequence[tuple[CrowdGrid, FloatArray]]) -> OverlayMesh:
    """Return the floors of all storeys in the colours of a change, as one mesh."""
    from rendering.options import OverlayMesh
    from rendering.water import change_surface

    meshes = [
        change_surface(change, np.full(change.shape, grid.height_m), grid.place_m, CHANGES)
        for grid, change in changes
    ]
    starts = np.cumsum([0, *(len(one.position) for one in meshes)])
    colours = [one.vertex_colour for one in meshes if one.vertex_colour is not None]
    return OverlayMesh(
        np.concatenate([one.position for one in meshes]),
        np.concatenate([one.triangles + start for one, start in zip(meshes, starts)]),
        vertex_colour=np.concatenate(colours), lit=False, above=True,
    )  # fmt: skip


def largest(
    changes: Sequence[tuple[CrowdGrid, FloatArray]],
) -> tuple[FloatArray, CrowdGrid] | None:
    """Return the change and grid of the storey that changed most; None where none did."""
    change, grid = max(
        ((change, grid) for grid, change in changes),
        key=lambda one: float(np.abs(np.nan_to_num(one[0])).max(initial=0.0)),
    )
    return (change, grid) if np.nan_to_num(change).any() else None
