"""The accuracy report of a run in a window, to be read, printed and opened elsewhere."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.reconstruct.report_document import ReportContent, read_report
from app.workers import Background, JobRecord, Jobs, describe_error

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from ingest.reconstruction.runs import RunLine


class ReportDialog(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    run : RunLine
        A finished one.
    background : Background
    jobs : Jobs
    dark : bool
    """

    def __init__(
        self, parent: QWidget, run: RunLine, background: Background, jobs: Jobs, *, dark: bool
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._run = run
        self._jobs = jobs
        self._saving: JobRecord | None = None
        self._path = Path()
        self.setWindowTitle(self.tr("Accuracy report: {0}").format(run.options.title))
        self.resize(760, 820)
        self.text = QTextBrowser(self)
        self.text.setOpenExternalLinks(True)
        self.text.setPlaceholderText(self.tr("Reading the report…"))
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.pdf_button = QPushButton(self.tr("Save as PDF…"), self)
        self.browser_button = QPushButton(self.tr("Open in the browser"), self)
        for button in (self.pdf_button, self.browser_button):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        buttons.rejected.connect(self.close)
        jobs.ended.connect(self._ended)
        self.pdf_button.clicked.connect(lambda _=False: self._ask_pdf())
        self.browser_button.clicked.connect(lambda _=False: self._browse())
        theme = "dark" if dark else "light"
        background.ask("report", partial(_read, run.folder, theme), self._take)

    def _take(self, found: ReportContent | str) -> None:
        if isinstance(found, str):
            self.text.setPlainText(messages.shown(found))
            self.pdf_button.setEnabled(False)
            return
        found.fill(self.text.document())

    def _browse(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._run.report)))

    def _ask_pdf(self) -> None:
        start = str(Path.home() / f"{self._run.options.title}.pdf")
        place, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the report"), start, "PDF (*.pdf)"
        )
        if place:
            self.save_pdf(Path(place).with_suffix(".pdf"))

    def save_pdf(self, path: Path) -> None:
        """Write the report as PDF, as a job."""
        self.note.setText(self.tr("Writing {0}…").format(path.name))
        self._path = path
        self._saving = self._jobs.start(
            self.tr("Report as PDF"),
            partial(_save, self._run.folder, path, QLocale().name()),
            kind="photos",
        )

    def _ended(self, record: JobRecord) -> None:
        if record is self._saving:
            text = self.tr("Saved {0}").format(self._path)
            self.note.setText(messages.shown(record.error) if record.error else text)


def _read(run: Path, theme: str) -> ReportContent | str:
    try:
        return read_report(run, theme)
    except (OSError, ValueError, KeyError) as error:
        return describe_error(error)


def _save(run: Path, path: Path, locale: str, job: Job) -> None:
    from app.reconstruct.report_pdf import PDF_FILE, write_pdf

    made = run / PDF_FILE
    # What the command line leaves is in English.
    if made.is_file() and not locale.startswith("zh"):
        shutil.copyfile(made, path)
    else:
        write_pdf(run, path, job, locale)
