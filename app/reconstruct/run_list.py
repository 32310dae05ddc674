"""The runs of a project: how far each one is, to go on with, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDateTime, QLocale, QSize, QTimeZone, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.icons import IconSet
from app.reconstruct import words
from ingest.reconstruction.runs import RunLine

_MOST: Final = 12


class RunList(QWidget):
    """See module.

    Parameters
    ----------
    icons : IconSet
    parent : QWidget
    """

    chosen = Signal(object)  # RunLine
    resume_wanted = Signal(object)
    report_wanted = Signal(object)

    def __init__(self, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self.rows: list[_RunRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_runs(self, runs: Sequence[RunLine], *, can_resume: bool) -> None:
        """Show the latest runs.

        Parameters
        ----------
        runs : sequence of RunLine
        can_resume : bool
            False while one is going on, or where the project cannot be changed.
        """
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for run in runs[:_MOST]:
            row = _RunRow(run, self._icons, self)
            row.resume.setEnabled(can_resume)
            row.clicked.connect(self.chosen)
            row.resume.clicked.connect(lambda _=False, run=run: self.resume_wanted.emit(run))
            row.report.clicked.connect(lambda _=False, run=run: self.report_wanted.emit(run))
            self._column.addWidget(row)
            self.rows.append(row)


class _RunRow(QWidget):
    """One run: what it was made of, when, and how far it is."""

    clicked = Signal(object)

    def __init__(self, run: RunLine, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.run = run
        quality = words.quality(run.options.quality)
        title = QLabel(f"{run.options.title}  ·  {quality}", self)
        note = QLabel(self._note(), self)
        note.setObjectName("dim")
        for label in (title, note):  # long ones are cut, the pane does not grow for them
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.resume = self._button(icons, "play", self.tr("Go on with this run"))
        self.report = self._button(icons, "file-text", self.tr("Show its report"))
        self.resume.setVisible(not run.finished)
        self.report.setVisible(run.finished)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(title)
        texts.addWidget(note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(texts, 1)
        row.addWidget(self.resume)
        row.addWidget(self.report)
        self.setToolTip(str(run.folder))

    def _button(self, icons: IconSet, glyph: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(glyph, "dim"))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(text)
        button.setAccessibleName(f"{text}: {self.run.options.title}")
        return button

    def _note(self) -> str:
        run = self.run
        how = (
            self.tr("finished") if run.finished
            else self.tr("{0} of {1} steps").format(run.done, len(run.steps))
        )  # fmt: skip
        return f"{_begun(run)}  ·  {how}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self.run)
        super().mousePressEvent(event)


def _begun(run: RunLine) -> str:
    """Return when a run was begun, in local time; its folder is named after it."""
    parts = run.folder.name.split("-")
    begun = QDateTime.fromString("".join(parts[1:3]), "yyyyMMddHHmmss")
    begun.setTimeZone(QTimeZone.utc())
    if not begun.isValid():
        return run.folder.name
    return QLocale().toString(begun.toLocalTime(), QLocale.FormatType.ShortFormat)
