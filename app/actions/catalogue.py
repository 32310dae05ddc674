"""All actions of the window, room by room, and the menus made of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from app import words
from app.actions import editing
from app.actions.registry import Actions, ActionSpec
from app.actions.sizes import fill_sizes, size_actions
from app.docking import LAYOUTS
from app.editing.snapping import KINDS
from app.language import LANGUAGES
from app.measure import MeasureMode

if TYPE_CHECKING:
    from app.window import MainWindow

#: Icons of the top bar, a gap between groups.
TOOLS: Final = [
    ["tools.select", "tools.distance", "tools.height", "tools.area"],
    editing.TOOLS,
    ["view.fit", "view.down", "file.capture"],
    ["edit.undo", "edit.redo", "file.add"],
]


def register_all(window: MainWindow, actions: Actions) -> None:
    """Register every action of the window."""
    for specs in (
        _file(window),
        _edit(window),
        editing.editing_actions(window),
        _view(window),
        window.live.actions(),
        window.simulation.actions(),
        _tools(window),
        _layouts(window),
        _languages(window),
        size_actions(window),
        _plugins(window),
        _help(window),
    ):
        for spec in specs:
            actions.add(spec)


def _file(window: MainWindow) -> list[ActionSpec]:
    session = window.session
    is_open = lambda: session.twin is not None  # noqa: E731
    return [
        ActionSpec("file.new", lambda: QCoreApplication.translate("Actions", "New project…"),
                   window.new_project, "Ctrl+N", "file-plus"),
        ActionSpec("file.open", lambda: QCoreApplication.translate("Actions", "Open project…"),
                   window.choose_project, "Ctrl+O", "folder-open"),
        ActionSpec("file.demo", lambda: QCoreApplication.translate("Actions", "Open demo city"),
                   window.open_demo, "", "buildings"),
        ActionSpec("file.add", lambda: QCoreApplication.translate("Actions", "Add data…"),
                   window.choose_files, "Ctrl+Shift+A", "plus"),
        ActionSpec("file.add_folder", lambda: QCoreApplication.translate("Actions", "Add folder…"),
                   window.choose_folder, "Ctrl+Shift+O", "folder-plus"),
        ActionSpec("file.reconstruct",
                   lambda: QCoreApplication.translate("Actions", "Reconstruct from photographs…"),
                   partial(window.docks.apply, "reconstruct"), "", "aperture"),
        ActionSpec("file.save", lambda: QCoreApplication.translate("Actions", "Save view"),
                   window.save, "Ctrl+S", "floppy-disk", lambda: session.writable),
        ActionSpec("file.capture",
                   lambda: QCoreApplication.translate("Actions", "Capture picture…"),
                   window.capture, "Ctrl+Shift+P", "camera", is_open),
        ActionSpec("file.settings",
                   lambda: QCoreApplication.translate("Actions", "Project settings…"),
                   partial(_project_settings, window), "", "gear", is_open),
        ActionSpec("file.close", lambda: QCoreApplication.translate("Actions", "Close project"),
                   window.close_project, "Ctrl+W", "", is_open),
        ActionSpec("file.quit", lambda: QCoreApplication.translate("Actions", "Quit"),
                   window.close, "Ctrl+Q", ""),
    ]  # fmt: skip


def _edit(window: MainWindow) -> list[ActionSpec]:
    session = window.session

    def undo_title() -> str:
        label = session.twin.undo_label if session.twin else None
        plain = QCoreApplication.translate("Actions", "Undo")
        return f"{plain}: {words.edit(label)}" if label else plain

    def redo_title() -> str:
        label = session.twin.redo_label if session.twin else None
        plain = QCoreApplication.translate("Actions", "Redo")
        return f"{plain}: {words.edit(label)}" if label else plain

    return [
        ActionSpec("edit.undo", undo_title, session.undo, "Ctrl+Z", "arrow-u-up-left",
                   lambda: bool(session.twin and session.twin.undo_label)),
        ActionSpec("edit.redo", redo_title, session.redo, "Ctrl+Shift+Z", "arrow-u-up-right",
                   lambda: bool(session.twin and session.twin.redo_label)),
        ActionSpec("edit.types",
                   lambda: QCoreApplication.translate("Actions", "Entity types…"),
                   partial(_edit_types, window), "Ctrl+Shift+Y", "tree-structure",
                   lambda: session.twin is not None),
        ActionSpec("edit.palette",
                   lambda: QCoreApplication.translate("Actions", "Command palette"),
                   window.show_palette, "Ctrl+K", "magnifying-glass", palette=False),
    ]  # fmt: skip


def _view(window: MainWindow) -> list[ActionSpec]:
    has_layers = lambda: bool(window.scene.layers) or len(window.drawn) > 0  # noqa: E731
    return [
        ActionSpec("view.fit", lambda: QCoreApplication.translate("Actions", "Zoom to everything"),
                   window.scene.zoom_to, "Ctrl+0", "corners-out", has_layers),
        ActionSpec("view.selection",
                   lambda: QCoreApplication.translate("Actions", "Zoom to selection"),
                   window.zoom_to_selection, "Ctrl+J", "crosshair", window.has_selection),
        ActionSpec("view.north", lambda: QCoreApplication.translate("Actions", "Look north"),
                   window.scene.look_north, "Ctrl+Up", "navigation-arrow", has_layers),
        ActionSpec("view.down", lambda: QCoreApplication.translate("Actions", "Look straight down"),
                   window.scene.look_down, "Ctrl+Down", "map-trifold", has_layers),
        ActionSpec("view.entities",
                   lambda: QCoreApplication.translate("Actions", "Entities without a layer"),
                   window.drawn.toggle, "", "cube", lambda: len(window.drawn) > 0,
                   lambda: window.drawn.visible),
        ActionSpec("view.dark", lambda: QCoreApplication.translate("Actions", "Dark theme"),
                   window.toggle_theme, "Ctrl+Shift+D", "moon",
                   checked=lambda: window.theme.dark),
        ActionSpec("view.jobs", lambda: QCoreApplication.translate("Actions", "Jobs"),
                   lambda: window.docks.toggle("jobs"), "Ctrl+Shift+J", "list-bullets"),
        ActionSpec("view.console", lambda: QCoreApplication.translate("Actions", "Python console"),
                   lambda: window.docks.toggle("console"), "F12", "terminal-window"),
        ActionSpec("view.fullscreen", lambda: QCoreApplication.translate("Actions", "Full screen"),
                   window.toggle_fullscreen, "F11", "corners-out",
                   checked=window.isFullScreen),
    ]  # fmt: skip


def _tools(window: MainWindow) -> list[ActionSpec]:
    has_layers = lambda: bool(window.scene.layers) or len(window.drawn) > 0  # noqa: E731
    measure = window.measure
    return [
        ActionSpec("tools.select", lambda: QCoreApplication.translate("Actions", "Select"),
                   window.select_tool, "", "cursor",
                   checked=lambda: measure.mode is None and window.tools.current is None),
        ActionSpec("tools.distance",
                   lambda: QCoreApplication.translate("Actions", "Measure distance"),
                   partial(window.start_measuring, MeasureMode.DISTANCE), "Ctrl+M", "ruler",
                   has_layers,
                   lambda: measure.mode == MeasureMode.DISTANCE),
        ActionSpec("tools.height",
                   lambda: QCoreApplication.translate("Actions", "Measure height difference"),
                   partial(window.start_measuring, MeasureMode.HEIGHT), "Ctrl+Shift+H",
                   "arrows-out-line-vertical", has_layers,
                   lambda: measure.mode == MeasureMode.HEIGHT),
        ActionSpec("tools.area", lambda: QCoreApplication.translate("Actions", "Measure area"),
                   partial(window.start_measuring, MeasureMode.AREA), "Ctrl+Shift+M", "polygon",
                   has_layers,
                   lambda: measure.mode == MeasureMode.AREA),
    ]  # fmt: skip


def _edit_types(window: MainWindow) -> None:
    """Open the editor of entity types, on the type of what is selected."""
    from app.types.editor import TypesEditor

    if window.types_editor is None:
        s = window.services
        window.types_editor = TypesEditor(window, s.session, s.background, s.jobs, s.theme, s.icons)
    entity = window.entity_panel.entity
    window.types_editor.open_on(entity.type if entity is not None else "")


def _project_settings(window: MainWindow) -> None:
    """Show what the project says of itself."""
    from app.project_settings import ProjectSettings

    if window.session.twin is not None:
        ProjectSettings(window, window.session, window.services.background).open()


def _layouts(window: MainWindow) -> list[ActionSpec]:
    titles = {
        "plan": lambda: QCoreApplication.translate("Actions", "Layout: Plan"),
        "monitor": lambda: QCoreApplication.translate("Actions", "Layout: Monitor"),
        "reconstruct": lambda: QCoreApplication.translate("Actions", "Layout: Reconstruct"),
    }
    return [
        ActionSpec(f"layout.{name}", titles[name],
                   partial(window.docks.apply, name), f"Ctrl+Alt+{number}", "layout",
                   checked=partial(_is_layout, window, name))
        for number, name in enumerate(LAYOUTS, start=1)
    ]  # fmt: skip


def _languages(window: MainWindow) -> list[ActionSpec]:
    return [
        ActionSpec(f"language.{code}", partial(str, name),
                   partial(window.set_language, code), "", "translate",
                   checked=partial(_is_language, window, code))
        for code, name in LANGUAGES.items()
    ]  # fmt: skip


def _is_layout(window: MainWindow, name: str) -> bool:
    return window.docks.layout_name == name


def _is_language(window: MainWindow, code: str) -> bool:
    return window.language.code == code


def _plugins(window: MainWindow) -> list[ActionSpec]:
    return [
        ActionSpec("tools.plugins", lambda: QCoreApplication.translate("Actions", "Plugins…"),
                   window.plugins.show_dialog, "", "puzzle-piece"),
    ]  # fmt: skip


def _help(window: MainWindow) -> list[ActionSpec]:
    return [
        ActionSpec("help.about", lambda: QCoreApplication.translate("Actions", "About Shapan"),
                   window.about, "", "info"),
        ActionSpec("help.keys", lambda: QCoreApplication.translate("Actions", "Mouse and keys"),
                   window.show_keys, "F1", "question"),
    ]  # fmt: skip


#: Menus in order: title, and action ids, "-" for a separator.
def _menus() -> list[tuple[str, list[str]]]:
    return [
        (QCoreApplication.translate("Menus", "File"),
         ["file.new", "file.open", "recent", "file.demo", "-", "file.add", "file.add_folder",
          "file.reconstruct",
          "live.connect", "-", "file.save", "file.capture", "file.settings", "-", "file.close",
          "file.quit", "plugins:file"]),
        (QCoreApplication.translate("Menus", "Edit"),
         ["edit.undo", "edit.redo", "-", *editing.MENU, "-", "edit.types", "-", "edit.palette",
          "plugins:edit"]),
        (QCoreApplication.translate("Menus", "View"),
         ["view.fit", "view.selection", "view.north", "view.down", "-", "view.entities", "docks",
          "view.jobs", "view.console", "-", "view.alarms", "view.rules", "view.connections",
          "view.charts", "view.colour_by", "-",
          "layout.plan", "layout.monitor", "layout.reconstruct", "-", "view.dark", "languages",
          "sizes", "view.fullscreen", "plugins:view"]),
        (QCoreApplication.translate("Menus", "Measure"),
         ["tools.distance", "tools.height", "tools.area", "plugins:measure"]),
        (QCoreApplication.translate("Menus", "Simulation"),
         ["simulation.runs", "simulation.editor", "simulation.compare", "simulation.largest", "-",
          "simulation.forecast", "simulation.leave"]),
        (QCoreApplication.translate("Menus", "Tools"), ["tools.plugins", "plugins:tools"]),
        (QCoreApplication.translate("Menus", "Help"),
         ["help.keys", "help.about", "plugins:help"]),
    ]  # fmt: skip


def fill_menus(window: MainWindow, actions: Actions) -> None:
    """Build the menus in the language in use."""
    bar = window.top_bar.menus
    bar.clear()
    for title, entries in _menus():
        menu = bar.addMenu(title)
        for entry in entries:
            _fill_entry(window, actions, menu, entry)
        # Titles and states are brought up to date when they are about to be read.
        menu.aboutToShow.connect(actions.refresh)


def _fill_entry(window: MainWindow, actions: Actions, menu: QMenu, entry: str) -> None:
    match entry:
        case "-":
            menu.addSeparator()
        case "recent":
            recent = menu.addMenu(QCoreApplication.translate("Menus", "Recent projects"))
            recent.aboutToShow.connect(lambda: window.fill_recent(recent))
            window.fill_recent(recent)
        case "snap":
            snap = menu.addMenu(QCoreApplication.translate("Menus", "Snapping"))
            for kind in KINDS:
                snap.addAction(actions.action(f"snap.{kind}"))
        case "languages":
            languages = menu.addMenu(QCoreApplication.translate("Menus", "Language"))
            for code in LANGUAGES:
                languages.addAction(actions.action(f"language.{code}"))
        case "sizes":
            fill_sizes(menu, actions)
        case "docks":
            docks = menu.addMenu(QCoreApplication.translate("Menus", "Panels"))
            docks.aboutToShow.connect(lambda: window.fill_docks(docks))
        case _ if entry.startswith("plugins:"):
            window.plugins.actions.fill_menu(menu, entry.removeprefix("plugins:"))
        case _:
            menu.addAction(actions.action(entry))
