"""shapan simulate, as a planner without a window uses it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from twin_model.store.run_log import Run

if any(importlib.util.find_spec(name) is None for name in ("swmm", "wntr", "jupedsim")):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)


def shapan(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "app", *words], capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "works.shapan"
    shapan("new", str(folder), "--crs", "EPSG:32650", "--origin", "500000,3400000,0")
    return folder


HALL = [
    "area=[[0,0],[12,0],[12,10],[0,10]]",
    'exits={"west":[[0,4],[0.6,4],[0.6,6],[0,6]],"east":[[11.4,4],[12,4],[12,6],[11.4,6]]}',
    "people=30", "duration_s=60",
]  # fmt: skip


def sets(pairs: list[str]) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


def test_an_evacuation_is_made_from_a_template_run_and_run_again_with_other_seeds(
    project: Path,
) -> None:
    made = shapan("simulate", str(project), "hall", "--template", "evacuation", *sets(HALL))
    assert "hall" in made.stdout
    listed = json.loads(shapan("simulate", str(project), "--json").stdout)
    assert [(one["id"], one["template"]) for one in listed] == [("hall", "evacuation")]
    found = json.loads(shapan("simulate", str(project), "hall", "--json").stdout)
    (run,) = found["runs"]
    assert run["state"] == "finished"
    figures = run["figures"]["people"]
    assert figures["people_out"] == 30 and 5.0 < figures["evacuation_time"] < 60.0
    # The same seed gives the same figures; other seeds others, with their spread.
    words = ["simulate", str(project), "hall", "--runs", "3", "--json"]
    again = json.loads(shapan(*words).stdout)
    assert [one["seed"] for one in again["runs"]] == [1, 2, 3]
    assert again["runs"][0]["figures"] == run["figures"]
    spread = again["over_all"]["people"]["evacuation_time"]
    assert spread["least"] < spread["mean"] < spread["most"] and spread["deviation"] > 0.0


def test_set_changes_a_parameter_and_the_run_says_so(project: Path) -> None:
    shapan("simulate", str(project), "hall", "--template", "evacuation", *sets(HALL))
    words = ["simulate", str(project), "hall", "--set", "people=5", "--json"]
    (run,) = json.loads(shapan(*words).stdout)["runs"]
    assert run["figures"]["people"]["people_out"] == 5
    assert Run(Path(run["folder"])).about["scenario"]["parameters"] == {"people": 5}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing"], 1, "there is no scenario nothing"),
        (["hall", "--set", "peple=5"], 1, "scenario hall has no parameter peple"),
        (["hall", "--set", "people"], 2, "not NAME=VALUE"),
        (["hall", "--runs", "0"], 2, "at least 1"),
        (["x", "--template", "evacuation"], 1, "the template evacuation needs area"),
        (["hall", "--set", "people.speed_m_s=-1"], 1, "speed_m_s = -1 is no number"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    project: Path, words: list[str], code: int, said: str
) -> None:
    shapan("simulate", str(project), "hall", "--template", "evacuation", *sets(HALL))
    done: Any = shapan("simulate", str(project), *words, code=code)
    errors = [line for line in done.stderr.splitlines() if line]
    assert len(errors) == 1 and errors[0].startswith("error: ") and said in errors[0]


def test_a_project_that_is_not_there_ends_with_code_3(tmp_path: Path) -> None:
    assert "no such folder" in shapan("simulate", str(tmp_path / "x"), "y", code=3).stderr
