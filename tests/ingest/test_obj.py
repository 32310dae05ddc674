"""Wavefront OBJ: every sample, every way to write a face, and libraries that try to escape."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from ingest.pipeline.job import Job
from ingest.readers.contract import MeshChunk, PointChunk, ReadOptions
from ingest.readers.obj import ObjReader
from ingest.readers.obj_faces import triangulate
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import SourceError

ASSIMP = "models3d/assimp/OBJ"


class TestObj(ReaderContract):
    reader = ObjReader()
    files: ClassVar[list[str]] = [
        f"{ASSIMP}/spider.obj",
        f"{ASSIMP}/box_UTF16BE.obj",
        f"{ASSIMP}/point_cloud.obj",
        "models3d/trimesh/capsule.obj",
        "models3d/trimesh/fuze.obj",
    ]


def write(folder: Path, text: str, name: str = "model.obj") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, job: Job | None = None) -> list[Any]:
    return list(ObjReader().read(path, ReadOptions(), job or Job()))


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    checked = 0
    for row in manifest:
        stated = re.search(r"verts=(\d+) faces=(\d+)", row["contents"])
        if not row["path"].startswith("models3d/") or not row["path"].endswith(".obj"):
            continue
        assert stated is not None, row
        counts = ObjReader().inspect(real_data / row["path"], Job()).counts
        vertices = counts.get("vertices", counts.get("points"))
        assert (vertices, counts["triangles"]) == (int(stated[1]), int(stated[2])), row["path"]
        checked += 1
    assert checked >= 30


def test_textures_come_from_libraries_beside_the_file(real_data: Path) -> None:
    chunks = read(real_data / f"{ASSIMP}/spider.obj")
    assert sum(chunk.material.texture is not None for chunk in chunks) == 4
    for chunk in chunks:
        assert chunk.material.texture.mime == "image/jpeg"
        assert chunk.uv is not None and len(chunk.uv) == len(chunk.position)
        assert chunk.material.colour == (1.0, 1.0, 1.0, 1.0)


def test_names_with_spaces_and_tabs_are_found(real_data: Path) -> None:
    (chunk,) = read(real_data / "models3d/trimesh/fuze.obj")
    assert chunk.material.name == "a-super-duper-material"
    assert chunk.material.texture is not None


SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvn 0 0 1\n"


@pytest.mark.parametrize(
    "face",
    [
        "f 1 2 3 4",
        "f 1/1 2/2 3/3 4/4",
        "f 1//1 2//1 3//1 4//1",
        "f 1/1/1 2/2/1 3/3/1 4/4/1",
        "f -4/-4/-1 -3/-3/-1 -2/-2/-1 -1/-1/-1",
        "f 1/1 2//1 3/3/1 4",
        "f 1/ 2/ 3/ 4/",
        "f 1 2 3 4 # with a comment",
        "f 1 2 \\\n 3 4",
    ],
)
def test_every_way_to_write_a_face(tmp_path: Path, face: str) -> None:
    (chunk,) = read(write(tmp_path, SQUARE + face + "\n"))
    corners = chunk.position[chunk.triangles]
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
    assert area.tolist() == [0.5, 0.5]
    if "1/1" in face and "//" not in face:
        # v runs up in OBJ and down in chunks.
        assert np.array_equal(chunk.uv[:, 1], 1.0 - chunk.position[:, 1])


def test_concave_polygons_are_cut_along_their_ears() -> None:
    # An L, once each way round.
    ring = np.array([[0, 0, 5], [3, 0, 5], [3, 1, 5], [1, 1, 5], [1, 3, 5], [0, 3, 5]], float)
    for sign, corners in ((1.0, np.arange(6)), (-1.0, np.arange(6)[::-1])):
        triangles = corners[triangulate(ring, corners, np.array([6]))]
        a, b, c = ring[triangles].transpose(1, 0, 2)
        areas = np.cross(b - a, c - a)[:, 2] / 2
        assert (areas * sign > 0).all() and abs(areas.sum()) == pytest.approx(5.0)


def test_polygons_that_cross_themselves_are_fanned() -> None:
    bow = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0]], float)
    assert len(triangulate(bow, np.arange(4), np.array([4]))) == 2


def test_colours_of_vertices(tmp_path: Path) -> None:
    text = "v 0 0 0 1 0 0\nv 1 0 0 0 0.5 0\nv 0 1 0\nf 1 2 3\n"
    (chunk,) = read(write(tmp_path, text))
    order = np.argsort(chunk.position[:, 0] + 2 * chunk.position[:, 1])
    assert chunk.colour[order].tolist() == [[255, 0, 0, 255], [0, 128, 0, 255], [255] * 4]
    (chunk,) = read(write(tmp_path, "v 0 0 0 255 0 0\nv 1 0 0 0 128 0\nv 0 1 0 9 9 9\nf 1 2 3\n"))
    assert [255, 0, 0, 255] in chunk.colour.tolist()


def test_material_statements(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (4, 2), (255, 0, 0)).save(picture, "BMP")
    (tmp_path / "a b.bmp").write_bytes(picture.getvalue())
    (tmp_path / "Lib.MTL").write_text(
        "newmtl glass\nKd 0.1 0.2 0.3\nd 0.25\nnewmtl wall\nKd 0 0 0\n"
        "map_Kd -s 1 1 1 -clamp on a b.bmp\n"
    )
    text = "mtllib lib.mtl\n" + SQUARE + "usemtl glass\nf 1 2 3\nusemtl wall\nf 1/1 2/2 3/3\n"
    glass, wall = (chunk.material for chunk in read(write(tmp_path, text)))
    assert glass.colour == (0.1, 0.2, 0.3, 0.25)
    assert wall.texture is not None and wall.texture.mime == "image/png"
    assert Image.open(io.BytesIO(wall.texture.data)).size == (4, 2)
    assert wall.colour == (1.0, 1.0, 1.0, 1.0)


def test_a_file_without_faces_is_points(tmp_path: Path) -> None:
    job = Job()
    (chunk,) = read(write(tmp_path, "v 1 2 3\nv 4 5 6 1 0 0\n"), job)
    assert isinstance(chunk, PointChunk)
    assert chunk.position.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert any("no faces" in text for text in job.warnings)


def test_axes_are_said_to_be_assumed_unless_metadata_place_it(tmp_path: Path) -> None:
    path = write(tmp_path, SQUARE + "f 1 2 3\n")
    assert any("z is taken as up" in text for text in ObjReader().inspect(path, Job()).warnings)
    (tmp_path / "metadata.xml").write_text(
        '<ModelMetadata version="1"><SRS>EPSG:4547</SRS>'
        "<SRSOrigin>5,6,7</SRSOrigin></ModelMetadata>"
    )
    info = ObjReader().inspect(path, Job())
    assert info.crs == "EPSG:4547" and info.warnings == []
    assert info.bounds == [5.0, 6.0, 7.0, 6.0, 7.0, 7.0]
    (chunk,) = read(path)
    assert chunk.position.min(axis=0).tolist() == [5.0, 6.0, 7.0]


def test_large_files_are_read_in_blocks_and_chunks(tmp_path: Path) -> None:
    size = 400
    grid = np.stack(np.meshgrid(np.arange(size), np.arange(size)), -1).reshape(-1, 2)
    lines = [f"v {x} {y} {x * 0.5}" for x, y in grid]
    corner = (np.arange(size - 1)[:, None] * size + np.arange(size - 1)).ravel() + 1
    lines += [f"f {c} {c + 1} {c + size + 1} {c + size}" for c in corner]
    chunks = read(write(tmp_path, "\n".join(lines)))
    assert len(chunks) > 1 and all(isinstance(chunk, MeshChunk) for chunk in chunks)
    assert sum(len(chunk.triangles) for chunk in chunks) == 2 * (size - 1) ** 2


def test_a_production_of_tiles_is_read_as_one(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / "Data" / f"Tile_{number}"
        folder.mkdir(parents=True)
        write(folder, SQUARE + "f 1 2 3 4\n", f"Tile_{number}.obj")
    (tmp_path / "Data" / "Tile_2" / "Tile_2.obj").write_text("nothing")
    (tmp_path / "metadata.xml").write_text(
        '<ModelMetadata version="1"><SRS>EPSG:4547</SRS>'
        "<SRSOrigin>5,6,7</SRSOrigin></ModelMetadata>"
    )
    assert ObjReader().can_read(tmp_path, b"")
    info = ObjReader().inspect(tmp_path, Job())
    assert (info.crs, info.counts["triangles"], info.counts["tiles"]) == ("EPSG:4547", 4, 3)
    assert "1 tiles cannot be read" in info.warnings[0]
    assert len(read(tmp_path)) == 2


# -- bad input -----------------------------------------------------------------------------


def test_libraries_and_textures_outside_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.mtl").write_text("newmtl m\nKd 1 0 0\n")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "in.mtl").write_text("newmtl m\nKd 0 1 0\nmap_Kd ../secret.png\n")
    text = "mtllib ../secret.mtl\nmtllib in.mtl\n" + SQUARE + "usemtl m\nf 1 2 3\n"
    job = Job()
    (chunk,) = read(write(folder, text), job)
    assert chunk.material.colour[:3] == (0.0, 1.0, 0.0) and chunk.material.texture is None
    assert sum("outside" in warning for warning in job.warnings) == 2


def test_faces_with_wrong_numbers_are_left_out_and_counted(real_data: Path) -> None:
    job = Job()
    (chunk,) = read(real_data / "bad_made/text/obj_mtl_escape.obj", job)
    assert len(chunk.triangles) == 1
    assert any(text.startswith("2 faces") for text in job.warnings)
    assert any("etc/passwd' lies outside" in text for text in job.warnings)


@pytest.mark.parametrize(
    "name",
    [
        "bad_upstream/assimp/invalid/empty.obj",
        "bad_upstream/assimp/invalid/malformed.obj",
        "bad_upstream/assimp/invalid/malformed2.obj",
        "bad_upstream/trimesh/empty.obj",
        "bad_upstream/trimesh/emptyIO/obj_empty.obj",
        "bad_upstream/trimesh/emptyIO/obj_wireframe.obj",
        "bad_upstream/trimesh/face_in_group_name.obj",
        "bad_upstream/trimesh/face_in_group_name_mid_file.obj",
        "bad_upstream/trimesh/nancolor.obj",
        "bad_upstream/trimesh/notenoughindices.obj",
        "bad_upstream/trimesh/obj_with_no_face_in_chunk.obj",
    ],
)
def test_bad_samples_are_read_or_refused_in_one_line(real_data: Path, name: str) -> None:
    path = real_data / name
    reader = ObjReader()
    try:
        reader.inspect(path, Job())
        assert consume(reader, path)
    except SourceError as error:
        assert path.name in str(error) and "\n" not in str(error)


def test_a_folder_of_unrelated_models_is_no_production(real_data: Path) -> None:
    assert not ObjReader().can_read(real_data / ASSIMP, b"")


def test_compiled_objects_are_not_taken_for_models(tmp_path: Path) -> None:
    path = tmp_path / "code.obj"
    path.write_bytes(b"\x64\x86\x02\x00" + bytes(100) + b"\nv 1 2 3\n")
    assert not ObjReader().can_read(path, head_of(path))
