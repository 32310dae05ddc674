"""Where a layer came from (``source.json``), and what it cost."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from ingest.readers.contract import Reader
from twin_model.layer import Layer
from twin_model.project import write_atomically
from twin_model.time import Instant

_BLOCK: Final = 1 << 20
#: Folders are identified by names, sizes and times beyond this; hashing a city takes hours.
_HASH_LIMIT: Final = 2 << 30


def program_version() -> str:
    """Return the version of this program."""
    try:
        return version("shapan")
    except PackageNotFoundError:
        return "unknown"


def checksum(path: Path, job: Job) -> str:
    """Return ``sha256:…`` of a file, or of the names and sizes of a folder's files.

    Files above 2 GiB give ``size:…`` instead.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            job.check()
            digest.update(f"{file.relative_to(path).as_posix()} {file.stat().st_size}\n".encode())
        return f"sha256-of-listing:{digest.hexdigest()}"
    size = path.stat().st_size
    if size > _HASH_LIMIT:
        return f"size:{size}"
    with path.open("rb") as stream:
        done = 0
        while block := stream.read(_BLOCK):
            digest.update(block)
            done += len(block)
            job.report("Checksum", done, size, "bytes")
    return f"sha256:{digest.hexdigest()}"


def write_source(folder: Path, layer: Layer, path: Path, reader: Reader, job: Job) -> None:
    """Write ``source.json`` of a converted layer, with a checksum of every file beside it."""
    document: dict[str, Any] = {
        "source": layer.source or str(path),
        "source_checksum": checksum(path, job),
        "reader": reader.name,
        "shapan": program_version(),
        "imported": str(Instant.now()),
        "format": layer.format,
        "kind": layer.kind,
        "crs": layer.crs,
        "vertical_crs": layer.vertical_crs,
        "epoch": layer.epoch,
        "accuracy_m": layer.accuracy_m,
        "counts": layer.counts,
        "warnings": list(layer.warnings),
        "files": file_sizes(folder),
    }
    write_atomically(folder / "source.json", json.dumps(document, ensure_ascii=False, indent=1))
    sync_tree(folder)


def file_sizes(folder: Path) -> dict[str, int]:
    """Return the size of every file below *folder*, by relative path."""
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "source.json"
    }


def sync_tree(folder: Path) -> None:
    """Make sure that the main files are on the disk before the layer is committed."""
    if not hasattr(os, "fsync") or sys.platform == "win32":
        return
    for name in ("tileset.json", "terrain.tif", "imagery.tif", "features.gpkg"):
        file = folder / name
        if file.is_file():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())


def tree_bytes(folder: Path) -> int:
    """Return the bytes of all files below *folder*."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def peak_memory_mb() -> float:
    """Return the largest resident size of this process so far in MiB; 0 where unknown."""
    if sys.platform == "win32":
        return 0.0
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
