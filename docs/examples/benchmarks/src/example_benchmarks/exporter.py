"""The exporter: what a query finds, into a file that the user chose."""

from __future__ import annotations

from pathlib import Path

from shapan import Job, WorkerContext


class BenchExporter:
    """See ``shapan.Exporter``."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context

    def export(self, path: Path, query: str, job: Job) -> None:
        """Write the entities that have a position."""
        found = [e for e in self.context.twin.query(query) if e.position is not None]
        with path.open("w", encoding="utf-8") as stream:
            stream.write("#BENCH 1\n")
            for number, entity in enumerate(found):
                job.report("write", number, len(found), "entities")
                longitude, latitude, height = self.context.twin.to_wgs84(*entity.position)
                stream.write(f"{entity.name};{longitude:.8f};{latitude:.8f};{height:.3f}\n")
