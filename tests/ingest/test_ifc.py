"""The IFC reader on real models, on made ones, and on damaged ones."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import psutil
import pytest

from ingest.pipeline.job import Job
from ingest.readers import ifc_inbox, ifc_process, ifc_workers
from ingest.readers.contract import MeshChunk, ObjectChunk, ReadOptions, RelationChunk
from ingest.readers.ifc import IfcReader
from ingest.readers.ifc_step import decode_text, parse_arguments
from ingest.readers.registry import reader_for
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
        geometry_library="opencascade",  # the one that cuts at every half space
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
        assert ours[guid] == pytest.approx(tuple(middle), abs=1e-3), guid


def test_rooms_have_a_place_but_are_not_drawn(real_data: Path) -> None:
    chunks = read_all(real_data / FOLDER / "AC20-FZK-Haus.ifc")
    drawn = {int(f) for c in chunks[MeshChunk] for f in np.unique(c.feature)}
    rows = [
        (t, f, p) for c in chunks[ObjectChunk] for t, f, p in zip(c.type, c.feature, c.position)
    ]
    spaces = [(f, p) for t, f, p in rows if t == "IfcSpace"]
    assert len(spaces) == 7 and all(f == -1 and p is not None for f, p in spaces)
    assert drawn == {f for _, f, _ in rows if f >= 0}


def test_a_model_that_kills_the_geometry_kernel_is_read_with_the_other(
    real_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # duplex.ifc ends the process inside manifold with ifcopenshell 0.9.0.
    job = Job()
    chunks: dict[type, list[Any]] = {MeshChunk: [], ObjectChunk: [], RelationChunk: []}
    for chunk in IfcReader().read(real_data / FOLDER / "duplex.ifc", ReadOptions(), job):
        chunks[type(chunk)].append(chunk)
    assert any("crashed" in warning for warning in job.warnings)
    assert capfd.readouterr() == ("", "")
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
    assert np.ptp(points, axis=0) == pytest.approx([20.0, 20.0, 13.91], abs=0.01)


@pytest.mark.parametrize(
    ("name", "wall", "top"),
    [("AC20-FZK-Haus", "Wand-Ext-OG-2", 3.373), ("IfcOpenHouse_IFC4", "West wall", 5.5)],
)
def test_walls_end_under_the_roof_that_cuts_them(
    real_data: Path, name: str, wall: str, top: float
) -> None:
    # Manifold leaves out unbounded half spaces in ifcopenshell 0.9.0.
    chunks = read_all(real_data / FOLDER / f"{name}.ifc", crs="local")
    feature = {n: f for c in chunks[ObjectChunk] for n, f in zip(c.name, c.feature)}[wall]
    heights = [c.position[c.feature == feature, 2].max(initial=-1.0) for c in chunks[MeshChunk]]
    assert max(heights) == pytest.approx(top, abs=0.002)


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
    monkeypatch.setattr(ifc_inbox, "SILENCE_S", 1e-6)
    monkeypatch.setattr(ifc_process, "MAX_LOST_SHAPES", 1)
    with pytest.raises(SourceError, match="Sample_entities"):
        read_all(real_data / FOLDER / "Sample_entities.ifc")


def test_an_archive_with_one_model_is_read_like_the_model(real_data: Path, tmp_path: Path) -> None:
    plain = real_data / FOLDER / "Sample_entities.ifc"
    packed = tmp_path / "Sample.IFCZIP"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "models/Sample.ifc")
        archive.writestr("notes.txt", "hello")
    assert isinstance(reader_for(packed), IfcReader)
    info, expected = IfcReader().inspect(packed, Job()), IfcReader().inspect(plain, Job())
    assert info.counts == expected.counts and info.source == str(packed)
    ours, theirs = read_all(packed), read_all(plain)
    assert [c.guid for c in ours[ObjectChunk]] == [c.guid for c in theirs[ObjectChunk]]
    for a, b in zip(ours[MeshChunk], theirs[MeshChunk], strict=True):
        assert np.array_equal(a.position, b.position)


@pytest.mark.parametrize("names", [[], ["a.ifc", "b.ifc"], ["../a.ifc"]])
def test_an_archive_without_exactly_one_safe_model_is_refused(
    tmp_path: Path, names: list[str]
) -> None:
    packed = tmp_path / "m.ifczip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "nothing")
        for name in names:
            archive.writestr(name, "ISO-10303-21;")
    for attempt in (
        lambda: IfcReader().inspect(packed, Job()),
        lambda: list(IfcReader().read(packed, ReadOptions(), Job())),
    ):
        with pytest.raises(SourceError, match=r"m\.ifczip"):
            attempt()


def test_a_damaged_model_in_an_archive_is_reported_under_the_archives_name(tmp_path: Path) -> None:
    packed = tmp_path / "m.ifczip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m.ifc", "not a model")
    with pytest.raises(SourceError, match=r"m\.ifczip: not a STEP file"):
        list(IfcReader().read(packed, ReadOptions(), Job()))


def test_step_strings_are_decoded() -> None:
    assert decode_text(r"\X2\676D5DDE\X0\ caf\X\E9 it''s") == "杭州 café it's"


def test_step_arguments_keep_nesting_and_omissions() -> None:
    assert parse_arguments(b"'a,(b)',$,(49,6),.ELEMENT.,#12);") == [
        "a,(b)", None, ["49", "6"], ".ELEMENT.", "#12",
    ]  # fmt: skip


def _processes() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # ended between the two questions
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_a_prepared_process_serves_its_model(real_data: Path) -> None:
    ifc_workers.end_spare_worker()
    before = len(_processes())
    path = real_data / FOLDER / "Sample_entities.ifc"
    reader = IfcReader()
    reader.prepare(path)
    reader.prepare(path)
    assert len(_processes()) == before + 1
    spare = ifc_workers.take_worker(path)
    assert spare.ahead is not None
    with spare:
        answers = spare.ask(path, {"part": "objects"})
        kinds = [head["kind"] for head, _ in answers[0].messages(Job())]
    assert kinds[0] == "objects" and kinds[-1] == "end"
    assert len(_processes()) == before


def test_a_process_prepared_for_another_model_waits_for_that(real_data: Path) -> None:
    ifc_workers.end_spare_worker()
    path = real_data / FOLDER / "Sample_entities.ifc"
    IfcReader().prepare(path)
    with ifc_workers.take_worker(real_data / FOLDER / "AC20-FZK-Haus.ifc") as other:
        assert other.ahead is None
    with ifc_workers.take_worker(path) as spare:
        assert spare.ahead is not None and spare.ahead[0] == str(path.resolve())


def test_a_model_that_changes_after_it_was_opened_is_opened_again(
    real_data: Path, tmp_path: Path
) -> None:
    ifc_workers.end_spare_worker()
    path = tmp_path / "model.ifc"
    shutil.copy(real_data / FOLDER / "AC20-FZK-Haus.ifc", path)
    IfcReader().prepare(path)
    shutil.copy(real_data / FOLDER / "Sample_entities.ifc", path)
    expected = read_all(real_data / FOLDER / "Sample_entities.ifc")
    assert [c.guid for c in read_all(path)[ObjectChunk]] == [c.guid for c in expected[ObjectChunk]]
    ifc_workers.end_spare_worker()


def test_adding_a_model_opens_it_before_the_rest_of_the_program_loads(real_data: Path) -> None:
    path = real_data / FOLDER / "Sample_entities.ifc"
    code = """
import sys
from app.head_start import head_start
head_start(["nothing.ifc", "terrain.tif", sys.argv[1]])
print("numpy" in sys.modules)
from pathlib import Path
from ingest.readers.ifc_workers import take_worker
with take_worker(Path(sys.argv[1])) as worker:
    print(worker.ahead is not None)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_a_broken_model_opened_ahead_is_told_like_any(tmp_path: Path) -> None:
    ifc_workers.end_spare_worker()
    path = tmp_path / "broken.ifc"
    path.write_text("ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n#1=")
    IfcReader().prepare(path)
    with pytest.raises(SourceError, match=r"broken\.ifc"):
        read_all(path)
    ifc_workers.end_spare_worker()


def test_a_prepared_process_that_nobody_needs_ends_by_itself(
    real_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ifc_workers.end_spare_worker()
    before = len(_processes())
    monkeypatch.setattr(ifc_workers, "SPARE_S", 0.05)
    IfcReader().prepare(real_data / FOLDER / "Sample_entities.ifc")
    deadline = time.monotonic() + 20
    while len(_processes()) > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(_processes()) == before


def test_cancelling_ends_every_process_that_reads(real_data: Path) -> None:
    path = real_data / FOLDER / "Office_A_20110811.ifc"
    job = Job()
    reading = IfcReader().read(path, ReadOptions(), job)
    next(reading)
    # The process itself and its copies; a copy may have ended by now.
    readers = psutil.Process().children(recursive=True)
    assert readers
    job.cancel()
    with pytest.raises(Cancelled):
        for _ in reading:
            pass
    _, alive = psutil.wait_procs(readers, timeout=10)
    assert not alive
