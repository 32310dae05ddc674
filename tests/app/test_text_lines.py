"""Long names keep what tells them apart."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from app.graph.items import NodeItem
from app.text_lines import in_two_lines
from app.theme import small_font
from twin_model.entity import Entity
from window_support import MakeWindow

pytestmark = pytest.mark.gui


def test_names_that_differ_in_their_middle_or_end_stay_different(qtbot: QtBot) -> None:
    metrics = QFontMetrics(small_font())
    names = [
        "Storeys above ground", "Storeys below ground", "Short",
        "Pumping station north, hall 3, pump 17", "Pumping station north, hall 3, pump 18",
        "港区三号泵站一号泵房一号离心水泵", "港区三号泵站一号泵房二号离心水泵",
    ]  # fmt: skip
    lines = [in_two_lines(name, metrics, 104) for name in names]
    assert len({tuple(one) for one in lines}) == len(names)
    assert lines[2] == ["Short"]
    assert lines[0] == ["Storeys above", "ground"]
    assert lines[3][0].startswith("Pumping") and lines[3][1].endswith("pump 17")
    assert all(metrics.horizontalAdvance(line) <= 104 for one in lines for line in one)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("maximum_allowed_operating_pressure", ["maximum_allowed_", "operating_pressure"]),
        ("Pset_BuildingCommon.IsExternal", ["Pset_Building", "Common.IsExternal"]),
        ("a internationalisation", ["a", "internationalisation"]),
        ("Electroencephalographically", ["Electroencephalog-", "raphically"]),
        ("Feuerwiderstandsklasse", ["Feuerwiderstandsk-", "lasse"]),
    ],
)
def test_long_words_are_broken_where_one_reads_on(
    qtbot: QtBot, name: str, lines: list[str]
) -> None:
    metrics = QFontMetrics(small_font())
    assert in_two_lines(name, metrics, 106) == lines
    assert all(metrics.horizontalAdvance(line) <= 106 for line in lines)


def test_neighbours_of_one_kind_have_different_names_in_the_graph(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    s = window.services
    names = [f"Pumping station north, hall 3, pump {n}" for n in (17, 18)]
    nodes = [NodeItem(Entity(name, "pump", name), s.theme, s.icons) for name in names]
    assert nodes[0]._name(bold=False) != nodes[1]._name(bold=False)
