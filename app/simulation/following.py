"""What stays in place of a run that is computed now: read once, then from what it tells."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from twin_model.errors import StoreError
from twin_model.samples import SampleBatch, concatenate, newest

if TYPE_CHECKING:
    from app.simulation.recording import Recording
    from rendering.moving.style import MovingStyle
    from twin_model.time import Instant
    from twin_model.twin import Twin

#: After so long everything that was told before somebody listened is written.
_WRITTEN_S: Final = 10.0
#: What people who walk are told by.
_PERSON: Final = "person"


class Following:
    """Follows a run for the scene. `hear` in any thread, the rest in one at a time.

    Parameters
    ----------
    folder : Path
        ``runs/<run>``.
    twin : Twin
    style : MovingStyle
    indicators : collection of str
        What is listened for.
    """

    def __init__(
        self, folder: Path, twin: Twin, style: MovingStyle, indicators: Collection[str]
    ) -> None:
        self._folder = folder
        self._twin = twin
        self._style = style
        self._indicators = frozenset(indicators)
        self._recording: Recording | None = None
        self._values = SampleBatch.empty()
        self._told: list[SampleBatch] = []
        #: Where people were told to be in the last seconds of the run.
        self._walking: deque[SampleBatch] = deque()
        self._since_s = time.monotonic()
        self._read_early = self._read_late = False
        self._closed = False
        self._hearing = threading.Lock()
        self._looking = threading.Lock()

    def hear(self, batch: SampleBatch) -> None:
        """Keep what simulators say of things that stay in place, and where people are now."""
        names = batch.keys.indicators
        if batch.position is not None:
            if _PERSON in names and len(batch):
                self._hear_people(batch)
            return
        wanted = [number for number, name in enumerate(names) if name in self._indicators]
        if wanted:
            with self._hearing:
                self._told.append(batch.select(np.isin(batch.indicator, wanted)))

    def _hear_people(self, batch: SampleBatch) -> None:
        from app.simulation.recording import PEOPLE_US

        since_us = int(batch.time_us[-1]) - PEOPLE_US
        with self._hearing:
            self._walking.append(batch)
            while self._walking[0].time_us[-1] < since_us:
                self._walking.popleft()

    def people(self) -> SampleBatch | None:
        """Return where people are now; None while nobody said so: files tell it later."""
        with self._hearing:
            told = list(self._walking)
        return newest(concatenate(told)) if told else None

    def look(self, now: Instant) -> tuple[Recording, SampleBatch]:
        """Return the run and its newest values, the same batch while there is nothing new.

        Raises
        ------
        StoreError
            If of a run that only begins not everything is there yet, or it was left.
        """
        from app.simulation.recording import Recording

        with self._looking:
            if self._closed:
                raise StoreError(f"the run {self._folder.name} is not followed any more")
            if self._recording is None:
                self._recording = Recording(self._folder, self._twin, self._style, moving=False)
            elif not len(self._recording.ribbons):
                self._recording.read_lines()
            with self._hearing:
                told, self._told = self._told, []
            late = time.monotonic() - self._since_s > _WRITTEN_S
            if not self._read_early or (late and not self._read_late):
                # Files know what was told before, and nothing that is newer than what was heard.
                told = [self._recording.fixed(now), self._values, *told]
                self._read_early, self._read_late = True, late
            elif told:
                told = [self._values, *told]
            if told:
                self._values = newest(concatenate(told))
            return self._recording, self._values

    def close(self) -> None:
        """Free memory; waits for a look that goes on."""
        with self._looking:
            self._closed = True
            if self._recording is not None:
                self._recording.close()
