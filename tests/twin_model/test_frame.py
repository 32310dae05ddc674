"""Frames: projection, units, datums, placement on the globe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from twin_model.errors import FrameError
from twin_model.frame import Frame, parse_crs, split_compound, suggest_crs

FRAME = Frame("EPSG:4549", (515_000.0, 3_350_000.0, 0.0))


def test_geographic_coordinates_arrive_where_proj_puts_them() -> None:
    local = FRAME.transform_from("EPSG:4490")([[120.1551, 30.2741, 12.0]])
    east, north = Transformer.from_crs(4490, 4549, always_xy=True).transform(120.1551, 30.2741)
    assert local[0] == pytest.approx([east - 515_000, north - 3_350_000, 12.0], abs=1e-6)


@settings(max_examples=50)
@given(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(-50, 500))
def test_ecef_and_back_is_the_same_place(x: float, y: float, z: float) -> None:
    back = FRAME.transform_from("EPSG:4978")(FRAME.to_ecef([[x, y, z]]))
    assert back[0] == pytest.approx([x, y, z], abs=1e-4)


@pytest.mark.parametrize(("distance_m", "error_m"), [(50.0, 0.001), (500.0, 0.03)])
def test_the_affine_map_to_ecef_is_as_close_as_its_docstring_says(
    distance_m: float, error_m: float
) -> None:
    at = np.array([3_000.0, -2_000.0, 10.0])
    matrix = FRAME.ecef_matrix(at)
    point = at + np.array([distance_m, 0, 0])
    assert np.linalg.norm((matrix @ [*point, 1])[:3] - FRAME.to_ecef(point)[0]) < error_m


def test_feet_become_metres_horizontally_and_in_height_with_a_warning() -> None:
    frame = Frame("EPSG:32610", (493_000.0, 4_877_000.0, 0.0))
    to_local = frame.transform_from("EPSG:2994")
    two = to_local([[636_000.0, 849_000.0, 100.0], [636_100.0, 849_000.0, 200.0]])
    assert np.linalg.norm(two[1][:2] - two[0][:2]) == pytest.approx(30.48, rel=1e-3)
    assert two[1][2] - two[0][2] == pytest.approx(30.48)
    assert "foot" in to_local.warnings[0]


def test_a_vertical_datum_that_cannot_be_transformed_is_said() -> None:
    frame = Frame("EPSG:25832", (0.0, 0.0, 0.0), "EPSG:7837")
    assert "no vertical datum" in frame.transform_from("EPSG:25832").warnings[0]
    same = frame.transform_from("EPSG:25832+7837")
    assert same.warnings == []


@pytest.mark.parametrize(
    ("crs", "message"),
    [("EPSG:4326", "not a projected"), ("EPSG:2994", "not metres"), ("EPSG:999999", "not a coord"),
     ("nonsense", "not a coord"), ("X" * 30_000, "longer than")],
)  # fmt: skip
def test_unusable_project_crs_are_refused_with_a_remedy(crs: str, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        Frame(crs)


def test_points_without_an_image_are_an_error_not_infinity() -> None:
    with pytest.raises(FrameError, match="no place in"):
        FRAME.transform_from("EPSG:4326")([[10.0, 95.0, 0.0]])


def test_local_coordinates_pass_unchanged() -> None:
    for crs in (None, "local"):
        assert FRAME.transform_from(crs)([[1.0, 2.0, 3.0]])[0] == pytest.approx([1, 2, 3])


def test_compound_crs_are_split_and_utm_is_suggested() -> None:
    horizontal, vertical = split_compound(parse_crs("EPSG:4549+5737"))
    assert horizontal.to_epsg() == 4549
    assert vertical is not None and vertical.to_epsg() == 5737
    assert suggest_crs(120.2, 30.3).to_epsg() == 32651


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4978", "EPSG:25832"])
def test_the_affine_map_from_a_source_agrees_with_the_exact_one_near_its_centre(crs: str) -> None:
    frame = Frame("EPSG:32632", (500_000.0, 5_300_000.0, 0.0))
    back = Transformer.from_crs("EPSG:32632", crs, always_xy=True)
    if crs == "EPSG:4978":
        centre = frame.to_ecef([[100.0, 200.0, 30.0]])[0]
    else:
        centre = np.array([*back.transform(500_100.0, 5_300_200.0), 30.0])
    to_local = frame.transform_from(crs)
    step = np.array([1e-5, 1e-5, 1.0]) if crs == "EPSG:4326" else np.array([1.0, 2.0, 1.0])
    matrix = to_local.matrix_at(centre)
    exact = to_local([centre + step])[0]
    assert (matrix @ [*(centre + step), 1])[:3] == pytest.approx(exact, abs=1e-3)
