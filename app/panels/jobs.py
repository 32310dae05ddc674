"""The Jobs dock: progress in real units, time left, cancel, retry and log."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages, numbers, words
from app.icons import IconSet
from app.progress_line import ProgressLine
from app.workers import JobRecord, Jobs, JobState

_GLYPHS: Final = {
    JobState.WAITING: ("circle-dashed", "dim"),
    JobState.RUNNING: ("spinner", "accent"),
    JobState.DONE: ("check-circle", "accent"),
    JobState.PARTLY: ("warning", "high"),
    JobState.FAILED: ("warning-circle", "critical"),
    JobState.CANCELLED: ("prohibit", "dim"),
}


class JobRow(QWidget):
    """One job."""

    def __init__(self, record: JobRecord, jobs: Jobs, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.record = record
        self._jobs = jobs
        self._icons = icons
        self._state_shown: JobState | None = None
        self._glyph = QLabel(self)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._note = QLabel(self)
        self._note.setObjectName("dim")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._error = QLabel(self)
        self._error.setObjectName("error")
        self._error.setWordWrap(True)
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = ProgressLine(self)
        self.cancel = self._button("x", lambda: jobs.cancel(record))
        self.retry = self._button("arrow-clockwise", lambda: jobs.retry(record))
        self.log = self._button("list-bullets", self._toggle_log)
        self.log.setCheckable(True)
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setMaximumHeight(140)
        self._text.hide()
        self._lay_out()
        self.refresh()

    def _button(self, glyph: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(glyph, "dim"))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._glyph)
        line.addWidget(self._title)
        line.addStretch(1)
        line.addWidget(self._note)
        for button in (self.log, self.retry, self.cancel):
            line.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(3)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        layout.addWidget(self._error)
        layout.addWidget(self._text)

    def refresh(self) -> None:
        """Show the job as it stands now."""
        record = self.record
        if record.state != self._state_shown:
            self._state_shown = record.state
            name, token = _GLYPHS[record.state]
            self._glyph.setPixmap(self._icons.icon(name, token).pixmap(QSize(16, 16)))
            self._glyph.setAccessibleName(words.job_state(record.state))
        self._title.setText(record.title)
        self._note.setText(progress_text(record))
        self._error.setText(messages.shown(record.error))
        self._error.setVisible(bool(record.error))
        self.bar.setVisible(record.state == JobState.RUNNING)
        self.bar.show_share(record.fraction)
        self.cancel.setVisible(record.active)
        self.cancel.setEnabled(not record.job.cancelled)
        self.retry.setVisible(
            record.state in {JobState.FAILED, JobState.CANCELLED, JobState.PARTLY}
        )
        self.cancel.setToolTip(self.tr("Cancel"))
        self.retry.setToolTip(self.tr("Retry"))
        self.log.setToolTip(self.tr("Log"))
        for button in (self.cancel, self.retry, self.log):
            button.setAccessibleName(f"{button.toolTip()}: {record.title}")
        text = log_text(record)
        if self._text.isVisible() and text != self._text.toPlainText():
            self._text.setPlainText(text)

    def _toggle_log(self) -> None:
        self._text.setPlainText(log_text(self.record) or self.tr("Nothing to tell."))
        self._text.setVisible(self.log.isChecked())


def log_text(record: JobRecord) -> str:
    """Return the last lines of a job's log: its stages, and what was said."""
    return "\n".join(_log_line(line) for line in record.log[-500:])


def _log_line(line: str) -> str:
    said = messages.shown(line)
    return words.stage(line) if said == line else said


def progress_text(record: JobRecord) -> str:
    """Return how far a job is, in its own units, and how long it still takes."""
    if not record.active:
        took = record.ended_s - record.started_s if record.started_s else 0.0
        return f"{words.job_state(record.state)} · {numbers.duration(took)}"
    if record.job.cancelled:
        return words.stopping()
    progress = record.progress
    if progress is None:
        return words.job_state(record.state)
    parts = [words.stage(progress.stage)]
    if progress.total > 0:
        parts.append(
            f"{amount(progress.done, progress.unit)} / {amount(progress.total, progress.unit)}"
            f" {'' if progress.unit == 'bytes' else words.unit(progress.unit)}".rstrip()
        )
    elif progress.done:
        parts.append(f"{amount(progress.done, progress.unit)} {words.unit(progress.unit)}")
    if record.left_s is not None:
        if progress.left_s is None:
            parts.append(words.time_left(numbers.duration(record.left_s)))
        else:  # by what was foretold and seen so far: no finer than that is worth
            parts.append(words.time_left_in_all(numbers.roughly(record.left_s)))
    return " · ".join(part for part in parts if part)


def amount(count: int, unit: str) -> str:
    """Return a count in few characters, bytes in binary units."""
    return numbers.size(count) if unit == "bytes" else numbers.short(count)


class JobsPanel(QWidget):
    """All jobs since the window opened, the newest first.

    Parameters
    ----------
    jobs : Jobs
    icons : IconSet
    """

    shown_changed = Signal()

    def __init__(self, jobs: Jobs, icons: IconSet) -> None:
        super().__init__()
        self._jobs = jobs
        self._icons = icons
        self.rows: dict[int, JobRow] = {}
        self._empty = QLabel(self)
        self._empty.setObjectName("dim")
        self._empty.setContentsMargins(12, 8, 12, 8)
        content = QWidget(self)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        jobs.changed.connect(self.refresh)
        self.retranslate()
        self.refresh()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self._empty.setText(self.tr("No jobs. Imports and other long work appear here."))
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def refresh(self) -> None:
        """Show the jobs as they stand now."""
        numbers_now = {record.number for record in self._jobs.records}
        for number in [known for known in self.rows if known not in numbers_now]:
            self.rows.pop(number).deleteLater()
        for record in self._jobs.records:
            if record.number not in self.rows:
                row = JobRow(record, self._jobs, self._icons, self)
                self.rows[record.number] = row
                self._column.insertWidget(0, row)
        for row in self.rows.values():
            row.refresh()
        self._empty.setVisible(not self.rows)
