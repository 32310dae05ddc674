"""Differences between runs as people read them, and what stands for each run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from app import numbers
from app.item_models.alarms import value_text
from app.simulation.words import simulated
from app.unit_words import label

if TYPE_CHECKING:
    from twin_model.simulation.comparison import ComparedFigure

#: What runs are called beside each other.
LETTERS: Final = "ABCD"
#: What is known once, at the end, has no course: that of what it is about is seen.
COURSES: Final = {
    "evacuation_time": "people_inside", "building_empty_after": "people_in_building",
}  # fmt: skip
#: From so many times as much on a share says nothing.
LARGEST_SHARE: Final = 10.0
_SAME: Final = 1e-9
#: What is less reads as zero.
_LEAST_SHOWN: Final = 0.0005


def signed(value: float, unit: str = "") -> str:
    """Return a difference with its sign."""
    if math.isnan(value):
        return "–"
    text = value_text(abs(value), unit)
    return text if value == 0 else f"{'+' if value > 0 else '−'}{text}"


def change_text(figure: ComparedFigure, number: int, *, with_unit: bool = True) -> str:
    """Return by how much a figure lies above the first's, and as a share of it.

    Of what is negative, such as a pressure below that of the air, or reads as zero there is no
    share: its sign would say the opposite of the difference's.
    """
    change, relative = figure.change(number), figure.relative(number)
    if math.isclose(figure.values[number], figure.values[0], rel_tol=_SAME, abs_tol=_SAME):
        change = 0.0  # the last digits are no difference
    text = signed(change, label(figure.unit) if with_unit else "")
    # Ten times as much and more is no share that says anything: from nearly nothing it is endless.
    if change and abs(relative) < LARGEST_SHARE and figure.values[0] >= _LEAST_SHOWN:
        text += f"  ({'+' if relative > 0 else '−'}{numbers.fixed(abs(100 * relative), 1)} %)"
    return text


def with_unit(indicator: str, unit: str) -> str:
    """Return what a figure is called, with its unit: beside every number that is too wide."""
    shown = label(unit)
    return f"{simulated(indicator)} ({shown})" if shown else simulated(indicator)
