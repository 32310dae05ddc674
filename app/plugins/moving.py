"""What plugins follow, in the scene: live, or where it was at the instant of the time slider."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from twin_model.errors import ShapanError
from twin_model.samples import SampleBatch
from twin_model.store.sample_history import SAMPLES
from twin_model.time import Instant, Interval

if TYPE_CHECKING:
    from app.window import MainWindow
    from plugins.host.live import LiveData
    from rendering.moving.tracks import Tracks

#: Samples of so long after an instant are read, to draw between two.
_AFTER_US: Final = 10_000_000
#: No style makes more of the past be read than this.
_MOST_BEFORE_S: Final = 300.0
#: What is younger may still wait to be written.
_UNWRITTEN_US: Final = 60_000_000
_FLUSH_S: Final = 2.0
_NAMES_MS: Final = 150


@dataclass(frozen=True)
class _Followed:
    live: Tracks
    entities: frozenset[str] | None


class MovingScene(QObject):
    """Keeps what moves in line with live data and time slider; call it on the GUI thread.

    Parameters
    ----------
    window : MainWindow
    live : LiveData
    """

    def __init__(self, window: MainWindow, live: LiveData) -> None:
        super().__init__(window)
        self._window = window
        self._live = live
        self._instant: Instant | None = None
        self._followed: dict[str, _Followed] = {}
        self._names: dict[str, str] = {}
        self._unknown: set[str] = set()
        self._flushed_s = 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_NAMES_MS)
        self._wait.timeout.connect(self._ask_names)
        window.viewport.stage.moving_things.name_of = self.name_of
        window.session.closed.connect(self._names.clear)
        window.session.changed.connect(lambda _: self._names.clear())  # renamed, perhaps

    def show(self, name: str, tracks: Tracks | None, entities: frozenset[str] | None) -> None:
        """Show things by a name, in place of those of before; None shows none."""
        self._followed.pop(name, None)
        if tracks is not None:
            self._followed[name] = _Followed(tracks, entities)
        if tracks is None or self._instant is None:
            self._window.viewport.stage.moving_things.set(name, tracks)
        else:
            self._ask_past()
        self._window.viewport.redraw()

    def names(self) -> list[str]:
        """Return the names by which things are followed."""
        return list(self._followed)

    def set_instant(self, instant: Instant | None) -> None:
        """Show everything where it was at an instant; None for now."""
        self._instant = instant
        if instant is not None:
            self._ask_past()
            return
        self._window.services.background.drop("moving-past")
        for name, followed in self._followed.items():
            self._window.viewport.stage.moving_things.set(name, followed.live)
        self._window.viewport.redraw()

    # -- the past ------------------------------------------------------------------------

    def _ask_past(self) -> None:
        instant, followed = self._instant, dict(self._followed)
        if instant is None or not followed:
            return
        self._window.services.background.ask(
            "moving-past", lambda: self._past(instant, followed), self._show_past
        )

    def _past(
        self, instant: Instant, followed: dict[str, _Followed]
    ) -> tuple[Instant, dict[str, Tracks]]:
        """Read where everything was; runs in a thread."""
        from rendering.moving.past import tracks_at

        before_s = max(one.live.style.forget_s for one in followed.values())
        batch = self._read(instant, min(before_s, _MOST_BEFORE_S))
        return instant, {
            name: tracks_at(one.live.style, batch, instant.us, one.entities)
            for name, one in followed.items()
        }

    def _read(self, instant: Instant, before_s: float) -> SampleBatch:
        from rendering.moving.tracks import HEADING, POSITION, SPEED
        from twin_model.store.sample_history import SampleHistory

        period = Interval(
            Instant(instant.us - round(before_s * 1e6)), Instant(instant.us + _AFTER_US)
        )
        wanted = (POSITION, HEADING, SPEED)
        operations = self._live.operations
        if operations is not None:
            self._flush(instant)
            return operations.history.read(period, indicators=wanted)
        twin = self._window.session.twin
        if twin is None or not (twin.path / SAMPLES).is_dir():
            return SampleBatch.empty()
        history = SampleHistory(twin.path / SAMPLES, read_only=True)
        try:
            return history.read(period, indicators=wanted)
        finally:
            history.close()

    def _flush(self, instant: Instant) -> None:
        """Have what came a moment ago written, where it is asked for."""
        operations = self._live.operations
        now_s = time.monotonic()
        is_young = time.time_ns() // 1000 - instant.us < _UNWRITTEN_US
        if operations is not None and is_young and now_s - self._flushed_s > _FLUSH_S:
            self._flushed_s = now_s
            operations.history.writer.flush()

    def _show_past(self, found: tuple[Instant, dict[str, Tracks]]) -> None:
        instant, tracks = found
        if instant != self._instant:
            return
        for name, one in tracks.items():
            if name in self._followed:
                self._window.viewport.stage.moving_things.set(name, one)
        self._window.viewport.redraw()

    # -- names ---------------------------------------------------------------------------

    def name_of(self, entity_id: str) -> str:
        """Return what to call a thing; its id until its name is read, which takes a moment."""
        found = self._names.get(entity_id)
        if found is None:
            self._unknown.add(entity_id)
            if not self._wait.isActive():
                self._wait.start()
            return entity_id
        return found

    def _ask_names(self) -> None:
        unknown, self._unknown = self._unknown, set()
        session = self._window.live.session

        def names() -> dict[str, str]:
            try:
                return session.names(unknown)
            except ShapanError:
                return {}  # the project was closed meanwhile

        self._window.services.background.ask("moving-names", names, self._take_names)

    def _take_names(self, names: dict[str, str]) -> None:
        self._names.update(names)
        self._window.viewport.redraw()
