"""The demo city's scenarios."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from app.demo_simulation import add_simulation
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from simulation_support import city
from twin_model.simulation.scenario import ScenarioStore
from twin_model.twin import Twin

__all__ = ["city"]


@pytest.mark.parametrize("name", ["Terrain", "地形"])
def test_scenarios_find_the_heights_whatever_their_layer_is_called(
    city: Twin, tmp_path: Path, name: str
) -> None:
    heights = tmp_path / "heights.tif"
    with rasterio.open(
        heights, "w", driver="GTiff", width=100, height=100, count=1, dtype="float32",
        crs="EPSG:32650", transform=from_origin(499_600.0, 3_400_400.0, 8.0, 8.0),
    ) as out:  # fmt: skip
        out.write(np.full((100, 100), 6.0, np.float32), 1)
    add_source(city, heights, ImportOptions(name=name), Job())
    assert {"rain-50", "rain-50-pump"} <= set(add_simulation(city))
    storm = ScenarioStore(city.path).read("rain-50")
    surface = next(e for e in storm.engines if e.simulator == "shapan.flood.flood")
    assert (city.path / surface.parameters["terrain"]).is_file()
    assert city.entity("demo-sewer-t1").attributes["rim_m"] == pytest.approx(6.0)
