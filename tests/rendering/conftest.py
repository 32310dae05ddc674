"""A small made-up district: terrain, imagery, roads, water, houses, things."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from vtkmodules.vtkCommonCore import vtkOutputWindow, vtkStringOutputWindow

from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.tiles.write import Primitive, TileNode, bounds_of, encode_glb, write_tileset

FRAME = Frame("EPSG:32650").with_origin(500_000.0, 3_300_000.0, 10.0)


class District:
    """Writes layers of a made-up district into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frame = FRAME

    def layer(self, name: str, role: LayerRole, content: str, **more: Any) -> tuple[Layer, Path]:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        kind = more.pop("kind", "vector")
        return Layer(name, name, kind, role, "made", "made", content, **more), folder

    def terrain(self, size: int = 200, pixel_m: float = 4.0) -> tuple[Layer, Path]:
        import rasterio
        from rasterio.transform import from_origin

        layer, folder = self.layer("terrain", LayerRole.TERRAIN, "terrain.tif", kind="raster")
        y, x = np.mgrid[0:size, 0:size] * pixel_m - size * pixel_m / 2
        hill = 40.0 * np.exp(-((x - 150) ** 2 + (y + 180) ** 2) / 120.0**2)
        with rasterio.open(
            folder / "terrain.tif",
            "w",
            driver="GTiff",
            width=size,
            height=size,
            count=1,
            dtype="float32",
            crs="EPSG:32650",
            nodata=-9999.0,
            transform=from_origin(
                500_000 - size * pixel_m / 2, 3_300_000 + size * pixel_m / 2, pixel_m, pixel_m
            ),
        ) as out:
            out.write((hill + 10.0).astype(np.float32), 1)
        return layer, folder

    def features(
        self, name: str, role: LayerRole, rows: list[tuple[Any, dict[str, Any]]], **more: Any
    ) -> tuple[Layer, Path]:
        """Write (shapely geometry in local metres, attributes) as features.gpkg."""
        layer, folder = self.layer(name, role, "features.gpkg", **more)
        write_features(folder / "features.gpkg", self.frame, rows)
        return layer, folder

    def houses(
        self, boxes: list[tuple[float, float, float, float, float, float]], name: str = "houses"
    ) -> tuple[Layer, Path]:
        """Write boxes (x0, y0, z0, x1, y1, z1) as a tileset with feature ids."""
        layer, folder = self.layer(name, LayerRole.MESH, "tileset.json")
        parts = [_box(b) for b in boxes]
        position = np.concatenate([p for p, _ in parts])
        triangles = np.concatenate([t + 24 * i for i, (_, t) in enumerate(parts)])
        feature = np.repeat(np.arange(len(boxes)), 24)
        primitive = Primitive(
            position, triangles, feature=feature, base_colour=(0.95, 0.93, 0.9, 1)
        )
        (folder / "a.glb").write_bytes(encode_glb([primitive]))
        write_tileset(folder, TileNode(bounds_of([primitive]), 0.0, "a.glb"), self.frame)
        return layer, folder

    def points(self, position: Any, name: str = "points", **attributes: Any) -> tuple[Layer, Path]:
        layer, folder = self.layer(name, LayerRole.POINTS, "tileset.json", kind="points")
        primitive = Primitive(np.asarray(position, float), **attributes)
        (folder / "a.glb").write_bytes(encode_glb([primitive]))
        node = TileNode(bounds_of([primitive]), 0.0, "a.glb", refine="ADD")
        write_tileset(folder, node, self.frame)
        return layer, folder


def write_features(path: Path, frame: Frame, rows: list[tuple[Any, dict[str, Any]]]) -> None:
    """Write a minimal features.gpkg: table features with fid, geom and the rows' columns."""
    import shapely

    columns = sorted({key for _, values in rows for key in values})
    listing = "".join(f', "{c}"' for c in columns)
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE features (fid INTEGER PRIMARY KEY, geom BLOB{listing})")
        for index, (shape, values) in enumerate(rows):
            moved = shapely.transform(shape, lambda c: c + frame.offset[:2])
            blob = b"GP" + struct.pack("<BBi", 0, 1, 32650) + shapely.to_wkb(moved)
            marks = ", ".join("?" for _ in range(len(columns) + 2))
            database.execute(
                f"INSERT INTO features VALUES ({marks})",
                (index + 1, blob, *(values.get(c) for c in columns)),
            )
    database.close()


def _box(b: tuple[float, float, float, float, float, float]) -> tuple[Any, Any]:
    x0, y0, z0, x1, y1, z1 = b
    c = np.array([(x, y, z) for z in (z0, z1) for y in (y0, y1) for x in (x0, x1)], float)
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    position = np.concatenate([c[list(q)] for q in quads])
    triangles = np.array(
        [(4 * i, 4 * i + 1, 4 * i + 2) for i in range(6)]
        + [(4 * i, 4 * i + 2, 4 * i + 3) for i in range(6)]
    )
    return position, triangles


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path)


@pytest.fixture(autouse=True)
def vtk_log() -> Iterator[vtkStringOutputWindow]:
    """Fail a test during which VTK logged an error."""
    before = vtkOutputWindow.GetInstance()
    log = vtkStringOutputWindow()
    vtkOutputWindow.SetInstance(log)
    yield log
    vtkOutputWindow.SetInstance(before)
    text = log.GetOutput() or ""
    wrong = [t for t in text.splitlines() if "ERR" in t or "Error" in t]
    assert not wrong, wrong[:5]
