"""A run on disk: what was assumed, what came of it, and what it was computed with."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin_model.errors import StoreError
from twin_model.project import write_atomically
from twin_model.samples import SampleBatch, concatenate
from twin_model.store.sample_history import SampleHistory
from twin_model.store.sample_writer import WriterOptions
from twin_model.time import Instant, Interval

RUNS: Final = "runs"
RUN_FILE: Final = "run.json"
#: Moving things lie apart from what stays in place: they are asked for in another way.
_SERIES, _MOVING = "samples", "moving"
#: Small segments are narrow in time, so that a jump reads few of them.
_OPTIONS: Final = WriterOptions(rows=250_000, seconds=5.0)
#: A moving thing that was not heard of for so long is not there any more.
_MOVING_LOOKBACK_US: Final = 2_000_000
_STEP_US: Final = 10_000_000
_MOST_WARNINGS: Final = 1000
#: Kept free for what a run says at its end, also where it fills the disk itself: once more what
#: it said at its beginning, and so much for figures and warnings.
_RESERVE: Final = ".reserve"
_RESERVE_BYTES: Final = 32 << 10


@dataclass
class RunLog:
    """Writes a run. Used from one thread.

    Parameters
    ----------
    folder : Path
        ``runs/<run>``; made here.
    about : dict
        JSON values: scenario, seed, versions, revision of the twin…
    """

    folder: Path
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be made ({error})") from error
        self._series = SampleHistory(self.folder / _SERIES, options=_OPTIONS)
        self._moving = SampleHistory(self.folder / _MOVING, options=_OPTIONS)
        self.about |= {"state": "running", "process": os.getpid(), "warnings": [], "samples": 0}
        self._engines: dict[str, str] = {}
        self._told: dict[str, object] = {}
        try:
            self.note()
        except StoreError:
            with contextlib.suppress(OSError):
                self.folder.rmdir()
            raise
        # Not zeros, which file systems may keep as nothing. A disk that is nearly full will say so.
        with contextlib.suppress(OSError):
            size = (self.folder / RUN_FILE).stat().st_size + _RESERVE_BYTES
            (self.folder / _RESERVE).write_bytes(os.urandom(size))

    def note(self, **more: Any) -> None:
        """Write what is known of the run.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        self.about |= more
        text = json.dumps(self.about, ensure_ascii=False, indent=1, default=str)
        try:
            write_atomically(self.folder / RUN_FILE, text + "\n")
        except OSError as error:
            raise StoreError(
                f"{self.folder / RUN_FILE} cannot be written ({error})", remedy="free some space"
            ) from error

    def write(self, engine: str, batch: SampleBatch) -> None:
        """See `twin_model.simulation.conductor.Sink`."""
        self.about["samples"] += len(batch)
        moves = batch.position is not None
        if not moves and self._told.get(engine) is not batch.keys.entities:
            self._told[engine] = batch.keys.entities
            self._engines |= dict.fromkeys(batch.keys.entities, engine)
        (self._moving if moves else self._series).writer.write(batch)

    def warn(self, text: str) -> None:
        """See `twin_model.simulation.conductor.Sink`."""
        warnings = self.about["warnings"]
        if len(warnings) < _MOST_WARNINGS:
            warnings.append(text)

    def close(self, state: str, **more: Any) -> None:
        """Write what waits and how the run ended; more than once does nothing.

        Raises
        ------
        StoreError
            If the disk is full; what was written before is kept.
        """
        if self.about["state"] != "running":
            return
        problem: StoreError | None = None
        with contextlib.suppress(OSError):
            (self.folder / _RESERVE).unlink(missing_ok=True)
        for history in (self._series, self._moving):
            try:
                history.close()
            except StoreError as error:
                problem = problem or error
        if problem is not None:
            state, more = "failed", {**more, "error": str(problem)}
        if _are_ambiguous(more.get("units", {})):
            more = {**more, "told_by": self._engines}
        self.note(state=state, **more)
        if problem is not None:
            raise problem


def _are_ambiguous(units: Mapping[str, Mapping[str, str]]) -> bool:
    """Return whether engines mean different units by the same indicator."""
    known: dict[str, str] = {}
    pairs = [pair for inner in units.values() for pair in inner.items()]
    return any(known.setdefault(indicator, unit) != unit for indicator, unit in pairs)


class Run:
    """Reads a run.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    StoreError
        If there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            text = (folder / RUN_FILE).read_text(encoding="utf-8")
            self.about: dict[str, Any] = json.loads(text)
        except (OSError, ValueError) as error:
            raise StoreError(f"{folder} holds no run ({error})") from error
        self._series = SampleHistory(folder / _SERIES, read_only=True)
        self._moving = SampleHistory(folder / _MOVING, read_only=True)

    @property
    def id(self) -> str:
        """Name of its folder."""
        return self.folder.name

    @property
    def period(self) -> Interval:
        """From its beginning to what it reached."""
        start = Instant.parse(self.about["start"])
        reached = Instant.parse(self.about.get("reached") or self.about["start"])
        return Interval(start, Instant(reached.us + 1))

    @property
    def series(self) -> SampleHistory:
        """Samples of what stays in place."""
        return self._series

    @property
    def moving(self) -> SampleHistory:
        """Samples of moving things."""
        return self._moving

    def state_at(self, instant: Instant) -> SampleBatch:
        """Return the newest sample of each series, and of each moving thing that is there."""
        start = self.period.start
        whole_us = max(1, instant.us - start.us + 1)
        # Moving things are told at intervals that the run states.
        lookback_us = int(self.about.get("moving_lookback_us", _MOVING_LOOKBACK_US))
        fixed = self._series.as_of(instant, whole_us)
        moving = self._moving.as_of(instant, min(whole_us, lookback_us))
        if len(moving):
            # Of one that left, the last sample says so.
            moving = moving.select(moving.quality < 2)
        return concatenate([fixed, moving])

    def batches(self, period: Interval) -> Iterator[SampleBatch]:
        """Yield all samples of a period in order of time, ten seconds at once."""
        for at in range(period.start.us, period.end.us, _STEP_US):
            part = Interval(Instant(at), Instant(min(at + _STEP_US, period.end.us)))
            found = [history.read(part) for history in (self._series, self._moving)]
            both = concatenate(found)
            if len(both):
                yield both.sorted_by_time()

    def figures(self) -> dict[str, dict[str, float]]:
        """Return the last value of each indicator of each engine's system, by entity."""
        systems = list(self.about.get("systems", {}).values())
        if not systems:
            return {}
        period = self.period
        found: dict[str, dict[str, float]] = {}
        batch = self._series.read(period, systems)
        keys = batch.keys
        for entity, indicator, value in zip(
            batch.entity.tolist(), batch.indicator.tolist(), batch.value.tolist()
        ):
            if np.isfinite(value):
                found.setdefault(keys.entities[entity], {})[keys.indicators[indicator]] = value
        return found

    def close(self) -> None:
        """Free memory."""
        self._series.close()
        self._moving.close()


def runs(project: Path) -> list[Run]:
    """Return the runs of a project, newest first."""
    found = []
    for path in (project / RUNS).glob(f"*/{RUN_FILE}"):
        try:
            run = Run(path.parent)
        except StoreError:
            continue
        if "start" in run.about:
            found.append(run)
        else:
            run.close()  # of photographs: those lie beside the runs of scenarios
    return sorted(found, key=lambda run: str(run.about.get("began", "")), reverse=True)


def remove_run(project: Path, run_id: str) -> None:
    """Remove a run with all that it computed.

    Raises
    ------
    StoreError
        If there is none, it is computed now, or it cannot be removed.
    """
    folder = project / RUNS / run_id
    if not run_id or folder.parent != project / RUNS or not (folder / RUN_FILE).is_file():
        raise StoreError(f"there is no run {run_id}")
    if is_running(Run(folder).about):
        raise StoreError(f"the run {run_id} is computed now", remedy="cancel it first")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(f"the run {run_id} cannot be removed ({error})") from error


def is_running(about: Mapping[str, Any]) -> bool:
    """Return whether the process that computes a run is still there."""
    if about.get("state") != "running":
        return False
    try:
        os.kill(int(about.get("process", 0)), 0)
    except (OSError, ValueError):
        return False
    return True
