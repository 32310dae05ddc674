"""Exits that let people through only as fast as what is behind them takes them: heads of stairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import shapely


class HeldExits:
    """Says who may leave by which exit.

    Parameters
    ----------
    shapes : dict of str to polygon
        Exits; people walk to the middle of each and wait there.
    """

    def __init__(self, shapes: Mapping[str, Any]) -> None:
        self.places = {name: shape.representative_point() for name, shape in shapes.items()}
        self._shapes = dict(shapes)
        #: How many may have left by each since the beginning.
        self._allowed = dict.fromkeys(shapes, 0)

    def __bool__(self) -> bool:
        return bool(self._shapes)

    def take(self, totals: Mapping[str, float]) -> list[str]:
        """Take how many may leave in all; return the exits that are not known."""
        for name, total in totals.items():
            if name in self._allowed:
                self._allowed[name] = max(self._allowed[name], int(total))
        return [name for name in totals if name not in self._allowed]

    def leaving(
        self, agents: Iterable[Any], ways: Mapping[int, str], passed: Mapping[str, int]
    ) -> list[int]:
        """Return the agents who leave now, those in front first.

        Parameters
        ----------
        agents : iterable of jupedsim.Agent
        ways : dict of int to str
            By which exit each wants to leave.
        passed : dict of str to int
            How many left by each exit so far.
        """
        room = {name: self._allowed[name] - passed[name] for name in self._shapes}
        near: dict[str, list[tuple[float, int]]] = {}
        for agent in agents:
            name = ways.get(agent.id, "")
            if room.get(name, 0) > 0:
                here = shapely.Point(agent.position)
                if self._shapes[name].covers(here):
                    near.setdefault(name, []).append((self.places[name].distance(here), agent.id))
        return [
            agent for name, some in near.items() for _, agent in sorted(some)[: room[name]]
        ]  # fmt: skip
