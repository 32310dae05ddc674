"""A scenario that goes on from a checkpoint, in the window and on the command line."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.__main__ import main
from simulation_window_support import cross_town
from tests.app.test_simulation import keep_scenario, open_panel
from twin_model.simulation.scenario import ScenarioStore
from twin_model.store.run_log import RUNS, Run
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["cross_town", "make_window", "project", "qapp_args"]
if any(importlib.util.find_spec(name) is None for name in ("libsumo", "numba")):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)


@pytest.mark.gui
def test_a_scenario_is_made_from_a_checkpoint_changed_and_run(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town, checkpoint_s=30.0)
    window = make_window(cross_town)
    simulation, parts = window.simulation.session, window.simulation
    panel = open_panel(qtbot, window)
    panel.run.click()
    qtbot.waitUntil(lambda: [run.state for run in simulation.runs] == ["finished"], timeout=90_000)
    panel.select("run", "morning-1")
    assert panel.branch.isEnabled()
    actions = panel.checkpoints.actions()
    assert "Traffic" in actions[-1].defaultWidget().text()
    actions = [one for one in actions[:-1] if not one.isSeparator()]
    assert len(actions) == 3, "checkpoints after 30, 60 and 90 s"
    assert [a.text()[16:19] for a in actions] == [":30", ":00", ":30"]
    actions[1].trigger()
    qtbot.waitUntil(lambda: parts.editor is not None and parts.editor.draft is not None)
    editor = parts.editor
    assert editor is not None and editor.draft is not None
    assert editor.origin.text().startswith("morning-1 · ")
    assert not editor.seed.isEnabled()
    assert not editor.start.isVisibleTo(editor) and not editor.is_now.isVisibleTo(editor)
    assert "Begin again from the start, as they keep no state: Traffic." in editor.origin.text()
    assert "as long as" not in editor.origin.text(), "how long it took was measured"
    assert "about 0 s" not in editor.origin.text()
    editor._change(
        lambda document: {**document, "edits": [
            {"entity": "main-road", "name": "speed_limit", "value": 5.0, "engine": "traffic",
             "at_s": 60.0}]}
    )  # fmt: skip
    assert not editor.draft.problem()
    editor.run.click()
    qtbot.waitUntil(
        lambda: (
            len(simulation.runs) == 2 and "running" not in {run.state for run in simulation.runs}
        ),
        timeout=90_000,
    )
    branch = next(run for run in simulation.runs if run.origin == "morning-1")
    assert (branch.state, branch.error, branch.scenario) == ("finished", "", "morning-branch-1")
    panel.select("run", branch.id)
    # The list of runs knows the end a little before the run control does.
    qtbot.waitUntil(lambda: "goes on from morning-1" in panel.control.note.text())


def test_the_command_line_goes_on_from_a_checkpoint_with_the_same_numbers(
    cross_town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_scenario(cross_town, checkpoint_s=30.0)
    folder = str(cross_town)
    assert main(["simulate", folder, "morning", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["runs"][0]
    assert main(["simulate", folder, "--branch", "morning-1@60"]) == 0
    told = capsys.readouterr().out
    assert "morning-branch: goes on from morning-1" in told
    assert "traffic: keeps no state, begins again from the start (takes " in told
    assert ScenarioStore(cross_town).read("morning-branch").branch is not None
    assert main(["simulate", folder, "morning-branch", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)["runs"][0]
    assert again["figures"] == first["figures"]
    runs = [Run(cross_town / RUNS / one["run"]) for one in (first, again)]
    both = [run.series.read(run.period) for run in runs]
    assert len(both[0]) == len(both[1]) > 100
    places = [run.moving.read(run.period) for run in runs]
    assert len(places[0]) == len(places[1]) > 1000
    assert main(["simulate", folder, "x", "--branch", "morning-1@55"]) != 0
    assert "it keeps those at 30 s, 60 s, 90 s" in capsys.readouterr().err
