"""Publishes what the devices of the demo city might measure."""

from __future__ import annotations

import math
import time
from typing import Final

import numpy as np

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.resolving import Resolver
from plugins.builtin.connecting.running import Connector, Line
from plugins.builtin.demo_city.devices import PHASES, Phase, phase_at, readings
from plugins.builtin.demo_city.tracks import SHIP_TRACKS, TRUCK_TRACK, place_on
from shapan import Entity, EntityQuery, MovingStyle, SampleBatch, WorkerContext

_EVERY_S: Final = 1.0
_TYPES: Final = (
    "pump", "crane", "road", "water", "transformer", "substation", "building",
    "air_quality_station", "weather_station", "gauge",
)  # fmt: skip
_MOST: Final = 40
_TRUCK_M_S: Final = 8.0
_SHIP_M_S: Final = 3.0


class DemoConnector(Connector):
    """See `shapan.Connector`."""

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return DemoLine(self.context, connection, self.resolver)


class DemoLine(Line):
    """The devices. Option: ``phase`` (calm, upset, flood; all of them in turn where not stated)."""

    def __init__(self, context: WorkerContext, connection: Connection, resolver: Resolver) -> None:
        super().__init__(context, connection, resolver)
        self._things: dict[str, list[Entity]] = {}

    def talk(self) -> None:
        """See `Line`."""
        twin = self.context.twin
        for kind in (*_TYPES, "truck", "ship"):
            found = twin.query(EntityQuery(type=kind, order_by="id", limit=400))
            chosen = [one for one in found if one.attributes.get("live")]
            self._things[kind] = (chosen or found)[:_MOST]
        self._follow_moving()
        begun_s = time.time()
        self.connected()
        while not self.ending():
            now_s = time.time()
            self._publish(now_s, self._phase(now_s - begun_s))
            if self.wait(max(0.05, _EVERY_S - (time.time() - now_s))):
                return

    def _phase(self, since_s: float) -> tuple[Phase, float]:
        stated = str(self.connection.option("phase", ""))
        if stated in PHASES:
            return PHASES[stated], since_s
        return phase_at(since_s)

    def _publish(self, now_s: float, phase: tuple[Phase, float]) -> None:
        keys = self.context.samples.keys
        rows = [
            (keys.entity(thing.id), keys.indicator(name), value)
            for kind in _TYPES
            for number, thing in enumerate(self._things[kind])
            for name, value in readings(kind, number, now_s, *phase).items()
        ]
        if rows:
            entity, indicator, value = zip(*rows)
            batch = SampleBatch.of(keys, entity, indicator, round(now_s * 1e6), value)
            self.context.samples.publish(batch)
            self.intake.counts.samples += len(batch)
        self._publish_moving(now_s)
        self.intake.counts.messages += 1
        self.intake.last_sample_us = round(now_s * 1e6)

    # -- what moves ----------------------------------------------------------------------

    def _moving(self) -> list[Entity]:
        things = [*self._things["truck"], *self._things["ship"]]
        return [one for one in things if one.attributes.get("live")]

    def _follow_moving(self) -> None:
        ids = [one.id for one in self._moving()]
        if ids:
            style = MovingStyle(shape="truck", trail_s=20.0, scale=1.2, labels=True)
            self.context.scene.follow("traffic", style, entities=ids)

    def _publish_moving(self, now_s: float) -> None:
        moving = self._moving()
        if not moving:
            return
        keys = self.context.samples.keys
        place, speed = np.zeros((len(moving), 3)), np.zeros(len(moving))
        shapes = np.full(len(moving), "truck", object)
        trucks = ships = 0
        for row, one in enumerate(moving):
            if one.type == "ship":
                track, pace = SHIP_TRACKS[ships % len(SHIP_TRACKS)], _SHIP_M_S
                shapes[row], ships = "ship", ships + 1
                place[row] = place_on(track, now_s * pace)
            else:
                pace = _TRUCK_M_S * (1.0 + 0.15 * math.sin(now_s / 7 + trucks))
                place[row] = place_on(TRUCK_TRACK, now_s * _TRUCK_M_S + 97.0 * trucks)
                trucks += 1
            speed[row] = pace
        entity = np.array([keys.entity(one.id) for one in moving], np.int32)
        count, at_us = len(moving), np.full(len(moving), round(now_s * 1e6), np.int64)
        good = np.zeros(count, np.uint8)
        where = np.full(count, keys.indicator("position"), np.int32)
        nothing = np.full(count, np.nan)
        self.context.samples.publish(
            SampleBatch(keys, entity, where, at_us, nothing, good, shapes, place)
        )
        pace_of = np.full(count, keys.indicator("speed_km_h"), np.int32)
        self.context.samples.publish(SampleBatch(keys, entity, pace_of, at_us, 3.6 * speed, good))
        self.intake.counts.samples += 2 * count
