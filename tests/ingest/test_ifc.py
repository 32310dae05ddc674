"""The IFC reader on real models, on made ones, and on damaged ones."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers import ifc_process
from ingest.readers.contract import MeshChunk, ObjectChunk, ReadOptions, RelationChunk
from ingest.readers.ifc import IfcReader
from ingest.readers.ifc_georeference import georeference
from ingest.readers.ifc_placement import Placement, degrees
from ingest.readers.ifc_step import decode_text, parse_arguments
from reader_contract import ReaderContract, head_of
from twin_model.errors import Cancelled, SourceError

FOLDER = "bim/webifc/tests/ifcfiles/public"
DRAFT = "KIT-Simple-Road-Test-Web-IFC4x3_RC2.ifc"


def read_all(path: Path, crs: str | None = None) -> dict[type, list[Any]]:
    out: dict[type, list[Any]] = {MeshChunk: [], ObjectChunk: [], RelationChunk: []}
    for chunk in IfcReader().read(path, ReadOptions(crs=crs), Job()):
        out[type(chunk)].append(chunk)
    return out


def edges(chunks: list[RelationChunk]) -> set[tuple[str, str, str]]:
    return {edge for c in chunks for edge in zip(c.kind, c.source, c.target)}


class TestContract(ReaderContract):
    reader = IfcReader()
    files: ClassVar[list[str]] = [
        f"{FOLDER}/{name}"
        for name in (
            "Sample_entities.ifc",
            "IfcOpenHouse_IFC4.ifc",
            "AC20-FZK-Haus.ifc",
            "Office_A_20110811.ifc",
            "duplex.ifc",
            "example.ifc",
            "tested_sample_project.ifc",
            "ISSUE_171_IfcSurfaceCurveSweptAreaSolid.ifc",
            "ISSUE_044_test_IFCCOMPOSITEPROFILEDEF.ifc",
        )
    ]


def test_inspecting_counts_what_the_manifest_counts(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    rows = [r for r in manifest if r["path"].startswith(FOLDER) and "products" in r["contents"]]
    assert len(rows) == 9
    for row in rows:
        info = IfcReader().inspect(real_data / row["path"], Job())
        schema, entities, _, products, *_ = row["contents"].split()
        assert info.format == schema, row["path"]
        assert info.counts["instances"] == int(entities), row["path"]
        assert info.counts["objects"] == int(products), row["path"]
        assert f"storeys={info.counts['storeys']} " in row["contents"], row["path"]


def test_every_product_and_the_project_become_objects_with_their_guid(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    guids = [guid for c in chunks[ObjectChunk] for guid in c.guid]
    assert len(guids) == len(set(guids)) == 127 + 1
    types = [t for c in chunks[ObjectChunk] for t in c.type]
    assert types.count("IfcWallStandardCase") == 13 and types.count("IfcOpeningElement") == 17


def test_the_containment_tree_of_a_house_reaches_from_project_to_wall(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    kind = {g: t for c in chunks[ObjectChunk] for g, t in zip(c.guid, c.type)}
    parent = {
        target: source
        for relation, source, target in edges(chunks[RelationChunk])
        if relation in ("contains", "aggregates")
    }
    wall = next(g for g, t in kind.items() if t == "IfcWallStandardCase")
    line = [wall]
    while line[-1] in parent:
        line.append(parent[line[-1]])
    assert [kind[g] for g in line] == [
        "IfcWallStandardCase", "IfcBuildingStorey", "IfcBuilding", "IfcSite", "IfcProject",
    ]  # fmt: skip


def test_openings_void_walls_and_doors_fill_openings(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    kind = {g: t for c in chunks[ObjectChunk] for g, t in zip(c.guid, c.type)}
    found = {(r, kind[s], kind[t]) for r, s, t in edges(chunks[RelationChunk]) if s in kind}
    assert ("voids", "IfcOpeningElement", "IfcWallStandardCase") in found
    assert ("fills", "IfcDoor", "IfcOpeningElement") in found
    assert any(r == "connects" for r, _, _ in found)


def test_property_sets_are_flattened_with_type_and_storey(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    walls = [
        a
        for c in chunks[ObjectChunk]
        for t, a in zip(c.type, c.attributes)
        if t == "IfcWallStandardCase"
    ]
    assert all(a["Storey"] in ("Erdgeschoss", "Dachgeschoss") for a in walls)
    assert sum(a.get("Pset_WallCommon.ThermalTransmittance") == 1.5 for a in walls) == 5
    assert all(a["ArchiCADProperties.Geschützt"] is False for a in walls)
    assert all(a["Material"] for a in walls)
    assert any("BaseQuantities.NetVolume" in key for a in walls for key in a)


@pytest.mark.parametrize("name", ["AC20-FZK-Haus", "example", "IfcOpenHouse_IFC4"])
def test_shapes_lie_where_the_library_itself_puts_them(real_data: Path, name: str) -> None:
    import ifcopenshell
    import ifcopenshell.geom

    path = real_data / FOLDER / f"{name}.ifc"
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    model = ifcopenshell.open(str(path))
    iterator = ifcopenshell.geom.iterator(
        settings,
        model,
        1,
        geometry_library="hybrid-manifold-opencascade",
        exclude=["IfcOpeningElement"],
    )
    expected = {}
    working = iterator.initialize()
    while working:
        shape = iterator.get()
        vertices = np.array(shape.geometry.verts).reshape(-1, 3)
        expected[shape.guid] = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        working = iterator.next()
    chunks = read_all(path, crs="local")
    ours = {
        guid: position
        for c in chunks[ObjectChunk]
        for guid, position in zip(c.guid, c.position)
        if position is not None
    }
    assert ours.keys() == expected.keys()
    for guid, middle in expected.items():
        assert ours[guid] == pytest.approx(tuple(middle), abs=1e-6), guid


def test_rooms_have_a_place_but_are_not_drawn(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    drawn = {int(f) for c in chunks[MeshChunk] for f in np.unique(c.feature)}
    rows = [
        (t, f, p) for c in chunks[ObjectChunk] for t, f, p in zip(c.type, c.feature, c.position)
    ]
    spaces = [(f, p) for t, f, p in rows if t == "IfcSpace"]
    assert len(spaces) == 7 and all(f == -1 and p is not None for f, p in spaces)
    assert drawn == {f for _, f, _ in rows if f >= 0}


def test_a_model_that_kills_the_geometry_kernel_is_read_with_the_other(real_data: Path) -> None:
    # duplex.ifc ends the process inside manifold with ifcopenshell 0.9.0.
    chunks = read_all(real_data / FOLDER / "duplex.ifc")
    placed = sum(p is not None for c in chunks[ObjectChunk] for p in c.position)
    assert placed == 236
    assert sum(len(c) for c in chunks[ObjectChunk]) == 295 + 1


def test_shapes_that_one_kernel_refuses_come_from_the_other(real_data: Path) -> None:
    # manifold alone misses two railings of this office.
    chunks = read_all(real_data / FOLDER / "Office_A_20110811.ifc")
    assert sum(p is not None for c in chunks[ObjectChunk] for p in c.position) == 902


def test_a_file_in_millimetres_comes_out_in_metres(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "IfcOpenHouse_IFC4.ifc")
    points = np.concatenate([c.position for c in chunks[MeshChunk]])
    assert np.ptp(points, axis=0) == pytest.approx([20.0, 20.0, 14.13], abs=0.01)


def test_glass_is_translucent_and_styles_keep_their_colour(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    colours = {c.material.colour for c in chunks[MeshChunk]}
    assert any(colour[3] < 0.5 for colour in colours)
    assert (0.81, 0.81, 0.81, 1.0) in colours


def test_the_site_of_an_older_file_places_it_by_latitude_and_longitude(real_data: Path) -> None:
    path = real_data / FOLDER / "AC20-FZK-Haus.ifc"
    info = IfcReader().inspect(path, Job())
    assert info.crs is not None
    assert "lat_0=49.100435" in info.crs and "lon_0=8.436539" in info.crs
    points = np.concatenate([c.position for c in read_all(path)[MeshChunk]])
    # The site stands at 110 m and the house's ground slab reaches one metre below.
    assert points[:, 2].min() == pytest.approx(109.0, abs=0.3)


def test_a_place_that_was_never_set_is_pointed_out(real_data: Path) -> None:
    info = IfcReader().inspect(real_data / FOLDER / "Office_A_20110811.ifc", Job())
    assert any("Boston" in warning for warning in info.warnings)


def test_a_crs_of_the_users_own_takes_coordinates_as_they_are(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc", crs="EPSG:25832")
    points = np.concatenate([c.position for c in chunks[MeshChunk]])
    assert points[:, 2].min() == pytest.approx(-1.0, abs=0.3)


def test_a_draft_schema_is_refused_by_name(real_data: Path) -> None:
    path = real_data / FOLDER / DRAFT
    for attempt in (
        lambda: IfcReader().inspect(path, Job()),
        lambda: list(IfcReader().read(path, ReadOptions(), Job())),
    ):
        with pytest.raises(SourceError, match=r"IFC4X3_RC2.*export it again"):
            attempt()


def test_a_cut_file_gives_its_readable_part_and_says_so(real_data: Path) -> None:
    path = real_data / "bad_made/truncated/ifc_cut.ifc"
    info = IfcReader().inspect(path, Job())
    assert any("ends early" in warning for warning in info.warnings)
    assert sum(len(c) for c in read_all(path)[ObjectChunk]) > 0


def test_an_empty_file_is_refused(real_data: Path) -> None:
    with pytest.raises(SourceError, match="empty"):
        IfcReader().inspect(real_data / "bad_made/lies/empty.ifc", Job())


def test_other_step_files_are_left_to_others(tmp_path: Path) -> None:
    path = tmp_path / "bracket.stp"
    path.write_text("ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\n")
    assert not IfcReader().can_read(path, head_of(path))


def test_cancelling_half_way_ends_the_worker(real_data: Path) -> None:
    job = Job()
    chunks = IfcReader().read(real_data / FOLDER / "AC20-FZK-Haus.ifc", ReadOptions(), job)
    next(chunks)
    job.cancel()
    with pytest.raises(Cancelled):
        list(chunks)


def test_a_worker_that_falls_silent_is_given_up(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No worker answers within a microsecond, so every attempt counts as hanging.
    monkeypatch.setattr(ifc_process, "SILENCE_S", 1e-6)
    monkeypatch.setattr(ifc_process, "MAX_LOST_SHAPES", 1)
    with pytest.raises(SourceError, match="Sample_entities"):
        read_all(real_data / FOLDER / "Sample_entities.ifc")


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


def test_step_strings_are_decoded() -> None:
    assert decode_text(r"\X2\676D5DDE\X0\ caf\X\E9 it''s") == "杭州 café it's"


def test_step_arguments_keep_nesting_and_omissions() -> None:
    assert parse_arguments(b"'a,(b)',$,(49,6),.ELEMENT.,#12);") == [
        "a,(b)", None, ["49", "6"], ".ELEMENT.", "#12",
    ]  # fmt: skip
