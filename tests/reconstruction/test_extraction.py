"""Ground, buildings and trees out of points: made ones with truth, and real classified ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLocale

from app.cli.extract import summary
from app.cli.language import naming
from ingest.extraction.buildings import building_mask, find_buildings, roof_shape
from ingest.extraction.candidates import extractable
from ingest.extraction.extract import extract, find_things
from ingest.extraction.layer_points import LayerPoints
from ingest.extraction.model import height_model
from ingest.extraction.review import PROPOSED
from ingest.extraction.vegetation import find_trees
from ingest.pipeline.job import Job
from ingest.reconstruction.ground import ClothOptions, ground_points
from twin_model.errors import SourceError
from twin_model.layer import Layer, LayerRole
from twin_model.query import EntityQuery
from twin_model.twin import Twin
from village_support import OUTLINES, TREES, village, village_project


def test_houses_are_found_with_their_outlines_heights_and_roofs() -> None:
    points, _, colour = village()
    found = find_buildings(height_model(LayerPoints(points, colour)), Job())
    assert len(found) == 3
    for number, outline in enumerate(OUTLINES):
        shares = [b.outline.intersection(outline).area / b.outline.union(outline).area
                  for b in found]  # fmt: skip
        building = found[int(np.argmax(shares))]
        assert max(shares) > 0.82
        assert len(building.outline.exterior.coords) - 1 == 4
        assert building.roof == ("gable" if number == 0 else "flat")
        assert building.ridge_m == pytest.approx(8.0 if number == 0 else 7.0, abs=0.5)
        assert building.confidence > 0.6


def test_the_same_houses_are_found_without_colours_and_trees_are_no_houses() -> None:
    points, _, _ = village()
    assert len(find_buildings(height_model(LayerPoints(points)), Job())) == 3


def test_points_are_offered_before_heights_and_the_bare_ground_of_a_run_is_not() -> None:
    run = "/p.shapan/runs/reconstruct-20260301-101500-0001/products"
    made = [
        Layer("ground", "Quay – ground", "raster", LayerRole.TERRAIN, "", f"{run}/dtm.tif", ""),
        Layer("surface", "Quay – surface", "raster", LayerRole.TERRAIN, "", f"{run}/dsm.tif", ""),
        Layer("ortho", "Quay – picture", "raster", LayerRole.IMAGERY, "", f"{run}/ortho.tif", ""),
        Layer("points", "Quay – points", "points", LayerRole.POINTS, "", f"{run}/points.laz", ""),
        Layer("other", "Survey", "raster", LayerRole.TERRAIN, "", "/surveys/dtm.tif", ""),
    ]
    assert [layer.id for layer in extractable(made)] == ["points", "surface", "other"]


def test_trees_without_leaves_or_in_false_colours_are_found_by_their_shape() -> None:
    points, _, colour = village()
    grey = np.repeat(colour.mean(axis=1, keepdims=True), 3, axis=1).astype(np.uint8)
    for colours in (colour, grey, None):
        model = height_model(LayerPoints(points, colours))
        trees = find_trees(model, building_mask(model), Job())
        away = [min(np.hypot(t.x_m - x, t.y_m - y) for t in trees) for x, y, _ in TREES]
        assert max(away) < 2.0 and len(trees) <= 6


def test_flat_land_holds_nothing() -> None:
    chance = np.random.default_rng(1)
    xy = chance.uniform(0, 60, (8000, 2))
    points = np.column_stack([xy, 4 + 0.05 * xy[:, 0] + chance.normal(0, 0.03, 8000)])
    assert find_buildings(height_model(LayerPoints(points)), Job()) == []


@pytest.mark.parametrize(
    ("slope_x", "folded", "shape"),
    [(0.0, False, "flat"), (0.4, False, "shed"), (0.6, True, "gable")],
)
def test_roofs_are_called_by_their_planes(slope_x: float, folded: bool, shape: str) -> None:
    chance = np.random.default_rng(2)
    xy = chance.uniform(-6, 6, (600, 2))
    run = np.abs(xy[:, 0]) if folded else xy[:, 0]
    cloud = np.column_stack([xy, 9 - slope_x * run + chance.normal(0, 0.04, 600)])
    name, planes, share = roof_shape(cloud)
    assert name == shape and planes == (2 if folded else 1) and share > 0.9


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return village_project(tmp_path)


def test_what_is_found_becomes_entities_that_wait_for_review(project: Path) -> None:
    with Twin.open(project) as twin:
        found = extract(twin, twin.layer("survey"), Job())
        assert len(found.buildings) == 3
        assert 3 <= len(found.trees) <= 6
        buildings = twin.entities(EntityQuery(type="building"))
        trees = twin.entities(EntityQuery(type="tree"))
    assert len(buildings) == 3 and len(trees) == len(found.trees)
    for entity in (*buildings, *trees):
        assert entity.attributes["review"] == PROPOSED
        assert 0 < entity.attributes["confidence"] <= 1
        assert entity.attributes["extracted_from"] == "survey"
        assert entity.codes.space and str(entity.valid.start).startswith("2026-05-04")
    heights = sorted(entity.attributes["height_m"] for entity in buildings)
    assert heights[0] == pytest.approx(6.2, abs=0.8) and heights[2] == pytest.approx(7.0, abs=0.3)
    truth = np.array([tree[:2] for tree in TREES])
    places = np.array([entity.position[:2] for entity in trees if entity.position])
    near = [np.hypot(*(places - tree).T).min() for tree in truth]
    assert max(near) < 2.0


def test_one_undo_a_layer_takes_the_proposals_back(project: Path) -> None:
    with Twin.open(project) as twin:
        found = extract(twin, twin.layer("survey"), Job())
        for _ in found.layers:
            twin.undo()
        assert twin.entities(EntityQuery()) == []


def test_the_command_prints_what_it_found_as_json(project: Path) -> None:
    words = [sys.executable, "-m", "app", "extract", str(project), "--layer", "survey", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["buildings"]) == 3 and result["entities"] >= 6
    assert {"area_m2", "height_m", "roof", "confidence"} <= set(result["buildings"][0])
    assert [one["level_of_detail"] for one in result["buildings"]] == [2, 2, 2]
    wrong = subprocess.run([*words[:-3], "--layer", "none"], capture_output=True, text=True,
                           check=False)  # fmt: skip
    assert wrong.returncode == 1 and "no layer" in wrong.stderr


def test_what_was_found_is_said_in_chinese_where_asked_for(project: Path) -> None:
    before = QLocale()
    with Twin.open(project) as twin:
        found = extract(twin, twin.layer("survey"), Job(), naming("zh_CN"))
        QLocale.setDefault(before)
        named = {layer.name for layer in twin.layers()}
        survey = twin.layer("survey").name
    assert {f"{survey} – 建筑", f"{survey} – 树木"} <= named
    found.buildings[0] = replace(found.buildings[0], solid=None, block_reason="few_points")
    text = "\n".join(summary(found, "zh_CN"))
    assert "3 栋建筑" in text and "1 栋为体块（LoD1）：1 屋顶上的点太少" in text
    names = {str(layer.layer) for layer in found.layers}
    for name in names:
        text = text.replace(name, "")
    assert set(re.findall("[A-Za-z]{2,}", text)) == {"LoD"}
    assert "1 as blocks (LoD1): 1 too few points on the roof" in "\n".join(summary(found, "en"))


def test_layers_that_are_neither_points_nor_heights_are_refused(project: Path) -> None:
    with Twin.open(project) as twin:
        extract(twin, twin.layer("survey"), Job())
        mesh = next(layer for layer in twin.layers() if layer.role == "mesh")
        with pytest.raises(SourceError, match="points and surfaces"):
            find_things(mesh, twin.layer_folder(mesh.id), twin.frame, Job())


@pytest.mark.parametrize(
    ("file", "cell_m", "stiffness", "recall", "precision"),
    [
        ("pointcloud/pdal/las/warsaw_small.las", 1.0, 1, 0.93, 0.80),
        ("pointcloud/pdal/las/sample_c.las", 1.0, 1, 0.97, 0.95),
    ],
)
def test_ground_of_real_classified_surveys(
    real_data: Path, file: str, cell_m: float, stiffness: int, recall: float, precision: float
) -> None:
    import laspy

    las = laspy.read(real_data / file)
    points = np.column_stack([las.x, las.y, las.z]).astype(np.float64)
    truth = np.asarray(las.classification) == 2
    found = ground_points(points, ClothOptions(cell_m, stiffness, 0.5))
    assert (found & truth).sum() / truth.sum() >= recall
    assert (found & truth).sum() / found.sum() >= precision
