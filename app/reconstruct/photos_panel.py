"""The Photos dock: the table of a checked folder beside the map of its footprints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import messages, numbers
from app.editing.schema import sentence
from app.icons import IconSet
from app.panels.plain_table import dress
from app.reconstruct.footprint_map import FootprintMap
from app.reconstruct.photo_table import (
    FINDING,
    NAME,
    ROW_ROLE,
    THUMBNAIL,
    PhotoModel,
    PhotoOrder,
)
from app.reconstruct.scene_photos import ScenePhotos
from app.reconstruct.session import ReconstructSession
from app.theme import Theme

if TYPE_CHECKING:
    from app.reconstruct.photo_set import PhotoRow, PhotoSet

_WIDTHS: Final = (190, 176, 92, 72, 84, 84, 100, 220)


class PhotosPanel(QWidget):
    """See module.

    Parameters
    ----------
    reconstruction : ReconstructSession
    theme : Theme
    icons : IconSet
    scene : ScenePhotos
        The same photographs in the scene.
    """

    def __init__(
        self,
        reconstruction: ReconstructSession,
        theme: Theme,
        icons: IconSet,
        scene: ScenePhotos,
    ) -> None:
        super().__init__()
        self._reconstruction = reconstruction
        self._scene = scene
        self.model = PhotoModel(theme, icons)
        self.model.setParent(self)
        self.order = PhotoOrder(self.model)
        self.order.setParent(self)
        self._sorted_for: Path | None = None
        self.table = QTableView(self)
        self.map = FootprintMap(theme, self)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.warning = QLabel(self)
        self.warning.setObjectName("warning")
        self.warning.setWordWrap(True)
        self._lay_out()
        self.map.clicked.connect(self.choose)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(self._fly)
        reconstruction.photos_changed.connect(self.refresh)
        reconstruction.control_changed.connect(self._show_points)
        self.retranslate()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.order)
        dress(table, _WIDTHS)
        table.verticalHeader().setDefaultSectionSize(THUMBNAIL.height() + 4)
        table.setIconSize(THUMBNAIL)
        table.setSortingEnabled(True)
        table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        both = QSplitter(self)
        both.setChildrenCollapsible(False)
        both.addWidget(table)
        both.addWidget(self.map)
        both.setStretchFactor(0, 3)
        both.setStretchFactor(1, 1)
        both.setSizes([900, 340])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        words = QVBoxLayout()
        words.setContentsMargins(12, 6, 12, 6)
        words.setSpacing(4)
        words.addWidget(self.note)
        words.addWidget(self.warning)
        layout.addLayout(words)
        layout.addWidget(both, 1)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.table.setAccessibleName(self.tr("Photographs"))
        self.map.setAccessibleName(self.tr("Map of footprints"))
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, FINDING)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scene.want("photos", True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._scene.want("photos", False)

    # -- what is shown -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is known about the photographs."""
        photos = self._reconstruction.photos
        self.model.show(photos)
        self._put_bad_ones_first(photos)
        self.map.show_photos(photos)
        self.note.setText(self._summary())
        said = [] if photos is None else [photos.refused, *photos.warnings]
        text = "\n".join(sentence(messages.shown(one)) for one in said if one)
        self.warning.setText(text)
        self.warning.setVisible(bool(text))
        self._show_points()

    def _put_bad_ones_first(self, photos: PhotoSet | None) -> None:
        """Sort a folder that is new here: what is wrong is what is looked for."""
        folder = None if photos is None else photos.folder
        if photos is None or folder == self._sorted_for:
            return
        self._sorted_for = folder
        is_bad = any(row.problems or row.remarks for row in photos.rows)
        self.table.sortByColumn(FINDING if is_bad else NAME, Qt.SortOrder.AscendingOrder)
        self.table.scrollToTop()

    def _summary(self) -> str:
        photos = self._reconstruction.photos
        if photos is None:
            if self._reconstruction.checking:
                return self.tr("Looking at the photographs…")
            return self.tr("Choose a folder of photographs in the Reconstruct panel.")
        parts = [self.tr("{0} of {1} photographs can be used").format(
            len(photos.used), len(photos.rows))]  # fmt: skip
        known = photos.coverage
        if known:
            parts += [
                self.tr("overlap {0} %").format(round(100 * known["mean_overlap"])),
                self.tr("{0} m a pixel").format(
                    numbers.fixed(known["ground_sample_distance_m"], 3)
                ),
                self.tr("{0} seen, {1} % of it by three and more").format(
                    numbers.area(known["area_m2"]), round(100 * known["share_by_3"])
                ),
            ]
        return "  ·  ".join(parts)

    def _show_points(self) -> None:
        control = self._reconstruction.control
        points = [] if control is None else control.points
        self.map.show_points([
            (float(p.position_m[0]), float(p.position_m[1]), p.is_check) for p in points
            if abs(float(p.position_m[0])) < 1e6 and abs(float(p.position_m[1])) < 1e6
        ])  # fmt: skip

    # -- choosing ------------------------------------------------------------------------

    def chosen(self) -> list[PhotoRow]:
        """Return the selected photographs."""
        return [index.data(ROW_ROLE) for index in self.table.selectionModel().selectedRows()]

    def choose(self, name: str) -> None:
        """Select a photograph by its name."""
        for number in range(self.order.rowCount()):
            index = self.order.index(number, NAME)
            if index.data(ROW_ROLE).name == name:
                flags = QItemSelectionModel.SelectionFlag
                self.table.selectionModel().setCurrentIndex(
                    index, flags.ClearAndSelect | flags.Rows
                )
                self.table.scrollTo(index)
                return

    def _chosen(self) -> None:
        rows = self.chosen()
        self.map.choose([row.name for row in rows])
        self._scene.choose(rows)

    def _fly(self, index: QModelIndex) -> None:
        self._scene.fly_to(index.data(ROW_ROLE))
