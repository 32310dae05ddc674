"""The STEP file inside an .ifczip archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from ingest.readers.zip_guard import extract_member, member_name, safe_members
from twin_model.errors import SourceError

ZIP_MAGIC: Final = b"PK\x03\x04"
SUFFIX: Final = ".ifczip"


@contextmanager
def step_file(path: Path, job: Job) -> Iterator[Path]:
    """Give the STEP file that *path* is or holds, unpacked for as long as the context lasts.

    Errors about an unpacked file name the archive.

    Raises
    ------
    SourceError
        If the archive is damaged, dangerous, or does not hold exactly one .ifc file.
    Cancelled
    """
    if path.suffix.lower() != SUFFIX:
        yield path
        return
    models = [m for m in safe_members(path) if member_name(m).lower().endswith(".ifc")]
    if len(models) != 1:
        found = f"{len(models)} .ifc files" if models else "no .ifc file"
        raise SourceError(path, f"the archive holds {found} instead of one", remedy="unpack it")
    with tempfile.TemporaryDirectory(prefix="shapan-ifc-") as folder:
        # A name of our own: the archive's may be anything.
        unpacked = Path(folder) / "model.ifc"
        extract_member(path, models[0], unpacked, job)
        try:
            yield unpacked
        except SourceError as error:
            error.path = path
            raise
