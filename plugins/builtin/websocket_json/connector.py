"""Listens to WebSockets that send JSON."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import ClientConnection, connect

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.payloads import MAX_PAYLOAD_BYTES, PayloadError, decode, rows_of
from plugins.builtin.connecting.running import Connector, Line, RefusedError
from plugins.builtin.connecting.templates import Template

_LOOK_S: Final = 0.3
_CONNECT_S: Final = 10.0


class WebSocketConnector(Connector):
    """See `shapan.Connector`."""

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return WebSocketLine(self.context, connection, self.resolver)


class WebSocketLine(Line):
    """One socket; the templates of its mappings are matched against the value at ``channel``.

    Options: ``channel`` (path of the message's own name in it, such as ``topic``), ``say`` (texts
    to send once connected, such as a subscription), ``headers``, ``bearer``, ``ca_file``.
    """

    def talk(self) -> None:
        """See `Line`."""
        with self._socket() as socket:
            for text in self.connection.option("say", []):
                socket.send(str(text))
            self.connected()
            while not self.ending():
                try:
                    message = socket.recv(timeout=_LOOK_S)
                except TimeoutError:
                    continue
                except ConnectionClosed as error:
                    raise ConnectionError(f"{self.connection.address}: {error}") from error
                self._take(message.encode() if isinstance(message, str) else message)

    @contextlib.contextmanager
    def _socket(self) -> Iterator[ClientConnection]:
        option = self.connection.option
        headers = {str(k): str(v) for k, v in option("headers", {}).items()}
        if self.secret and option("bearer", True):
            headers["Authorization"] = f"Bearer {self.secret}"
        tls: Any = None
        if self.connection.address.startswith("wss://"):
            tls = ssl.create_default_context(cafile=self.connection.file("ca_file") or None)
        address = self.connection.address
        try:
            socket = connect(
                address, additional_headers=headers, ssl=tls, open_timeout=_CONNECT_S,
                max_size=MAX_PAYLOAD_BYTES, proxy=None,
            )  # fmt: skip
        except (ssl.SSLError, InvalidURI) as error:
            raise RefusedError(f"{address}: {error}") from error
        except InvalidHandshake as error:
            raise RefusedError(f"{address}: {error}") from error
        with socket:
            yield socket

    def _take(self, payload: bytes) -> None:
        name = urlsplit(self.connection.address).path
        channel = str(self.connection.option("channel", ""))
        mapped = False
        try:
            document = decode(payload, "json")
            if channel:
                name = str(document.get(channel, "")) if isinstance(document, dict) else ""
            for number, mapping in enumerate(self.connection.mappings):
                variables = Template(mapping.source).match(name)
                if variables is None:
                    continue
                mapped = True
                for row in rows_of(mapping, variables, document):
                    self.intake.put_row(number, row)
            if not mapped:
                self.intake.unmapped(name, self.intake.shown(payload))
        except PayloadError as error:
            self.intake.malformed(name, error)
        self.intake.message_done()
