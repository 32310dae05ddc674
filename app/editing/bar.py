"""The bar over the scene while something is drawn or shaped: what, with which values, snapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from app import numbers
from app.editing import snapping
from app.editing.snapping import GRID_STEPS_M, KINDS, Snapping
from app.icons import IconSet

_ICONS: Final = {
    "vertices": "polygon", "edges": "line-segment", "points": "dots-nine",
    "surfaces": "cube", "grid": "grid-four",
}  # fmt: skip
_TOP_PX: Final = 52


class ValueField(QFrame):
    """A short number with its name and unit; Enter takes it.

    Parameters
    ----------
    parent : QWidget
    title : callable
        In the language of the moment.
    unit : str
    """

    entered = Signal()

    def __init__(self, parent: QWidget, title: Callable[[], str], unit: str) -> None:
        super().__init__(parent)
        self._title = title
        self.name = QLabel(self)
        self.name.setObjectName("dim")
        self.edit = QLineEdit(self)
        self.edit.setFixedWidth(56)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._unit = QLabel(unit, self)
        self._unit.setObjectName("dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in (self.name, self.edit, self._unit):
            row.addWidget(part)
        self.edit.returnPressed.connect(self.entered)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the name in the language in use."""
        self.name.setText(self._title())
        self.edit.setAccessibleName(f"{self._title()} {self._unit.text()}".strip())

    @property
    def value(self) -> float | None:
        """What was typed; None where that is no number."""
        text = self.edit.text().strip().replace(",", ".").replace("−", "-")
        try:
            return float(text) if text else 0.0
        except ValueError:
            return None

    def set_value(self, value: float | None, digits: int = 2) -> None:
        """Show a number; nothing for None. What somebody is typing stays."""
        if not self.edit.hasFocus():
            self.edit.setText("" if value is None else f"{value:.{digits}f}")

    def mark(self, *, wrong: bool) -> None:
        """Show that what was typed is no number."""
        self.name.setObjectName("error" if wrong else "dim")
        self.name.style().polish(self.name)


class EditBar(QFrame):
    """Stands at the top of the scene.

    Parameters
    ----------
    scene : QWidget
    icons : IconSet
    snaps : Snapping
    """

    finished = Signal()
    cancelled = Signal()
    type_wanted = Signal()

    def __init__(self, scene: QWidget, icons: IconSet, snaps: Snapping) -> None:
        super().__init__(scene)
        self.setObjectName("sheet")
        # A click beside the buttons is none in the scene below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._scene = scene
        self._snaps = snaps
        self._title: Callable[[], str] = lambda: ""
        self._finish_title: Callable[[], str] = lambda: ""
        self.heading = QLabel(self)
        self.heading.setObjectName("brand")
        self.type = QPushButton(self)
        self.type.setObjectName("entityType")
        self.type.setIcon(icons.icon("caret-down", "dim"))
        self.type.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.type.clicked.connect(self.type_wanted)
        self._fields = QHBoxLayout()
        self._fields.setSpacing(10)
        self._shown: list[QWidget] = []
        self._has_snaps = True
        self.buttons = {kind: self._toggle(icons, kind) for kind in KINDS}
        self.grid = QComboBox(self)
        for step in GRID_STEPS_M:
            self.grid.addItem("", step)
        self.grid.setCurrentIndex(GRID_STEPS_M.index(snaps.grid_m))
        self.grid.activated.connect(lambda at: snaps.set_grid(GRID_STEPS_M[at]))
        self.finish = QPushButton(self)
        self.finish.setObjectName("primary")
        self.finish.clicked.connect(self.finished)
        self.close_button = QToolButton(self)
        self.close_button.setIcon(icons.icon("x", "dim"))
        self.close_button.clicked.connect(self.cancelled)
        self._lay_out()
        snaps.changed.connect(self._sync)
        self.retranslate()
        self.hide()

    def _toggle(self, icons: IconSet, kind: str) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setIcon(icons.icon(_ICONS[kind]))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda: self._snaps.toggle(kind))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(8)
        row.addWidget(self.heading)
        row.addWidget(self.type)
        row.addLayout(self._fields)
        row.addSpacing(4)
        self._line = QFrame(self)
        self._line.setObjectName("separator")
        self._line.setFixedSize(1, 20)
        row.addWidget(self._line)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addWidget(self.grid)
        row.addWidget(self.finish)
        row.addWidget(self.close_button)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.heading.setText(self._title())
        self.finish.setText(self._finish_title())
        self.close_button.setToolTip(self.tr("Cancel") + "  Esc")
        self.close_button.setAccessibleName(self.tr("Cancel"))
        self.grid.setAccessibleName(self.tr("Step of the grid"))
        self.grid.setToolTip(self.tr("Step of the grid"))
        for at, step in enumerate(GRID_STEPS_M):
            self.grid.setItemText(at, numbers.length(step))
        for kind, button in self.buttons.items():
            hint = self.tr("{0} (hold Ctrl to suspend)").format(snapping.title(kind))
            button.setToolTip(hint)
            button.setAccessibleName(snapping.title(kind))
        for field in self._shown:
            if isinstance(field, ValueField):
                field.retranslate()
        self._sync()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.place()
        super().changeEvent(event)

    def open(
        self,
        title: Callable[[], str],
        fields: Sequence[QWidget] = (),
        *,
        finish: Callable[[], str] | None = None,
        typed: bool = False,
        snaps: bool = True,
    ) -> None:
        """Show the bar for a tool.

        Parameters
        ----------
        title : callable
            What it does, in the language of the moment.
        fields : sequence of QWidget
            Values of the tool; they stay its own.
        finish : callable, optional
            Words on the button that ends it.
        typed : bool
            Whether an entity type is chosen.
        snaps : bool
            Whether it snaps.
        """
        for field in self._shown:
            self._fields.removeWidget(field)
            field.hide()
        self._shown = list(fields)
        for field in fields:
            self._fields.addWidget(field)
            field.show()
        self._has_snaps = snaps
        self._title = title
        self._finish_title = finish or (lambda: "")
        self.type.setVisible(typed)
        self.finish.setVisible(finish is not None)
        for widget in (self._line, *self.buttons.values()):
            widget.setVisible(snaps)
        self.retranslate()
        self.show()
        self.place()
        self.raise_()

    def set_type(self, text: str) -> None:
        """Show the type that is chosen."""
        self.type.setText(text)
        self.type.setAccessibleName(text)
        self.place()

    def place(self) -> None:
        """Keep to the top centre of the scene."""
        room = self._scene.width() - 16
        self.heading.show()
        if self.sizeHint().width() > room:
            self.heading.hide()  # values matter more than their heading
        self.adjustSize()
        self.resize(min(self.sizeHint().width(), room), self.height())
        self.move(max(8, (self._scene.width() - self.width()) // 2), _TOP_PX)

    def _sync(self) -> None:
        for kind, button in self.buttons.items():
            button.setChecked(self._snaps.is_on(kind))
        # The step matters only where it is used; the room is scarce.
        self.grid.setVisible(self._has_snaps and self._snaps.is_on("grid"))
        self.grid.setCurrentIndex(GRID_STEPS_M.index(self._snaps.grid_m))
        if self.isVisible():
            self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)
