"""The alarm report from the window: a period, a file, a job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.live.session import LiveSession
from app.workers import JobRecord, Jobs, JobState
from ingest.pipeline.job import Job
from twin_model.alarms.kpi import figures
from twin_model.alarms.report import report_html
from twin_model.errors import StoreError
from twin_model.project import write_atomically
from twin_model.time import ALWAYS, Instant, Interval

if TYPE_CHECKING:
    from twin_model.operations import Operations

_DAY_US: Final = 86_400_000_000
_DAYS: Final = (1, 7, 30, 365)


def make_report(
    operations: Operations, live: LiveSession, place: Path, days: int, language: str, job: Job
) -> Path:
    """Write the report of the last days; for a job. HTML, or PDF by the file's name.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    stage = QCoreApplication.translate("AlarmReport", "Reading the journal")
    end = Instant(operations.hub.clock())
    period = Interval(Instant(end.us - days * _DAY_US), end)
    job.report(stage, 0)
    until = Interval(ALWAYS, end)
    found = figures((one.event for one in operations.journal.events(until)), period)
    job.check()
    listed = [*found.top, *found.chattering, *found.fleeting, *found.stale]
    points = {name: operations.alarms.points.get(name) for name, _ in listed}
    places = live.names(name.partition("/")[0] for name in points)
    names = {
        name: f"{point.name} · {places.get(point.entity, point.entity)}"
        for name, point in points.items()
        if point is not None
    }
    title = operations.twin.title
    try:
        if place.suffix.lower() == ".pdf":
            from app.alarms.pdf import write_pdf

            write_pdf(found, place, title, names, language)
        else:
            write_atomically(place, report_html(found, title, names, language))
    except OSError as error:
        raise StoreError(f"{place} cannot be written ({error.strerror})") from error
    return place


class AlarmReport(QObject):
    """Asks for a period and a file, and writes the report.

    Parameters
    ----------
    window : QWidget
    live : LiveSession
    jobs : Jobs
    """

    def __init__(self, window: QWidget, live: LiveSession, jobs: Jobs) -> None:
        super().__init__()
        self._window = window
        self._live = live
        self._jobs = jobs
        self.language = "en"
        self.dialog: ReportDialog | None = None

    def show(self) -> None:
        """Open the dialog."""
        if self._live.operations is None:
            self._live.begin(self.show)
            return
        self.dialog = ReportDialog(self._window, self)
        self.dialog.show()

    def save_report(self, place: Path, days: int) -> JobRecord | None:
        """Write the report of the last days as a job."""
        operations, live, language = self._live.operations, self._live, self.language
        if operations is None:
            return None
        title = QCoreApplication.translate("AlarmReport", "Alarm report {0}").format(place.name)
        return self._jobs.start(
            title, lambda job: make_report(operations, live, place, days, language, job),
            kind="backtest",
        )  # fmt: skip

    @property
    def jobs(self) -> Jobs:
        """The jobs of the window."""
        return self._jobs


class ReportDialog(QDialog):
    """Period, and which file.

    Parameters
    ----------
    parent : QWidget
    report : AlarmReport
    """

    def __init__(self, parent: QWidget, report: AlarmReport) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._report = report
        self.record: JobRecord | None = None
        self.setWindowTitle(self.tr("Alarm report"))
        self.days = QComboBox(self)
        for days, text in zip(
            _DAYS,
            (self.tr("Last day"), self.tr("Last 7 days"), self.tr("Last 30 days"),
             self.tr("Last year")),
        ):  # fmt: skip
            self.days.addItem(text, days)
        self.days.setCurrentIndex(1)
        self.days.setAccessibleName(self.tr("Period"))
        hint = QLabel(
            self.tr("Rates, peaks, floods, the ten most frequent, chattering and stale alarms "
                    "beside the targets of ISA-18.2 and EEMUA 191."), self,
        )  # fmt: skip
        hint.setObjectName("dim")
        hint.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.look = self._button(self.tr("Open"))
        self.look.clicked.connect(lambda _=False: self._open())
        self.look.hide()
        self.pdf, self.html = self._button(self.tr("Save as PDF…")), self._button("HTML…")
        self.pdf.setObjectName("primary")
        self.pdf.clicked.connect(lambda _=False: self._choose("pdf"))
        self.html.clicked.connect(lambda _=False: self._choose("html"))
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        for button in (self.look, self.html, self.pdf):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addWidget(hint)
        column.addWidget(self.days)
        column.addLayout(row)
        self.setMinimumWidth(460)
        report.jobs.changed.connect(self._follow)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        return button

    def _choose(self, suffix: str) -> None:
        title = self.tr("Save the alarm report")
        place, _ = QFileDialog.getSaveFileName(
            self, title, f"alarms.{suffix}", f"{suffix.upper()} (*.{suffix})"
        )
        if place:
            self.save_report(Path(place))

    def save_report(self, place: Path) -> None:
        """Write the report."""
        self.record = self._report.save_report(place, int(self.days.currentData()))
        self.note.setText(self.tr("Writing…"))

    def _follow(self) -> None:
        record = self.record
        if record is None or record.active:
            return
        done = record.state == JobState.DONE
        self.look.setVisible(done)
        self.note.setText(self.tr("Saved.") if done else record.error)

    def _open(self) -> None:
        result: Any = self.record.result if self.record is not None else None
        if isinstance(result, Path):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(result)))
