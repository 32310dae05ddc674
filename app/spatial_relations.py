"""Spatial relations of a whole project, computed as a job by the window and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from twin_model.twin import Twin


def compute_relations(twin: Twin, job: Job, why: str = "") -> dict[str, int]:
    """Bring the computed relations of all entities up to date; return how many of each kind.

    The outlines of parts of building models are read from their tiles first, where they are not
    kept yet.

    Raises
    ------
    Cancelled
        If the job was; nothing is changed then.
    StoreError
        If the outlines cannot be kept.
    """
    from twin_model.parts.keeping import keep_parts
    from twin_model.topology import RecomputeTopology, computed_counts

    def read(done: int, total: int) -> None:
        job.check()
        job.report("Reading outlines of models", done, total, "tiles")

    for problem in keep_parts(twin, read):
        job.warn(problem)

    def report(done: int, total: int) -> None:
        job.check()
        job.report("Comparing shapes", done, total, "entities")

    twin.execute(RecomputeTopology(report=report), why=why)
    return computed_counts(twin)
