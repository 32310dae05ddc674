"""Starts the connectors that a project has connections for."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from plugins.builtin.connecting.connections import (
    CONNECTIONS_FILE,
    Connection,
    connections_document,
    read_connections,
)
from twin_model.errors import PluginError, ShapanError

if TYPE_CHECKING:
    from plugins.host.plugins import PluginRecord, Plugins
    from plugins.host.supervised import Worker


def connectors(host: Plugins) -> list[tuple[PluginRecord, str]]:
    """Return the connectors that run what ``connections.json`` states, with their entries' ids."""
    return [
        (record, entry.id)
        for record in list(host.records.values())
        if record.access is not None and record.found.manifest is not None
        for entry in record.manifest.connectors
        if not entry.autostart
    ]


def connections_of(record: PluginRecord) -> list[Connection]:
    """Return what a connector's file in the open project states.

    Raises
    ------
    ShapanError
        If it cannot be read.
    """
    if record.access is None:
        return []
    storage = record.access.storage()
    return read_connections(storage.read(CONNECTIONS_FILE), str(storage.folder / CONNECTIONS_FILE))


def keep_connections(record: PluginRecord, connections: list[Connection]) -> None:
    """Write a connector's file; a connector that runs follows it within a second.

    Raises
    ------
    PluginError
        If the plugin cannot be used, or the disk is full.
    """
    if record.access is None:
        raise PluginError(record.id, "has no manifest")
    record.access.storage().write(CONNECTIONS_FILE, connections_document(connections))


def start_configured(host: Plugins) -> tuple[list[Worker], list[str]]:
    """Start every connector with a connection; return them, and what was wrong with others.

    Slow where many start: for a thread.
    """
    started, problems = [], []
    for record, entry_id in connectors(host):
        try:
            if any(one.enabled for one in connections_of(record)):
                worker = host.worker(record.id, "connector", entry_id)
                worker.start()
                started.append(worker)
        except ShapanError as error:
            problems.append(str(error))
    return started, problems


def statuses(host: Plugins, timeout_s: float = 5.0) -> list[dict[str, Any]]:
    """Return how all connections that run are; those that do not answer in time are left out."""
    found: list[dict[str, Any]] = []
    for record, entry_id in connectors(host):
        worker = record.workers.get(("connector", entry_id))
        if worker is None or worker.pid is None:
            continue
        with contextlib.suppress(Exception):
            answer = worker.call("status").result(timeout_s)
            found += [{"plugin": record.id, **one} for one in answer["connections"]]
            if answer["problem"]:
                found.append(_failed(record, answer["problem"]))
    return found


def _failed(record: PluginRecord, problem: str) -> dict[str, Any]:
    name = record.manifest.name()
    return {"plugin": record.id, "name": name, "state": "failed", "problem": problem}
