"""Remakes the stories of the demo city: runs, comparisons, and their pictures in docs/images.

Needs a display: ``xvfb-run -a -s "-screen 0 1920x1080x24" uv run python
tests/bench/simulation/stories.py [--project DIR] [--language zh_CN] [--dark]``. Without a project
the demo city is built in a folder that goes afterwards; runs that are there are used again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.cli.demo import build_demo
from app.composition import build_window, make_application
from app.settings import Settings
from ingest.pipeline.job import Job
from plugins.conductor.session import RunSession
from rendering.camera import CameraPose
from twin_model.simulation.scenario import ScenarioStore
from twin_model.store.run_log import RUNS
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.window import MainWindow

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
_PATIENCE_S = 600.0
#: Where rows of figures keep their indicator.
_INDICATOR = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class Story:
    """Two scenarios, and how they are looked at.

    Parameters
    ----------
    name : str
    scenarios : tuple of two str
    eye, target : tuples of three floats
    map : str
        What the difference is drawn of; empty for no map.
    share : float
        Of the run, at which the two are seen side by side.
    indicator : str
        What roads are coloured by.
    figure : str
        Indicator whose course is seen; the first where empty.
    """

    name: str
    scenarios: tuple[str, str]
    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    map: str
    share: float
    indicator: str = "speed"
    figure: str = ""


STORIES = (
    Story("bridge", ("morning-peak", "bridge-closed"), (40.0, -190.0, 260.0), (225.0, 190.0, 5.0),
          "flow", 0.7, "flow", figure="mean_time_loss"),
    Story("storm", ("rain-50", "rain-50-pump"), (30.0, -60.0, 330.0), (30.0, 130.0, 5.0),
          "water_depth", 0.3, figure="flood_extent"),
    Story("evacuation", ("evacuation", "evacuation-stair-blocked"), (78.0, -172.0, 62.0),
          (78.0, -98.0, 6.0), "crowd_density", 0.25, figure="building_empty_after"),
)  # fmt: skip


def main() -> None:
    """Make everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--images", type=Path, default=IMAGES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shapan-stories-") as scratch:
        project = given.project or Path(scratch) / "city.shapan"
        build_demo(project, "small", Job(), english=given.language == "en")
        chosen = [story for story in STORIES if given.only in story.name]
        # The one that is compared with is computed first.
        for scenario in dict.fromkeys(one for story in chosen for one in story.scenarios):
            compute(project, scenario)
        show(project, chosen, given, Path(scratch))


def compute(project: Path, scenario_id: str) -> None:
    """Run a scenario, unless it has a run already."""
    if (project / RUNS / f"{scenario_id}-1").is_dir():
        return
    began = time.monotonic()
    session = RunSession(project, ScenarioStore(project).read(scenario_id))
    try:
        outcome = session.outcome.result(_PATIENCE_S)
    finally:
        session.close()
    if outcome.state != "finished":
        raise SystemExit(f"{scenario_id}: {outcome.state}: {outcome.error}")
    print(f"{scenario_id}: {time.monotonic() - began:.0f} s", flush=True)
    for engine, figures in outcome.figures.items():
        print("  ", engine, {name: round(value, 2) for name, value in figures.items()}, flush=True)


def wait(until: Callable[[], Any], patience_s: float = 90.0) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + patience_s
    while not until():
        if time.monotonic() > end:
            raise SystemExit(f"waited {patience_s:.0f} s in vain")
        QApplication.processEvents()
        time.sleep(0.005)


def rest(window: MainWindow, seconds: float = 1.5) -> None:
    """Let the view become complete."""
    wait(lambda: window.viewport.complete and not window.viewport.flying)
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)
    wait(lambda: window.viewport.complete)


def show(project: Path, stories: list[Story], given: argparse.Namespace, scratch: Path) -> None:
    """Open the window and take the pictures of every story."""
    make_application()
    settings = Settings(scratch / "window.ini")
    window = build_window(None, settings=settings, dark=given.dark, language=given.language)
    window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    window.setGeometry(0, 0, 1600, 900)
    window.show()
    wait(lambda: window.complete)
    if not window.open_project(project):
        raise SystemExit(window.overlays.notice.text)
    rest(window)
    given.images.mkdir(parents=True, exist_ok=True)
    for story in stories:
        picture(window, story, given.images)
    window.close()
    QApplication.processEvents()


def picture(window: MainWindow, story: Story, images: Path) -> None:
    """Take the pictures of one story: the difference, and both runs side by side."""
    simulation = window.simulation
    wait(lambda: bool(simulation.session.runs))
    window.viewport.set_pose(CameraPose(story.eye, story.target))
    simulation.shown.set_indicator(story.indicator)
    simulation.compare([f"{one}-1" for one in story.scenarios])
    wait(lambda: simulation.compared.data is not None)
    panel = simulation.comparison
    assert panel is not None
    for row in range(panel.figures.rowCount()):
        item = panel.figures.item(row, 0)
        if item is not None and item.data(_INDICATOR) == story.figure:
            panel.figures.selectRow(row)
    if story.map:
        panel.map.setCurrentIndex(panel.map.findData(story.map))
        panel.map.activated.emit(panel.map.currentIndex())
        wait(lambda: simulation.compared.map is not None)
        rest(window)
        save(window, images / f"simulation-{story.name}-difference.png")
        panel.map.setCurrentIndex(0)
        panel.map.activated.emit(0)
    panel.tabs.setCurrentIndex(1 if panel.entities.rowCount() else 0)
    panel.beside.click()
    sides, shown = simulation.sides, simulation.shown
    wait(lambda: sides.left is not None and sides.left.picture is not None
         and shown.picture is not None)  # fmt: skip
    assert shown.recording is not None and sides.side.other is not None
    period, other = shown.recording.period, sides.side.other
    at = period.start.us + round(story.share * (period.end.us - period.start.us))
    window.timeline.set_instant(Instant(at))
    left = sides.left
    wait(lambda: left is not None and not left._reading and not shown._reading)
    rest(window)
    wait(lambda: other.complete)
    save(window, images / f"simulation-{story.name}.png")
    simulation.compared.leave()
    shown.leave()


def save(window: MainWindow, place: Path) -> None:
    """Save the whole window."""
    window.grab().save(str(place))
    print(place, flush=True)


if __name__ == "__main__":
    main()
