"""What heights are stated above: the project's datum, the ground, the ellipsoid, other datums."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin_model.commands import AddEntities, EditEntities
from twin_model.comparison import ChangeKind, compare
from twin_model.entity import Entity
from twin_model.errors import FrameError, ShapanError, ValidationError
from twin_model.frame import Frame
from twin_model.heights import (
    at_height,
    carried,
    checked_reference,
    over_ground,
    shift_m,
    stated_m,
    with_reference,
)
from twin_model.query import EntityQuery
from twin_model.shaping import point_wkb
from twin_model.store.verify import verify_store
from twin_model.time import Instant
from twin_model.twin import Twin

NINGBO = (400_000.0, 3_305_000.0, 10.0)
FRAME = Frame("EPSG:4549", NINGBO, "EPSG:5773")


def slope(places: np.ndarray) -> np.ndarray:
    """Ground that rises 1 m in 10 m eastwards from local height 2 m; none beyond 1 km."""
    return np.where(places[:, 0] > 1000.0, np.nan, 2.0 + places[:, 0] / 10.0)


def lamp(x: float = 0.0, z: float = 0.0, reference: str = "", name: str = "lamp") -> Entity:
    return Entity(name, "street-lamp", name, (x, 0.0, z), height_reference=reference)


# -- references ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", ""), ("ground", "ground"), ("ellipsoid", "ellipsoid"), ("unknown", "unknown"),
     (" EPSG:5737 ", "EPSG:5737"), ("EGM2008 height", "EPSG:3855")],
)  # fmt: skip
def test_references_are_kept_in_one_spelling(text: str, kept: str) -> None:
    assert checked_reference(text) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Wusong", "which PROJ knows"),
        ("EPSG:4549", "no vertical CRS"),
        ("EPSG:4549+5773", "no vertical CRS"),
        ("EPSG:6360", "metres upwards"),  # NAVD88 in feet
        ("EPSG:5715", "metres upwards"),  # depth below mean sea level
    ],
)
def test_what_is_no_reference_is_refused_by_the_store(tmp_path: Path, text: str, why: str) -> None:
    with (
        Twin.create(tmp_path / "a.shapan", FRAME) as twin,
        pytest.raises(ValidationError, match=why),
    ):
        twin.execute(AddEntities([lamp(reference=text)]))


# -- above the ground ------------------------------------------------------------------


def test_heights_above_the_ground_are_measured_from_the_terrain_below() -> None:
    places = [(0.0, 0.0, 5.0), (100.0, 0.0, 5.0), (2000.0, 0.0, 5.0)]
    found = stated_m(FRAME, "ground", places, slope)
    assert found[:2] == pytest.approx([3.0, -7.0]) and np.isnan(found[2])
    assert np.isnan(stated_m(FRAME, "ground", places)).all()  # no terrain at all


def test_things_are_put_at_a_height_above_their_own_ground_with_their_geometry() -> None:
    pole = replace(lamp(100.0, 0.0, "ground", "b"), geometry=point_wkb((100.0, 0.0, 0.0)))
    here, there, plain = at_height(
        [lamp(0.0, 0.0, "ground"), pole, lamp(50.0, 0.0, "", "c")], 4.5, FRAME, slope
    )
    assert here.position == pytest.approx((0.0, 0.0, 6.5))
    assert there.position == pytest.approx((100.0, 0.0, 16.5))
    assert there.geometry == point_wkb((100.0, 0.0, 16.5))
    assert plain.position == pytest.approx((50.0, 0.0, -5.5))  # 4.5 above the project's datum
    with pytest.raises(FrameError, match="no terrain below far"):
        at_height([lamp(2000.0, 0.0, "ground", "far")], 4.5, FRAME, slope)


def test_what_stands_on_the_ground_follows_it_when_moved_in_plan() -> None:
    before = [lamp(0.0, 6.5, "ground"), lamp(0.0, 6.5, "", "b"), lamp(0.0, 6.5, "ground", "c")]
    east = [replace(one, position=(100.0, 0.0, 6.5)) for one in before]
    east[2] = replace(east[2], position=(100.0, 0.0, 8.0))  # somebody said how high
    moved = over_ground(before, east, slope)
    assert [one.position[2] for one in moved if one.position] == pytest.approx([16.5, 6.5, 8.0])
    off = [replace(before[0], position=(2000.0, 0.0, 6.5))]
    assert over_ground(before[:1], off, slope) == off
    assert over_ground(before, east, None) == east


def test_things_are_carried_by_another_ground_where_it_is_known() -> None:
    def higher(places: np.ndarray) -> np.ndarray:
        return slope(places) + np.where(places[:, 0] > 500.0, 0.001, 3.0)

    things = [lamp(0.0, 6.5, "ground"), lamp(0.0, 6.5, "", "b"), lamp(600.0, 6.5, "ground", "c"),
              lamp(2000.0, 6.5, "ground", "d")]  # fmt: skip
    moved = carried(things, slope, higher)
    assert [one.position[2] for one in moved if one.position] == pytest.approx([9.5, 6.5, 6.5, 6.5])
    assert moved[1:] == things[1:]
    assert carried(things, None, higher) == carried(things, slope, None) == things


# -- datums ----------------------------------------------------------------------------


def test_what_cannot_be_converted_is_said_and_never_taken_for_equal() -> None:
    place = [(0.0, 0.0, 0.0)]
    assert shift_m(FRAME, "EPSG:5773", place) == [0.0]  # it is the project's own
    assert shift_m(FRAME, "unknown", place) == [0.0]
    with pytest.raises(FrameError, match="no transformation of heights above Yellow Sea 1985"):
        shift_m(Frame("EPSG:4549", NINGBO, "EPSG:5737"), "ellipsoid", place)
    unknown = Frame("EPSG:4549", NINGBO)
    for reference in ("ellipsoid", "EPSG:5773"):
        with pytest.raises(FrameError, match="unknown datum"):
            shift_m(unknown, reference, place)


CONVERT = """
import json, sys
from twin_model.errors import FrameError
from twin_model.frame import Frame
from twin_model.heights import shift_m, stated_m
frame = Frame("EPSG:4549", (400_000.0, 3_305_000.0, 10.0), sys.argv[1])
try:
    found = list(stated_m(frame, sys.argv[2], [(0.0, 0.0, 5.0), (1000.0, 0.0, 5.0)]))
    print(json.dumps(found))
except FrameError as error:
    print(json.dumps(str(error)))
"""


def converted(datum: str, reference: str, data: Path) -> list[float] | str:
    """Convert 15 m above a datum in a process of its own, whose PROJ knows the grids in *data*."""
    done = subprocess.run(
        [sys.executable, "-c", CONVERT, datum, reference],
        env={**os.environ, "XDG_DATA_HOME": str(data)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[float] | str = json.loads(done.stdout)
    return found


def put_grid(folder: Path, name: str, undulation_m: float) -> None:
    """Write a geoid grid of the whole world in GTX form (big-endian): the same everywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">4d2i", -90.0, -180.0, 90.0, 180.0, 3, 3)
    (folder / name).write_bytes(header + np.full(9, undulation_m, ">f4").tobytes())


@pytest.mark.skipif(sys.platform != "linux", reason="PROJ's own folder is found by XDG_DATA_HOME")
def test_a_missing_geoid_grid_is_named_and_used_once_it_is_there(tmp_path: Path) -> None:
    said = converted("EPSG:5773", "ellipsoid", tmp_path)
    assert "EGM96 height needs a geoid grid that is not installed" in said
    assert f"us_nga_egm96_15.tif into {tmp_path / 'proj'}" in said
    put_grid(tmp_path / "proj", "egm96_15.gtx", 12.25)
    assert converted("EPSG:5773", "ellipsoid", tmp_path) == pytest.approx([27.25, 27.25])
    said = converted("EPSG:5773", "EPSG:3855", tmp_path)
    assert "EGM2008" in said and "us_nga_egm08_25.tif" in said
    put_grid(tmp_path / "proj", "egm08_25.gtx", 12.5)
    assert converted("EPSG:5773", "EPSG:3855", tmp_path) == pytest.approx([14.75, 14.75])


# -- in the store ----------------------------------------------------------------------


def test_a_reference_has_history_undo_queries_and_travels_in_time(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME) as twin:
        twin.execute(AddEntities([lamp(z=5.0), lamp(3.0, 6.0, name="other")]))
        before = twin.now()
        twin.clock = lambda: Instant(before.us + 10_000_000)
        twin.execute(EditEntities([with_reference(twin.entity("lamp"), "ground")]), why="survey")
        assert twin.entity("lamp").height_reference == "ground"
        assert twin.entity("lamp").position == (0.0, 0.0, 5.0)  # it stays where it is
        found = twin.entities(EntityQuery(where="height_reference = 'ground'"))
        assert [one.id for one in found] == ["lamp"]
        assert twin.at(before).entity("lamp").height_reference == ""
        assert compare(twin.at(before), twin).counts[ChangeKind.CHANGED] == 1
        assert verify_store(twin) == []
        twin.undo()
        assert twin.entity("lamp").height_reference == ""
        twin.redo()
        assert twin.entity("lamp").height_reference == "ground" and verify_store(twin) == []


def test_a_misspelt_reference_is_an_error_of_shapan() -> None:
    with pytest.raises(ShapanError, match="height_reference"):
        with_reference(lamp(), "EPSG:999999")
