"""Numbers carry their unit and no more digits than they are worth."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QLocale

from app import numbers
from app.measure import level_area_m2
from app.overlays import round_length
from app.panels.time_axis import epochs_of


@pytest.fixture(autouse=True)
def english() -> None:
    QLocale.setDefault(QLocale("en"))


@pytest.mark.parametrize(
    ("metres", "accuracy", "text"),
    [
        (12.3456789, None, "12.35 m"),
        (12.3456789, 0.2, "12.3 m"),
        (12.3456789, 5.0, "12 m"),
        (12.3456789, 0.001, "12.346 m"),
        (15_432.0, None, "15.43 km"),
        (math.nan, None, "unknown"),
    ],
)
def test_a_length_has_the_digits_of_its_accuracy(
    metres: float, accuracy: float | None, text: str
) -> None:
    assert numbers.length(metres, accuracy) == text


@pytest.mark.parametrize(
    ("value", "text"), [(12.0, "12.0 m²"), (25_000.0, "2.50 ha"), (3.2e6, "3.200 km²")]
)
def test_an_area_goes_to_larger_units_as_it_grows(value: float, text: str) -> None:
    assert numbers.area(value) == text


@pytest.mark.parametrize(
    ("seconds", "text", "about"),
    [
        (0.3, "0 s", "less than a second"),
        (59.0, "59 s", "about 59 s"),
        (90.0, "1 min 30 s", "about 1 min 30 s"),
        (1800.0, "30 min", "about 30 min"),
        (3599.7, "1 h", "about 1 h"),
        (7260.0, "2 h 1 min", "about 2 h 1 min"),
    ],
)
def test_a_duration_has_no_empty_parts(seconds: float, text: str, about: str) -> None:
    assert (numbers.duration(seconds), numbers.about(seconds)) == (text, about)


def test_southern_and_western_places_are_named_so() -> None:
    assert numbers.degrees(-70.5, -33.25) == "S 33.25000° W 70.50000°"


@pytest.mark.parametrize("longest", [0.03, 1.0, 7.0, 123.0, 99_999.0])
def test_a_scale_bar_is_one_two_or_five_times_a_power_of_ten(longest: float) -> None:
    length = round_length(longest)
    assert longest / 2.5 - 1e-9 <= length <= longest * (1 + 1e-9)
    assert f"{length:.0e}"[0] in "125"


@pytest.mark.parametrize("shift", [0.0, 5.0e6])
def test_an_area_does_not_depend_on_distance_from_the_origin(shift: float) -> None:
    ring = [(0, 0, 0), (4, 0, 9), (4, 2, 1), (2, 2, 0), (2, 5, 0), (0, 5, 0)]
    moved = [(x + shift, y + shift, z) for x, y, z in ring]
    assert level_area_m2(moved) == pytest.approx(14.0, rel=1e-6)


def test_surveys_without_a_readable_date_are_left_off_the_timeline() -> None:
    epochs = epochs_of([("a", "2024-03"), ("b", None), ("c", "soon"), ("d", "2020")])
    assert [epoch.name for epoch in epochs] == ["d", "a"]
    assert epochs[0].end.us - epochs[0].start.us == 365 * 86_400_000_000
