"""What an analysis gives back; the window shows it and can save it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from shapan.stability import provisional


@provisional("0.2")
@dataclass(frozen=True)
class Table:
    """Rows to read, sort and save as CSV.

    Parameters
    ----------
    columns : dict of str to list
        As long as each other; numbers, texts or None. Name the unit in the heading.
    title : str
    entity_column : str
        Column with entity ids, so that a row can be selected in the scene; empty for none.
    """

    columns: Mapping[str, list[Any]]
    title: str = ""
    entity_column: str = ""


@provisional("0.2")
@dataclass(frozen=True)
class Series:
    """Values over time.

    Parameters
    ----------
    name : str
    time_us : (n,) int64 array
    value : (n,) float64 array
    unit : str
    """

    name: str
    time_us: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    unit: str = ""


@provisional("0.2")
@dataclass(frozen=True)
class Report:
    """The whole result.

    Parameters
    ----------
    summary : str
        One or two sentences that answer what was asked.
    tables : list of Table
    series : list of Series
    values : dict
        Single numbers and texts by name, for scripts.
    """

    summary: str = ""
    tables: list[Table] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    values: Mapping[str, Any] = field(default_factory=dict)
