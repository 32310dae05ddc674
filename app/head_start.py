"""What is begun before the rest of Shapan is loaded, which takes a fifth of a second."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ingest.readers.ifc_workers import prepare_worker

#: Idle threads of numpy's matrix library sleep after 2^16 clock ticks instead of spinning 2^26:
#: on two cores that doubles the time in which numpy loads beside a process of readers.
_BLAS_THREADS_SLEEP: Final = {"OPENBLAS_THREAD_TIMEOUT": "16"}


def head_start(sources: Iterable[str]) -> None:
    """Set up what must be before numpy is loaded, and open a model that will be read.

    Parameters
    ----------
    sources : iterable of str
        What is about to be imported; at most one model is opened ahead.
    """
    for name, value in _BLAS_THREADS_SLEEP.items():
        os.environ.setdefault(name, value)
    for source in sources:
        if source.lower().endswith(".ifc") and Path(source).is_file():
            prepare_worker(Path(source))
            return
