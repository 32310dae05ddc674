"""The Timeline: the instant that everything is shown as of, and another to compare it with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.as_of import AsOf, KnownOn, as_of_text, world_instant
from app.icons import IconSet
from app.panels.time_axis import TimeAxis, epochs_of, moment
from app.project import ProjectSession
from app.theme import TIMELINE_PX, Theme
from app.workers import Background
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.edit_marks import EditMark
    from twin_model.twin import Twin

_PLAY_MS: Final = 100
#: Of a run, where what moves is seen to move.
_RUN_PLAY_MS: Final = 40
#: Simulated seconds a second that a run is played at.
_SPEEDS: Final = (1, 5, 20, 60, 300, 1200)
#: A run is played in about so long at first.
_RUN_S: Final = 40.0
#: Playing goes through the whole span in this many steps.
_PLAY_STEPS: Final = 120
#: Edits that lie closer together are one mark.
_MARK_PX: Final = 9


class TimelinePanel(QWidget):
    """Now or an earlier instant, with the surveys of the project's layers and all edits.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    #: Instant in the world, or None for now.
    instant_changed = Signal(object)
    #: The time that everything is shown as of: an `AsOf`.
    when_changed = Signal(object)
    #: The earlier time of a comparison, or None where it ends.
    comparison_changed = Signal(object)
    #: The instant of the run that is shown.
    run_moved = Signal(object)
    #: Whoever showed a run is to show it no more.
    run_end_wanted = Signal()

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self.axis = TimeAxis(theme)
        self.now = QPushButton(self)
        self.now.setObjectName("primary")
        self.now.clicked.connect(self._back_to_now)
        self.back = self._button(icons, "skip-back", self._previous)
        self.play = self._button(icons, "play", self._toggle_play)
        self.play.setCheckable(True)
        self.forth = self._button(icons, "skip-forward", self._next)
        self.compare = self._button(icons, "git-diff", self._toggle_compare)
        self.compare.setCheckable(True)
        self.recorded = self._button(icons, "book-open", self._recorded_toggled)
        self.recorded.setCheckable(True)
        self.speed = QComboBox(self)
        for factor in _SPEEDS:
            self.speed.addItem(f"{factor} ×", float(factor))
        self.speed.hide()
        self._title = ""
        self._clock = QElapsedTimer()
        self._label = QLabel(self)
        font = self._label.font()
        font.setBold(True)
        self._label.setFont(font)
        self._label.setMinimumWidth(170)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 16, 0)
        row.setSpacing(4)
        row.addWidget(self.now)
        row.addSpacing(8)
        for button in (self.back, self.play, self.forth):
            row.addWidget(button)
        row.addWidget(self.speed)
        row.addSpacing(8)
        row.addWidget(self.axis, 1)
        row.addWidget(self.recorded)
        row.addWidget(self.compare)
        row.addWidget(self._label)
        self.setMinimumHeight(TIMELINE_PX - 14)
        self._timer = QTimer(self)
        self._timer.setInterval(_PLAY_MS)
        self._timer.timeout.connect(self._play_step)
        self.axis.moved.connect(self._moved)
        self.axis.compared.connect(self._compare_with)
        self.axis.stretch_changed.connect(self._ask_marks)
        # Many edits a second make one reading of the journal.
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(400)
        self._stale.timeout.connect(self.refresh)
        session.opened.connect(self.refresh)
        session.closed.connect(self._closed)
        session.changed.connect(self._follow)
        self.retranslate()
        self.refresh()

    def _button(self, icons: IconSet, glyph: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(glyph))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.now.setText(self.tr("Now"))
        self.now.setToolTip(self.tr("Show everything as it is now"))
        self.back.setToolTip(self.tr("Previous survey or edit"))
        self.play.setToolTip(self.tr("Play through time"))
        self.forth.setToolTip(self.tr("Next survey or edit"))
        self.compare.setToolTip(self.tr("Compare two instants"))
        self.recorded.setToolTip(
            self.tr(
                "By recorded time: as it was known on a day, whatever was found out about that"
                " day later"
            )
        )
        for button in (self.back, self.play, self.forth, self.recorded, self.compare):
            button.setAccessibleName(button.toolTip())
        self.speed.setToolTip(self.tr("Simulated seconds a second"))
        self.speed.setAccessibleName(self.speed.toolTip())
        self.axis.setAccessibleName(self.tr("Timeline"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @property
    def instant(self) -> Instant | None:
        """Where the handle is; None for now."""
        return self.axis.instant

    @property
    def when(self) -> AsOf:
        """What everything is shown as of."""
        return self._meant(self.axis.instant)

    @property
    def other_when(self) -> AsOf:
        """What it is compared with; None while nothing is compared."""
        return self._meant(self.axis.other)

    def _meant(self, instant: Instant | None) -> AsOf:
        by_record = instant is not None and self.recorded.isChecked()
        return KnownOn(instant) if by_record and instant is not None else instant

    def _recorded_toggled(self) -> None:
        """Mean the handles the other way."""
        if self.axis.instant is not None:
            self._moved(self.axis.instant)
        elif self.axis.other is not None:
            self._compare_with(self.axis.other)
        self._show()

    @property
    def text(self) -> str:
        """The date shown."""
        return self._label.text()

    @property
    def run_shown(self) -> bool:
        """Whether the axis is that of a run."""
        return self.axis.period is not None

    def show_run(self, period: tuple[Instant, Instant] | None, title: str = "") -> None:
        """Make the axis that of a run, or the project's again; the slider moves the run alone."""
        self._stop_playing()
        if period is not None and self.axis.other is not None:
            self.set_comparison(None)
        self._title = title
        self.axis.set_period(period)
        self.speed.setVisible(period is not None)
        if period is not None:
            seconds = (period[1].us - period[0].us) / 1e6
            wanted = min(range(len(_SPEEDS)), key=lambda n: abs(seconds / _SPEEDS[n] - _RUN_S))
            self.speed.setCurrentIndex(wanted)
        self.refresh()

    def _back_to_now(self) -> None:
        if self.run_shown:
            self.run_end_wanted.emit()
        else:
            self.set_instant(None)

    def _stop_playing(self) -> None:
        self._timer.stop()
        self.play.setChecked(False)

    def set_instant(self, instant: Instant | None) -> None:
        """Show everything as of an instant; None for now."""
        self.axis.set_instant(instant)
        self._moved(self.axis.instant)

    @property
    def other(self) -> Instant | None:
        """The earlier instant of a comparison; None while nothing is compared."""
        return self.axis.other

    def set_comparison(self, other: Instant | None) -> None:
        """Compare what is shown with an earlier instant; None to compare no more."""
        self.compare.setChecked(other is not None)
        self.axis.set_other(other)
        self._show()
        self.comparison_changed.emit(self.other_when)

    def refresh(self) -> None:
        """Show the surveys of the project's layers, and its edits."""
        twin = self._session.twin
        layers = twin.layers() if twin else []
        epochs = epochs_of([(layer.name, layer.epoch) for layer in layers])
        self.axis.set_epochs(epochs, _first_edit(twin))
        self._show()
        self._ask_marks()

    def _follow(self, change: object) -> None:
        if not self._stale.isActive():
            self._stale.start()

    def _closed(self) -> None:
        self._stale.stop()
        self._stop_playing()
        self.recorded.setChecked(False)
        if self.run_shown:
            self.show_run(None)
        if self.axis.other is not None:
            self.set_comparison(None)
        if self.axis.instant is not None:
            self.set_instant(None)
        self.refresh()

    def _ask_marks(self) -> None:
        twin, axis = self._session.twin, self.axis
        if twin is None:
            axis.set_edits([])
            return
        start, end, most = axis.start, axis.end, max(1, axis.width() // _MARK_PX)

        def read() -> list[EditMark]:
            from twin_model.edit_marks import edit_marks

            return edit_marks(twin, start, end, most)

        self._background.ask("edit-marks", read, axis.set_edits)

    def _show(self) -> None:
        instant, other = self.axis.instant, self.axis.other
        if self.run_shown and instant is not None:
            local = instant.to_datetime().astimezone()
            title = self._label.fontMetrics().elidedText(
                self._title, Qt.TextElideMode.ElideRight, 200
            )
            self._label.setText(f"{title}\n{local:%Y-%m-%d %H:%M:%S}")
            self._label.setToolTip(f"{self._title}\n{moment(instant)}")
            for button in (self.back, self.play, self.forth):
                button.setEnabled(True)
            self.compare.setEnabled(False)
            return
        self._label.setToolTip("")
        text = moment(instant) if instant else self.tr("as of now")
        if isinstance(self.when, KnownOn) and other is None:
            text = as_of_text(self.when)
        self._label.setText(f"{moment(other)}\n{text}" if other is not None else text)
        for button in (self.back, self.play, self.forth):
            button.setEnabled(bool(self.axis.epochs or self.axis.edits))
        self.compare.setEnabled(self._session.twin is not None)
        self.recorded.setEnabled(self._session.twin is not None)

    def _toggle_compare(self) -> None:
        self.set_comparison(self._before() if self.compare.isChecked() else None)

    def _before(self) -> Instant:
        """Return what to compare with at first: the survey or edits before what is shown."""
        shown = self.axis.instant or self.axis.last
        starts = [epoch.end for epoch in self.axis.epochs]
        starts += [Instant(mark.first.us - 1) for mark in self.axis.edits]
        earlier = [one for one in starts if one < shown]
        return max(earlier) if earlier else self.axis.first

    def _compare_with(self, other: Instant) -> None:
        self._show()
        self.comparison_changed.emit(self.other_when)

    def _moved(self, instant: Instant | None) -> None:
        self._show()
        if self.run_shown:
            self.run_moved.emit(instant)
            return
        self.instant_changed.emit(world_instant(self.when))
        self.when_changed.emit(self.when)

    def _previous(self) -> None:
        now = self.axis.instant or self.axis.last
        starts = [one for one in self._stops() if one < now]
        self.set_instant(starts[-1] if starts else self.axis.first)

    def _stops(self) -> list[Instant]:
        """Return where something begins: surveys, and what edits left behind."""
        if self.run_shown:
            each = (self.axis.last.us - self.axis.first.us) // 20
            return [Instant(self.axis.first.us + n * each) for n in range(21)]
        starts = [epoch.start for epoch in self.axis.epochs]
        return sorted([*starts, *(mark.last for mark in self.axis.edits)])

    def _next(self) -> None:
        if self.axis.instant is None:
            return
        later = [one for one in self._stops() if one > self.axis.instant]
        self.set_instant(later[0] if later else None)

    def _toggle_play(self) -> None:
        if not self.play.isChecked():
            self._timer.stop()
            return
        if self.axis.instant is None or (self.run_shown and self.axis.instant >= self.axis.last):
            self.set_instant(self.axis.first)
        self._clock.start()
        self._timer.setInterval(_RUN_PLAY_MS if self.run_shown else _PLAY_MS)
        self._timer.start()

    def _play_run(self) -> None:
        """Let the run go on by what has passed, however long the frame took."""
        passed_us = self._clock.restart() * 1000 * float(self.speed.currentData())
        now = self.axis.instant or self.axis.first
        self.set_instant(Instant(now.us + round(passed_us)))
        if self.axis.instant is not None and self.axis.instant >= self.axis.last:
            self._stop_playing()

    def _play_step(self) -> None:
        if self.run_shown:
            self._play_run()
            return
        step = (self.axis.last.us - self.axis.first.us) // _PLAY_STEPS
        if self.axis.instant is None:
            self._timer.stop()
            self.play.setChecked(False)
            return
        self.set_instant(Instant(self.axis.instant.us + step))


def _first_edit(twin: Twin | None) -> Instant | None:
    if twin is None:
        return None
    from twin_model.edit_marks import first_edit

    return first_edit(twin)
