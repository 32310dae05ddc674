"""The traffic light and its program, chosen by the roads that meet there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app import messages
from app.simulation.words import signals_off
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.simulation.templates import STREETS

if TYPE_CHECKING:
    from app.workers import Background
    from plugins.builtin.sumo.lights import Light
    from twin_model.twin import Twin

translate = QCoreApplication.translate
_KEY: Final = "traffic-lights"
_OFF: Final = "off"
#: Names of a few crossings in a message.
_MOST_NAMES: Final = 4


class TrafficLights:
    """Reads the lights of the network that a scenario would run on, in a thread.

    Parameters
    ----------
    twin : Twin
    background : Background
    """

    def __init__(self, twin: Twin, background: Background) -> None:
        self._twin = twin
        self._background = background

    def ask(self, network: str, answer: Callable[[list[Light] | str], object]) -> None:
        """Answer with the lights of a file, or of the twin's roads; with what is wrong otherwise.

        Parameters
        ----------
        network : str
            Named wholly or from the project's folder; empty for the twin's roads.
        answer : callable
        """
        twin = self._twin

        def work() -> list[Light] | str:
            from plugins.builtin.sumo.lights import lights_of_file, lights_of_roads
            from plugins.conductor.assumed import AssumedTwin
            from plugins.conductor.run import find_programs

            find_programs()
            try:
                if network:
                    return lights_of_file(twin.path / network)
                roads = AssumedTwin(twin, None, ()).entities(EntityQuery(where=STREETS))
                return lights_of_roads(roads)
            except ShapanError as error:
                return messages.shown(str(error))
            except OSError as error:
                return f"{Path(network).name}: {error.strerror}"

        self._background.ask(_KEY, work, answer)

    def drop(self) -> None:
        """Answer no more."""
        self._background.drop(_KEY)


class LightFields:
    """Two choices that belong together: a light by name, and the programs that it has.

    Parameters
    ----------
    parent : QWidget
    lights : TrafficLights, optional
        Without it both are typed.
    """

    def __init__(self, parent: QWidget, lights: TrafficLights | None) -> None:
        self._lights = lights
        self._known: list[Light] = []
        self._problem = ""
        self.light, self.program = QComboBox(parent), QComboBox(parent)
        self.light.setEditable(True)
        self.light.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self.light.completer()
        assert completer is not None
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.light.currentTextChanged.connect(self._offer_programs)
        self.program.setEditable(lights is None)
        self._offer_programs()

    def read(self, network: str) -> None:
        """Offer the lights of a network; of the twin's roads for an empty name."""
        if self._lights is None:
            return
        self._say(translate("Asked", "Reading the traffic lights of the network…"))
        self._lights.ask(network, self._take)

    def _say(self, text: str) -> None:
        line = self.light.lineEdit()
        if line is not None:
            line.setPlaceholderText(text)

    def _take(self, found: list[Light] | str) -> None:
        chosen = self.chosen_light()
        self._known = [] if isinstance(found, str) else found
        self._problem = found if isinstance(found, str) else ""
        self.light.clear()
        titles = [one.title for one in self._known]
        for one in self._known:
            twice = titles.count(one.title) > 1
            self.light.addItem(f"{one.title} ({one.id})" if twice else one.title, one.id)
        self.light.setCurrentIndex(self.light.findData(chosen) if chosen else -1)
        if self.light.currentIndex() < 0:
            self.light.setEditText(chosen)
        self._say(
            self._problem
            or translate("Asked", "Roads that meet there, of {0} traffic lights").format(len(found))
        )
        self._offer_programs()

    def _offer_programs(self, _: Any = None) -> None:
        before = self.program.currentData()
        light = next((one for one in self._known if one.id == self.chosen_light()), None)
        self.program.clear()
        for name in () if light is None else light.programs:
            self.program.addItem(translate("Asked", "Program {0}").format(name), name)
        self.program.addItem(signals_off(), _OFF)
        self.program.setCurrentIndex(max(0, self.program.findData(before)))

    def chosen_light(self) -> str:
        """Return the id of the light that is chosen or typed; empty for none."""
        text = self.light.currentText().strip()
        for one in range(self.light.count()):
            if text.lower() in (self.light.itemText(one).lower(), self.light.itemData(one).lower()):
                return str(self.light.itemData(one))
        return text

    def chosen_program(self) -> str:
        """Return the number of the program that is chosen, or ``off``."""
        if self.program.isEditable():
            return self.program.currentText().strip()
        return str(self.program.currentData())

    def wrong(self) -> str:
        """Return what is wrong with the light; empty for nothing, or where no lights are known."""
        chosen = self.chosen_light()
        if not chosen or not self._known or chosen in {one.id for one in self._known}:
            return ""
        return translate("Asked", "the network has no traffic light {0}; it has {1}").format(
            chosen, ", ".join(one.title for one in self._known[:_MOST_NAMES]) + " …"
        )
