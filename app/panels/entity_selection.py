"""What is selected in the list of entities: one or several, kept when the list is read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTreeView

from app.item_models.entities import ENTITY_ROLE, TYPE_ROLE, EntitiesModel
from twin_model.entity import Entity

#: Types that are opened for a selection made elsewhere; more would only make the list long.
_MOST_OPENED: Final = 4
#: Lines of a type that are read to find what was selected elsewhere.
_MOST_READ: Final = 3_000
_EXTENDING: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class EntitySelection(QObject):
    """Ties the selected lines of a tree to selected entities, also to those not listed yet.

    Parameters
    ----------
    tree : QTreeView
        Shows *model*, with extended selection.
    model : EntitiesModel
    """

    #: Entities that the user selected here; empty for none.
    changed = Signal(list)

    def __init__(self, tree: QTreeView, model: EntitiesModel) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        self._entities: list[Entity] = []
        #: Whether the list still has to go to what was selected elsewhere.
        self._goes_there = False
        self._marking = False
        #: Whether what was selected elsewhere is kept in view, until the user scrolls.
        self._follows = False
        #: Where the list stood before it was read anew.
        self._stood: int | None = None
        self._open: set[str] = set()
        tree.selectionModel().selectionChanged.connect(self._take)
        tree.expanded.connect(lambda index: self._open.add(index.data(TYPE_ROLE)))
        tree.collapsed.connect(lambda index: self._open.discard(index.data(TYPE_ROLE)))
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(lambda *_: self._mark())
        # Once the tree has laid out what came.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._stand)
        tree.viewport().installEventFilter(self)
        tree.verticalScrollBar().sliderPressed.connect(self._let_go)

    @property
    def entities(self) -> list[Entity]:
        """What is selected."""
        return list(self._entities)

    def show(self, entities: Sequence[Entity]) -> None:
        """Follow a selection made elsewhere: mark its lines, as far as they are read."""
        ids = [entity.id for entity in entities]
        if ids == [entity.id for entity in self._entities]:
            self._entities = list(entities)
            return
        self._entities = list(entities)
        self._goes_there = self._follows = bool(entities)
        self._mark()
        if not entities:
            self._tree.selectionModel().setCurrentIndex(
                QModelIndex(), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def _take(self) -> None:
        """Take what the user selected; with Ctrl or Shift, what is not listed stays selected."""
        if self._marking:
            return
        found = [index.data(ENTITY_ROLE) for index in self._tree.selectionModel().selectedIndexes()]
        chosen = [one for one in found if isinstance(one, Entity)]
        if QGuiApplication.keyboardModifiers() & _EXTENDING:
            listed = self._model.listed([entity.id for entity in self._entities])
            chosen = [one for one in self._entities if one.id not in listed] + chosen
        elif not chosen and found:
            if self._entities:
                self._mark()  # only a type was clicked: what is selected stays so
            return
        self._entities, self._goes_there = chosen, False
        self._let_go()
        self.changed.emit(chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            self._let_go()
        return super().eventFilter(watched, event)

    def _let_go(self) -> None:
        self._follows, self._stood = False, None

    def _remember(self) -> None:
        if self._stood is None and self._model.rowCount() > 0:
            self._stood = self._tree.verticalScrollBar().value()

    def _stand(self) -> None:
        """Show what is followed, else what was in view before everything was read anew."""
        bar = self._tree.verticalScrollBar()
        if self._follows:
            listed = self._model.listed([entity.id for entity in self._entities])
            first = next((listed[one.id] for one in self._entities if one.id in listed), None)
            if first is not None:
                self._tree.scrollTo(first)
        elif self._stood is not None:
            bar.setValue(self._stood)
            if bar.value() == self._stood:
                self._stood = None

    def _restore(self) -> None:
        """Open and mark again what was, after everything was read anew."""
        self._marking = True
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            if index.data(TYPE_ROLE) in self._open:
                self._tree.expand(index)
        self._marking = False
        self._mark()

    def _mark(self) -> None:
        """Select the lines of what is selected, and go to the first of them where it is wanted."""
        listed = self._model.listed([entity.id for entity in self._entities])
        if self._goes_there:
            self._open_types(set(listed))
            listed = self._model.listed([entity.id for entity in self._entities])
        selection = QItemSelection()
        for index in listed.values():
            selection.select(index, index)
        flag = QItemSelectionModel.SelectionFlag
        selected = self._tree.selectionModel()
        self._marking = True
        selected.select(selection, flag.ClearAndSelect)
        first = next((listed[one.id] for one in self._entities if one.id in listed), None)
        if first is not None and self._goes_there:
            selected.setCurrentIndex(first, flag.NoUpdate)
            self._tree.scrollTo(first)
            self._goes_there = len(listed) < len(self._entities)
        self._marking = False
        self._settle.start()

    def _open_types(self, listed: set[str]) -> None:
        """Open the types of what is selected elsewhere, and read on until it is there.

        Not through all of a large type: what is far down its names is not gone to.
        """
        missing = {one.type for one in self._entities if one.id not in listed}
        if len(missing) > _MOST_OPENED:
            return
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            if index.data(TYPE_ROLE) in missing:
                self._tree.expand(index)
                if self._model.rowCount(index) < _MOST_READ:
                    self._model.fetchMore(index)
