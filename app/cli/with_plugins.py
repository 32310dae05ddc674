"""Commands that take what plugins contribute: the host beside them, without a window."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.output import print_warning

if TYPE_CHECKING:
    from plugins.host.plugins import Plugins
    from twin_model.twin import Twin


@contextlib.contextmanager
def plugins_running(twin: Twin | None = None) -> Iterator[Plugins]:
    """Run plugins for the time of a command; those that cannot run are warned about.

    What the user granted in the window holds here too; nothing is asked.

    Parameters
    ----------
    twin : Twin, optional
        What they may look at.
    """
    from plugins.host.plugins import Plugins, PluginStatus
    from plugins.host.services import HostServices
    from plugins.host.state import PluginState

    host = Plugins(HostServices(twin), PluginState())
    try:
        host.discover()
        for record in host.records.values():
            if record.status == PluginStatus.NEEDS_PERMISSION:
                print_warning(
                    f"the plugin {record.id} does not run: its permissions are not granted yet;"
                    " grant them in the window (Tools > Plugins)"
                )
            elif record.status == PluginStatus.REFUSED:
                print_warning(record.problem)
        yield host
    finally:
        host.close()
