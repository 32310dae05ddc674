"""From a click to the Entity panel painted, in a window on a project of a million entities.

    xvfb-run -a -s "-screen 0 1920x1080x24" uv run python tests/bench/panel.py
    xvfb-run -a … uv run python tests/bench/panel.py --entities 100000     a smaller project

Prints ``name, ours, limit, ratio``; the limit is 100 ms. The project is that of `twin.py`, made in
--folder where it is not there yet (a million entities with ten relations each take minutes).
Clicks are real mouse events, on lines of the list of entities and on things in the scene. Painted
is when what the panel shows of the clicked thing (name, form, relations) is in the window's
pixels: the event loop's first turn after the panel's own painting. The first click is told apart:
it makes what later ones find made. How long the list takes to open a type is no part of it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.composition import build_window, make_application
from app.item_models.entities import ENTITY_ROLE
from app.settings import Settings
from app.window import MainWindow
from twin_model.entity import Entity

LIMIT_MS = 100.0
_PATIENCE_S = 5.0


class Painted(QObject):
    """Notes when a widget has been painted and the event loop turned once more."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.at_s = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at paintings only."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._note)
        return False

    def _note(self) -> None:
        self.at_s = time.perf_counter()


def wait(until: Callable[[], bool], patience_s: float) -> bool:
    """Let the window work until something is so; return whether it came to be."""
    end = time.perf_counter() + patience_s
    while not until():
        if time.perf_counter() > end:
            return False
        QApplication.processEvents()
        time.sleep(0.0002)
    return True


def settle(seconds: float = 0.25) -> None:
    """Let what follows a click end, such as the scene's next frame."""
    end = time.perf_counter() + seconds
    wait(lambda: time.perf_counter() > end, seconds * 2)


class Clicks:
    """Clicks, and how long the panel took after each.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._painted = Painted(window.entity_panel.fields.viewport())

    def click(self, widget: QWidget, at: QPoint) -> float | None:
        """Click and return the milliseconds until the panel is painted; None where nothing is."""
        panel = self._window.entity_panel
        before = panel.entity.id if panel.entity else ""
        began = time.perf_counter()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

        def shown() -> bool:
            entity = panel.entity
            return entity is not None and entity.id != before and self._painted.at_s > began

        return (self._painted.at_s - began) * 1e3 if wait(shown, _PATIENCE_S) else None

    def in_list(self, count: int) -> list[float]:
        """Click on lines of the list, which is opened at each type in turn."""
        tree, model = self._window.entities_panel.tree, self._window.entities_panel.model
        chance, found = np.random.default_rng(2), []
        for n in range(count):
            kind = model.index(n % model.rowCount(), 0)
            tree.collapseAll()
            tree.expand(kind)
            wait(lambda kind=kind: model.rowCount(kind) > 10, _PATIENCE_S)  # type: ignore[misc]
            line = model.index(int(chance.integers(0, min(model.rowCount(kind), 200))), 0, kind)
            if not isinstance(line.data(ENTITY_ROLE), Entity):
                continue
            tree.scrollTo(line)
            settle()
            took = self.click(tree.viewport(), tree.visualRect(line).center())
            found += [took] if took is not None else []
        return found

    def in_scene(self, centre: str, count: int) -> list[float]:
        """Click on things in the scene, seen from near one of them."""
        view, found = self._window.viewport, []
        self._window.interaction.fly_to_id(centre)
        wait(lambda: view.complete and not view.flying, 60)
        settle(2.0)
        spots = [
            QPoint(x, y)
            for y in range(view.height() // 3, view.height() - 40, 24)
            for x in range(40, view.width() - 40, 24)
        ]
        for number in np.random.default_rng(3).permutation(len(spots)):
            at, panel = spots[number], self._window.entity_panel
            entity = self._window.interaction.entity_of(view.pick_at(at.x(), at.y()))
            if entity is None or (panel.entity and entity.id == panel.entity.id):
                continue
            settle(1.0)
            took = self.click(view, at)
            found += [took] if took is not None else []
            if len(found) >= count:
                break
        return found


def tell(name: str, taken: list[float]) -> None:
    """Print the figures of one way to click."""
    if not taken:
        print(f"{name}: nothing was hit, , , ")
        return
    first, later = taken[0], taken[1:] or taken
    for what, value in (
        ("first", first), ("p50", np.percentile(later, 50)), ("p95", np.percentile(later, 95)),
    ):  # fmt: skip
        print(f"{name}, {what} (ms), {value:.0f}, {LIMIT_MS:.0f}, {value / LIMIT_MS:.2f}")
    print(f"  clicks, {len(taken)}, , ")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--degree", type=int, default=10)
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-twin")
    arguments = parser.parse_args()
    folder = arguments.folder / f"city-{arguments.entities}.shapan"
    if not folder.exists():
        from twin import build  # beside this file

        folder.parent.mkdir(parents=True, exist_ok=True)
        build(folder, arguments.entities, arguments.degree)
    make_application()
    with tempfile.TemporaryDirectory(prefix="shapan-bench-") as place:
        window = build_window(None, settings=Settings(Path(place) / "window.ini"))
        window.resize(1600, 900)
        window.show()
        wait(lambda: window.complete, 60)
        began = time.perf_counter()
        window.open_project(folder)
        wait(lambda: window.viewport.complete and window.entities_panel.model.rowCount() > 0, 300)
        settle(4.0)  # the catalogue of types is read meanwhile, as it is for users
        print("name, ours, limit, ratio")
        print(f"open, scene and lists filled (s), {time.perf_counter() - began:.1f}, , ")
        clicks = Clicks(window)
        tell("click in the list", clicks.in_list(arguments.clicks))
        # Of so many things without a layer the first hundred thousand are drawn.
        middle = f"e{min(arguments.entities, 100_000) // 2}"
        tell("click in the scene", clicks.in_scene(middle, arguments.clicks))
        sys.stdout.flush()
        window.close()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # threads that still draw are of no interest here
