"""Asks web addresses for JSON again and again."""

from __future__ import annotations

import ssl
import time
from typing import Final

import httpx

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.payloads import MAX_PAYLOAD_BYTES, PayloadError, decode, rows_of
from plugins.builtin.connecting.running import Connector, Line, RefusedError
from plugins.builtin.connecting.templates import Template
from shapan import SourceError

_EVERY_S: Final = 10.0
_TIMEOUT_S: Final = 10.0
_MAX_BYTES: Final = 32 * MAX_PAYLOAD_BYTES
_REFUSALS: Final = frozenset({401, 403, 404, 407, 410})
_FAILURES: Final = 3


class HttpConnector(Connector):
    """See `shapan.Connector`."""

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return HttpLine(self.context, connection, self.resolver)


class HttpLine(Line):
    """One address; the templates of its mappings are matched against the path of each.

    Options: ``every_s``, ``timeout_s``, ``user``, ``headers``, ``bearer`` (the password is a token
    and no password), ``paths`` (several addresses below this one), ``ca_file``.
    """

    def talk(self) -> None:
        """See `Line`."""
        every_s = max(0.1, float(self.connection.option("every_s", _EVERY_S)))
        paths = [str(one) for one in self.connection.option("paths", [])] or [""]
        failures = 0
        with self._client() as client:
            while not self.ending():
                begun_s = time.monotonic()
                for path in paths:
                    try:
                        self._ask(client, path)
                        failures = 0
                    except httpx.HTTPError as error:
                        failures += 1
                        # One lost answer is no lost connection.
                        if failures >= _FAILURES or not self.connects:
                            text = str(error) or type(error).__name__
                            if "CERTIFICATE" in text.upper():
                                raise RefusedError(f"{client.base_url}: {text}") from error
                            raise ConnectionError(f"{client.base_url}: {text}") from error
                if self.wait(max(0.0, every_s - (time.monotonic() - begun_s))):
                    return

    def _client(self) -> httpx.Client:
        option = self.connection.option
        url = httpx.URL(self.connection.address)
        if url.scheme not in {"http", "https"}:
            raise SourceError(self.connection.address, "does not begin with http:// or https://")
        headers = {str(k): str(v) for k, v in option("headers", {}).items()}
        user, secret = str(option("user", "")), self.secret
        if option("bearer", False) and secret:
            headers["Authorization"] = f"Bearer {secret}"
        authority = self.connection.file("ca_file")
        return httpx.Client(
            base_url=url, headers=headers, auth=(user, secret) if user else None,
            timeout=float(option("timeout_s", _TIMEOUT_S)),
            verify=ssl.create_default_context(cafile=authority or None),
        )  # fmt: skip

    def _ask(self, client: httpx.Client, path: str) -> None:
        with client.stream("GET", path or str(client.base_url).rstrip("/")) as answer:
            if answer.status_code in _REFUSALS:
                raise RefusedError(f"{answer.url} answers {answer.status_code}")
            answer.raise_for_status()
            parts, size = [], 0
            for part in answer.iter_bytes():
                size += len(part)
                if size > _MAX_BYTES:
                    self.intake.malformed(path, f"more than {_MAX_BYTES >> 20} MiB")
                    self.intake.message_done()
                    return
                parts.append(part)
        if self.state != "connected":
            self.connected()
        name = path or answer.url.path
        self.take(name, b"".join(parts))

    def take(self, name: str, body: bytes) -> None:
        """Read an answer."""
        mapped = False
        try:
            for number, mapping in enumerate(self.connection.mappings):
                variables = Template(mapping.source).match(name)
                if variables is None:
                    continue
                mapped = True
                document = decode(body, mapping.payload, _MAX_BYTES)
                for row in rows_of(mapping, variables, document):
                    self.intake.put_row(number, row)
            if not mapped:
                self.intake.unmapped(name, self.intake.shown(body))
        except PayloadError as error:
            self.intake.malformed(name, error)
        self.intake.message_done()
