"""The choices for a run: quality, name, control points and their CRS, poses that are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.crs_field import CrsField
from app.icons import IconSet
from app.reconstruct import words
from app.reconstruct.session import ReconstructSession
from app.workers import Background
from ingest.reconstruction.options import QUALITIES


class PathField(QWidget):
    """A path that is chosen, shown by its name, and taken back.

    Parameters
    ----------
    icons : IconSet
    choose : callable
        Asks for a path; None where nothing was chosen.
    changed : callable
        Told of the new path, or None.
    """

    def __init__(
        self,
        icons: IconSet,
        choose: Callable[[], Path | None],
        changed: Callable[[Path | None], object],
    ) -> None:
        super().__init__()
        self._choose, self._changed = choose, changed
        self.name = QLabel(self)
        # A long name is cut, the pane does not grow for it.
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.browse = self._button(icons, "folder-open", self._ask)
        self.clear = self._button(icons, "x", lambda: changed(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.name, 1)
        row.addWidget(self.clear)
        row.addWidget(self.browse)

    def _button(self, icons: IconSet, glyph: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(glyph, "dim"))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda _=False: slot())
        return button

    def _ask(self) -> None:
        path = self._choose()
        if path is not None:
            self._changed(path)

    def show_path(self, path: Path | None, placeholder: str) -> None:
        """Show a path, or what is done without one."""
        self.name.setText(path.name if path is not None else placeholder)
        self.name.setObjectName("" if path is not None else "faint")
        self.name.style().unpolish(self.name)
        self.name.style().polish(self.name)
        self.name.setToolTip(str(path) if path is not None else "")
        self.clear.setVisible(path is not None)


class ChoicesForm(QWidget):
    """See module.

    Parameters
    ----------
    reconstruction : ReconstructSession
    background : Background
    icons : IconSet
    parent : QWidget
    """

    def __init__(
        self,
        reconstruction: ReconstructSession,
        background: Background,
        icons: IconSet,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._reconstruction = reconstruction
        self.quality = QComboBox(self)
        self.name = QLineEdit(self)
        change = reconstruction.change
        self.control = PathField(icons, self._ask_control, lambda p: change(control=p))
        self.crs = CrsField(background, self, allow_local=False)
        self.poses = PathField(icons, self._ask_poses, lambda p: change(poses=p))
        self.reference = PathField(icons, self._ask_reference, lambda p: change(reference=p))
        self.geoid = PathField(icons, self._ask_geoid, lambda p: change(geoid=p))
        self.field = QCheckBox(self)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self._labels = [QLabel(self) for _ in range(7)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields = (self.quality, self.name, self.control, self.crs, self.poses, self.reference,
                  self.geoid)  # fmt: skip
        for label, field in zip(self._labels, fields, strict=True):
            label.setBuddy(field)
            form.addRow(label, field)
        form.addRow(self.field)
        column.addLayout(form)
        column.addWidget(self.problem)  # a form cuts off text of several lines
        for box in (self.crs, self.quality):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setMinimumContentsLength(8)
        self.quality.currentIndexChanged.connect(self._quality_chosen)
        self.name.textEdited.connect(lambda text: change(name=text.strip()))
        self.field.toggled.connect(lambda on: change(field=on))
        self.crs.chosen.connect(self._crs_chosen)
        reconstruction.options_changed.connect(self.refresh)
        reconstruction.control_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        texts = (
            self.tr("Quality"), self.tr("Name"), self.tr("Control points"),
            self.tr("Their CRS"), self.tr("Known poses"), self.tr("Compare with"),
            self.tr("Geoid grid"),
        )  # fmt: skip
        for label, text in zip(self._labels, texts, strict=True):
            label.setText(text)
            label.setObjectName("dim")
        self.quality.blockSignals(True)
        self.quality.clear()
        for name in QUALITIES:
            self.quality.addItem(words.quality(name), name)
        self.quality.blockSignals(False)
        for field, tip in (
            (self.control, self.tr("Choose a file of control and check points")),
            (self.poses, self.tr("Choose transforms.json or reconstruction.json")),
            (self.reference, self.tr("Choose points of another survey (LAS, LAZ)")),
            (
                self.geoid,
                self.tr(
                    "Choose a grid of geoid heights (GTX, GeoTIFF): heights of "
                    "photographs are then above the ellipsoid"
                ),
            ),
        ):
            field.browse.setToolTip(tip)
            field.browse.setAccessibleName(tip)
            field.clear.setToolTip(self.tr("Without it"))
            field.clear.setAccessibleName(self.tr("Without it"))
        self.field.setText(self.tr("Train a radiance field too"))
        self.field.setToolTip(self.tr("A second way to the surface, strong where pairs of photos "
                                      "are weak; takes much longer"))  # fmt: skip
        self.refresh()

    def refresh(self) -> None:
        """Show the choices as they are."""
        options = self._reconstruction.options
        self.setEnabled(options is not None and not self._reconstruction.busy)
        if options is not None:
            self.quality.blockSignals(True)
            self.quality.setCurrentIndex(self.quality.findData(options.quality))
            self.quality.blockSignals(False)
            self.field.blockSignals(True)
            self.field.setChecked(options.field)
            self.field.blockSignals(False)
            if not self.name.hasFocus():
                self.name.setText(options.name)
            self.name.setPlaceholderText(options.photos.name)
        control = None if options is None else options.control
        self.control.show_path(control, self.tr("none: placed by GPS"))
        self.poses.show_path(
            None if options is None else options.poses, self.tr("none: to be found")
        )
        self.reference.show_path(
            None if options is None else options.reference, self.tr("no other survey")
        )
        self.geoid.show_path(
            None if options is None else options.geoid, self.tr("none: heights as stated")
        )
        self._show_crs(control)
        error = self._reconstruction.control_error
        self.problem.setText(messages.shown(error))
        self.problem.setVisible(bool(error))

    def _show_crs(self, control: Path | None) -> None:
        self.crs.setEnabled(control is not None)
        self._labels[3].setEnabled(control is not None)
        options, known = self._reconstruction.options, self._reconstruction.control
        line = self.crs.lineEdit()
        if line is None or line.hasFocus():
            return
        self.crs.set_value(None if options is None else options.control_crs)
        if known is None:
            line.setPlaceholderText(self.tr("EPSG code or name"))
        elif known.is_assumed:
            line.setPlaceholderText(self.tr("the project's: {0}").format(known.crs))
        else:
            line.setPlaceholderText(self.tr("as the file says: {0}").format(known.crs))

    def _quality_chosen(self, index: int) -> None:
        self._reconstruction.change(quality=str(self.quality.itemData(index)))

    def _crs_chosen(self) -> None:
        if self.crs.value is not None or not self.crs.currentText().strip():
            self._reconstruction.change(control_crs=self.crs.value)

    def _ask(self, title: str, kinds: str) -> Path | None:
        place, _ = QFileDialog.getOpenFileName(self.window(), title, "", kinds)
        return Path(place) if place else None

    def _ask_control(self) -> Path | None:
        return self._ask(
            self.tr("Control and check points"), self.tr("Points (*.csv *.txt);;All files (*)")
        )

    def _ask_poses(self) -> Path | None:
        found = self._ask(self.tr("Known poses"), "JSON (*.json);;COLMAP (images.* cameras.*)")
        # A COLMAP model is the folder in which its files lie.
        return found.parent if found is not None and found.suffix in {".bin", ".txt"} else found

    def _ask_geoid(self) -> Path | None:
        return self._ask(self.tr("Geoid grid"), self.tr("Geoid grids (*.gtx *.tif)"))

    def _ask_reference(self) -> Path | None:
        return self._ask(self.tr("Points of another survey"), "LAS (*.las *.laz)")
