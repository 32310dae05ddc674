"""The accuracy report in Chinese: every text that it can hold, in the window and as PDF."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale

from app import messages
from app.reconstruct.report_pdf import write_pdf
from ingest.pipeline.job import Job
from ingest.reconstruction import report
from ingest.reconstruction.object_step import OBJECT
from ingest.reconstruction.photo_heights import stated_heights
from twin_model.frame import Frame

#: Abbreviations, names and units that Chinese keeps.
KEPT = {
    "Old", "town", "EPSG", "CGCS", "Gauss", "Kruger", "Yellow", "Sea", "height", "IMG", "jpg",
    "RMSE", "GSD", "CE", "LE", "NMAD", "PSNR", "SSIM", "dB", "nerfacto", "cpu", "shapan", "laz",
    "other", "zone", "gtx", "PROJ", "WGS",
}  # fmt: skip
ACCURACY = {
    "count": 4, "rmse_m": [0.01, 0.02, 0.03], "bias_m": [0.0, -0.01, 0.02], "ce90_m": 0.04,
    "le90_m": 0.05, "largest_m": 0.06,
}  # fmt: skip


@pytest.fixture
def chinese() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("zh_CN"))
    yield
    QLocale.setDefault(before)


def figures(**changed: Any) -> dict[str, Any]:
    return {
        "title": "Old town", "crs": "EPSG:4549", "crs_name": "CGCS2000 / Gauss-Kruger zone",
        "vertical_datum": "Yellow Sea 1985 height", "epoch": "2026-03-01", "quality": "draft",
        "photos": {"found": 20, "used": 19, "registered": 19},
        "overlap": {"area_m2": 16169.0, "share_by_3": 0.77, "mean_overlap": 0.86},
        "ground_sample_distance_m": 0.18, "reprojection_error_px": 0.71, "tie_points": 1430,
        "heights": {"text": "above Yellow Sea 1985 height, as the control points are"},
        "georeference": "control points", "control": ACCURACY, "check": ACCURACY,
        "bending": {"off_m": 54.8, "reach_m": 165.0, "turn_deg": 8.0, "is_bent": True,
                    "joint": {"first": "IMG_12.jpg", "second": "IMG_13.jpg", "tie_points": 12,
                              "photos": 13}},
        "points": [["P1", "check", "+0.010", "–", "–", "3", "0.40"],
                   ["P2", "control", "+0.010", "–", "–", "3", "0.40"]],
        "camera_residual_rmse_m": [0.1, 0.1, 0.2],
        "surface": {"cell_m": 0.25, "completeness": 0.94, "uncertainty_m": 0.06,
                    "field": {"nmad_m": 0.2, "bias_m": 0.1, "by_both": 0.8, "in_conflict": 0.1,
                              "by_field_alone": 0.05, "trusted": True}},
        "stereo": {}, "products": {"orthophoto_gsd_m": 0.2},
        "field": {"preset": {"steps": 1500, "rays": 1536}, "device": "cpu", "training_s": 600.0,
                  "trained": 17, "psnr_db": 27.9, "ssim": 0.79, "held_out": 2},
        "reference": {"reference": "other.laz", "median_m": 0.1, "rmse_m": 0.2, "p95_m": 0.3,
                      "bias_up_m": 0.01, "nmad_up_m": 0.1, "near_m": 0.54, "completeness": 0.9,
                      "correctness": 0.8},
        "seconds": dict.fromkeys(
            ["photos", "poses", "georeference", "stereo", "field", "surface", "products",
             "comparison"], 1.0,
        ),
        "warnings": ["the scene hangs together by 12 tie points only between IMG_12.jpg and "
                     "IMG_13.jpg: more photographs there hold it better"],
        "versions": {"shapan": "1"},
    } | changed  # fmt: skip


VARIANTS = [
    {},
    {"check": None, "vertical_datum": None, "epoch": None},
    {"check": None, "georeference": "positions", "quality": "normal", "control": None},
    *({"heights": {"text": stated_heights({"method": method}, heights, frame).text}}
      for frame in (Frame("EPSG:4549", (0.0, 0.0, 0.0), "EPSG:5737"), Frame("EPSG:4549"))
      for method in ("control points", "positions", "level cameras")
      for heights in ({}, {"stated": "ellipsoid"}, {"geoid": "PROJ"}, {"geoid": "1.gtx"})
      if frame.vertical_crs or heights != {"geoid": "PROJ"}),
    {"check": None, "georeference": "positions and level cameras", "quality": "high"},
    {"check": None, "georeference": "level cameras",
     "bending": {"off_m": None, "reach_m": 0.0, "turn_deg": None, "is_bent": False,
                 "joint": None}},
    {"stereo": {"kind": OBJECT, "known": 0.51}, "field": None,
     "surface": {"points": 672_000, "cell_m": 0.02, "extent_m": [1.0, 2.0, 3.0],
                 "uncertainty_m": 0.01, "triangles": 356_000, "voxel_m": 0.03}},
    {"surface": {"cell_m": 0.25, "completeness": 0.94, "uncertainty_m": 0.06,
                 "field": {"nmad_m": 0.2, "bias_m": 0.1, "by_both": 0.8, "trusted": False}}},
    {"surface": {"cell_m": 0.25, "completeness": 0.94, "uncertainty_m": 0.06,
                 "field": {"nmad_m": None}}},
]  # fmt: skip


@pytest.mark.parametrize("changed", VARIANTS)
def test_no_english_is_left_in_the_chinese_report(chinese: None, changed: dict[str, Any]) -> None:
    page = " ".join(report.page_parts(figures(**changed), messages.report))
    text = re.sub(r"<[^>]*>", " ", page)
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= KEPT
    assert "精度报告" in text
    sentences = "".join(re.findall(r"<p class=notice>(.*?)</p>", page))
    assert ("场景发生弯曲" in sentences) == bool(figures(**changed)["bending"]["is_bent"])


def test_captions_are_said_in_chinese(chinese: None) -> None:
    source = Path(report.__file__).read_text(encoding="utf-8")
    captions = [*report._SIDES, "True orthophoto", "Surface, lit from the north-west", "Pictures"]
    captions += [
        "Footprints on level ground, where photographs were taken, surveyed points",
        "How heights were found: stereo (light), radiance field (middle), filled (dark)",
    ]
    for caption in captions:
        assert f'"{caption}"' in source or caption == "Pictures", caption
        assert not re.search(r"[A-Za-z]", messages.report(caption)), caption
    said = messages.report("Uncertainty, from 0 (light) to 0.42 m (dark)")
    assert said == "不确定度，从 0（浅）到 0.42 m（深）"


def test_english_stays_english() -> None:
    page = " ".join(report.page_parts(figures()))
    assert "The scene is bent. Its parts do not stand" in page and "Accuracy report" in page


@pytest.fixture
def run(tmp_path: Path) -> Path:
    import numpy as np

    from ingest.reconstruction.scene import Camera, Photo, SparseScene
    from ingest.reconstruction.surface import Grid, Surface

    for name in ("photos", "georeference", "surface", "products"):
        (tmp_path / name).mkdir()
    (tmp_path / "photos" / "check.json").write_text('{"footprints": []}', encoding="utf-8")
    (tmp_path / "georeference" / "georeference.json").write_text('{"points": []}')
    camera = Camera(640, 480, 500.0, 500.0, 320.0, 240.0)
    SparseScene([camera], [Photo("a", 0, np.eye(3), np.zeros(3))]).save(tmp_path / "georeference")
    ones = np.ones((20, 20), np.float32)
    Surface(
        Grid(0.0, 10.0, 0.5, 20, 20), ones, ones * 0.1, ones.astype(np.uint8),
        ones.astype(np.uint16),
    ).save(tmp_path / "surface" / "surface.npz")  # fmt: skip
    from PIL import Image

    Image.new("RGBA", (20, 20)).save(tmp_path / "products" / "orthophoto.tif")
    (tmp_path / "report.json").write_text(json.dumps(figures()), encoding="utf-8")
    return tmp_path


def test_a_pdf_is_printed_in_the_language_asked_for(run: Path) -> None:
    for locale in ("en_GB", "zh_CN"):
        write_pdf(run, run / f"{locale}.pdf", Job(), locale, page=locale == "zh_CN")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<html lang=zh>" in page and "精度报告" in page and "Footprints on" not in page
    english, chinese = ((run / f"{name}.pdf").read_bytes() for name in ("en_GB", "zh_CN"))
    assert english.startswith(b"%PDF") and chinese.startswith(b"%PDF")
    # The characters that a document uses are in it.
    assert ord("精") in _glyphs(chinese) and ord("精") not in _glyphs(english)


def _glyphs(pdf: bytes) -> set[int]:
    """Return the characters that the fonts of a PDF stand for."""
    found: set[int] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            text = stream
        if b"beginbfrange" in text or b"beginbfchar" in text:
            found |= {int(code, 16) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", text)}
    assert found
    return found
