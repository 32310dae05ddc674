"""The top bar: name, menus, project, tools, and the way into the command palette."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
)

from app.actions.registry import Actions
from app.icons import IconSet
from app.theme import TOP_BAR_PX


class TopBar(QFrame):
    """40 pixels above everything.

    Parameters
    ----------
    icons : IconSet
    """

    search_wanted = Signal()

    def __init__(self, icons: IconSet) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setFixedHeight(TOP_BAR_PX)
        self._brand = QLabel("沙盘 Shapan", self)
        self._brand.setObjectName("brand")
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.project = QLabel(self)
        self.project.setObjectName("dim")
        self.project.setTextFormat(Qt.TextFormat.PlainText)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(4)
        self.search = QPushButton(self)
        self.search.setObjectName("search")
        self.search.setIcon(icons.icon("magnifying-glass", "dim"))
        self.search.setCursor(Qt.CursorShape.IBeamCursor)
        self.search.setMinimumWidth(120)  # with every tool the bar fits 1280 pixels
        self.search.setMaximumWidth(338)
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.search.clicked.connect(self.search_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(self._brand)
        row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.project)
        row.addSpacing(24)
        row.addLayout(self._tools)
        row.addStretch(1)
        row.addWidget(self.search, 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setText(self.tr("Search entities, codes, places, commands") + "   Ctrl K")
        self.search.setAccessibleName(self.tr("Command palette"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def set_tools(self, actions: Actions, groups: list[list[str]]) -> None:
        """Show actions as icons, a gap between groups."""
        for number, group in enumerate(groups):
            if number:
                self._tools.addSpacing(10)
            for action_id in group:
                button = QToolButton(self)
                button.setDefaultAction(actions.action(action_id))
                button.setIconSize(QSize(18, 18))
                button.setFixedSize(28, 28)
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
                self._tools.addWidget(button)

    def set_project(self, title: str, *, read_only: bool) -> None:
        """Show the open project's title."""
        note = self.tr("read-only")
        self.project.setText(f"{title} ({note})" if title and read_only else title)
