"""How panels of plugins are made: with a context of their own, reloaded and disabled as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.plugins.place import Guard, PanelPlace
from twin_model.contributions import Contribution
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from plugins.host.plugins import Plugins


class PluginPanels:
    """See `PanelOwner`.

    Parameters
    ----------
    host : Plugins
    activated : callable
        Called before anything of a plugin runs.
    """

    can_disable = True

    def __init__(self, host: Plugins, activated: Callable[[], object]) -> None:
        self._host = host
        self._activated = activated

    def when_ready(self, entry: Contribution, then: Callable[[], object]) -> None:
        """See `PanelOwner`."""
        then()

    def build(self, entry: Contribution, guard: Guard) -> tuple[object, Callable[[], None]]:
        """See `PanelOwner`; imports the plugin."""
        self._activated()
        context = self._host.context(entry.owner, guard)
        try:
            return entry.load()(context), context.close
        except BaseException:
            context.close()
            raise

    def note_failure(self, entry: Contribution, error: PluginError) -> None:
        """See `PanelOwner`."""
        self._host.fail(entry.owner, entry.id, error)

    def reload(self, place: PanelPlace) -> None:
        """See `PanelOwner`: read the plugin anew; its places are made anew with it."""
        self._host.reload(place.entry.owner)

    def disable(self, entry: Contribution) -> None:
        """See `PanelOwner`."""
        self._host.set_enabled(entry.owner, False)

    def title(self, entry: Contribution) -> str:
        """See `PanelOwner`."""
        return entry.title()
