"""The edges of a network by the entities that they are part of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plugins.builtin.sumo.vehicles import bare

_KMH: Final = 3.6


class Edges:
    """What edges say, brought together by road.

    A road of the twin may be many edges: pieces between junctions, both ways. Its speed is that of
    its vehicles, where there are none that of the empty road; its flow is both ways together.
    One moment says little: on a short bridge there may be nobody. So values are means of `look`.

    Parameters
    ----------
    sumo : module
        libsumo, started.
    entity_of : callable
        Entity by edge.
    """

    def __init__(self, sumo: Any, entity_of: Callable[[str], str]) -> None:
        self._sumo = sumo
        edge = sumo.edge
        self._vehicles = bare(edge.getLastStepVehicleNumber, "edge_getLastStepVehicleNumber")
        self._speed = bare(edge.getLastStepMeanSpeed, "edge_getLastStepMeanSpeed")
        self._queue = bare(edge.getLastStepHaltingNumber, "edge_getLastStepHaltingNumber")
        self.names = [one for one in sumo.edge.getIDList() if not one.startswith(":")]
        lengths = [sumo.lane.getLength(f"{one}_0") for one in self.names]
        self._length_km = np.array(lengths) / 1000.0
        rows: dict[str, int] = {}
        self._row = np.array([rows.setdefault(entity_of(one), len(rows)) for one in self.names],
                             np.intp)  # fmt: skip
        self.entities = list(rows)
        self._edges_of: dict[str, list[str]] = {entity: [] for entity in self.entities}
        for one, row in zip(self.names, self._row.tolist()):
            self._edges_of[self.entities[row]].append(one)
        # Counting both ways, a road that is one piece each way is as long as one of them.
        known = set(self.names)
        both = np.array([0.5 if _back(one) in known else 1.0 for one in self.names])
        self._road_km = self._summed(self._length_km * both)
        #: Sums of vehicles, their speed, queues, and speed by length, of so many looks.
        self._seen: npt.NDArray[np.float64] | None = None
        self._looks = 0

    def of(self, entity: str) -> list[str]:
        """Return the edges of a road; none where it has none."""
        return self._edges_of.get(entity, [])

    def look(self) -> None:
        """Take note of how everything stands now, for the means of `columns`."""
        names, number = self.names, len(self.names)
        count = np.fromiter(map(self._vehicles, names), np.float64, number)
        speed = np.fromiter(map(self._speed, names), np.float64, number) * _KMH
        queue = np.fromiter(map(self._queue, names), np.float64, number)
        seen = np.array([
            self._summed(count), self._summed(count * speed), self._summed(queue),
            self._summed(self._length_km * speed),
        ])  # fmt: skip
        self._seen = seen if self._seen is None else self._seen + seen
        self._looks += 1

    def columns(self, *, begin: bool = False) -> Mapping[str, npt.NDArray[np.float64]]:
        """Return values by indicator, one for each of `entities`: means of what was seen.

        Parameters
        ----------
        begin : bool
            Whether the next means begin here.
        """
        asked_between = self._seen is None
        if asked_between:
            self.look()
        assert self._seen is not None
        vehicles, moving, queue, free = self._seen
        speed = free / self._summed(self._length_km) / self._looks
        np.divide(moving, vehicles, out=speed, where=vehicles > 0.0)
        road_km = self._road_km * self._looks
        found = {"speed": speed, "flow": moving / road_km, "queue": queue / self._looks,
                 "density": vehicles / road_km}  # fmt: skip
        # Whoever asks must not change the means that come.
        if begin or asked_between:
            self._seen, self._looks = None, 0
        return found

    def _summed(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(self._row, values, len(self.entities)).astype(np.float64)

    def shapes(self) -> dict[str, list[tuple[npt.NDArray[np.float64], float]]]:
        """Return middle line, (n, 2) in SUMO's coordinates, and width of each road's edges."""
        return {entity: [self._shape(one) for one in self.of(entity)] for entity in self.entities}

    def _shape(self, edge: str) -> tuple[npt.NDArray[np.float64], float]:
        lane, count = self._sumo.lane, self._sumo.edge.getLaneNumber(edge)
        shapes = [np.array(lane.getShape(f"{edge}_{n}"))[:, :2] for n in range(count)]
        width_m = sum(lane.getWidth(f"{edge}_{n}") for n in range(count))
        low, high = shapes[(count - 1) // 2], shapes[count // 2]
        middle: npt.NDArray[np.float64] = (low + high) / 2 if low.shape == high.shape else low
        return middle, width_m


def _back(edge: str) -> str:
    """Return what the way back is called in networks of netconvert and of ours."""
    return edge[1:] if edge.startswith("-") else f"-{edge}"
