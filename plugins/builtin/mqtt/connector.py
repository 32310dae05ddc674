"""Subscribes to brokers; a message is acknowledged once the window has its samples.

With QoS 1 the broker keeps what comes while Shapan is away, and sends again what a worker that
was killed had not acknowledged: the session is ours by its client id and is not clean.
"""

from __future__ import annotations

import queue
import ssl
import threading
import time
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.payloads import (
    MAX_PAYLOAD_BYTES,
    PayloadError,
    as_value,
    decode,
    rows_of,
)
from plugins.builtin.connecting.resolving import Resolver
from plugins.builtin.connecting.running import Connector, Line, RefusedError
from plugins.builtin.connecting.templates import Template, fill
from plugins.builtin.mqtt.sparkplug import SparkplugReader, rebirth_request
from shapan import SourceError, WorkerContext

_PORT: Final = 1883
_TLS_PORT: Final = 8883
_KEEP_ALIVE_S: Final = 30
_CONNECT_S: Final = 10.0
_SESSION_S: Final = 7 * 86_400
#: Messages under way at once: the broker waits for acknowledgements beyond.
_IN_FLIGHT: Final = 20_000
_MAX_TOPICS: Final = 200_000
_MAX_LEFT: Final = 60
#: Reason codes of CONNACK that trying again at once does not change.
_REFUSALS: Final = frozenset({128, 129, 132, 133, 134, 135, 138, 140, 144, 149, 155, 157})

#: mapping, variables, and the series where topic and mapping name it whatever the payload.
_Way = tuple[int, dict[str, str], int | None]


class MqttConnector(Connector):
    """See `shapan.Connector`."""

    def line(self, connection: Connection) -> Line:
        """See `Connector`."""
        return MqttLine(self.context, connection, self.resolver)


class MqttLine(Line):
    """One broker.

    Options: ``version`` 5 or 3, ``qos``, ``client_id``, ``user``, ``tls``, ``ca_file``,
    ``certificate_file``, ``key_file``, ``topics`` (filters; those of the mappings where not
    stated), ``session_s``, ``keep_alive_s``.
    """

    def __init__(self, context: WorkerContext, connection: Connection, resolver: Resolver) -> None:
        super().__init__(context, connection, resolver)
        self._templates = [Template(one.source) for one in connection.mappings]
        self._ways: dict[str, list[_Way]] = {}
        self._sparkplug = SparkplugReader()
        self._client: paho.Client | None = None
        self._session = 0
        self._qos = 1
        self._answer: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        self._gone = threading.Event()
        self._why_gone = ""

    # -- connecting ----------------------------------------------------------------------

    def talk(self) -> None:
        """See `Line`."""
        host, port, tls = self._place()
        client = self._make_client(tls)
        self._gone.clear()
        self._answer = queue.SimpleQueue()
        self._session += 1
        try:
            try:
                self._connect(client, host, port)
            except ssl.SSLError as error:
                reason = getattr(error, "verify_message", "") or error.reason or str(error)
                raise RefusedError(f"{host}:{port} is not trusted ({reason})") from error
            client.loop_start()
            self._await_answer(client, host, port)
            while not self.wait(0.2):
                if self._gone.is_set():
                    raise ConnectionError(self._why_gone or f"{host}:{port} closed the connection")
        finally:
            # Without a word where the session goes on: the broker then keeps it.
            self.intake.drain(2.0)
            client.disconnect()
            client.loop_stop()
            self._client = None

    def _place(self) -> tuple[str, int, bool]:
        address = self.connection.address
        tls = bool(self.connection.option("tls", False))
        for scheme, secure in (("mqtt://", False), ("mqtts://", True), ("ssl://", True)):
            if address.startswith(scheme):
                address, tls = address.removeprefix(scheme), secure
        host, _, port = address.rstrip("/").rpartition(":")
        if not host:
            return port.strip("[]"), _TLS_PORT if tls else _PORT, tls
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise SourceError(self.connection.address, "has no port such as host:1883")
        return host.strip("[]"), int(port), tls

    def _make_client(self, tls: bool) -> paho.Client:
        option = self.connection.option
        five = int(option("version", 5)) == 5
        self._qos = 0 if self.looking else min(2, max(0, int(option("qos", 1))))
        identity = str(option("client_id", "")) or (
            "" if self.looking else f"shapan-{self._identity()}"
        )
        if self.looking:
            identity = f"shapan-look-{time.time_ns():x}"  # the session of the project stays its own
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=identity,
            clean_session=None if five else self._qos == 0,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True, reconnect_on_failure=False,
        )  # fmt: skip
        user = str(option("user", ""))
        if user:
            client.username_pw_set(user, self.secret or None)
        if tls:
            client.tls_set_context(self._tls())
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.max_inflight_messages_set(_IN_FLIGHT)
        self._client = client
        return client

    def _identity(self) -> str:
        """Return what tells this project's session from another's, kept in the project."""
        name = f"{self.connection.id}.client"
        known = self.context.storage.read(name)
        if known is None:
            known = f"{self.connection.id}-{time.time_ns():x}".encode()
            self.context.storage.write(name, known)
        return known.decode()

    def _tls(self) -> ssl.SSLContext:
        file = self.connection.file
        authority = file("ca_file") or None
        try:
            made = ssl.create_default_context(cafile=authority)
            certificate = file("certificate_file")
            if certificate:
                key = file("key_file") or None
                made.load_cert_chain(certificate, key, self.secret or None)
        except (OSError, ssl.SSLError) as error:
            raise RefusedError(f"a certificate cannot be read ({error})") from error
        return made

    def _connect(self, client: paho.Client, host: str, port: int) -> None:
        keep_alive = int(self.connection.option("keep_alive_s", _KEEP_ALIVE_S))
        client.connect_timeout = _CONNECT_S
        if client.protocol == MQTTProtocolVersion.MQTTv5:
            wanted = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            session_s = int(self.connection.option("session_s", _SESSION_S))
            wanted.SessionExpiryInterval = session_s if self._qos else 0
            wanted.ReceiveMaximum = _IN_FLIGHT
            wanted.MaximumPacketSize = MAX_PAYLOAD_BYTES + 65_536
            client.connect(host, port, keep_alive, clean_start=self._qos == 0, properties=wanted)
        else:
            client.connect(host, port, keep_alive)

    def _await_answer(self, client: paho.Client, host: str, port: int) -> None:
        """Wait for the broker to take us, then subscribe; both with its answers."""
        self._expect(f"{host}:{port} does not answer as an MQTT broker")
        filters = self._filters()
        if not filters:
            raise SourceError(self.connection.name or self.connection.id, "has no mapping")
        for start in range(0, len(filters), 100):
            part = filters[start : start + 100]
            if client.protocol == MQTTProtocolVersion.MQTTv5:
                client.subscribe([(one, SubscribeOptions(qos=self._qos)) for one in part])
            else:
                client.subscribe([(one, self._qos) for one in part])
            self._expect(f"{host}:{port} did not answer the subscription")
        self.connected()

    def _expect(self, silence: str) -> None:
        try:
            code, reason = self._answer.get(timeout=_CONNECT_S)
        except queue.Empty:
            raise ConnectionError(self._why_gone or silence) from None
        if code >= 128:
            kind: type[Exception] = RefusedError if code in _REFUSALS else ConnectionError
            raise kind(f"{self.connection.address}: {reason}")

    def _filters(self) -> list[str]:
        stated = self.connection.option("topics", [])
        if stated:
            return [str(one) for one in stated]
        if self.looking:
            return ["#"]
        found = [
            "spBv1.0/#" if mapping.payload == "sparkplug" else template.topic_filter()
            for mapping, template in zip(self.connection.mappings, self._templates)
        ]
        return list(dict.fromkeys(found))

    # -- in paho's thread ----------------------------------------------------------------

    def _on_connect(self, client: Any, data: Any, flags: Any, code: Any, more: Any) -> None:
        self._answer.put((code.value if code.is_failure else 0, str(code)))

    def _on_subscribe(self, client: Any, data: Any, number: int, codes: Any, more: Any) -> None:
        refused = [code for code in codes if code.is_failure]
        if refused:
            self._answer.put((135, f"subscription refused ({refused[0]})"))
        else:
            self._answer.put((0, ""))

    def _on_disconnect(self, client: Any, data: Any, flags: Any, code: Any, more: Any) -> None:
        if client is self._client:
            self._why_gone = "" if not code.is_failure else f"{self.connection.address}: {code}"
            self._gone.set()

    def _on_message(self, client: Any, data: Any, message: paho.MQTTMessage) -> None:
        topic = "?"
        try:
            topic = message.topic
            self._read(topic, bytes(message.payload))
        except (PayloadError, ValueError, RecursionError) as error:
            self.intake.malformed(topic, error)
        self.intake.message_done((self._session, message.mid, message.qos) if message.qos else None)

    def _read(self, topic: str, payload: bytes) -> None:
        if topic.startswith("spBv1.0/"):
            self._read_sparkplug(topic, payload)
            return
        ways = self._ways.get(topic)
        if ways is None:
            ways = self._find_ways(topic)
        if not ways:
            self.intake.unmapped(topic, self.intake.shown(payload))
        for mapping_number, variables, route in ways:
            mapping = self.connection.mappings[mapping_number]
            document = decode(payload, mapping.payload)
            if route is not None and not isinstance(document, (dict, list)):
                value, text = as_value(document)
                if text is None:
                    self.intake.put(route, time.time_ns() // 1000, value)
                    continue
            for row in rows_of(mapping, variables, document):
                self.intake.put_row(mapping_number, row)

    def _find_ways(self, topic: str) -> list[_Way]:
        """Return by which mappings a topic is read."""
        found: list[_Way] = []
        for number, (mapping, template) in enumerate(
            zip(self.connection.mappings, self._templates)
        ):
            variables = template.match(topic)
            if variables is None or mapping.payload == "sparkplug":
                continue
            entity, indicator = fill(mapping.entity, variables), fill(mapping.indicator, variables)
            route = None
            if entity and indicator and not mapping.position:
                route = self.intake.route(number, entity, indicator)
            found.append((number, variables, route))
        if len(self._ways) >= _MAX_TOPICS:
            self._ways.clear()
        if found:
            self._ways[topic] = found
        return found

    def _read_sparkplug(self, topic: str, payload: bytes) -> None:
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadError(f"{len(payload) >> 10} KiB are more than a payload may have")
        metrics, missing = self._sparkplug.read(topic, payload)
        for metric in metrics:
            mapped = False
            for number, mapping in enumerate(self.connection.mappings):
                if mapping.payload != "sparkplug":
                    continue
                variables = self._templates[number].match(metric.path)
                if variables is None:
                    continue
                mapped = True
                for row in metric.rows(mapping, variables):
                    self.intake.put_row(number, row)
            if not mapped:
                shown = str(metric.value) if metric.text is None else metric.text
                self.intake.unmapped(metric.path, shown)
        if missing and self._client is not None:
            request = rebirth_request(topic)
            if request is not None:
                self._client.publish(*request, qos=0)

    def born(self) -> dict[str, tuple[str, str, str]]:
        """See `Line`."""
        told = dict(self._sparkplug.born)
        return {path: (one.metric, one.data_type, one.unit) for path, one in told.items()}

    # -- in the worker's thread ----------------------------------------------------------

    def acknowledge(self, receipts: list[Any]) -> None:
        """See `Line`; receipts of a session that has ended mean nothing to the next one."""
        client = self._client
        if client is None:
            return
        for session, number, qos in receipts:
            if session == self._session:
                client.ack(number, qos)
