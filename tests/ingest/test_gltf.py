"""glTF and GLB as sources; the decoder itself is tested with the tiles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import MeshChunk, ObjectChunk, PointChunk, ReadOptions
from ingest.readers.gltf import GltfReader
from reader_contract import ReaderContract, consume
from twin_model.errors import SourceError
from twin_model.tiles.write import Primitive, encode_glb

TRIMESH = "models3d/trimesh"
SAMPLES = "tiles3d/cesium_3d-tiles-samples/glTF"


class TestGltf(ReaderContract):
    reader = GltfReader()
    files: ClassVar[list[str]] = [
        f"{TRIMESH}/BoxTextured.glb",
        f"{TRIMESH}/BoxInterleaved.glb",
        f"{TRIMESH}/CesiumMilkTruck.glb",
        f"{TRIMESH}/Duck.glb",
        f"{TRIMESH}/TestScene.gltf",
        f"{TRIMESH}/boolean.glb",
        f"{TRIMESH}/cubevc.glb",
        f"{TRIMESH}/mode5.gltf",
        f"{TRIMESH}/monkey.glb",
        f"{TRIMESH}/nested.glb",
        f"{TRIMESH}/no_indices_3storybuilding.glb",
        f"{TRIMESH}/Mesh_PrimitiveMode_04.gltf",
        f"{SAMPLES}/EXT_structural_metadata/MultipleClasses/MultipleClasses.gltf",
        f"{SAMPLES}/GpuInstancesMetadata/GpuInstancesMetadata.gltf",
    ]


def read(path: Path, job: Job | None = None) -> list[Any]:
    return list(GltfReader().read(path, ReadOptions(), job or Job()))


def meshes(path: Path) -> list[MeshChunk]:
    return [chunk for chunk in read(path) if isinstance(chunk, MeshChunk)]


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    # The manifest counts each mesh once and only indexed triangle lists, hence its "~"; what
    # these files place more than once or differently is counted as it is drawn.
    drawn = {
        "CesiumMilkTruck.glb": 3624,
        "TestScene.gltf": 1096,
        "Mesh_PrimitiveMode_04.gltf": 2,
        "mode5.gltf": 2786,
    }
    checked = 0
    for row in manifest:
        path = Path(row["path"])
        if not row["path"].startswith("models3d/") or path.suffix not in (".glb", ".gltf"):
            continue
        info = GltfReader().inspect(real_data / row["path"], Job())
        stated = re.search(r"meshes=(\d+) nodes=(\d+) tris~(\d+) images=(\d+)", row["contents"])
        assert stated is not None
        count, nodes, triangles, images = map(int, stated.groups())
        assert info.attributes["meshes"] == count and info.attributes["nodes"] == nodes
        assert info.counts["images"] == images
        assert info.counts["triangles"] == drawn.get(path.name, triangles), path.name
        checked += 1
    assert checked >= 12


def test_y_up_becomes_z_up(real_data: Path) -> None:
    bounds = GltfReader().inspect(real_data / f"{TRIMESH}/Duck.glb", Job()).bounds
    assert bounds is not None
    low, high = np.array(bounds[:3]), np.array(bounds[3:])
    # The duck stands on its ground and is longer than wide.
    assert low[2] == pytest.approx(0.099, abs=0.01) and high[2] == pytest.approx(1.64, abs=0.01)
    position = np.vstack([chunk.position for chunk in meshes(real_data / f"{TRIMESH}/Duck.glb")])
    assert np.allclose(position.min(axis=0), low) and np.allclose(position.max(axis=0), high)


def test_what_the_tile_writer_writes_comes_back(tmp_path: Path) -> None:
    position = np.array([[500.0, 20.0, 3.0], [501.0, 20.0, 3.0], [500.0, 21.0, 4.0]])
    primitive = Primitive(
        position,
        np.array([[0, 1, 2]], np.uint32),
        colour=np.array([[9, 8, 7, 255]] * 3, np.uint8),
        feature=np.array([4, 4, 4]),
        name="paint",
    )
    path = tmp_path / "tile.glb"
    path.write_bytes(encode_glb([primitive]))
    (chunk,) = meshes(path)
    assert np.allclose(chunk.position, position, atol=1e-5)
    assert chunk.feature is not None and chunk.feature.tolist() == [4, 4, 4]
    assert chunk.colour is not None and chunk.colour[0].tolist() == [9, 8, 7, 255]
    assert chunk.material.name == "paint"


def test_textured_models_keep_their_images(real_data: Path) -> None:
    (chunk,) = meshes(real_data / f"{TRIMESH}/BoxTextured.glb")
    assert chunk.material.texture is not None
    assert chunk.material.texture.mime in ("image/png", "image/jpeg")
    assert chunk.uv is not None and chunk.material.lit


def test_property_tables_become_objects_with_features_of_their_own(real_data: Path) -> None:
    path = real_data / f"{SAMPLES}/EXT_structural_metadata/MultipleClasses/MultipleClasses.gltf"
    chunks = read(path)
    objects = [chunk for chunk in chunks if isinstance(chunk, ObjectChunk)]
    numbers = [number for chunk in objects for number in chunk.feature]
    assert len(numbers) == len(set(numbers)) > 0
    assert all(attributes for chunk in objects for attributes in chunk.attributes)
    used = {
        int(i)
        for chunk in chunks
        if isinstance(chunk, MeshChunk) and chunk.feature is not None
        for i in np.unique(chunk.feature)
    }
    assert used <= set(numbers)


def test_instances_are_placed_with_their_features(real_data: Path) -> None:
    path = real_data / f"{SAMPLES}/GpuInstancesMetadata/GpuInstancesMetadata.gltf"
    chunks = meshes(path)
    assert sum(len(chunk.triangles) for chunk in chunks) == 120
    for chunk in chunks:
        assert len(chunk.position) == len(chunk.normal if chunk.normal is not None else [])


def test_mirrored_nodes_keep_their_faces_outside(tmp_path: Path) -> None:
    position = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float64)
    glb = bytearray(encode_glb([Primitive(position, np.array([[0, 1, 2]], np.uint32))]))
    length = int.from_bytes(glb[12:16], "little")
    document = json.loads(glb[20 : 20 + length])
    matrix = document["nodes"][0]["matrix"]
    document["nodes"][0]["matrix"] = [-v if i < 3 else v for i, v in enumerate(matrix)]
    (plain,) = meshes(_gltf(tmp_path, document, glb, length))
    a, b, c = plain.position[plain.triangles[0]]
    assert np.cross(b - a, c - a)[2] > 0


def _gltf(folder: Path, document: dict[str, Any], glb: bytearray, length: int) -> Path:
    (folder / "data.bin").write_bytes(glb[20 + length + 8 :])
    document["buffers"][0]["uri"] = "data.bin"
    path = folder / "model.gltf"
    path.write_text(json.dumps(document))
    return path


def test_points_are_read_as_points(tmp_path: Path) -> None:
    path = tmp_path / "points.glb"
    path.write_bytes(encode_glb([Primitive(np.random.default_rng(0).uniform(0, 1, (50, 3)))]))
    assert GltfReader().inspect(path, Job()).kind == "points"
    (chunk,) = read(path)
    assert isinstance(chunk, PointChunk) and len(chunk) == 50


BAD = [
    "bad_made/lies/gltf_huge_accessor.gltf",
    "bad_made/lies/gltf_node_cycle.gltf",
    "bad_made/lies/gltf_path_traversal.gltf",
    "bad_made/truncated/glb_cut.glb",
    "bad_upstream/assimp/glTF2/BoxWithInfinites-glTF-Binary/BoxWithInfinites.glb",
    "bad_upstream/assimp/glTF2/IndexOutOfRange/AllIndicesOutOfRange.gltf",
    "bad_upstream/assimp/glTF2/IndexOutOfRange/IndexOutOfRange.gltf",
    "bad_upstream/assimp/glTF2/MissingBin/BoxTextured.gltf",
    "bad_upstream/assimp/glTF2/RecursiveNodes/RecursiveNodes.gltf",
    "bad_upstream/assimp/glTF2/SchemaFailures/sceneWrongType.gltf",
    "bad_upstream/assimp/glTF2/TestNoRootNode/NoScene.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badArray.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badUint.gltf",
]
TOLERATED = [
    "bad_upstream/assimp/glTF2/BoxBadNormals-glTF-Binary/BoxBadNormals.glb",
    "bad_upstream/assimp/glTF2/IncorrectVertexArrays/Cube.gltf",
    "bad_upstream/assimp/glTF2/issue_3269/texcoord_crash.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badExtension.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badNumber.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badObject.gltf",
    "bad_upstream/assimp/glTF2/wrongTypes/badString.gltf",
]


@pytest.mark.parametrize("name", BAD)
def test_bad_samples_are_one_line_errors(real_data: Path, name: str) -> None:
    with pytest.raises(SourceError) as caught:
        consume(GltfReader(), real_data / name)
    assert Path(name).name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", TOLERATED)
def test_samples_with_small_faults_are_still_read(real_data: Path, name: str) -> None:
    assert consume(GltfReader(), real_data / name)
