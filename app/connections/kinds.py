"""Kinds of connections as the wizard offers them: addresses, options, passwords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True)
class Option:
    """One option of a kind of connection.

    Parameters
    ----------
    name : str
        In ``connections.json``.
    title : callable
    kind : str
        ``text``, ``number``, ``flag``, ``file``, ``lines`` (a list of texts) or ``choice``.
    default : object
    choices : tuple of (value, str)
    """

    name: str
    title: Callable[[], str]
    kind: str = "text"
    default: Any = ""
    choices: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True)
class SourceKind:
    """A kind of connection.

    Parameters
    ----------
    plugin : str
        Id of the connector's plugin.
    title, hint, names : callable
        What it is, when to choose it, and what it calls the things that send.
    example : str
        Of an address.
    user : bool
        Whether there is a user name.
    secret : bool
        Whether there is a password or token.
    options : callable
        Returns what is asked for under *More*.
    """

    plugin: str
    title: Callable[[], str]
    hint: Callable[[], str]
    names: Callable[[], str]
    example: str
    options: Callable[[], list[Option]]
    user: bool = False
    secret: bool = False


def _mqtt_options() -> list[Option]:
    say = QCoreApplication.translate
    return [
        Option("topics", lambda: say("ConnectionKinds", "Topics"), "lines"),
        Option("qos", lambda: say("ConnectionKinds", "Quality of service"), "choice", 1,
               ((0, "0"), (1, "1"), (2, "2"))),
        Option("version", lambda: say("ConnectionKinds", "Protocol"), "choice", 5,
               ((5, "MQTT 5"), (3, "MQTT 3.1.1"))),
        Option("tls", lambda: say("ConnectionKinds", "Encrypted (TLS)"), "flag", False),
        Option("ca_file", lambda: say("ConnectionKinds", "Certificate authority"), "file"),
        Option("certificate_file", lambda: say("ConnectionKinds", "Own certificate"), "file"),
        Option("key_file", lambda: say("ConnectionKinds", "Own key"), "file"),
        Option("client_id", lambda: say("ConnectionKinds", "Client id")),
    ]  # fmt: skip


def _opcua_options() -> list[Option]:
    say = QCoreApplication.translate
    return [
        Option("root", lambda: say("ConnectionKinds", "Browse from node")),
        Option("period_ms", lambda: say("ConnectionKinds", "Publishing interval (ms)"), "number",
               250.0),
        Option("policy", lambda: say("ConnectionKinds", "Security policy"), "choice", "",
               (("", "–"), ("Basic256Sha256", "Basic256Sha256"),
                ("Aes128Sha256RsaOaep", "Aes128Sha256RsaOaep"),
                ("Aes256Sha256RsaPss", "Aes256Sha256RsaPss"))),
        Option("mode", lambda: say("ConnectionKinds", "Messages are"), "choice", "encrypt",
               (("encrypt", say("ConnectionKinds", "signed and encrypted")),
                ("sign", say("ConnectionKinds", "signed")))),
        Option("certificate_file", lambda: say("ConnectionKinds", "Own certificate"), "file"),
        Option("key_file", lambda: say("ConnectionKinds", "Own key"), "file"),
        Option("server_certificate_file", lambda: say("ConnectionKinds", "Server's certificate"),
               "file"),
    ]  # fmt: skip


def _http_options() -> list[Option]:
    say = QCoreApplication.translate
    return [
        Option("every_s", lambda: say("ConnectionKinds", "Ask every (s)"), "number", 10.0),
        Option("paths", lambda: say("ConnectionKinds", "Paths below the address"), "lines"),
        Option("bearer", lambda: say("ConnectionKinds", "The password is a token"), "flag", False),
        Option("ca_file", lambda: say("ConnectionKinds", "Certificate authority"), "file"),
    ]


def _websocket_options() -> list[Option]:
    say = QCoreApplication.translate
    return [
        Option("channel", lambda: say("ConnectionKinds", "Field that names the message")),
        Option("say", lambda: say("ConnectionKinds", "Send once connected"), "lines"),
        Option("ca_file", lambda: say("ConnectionKinds", "Certificate authority"), "file"),
    ]


def _file_options() -> list[Option]:
    say = QCoreApplication.translate
    return [
        Option("speed", lambda: say("ConnectionKinds", "Speed (0: as fast as it goes)"), "number",
               1.0),
        Option("times", lambda: say("ConnectionKinds", "Times"), "choice", "now",
               (("now", say("ConnectionKinds", "as if it came now")),
                ("original", say("ConnectionKinds", "as in the file")))),
        Option("again", lambda: say("ConnectionKinds", "From the start at the end"), "flag", False),
    ]  # fmt: skip


KINDS: Final = (
    SourceKind(
        "shapan.mqtt", lambda: QCoreApplication.translate("ConnectionKinds", "MQTT broker"),
        lambda: QCoreApplication.translate(
            "ConnectionKinds", "Devices and gateways that publish topics, Sparkplug B too."
        ),
        lambda: QCoreApplication.translate("ConnectionKinds", "Topic"),
        "mqtt://broker.local:1883", _mqtt_options, user=True, secret=True,
    ),
    SourceKind(
        "shapan.opcua", lambda: QCoreApplication.translate("ConnectionKinds", "OPC UA server"),
        lambda: QCoreApplication.translate(
            "ConnectionKinds", "Controllers and SCADA systems whose variables can be browsed."
        ),
        lambda: QCoreApplication.translate("ConnectionKinds", "Variable"),
        "opc.tcp://plc.local:4840", _opcua_options, user=True, secret=True,
    ),
    SourceKind(
        "shapan.http_polling",
        lambda: QCoreApplication.translate("ConnectionKinds", "Web address (HTTP)"),
        lambda: QCoreApplication.translate(
            "ConnectionKinds", "Services that answer with JSON, asked again and again."
        ),
        lambda: QCoreApplication.translate("ConnectionKinds", "Path"),
        "https://service.local/api/values", _http_options, user=True, secret=True,
    ),
    SourceKind(
        "shapan.websocket_json",
        lambda: QCoreApplication.translate("ConnectionKinds", "WebSocket"),
        lambda: QCoreApplication.translate(
            "ConnectionKinds", "Services that send JSON by themselves."
        ),
        lambda: QCoreApplication.translate("ConnectionKinds", "Channel"),
        "wss://service.local/stream", _websocket_options, secret=True,
    ),
    SourceKind(
        "shapan.file_replay",
        lambda: QCoreApplication.translate("ConnectionKinds", "File (CSV, Parquet)"),
        lambda: QCoreApplication.translate(
            "ConnectionKinds", "Recorded values, played as if they came live."
        ),
        lambda: QCoreApplication.translate("ConnectionKinds", "Column"),
        "", _file_options,
    ),
)  # fmt: skip


def kind_of(plugin: str) -> SourceKind | None:
    """Return the kind of a plugin's connections; None where it is none of ours."""
    return next((kind for kind in KINDS if kind.plugin == plugin), None)
