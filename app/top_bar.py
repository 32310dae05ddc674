"""The top bar: name, menus, project, tools, and the way into the command palette."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
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

#: Icon, gap and padding of the search field.
_SEARCH_EDGE_PX: Final = 44
_LEAST_TITLE_PX: Final = 40


class _Title(QLabel):
    """A title that gives way, with dots at its end, before anything else has to."""

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _LEAST_TITLE_PX), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


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
        self.project = _Title(self)
        self.project.setObjectName("dim")
        self.project.setTextFormat(Qt.TextFormat.PlainText)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(4)
        self.search = QPushButton(self)
        self.search.setObjectName("search")
        self.search.setIcon(icons.icon("magnifying-glass", "dim"))
        self.search.setCursor(Qt.CursorShape.IBeamCursor)
        self.search.setMinimumWidth(92)  # with every tool the bar fits 1280 pixels
        self.search.setMaximumWidth(338)
        # What it says depends on its width, not the other way round.
        self.search.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.search.clicked.connect(self.search_wanted)
        self.search.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(self._brand)
        row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.project)
        row.addSpacing(24)
        row.addLayout(self._tools)
        row.addStretch(1)
        row.addWidget(self.search, 100)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setAccessibleName(self.tr("Command palette"))
        self.search.setToolTip(self.tr("Search entities, codes, places, commands") + "  Ctrl+K")
        self._fit_search()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.Resize:
            self._fit_search()
        return super().eventFilter(watched, event)

    def _fit_search(self) -> None:
        """Say as much in the search field as it has room for."""
        keys = "Ctrl K"
        texts = (
            self.tr("Search entities, codes, places, commands") + f"   {keys}",
            self.tr("Search") + f"   {keys}",
            keys,
        )
        metrics = self.search.fontMetrics()
        room = max(self.search.width(), self.search.minimumWidth()) - _SEARCH_EDGE_PX
        fits = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        self.search.setText(next(fits, keys))

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
        self.project.setToolTip(self.project.text())
