"""The overlay in its process, drawn by a stage without a window."""

from __future__ import annotations

from typing import Any

import numpy as np


def test_vehicles_move_along_their_rings(shapan_plugin: Any) -> None:
    shapan_plugin.set_settings(vehicles=40)
    shapan_plugin.start("traffic")
    shapan_plugin.wait_until(lambda: len(shapan_plugin.moving("vehicles") or ()) == 40)
    tracks = shapan_plugin.moving("vehicles")
    first = tracks.version
    shapan_plugin.wait_until(lambda: tracks.version > first + 2)
    placed = tracks.place()
    centre = np.array([30.0, 12.5])  # the median of the sample project's entities
    radius = np.linalg.norm(placed.position[:, :2] - centre, axis=1)
    assert radius.min() > 20.0
    assert radius.max() < 200.0
    mesh = shapan_plugin.overlay("field").meshes[0]
    assert len(mesh.triangles) == 12 * 64 * 2
