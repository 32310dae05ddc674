"""What fills the window, made in steps after its first frame."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer

if TYPE_CHECKING:
    from app.window import MainWindow

#: Slow to import and free of Qt, so that a thread can do it while the window answers.
_HEAVY: Final = (
    "rendering.stage",
    "rendering.navigation",
    "twin_model.twin",
    "twin_model.commands",
    "plugins.host.plugins",
)


def _import_heavy() -> None:
    for name in _HEAVY:
        importlib.import_module(name)


class Furnishing:
    """Makes the parts of a window, one step a turn of the event loop.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._steps = _steps(window)
        self._busy = False
        self._timer = QTimer(window)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)

    def begin(self) -> None:
        """Start: imports in a thread, then the parts."""
        background = self._window.services.background
        background.ask("furnishing", _import_heavy, lambda _: self._timer.start())

    def stop(self) -> None:
        """Make nothing more."""
        self._timer.stop()

    def finish(self) -> None:
        """Take all steps that are left.

        Raises
        ------
        RuntimeError
            If a step needs what a later one makes.
        """
        if self._busy:
            raise RuntimeError("a part of the window was asked for before it was made")
        while not self._step():
            pass

    def _step(self) -> bool:
        """Take one step; return whether it was the last one."""
        self._busy = True
        try:
            next(self._steps)
        except StopIteration:
            self._timer.stop()
            self._window.furnished()
            return True
        finally:
            self._busy = False
        return False


def _steps(window: MainWindow) -> Iterator[None]:
    _make_scene(window)
    yield
    for make in (
        _make_layers, _make_entities, _make_entity, _make_editing, _make_relations,
        _make_comparison, _make_others, _make_plugins, _make_live, _make_simulation,
    ):  # fmt: skip
        window.panels.attempt(make)
        yield
    window.panels.attempt(_make_bars)
    yield
    for connect in (
        _connect_project, _connect_layers, _connect_entities, _connect_relations,
        _connect_timeline, _connect_types, _connect_tools, _connect_empty, _connect_palette,
        _connect_cells,
    ):  # fmt: skip
        window.panels.attempt(connect)
    window.panels.attempt(lambda made: made.refresh())
    window.plugins.begin()


def _make_scene(window: MainWindow) -> None:
    from app.drawn import DrawnEntities
    from app.editing.project_types import ProjectTypes
    from app.empty_state import EmptyState
    from app.importing import Importing
    from app.measure import MeasureTool
    from app.navigator import Navigator
    from app.overlays import Overlays
    from app.scene import Scene

    services, viewport = window.services, window.viewport
    viewport.stage.set_theme(services.theme.dark)
    window.project_types = ProjectTypes(window.session, services.background)
    window.project_types.setParent(window)
    window.navigator = Navigator(viewport)
    window.drawn = DrawnEntities(window.session, viewport, services.background)
    window.scene = Scene(window.session, viewport, services.background, window.drawn)
    window.overlays = Overlays(viewport, services.theme, services.icons)
    window.empty = EmptyState(viewport, services.icons)
    window.measure = MeasureTool(viewport, window.navigator, window.overlays, services.theme)
    window.importing = Importing(window, services)


def _make_layers(window: MainWindow) -> None:
    window.panels.make("layers")


def _make_entities(window: MainWindow) -> None:
    window.panels.make("entities")


def _make_entity(window: MainWindow) -> None:
    from app.interaction import SceneInteraction

    window.panels.make("entity")
    window.interaction = SceneInteraction(
        window.session, window.viewport, window.navigator, window.scene, window.overlays,
        window.entity_panel, window.drawn,
    )  # fmt: skip


def _make_editing(window: MainWindow) -> None:
    from app.editing.attach import AttachTool
    from app.editing.bar import EditBar
    from app.editing.corners import CornersTool
    from app.editing.cut import CutTool
    from app.editing.draw import DrawTool
    from app.editing.entity_editing import EntityEditing
    from app.editing.snapping import Snapping
    from app.editing.tool import ToolBox
    from app.editing.transform import TransformTool
    from app.ground_changes import GroundChanges

    s, viewport = window.services, window.viewport
    window.snapping = Snapping(viewport, window.drawn, s.theme)
    window.edit_bar = EditBar(viewport, s.icons, window.snapping)
    window.tools = ToolBox(window)
    window.entity_editing = EntityEditing(window)
    GroundChanges(window, s.session, s.background, window.overlays.notice)
    window.draw = DrawTool(window)
    window.transform = TransformTool(window)
    window.corners = CornersTool(window)
    window.cut = CutTool(window)
    window.attach = AttachTool(window)


def _make_relations(window: MainWindow) -> None:
    window.panels.make("relations")


def _make_comparison(window: MainWindow) -> None:
    window.panels.make("comparison")


def _make_others(window: MainWindow) -> None:
    from app.actions.registry import Actions

    window.actions_registry = Actions(window, window.services.icons)
    for name in ("jobs", "timeline", "console"):
        window.panels.make(name)


def _make_plugins(window: MainWindow) -> None:
    from app.plugins.hub import PluginHub

    services = window.services
    window.plugins = PluginHub(window, services.plugins, safe_mode=services.safe_mode)


def _make_live(window: MainWindow) -> None:
    from app.live.parts import LiveParts

    window.live = LiveParts(window)
    window.panels.make("alarms")
    window.panels.make("rules")
    window.panels.make("connections")


def _make_simulation(window: MainWindow) -> None:
    from app.simulation.parts import SimulationParts

    window.simulation = SimulationParts(window)


def _make_bars(window: MainWindow) -> None:
    from app.actions.catalogue import TOOLS, fill_menus, register_all
    from app.palette import CommandPalette
    from app.status_strip import StatusStrip

    s, actions = window.services, window.actions_registry
    window.status = StatusStrip(window.session, window.viewport, window.jobs, s.icons)
    centre = window.centralWidget()
    column = centre.layout() if centre is not None else None
    if column is not None:
        column.replaceWidget(window.status_place, window.status)
    window.status_place.deleteLater()
    register_all(window, actions)
    window.top_bar.set_tools(actions, TOOLS)
    window.docks.set_title_actions("layers", [actions.action("file.add")])
    fill_menus(window, actions)
    window.palette_popup = CommandPalette(
        window, actions, window.session, s.background, window.theme, s.icons
    )


def _connect_project(window: MainWindow) -> None:
    from app.error_words import error_text
    from app.workers import describe_error

    session, overlays = window.session, window.overlays
    session.opened.connect(window.project_opened)
    session.closing.connect(window.save_view)
    session.closed.connect(window.refresh)
    session.changed.connect(lambda _: window.refresh())
    session.failed.connect(
        lambda error: overlays.notice.show_error(error_text(error), details=False)
    )
    window.services.background.failed.connect(
        lambda error: overlays.notice.show_error(describe_error(error), details=False)
    )
    window.scene.failed.connect(overlays.notice.show_error)
    window.scene.settled.connect(window.refresh)
    window.drawn.changed.connect(window.scene.place)
    window.drawn.changed.connect(window.refresh)
    window.drawn.failed.connect(overlays.notice.show_error)
    window.importing.failed.connect(overlays.notice.show_error)
    window.importing.units_offered.connect(window.simulation.take_units)
    overlays.notice.details_wanted.connect(lambda: window.docks.show("jobs"))
    window.status.jobs_wanted.connect(lambda: window.docks.show("jobs"))
    window.status.reason_wanted.connect(lambda: window.actions_registry.run("edit.reason"))
    window.jobs.changed.connect(window.show_empty_state)


def _connect_layers(window: MainWindow) -> None:
    window.layers_panel.add_wanted.connect(window.choose_files)
    window.layers_panel.properties_wanted.connect(window.entity_panel.show_layer)


def _connect_entities(window: MainWindow) -> None:
    window.entities_panel.chosen.connect(window.interaction.select)
    window.entities_panel.nothing_chosen.connect(window.interaction.clear)
    window.entities_panel.several_chosen.connect(window.interaction.select_several)
    window.entities_panel.fly_wanted.connect(window.interaction.fly_to_entity)
    window.interaction.selected.connect(lambda _: window.actions_registry.refresh())
    window.interaction.selected.connect(window.entities_panel.show_selected)


def _connect_relations(window: MainWindow) -> None:
    window.interaction.selected.connect(window.relations_panel.show_entity)
    window.relations_panel.entity_wanted.connect(window.interaction.select_id)
    window.relations_panel.fly_wanted.connect(window.interaction.fly_to_id)
    large = window.relations_panel.enlarge
    enlarge = partial(window.docks.enlarge, "relations")
    window.relations_panel.enlarge_wanted.connect(lambda on: large.setChecked(enlarge(on)))
    window.relations_panel.marks_changed.connect(
        lambda groups: window.scene.set_marks(
            "impact", [(window.theme.text(token)[:7], found) for token, found in groups]
        )
    )
    relations = window.docks.dock("relations")
    relations.viewToggled.connect(lambda on: window.entity_panel.show_graph(not on))

    def put_back() -> None:
        if large.isChecked() and relations.isClosed():
            large.setChecked(enlarge(False))

    # Closed with the cross of its window, the graph goes back to where it was.
    relations.viewToggled.connect(lambda _: QTimer.singleShot(0, relations, put_back))
    window.entity_panel.show_graph(relations.isClosed())


def _connect_timeline(window: MainWindow) -> None:
    window.timeline.when_changed.connect(window.show_instant)
    window.entity_panel.instant_wanted.connect(window.timeline.set_instant)
    window.entity_panel.settings_wanted.connect(
        lambda: window.actions_registry.run("file.settings")
    )
    window.comparing.connect_parts()


def _connect_cells(window: MainWindow) -> None:
    from app.cells import ShownCell

    cell = ShownCell(
        window.session, window.viewport, window.scene, window.services.background, window.theme
    )
    window.entity_panel.cell_wanted.connect(cell.show)
    window.palette_popup.on_cell = cell.show
    window.interaction.selected.connect(lambda _: cell.hide())
    cell.failed.connect(window.overlays.notice.show_error)


def _connect_types(window: MainWindow) -> None:
    types = window.project_types
    types.changed.connect(window.entity_panel.types_changed)
    types.changed.connect(window.entities_panel.types_changed)
    types.changed.connect(window.drawn.types_changed)
    types.changed.connect(window.relations_panel.view.viewport().update)


def _connect_tools(window: MainWindow) -> None:
    window.measure.changed.connect(window.actions_registry.refresh)
    window.tools.changed.connect(window.refresh)
    window.snapping.changed.connect(window.actions_registry.refresh)
    window.edit_bar.cancelled.connect(window.tools.stop)
    window.viewport.resized.connect(window.edit_bar.place)


def _connect_empty(window: MainWindow) -> None:
    window.empty.add_wanted.connect(window.choose_files)
    window.empty.demo_wanted.connect(window.open_demo)
    window.empty.open_wanted.connect(window.choose_project)
    window.empty.project_wanted.connect(window.open_project)
    window.viewport.resized.connect(window.empty.place)


def _connect_palette(window: MainWindow) -> None:
    window.top_bar.search_wanted.connect(window.show_palette)
    window.palette_popup.on_layer = window.scene.zoom_to_layer
    window.palette_popup.on_entity = window.interaction.fly_to_entity
    window.palette_popup.on_class = lambda code: _show_class(window, code)
    window.palette_popup.on_panel = lambda name: _show_panel(window, name)
    window.palette_popup.panels = lambda: [(n, window.docks.title(n)) for n in window.docks.names()]
    window.palette_popup.on_place = window.navigator.fly_near
    window.theme.changed.connect(window.theme_changed)


def _show_panel(window: MainWindow, name: str) -> None:
    """Open a panel, and give the keyboard to the part of it that says it takes it."""
    window.docks.show(name)
    place = window.panels.places[name]
    place.activate()
    panel = place.panel
    if panel is not None and panel.focusProxy() is not None:
        # Once it is shown: before, nothing can have the focus.
        QTimer.singleShot(0, panel, lambda: panel.setFocus(Qt.FocusReason.ShortcutFocusReason))


def _show_class(window: MainWindow, code: str) -> None:
    """List the entities of a class of management codes."""
    window.docks.show("entities")
    window.entities_panel.search.setText(f"code_class = {code}")
