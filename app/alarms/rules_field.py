"""Chooses rules by their names: a button that says which, and a list to tick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from app.rules.fields import FormField

_ID: Final = Qt.ItemDataRole.UserRole
_WIDTH_PX: Final = 380
_HEIGHT_PX: Final = 300


class RulesField(FormField):
    """Ids of rules; none for all of them.

    Parameters
    ----------
    known : sequence of (str, str)
        Id and name of each rule that there is.
    """

    def __init__(self, known: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._known = dict(known)
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._open)
        self.filter = QLineEdit()
        self.filter.setClearButtonEnabled(True)
        self.filter.setPlaceholderText(self.tr("Filter by name"))
        self.filter.setAccessibleName(self.tr("Filter by name"))
        self.filter.textChanged.connect(self._hide_others)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Rules"))
        self.list.itemChanged.connect(lambda _: self._ticked())
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.filter)
        column.addWidget(self.list)
        box.setFixedSize(_WIDTH_PX, _HEIGHT_PX)
        self.menu = QMenu(self)
        action = QWidgetAction(self.menu)
        action.setDefaultWidget(box)
        self.menu.addAction(action)
        row = self._row()
        row.addWidget(self.button)
        row.addStretch(1)
        self.set_value([])

    def value(self) -> list[str]:
        """See `FormField`."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(_ID) for item in items if item.checkState() == Qt.CheckState.Checked]

    def set_value(self, value: Any) -> None:
        """See `FormField`. Ids of rules that are gone stay, under their ids."""
        chosen = list(value or ())
        self.list.blockSignals(True)
        self.list.clear()
        known = {**self._known, **{one: one for one in chosen if one not in self._known}}
        for rule, name in sorted(known.items(), key=lambda pair: pair[1].casefold()):
            item = QListWidgetItem(name, self.list)
            item.setData(_ID, rule)
            ticked = Qt.CheckState.Checked if rule in chosen else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
        self.list.blockSignals(False)
        self._say()

    def _open(self) -> None:
        self.filter.clear()
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))
        self.filter.setFocus()

    def _hide_others(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(text.casefold() not in item.text().casefold())

    def _ticked(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        chosen = self.value()
        if not chosen:
            text = self.tr("All rules")
        elif len(chosen) == 1:
            text = self._known.get(chosen[0], chosen[0])
        else:
            text = self.tr("%n rules", "", len(chosen))
        self.button.setText(text)
        self.button.setToolTip("\n".join(self._known.get(one, one) for one in chosen))
