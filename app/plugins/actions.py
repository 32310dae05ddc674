"""Actions made of what plugins contribute: commands, analyses, exports, themes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QMenu

from app.actions.registry import ActionSpec, DuplicateActionError
from twin_model.contributions import APPLICATION, CONTRIBUTIONS, Contribution

if TYPE_CHECKING:
    from app.plugins.hub import PluginHub

#: Menu of the kinds that do not choose one.
_MENUS: Final = {"analysis": "tools", "exporter": "file", "theme": "view"}


class PluginActions(QObject):
    """Keeps actions and menus in line with the table of contributions.

    Parameters
    ----------
    hub : PluginHub
    """

    def __init__(self, hub: PluginHub) -> None:
        super().__init__(hub)
        self._hub = hub
        self._window = hub.window_
        self._known: dict[str, Contribution] = {}

    def sync(self) -> None:
        """Add and remove actions, and fill the menus anew where something changed."""
        actions = self._window.actions_registry
        wanted = {
            f"plugin.{one.id}" if kind == "command" else f"plugin.{kind}.{one.id}": one
            for kind in ("command", *_MENUS)
            for one in CONTRIBUTIONS.of(kind) if one.owner != APPLICATION
        }  # fmt: skip
        before = dict(self._known)
        for action_id, entry in before.items():
            if wanted.get(action_id) is not entry:
                actions.remove(action_id)
                del self._known[action_id]
        for action_id, entry in wanted.items():
            if action_id not in self._known:
                self._add(action_id, entry)
        if before != self._known:
            from app.actions.catalogue import fill_menus

            fill_menus(self._window, actions)

    def _add(self, action_id: str, entry: Contribution) -> None:
        actions = self._window.actions_registry
        shortcut = str(entry.details.get("shortcut", ""))
        is_open = lambda: self._window.session.twin is not None  # noqa: E731
        needs_project = entry.kind in {"analysis", "exporter"}
        for keys in dict.fromkeys((shortcut, "")):
            try:
                actions.add(
                    ActionSpec(
                        action_id, partial(self.title, entry), partial(self.run, entry), keys,
                        "puzzle-piece", is_open if needs_project else lambda: True,
                        partial(self._is_theme, entry) if entry.kind == "theme" else None,
                    )
                )  # fmt: skip
            except DuplicateActionError as error:
                self._hub.host.records[entry.owner].log.add("WARNING", f"{entry.id}: {error}")
                continue
            self._known[action_id] = entry
            return

    def title(self, entry: Contribution) -> str:
        """Return what an action says, in the language of the moment."""
        title = entry.title(self._window.language.code)
        match entry.kind:
            case "analysis":
                return f"{title}…"
            case "exporter":
                text = QCoreApplication.translate("PluginActions", "Export {0} ({1})…")
                return text.format(title, entry.details["suffix"])
            case "theme":
                return QCoreApplication.translate("PluginActions", "Theme: {0}").format(title)
        return title

    def run(self, entry: Contribution) -> None:
        """Do what an action is for."""
        from app.plugins import analysis, export  # not before one is used

        match entry.kind:
            case "command":
                self._hub.run_command(entry.id)
            case "analysis":
                analysis.AnalysisDialog(self._hub, entry, self._window).open()
            case "exporter":
                export.ExportDialog(self._hub, entry, self.title(entry)).open()
            case "theme":
                self._hub.contributed.toggle_theme(entry)

    def _is_theme(self, entry: Contribution) -> bool:
        return self._window.theme.file == str(entry.details["file"])

    def fill_menu(self, menu: QMenu, name: str) -> None:
        """Append the actions of plugins for one menu."""
        ids = [
            action_id for action_id, entry in self._known.items()
            if str(entry.details.get("menu") or _MENUS.get(entry.kind)) == name
        ]  # fmt: skip
        if ids and not menu.isEmpty():
            menu.addSeparator()
        for action_id in ids:
            menu.addAction(self._window.actions_registry.action(action_id))
