"""Rows of numbers in text files, in bounded blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from twin_model.errors import SourceError

_BLOCK_BYTES: Final = 2 << 20


def line_blocks(path: Path, stream: BinaryIO, job: Job) -> Iterator[list[str]]:
    """Yield the lines from where *stream* stands, a few megabytes at a time.

    Raises
    ------
    SourceError
        If a single line is longer than a block: not a text of rows.
    Cancelled
    """
    rest = b""
    while True:
        job.check()
        block = stream.read(_BLOCK_BYTES)
        if not block:
            break
        block = rest + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if end < 0:
            if len(block) > _BLOCK_BYTES:
                raise SourceError(path, "a line has no end: not a table of numbers")
            rest = block
            continue
        rest = block[end + 1 :]
        yield block[: end + 1].decode("latin-1").splitlines()
    if rest:
        yield rest.decode("latin-1").splitlines()


def parse_rows(
    lines: list[str], columns: int, delimiter: str | None, *, decimal_comma: bool = False
) -> tuple[npt.NDArray[np.float64], list[int]]:
    """Return the first *columns* numbers of every line, and the lines that have none.

    Parameters
    ----------
    lines : list of str
        Empty ones are passed over.
    columns : int
        Values wanted of each line; further ones are ignored.
    delimiter : str or None
        None for any white space.
    decimal_comma : bool

    Returns
    -------
    (n, columns) float64 array
    list of int
        Indices of the lines that are not such a row.
    """
    if decimal_comma:
        lines = [line.replace(",", ".") for line in lines]
    wanted = [line for line in lines if line.strip()]
    if not wanted:
        return np.empty((0, columns)), []
    try:
        rows = np.loadtxt(
            wanted, np.float64, comments=None, delimiter=delimiter, usecols=range(columns), ndmin=2
        )
        return rows, []
    except ValueError:
        pass
    good: list[list[float]] = []
    bad: list[int] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            row = [float(text) for text in line.split(delimiter)[:columns]]
        except ValueError:
            row = []
        if len(row) == columns:
            good.append(row)
        else:
            bad.append(number)
    return np.array(good, np.float64).reshape(-1, columns), bad
