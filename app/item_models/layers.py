"""The list of layers, uppermost first, with a row for every import under way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app import numbers, words
from app.workers import JobRecord
from twin_model.layer import Layer, LayerRole

Index = QModelIndex | QPersistentModelIndex

_MIME: Final = "application/x-shapan-layer"
#: Between the name of a source and that of its part, as the importer writes it.
_PART: Final = " – "

LAYER_ROLE: Final = Qt.ItemDataRole.UserRole + 1
JOB_ROLE: Final = Qt.ItemDataRole.UserRole + 2
NOTE_ROLE: Final = Qt.ItemDataRole.UserRole + 3
VISIBLE_ROLE: Final = Qt.ItemDataRole.UserRole + 4
GROUP_ROLE: Final = Qt.ItemDataRole.UserRole + 5
INDENT_ROLE: Final = Qt.ItemDataRole.UserRole + 6


@dataclass
class LayerGroup:
    """Neighbouring layers that came from one source, under one row.

    Parameters
    ----------
    name : str
        What their names begin with.
    source : str
    layers : list of Layer
    expanded : bool
    """

    name: str
    source: str
    layers: list[Layer]
    expanded: bool = True


@dataclass(frozen=True)
class _Row:
    """A line of the list: a group's head, a layer, or a layer within a group."""

    layer: Layer | None
    group: LayerGroup | None = None

    @property
    def key(self) -> tuple[str, str]:
        if self.layer is not None:
            return ("layer", self.layer.id)
        return ("group", self.group.source if self.group else "")


class LayersModel(QAbstractListModel):
    """Rows are layers in the order seen from above, then imports under way."""

    rename_wanted = Signal(str, str)
    order_wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._layers: list[Layer] = []
        self._rows: list[_Row] = []
        self._folded: set[str] = set()
        self._jobs: list[JobRecord] = []
        self.writable = True

    def set_layers(self, layers: list[Layer]) -> None:
        """Show layers.

        Parameters
        ----------
        layers : list of Layer
            In draw order, bottom first, as the twin gives them.
        """
        self._layers = list(reversed(layers))
        self._show(self._arrange())

    def toggle_group(self, group: LayerGroup) -> None:
        """Fold or unfold a group."""
        self._folded ^= {group.source}
        self._show(self._arrange())

    def _arrange(self) -> list[_Row]:
        rows: list[_Row] = []
        for source, run in groupby(self._layers, key=lambda layer: layer.source):
            layers = list(run)
            if len(layers) == 1:
                rows.append(_Row(layers[0]))
                continue
            name = layers[0].name.partition(_PART)[0]
            group = LayerGroup(name, source, layers, source not in self._folded)
            rows.append(_Row(None, group))
            if group.expanded:
                rows.extend(_Row(layer, group) for layer in layers)
        return rows

    def _show(self, rows: list[_Row]) -> None:
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def set_jobs(self, jobs: list[JobRecord]) -> None:
        """Show imports under way."""
        first = len(self._rows)
        if [job.number for job in jobs] == [job.number for job in self._jobs]:
            if jobs:
                self.dataChanged.emit(self.index(first), self.index(first + len(jobs) - 1))
            return
        if self._jobs:
            self.beginRemoveRows(QModelIndex(), first, first + len(self._jobs) - 1)
            self._jobs = []
            self.endRemoveRows()
        if jobs:
            self.beginInsertRows(QModelIndex(), first, first + len(jobs) - 1)
            self._jobs = list(jobs)
            self.endInsertRows()

    def layer_at(self, row: int) -> Layer | None:
        """Return the layer of a row, None for an import."""
        return self._rows[row].layer if 0 <= row < len(self._rows) else None

    def row_of(self, layer_id: str) -> int:
        """Return the row of a layer, -1 where there is none."""
        key = ("layer", layer_id)
        return next((at for at, row in enumerate(self._rows) if row.key == key), -1)

    # -- Qt ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows) + len(self._jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not index.isValid() or row >= self.rowCount():
            return None
        if row >= len(self._rows):
            return _job_data(self._jobs[row - len(self._rows)], role)
        layer, group = self._rows[row].layer, self._rows[row].group
        if layer is None:
            return _group_data(group, role) if group is not None else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return layer.name.partition(_PART)[2] or layer.name if group else layer.name
            case Qt.ItemDataRole.EditRole:
                return layer.name
            case _ if role == INDENT_ROLE:
                return group is not None
            case Qt.ItemDataRole.ToolTipRole:
                return f"{layer.name}\n{layer.format} · {words.role(layer.role)}\n{layer.source}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{layer.name}, {note(layer)}"
            case _ if role == LAYER_ROLE:
                return layer
            case _ if role == NOTE_ROLE:
                return note(layer)
            case _ if role == VISIBLE_ROLE:
                return bool(layer.style.get("visible", True))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        layer = self.layer_at(index.row())
        name = str(value).strip()
        if layer is None or role != Qt.ItemDataRole.EditRole or not name or name == layer.name:
            return False
        self.rename_wanted.emit(layer.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.layer_at(index.row()) is not None and self.writable:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        layer = self.layer_at(indexes[0].row()) if indexes else None
        data.setData(_MIME, QByteArray((layer.id if layer else "").encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if not data.hasFormat(_MIME):
            return False
        moved = bytes(data.data(_MIME).data()).decode()
        goal = row if row >= 0 else parent.row() if parent.isValid() else len(self._rows)
        self.move(moved, goal)
        # False: the row moves when the command has been carried out, not before.
        return False

    def move(self, layer_id: str, row: int) -> None:
        """Ask for a layer to be put before the layer that now has a row."""
        order = [layer.id for layer in self._layers]
        if layer_id not in order:
            return
        later = [line.layer.id for line in self._rows[row:] if line.layer is not None]
        if row < len(self._rows) and self._rows[row].layer is None:
            group = self._rows[row].group
            later = [layer.id for layer in group.layers] if group is not None else later
        goal = next((other for other in later if other != layer_id), None)
        if later and later[0] == layer_id:
            return
        order.remove(layer_id)
        order.insert(order.index(goal) if goal is not None else len(order), layer_id)
        if order != [layer.id for layer in self._layers]:
            self.order_wanted.emit(list(reversed(order)))

    def shift(self, layer_id: str, by: int) -> None:
        """Ask for a layer to change places with its neighbour: -1 with the one above, 1 below."""
        order = [layer.id for layer in self._layers]
        at = order.index(layer_id) if layer_id in order else -1
        if at >= 0 and 0 <= at + by < len(order):
            order[at], order[at + by] = order[at + by], order[at]
            self.order_wanted.emit(list(reversed(order)))


def note(layer: Layer) -> str:
    """Return the few characters at the end of a layer's row: what there is most of."""
    match layer.role:
        case LayerRole.POINTS:
            return numbers.short(layer.counts.get("points", 0))
        case LayerRole.TERRAIN | LayerRole.IMAGERY:
            resolution = layer.counts.get("resolution_mm", 0) / 1000
            return numbers.length(resolution) if resolution else words.role(layer.role)
    for unit in ("objects", "features", "tiles", "triangles"):
        if layer.counts.get(unit):
            return f"{numbers.short(layer.counts[unit])} {words.unit(unit)}"
    return words.kind(layer.kind)


def _group_data(group: LayerGroup, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
            return group.name
        case Qt.ItemDataRole.ToolTipRole:
            return group.source
        case _ if role == GROUP_ROLE:
            return group
        case _ if role == NOTE_ROLE:
            return numbers.integer(len(group.layers))
        case _ if role == VISIBLE_ROLE:
            return any(layer.style.get("visible", True) for layer in group.layers)
    return None


def _job_data(record: JobRecord, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return record.title
        case Qt.ItemDataRole.ToolTipRole:
            if record.progress:
                return words.stage(record.progress.stage)
            return words.job_state(record.state)
        case _ if role == JOB_ROLE:
            return record
        case _ if role == NOTE_ROLE:
            if record.fraction is not None:
                return f"{numbers.fixed(100 * record.fraction, 0)} %"
            return words.job_state(record.state)
    return None
