"""The main program of a worker: one object of a plugin, in a process of its own.

Started by `plugins.host.process` with a JSON object in its environment; talks over what was its
standard input and output, which a plugin's own printing cannot reach.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from plugins.host.link import Incoming, Link
from plugins.host.storage import FolderStorage
from plugins.host.worker import sandbox
from plugins.host.worker.context import Dispatcher, WorkerContext

_HEARTBEAT_S: Final = 0.5
_LOG_FORMAT: Final = "%(levelname)s %(message)s"
#: Exit codes that say where it went wrong.
IMPORT_FAILED: Final = 70
RUN_FAILED: Final = 71


def main() -> None:
    """Run until the window says so, goes away, or the plugin fails."""
    config = json.loads(os.environ.pop("SHAPAN_WORKER"))
    reader, writer = _take_pipes()
    rules = sandbox.Confinement(**config["confinement"])
    faulthandler.enable()
    enforced = sandbox.confine(rules)
    logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT, stream=sys.stderr)
    sys.path += config["paths"]
    os.chdir(config["storage"])
    Worker(config, reader, writer).run(enforced)


def _take_pipes() -> tuple[Any, Any]:
    """Keep the pipes for ourselves; printing goes to the log."""
    reader = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    writer = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reader, writer


class Worker:
    """One object of a plugin and its link to the window.

    Parameters
    ----------
    config : dict
    reader, writer : binary streams
    """

    def __init__(self, config: dict[str, Any], reader: Any, writer: Any) -> None:
        self._config = config
        self._ended = threading.Event()
        self._loaded = threading.Event()
        self._calls = ThreadPoolExecutor(4, thread_name_prefix="call")
        self._target: Any = None
        self._busy: dict[int, tuple[str, float]] = {}
        self._receiver: Any = None
        # A simulator may be asked for a step before the last is answered.
        steps = {"exchange": ThreadPoolExecutor(1, thread_name_prefix="steps")}
        self._link = Link(reader, writer, self._serve, self._note, self._calls, steps)
        self._sender = _LazySender(config, self._link)
        storage = FolderStorage(config["plugin"], Path(config["storage"]), config["storage_bytes"])
        self._context = WorkerContext(
            config["plugin"], self._link, self._sender, storage, _state(config["state"])
        )
        self._dispatcher = Dispatcher(self._context.log)

    def run(self, enforced: dict[str, Any]) -> None:
        """Load the plugin, say so, and stay until the end."""
        threading.Thread(target=self._receive, daemon=True, name="link").start()
        threading.Thread(target=self._beat, daemon=True, name="heartbeat").start()
        code = self._load()
        self._loaded.set()
        if code == 0:
            self._link.note("ready", enforced)
            if self._config["runs"]:
                code = self._run_target()
            else:
                self._ended.wait()
        self._sender.flush(2.0)
        self._link.note("bye", code)
        self._link.close()
        self._link.written.wait(2.0)
        sys.stderr.flush()
        # Threads of the plugin may never end; what has to be written is written.
        os._exit(code)

    def _load(self) -> int:
        module, _, name = self._config["code"].partition(":")
        try:
            found = getattr(importlib.import_module(module), name)
            self._target = found(self._context) if isinstance(found, type) else found
        except BaseException as error:
            self._fail("import", error)
            return IMPORT_FAILED
        return 0

    def _run_target(self) -> int:
        try:
            self._target.run()
        except BaseException as error:
            self._fail("run", error)
            return RUN_FAILED
        return 0

    def _fail(self, stage: str, error: BaseException) -> None:
        reason = f"{type(error).__name__}: {error}"
        self._link.note("failed", [stage, reason, traceback.format_exc()])

    def _receive(self) -> None:
        self._link.run()
        # The window is gone, or wants us gone: nobody is left to work for.
        self._stop()
        time.sleep(2.0)
        os._exit(0)

    def _beat(self) -> None:
        while not self._ended.wait(_HEARTBEAT_S):
            now = time.monotonic()
            longest = max(((now - s, m) for m, s in list(self._busy.values())), default=(0.0, ""))
            self._link.note("beat", list(longest))

    def _stop(self) -> None:
        self._context.stop()
        self._ended.set()

    # -- what the window says ------------------------------------------------------------

    def _note(self, method: str, value: Any) -> None:
        match method:
            case "acknowledge":
                self._sender.acknowledged(value)
            case "keys":
                self._receiver_now().keys(value)
            case "batch":
                sequence, batch = self._receiver_now().batch(value)
                self._dispatcher.put(lambda: self._deliver(value[4], sequence, batch))
            case "signal":
                self._context.signals.note_state(*value)
                self._dispatcher.put(lambda: self._context.signals.emit(*value))
            case "job.cancel":
                self._context.jobs.cancel(value)
            case "stop":
                self._stop()

    def _receiver_now(self) -> Any:
        if self._receiver is None:
            from plugins.host.ring import SharedRing
            from plugins.host.stream import BatchReceiver

            self._receiver = BatchReceiver(SharedRing.attach(self._config["rings"][1]))
        return self._receiver

    def _deliver(self, subscriptions: list[int], sequence: int, batch: Any) -> None:
        try:
            for number in subscriptions:
                self._context.samples.deliver(number, batch)
        finally:
            self._link.note("acknowledge", sequence)

    def _serve(self, call: Incoming) -> Any:
        """Answer a call from the window: a method of the plugin's object."""
        if call.method == "ping":
            return None
        self._loaded.wait()
        if self._target is None:
            raise AttributeError(f"{self._config['code']} could not be imported")
        if call.method.startswith("_"):
            raise AttributeError(f"{call.method} is not for others")
        method: Callable[..., Any] = getattr(self._target, call.method)
        arguments = dict(call.arguments)
        if arguments.pop("$job", False):
            arguments["job"] = Job(call.tell, stop=call.cancelled)
        key = id(call)
        self._busy[key] = (call.method, time.monotonic())
        try:
            return method(**arguments)
        finally:
            self._busy.pop(key, None)


class _LazySender:
    """A `BatchSender` that is made, and pyarrow imported, when the first batch is sent."""

    def __init__(self, config: dict[str, Any], link: Link) -> None:
        self._config = config
        self._link = link
        self._made: Any = None
        self._lock = threading.Lock()

    def _now(self) -> Any:
        with self._lock:
            if self._made is None:
                from plugins.host.ring import SharedRing
                from plugins.host.stream import BatchSender

                self._made = BatchSender(SharedRing.attach(self._config["rings"][0]), self._link)
            return self._made

    def send(
        self,
        batch: Any,
        kept: Callable[[], object] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """See `BatchSender`."""
        return bool(self._now().send(batch, kept, stop))

    def acknowledged(self, sequence: int) -> None:
        """See `BatchSender`."""
        self._now().acknowledged(sequence)

    def flush(self, timeout_s: float) -> bool:
        """See `BatchSender`."""
        return self._made is None or bool(self._made.flush(timeout_s))


def _state(told: dict[str, Any]) -> dict[str, Any]:
    """Return the first state with an instant where the window told microseconds."""
    from twin_model.time import Instant

    time_us = told.get("time_us")
    return {**told, "time": None if time_us is None else Instant(time_us)}
