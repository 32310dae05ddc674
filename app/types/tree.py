"""Entity types as a searched tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.editing import schema
from app.icons import IconSet

_ID: Final = Qt.ItemDataRole.UserRole


class TypesTree(QWidget):
    """A line to search with above the tree.

    Parameters
    ----------
    icons : IconSet
    parent : QWidget
    """

    selected = Signal(str)

    def __init__(self, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(self)
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.currentItemChanged.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setPlaceholderText(self.tr("Search types"))
        self.search.setAccessibleName(self.tr("Search types"))
        self.tree.setAccessibleName(self.tr("Entity types"))

    def fill(
        self, types: Iterable[tuple[str, str, str]], touched: Collection[str], current: str
    ) -> None:
        """List types.

        Parameters
        ----------
        types : iterable of (id, parent, name)
        touched : collection of str
            Ids of those that are changed and not applied.
        current : str
            The one that is shown.
        """
        self.tree.blockSignals(True)
        self.tree.clear()
        items: dict[str, QTreeWidgetItem] = {}
        listed = list(types)
        catalogue = schema.catalogue()
        for name, parent, text in listed:
            item = QTreeWidgetItem([_text(text or name, marked=name in touched)])
            known = name if name in catalogue else parent
            if known in catalogue:
                item.setIcon(0, self._icons.type_icon(catalogue.appearance(known).icon))
            item.setData(0, _ID, name)
            if name in schema.project_ids() or name in touched:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
                item.setToolTip(0, self.tr("Of this project"))
            items[name] = item
        for name, parent, _ in listed:
            above = items.get(parent)
            if above is not None and above is not items[name]:
                above.addChild(items[name])
            else:
                self.tree.addTopLevelItem(items[name])
        for top in self._tops():
            top.setExpanded(True)
        self.tree.blockSignals(False)
        self._filter(self.search.text())
        chosen = items.get(current) or next(iter(items.values()), None)
        if chosen is not None:
            self.tree.setCurrentItem(chosen)

    def rename_current(self, type_id: str, text: str) -> None:
        """Show the current type, which has changes now, under another name or id."""
        item = self.tree.currentItem()
        if item is not None:
            item.setData(0, _ID, type_id)
            item.setText(0, _text(text or type_id, marked=True))

    def ids(self) -> list[str]:
        """Return the types that the search leaves, in their order."""
        found: list[str] = []

        def visit(item: QTreeWidgetItem) -> None:
            if not item.isHidden():
                found.append(str(item.data(0, _ID)))
                for below in _children(item):
                    visit(below)

        for top in self._tops():
            visit(top)
        return found

    def _tops(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount()))
        return [top for top in found if top is not None]

    def _choose(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        if item is not None:
            self.selected.emit(str(item.data(0, _ID)))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()

        def visit(item: QTreeWidgetItem) -> bool:
            name = str(item.data(0, _ID))
            searched = f"{name} {item.text(0)}"
            if name in schema.catalogue():
                words = schema.catalogue().type(name).name
                searched += f" {words.zh} {words.en}"
            below = [visit(child) for child in _children(item)]
            found = all(word in searched.casefold() for word in wanted) or any(below)
            item.setHidden(not found)
            if wanted and any(below):
                item.setExpanded(True)
            return found

        if schema.is_loaded():
            for top in self._tops():
                visit(top)


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(n) for n in range(item.childCount()))
    return [child for child in found if child is not None]


def _text(name: str, *, marked: bool) -> str:
    return schema.sentence(name) + ("  •" if marked else "")
