"""Where every vehicle is: thousands of questions a step, so without what can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plugins.builtin.sumo.network import Placement
from shapan import Instant, SampleBatch, SampleKeys

_KMH: Final = 3.6
#: SUMO gives about -1e9 as the place of a vehicle that is not on the road: one that is moved.
_NOWHERE: Final = -1e8


class Vehicles:
    """Vehicles on the road as samples with positions.

    Asking SUMO for their names costs a third of all, so these are kept from what it says of each
    step: who set out and who arrived.

    Parameters
    ----------
    sumo : module
        libsumo, started and before its first step.
    keys : SampleKeys
    placement : Placement
    """

    def __init__(self, sumo: Any, keys: SampleKeys, placement: Placement) -> None:
        self._sumo = sumo
        self._keys = keys
        self._placement = placement
        self._departed = bare(sumo.simulation.getDepartedIDList, "simulation_getDepartedIDList")
        self._arrived = bare(sumo.simulation.getArrivedIDList, "simulation_getArrivedIDList")
        self._position = bare(sumo.vehicle.getPosition, "vehicle_getPosition")
        self._speed = bare(sumo.vehicle.getSpeed, "vehicle_getSpeed")
        #: Number of its entity by vehicle, of those that set out and did not arrive.
        self._under_way: dict[str, int] = {}
        self._told = np.zeros(0, np.int32)

    def follow(self) -> None:
        """Take note of who set out and who arrived; after each step."""
        for one in self._departed():
            self._under_way[one] = self._keys.entity(f"vehicle:{one}")
        for one in self._arrived():
            self._under_way.pop(one, None)

    def read(self, now: Instant) -> tuple[SampleBatch, int]:
        """Return where they are, and how many; those that left say so once, with a bad quality."""
        try:
            states = self._states()
        except self._sumo.TraCIException:
            # One that SUMO took away without a word.
            listed = set(self._sumo.vehicle.getIDList())
            self._under_way = {v: n for v, n in self._under_way.items() if v in listed}
            states = self._states()
        visible = states[:, 0] > _NOWHERE
        states = states[visible]
        numbers = np.fromiter(self._under_way.values(), np.int32, len(visible))[visible]
        count = len(numbers)
        gone = self._told[~np.isin(self._told, numbers, kind="table")]
        self._told = numbers
        numbers = np.concatenate([numbers, gone])
        if not len(numbers):
            return SampleBatch.empty(), 0
        places = np.full((len(numbers), 3), np.nan)
        places[:count] = self._placement.local(states[:, :2])
        speeds = np.full(len(numbers), np.nan)
        speeds[:count] = states[:, 2] * _KMH
        quality = np.zeros(len(numbers), np.uint8)
        quality[count:] = 2
        kind = self._keys.indicator("vehicle")
        batch = SampleBatch.of(self._keys, numbers, kind, now.us, speeds, quality)
        return replace(batch, position=places), count

    def _states(self) -> npt.NDArray[np.float64]:
        """Return x, y (SUMO's) and speed (m/s) of each that is under way, (n, 3)."""
        ids = list(self._under_way)
        # One vehicle after another: what SUMO looks up of it is near still.
        each = zip(map(self._position, ids), zip(map(self._speed, ids)))
        every: Iterator[float] = chain.from_iterable(chain.from_iterable(each))
        return np.fromiter(every, np.float64, 3 * len(ids)).reshape(-1, 3)


def bare(wrapper: Any, name: str) -> Any:
    """Return what a function of libsumo's Python layer calls, itself where there is no such."""
    return getattr(wrapper.__globals__.get("_libsumo"), name, wrapper)
