"""PLY point clouds and meshes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import MeshChunk, PointChunk, ReadOptions
from ingest.readers.ply import PlyReader, fan
from reader_contract import ReaderContract, consume
from twin_model.errors import SourceError

READER = PlyReader()
MESHES = "models3d/trimesh"


class TestAsciiMesh(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{MESHES}/{name}.ply"
        for name in (
            "suzanne", "BoxTextured", "bunny", "featuretype", "fuze_ascii", "metadata", "plane",
            "plane_tri",
        )
    ]  # fmt: skip


class TestBinaryMesh(ReaderContract):
    reader = READER
    files: ClassVar = [f"{MESHES}/fuze.ply", f"{MESHES}/cycloidal.ply"]


class TestPoints(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{MESHES}/points_emptyface.ply",
        f"{MESHES}/points_ascii.ply",
        f"{MESHES}/points_ascii_with_lists.ply",
        f"{MESHES}/points_bin.ply",
        f"{MESHES}/points_emptyascii.ply",
        *(
            f"pointcloud/pdal/ply/{name}.ply"
            for name in ("simple_binary", "simple_text", "text_extradim", "sized_dims", "no_vertex")
        ),
    ]


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    rows = [r for r in manifest if r["path"].endswith(".ply") and r["contents"].startswith("PLY ")]
    assert len(rows) > 20
    for row in rows:
        match = re.match(r"PLY (\w+) (?:vertex=(\d+))?.*?(?:face=(\d+))?$", row["contents"])
        assert match is not None
        info = READER.inspect(real_data / row["path"], Job())
        vertices, faces = int(match[2] or 0), int(match[3] or 0)
        assert match[1] in info.format, row["path"]
        if faces:
            assert info.kind == "mesh", row["path"]
            assert (info.counts["vertices"], info.counts["faces"]) == (vertices, faces)
            assert info.counts["triangles"] >= faces
        else:
            assert (info.kind, info.counts) == ("points", {"points": vertices}), row["path"]


def test_ascii_and_binary_are_the_same_mesh(real_data: Path) -> None:
    (text,) = consume(READER, real_data / MESHES / "fuze_ascii.ply")
    (binary,) = consume(READER, real_data / MESHES / "fuze.ply")
    np.testing.assert_allclose(text.position, binary.position, atol=1e-6)
    np.testing.assert_allclose(text.uv, binary.uv, atol=1e-6)
    assert len(text.triangles) == 1000


def test_the_mesh_is_the_one_that_trimesh_reads(real_data: Path) -> None:
    import trimesh

    for name in ("suzanne", "cycloidal", "plane"):
        path = real_data / MESHES / f"{name}.ply"
        peer = trimesh.load(path, process=False)
        ours = consume(READER, path)
        area = sum(
            np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
            for chunk in ours
            for a, b, c in [chunk.position[chunk.triangles].transpose(1, 0, 2)]
        )
        assert area == pytest.approx(peer.area, rel=1e-6), name


HEADER = """ply
format {format} 1.0
element vertex 5
property double x
property double y
property double z
property uchar red
property uchar green
property uchar blue
element face 3
property uchar flags
property list uchar int vertex_indices
end_header
"""
VERTICES = [
    (0, 0, 0, 255, 0, 0), (1, 0, 0, 0, 255, 0), (1, 1, 0, 0, 0, 255), (0, 1, 0, 9, 9, 9),
    (0, 0, 1, 1, 2, 3),
]  # fmt: skip
FACES = [(0, 1, 2, 3), (0, 1, 4), (0, 1, 2, 3, 4)]


def written(path: Path, encoding: str) -> Path:
    head = HEADER.format(format=encoding).encode()
    if encoding == "ascii":
        rows = [" ".join(map(str, row)) for row in VERTICES]
        rows += [f"7 {len(face)} {' '.join(map(str, face))}" for face in FACES]
        path.write_bytes(head + "\n".join(rows).encode() + b"\n")
        return path
    order = "<" if encoding.endswith("little_endian") else ">"
    body = b""
    for row in VERTICES:
        body += np.array(row[:3], order + "f8").tobytes() + bytes(row[3:])
    for face in FACES:
        body += bytes([7, len(face)]) + np.array(face, order + "i4").tobytes()
    path.write_bytes(head + body)
    return path


@pytest.mark.parametrize("encoding", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_polygons_of_all_sizes_are_divided(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "mixed.ply", encoding)
    (chunk,) = consume(READER, path)
    triangles = [[0, 1, 2], [0, 2, 3], [0, 1, 4], [0, 1, 2], [0, 2, 3], [0, 3, 4]]
    assert chunk.triangles.tolist() == triangles
    assert chunk.position.tolist() == [list(map(float, row[:3])) for row in VERTICES]
    assert chunk.colour[4].tolist() == [1, 2, 3, 255]
    info = READER.inspect(path, Job())
    assert info.counts == {"vertices": 5, "faces": 3, "triangles": 6}
    assert info.bounds == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("encoding", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_a_cut_anywhere_in_the_body_is_said(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "mixed.ply", encoding)
    data = path.read_bytes()
    start = data.index(b"end_header\n") + len(b"end_header\n")
    for end in range(start, len(data) - 2, 7):
        path.write_bytes(data[:end])
        with pytest.raises(SourceError) as caught:
            consume(READER, path)
        assert "\n" not in str(caught.value)


def test_texture_coordinates_by_corner_and_a_picture_are_kept(tmp_path: Path) -> None:
    (tmp_path / "skin.png").write_bytes(b"\x89PNG....")
    path = tmp_path / "skin.ply"
    path.write_text(
        "ply\nformat ascii 1.0\ncomment TextureFile ../../{}/skin.png\nelement vertex 3\n"
        "property float x\nproperty float y\nproperty float z\nelement face 1\n"
        "property list uchar int vertex_indices\nproperty list uchar float texcoord\nend_header\n"
        "0 0 0\n1 0 0\n0 1 0\n3 0 1 2 6 0 0 1 0 0 0.75\n"
    )
    (chunk,) = consume(READER, path)
    np.testing.assert_allclose(chunk.uv, [[0, 1], [1, 1], [0, 0.25]])
    assert chunk.material.texture is not None and chunk.material.texture.mime == "image/png"
    (tmp_path / "skin.png").unlink()
    assert any("skin.png" in warning for warning in READER.inspect(path, Job()).warnings)


def test_a_point_file_larger_than_a_batch_comes_in_pieces(tmp_path: Path) -> None:
    count = 25_000
    rows = np.zeros(count, [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("scalar_Intensity", "<f4")])
    rows["x"], rows["scalar_Intensity"] = np.arange(count), np.linspace(0, 0.5, count)
    path = tmp_path / "many.ply"
    path.write_bytes(
        b"ply\nformat binary_little_endian 1.0\nelement vertex 25000\nproperty float x\n"
        b"property float y\nproperty float z\nproperty float scalar_Intensity\nend_header\n"
        + rows.tobytes()
    )
    chunks = list(READER.read(path, ReadOptions(chunk_points=10_000), Job()))
    assert [len(chunk) for chunk in chunks] == [10_000, 10_000, 5000]
    assert all(isinstance(chunk, PointChunk) for chunk in chunks)
    assert chunks[2].position[-1, 0] == count - 1
    assert int(chunks[2].intensity[-1]) == 32768  # half of the range, by the file's own scale


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad_made/text/ply_count_lie.ply", "0 of 2,000,000,000 rows"),
        ("bad_made/truncated/ply_cut.ply", "810 of 1,966 rows"),
        (
            "bad_upstream/assimp/invalid/crash-30d6d0f7c529b3b66b4131700b7a4580cd7082df.ply",
            "not a line of a PLY header",
        ),
    ],
)
def test_a_file_beyond_reading_is_refused_with_its_reason(
    real_data: Path, name: str, reason: str
) -> None:
    for attempt in (lambda p: READER.inspect(p, Job()), lambda p: consume(READER, p)):
        with pytest.raises(SourceError, match=reason):
            attempt(real_data / name)


@pytest.mark.parametrize(
    "name", ["empty.ply", "emptyIO/ply_empty_bin.ply", "emptyIO/ply_empty_header.ply"]
)
def test_an_empty_file_has_no_points_and_says_so(real_data: Path, name: str) -> None:
    path = real_data / "bad_upstream/trimesh" / name
    info = READER.inspect(path, Job())
    assert info.counts == {"points": 0} and info.warnings == ["the file has no vertices"]
    assert consume(READER, path) == []


@pytest.mark.parametrize("index", [3, -1])
def test_a_face_that_refers_to_no_vertex_is_refused(tmp_path: Path, index: int) -> None:
    path = tmp_path / "lost.ply"
    path.write_text(
        "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
        "property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
        f"0 0 0\n1 0 0\n0 1 0\n3 0 1 {index}\n"
    )
    with pytest.raises(SourceError, match=f"refers to vertex {index}"):
        consume(READER, path)


def test_face_counts_beyond_the_file_are_refused_before_they_are_believed(tmp_path: Path) -> None:
    path = written(tmp_path / "lie.ply", "binary_little_endian")
    path.write_bytes(path.read_bytes().replace(b"element face 3", b"element face 4000000000"))
    with pytest.raises(SourceError, match="of 4,000,000,000 rows of face"):
        consume(READER, path)


def test_a_fan_leaves_out_what_is_no_polygon() -> None:
    triangles, corners = fan(np.array([2, 3, 0, 4]), np.array([9, 8, 0, 1, 2, 4, 5, 6, 7]))
    assert triangles.tolist() == [[0, 1, 2], [4, 5, 6], [4, 6, 7]]
    assert corners.tolist() == [[2, 3, 4], [5, 6, 7], [5, 7, 8]]


def test_a_mesh_without_vertices_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "faces.ply"
    path.write_text(
        "ply\nformat ascii 1.0\nelement face 1\nproperty list uchar int vertex_indices\n"
        "end_header\n3 0 1 2\n"
    )
    with pytest.raises(SourceError, match="no vertices"):
        consume(READER, path)


def test_meshes_come_as_meshes(real_data: Path) -> None:
    assert all(isinstance(c, MeshChunk) for c in consume(READER, real_data / MESHES / "fuze.ply"))
