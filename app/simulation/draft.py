"""A scenario that is being edited: its document, what is wrong with it, undo and redo."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

from twin_model.errors import SimulationError
from twin_model.simulation.scenario import Scenario, read_scenario, scenario_json

_MOST_STEPS: Final = 200


class ScenarioDraft:
    """Changes one field after the other; what is not a scenario yet says why.

    Parameters
    ----------
    scenario : Scenario
    fresh : bool
        Whether it is not kept with the project yet.
    """

    def __init__(self, scenario: Scenario, *, fresh: bool = False) -> None:
        self.id = scenario.id
        self.fresh = fresh
        self._document = scenario_json(scenario)
        self._kept = copy.deepcopy(self._document)
        self._past: list[dict[str, Any]] = []
        self._future: list[dict[str, Any]] = []

    @property
    def document(self) -> dict[str, Any]:
        """The document; a copy."""
        return copy.deepcopy(self._document)

    @property
    def changed(self) -> bool:
        """Whether it differs from what is kept."""
        return self.fresh or self._document != self._kept

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._future)

    def put(self, document: dict[str, Any]) -> bool:
        """Take a changed document; return whether it is another."""
        if document == self._document:
            return False
        self._past = [*self._past[-_MOST_STEPS:], self._document]
        self._future = []
        self._document = copy.deepcopy(document)
        return True

    def set(self, name: str, value: Any) -> bool:
        """Change one field of the document; return whether it is another."""
        return self.put({**self._document, name: value})

    def undo(self) -> None:
        """Take the last change back."""
        if self._past:
            self._future.append(self._document)
            self._document = self._past.pop()

    def redo(self) -> None:
        """Make the last change again that was taken back."""
        if self._future:
            self._past.append(self._document)
            self._document = self._future.pop()

    def revert(self) -> None:
        """Go back to what is kept, as one change."""
        self.put(self._kept)

    def saved(self) -> None:
        """Take note that the present document is kept."""
        self._kept = copy.deepcopy(self._document)
        self.fresh = False

    def scenario(self) -> Scenario:
        """Return the scenario that the document says.

        Raises
        ------
        SimulationError
            If it is none.
        """
        made = read_scenario(self.id, self._document)
        for engine in made.engines:
            made.resolved(dict(engine.parameters))
        for edit in made.edits:
            if not edit.entity or not edit.name:
                raise SimulationError(
                    "", f"scenario {self.id}: an assumption names no entity or no attribute",
                    remedy="fill in its line, or remove it",
                )  # fmt: skip
            made.resolved(edit.value)
        return made

    def problem(self) -> str:
        """Return what is wrong; empty where it is a scenario."""
        try:
            self.scenario()
        except SimulationError as error:
            return str(error)
        return ""


def value_of(text: str) -> Any:
    """Return what a user typed as a value: JSON where it is any, else text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def text_of(value: Any) -> str:
    """Return a value as a user types it."""
    if isinstance(value, str) and not isinstance(value_of(value), (int, float, bool, list, dict)):
        return value
    return json.dumps(value, ensure_ascii=False)
