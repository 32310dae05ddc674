"""The main window: scene in the middle, docks around it, one table of actions."""

from __future__ import annotations

from pathlib import Path

import PySide6QtAds as QtAds
from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QVBoxLayout, QWidget

from app import dialogs
from app.actions.catalogue import TOOLS, fill_menus, register_all
from app.actions.registry import Actions
from app.docking import Docks
from app.empty_state import EmptyState
from app.importing import Importing
from app.interaction import SceneInteraction
from app.measure import MeasureTool
from app.navigator import Navigator
from app.overlays import Overlays
from app.palette import CommandPalette
from app.panels.console import ConsolePanel
from app.panels.entities import EntitiesPanel
from app.panels.entity import EntityPanel
from app.panels.jobs import JobsPanel
from app.panels.layers import LayersPanel
from app.panels.timeline import TimelinePanel
from app.scene import Scene
from app.services import Services
from app.status_strip import StatusStrip
from app.top_bar import TopBar
from app.viewport import Viewport
from app.workers import describe_error
from twin_model.entity import Entity
from twin_model.errors import ShapanError, StoreError
from twin_model.time import Instant


class MainWindow(QMainWindow):
    """One window on one project.

    Parameters
    ----------
    services : Services
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.session = services.session
        self.jobs = services.jobs
        self.theme = services.theme
        self.language = services.language
        self._settled = False
        self._closed = False
        self.setWindowTitle("沙盘 Shapan")
        self.setAcceptDrops(True)
        self.resize(1600, 900)
        self._make_scene()
        self._make_panels()
        self._make_frame()
        self._connect()
        self.refresh()

    # -- making --------------------------------------------------------------------------

    def _make_scene(self) -> None:
        services = self.services
        self.viewport = Viewport()
        self.viewport.hold(True)
        self.viewport.stage.set_theme(services.theme.dark)
        self.navigator = Navigator(self.viewport)
        self.scene = Scene(self.session, self.viewport)
        self.overlays = Overlays(self.viewport, services.theme, services.icons)
        self.empty = EmptyState(self.viewport, services.icons)
        self.measure = MeasureTool(self.viewport, self.navigator, self.overlays, services.theme)
        self.importing = Importing(self, services)

    def _make_panels(self) -> None:
        s = self.services
        self.layers_panel = LayersPanel(s.session, self.scene, s.jobs, s.theme, s.icons)
        self.entities_panel = EntitiesPanel(s.session, s.background, s.theme, s.icons)
        self.entity_panel = EntityPanel(s.session, s.background, s.theme)
        self.jobs_panel = JobsPanel(s.jobs, s.icons)
        self.timeline = TimelinePanel(s.session, s.theme, s.icons)
        self.interaction = SceneInteraction(
            s.session, self.viewport, self.navigator, self.scene, self.overlays, self.entity_panel
        )
        self.actions_registry = Actions(self, s.icons)
        self.console = ConsolePanel(
            {"window": self, "actions": self.actions_registry, "get_twin": lambda: s.session.twin}
        )

    def _make_frame(self) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = TopBar(self.services.icons)
        self.status = StatusStrip(self.session, self.viewport, self.jobs, self.services.icons)
        self.docks = Docks(body, self.viewport)
        column.addWidget(self.top_bar)
        column.addWidget(self.docks.manager, 1)
        column.addWidget(self.status)
        self.setCentralWidget(body)
        area = QtAds.DockWidgetArea
        add = self.docks.add
        add("layers", lambda: self.tr("Layers"), self.layers_panel, area.LeftDockWidgetArea)
        add("entity", lambda: self.tr("Entity"), self.entity_panel, area.RightDockWidgetArea)
        add("entities", lambda: self.tr("Entities"), self.entities_panel,
            area.BottomDockWidgetArea, beside="layers")  # fmt: skip
        add("timeline", lambda: self.tr("Timeline"), self.timeline, area.BottomDockWidgetArea)
        add("jobs", lambda: self.tr("Jobs"), self.jobs_panel, area.BottomDockWidgetArea)
        add("console", lambda: self.tr("Console"), self.console, area.CenterDockWidgetArea,
            beside="jobs")  # fmt: skip
        register_all(self, self.actions_registry)
        self.top_bar.set_tools(self.actions_registry, TOOLS)
        self.docks.set_title_actions("layers", [self.actions_registry.action("file.add")])
        fill_menus(self, self.actions_registry)
        self.palette_popup = CommandPalette(
            self, self.actions_registry, self.session, self.services.background, self.theme,
            self.services.icons,
        )  # fmt: skip

    def _connect(self) -> None:
        session, overlays = self.session, self.overlays
        session.opened.connect(self._opened)
        session.closing.connect(self._save_view)
        session.closed.connect(self.refresh)
        session.changed.connect(lambda _: self.refresh())
        session.failed.connect(lambda error: overlays.notice.show_error(str(error), details=False))
        self.services.background.failed.connect(
            lambda error: overlays.notice.show_error(describe_error(error), details=False)
        )
        self.scene.failed.connect(overlays.notice.show_error)
        self.scene.settled.connect(self.refresh)
        self.importing.failed.connect(overlays.notice.show_error)
        overlays.notice.details_wanted.connect(lambda: self.docks.show("jobs"))
        self.status.jobs_wanted.connect(lambda: self.docks.show("jobs"))
        self.jobs.changed.connect(self._show_empty_state)
        self.layers_panel.add_wanted.connect(self.choose_files)
        self.layers_panel.properties_wanted.connect(self.entity_panel.show_layer)
        self.entities_panel.chosen.connect(self.interaction.select)
        self.entities_panel.fly_wanted.connect(self.interaction.fly_to_entity)
        self.interaction.selected.connect(lambda _: self.actions_registry.refresh())
        self.timeline.instant_changed.connect(self._show_instant)
        self.measure.changed.connect(self.actions_registry.refresh)
        self.empty.add_wanted.connect(self.choose_files)
        self.empty.demo_wanted.connect(self.open_demo)
        self.empty.open_wanted.connect(self.choose_project)
        self.empty.project_wanted.connect(self.open_project)
        self.viewport.resized.connect(self.empty.place)
        self.top_bar.search_wanted.connect(self.show_palette)
        self.palette_popup.on_layer = self.scene.zoom_to_layer
        self.palette_popup.on_entity = self.interaction.fly_to_entity
        self.palette_popup.on_place = self.navigator.fly_near
        self.theme.changed.connect(self._theme_changed)

    # -- projects ------------------------------------------------------------------------

    def open_project(self, folder: Path, *, read_only: bool = False) -> bool:
        """Open a project; one that is locked is offered for reading only.

        Returns
        -------
        bool
            Whether it is open now.
        """
        try:
            self.session.open(folder, read_only=read_only)
        except StoreError as error:
            if not read_only and dialogs.offer_read_only(self, error):
                return self.open_project(folder, read_only=True)
            self.overlays.notice.show_error(str(error), details=False)
            return False
        except ShapanError as error:
            self.overlays.notice.show_error(str(error), details=False)
            return False
        return True

    def new_project(self) -> None:
        """Ask for title, folder and CRS, and make a project."""
        wanted = dialogs.ask_new_project(self, self.services)
        if wanted is None:
            return
        try:
            self.session.create(wanted.folder, wanted.frame, wanted.title)
        except ShapanError as error:
            self.overlays.notice.show_error(str(error), details=False)

    def choose_project(self) -> None:
        """Ask for a project folder and open it."""
        folder = dialogs.ask_project_folder(self)
        if folder is not None:
            self.open_project(folder)

    def close_project(self) -> None:
        """Close the project and show the welcome page."""
        if dialogs.may_stop_jobs(self, self.jobs):
            self.session.close()

    def open_demo(self) -> None:
        """Build the demo city if it is not there, and open it."""
        from app.demo import open_demo

        open_demo(self)

    def save(self) -> None:
        """Keep camera and layout; everything else always is saved."""
        self._save_view()

    def _opened(self) -> None:
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

    def _save_view(self) -> None:
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
        self.importing.offer(dialogs.ask_files(self))

    def choose_folder(self) -> None:
        """Ask for a folder to add."""
        self.importing.offer(dialogs.ask_folder(self))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.overlays.drop.setText(self.tr("Drop to add"))
            self.overlays.drop.show()
            self.overlays.drop.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlays.drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlays.drop.hide()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
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
        self.setWindowTitle(f"沙盘 Shapan — {title}" if title else "沙盘 Shapan")
        self.top_bar.set_project(title, read_only=bool(twin and twin.read_only))
        self._show_empty_state()
        self.actions_registry.refresh()

    def _show_empty_state(self) -> None:
        importing = any(job.kind == "import" for job in self.jobs.active())
        if self.scene.layers or importing:
            self.empty.hide()
            return
        recent = self.services.settings.recent
        self.empty.show_for(has_project=self.session.twin is not None, recent=recent)

    def _show_instant(self, instant: Instant | None) -> None:
        self.entities_panel.set_instant(instant)
        self.scene.set_instant(instant)

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
        dialogs.capture_picture(self)

    def toggle_theme(self) -> None:
        """Switch between light and dark."""
        self.theme.set_dark(not self.theme.dark)
        self.services.settings.theme = "dark" if self.theme.dark else "light"

    def _theme_changed(self) -> None:
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
        dialogs.show_about(self)

    def show_keys(self) -> None:
        """Show how mouse and keys move the scene."""
        dialogs.show_keys(self)

    def fill_recent(self, menu: QMenu) -> None:
        """List recent projects in a menu."""
        menu.clear()
        for path in self.services.settings.recent:
            action = menu.addAction(f"{path.stem}    {path.parent}")
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
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "palette_popup"):
            self.docks.retranslate()
            self.empty.retranslate()
            self.overlays.notice.retranslate()
            fill_menus(self, self.actions_registry)
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
            self.overlays.place()
            self.empty.place()
            self.viewport.hold(False)

    def closeEvent(self, event: QCloseEvent) -> None:
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
        self.measure.stop()
        self.importing.stop()
        self.jobs.shut_down()
        self.services.background.wait()
        self.session.close()
        self.viewport.close_stage()
