"""An orthophoto of a park with lawns and a pond, and a small real model that finds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.frame import Frame
from twin_model.twin import Twin

EAST, NORTH = 515_000.0, 3_349_900.0
LAWNS = (shapely.box(10, 20, 40, 60), shapely.box(70, 30, 95, 70))
POND = shapely.box(45, 62, 66, 76)
DESCRIPTION: dict[str, Any] = {
    "classes": [
        {"value": 0, "type": None, "name": "background"},
        {"value": 1, "type": "land_use", "name": "vegetation", "least_area_m2": 10},
        {"value": 2, "type": "water", "name": "water", "least_area_m2": 10},
    ],
    "input": {"size_px": 64, "overlap_px": 8, "gsd_m": 0.5},
    "output": {"activation": "softmax", "least_confidence": 0.5},
}


def write_model(path: Path, size: int | str = 64, kind: str = "Conv") -> Path:
    """Write a 1 x 1 convolution: background, excess green, excess blue."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = 20 * np.array([[0, 0, 0], [-1, 2, -1], [-1, -1, 2]], np.float32)
    into = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, size, size])
    out = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3, size, size])
    node = helper.make_node(kind, ["picture", "weight", "bias"], ["scores"],
                            **({"domain": "made.up"} if kind != "Conv" else {}))  # fmt: skip
    graph = helper.make_graph(
        [node], "colours", [into], [out],
        [numpy_helper.from_array(weight.reshape(3, 3, 1, 1), "weight"),
         numpy_helper.from_array(np.array([0, -3, -3], np.float32), "bias")],
    )  # fmt: skip
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("made.up", 1)]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=9), str(path))
    return path


def described(path: Path, document: Any) -> None:
    """Write what a model's JSON says."""
    path.write_text(json.dumps(document), encoding="utf-8")


def park_project(folder: Path) -> Path:
    """Make a project with an orthophoto of two lawns and a pond, 0.25 m a pixel."""
    import rasterio
    from rasterio.transform import from_origin

    x, y = np.meshgrid(np.arange(0.125, 100, 0.25), np.arange(79.875, 0, -0.25))
    picture = np.full((*x.shape, 3), (130, 125, 120))
    for lawn in LAWNS:
        picture[shapely.contains_xy(lawn, x, y)] = (70, 130, 60)
    picture[shapely.contains_xy(POND, x, y)] = (50, 80, 150)
    picture = picture + np.random.default_rng(1).normal(0, 6, picture.shape)
    path = folder / "ortho.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=x.shape[1], height=x.shape[0], count=3, dtype="uint8",
        crs="EPSG:4549", transform=from_origin(EAST, NORTH + 80, 0.25, 0.25),
    ) as out:  # fmt: skip
        out.write(np.moveaxis(picture.clip(0, 255).astype(np.uint8), 2, 0))
    frame = Frame("EPSG:4549", (EAST, NORTH, 0.0), "EPSG:5737")
    with Twin.create(folder / "p.shapan", frame, "Park") as twin:
        add_source(twin, path, ImportOptions(name="ortho", epoch="2026-05-04"), Job())
    return folder / "p.shapan"
