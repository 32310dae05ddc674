"""The status line: what drawing costs, what loads, the project's CRS, and what is unsaved."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from app import messages, numbers, words
from app.icons import IconSet
from app.project import ProjectSession
from app.theme import STATUS_PX
from app.viewport import Viewport
from app.workers import Jobs

#: Characters of a reason that are shown.
_REASON: Final = 40
#: Five times a second is as often as anybody reads numbers.
_SOON_MS: Final = 200
#: While things move each frame takes another time; to show it, the whole window is put together.
_MOVING_MS: Final = 1000


class StatusStrip(QFrame):
    """26 pixels below everything.

    Parameters
    ----------
    session : ProjectSession
    viewport : Viewport
    jobs : Jobs
    icons : IconSet
    """

    jobs_wanted = Signal()
    reason_wanted = Signal()

    def __init__(
        self, session: ProjectSession, viewport: Viewport, jobs: Jobs, icons: IconSet
    ) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setFixedHeight(STATUS_PX)
        self._session = session
        self._viewport = viewport
        self._jobs = jobs
        self.frame_time = QLabel(self)
        self.tiles = QLabel(self)
        self.memory = QLabel(self)
        self.quality = QLabel(self)
        self.jobs = QToolButton(self)
        self.jobs.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.jobs.setIcon(icons.icon("spinner", "accent"))
        self.jobs.setIconSize(QSize(14, 14))
        self.jobs.clicked.connect(self.jobs_wanted)
        self.failures = QLabel(self)
        self.failures.setObjectName("warning")
        self.reason = QToolButton(self)
        self.reason.clicked.connect(self.reason_wanted)
        self.crs = QLabel(self)
        self.edits = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(22)
        for widget in (
            self.frame_time, self.tiles, self.memory, self.quality, self.failures, self.jobs,
        ):  # fmt: skip
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.reason)
        row.addWidget(self.crs)
        row.addWidget(self.edits)
        for label in (
            self.frame_time, self.tiles, self.memory, self.quality, self.failures, self.crs,
            self.edits,
        ):  # fmt: skip
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._frames_ms = _SOON_MS
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        viewport.drawn.connect(lambda: self._later(self._frames_ms))
        jobs.changed.connect(self._later)
        session.opened.connect(self.refresh)
        session.closed.connect(self.refresh)
        session.reason_changed.connect(lambda _: self.refresh())
        session.changed.connect(lambda _: self._later())
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()
        super().changeEvent(event)

    def _later(self, wait_ms: int = _SOON_MS) -> None:
        if not self._timer.isActive() or self._timer.remainingTime() > wait_ms:
            self._timer.start(wait_ms)

    def refresh(self) -> None:
        """Show the numbers of the moment."""
        stage = self._viewport.stage
        statistics = stage.statistics()
        only_moves = stage.moving_things.active and self._viewport.complete
        self._frames_ms = _MOVING_MS if only_moves else _SOON_MS
        self.frame_time.setText(f"{numbers.fixed(statistics.frame_ms, 0)} ms")
        self.frame_time.setToolTip(self.tr("Time to draw one frame"))
        if statistics.tiles_loading:
            self.tiles.setText(self.tr("%n tile(s) loading", "", statistics.tiles_loading))
        else:
            self.tiles.setText(self.tr("%n tile(s)", "", statistics.tiles_visible))
        self.memory.setText(
            f"{numbers.fixed(statistics.bytes_cached / 2**30, 1)} / "
            f"{numbers.fixed(statistics.bytes_ceiling / 2**30, 1)} GiB"
        )
        self.memory.setToolTip(self.tr("Memory of loaded tiles, and its ceiling"))
        notes = [words.quality(note) for note in statistics.quality_notes]
        self.quality.setText(self.tr("simplified") if notes else "")
        self.quality.setToolTip("\n".join(notes))
        self.quality.setVisible(bool(notes) and statistics.tiles_visible > 0)
        self._show_failures(statistics.failures)
        self._show_jobs()
        self._show_project()

    def _show_failures(self, failures: dict[str, list[str]]) -> None:
        texts = [text for found in failures.values() for text in found]
        self.failures.setVisible(bool(texts))
        self.failures.setText(self.tr("%n drawing problem(s)", "", len(texts)))
        self.failures.setToolTip("\n".join(messages.shown(text) for text in texts[:20]))

    def _show_jobs(self) -> None:
        active = self._jobs.active()
        self.jobs.setVisible(bool(active))
        if active:
            self.jobs.setText(self.tr("%n job(s)", "", len(active)))

    def _show_project(self) -> None:
        reason = self._session.reason
        self.reason.setVisible(bool(reason))
        shown = reason if len(reason) <= _REASON else reason[: _REASON - 1] + "…"
        self.reason.setText(self.tr("Reason: {0}").format(shown))
        self.reason.setToolTip(self.tr("Noted with each change: {0}").format(reason))
        twin = self._session.twin
        if twin is None:
            self.crs.clear()
            self.edits.clear()
            return
        vertical = twin.frame.vertical_crs
        heights = words.datum(vertical) if vertical else self.tr("height datum unknown")
        # A code is short; WKT is told by its name.
        named = twin.frame.crs if len(twin.frame.crs) <= 24 else twin.frame.horizontal.name
        if named.lower() in ("unknown", "unnamed", ""):
            named = self.tr("CRS of its own")
        self.crs.setText(f"{named[:48]} · {heights}")
        self.crs.setToolTip(twin.frame.horizontal.name)
        if twin.read_only:
            self.edits.setText(self.tr("read-only"))
        elif twin.undo_label:
            self.edits.setText(self.tr("Saved · last: {0}").format(words.edit(twin.undo_label)))
        else:
            self.edits.setText(self.tr("Saved"))
