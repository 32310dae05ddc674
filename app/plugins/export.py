"""Exporting entities in a format of a plugin: which ones, and where to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app import dialogs, numbers
from app.as_of import AsOf, as_of_text, known_on, world_instant
from app.conditions import is_condition, problem_of
from twin_model.contributions import Contribution
from twin_model.errors import ShapanError, ValidationError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from app.workers import JobRecord
    from ingest.pipeline.job import Job
    from twin_model.twin import Twin


class ExportDialog(QDialog):
    """Asks which entities to write, and says how many they are.

    Parameters
    ----------
    hub : PluginHub
    entry : Contribution
        The exporter.
    title : str
    """

    def __init__(self, hub: PluginHub, entry: Contribution, title: str) -> None:
        super().__init__(hub.window_)
        self._hub = hub
        self._entry = entry
        self._title = title.removesuffix("…")
        self._chosen = [one.id for one in hub.window_.entity_panel.entities]
        self.setWindowTitle(self._title)
        self.selected = QRadioButton(self)
        self.matching = QRadioButton(self)
        self.all = QRadioButton(self)
        self._group = QButtonGroup(self)
        for button in (self.selected, self.matching, self.all):
            self._group.addButton(button)
        self.condition = QLineEdit(hub.window_.entities_panel.search.text(), self)
        self.count = QLabel(self)
        self.count.setObjectName("dim")
        self.count.setWordWrap(True)
        self._when = hub.window_.timeline.when
        self.time = QLabel(self)
        self.time.setVisible(self._when is not None)
        self.choose, self.leave = QPushButton(self), QPushButton(self)
        self.choose.setObjectName("primary")
        self.choose.setDefault(True)
        self._lay_out()
        self._retranslate()
        self.selected.setEnabled(bool(self._chosen))
        if self._chosen:
            self.selected.setChecked(True)
        elif self.condition.text().strip():
            self.matching.setChecked(True)
        else:
            self.all.setChecked(True)
        self._group.buttonToggled.connect(lambda *_: self._count())
        self.condition.textChanged.connect(lambda _: self._count())
        self.condition.textEdited.connect(lambda _: self.matching.setChecked(True))
        self.choose.clicked.connect(self._choose)
        self.leave.clicked.connect(self.reject)
        self._count()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.choose)
        indented = QHBoxLayout()
        indented.setContentsMargins(24, 0, 0, 0)
        indented.addWidget(self.condition)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(self.all)
        layout.addWidget(self.selected)
        layout.addWidget(self.matching)
        layout.addLayout(indented)
        layout.addWidget(self.time)
        layout.addWidget(self.count)
        layout.addLayout(buttons)
        self.setMinimumWidth(420)

    def _retranslate(self) -> None:
        self.all.setText(self.tr("All entities"))
        chosen = numbers.integer(len(self._chosen))
        self.selected.setText(self.tr("Selected entities ({0})").format(chosen))
        self.matching.setText(self.tr("Entities that match"))
        self.condition.setPlaceholderText(self.tr("Part of a name, or a condition: height > 30"))
        self.condition.setAccessibleName(self.tr("Condition"))
        # The slider tells what is written, as it tells what is seen.
        self.time.setText(self.tr("As things are at: {0}").format(as_of_text(self._when)))
        self.choose.setText(self.tr("Choose file…"))
        self.leave.setText(self.tr("Cancel"))

    def where(self) -> str:
        """Return the condition of the entities that are to be written; empty for all.

        It says as of when, where the window does not show what is now.
        """
        if self.selected.isChecked():
            return dated(where_of(self._chosen), self._when)
        text = self.condition.text().strip() if self.matching.isChecked() else ""
        if text and not is_condition(text):
            text = f"name ~ {_quoted(text)}"
        return dated(text, self._when)

    def _count(self) -> None:
        twin, where = self._hub.window_.session.twin, self.where()
        if twin is None:
            return
        background = self._hub.window_.services.background
        background.ask("export-count", lambda: _counted(twin, where), self._show_count)

    def _show_count(self, found: tuple[int, ShapanError | None]) -> None:
        count, error = found
        say = QCoreApplication.translate
        if error is None:
            self.count.setText(say("ExportDialog", "%n entities are written.", None, count))
        elif isinstance(error, ValidationError):
            self.count.setText(problem_of(error))
        else:
            self.count.setText(str(error))
        self.choose.setEnabled(count > 0)

    def _choose(self) -> None:
        where = self.where()
        path = ask_export_path(self, self._entry, self._title)
        if path is not None:
            run_export(self._hub, self._entry, path, where)
            self.accept()


def _counted(twin: Twin, where: str) -> tuple[int, ShapanError | None]:
    try:
        return twin.count(EntityQuery(where=where)), None
    except ShapanError as error:
        return 0, error  # an answer: it is shown in the dialog


def dated(where: str, when: AsOf) -> str:
    """Return a condition with its time, unless it names one itself or it is now."""
    instant, recorded = world_instant(when), known_on(when)
    named = re.search(r"\b(as\s+of|known\s+on)\b", where, re.IGNORECASE)
    if named is not None or (instant is None and recorded is None):
        return where
    clause = f"as of '{instant}'" if recorded is None else f"known on '{recorded}'"
    return f"{where} {clause}".strip()


def where_of(ids: Sequence[str]) -> str:
    """Return the condition that some entities alone fulfil."""
    return f"id in ({', '.join(map(_quoted, ids))})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def ask_export_path(parent: QWidget, entry: Contribution, title: str) -> Path | None:
    """Ask where to write; None where the user thinks better of it."""
    suffix = str(entry.details["suffix"])
    chosen, _ = QFileDialog.getSaveFileName(
        parent, title, str(dialogs.documents() / f"export{suffix}"), f"{title} (*{suffix})"
    )
    if not chosen:
        return None
    return Path(chosen if chosen.lower().endswith(suffix) else chosen + suffix)


def run_export(hub: PluginHub, entry: Contribution, path: Path, where: str = "") -> JobRecord:
    """Write entities of the project to a file as a job; all where no condition is given."""
    title = QCoreApplication.translate("PluginActions", "Export {0}").format(path.name)

    def work(job: Job) -> Any:
        return hub.host.export(entry.id, path, where, job)

    return hub.window_.jobs.start(title, work, kind="plugin")
