"""The table of photographs: what each one states, how good it is, and why one is left out."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QPixmap

from app import messages, numbers
from app.icons import IconSet
from app.reconstruct.photo_set import PhotoRow, PhotoSet
from app.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2
NAME, PLACE, HEIGHT, VIEW, BLUR, LIGHT, OVERLAP, FINDING = range(8)
THUMBNAIL: Final = QSize(56, 42)
_RIGHT: Final = frozenset({HEIGHT, VIEW, BLUR, LIGHT, OVERLAP})


class PhotoModel(QAbstractTableModel):
    """See module.

    Parameters
    ----------
    theme : Theme
    icons : IconSet
    """

    def __init__(self, theme: Theme, icons: IconSet) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._rows: list[PhotoRow] = []
        self._thumbnails: dict[int, QPixmap] = {}

    def show(self, photos: PhotoSet | None) -> None:
        """Show a checked folder; None for nothing."""
        self.beginResetModel()
        self._rows = [] if photos is None else photos.rows
        self._thumbnails = {}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 8

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Photograph"), self.tr("Position (GPS)"), self.tr("Height (m)"),
                self.tr("Tilt (°)"), self.tr("Blur (0–1)"), self.tr("Light (%)"),
                self.tr("Overlap (%)"), self.tr("Finding"),
            )[section]  # fmt: skip
        if role == Qt.ItemDataRole.ToolTipRole:
            return {
                HEIGHT: self.tr("As the photograph states it; its datum is not known"),
                VIEW: self.tr("Of the camera from straight down"),
                BLUR: self.tr("0 is sharp, 1 nothing but blur"),
                LIGHT: self.tr("Mean brightness"),
                OVERLAP: self.tr("Share of the ground that the best neighbour sees too"),
            }.get(section)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._decoration(index.row(), row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == FINDING:
                return self._theme.colour("critical" if row.problems else "dim")
            return None if row.used else self._theme.colour("faint")
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _RIGHT:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return findings(row, "\n") or row.name
        if role == ROW_ROLE:
            return row
        if role == SORT_ROLE:
            return _sort_key(row, column)
        return None

    def _text(self, row: PhotoRow, column: int) -> str:
        metadata = row.metadata
        if column == NAME:
            return row.name
        if column == FINDING:
            return findings(row, "; ") or self.tr("nothing to object to")
        if metadata is None:
            return "–"
        if column == PLACE:
            return place_text(row)
        values = {
            HEIGHT: (metadata.altitude_m, 1, 1.0),
            VIEW: (None if metadata.pitch_deg is None else 90.0 + metadata.pitch_deg, 0, 1.0),
            BLUR: (row.blur, 2, 1.0),
            LIGHT: (row.brightness, 0, 100.0),
            OVERLAP: (row.overlap, 0, 100.0),
        }
        value, digits, factor = values[column]
        return "–" if value is None else numbers.fixed(value * factor, digits)

    def _decoration(self, number: int, row: PhotoRow, column: int) -> Any:
        if column == FINDING:
            name, token = ("check", "accent") if row.used else ("prohibit", "critical")
            return self._icons.icon(name, token).pixmap(QSize(16, 16))
        if column != NAME:
            return None
        found = self._thumbnails.get(number)
        if found is None:
            found = QPixmap(str(row.thumbnail))
            if not found.isNull():
                found = found.scaled(
                    THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )  # fmt: skip
            self._thumbnails[number] = found
        return found if not found.isNull() else None


class PhotoOrder(QSortFilterProxyModel):
    """Sorts by what a column means, not by its text.

    Parameters
    ----------
    model : PhotoModel
    """

    def __init__(self, model: PhotoModel) -> None:
        super().__init__()
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)


def findings(row: PhotoRow, separator: str) -> str:
    """Return why a photograph is left out, or what is worth knowing about it."""
    return separator.join(messages.shown(text) for text in [*row.problems, *row.remarks])


def place_text(row: PhotoRow) -> str:
    """Return where a photograph was taken, in degrees."""
    metadata = row.metadata
    if metadata is None or metadata.longitude_deg is None or metadata.latitude_deg is None:
        return "–"
    return numbers.degrees(metadata.longitude_deg, metadata.latitude_deg)


def _sort_key(row: PhotoRow, column: int) -> Any:
    metadata = row.metadata
    if column == NAME:
        return row.name
    if column == FINDING:
        return f"{int(row.used)}{int(not row.remarks)}{row.name}"
    if column == PLACE:
        return place_text(row)
    value = {
        HEIGHT: None if metadata is None else metadata.altitude_m,
        VIEW: None if metadata is None else metadata.pitch_deg,
        BLUR: row.blur,
        LIGHT: row.brightness,
        OVERLAP: row.overlap,
    }[column]
    return -1e9 if value is None else value
