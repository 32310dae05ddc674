"""The reader on files; the exporter on the sample project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROWS = "#BENCH 1\nBM 1;117.000000;30.710000;12.5\nBM 2;117.001000;30.711000;14.25\n"


def test_a_file_is_read(shapan_plugin: Any, tmp_path: Path) -> None:
    path = tmp_path / "harbour.bench"
    path.write_text(ROWS, encoding="utf-8")
    info = shapan_plugin.inspect(path)
    assert info.counts == {"features": 2}
    assert info.bounds == [117.0, 30.71, 12.5, 117.001, 30.711, 14.25]
    (chunk,) = shapan_plugin.read(path)
    assert chunk.columns == {"name": ["BM 1", "BM 2"], "height": [12.5, 14.25]}
    assert len(chunk.geometry) == 2


def test_a_broken_line_is_named(shapan_plugin: Any, tmp_path: Path) -> None:
    path = tmp_path / "broken.bench"
    path.write_text(ROWS + "BM 3;here;there\n", encoding="utf-8")
    with pytest.raises(Exception, match="line 4 is no benchmark"):
        shapan_plugin.inspect(path)


def test_entities_are_written_and_read_again(shapan_plugin: Any, tmp_path: Path) -> None:
    path = tmp_path / "pumps.bench"
    shapan_plugin.export("bench", path, "type = 'pump'")
    assert shapan_plugin.inspect(path).counts == {"features": 3}
    (chunk,) = shapan_plugin.read(path)
    assert chunk.columns["name"] == ["Pump 0", "Pump 1", "Pump 2"]
