"""Where IFC models stand on the globe, in the words of each schema."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers import ifc, ifc_process
from ingest.readers.contract import ReadOptions
from ingest.readers.ifc import IfcReader
from ingest.readers.ifc_georeference import georeference
from ingest.readers.ifc_placement import Placement, degrees

HEADER = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('m.ifc','2026-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('%s'));
ENDSEC;
DATA;
#1=IFCCARTESIANPOINT((0.,0.,0.));
#2=IFCAXIS2PLACEMENT3D(#1,$,$);
#3=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-05,#2,$);
#4=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);
#5=IFCUNITASSIGNMENT((#4));
#6=IFCPROJECT('0000000000000000000001',#20,'P',$,$,$,$,(#3),#5);
#7=IFCLOCALPLACEMENT($,#2);
#8=IFCSITE('0000000000000000000002',#20,'S',$,$,#7,$,$,.ELEMENT.,$,$,$,$,$);
#9=IFCRELAGGREGATES('0000000000000000000003',#20,$,$,#6,(#8));
#16=IFCPERSON($,'Li',$,$,$,$,$,$);
#17=IFCORGANIZATION($,'Office',$,$,$);
#18=IFCPERSONANDORGANIZATION(#16,#17,$);
#19=IFCAPPLICATION(#17,'1','Editor','E');
#20=IFCOWNERHISTORY(#18,#19,$,.ADDED.,$,$,$,1);
"""
FOOTER = "ENDSEC;\nEND-ISO-10303-21;\n"
PROPERTY_SETS = """#30=IFCPROPERTYSINGLEVALUE('Eastings',$,IFCLENGTHMEASURE(515000.),$);
#31=IFCPROPERTYSINGLEVALUE('Northings',$,IFCLENGTHMEASURE(3350000.),$);
#32=IFCPROPERTYSINGLEVALUE('OrthogonalHeight',$,IFCLENGTHMEASURE(4.5),$);
#33=IFCPROPERTYSINGLEVALUE('XAxisAbscissa',$,IFCREAL(0.),$);
#34=IFCPROPERTYSINGLEVALUE('XAxisOrdinate',$,IFCREAL(1.),$);
#35=IFCPROPERTYSINGLEVALUE('Scale',$,IFCREAL(0.001),$);
#36=IFCPROPERTYSET('0000000000000000000004',#20,'ePSet_MapConversion',$,(#30,#31,#32,#33,#34,#35));
#37=IFCPROPERTYSINGLEVALUE('Name',$,IFCLABEL('EPSG:4549'),$);
#38=IFCPROPERTYSET('0000000000000000000005',#20,'ePSet_ProjectedCRS',$,(#37));
#39=IFCRELDEFINESBYPROPERTIES('0000000000000000000006',#20,$,$,(#8),#36);
#40=IFCRELDEFINESBYPROPERTIES('0000000000000000000007',#20,$,$,(#8),#38);
"""
RIGID = """#30=IFCPROJECTEDCRS('EPSG:4549',$,$,$,$,$,$);
#31=IFCRIGIDOPERATION(#3,#30,IFCLENGTHMEASURE(515000.),IFCLENGTHMEASURE(3350000.),4.5);
"""


def test_map_conversion_turns_scales_and_moves() -> None:
    placement = Placement(
        crs_name="EPSG:4549",
        conversion={
            "Eastings": 515000.0,
            "Northings": 3350000.0,
            "OrthogonalHeight": 4.5,
            "XAxisAbscissa": 0.0,
            "XAxisOrdinate": 1.0,
            "Scale": 0.001,
        },
        unit_m=0.001,
    )
    out = georeference(placement)
    assert out.crs == "EPSG:4549" and not out.warnings
    # Ten metres along the model's x are ten metres north.
    assert out.matrix @ [10.0, 0.0, 2.0, 1.0] == pytest.approx([515000.0, 3350010.0, 6.5, 1.0])


@pytest.mark.parametrize("scale", [1.0, 0.9996])
def test_a_scale_without_the_unit_is_completed_with_a_warning(scale: float) -> None:
    placement = Placement(
        crs_name="EPSG:25832", conversion={"Eastings": 5e5, "Scale": scale}, unit_m=0.001
    )
    out = georeference(placement)
    assert out.matrix @ [100.0, 0.0, 0.0, 1.0] == pytest.approx([5e5 + 100 * scale, 0.0, 0.0, 1.0])
    assert any("length unit" in warning for warning in out.warnings)


def test_a_crs_in_feet_gets_coordinates_in_feet() -> None:
    placement = Placement(
        crs_name="EPSG:2263", conversion={"Eastings": 1000.0, "Scale": 1 / 0.3048006096}, unit_m=1.0
    )
    out = georeference(placement)
    moved = out.matrix @ [0.3048006096, 0.0, 0.0, 1.0]
    assert moved[0] == pytest.approx(1001.0, abs=1e-6)


@pytest.mark.parametrize("name", ["EPSG:4549", "epsg 4549", "4549", "urn:ogc:def:crs:EPSG::4549"])
def test_the_name_of_a_crs_is_understood_in_the_forms_programs_write(name: str) -> None:
    assert georeference(Placement(crs_name=name, conversion={})).crs == "EPSG:4549"


def place_as_read(path: Path) -> Any:
    """Return the placement that the whole reading finds, by way of its matrix."""
    reading = ifc._Reading(path, ReadOptions(), Job())
    for message, arrays in ifc_process.messages(path, Job()):
        list(reading.chunks(message, arrays))
    return reading._place


@pytest.mark.parametrize(
    ("schema", "statements", "ten_metres_along_x"),
    [
        ("IFC2X3", PROPERTY_SETS, [515000.0, 3350010.0, 4.5, 1.0]),
        ("IFC4X3_ADD2", RIGID, [515010.0, 3350000.0, 4.5, 1.0]),
    ],
)
def test_the_place_is_found_in_property_sets_and_rigid_operations(
    tmp_path: Path, schema: str, statements: str, ten_metres_along_x: list[float]
) -> None:
    path = tmp_path / "m.ifc"
    path.write_text(HEADER % schema + statements + FOOTER)
    info = IfcReader().inspect(path, Job())
    assert info.crs == "EPSG:4549" and not info.warnings
    assert info.bounds is not None and info.bounds[:3] == [515000.0, 3350000.0, 4.5]
    place = place_as_read(path)
    assert place.crs == "EPSG:4549"
    assert place.matrix @ [10.0, 0.0, 0.0, 1.0] == pytest.approx(ten_metres_along_x)


def test_a_rigid_operation_in_degrees_is_not_taken_for_metres(tmp_path: Path) -> None:
    path = tmp_path / "m.ifc"
    path.write_text(
        HEADER % "IFC4X3_ADD2" + RIGID.replace("LENGTHMEASURE", "PLANEANGLEMEASURE") + FOOTER
    )
    assert np.array_equal(place_as_read(path).matrix, np.eye(4))
    assert IfcReader().inspect(path, Job()).crs is None


def test_an_unknown_projected_crs_keeps_the_conversion_and_asks() -> None:
    out = georeference(Placement(crs_name="Site grid 7", conversion={"Eastings": 7.0}))
    assert out.crs is None and out.matrix[0, 3] == 7.0
    assert any("Site grid 7" in warning for warning in out.warnings)


def test_true_north_turns_the_model() -> None:
    out = georeference(
        Placement(latitude_deg=50.0, longitude_deg=8.0, true_north=(1.0, 0.0), elevation_m=30.0)
    )
    # The model's x axis points north.
    assert out.matrix @ [5.0, 0.0, 0.0, 1.0] == pytest.approx([0.0, 5.0, 30.0, 1.0])


def test_latitude_and_longitude_of_zero_count_as_not_set() -> None:
    out = georeference(Placement(latitude_deg=0.0, longitude_deg=0.0))
    assert out.crs is None and any("zero" in warning for warning in out.warnings)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((49, 6, 1, 566000), 49 + 6 / 60 + 1.566 / 3600),
        ((-71, -3, -35, -194702), -(71 + 3 / 60 + 35.194702 / 3600)),
        ((0, -30, 0), -0.5),
        ((1, 2), None),
        (("x", 1, 2), None),
        (None, None),
    ],
)
def test_plane_angles_become_degrees(parts: Any, expected: float | None) -> None:
    value = degrees(parts)
    assert (value is None) if expected is None else math.isclose(value or 0.0, expected)
