"""A run that goes on from a checkpoint of another: what it takes over, whether it is the same."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from plugins.conductor.participants import WorkerParticipant
from twin_model.errors import SimulationError, StoreError
from twin_model.simulation.capabilities import Capabilities
from twin_model.simulation.checkpoints import branch_of, check_branch, checkpoint_folder
from twin_model.simulation.scenario import Branch, Scenario, read_scenario
from twin_model.store.run_log import RUNS, Run, RunLog
from twin_model.time import Instant, Interval

#: Figures of an engine that goes on are those that it had, but for the last digits.
_SAME: Final = 1e-6
#: A minute of a city is some 100,000 places.
_AT_ONCE_US: Final = 60_000_000


class Origin:
    """The run that a scenario goes on from.

    Parameters
    ----------
    project : Path
    scenario : Scenario
    branch : Branch

    Raises
    ------
    SimulationError
        If the run or its checkpoint is not there, or the scenario began otherwise.
    """

    def __init__(self, project: Path, scenario: Scenario, branch: Branch) -> None:
        self._at = branch.at
        try:
            self._run = Run(project / RUNS / branch.run)
        except StoreError as error:
            raise SimulationError(
                "", f"scenario {scenario.id} goes on from the run {branch.run}, which is not there",
                remedy="choose another run, or run the scenario from its beginning",
            ) from error  # fmt: skip
        about = self._run.about
        #: When simulated time began.
        self.start = Instant.parse(str(about["start"]))
        #: Kept states of its simulators.
        self.folder = checkpoint_folder(self._run.folder, branch.at)
        begun = (branch.at.us - self.start.us) / 1e6
        branch_of(self._run.folder, about, scenario.id, begun)
        origin = read_scenario(str(about.get("scenario_id", "")), about["scenario"])
        check_branch(scenario, origin, self.start, branch.at)

    @property
    def revision(self) -> int:
        """Revision of the twin that its engines began with."""
        return int(self._run.about["twin"]["revision"])

    def take_over(self, log: RunLog) -> None:
        """Write what was computed until the branch, so that the new run is whole."""
        until = Interval(self.start, Instant(self._at.us + 1))
        for history in (self._run.series, self._run.moving):
            for batch in history.batches(until, _AT_ONCE_US):
                if len(batch):
                    log.write("", batch)

    def check_same(
        self,
        participants: Sequence[WorkerParticipant],
        can: Mapping[str, Capabilities],
        systems: Mapping[str, str],
    ) -> None:
        """Refuse engines that do not stand where the run left them.

        Raises
        ------
        SimulationError
            With the figure that is another.
        """
        had = self._figures(list(systems.values()))
        for one in participants:
            system = systems[one.id]
            values = one.get_values()
            keys = values.keys
            tolerance = max(_SAME, can[one.id].tolerance)
            for entity, indicator, value in zip(values.entity, values.indicator, values.value):
                name = keys.indicators[indicator]
                if keys.entities[entity] != system or (system, name) not in had:
                    continue
                before = had[system, name]
                if not math.isclose(before, value, rel_tol=tolerance, abs_tol=1e-9):
                    raise SimulationError(
                        one.id, f"does not go on as it was: {name} is {value:g} at {self._at}, "
                        f"and was {before:g} in the run {self._run.id}",
                        remedy="run the scenario from its beginning",
                    )  # fmt: skip

    def _figures(self, systems: list[str]) -> dict[tuple[str, str], float]:
        batch = self._run.series.read(Interval(self.start, Instant(self._at.us + 1)), systems)
        batch = batch.sorted_by_time()
        keys = batch.keys
        return {
            (keys.entities[entity], keys.indicators[indicator]): value
            for entity, indicator, value in zip(
                batch.entity.tolist(), batch.indicator.tolist(), batch.value.tolist()
            )
            if math.isfinite(value)
        }

    def keep_products(self, folder: Path) -> None:
        """Copy what simulators wrote beside samples until the branch, where the new run lacks it.

        Parameters
        ----------
        folder : Path
            Products of the new run.
        """
        source = self._run.folder / "products"
        _copy_missing(source, folder, lambda path: _instant_us(path) <= self._at.us)

    def close(self) -> None:
        """Free memory."""
        self._run.close()


def _copy_missing(source: Path, target: Path, wanted: Callable[[Path], bool]) -> None:
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists() and wanted(path):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def _instant_us(path: Path) -> int:
    """Return the instant that a product is of, which ends its name; long ago where it has none."""
    tail = path.stem.rpartition("-")[2]
    return int(tail) if tail.isdigit() and len(tail) > 8 else 0
