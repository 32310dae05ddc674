"""Where pipes are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from plugins.builtin.pipe_shapes import shapes_of, shapes_of_input
from plugins.builtin.pipes import read_pipes
from tests.simulation.test_pipes import SEWER, line

INPUT = """
[JUNCTIONS]
;ID
A 10
B 9
[CONDUITS]
C1 A B 100 0.01 0 0
[COORDINATES]
A {x} 3400000 ; a comment
B {far} 3400000
[VERTICES]
C1 {x} 3400050
"""


def bounds(shapes: dict[str, list[dict[str, Any]]], name: str) -> tuple[float, ...]:
    points = np.concatenate([one["points"] for one in shapes[name]])
    return tuple(shapely.LineString(points).bounds)


def test_pipes_of_the_twin_lie_where_they_lie_and_nodes_are_squares_at_their_ends() -> None:
    bent = line("p3", "pipe", (0.0, 3.0, 5.0), (40.0, 40.0, 5.0), (0.0, 80.0, 5.0))
    shapes = shapes_of(read_pipes("swmm", [*SEWER, bent], 5.0))
    assert set(shapes) == {"m1", "m2", "out", "p1", "p2", "p3", "p3:2"}
    assert bounds(shapes, "p3") == (0.0, 3.0, 40.0, 80.0)
    mark = shapes["m2"][0]
    assert bounds(shapes, "m2")[0] == 100.0 - mark["width_m"] / 2
    assert np.array(mark["points"])[:, 2].tolist() == [9.8, 9.8]


@pytest.mark.parametrize(
    ("parameters", "x", "placed"),
    [
        ({"project": {"origin": [500_000.0, 3_400_000.0, 0.0]}}, 500_000, True),
        ({"offset_m": [-100.0, -3_400_000.0]}, 100, True),
        ({"project": {"origin": [500_000.0, 3_400_000.0, 0.0]}}, 100, False),
        ({}, 100, False),
    ],
)
def test_a_file_is_drawn_where_its_coordinates_say_or_not_at_all(
    tmp_path: Path, parameters: dict[str, Any], x: int, placed: bool
) -> None:
    source = tmp_path / "sewer.inp"
    source.write_text(INPUT.format(x=x, far=x + 100), encoding="utf-8")
    shapes = shapes_of_input(source, parameters, lambda name: f"entity-{name}")
    if placed:
        assert set(shapes) == {"entity-A", "entity-B", "entity-C1"}
        assert bounds(shapes, "entity-C1") == (0.0, 0.0, 100.0, 50.0)
    else:
        assert shapes == {}
