"""``metadata.xml``: every form of reference system, and those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS, Transformer

from ingest.readers.osgb_format.metadata import read_placement
from twin_model.errors import SourceError


def _metadata(folder: Path, srs: str, origin: str = "10,20,30") -> Path:
    path = folder / "metadata.xml"
    path.write_text(
        f'<?xml version="1.0"?><ModelMetadata version="1"><SRS>{srs}</SRS>'
        f"<SRSOrigin>{origin}</SRSOrigin></ModelMetadata>",
        encoding="utf-8",
    )
    return path


def test_codes_with_and_without_a_vertical_one(tmp_path: Path) -> None:
    plain = read_placement(_metadata(tmp_path, "EPSG:4547"))
    assert (plain.crs, plain.vertical_crs, plain.warnings) == ("EPSG:4547", None, ())
    both = read_placement(_metadata(tmp_path, "EPSG:4544+5773"))
    assert (both.crs, both.vertical_crs) == ("EPSG:4544", "EPSG:5773")
    assert both(np.array([[1.0, 2.0, 3.0]])).tolist() == [[11.0, 22.0, 33.0]]


def test_a_tangent_plane_becomes_exact_earth_centred_coordinates(tmp_path: Path) -> None:
    placement = read_placement(_metadata(tmp_path, "ENU:31.2,121.5", "0,0,0"))
    assert placement.crs == "EPSG:4978"
    ecef = placement(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 50.0], [300.0, 0.0, 0.0]]))
    back = Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)
    lon, lat, height = back.transform(*ecef.T)
    assert (lon[0], lat[0]) == pytest.approx((121.5, 31.2), abs=1e-9)
    assert height[:2] == pytest.approx([0.0, 50.0], abs=1e-6)
    assert lon[2] > 121.5 and lat[2] == pytest.approx(31.2, abs=1e-6)


def test_a_standard_zone_as_wkt_keeps_its_code(tmp_path: Path) -> None:
    wkt = CRS.from_epsg(4547).to_wkt("WKT1_GDAL").replace('"', "&quot;")
    placement = read_placement(_metadata(tmp_path, wkt))
    assert (placement.crs, placement.warnings) == ("EPSG:4547", ())


@pytest.mark.parametrize("srs", ["LOCAL", "Local", ""])
def test_a_local_system_is_said_to_be_one(tmp_path: Path, srs: str) -> None:
    placement = read_placement(_metadata(tmp_path, srs))
    assert placement.crs is None
    assert "no reference system" in placement.warnings[0]


@pytest.mark.parametrize(
    ("srs", "origin", "reason"),
    [
        ("ENU:abc,xyz", "0,0,0", "ENU:latitude,longitude"),
        ("ENU:95,10", "0,0,0", "ENU:latitude,longitude"),
        ("EPSG:4547", "1,2", "three numbers"),
        ("EPSG:4547", "nan,2,3", "three numbers"),
        ("EPSG:99999999", "1,2,3", "cannot be used"),
        ("nonsense", "1,2,3", "cannot be used"),
        ("x" * 30000, "1,2,3", "cannot be used"),
    ],
)
def test_unusable_metadata_say_what_is_wrong(
    tmp_path: Path, srs: str, origin: str, reason: str
) -> None:
    path = _metadata(tmp_path, srs, origin)
    with pytest.raises(SourceError, match=reason) as caught:
        read_placement(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_entities_in_metadata_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metadata.xml"
    path.write_text(
        '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        "<ModelMetadata><SRS>&a;</SRS></ModelMetadata>",
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="not allowed"):
        read_placement(path)


def test_a_chosen_crs_replaces_the_written_one(tmp_path: Path) -> None:
    path = _metadata(tmp_path, "nonsense", "10,20,30")
    assert read_placement(path, "EPSG:32650").crs == "EPSG:32650"
