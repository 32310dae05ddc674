"""Seams of the orthophoto as areas without gaps, and the mesh on the globe."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from ingest.reconstruction.mesh_tileset import write_mesh_tileset
from ingest.reconstruction.orthophoto import Orthophoto
from ingest.reconstruction.seamlines import write_seamlines
from ingest.reconstruction.surface import STEREO, Grid, Surface
from twin_model.frame import Frame
from twin_model.tiles.tileset import load_tileset
from twin_model.tiles.write import Primitive, encode_glb

FRAME = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")


def test_areas_cover_the_orthophoto_once_and_speckles_are_gone(tmp_path: Path) -> None:
    photo = np.zeros((120, 160), np.int16)
    rows, columns = np.indices(photo.shape)
    photo[columns > 60 + rows // 3] = 2  # an oblique seam
    photo[::17, ::13] = 1  # single pixels of another photograph
    photo[:, :8] = -1  # nobody saw this
    grid = Grid(10.0, 50.0, 0.25, 160, 120)
    gains = np.array([[1.0, 1.0, 1.0], [0.9, 1.0, 1.1], [1.1, 1.0, 0.9]])
    ortho = Orthophoto(grid, np.zeros((120, 160, 4), np.uint8), photo, gains)
    path = tmp_path / "seamlines.gpkg"
    assert write_seamlines(path, ortho, ["a.jpg", "b.jpg", "c.jpg"], FRAME) == 2
    meta, _, geometry, values = pyogrio.raw.read(path)
    areas = shapely.from_wkb(geometry)
    found = dict(zip(meta["fields"], values, strict=True))
    assert sorted(found["photo"]) == ["a.jpg", "c.jpg"]
    assert found["gain_red"][list(found["photo"]).index("c.jpg")] == 1.1
    assert shapely.area(areas).sum() == pytest.approx((photo >= 0).sum() * 0.25**2, rel=0.01)
    assert shapely.area(shapely.union_all(areas)) == pytest.approx(shapely.area(areas).sum())
    assert max(shapely.get_num_coordinates(areas)) < 20
    assert shapely.total_bounds(areas)[0] == pytest.approx(515_000 + 10 + 8 * 0.25)


def test_an_orthophoto_that_nobody_saw_has_no_seams(tmp_path: Path) -> None:
    grid = Grid(0.0, 5.0, 0.5, 10, 10)
    nothing = Orthophoto(grid, np.zeros((10, 10, 4), np.uint8),
                         np.full((10, 10), -1, np.int16), np.ones((1, 3)))  # fmt: skip
    assert write_seamlines(tmp_path / "s.gpkg", nothing, ["a.jpg"], FRAME) == 0
    assert not (tmp_path / "s.gpkg").exists()


def test_a_mesh_stands_on_the_globe_where_the_project_is(tmp_path: Path) -> None:
    grid = Grid(-50.0, 40.0, 0.5, 200, 160)
    height = np.full(grid.shape, 12.0, np.float32)
    surface = Surface(grid, height, height * 0 + 0.1, np.full(grid.shape, STEREO, np.uint8),
                      np.ones(grid.shape, np.uint16))  # fmt: skip
    corner = np.array([50.0, -40.0, 12.0])
    triangle = np.array([[-50.0, 40.0, 12.0], [-50.0, -40.0, 12.0], corner])
    (tmp_path / "mesh.glb").write_bytes(encode_glb([Primitive(triangle, np.arange(3))]))
    write_mesh_tileset(tmp_path / "tileset.json", "mesh.glb", surface, FRAME)
    root = json.loads((tmp_path / "tileset.json").read_text())["root"]
    matrix = np.array(root["transform"]).reshape(4, 4).T
    from pyproj import Transformer

    lon, lat, up = FRAME.to_wgs84(corner)[0]
    truth = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(lon, lat, up)
    assert (matrix @ [*corner, 1.0])[:3] == pytest.approx(truth, abs=0.01)
    box = np.array(root["boundingVolume"]["box"])
    assert box[:3] == pytest.approx([0.0, 0.0, 12.0]) and box[3] == 50.0 and box[7] == 40.0
    assert load_tileset(tmp_path / "tileset.json").root.contents[0].name == "mesh.glb"
