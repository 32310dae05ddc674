"""Looking at photographs and reconstructing in a process of its own, for the window.

NumPy and Pillow hold the interpreter for longer than a frame may take, so neither is done in a
thread of the window's process.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker, serve
from ingest.reconstruction.estimates import estimate_for, this_machine
from ingest.reconstruction.field.presets import PRESETS, estimate_field_for
from ingest.reconstruction.options import QUALITIES, ReconstructOptions
from ingest.reconstruction.photo_check import (
    ENOUGH,
    LEAST_PHOTOS,
    PhotoCheck,
    look_through,
    too_few,
)
from ingest.reconstruction.photo_quality import load_upright
from ingest.reconstruction.placing import frame_at_photos, frame_document, frame_from
from ingest.reconstruction.run import reconstruct
from ingest.reconstruction.runs import load_result
from twin_model.errors import FrameError, ShapanError, SourceError
from twin_model.frame import Frame

_MODULE: Final = "ingest.reconstruction.tasks"
_THUMBNAIL_PX: Final = 160


def check_folder(project: Path, photos: Path) -> Path:
    """Return where the check of a folder of photographs keeps its thumbnails."""
    digest = hashlib.sha256(str(photos.absolute()).encode()).hexdigest()[:16]
    return project / "runs" / f"photos-{digest}"


def check_in_process(photos: Path, frame: Frame, folder: Path, job: Job) -> dict[str, Any]:
    """Look through photographs in a process of its own.

    Parameters
    ----------
    photos : Path
    frame : Frame
        The project's; where it has no origin the photographs give one.
    folder : Path
        For thumbnails and the log.
    job : Job

    Returns
    -------
    dict
        `PhotoCheck.to_json`, with ``thumbnails`` (folder; ``NNNNN.jpg`` in the order of the
        photographs), ``frame``, ``refused`` (why it cannot be reconstructed, or "") and
        ``estimates`` by quality.

    Raises
    ------
    ShapanError
    Cancelled
    """
    request = {"task": "check", "photos": str(photos), "frame": frame_document(frame),
               "folder": str(folder)}  # fmt: skip
    return run_worker(_MODULE, request, job, log=folder / "check.log")


def reconstruct_in_process(
    options: ReconstructOptions,
    frame: Frame,
    folder: Path,
    job: Job,
    on_news: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Run a reconstruction in a process of its own; `runs.load_result` reads what it made.

    Parameters
    ----------
    options : ReconstructOptions
    frame : Frame
    folder : Path
        Of the run.
    job : Job
    on_news : callable or None
        Told of steps that begin (``step``, ``key``), of products that are finished (``product``,
        ``path``) and of previews (``preview``).

    Raises
    ------
    ShapanError
    Cancelled
        Finished steps are kept; the same folder goes on after them.
    """
    request = {"task": "reconstruct", "options": options.to_json(),
               "frame": frame_document(frame), "folder": str(folder)}  # fmt: skip
    run_worker(_MODULE, request, job, log=folder / "run.log", on_news=on_news)
    try:
        load_result(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ShapanError(f"the run in {folder.name} left no result that can be read") from error


def _serve(request: dict[str, Any], job: Job) -> dict[str, Any]:
    folder, frame = Path(request["folder"]), frame_from(request["frame"])
    if request["task"] == "check":
        return _check(Path(request["photos"]), frame, folder, job)
    options = ReconstructOptions.from_json(request["options"])
    result = reconstruct(options, frame, folder, job)
    return {"report": str(result.report)}


def _check(photos: Path, frame: Frame, folder: Path, job: Job) -> dict[str, Any]:
    with contextlib.suppress(FrameError):  # it stays without an origin; control points may help
        frame = frame_at_photos(frame, photos)
    check = look_through(photos, frame, job)
    _write_thumbnails(check, folder, job)
    machine = this_machine(folder)
    few = len(check.used) < LEAST_PHOTOS
    document = check.to_json() | {
        "thumbnails": str(folder),
        "frame": frame_document(frame),
        "refused": f"{too_few(check)}; {ENOUGH}" if few else "",
        "estimates": {
            name: estimate_for(check, quality, machine.cores).to_json()
            | {"field": estimate_field_for(PRESETS[name], check.sizes_px).to_json()}
            for name, quality in QUALITIES.items()
        },
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (folder / "check.json").write_text(text, encoding="utf-8")
    return document


def _write_thumbnails(check: PhotoCheck, folder: Path, job: Job) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    for number, finding in enumerate(check.findings):
        job.report("Making thumbnails", number, len(check.findings), "photos")
        try:
            image = load_upright(check.folder / finding.name, _THUMBNAIL_PX)
        except SourceError:
            continue  # the finding says what is wrong with it
        image.save(folder / f"{number:05d}.jpg", "JPEG", quality=80)


if __name__ == "__main__":
    sys.exit(serve(_serve))
