"""Space and time codes against the published test vectors, and their algebra."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.codes import grid, height
from twin_model.codes.height import HeightProfile
from twin_model.codes.moment import Allen, Granularity, TimeCode, allen, encode_time
from twin_model.errors import ValidationError
from twin_model.time import Instant, Interval

LON, LAT = 116 + 18 / 60 + 45.37 / 3600, 39 + 59 / 60 + 35.38 / 3600
longitudes = st.floats(-180, 180)
latitudes = st.floats(-87.99, 87.99)
levels = st.integers(1, 10)


@pytest.mark.parametrize(
    ("level", "code"),
    [(1, "N50J"), (2, "N50J47"), (3, "N50J475"), (4, "N50J47539"), (5, "N50J47539B8"),
     (6, "N50J47539B82"), (7, "N50J47539B8255"), (8, "N50J47539B825534"),
     (10, "N50J47539B8255346152")],
)  # fmt: skip
def test_annex_b_of_the_standard(level: int, code: str) -> None:
    assert grid.encode(LON, LAT, level) == code


@pytest.mark.parametrize(
    ("lat_s", "lon_s", "code"),
    [(56.1444, 14.3184, "N50J475493E"), (59.7012, 5.9808, "N50J475491E"),
     (56.5260, 9.3540, "N50J475492E")],
)  # fmt: skip
def test_clause_8_of_the_standard(lat_s: float, lon_s: float, code: str) -> None:
    lat, lon = 39 + 59 / 60 + lat_s / 3600, 116 + 19 / 60 + lon_s / 3600
    assert grid.encode(lon, lat, 5) == code


def test_reference_codes_of_clause_8() -> None:
    assert grid.relative("N50J475493E", "N50J475491E").endswith("-20")
    assert grid.relative("N50J475493E", "N50J475492E").endswith("-10")
    assert grid.relative("N50J475491E", "N50J475493E").endswith("-B0")
    chain = grid.relative("N50J47539B8255346152", "N50J4754909")
    assert chain == "N50J4754909-DA-01-55-34-61-52"


@pytest.mark.parametrize(
    ("lon", "lat", "start"), [(-LON, -LAT, "S11J"), (-LON, LAT, "N11J"), (LON, -LAT, "S50J")]
)
def test_west_and_south_mirror_east_and_north(lon: float, lat: float, start: str) -> None:
    assert grid.encode(lon, lat) == start + "47539B8255346152"


def test_the_standards_table_1_with_height() -> None:
    flat = "N36J93078B3101524314"
    code = height.interleave(flat, height.encode_height(0))
    assert code == "N036J0093000780B3010010520430140"
    lon, lat = grid.decode(flat).centre_deg
    assert (lon, lat) == pytest.approx((34.6294924, 37.6367573), abs=1e-6)
    assert height.split(code) == (flat, "000000000000")


@pytest.mark.parametrize(
    ("height_m", "layer", "library", "standard"),
    [
        (50, 3340, "000000006414", "000000006414"),
        (100, 6680, "000000015030", "000000015030"),
        (1000, 66802, "000000802362", "000000802362"),
        (1500, 100199, "000000C03547", "000000C03547"),
        (2000, 133593, "000001004731", "000001104731"),
        (3000, 200374, "000001807266", "000001907266"),
        (8848.86, 590758, "000004801646", "000004C01646"),
        (-3, -201, "100000000311", "16371EE17467"),
        (-10, -669, "100000001235", "16371EE16543"),
        (-50, -3341, "100000006415", "16371EE11363"),
        (-11034, -737791, "100005A00777", "163718E17001"),
    ],
)
def test_heights_in_both_profiles(height_m: float, layer: int, library: str, standard: str) -> None:
    assert height.layer_of(height_m) == layer
    assert height.encode_height(layer, HeightProfile.LIBRARY) == library
    assert height.encode_height(layer, HeightProfile.STANDARD) == standard
    for profile, text in ((HeightProfile.LIBRARY, library), (HeightProfile.STANDARD, standard)):
        assert height.decode_height(text, profile) == (layer, 1)


def test_the_published_height_range_is_reproduced() -> None:
    last = 256 * grid.UNITS_PER_DEG
    assert height.height_of(-last) == pytest.approx(-6_302_106.722602, abs=1e-3)
    assert height.height_of(last) == pytest.approx(528_680_171.125244, abs=1)


def test_neighbours_of_a_known_cell() -> None:
    expected = {"S50J474E8EE", "S50J474E9E0", "S50J474E9E1", "S50J475080E", "S50J4750900",
                "S50J4750901", "S50J475081E", "S50J4750910", "S50J4750911"}  # fmt: skip
    assert set(grid.neighbours("S50J4750900")) == expected


def test_four_cells_meet_where_the_equator_crosses_the_prime_meridian() -> None:
    cells = ["N31A0000000", "N30A0000000", "S31A0000000", "S30A0000000"]
    for first, second in itertools.combinations(cells, 2):
        assert grid.adjacent(first, second)
        assert second in grid.neighbours(first)
    assert not grid.adjacent(cells[0], cells[0])


def test_cells_on_both_sides_of_180_degrees_are_adjacent() -> None:
    assert grid.adjacent(grid.encode(179.9999, 10, 5), grid.encode(-179.9999, 10, 5))


@given(longitudes, latitudes, levels)
def test_a_place_lies_in_the_box_of_its_code(lon: float, lat: float, level: int) -> None:
    cell = grid.decode(grid.encode(lon, lat, level))
    west, south, east, north = cell.bounds_deg
    slack = 2e-11 * 180
    assert west - slack <= lon <= east + slack
    assert south - slack <= lat <= north + slack


@given(longitudes, latitudes, levels)
def test_the_middle_of_a_cell_has_the_cells_code(lon: float, lat: float, level: int) -> None:
    code = grid.encode(lon, lat, level)
    assert grid.encode(*grid.decode(code).centre_deg, level) == code


@given(longitudes, latitudes, st.integers(2, 10))
def test_cells_nest_as_prefixes(lon: float, lat: float, level: int) -> None:
    fine, coarse = grid.encode(lon, lat, level), grid.encode(lon, lat, level - 1)
    assert grid.parent(fine) == coarse
    assert grid.contains(coarse, fine) and not grid.contains(fine, coarse)


@given(longitudes, latitudes, st.floats(-10_000, 9_000), levels, st.sampled_from(HeightProfile))
def test_a_place_with_height_lies_in_its_box(
    lon: float, lat: float, height_m: float, level: int, profile: HeightProfile
) -> None:
    code = height.encode_3d(lon, lat, height_m, level, profile)
    assert len(code) == height.LENGTHS_3D[level]
    box = height.decode_3d(code, profile)
    assert box.low_m - 1e-6 <= height_m <= box.high_m + 1e-6


def test_many_codes_at_once_are_the_same_as_one_by_one() -> None:
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(-180, 180, 200), chance.uniform(-87, 87, 200)
    codes = grid.encode_array(lon, lat, 9)
    assert [c.decode() for c in codes] == [grid.encode(x, y, 9) for x, y in zip(lon, lat)]


def test_the_cell_of_a_footprint_is_the_smallest_that_holds_it() -> None:
    code = grid.cell_of_bounds(LON, LAT, LON + 1e-5, LAT + 1e-5)
    west, south, east, north = grid.decode(code).bounds_deg
    assert west <= LON and east >= LON + 1e-5 and south <= LAT and north >= LAT + 1e-5
    with pytest.raises(ValidationError, match="no single cell"):
        grid.cell_of_bounds(-1, 10, 1, 11)


@pytest.mark.parametrize("lat", [88.0, -88.0, 89.9, -90.0])
def test_the_polar_area_is_refused_by_name(lat: float) -> None:
    with pytest.raises(grid.PolarAreaError, match="polar area"):
        grid.encode(10.0, lat)


BAD_CODES = [
    "N",
    "X50J",
    "N61J",
    "N00J",
    "N50W",
    "N50JG7",
    "N50J4",
    "N50J48",
    "N50J476",
    "N50J475FF",
    "n50j",
]


@pytest.mark.parametrize("code", ["", *BAD_CODES])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        grid.decode(code)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0), (0, float("inf"))])
def test_coordinates_out_of_range_are_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValidationError):
        grid.encode(lon, lat)


# -- time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granularity", "code"),
    [(1, "200000000000001"), (2, "202000000000002"), (3, "202400000000003"),
     (4, "202405000000004"), (5, "202405170000005"), (6, "202405170800006"),
     (7, "202405170830007"), (8, "202405170830158")],
)  # fmt: skip
def test_time_codes_of_every_granularity(granularity: int, code: str) -> None:
    instant = Instant.parse("2024-05-17T08:30:15.25")
    made = encode_time(instant, Granularity(granularity))
    assert made.text == code
    assert instant in made.interval


moments = st.integers(-62_000_000_000, 253_000_000_000).map(lambda s: Instant(s * 1_000_000))


@given(moments, st.sampled_from(Granularity))
def test_an_instant_lies_in_its_code_and_codes_nest(moment: Instant, size: Granularity) -> None:
    code = encode_time(moment, size)
    assert moment in code.interval
    assert TimeCode(code.text) == code
    parent = code.parent()
    if parent is not None:
        assert parent.contains(code)
        assert parent.interval.start <= code.interval.start
        assert parent.interval.end >= code.interval.end


@given(moments, moments, st.sampled_from(Granularity))
def test_text_order_is_time_order_within_a_granularity(
    first: Instant, second: Instant, size: Granularity
) -> None:
    one, two = encode_time(first, size), encode_time(second, size)
    assert (one.text < two.text) == (one.interval.start < two.interval.start)


@given(moments, moments, st.sampled_from(Granularity), st.sampled_from(Granularity))
def test_containment_by_digits_agrees_with_containment_in_time(
    first: Instant, second: Instant, one: Granularity, two: Granularity
) -> None:
    a, b = encode_time(first, one), encode_time(second, two)
    inside = a.interval.start <= b.interval.start and b.interval.end <= a.interval.end
    assert a.contains(b) == (inside and one <= two)


BAD_TIMES = [
    "2024", "202413000000004", "202402300000005", "202405170830159", "202405170830150",
    "202405170000004", "２０２４０５１７０８３０１５８", "000000000000003",
]  # fmt: skip


@pytest.mark.parametrize("text", ["", *BAD_TIMES])
def test_what_is_no_time_code_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TimeCode(text)


def test_all_thirteen_relations_of_intervals_occur_and_mirror() -> None:
    points = [Instant(n) for n in range(5)]
    spans = [Interval(a, b) for a, b in itertools.combinations(points, 2)]
    seen = {allen(x, y) for x in spans for y in spans}
    assert seen == set(Allen)
    mirror = dict(zip(list(Allen), reversed(list(Allen)), strict=True))
    for x, y in itertools.product(spans, spans):
        assert allen(y, x) == mirror[allen(x, y)]
