"""Whole pictures against stored ones: 400 x 400, no multisampling, with a tolerance.

Set SHAPAN_UPDATE_GOLDEN=1 to store them anew, then look at them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from rendering.camera import CameraPose
from rendering.offscreen import Picture, render_to_png
from twin_model.layer import LayerRole

GOLDEN = Path(__file__).parent / "golden"
#: Mean difference of a channel, 0 to 255: drivers differ in edges and filtering.
TOLERANCE = 3.0


def harbour(district: Any) -> list[Any]:
    houses = [
        (-90.0, 20.0, -2.0, -60.0, 45.0, 32.0), (-45.0, 25.0, -2.0, -20.0, 50.0, 18.0),
        (10.0, 20.0, -2.0, 30.0, 60.0, 54.0), (45.0, 30.0, -2.0, 80.0, 50.0, 14.0),
    ]  # fmt: skip
    water = shapely.box(-400, -400, 400, -40)
    road = shapely.LineString([(-300, -10), (300, -10)])
    cross = shapely.LineString([(0, -10), (0, 300)])
    things = [
        (
            shapely.Point(x, -50.0),
            {"shapan_type": "crane", "name": "岸桥", "shapan_heading_deg": 180.0},
        )
        for x in (-70.0, 30.0)
    ] + [(shapely.Point(x, 8.0), {"shapan_type": "tree", "name": ""}) for x in range(-90, 100, 18)]
    return [
        district.terrain(),
        district.features("water", LayerRole.DRAPE, [(water, {"shapan_type": "water"})]),
        district.features(
            "roads", LayerRole.DRAPE,
            [(line, {"shapan_type": "road", "shapan_width_m": 9.0}) for line in (road, cross)],
        ),
        district.houses(houses),
        district.features("things", LayerRole.SYMBOLS, things, style={"label_field": ""}),
    ]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_harbour_looks_as_it_did(district: Any, tmp_path: Path, dark: bool) -> None:
    name = f"harbour-{'dark' if dark else 'light'}.png"
    out = tmp_path / name
    pose = CameraPose((-120.0, -190.0, 95.0), (0.0, 0.0, 10.0))
    assert render_to_png(
        district.frame, harbour(district), out, Picture((400, 400), pose, 60, dark=dark)
    )
    made = np.asarray(Image.open(out).convert("RGB"), float)
    stored = GOLDEN / name
    if os.environ.get("SHAPAN_UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        Image.fromarray(made.astype(np.uint8)).save(stored, optimize=True)
    expected = np.asarray(Image.open(stored).convert("RGB"), float)
    difference = np.abs(made - expected)
    if difference.mean() > TOLERANCE:
        Image.fromarray(np.clip(difference * 4, 0, 255).astype(np.uint8)).save(
            Path(os.environ.get("SHAPAN_TEST_OUT", tmp_path)) / f"difference-{name}"
        )
    assert difference.mean() <= TOLERANCE
    # Sky above, water below: the picture is no accident of an average.
    assert made[5, 200, 2] > made[5, 200, 0]
    assert made[390, 60, 2] > made[390, 60, 0] + 15
