"""Spatial relations of everything in the project, as a job: within, touches, above, nearest…"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app import numbers
from app.messages import shown
from app.spatial_relations import compute_relations

if TYPE_CHECKING:
    from app.services import Services
    from ingest.pipeline.job import Job
    from twin_model.twin import Twin


def start(services: Services) -> None:
    """Compute the spatial relations of the open project; a job, and one step in undo."""
    twin = services.session.twin
    if twin is not None:
        title = QCoreApplication.translate("Actions", "Compute spatial relations")
        why = services.session.reason
        services.jobs.start(title, lambda job: _compute(twin, job, why))


def _compute(twin: Twin, job: Job, why: str) -> str:
    found = sum(compute_relations(twin, job, why).values())
    say = QCoreApplication.translate
    text = say("Actions", "{0} spatial relations").format(numbers.integer(found))
    return "; ".join([text, *map(shown, job.warnings)])
