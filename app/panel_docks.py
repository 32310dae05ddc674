"""Docks of all panels in the table of contributions: ours and those of plugins, one way for both.

A dock holds a `PanelPlace`, which makes the panel under guard: what fails in making it is shown in
its place, with a way back, and takes nothing else with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from app.docking import SIDES
from app.panel_queue import PanelQueue
from app.panels.table import KIND, own_docks
from app.plugins.place import Guard, PanelPlace
from twin_model.contributions import APPLICATION, CONTRIBUTIONS, Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from app.plugins.panels import PluginPanels
    from app.window import MainWindow

#: Neighbours of docks that name none: a tab beside them, not one more column.
_BESIDE: Final = {"left": "layers", "right": "entity", "bottom": "jobs", "tab": "jobs"}


class PanelDocks(QObject):
    """Keeps the docks in line with the table.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._own = OwnPanels(window)
        #: Makes the panels of plugins, once the host is there.
        self.of_plugins: PluginPanels | None = None
        self.places: dict[str, PanelPlace] = {}
        self._were_open: set[str] = set()
        #: Holds places whose docks nobody has opened, so that they go with the window.
        self._waiting = QWidget(window)
        self._waiting.hide()
        self._missed: list[Callable[[MainWindow], object]] = []
        for entry in own_docks():
            self._take(entry)
            if entry.details["offered"]:
                self._offer(entry)
            else:
                self._add_dock(entry.id)

    def make(self, entry_id: str) -> None:
        """Make one of our own panels now, because other parts of the window need it."""
        self.places[entry_id].activate()

    def attempt(self, step: Callable[[MainWindow], object]) -> None:
        """Take a step of making the window, which may need a panel that failed.

        Raises
        ------
        Exception
            Whatever the step raises while all of our panels are there.
        """
        try:
            step(self._window)
        except (AttributeError, RuntimeError):
            # The panel's place says what happened to it; the window goes on without it.
            if not any(place.failed for place in self.places.values() if is_own(place.entry)):
                raise
            self._missed.append(step)

    def start_over(self, place: PanelPlace) -> None:
        """Make one of ours once more, and take the steps that it was missed in."""
        place.start_over()
        if place.panel is not None:
            missed, self._missed = self._missed, []
            for step in missed:
                self.attempt(step)

    def plugin_places(self) -> dict[str, PanelPlace]:
        """Return the places of plugins' panels by the ids of their entries."""
        return {key: place for key, place in self.places.items() if not is_own(place.entry)}

    def sync(self) -> list[Contribution]:
        """Take panels that came and let go of those that went; return those that came."""
        docks = self._window.docks
        wanted = {one.id: one for one in CONTRIBUTIONS.of(KIND)}
        for entry_id, place in list(self.places.items()):
            if wanted.get(entry_id) is not place.entry:
                self._remove(entry_id, keep_dock=entry_id in wanted)
        fresh = [one for one in wanted.values() if one.id not in self.places]
        added = [one for one in fresh if one.id not in docks.names()]
        for entry in fresh:
            place = self._take(entry)
            if entry not in added and not docks.is_offered(entry.id):
                docks.fill(entry.id, place)
        for entry in added:
            self._offer(entry)
        docks.reapply()
        return added

    def was_open(self, entry_id: str) -> bool:
        """Return whether a panel that went and came again stood open before."""
        return entry_id in self._were_open

    def shut_down(self) -> None:
        """End the panels of plugins for good; ours end with the window."""
        for place in self.plugin_places().values():
            place.shut_down()

    # -- docks ---------------------------------------------------------------------------

    def _take(self, entry: Contribution) -> PanelPlace:
        owner = self._own if is_own(entry) else self.of_plugins
        if owner is None:
            raise RuntimeError(f"the panel {entry.id} came before its host")
        place = PanelPlace(entry, owner, self._window.services.icons)
        place.setParent(self._waiting)
        self.places[entry.id] = place
        return place

    def _offer(self, entry: Contribution) -> None:
        title = partial(self._title, entry.id)
        self._window.docks.offer(entry.id, title, partial(self._add_dock, entry.id))

    def _add_dock(self, entry_id: str) -> None:
        """Make the dock of a panel, closed where it is made because somebody opens it."""
        place = self.places[entry_id]
        details = place.entry.details
        area = str(details.get("area", "right"))
        offered = bool(details.get("offered", True))
        beside = details.get("beside") or (_BESIDE[area] if offered else None)
        self._window.docks.add(
            entry_id, partial(self._title, entry_id), SIDES[area],
            beside=str(beside) if beside else None, hidden=offered,
        )  # fmt: skip
        self._window.docks.fill(entry_id, place)

    def _remove(self, entry_id: str, *, keep_dock: bool) -> None:
        docks = self._window.docks
        place = self.places.pop(entry_id)
        place.shut_down()
        if keep_dock:
            place.setParent(None)
            place.deleteLater()
            return
        if docks.is_open(entry_id):
            self._were_open.add(entry_id)
        else:
            self._were_open.discard(entry_id)
        if docks.is_offered(entry_id):
            place.deleteLater()
        docks.remove(entry_id)

    def _title(self, entry_id: str) -> str:
        entry = CONTRIBUTIONS.get(KIND, entry_id)
        return panel_title(entry, self._window.language.code) if entry is not None else entry_id


class OwnPanels:
    """Makes our own panels; what each is joined to is made with it.

    Parameters
    ----------
    window : MainWindow
    """

    can_disable = False

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._queue = PanelQueue(window)

    def when_ready(self, entry: Contribution, then: Callable[[], object]) -> None:
        """See `PanelOwner`: other parts of the window may be needed, which are made first."""
        self._window.when_furnished(lambda: self._queue.add(entry.id, then))

    def build(self, entry: Contribution, guard: Guard) -> tuple[object, Callable[[], None]]:
        """See `PanelOwner`."""
        made: QWidget = entry.load()(self._window)
        return made, lambda: None

    def note_failure(self, entry: Contribution, error: PluginError) -> None:
        """See `PanelOwner`."""

    def reload(self, place: PanelPlace) -> None:
        """See `PanelOwner`: try once more."""
        self._window.panels.start_over(place)

    def disable(self, entry: Contribution) -> None:
        """See `PanelOwner`; ours cannot be."""

    def title(self, entry: Contribution) -> str:
        """See `PanelOwner`."""
        return panel_title(entry, "")


def is_own(entry: Contribution) -> bool:
    """Return whether a panel comes with the application."""
    return entry.owner == APPLICATION


def panel_title(entry: Contribution, language: str) -> str:
    """Return a panel's title; ours are translated with the window."""
    if is_own(entry):
        return QCoreApplication.translate("MainWindow", entry.titles[""])
    return entry.title(language)
