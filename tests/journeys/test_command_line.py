"""From real files to a project and back, through the command line as a user types it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

LAZ = "pointcloud/pdal/laz/autzen_trim.laz"
IFC = "bim/webifc/tests/ifcfiles/public/duplex.ifc"
OSGB = "oblique_osgb/scially_Production_5/Production_5"
SHAPE = "gis_vector/fiona/coutwildrnp.shp"
DEM = "gis_raster/srtm/N42E001.hgt.zip"


def shapan(*words: object, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run one command; the exit code must be *expect*."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    if expect is not None:
        assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def add(project: Path, *sources: Path, expect: int = 0) -> list[dict[str, Any]]:
    """Add sources and return what was printed."""
    done = shapan("add", project, *sources, "--json", expect=expect)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "city.shapan"
    shapan("new", folder, "--crs", "EPSG:4547")
    return folder


def test_every_kind_of_source_becomes_a_layer_of_one_project(
    project: Path, real_data: Path, tmp_path: Path
) -> None:
    results = add(project, *(real_data / name for name in (OSGB, IFC, DEM, LAZ, SHAPE)))
    assert [result["error"] for result in results] == [None] * len(results)
    kinds = [result["kind"] for result in results]
    assert kinds == ["mesh", "bim", "raster", "points", "vector"]
    counts = [result["counts"] for result in results]
    assert counts[0]["triangles"] > 100_000
    assert counts[1]["objects"] == 295
    assert counts[3]["points"] == 110_000
    assert results[1]["entities"] > 280
    listed = json.loads(shapan("layers", project, "--json").stdout)
    assert {layer["layer"] for layer in listed} == {result["layer"] for result in results}
    assert all(layer["bytes"] > 0 and layer["bounds_local"] for layer in listed)
    assert "sound" in shapan("check", project).stdout
    out = tmp_path / "view.png"
    shapan("render", project, "--out", out, "--size", "320x240", "--layers", results[0]["layer"])
    assert out.stat().st_size > 2_000


def test_a_broken_file_among_good_ones_is_one_line_and_the_rest_loads(
    project: Path, real_data: Path
) -> None:
    broken = real_data / "bad_made/truncated/e57_cut.e57"
    missing = real_data / "there-is-no-such-file.laz"
    done = shapan("add", project, real_data / LAZ, broken, missing, real_data / SHAPE, "--json",
                  expect=1)  # fmt: skip
    results = json.loads(done.stdout)
    assert [bool(result["error"]) for result in results] == [False, True, True, False]
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 2
    assert broken.name in lines[0] and missing.name in lines[1]
    assert len(json.loads(shapan("layers", project, "--json").stdout)) == 2
    shapan("check", project)


def test_a_warning_is_told_once_and_a_chinese_name_stays_in_the_id(
    project: Path, real_data: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "岸边 点云.las"
    shutil.copy(real_data / "bad_made/truncated/las_cut.las", cut)
    (result,) = json.loads(shapan("add", project, cut, "--json", expect=1).stdout)
    assert result["layer"] == "岸边-点云"
    assert sum("points are in the file" in warning for warning in result["warnings"]) == 1
    (layer,) = json.loads(shapan("layers", project, "--json").stdout)
    assert layer["layer"] == "岸边-点云" and layer["bytes"] > 0
    out = tmp_path / "view.png"
    shapan("render", project, "--out", out, "--size", "320x240", "--layers", "岸边-点云")
    assert out.stat().st_size > 2_000
    assert "sound" in shapan("check", project).stdout


def test_a_cut_point_cloud_gives_its_readable_part_and_exit_code_1(
    project: Path, real_data: Path
) -> None:
    cut = real_data / "bad_made/truncated/laz_cut.laz"
    done = shapan("add", project, cut, "--json", expect=1)
    (result,) = json.loads(done.stdout)
    assert result["incomplete"] and result["counts"]["points"] > 0
    assert any("damage" in warning or "truncated" in warning for warning in result["warnings"])


def test_a_removed_layer_is_gone_and_its_id_is_not_given_again(
    project: Path, real_data: Path
) -> None:
    first = add(project, real_data / SHAPE)[0]["layer"]
    shapan("remove", project, first)
    assert json.loads(shapan("layers", project, "--json").stdout) == []
    assert add(project, real_data / SHAPE)[0]["layer"] != first
    assert "no layer" in shapan("remove", project, "nothing", expect=1).stderr


def test_entities_can_be_asked_by_type_place_and_condition(project: Path, real_data: Path) -> None:
    add(project, real_data / IFC)
    everything = json.loads(shapan("entities", project, "--json").stdout)
    assert {"id", "type", "name", "codes", "position", "attributes", "indicators", "layer"} <= set(
        everything[0]
    )
    storeys = json.loads(shapan("entities", project, "--type", "storey", "--json").stdout)
    assert len(storeys) == 4
    walls = json.loads(shapan("entities", project, "--type", "wall", "--json").stdout)
    assert walls and all(len(wall["codes"]["space"]) == 16 for wall in walls if wall["position"])
    x, y, _ = walls[0]["position"]
    near = json.loads(shapan("entities", project, "--near", f"{x},{y},2", "--json").stdout)
    assert walls[0]["id"] in {entity["id"] for entity in near}
    limited = shapan("entities", project, "--limit", "3", "--json").stdout
    assert len(json.loads(limited)) == 3
    wrong = shapan("entities", project, "--where", "heigth > 3", expect=2)
    assert "no property" in wrong.stderr


def test_heights_are_told_above_what_they_are_stated_above(tmp_path: Path) -> None:
    folder = tmp_path / "datum.shapan"
    references = {"own": "EPSG:5737", "old": "unknown", "lamp": "ground", "gnss": "ellipsoid"}
    with Twin.create(
        folder, Frame("EPSG:4549", (400_000.0, 3_305_000.0, 10.0), "EPSG:5737")
    ) as twin:
        things = [
            Entity(name, "lamp", name, (0.0, 0.0, 5.0), height_reference=reference)
            for name, reference in references.items()
        ]
        twin.execute(AddEntities([*things, Entity("plain", "lamp", "plain", (0.0, 0.0, 5.0))]))
    done = shapan("entities", folder, "--json")
    found = {
        one["id"]: (one["height_reference"], one["height_m"]) for one in json.loads(done.stdout)
    }
    assert found == {
        "plain": ("", 15.0), "own": ("EPSG:5737", 15.0), "old": ("unknown", 15.0),
        "lamp": ("ground", None), "gnss": ("ellipsoid", None),
    }  # fmt: skip
    assert "PROJ knows no transformation of heights above Yellow Sea 1985 height" in done.stderr
    asked = shapan("entities", folder, "--where", "height_reference = 'ground'", "--json")
    assert [one["id"] for one in json.loads(asked.stdout)] == ["lamp"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["layers", "no-such-project"], 3),
        (["bogus"], 2),
        (["add"], 2),
        (["new", "x.shapan", "--crs", "EPSG:4326"], 2),
        (["new", "x.shapan", "--crs", "nonsense"], 2),
        (["entities", "p", "--bbox", "1,2,3"], 2),
        (["render", "p", "--out", "a.png", "--size", "99999x9"], 2),
        (["inspect", "no-such-file"], 1),
    ],
)
def test_exit_codes_and_one_line_errors(words: list[str], code: int) -> None:
    done = shapan(*words, expect=code)
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_project_open_for_writing_elsewhere_is_exit_code_3(
    project: Path, real_data: Path
) -> None:
    with Twin.open(project):
        done = shapan("add", project, real_data / SHAPE, expect=3)
        assert "open for writing" in done.stderr
        shapan("layers", project)


def test_progress_as_json_is_one_object_a_line(project: Path, real_data: Path) -> None:
    done = shapan("add", project, real_data / LAZ, "--progress", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert lines and {"stage", "done", "total", "unit"} <= set(lines[0])


def test_a_killed_import_leaves_a_project_that_opens_without_it(
    project: Path, real_data: Path
) -> None:
    kept = add(project, real_data / SHAPE)[0]["layer"]
    chance = random.Random(5)
    finished = 0
    for source in (LAZ, OSGB, IFC, LAZ, OSGB, IFC):
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "add", str(project), str(real_data / source)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(chance.uniform(0.3, 2.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with Twin.open(project) as twin:
            layers = [layer.id for layer in twin.layers()]
            assert layers[0] == kept
            finished = len(layers)
            assert {p.name for p in (project / "base").iterdir()} == set(layers)
            assert verify_store(twin) == []
    assert finished >= 1
    shapan("check", project)


def test_options_mean_the_same_before_and_after_the_command() -> None:
    from app.__main__ import build_parser

    for words in (
        ["--language", "zh_CN", "--dark", "demo"],
        ["demo", "--language", "zh_CN", "--dark"],
    ):
        parsed = build_parser().parse_args(words)
        assert (parsed.language, parsed.dark, parsed.debug) == ("zh_CN", True, False), words
    assert build_parser().parse_args(["--debug", "layers", "p"]).debug
    assert build_parser().parse_args(["layers", "p", "--progress", "json"]).progress == "json"


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo (gdal-bin) is not installed")
def test_a_gis_finds_footprints_with_typed_attributes_in_the_store(
    tmp_path: Path, real_data: Path
) -> None:
    project = tmp_path / "berlin.shapan"
    shapan("new", project, "--crs", "EPSG:25833")
    (buildings, *_) = [
        one
        for one in add(project, real_data / "gis_vector/graphhopper-osm/berlin-siegessaeule.osm.gz")
        if "building" in one["layer"]
    ]

    def ogrinfo(*options: str) -> str:
        command = ["ogrinfo", "-ro", "-al", "-geom=SUMMARY", *options, str(project / "twin.gpkg")]
        done = subprocess.run(
            [*command, "building"], capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stderr == ""
        return done.stdout

    found = ogrinfo("-where", f"layer = '{buildings['layer']}'")
    assert f"Feature Count: {buildings['entities']}" in found
    assert "建筑" in ogrinfo("-so") and "height_m: Real" in found and "EPSG" in found
    shapes = re.findall(r"^  (POLYGON|MULTIPOLYGON|POINT)", found, re.MULTILINE)
    assert set(shapes) <= {"POLYGON", "MULTIPOLYGON"} and len(shapes) == buildings["entities"]
    some = ogrinfo("-where", "height_m > 12")
    heights = [float(h) for h in re.findall(r"^  height_m \(Real\) = (\S+)", some, re.MULTILINE)]
    assert 0 < len(heights) < buildings["entities"] and min(heights) > 12
    shapan("check", project)


def test_the_division_is_stated_once_and_begins_codes_from_then_on(
    tmp_path: Path, real_data: Path
) -> None:
    project = tmp_path / "berlin.shapan"
    shapan("new", project, "--crs", "EPSG:25833")
    assert json.loads(shapan("settings", project, "--json").stdout)["division"] == "000000"
    source = real_data / "gis_vector/graphhopper-osm/berlin-siegessaeule.osm.gz"
    add(project, source)
    shapan("settings", project, "--division", "330206")
    add(project, source)
    assert "330206" in shapan("settings", project).stdout
    found = json.loads(shapan("entities", project, "--type", "building", "--json").stdout)
    codes = [entity["codes"]["management"] for entity in found]
    assert len(set(codes)) == len(codes)
    assert sorted({code[:14] for code in codes}) == ["000000-BD0100-", "330206-BD0100-"]
    before = len([code for code in codes if code.startswith("000000")])
    assert before == len(codes) / 2
    wrong = shapan("settings", project, "--division", "990101", expect=None)
    assert wrong.returncode != 0 and "990101" in wrong.stderr and "province" in wrong.stderr
    refused = shapan("new", tmp_path / "b.shapan", "--crs", "EPSG:25833", "--division", "12",
                     expect=None)  # fmt: skip
    assert refused.returncode != 0 and not (tmp_path / "b.shapan").exists()
