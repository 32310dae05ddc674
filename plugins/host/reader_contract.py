"""What every reader and exporter of files must stand, tried on files that there are."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.readers.contract import MeshChunk, PointChunk, Reader, ReadOptions, SourceInfo
from plugins.host.link import LinkClosedError, RemoteError
from twin_model.errors import Cancelled, ShapanError

#: Cut and flipped copies of a sample that are tried.
CUTS: Final = 6
FLIPS: Final = 6
_FLIPPED_BITS: Final = 16
_HEAD_BYTES: Final = 512
_CANCEL_S: Final = 3.0


def head_of(path: Path) -> bytes:
    """Return the bytes that detection sees."""
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def chunk_problem(chunk: Any) -> str:
    """Return what is wrong with one chunk of a reader; empty for nothing."""
    if isinstance(chunk, PointChunk):
        if chunk.position.dtype != np.float64 or chunk.position.ndim != 2:
            return f"positions are {chunk.position.dtype}, not (n, 3) float64"
        for name in ("colour", "intensity", "classification"):
            values = getattr(chunk, name)
            if values is not None and len(values) != len(chunk):
                return f"{len(chunk)} points have {len(values)} of {name}"
    if isinstance(chunk, MeshChunk):
        if chunk.position.ndim != 2 or chunk.position.shape[1] != 3:
            return f"positions have the shape {chunk.position.shape}, not (n, 3)"
        if len(chunk.triangles) and int(chunk.triangles.max()) >= len(chunk.position):
            return "a triangle names a corner that there is not"
    return ""


def damaged_copies(sample: Path, folder: Path, cuts: int, flips: int) -> Iterator[Path]:
    """Yield copies of a file that are cut short, then some with flipped bits.

    Parameters
    ----------
    sample : Path
        A file.
    folder : Path
        Where the copies are written.
    cuts, flips : int
        How many of each.
    """
    data, suffixes = sample.read_bytes(), "".join(sample.suffixes)
    for step in range(cuts):
        cut = folder / f"cut{step}{suffixes}"
        cut.write_bytes(data[: len(data) * step // cuts])
        yield cut
    for seed in range(flips):
        flipped, chance = bytearray(data), random.Random(seed)
        span = min(len(data), _HEAD_BYTES) if seed % 2 else len(data)
        for _ in range(_FLIPPED_BITS if span else 0):
            flipped[chance.randrange(span)] ^= 1 << chance.randrange(8)
        path = folder / f"flip{seed}{suffixes}"
        path.write_bytes(bytes(flipped))
        yield path


def survival_problem(reader: Reader, path: Path) -> str:
    """Return what is wrong with how a reader takes a damaged file: it reads it or says why not."""
    for attempt in (lambda: reader.inspect(path, Job()), lambda: _read(reader, path)):
        try:
            attempt()
        except ShapanError as error:
            text = str(error)
            if _is_breakdown(error):
                return f"it breaks instead of saying what is wrong (SourceError): {text}"
            if "\n" in text or path.name not in text:
                return f"its message is not one line that names the file: {text[:200]}"
        except Exception as error:
            return f"{path.name}: {type(error).__name__}: {error}"
    return ""


def _is_breakdown(error: BaseException | None) -> bool:
    """Return whether an error of a worker was none that it means to tell users."""
    while error is not None:
        if isinstance(error, RemoteError):
            return error.kind != "ShapanError"
        if isinstance(error, LinkClosedError):
            return True
        error = error.__cause__
    return False


def _read(reader: Reader, path: Path, job: Job | None = None) -> int:
    count = 0
    for chunk in reader.read(path, ReadOptions(), job or Job()):
        problem = chunk_problem(chunk)
        if problem:
            raise ValueError(problem)
        count += 1
    return count


def reader_checks(reader: Reader, sample: Path, scratch: Path) -> Iterator[tuple[str, str]]:
    """Yield what is looked at, and what is wrong with it.

    Parameters
    ----------
    reader : Reader
    sample : Path
        A file that it reads.
    scratch : Path
        An empty folder for copies.
    """
    name = sample.name
    copy = scratch / "source" / name
    copy.parent.mkdir(parents=True)
    for sibling in sample.parent.glob(f"{name.split('.')[0]}.*"):
        if sibling.is_file():
            shutil.copy(sibling, copy.parent / sibling.name)
    before = sorted(copy.parent.rglob("*"))
    yield f"recognises, inspects and reads {name}", problem_of(lambda: _whole(reader, copy))
    left = sorted(copy.parent.rglob("*"))
    yield "writes nothing beside it", "" if left == before else f"it left {left[-1].name}"
    broken = scratch / "damaged"
    broken.mkdir()
    bad = (survival_problem(reader, p) for p in damaged_copies(sample, broken, CUTS, FLIPS))
    yield "stands damaged copies", next(filter(None, bad), "")
    empty = broken / f"empty{sample.suffix}"
    empty.touch()
    yield "refuses an empty file", _refusal_problem(lambda: reader.inspect(empty, Job()))
    yield "can be cancelled", _cancel_problem(reader, copy)


def _whole(reader: Reader, path: Path) -> None:
    if not reader.can_read(path, head_of(path)):
        raise ValueError("is not recognised by its name and first bytes")
    info = reader.inspect(path, Job())
    if not isinstance(info, SourceInfo) or not (info.kind and info.format and info.counts):
        raise ValueError("inspect names no kind, format or counts")
    if info.error:
        raise ValueError(info.error)
    json.dumps(info.to_json(), allow_nan=False)
    if not _read(reader, path):
        raise ValueError("read gives nothing")


def problem_of(call: Callable[[], object]) -> str:
    """Return what a call raises; empty for nothing."""
    try:
        call()
    except Exception as error:
        return str(error) if isinstance(error, ShapanError) else f"{type(error).__name__}: {error}"
    return ""


def _refusal_problem(call: Callable[[], object]) -> str:
    try:
        call()
    except ShapanError:
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it is taken"


def _cancel_problem(reader: Reader, path: Path) -> str:
    job = Job()
    job.cancel()
    begun = time.monotonic()
    try:
        _read(reader, path, job)
    except Cancelled:
        took = time.monotonic() - begun
        return f"went on for {took:.1f} s after it was cancelled" if took > _CANCEL_S else ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it reads to the end although it was cancelled; call job.check() or job.report()"


def round_trip_problem(reader: Reader | None, path: Path, expected: int) -> str:
    """Return whether a file that was written holds as many things as were given.

    Parameters
    ----------
    reader : Reader or None
        None where nobody reads the format, so that only its size can be looked at.
    path : Path
    expected : int
    """
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return f"{path.name} is not there or empty"
    if reader is None:
        return ""
    try:
        counts = reader.inspect(path, Job()).counts
    except ShapanError as error:
        return f"cannot be read again: {error}"
    found = counts.get("features", max(counts.values(), default=0))
    if found != expected:
        return (
            f"{expected} entities were given, {found} are in the file; where it means to leave "
            "some out, say complete = false in its manifest"
        )
    return ""
