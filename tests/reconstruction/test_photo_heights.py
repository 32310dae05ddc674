"""Heights of photographs above the ellipsoid come to the project's datum by a geoid grid, or are
said to be what they are."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.pipeline.job import Job
from ingest.reconstruction.control import vertical_of
from ingest.reconstruction.photo_check import look_through
from ingest.reconstruction.photo_heights import (
    PhotoHeights,
    brought_to_datum,
    geoid_heights_m,
    stated_heights,
)
from ingest.reconstruction.photo_metadata import PhotoMetadata, read_metadata
from ingest.reconstruction.products import project_crs
from twin_model.errors import SourceError
from twin_model.frame import Frame

FRAME = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")
LON, LAT = 120.155, 30.27


def photo(reference: str = "ellipsoid", altitude_m: float = 112.0) -> PhotoMetadata:
    return PhotoMetadata("a.jpg", 100, 80, longitude_deg=LON, latitude_deg=LAT,
                         altitude_m=altitude_m, altitude_reference=reference)  # fmt: skip


@pytest.fixture
def geoid(tmp_path: Path) -> Path:
    """A grid in NOAA's GTX: the geoid 10 m above the ellipsoid, rising 1 m a degree eastwards."""
    path = tmp_path / "geoid of, here.gtx"
    lon = np.arange(118.0, 122.5, 0.5)
    rows = np.tile(10.0 + (lon - 118.0), (9, 1)).astype(">f4")
    head = struct.pack(">4d2i", 28.0, 118.0, 0.5, 0.5, 9, len(lon))
    path.write_bytes(head + rows.tobytes())
    return path


def test_a_grid_brings_heights_from_the_ellipsoid_to_the_geoid(geoid: Path) -> None:
    where = np.array([[LON, LAT], [119.0, 30.0]])
    assert geoid_heights_m(geoid, where) == pytest.approx([12.155, 11.0], abs=1e-3)
    heights, found = brought_to_datum(FRAME, [photo()], geoid)
    assert heights == pytest.approx([112.0 - 12.155], abs=1e-3)
    assert found == PhotoHeights("ellipsoid", geoid.name)
    stated = stated_heights({"method": "positions"}, found.to_json(), FRAME)
    assert stated.datum == "Yellow Sea 1985 height" and stated.text.endswith(geoid.name)
    assert stated.frame(FRAME) == FRAME and stated.remark == ""


def test_without_a_grid_heights_stay_above_the_ellipsoid_and_products_say_so() -> None:
    heights, found = brought_to_datum(FRAME, [photo()], None)
    assert heights == pytest.approx([112.0]) and found == PhotoHeights("ellipsoid", "")
    stated = stated_heights({"method": "positions"}, found.to_json(), FRAME)
    assert stated.datum is None and "above the WGS 84 ellipsoid" in stated.text
    assert stated.remark == "{0} (above the ellipsoid)"
    # The file's CRS must not claim the project's datum.
    assert not project_crs(stated.frame(FRAME)).is_compound and project_crs(FRAME).is_compound


def test_photographs_that_do_not_say_are_of_an_unknown_datum() -> None:
    for metadata in ([photo("")], [photo(), photo("")]):
        _, found = brought_to_datum(FRAME, metadata, None)
        stated = stated_heights({"method": "positions and level cameras"}, found.to_json(), FRAME)
        assert stated.datum is None and "unknown, no geoid grid" in stated.text


def test_control_points_decide_on_the_datum() -> None:
    placed = {"method": "control points"}
    stated = stated_heights(placed, PhotoHeights("ellipsoid").to_json(), FRAME)
    assert stated.datum == "Yellow Sea 1985 height" and stated.frame(FRAME) == FRAME
    unknown = Frame("EPSG:4549", (0.0, 0.0, 0.0))
    assert "unknown datum" in stated_heights(placed, {}, unknown).text
    # A project that has no datum keeps that of the points in what it makes.
    surveyed = {"vertical_crs": vertical_of("EPSG:4549+5737")}
    stated = stated_heights(placed | surveyed, {}, unknown)
    assert stated.datum == "Yellow Sea 1985 height"
    assert project_crs(stated.frame(unknown)).is_compound
    assert vertical_of("EPSG:4549") is None


@pytest.mark.parametrize("content", [b"", b"no grid at all, but quite some bytes of it" * 9])
def test_a_file_that_is_no_grid_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.gtx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"no geoid grid|does not reach"):
        brought_to_datum(FRAME, [photo()], path)
    with pytest.raises(SourceError, match="is missing"):
        brought_to_datum(FRAME, [photo()], tmp_path / "none.gtx")


def test_a_grid_of_another_place_is_refused(geoid: Path) -> None:
    with pytest.raises(SourceError, match=r"no geoid grid|does not reach"):
        geoid_heights_m(geoid, np.array([[10.0, 50.0]]))


@pytest.mark.parametrize(("kind", "reference"), [("RtkAlt", "ellipsoid"), ("GpsFusionAlt", "")])
def test_what_a_drone_says_of_its_altitude_is_read(
    tmp_path: Path, kind: str, reference: str, geoid: Path
) -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" '
        f'drone-dji:AltitudeType="{kind}" drone-dji:AbsoluteAltitude="+112.0" '
        f'drone-dji:GpsLatitude="{LAT}" drone-dji:GpsLongitude="{LON}"/></rdf:RDF></x:xmpmeta>'
    )
    folder = tmp_path / "photos"
    folder.mkdir()
    chance = np.random.default_rng(1)
    picture = Image.fromarray(chance.integers(0, 255, (80, 100, 3), np.uint8))
    picture.save(folder / "a.jpg", xmp=packet.encode())
    assert read_metadata(folder / "a.jpg", "a.jpg").altitude_reference == reference
    found = look_through(folder, FRAME, Job(), geoid)
    place = found.findings[0].position_local_m
    assert place is not None and place[2] == pytest.approx(112.0 - 12.155, abs=1e-3)
