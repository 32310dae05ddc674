"""3D Tiles through the shared reader suite, real samples and bad ones."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import ClassVar

import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import TilesetSource
from ingest.readers.tiles3d import Tiles3dReader
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import SourceError

SAMPLES = "tiles3d/cesium_3d-tiles-samples"
READER = Tiles3dReader()


class TestTiles3d(ReaderContract):
    reader = READER
    accepts_folder = True
    files: ClassVar[list[str]] = [
        f"{SAMPLES}/1.0/TilesetWithTreeBillboards",
        f"{SAMPLES}/1.0/TilesetWithDiscreteLOD/tileset.json",
        f"{SAMPLES}/1.1/SparseImplicitOctree/tileset.json",
        f"{SAMPLES}/1.1/SparseImplicitQuadtree/tileset.json",
        f"{SAMPLES}/1.1/MultipleContents/tileset.json",
        f"{SAMPLES}/1.1/MetadataGranularities/tileset.json",
        f"{SAMPLES}/glTF/GpuInstancesMetadata/tileset.json",
        f"{SAMPLES}/glTF/EXT_structural_metadata/PropertyAttributesPointCloud/tileset.json",
    ]


def test_every_sample_tileset_has_the_counts_of_the_manifest(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    rows = [
        r for r in manifest if r["path"].startswith("tiles3d") and "tileset tiles=" in r["contents"]
    ]
    assert len(rows) > 20
    for row in rows:
        info = READER.inspect(real_data / row["path"], Job())
        found = re.match(
            r"3D Tiles (\S+) tileset tiles=(\d+) implicit=(\w+) schema=(\w+)", row["contents"]
        )
        assert found is not None
        assert info.format == f"3D Tiles {found[1]}", row["path"]
        assert info.counts["tiles"] == int(found[2]), row["path"]
        assert str(info.attributes["implicit"]) == found[3], row["path"]
        if "schemaUri" not in (real_data / row["path"]).read_text(encoding="utf-8"):
            assert str(info.attributes["schema"]) == found[4], row["path"]


@pytest.mark.parametrize("name", ["tileset.json", "subtrees/0.0.0.subtree"])
def test_a_damaged_tileset_is_an_error_or_the_readable_part(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "tiles"
    shutil.copytree(real_data / SAMPLES / "1.1/SparseImplicitQuadtree", folder)
    whole = (folder / name).read_bytes()
    chance = random.Random(4)
    for step in range(30):
        data = bytearray(whole if step % 2 else whole[: len(whole) * step // 30])
        for _ in range(3 if step % 2 else 0):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (folder / name).write_bytes(bytes(data))
        try:
            READER.inspect(folder, Job())
        except SourceError as error:
            assert "\n" not in str(error)


def test_a_lone_tile_is_described_and_not_read(real_data: Path) -> None:
    path = real_data / SAMPLES / "1.0/TilesetWithTreeBillboards/tree.i3dm"
    assert READER.can_read(path, head_of(path))
    info = READER.inspect(path, Job())
    assert info.counts["instances"] == 25
    assert info.counts["triangles"] > 0
    with pytest.raises(SourceError, match="single tile"):
        consume(READER, path)


def test_a_geocentric_tileset_says_so_and_a_local_one_does_not(real_data: Path) -> None:
    dragon = READER.inspect(real_data / SAMPLES / "1.0/TilesetWithDiscreteLOD/tileset.json", Job())
    trees = READER.inspect(
        real_data / SAMPLES / "1.0/TilesetWithTreeBillboards/tileset.json", Job()
    )
    house = READER.inspect(real_data / SAMPLES / "1.1/MetadataGranularities/tileset.json", Job())
    assert (dragon.crs, trees.crs, house.crs) == ("EPSG:4978", "EPSG:4978", None)
    for info in (dragon, trees):
        assert info.bounds is not None
        middle = [(info.bounds[i] + info.bounds[i + 3]) / 2 for i in range(3)]  # type: ignore[operator]
        assert 6.3e6 < sum(v * v for v in middle) ** 0.5 < 6.4e6


def test_a_missing_content_is_a_warning_that_names_it(real_data: Path) -> None:
    info = READER.inspect(real_data / SAMPLES / "1.0/TilesetWithDiscreteLOD/tileset.json", Job())
    assert any("dragon_high.b3dm" in text for text in info.warnings)


def test_reading_yields_the_root_file(real_data: Path) -> None:
    folder = real_data / SAMPLES / "1.1/MultipleContents"
    (chunk,) = consume(READER, folder)
    assert isinstance(chunk, TilesetSource)
    assert chunk.root == folder / "tileset.json"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tileset_cycle/tileset.json", "contains itself"),
        ("tileset_cycle/b.json", "contains itself"),
        ("lies/tileset_nan.json", "not valid JSON"),
        ("archive/scene.3tz", "no 3D Tiles archive"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(real_data: Path, name: str, reason: str) -> None:
    path = real_data / "bad_made" / name
    assert READER.can_read(path, head_of(path))
    for attempt in (lambda: READER.inspect(path, Job()), lambda: consume(READER, path)):
        with pytest.raises(SourceError, match=reason) as caught:
            attempt()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"geometricError": -1}, "geometricError"),
        ({"boundingVolume": {"box": [0, 0, 0, 1]}}, "12 finite numbers"),
        ({"boundingVolume": {}}, "no bounding volume"),
        ({"transform": [1, 2, 3]}, "16 finite numbers"),
        ({"content": {"uri": ""}}, "no URI"),
        ({"content": {"uri": "../secret.glb"}}, "outside its own folder"),
        ({"content": {"uri": "http://example.org/a.glb"}}, "refers to"),
        ({"content": {"uri": "/etc/passwd"}}, "not a relative"),
        ({"children": 7}, "not an array"),
    ],
)
def test_a_tile_that_lies_is_refused(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    root = {"boundingVolume": {"box": [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]}, "geometricError": 1}
    path = tmp_path / "tileset.json"
    path.write_text(
        json.dumps({"asset": {"version": "1.1"}, "geometricError": 1, "root": root | change})
    )
    with pytest.raises(SourceError, match=reason):
        READER.inspect(path, Job())


def test_deep_nesting_is_refused_without_recursion(tmp_path: Path) -> None:
    tile = '{"boundingVolume":{"sphere":[0,0,0,1]},"geometricError":1,"children":['
    path = tmp_path / "tileset.json"
    depth = 950
    text = (
        '{"asset":{"version":"1.0"},"geometricError":1,"root":' + tile * depth + "]}" * depth + "}"
    )
    path.write_text(text)
    with pytest.raises(SourceError, match="nested"):
        READER.inspect(path, Job())


def test_a_gltf_or_other_json_is_left_to_other_readers(tmp_path: Path) -> None:
    for name, text in (
        ("a.json", '{"type":"FeatureCollection"}'),
        ("b.gltf", '{"asset":{"version":"2.0"}}'),
    ):
        (tmp_path / name).write_text(text)
        assert not READER.can_read(tmp_path / name, text.encode())
