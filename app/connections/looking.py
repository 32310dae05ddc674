"""A look at what a source sends: connected to in the connector's own process, nothing published."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.connections.preview import Seen
from app.workers import Background
from twin_model.errors import PluginError, ShapanError

if TYPE_CHECKING:
    from plugins.host.plugins import Plugins

_POLL_MS: Final = 700
_ANSWER_S: Final = 20.0
_FILES: Final = "shapan.file_replay"


@dataclass(frozen=True)
class LookState:
    """What was seen so far.

    Parameters
    ----------
    state : str
        ``connecting``, ``connected``, ``waiting``, ``refused`` or ``failed``.
    problem : str
    seen : list of Seen
    messages : int
    """

    state: str = "connecting"
    problem: str = ""
    seen: list[Seen] = field(default_factory=list)
    messages: int = 0


class ConnectionLook(QObject):
    """Looks at one source at a time.

    Parameters
    ----------
    host : Plugins
    background : Background
    parent : QObject
    """

    changed = Signal(object)  # LookState

    def __init__(self, host: Plugins, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._host = host
        self._background = background
        self._numbers = itertools.count()
        self._key = ""
        self._plugin = ""
        self.state = LookState()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._ask)

    def begin(self, plugin: str, stated: dict[str, Any], secret: str) -> None:
        """Connect for a look.

        Parameters
        ----------
        plugin : str
        stated : dict
            The connection, without mappings.
        secret : str
            Its password.
        """
        self.end()
        self._plugin = plugin
        self._key = f"look-{next(self._numbers)}"
        self._take(LookState())
        if plugin == _FILES:
            path = Path(stated["address"])
            self._background.ask(self._key, lambda: look_at_file(path), self._take)
            return
        host = self._host

        def work() -> LookState:
            try:
                worker = _worker(host, plugin)
                worker.start()
                worker.call("look_begin", stated=stated, secret=secret).result(_ANSWER_S)
            except Exception as error:  # whatever a process answers
                return LookState("failed", str(error))
            return LookState()

        def answer(found: LookState) -> None:
            self._take(found)
            if found.state != "failed":
                self._timer.start()
                self._ask()

        self._background.ask(self._key, work, answer)

    def end(self) -> None:
        """Disconnect."""
        self._timer.stop()
        if not self._key:
            return
        self._background.drop(self._key)
        self._key = ""
        host, plugin = self._host, self._plugin
        if plugin != _FILES:
            self._background.ask("look-end", lambda: _end(host, plugin), lambda _: None)

    def _ask(self) -> None:
        host, plugin = self._host, self._plugin

        def work() -> LookState:
            try:
                found = _worker(host, plugin).call("look").result(_ANSWER_S)
            except Exception as error:
                return LookState("failed", str(error))
            seen = [Seen(*one) for one in found["seen"]]
            return LookState(found["state"], found["problem"], seen, found["messages"])

        if self._key:
            self._background.ask(self._key, work, self._take)

    def _take(self, found: LookState) -> None:
        self.state = found
        self.changed.emit(found)


def _worker(host: Plugins, plugin: str) -> Any:
    record = host.records.get(plugin)
    if record is None or record.found.manifest is None:
        raise PluginError(plugin, "is not installed")
    return host.worker(plugin, "connector", record.manifest.connectors[0].id)


def _end(host: Plugins, plugin: str) -> None:
    try:
        _worker(host, plugin).call("look_end").result(_ANSWER_S)
    except Exception:  # the process is gone, and with it the look
        return


def look_at_file(path: Path) -> LookState:
    """Return the columns of a file with their first values; for a thread."""
    from plugins.builtin.file_replay.columns import first_rows

    try:
        found = first_rows(path)
    except ShapanError as error:
        return LookState("failed", str(error))
    return LookState("connected", "", [Seen(name, text) for name, text in found.items()], 0)
