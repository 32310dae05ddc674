"""One process of a worker: started, talked to, watched, ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from plugins.host.link import Incoming, Link
from plugins.host.log import PluginLog
from plugins.host.ring import SharedRing
from plugins.host.worker.sandbox import Confinement

_ROOMS: Final = ("twin_model", "ingest", "rendering", "plugins", "shapan")
#: Lets the window draw first where processors are few; finds our rooms, and nothing else of our
#: environment, in whatever environment it runs.
_BOOT: Final = """
import importlib.util, json, os, sys
if hasattr(os, "nice"):
    os.nice(5)
class _Rooms:
    rooms = json.loads(sys.argv[1])
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        folder = cls.rooms.get(name)
        if folder is None:
            return None
        return importlib.util.spec_from_file_location(
            name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
sys.meta_path.insert(0, _Rooms)
from plugins.host.worker.main import main
main()
"""
#: What a worker is told, settings and secrets in them: other users can see the arguments of a
#: program, not its environment.
CONFIGURATION: Final = "SHAPAN_WORKER"
#: Of the window's environment a worker gets what programs need, not what may be secret in it.
_PASSED: Final = frozenset(
    {"PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
     "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "PROJ_DATA", "GDAL_DATA",
     "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
     "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"}
)  # fmt: skip
#: What a worker may write before we read: a step of 10,000 vehicles, and it computes on at once.
_PIPE_BYTES: Final = 1 << 19


@dataclass(frozen=True)
class WorkerSpec:
    """What a worker's process needs to know.

    Parameters
    ----------
    plugin, kind, entry : str
        Id of the plugin, kind and id of the contribution.
    code : str
        ``module:name``.
    runs : bool
        Whether it has a ``run`` of its own (connectors, overlays); else it waits for calls.
    paths : tuple of str
        Additions to ``sys.path``.
    storage : Path
    storage_bytes : int
    confinement : Confinement
    python : str
        Interpreter of the environment it runs in.
    """

    plugin: str
    kind: str
    entry: str
    code: str
    runs: bool
    paths: tuple[str, ...]
    storage: Path
    storage_bytes: int
    confinement: Confinement
    python: str = sys.executable


class WorkerProcess:
    """A running process.

    Parameters
    ----------
    spec : WorkerSpec
    state : mapping
        Settings, language, time and selection as they are now.
    serve : callable
        Answers calls of the worker.
    note : callable
        Takes its notes, in the reading thread.
    executor : Executor
        Where calls of the worker are answered.
    log : PluginLog
    ended : callable
        Called once, in the reading thread, after everything it sent has been taken.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        state: Mapping[str, Any],
        serve: Callable[[Incoming], Any],
        note: Callable[[str, Any], None],
        executor: Executor,
        log: PluginLog,
        ended: Callable[[], None],
    ) -> None:
        self.spec = spec
        self.started_s = time.monotonic()
        self.heard_s = self.started_s
        folder = Path(spec.confinement.own[-1])
        self.up, self.down = SharedRing.create(folder), SharedRing.create(folder)
        self._log = log
        self._ended = ended
        self._joining = threading.Lock()
        config = _config(spec, state, self.up, self.down)
        spec.storage.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [spec.python, "-P", "-s", "-c", _BOOT, json.dumps(_rooms())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=_environment() | {CONFIGURATION: json.dumps(config)},
            pass_fds=[ring.handle for ring in (self.up, self.down) if isinstance(ring.handle, int)],
        )  # fmt: skip
        self.pid = self._process.pid
        _widen(cast(BinaryIO, self._process.stdout))
        self.link = Link(
            cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin),
            serve, self._heard(note), executor,
        )  # fmt: skip
        name = f"{spec.plugin}.{spec.entry}"
        self._threads = [
            threading.Thread(target=self._receive, daemon=True, name=f"{name}-link"),
            threading.Thread(target=self._read_log, daemon=True, name=f"{name}-log"),
        ]
        for thread in self._threads:
            thread.start()

    def _heard(self, note: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
        def hear(method: str, value: Any) -> None:
            self.heard_s = time.monotonic()
            note(method, value)

        return hear

    def _receive(self) -> None:
        try:
            self.link.run()
        finally:
            # Whatever made the link end, a worker without one is of no use.
            self._process.kill()
            self._process.wait()
            self._ended()

    def _read_log(self) -> None:
        stream = cast(BinaryIO, self._process.stderr)
        # A line may be endless: no more of it is kept than the log takes.
        while line := stream.readline(16_384):
            level, _, text = line.decode("utf-8", "replace").rstrip().partition(" ")
            if level in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
                self._log.add(level, text)
            elif level or text:
                self._log.add("", f"{level} {text}".rstrip())
        stream.close()

    @property
    def code(self) -> int | None:
        """Exit code; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def stop(self, patience_s: float = 3.0) -> None:
        """Ask it to end, and end it when it does not in time; waits for that."""
        self.link.note("stop")
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.join()

    def join(self) -> None:
        """Wait until the process and its threads have ended, and free its memory."""
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self.link.written.wait(1.0)
        with self._joining:
            for stream in (self._process.stdout, self._process.stdin):
                # What was left to write has no reader any more.
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()
            self.up.close()
            self.down.close()


def _config(
    spec: WorkerSpec, state: Mapping[str, Any], up: SharedRing, down: SharedRing
) -> dict[str, Any]:
    time_ = state.get("time")
    return {
        "plugin": spec.plugin,
        "code": spec.code,
        "runs": spec.runs,
        "paths": list(spec.paths),
        "storage": str(spec.storage),
        "storage_bytes": spec.storage_bytes,
        "rings": [up.handle, down.handle],
        "confinement": asdict(spec.confinement),
        "state": {
            "settings": state.get("settings", {}),
            "language": state.get("language", ""),
            "selection": list(state.get("selection", ())),
            "time_us": time_.us if time_ is not None else None,
        },
    }


def room_folders() -> list[str]:
    """Return the folders that hold our own code."""
    return sorted(set(_rooms().values()))


def _rooms() -> dict[str, str]:
    root = Path(__file__).resolve().parents[2]
    found = {}
    for name in _ROOMS:
        folder = root / name
        if not folder.is_dir():
            folder = root / "plugins" / "sdk" / name
        found[name] = str(folder)
    return found


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in _PASSED or k.startswith("LC_")}
    # One BLAS thread: its buffers would count against the worker's memory, and the window draws.
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def _widen(pipe: BinaryIO) -> None:
    """Have a pipe hold more than the usual 64 kB, where the system has that."""
    if sys.platform != "linux":
        return
    import fcntl

    with contextlib.suppress(OSError):  # the user has too much in pipes already
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
