"""The form of a template offers what there is by name, and takes what is meant only."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from app.simulation.building_plans import BuildingPlans
from app.simulation.light_fields import TrafficLights
from app.simulation.template_form import TemplateDialog
from app.simulation.typed_entities import TypedEntities
from simulation_window_support import cross_town
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.twin import Twin
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["cross_town", "make_window", "project", "qapp_args"]
if importlib.util.find_spec("libsumo") is None:
    pytest.skip("needs the extra `simulation`", allow_module_level=True)
pytestmark = pytest.mark.gui


def form(window: MainWindow, template: str, selection: Sequence[Entity] = ()) -> TemplateDialog:
    twin, background = window.session.required, window.services.background
    dialog = TemplateDialog(
        window, template, selection, [], set(), BuildingPlans(twin, background),
        TypedEntities(twin, background), TrafficLights(twin, background),
    )  # fmt: skip
    dialog.show()
    return dialog


def test_traffic_lights_are_offered_by_the_roads_that_meet_there(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    dialog = form(make_window(cross_town), "signal-plan")
    light, program = dialog.fields["signal"], dialog.fields["program"]
    assert isinstance(light, QComboBox) and isinstance(program, QComboBox)
    qtbot.waitUntil(lambda: light.count() > 1, timeout=30_000)
    names = [light.itemText(n) for n in range(light.count())]
    assert "Main Road / West Street" in names and light.currentText() == ""
    light.setEditText("Nowhere")
    dialog.make.click()
    assert dialog.problem.text().startswith(
        "Traffic light: the network has no traffic light Nowhere; it has East Street / Main Road"
    )
    light.setEditText("main road / west street")  # as somebody types it
    assert [program.itemText(n) for n in range(program.count())] == ["Program 0", "signals off"]
    program.setCurrentIndex(1)
    dialog.make.click()
    qtbot.waitUntil(lambda: dialog.scenario is not None, timeout=10_000)
    assert dialog.scenario is not None
    (edit,) = dialog.scenario.edits
    assert edit.entity == light.itemData(names.index("Main Road / West Street"))
    assert dialog.scenario.parameters == {"program": -1.0}


def test_a_manhole_is_no_pump_and_a_room_is_called_by_its_name(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    manhole = Entity("m-1", "manhole", "Manhole T1", (0.0, 0.0, 0.0))
    with Twin.open(cross_town) as twin:
        pump = Entity("p-1", "pump", "Planned pump", (0.0, 0.0, 0.0))
        twin.execute(AddEntities([manhole, pump], []))
    window = make_window(cross_town)
    dialog = form(window, "pump-failure", [manhole])
    asked = dialog.fields["pump"]
    assert isinstance(asked, QLineEdit) and asked.text() == "Manhole T1"
    dialog.make.click()
    qtbot.waitUntil(dialog.problem.isVisible, timeout=10_000)
    assert dialog.problem.text() == (
        "Pump: Manhole T1 is of the type manhole, and one of the type pump or pumping station is "
        "meant, such as Planned pump"
    )
    asked.setText("Planned pump")
    dialog.make.click()
    qtbot.waitUntil(lambda: dialog.scenario is not None, timeout=10_000)
    assert dialog.scenario is not None and dialog.scenario.edits[0].entity == "p-1"
    # An evacuation takes names, too, and says what it does not know by what was typed.
    leaving = form(window, "evacuation")
    area = leaving.fields["area"]
    assert isinstance(area, QLineEdit)
    area.setText("Hall of nowhere")
    area.editingFinished.emit()
    qtbot.waitUntil(leaving.problem.isVisible, timeout=10_000)
    assert leaving.problem.text() == "nothing in the project is called Hall of nowhere"
    leaving.reject()
