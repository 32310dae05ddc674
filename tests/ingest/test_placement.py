"""Where a source without a CRS goes, and where a project's origin comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.placement import far_away, fix_origin, placement, project_crs_for
from ingest.readers.contract import SourceInfo
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame
from twin_model.twin import Twin

FRAME = Frame("EPSG:32632", (500_000.0, 5_400_000.0, 0.0))
HERE = Path("a.las")


def info(
    bounds: list[float | None] | None, crs: str | None = None, kind: str = "points"
) -> SourceInfo:
    return SourceInfo("a.las", "LAS 1.2", kind, crs=crs, bounds=bounds)


def test_the_users_choice_wins_over_the_source() -> None:
    assert placement(FRAME, info(None, "EPSG:4326"), "EPSG:25832", HERE) == ("EPSG:25832", [])
    assert placement(FRAME, info(None, "EPSG:4326"), "local", HERE) == (None, [])


def test_an_unknown_choice_is_an_error_that_names_the_file() -> None:
    with pytest.raises(SourceError, match=r"a\.las.*not a coordinate"):
        placement(FRAME, info(None), "EPSG:123456", HERE)


def test_a_stated_crs_is_used_without_comment() -> None:
    assert placement(FRAME, info(None, "EPSG:4326"), None, HERE) == ("EPSG:4326", [])


def test_coordinates_near_the_origin_are_taken_as_the_projects_with_a_warning() -> None:
    crs, warnings = placement(
        FRAME, info([500_100, 5_400_100, 0, 500_200, 5_400_200, 9]), None, HERE
    )
    assert crs == FRAME.crs
    assert "no coordinate reference system" in warnings[0] and "--crs" in warnings[0]


def test_small_coordinates_are_taken_as_local_with_a_warning() -> None:
    crs, warnings = placement(FRAME, info([-10, -10, 0, 10, 10, 5]), None, HERE)
    assert crs is None and "project's origin" in warnings[0]


def test_coordinates_that_fit_nowhere_are_refused_with_the_remedy() -> None:
    with pytest.raises(SourceError, match=r"do not fit the project's.*--crs"):
        placement(FRAME, info([3e6, 1e6, 0, 3.1e6, 1.1e6, 5]), None, HERE)


@pytest.mark.parametrize("kind", ["mesh", "bim", "tileset"])
def test_models_without_a_crs_stand_at_the_origin(kind: str) -> None:
    crs, warnings = placement(FRAME, info([3e6, 1e6, 0, 3e6, 1e6, 5], kind=kind), None, HERE)
    assert crs is None and warnings


def test_the_first_source_fixes_the_origin_on_a_round_value(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:32632")) as twin:
        fix_origin(twin, info([8.4, 49.0, 0, 8.5, 49.1, 9], "EPSG:4326"), "EPSG:4326")
        assert twin.frame.origin is not None
        east, north, up = twin.frame.origin
        assert east % 100 == 0 and north % 100 == 0 and up == 0
        assert abs(east - 459_800) < 500 and abs(north - 5_433_000) < 1_000
        fix_origin(twin, info([9.4, 49.0, 0, 9.5, 49.1, 9], "EPSG:4326"), "EPSG:4326")
        assert twin.frame.origin == (east, north, up)
        assert twin.undo_label is None
    with Twin.open(tmp_path / "a.shapan") as twin:
        assert twin.frame.origin == (east, north, up)


def test_a_new_project_takes_the_sources_crs_where_it_is_metric() -> None:
    own = info([500_000, 5_400_000, 0, 501_000, 5_401_000, 9], "EPSG:25832")
    assert project_crs_for(own) == "EPSG:25832"


@pytest.mark.parametrize(
    ("crs", "bounds", "expected"),
    [
        ("EPSG:4326", [120.1, 30.2, None, 120.2, 30.3, None], "EPSG:32651"),
        ("EPSG:2994", [636_000, 849_000, 400, 637_000, 849_500, 500], "EPSG:32610"),
        ("EPSG:4978", [3_910_000, 300_000, 5_010_000, 3_911_000, 301_000, 5_011_000], "EPSG:32631"),
    ],
)
def test_a_new_project_takes_the_utm_zone_otherwise(
    crs: str, bounds: list[float | None], expected: str
) -> None:
    assert project_crs_for(info(bounds, crs)) == expected


def test_a_source_without_a_place_cannot_choose_a_project_crs() -> None:
    with pytest.raises(FrameError, match="does not say where"):
        project_crs_for(info(None))


def test_a_layer_on_another_continent_is_pointed_out() -> None:
    here = (0.0, 0.0, 0.0, 1000.0, 1000.0, 50.0)
    there = (8.3e6, 0.0, 0.0, 8.301e6, 1000.0, 50.0)
    assert far_away(there, [here, None]) is not None
    assert "8,299 km" in str(far_away(there, [here]))
    assert far_away((90_000.0, 0.0, 0.0, 91_000.0, 1000.0, 5.0), [here, there]) is None
    assert far_away(here, []) is None
