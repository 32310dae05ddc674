"""b3dm, i3dm, pnts, cmpt, tilesets and subtrees: decoded, and refused where they lie."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.tiles.content import decode_content, is_tileset
from twin_model.tiles.gltf import Content
from twin_model.tiles.implicit import expand
from twin_model.tiles.sections import unpack_octahedral
from twin_model.tiles.tileset import load_tileset
from twin_model.tiles.write import Primitive, TileNode, bounds_of, encode_glb, write_tileset

HERE = Path("made.tile")
TRIANGLE = Primitive(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))


def sections(
    magic: bytes,
    table: dict[str, Any],
    binary: bytes = b"",
    batch: dict[str, Any] | None = None,
    batch_binary: bytes = b"",
    payload: bytes = b"",
) -> bytes:
    head = json.dumps(table).encode()
    head += b" " * (-len(head) % 8)
    batch_json = json.dumps(batch).encode() if batch else b""
    batch_json += b" " * (-len(batch_json) % 8)
    extra = struct.pack("<I", 1) if magic == b"i3dm" else b""
    total = (
        28
        + len(extra)
        + len(head)
        + len(binary)
        + len(batch_json)
        + len(batch_binary)
        + len(payload)
    )
    lengths = struct.pack("<IIII", len(head), len(binary), len(batch_json), len(batch_binary))
    start = magic + struct.pack("<II", 1, total) + lengths + extra
    return start + head + binary + batch_json + batch_binary + payload


def decode(data: bytes) -> Content:
    return decode_content(HERE, data=data)


def composite(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return b"cmpt" + struct.pack("<III", 1, 16 + len(body), len(parts)) + body


def points(table: dict[str, Any], binary: bytes, **more: Any) -> bytes:
    return sections(b"pnts", table, binary, **more)


PLAIN = points(
    {"POINTS_LENGTH": 2, "POSITION": {"byteOffset": 0}, "RGB": {"byteOffset": 24}},
    np.array([[1, 2, 3], [4, 5, 6]], "<f4").tobytes() + bytes([10, 20, 30, 40, 50, 60]),
)


def test_points_keep_their_places_and_colours() -> None:
    (primitive,) = decode(PLAIN).primitives
    assert primitive.positions().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert primitive.colour is not None
    assert primitive.colour.tolist() == [[10, 20, 30, 255], [40, 50, 60, 255]]


def test_quantised_points_fill_their_volume_about_the_centre() -> None:
    table = {
        "POINTS_LENGTH": 2, "POSITION_QUANTIZED": {"byteOffset": 0}, "RTC_CENTER": [1e6, 0, 0],
        "QUANTIZED_VOLUME_OFFSET": [-1, -2, -3], "QUANTIZED_VOLUME_SCALE": [10, 20, 30],
    }  # fmt: skip
    binary = np.array([[0, 0, 0], [65535, 65535, 65535]], "<u2").tobytes()
    (primitive,) = decode(points(table, binary)).primitives
    expected = np.array([[1e6 - 1, -2, -3], [1e6 + 9, 18, 27]])
    assert primitive.positions() == pytest.approx(expected, abs=1e-5)


def test_packed_colours_and_constant_colours_are_understood() -> None:
    table = {"POINTS_LENGTH": 1, "POSITION": {"byteOffset": 0}, "RGB565": {"byteOffset": 12}}
    binary = bytes(12) + struct.pack("<H", 0xF81F)
    (primitive,) = decode(points(table, binary)).primitives
    assert primitive.colour is not None and primitive.colour[0].tolist() == [255, 0, 255, 255]
    constant = {
        "POINTS_LENGTH": 1,
        "POSITION": {"byteOffset": 0},
        "CONSTANT_RGBA": [255, 0, 0, 255],
    }
    (flat,) = decode(points(constant, bytes(12))).primitives
    assert flat.material.base_colour == (1.0, 0.0, 0.0, 1.0)


def test_octahedral_normals_are_unit_vectors_of_all_directions() -> None:
    packed = np.array([[128, 128], [255, 128], [128, 255], [0, 128], [0, 0]], np.uint8)
    normals = unpack_octahedral(packed)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(np.ones(5))
    assert normals[0] == pytest.approx([0, 0, 1], abs=0.02)
    assert normals[1] == pytest.approx([1, 0, 0], abs=0.02)
    assert normals[4] == pytest.approx([0, 0, -1], abs=0.02)


def test_properties_of_points_become_attributes() -> None:
    batch = {"Intensity": {"byteOffset": 0, "componentType": "UNSIGNED_SHORT", "type": "SCALAR"}}
    table = {"POINTS_LENGTH": 2, "POSITION": {"byteOffset": 0}}
    binary = struct.pack("<HH", 7, 900)
    (primitive,) = decode(points(table, bytes(24), batch=batch, batch_binary=binary)).primitives
    assert primitive.attributes["_INTENSITY"].tolist() == [7, 900]


def test_a_batched_model_has_its_table_and_centre() -> None:
    table = {"BATCH_LENGTH": 2, "RTC_CENTER": [100.0, 200.0, 300.0]}
    batch = {
        "name": ["站房", "仓库"],
        "height": {"byteOffset": 0, "componentType": "FLOAT", "type": "SCALAR"},
    }
    data = sections(
        b"b3dm", table, batch=batch, batch_binary=struct.pack("<ff", 4.5, 9.0),
        payload=encode_glb([TRIANGLE]),
    )  # fmt: skip
    content = decode(data)
    assert content.tables[0].row(1) == {"name": "仓库", "height": 9.0}
    assert content.primitives[0].positions()[0] == pytest.approx([100, 200, 300])


def test_instances_stand_turned_and_scaled() -> None:
    table = {
        "INSTANCES_LENGTH": 2, "POSITION": {"byteOffset": 0}, "NORMAL_UP": {"byteOffset": 24},
        "NORMAL_RIGHT": {"byteOffset": 48}, "SCALE": {"byteOffset": 72},
    }  # fmt: skip
    binary = b"".join(
        np.array(v, "<f4").tobytes()
        for v in (
            [[10, 0, 0], [0, 10, 0]],
            [[0, 1, 0], [0, 0, 1]],
            [[1, 0, 0], [1, 0, 0]],
            [[1], [2]],
        )
    )
    content = decode(sections(b"i3dm", table, binary, payload=encode_glb([TRIANGLE])))
    (primitive,) = content.primitives
    assert content.triangles == 2
    assert primitive.positions(0) == pytest.approx(
        np.array([[10, 0, 0], [11, 0, 0], [10, 1, 0]]), abs=1e-6
    )
    # Up is z here, so the model's y axis points up, at twice the size.
    assert primitive.positions(1)[2] == pytest.approx([0, 10, 2], abs=1e-6)
    assert primitive.instance_feature is not None
    assert primitive.instance_feature.tolist() == [0, 1]


def test_composites_hold_composites() -> None:
    content = decode(composite(PLAIN, composite(PLAIN)))
    assert content.points == 4


NOT_A_NUMBER = struct.pack("<fff", 1, float("nan"), 1)


def _nested(depth: int) -> bytes:
    data = PLAIN
    for _ in range(depth):
        data = composite(data)
    return data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_nested(12), "nested"),
        (PLAIN[:-4], "cut off"),
        (PLAIN[:20], "header"),
        (composite(PLAIN)[:12] + struct.pack("<I", 9_999) + PLAIN, "parts"),
        (points({"POINTS_LENGTH": 10**9, "POSITION": {"byteOffset": 0}}, bytes(24)), "runs past"),
        (points({"POINTS_LENGTH": -1, "POSITION": {"byteOffset": 0}}, bytes(24)), "not a count"),
        (points({"POINTS_LENGTH": 1}, bytes(24)), "neither POSITION"),
        (points({"POINTS_LENGTH": 1, "POSITION": {"byteOffset": 0}}, NOT_A_NUMBER), "not finite"),
        (b"vctr" + bytes(40), "unknown kind"),
    ],
)  # fmt: skip
def test_content_that_lies_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        decode(data)
    assert "\n" not in str(caught.value)


def test_old_gltf_within_a_tile_says_what_to_do() -> None:
    payload = b"glTF" + struct.pack("<II", 1, 24) + bytes(12)
    with pytest.raises(SourceError, match=r"convert it to glTF 2\.0"):
        decode(sections(b"b3dm", {"BATCH_LENGTH": 0}, payload=payload))


@pytest.mark.parametrize("name", ["tree.i3dm", "tree_billboard.i3dm"])
def test_flipped_bits_raise_only_source_errors(real_data: Path, name: str) -> None:
    path = real_data / "tiles3d/cesium_3d-tiles-samples/1.0/TilesetWithTreeBillboards" / name
    whole = path.read_bytes()
    chance = random.Random(2)
    for step in range(40):
        data = bytearray(whole if step % 2 else whole[: len(whole) * step // 40])
        for _ in range(8 if step % 2 else 0):
            data[chance.randrange(min(len(data), 3000))] ^= 1 << chance.randrange(8)
        try:
            decode_content(path, data=bytes(data))
        except SourceError as error:
            assert "\n" not in str(error)


def test_our_own_tileset_is_local_and_its_transform_places_it_for_others(tmp_path: Path) -> None:
    frame = Frame("EPSG:32650").with_origin(500_000.0, 3_300_000.0, 10.0)
    node = TileNode(bounds_of([TRIANGLE]), 0.0, "a.glb")
    path = write_tileset(tmp_path, node, frame)
    own = load_tileset(path)
    assert own.is_local and not own.is_geocentric
    assert np.array_equal(own.root.transform, np.eye(4))
    document = json.loads(path.read_text())
    del document["asset"]["extras"]
    path.write_text(json.dumps(document))
    foreign = load_tileset(path)
    assert foreign.is_geocentric
    centre = foreign.root.transform @ [0, 0, 0, 1]
    assert centre[:3] == pytest.approx(frame.to_ecef([0, 0, 0])[0], abs=1e-3)


def test_children_inherit_refinement_and_transforms(tmp_path: Path) -> None:
    volume = {"sphere": [0, 0, 0, 1]}
    move = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1]
    child = {"boundingVolume": volume, "geometricError": 0, "transform": move}
    root = {
        "boundingVolume": volume,
        "geometricError": 1,
        "refine": "add",
        "transform": move,
        "children": [child],
    }
    path = tmp_path / "tileset.json"
    path.write_text(json.dumps({"asset": {"version": "1.0"}, "geometricError": 2, "root": root}))
    tile = load_tileset(path).root.children[0]
    assert tile.refine == "ADD"
    assert tile.transform[0, 3] == 10.0


@pytest.mark.parametrize(
    ("name", "tiles", "contents"),
    [("SparseImplicitQuadtree", 63, 32), ("SparseImplicitOctree", 58, 31)],
)
def test_implicit_trees_name_exactly_the_files_that_exist(
    real_data: Path, name: str, tiles: int, contents: int
) -> None:
    root = load_tileset(
        real_data / "tiles3d/cesium_3d-tiles-samples/1.1" / name / "tileset.json"
    ).root
    found, files, stack = 0, set(), [root]
    while stack:
        tile = stack.pop()
        expand(tile)
        found += 1
        files.update(tile.contents)
        stack += tile.children
    assert (found, len(files)) == (tiles, contents)
    assert all(path.is_file() for path in files)
    assert len(files) == len(list((root.tileset.path.parent / "content").glob("*.glb")))


def test_a_tileset_is_told_from_a_gltf() -> None:
    assert is_tileset(b'{"asset":{"version":"1.0"},"geometricError":1,"root":{}}')
    assert not is_tileset(b'{"asset":{"version":"2.0"},"meshes":[]}')
    assert not is_tileset(encode_glb([TRIANGLE]))
