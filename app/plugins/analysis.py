"""Running analyses and exporters of plugins from the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.plugins.report import ReportWindow
from app.plugins.settings_form import SettingsForm
from plugins.host.manifest import Setting
from twin_model.contributions import Contribution

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from app.workers import JobRecord
    from ingest.pipeline.job import Job


class AnalysisDialog(QDialog):
    """Asks for the parameters of an analysis and starts it as a job.

    Parameters
    ----------
    hub : PluginHub
    entry : Contribution
    parent : QWidget
    """

    def __init__(self, hub: PluginHub, entry: Contribution, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._hub = hub
        self._entry = entry
        language = hub.window_.language.code
        self._title = entry.title(language)
        self.setWindowTitle(self._title)
        declared = entry.details.get("parameters") or {}
        self._settings = {name: Setting.model_validate(one) for name, one in declared.items()}
        self.values = {name: setting.initial() for name, setting in self._settings.items()}
        record = hub.host.records[entry.owner]
        note = QLabel(record.manifest.name(language), self)
        note.setObjectName("dim")
        self.form = SettingsForm(self._settings, self.values, language, self)
        self.form.changed.connect(self.values.__setitem__)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.buttons = QDialogButtonBox(self)
        self.run = self.buttons.addButton(self.tr("Run"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.run.setObjectName("primary")
        self.run.setDefault(True)
        self.buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.start)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(note)
        layout.addWidget(self.form)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(360)

    def start(self) -> None:
        """Check the values, start the job and close."""
        for name, setting in self._settings.items():
            try:
                setting.check(self.values[name])
            except ValueError as error:
                self.problem.setText(f"{setting.title.get('', name)}: {error}")
                self.problem.show()
                return
        run_analysis(self._hub, self._entry, dict(self.values), self._title)
        self.accept()


def run_analysis(
    hub: PluginHub, entry: Contribution, parameters: dict[str, Any], title: str
) -> JobRecord:
    """Run an analysis as a job and show its report in a window of its own."""
    jobs = hub.window_.jobs

    def work(job: Job) -> Any:
        return hub.host.analyse(entry.id, parameters, job)

    record = jobs.start(title, work, kind="plugin")

    def ended(one: JobRecord) -> None:
        if one is not record:
            return
        jobs.ended.disconnect(ended)
        if one.result is not None:
            hub.show_report(ReportWindow(hub, title, one.result, hub.window_))
        elif one.error:
            hub.notice(one.error)

    jobs.ended.connect(ended)
    return record
