"""The table of surveyed points: what they are for, how often they are marked, how far off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app import numbers
from app.reconstruct.marks import MarkEditing
from app.theme import Theme

if TYPE_CHECKING:
    from ingest.reconstruction.control import ControlPoint

Index = QModelIndex | QPersistentModelIndex

POINT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
NAME, USE, EAST, NORTH, HEIGHT, MARKS, OFF, PIXELS = range(8)
#: Fewer marks than this fix nothing.
_LEAST_MARKS: Final = 2


class PointModel(QAbstractTableModel):
    """See module.

    Parameters
    ----------
    marks : MarkEditing
    theme : Theme
    """

    def __init__(self, marks: MarkEditing, theme: Theme) -> None:
        super().__init__()
        self._marks = marks
        self._theme = theme
        self.points: list[ControlPoint] = []

    def refresh(self) -> None:
        """Take the points of the file in hand."""
        self.beginResetModel()
        control = self._marks.control
        self.points = [] if control is None else control.points
        self.endResetModel()

    def marks_changed(self) -> None:
        """Show the numbers of marks as they are now."""
        if self.points:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.points) - 1, PIXELS))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.points)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 8

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Point"), self.tr("Use"), self.tr("East"), self.tr("North"),
                self.tr("Height"), self.tr("Marks"), self.tr("Off (m)"), self.tr("Off (px)"),
            )[section]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= EAST:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole and section in {OFF, PIXELS}:
            return self.tr("In the last run of these photographs")
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        point, column = self.points[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(point, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= EAST:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and column == MARKS:
            return self._theme.colour("high" if len(point.marks) < _LEAST_MARKS else "text")
        if role == Qt.ItemDataRole.ToolTipRole and column in {OFF, PIXELS}:
            return self._residual_text(point)
        if role == POINT_ROLE:
            return point
        return None

    def _text(self, point: ControlPoint, column: int) -> str:
        found = self._marks.residuals.get(point.name)
        texts: dict[int, Callable[[], str]] = {
            NAME: lambda: point.name,
            USE: lambda: self.tr("check") if point.is_check else self.tr("control"),
            EAST: lambda: f"{point.source_position[0]:.3f}",
            NORTH: lambda: f"{point.source_position[1]:.3f}",
            HEIGHT: lambda: numbers.fixed(point.source_position[2], 3),
            MARKS: lambda: str(len(point.marks)),
            OFF: lambda: (
                "–" if found is None or found.residual_m is None
                else numbers.fixed(float(np.linalg.norm(found.residual_m)), 3)
            ),
            PIXELS: lambda: (
                "–" if found is None or found.reprojection_px is None
                else numbers.fixed(found.reprojection_px, 2)
            ),
        }  # fmt: skip
        return texts[column]()

    def _residual_text(self, point: ControlPoint) -> str:
        found = self._marks.residuals.get(point.name)
        if found is None or found.residual_m is None:
            return self.tr("Known after a run with this point")
        east, north, up = (f"{value:+.3f}" for value in found.residual_m)
        return self.tr("east {0}, north {1}, up {2} m").format(east, north, up)
