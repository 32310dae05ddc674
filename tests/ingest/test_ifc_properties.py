"""IFC attributes and sets as properties of entity types, and names where a file has none."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from assets.catalogue import entity_types_text
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from ingest.readers.ifc_properties import Measure, Units, type_properties
from twin_model.frame import Frame
from twin_model.query import EntityQuery
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.validation import grave, validate
from twin_model.twin import Twin

TABLE = json.loads(files("assets").joinpath("ifc_properties.json").read_text(encoding="utf-8"))
MILLIMETRES = Units(0.001, 1.0)
HEAD = """ISO-10303-21;
HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');
FILE_SCHEMA(('IFC4'));ENDSEC;
DATA;
#1=IFCPROJECT('0000000000000000000001',$,'P',$,$,$,$,$,#2);
#2=IFCUNITASSIGNMENT((#3,#4));
#3=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);
#4=IFCCONVERSIONBASEDUNIT(#5,.AREAUNIT.,'square foot',#6);
#5=IFCDIMENSIONALEXPONENTS(2,0,0,0,0,0,0);
#6=IFCMEASUREWITHUNIT(IFCAREAMEASURE(0.09290304),#7);
#7=IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.);
#8=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);
"""
TAIL = "ENDSEC;\nEND-ISO-10303-21;\n"
BODY = """#10=IFCBUILDING('0000000000000000000010',$,$,$,$,$,$,'Terminal',$,$,$,$);
#11=IFCBUILDING('0000000000000000000011',$,$,$,$,$,$,$,$,$,$,$);
#12=IFCBUILDINGSTOREY('0000000000000000000012',$,'',$,$,$,$,'Upper floor',$,3250.);
#13=IFCWALL('0000000000000000000013',$,$,$,$,$,$,'W-7',$);
#14=IFCFLOWSEGMENT('0000000000000000000014',$,$,$,$,$,$,$);
#15=IFCSPACE('0000000000000000000015',$,'101',$,$,$,$,$,$,$,$);
#20=IFCRELAGGREGATES('0000000000000000000020',$,$,$,#1,(#10,#11));
#21=IFCRELAGGREGATES('0000000000000000000021',$,$,$,#10,(#12));
#22=IFCRELAGGREGATES('0000000000000000000022',$,$,$,#12,(#15));
#30=IFCELEMENTQUANTITY('0000000000000000000030',$,'Qto_SpaceBaseQuantities',$,$,(#31,#32));
#31=IFCQUANTITYAREA('NetFloorArea',$,$,100.,$);
#32=IFCQUANTITYLENGTH('Height',$,#8,2.5,$);
#33=IFCRELDEFINESBYPROPERTIES('0000000000000000000033',$,$,$,(#15),#30);
#40=IFCPROPERTYSET('0000000000000000000040',$,'Pset_WallCommon',$,(#41,#42,#43));
#41=IFCPROPERTYSINGLEVALUE('LoadBearing',$,IFCBOOLEAN(.T.),$);
#42=IFCPROPERTYSINGLEVALUE('IsExternal',$,IFCLABEL('yes'),$);
#43=IFCPROPERTYSINGLEVALUE('FireRating',$,IFCLABEL('F90'),$);
#44=IFCRELDEFINESBYPROPERTIES('0000000000000000000044',$,$,$,(#13),#40);
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(entity_types_text())


def test_every_rule_names_a_property_of_the_type_in_its_unit(catalogue: Catalogue) -> None:
    kinds = {"length": "number", "area": "number", "count": "integer", "text": "text",
             "boolean": "boolean"}  # fmt: skip
    for rule in TABLE["properties"]:
        for kind in rule["types"]:
            declared = catalogue.properties(kind)[rule["property"]]
            assert (str(declared.kind), declared.unit) == (kinds[rule["measure"]], rule["unit"]), (
                kind, rule["property"],
            )  # fmt: skip


def test_values_are_converted_and_what_measures_something_else_is_left() -> None:
    values: dict[str, Any] = {"Elevation": 3250.0, "BaseQuantities.GrossHeight": 3000}
    measures = {"BaseQuantities.GrossHeight": Measure("length")}
    found = type_properties("storey", values, measures, MILLIMETRES)
    assert found == {"elevation_m": 3.25, "storey_height_m": 3.0}
    assert type_properties("storey", values, {}, MILLIMETRES) == {"elevation_m": 3.25}
    odd = {"BaseQuantities.GrossHeight": Measure("area")}
    assert type_properties("storey", values, odd, MILLIMETRES) == {"elevation_m": 3.25}
    for wrong in (True, "3", float("nan"), None, [1]):
        assert type_properties("storey", {"Elevation": wrong}, {}, MILLIMETRES) == {}


def test_a_value_in_a_unit_of_its_own_is_converted_from_that_one() -> None:
    values: dict[str, Any] = {"BaseQuantities.GrossHeight": 10.0}
    for unit, height in ((0.3048, 3.048), (1.0, 10.0), (0.01, 0.1)):
        own = {"BaseQuantities.GrossHeight": Measure("length", unit)}
        assert type_properties("storey", values, own, MILLIMETRES) == {"storey_height_m": height}


UNITS = """#50=IFCSPACE('0000000000000000000050',$,'feet',$,$,$,$,$,$,$,$);
#51=IFCELEMENTQUANTITY('0000000000000000000051',$,'Qto_SpaceBaseQuantities',$,$,(#52,#53));
#52=IFCQUANTITYLENGTH('Height',$,#60,10.,$);
#53=IFCQUANTITYAREA('NetFloorArea',$,#62,250000.,$);
#54=IFCRELDEFINESBYPROPERTIES('0000000000000000000054',$,$,$,(#50),#51);
#60=IFCCONVERSIONBASEDUNIT(#61,.LENGTHUNIT.,'foot',#63);
#61=IFCDIMENSIONALEXPONENTS(1,0,0,0,0,0,0);
#62=IFCSIUNIT(*,.AREAUNIT.,.CENTI.,.SQUARE_METRE.);
#63=IFCMEASUREWITHUNIT(IFCLENGTHMEASURE(304.8),#3);
#70=IFCSPACE('0000000000000000000070',$,'odd',$,$,$,$,$,$,$,$);
#71=IFCELEMENTQUANTITY('0000000000000000000071',$,'Qto_SpaceBaseQuantities',$,$,(#72,#73));
#72=IFCQUANTITYLENGTH('Height',$,#75,3.,$);
#73=IFCQUANTITYAREA('NetFloorArea',$,#8,20.,$);
#74=IFCRELDEFINESBYPROPERTIES('0000000000000000000074',$,$,$,(#70),#71);
#75=IFCCONTEXTDEPENDENTUNIT(#61,.LENGTHUNIT.,'courses of brick');
"""


def test_feet_and_square_centimetres_of_single_quantities_become_metres(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    source = tmp_path / "own.ifc"
    source.write_text(HEAD + BODY + UNITS + TAIL, encoding="utf-8")
    with imported(tmp_path, source, catalogue) as twin:
        feet, odd = (twin.entities(EntityQuery(where=f"name = '{n}'"))[0] for n in ("feet", "odd"))
        assert feet.attributes["storey_height_m"] == pytest.approx(3.048)
        assert feet.attributes["area_m2"] == pytest.approx(25.0)
        assert feet.attributes["Qto_SpaceBaseQuantities.Height"] == 10.0  # as the file says it
        # Of units that say nothing of metres, or of another kind, nobody can tell.
        assert "storey_height_m" not in odd.attributes and "area_m2" not in odd.attributes
        assert odd.attributes["Qto_SpaceBaseQuantities.Height"] == 3.0


def imported(tmp_path: Path, source: Path, catalogue: Catalogue) -> Twin:
    twin = Twin.create(tmp_path / "a.shapan", Frame("EPSG:25832", (0.0, 0.0, 0.0)))
    twin.catalogue = catalogue
    add_source(twin, source, ImportOptions(crs="local"), Job())
    return twin


def test_a_file_in_millimetres_and_square_feet_fills_properties_and_names(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    source = tmp_path / "small.ifc"
    source.write_text(HEAD + BODY + TAIL, encoding="utf-8")
    with imported(tmp_path, source, catalogue) as twin:
        by_guid = {entity.guid[-2:]: entity for entity in twin.entities()}
        names = {guid: entity.name for guid, entity in by_guid.items()}
        assert names == {
            "01": "P", "10": "Terminal", "11": "Building 1", "12": "Upper floor", "13": "Wall W-7",
            "14": "Flow segment 1", "15": "101",
        }  # fmt: skip
        storey, wall, space = (by_guid[n].attributes for n in ("12", "13", "15"))
        assert storey["elevation_m"] == 3.25 and "Elevation_m" not in storey
        assert space["area_m2"] == pytest.approx(9.290304)
        # In metres of its own, not the file's millimetres.
        assert space["storey_height_m"] == 2.5
        assert space["Qto_SpaceBaseQuantities.Height"] == 2.5
        assert (wall["load_bearing"], wall["fire_rating"], wall["tag"]) == (True, "F90", "W-7")
        assert "external" not in wall and wall["Pset_WallCommon.IsExternal"] == "yes"
        assert [e.guid[-2:] for e in twin.entities(EntityQuery(where="elevation_m > 3"))] == ["12"]


def test_a_real_model_has_storeys_at_their_elevation_and_sizes_of_doors(
    tmp_path: Path, real_data: Path, catalogue: Catalogue
) -> None:
    source = real_data / "bim/webifc/tests/ifcfiles/public/duplex.ifc"
    with imported(tmp_path, source, catalogue) as twin:
        storeys = twin.entities(EntityQuery(type="storey", order_by="elevation_m"))
        heights = {entity.name: entity.attributes["elevation_m"] for entity in storeys}
        assert heights["Level 1"] == pytest.approx(0.0, abs=1e-6)
        assert heights["Level 2"] == pytest.approx(3.1, abs=0.01)
        doors = twin.entities(EntityQuery(type="door"))
        assert all(600 < door.attributes["width_mm"] < 2500 for door in doors) and doors
        filled = {rule["property"] for rule in TABLE["properties"]}
        for entity in twin.entities():
            assert entity.name
            wrong = [one.name for one in grave(validate(entity, catalogue)) if one.name in filled]
            assert wrong == [], entity


def test_a_file_whose_storey_contains_its_building_loads_without_that_relation(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    loop = "#90=IFCRELAGGREGATES('0000000000000000000090',$,$,$,#12,(#10));\n"
    source = tmp_path / "loop.ifc"
    source.write_text(HEAD + BODY + loop + TAIL, encoding="utf-8")
    with imported(tmp_path, source, catalogue) as twin:
        assert twin.count() == 7
        (layer,) = twin.layers()
        assert any("contain itself were left out: 1" in warning for warning in layer.warnings)
        (building,) = twin.entities(EntityQuery(where="name = Terminal"))
        assert {r.kind for r in twin.relations(building.id)} == {"aggregates"}
