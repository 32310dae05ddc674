"""The placement dialog: what was dropped, where it will lie, and the button to place it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import messages, numbers, words
from app.crs_field import LOCAL, CrsField
from app.extent_preview import Extent, ExtentPreview
from app.importing import NewProject, Placement, extent_local, free_folder, suggest_frame
from app.panels.entity_fields import crs_text
from app.services import Services
from app.source_text import counts_text, describe
from twin_model.errors import FrameError, ShapanError

if TYPE_CHECKING:
    from ingest.readers.contract import SourceInfo
    from twin_model.frame import Frame

_LOCAL_KINDS: Final = frozenset({"mesh", "tileset", "bim", "model"})


@dataclass
class _Row:
    """One source of the dialog; *info* is None while it is looked into."""

    ticket: int
    path: Path
    info: SourceInfo | None = None
    crs: str | None = None
    extent: Extent | None = None
    problem: str = ""
    included: bool = True

    @property
    def readable(self) -> bool:
        return self.info is not None and not self.info.error

    @property
    def undecided(self) -> bool:
        """Whether somebody has to say where it belongs, or to leave it out."""
        return self.included and self.readable and not self.placed

    @property
    def placed(self) -> bool:
        """Whether it is known where to put it."""
        return self.included and self.readable and self.crs is not None and not self.problem


class PlacementDialog(QDialog):
    """Describes sources and lets the user say where those belong that do not.

    Parameters
    ----------
    window : QWidget
    services : Services
    """

    placed = Signal(list, object)  # list of Placement, NewProject or None

    def __init__(self, window: QWidget, services: Services) -> None:
        super().__init__(window)
        self._services = services
        self._rows: list[_Row] = []
        self._tickets = itertools.count()
        self._frame: Frame | None = None
        twin = services.session.twin
        self._twin = twin
        self._new = twin is None
        self.list = QListWidget(self)
        self.list.setIconSize(QSize(16, 16))
        self.list.currentRowChanged.connect(lambda _: self._show_current())
        self.list.itemChanged.connect(self._include)
        self.description = QLabel(self)
        self.description.setTextFormat(Qt.TextFormat.PlainText)
        self.description.setWordWrap(True)
        self.description.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.warning = QLabel(self)
        self.warning.setObjectName("warning")
        self.warning.setWordWrap(True)
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.error = QLabel(self)
        self.error.setObjectName("error")
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.crs = CrsField(services.background, self, allow_local=True)
        self.crs.chosen.connect(self._crs_chosen)
        self._crs_name = QLabel(self)
        self.preview = ExtentPreview(services.theme, self)
        self.preview_note = QLabel(self)
        self.preview_note.setObjectName("dim")
        self.preview_note.setWordWrap(True)
        self.title = QLineEdit(self)
        self.folder = QLineEdit(self)
        self.project_crs = CrsField(services.background, self, allow_local=False)
        self.project_crs.chosen.connect(self._project_crs_chosen)
        self._browse = QPushButton(self)
        self._browse.clicked.connect(self._choose_folder)
        self.summary = QLabel(self)
        self.summary.setObjectName("dim")
        self.place = QPushButton(self)
        self.place.setObjectName("primary")
        self.place.setDefault(True)
        self.place.clicked.connect(self._place)
        self.cancel = QPushButton(self)
        self.cancel.clicked.connect(self.reject)
        self._form_names = [QLabel(self) for _ in range(3)]
        self._lay_out()
        self.resize(860, 560)
        self.retranslate()
        self.title.textChanged.connect(lambda _: self._refresh())
        self.folder.textChanged.connect(lambda _: self._refresh())

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(8)
        for widget in (self.description, self.error, self.warning, self._crs_name, self.crs):
            right.addWidget(widget)
        right.addWidget(self.preview, 1)
        right.addWidget(self.preview_note)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.list, 4)
        middle.addLayout(right, 5)
        self._project = QFrame(self)
        form = QFormLayout(self._project)
        form.setContentsMargins(0, 8, 0, 0)
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(self._browse)
        form.addRow(self._form_names[0], self.title)
        form.addRow(self._form_names[1], folder)
        form.addRow(self._form_names[2], self.project_crs)
        self._project.setVisible(self._new)
        buttons = QHBoxLayout()
        buttons.addWidget(self.summary, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(middle, 1)
        layout.addWidget(self._project)
        layout.addLayout(buttons)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setWindowTitle(self.tr("Place data"))
        self.list.setAccessibleName(self.tr("Sources"))
        self._crs_name.setText(self.tr("Coordinate reference system"))
        names = [self.tr("Project title"), self.tr("Folder"), self.tr("Project CRS")]
        for label, text in zip(self._form_names, names, strict=True):
            label.setText(text)
        self.title.setAccessibleName(names[0])
        self.folder.setAccessibleName(names[1])
        self._browse.setText(self.tr("Choose…"))
        self.place.setText(self.tr("Place"))
        self.cancel.setText(self.tr("Cancel"))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- sources -------------------------------------------------------------------------

    def expect(self, path: Path) -> int:
        """Show a path as being looked into; return the ticket for its answer."""
        row = _Row(next(self._tickets), path)
        self._rows.append(row)
        self._refresh()
        return row.ticket

    def show_sources(self, ticket: int, infos: list[SourceInfo]) -> None:
        """Show what a path holds in place of its waiting row."""
        at = next((i for i, row in enumerate(self._rows) if row.ticket == ticket), None)
        if at is None:
            return
        rows = [_Row(ticket, Path(info.source), info) for info in infos]
        for row in rows:
            if row.info is not None and row.readable:
                local = LOCAL if row.info.kind in _LOCAL_KINDS else None
                row.crs = row.info.crs or local
        self._rows[at : at + 1] = rows
        if self._new:
            self._suggest()
        self._locate()
        self._refresh()
        if self.list.currentRow() < 0 and self._rows:
            # First what needs an answer, else the first.
            open_rows = [i for i, row in enumerate(self._rows) if row.undecided]
            self.list.setCurrentRow(open_rows[0] if open_rows else 0)
        self._show_current()

    @property
    def waiting(self) -> bool:
        """Whether anything is still being looked into."""
        return any(row.info is None for row in self._rows)

    def _suggest(self) -> None:
        """Fill in the project's fields from the first sources, keeping what a user wrote."""
        infos = [row.info for row in self._rows if row.info is not None]
        if self._frame is None:
            self._frame = suggest_frame(infos)
            if self._frame is not None:
                self.project_crs.set_value(self._frame.crs)
        if not self.title.text() and infos:
            name = Path(infos[0].source).stem
            self.title.setText(name)
            documents = QStandardPaths.writableLocation(
                QStandardPaths.StandardLocation.DocumentsLocation
            )
            self.folder.setText(str(free_folder(Path(documents), name)))

    @property
    def frame(self) -> Frame | None:
        """The frame that sources are placed in, with the origin still open for a new project."""
        return self._twin.frame if self._twin is not None else self._frame

    def _locate(self) -> None:
        frame = self.frame
        for row in self._rows:
            row.extent, row.problem = None, ""
            if frame is None or row.info is None or row.crs is None or not row.readable:
                continue
            try:
                row.extent = extent_local(row.info, row.crs, frame)
            except ShapanError as error:
                row.problem = messages.shown(str(error))

    def _include(self, item: QListWidgetItem) -> None:
        row = self._rows[self.list.row(item)]
        included = item.checkState() == Qt.CheckState.Checked
        if row.readable and row.included != included:
            row.included = included
            self._refresh()

    # -- choosing ------------------------------------------------------------------------

    def _current(self) -> _Row | None:
        at = self.list.currentRow()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def _crs_chosen(self) -> None:
        row = self._current()
        if row is None:
            return
        row.crs = self.crs.value
        self._locate()
        self._refresh()
        self._show_current(keep_field=True)

    def _project_crs_chosen(self) -> None:
        from twin_model.frame import Frame

        value = self.project_crs.value
        try:
            self._frame = Frame(value) if value else None
            self.project_crs.setToolTip("")
        except FrameError as error:
            self._frame = None
            self.project_crs.setToolTip(messages.shown(str(error)))
        self._locate()
        self._refresh()
        self._show_current(keep_field=True)

    def _choose_folder(self) -> None:
        parent = str(Path(self.folder.text()).parent)
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder for the project"), parent)
        if chosen:
            self.folder.setText(str(free_folder(Path(chosen), self.title.text())))

    # -- showing -------------------------------------------------------------------------

    def _refresh(self) -> None:
        icons = self._services.icons
        self.list.blockSignals(True)
        current = self.list.currentRow()
        while self.list.count() > len(self._rows):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(self._rows):
            self.list.addItem(QListWidgetItem())
        for at, row in enumerate(self._rows):
            item = self.list.item(at)
            item.setText(f"{row.path.name}\n{self._note(row)}")
            item.setToolTip(str(row.path))
            if row.readable:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(
                    Qt.CheckState.Checked if row.included else Qt.CheckState.Unchecked
                )
            if row.info is None:
                item.setIcon(icons.icon("circle-dashed", "dim"))
            elif row.info.error or row.problem:
                item.setIcon(icons.icon("warning-circle", "critical"))
            elif row.undecided:
                item.setIcon(icons.icon("question", "high"))
            else:
                item.setIcon(icons.icon("check-circle", "accent"))
        self.list.setCurrentRow(current)
        self.list.blockSignals(False)
        ready = [row for row in self._rows if row.placed]
        waiting = self.waiting
        undecided = sum(1 for row in self._rows if row.undecided)
        bad = sum(1 for row in self._rows if row.info is not None and row.info.error)
        parts = [self.tr("%n to place", "", len(ready))]
        if undecided:
            parts.append(self.tr("%n need(s) a CRS", "", undecided))
        if bad:
            parts.append(self.tr("%n cannot be read", "", bad))
        self.summary.setText(" · ".join(parts))
        complete = self.frame is not None and (
            not self._new or bool(self.title.text().strip() and self.folder.text().strip())
        )
        self.place.setEnabled(bool(ready) and not waiting and not undecided and complete)

    def _note(self, row: _Row) -> str:
        if row.info is None:
            return self.tr("Looking into it…")
        if row.info.error:
            return self.tr("Cannot be read")
        return f"{row.info.format or words.kind(row.info.kind)}  ·  {counts_text(row.info)}"

    def _show_current(self, *, keep_field: bool = False) -> None:
        row = self._current()
        info = row.info if row else None
        self.description.setText(describe(info) if info and not info.error else "")
        self.description.setVisible(bool(self.description.text()))
        problem = messages.shown(info.error or "") if info else ""
        problem = problem or (row.problem if row else "")
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        warnings = [messages.shown(text) for text in info.warnings] if info else []
        if info and not info.error and info.crs is None:
            warnings.insert(0, self.tr("The source states no CRS. Say where it belongs."))
        self.warning.setText("\n".join(warnings[:6]))
        self.warning.setVisible(bool(warnings))
        readable = row is not None and row.readable
        self.crs.setVisible(readable)
        self._crs_name.setVisible(readable)
        if row is not None and readable and not keep_field:
            choices = []
            if info is not None and info.crs:
                choices.append((self.tr("As stated: {0}").format(crs_text(info.crs)), info.crs))
            frame = self.frame
            if frame is not None and not (info and info.crs == frame.crs):
                choices.append((self.tr("The project's: {0}").format(frame.crs[:24]), frame.crs))
            self.crs.offer(choices)
            self.crs.set_value(row.crs)
        self._show_preview()

    def _show_preview(self) -> None:
        extents = {i: row.extent for i, row in enumerate(self._rows) if row.extent is not None}
        self.preview.show_extents(self._project_extent(), extents, self.list.currentRow())
        distance = self.preview.distance_m()
        extent = extents.get(self.list.currentRow())
        notes = []
        if extent is not None:
            notes.append(
                self.tr("{0} by {1}").format(
                    numbers.length(extent[2] - extent[0], 1.0),
                    numbers.length(extent[3] - extent[1], 1.0),
                )
            )
        if distance is not None:
            notes.append(
                self.tr("{0} from the middle of the project").format(numbers.length(distance, 1.0))
            )
        self.preview_note.setText(" · ".join(notes))

    def _project_extent(self) -> Extent | None:
        if self._twin is None:
            return None
        bounds = [layer.bounds_local for layer in self._twin.layers() if layer.bounds_local]
        if not bounds:
            return None
        return [
            min(b[0] for b in bounds), min(b[1] for b in bounds),
            max(b[3] for b in bounds), max(b[4] for b in bounds),
        ]  # fmt: skip

    def _place(self) -> None:
        placements = [
            Placement(row.path, row.crs if row.crs != row.info.crs else None, row.info.kind)
            for row in self._rows
            if row.placed and row.info is not None
        ]
        project = None
        if self._new and self._frame is not None:
            project = NewProject(
                Path(self.folder.text().strip()), self.title.text().strip(), self._frame
            )
        self.accept()
        self.placed.emit(placements, project)
