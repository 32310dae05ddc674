"""The Connections dock: what the project is connected to, how it is, and what it may not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.connections.book import ConnectionLine
from app.connections.editing import ConnectionEditing
from app.connections.kinds import kind_of
from app.connections.running import connectors
from app.connections.table import LINE_ROLE, ConnectionsModel
from app.connections.wizard import ConnectionWizard
from app.editing import schema
from app.icons import IconSet
from app.live.session import LiveSession
from app.numbers import integer
from app.own_keys import OwnKeys
from app.panels.list_panel import ListPanel, say_tips, tool_button
from app.panels.plain_table import dress
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.alarms.accounts import Role

if TYPE_CHECKING:
    from app.project import ProjectSession
    from plugins.builtin.connecting.connections import Connection

_WIDTHS: Final = (160, 130, 210, 210, 80, 90, 84, 94, 96)


class ConnectionsPanel(ListPanel):
    """See module.

    Parameters
    ----------
    session : ProjectSession
    live : LiveSession
    background : Background
    looks : tuple of (Theme, IconSet)
    editing : ConnectionEditing
    """

    def __init__(
        self,
        session: ProjectSession,
        live: LiveSession,
        background: Background,
        looks: tuple[Theme, IconSet],
        editing: ConnectionEditing,
    ) -> None:
        super().__init__()
        self._session = session
        self._live = live
        self._background = background
        self._theme, icons = looks
        self.editing = editing
        self.book = editing.book
        self.wizard: ConnectionWizard | None = None
        #: Nothing is said of connections before they were read for the first time.
        self._read = False
        self.model = ConnectionsModel(self._theme)
        self.model.setParent(self)
        self.table = QTableView(self)
        self.strangers = QListWidget(self)
        self.detail = QLabel(self)
        self.detail.setWordWrap(True)
        self.figures = QLabel(self)
        self.figures.setObjectName("dim")
        self.figures.setFont(small_font())
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.first = QPushButton(self)
        self.first.setObjectName("primary")
        self.first.clicked.connect(self.add)
        self.buttons: dict[str, QToolButton] = {}
        for name, glyph, slot in (
            ("add", "plus", self.add), ("edit", "pencil-simple", self.edit),
            ("switch", "power", self.switch), ("remove", "trash", self.remove),
        ):  # fmt: skip
            self.buttons[name] = tool_button(self, icons.icon(glyph), slot)
        self._lay_out()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(lambda _: self.edit())
        live.ticked.connect(self._tick)
        live.changed.connect(self._chosen)
        editing.changed.connect(self.refresh)
        editing.password_wanted.connect(self._ask_password)
        session.opened.connect(self._forget)
        session.closed.connect(lambda: self._take(([], [])))
        self.retranslate()
        self._take(([], []))
        self._read = session.twin is None
        self._nothing.setVisible(self._read)

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.model)
        dress(table, _WIDTHS)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        OwnKeys(table, Qt.Key.Key_Delete)
        tools = QHBoxLayout()
        tools.setContentsMargins(12, 4, 8, 4)
        tools.addWidget(self.figures, 1)
        for button in self.buttons.values():
            tools.addWidget(button)
        side = QWidget(self)
        right = QVBoxLayout(side)
        right.setContentsMargins(12, 4, 12, 4)
        right.addWidget(self.detail)
        right.addWidget(self.strangers, 1)
        right.addStretch()
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(table)
        split.addWidget(side)
        split.setStretchFactor(0, 1)
        split.setSizes([900, 300])
        self._split = split
        nothing = QVBoxLayout()
        nothing.setContentsMargins(12, 8, 12, 8)
        nothing.addWidget(self.empty)
        nothing.addWidget(self.first, 0, Qt.AlignmentFlag.AlignLeft)
        nothing.addStretch(1)
        self._nothing = QWidget(self)
        self._nothing.setLayout(nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self._nothing, 1)
        layout.addWidget(split, 1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.book.language = schema.language()
        self.table.setAccessibleName(self.tr("Connections"))
        self.strangers.setAccessibleName(self.tr("What does not go in"))
        self.empty.setText(
            self.tr("Nothing is connected yet. Live values come from MQTT brokers, OPC UA servers, "
                    "web services and files.")
        )  # fmt: skip
        self.first.setText(self.tr("Connect a source…"))
        tips = {
            "add": self.tr("New connection…"),
            "edit": self.tr("Edit… (Enter)"),
            "switch": self.tr("Start or stop"),
            "remove": self.tr("Remove (Delete)"),
        }
        say_tips(self.buttons, tips)
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 9)
        self._chosen()

    # -- what is shown -------------------------------------------------------------------

    def _tick(self) -> None:
        if self.isVisible() and self._session.twin is not None:
            self.refresh()

    def refresh(self) -> None:
        """Ask again how the connections are, in a thread."""
        if self._session.twin is not None:
            self._background.ask("connections", self.book.lines, self._take)

    def _take(self, found: tuple[list[ConnectionLine], list[str]]) -> None:
        lines, problems = found
        # Plugins are found a while after the project is open: until then nothing is known.
        self._read = bool(lines) or self._session.twin is None or bool(connectors(self.book.host))
        self.model.set_lines(lines)
        if lines and not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)
        self._split.setVisible(bool(lines))
        self._nothing.setVisible(self._read and not lines)
        self.figures.setText(messages.shown(problems[0]) if problems else self._figures())
        self._chosen()

    def _forget(self) -> None:
        """Say nothing until the connections of another project are read."""
        self._take(([], []))
        self._read = False
        self._nothing.hide()
        self.refresh()

    def _ask_password(self, plugin: str, connection: Connection) -> None:
        """Open a connection that came back without its password, where that is written."""
        if self.isVisible() and kind_of(plugin) is not None:
            wizard = self.add()
            wizard.show_connection(plugin, connection)
            wizard.source.secret.setFocus()

    def _figures(self) -> str:
        """Say what the hub did with what came."""
        operations = self._live.operations
        if operations is None:
            return ""
        counts = operations.hub.counts()
        dropped = sum(one.dropped for one in operations.hub.subscriptions())
        parts = [
            (counts.received, self.tr("{0} samples")), (counts.late, self.tr("{0} late")),
            (counts.duplicates, self.tr("{0} twice")), (counts.ahead, self.tr("{0} ahead of time")),
            (counts.bad, self.tr("{0} bad")), (dropped, self.tr("{0} dropped by slow readers")),
        ]  # fmt: skip
        return "  ·  ".join(text.format(integer(count)) for count, text in parts if count)

    @property
    def chosen(self) -> ConnectionLine | None:
        """The connection that is selected."""
        rows = self.table.selectionModel().selectedRows()
        line = rows[0].data(LINE_ROLE) if rows else None
        return line if isinstance(line, ConnectionLine) else None

    def _chosen(self) -> None:
        line = self.chosen
        writable = self._session.writable and self._live.allows(Role.ENGINEER)
        for name, button in self.buttons.items():
            known = line is not None and (name != "edit" or kind_of(line.plugin) is not None)
            button.setEnabled(writable and (name == "add" or known))
        self.first.setEnabled(writable)
        status = line.status if line is not None else {}
        problem = str(status.get("last_problem", ""))
        strangers = list(status.get("strangers", {}).items())
        texts = [messages.shown(problem)] if problem else []
        if strangers:
            texts.append(self.tr("What does not go in: no template or no entity matches it"))
        elif line is not None and line.status:
            texts.append(self.tr("Everything that comes goes in."))
        self.detail.setText("\n".join(texts))
        self.detail.setObjectName("dim")
        shown = [f"{name}   {' '.join(content.split())[:80]}" for name, content in strangers[:200]]
        if [self.strangers.item(n).text() for n in range(self.strangers.count())] != shown:
            self.strangers.clear()
            self.strangers.addItems(shown)
        self.strangers.setVisible(bool(shown))

    # -- what is done --------------------------------------------------------------------

    def add(self) -> ConnectionWizard:
        """Open the wizard."""
        self.wizard = ConnectionWizard(
            self.window(), self._session, self._background, self._theme, self.editing
        )
        self.wizard.kept.connect(lambda _: self._kept())
        self.wizard.show()
        return self.wizard

    def edit(self) -> None:
        """Open the wizard with the connection that is selected."""
        line = self.chosen
        if line is not None and self._session.writable and kind_of(line.plugin) is not None:
            self.add().show_connection(line.plugin, line.connection)

    def _kept(self) -> None:
        self._live.begin()
        self.refresh()

    def switch(self) -> None:
        """Start the connection that is selected, or stop it."""
        line = self.chosen
        if line is not None:
            self.editing.switch(line.plugin, line.connection, not line.connection.enabled)

    def remove(self) -> None:
        """Remove the connection that is selected; undo brings it back."""
        line = self.chosen
        if line is not None and self._session.writable:
            self.editing.remove(line.plugin, line.connection.id)
