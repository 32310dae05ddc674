"""What the scene shows while there is nothing in it: what to do next, and the buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import IconSet
from app.project import project_title


class EmptyState(QFrame):
    """A card in the middle of the scene.

    Parameters
    ----------
    parent : QWidget
    icons : IconSet
    """

    add_wanted = Signal()
    demo_wanted = Signal()
    open_wanted = Signal()
    project_wanted = Signal(object)  # Path

    def __init__(self, parent: QWidget, icons: IconSet) -> None:
        super().__init__(parent)
        self._scene = parent
        self.setObjectName("sheet")
        self._icons = icons
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self._text = QLabel(self)
        self._text.setObjectName("dim")
        self._text.setWordWrap(True)
        self.add = QPushButton(self)
        self.add.setObjectName("primary")
        self.add.clicked.connect(self.add_wanted)
        self.demo = QPushButton(self)
        self.demo.clicked.connect(self.demo_wanted)
        self.open = QPushButton(self)
        self.open.clicked.connect(self.open_wanted)
        self._recent_title = QLabel(self)
        self._recent_title.setObjectName("section")
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self.recent_buttons: list[QPushButton] = []
        self._has_project = False
        self._paths: list[Path] = []
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.add, self.demo, self.open):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 24)
        layout.setSpacing(10)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(6)
        layout.addLayout(buttons)
        layout.addSpacing(10)
        layout.addWidget(self._recent_title)
        layout.addLayout(self._recent)
        self.setFixedWidth(520)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        if self._has_project:
            self._title.setText(self.tr("This project is empty"))
            self._text.setText(
                self.tr(
                    "Drop GIS, BIM, oblique photography or point clouds anywhere on the window. "
                    "Each is placed by its own coordinate reference system."
                )
            )
        else:
            self._title.setText(self.tr("Start with your data"))
            self._text.setText(
                self.tr(
                    "Drop files or folders anywhere on the window: buildings and roads, terrain "
                    "and imagery, IFC models, oblique photography, point clouds. A project is "
                    "made from the first of them."
                )
            )
        self.add.setText(self.tr("Add data"))
        self.demo.setText(self.tr("Open demo city"))
        self.open.setText(self.tr("Open project…"))
        self._recent_title.setText(self.tr("Recent projects"))
        self._fit()

    def show_for(self, *, has_project: bool, recent: list[Path]) -> None:
        """Show the card for an empty project or for no project at all."""
        self._has_project = has_project
        if recent != self._paths or has_project:
            self._paths = [] if has_project else list(recent)
            self._fill_recent()
        for button in (self.demo, self.open):
            button.setVisible(not has_project)
        self._recent_title.setVisible(bool(self.recent_buttons))
        self.retranslate()
        self.show()
        self.raise_()

    def _fill_recent(self) -> None:
        for button in self.recent_buttons:
            button.deleteLater()
        self.recent_buttons = []
        for path in self._paths[:6]:
            button = QPushButton(f"{project_title(path)}   {path.parent}", self)
            button.setFlat(True)
            button.setObjectName("search")
            button.setIcon(self._icons.icon("folder-simple", "dim"))
            button.setToolTip(str(path))
            button.clicked.connect(lambda _=False, path=path: self.project_wanted.emit(path))
            self._recent.addWidget(button)
            button.show()
            self.recent_buttons.append(button)

    def _fit(self) -> None:
        parent = self._scene
        self.setFixedWidth(max(280, min(520, parent.width() - 32)))
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            layout.activate()
        height = self.heightForWidth(self.width())
        self.resize(self.width(), max(height, self.minimumSizeHint().height()))
        self.place()

    def place(self) -> None:
        """Keep to the middle of the scene, a little above."""
        parent = self._scene
        self.move(
            (parent.width() - self.width()) // 2,
            max(8, round((parent.height() - self.height()) * 0.42)),
        )

    def resizeEvent(self, event: object) -> None:
        self.place()
