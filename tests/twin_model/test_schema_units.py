"""Units: spelling, conversion, quantities that users type."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.errors import ValidationError
from twin_model.schema import units
from twin_model.schema.dtdl.quantities import FROM_DTDL


@pytest.mark.parametrize("unit", sorted(units.COMMON))
def test_every_common_unit_is_one_that_pint_knows(unit: str) -> None:
    assert units.convert(3.0, unit, unit) == 3.0
    assert units._parse(unit) is not None
    assert units.compatible(unit, unit)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.0, "ft", "m", 0.3048),
        (3.6, "m^3/h", "l/s", 1.0),
        (20.0, "degC", "K", 293.15),
        (212.0, "degF", "degC", 100.0),
        (1.0, "knot", "km/h", 1.852),
        (1.0, "bar", "kPa", 100.0),
        (1.0, "MPa", "bar", 10.0),
        (2.0, "kWh", "MJ", 7.2),
        (50.0, "percent", "ppm", 500_000.0),
        (1500.0, "rpm", "Hz", 157.07963267948966),  # a rotation is 2 pi in pint
        (1.0, "mg/l", "mg/m^3", 1000.0),
        (1.0, "t/h", "kg/s", 1 / 3.6),
    ],
)
def test_conversions_agree_with_hand_calculation(
    value: float, source: str, target: str, expected: float
) -> None:
    assert units.convert(value, source, target) == pytest.approx(expected, rel=1e-9)


_PAIRS = [("m", "ft"), ("m^3/h", "l/s"), ("degC", "degF"), ("kPa", "bar"), ("kW", "hp"),
          ("deg", "rad"), ("km/h", "knot"), ("day", "s"), ("kvar", "Mvar"),
          ("t/h", "kg/s")]  # fmt: skip


@given(st.sampled_from(_PAIRS), st.floats(-1e9, 1e9))
def test_there_and_back_again_gives_the_same_value(pair: tuple[str, str], value: float) -> None:
    there = units.convert(value, *pair)
    assert units.convert(there, pair[1], pair[0]) == pytest.approx(value, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("source", "target"),
    [("m", "kg"), ("TEU", "vehicle"), ("person", "vehicle"), ("CNY", ""), ("m^2", "m")],
)
def test_what_measures_something_else_is_refused(source: str, target: str) -> None:
    assert not units.compatible(source, target)
    with pytest.raises(ValidationError, match="cannot be given in"):
        units.convert(1.0, source, target)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("m³/h", "m^3/h"), ("℃", "degC"), ("平方米", "m^2"), ("%", "percent"), (" kW ", "kW"),
     ("µg/m³", "ug/m^3"), ("kg·m²", "kg*m^2"), ("m3", "m^3"), ("m3/h", "m^3/h"),
     ("W/(m2.K)", "W/m^2/K"), ("W/(m²·K)", "W/m^2/K"), ("kg.m/s2", "kg*m/s^2"), ("s-1", "s^-1")],
)  # fmt: skip
def test_other_spellings_become_the_stored_one(text: str, stored: str) -> None:
    assert units.check_unit(text) == stored


@pytest.mark.parametrize(
    "text",
    ["metrr", "9**9**9**9", "m^99999", "m^9^9^9", "__import__('os')", "m;rm", "m" * 41, "m/", "m4",
     "kg m", "(m)", "1 + 1", "\x00"],
)  # fmt: skip
def test_what_is_no_unit_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        units.check_unit(text)
    assert caught.value.name == "unit"


def test_a_misspelt_unit_gives_the_nearest_ones() -> None:
    with pytest.raises(ValidationError, match=r"did you mean .*kPa"):
        units.check_unit("kPaa")


@given(st.text(max_size=60))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        spelling = units.check_unit(text)
    except ValidationError:
        return
    assert units.check_unit(spelling) == spelling


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("12", "m", 12.0), ("1,200", "m", 1200.0), ("10 ft", "m", 3.048), ("3 米", "m", 3.0),
     ("-5℃", "degC", -5.0), ("2.5e3", "", 2500.0), (".5", "m", 0.5), ("−4", "m", -4.0)],
)  # fmt: skip
def test_quantities_are_read_as_users_type_them(text: str, unit: str, expected: float) -> None:
    assert units.parse_quantity(text, unit) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "m", "twelve", "12 kg", "1e999", "nan", "1 2", "--3"])
def test_what_is_no_quantity_in_metres_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        units.parse_quantity(text, "m")


@pytest.mark.parametrize("unit", sorted(set(FROM_DTDL.values())))
def test_every_unit_of_dtdl_has_one_here(unit: str) -> None:
    assert units.check_unit(unit) == unit
    assert units.compatible(unit, unit)
    units._parse(unit)


def test_labels_read_as_printed() -> None:
    assert units.label("m^3/h") == "m³/h"
    assert units.label("degC") == "°C"
    assert units.label("kg*m^2") == "kg·m²"
    assert units.label("person/m^2") == "people/m²"
    assert units.label("person/m^2", "zh_CN") == "人/m²"
    assert units.label("vehicle/h", "zh_CN") == "辆/h"
    for unit in ("person", "person/h", "person/m^2", "vehicle", "vehicle/h", "move/h", "TEU/h"):
        for language in ("en", "zh_CN"):  # what is shown can be typed
            assert units.check_unit(units.label(unit, language)) == unit
    assert units.label("m^3/h", "zh_CN") == "m³/h"


def test_the_built_in_catalogue_is_read_without_loading_pint() -> None:
    code = (
        "import sys; from assets.catalogue import entity_types_text\n"
        "from twin_model.schema.catalogue import Catalogue\n"
        "Catalogue.load(entity_types_text()); print('pint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
