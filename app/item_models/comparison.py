"""What differs between two instants: kinds, entities, and their values when they are opened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from app import entity_words, numbers, words
from app.item_models.history import difference_line
from app.workers import Background

if TYPE_CHECKING:
    from twin_model.comparison import Comparison, EntityChange, RelationChange
    from twin_model.history import Difference

Index = QModelIndex | QPersistentModelIndex

CHANGE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
KIND_ROLE: Final = Qt.ItemDataRole.UserRole + 2
COUNT_ROLE: Final = Qt.ItemDataRole.UserRole + 3
#: Signs beside the colours, which are never the only sign.
SIGNS: Final = {"added": "+", "removed": "−", "changed": "~"}
_PAGE: Final = 300

Read = Callable[[str], tuple[list["Difference"], list["RelationChange"], dict[str, str]]]
"""Given an entity's id: what differs, and the names of the entities it is related to."""


@dataclass(eq=False)
class _Node:
    parent: _Node | None
    row: int
    kind: str = ""
    change: EntityChange | None = None
    text: str = ""
    waiting: list[EntityChange] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)
    asked: bool = False


class ComparisonModel(QAbstractItemModel):
    """Three levels: kind of change, entity, what differs of it; the last is read when opened.

    Parameters
    ----------
    background : Background
    """

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._root = _Node(None, 0)
        self._read: Read | None = None
        self._counts: dict[str, int] = {}

    def show(self, found: Comparison | None, read: Read | None, kinds: Collection[str]) -> None:
        """Show what differs, of some kinds; None to show nothing."""
        self.beginResetModel()
        self._root, self._read, self._counts = _Node(None, 0), read, {}
        if found is not None:
            self._counts = {str(kind): count for kind, count in found.counts.items()}
            for kind in SIGNS:
                mine = [change for change in found.changes if change.kind == kind]
                if mine and kind in kinds:
                    node = _Node(self._root, len(self._root.children), kind, waiting=mine)
                    self._root.children.append(node)
        self.endResetModel()

    def entities(self) -> list[EntityChange]:
        """Return the entities that are listed so far."""
        return [
            node.change
            for group in self._root.children
            for node in group.children
            if node.change is not None
        ]

    # -- Qt ------------------------------------------------------------------------------

    def _node(self, index: Index) -> _Node:
        if not index.isValid():
            return self._root
        found: _Node = index.internalPointer()
        return found

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._node(parent).children[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        above = self._node(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        node = self._node(parent)
        if node.change is not None:
            return bool(node.children) or (node.kind == "changed" and not node.asked)
        return bool(node.children or node.waiting)

    def canFetchMore(self, parent: Index) -> bool:
        node = self._node(parent)
        if node.change is not None:
            return node.kind == "changed" and not node.asked
        return bool(node.waiting)

    def fetchMore(self, parent: Index) -> None:
        node = self._node(parent)
        if node.change is not None:
            self._ask(node)
            return
        page, node.waiting = node.waiting[:_PAGE], node.waiting[_PAGE:]
        first = len(node.children)
        fresh = [
            _Node(node, first + n, node.kind, change, change.name or change.id[:8])
            for n, change in enumerate(page)
        ]
        self._insert(node, fresh)

    def _insert(self, node: _Node, fresh: list[_Node]) -> None:
        if fresh:
            first = len(node.children)
            above = self.createIndex(node.row, 0, node)
            self.beginInsertRows(above, first, first + len(fresh) - 1)
            node.children += fresh
            self.endInsertRows()

    def _ask(self, node: _Node) -> None:
        read, change, root = self._read, node.change, self._root
        if read is None or change is None or node.asked:
            return
        node.asked = True
        entity_id, type_id = change.id, change.type

        def show(found: tuple[list[Difference], list[RelationChange], dict[str, str]]) -> None:
            if root is self._root:
                lines = _lines(found, type_id, entity_id)
                self._insert(node, [_Node(node, n, text=line) for n, line in enumerate(lines)])

        self._background.ask(f"comparison-{entity_id}", lambda: read(entity_id), show)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._node(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if node.parent is self._root:
                return kind_text(node.kind)
            if node.change is not None and role == Qt.ItemDataRole.AccessibleTextRole:
                return f"{kind_text(node.kind)}: {node.text}"
            return node.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return entity_words.entity_type(node.change.type) if node.change else node.text
        if role == CHANGE_ROLE:
            return node.change
        if role == KIND_ROLE:
            return node.kind
        if role == COUNT_ROLE and node.parent is self._root:
            return self._counts.get(node.kind, 0)
        return None


def kind_text(kind: str) -> str:
    """Return the word for a kind of change."""
    say = QCoreApplication.translate
    return {
        "added": say("Comparison", "Added"),
        "removed": say("Comparison", "Removed"),
        "changed": say("Comparison", "Changed"),
    }.get(kind, kind)


def _lines(
    found: tuple[list[Difference], list[RelationChange], dict[str, str]],
    type_id: str,
    entity_id: str,
) -> list[str]:
    """Return a line for every value and every relation that differs."""
    values, relations, names = found
    lines = [difference_line(one, type_id) for one in values]
    for one in relations:
        relation = one.after or one.before
        if relation is None:
            continue
        incoming = relation.target == entity_id
        other = relation.source if incoming else relation.target
        word = words.relation(relation.kind, incoming=incoming)
        lines.append(f"{SIGNS[one.kind]} {word}: {names.get(other, other[:8])}")
    return lines or [QCoreApplication.translate("Comparison", "Nothing that has a name")]


def summary(found: Comparison) -> str:
    """Return the counts with their signs."""
    return "   ".join(
        f"{SIGNS[str(kind)]}{numbers.integer(count)}" for kind, count in found.counts.items()
    )
