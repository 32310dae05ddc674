"""The main window: scene in the middle, docks around it, one table of actions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QMenu, QVBoxLayout, QWidget

from app.docking import Docks
from app.dropping import files_in, take_as_copy
from app.furnishing import Furnishing
from app.panel_docks import PanelDocks
from app.project import project_title
from app.scene_place import ScenePlace
from app.services import Services
from app.theme import STATUS_PX
from app.top_bar import TopBar
from app.viewport import Viewport
from twin_model.errors import ShapanError, StoreError

# What fills the window is imported after its first frame: see app/furnishing.py.
if TYPE_CHECKING:
    from app.actions.registry import Actions
    from app.as_of import AsOf
    from app.comparing import Comparing
    from app.drawn import DrawnEntities
    from app.editing.attach import AttachTool
    from app.editing.bar import EditBar
    from app.editing.corners import CornersTool
    from app.editing.cut import CutTool
    from app.editing.draw import DrawTool
    from app.editing.entity_editing import EntityEditing
    from app.editing.project_types import ProjectTypes
    from app.editing.snapping import Snapping
    from app.editing.tool import ToolBox
    from app.editing.transform import TransformTool
    from app.empty_state import EmptyState
    from app.importing import Importing
    from app.interaction import SceneInteraction
    from app.live.parts import LiveParts
    from app.measure import MeasureMode, MeasureTool
    from app.navigator import Navigator
    from app.overlays import Overlays
    from app.palette import CommandPalette
    from app.panels.console import ConsolePanel
    from app.panels.entities import EntitiesPanel
    from app.panels.entity import EntityPanel
    from app.panels.jobs import JobsPanel
    from app.panels.layers import LayersPanel
    from app.panels.relations import RelationsPanel
    from app.panels.timeline import TimelinePanel
    from app.plugins.hub import PluginHub
    from app.scene import Scene
    from app.simulation.parts import SimulationParts
    from app.status_strip import StatusStrip
    from app.types.editor import TypesEditor
    from twin_model.entity import Entity


_BREATH_MS: Final = 20


class MainWindow(QMainWindow):
    """One window on one project.

    The bars, the docks' places and an empty scene are made at once; what fills them follows in
    steps after the first frame, so that the window stands and answers early. Whoever asks for a
    part before it is made gets it: all remaining steps then are taken first.

    Parameters
    ----------
    services : Services
    """

    navigator: Navigator
    scene: Scene
    drawn: DrawnEntities
    overlays: Overlays
    empty: EmptyState
    measure: MeasureTool
    importing: Importing
    layers_panel: LayersPanel
    entities_panel: EntitiesPanel
    entity_panel: EntityPanel
    relations_panel: RelationsPanel
    comparing: Comparing
    project_types: ProjectTypes
    jobs_panel: JobsPanel
    timeline: TimelinePanel
    interaction: SceneInteraction
    snapping: Snapping
    edit_bar: EditBar
    tools: ToolBox
    draw: DrawTool
    transform: TransformTool
    corners: CornersTool
    cut: CutTool
    attach: AttachTool
    entity_editing: EntityEditing
    actions_registry: Actions
    console: ConsolePanel
    status: StatusStrip
    palette_popup: CommandPalette
    plugins: PluginHub
    live: LiveParts
    simulation: SimulationParts

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.session = services.session
        self.jobs = services.jobs
        self.theme = services.theme
        self.language = services.language
        self._settled = False
        self._closed = False
        self.types_editor: TypesEditor | None = None
        self._ready: list[Callable[[], object]] = []
        self._furnishing: Furnishing | None = Furnishing(self)
        self.setWindowTitle("沙盘 Shapan")
        self.setAcceptDrops(True)
        self.resize(1600, 900)
        self.viewport = Viewport(services.theme.colour("background"))
        self._make_frame()
        # Docks still take their places, and every new size of an OpenGL widget costs a buffer
        # and a frame that nobody sees (eight of them at the start).
        self.viewport.hide()
        self.viewport.drawn.connect(self._first_frame, Qt.ConnectionType.SingleShotConnection)

    # -- making --------------------------------------------------------------------------

    def _make_frame(self) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = TopBar(self.services.icons)
        self.scene_place = ScenePlace(self.viewport)
        self.docks = Docks(body, self.scene_place, self.viewport.held)
        self.status_place = QFrame(body)
        self.status_place.setObjectName("statusStrip")
        self.status_place.setFixedHeight(STATUS_PX)
        column.addWidget(self.top_bar)
        column.addWidget(self.docks.manager, 1)
        column.addWidget(self.status_place)
        self.setCentralWidget(body)
        self.panels = PanelDocks(self)

    def _first_frame(self) -> None:
        # The frame is on the screen, and the loop has answered, before anything competes.
        QTimer.singleShot(_BREATH_MS, self, self._begin)

    def _begin(self) -> None:
        if self._furnishing is not None:
            self._furnishing.begin()

    def furnish(self) -> None:
        """Make at once what is still to be made."""
        if self._furnishing is not None:
            self._furnishing.finish()

    def furnished(self) -> None:
        """Take note that everything is made; `Furnishing` calls it."""
        self._furnishing = None
        if self._settled:
            self.overlays.place()
            self.empty.place()
        waiting, self._ready = self._ready, []
        for then in waiting:
            then()

    @property
    def complete(self) -> bool:
        """Whether every part of the window is made."""
        return self._furnishing is None

    def when_furnished(self, then: Callable[[], object]) -> None:
        """Call *then* once every part of the window is made."""
        if self._furnishing is None:
            then()
        else:
            self._ready.append(then)

    def __getattr__(self, name: str) -> Any:
        # Called only for what is not there: a part that is still to be made.
        if name in MainWindow.__annotations__ and self.__dict__.get("_furnishing") is not None:
            self.furnish()
            if name in self.__dict__:
                return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # -- projects ------------------------------------------------------------------------

    def open_project(self, folder: Path, *, read_only: bool = False, ask: bool = True) -> bool:
        """Open a project; one that is locked is offered for reading only.

        Parameters
        ----------
        folder : Path
        read_only : bool
        ask : bool
            False where nobody is there to answer: a locked project then stays closed.

        Returns
        -------
        bool
            Whether it is open now.
        """
        from app import dialogs

        self.furnish()  # whoever opens a project at once must not miss what it announces
        try:
            self.session.open(folder, read_only=read_only)
        except StoreError as error:
            if not read_only and ask and dialogs.offer_read_only(self, error):
                return self.open_project(folder, read_only=True)
            self.overlays.notice.show_error(str(error), details=False)
            return False
        except ShapanError as error:
            self.overlays.notice.show_error(str(error), details=False)
            return False
        return True

    def new_project(self, crs: str = "") -> None:
        """Ask for title, folder and CRS, which may be proposed, and make a project."""
        from app import dialogs

        wanted = dialogs.ask_new_project(self, self.services, crs)
        if wanted is None:
            return
        try:
            self.session.create(wanted.folder, wanted.frame, wanted.title)
        except ShapanError as error:
            self.overlays.notice.show_error(str(error), details=False)

    def choose_project(self) -> None:
        """Ask for a project folder and open it."""
        from app import dialogs

        folder = dialogs.ask_project_folder(self)
        if folder is not None:
            self.open_project(folder)

    def close_project(self) -> None:
        """Close the project and show the welcome page."""
        from app import dialogs

        if dialogs.may_stop_jobs(self, self.jobs):
            self.session.close()

    def open_demo(self) -> None:
        """Build the demo city if it is not there, and open it."""
        from app.demo import open_demo

        open_demo(self)

    def save(self) -> None:
        """Keep camera and layout; everything else always is saved."""
        self.save_view()

    def project_opened(self) -> None:
        twin = self.session.required
        self.services.settings.add_recent(twin.path)
        if self._settled:
            self._restore_layout()
        self.refresh()

    def _restore_layout(self) -> None:
        """Arrange the docks as the project was left."""
        layout = self.session.required.view_state().get("layout", {})
        if isinstance(layout, dict) and layout.get("docks"):
            state = QByteArray.fromBase64(QByteArray(str(layout["docks"]).encode()))
            self.docks.restore(state, str(layout.get("name", "plan")))

    def save_view(self) -> None:
        if not self.session.writable:
            return
        twin = self.session.required
        docks = bytes(self.docks.state().toBase64().data()).decode()
        state = {
            **twin.view_state(),
            **self.scene.document(),
            "layout": {"name": self.docks.layout_name, "docks": docks},
        }
        try:
            twin.set_view_state(state)
        except ShapanError as error:
            self.overlays.notice.show_error(str(error), details=False)

    # -- data ----------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Ask for files to add."""
        from app import dialogs

        self.importing.offer(dialogs.ask_files(self))

    def choose_folder(self) -> None:
        """Ask for a folder to add."""
        from app import dialogs

        self.importing.offer(dialogs.ask_folder(self))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            take_as_copy(event)
            self.overlays.drop.setText(self.tr("Drop to add"))
            self.overlays.drop.show()
            self.overlays.drop.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlays.drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlays.drop.hide()
        paths = files_in(event.mimeData())
        take_as_copy(event)
        projects = [path for path in paths if path.suffix == ".shapan" and path.is_dir()]
        if projects:
            self.open_project(projects[0])
            return
        # The source of the drag waits until this returns.
        QTimer.singleShot(0, lambda: self.importing.offer(paths))

    # -- showing -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring title, menus and the empty state up to date."""
        twin = self.session.twin
        title = twin.title if twin else ""
        self.setWindowTitle(title or "沙盘 Shapan")  # Qt adds the program's name
        self.top_bar.set_project(title, read_only=bool(twin and twin.read_only))
        self.show_empty_state()
        self.actions_registry.refresh()

    def show_empty_state(self) -> None:
        importing = any(job.kind == "import" for job in self.jobs.active())
        # The panels of that layout say themselves what to begin with.
        importing |= self.docks.layout_name == "reconstruct" and self.session.twin is not None
        if self.scene.layers or len(self.drawn) or importing or self.tools.current is not None:
            self.empty.hide()
            return
        recent = self.services.settings.recent
        self.empty.show_for(has_project=self.session.twin is not None, recent=recent)

    def show_instant(self, instant: AsOf) -> None:
        self.entities_panel.set_instant(instant)
        self.entity_panel.set_instant(instant)
        self.interaction.set_instant(instant)
        self.scene.set_instant(instant)
        self.drawn.set_instant(instant)
        if instant is not None:
            self.tools.stop()
        self.relations_panel.set_instant(instant)
        self.comparing.set_instants(self.timeline.other_when)

    def select_tool(self) -> None:
        """Leave every tool: clicks select again."""
        self.measure.stop()
        self.tools.stop()

    def start_measuring(self, mode: MeasureMode) -> None:
        """Measure, in place of whatever else had the mouse."""
        self.tools.stop()
        self.measure.start(mode)

    def has_selection(self) -> bool:
        """Return whether an entity is selected."""
        return self.entity_panel.entity is not None

    def zoom_to_selection(self) -> None:
        """Fly to the selected entity."""
        entity: Entity | None = self.entity_panel.entity
        if entity is not None:
            self.interaction.fly_to_entity(entity)

    def show_palette(self) -> None:
        """Open the command palette."""
        self.palette_popup.popup()

    def capture(self) -> None:
        """Save a picture of the scene."""
        from app import dialogs

        dialogs.capture_picture(self)

    def toggle_theme(self) -> None:
        """Switch between light and dark."""
        self.theme.set_dark(not self.theme.dark)
        self.services.settings.theme = "dark" if self.theme.dark else "light"

    def theme_changed(self) -> None:
        self.viewport.stage.set_theme(self.theme.dark)
        self.viewport.redraw()

    def set_language(self, code: str) -> None:
        """Switch the language, live."""
        self.services.settings.language = code
        self.language.set(code)

    def toggle_fullscreen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def about(self) -> None:
        """Say what this is."""
        from app import dialogs

        dialogs.show_about(self)

    def show_keys(self) -> None:
        """Show how mouse and keys move the scene."""
        from app import dialogs

        dialogs.show_keys(self)

    def fill_recent(self, menu: QMenu) -> None:
        """List recent projects in a menu."""
        menu.clear()
        for path in self.services.settings.recent:
            action = menu.addAction(f"{project_title(path)}    {path.parent}")
            action.triggered.connect(lambda _=False, path=path: self.open_project(path))
        menu.setEnabled(not menu.isEmpty())

    def fill_docks(self, menu: QMenu) -> None:
        """List the docks in a menu, ticked where open."""
        menu.clear()
        for name in self.docks.names():
            action = menu.addAction(self.docks.title(name))
            action.setCheckable(True)
            action.setChecked(self.docks.is_open(name))
            action.triggered.connect(lambda _=False, name=name: self.docks.toggle(name))

    # -- Qt ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.__dict__.get("docks") is not None:
            self.docks.retranslate()
        if (
            event.type() == QEvent.Type.LanguageChange
            and self.__dict__.get("_furnishing", 1) is None
        ):
            from app.actions.catalogue import fill_menus

            self.empty.retranslate()
            self.overlays.notice.retranslate()
            fill_menus(self, self.actions_registry)
            self.plugins.language_changed()
            self.refresh()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._settled:
            self._settled = True
            self.docks.settle()
            if self.session.twin is not None:
                self._restore_layout()
            else:
                self.docks.restore(self.services.settings.bytes("docks"))
            if self._furnishing is None:
                self.overlays.place()
                self.empty.place()
            QTimer.singleShot(0, self.viewport, self.viewport.show)

    def closeEvent(self, event: QCloseEvent) -> None:
        from app import dialogs

        if not self._closed and not dialogs.may_stop_jobs(self, self.jobs):
            event.ignore()
            return
        if not self._closed:
            self._closed = True
            self._shut_down()
        super().closeEvent(event)

    def _shut_down(self) -> None:
        settings = self.services.settings
        settings.set_bytes("geometry", self.saveGeometry())
        settings.set_bytes("docks", self.docks.state())
        settings.sync()
        if self._furnishing is None:
            self.select_tool()
            self.importing.stop()
            self.session.close()  # panels and workers of plugins see it close
            self.plugins.shut_down()
        else:
            self._furnishing.stop()
        self.jobs.shut_down()
        self.services.background.wait()
        if self._furnishing is None:
            self.comparing.stop()
        self.session.close()
        self.viewport.close_stage()
