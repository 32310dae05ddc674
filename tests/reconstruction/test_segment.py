"""A model that the user supplies, looking at an orthophoto: a small real one, built here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from app.__main__ import main
from ingest.extraction import segment_model
from ingest.extraction.review import PROPOSED
from ingest.extraction.segment import segment, segment_in_process
from ingest.extraction.segment_model import SegmentModel, read_description
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from ingest.tiling.feature_table import read_chunks
from segment_support import (
    DESCRIPTION,
    EAST,
    LAWNS,
    NORTH,
    POND,
    described,
    park_project,
    write_model,
)
from twin_model.errors import Cancelled, ShapanError, SourceError
from twin_model.query import EntityQuery
from twin_model.twin import Twin

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    described(tmp_path / "colours.json", DESCRIPTION)
    return write_model(tmp_path / "colours.onnx")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return park_project(tmp_path)


def test_classes_become_areas_that_wait_for_review(project: Path, model: Path) -> None:
    with Twin.open(project) as twin:
        stages: set[str] = set()
        job = Job(lambda progress: stages.add(progress.stage))
        added = segment_in_process(twin, twin.layer("ortho"), model, job)
        assert [one.entities for one in added] == [2, 1] and "Looking at tiles" in stages
        green = twin.entities(EntityQuery(type="land_use"))
        (water,) = twin.entities(EntityQuery(type="water"))
        assert len(green) == 2
        for entity in (*green, water):
            assert entity.attributes["review"] == PROPOSED
            assert 0.8 < entity.attributes["confidence"] <= 1
            assert entity.attributes["model"] == "colours.onnx"
        folder = twin.layer_folder(str(green[0].layer))
        ((_, shapes, _),) = read_chunks(folder / "features.gpkg", [], 10)
        shapes = shapely.transform(shapely.force_2d(shapes), lambda c: c - [EAST, NORTH])
        for lawn in LAWNS:
            shares = shapely.area(shapely.intersection(shapes, lawn)) / shapely.area(
                shapely.union(shapes, lawn)
            )  # fmt: skip
            assert shares.max() > 0.95
        for _ in added:
            twin.undo()
        assert twin.entities(EntityQuery()) == []


def test_an_orthophoto_keeps_its_own_pixels_where_the_model_states_none(
    project: Path, model: Path
) -> None:
    document = json.loads(json.dumps(DESCRIPTION))
    del document["input"]["gsd_m"]
    described(model.with_suffix(".json"), document)
    loaded = SegmentModel(model, read_description(model))
    with Twin.open(project) as twin:
        found = segment(twin.layer("ortho"), twin.layer_folder("ortho"), loaded, Job())
    (pond,) = found["water"]
    assert pond.polygon.area == pytest.approx(POND.area, rel=0.02)


def test_looking_can_be_cancelled(project: Path, model: Path) -> None:
    loaded = SegmentModel(model, read_description(model))
    job = Job()
    job.cancel()
    with Twin.open(project) as twin, pytest.raises(Cancelled):
        segment(twin.layer("ortho"), twin.layer_folder("ortho"), loaded, job)


def test_the_command_looks_with_a_model(
    project: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["extract", str(project), "--layer", "ortho", "--model", str(model), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["entities"] == 3
    # Where an error says to look, something is left to look at.
    assert (project / "runs" / "segment.log").is_file()


def test_a_model_without_its_json_is_refused(project: Path, model: Path) -> None:
    model.with_suffix(".json").unlink()
    with Twin.open(project) as twin, pytest.raises(ShapanError, match="nothing says what the"):
        segment_in_process(twin, twin.layer("ortho"), model, Job())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"classes": []}, "classes"),
        ({"classes": [{"type": "water"}]}, "value"),
        ({"input": {"layout": "CHW"}}, "input.layout"),
        ({"input": {"channels": ["nir", "red", "green"]}}, "input.channels"),
        ({"input": {"size_px": 64, "overlap_px": 40}}, "input.overlap_px"),
        ({"input": {"std": [0, 1, 1]}}, "input.std"),
        ({"output": {"activation": "relu"}}, "output.activation"),
    ],
)
def test_a_description_that_does_not_do_names_what_is_wrong(
    model: Path, change: dict[str, Any], said: str
) -> None:
    described(model.with_suffix(".json"), DESCRIPTION | change)
    with pytest.raises(SourceError, match=said):
        read_description(model)


def test_inputs_and_outputs_that_do_not_fit_are_refused(model: Path) -> None:
    write_model(model, size=128)
    with pytest.raises(SourceError, match="1 x 3 x 128 x 128, its JSON gives 1 x 3 x 64 x 64"):
        SegmentModel(model, read_description(model))
    write_model(model)
    more = [*DESCRIPTION["classes"], {"value": 7, "type": "road"}]
    described(model.with_suffix(".json"), DESCRIPTION | {"classes": more})
    loaded = SegmentModel(model, read_description(model))
    with pytest.raises(SourceError, match="a channel for each of its classes, 0 to 7"):
        loaded.confidences(np.zeros((64, 64, 3), np.uint8))


def test_custom_operators_weights_elsewhere_and_other_files_are_refused(
    model: Path, tmp_path: Path
) -> None:
    description = read_description(model)
    custom = write_model(tmp_path / "custom.onnx", kind="Sharpen")
    with pytest.raises(SourceError, match="is no ONNX model that can be run here"):
        SegmentModel(custom, description)
    apart = tmp_path / "apart.onnx"
    onnx.save_model(onnx.load(str(model)), str(apart), save_as_external_data=True,
                    location="weights.bin", size_threshold=0)  # fmt: skip
    with pytest.raises(SourceError, match="is no ONNX model"):
        SegmentModel(apart, description)
    pickle = tmp_path / "model.onnx"
    pickle.write_bytes(b"\x80\x04\x95garbage")
    with pytest.raises(SourceError, match="is no ONNX model"):
        SegmentModel(pickle, description)


def test_a_huge_model_is_refused_before_it_is_read(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = read_description(model)
    with model.open("r+b") as file:
        file.truncate(3 << 30)  # sparse: takes no disk
    with pytest.raises(SourceError, match="use a smaller"):
        SegmentModel(model, description)
    write_model(model)
    monkeypatch.setattr(segment_model, "_free_bytes", lambda: 100)
    with pytest.raises(SourceError, match="must be free"):
        SegmentModel(model, description)


def test_layers_without_pictures_are_refused(project: Path, model: Path, tmp_path: Path) -> None:
    import rasterio

    heights = tmp_path / "heights.tif"
    with rasterio.open(
        heights, "w", driver="GTiff", width=8, height=8, count=1, dtype="float32",
        crs="EPSG:4549", transform=rasterio.transform.from_origin(EAST, NORTH, 1, 1),
    ) as out:  # fmt: skip
        out.write(np.ones((1, 8, 8), np.float32))
    with Twin.open(project) as twin:
        add_source(twin, heights, ImportOptions(), Job())
        with pytest.raises(ShapanError, match="a model looks at imagery"):
            segment_in_process(twin, twin.layer("heights"), model, Job())
