"""A run as a forecast beside the live picture: one camera, the slider moves the run alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen

from app.simulation.beside import RunBeside
from app.simulation.inside import SeenInside
from app.simulation.legend import SimulationLegend
from app.simulation.shown import Picture, ShownRun
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.scene import Scene
    from app.simulation.parts import SimulationParts
    from app.simulation.recording import Recording
    from app.window import MainWindow
    from twin_model.time import Interval

#: How far ahead the forecast is changes while one looks at it.
_CLOCK_MS: Final = 1000


class Forecast(QObject):
    """The live picture stays what it is, in the left half; a run of its own has the right one.

    The slider is laid out in the time of day: a run that is computed for a time with now in it is
    shown as of now, and any other as if it had begun when it was first seen. It goes with the clock
    until somebody moves the slider; then it says how far ahead of now it is.

    Parameters
    ----------
    window : MainWindow
    parts : SimulationParts
    """

    #: Another run is seen beside the live picture, or none.
    changed = Signal()

    def __init__(self, window: MainWindow, parts: SimulationParts) -> None:
        super().__init__(parts)
        self._window = window
        self._parts = parts
        self._beside = RunBeside(window, parts, "-forecast", at_left=False)
        self.side = self._beside.side
        self.legend: SimulationLegend | None = None
        self.inside = SeenInside(self, self._scenes)
        self._shift_us = 0
        #: The slider goes with the clock until somebody moves it.
        self._follows = False
        #: Nothing of the run could be drawn: its figures and values are all there is.
        self._unseen = False
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        window.timeline.run_moved.connect(self._seek)
        window.timeline.run_end_wanted.connect(self.stop)
        window.timeline.comparison_changed.connect(self._instants_compared)
        # A run that takes the scene over, recorded or under way.
        parts.shown.opened.connect(self.stop)
        parts.shown.changed.connect(self._other_changed)
        window.session.closing.connect(self.stop)
        window.timeline.axis.underneath.append(self._paint_now)

    @property
    def shown(self) -> ShownRun | None:
        """What is seen beside the live picture; None for nothing."""
        return self._beside.shown

    @property
    def active(self) -> bool:
        """Whether a run is seen beside the live picture."""
        return self.shown is not None

    @property
    def run_id(self) -> str:
        """Id of that run; empty for none."""
        return "" if self.shown is None else self.shown.run_id

    @property
    def candidate(self) -> str:
        """Id of the run that is meant where none is named; empty where there is none."""
        parts = self._parts
        chosen = [] if parts.panel is None else parts.panel.selected("run")
        known = {one.id: one for one in parts.session.runs if parts.session.active(one.id) is None}
        whole = [one.id for one in known.values() if one.state == "finished"]
        wanted = [*(chosen if len(chosen) == 1 else []), parts.shown.run_id, *whole]
        return next((one for one in wanted if one in known), "")

    def toggle(self) -> None:
        """Show the chosen run beside the live picture, else the newest whole one; or none."""
        self.show("" if self.active else self.candidate)

    def show(self, run_id: str) -> None:
        """Show a recorded run beside the live picture; empty for none."""
        if not run_id or self._parts.session.run(run_id) is None:
            self.stop()
            return
        if self.shown is None:
            self._make()
        assert self.shown is not None
        self.shown.show_recorded(run_id)
        self._say()
        self.changed.emit()

    def _make(self) -> None:
        window, parts = self._window, self._parts
        parts.sides.stop()
        parts.shown.leave()
        window.comparing.stop()
        window.timeline.set_comparison(None)
        if window.timeline.instant is not None:
            window.timeline.set_instant(None)
        shown, other = self._beside.start(), self._beside.viewport
        assert self.side.navigator is not None
        other.setAccessibleName(self.tr("The forecast"))
        window.interaction.attend(self.side.navigator, self.side.told, None)
        window.interaction.selected.connect(self._select)
        self._select()
        self.legend = SimulationLegend(other, window.services.theme)
        other.resized.connect(self.legend.place)
        shown.opened.connect(self._opened)
        shown.drawn.connect(self._drawn)
        self.legend.chosen.connect(shown.set_indicator)
        self.legend.crowd_wanted.connect(shown.set_crowded)
        self.legend.greatest_wanted.connect(shown.set_greatest)
        self.legend.inside_wanted.connect(self.inside.set_wanted)
        self.inside.wanted = True
        self._clock.start()

    def stop(self) -> None:
        """Show the live picture alone."""
        if not self._beside.stop():
            return
        self._clock.stop()
        self._window.interaction.selected.disconnect(self._select)
        self.inside.show([])
        self.legend = None  # it went with the viewport
        timeline = self._window.timeline
        if timeline.run_shown and self._parts.shown.recording is None:
            timeline.show_run(None)
        self.changed.emit()

    def _scenes(self) -> list[Scene]:
        return [] if self.side.scene is None else [self.side.scene]

    def _select(self, _: object = None) -> None:
        self.side.select(self._window.entity_panel.entities)

    def _instants_compared(self, before: object) -> None:
        if before is not None:
            self.stop()

    def _other_changed(self) -> None:
        if self._parts.shown.run_id:
            self.stop()

    def _opened(self, recording: Recording) -> None:
        period, now = recording.period, Instant.now()
        drawn = recording.moves or recording.road_names or recording.walked
        self._unseen = not (drawn or recording.products.water_systems())
        self._shift_us = shift_us(period, now)
        first, last = period.start.us + self._shift_us, period.end.us - 1 + self._shift_us
        title = self.tr("Forecast: {0}").format(self._name())
        if self._shift_us:
            clock = f"{now.to_datetime().astimezone():%H:%M:%S}"
            title = self.tr("Forecast: {0}, as if it began at {1}").format(self._name(), clock)
        self._window.timeline.show_run((Instant(first), Instant(last)), title)
        self._window.timeline.set_instant(now)
        self._follows = True

    def _tick(self) -> None:
        """Go with the clock unless the slider was moved, and say how far ahead that is."""
        if self._follows and self._window.timeline.run_shown:
            self._window.timeline.set_instant(Instant.now())
            self._follows = True
        self._window.timeline.axis.update()
        self._say()

    def _paint_now(self, painter: QPainter) -> None:
        """Mark now on the slider, which the forecast may be ahead of."""
        axis, now = self._window.timeline.axis, Instant.now()
        if not self.active or axis.period is None or not axis.first <= now <= axis.last:
            return
        x, middle = axis.x_of(now), axis.height() / 2
        painter.setPen(QPen(self._window.theme.colour("dim"), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, middle - 15), QPointF(x, middle + 13))

    def _seek(self, instant: Instant | None) -> None:
        shown = self.shown
        if shown is None or shown.recording is None or instant is None:
            return
        self._follows = False
        shown.seek(Instant(instant.us - self._shift_us))
        self._say()

    def _name(self) -> str:
        info = None if self.shown is None else self.shown.info
        return "" if info is None else info.title or info.scenario

    def _say(self) -> None:
        """Say which picture is which, and how far ahead the forecast is."""
        if self.shown is None:
            return
        text = self.tr("Forecast: {0}").format(self._name())
        if self.shown.recording is not None and self.shown.instant is not None:
            at_us = self.shown.instant.us + self._shift_us
            ahead = ahead_text(at_us - Instant.now().us)
            text = self.tr("Forecast: {0}, {1}").format(self._name(), ahead)
        if self._unseen:
            text += self.tr(" · nothing of it is drawn in this scene")
        self.side.left.set_text(self.tr("Live"))
        self.side.right.set_text(text)
        self.side.lay_out()

    def _drawn(self, picture: Picture) -> None:
        if self.legend is not None:
            self.legend.shift_us = self._shift_us
            self.legend.show_picture(self._name(), picture)
        self.inside.show(list(picture.walked))


def shift_us(period: Interval, now: Instant) -> int:
    """Return by how much a run is put off so that it begins now; 0 where now lies within it.

    Parameters
    ----------
    period : Interval
        Of the run.
    now : Instant
    """
    return 0 if period.start <= now < period.end else now.us - period.start.us


def ahead_text(ahead_us: int) -> str:
    """Return how far a forecast is ahead, as ``+00:12:30``.

    Parameters
    ----------
    ahead_us : int
        Microseconds.
    """
    seconds = round(abs(ahead_us) / 1_000_000)
    hours, rest = divmod(seconds, 3600)
    sign = "−" if ahead_us < 0 and seconds else "+"
    return f"{sign}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
