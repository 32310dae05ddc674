"""Two runs side by side: A on the left, another on the right, one camera, one time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.simulation.beside import RunBeside
from app.simulation.compared import ComparedData
from app.simulation.differences import LETTERS
from app.simulation.shown import ShownRun
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.parts import SimulationParts
    from app.window import MainWindow


class RunSides(QObject):
    """The second viewport with a run of its own, there while it is wanted.

    Parameters
    ----------
    window : MainWindow
    parts : SimulationParts
    """

    def __init__(self, window: MainWindow, parts: SimulationParts) -> None:
        super().__init__(parts)
        self._window = window
        self._parts = parts
        self._beside = RunBeside(window, parts, "-a")
        self.side = self._beside.side
        window.timeline.run_moved.connect(self._follow)
        parts.shown.changed.connect(self._changed)
        window.session.closing.connect(self.stop)

    @property
    def left(self) -> ShownRun | None:
        """What is seen on the left; None while one run is seen only."""
        return self._beside.shown

    @property
    def active(self) -> bool:
        """Whether two runs are seen."""
        return self.left is not None

    def start(self, data: ComparedData, number: int) -> None:
        """Show the first run on the left, and another on the right."""
        window, parts = self._window, self._parts
        parts.forecast.stop()
        window.comparing.stop()
        window.timeline.set_comparison(None)
        if not self.active:
            self._beside.start().opened.connect(self._left_opened)
        assert self.left is not None
        self.left.indicator, self.left.crowded = parts.shown.indicator, parts.shown.crowded
        self.left.greatest = parts.shown.greatest
        self.left.show_recorded(data.ids[0])
        if parts.shown.run_id != data.ids[number]:
            parts.shown.show_recorded(data.ids[number])
        self.side.left.set_text(f"A  {data.titles[0]}")
        self.side.right.set_text(f"{LETTERS[number]}  {data.titles[number]}")
        self.side.lay_out()

    def stop(self) -> None:
        """Show one run only."""
        if self._beside.stop() and self._parts.comparison is not None:
            self._parts.comparison.beside.setChecked(False)

    def set_indicator(self, indicator: str) -> None:
        """Colour roads on both sides by the same indicator."""
        if self.left is not None:
            self.left.set_indicator(indicator)

    def set_crowded(self, on: bool) -> None:
        """Show on both sides how dense people stand, or on neither."""
        if self.left is not None:
            self.left.set_crowded(on)

    def set_greatest(self, on: bool) -> None:
        """Show on both sides the greatest density of the whole run, or that of the instant."""
        if self.left is not None:
            self.left.set_greatest(on)

    @property
    def length_us(self) -> int:
        """How long the run on the left lasted, microseconds; 0 where there is none yet."""
        recording = self.left.recording if self.left is not None else None
        return 0 if recording is None else recording.period.end.us - recording.period.start.us

    def _left_opened(self, _: object) -> None:
        self._parts.show_on_slider()
        self._follow(self._parts.shown.instant)

    def _changed(self) -> None:
        # Whoever leaves the run on the right leaves both.
        if self.active and not self._parts.shown.run_id:
            self.stop()

    def _follow(self, instant: Instant | None) -> None:
        """Show the left run as long after its beginning as the right one is after its own."""
        left, right = self.left, self._parts.shown.recording
        if left is None or left.recording is None or right is None or instant is None:
            return
        start, end = left.recording.period.start.us, left.recording.period.end.us - 1
        at = start + instant.us - right.period.start.us
        left.seek(Instant(min(max(at, start), end)))
