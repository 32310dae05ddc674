"""The Plugins dialog: which there are, what they may do, how they run; install and remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.plugins import words
from app.plugins.details import AboutPage, LogPage, SettingsPage, WorkersPage
from app.plugins.grant import ask_permissions
from app.workers import JobState
from plugins.host.discovery import Source
from plugins.host.plugins import PluginRecord, PluginStatus

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub
    from app.workers import JobRecord

_REFRESH_MS: Final = 1000
_GLYPHS: Final = {
    PluginStatus.ACTIVE: ("check-circle", "accent"),
    PluginStatus.DISABLED: ("prohibit", "dim"),
    PluginStatus.NEEDS_PERMISSION: ("question", "high"),
    PluginStatus.REFUSED: ("warning-circle", "critical"),
    PluginStatus.QUARANTINED: ("warning", "high"),
    PluginStatus.SAFE_MODE: ("prohibit", "dim"),
}


class PluginsDialog(QDialog):
    """Shows all plugins.

    Parameters
    ----------
    hub : PluginHub
    parent : QWidget
    """

    def __init__(self, hub: PluginHub, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub = hub
        self._icons = hub.window_.services.icons
        self._installing: JobRecord | None = None
        self.list = QListWidget(self)
        self.list.setIconSize(QSize(16, 16))
        self.list.setMinimumWidth(250)
        self.list.currentItemChanged.connect(lambda *_: self._show_current())
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = QLabel(self)
        self.name.setObjectName("heading")
        self.status = QLabel(self)
        self.status.setObjectName("dim")
        self.status.setWordWrap(True)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.question = QLabel(self)
        self.question.setWordWrap(True)
        self.about = AboutPage(hub, self)
        self.workers = WorkersPage(hub, self)
        self.settings = SettingsPage(hub, self)
        self.log = LogPage(self)
        self.tabs = QTabWidget(self)
        for page in (self.about, self.workers, self.settings, self.log):
            self.tabs.addTab(page, "")
        self._make_buttons()
        self.progress = QLabel(self)
        self.progress.setObjectName("dim")
        self.close_ = QPushButton(self)
        self.close_.clicked.connect(self.accept)
        self._lay_out()
        self.resize(920, 600)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._refresh_figures)
        self._timer.start()
        hub.changed.connect(self.refresh)
        hub.window_.jobs.ended.connect(self._job_ended)
        self.finished.connect(self._timer.stop)
        self.retranslate()
        self.refresh()

    def _make_buttons(self) -> None:
        self.enable = QPushButton(self)
        self.enable.clicked.connect(self._toggle)
        self.reload = QPushButton(self)
        self.reload.clicked.connect(lambda: self._off_thread_with_current(self._hub.host.reload))
        self.update_ = QPushButton(self)
        self.update_.clicked.connect(self._update)
        self.remove = QPushButton(self)
        self.remove.clicked.connect(self._remove)
        self.install = QPushButton(self)
        self.install.setObjectName("primary")
        menu = QMenu(self.install)
        self.install_wheel = menu.addAction("")
        self.install_wheel.triggered.connect(self._choose_wheel)
        self.install_folder = menu.addAction("")
        self.install_folder.triggered.connect(self._choose_folder)
        self.install_index = menu.addAction("")
        self.install_index.triggered.connect(self._choose_name)
        menu.addSeparator()
        self.develop = menu.addAction("")
        self.develop.triggered.connect(self._choose_development)
        self.install.setMenu(menu)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.empty, 1)
        left.addWidget(self.install)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for button in (self.enable, self.reload, self.update_, self.remove):
            actions.addWidget(button)
        actions.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        for widget in (self.name, self.status, self.question, self.problem):
            right.addWidget(widget)
        right.addLayout(actions)
        right.addWidget(self.tabs, 1)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 0)
        columns.addLayout(right, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.progress, 1)
        bottom.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addLayout(columns, 1)
        layout.addLayout(bottom)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setWindowTitle(self.tr("Plugins"))
        self.empty.setText(
            self.tr(
                "No plugins yet. Install one from a wheel, a folder or the index, or begin your "
                "own with “shapan plugins new”."
            )
        )
        for number, title in enumerate(
            (self.tr("About"), self.tr("Processes"), self.tr("Settings"), self.tr("Log"))
        ):
            self.tabs.setTabText(number, title)
        self.question.setText(
            self.tr("It does not run before you have looked at what it asks for and allowed it.")
        )
        self.reload.setText(self.tr("Reload"))
        self.update_.setText(self.tr("Update…"))
        self.remove.setText(self.tr("Remove"))
        self.install.setText(self.tr("Install"))
        self.install_wheel.setText(self.tr("From a wheel file…"))
        self.install_folder.setText(self.tr("From a project folder…"))
        self.install_index.setText(self.tr("By name from the package index…"))
        self.develop.setText(self.tr("Use a folder in development…"))
        self.close_.setText(self.tr("Close"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.refresh()
        super().changeEvent(event)

    # -- showing -------------------------------------------------------------------------

    @property
    def current(self) -> PluginRecord | None:
        """The plugin that is selected."""
        item = self.list.currentItem()
        return self._hub.host.records.get(item.data(Qt.ItemDataRole.UserRole)) if item else None

    def select(self, plugin_id: str) -> None:
        """Select a plugin."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == plugin_id:
                self.list.setCurrentRow(row)

    def refresh(self) -> None:
        """Show the plugins as they are now, keeping the selection."""
        chosen = self.current.id if self.current else ""
        language = self._hub.window_.language.code
        self.list.blockSignals(True)
        self.list.clear()
        for record in sorted(self._hub.host.records.values(), key=lambda one: one.id):
            manifest = record.found.manifest
            name = manifest.name(language) if manifest else record.id
            version = manifest.plugin.version if manifest else ""
            item = QListWidgetItem(f"{name}  {version}".rstrip())
            glyph, token = _GLYPHS[record.status]
            if record.failures and record.status == PluginStatus.ACTIVE:
                glyph, token = "warning", "high"
            item.setIcon(self._icons.icon(glyph, token))
            item.setToolTip(f"{record.id} · {words.status(record.status)}")
            item.setData(Qt.ItemDataRole.UserRole, record.id)
            self.list.addItem(item)
        self.list.blockSignals(False)
        count = self.list.count()
        self.list.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        self.select(chosen)
        if self.list.currentRow() < 0 and count:
            self.list.setCurrentRow(0)
        self._show_current()

    def _show_current(self) -> None:
        record = self.current
        self.question.hide()
        for widget in (self.name, self.status, self.problem, self.tabs, self.enable, self.reload,
                       self.update_, self.remove):  # fmt: skip
            widget.setVisible(record is not None)
        if record is None:
            return
        manifest = record.found.manifest
        language = self._hub.window_.language.code
        self.name.setText(manifest.name(language) if manifest else record.id)
        self.status.setText(f"{words.status(record.status)} · {words.source(record.found.source)}")
        problems = [record.problem, *(str(error) for error in record.failures.values())]
        text = "\n".join(dict.fromkeys(p for p in problems if p))
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        asks = record.status == PluginStatus.NEEDS_PERMISSION
        self.question.setVisible(asks)
        self.enable.setObjectName("primary" if asks else "")
        self.enable.style().polish(self.enable)
        self._show_buttons(record)
        self.about.show_record(record)
        self.settings.show_record(record)
        self._refresh_figures()

    def _show_buttons(self, record: PluginRecord) -> None:
        own = record.found.source == Source.BUILTIN
        refused = record.status == PluginStatus.REFUSED
        texts = {
            PluginStatus.ACTIVE: self.tr("Disable"),
            PluginStatus.NEEDS_PERMISSION: self.tr("Permissions…"),
        }
        self.enable.setText(texts.get(record.status, self.tr("Enable")))
        self.enable.setVisible(not own)
        self.enable.setEnabled(not own and not refused and not self._hub.host.safe_mode)
        self.reload.setEnabled(record.status in {PluginStatus.ACTIVE, PluginStatus.REFUSED})
        installed = record.found.source == Source.USER
        development = record.found.source == Source.DEVELOPMENT
        self.update_.setVisible(installed)
        self.remove.setVisible(installed or development)

    def _refresh_figures(self) -> None:
        record = self.current
        if record is not None:
            self.workers.show_record(record)
            self.log.show_record(record)

    # -- doing ---------------------------------------------------------------------------

    def _off_thread_with_current(self, work: object) -> None:
        record = self.current
        if record is not None and callable(work):
            plugin_id = record.id
            self._hub.off_thread(lambda: work(plugin_id))

    def _toggle(self) -> None:
        record, host = self.current, self._hub.host
        if record is None:
            return
        plugin_id, enabled = record.id, record.status == PluginStatus.ACTIVE
        if record.status == PluginStatus.NEEDS_PERMISSION:
            if ask_permissions(record, self._hub.window_.language.code, self):
                asked = record.manifest.permissions
                self._hub.off_thread(lambda: host.grant(plugin_id, asked))
            return
        self._hub.off_thread(lambda: host.set_enabled(plugin_id, not enabled))

    def _choose_wheel(self) -> None:
        title = self.tr("Install a plugin")
        name, _ = QFileDialog.getOpenFileName(self, title, "", "Wheel (*.whl)")
        if name:
            self.install_from(name)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Install a plugin"))
        if name:
            self.install_from(name)

    def _choose_name(self) -> None:
        name, ok = QInputDialog.getText(
            self, self.tr("Install a plugin"), self.tr("Name of the package")
        )
        if ok and name.strip():
            self.install_from(name.strip())

    def _choose_development(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder in development"))
        if name:
            self._hub.develop(Path(name))

    def _update(self) -> None:
        from plugins.host.install import source_of

        record = self.current
        if record is None:
            return
        source = source_of(record.id, self._hub.state)
        if source and not source.endswith(".whl"):
            self.install_from(source)
        else:
            self._choose_wheel()

    def install_from(self, source: str) -> None:
        """Install from a wheel, a folder or the index, as a job that can be cancelled."""
        self._installing = self._hub.install(source)
        self.progress.setText(self.tr("Installing {0}…").format(Path(source).name))
        self.install.setEnabled(False)

    def _job_ended(self, record: JobRecord) -> None:
        if record is not self._installing:
            return
        self._installing = None
        self.install.setEnabled(True)
        if record.state == JobState.DONE:
            done = record.result
            text = self.tr("{0} {1} is installed.").format(done.id, done.version)
            self.progress.setText(" ".join([text, *done.warnings]))
            self.refresh()
            self.select(done.id)
        else:
            self.progress.setText(record.error)

    def _remove(self) -> None:
        record = self.current
        if record is None:
            return
        answer = QMessageBox.question(
            self,
            self.tr("Remove the plugin?"),
            self.tr("“{0}” is removed from this computer. What it keeps in projects stays there.")
            .format(self.name.text()),
        )  # fmt: skip
        if answer == QMessageBox.StandardButton.Yes:
            self.remove_now(record)

    def remove_now(self, record: PluginRecord) -> None:
        """Remove a plugin without asking."""
        self.progress.setText(self.tr("{0} is removed.").format(record.id))
        self._hub.uninstall(record)
