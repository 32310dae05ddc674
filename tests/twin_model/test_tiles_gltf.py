"""glTF 2.0: what is decoded, and what is refused before it does harm."""

from __future__ import annotations

import base64
import json
import random
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.errors import SourceError
from twin_model.tiles.gltf import Content, compose, decode_gltf
from twin_model.tiles.write import Primitive, encode_glb

HERE = Path("made.gltf")
SQUARE = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]], np.float32)


def build(
    arrays: dict[str, Any],
    *,
    indices: Any = None,
    mode: int = 4,
    change: Any = None,
    nodes: list[dict[str, Any]] | None = None,
) -> Content:
    """Return the decoded glTF of one primitive; *change* edits the document first."""
    document = make(arrays, indices=indices, mode=mode, nodes=nodes)
    if change is not None:
        change(document)
    return decode_gltf(json.dumps(document).encode(), HERE)


def make(
    arrays: dict[str, Any], *, indices: Any, mode: int, nodes: list[dict[str, Any]] | None
) -> dict[str, Any]:
    kinds = {"f": 5126, "B": 5121, "H": 5123, "I": 5125, "b": 5120, "h": 5122}
    names = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
    blob = b""
    views, accessors = [], []

    def put(values: Any) -> int:
        nonlocal blob
        data = np.ascontiguousarray(values)
        width = 1 if data.ndim == 1 else data.shape[1]
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": data.nbytes})
        accessors.append(
            {"bufferView": len(views) - 1, "componentType": kinds[data.dtype.char],
             "count": len(data), "type": names[width]}
        )  # fmt: skip
        blob += data.tobytes() + b"\0" * (-data.nbytes % 4)
        return len(accessors) - 1

    primitive: dict[str, Any] = {"attributes": {k: put(v) for k, v in arrays.items()}, "mode": mode}
    if indices is not None:
        primitive["indices"] = put(np.asarray(indices, np.uint16))
    return {
        "asset": {"version": "2.0"},
        "buffers": [
            {"byteLength": len(blob),
             "uri": "data:application/octet-stream;base64," + base64.b64encode(blob).decode()}
        ],
        "bufferViews": views,
        "accessors": accessors,
        "meshes": [{"primitives": [primitive]}],
        "nodes": nodes or [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }  # fmt: skip


def test_y_up_becomes_z_up() -> None:
    (primitive,) = build({"POSITION": np.array([[1, 2, 3]], np.float32)}, mode=0).primitives
    assert primitive.mode == "points"
    assert primitive.positions().tolist() == [[1.0, -3.0, 2.0]]


@pytest.mark.parametrize(
    ("mode", "order", "expected"),
    [
        (4, [0, 1, 2, 0, 2, 3], [[0, 1, 2], [0, 2, 3]]),
        (5, [0, 1, 2, 3], [[0, 1, 2], [2, 1, 3]]),
        (6, [0, 1, 2, 3], [[1, 2, 0], [2, 3, 0]]),
        (1, [0, 1, 2, 3], [[0, 1], [2, 3]]),
        (2, [0, 1, 2], [[0, 1], [1, 2], [2, 0]]),
        (3, [0, 1, 2], [[0, 1], [1, 2]]),
    ],
)
def test_strips_fans_and_loops_become_plain_elements(
    mode: int, order: list[int], expected: list[list[int]]
) -> None:
    (primitive,) = build({"POSITION": SQUARE}, indices=order, mode=mode).primitives
    assert primitive.indices is not None
    assert primitive.indices.tolist() == expected


def test_missing_indices_count_up() -> None:
    (primitive,) = build({"POSITION": np.tile(SQUARE, (2, 1))[:6]}).primitives
    assert primitive.indices is not None
    assert primitive.indices.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_interleaved_attributes_are_told_apart() -> None:
    both = np.zeros((3, 6), np.float32)
    both[:, :3], both[:, 3:] = SQUARE[:3], [0, 0, 1]

    def change(document: dict[str, Any]) -> None:
        document["bufferViews"][0]["byteStride"] = 24
        document["accessors"][0] |= {"type": "VEC3"}
        document["accessors"].append(document["accessors"][0] | {"byteOffset": 12})
        document["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = 1

    document = make({"POSITION": both[:, :4]}, indices=None, mode=4, nodes=None)
    blob = base64.b64encode(both.tobytes()).decode()
    document["buffers"][0] = {"byteLength": 72, "uri": f"data:;base64,{blob}"}
    document["bufferViews"][0]["byteLength"] = 72
    change(document)
    (primitive,) = decode_gltf(json.dumps(document).encode(), HERE).primitives
    assert primitive.position.tolist() == SQUARE[:3].tolist()
    assert primitive.normal is not None
    assert primitive.normal.tolist() == [[0, 0, 1]] * 3


def test_normalised_integers_become_fractions() -> None:
    packed = np.array([[0, 0], [255, 128], [51, 255]], np.uint8)

    def change(document: dict[str, Any]) -> None:
        document["accessors"][1]["normalized"] = True

    (primitive,) = build({"POSITION": SQUARE[:3], "TEXCOORD_0": packed}, change=change).primitives
    assert primitive.uv is not None
    assert primitive.uv == pytest.approx(packed / 255.0)


def test_sparse_values_replace_the_base() -> None:
    def change(document: dict[str, Any]) -> None:
        document["accessors"].append(
            {"componentType": 5123, "type": "SCALAR", "count": 1, "bufferView": 1}
        )
        document["accessors"][0]["sparse"] = {
            "count": 1,
            "indices": {"bufferView": 1, "componentType": 5123},
            "values": {"bufferView": 0, "byteOffset": 24},
        }

    (primitive,) = build({"POSITION": SQUARE[:3]}, indices=[0, 1, 2], change=change).primitives
    assert primitive.position[0].tolist() == SQUARE[2].tolist()


def test_linear_colours_become_srgb_and_our_own_stay() -> None:
    grey = np.full((3, 3), 55, np.uint8)

    def change(document: dict[str, Any]) -> None:
        document["accessors"][1]["normalized"] = True

    (foreign,) = build({"POSITION": SQUARE[:3], "COLOR_0": grey}, change=change).primitives
    own = decode_gltf(
        encode_glb([Primitive(SQUARE.astype(float), colour=np.full((4, 3), 55))]), HERE
    )
    assert foreign.colour is not None and own.primitives[0].colour is not None
    assert foreign.colour[0].tolist() == [128, 128, 128, 255]
    assert own.primitives[0].colour[0].tolist() == [55, 55, 55, 255]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    st.lists(st.integers(0, 60_000), min_size=4, max_size=4),
)
def test_what_our_writer_writes_comes_back_in_place(centre: list[float], ids: list[int]) -> None:
    position = SQUARE.astype(np.float64) + centre
    data = encode_glb(
        [Primitive(position, np.array([[0, 1, 2], [0, 2, 3]]), feature=np.array(ids))]
    )
    (primitive,) = decode_gltf(data, HERE).primitives
    assert primitive.positions() == pytest.approx(position, abs=1e-6)
    assert primitive.feature is not None
    assert primitive.feature.tolist() == ids


def test_nodes_multiply_down_the_hierarchy() -> None:
    nodes = [
        {"children": [1], "translation": [10, 0, 0]},
        {"mesh": 0, "scale": [2, 2, 2], "rotation": [0, 0, 0.70710678, 0.70710678]},
    ]
    (primitive,) = build(
        {"POSITION": np.array([[1, 0, 0]], np.float32)}, mode=0, nodes=nodes
    ).primitives
    # x turns to y (up in glTF), doubled, moved: (10, 2, 0), which is (10, 0, 2) with z up.
    assert primitive.positions() == pytest.approx(np.array([[10, 0, 2]]))


def test_quaternions_compose_to_rotations() -> None:
    turned = compose(np.zeros((1, 3)), np.array([[0, 0, 0.38268343, 0.92387953]]), np.ones((1, 3)))
    assert turned[0] @ [1, 0, 0, 1] == pytest.approx([0.70710678, 0.70710678, 0, 1])


def test_instances_share_one_geometry(real_data: Path) -> None:
    path = (
        real_data
        / "tiles3d/cesium_3d-tiles-samples/glTF/GpuInstancesMetadata/GpuInstancesMetadata.gltf"
    )
    content = decode_gltf(path.read_bytes(), path)
    (primitive,) = content.primitives
    assert primitive.matrices.shape == (10, 4, 4)
    assert primitive.instance_feature is not None
    assert sorted(primitive.instance_feature.tolist()) == list(range(10))
    assert content.triangles == 120
    assert len(content.tables[0].columns["example_STRING"]) == 10


def test_every_sample_has_the_triangles_of_the_manifest(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    checked = 0
    for row in manifest:
        found = re.search(r"glTF 2\.0 .*meshes=(\d+) nodes=(\d+) tris~(\d+)", row["contents"])
        path = real_data / row["path"]
        is_sample = row["path"].startswith(("tiles3d", "models3d"))
        if found is None or not is_sample or not path.is_file():
            continue
        content = decode_gltf(path.read_bytes(), path)
        # The manifest counts meshes once and only indexed triangle lists.
        if int(found[1]) == 1 and int(found[3]) > 0:
            once = sum(len(p.indices) for p in content.primitives if p.indices is not None)
            assert once == int(found[3]), row["path"]
            checked += 1
    assert checked > 60


def test_complex_metadata_is_decoded(real_data: Path) -> None:
    folder = real_data / "tiles3d/cesium_3d-tiles-samples/glTF/EXT_structural_metadata"
    path = folder / "ComplexTypes/ComplexTypes.gltf"
    (table,) = decode_gltf(path.read_bytes(), path).tables
    row = table.row(0)
    assert row["example_fixed_length_ARRAY_BOOLEAN"] == [True, False] * 5
    assert row["example_variable_length_ARRAY_STRING"][0] == "One"
    assert all(isinstance(v, str) for v in row["example_fixed_length_ARRAY_ENUM"])
    assert table.row(4) == {}


def _index_beyond(document: dict[str, Any]) -> None:
    document["accessors"][0]["count"] = 2


def _huge_count(document: dict[str, Any]) -> None:
    document["accessors"][0]["count"] = 2**40


def _negative_offset(document: dict[str, Any]) -> None:
    document["bufferViews"][0]["byteOffset"] = -4


def _zeros_without_data(document: dict[str, Any]) -> None:
    document["accessors"][0].pop("bufferView")
    document["accessors"][0]["count"] = 2**31


def _cycle(document: dict[str, Any]) -> None:
    document["nodes"] = [{"children": [1]}, {"children": [0]}]


def _infinite_matrix(document: dict[str, Any]) -> None:
    document["nodes"] = [
        {"mesh": 0, "scale": [1e200, 1, 1], "children": [1]},
        {"mesh": 0, "scale": [1e200, 1, 1]},
    ]


def _escape(document: dict[str, Any]) -> None:
    document["buffers"][0]["uri"] = "../../etc/passwd"


def _old(document: dict[str, Any]) -> None:
    document["asset"]["version"] = "1.0"


def _meshopt(document: dict[str, Any]) -> None:
    document["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": {}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_index_beyond, "refers beyond"),
        (_huge_count, "runs past the end"),
        (_negative_offset, "not a count"),
        (_zeros_without_data, "has no data"),
        (_cycle, "cycle"),
        (_infinite_matrix, "not finite"),
        (_escape, "outside its own folder"),
        (_old, "glTF 1.0"),
        (_meshopt, "meshopt"),
    ],
)
def test_a_lie_is_refused_before_memory_is_taken(change: Any, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        build({"POSITION": SQUARE}, indices=[0, 1, 3], change=change)
    assert "\n" not in str(caught.value)


def test_positions_that_are_no_numbers_are_refused() -> None:
    broken = SQUARE.copy()
    broken[1, 1] = np.nan
    with pytest.raises(SourceError, match="not finite"):
        build({"POSITION": broken}, indices=[0, 1, 2])


@pytest.mark.parametrize("name", ["BoxTextured.glb", "Duck.glb"])
def test_cut_or_flipped_files_raise_only_source_errors(real_data: Path, name: str) -> None:
    whole = (real_data / "models3d/trimesh" / name).read_bytes()
    chance = random.Random(7)
    for step in range(60):
        data = bytearray(whole if step % 2 else whole[: len(whole) * step // 60])
        for _ in range(8 if step % 2 else 0):
            data[chance.randrange(min(len(data), 4000))] ^= 1 << chance.randrange(8)
        try:
            decode_gltf(bytes(data), Path("flipped.glb"))
        except SourceError as error:
            assert "\n" not in str(error)


def test_every_bad_sample_is_refused_or_harmless(real_data: Path) -> None:
    refused = []
    for path in sorted((real_data / "bad_upstream").rglob("*.gl*")) + sorted(
        (real_data / "bad_made").rglob("*.gl*")
    ):
        if path.suffix not in (".glb", ".gltf"):
            continue
        try:
            content = decode_gltf(path.read_bytes(), path)
        except SourceError as error:
            refused.append(path.name)
            assert "\n" not in str(error) and path.name in str(error)
            continue
        for primitive in content.primitives:
            if primitive.indices is not None and len(primitive.indices):
                assert int(primitive.indices.max()) < len(primitive.position)
    assert "gltf_path_traversal.gltf" in refused
    assert "gltf_huge_accessor.gltf" in refused
    assert "AllIndicesOutOfRange.gltf" in refused


def test_a_draco_mesh_is_decoded() -> None:
    draco = pytest.importorskip("DracoPy")
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    blob = draco.encode_mesh_to_buffer(SQUARE.astype(np.float64), faces, quantization_bits=14)
    document = make({"POSITION": SQUARE}, indices=[0, 1, 2, 0, 2, 3], mode=4, nodes=None)
    document["buffers"].append(
        {"byteLength": len(blob), "uri": "data:;base64," + base64.b64encode(blob).decode()}
    )
    document["bufferViews"].append({"buffer": 1, "byteLength": len(blob)})
    document["extensionsUsed"] = ["KHR_draco_mesh_compression"]
    extension = {"bufferView": 2, "attributes": {"POSITION": 0}}
    document["meshes"][0]["primitives"][0]["extensions"] = {"KHR_draco_mesh_compression": extension}
    (primitive,) = decode_gltf(json.dumps(document).encode(), HERE).primitives
    assert primitive.indices is not None
    assert len(primitive.indices) == 2
    assert np.sort(primitive.position, axis=0) == pytest.approx(np.sort(SQUARE, axis=0), abs=1e-3)


def test_a_glb_that_says_more_than_it_has_is_refused() -> None:
    data = bytearray(encode_glb([Primitive(SQUARE.astype(float))]))
    struct.pack_into("<I", data, 8, len(data) + 100)
    with pytest.raises(SourceError, match="cut off"):
        decode_gltf(bytes(data), Path("short.glb"))
