"""The proposed entities that wait for a reviewer, as a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from app import entity_words, numbers
from app.item_models.entities import display_name
from app.review.decisions import CONFIDENCE, PROPOSED, REVIEW
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.twin import Twin

Index = QModelIndex | QPersistentModelIndex

ENTITY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2
NAME, TYPE, SURE, HEIGHT, SIZE = range(5)
#: More are read once these are decided upon.
_MOST: Final = 20_000


def read_queue(twin: Twin) -> tuple[list[Entity], dict[str, int]]:
    """Return what waits, and how many entities of each layer have been proposed so far."""
    try:
        twin.count(EntityQuery(where=f"{REVIEW} is not null"))
    except ValidationError:
        return [], {}  # nothing was ever extracted here: nobody knows the attribute
    waiting = twin.entities(EntityQuery(where=f"{REVIEW} = '{PROPOSED}'", limit=_MOST))
    looked_at = twin.entities(
        EntityQuery(where=f"{REVIEW} is not null and {REVIEW} <> '{PROPOSED}'", limit=_MOST)
    )
    ids = {one.layer for one in (*waiting, *looked_at) if one.layer is not None}
    counts = {
        layer.id: layer.counts.get("features", layer.counts.get("entities", 0))
        for layer in twin.layers() if layer.id in ids
    }  # fmt: skip
    loose = sum(one.layer is None for one in (*waiting, *looked_at))
    return waiting, counts | ({"": loose} if loose else {})


class QueueModel(QAbstractTableModel):
    """See module."""

    def __init__(self) -> None:
        super().__init__()
        self.entities: list[Entity] = []

    def show(self, entities: Sequence[Entity]) -> None:
        """Show what waits."""
        self.beginResetModel()
        self.entities = list(entities)
        self.endResetModel()

    def take_out(self, ids: Collection[str]) -> None:
        """Let go of entities that were decided upon, at once."""
        for row in reversed(range(len(self.entities))):
            if self.entities[row].id in ids:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.entities[row]
                self.endRemoveRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entities)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Name"), self.tr("Kind"), self.tr("Confidence (%)"), self.tr("Height (m)"),
            self.tr("Size"),
        )[section]  # fmt: skip

    def data(self, index: Index, role: int = 0) -> Any:
        entity, column = self.entities[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entity, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in {SURE, HEIGHT}:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == ENTITY_ROLE:
            return entity
        if role == SORT_ROLE:
            return {SURE: confidence(entity), HEIGHT: _number(entity, "height_m")}.get(
                column, self._text(entity, column)
            )
        return None

    def _text(self, entity: Entity, column: int) -> str:
        if column == NAME:
            return display_name(entity)
        if column == TYPE:
            return entity_words.entity_type(entity.type)
        if column == SURE:
            return numbers.integer(round(100 * confidence(entity)))
        height = _number(entity, "height_m")
        if column == HEIGHT:
            return "–" if height < 0 else numbers.fixed(height, 1)
        area, crown = _number(entity, "area_m2"), _number(entity, "crown_diameter_m")
        if area >= 0:
            level = _number(entity, "level_of_detail")
            return numbers.area(area) + (f" · LoD{level:.0f}" if level > 0 else "")
        return self.tr("crown {0}").format(numbers.length(crown, 0.1)) if crown >= 0 else ""


class QueueFilter(QSortFilterProxyModel):
    """Shows entities of a kind and of a range of confidence, ordered by what columns mean.

    Parameters
    ----------
    model : QueueModel
    """

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self.type = ""
        self.least, self.most = 0.0, 1.0
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)

    def set_filter(self, type_id: str, least: float, most: float) -> None:
        """Show a type ("" for all) with a confidence between two values."""
        self.beginFilterChange()
        self.type, self.least, self.most = type_id, least, most
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, QueueModel)
        entity = model.entities[row]
        # Shown as whole per cents, so asked for as such.
        sure = round(confidence(entity), 2)
        return (not self.type or entity.type == self.type) and self.least <= sure <= self.most


def confidence(entity: Entity) -> float:
    """Return how sure extraction was, 0 to 1; 0 where it does not say."""
    return max(_number(entity, CONFIDENCE), 0.0)


def _number(entity: Entity, name: str) -> float:
    value = entity.attributes.get(name)
    if name == "height_m" and value is None:
        value = entity.attributes.get("height")
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else -1.0  # type: ignore[arg-type]
