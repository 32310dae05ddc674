"""Warnings of libraries kept or left out, by one thread at a time.

`warnings.catch_warnings` swaps the state of the whole process (before Python 3.14): two threads
within it at once leave each other's filters behind, so there is one lock for all.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()


@contextmanager
def muted() -> Iterator[None]:
    """Leave out what is warned of within, which the caller says in its own words."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def heard() -> Iterator[list[warnings.WarningMessage]]:
    """Yield a list of all that is warned of within."""
    with _lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
