"""The connections of the open project: read, kept, started, stopped, watched. For threads."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.connections.running import connections_of, connectors, keep_connections, statuses
from twin_model.errors import PluginError, ShapanError

if TYPE_CHECKING:
    from plugins.builtin.connecting.connections import Connection
    from plugins.host.plugins import PluginRecord, Plugins

_SECRETS = "passwords"


@dataclass(frozen=True)
class ConnectionLine:
    """A connection and how it is.

    Parameters
    ----------
    plugin : str
    connection : Connection
    title : str
        Name of the plugin.
    status : dict
        What the connector says; empty where it does not run.
    """

    plugin: str
    connection: Connection
    title: str = ""
    status: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """``off``, ``starting``, or what the connector says."""
        if not self.connection.enabled:
            return "off"
        return str(self.status.get("state", "starting"))


class ConnectionBook:
    """See module.

    Parameters
    ----------
    host : Plugins
    """

    def __init__(self, host: Plugins) -> None:
        self.host = host
        #: Of the names of plugins.
        self.language = "en"
        self._lock = threading.Lock()

    # -- reading -------------------------------------------------------------------------

    def lines(self) -> tuple[list[ConnectionLine], list[str]]:
        """Return all connections with how they are, and what files cannot be read."""
        running = {(one["plugin"], one.get("id")): one for one in statuses(self.host)}
        found, problems = [], []
        for record, _ in connectors(self.host):
            try:
                listed = connections_of(record)
            except ShapanError as error:
                problems.append(str(error))
                continue
            found += [
                ConnectionLine(
                    record.id,
                    one,
                    record.manifest.name(self.language),
                    running.get((record.id, one.id), {}),
                )
                for one in listed
            ]
        return found, problems

    def connection(self, plugin: str, connection_id: str) -> Connection | None:
        """Return a connection as its connector's file states it; None where there is none.

        Raises
        ------
        ShapanError
            If the file cannot be read.
        """
        known = connections_of(self._record(plugin))
        return next((one for one in known if one.id == connection_id), None)

    def free_id(self, wanted: str) -> str:
        """Return an id that no connection has, like the wanted one."""
        taken = set()
        for record, _ in connectors(self.host):
            with contextlib.suppress(ShapanError):
                taken |= {one.id for one in connections_of(record)}
        made, number = wanted[:60], 1
        while made in taken:
            number += 1
            made = f"{wanted[:56]}-{number}"
        return made

    def folder(self, plugin: str) -> Path:
        """Return where a connector's files of the project are."""
        access = self._record(plugin).access
        if access is None:
            raise PluginError(plugin, "has no manifest")
        return access.storage().folder

    def _record(self, plugin: str) -> PluginRecord:
        record = self.host.records.get(plugin)
        if record is None:
            raise PluginError(plugin, "is not installed")
        return record

    # -- changing ------------------------------------------------------------------------

    def keep(self, plugin: str, connection: Connection, secret: str | None = None) -> None:
        """Add a connection or put it in the place of the one of its id; start its connector.

        Raises
        ------
        ShapanError
            If it cannot be written, its password not be kept, or the connector not started.
        """
        with self._lock:
            record = self._record(plugin)
            known = connections_of(record)
            if secret is not None and secret != self.secret(plugin, connection.id):
                self._keep_secret(plugin, connection.id, secret)
            after = [connection if one.id == connection.id else one for one in known]
            if all(one.id != connection.id for one in known):
                after.append(connection)
            keep_connections(record, after)
        if connection.enabled:
            self._start(record)

    def remove(self, plugin: str, connection_id: str) -> None:
        """Remove a connection with its password."""
        with self._lock:
            record = self._record(plugin)
            keep_connections(record, [o for o in connections_of(record) if o.id != connection_id])
            if self.secret(plugin, connection_id):
                self._keep_secret(plugin, connection_id, "")

    def _start(self, record: PluginRecord) -> None:
        entry = next(entry for found, entry in connectors(self.host) if found is record)
        self.host.worker(record.id, "connector", entry).start()

    # -- passwords -----------------------------------------------------------------------

    @property
    def secret_place(self) -> str:
        """Where passwords are kept: ``keyring``, or a file."""
        return self.host.state.secrets.place

    def _secrets(self, plugin: str) -> dict[str, str]:
        try:
            found = json.loads(self.host.settings(plugin).get(_SECRETS) or "{}")
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def _key(self, connection_id: str) -> str:
        twin = self.host.services.twin
        return f"{twin.title}/{connection_id}" if twin is not None and twin.title else connection_id

    def secret(self, plugin: str, connection_id: str) -> str:
        """Return the password of a connection; empty where there is none."""
        known = self._secrets(plugin)
        return known.get(self._key(connection_id)) or known.get(connection_id, "")

    def _keep_secret(self, plugin: str, connection_id: str, secret: str) -> None:
        known = self._secrets(plugin)
        known[self._key(connection_id)] = secret
        kept = {name: text for name, text in known.items() if text}
        self.host.set_settings(plugin, {_SECRETS: json.dumps(kept) if kept else ""})
