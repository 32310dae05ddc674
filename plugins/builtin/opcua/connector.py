"""Browses OPC UA servers and subscribes to the variables that mappings name."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Final

from asyncua import Client, ua
from asyncua.crypto import security_policies

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.payloads import PayloadError, Row, as_value, time_us
from plugins.builtin.connecting.resolving import Resolver
from plugins.builtin.connecting.running import Connector, Line, RefusedError
from plugins.builtin.connecting.templates import Template, fill
from plugins.builtin.opcua.browsing import Variable, browse
from shapan import Quality, SourceError, WorkerContext

_TIMEOUT_S: Final = 10.0
_PERIOD_MS: Final = 250.0
_WATCH_S: Final = 2.0
_AT_ONCE: Final = 500
_LOOK_AT: Final = 1000
_LOOK_S: Final = 1.0
_POLICIES: Final[dict[str, Any]] = {
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128Sha256RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256Sha256RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
_MODES: Final = {
    "sign": ua.MessageSecurityMode.Sign,
    "encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
#: Words of status codes that trying again at once does not change.
_REFUSALS: Final = (
    "BadIdentityToken", "BadUserAccess", "BadSecurity", "BadCertificate", "BadSecureChannel",
)  # fmt: skip


class OpcUaConnector(Connector):
    """See `shapan.Connector`."""

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(context)
        # It tells every request; what matters to users is in the status.
        logging.getLogger("asyncua").setLevel(logging.ERROR)

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return OpcUaLine(self.context, connection, self.resolver)


class OpcUaLine(Line):
    """One server; templates are matched against node ids and browse paths.

    Options: ``period_ms``, ``policy`` (Basic256Sha256, Aes128Sha256RsaOaep, Aes256Sha256RsaPss),
    ``mode`` (sign, encrypt), ``certificate_file``, ``key_file``, ``server_certificate_file``,
    ``user``, ``root`` (node id to browse from), ``depth``, ``max_nodes``.
    """

    def __init__(self, context: WorkerContext, connection: Connection, resolver: Resolver) -> None:
        super().__init__(context, connection, resolver)
        self._templates = [Template(one.source) for one in connection.mappings]
        #: By node id: mapping, entity and indicator.
        self._ways: dict[str, list[tuple[int, str, str]]] = {}
        self._lost = ""
        self._seen: dict[str, str] = {}

    def talk(self) -> None:
        """See `Line`."""
        asyncio.run(self._talk())

    async def _talk(self) -> None:
        client = self._client()
        await self._secure(client)
        try:
            await self._patiently(client.connect())
        except Exception as error:
            raise self._explained(error) from error
        self._lost = ""
        try:
            variables, problem = await browse(client, self.connection)
            nodes = self._mapped(client, variables)
            if problem:
                self.intake.malformed(self.connection.address, problem)
            if self.looking:
                self.connected()
                await self._look(client, variables)
                return
            period_ms = max(10.0, float(self.connection.option("period_ms", _PERIOD_MS)))
            subscription = await client.create_subscription(period_ms, self)
            for start in range(0, len(nodes), _AT_ONCE):
                await subscription.subscribe_data_change(
                    nodes[start : start + _AT_ONCE], queuesize=100
                )
            self.connected()
            while not await asyncio.to_thread(self.wait, _WATCH_S):
                if self._lost:
                    raise ConnectionError(self._lost)
                await client.check_connection()
        except Exception as error:
            raise self._explained(error) from error
        finally:
            try:
                await asyncio.wait_for(client.disconnect(), 2.0)
            except Exception as error:  # the server is gone already
                self.context.log.debug("disconnecting: %s", error)

    async def _look(self, client: Client, variables: list[Variable]) -> None:
        """Read what variables are now, again and again, until it ends."""
        self._seen = {one.path: one.node_id for one in variables[:_LOOK_AT]}
        nodes = [client.get_node(node_id) for node_id in self._seen.values()]
        names = list(self._seen)
        while True:
            for start in range(0, len(nodes), _AT_ONCE):
                found = await client.read_attributes(
                    nodes[start : start + _AT_ONCE], ua.AttributeIds.Value
                )
                for name, value in zip(names[start:], found):
                    content = value.Value.Value if value.Value is not None else None
                    self.intake.unmapped(name, _shown(content))
            self.intake.message_done()
            if await asyncio.to_thread(self.wait, _LOOK_S):
                return

    def aliases(self) -> dict[str, str]:
        """See `Line`: node ids by browse path."""
        return dict(self._seen)

    def _client(self) -> Client:
        if not self.connection.address.startswith("opc.tcp://"):
            raise SourceError(self.connection.address, "does not begin with opc.tcp://")
        client = Client(self.connection.address, timeout=_TIMEOUT_S)
        client.application_uri = "urn:shapan:client"
        user = str(self.connection.option("user", ""))
        if user:
            client.set_user(user)
            client.set_password(self.secret)
        return client

    async def _secure(self, client: Client) -> None:
        option = self.connection.option
        policy = str(option("policy", ""))
        if not policy:
            return
        if policy not in _POLICIES:
            raise SourceError(
                self.connection.address, f"knows no security policy {policy}",
                remedy=f"one of {', '.join(_POLICIES)}",
            )  # fmt: skip
        files = [self.connection.file(n) for n in ("certificate_file", "key_file")]
        server = self.connection.file("server_certificate_file")
        missing = [one or "a certificate file" for one in files if not Path(one).is_file()]
        if missing:
            raise RefusedError(f"{missing[0]} is not there")
        try:
            await client.set_security(
                _POLICIES[policy], files[0], files[1],
                server_certificate=server or None,
                mode=_MODES[str(option("mode", "encrypt"))],
            )  # fmt: skip
        except Exception as error:
            raise self._explained(error) from error

    async def _patiently(self, work: Awaitable[Any]) -> None:
        await asyncio.wait_for(work, 2 * _TIMEOUT_S)

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, (RefusedError, SourceError)):
            return error
        name = type(error).__name__
        text = f"{self.connection.address}: {str(error) or name}"
        if any(word in f"{name} {error}" for word in _REFUSALS):
            return RefusedError(text)
        return ConnectionError(text)

    def _mapped(self, client: Client, variables: list[Variable]) -> list[Any]:
        self._ways.clear()
        nodes = []
        for variable in variables:
            ways = self._ways_of(variable)
            if ways:
                self._ways[variable.node_id] = ways
                nodes.append(client.get_node(variable.node_id))
            else:
                self.intake.unmapped(variable.path, variable.node_id)
        return nodes

    def _ways_of(self, variable: Variable) -> list[tuple[int, str, str]]:
        found = []
        for number, (mapping, template) in enumerate(
            zip(self.connection.mappings, self._templates)
        ):
            variables = template.match(variable.node_id)
            if variables is None:
                variables = template.match(variable.path)
            if variables is None:
                continue
            entity, indicator = fill(mapping.entity, variables), fill(mapping.indicator, variables)
            if entity and indicator:
                found.append((number, entity, indicator))
        return found

    # -- called by asyncua ---------------------------------------------------------------

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Take a value that changed."""
        name = node.nodeid.to_string()
        sample = data.monitored_item.Value
        try:
            number, text = as_value(_plain(value))
        except PayloadError as error:
            self.intake.malformed(name, error)
            self.intake.message_done()
            return
        quality = _quality(sample.StatusCode)
        stamp = sample.SourceTimestamp or sample.ServerTimestamp
        at_us = _time_us(stamp) if stamp is not None else time.time_ns() // 1000
        for mapping, entity, indicator in self._ways.get(name, ()):
            self.intake.put_row(mapping, Row(entity, indicator, at_us, number, quality, text))
        self.intake.message_done()

    def status_change_notification(self, status: Any) -> None:
        """Take note that the server ended the subscription."""
        self._lost = f"{self.connection.address}: the subscription ended ({status})"


def _time_us(stamp: Any) -> int:
    from datetime import UTC

    return time_us(stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=UTC))


def _plain(value: Any) -> Any:
    if isinstance(value, ua.LocalizedText):
        return value.Text
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return (
        math.nan
        if isinstance(value, bytes)
        else list(value)
        if hasattr(value, "__iter__")
        else str(value)
    )


def _shown(value: Any) -> str:
    """Return a value as it would stand in a message."""
    plain = _plain(value)
    return "" if plain is None else str(plain)


def _quality(status: Any) -> int:
    """The two highest bits of a status code: good, uncertain, bad."""
    severity = (int(status.value) >> 30) & 3 if status is not None else 0
    return (Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD)[severity]
