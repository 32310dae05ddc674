"""Functions that plugins add to the language of conditions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin_model.contributions import CONTRIBUTIONS, Contribution

_LOG: Final = logging.getLogger(__name__)
_KIND: Final = "rule"

Column = NDArray[np.float64]


def contributed_names() -> list[str]:
    """Return the names of the functions that plugins contribute."""
    return [_name(entry) for entry in CONTRIBUTIONS.of(_KIND)]


def contributed_function(name: str) -> Callable[[Sequence[Column]], Column] | None:
    """Return a function of a plugin by the name it has in conditions; None where there is none.

    Its code is imported when it is first called. What it raises, or gives in another length, makes
    the condition unknown for that batch: it raises no alarm and ends none.
    """
    for entry in CONTRIBUTIONS.of(_KIND):
        if _name(entry) == name:
            return _Function(entry)
    return None


def _name(entry: Contribution) -> str:
    return entry.id.rpartition(".")[2]


class _Function:
    def __init__(self, entry: Contribution) -> None:
        self._entry = entry
        self._loaded: Any = None
        self._told: set[str] = set()

    def __call__(self, columns: Sequence[Column]) -> Column:
        columns = np.broadcast_arrays(*(np.atleast_1d(column) for column in columns))
        length = len(columns[0])
        try:
            if self._loaded is None:
                self._loaded = self._entry.load()
            found = np.asarray(self._loaded(*columns), np.float64)
            if found.shape != (length,):
                raise ValueError(f"it gave an array of shape {found.shape} for {length} values")
            return found
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            if text not in self._told:
                self._told.add(text)
                _LOG.exception("the rule function %s of a plugin failed", self._entry.id)
            return np.full(length, np.nan)
