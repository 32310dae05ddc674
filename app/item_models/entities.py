"""Entities by type, read a page at a time so that a million of them cost nothing to list."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app import entity_words, numbers
from app.as_of import AsOf, known_on, world_instant
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.twin import Twin

Index = QModelIndex | QPersistentModelIndex

ENTITY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
TYPE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
COUNT_ROLE: Final = Qt.ItemDataRole.UserRole + 3
#: Entity ids as a JSON list, as drags carry them.
ENTITY_MIME: Final = "application/x-shapan-entities"

_PAGE: Final = 300


@dataclass
class _Group:
    type: str
    count: int
    loaded: list[Entity] = field(default_factory=list)
    asking: bool = False


class EntitiesModel(QAbstractItemModel):
    """Two levels: entity types with their counts, and entities by name.

    Parameters
    ----------
    background : Background
        Asks the twin in a thread.
    """

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._twin: Twin | None = None
        self._query = EntityQuery()
        self._groups: list[_Group] = []
        self._generation = 0

    refused = Signal(object)  # ValidationError of a condition

    def show(
        self,
        twin: Twin | None,
        query: EntityQuery = EntityQuery(),  # noqa: B008  frozen
        when: AsOf = None,
    ) -> None:
        """Count the entities of a twin again, as of a time, and show those that match."""
        self._twin = twin
        self._query = replace(query, at=world_instant(when), known_on=known_on(when))
        self._generation += 1
        if twin is None:
            self._set_groups([])
            return
        query, generation = self._query, self._generation
        self._background.ask(
            "entity-counts",
            lambda: _count(twin, query),
            lambda answer: self._take(answer) if generation == self._generation else None,
        )

    def _take(self, answer: tuple[list[_Group], ValidationError | None]) -> None:
        groups, error = answer
        self._set_groups(groups)
        self.refused.emit(error)

    @property
    def query(self) -> EntityQuery:
        """What is shown."""
        return self._query

    def _set_groups(self, groups: list[_Group]) -> None:
        if [g.type for g in groups] == [g.type for g in self._groups] and not _filters(self._query):
            same = [g.count for g in groups] == [g.count for g in self._groups]
            if same and not any(group.loaded for group in self._groups):
                return
        self.beginResetModel()
        self._groups = groups
        self.endResetModel()

    @property
    def total(self) -> int:
        """How many entities match."""
        return sum(group.count for group in self._groups)

    def listed(self, ids: Collection[str]) -> dict[str, QModelIndex]:
        """Return where entities are listed, by id; those not read yet are left out."""
        wanted = set(ids)
        found: dict[str, QModelIndex] = {}
        if wanted:
            for row, group in enumerate(self._groups):
                above = self.index(row, 0)
                for n, one in enumerate(group.loaded):
                    if one.id in wanted:
                        found[one.id] = self.index(n, 0, above)
        return found

    # -- Qt ------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        # 0 marks a type; a type's entities carry its row plus one.
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() == 0 and parent.row() < len(self._groups):
            return len(self._groups[parent.row()].loaded)
        return 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return not parent.isValid() or parent.internalId() == 0

    def canFetchMore(self, parent: Index) -> bool:
        # Of the first page only: a tree asks for more whenever it is laid out, also because more
        # came, and would go on until everything is read. What follows is asked for by `Paging`.
        return self.lacks(parent) and not self._groups[parent.row()].loaded

    def lacks(self, parent: Index) -> bool:
        """Return whether a type has entities that are neither read nor asked for."""
        if not parent.isValid() or parent.internalId() != 0:
            return False
        group = self._groups[parent.row()]
        return not group.asking and len(group.loaded) < group.count

    def fetchMore(self, parent: Index) -> None:
        """Read the next page of a type, in a thread."""
        if self._twin is None or not self.lacks(parent):
            return
        group, row, generation = self._groups[parent.row()], parent.row(), self._generation
        group.asking = True
        query = replace(
            self._query, type=group.type, exactly=True, limit=_PAGE, offset=len(group.loaded)
        )
        twin = self._twin
        self._background.ask(
            f"entities-{group.type}",
            lambda: twin.entities(query),
            lambda found: self._append(generation, row, found),
        )

    def _append(self, generation: int, row: int, found: list[Entity]) -> None:
        if generation != self._generation or row >= len(self._groups):
            return
        group = self._groups[row]
        group.asking = False
        if not found:
            group.count = len(group.loaded)
            return
        first = len(group.loaded)
        self.beginInsertRows(self.index(row, 0), first, first + len(found) - 1)
        group.loaded.extend(found)
        self.endInsertRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.internalId() != 0:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [ENTITY_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        found = [index.data(ENTITY_ROLE) for index in indexes]
        return entity_mime([one.id for one in found if isinstance(one, Entity)])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if index.internalId() == 0:
            return _group_data(self._groups[index.row()], role)
        entity = self._groups[index.internalId() - 1].loaded[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return display_name(entity)
            case _ if role == ENTITY_ROLE:
                return entity
        return None


def _group_data(group: _Group, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return entity_words.entity_type(group.type)
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{entity_words.entity_type(group.type)}, {numbers.integer(group.count)}"
        case _ if role == TYPE_ROLE:
            return group.type
        case _ if role == COUNT_ROLE:
            return group.count
    return None


def _filters(query: EntityQuery) -> bool:
    return bool(query.text or query.where)


def _count(twin: Twin, query: EntityQuery) -> tuple[list[_Group], ValidationError | None]:
    try:
        counts = twin.entity_counts(
            query if _filters(query) or query.at or query.known_on else None
        )
    except ValidationError as error:
        return [], error  # an answer: it is shown beside the field
    order: Callable[[str], tuple[int, str]] = lambda name: (-counts[name], name)  # noqa: E731
    return [_Group(name, counts[name]) for name in sorted(counts, key=order) if counts[name]], None


def entity_mime(ids: Sequence[str]) -> QMimeData:
    """Return what a drag of entities carries."""
    data = QMimeData()
    data.setData(ENTITY_MIME, QByteArray(json.dumps(list(ids)).encode()))
    return data


def entity_ids(data: QMimeData) -> list[str]:
    """Return the entities that a drag carries; none for anything else."""
    if not data.hasFormat(ENTITY_MIME):
        return []
    try:
        found = json.loads(bytes(data.data(ENTITY_MIME).data()))
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def display_name(entity: Entity) -> str:
    """Return what to call an entity: its name, else its code, else the start of its id."""
    return entity.name or entity.codes.management or entity.guid or entity.id[:8]
