"""Notification in the window: begun with the alarms of a project, and its dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app import messages
from app.alarms.notifying import SECRETS, Notifying, Voices
from app.alarms.sending import SendError
from app.alarms.sounds import play

if TYPE_CHECKING:
    from app.alarms.notify_dialog import NotifyDialog
    from app.live.session import LiveSession
    from app.rules.editing import RuleEditing
    from app.rules.listing import RuleBook
    from app.window import MainWindow
    from twin_model.alarms.changes import Outcome
    from twin_model.alarms.desk import AlarmDesk
    from twin_model.operations import Operations
    from twin_model.schema.types import Severity


class Notification(QObject):
    """See module.

    Parameters
    ----------
    window : MainWindow
    live : LiveSession
    editing : RuleEditing
    """

    #: Why somebody could not be told; empty once it went.
    troubled = Signal(str)
    #: A sound comes again until somebody takes note, or no longer.
    sounding = Signal(bool)
    _sounded = Signal()

    def __init__(self, window: MainWindow, live: LiveSession, editing: RuleEditing) -> None:
        super().__init__()
        self._window = window
        self._live = live
        self._editing = editing
        self._known: Operations | None = None
        self.running: Notifying | None = None
        self.dialog: NotifyDialog | None = None
        self._sounded.connect(QApplication.beep, Qt.ConnectionType.QueuedConnection)
        live.changed.connect(self._follow)
        live.ticked.connect(self._look)
        self._said = ""
        self._sounding = False

    def _follow(self) -> None:
        """Begin with the alarms of a project, and end with them."""
        operations = self._live.operations
        if operations is self._known:
            return
        if self.running is not None:
            self.running.close()
            self.running = None
        self._known = operations
        if operations is not None:
            secrets = self._window.services.plugins.secrets
            voices = Voices(
                lambda name: secrets.get(SECRETS, name), self._live.names,
                self._sound, self._window.language.code,
            )  # fmt: skip
            self.running = Notifying(operations, voices)

    def _look(self) -> None:
        """Say what went wrong with telling, once a second."""
        running = self.running
        problem = running.problem if running is not None else ""
        if problem != self._said:
            self._said = problem
            self.troubled.emit(messages.shown(problem))
        sounding = running is not None and running.sounding
        if sounding != self._sounding:
            self._sounding = sounding
            self.sounding.emit(sounding)

    def silence(self) -> None:
        """Let no sound come again for what stands; whose role allows it."""
        running = self.running
        if running is None or not running.sounding:
            return

        def do(desk: AlarmDesk) -> Outcome:
            outcome = desk.silence()
            running.silence()
            return outcome

        self._live.act(do)

    def _sound(self, priority: Severity) -> None:
        """Make the sound of a priority, at least that of the system; for a thread."""
        try:
            play(priority)
        except SendError:
            self._sounded.emit()
            raise

    def show_dialog(self) -> None:
        """Open the dialog in which who is told is said."""
        from app.alarms.notify_dialog import NotifyDialog

        operations = self._live.operations
        if operations is None:
            self._live.begin(self.show_dialog)
            return
        secrets = self._window.services.plugins.secrets

        def show(book: RuleBook) -> None:
            self.dialog = NotifyDialog(
                self._window, self._editing, self._window.services.background,
                (lambda name: secrets.get(SECRETS, name),
                 lambda name, value: secrets.set(SECRETS, name, value), self._sound),
                book,
            )  # fmt: skip
            self.dialog.show()

        from app.rules.listing import read_book

        self._window.services.background.ask("notify-rules", lambda: read_book(operations), show)
