"""The Layers dock: eye, name, order, opacity, and imports under way."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QMessageBox,
    QPushButton,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app import numbers, words
from app.icons import IconSet
from app.item_models.layers import (
    GROUP_ROLE,
    INDENT_ROLE,
    JOB_ROLE,
    LAYER_ROLE,
    NOTE_ROLE,
    VISIBLE_ROLE,
    LayerGroup,
    LayersModel,
)
from app.own_keys import OwnKeys
from app.project import ProjectSession
from app.scene import Scene
from app.theme import ROW_PX, Theme
from app.workers import Jobs
from twin_model.layer import Layer, LayerRole

_EYE: Final = QRect(10, 0, 20, ROW_PX)
_TEXT_LEFT: Final = 36
_INDENT: Final = 18


class _LayerDelegate(QStyledItemDelegate):
    """Paints one row as in the drawings: eye, name, note at the end, progress below."""

    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        theme, rect = self._theme, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        record = index.data(JOB_ROLE)
        visible = record is None and bool(index.data(VISIBLE_ROLE))
        glyph = "circle-dashed" if record else "eye" if visible else "eye-slash"
        indent = _INDENT if index.data(INDENT_ROLE) else 0
        eye = QRect(rect.left() + _EYE.left() + indent, rect.top() + 5, 16, 16)
        self._icons.paint(painter, eye, glyph, theme.colour("text" if visible else "faint"))
        note = str(index.data(NOTE_ROLE) or "")
        metrics = option.fontMetrics
        note_width = metrics.horizontalAdvance(note)
        painter.setFont(option.font)
        painter.setPen(theme.colour("dim"))
        right = rect.right() - 12
        painter.drawText(
            QRect(right - note_width, rect.top(), note_width + 2, rect.height()),
            Qt.AlignmentFlag.AlignVCenter,
            note,
        )
        painter.setPen(theme.colour("text" if visible else "dim"))
        text_left = rect.left() + _TEXT_LEFT + indent
        group = index.data(GROUP_ROLE)
        if group is not None:
            arrow = "caret-down" if group.expanded else "caret-right"
            caret = QRect(text_left - 3, rect.top() + 7, 12, 12)
            self._icons.paint(painter, caret, arrow, theme.colour("dim"))
            painter.setPen(theme.colour("text" if visible else "dim"))
            text_left += 14
        space = max(0, right - note_width - 12 - text_left)
        name = metrics.elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, space
        )
        painter.drawText(
            QRect(text_left, rect.top(), space + 2, rect.height()),
            Qt.AlignmentFlag.AlignVCenter,
            name,
        )
        if record is not None:
            self._paint_progress(painter, rect, record.fraction)
        painter.restore()

    def _paint_progress(self, painter: QPainter, rect: QRect, fraction: float | None) -> None:
        bar = QRect(rect.left() + 12, rect.bottom() - 2, rect.width() - 24, 2)
        painter.fillRect(bar, self._theme.colour("line"))
        if fraction is not None:
            bar.setWidth(round(bar.width() * fraction))
            painter.fillRect(bar, self._theme.colour("accent"))

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Any
    ) -> None:
        editor.setGeometry(option.rect.adjusted(_TEXT_LEFT - 9, 0, -8, 0))


class _LayerList(QListView):
    """A list whose eyes and groups react to clicks."""

    shift_wanted = Signal(int)
    eye_clicked = Signal(list)  # of Layer
    group_clicked = Signal(object)  # LayerGroup

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.shift_wanted.emit(step)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            layer, group = index.data(LAYER_ROLE), index.data(GROUP_ROLE)
            indent = _INDENT if index.data(INDENT_ROLE) else 0
            if event.position().x() < _TEXT_LEFT - 4 + indent:
                layers = group.layers if isinstance(group, LayerGroup) else [layer]
                if layers[0] is not None:
                    self.eye_clicked.emit(list(layers))
                    return
            elif group is not None:
                self.group_clicked.emit(group)
                return
        super().mousePressEvent(event)


class LayersPanel(QWidget):
    """The layers of the open project.

    Parameters
    ----------
    session : ProjectSession
    scene : Scene
    jobs : Jobs
    theme : Theme
    icons : IconSet
    """

    add_wanted = Signal()
    properties_wanted = Signal(object)
    selected = Signal(object)

    def __init__(
        self, session: ProjectSession, scene: Scene, jobs: Jobs, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._scene = scene
        self._jobs = jobs
        self.model = LayersModel()
        self.list = self._make_list(theme, icons)
        self._empty = QWidget(self)
        self._empty_text = QLabel(self._empty)
        self._empty_text.setObjectName("dim")
        self._empty_text.setWordWrap(True)
        self._empty_button = QPushButton(self._empty)
        self._empty_button.clicked.connect(self.add_wanted)
        empty = QVBoxLayout(self._empty)
        empty.setContentsMargins(12, 8, 12, 8)
        empty.addWidget(self._empty_text)
        empty.addWidget(self._empty_button, 0, Qt.AlignmentFlag.AlignLeft)
        empty.addStretch(1)
        self._strip = self._make_strip()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._empty)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._strip)
        self._connect()
        self.retranslate()
        self.refresh()

    def _make_list(self, theme: Theme, icons: IconSet) -> _LayerList:
        view = _LayerList(self)
        view.setModel(self.model)
        view.setItemDelegate(_LayerDelegate(theme, icons, view))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setDropIndicatorShown(True)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return view

    def _make_strip(self) -> QWidget:
        strip = QWidget(self)
        self._opacity_name = QLabel(strip)
        self._opacity_name.setObjectName("dim")
        self.opacity = QSlider(Qt.Orientation.Horizontal, strip)
        self.opacity.setRange(5, 100)
        self._opacity_value = QLabel(strip)
        self._opacity_value.setObjectName("dim")
        self._opacity_value.setMinimumWidth(40)
        self._opacity_value.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(strip)
        row.setContentsMargins(12, 4, 12, 6)
        row.addWidget(self._opacity_name)
        row.addWidget(self.opacity, 1)
        row.addWidget(self._opacity_value)
        return strip

    def _connect(self) -> None:
        session = self._session
        session.opened.connect(self.refresh)
        session.closed.connect(self.refresh)
        session.changed.connect(lambda change: self.refresh() if change.layers else None)
        self._jobs.changed.connect(self._show_jobs)
        self.model.rename_wanted.connect(self._rename)
        self.model.order_wanted.connect(self._reorder)
        self.list.eye_clicked.connect(self.toggle)
        self.list.group_clicked.connect(self.model.toggle_group)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.doubleClicked.connect(self._zoom_to_index)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._select())
        self.model.modelReset.connect(self._select)
        self.list.shift_wanted.connect(self._shift)
        OwnKeys(self.list, Qt.Key.Key_Delete)
        self.opacity.valueChanged.connect(self._opacity_moved)
        self.opacity.sliderReleased.connect(self._opacity_done)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self._empty_text.setText(
            self.tr("No layers yet. Drop files or folders anywhere on the window, or add them.")
        )
        self._empty_button.setText(self.tr("Add data"))
        self._opacity_name.setText(self.tr("Opacity"))
        self.opacity.setAccessibleName(self.tr("Opacity"))
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.viewport().update()
        self._select()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- showing -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the project's layers."""
        twin = self._session.twin
        current = self.current()
        self.model.writable = self._session.writable
        self.model.set_layers(twin.layers() if twin else [])
        if current is not None:
            self.select(current.id)
        self._show_jobs()

    def _show_jobs(self) -> None:
        rows = self.model.rowCount()
        self.model.set_jobs([job for job in self._jobs.active() if job.kind == "import"])
        if self.model.rowCount() > rows:
            self.list.scrollToBottom()  # where imports under way stand
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        self.list.setVisible(not empty)
        self._select()

    def current(self) -> Layer | None:
        """Return the selected layer."""
        index = self.list.currentIndex()
        layer = index.data(LAYER_ROLE) if index.isValid() else None
        return layer if isinstance(layer, Layer) else None

    def select(self, layer_id: str) -> None:
        """Select a layer by its id."""
        row = self.model.row_of(layer_id)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    def _select(self) -> None:
        layer = self.current()
        self._strip.setVisible(layer is not None)
        if layer is not None and not self.opacity.isSliderDown():
            percent = round(100 * float(layer.style.get("opacity", 1.0)))
            self.opacity.blockSignals(True)
            self.opacity.setValue(percent)
            self.opacity.blockSignals(False)
            self._opacity_value.setText(f"{percent} %")
            self.opacity.setEnabled(self._session.writable)
        self.selected.emit(layer)

    # -- changing ------------------------------------------------------------------------

    def toggle(self, layers: list[Layer]) -> None:
        """Show layers, or hide them where any of them is shown."""
        visible = not any(layer.style.get("visible", True) for layer in layers)
        for layer in layers:
            self._scene.preview_style(layer.id, visible=visible)
            if self._session.writable and layer.style.get("visible", True) != visible:
                self._session.set_style(layer.id, visible=visible)

    def _opacity_moved(self, percent: int) -> None:
        self._opacity_value.setText(f"{numbers.integer(percent)} %")
        layer = self.current()
        if layer is None:
            return
        self._scene.preview_style(layer.id, opacity=percent / 100)
        if not self.opacity.isSliderDown():
            self._opacity_done()

    def _opacity_done(self) -> None:
        layer = self.current()
        if layer is not None:
            self._session.set_style(layer.id, opacity=self.opacity.value() / 100)

    def _rename(self, layer_id: str, name: str) -> None:
        from twin_model.commands import RenameLayer

        self._session.execute(RenameLayer(layer_id, name))

    def _reorder(self, order: list[str]) -> None:
        from twin_model.commands import ReorderLayers

        self._session.execute(ReorderLayers(order))

    def remove(self, layer: Layer) -> None:
        """Remove a layer; undo brings it back."""
        from twin_model.commands import RemoveLayer

        self._session.execute(RemoveLayer(layer.id))

    def _shift(self, by: int) -> None:
        layer = self.current()
        if layer is not None and self._session.writable:
            self.model.shift(layer.id, by)

    def _zoom_to_index(self, index: Any) -> None:
        layer = index.data(LAYER_ROLE)
        if layer is not None:
            self._scene.zoom_to_layer(layer.id)

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        record = index.data(JOB_ROLE) if index.isValid() else None
        layer = index.data(LAYER_ROLE) if index.isValid() else None
        menu = QMenu(self)
        if record is not None:
            menu.addAction(self.tr("Cancel")).triggered.connect(lambda: self._jobs.cancel(record))
        elif layer is not None:
            self._fill_menu(menu, layer)
        else:
            menu.addAction(self.tr("Add data")).triggered.connect(self.add_wanted)
        menu.exec(self.list.viewport().mapToGlobal(at))
        menu.deleteLater()

    def _fill_menu(self, menu: QMenu, layer: Layer) -> None:
        writable = self._session.writable
        menu.addAction(self.tr("Zoom to layer")).triggered.connect(
            lambda: self._scene.zoom_to_layer(layer.id)
        )
        if layer.role == LayerRole.POINTS:
            self._fill_colours(menu.addMenu(self.tr("Colour by")), layer)
        menu.addSeparator()
        up = menu.addAction(self.tr("Move up"), QKeySequence("Alt+Up"))
        up.triggered.connect(lambda: self.model.shift(layer.id, -1))
        down = menu.addAction(self.tr("Move down"), QKeySequence("Alt+Down"))
        down.triggered.connect(lambda: self.model.shift(layer.id, 1))
        rename = menu.addAction(self.tr("Rename"))
        rename.triggered.connect(lambda: self.list.edit(self.list.currentIndex()))
        remove = menu.addAction(self.tr("Remove"))
        remove.triggered.connect(lambda: self._confirm_remove(layer))
        for action in (up, down, rename, remove):
            action.setEnabled(writable)
        menu.addSeparator()
        menu.addAction(self.tr("Properties")).triggered.connect(
            lambda: self.properties_wanted.emit(layer)
        )

    def _fill_colours(self, menu: QMenu, layer: Layer) -> None:
        group = QActionGroup(menu)
        now = layer.style.get("colour_by", "rgb")
        for mode in words.COLOUR_MODES:
            action = QAction(words.colour_mode(mode), menu)
            action.setCheckable(True)
            action.setChecked(mode == now)
            action.triggered.connect(
                lambda _=False, mode=mode: self._session.set_style(layer.id, colour_by=mode)
            )
            group.addAction(action)
            menu.addAction(action)

    def _confirm_remove(self, layer: Layer) -> None:
        answer = QMessageBox.question(
            self,
            self.tr("Remove layer"),
            self.tr("Remove “{0}” and the entities that stand on it? Undo brings it back.").format(
                layer.name
            ),
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.remove(layer)
