"""What the window gives to plugins, brought to the right thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.editing import schema
from app.plugins.moving import MovingScene
from ingest.pipeline.job import Job
from plugins.host.services import HostServices
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.moving.tracks import Tracks
    from rendering.options import Overlay
    from twin_model.twin import Twin


class Poster(QObject):
    """Brings calls to the GUI thread."""

    wanted = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.wanted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], object]) -> None:
        """Have *call* called by the event loop; does nothing once the window is gone."""
        with contextlib.suppress(RuntimeError):
            self.wanted.emit(call)

    @Slot(object)
    def _call(self, call: Callable[[], object]) -> None:
        call()


class WindowServices(HostServices):
    """See `HostServices`.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._poster = Poster(window)
        self._lock = threading.Lock()
        self._drawing: dict[str, Overlay | None] = {}
        self._time: Instant | None = None
        self._stirring = False
        self._selection: tuple[str, ...] = ()
        self._followed: Twin | None = None
        self.moving_scene = MovingScene(window, self.live)
        self.language = window.language.code
        self.types = schema.catalogue
        window.timeline.instant_changed.connect(self._time_changed)
        window.interaction.selected.connect(self._selected)

    # -- the project ---------------------------------------------------------------------

    @property
    def twin(self) -> Twin | None:
        """See `HostServices`."""
        return self._window.session.twin

    def follow(self) -> None:
        """Listen to the twin that was opened, in the threads that change it."""
        self._followed = self._window.session.twin
        self.live.open(self._followed, self.language, schema.catalogue)
        if self._followed is not None:
            self._followed.changed.connect(self._twin_changed)

    def unfollow(self) -> None:
        """Listen no more."""
        if self._followed is not None:
            self._followed.changed.disconnect(self._twin_changed)
            self._followed = None

    # -- time and selection --------------------------------------------------------------

    @property
    def time(self) -> Instant | None:
        """See `HostServices`."""
        return self._time

    @property
    def selection(self) -> tuple[str, ...]:
        """See `HostServices`."""
        return self._selection

    def select(self, entity_id: str) -> None:
        """See `HostServices`."""
        self._window.interaction.select_id(entity_id)

    def _time_changed(self, instant: Instant | None) -> None:
        self._time = instant
        self.moving_scene.set_instant(instant)
        self.signals.emit("time-changed", instant)

    def _selected(self, what: Any) -> None:
        entity_id = getattr(what, "id", None)
        self._selection = (entity_id,) if isinstance(entity_id, str) else ()
        self.signals.emit("selection-changed", self._selection)

    # -- drawing and work ----------------------------------------------------------------

    def draw(self, plugin: str, name: str, overlay: Overlay | None) -> None:
        """See `HostServices`; what comes faster than the window draws replaces what waits."""
        with self._lock:
            idle = not self._drawing
            self._drawing[f"{plugin}/{name}"] = overlay
        if idle:
            self.post(self._draw_all)

    def _draw_all(self) -> None:
        with self._lock:
            drawing, self._drawing = self._drawing, {}
        viewport = self._window.viewport
        for name, overlay in drawing.items():
            viewport.stage.set_overlay(name, overlay)
        viewport.redraw()

    def show_moving(
        self,
        plugin: str,
        name: str,
        tracks: Tracks | None,
        entities: frozenset[str] | None = None,
    ) -> None:
        """See `HostServices`."""
        self.post(lambda: self.moving_scene.show(f"{plugin}/{name}", tracks, entities))

    def stirred(self) -> None:
        """See `HostServices`; a scene in which things move draws by itself."""
        if not self._stirring:
            self._stirring = True
            self.post(self._stir)

    def _stir(self) -> None:
        self._stirring = False
        if not self._window.viewport.stage.moving_things.active:
            self._window.viewport.redraw()

    def start_job(
        self,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object] | None = None,
    ) -> None:
        """See `HostServices`."""

        def run(job: Job) -> None:
            result = work(job)
            if done is not None:
                self.post(lambda: done(result))

        self.post(lambda: self._window.jobs.start(title, run, kind="plugin"))

    def post(self, call: Callable[[], object]) -> None:
        """See `HostServices`."""
        self._poster.post(call)
