"""The project's connectors at work for a command, with no window."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from app.cli.alarms import with_types
from app.cli.output import print_warning
from app.connections.running import start_configured, statuses
from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from twin_model.operations import Operations


@contextlib.contextmanager
def connected(operations: Operations) -> Iterator[Plugins]:
    """Run what the project's connections and plugins publish, into the hub of *operations*."""
    services = HostServices(operations.twin)
    services.types = lambda: with_types(operations.twin)
    host = Plugins(services, PluginState())
    try:
        services.live.use(operations)
        host.broker.listen(operations.hub)
        host.discover()
        host.project_opened()
        _, problems = start_configured(host)
        for problem in problems:
            print_warning(problem)
        yield host
    finally:
        host.close()


def connection_lines(host: Plugins) -> tuple[list[dict[str, Any]], list[str]]:
    """Return how the connections are, as data, and what is wrong with them, as sentences."""
    found = statuses(host)
    problems = [f"{one['name']}: {one['problem']}" for one in found if one.get("problem")]
    kept = ("plugin", "id", "name", "address", "state", "problem", "messages", "samples",
            "unmapped", "unknown", "malformed")  # fmt: skip
    return [{key: one.get(key) for key in kept} for one in found], problems
