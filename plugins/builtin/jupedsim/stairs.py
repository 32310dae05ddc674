"""Stairs between storeys, and the count of the whole building, after the hydraulic model.

People on stairs are not walked one around the other: how fast they go follows from how many share
the stairs, and no more come onto them than their flow allows (Gwynne and Rosenbaum, "Employing the
hydraulic model in assessing emergency movement", SFPE Handbook of Fire Protection Engineering, 5th
edition, chapter 59).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from plugins.builtin.engine import Engine
from shapan import Instant, SampleBatch, WorkerContext

#: m²/person: speed falls by this share with each person a square metre.
_A: Final = 0.266
#: Speed and density at which people hinder one another no more.
_FREE_DENSITY: Final = 0.54
#: At this density the flow is greatest; stairs take no more.
_FULL_DENSITY: Final = 1.0 / (2.0 * _A)
#: Along each wall or rail nobody walks.
_BOUNDARY_M: Final = 0.15
#: k of stairs is 51.8 m/min times the root of tread over riser.
_K: Final = 51.8 / 60.0
_NARROWEST_M: Final = 0.3
#: Those who wait at the end stand so far behind one another, in lanes so wide.
_APART_M: Final = 0.5
_LANE_M: Final = 0.6


@dataclass
class Staircase:
    """One staircase and who is on it.

    Parameters
    ----------
    path : (n, 3) float64 array
        Local metres, in the direction in which people leave.
    width_m, length_m, riser_m, tread_m : float
        The length is of the way along the steps.
    """

    path: Any
    width_m: float
    length_m: float
    riser_m: float
    tread_m: float
    #: When each came and will be at the end (microseconds), and their number, first come first.
    people: list[tuple[int, int, int]] = field(default_factory=list)
    arrived: int = 0
    left: int = 0
    entered: int = 0
    credit: float = 1.0

    @property
    def effective_m(self) -> float:
        """Width that people use."""
        return max(self.width_m - 2.0 * _BOUNDARY_M, _NARROWEST_M)

    @property
    def k_m_s(self) -> float:
        """Constant of the speed."""
        return _K * math.sqrt(self.tread_m / self.riser_m)

    @property
    def flow_per_s(self) -> float:
        """The greatest flow in people a second: k / 4a times the effective width."""
        return self.k_m_s / (4.0 * _A) * self.effective_m

    @property
    def on_it(self) -> int:
        """How many are on the stairs, those included who have no room at their end."""
        return self.arrived - self.entered

    def speed_m_s(self, people: int) -> float:
        """Return how fast so many people walk: S = k (1 - a D)."""
        density = people / (self.effective_m * self.length_m)
        density = min(max(density, _FREE_DENSITY), _FULL_DENSITY)
        return self.k_m_s * (1.0 - _A * density)

    def come(self, count: int, now_us: int, number: int) -> None:
        """Let people come onto the stairs, who have numbers from *number* on."""
        for one in range(count):
            self.arrived += 1
            walk_us = round(1e6 * self.length_m / self.speed_m_s(self.on_it))
            last_us = self.people[-1][1] if self.people else 0
            self.people.append((now_us, max(now_us + walk_us, last_us), number + one))

    def advance(self, now_us: int, seconds: float) -> None:
        """Count who is at the end by now, and how many more may come."""
        self.left = self.arrived - sum(until > now_us for _, until, _ in self.people)
        self.credit = min(self.credit + self.flow_per_s * seconds, 1.0 + self.flow_per_s * seconds)

    @property
    def allowed(self) -> int:
        """How many people in all may have come until the next step."""
        room = math.floor(_FULL_DENSITY * self.effective_m * self.length_m) - self.on_it
        return self.arrived + max(0, min(math.floor(self.credit), max(room, 0)))

    def places(self, now_us: int) -> Any:
        """Return where everybody is, (n, 3): in lanes, those at the end behind one another."""
        steps = np.linalg.norm(np.diff(self.path, axis=0), axis=1)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        lanes = max(1, int(self.effective_m / _LANE_M))
        found = np.empty((len(self.people), 3))
        for rank, (came, until, _) in enumerate(self.people):
            share = min(1.0, (now_us - came) / max(until - came, 1))
            end = along[-1] - rank // lanes * _APART_M
            at = max(0.0, min(share * along[-1], end))
            place = [np.interp(at, along, self.path[:, axis]) for axis in range(3)]
            segment = min(int(np.searchsorted(along, at, "right")) - 1, len(steps) - 1)
            way = self.path[segment + 1] - self.path[segment]
            aside = (rank % lanes - (lanes - 1) / 2.0) * _LANE_M / (np.hypot(way[0], way[1]) or 1.0)
            found[rank] = place[0] - way[1] * aside, place[1] + way[0] * aside, place[2]
        return found


class StairsSimulator(Engine):
    """Stairs between the storeys of a building.

    Parameters of a scenario: ``stairs`` (by id: ``path``, points as x, y, z in local metres from
    where people come, ``width_m``, ``riser_m``, ``tread_m``, and ``length_m`` where the way is not
    that of the path), ``storeys`` (names that ``storey_people`` is told of), ``people_every_s``.

    ``passed`` of the storey that people leave goes to ``arriving``, ``allowed`` back to it;
    ``left_stairs`` goes to ``arriving`` of the storey that they come to, and its ``entered`` back.
    All are totals since the beginning. `people_inside` of the storeys goes to ``storey_people``.
    """

    name = "stairs"
    inputs = {"arriving": "person", "entered": "person", "storey_people": "person"}  # noqa: RUF012
    outputs = {  # noqa: RUF012
        "person": "m/s", "allowed": "person", "left_stairs": "person", "on_stairs": "person",
        "people_on_stairs": "person", "people_in_building": "person", "building_empty_after": "s",
    }  # fmt: skip

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        self._stairs: dict[str, Staircase] = {}

    def capabilities(self) -> Mapping[str, Any]:
        """See `shapan.Simulator`."""
        return {
            "stepping": "time", "checkpoint": "exact", "seed": False, "inputs": self.inputs,
            "outputs": self.outputs, "exchange": True, "engine": "hydraulic model",
            "realtime_factor": 1000.0,
            "example": {"stairs": {"west": {
                "path": [[0, 0, 4], [5, 0, 0]], "width_m": 1.2, "riser_m": 0.17, "tread_m": 0.28,
            }}},
            "example_step_s": 1.0,
        }  # fmt: skip

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        given = dict(parameters.get("stairs") or {})
        if not given:
            raise self.error("the parameter stairs is missing", "set stairs, each with its path")
        self._stairs = {str(name): self._staircase(str(name), one) for name, one in given.items()}
        self._storeys: dict[str, float | None] = {
            str(one): None for one in parameters.get("storeys") or ()
        }
        self._every_us = int(1e6 * self.number(parameters, "people_every_s", 0.5, 0.0))
        self._count = 0
        self._shown: set[str] = set()
        self._empty_s: float | None = None
        self._before_us = self._next_us = self.start.us

    def _staircase(self, name: str, given: Mapping[str, Any]) -> Staircase:
        try:
            path = np.array(given["path"], np.float64).reshape(-1, 3)
            width, riser, tread = (float(given[n]) for n in ("width_m", "riser_m", "tread_m"))
            steps = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
            length = float(given.get("length_m", steps))
        except (KeyError, TypeError, ValueError) as error:
            raise self.error(f"the stairs {name} cannot be read ({error})") from error
        if len(path) < 2 or not (0.3 <= width <= 50.0 and 0.05 <= riser <= 0.4
                                 and 0.1 <= tread <= 1.0 and 0.3 <= length <= 1e4):  # fmt: skip
            raise self.error(
                f"the stairs {name} are none that people walk on (width {width:g} m, riser "
                f"{riser:g} m, tread {tread:g} m, way {length:.3g} m)", "correct the scenario",
            )  # fmt: skip
        return Staircase(path, width, length, riser, tread)

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        known: Mapping[str, Any] = self._storeys if indicator == "storey_people" else self._stairs
        for name, value in values.items():
            if name not in known:
                continue
            if indicator == "storey_people":
                self._storeys[name] = value
                continue
            stairs = self._stairs[name]
            if indicator == "arriving":
                more = max(0, int(value) - stairs.arrived)
                stairs.come(more, self.now.us, self._count)
                stairs.credit = max(0.0, stairs.credit - more)
                self._count += more
            else:
                more = min(max(0, int(value) - stairs.entered), len(stairs.people))
                del stairs.people[:more]
                stairs.entered += more
        return [name for name in values if name not in known]

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        seconds = (instant.us - self._before_us) / 1e6
        batches = []
        while self._every_us and self._next_us < instant.us:
            self._next_us += self._every_us
            batches.append(self._people(min(self._next_us, instant.us)))
        for stairs in self._stairs.values():
            stairs.advance(instant.us, seconds)
        self._before_us = instant.us
        batches.append(self._whole(instant))
        return [batch for batch in batches if len(batch)]

    def _people(self, now_us: int) -> SampleBatch:
        """Return where everybody is; those who left say so once, with a bad quality."""
        found: dict[str, Any] = {}
        speeds = []
        for stairs in self._stairs.values():
            for (came, until, number), place in zip(stairs.people, stairs.places(now_us)):
                found[f"person:{self.system}:{number}"] = place
                speeds.append(stairs.length_m / max((until - came) / 1e6, 1e-6))
        gone = sorted(self._shown - found.keys())
        self._shown = set(found)
        position = np.array([*found.values(), *[(np.nan,) * 3] * len(gone)], np.float64)
        batch = self.samples(
            Instant(now_us), [*found, *gone],
            {"person": np.array([*speeds, *[np.nan] * len(gone)])}, position.reshape(-1, 3),
        )  # fmt: skip
        if not gone:
            return batch
        quality = batch.quality.copy()
        quality[len(found) :] = 2
        return replace(batch, quality=quality)

    def _whole(self, instant: Instant) -> SampleBatch:
        stairs = self._stairs
        columns = {
            "allowed": [one.allowed for one in stairs.values()],
            "left_stairs": [one.left for one in stairs.values()],
            "on_stairs": [one.on_it for one in stairs.values()],
        }
        on_stairs = float(sum(columns["on_stairs"]))
        figures = {"people_on_stairs": on_stairs}
        told = list(self._storeys.values())
        if told and all(one is not None for one in told):
            inside = on_stairs + sum(one for one in told if one is not None)
            figures["people_in_building"] = inside
            if inside:
                self._empty_s = None
            elif self._empty_s is None:
                self._empty_s = (instant.us - self.start.us) / 1e6
            if self._empty_s is not None:
                figures["building_empty_after"] = self._empty_s
        return self.joined(
            self.samples(instant, stairs, columns),
            self.samples(instant, [self.system], {n: [v] for n, v in figures.items()}),
        )

    def _is_over(self) -> bool:
        return not any(one.on_it for one in self._stairs.values())

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        return self._whole(self.now)
