"""A real window on a small real project, for tests that drive it with mouse and keys.

Test modules import the fixtures they use by name.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from twin_model.commands import AddLayers
from twin_model.entity import Codes, Entity, Relation
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.tiles.write import Primitive, TileNode, bounds_of, encode_glb, write_tileset
from twin_model.twin import Twin

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

MakeWindow = Callable[..., "MainWindow"]


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Set what must be set before pytest-qt makes the application."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        pytest.skip("no X display: run under xvfb-run")
    from app.composition import prepare_application

    prepare_application()
    return ["shapan"]


def box(x: float, y: float, width: float, height: float, feature: int) -> Primitive:
    """Return a box on the ground, eight corners twice for sharp edges."""
    corners = np.array(
        [(i, j, k) for k in (0.0, height) for j in (y, y + width) for i in (x, x + width)]
    )
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    position = np.vstack([corners[list(quad)] for quad in quads])
    triangles = np.vstack([[(4 * n, 4 * n + 1, 4 * n + 2), (4 * n, 4 * n + 2, 4 * n + 3)]
                           for n in range(6)])  # fmt: skip
    return Primitive(
        position=position,
        triangles=triangles.astype(np.uint32),
        feature=np.full(len(position), feature, dtype=np.uint32),
        base_colour=(0.8, 0.78, 0.74, 1.0),
    )


def add_boxes(twin: Twin, layer_id: str, name: str, x: float, epoch: str | None) -> None:
    """Add a layer of two boxes, with an entity each and a relation between them."""
    boxes = [box(x, 0.0, 40.0, 60.0, 0), box(x + 60.0, 0.0, 30.0, 25.0, 1)]
    folder = twin.layer_folder(layer_id)
    folder.mkdir(parents=True)
    bounds = bounds_of(boxes)
    (folder / "0.glb").write_bytes(encode_glb(boxes))
    write_tileset(folder, TileNode(bounds, 0.0, "0.glb"), twin.frame)
    entities = [
        Entity(f"{layer_id}-{n}", "building", f"{name} {n}", (x + 20.0 + 55.0 * n, 20.0, 0.0),
               layer=layer_id, feature=n, attributes={"height": 60.0 - 35.0 * n, "use": "office"},
               codes=Codes(management=f"3103-{n}"))
        for n in range(2)
    ]  # fmt: skip
    layer = Layer(
        id=layer_id, name=name, kind="mesh", role=LayerRole.MESH, format="glTF 2.0",
        source=f"/data/{layer_id}.glb", content="tileset.json", epoch=epoch,
        bounds_local=bounds, counts={"triangles": 24, "features": 2},
        attribution="© Test city",
    )  # fmt: skip
    relation = Relation(f"{layer_id}-r", "adjacent", f"{layer_id}-0", f"{layer_id}-1")
    twin.execute(AddLayers([layer], entities, [relation]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with two layers of boxes, surveyed in 2020 and 2024."""
    folder = tmp_path / "harbour.shapan"
    with Twin.create(folder, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Harbour") as twin:
        add_boxes(twin, "old-town", "Old town", 0.0, "2020-05-01")
        add_boxes(twin, "new-quay", "New quay", 150.0, "2024-03")
    return folder


def flush() -> None:
    """Delete what waits for deletion; processEvents alone never does."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeWindow]:
    """Make windows with settings of their own; all are closed and deleted at the end."""
    from app.composition import build_window
    from app.settings import Settings

    made: list[MainWindow] = []

    def make(
        project: Path | None = None,
        *,
        dark: bool = False,
        language: str = "en",
        settings: Settings | None = None,
        size: tuple[int, int] = (1280, 800),
        safe_mode: bool = False,
    ) -> MainWindow:
        window = build_window(
            None, settings=settings or Settings(tmp_path / "window.ini"), dark=dark,
            language=language, safe_mode=safe_mode,
        )  # fmt: skip
        made.append(window)
        # Without a window manager a frame would put the window somewhere else.
        window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        window.setGeometry(0, 0, *size)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: window.complete, timeout=60_000)
        if project is not None:
            assert window.open_project(project)
            wait_complete(qtbot, window)
        return window

    yield make
    while made:
        end(made.pop())
    flush()
    gc.unfreeze()  # what the window's collector left out
    gc.collect()
    running = [
        timer for timer in gc.get_objects()
        if isinstance(timer, QTimer) and _is_alive(timer) and timer.isActive()
    ]  # fmt: skip
    told = [(t.interval(), t.isSingleShot(), str(t.parent())) for t in running]
    assert not running, f"timers still run: {told}"


def end(window: MainWindow) -> None:
    """Close a window and have it deleted, unless it is already."""
    if not _is_alive(window):
        return
    window.jobs.cancel_all()
    window.close()
    window.language.leave()
    window.deleteLater()


def _is_alive(thing: QObject) -> bool:
    import shiboken6

    return bool(shiboken6.isValid(thing))


def wait_complete(qtbot: QtBot, window: MainWindow, timeout_ms: int = 30_000) -> None:
    """Wait until everything the view needs is drawn."""
    qtbot.waitUntil(
        lambda: window.viewport.complete and not window.viewport.flying, timeout=timeout_ms
    )


def display_of(window: MainWindow, position: tuple[float, float, float]) -> QPoint:
    """Return where a local position is drawn, as a point of the viewport widget."""
    stage = window.viewport.stage
    stage.renderer.SetWorldPoint(*position, 1.0)
    stage.renderer.WorldToDisplay()
    x, y, _ = stage.renderer.GetDisplayPoint()
    ratio = window.viewport.devicePixelRatioF()
    return QPoint(round(x / ratio), round(window.viewport.height() - 1 - y / ratio))
