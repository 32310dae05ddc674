"""The list of layers: order, groups, imports under way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.item_models.layers import GROUP_ROLE, JOB_ROLE, NOTE_ROLE, LayersModel
from app.workers import JobRecord, JobState
from ingest.pipeline.job import Progress
from twin_model.layer import Layer, LayerRole


def layer(name: str, source: str) -> Layer:
    return Layer(
        name.lower().replace(" – ", "-"), name, "vector", LayerRole.DRAPE, "GeoPackage", source,
        "features.gpkg", counts={"features": 12},
    )  # fmt: skip


@pytest.fixture
def model() -> LayersModel:
    made = LayersModel()
    made.set_layers(
        [layer("Ground", "a.tif"), layer("City – roads", "b.gpkg"), layer("City – water", "b.gpkg"),
         layer("Survey", "c.laz")]
    )  # fmt: skip
    return made


def names(model: LayersModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def test_the_uppermost_layer_comes_first_and_parts_of_a_source_stand_together(
    model: LayersModel,
) -> None:
    assert names(model) == ["Survey", "City", "water", "roads", "Ground"]
    assert model.index(1).data(NOTE_ROLE) == "2"


def test_a_folded_group_hides_its_layers_and_stays_folded(model: LayersModel) -> None:
    model.toggle_group(model.index(1).data(GROUP_ROLE))
    assert names(model) == ["Survey", "City", "Ground"]
    model.set_layers([layer("City – roads", "b.gpkg"), layer("City – water", "b.gpkg")])
    assert names(model) == ["City"]


@pytest.mark.parametrize(
    ("moved", "row", "order"),
    [
        ("survey", 5, ["survey", "ground", "city-roads", "city-water"]),
        ("ground", 0, ["city-roads", "city-water", "survey", "ground"]),
        ("ground", 1, ["city-roads", "city-water", "ground", "survey"]),
        ("city-roads", 2, ["ground", "city-water", "city-roads", "survey"]),
    ],
)
def test_a_dragged_layer_is_put_before_the_row_it_is_dropped_on(
    model: LayersModel, moved: str, row: int, order: list[str]
) -> None:
    wanted: list[list[str]] = []
    model.order_wanted.connect(wanted.append)
    model.move(moved, row)
    assert wanted == [order]


def test_a_layer_dropped_where_it_is_asks_for_nothing(model: LayersModel) -> None:
    wanted: list[list[str]] = []
    model.order_wanted.connect(wanted.append)
    model.move("survey", 0)
    model.move("ground", 5)
    assert not wanted


def test_a_read_only_project_offers_neither_renaming_nor_dragging(model: LayersModel) -> None:
    editable = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
    assert model.flags(model.index(0)) & editable == editable
    model.writable = False
    assert not model.flags(model.index(0)) & editable


def test_an_import_under_way_has_a_row_with_its_progress(model: LayersModel) -> None:
    record = JobRecord(1, "new.laz", lambda job: None, "import", state=JobState.RUNNING)
    record.progress = Progress("Reading points", 63, 100, "points")
    model.set_jobs([record])
    last = model.index(model.rowCount() - 1)
    assert last.data() == "new.laz"
    assert last.data(NOTE_ROLE) == "63 %"
    assert last.data(JOB_ROLE) is record
    model.set_jobs([])
    assert names(model)[-1] == "Ground"
