"""Solids with roofs: made roofs of all usual shapes, measured with noise, and real points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from ingest.extraction.buildings import find_buildings
from ingest.extraction.extract import extract
from ingest.extraction.layer_points import LayerPoints
from ingest.extraction.model import height_model
from ingest.extraction.roofs import FEW_POINTS, NO_PLANES, add_roofs, model_roof
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from ingest.shell import SOLID_COLUMN, read_shell
from ingest.tiling.feature_table import read_chunks
from made_roofs import FACES, KINDS, measured, roof_heights_m
from twin_model.frame import Frame
from twin_model.query import EntityQuery
from twin_model.tiles.content import decode_content
from twin_model.tiles.tileset import load_tileset
from twin_model.twin import Twin
from village_support import village_project


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("points_m2", "noise_m", "turn_deg"), [(4, 0.03, 23), (1, 0.05, 0), (8, 0.15, 61)]
)
def test_a_roof_becomes_a_watertight_solid_near_the_truth(
    kind: str, points_m2: float, noise_m: float, turn_deg: float
) -> None:
    made = measured(kind, points_m2, noise_m, turn_deg, seed=5)
    roof = model_roof(made.building, made.points)
    assert roof.solid is not None, roof.reason
    assert roof.solid.open_edges() == 0
    xy, true_m = made.truth()
    off = roof_heights_m(roof.solid, xy) - true_m
    assert float(np.sqrt(np.nanmean(off**2))) < (0.3 if kind == "mansard" else 0.2)
    assert roof.solid.volume_m3() == pytest.approx(made.volume_m3(), rel=0.06)
    assert roof.confidence > 0.7
    if noise_m < 0.1 and (kind, points_m2) != ("mansard", 1):
        assert roof.faces == FACES[kind]


def test_a_gable_has_a_level_ridge_along_its_walls() -> None:
    made = measured("gable", 4, 0.05, 0, seed=3)
    roof = model_roof(made.building, made.points).solid
    assert roof is not None
    corners = np.concatenate([f.rings[0] for f in roof.faces if f.kind == "roof"])
    ridge = np.unique(corners[corners[:, 2] > 8.0], axis=0)
    assert len(ridge) == 2 and ridge[0, 2] == pytest.approx(ridge[1, 2], abs=0.02)
    assert ridge[:, 1] == pytest.approx([405.0, 405.0], abs=0.25)


def test_too_few_points_and_foliage_leave_a_block_and_say_why() -> None:
    made = measured("hip", 4, 0.03, 0, seed=2)
    assert model_roof(made.building, made.points[:20]).reason == FEW_POINTS
    chance = np.random.default_rng(4)
    crown = made.points + np.column_stack(
        [np.zeros((len(made.points), 2)), chance.uniform(-2.5, 2.5, len(made.points))]
    )
    wild = model_roof(made.building, crown)
    assert wild.solid is None and wild.reason == NO_PLANES and wild.confidence < 0.7


def test_a_courtyard_stays_open() -> None:
    chance = np.random.default_rng(8)
    xy = chance.uniform(0, 30, (3600, 2))
    outline = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    xy = xy[shapely.contains_xy(outline, xy[:, 0], xy[:, 1])]
    made = measured("flat", 4, 0.03, 0, seed=1)
    cloud = np.column_stack([xy, 7.0 + chance.normal(0, 0.04, len(xy))])
    from dataclasses import replace

    roof = model_roof(replace(made.building, outline=outline), cloud)
    assert roof.solid is not None and roof.solid.open_edges() == 0
    assert roof.solid.volume_m3() == pytest.approx(800 * 7.0, rel=0.01)


def test_a_solid_survives_as_text_and_broken_text_is_none() -> None:
    made = measured("L of gables", 4, 0.03, 23, seed=5)
    solid = model_roof(made.building, made.points).solid
    assert solid is not None
    text = solid.moved(np.array([515_000.0, 3_349_900.0, 12.0])).to_text()
    again = read_shell(text)
    assert again is not None and len(again.faces) == len(solid.faces)
    assert again.volume_m3() == pytest.approx(solid.volume_m3(), rel=1e-4)
    first = text.index("((")
    without_a_face = text[:first] + text[text.index("((", first + 2) :]
    assert read_shell(without_a_face) is None
    assert read_shell("POLYHEDRALSURFACE Z (((") is None
    assert read_shell("POLYGON ((0 0, 1 0, 1 1, 0 0))") is None


def test_solids_are_geometry_of_proposals_and_drawn(tmp_path: Path) -> None:
    with Twin.open(village_project(tmp_path)) as twin:
        found = extract(twin, twin.layer("survey"), Job())
        gable = next(b for b in found.buildings if b.roof == "gable")
        assert gable.level_of_detail == 2 and gable.solid is not None
        entities = twin.entities(EntityQuery(type="building", where="level_of_detail = 2"))
        assert len(entities) == 3
        assert SOLID_COLUMN not in entities[0].attributes
        folder = twin.layer_folder(str(entities[0].layer))
        mesh = [
            np.concatenate([p.position.astype(float) @ (t.transform @ p.matrix)[:3, :3].T
                            + (t.transform @ p.matrix)[:3, 3] for p in content.primitives])
            for t in load_tileset(folder / "tileset.json").root.walk()
            for file in t.contents
            for content in [decode_content(file, root=folder)]
        ]  # fmt: skip
        top = np.concatenate(mesh)[:, 2].max()
        assert top == pytest.approx(gable.ground_m + 8.0, abs=0.4)
        ((_, _, (texts,)),) = read_chunks(folder / "features.gpkg", [SOLID_COLUMN], 10)
        shells = [read_shell(text) for text in texts]
        assert all(shell is not None for shell in shells)
        # The layer's own table comes in again with its roofs, in another project too.
        with Twin.create(tmp_path / "other.shapan", Frame("EPSG:4549"), "Other") as other:
            (again,) = add_source(other, folder / "features.gpkg", ImportOptions(), Job())
            assert again.counts["triangles"] == twin.layer(str(entities[0].layer)).counts[
                "triangles"
            ]  # fmt: skip


def test_points_of_a_real_hall_become_a_solid(real_data: Path) -> None:
    import laspy

    las = laspy.read(real_data / "pointcloud/pdal/las/sample_c.las")
    points = np.column_stack([las.x, las.y, las.z]).astype(np.float64)
    points -= np.floor(points.min(axis=0))
    (hall,) = add_roofs(find_buildings(height_model(LayerPoints(points)), Job()), points, Job())
    assert hall.solid is not None and hall.solid.open_edges() == 0
    roof = points[np.asarray(las.classification) == 6]
    off = roof[:, 2] - roof_heights_m(hall.solid, roof[:, :2])
    assert np.nanmedian(np.abs(off)) < 0.1 and np.mean(np.isfinite(off)) > 0.95
