"""The reader: one instance a file, in a process of its own that can read that folder only.

A file is text: ``#BENCH 1``, then ``name;longitude;latitude;height`` a line, WGS 84, metres.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from shapan import FeatureChunk, Job, ReadOptions, SourceError, SourceInfo, WorkerContext

CHUNK = 10_000

Row = tuple[str, float, float, float]


class BenchReader:
    """See ``shapan.PluginReader``."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Say what a file holds without importing it."""
        rows = list(self._rows(path, job))
        if not rows:
            raise SourceError(path, "holds no benchmark")
        columns = list(zip(*rows, strict=True))[1:]
        low, high = [min(c) for c in columns], [max(c) for c in columns]
        return SourceInfo(
            source=str(path), format="Survey benchmarks 1", kind="vector", crs="EPSG:4326",
            bounds=[*low, *high], counts={"features": len(rows)},
            attributes={"columns": ["name", "height"]},
        )  # fmt: skip

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[FeatureChunk]:
        """Yield the rows in bounded chunks, in the CRS of the file."""
        waiting: list[Row] = []
        for row in self._rows(path, job):
            waiting.append(row)
            if len(waiting) == CHUNK:
                yield _chunk(waiting)
                waiting = []
        if waiting:
            yield _chunk(waiting)

    def _rows(self, path: Path, job: Job) -> Iterator[Row]:
        # What is no UTF-8 becomes a sign that no number has, and so names its line.
        with path.open(encoding="utf-8", errors="replace") as stream:
            next(stream, "")  # the heading, which brought the file here
            for number, line in enumerate(stream, start=2):
                job.check()
                if not line.strip():
                    continue
                try:
                    name, longitude, latitude, height = line.rstrip("\n").split(";")
                    yield name, float(longitude), float(latitude), float(height)
                except ValueError as error:
                    raise SourceError(path, f"line {number} is no benchmark ({error})") from error


def _chunk(rows: list[Row]) -> FeatureChunk:
    return FeatureChunk(
        layer="benchmarks",
        # ISO WKB: little-endian, PointZ.
        geometry=[struct.pack("<BI3d", 1, 1001, *row[1:]) for row in rows],
        columns={"name": [row[0] for row in rows], "height": [row[3] for row in rows]},
        crs="EPSG:4326",
    )
