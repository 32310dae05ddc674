"""Brings plugins into the window: docks, commands, notices, and keeps them from harming it."""

from __future__ import annotations

import sys
import traceback
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.plugins.actions import PluginActions
from app.plugins.contributed import ContributedFiles
from app.plugins.guard import (
    Standstill,
    StandstillWatch,
    objects_in,
    owner_of_traceback,
)
from app.plugins.memory import PanelMemory
from app.plugins.panels import PluginPanels
from app.plugins.services import WindowServices
from app.threads import Threads
from plugins.host.development import DevelopmentWatch
from plugins.host.discovery import Source
from plugins.host.plugins import PluginRecord, Plugins, PluginStatus
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from app.plugins.dialog import PluginsDialog
    from app.plugins.place import PanelPlace
    from app.plugins.report import ReportWindow
    from app.window import MainWindow
    from app.workers import JobRecord
    from ingest.pipeline.job import Job
    from plugins.host.discovery import Found
    from plugins.host.state import PluginState

_STARTED_MS: Final = 5000

ExceptionHook = Callable[[type[BaseException], BaseException, TracebackType | None], Any]


class _Hook:
    """Hands exceptions to the hub while there is one.

    Every thread keeps the hook of the time at which it began, so this one must not keep the
    window alive.
    """

    def __init__(self, hub: PluginHub) -> None:
        self._hub = weakref.ref(hub)
        self.previous: ExceptionHook = sys.excepthook

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        hub = self._hub()
        if hub is None or not hub.take_fault(kind, error, trace):
            self.previous(kind, error, trace)


class PluginHub(QObject):
    """Everything of plugins that has to do with the window.

    Parameters
    ----------
    window : MainWindow
    state : PluginState
    safe_mode : bool
    """

    changed = Signal()
    _stirred = Signal()

    def __init__(self, window: MainWindow, state: PluginState, *, safe_mode: bool) -> None:
        super().__init__(window)
        self.window_ = window
        self.services = WindowServices(window)
        self.host = Plugins(self.services, state, safe_mode=safe_mode)
        self.state = state
        self.dialog: PluginsDialog | None = None
        self.actions = PluginActions(self)
        self.contributed = ContributedFiles(self)
        self._told: set[tuple[str, str]] = set()
        self._threads = Threads(self, 1)
        self._hook = _Hook(self)
        self._closed = False
        self.watch = StandstillWatch(self.host.owner_of, self._last_words, self)
        self.memory = PanelMemory(self)
        window.panels.of_plugins = PluginPanels(self.host, self._panel_opens)
        self.watch.stood_still.connect(self._stood_still)
        self._coalesce = QTimer(self)
        self._coalesce.setSingleShot(True)
        self._coalesce.setInterval(0)
        self._coalesce.timeout.connect(self._sync)
        self._stirred.connect(self._coalesce.start)
        self.host.changed.connect(self._stir)
        self._development = DevelopmentWatch(self.host)
        session = window.session
        session.opened.connect(self._project_opened)
        session.closing.connect(self._project_closing)
        self._started = QTimer(self)
        self._started.setSingleShot(True)
        self._started.timeout.connect(state.start_succeeded)

    # -- start and end -------------------------------------------------------------------

    def begin(self) -> None:
        """Look for plugins in a thread; docks and commands follow."""
        self.install_hook()
        self._started.start(_STARTED_MS)
        if self.host.safe_mode:
            self.notice(
                self.tr("Safe mode: no plugin runs. The Plugins dialog says which there are.")
            )
        for plugin_id, what in self.state.take_blamed().items():
            self.state.decision(plugin_id).quarantined = what
            self.state.save()
            self.notice(
                self.tr("The plugin {0} blocked the window and was disabled: {1}").format(
                    plugin_id, what
                )
            )
        self.window_.services.background.ask("plugins", self.host.find, self._found)

    def _found(self, found: list[Found]) -> None:
        self.host.take(found)
        if self.window_.session.twin is not None:
            self._project_opened()
        self._development.start()

    def shut_down(self) -> None:
        """Stop every worker, panel, thread and timer."""
        self._closed = True
        self._development.stop()
        self._started.stop()
        self._coalesce.stop()
        self.state.start_succeeded()
        self.window_.panels.shut_down()
        self.watch.stop()
        self.memory.stop()
        self._threads.wait()
        self.host.close()
        self.remove_hook()

    def _project_opened(self) -> None:
        self.services.follow()
        self._threads.start(self.host.project_opened)

    def _project_closing(self) -> None:
        self.services.unfollow()
        self.host.project_closed()

    def language_changed(self) -> None:
        """Tell plugins the language in use now; docks and actions take their titles in it."""
        self.services.language = self.window_.language.code
        self.contributed.translate()
        self.services.signals.emit("language-changed", self.services.language)
        if self.dialog is not None:
            self.dialog.refresh()

    # -- faults --------------------------------------------------------------------------

    def install_hook(self) -> None:
        """Take exceptions that nobody caught, handing on those that are no plugin's."""
        if sys.excepthook is not self._hook:
            self._hook.previous = sys.excepthook
            sys.excepthook = self._hook

    def remove_hook(self) -> None:
        """Leave exceptions to who had them before."""
        if sys.excepthook is self._hook:
            sys.excepthook = self._hook.previous

    def take_fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> bool:
        """Say what a plugin did wrong and end what it shows; False if the error is no plugin's."""
        owner = owner_of_traceback(trace, self.host.owner_of)
        if owner is None:
            return False
        text = "".join(traceback.format_exception(kind, error, trace))
        place = self._place_of(owner, objects_in(trace))
        # A painter that lives on in a frame would end the program at the next paint event.
        traceback.clear_frames(trace)
        if place is not None:
            place.fail(place.explained(error, text))
        else:
            failure = PluginError(owner, f"{kind.__name__}: {error}", traceback=text)
            self.host.fail(owner, "", failure)
            self.notice(str(failure))
        return True

    def _place_of(self, owner: str, objects: list[Any]) -> PanelPlace | None:
        """Return the panel that an exception came from: by its widgets, else the only one."""
        for one in objects:
            widget = one if isinstance(one, QObject) else None
            while widget is not None:
                for place in self.places.values():
                    if widget is place:
                        return place
                widget = widget.parent()
        active = [p for p in self.places.values() if p.entry.owner == owner and p.panel is not None]
        return active[0] if active else None

    def _last_words(self, plugin_id: str, where: str) -> None:
        self.state.blame(plugin_id, where)

    def _stood_still(self, still: Standstill) -> None:
        self.state.take_blamed()
        record = self.host.records.get(still.plugin)
        if record is not None:
            record.log.add(
                "WARNING", f"held the window for {still.seconds:.1f} s at {still.where}\n"
                f"{still.stack}"
            )  # fmt: skip
        if not still.interrupted:
            self.notice(
                self.tr("The plugin {0} held the window for {1} s at {2}; it can be disabled in "
                        "the Plugins dialog.").format(still.plugin, f"{still.seconds:.1f}",
                                                      still.where)
            )  # fmt: skip

    def notice(self, text: str) -> None:
        """Tell the user something, over the scene."""
        self.window_.overlays.notice.show_error(text, details=False)

    # -- docks and commands --------------------------------------------------------------

    def _stir(self) -> None:
        try:
            self._stirred.emit()
        except RuntimeError:
            return  # the window is gone

    def _sync(self) -> None:
        """Bring docks, commands and notices in line with what there is."""
        if self._closed:
            return
        self._sync_panels()
        self.actions.sync()
        self.contributed.sync()
        self._tell()
        self.changed.emit()

    def _sync_panels(self) -> None:
        panels = self.window_.panels
        added = panels.sync()
        for entry in added:
            first = not self.state.decision(entry.owner).seen and entry.details.get("open", True)
            if first or panels.was_open(entry.id):
                self.window_.docks.show(entry.id)
        fresh_owners = {one.owner for one in added if not self.state.decision(one.owner).seen}
        for owner in fresh_owners:
            self.state.decision(owner).seen = True
        if fresh_owners:
            self.state.save()

    def _panel_opens(self) -> None:
        self.watch.start()
        self.memory.start()

    @property
    def places(self) -> dict[str, PanelPlace]:
        """Places of panels of plugins by the ids of their entries."""
        return self.window_.panels.plugin_places()

    def _title(self, entry: Contribution) -> str:
        return entry.title(self.window_.language.code)

    def run_command(self, entry_id: str) -> None:
        """Run a command of a plugin; what it raises is told and ends nothing."""
        entry = CONTRIBUTIONS.get("command", entry_id)
        if entry is None:
            return
        self.watch.start()
        context = self.host.context(entry.owner, lambda call: self._guard_command(entry, call))
        self._guard_command(entry, lambda: entry.load()(context))

    def _guard_command(self, entry: Contribution, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            failure = PluginError(
                entry.owner,
                f"the command '{self._title(entry)}' failed: {type(error).__name__}: {error}",
                traceback=traceback.format_exc(),
            )
            traceback.clear_frames(error.__traceback__)
            self.host.fail(entry.owner, entry.id, failure)
            self.notice(str(failure))

    def _tell(self) -> None:
        """Say once what the user should know: a plugin that asks, or cannot run."""
        for problem in (self.state.problem, self.services.live.problem):
            if problem and ("", problem) not in self._told:
                self._told.add(("", problem))
                self.notice(problem)
        for record in list(self.host.records.values()):
            key = (record.id, f"{record.status}{record.problem}")
            if key in self._told:
                continue
            if record.status == PluginStatus.NEEDS_PERMISSION:
                self._told.add(key)
                self._ask(record)
            elif record.status in {PluginStatus.REFUSED, PluginStatus.QUARANTINED}:
                self._told.add(key)
                self.notice(f"{record.id}: {record.problem}"
                             if record.id not in record.problem else record.problem)  # fmt: skip
        for found in self.host.refused:
            key = (str(found.folder), str(found.error))
            if key not in self._told:
                self._told.add(key)
                self.notice(str(found.error))

    def _ask(self, record: PluginRecord) -> None:
        """Say that a plugin waits for an answer, and lead to where it is given."""
        name = record.manifest.name(self.window_.language.code)
        self.window_.overlays.notice.show_question(
            self.tr("The plugin {0} asks for permissions and does not run before.").format(name),
            self.tr("Look at them…"),
            partial(self.show_dialog, record.id),
        )

    # -- the dialog ----------------------------------------------------------------------

    def show_dialog(self, plugin_id: str = "") -> None:
        """Open the Plugins dialog, at a plugin where one is named."""
        from app.plugins.dialog import PluginsDialog

        if self.dialog is None:
            self.dialog = PluginsDialog(self, self.window_)
            self.dialog.finished.connect(self._dialog_closed)
        if plugin_id:
            self.dialog.select(plugin_id)
        self.dialog.show()
        self.dialog.raise_()

    def _dialog_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def install(self, source: str) -> JobRecord:
        """Install a plugin as a job; it is found and runs when the job is done."""
        from plugins.host.install import Installed, install

        def work(job: Job) -> Installed:
            found = [record.found for record in list(self.host.records.values())]
            done = install(source, self.state, found, job)
            before = self.host.records.get(done.id)
            if before is not None:
                self.host.forget(before)
            self.host.discover()
            return done

        title = self.tr("Install {0}").format(Path(source).name)
        return self.window_.jobs.start(title, work, kind="plugin")

    def uninstall(self, record: PluginRecord) -> None:
        """Remove a plugin, or no longer look into its development folder."""
        from plugins.host.install import remove

        def work() -> None:
            if record.found.source == Source.DEVELOPMENT:
                for folder in self.state.development_folders:
                    if record.found.folder.is_relative_to(folder):
                        self.state.remove_development_folder(folder)
            else:
                remove(record.id, self.state)
            self.host.discover()

        self.off_thread(work)

    def develop(self, folder: Path) -> None:
        """Look for plugins in a folder from now on, and read them anew when they change."""

        def work() -> None:
            self.state.add_development_folder(folder)
            self.host.discover()
            self._development.start()

        self.off_thread(work)

    def off_thread(self, work: Callable[[], object]) -> None:
        """Do something that may wait for workers, in a thread; problems become a notice."""

        def run() -> None:
            try:
                work()
            except PluginError as error:
                self.services.post(partial(self.notice, str(error)))

        self._threads.start(run)

    def show_report(self, report: ReportWindow) -> None:
        """Show what an analysis found."""
        report.show()
        report.raise_()
