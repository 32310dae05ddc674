"""The Control points dock: points, the photographs that should show each, and marks in them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QPointF, Qt, QTimer
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.icons import IconSet
from app.panels.plain_table import dress
from app.reconstruct.marks import MarkEditing
from app.reconstruct.photo_view import PhotoView
from app.reconstruct.point_table import NAME, PIXELS, POINT_ROLE, PointModel
from app.reconstruct.session import ReconstructSession
from app.theme import Theme

if TYPE_CHECKING:
    from ingest.reconstruction.control import ControlPoint
    from ingest.reconstruction.sightings import Sighting

_PHOTO_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_WIDTHS: Final = (76, 72, 98, 104, 74, 64, 74, 74)
#: Decoded photographs that are kept: stepping to and fro must not wait.
_KEPT: Final = 4


class ControlPanel(QWidget):
    """See module.

    Parameters
    ----------
    reconstruction : ReconstructSession
    theme : Theme
    icons : IconSet
    """

    def __init__(self, reconstruction: ReconstructSession, theme: Theme, icons: IconSet) -> None:
        super().__init__()
        self._reconstruction = reconstruction
        self._icons = icons
        self._sized = False
        self._images: dict[str, QImage] = {}
        self._sightings: dict[str, Sighting] = {}
        self.marks = MarkEditing(reconstruction)
        self.model = PointModel(self.marks, theme)
        self.model.setParent(self)
        self.table = QTableView(self)
        self.photos = QListWidget(self)
        self.view = PhotoView(theme, self)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(12, 0, 12, 6)
        self.open_button = QPushButton(self)
        self.save_button = QPushButton(self)
        self.save_as_button = QPushButton(self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.model)
        dress(table, _WIDTHS)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tools = QHBoxLayout()
        tools.setContentsMargins(12, 4, 8, 4)
        tools.setSpacing(6)
        tools.addWidget(self.note)
        tools.addStretch(1)
        for button in (self.open_button, self.save_button, self.save_as_button):
            tools.addWidget(button)
        parts = self._parts = QSplitter(self)
        parts.setChildrenCollapsible(False)
        for part, share in ((table, 4), (self.photos, 2), (self.view, 4)):
            parts.addWidget(part)
            parts.setStretchFactor(parts.count() - 1, share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self.problem)
        layout.addWidget(parts, 1)

    def _connect(self) -> None:
        self.marks.points_changed.connect(self.refresh)
        self.marks.marks_changed.connect(self._marks_changed)
        self.marks.failed.connect(self._show_problem)
        self._reconstruction.photos_changed.connect(self._photos_changed)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._point_chosen())
        self.photos.currentItemChanged.connect(lambda *_: self._photo_chosen())
        self.open_button.clicked.connect(lambda _=False: self._ask_open())
        self.save_button.clicked.connect(lambda _=False: self.save())
        self.save_as_button.clicked.connect(lambda _=False: self._ask_save())
        self.view.marked.connect(self._marked)
        self.view.nudged.connect(self._nudged)
        self.view.removed.connect(self._removed)
        self.view.undo_wanted.connect(self.marks.undo)
        self.view.step_wanted.connect(self.step)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.open_button.setText(self.tr("Open points…"))
        self.save_button.setText(self.tr("Save marks"))
        self.save_as_button.setText(self.tr("Save as…"))
        self.table.setAccessibleName(self.tr("Control and check points"))
        self.photos.setAccessibleName(self.tr("Photographs that should show the point"))
        self.view.setAccessibleName(self.tr("Photograph, zoomed at the point"))
        self.view.setToolTip(self.tr("Click marks the point. Arrows move the mark by 0.1 px, with "
                                     "Shift by 1 px. Delete removes it, Ctrl+Z takes back, Page Up "
                                     "and Page Down change the photograph."))  # fmt: skip
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, PIXELS)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            # Before the dock has its size, shares mean nothing.
            QTimer.singleShot(0, self, lambda: self._parts.setSizes([680, 190, 520]))

    # -- what is shown -------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the points of the file in hand."""
        kept = self.point()
        name = kept.name if kept is not None else ""
        self.model.refresh()
        numbers = [n for n, point in enumerate(self.model.points) if point.name == name]
        if self.model.points:
            self._go_to(numbers[0] if numbers else 0)
        self._point_chosen()
        self._show_problem(self._reconstruction.control_error)
        self._allow()

    def _go_to(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(
            self.model.index(row, NAME), flags.ClearAndSelect | flags.Rows
        )

    def _allow(self) -> None:
        ready = self._reconstruction.options is not None
        has_points = self.marks.control is not None
        self.open_button.setEnabled(ready and self._reconstruction.photos is not None)
        self.save_button.setEnabled(has_points and self.marks.changed)
        self.save_as_button.setEnabled(has_points)
        self.note.setText(self._note(ready))

    def _note(self, ready: bool) -> str:
        control = self.marks.control
        if not ready:
            return self.tr("Choose a folder of photographs in the Reconstruct panel first.")
        if control is None:
            return self.tr("Open a table of surveyed points (name, east, north, height; marks may "
                           "be missing) and mark them in the photographs.")  # fmt: skip
        weak = sum(len(point.marks) < 2 for point in control.points)
        parts = [control.path.name, control.crs,
                 self.tr("{0} points").format(len(control.points))]  # fmt: skip
        if weak:
            parts.append(self.tr("{0} with fewer than two marks").format(weak))
        if self.marks.changed:
            parts.append(self.tr("not saved"))
        return "  ·  ".join(parts)

    def _show_problem(self, text: str) -> None:
        self.problem.setText(messages.shown(text))
        self.problem.setVisible(bool(text))

    def _photos_changed(self) -> None:
        self._images = {}
        self.refresh()

    # -- the chosen point and photograph -------------------------------------------------

    def point(self) -> ControlPoint | None:
        """Return the chosen point."""
        index = self.table.currentIndex()
        found: ControlPoint | None = index.data(POINT_ROLE) if index.isValid() else None
        return found

    def photo(self) -> str:
        """Return the chosen photograph; empty for none."""
        item = self.photos.currentItem()
        return "" if item is None else str(item.data(_PHOTO_ROLE))

    def _point_chosen(self) -> None:
        """List the photographs that should show the point, or have been marked to."""
        from ingest.reconstruction.sightings import sightings_of

        point, kept = self.point(), self.photo()
        self.photos.blockSignals(True)
        self.photos.clear()
        self._sightings = {}
        if point is not None:
            found = sightings_of(self.marks.eyes, point.position_m)
            self._sightings = {one.photo: one for one in found}
            rows = [] if self._reconstruction.photos is None else self._reconstruction.photos.used
            marked = [row.name for row in rows if self.marks.mark_of(point, row.name)]
            # Without poses or angles any photograph may show it.
            others = [] if self._sightings else [row.name for row in rows]
            for name in dict.fromkeys([*self._sightings, *marked, *others]):
                item = QListWidgetItem(name, self.photos)
                item.setData(_PHOTO_ROLE, name)
            self._show_marked()
        self.photos.blockSignals(False)
        names = [self.photos.item(n).data(_PHOTO_ROLE) for n in range(self.photos.count())]
        if names:
            self.photos.setCurrentRow(names.index(kept) if kept in names else 0)
        self._photo_chosen()

    def _show_marked(self) -> None:
        """Tick the photographs in which the point is marked."""
        point = self.point()
        for number in range(self.photos.count()):
            item = self.photos.item(number)
            marked = point is not None and self.marks.mark_of(point, item.data(_PHOTO_ROLE))
            name, token = ("check", "accent") if marked else ("circle-dashed", "faint")
            item.setIcon(self._icons.icon(name, token))

    def _photo_chosen(self) -> None:
        name, photos = self.photo(), self._reconstruction.photos
        if not name or photos is None:
            point = self.point()
            self.view.show_note(
                self.tr("No photograph is known to show this point.") if point is not None else ""
            )
            return
        if name in self._images:
            self._show(name)
            return
        self.view.show_note(self.tr("Reading {0}…").format(name))
        path = photos.folder / name
        self._reconstruction.ask("control-photo", partial(_read, path), partial(self._take, name))

    def _take(self, name: str, image: QImage) -> None:
        self._images[name] = image
        while len(self._images) > _KEPT:
            del self._images[next(iter(self._images))]
        if name == self.photo():
            self._show(name)

    def _show(self, name: str, *, keep: bool = False) -> None:
        point = self.point()
        if point is None:
            return
        seen, mark = self._sightings.get(name), self.marks.mark_of(point, name)
        self.view.show_photo(
            self._images[name],
            None if seen is None else QPointF(seen.x_px, seen.y_px),
            None if mark is None else QPointF(mark.x_px, mark.y_px),
            keep=keep,
        )

    def step(self, by: int) -> None:
        """Go to another photograph of the point."""
        if self.photos.count():
            self.photos.setCurrentRow((self.photos.currentRow() + by) % self.photos.count())

    # -- marking -------------------------------------------------------------------------

    def _marked(self, x_px: float, y_px: float) -> None:
        point = self.point()
        if point is not None and self.photo():
            self.marks.set_mark(point, self.photo(), x_px, y_px)

    def _nudged(self, dx_px: float, dy_px: float) -> None:
        point = self.point()
        if point is not None:
            self.marks.move_mark(point, self.photo(), dx_px, dy_px)

    def _removed(self) -> None:
        point = self.point()
        if point is not None:
            self.marks.remove_mark(point, self.photo())

    def _marks_changed(self) -> None:
        self.model.marks_changed()
        self._show_marked()
        if self.photo() in self._images:
            self._show(self.photo(), keep=True)
        self._allow()

    # -- files ---------------------------------------------------------------------------

    def _ask_open(self) -> None:
        place, _ = QFileDialog.getOpenFileName(
            self.window(), self.tr("Control and check points"), "",
            self.tr("Points (*.csv *.txt);;All files (*)"),
        )  # fmt: skip
        if place:
            self._reconstruction.change(control=Path(place))

    def save(self) -> None:
        """Write the marks into the file that the points came from; a list becomes a table."""
        control = self.marks.control
        if control is None:
            return
        if control.path.suffix.lower() != ".csv":
            self._ask_save()
            return
        self.marks.save(control.path)

    def _ask_save(self) -> None:
        control = self.marks.control
        if control is None:
            return
        start = control.path.with_suffix(".csv")
        place, _ = QFileDialog.getSaveFileName(
            self.window(), self.tr("Save points and marks"), str(start), "CSV (*.csv)"
        )
        if place:
            self.marks.save(Path(place).with_suffix(".csv"))


def _read(path: Path) -> QImage:
    """Return a photograph upright, at full size."""
    from ingest.reconstruction.photo_quality import load_upright

    pixels = load_upright(path)
    data = pixels.tobytes()
    image = QImage(data, pixels.width, pixels.height, 3 * pixels.width,
                   QImage.Format.Format_RGB888)  # fmt: skip
    return image.copy()  # its own pixels: those of `data` end with this function
