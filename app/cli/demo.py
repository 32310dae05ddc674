"""Builds the demo city: sources by the recipe, then the same import as anybody's files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from app.cli.opening import catalogue_of
from app.spatial_relations import compute_relations
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.commands import SetLayerStyle
from twin_model.errors import Cancelled, ShapanError
from twin_model.frame import Frame
from twin_model.twin import Twin

if TYPE_CHECKING:
    from assets.demo_city import DemoSource


def default_folder(size: str) -> Path:
    """Return where the demo city lives when no folder is given."""
    return user_data_path("shapan", appauthor=False) / f"demo-{size}.shapan"


def build_demo(folder: Path, size: str, job: Job, *, english: bool = False) -> list[str]:
    """Make the demo project at *folder* unless it is there already.

    Built beside the goal and renamed at the end, so that a killed build leaves nothing that
    looks finished.

    Parameters
    ----------
    folder : Path
    size : str
        ``tiny``, ``small`` or ``city``.
    job : Job
    english : bool
        Name everything in English.

    Returns
    -------
    list of str
        Sources that could not be imported, one line each.

    Raises
    ------
    StoreError
        If the folder exists and is no project.
    Cancelled
    """
    if (folder / "project.json").is_file():
        return []
    from assets.demo_city import PROJECT_CRS, PROJECT_ORIGIN, PROJECT_TITLES, VIEWS, build_sources

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".shapan-demo-", dir=folder.parent) as scratch:
        sources = build_sources(
            Path(scratch) / "sources",
            size,
            lambda stage, done, total: job.report(stage, done, total, "steps"),
            english=english,
        )
        made = Path(scratch) / folder.name
        with Twin.create(made, Frame(PROJECT_CRS, PROJECT_ORIGIN), PROJECT_TITLES[english]) as twin:
            twin.catalogue = catalogue_of(twin)  # for codes, and what a GIS reads of the types
            failures = _import_all(twin, sources, job)
            _add_devices(twin, english=english)
            compute_relations(twin, job)
            twin.set_view_state({"camera": VIEWS["1"], "views": VIEWS})
        if folder.exists():
            if any(folder.iterdir()):
                raise ShapanError(
                    f"{folder} exists and is no Shapan project", remedy="give another --dir"
                )
            folder.rmdir()
        shutil.move(str(made), str(folder))
    return failures


def _add_devices(twin: Twin, *, english: bool) -> None:
    # Rules and the catalogue are needed here alone, not to open a city that is built.
    from app.cli.alarms import with_types
    from app.demo_devices import add_devices
    from app.demo_simulation import add_simulation

    add_devices(twin, with_types(twin), english=english)
    add_simulation(twin, english=english)


def _import_all(twin: Twin, sources: list[DemoSource], job: Job) -> list[str]:
    """Import the sources as anybody's files; return what could not be, one line each."""
    failures: list[str] = []
    for number, source in enumerate(sources):
        job.report(f"Import {source.name}", number, len(sources), "sources")
        options = ImportOptions(
            crs=source.crs,
            name=source.name,
            epoch=source.epoch,
            origin=f"demo city: {source.path.name}",
        )
        try:
            results = add_source(twin, source.path, options, Job())
            if not source.visible:
                for result in results:
                    twin.execute(SetLayerStyle(result.layer or "", {"visible": False}))
        except Cancelled:
            raise
        except ShapanError as error:
            failures.append(str(error))
    return failures
