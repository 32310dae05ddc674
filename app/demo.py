"""Opens the demo city from the window, building it as a job at the first time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app.workers import JobRecord, JobState
from ingest.pipeline.job import Job

if TYPE_CHECKING:
    from app.window import MainWindow

_SIZE: Final = "small"


def open_demo(window: MainWindow) -> None:
    """Open the demo city, after building it where it is not there yet."""
    from app.cli.demo import default_folder

    folder = default_folder(_SIZE)
    if (folder / "project.json").is_file():
        window.open_project(folder)
        return
    if any(record.kind == "import" for record in window.jobs.active()):
        return
    english = window.language.code == "en"
    record = window.jobs.start(
        QCoreApplication.translate("MainWindow", "Demo city"),
        lambda job: _build(folder, job, english),
        kind="import",
    )

    def ended(done: JobRecord) -> None:
        if done is not record:
            return
        window.jobs.ended.disconnect(ended)
        if done.state == JobState.DONE:
            window.open_project(folder)

    window.jobs.ended.connect(ended)


def _build(folder: Path, job: Job, english: bool) -> None:
    from app.cli.demo import build_demo
    from twin_model.errors import ShapanError

    failures = build_demo(folder, _SIZE, job, english=english)
    if failures:
        raise ShapanError("; ".join(failures))
