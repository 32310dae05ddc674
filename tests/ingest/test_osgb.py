"""OSGB: real productions, every version that osgconv writes, and what must not be believed."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from pyproj import CRS

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions, TileChunk
from ingest.readers.osgb import OsgbReader
from ingest.readers.osgb_format.images import texture_of
from ingest.readers.osgb_format.levels import Level, levels_of
from ingest.readers.osgb_format.parse import parse_file
from ingest.readers.osgb_format.write import OsgbLevel, OsgbMesh, write_tile
from reader_contract import ReaderContract, consume
from twin_model.errors import SourceError

PRODUCTION = "oblique_osgb/scially_Production_5/Production_5"
TILE = f"{PRODUCTION}/Data/Tile_+000_+013/Tile_+000_+013_L19_0uuuu5.osgb"


class TestOneFile(ReaderContract):
    reader = OsgbReader()
    files: ClassVar[list[str]] = [TILE, "oblique_osgb/fanvanzh/test.osgb"]
    accepts_folder = True


class TestProduction(ReaderContract):
    reader = OsgbReader()
    files: ClassVar[list[str]] = [
        PRODUCTION,
        f"{PRODUCTION}/Data",
        f"{PRODUCTION}/Data/Tile_+000_+012",
    ]
    accepts_folder = True

    def test_an_empty_file_and_a_folder_are_refused(self, sample: Path, tmp_path: Path) -> None:
        (tmp_path / "Data").mkdir()
        assert not self.reader.can_read(tmp_path, b"")
        with pytest.raises(SourceError, match="holds no OSGB tiles"):
            self.reader.inspect(tmp_path, Job())


# -- real files ----------------------------------------------------------------------------


def test_every_real_tile_is_understood_to_its_last_byte(real_data: Path) -> None:
    tiles = sorted((real_data / "oblique_osgb").rglob("*.osgb"))
    assert len(tiles) >= 23
    for path in tiles:
        notes: list[str] = []
        parsed = parse_file(path)
        levels_of(parsed, notes.append)
        assert (parsed.bytes_left, parsed.skipped_bytes, notes) == (0, 0, []), path.name


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    keys = {"PagedLOD": "paged_lods", "Geometry": "geometries", "childrefs": "child_references"}
    keys |= {"jpeg": "images"}
    rows = [row for row in manifest if row["path"].startswith("oblique_osgb/")]
    checked = 0
    for row in rows:
        if not row["path"].endswith(".osgb"):
            continue
        counts = OsgbReader().inspect(real_data / row["path"], Job()).counts
        stated = dict(word.split("=") for word in row["contents"].split() if "=" in word)
        for theirs, ours in keys.items():
            assert counts[ours] == int(stated[theirs]), (row["path"], theirs)
        checked += 1
    assert checked >= 23


def test_a_production_is_read_with_its_hierarchy(real_data: Path) -> None:
    job = Job()
    chunks: dict[str, TileChunk] = {}
    for chunk in OsgbReader().read(real_data / PRODUCTION, ReadOptions(), job):
        assert chunk.parent is None or chunk.parent in chunks
        if chunk.parent is not None:
            assert chunk.geometric_error <= chunks[chunk.parent].geometric_error
        chunks[chunk.key] = chunk
    assert [c.key for c in chunks.values() if c.parent is None] == [
        "Data/Tile_+000_+012/Tile_+000_+012.osgb#0",
        "Data/Tile_+000_+013/Tile_+000_+013.osgb#0",
    ]
    top = chunks["Data/Tile_+000_+012/Tile_+000_+012.osgb#0"]
    # The switch is at half the radius in pixels: 16 px * 2 r / (r / 2).
    assert top.geometric_error == pytest.approx(64.0, rel=1e-4)
    assert top.meshes[0].material.texture is not None
    assert top.meshes[0].material.texture.data[:3] == b"\xff\xd8\xff"
    assert sum(len(c.meshes) for c in chunks.values()) == 80
    assert any("59 finer tiles are referred to but not there" in text for text in job.warnings)


def test_written_parameters_win_over_the_authority_code(real_data: Path) -> None:
    info = OsgbReader().inspect(real_data / PRODUCTION, Job())
    assert info.crs is not None
    crs = CRS.from_user_input(info.crs)
    parameters = {p["name"]: p["value"] for p in crs.to_json_dict()["conversion"]["parameters"]}
    assert parameters["Longitude of natural origin"] == 113.37
    assert parameters["False northing"] == 90
    assert "EPSG" not in str(crs.to_json_dict().get("id"))
    assert any("EPSG:4547" in text and "113.37 instead of 114" in text for text in info.warnings)


def test_the_origin_is_added_in_double_precision(real_data: Path) -> None:
    chunk = next(OsgbReader().read(real_data / PRODUCTION, ReadOptions(), Job()))
    parsed = parse_file(real_data / PRODUCTION / "Data/Tile_+000_+012/Tile_+000_+012.osgb")
    local = levels_of(parsed, print)[0].surfaces[0].position.astype(np.float64)
    assert np.array_equal(
        chunk.meshes[0].position, local + np.array([501027.524, 2488718.808, 0.0])
    )


# -- every version -------------------------------------------------------------------------


def _jpeg(width: int = 16, height: int = 8) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


def _mesh() -> OsgbMesh:
    random = np.random.default_rng(1)
    return OsgbMesh(
        random.uniform(0, 9, (40, 3)).astype(np.float32),
        random.permutation(120).reshape(40, 3) % 40,
        random.uniform(0, 1, (40, 2)).astype(np.float32),
        _jpeg(),
    )


def _one_level(path: Path) -> Level:
    notes: list[str] = []
    parsed = parse_file(path)
    (level,) = levels_of(parsed, notes.append)
    assert (parsed.bytes_left, parsed.skipped_bytes, notes) == (0, 0, [])
    return level


def _check_same(level: Level, mesh: OsgbMesh) -> None:
    (surface,) = level.surfaces
    assert np.array_equal(surface.position, mesh.position)
    assert np.array_equal(surface.triangles, mesh.triangles)
    assert surface.uv is not None and mesh.uv is not None
    assert np.allclose(surface.uv, mesh.uv, atol=1e-6)
    assert level.files == ["finer.osgb"]
    assert level.error_m == pytest.approx(16 * 2 * 9.0 / 100.0)


@pytest.mark.parametrize("byte_order", ["<", ">"])
def test_what_is_written_is_read_back_the_same(tmp_path: Path, byte_order: str) -> None:
    mesh = _mesh()
    path = tmp_path / "tile.osgb"
    levels = [OsgbLevel(mesh, (4.0, 4.0, 4.0), 9.0, 100.0, "finer.osgb")]
    write_tile(path, levels, byte_order=byte_order)
    level = _one_level(path)
    _check_same(level, mesh)
    image = level.surfaces[0].image
    assert image is not None
    assert texture_of(path, image, tmp_path).data == mesh.image


def test_levels_of_one_file_stand_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "tile.osgb"
    leaf = OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0)
    paged = OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0, 200.0, "a.osgb")
    empty = OsgbLevel(None, (4.0, 4.0, 4.0), 9.0, 50.0, "b.osgb")
    write_tile(path, [leaf, paged, empty])
    levels = levels_of(parse_file(path), print)
    assert [(len(level.surfaces), level.files) for level in levels] == [
        (1, ["a.osgb"]),
        (0, ["b.osgb"]),
        (1, []),
    ]


needs_osgconv = pytest.mark.skipif(
    shutil.which("osgconv") is None, reason="osgconv is not installed (apt install openscenegraph)"
)
OPTIONS = [
    "",
    "Compressor=zlib",
    "Compressor=null",
    "SchemaData",
    "Compressor=zlib SchemaData",
    "WriteImageHint=IncludeFile",
    "WriteImageHint=WriteOut",
]


def _convert(source: Path, target: str, options: str) -> Path:
    subprocess.run(
        ["osgconv", "-O", options, source.name, target],
        cwd=source.parent, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return source.parent / target


@needs_osgconv
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(
    "version",
    [80, 91, 98, 99, 100, 111, 112, 130, 141, 142, 146, 147, 148, 149, 153, 154, 155, 156, 161],
)
def test_every_version_of_openscenegraph_reads_the_same(
    tmp_path: Path, version: int, options: str
) -> None:
    mesh = _mesh()
    source = tmp_path / "tile.osgb"
    write_tile(source, [OsgbLevel(mesh, (4.0, 4.0, 4.0), 9.0, 100.0, "finer.osgb")])
    path = _convert(source, "out.osgb", f"TargetFileVersion={version} {options}")
    assert parse_file(path).header.version == version
    level = _one_level(path)
    _check_same(level, mesh)
    image = level.surfaces[0].image
    assert image is not None
    texture = texture_of(path, image, tmp_path)
    if texture.mime == "image/png":
        # Raw pixels come back as the JPEG decodes, the right way up.
        assert mesh.image is not None
        expected = np.asarray(Image.open(io.BytesIO(mesh.image)).convert("RGB")).astype(int)
        found = np.asarray(Image.open(io.BytesIO(texture.data)).convert("RGB")).astype(int)
        # Two JPEG decoders may round differently.
        assert np.abs(expected - found).max() <= 8


@needs_osgconv
@pytest.mark.parametrize("version", [80, 100, 161])
def test_transforms_are_applied_and_odd_primitives_triangulated(
    tmp_path: Path, version: int
) -> None:
    (tmp_path / "scene.osgt").write_text(_SCENE, encoding="utf-8")
    path = _convert(tmp_path / "scene.osgt", "scene.osgb", f"TargetFileVersion={version}")
    level = _one_level(path)
    places = np.concatenate([surface.position for surface in level.surfaces])
    # Two strips of a unit square, one shifted by (10, 20, 30), one doubled and turned by 90°.
    expected = [[10, 20, 30], [11, 21, 30], [0, 0, 0], [-2, 2, 0]]
    for point in expected:
        assert np.abs(places - point).sum(axis=1).min() < 1e-5, point
    for surface in level.surfaces:
        a, b, c = surface.position[surface.triangles].transpose(1, 0, 2)
        assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    assert sum(len(surface.triangles) for surface in level.surfaces) == 4


_SQUARE = """
osg::Geode {{
  UniqueID {id}
  Drawables 1 {{
    osg::Geometry {{
      UniqueID {id}1
      PrimitiveSetList 1 {{
        osg::DrawArrays {{
          UniqueID {id}2
          Mode {mode}
          Count 4
        }}
      }}
      VertexArray TRUE {{
        osg::Vec3Array {{
          UniqueID {id}3
          Binding BIND_PER_VERTEX
          vector 4 {{
            {places}
          }}
        }}
      }}
    }}
  }}
}}
"""
_SCENE = f"""#Ascii Scene
#Version 161
#Generator OpenSceneGraph 3.6.5

osg::Group {{
  UniqueID 1
  Children 2 {{
    osg::MatrixTransform {{
      UniqueID 2
      Children 1 {{
        {_SQUARE.format(id=3, mode="TRIANGLE_STRIP", places="0 0 0 1 0 0 0 1 0 1 1 0")}
      }}
      Matrix {{
        1 0 0 0
        0 1 0 0
        0 0 1 0
        10 20 30 1
      }}
    }}
    osg::PositionAttitudeTransform {{
      UniqueID 4
      Children 1 {{
        {_SQUARE.format(id=5, mode="QUADS", places="0 0 0 1 0 0 1 1 0 0 1 0")}
      }}
      Attitude 0 0 0.70710678118654752 0.70710678118654752
      Scale 2 2 2
    }}
  }}
}}
"""


# -- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bad_made/truncated/osgb_cut.osgb", "bad_made/xml/metadata.xml"])
def test_bad_samples_are_one_line_errors(real_data: Path, name: str) -> None:
    path = real_data / name
    assert OsgbReader().can_read(path, path.read_bytes()[:512])
    for attempt in (lambda: OsgbReader().inspect(path, Job()), lambda: consume(OsgbReader(), path)):
        with pytest.raises(SourceError) as caught:
            attempt()
        assert path.name in str(caught.value) and "\n" not in str(caught.value)


def _production(folder: Path, child: str) -> Path:
    tile = folder / "Data" / "Tile_1"
    tile.mkdir(parents=True)
    write_tile(tile / "Tile_1.osgb", [OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0, 100.0, child)])
    return tile


def test_a_broken_finer_tile_leaves_the_coarse_one(tmp_path: Path) -> None:
    tile = _production(tmp_path, "fine.osgb")
    (tile / "fine.osgb").write_bytes((tile / "Tile_1.osgb").read_bytes()[:400])
    job = Job()
    chunks = list(OsgbReader().read(tmp_path, ReadOptions(), job))
    assert [len(chunk.meshes) for chunk in chunks] == [1]
    assert any("1 tiles cannot be read" in text and "fine.osgb" in text for text in job.warnings)


def test_references_do_not_leave_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "secret.osgb"
    write_tile(outside, [OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0)])
    for number, name in enumerate(["../../../secret.osgb", str(outside), "link.osgb"]):
        production = tmp_path / f"production{number}"
        tile = _production(production, name)
        if name == "link.osgb":
            (tile / name).symlink_to(outside)
        job = Job()
        assert len(list(OsgbReader().read(production, ReadOptions(), job))) == 1
        assert any("outside the folder" in text for text in job.warnings), name


def test_tiles_that_refer_to_each_other_end(tmp_path: Path) -> None:
    tile = _production(tmp_path, "fine.osgb")
    write_tile(tile / "fine.osgb", [OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0, 100.0, "Tile_1.osgb")])
    job = Job()
    assert len(list(OsgbReader().read(tmp_path, ReadOptions(), job))) == 2
    assert any("referred to more than once" in text for text in job.warnings)


def test_an_unknown_class_without_brackets_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tile.osgb"
    write_tile(path, [OsgbLevel(_mesh(), (4.0, 4.0, 4.0), 9.0)])
    path.write_bytes(path.read_bytes().replace(b"osg::Geode", b"osg::Gecko"))
    with pytest.raises(SourceError, match="osg::Gecko are not supported"):
        parse_file(path)


def test_huge_counts_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "tile.osgb"
    mesh = _mesh()
    write_tile(path, [OsgbLevel(mesh, (4.0, 4.0, 4.0), 9.0)])
    data = path.read_bytes()
    marker = struct.pack("<iiI", 54, 4, 120)
    assert data.count(marker) == 1
    path.write_bytes(data.replace(marker, struct.pack("<iiI", 54, 4, 0xFFFFFFF0)))
    with pytest.raises(SourceError, match="items are announced"):
        parse_file(path)


def test_indices_beyond_the_vertices_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tile.osgb"
    mesh = _mesh()
    write_tile(path, [OsgbLevel(mesh, (4.0, 4.0, 4.0), 9.0)])
    indices = np.ascontiguousarray(mesh.triangles, "<u4").tobytes()
    data = path.read_bytes()
    path.write_bytes(data.replace(indices, struct.pack("<I", 40) + indices[4:]))
    with pytest.raises(SourceError, match="uses vertex 40 of 40"):
        levels_of(parse_file(path), print)


def test_a_compression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    from ingest.readers.osgb_format import stream

    monkeypatch.setattr(stream, "MAX_BODY_BYTES", 1 << 20)
    path = tmp_path / "tile.osgb"
    head = struct.pack("<5Ii", 0x6C910EA1, 0x1AFB4545, 1, 161, 0, 4) + b"zlib"
    path.write_bytes(head + zlib.compress(bytes(8 << 20)))
    with pytest.raises(SourceError, match="more than 1048576"):
        parse_file(path)


def test_nesting_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "tile.osgb"
    group = b""
    for number in range(5000):
        name = b"osg::Group"
        group += struct.pack("<i", len(name)) + name + struct.pack("<I", number + 1)
        group += struct.pack("<ii?", 0, 2, False) + struct.pack(
            "<5??I?", *[False] * 5, True, 0, False
        )
        group += struct.pack("<?I", True, 1)
    head = struct.pack("<5Ii", 0x6C910EA1, 0x1AFB4545, 1, 80, 0, 1) + b"0"
    path.write_bytes(head + group)
    with pytest.raises(SourceError, match="nested more than"):
        parse_file(path)


def test_reading_a_folder_needs_no_write_access(tmp_path: Path) -> None:
    tile = _production(tmp_path, "fine.osgb")
    for path in (tile, tile / "Tile_1.osgb"):
        path.chmod(0o555)
    assert len(consume(OsgbReader(), tmp_path)) == 1
    tile.chmod(0o755)
