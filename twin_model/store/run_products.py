"""What a run keeps beside its samples: grids of water, where roads and pipes lie, people walk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import StoreError
from twin_model.store.run_crowds import WALKABLE, CrowdGround, read_grounds
from twin_model.time import Instant

PRODUCTS: Final = "products"
_DEPTH: Final = "depth-"
_LINES: Final = ("roads.json", "pipes.json")
_MOST_BYTES: Final = 512 << 20

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DepthGrid:
    """Water over an area at one instant.

    Parameters
    ----------
    instant : Instant
    depth_m, deepest_m : (rows, columns) float64 array
        Now, and at most so far; NaN in buildings. Row 0 is the southernmost.
    bed_m : (rows, columns) float64 array
    place_m : (west, south, cell)
        Local metres.
    """

    instant: Instant
    depth_m: FloatArray
    deepest_m: FloatArray
    bed_m: FloatArray
    place_m: tuple[float, float, float]

    def same_cells(self, other: DepthGrid) -> bool:
        """Return whether two grids have the same cells, so that they can be subtracted."""
        return self.place_m == other.place_m and self.depth_m.shape == other.depth_m.shape


class RunProducts:
    """Reads what simulators of a run wrote beside samples.

    Parameters
    ----------
    folder : Path
        ``runs/<run>``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ground: dict[str, tuple[FloatArray, npt.NDArray[np.bool_]]] = {}
        self._systems: list[str] | None = None
        self._crowds: list[CrowdGround] | None = None

    def water_systems(self) -> list[str]:
        """Return the engines that kept depths."""
        if self._systems is None:
            found = {path.parent.name for path in self._files(f"*/{_DEPTH}*.npz")}
            if not found:
                return []  # perhaps the first grid is still to come
            self._systems = sorted(found)
        return self._systems

    def _files(self, pattern: str) -> list[Path]:
        """Return files of the run, also while it is computed and they lie with its simulators."""
        places = [PRODUCTS, f".work/storage/*/{PRODUCTS}"]
        return sorted(path for place in places for path in self._folder.glob(f"{place}/{pattern}"))

    def instants(self, system: str) -> list[Instant]:
        """Return when depths were kept, in order of time."""
        found = []
        for path in self._files(f"{system}/{_DEPTH}*.npz"):
            number = path.stem.removeprefix(_DEPTH)
            if number.isdigit():
                found.append(Instant(int(number)))
        return sorted(found)

    def depth_at(self, system: str, instant: Instant) -> DepthGrid | None:
        """Return the newest depths that are not later; None where there are none yet.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        times = [one for one in self.instants(system) if one <= instant]
        return self._depth(system, times[-1]) if times else None

    def last_depth(self, system: str) -> DepthGrid | None:
        """Return the last depths; None where there are none."""
        times = self.instants(system)
        return self._depth(system, times[-1]) if times else None

    def _depth(self, system: str, instant: Instant) -> DepthGrid:
        name = f"{system}/{_DEPTH}{instant.us}.npz"
        found = self._files(name)
        if not found:
            raise StoreError(f"{self._folder} has no {name} any more")
        path = found[0]
        try:
            with np.load(path) as kept:
                depth = kept["depth_m"].astype(np.float64)
                deepest = kept["deepest_m"].astype(np.float64)
                west, south, cell = (float(v) for v in kept["place_m"])
            bed, built = self._ground_of(system, depth.shape)
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(f"depths of a run ({path}) cannot be read: {error}") from error
        depth[built] = deepest[built] = np.nan
        return DepthGrid(instant, depth, deepest, bed, (west, south, cell))

    def _ground_of(
        self, system: str, shape: tuple[int, ...]
    ) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        if system not in self._ground:
            found = self._files(f"{system}/ground.npz")
            if found:
                with np.load(found[0]) as kept:
                    self._ground[system] = kept["bed_m"].astype(np.float64), kept["built"]
            else:  # of a run before depths came with their ground
                self._ground[system] = np.zeros(shape), np.zeros(shape, bool)
        return self._ground[system]

    def crowd_grounds(self) -> list[CrowdGround]:
        """Return where people walk, a storey each; none where nobody does.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        if self._crowds is None:
            files = self._files(f"*/{WALKABLE}")
            if not files:
                return []  # perhaps still to come
            self._crowds = read_grounds(files)
        return self._crowds

    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """Return where roads and pipes lie: lists of ``points`` and ``width_m`` by entity.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        for path in [path for name in _LINES for path in self._files(f"*/{name}")]:
            try:
                if path.stat().st_size > _MOST_BYTES:
                    raise StoreError(
                        f"lines of a run ({path}) are larger than {_MOST_BYTES >> 20} MiB"
                    )
                found |= json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise StoreError(f"lines of a run ({path}) cannot be read: {error}") from error
        return found
