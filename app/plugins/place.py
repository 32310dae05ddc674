"""The place of a plugin's panel: the panel, or what became of it with a way back."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from twin_model.contributions import Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from app.icons import IconSet
    from plugins.host.context import HostContext
    from plugins.host.plugins import Plugins


class _Failure(QWidget):
    """What happened, the traceback, and the buttons Reload and Disable."""

    def __init__(self, place: PanelPlace, icons: IconSet) -> None:
        super().__init__(place)
        self._place = place
        self.error: PluginError | None = None
        glyph = QLabel(self)
        glyph.setPixmap(icons.icon("warning-circle", "critical").pixmap(18, 18))
        glyph.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        self.trace = QPlainTextEdit(self)
        self.trace.setReadOnly(True)
        self.trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.trace.hide()
        self.reload = QPushButton(self)
        self.reload.setObjectName("primary")
        self.reload.clicked.connect(place.reload_wanted)
        self.disable = QPushButton(self)
        self.disable.clicked.connect(place.disable_wanted)
        self.details = QPushButton(self)
        self.details.setCheckable(True)
        self.details.toggled.connect(self.trace.setVisible)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.message, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.reload, self.disable, self.details):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        layout.addLayout(line)
        layout.addWidget(self.note)
        layout.addLayout(buttons)
        layout.addWidget(self.trace, 1)
        layout.addStretch(0)
        self.retranslate()

    def show_error(self, error: PluginError) -> None:
        """Show what happened."""
        self.error = error
        self.message.setText(str(error))
        self.trace.setPlainText(error.traceback)
        self.details.setEnabled(bool(error.traceback))

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.note.setText(
            self.tr("Only this panel is closed; the window and the project go on as they were.")
        )
        self.reload.setText(self.tr("Reload"))
        self.disable.setText(self.tr("Disable plugin"))
        self.details.setText(self.tr("Traceback"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class PanelPlace(QWidget):
    """Holds one panel of a plugin, made when it is first seen.

    Parameters
    ----------
    entry : Contribution
    host : Plugins
    icons : IconSet
    activated : callable
        Called before anything of the plugin runs.
    """

    def __init__(
        self,
        entry: Contribution,
        host: Plugins,
        icons: IconSet,
        activated: Callable[[], object],
    ) -> None:
        super().__init__()
        self.entry = entry
        self.failed = False
        self._host = host
        self._icons = icons
        self._activated = activated
        self._context: HostContext | None = None
        self.panel: QWidget | None = None
        self._failure: _Failure | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.activate)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.panel is None and not self.failed:
            self._timer.start(0)

    def activate(self) -> None:
        """Import the plugin and make its panel, unless that is done."""
        if self.panel is not None or self.failed:
            return
        self._activated()
        self.guard(self._make)

    def _make(self) -> None:
        entry = self.entry
        self._context = self._host.context(entry.owner, self.guard)
        made = entry.load()(self._context)
        if not isinstance(made, QWidget):
            raise PluginError(
                entry.owner, f"{entry.target} gave a {type(made).__name__} for the panel "
                f"'{entry.title()}', not a QWidget", remedy="see docs/plugins.md",
            )  # fmt: skip
        self.panel = made
        self._column.addWidget(made)

    def guard(self, call: Callable[[], object]) -> None:
        """Call something of the plugin; what it raises closes the panel and comes no further."""
        try:
            call()
        except Exception as error:
            trace = traceback.format_exc()
            # Frames may hold painters and locks.
            traceback.clear_frames(error.__traceback__)
            self.fail(self.explained(error, trace))

    def explained(self, error: BaseException, trace: str) -> PluginError:
        """Return an error that names plugin and panel."""
        if isinstance(error, PluginError) and error.plugin == self.entry.owner:
            error.traceback = error.traceback or trace
            return error
        return PluginError(
            self.entry.owner,
            f"the panel '{self.entry.title()}' failed: {type(error).__name__}: {error}",
            traceback=trace,
        )

    def fail(self, error: PluginError) -> None:
        """Close the panel, as soon as no event of it is under way, and show what happened."""
        if self.failed:
            return
        self.failed = True
        if self.panel is not None:
            # It may be painting right now: hidden and deleted once this event is over.
            self.panel.setUpdatesEnabled(False)
        self._host.fail(self.entry.owner, self.entry.id, error)
        QTimer.singleShot(0, self, lambda: self._show_failure(error))

    def _show_failure(self, error: PluginError) -> None:
        self._drop_panel()
        if self._failure is None:
            self._failure = _Failure(self, self._icons)
            self._column.addWidget(self._failure)
        self._failure.show_error(error)
        self._failure.show()

    @property
    def error(self) -> PluginError | None:
        """What happened to the panel; None while it is well."""
        return self._failure.error if self._failure is not None and self.failed else None

    @property
    def failure(self) -> _Failure | None:
        """The message in place of the panel."""
        return self._failure if self.failed else None

    def _drop_panel(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            context.close()
        panel, self.panel = self.panel, None
        if panel is not None and shiboken6.isValid(panel):
            panel.hide()
            self._column.removeWidget(panel)
            panel.deleteLater()

    def reload_wanted(self) -> None:
        """Read the plugin anew; its places are made anew with it."""
        self._host.reload(self.entry.owner)

    def disable_wanted(self) -> None:
        """Disable the plugin."""
        self._host.set_enabled(self.entry.owner, False)

    def shut_down(self) -> None:
        """End the panel for good."""
        self.failed = True
        self._timer.stop()
        self._drop_panel()
