"""Pages of the list of entities, read as their end comes into view."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPersistentModelIndex, QPoint, QTimer
from PySide6.QtWidgets import QTreeView

from app.item_models.entities import EntitiesModel


class Paging(QObject):
    """Reads the next page of each type whose last line is in view.

    Parameters
    ----------
    tree : QTreeView
    model : EntitiesModel
    """

    def __init__(self, tree: QTreeView, model: EntitiesModel) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        # Once, for all that a turn of the event loop changes.
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(0)
        self._look.timeout.connect(self._read)
        bar = tree.verticalScrollBar()
        for signal in (bar.valueChanged, bar.rangeChanged, tree.expanded, model.rowsInserted):
            signal.connect(lambda *_: self._look.start())

    def _read(self) -> None:
        tree, model = self._tree, self._model
        index, bottom = tree.indexAt(QPoint(1, 1)), tree.viewport().height()
        wanted = []
        while index.isValid() and tree.visualRect(index).top() < bottom:
            parent = index.parent()
            if parent.isValid() and index.row() == model.rowCount(parent) - 1:
                wanted.append(QPersistentModelIndex(parent))
            index = tree.indexBelow(index)
        for kind in wanted:
            model.fetchMore(kind)
