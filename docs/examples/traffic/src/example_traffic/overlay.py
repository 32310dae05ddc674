"""The overlay: publishes where vehicles are twice a second, and has them drawn in between.

Whoever else publishes positions (a connector, a simulator) is drawn by the same ``follow``.
"""

from __future__ import annotations

import math
import time

import numpy as np

from shapan import MovingStyle, Overlay, OverlayMesh, SampleBatch, WorkerContext

INTERVAL_S = 0.5
RINGS = 12


class Traffic:
    """See ``shapan.OverlayPainter``."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context

    def run(self) -> None:
        """Draw until the worker is to end; what it drew goes with it."""
        count = int(self.context.settings["vehicles"])
        centre = self.centre()
        names = [f"vehicle-{n}" for n in range(count)]
        self.context.scene.draw("field", field(centre))
        self.context.scene.follow(
            "vehicles",
            MovingStyle(trail_s=4.0, colour="#c8641e", least_px=9.0, labels=True),
            entities=names,
        )
        keys = self.context.samples.keys
        keys.extend(names, ["position", "heading", "speed"])
        number = np.arange(count)
        ring = number % RINGS
        radius_m = 30.0 + 12.0 * ring
        speed_m_s = 6.0 + ring
        shapes = np.where(number % 9 == 0, "bus", "car").astype(object)
        begun_s = time.time()
        while not self.context.wait(INTERVAL_S):
            angle = (time.time() - begun_s) * speed_m_s / radius_m + number * 2.4
            place = np.column_stack([
                centre[0] + radius_m * np.cos(angle),
                centre[1] + radius_m * np.sin(angle),
                np.full(count, centre[2]),
            ])  # fmt: skip
            # Clockwise from north, along the tangent of an anticlockwise circle.
            heading = np.degrees(-angle) % 360.0
            self.context.samples.publish(batch(keys, place, heading, speed_m_s, shapes))

    def centre(self) -> np.ndarray:
        """Return the middle of the project's entities."""
        places = [e.position for e in self.context.twin.query() if e.position is not None]
        return np.median(np.array(places or [(0.0, 0.0, 0.0)]), axis=0)


def batch(keys, place, heading, speed, shapes) -> SampleBatch:  # type: ignore[no-untyped-def]
    """Return one batch: headings and speeds first, then the positions they belong to."""
    count = len(place)
    number = np.arange(count, dtype=np.int32)
    nowhere = np.full((count, 3), np.nan)
    return SampleBatch(
        keys,
        entity=np.tile(number, 3),
        indicator=np.repeat(np.array([1, 2, 0], np.int32), count),
        time_us=np.full(3 * count, time.time_ns() // 1000, np.int64),
        value=np.concatenate([heading, speed, np.full(count, np.nan)]),
        quality=np.zeros(3 * count, np.uint8),
        text=np.concatenate([np.full(2 * count, None, object), shapes]),
        position=np.concatenate([nowhere, nowhere, place]),
    )


def field(centre: np.ndarray) -> Overlay:
    """Return rings coloured by speed, from slow (blue) to fast (red)."""
    position, triangles, colour = [], [], []
    parts = 64
    for ring in range(RINGS):
        first = len(position)
        share = ring / (RINGS - 1)
        for n in range(parts):
            angle = 2 * math.pi * n / parts
            for radius in (25.0 + 12.0 * ring, 35.0 + 12.0 * ring):
                along = np.array([math.cos(angle), math.sin(angle), 0.0])
                position.append(centre + along * radius + np.array([0.0, 0.0, 0.2]))
                colour.append((round(255 * share), 90, round(255 * (1 - share)), 110))
            a, b, c, d = (first + (2 * n + k) % (2 * parts) for k in range(4))
            triangles += [(a, b, d), (a, d, c)]
    mesh = OverlayMesh(
        np.array(position), np.array(triangles),
        vertex_colour=np.array(colour, np.uint8), lit=False,
    )  # fmt: skip
    return Overlay(meshes=(mesh,))
