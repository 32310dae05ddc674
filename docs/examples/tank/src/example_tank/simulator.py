"""The simulator: steps to any instant, takes inputs, and goes on exactly from a checkpoint."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shapan import Instant, SampleBatch, SampleKeys, SimulationError, WorkerContext

STEP_US = 1_000_000
AREA_M2 = 12.0
OVERFLOW_M = 4.0
OUTLET_M2 = 0.004
GRAVITY_M_S2 = 9.81


class Tank:
    """See ``shapan.Simulator``. Outflow after Torricelli: v = sqrt(2 g h)."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context
        self.keys = SampleKeys(["tank"], ["level", "outflow", "inflow"])
        self.now_us = 0
        self.level_m = 0.0
        self.inflow_m3_s = 0.0
        self.random = random.Random(0)

    def capabilities(self) -> Mapping[str, Any]:
        """What it can do."""
        return {
            "stepping": "time", "checkpoint": "exact", "seed": True, "realtime_factor": 10_000.0,
            "inputs": {"inflow": "m^3/s"}, "outputs": {"level": "m", "outflow": "m^3/s"},
        }  # fmt: skip

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """Begin with an empty tank."""
        self.now_us = start.us
        self.level_m = float(parameters.get("level", 0.5))
        self.inflow_m3_s = float(parameters.get("inflow", 0.02))
        self.random = random.Random(seed)

    def step_until(self, instant: Instant) -> list[SampleBatch]:
        """Advance in whole seconds; never back."""
        if instant.us < self.now_us:
            raise SimulationError("tank", f"cannot go back to {instant}")
        found = []
        while self.now_us + STEP_US <= instant.us:
            self.now_us += STEP_US
            noise = self.random.uniform(0.9, 1.1)
            out = OUTLET_M2 * (2 * GRAVITY_M_S2 * self.level_m) ** 0.5
            self.level_m += (self.inflow_m3_s * noise - out) / AREA_M2
            self.level_m = min(OVERFLOW_M, max(0.0, self.level_m))
            found.append(self.get_values())
        return found

    def next_event(self) -> Instant | None:
        """The next whole second."""
        return Instant(self.now_us + STEP_US)

    def set_values(self, batch: SampleBatch) -> list[str]:
        """Take the inflow of others; return the entities that are none of its tanks."""
        unknown = []
        for n in range(len(batch)):
            entity = batch.keys.entities[batch.entity[n]]
            indicator = batch.keys.indicators[batch.indicator[n]]
            if indicator != "inflow":
                raise SimulationError("tank", f"takes no {indicator}")
            if entity != "tank":
                unknown.append(entity)
                continue
            self.inflow_m3_s = float(batch.value[n])
        return unknown

    def get_values(self) -> SampleBatch:
        """Level and outflow as they are now."""
        out = OUTLET_M2 * (2 * GRAVITY_M_S2 * self.level_m) ** 0.5
        return SampleBatch.of(self.keys, 0, [0, 1], self.now_us, [self.level_m, out])

    def save(self, folder: Path) -> None:
        """Write everything that the future depends on."""
        state = [self.now_us, self.level_m, self.inflow_m3_s, self.random.getstate()]
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Go back there."""
        self.now_us, self.level_m, self.inflow_m3_s, state = json.loads(
            (folder / "state.json").read_text(encoding="utf-8")
        )
        self.random.setstate((state[0], tuple(state[1]), state[2]))

    def close(self) -> None:
        """Nothing is open."""
