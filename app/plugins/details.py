"""The pages of the Plugins dialog about one plugin."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.plugins import words
from app.plugins.grant import nothing_asked
from app.plugins.settings_form import SettingsForm, text
from plugins.host.manifest import KINDS, WORKER_KINDS
from plugins.host.plugins import PluginRecord
from plugins.host.supervisor import Worker
from plugins.host.worker.landlock import version as landlock_version
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub


class AboutPage(QScrollArea):
    """What a plugin is, contributes and may do."""

    def __init__(self, hub: PluginHub, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub = hub
        self.setWidgetResizable(True)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label.setContentsMargins(12, 8, 12, 8)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWidget(self.label)

    def show_record(self, record: PluginRecord) -> None:
        """Show one plugin."""
        language = self._hub.window_.language.code
        manifest = record.found.manifest
        if manifest is None:
            self.label.setText(_paragraph([record.id, str(record.found.folder)]))
            return
        about = manifest.plugin
        by = [one for one in (about.author, about.licence, about.homepage) if one]
        parts = []
        if about.summary:
            parts.append(_paragraph([text(about.summary, language)]))
        parts.append(_paragraph([f"{record.id}  {about.version}", " · ".join(by)], dim=True))
        given = [
            f"{words.kind(kind)}{self.tr(': ')}{text(entry.title, language) or entry.id}"
            for kind in KINDS for entry in manifest.entries(kind)
        ]  # fmt: skip
        parts += [_heading(self.tr("Contributes")), _paragraph(given)]
        asked = words.permissions(manifest.permissions)
        parts += [_heading(self.tr("Permissions")), _paragraph(asked or [nothing_asked()])]
        in_window = bool(manifest.panels or manifest.commands)
        has_workers = any(manifest.entries(kind) for kind in WORKER_KINDS)
        if in_window or has_workers:
            notes = words.honesty(in_window, landlock_version() if has_workers else None)
            parts.append(_paragraph(notes.split("\n\n"), dim=True))
        parts += [_heading(self.tr("Folder")), _paragraph([str(record.found.folder)], dim=True)]
        self.label.setText("".join(parts))


def _heading(title: str) -> str:
    return f'<p style="margin:14px 0 4px 0"><b>{html.escape(title)}</b></p>'


def _paragraph(lines: list[str], *, dim: bool = False) -> str:
    inner = "<br>".join(html.escape(line) for line in lines if line)
    # Qt's rich text knows the palette's words for colours, and the theme sets the palette.
    colour = ' style="color:palette(placeholder-text)"' if dim else ""
    return f'<p style="margin:0 0 6px 0"><span{colour}>{inner}</span></p>'


class WorkersPage(QTableWidget):
    """The processes of a plugin: state, CPU, memory, latency."""

    def __init__(self, hub: PluginHub, parent: QWidget) -> None:
        super().__init__(0, 7, parent)
        self._hub = hub
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_record(self, record: PluginRecord) -> None:
        """Show the workers as they are now."""
        self.setHorizontalHeaderLabels(
            [self.tr("Process"), self.tr("State"), self.tr("CPU"), self.tr("Memory"),
             self.tr("Latency"), self.tr("Samples/s"), self.tr("Restarts")]
        )  # fmt: skip
        workers = self._hub.host.supervisor.of(record.id)
        self.setRowCount(len(workers))
        for row, worker in enumerate(workers):
            for column, value in enumerate(_figures(worker)):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(row, column, item)
                    if column > 1:
                        item.setTextAlignment(
                            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                        )
                item.setText(value)
                item.setToolTip(worker.problem)


def _figures(worker: Worker) -> list[str]:
    found, runs = worker.figures, worker.pid is not None
    colon = QCoreApplication.translate("AboutPage", ": ")
    name = f"{words.kind(worker.spec.kind)}{colon}{worker.spec.entry}"
    return [
        f"{name} ({worker.pid})" if runs else name,
        words.worker_state(worker.state, worker.status),
        f"{found.cpu_percent:.0f} %" if runs else "",
        numbers.size(round(found.memory_bytes)) if runs else "",
        f"{found.latency_ms:.1f} ms" if runs and found.latency_ms else "",
        numbers.short(round(found.samples_per_s)) if runs else "",
        str(worker.restarts) if worker.restarts else "",
    ]


class SettingsPage(QScrollArea):
    """The settings of a plugin as a form."""

    def __init__(self, hub: PluginHub, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub = hub
        self._shown: Any = None
        self.setWidgetResizable(True)
        self.form: SettingsForm | None = None

    def show_record(self, record: PluginRecord) -> None:
        """Show one plugin's settings."""
        language = self._hub.window_.language.code
        key = (record.id, id(record.found.manifest), language)
        if key == self._shown:
            return
        self._shown = key
        settings = record.found.manifest.settings if record.found.manifest else {}
        if not settings:
            note = QLabel(self.tr("It has no settings."), self)
            note.setObjectName("dim")
            note.setAlignment(Qt.AlignmentFlag.AlignTop)
            note.setContentsMargins(12, 8, 12, 8)
            self.form = None
            self.setWidget(note)
            return
        values = self._hub.host.settings(record.id)
        self.form = SettingsForm(settings, values, language, self, self._hub.state.secrets.place)
        self.form.changed.connect(lambda name, value: self._change(record.id, name, value))
        self.setWidget(self.form)

    def _change(self, plugin_id: str, name: str, value: object) -> None:
        try:
            self._hub.host.set_settings(plugin_id, {name: value})
        except ShapanError as error:
            self._hub.notice(str(error))


class LogPage(QWidget):
    """What a plugin said."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = ("", -1, -1)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.text)

    def show_record(self, record: PluginRecord) -> None:
        """Show the log as it is now, at its end unless the user reads further up."""
        key = (record.id, record.log.revision, record.log.dropped)
        if key == self._shown:
            return
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2 or key[0] != self._shown[0]
        place = bar.value()
        self._shown = key
        self.text.setPlainText(record.log.text())
        bar.setValue(bar.maximum() if at_end else place)
