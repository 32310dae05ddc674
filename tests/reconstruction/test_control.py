"""Files of control points: forms, and the mistakes that people make in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.reconstruction.control import check_placement, read_control
from twin_model.errors import SourceError
from twin_model.frame import Frame

FRAME = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")
PHOTOS = np.array([[x, y, 100.0] for x in (-50.0, 0.0, 50.0) for y in (-40.0, 40.0)])
PLACES = [(514_980.0, 3_349_890.0, 6.0), (515_030.0, 3_349_930.0, 6.5),
          (515_010.0, 3_349_870.0, 5.5)]  # fmt: skip
HEADER = "name,east,north,height,role,photo,x_px,y_px"


def write(path: Path, rows: list[tuple[float, ...]], head: str = "", header: str = HEADER) -> Path:
    lines = [head] if head else []
    lines.append(header)
    for number, (x, y, z) in enumerate(rows, 1):
        role = "check" if number == 3 else "control"
        lines.append(f"P{number},{x},{y},{z},{role},DJI_0001.JPG,{10 * number},{20 * number}")
        lines.append(f"P{number},{x},{y},{z},{role},DJI_0002.JPG,{11 * number},{21 * number}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_table_gives_points_marks_and_what_they_are_for(tmp_path: Path) -> None:
    found = read_control(write(tmp_path / "c.csv", PLACES, "# crs: EPSG:4549+5737"), FRAME)
    assert [point.name for point in found.points] == ["P1", "P2", "P3"]
    assert [point.is_check for point in found.points] == [False, False, True]
    assert [len(point.marks) for point in found.points] == [2, 2, 2]
    assert found.points[0].position_m == pytest.approx([-20.0, -10.0, 6.0])
    assert found.warnings == []
    check_placement(found, FRAME, PHOTOS)


def test_the_list_of_opendronemap_is_read_with_its_crs(tmp_path: Path) -> None:
    path = tmp_path / "gcp_list.txt"
    x, y, _ = FRAME.to_wgs84([-20.0, -10.0, 6.0])[0]
    path.write_text(f"EPSG:4326\n{x} {y} 6.0 100 200 DJI_0001.JPG P1\n"
                    f"{x} {y} 6.0 150 250 DJI_0002.JPG P1\n")  # fmt: skip
    found = read_control(path, FRAME)
    assert found.crs == "EPSG:4326"
    assert len(found.points) == 1 and len(found.points[0].marks) == 2
    assert found.points[0].position_m[:2] == pytest.approx([-20.0, -10.0], abs=1e-3)


def test_chinese_headers_in_gbk_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "控制点.csv"
    text = "点号,东坐标,北坐标,高程,用途,照片,像素x,像素y\nK1,514980,3349890,6,检查点,a.jpg,1,2\n"
    path.write_bytes(text.encode("gb18030"))
    found = read_control(path, FRAME)
    assert found.points[0].is_check and found.points[0].name == "K1"
    assert any("no CRS" in text for text in found.warnings)


def test_swapped_axes_are_recognised_and_said(tmp_path: Path) -> None:
    swapped = [(y, x, z) for x, y, z in PLACES]
    found = read_control(write(tmp_path / "c.csv", swapped, "# crs: EPSG:4549"), FRAME)
    with pytest.raises(SourceError, match="east and north are swapped"):
        check_placement(found, FRAME, PHOTOS)


@pytest.mark.parametrize("true_crs", ["EPSG:32651", "EPSG:4326", "EPSG:4528"])
def test_points_in_another_crs_are_told_which_one_fits(tmp_path: Path, true_crs: str) -> None:
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:4549", true_crs, always_xy=True)
    moved = [(*there.transform(x, y), z) for x, y, z in PLACES]
    path = write(tmp_path / "c.csv", moved, "# crs: EPSG:4549")
    with pytest.raises(SourceError, match=f"--control-crs {true_crs}"):
        check_placement(read_control(path, FRAME), FRAME, PHOTOS)
    check_placement(read_control(path, FRAME, true_crs), FRAME, PHOTOS)


def test_points_of_another_town_are_refused(tmp_path: Path) -> None:
    far = [(x + 40_000.0, y, z) for x, y, z in PLACES]
    found = read_control(write(tmp_path / "c.csv", far, "# crs: EPSG:4549"), FRAME)
    with pytest.raises(SourceError, match=r"40\.0 km from the photographs"):
        check_placement(found, FRAME, PHOTOS)


def test_heights_of_another_datum_are_warned_of(tmp_path: Path) -> None:
    high = [(x, y, z + 200.0) for x, y, z in PLACES]
    found = read_control(write(tmp_path / "c.csv", high, "# crs: EPSG:4549"), FRAME)
    check_placement(found, FRAME, PHOTOS)
    assert any("different datums" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no control points"),
        ("name,height\nA,3\n", "no column for east"),
        ("name,east,north,height\nA,1,x,3\n", "'x' is not a number"),
        ("name,east,north,height\nA,1,2,3\nA,1,2,4\n", "gives A two places"),
        ("EPSG:4549\n1 2 3\n", "has 3 values"),
    ],
)
def test_a_file_that_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        read_control(path, FRAME)
