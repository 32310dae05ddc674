"""Tilesets of others, taken in as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import LayerRole
from twin_model.twin import Twin

SAMPLES = "tiles3d/cesium_3d-tiles-samples"
FRAME = Frame("EPSG:32618", (480_000.0, 4_420_000.0, 0.0))


@pytest.fixture
def twin(tmp_path: Path) -> Twin:
    return Twin.create(tmp_path / "city.shapan", FRAME)


@pytest.mark.parametrize("link", [False, True])
def test_a_tileset_is_copied_or_linked_and_placed(twin: Twin, real_data: Path, link: bool) -> None:
    source = real_data / SAMPLES / "1.0/TilesetWithDiscreteLOD/tileset.json"
    result = add_source(twin, source, ImportOptions(link=link), Job())[0]
    assert result.layer is not None
    layer = twin.layer(result.layer)
    assert layer.role is LayerRole.MESH and layer.kind == "tileset"
    folder = twin.layer_folder(layer.id)
    assert (folder / layer.content).is_file()
    copied = [p for p in folder.rglob("*") if p.is_file() and p.name != "source.json"]
    assert bool(copied) is not link
    low, high = layer.bounds_local[:3], layer.bounds_local[3:]  # type: ignore[index]
    assert all(a <= b for a, b in zip(low, high, strict=True))
    twin.close()


def test_a_layer_of_another_project_is_refused(twin: Twin, tmp_path: Path, real_data: Path) -> None:
    with Twin.create(tmp_path / "b.shapan", Frame("EPSG:32610", (0.0, 0.0, 0.0))) as other:
        cloud = real_data / "pointcloud/pdal/las/autzen_trim.las"
        result = add_source(other, cloud, ImportOptions(), Job())[0]
        assert result.layer is not None
        tileset = other.layer_folder(result.layer) / "tileset.json"
        assert json.loads(tileset.read_text())["asset"]["extras"]["shapan"]["crs"] == "EPSG:32610"
        with pytest.raises(SourceError, match="another project"):
            add_source(twin, tileset, ImportOptions(), Job())
    assert twin.layers() == []
    twin.close()


def test_links_that_leave_the_folder_are_not_followed(
    twin: Twin, tmp_path: Path, real_data: Path
) -> None:
    import shutil

    source = tmp_path / "set"
    shutil.copytree(real_data / SAMPLES / "1.0/TilesetWithDiscreteLOD", source)
    secret = tmp_path / "secret.txt"
    secret.write_text("mine")
    (source / "secret.glb").symlink_to(secret)
    result = add_source(twin, source / "tileset.json", ImportOptions(), Job())[0]
    assert result.layer is not None
    assert not list(twin.layer_folder(result.layer).rglob("secret*"))
    twin.close()
