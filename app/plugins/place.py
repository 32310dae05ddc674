"""The place of a panel: the panel, or what became of it with a way back."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app import messages
from twin_model.contributions import Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from app.icons import IconSet

Guard = Callable[[Callable[[], object]], None]
"""Calls something of a panel; what it raises closes the panel and comes no further."""


class PanelOwner(Protocol):
    """Who makes panels: the window for ours, the host for those of plugins."""

    @property
    def can_disable(self) -> bool:
        """Whether `disable` does anything."""
        ...

    def when_ready(self, entry: Contribution, then: Callable[[], object]) -> None:
        """Call *then* once a panel that is seen can be made."""
        ...

    def build(self, entry: Contribution, guard: Guard) -> tuple[object, Callable[[], None]]:
        """Make a panel; return it, and what ends whatever was made with it."""
        ...

    def note_failure(self, entry: Contribution, error: PluginError) -> None:
        """Take note that a panel failed."""
        ...

    def reload(self, place: PanelPlace) -> None:
        """Make a panel anew."""
        ...

    def disable(self, entry: Contribution) -> None:
        """Do without it from now on."""
        ...

    def title(self, entry: Contribution) -> str:
        """Return what to call a panel in messages."""
        ...


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
        self.disable.setVisible(place.owner.can_disable)
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
        self.message.setText(messages.shown(str(error)))
        self.trace.setPlainText(error.traceback)
        self.details.setEnabled(bool(error.traceback))

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.note.setText(
            self.tr("Only this panel is closed; the window and the project go on as they were.")
        )
        self.reload.setText(self.tr("Reload"))
        self.disable.setText(self.tr("Disable plugin"))
        if self.error is not None:
            self.message.setText(messages.shown(str(self.error)))
        self.details.setText(self.tr("Traceback"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class PanelPlace(QWidget):
    """Holds one panel, made when it is first seen or needed.

    Parameters
    ----------
    entry : Contribution
    owner : PanelOwner
    icons : IconSet
    """

    def __init__(self, entry: Contribution, owner: PanelOwner, icons: IconSet) -> None:
        super().__init__()
        self.entry = entry
        self.failed = False
        self.owner = owner
        self._icons = icons
        self._close: Callable[[], None] = _nothing
        self.panel: QWidget | None = None
        self._failure: _Failure | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: owner.when_ready(entry, self.activate))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.panel is None and not self.failed:
            self._timer.start(0)

    def activate(self) -> None:
        """Make the panel, unless that is done."""
        if self.panel is None and not self.failed:
            self.guard(self._make)

    def _make(self) -> None:
        entry = self.entry
        made, self._close = self.owner.build(entry, self.guard)
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
            f"the panel '{self.owner.title(self.entry)}' failed: {type(error).__name__}: {error}",
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
        self.owner.note_failure(self.entry, error)
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
        close, self._close = self._close, _nothing
        close()
        panel, self.panel = self.panel, None
        if panel is not None and shiboken6.isValid(panel):
            panel.hide()
            self._column.removeWidget(panel)
            panel.deleteLater()

    def reload_wanted(self) -> None:
        """Make the panel anew."""
        self.owner.reload(self)

    def start_over(self) -> None:
        """Make the panel once more, in the same place."""
        self.failed = False
        if self._failure is not None:
            self._failure.hide()
        self.activate()

    def disable_wanted(self) -> None:
        """Do without it from now on."""
        self.owner.disable(self.entry)

    def shut_down(self) -> None:
        """End the panel for good."""
        self.failed = True
        self._timer.stop()
        self._drop_panel()


def _nothing() -> None:
    """Nothing was made with the panel that would have to be ended."""
