"""The alarm list arranged in threads: causes, places, systems, and rows that come and go."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from app.alarms.arranging import Grouping, Show, Wish, arrange
from app.alarms.paths import AlarmPaths
from app.alarms.picture import AlarmPicture, count
from app.alarms.table import AlarmTable
from app.icons import IconSet
from app.item_models.alarms import AlarmsModel
from app.theme import Theme
from twin_model.alarms.model import PRIORITIES, Alarm, AlarmPoint, AlarmStatus
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.schema.types import Severity
from twin_model.twin import Twin
from window_support import qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["qapp_args"]
pytestmark = pytest.mark.gui


def alarm(name: str, priority: Severity = Severity.MEDIUM, cause: str = "", us: int = 1) -> Alarm:
    point = AlarmPoint(f"{name}/r", name, f"{name} is wrong", priority)
    status = AlarmStatus(point.id, priority, active=True, raised_us=us, standing=True,
                         acknowledged=False, cause=f"{cause}/r" if cause else "")  # fmt: skip
    return Alarm(point, status, status.state)


def texts(picture: AlarmPicture, **wish: Any) -> list[str]:
    return [
        "  " * row.depth + (row.text or row.key.partition("/")[0])
        for row in arrange(picture, Wish(**wish)).rows
    ]


def test_consequences_are_folded_under_the_cause_and_counted_at_every_depth() -> None:
    alarms = [
        alarm("pump", Severity.LOW),
        alarm("valve", cause="pump"),
        alarm("tank", Severity.URGENT, cause="valve"),
        alarm("lamp", Severity.HIGH),
    ]
    found = arrange(AlarmPicture(alarms), Wish())
    assert [(row.key, row.below, row.worst) for row in found.rows] == [
        ("pump/r", 2, Severity.URGENT), ("lamp/r", 0, None),
    ]  # fmt: skip
    assert texts(AlarmPicture(alarms), toggled=frozenset({"pump/r", "valve/r"})) == [
        "pump", "  valve", "    tank", "lamp",
    ]  # fmt: skip
    assert {a.point.entity for a in found.all_under(["pump/r"])} == {"valve", "tank"}


def test_a_circle_of_causes_hides_nothing() -> None:
    alarms = [alarm("a", cause="b", us=3), alarm("b", cause="a", us=2), alarm("c"),
              alarm("d", Severity.URGENT, cause="a")]  # fmt: skip
    found = arrange(AlarmPicture(alarms), Wish())
    assert [(row.key, row.below) for row in found.rows] == [("b/r", 2), ("c/r", 0)]
    assert {a.point.entity for a in found.all_under(["b/r"])} == {"a", "d"}
    alarms.pop()
    assert sorted(texts(AlarmPicture(alarms), grouping=Grouping.NONE)) == ["a", "b", "c"]
    assert texts(AlarmPicture(alarms), filter="a wrong") == ["a"]


@pytest.fixture
def harbour(tmp_path: Path) -> Any:
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    with Twin.create(tmp_path / "a.shapan", frame, "Harbour") as twin:
        names = {"site": "Harbour", "hall": "Hall 3", "p1": "P-01", "p2": "P-02", "main": "Main",
                 "port": "Port", "quay": "Quay", "crane": "Crane 1"}  # fmt: skip
        entities = [Entity(name, "sensor", shown) for name, shown in names.items()]
        twin.execute(AddEntities(entities, [
            Relation("1", "contains", "site", "hall"), Relation("2", "contains", "hall", "p1"),
            Relation("3", "contains", "site", "p2"), Relation("4", "feeds", "main", "p1"),
            Relation("5", "feeds", "p1", "p2"),
            *(Relation(f"{a}-{b}", "within", a, b, computed=True)
              for a, b in (("crane", "port"), ("crane", "quay"), ("quay", "port"))),
        ]))  # fmt: skip
        yield AlarmPaths(twin), names


def test_the_tree_shows_alarms_by_place_and_by_system_the_worst_first(harbour: Any) -> None:
    paths, names = harbour
    alarms = [alarm("p1", Severity.URGENT), alarm("elsewhere", Severity.HIGH), alarm("p2")]
    ids = [a.point.entity for a in alarms]

    def named(wanted: Any) -> dict[str, str]:
        return {one: names.get(one, one) for one in wanted}

    picture = AlarmPicture(
        alarms, places=paths.places(ids, named), systems=paths.systems(ids, named)
    )
    assert texts(picture, grouping=Grouping.PLACE) == [
        "Harbour", "  p2", "  Hall 3", "    p1", "Elsewhere", "  elsewhere",
    ]  # fmt: skip
    assert texts(picture, grouping=Grouping.SYSTEM) == [
        "Main", "  P-01", "    p1", "    p2", "Elsewhere", "  elsewhere",
    ]  # fmt: skip
    rows = arrange(picture, Wish(Grouping.PLACE)).rows
    assert (rows[0].below, rows[0].worst) == (2, Severity.URGENT)
    closed = frozenset({rows[0].key})
    assert texts(picture, grouping=Grouping.PLACE, toggled=closed) == [
        "Harbour", "Elsewhere", "  elsewhere",
    ]  # fmt: skip


def test_what_nothing_contains_is_in_what_it_lies_in_the_innermost_last(harbour: Any) -> None:
    paths, names = harbour

    def named(wanted: Any) -> dict[str, str]:
        return {one: names[one] for one in wanted}

    assert paths.places(["crane", "p1", "main"], named) == {
        "crane": ("Port", "Quay"), "p1": ("Harbour", "Hall 3"),
    }  # fmt: skip


def test_figures_count_what_stands_waits_and_chatters() -> None:
    alarms = [alarm("a", Severity.HIGH), alarm("b", cause="a"), alarm("c")]
    found = count(alarms, 90_000_000_000)
    assert found.by_priority == {Severity.HIGH: 1, Severity.MEDIUM: 2}
    assert (found.waiting, found.roots, found.stale) == (3, 2, 3)
    assert texts(AlarmPicture(alarms), show=Show.SHELVED) == []


def test_rows_that_come_go_and_move_keep_selection_and_model_in_step(
    qtbot: QtBot, qtmodeltester: Any
) -> None:
    model, view = AlarmsModel(), QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    qtmodeltester.check(model, force_py=False)
    chance = random.Random(5)
    names = [f"e{n}" for n in range(60)]
    for step in range(150):
        here = chance.sample(names, chance.randrange(0, 60))
        alarms = [alarm(name, chance.choice(PRIORITIES), us=step) for name in here]
        model.take(arrange(AlarmPicture(alarms), Wish(Grouping.NONE)))
        assert [row.key for row in model.rows] == [f"{name}/r" for name in here]
        assert model.rowCount() == len(here) == view.verticalHeader().count()
        assert all(model.row_of(f"{name}/r") == n for n, name in enumerate(here))


def test_a_row_that_has_gone_stays_greyed_while_it_is_held(qtbot: QtBot) -> None:
    model, view = AlarmsModel(), QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    three = [alarm("a"), alarm("b"), alarm("c")]
    model.take(arrange(AlarmPicture(three), Wish(Grouping.NONE)))
    flags = QItemSelectionModel.SelectionFlag
    view.selectionModel().select(model.index(2, 0), flags.Select | flags.Rows)
    model.take(arrange(AlarmPicture([three[0], three[2]]), Wish(Grouping.NONE)), held="b/r")
    assert [(row.key, row.gone) for row in model.rows] == [
        ("a/r", False), ("b/r", True), ("c/r", False),
    ]  # fmt: skip
    assert (model.row_of("b/r"), model.row_of("c/r")) == (1, 2)
    assert [i.row() for i in view.selectionModel().selectedRows()] == [2]
    model.take(arrange(AlarmPicture([three[0], three[2]]), Wish(Grouping.NONE)))
    assert [row.key for row in model.rows] == ["a/r", "c/r"]


class Paintings(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_rows_that_appear_with_a_scroll_bar_or_in_an_empty_list_are_painted_once(
    qtbot: QtBot,
) -> None:
    theme, model = Theme(dark=False), AlarmsModel()
    window = QWidget()
    qtbot.addWidget(window)
    table = AlarmTable(theme, IconSet(theme), model)
    QVBoxLayout(window).addWidget(table)
    table.hide()
    window.resize(1100, 400)
    window.show()
    qtbot.waitExposed(window)
    paintings = Paintings(table.viewport())

    def take(rows: int) -> None:
        found = arrange(AlarmPicture([alarm(f"a{n}") for n in range(rows)]), Wish())
        table.keep_still(partial(model.take, found))
        table.setVisible(rows > 0)
        qtbot.wait(60)

    def painted(before: int, rows: int) -> int:
        take(before)
        paintings.count = 0
        take(rows)
        assert table.horizontalHeader().length() == table.viewport().width()
        return paintings.count

    for before, rows in ((0, 4), (4, 500)):
        # The window system may ask for a painting more, though not each time.
        assert any(painted(before, rows) == 1 for _ in range(5))
    assert table.verticalScrollBar().isVisible()
    table.setColumnWidth(0, 100)  # as somebody does
    assert table.horizontalHeader().length() == table.viewport().width()
