"""The wizard of connections: where, a look at what comes, what it means, and go."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.connections.book import ConnectionBook
from app.connections.editing import ConnectionEditing
from app.connections.looking import ConnectionLook, LookState
from app.connections.mapping_page import MappingPage
from app.connections.preview import Preview, Previewer
from app.connections.source_page import SourcePage
from app.connections.suggesting import suggest
from app.editing import schema
from app.numbers import integer
from app.theme import Theme
from app.workers import Background
from plugins.builtin.connecting.connections import Connection
from twin_model.commands import AddEntities
from twin_model.entity import Codes, Entity
from twin_model.errors import ShapanError
from twin_model.live.connection_changes import ChangeConnection

if TYPE_CHECKING:
    from app.project import ProjectSession

_PREVIEW_MS: Final = 250
_FILES: Final = "shapan.file_replay"
_NOT_ID: Final = re.compile(r"[^a-z0-9_-]+")


class ConnectionWizard(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
    background : Background
    theme : Theme
    editing : ConnectionEditing
    """

    kept = Signal(str)  # id of the connection

    def __init__(
        self,
        parent: QWidget,
        session: ProjectSession,
        background: Background,
        theme: Theme,
        editing: ConnectionEditing,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._background = background
        self._editing = editing
        self._book = book = editing.book
        self._before: Connection | None = None
        self._proposed = False
        self._born = False
        self._previewer: Previewer | None = None
        self.look = ConnectionLook(book.host, background, self)
        self.source = SourcePage(book.secret_place)
        self.mapping = MappingPage(theme)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.source)
        self.pages.addWidget(self.mapping)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.back = self._button(self.tr("Back"), self.go_back)
        self.next = self._button(self.tr("Connect and look"), self.go_on)
        self.finish = self._button(self.tr("Finish and start"), self.keep)
        cancel = self._button(self.tr("Cancel"), self.reject)
        for button in (self.next, self.finish):
            button.setObjectName("primary")
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(self.problem, 1)
        for button in (cancel, self.back, self.next, self.finish):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages, 1)
        column.addLayout(row)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PREVIEW_MS)
        self._soon.timeout.connect(self._ask_preview)
        self.source.changed.connect(self._allow)
        self.look.changed.connect(self._looked)
        self.mapping.changed.connect(self._soon.start)
        self.mapping.proposal_wanted.connect(self._ask_proposal)
        self.setWindowTitle(self.tr("New connection"))
        self.resize(880, 700)
        self._allow()

    def _button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: slot())
        return button

    def show_connection(self, plugin: str, connection: Connection) -> None:
        """Edit a connection that there is."""
        self._before = connection
        self._proposed = True
        self.source.show_connection(plugin, connection, self._book.secret(plugin, connection.id))
        if connection.mappings:
            self.mapping.set_mappings(connection.mappings)
        self.setWindowTitle(self.tr("Connection: {0}").format(connection.name or connection.id))
        self._allow()

    def _allow(self) -> None:
        first = self.pages.currentIndex() == 0
        self.back.setVisible(not first)
        self.next.setVisible(first)
        self.finish.setVisible(not first)
        self.next.setEnabled(self.source.ready)

    # -- pages ---------------------------------------------------------------------------

    def go_on(self) -> None:
        """Connect for a look, and show what comes."""
        stated = self._stated()
        kind = self.source.kind
        try:
            Connection.model_validate(stated)
        except ValueError as error:
            self.problem.setText(str(error))
            return
        self.problem.setText("")
        self._previewer = Previewer(self._session.required, schema.catalogue())
        self.mapping.model.names = kind.names()
        self.pages.setCurrentIndex(1)
        self._allow()
        self.look.begin(kind.plugin, stated, self.source.secret.text())

    def go_back(self) -> None:
        """Go back to the address."""
        self.look.end()
        self.pages.setCurrentIndex(0)
        self._allow()

    def _stated(self) -> dict[str, Any]:
        """Return the connection without its mappings."""
        name = self.source.name.text().strip()
        known = self._before.id if self._before is not None else ""
        return {
            "id": known or self._book.free_id(_NOT_ID.sub("-", name.lower()).strip("-_") or "c"),
            "name": name or self.source.address.text().strip(),
            "address": self.source.address.text().strip(),
            "options": self.source.stated_options(),
        }

    def _looked(self, state: LookState) -> None:
        wrong = state.state in {"refused", "failed", "waiting"} and bool(state.problem)
        self.mapping.show_state(self._state_text(state), wrong=wrong)
        # Births come last, as they have to be asked for, and tell the most.
        born = any(one.metric for one in state.seen)
        late = born and not self._born and self._before is None and not self.mapping.touched
        if state.seen and (late or not self._proposed):
            self._proposed, self._born = True, born
            self._ask_proposal()
        self._soon.start()

    def _state_text(self, state: LookState) -> str:
        if state.problem:
            return messages.shown(state.problem)
        if state.state == "connecting":
            return self.tr("Connecting…")
        if not state.seen:
            return self.tr("Connected. Nothing has come yet.")
        return self.tr("Connected. {0} names, {1} messages so far.").format(
            integer(len(state.seen)), integer(state.messages)
        )

    # -- in threads ----------------------------------------------------------------------

    def _ask_proposal(self) -> None:
        previewer, seen = self._previewer, list(self.look.state.seen)
        if previewer is None or not seen:
            return

        def answer(found: Any) -> None:
            if isinstance(found, list):
                self.mapping.set_mappings(found)

        self._background.ask(
            "wizard-propose",
            lambda: suggest(seen, previewer.resolve, previewer.indicators),
            answer,
        )

    def _ask_preview(self) -> None:
        previewer, mappings = self._previewer, self.mapping.mappings()
        if previewer is None or mappings is None:
            return
        seen = list(self.look.state.seen)

        def work() -> Preview | ShapanError:
            try:
                return previewer.preview(seen, mappings)
            except ShapanError as error:
                return error

        def answer(found: Any) -> None:
            if isinstance(found, Preview):
                self.mapping.show_preview(found)
            else:
                self.problem.setText(messages.shown(str(found)))

        self._background.ask("wizard-preview", work, answer)

    # -- keeping -------------------------------------------------------------------------

    def keep(self) -> None:
        """Create entities where that is wanted, keep the connection and start it."""
        mappings = self.mapping.mappings()
        if mappings is None:
            return
        self.look.end()
        unknown = self.mapping.model.preview.unknown
        if unknown and self.mapping.make_new.isChecked():
            self._session.execute(AddEntities(self._made(unknown)))
        stated = {**self._stated(), "mappings": [mapping.model_dump() for mapping in mappings]}
        plugin, secret = self.source.kind.plugin, self.source.secret.text()
        enabled = self._before.enabled if self._before is not None else True

        def answer(found: Any) -> None:
            if isinstance(found, Exception):
                self.problem.setText(messages.shown(str(found)))
                return
            editing.note(found)
            self.kept.emit(stated["id"])
            self.accept()

        editing, book = self._editing, self._book

        def work() -> ChangeConnection | Exception | None:
            try:
                address = _in_project(book, plugin, stated["address"])
                made = Connection.model_validate({**stated, "address": address, "enabled": enabled})
                return editing.proposal(plugin, made, secret)
            except (ShapanError, OSError, ValueError) as error:
                return error

        editing.when_known(lambda: self._background.ask("wizard-keep", work, answer))

    def _made(self, names: list[str]) -> list[Entity]:
        """Return new entities, known by what the source calls them."""
        kind, by_code = self.mapping.new_type, self.mapping.form.match.currentData() == "management"
        return [
            Entity(
                uuid.uuid4().hex, kind, name, codes=Codes(management=name if by_code else "")
            )
            for name in names
        ]  # fmt: skip

    def reject(self) -> None:
        """Close without keeping anything."""
        self.look.end()
        super().reject()


def _in_project(book: ConnectionBook, plugin: str, address: str) -> str:
    """Return the address; a file is copied into the project first."""
    path = Path(address)
    if plugin != _FILES or not path.is_absolute():
        return address
    folder = book.folder(plugin)
    goal = folder / path.name
    if not (goal.exists() and goal.samefile(path)):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, goal)
    return path.name
