"""Full disks, secrets without a keyring, killed windows, and panels that leak or never return."""

from __future__ import annotations

import gc
import json
import os
import signal
import stat
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from plugin_support import MakeHost, make_host, plugin_folder, twin, wait_until, write_plugin
from plugins.host.secrets import SecretStore
from plugins.host.state import PluginState
from twin_model.twin import Twin

__all__ = ["make_host", "plugin_folder", "twin"]

ROOT = Path(__file__).parents[2]


# -- a full disk ------------------------------------------------------------------------------

FULL = """
import resource, signal, sys
from pathlib import Path
from plugins.host.state import PluginState
from plugins.host.secrets import SecretStore
from twin_model.errors import StoreError
state = PluginState(Path(sys.argv[1]))
state.decision("org.test.first").enabled = False
state.save()
assert state.problem == ""
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))  # as if the disk had 64 bytes left
state.decision("org.test.second").settings["text"] = "x" * 1000
state.save()
print(state.problem)
store = SecretStore(Path(sys.argv[1]) / "secrets.json")
store._keyring = False
try:
    store.set("org.test", "password", "y" * 1000)
except StoreError as error:
    print(error)
"""


def test_a_full_disk_is_said_and_costs_only_the_new_decision(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    kept, secret = done.stdout.strip().splitlines()
    assert "what was decided about plugins cannot be kept" in kept
    assert "plugins.json" in kept
    assert "File too large" in kept
    assert "secrets.json cannot be written" in secret
    state = PluginState(tmp_path)
    assert not state.decision("org.test.first").enabled, "the file of before is whole"
    assert state.decision("org.test.second").settings == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plugins.json"]


def test_a_worker_that_fills_the_disk_gets_an_error_of_its_own(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "filler", """
        [limits]
        storage_mb = 1
        [[workers]]
        id = "w"
        code = "filler.code:Filler"
        """, """
        class Filler:
            def __init__(self, context): self.context = context
            def fill(self):
                self.context.storage.write("large", b"x" * 3_000_000)
            def fill_raw(self):
                with open(self.context.storage.folder / "raw", "wb") as stream:
                    for _ in range(100):
                        stream.write(b"x" * 100_000)
            def small(self):
                self.context.storage.write("small", b"1")
                return self.context.storage.read("small")
        """)  # fmt: skip
    host = make_host(twin)
    worker = host.worker("org.test.filler", "worker", "w")
    with pytest.raises(Exception, match=r"org.test.filler.*its storage is full"):
        worker.call("fill").result(30)
    with pytest.raises(Exception, match=r"File too large|storage"):
        worker.call("fill_raw").result(30)
    (worker.spec.storage / "raw").unlink(missing_ok=True)
    assert worker.call("small").result(30) == b"1"


# -- secrets ----------------------------------------------------------------------------------


def test_secrets_are_in_no_settings_file_and_no_list_of_processes(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path
) -> None:
    write_plugin(plugin_folder, "keeper", """
        [settings.password]
        type = "secret"
        title = "Password"
        [settings.user]
        type = "text"
        title = "User"
        [[workers]]
        id = "w"
        code = "keeper.code:Keeper"
        """, """
        class Keeper:
            def __init__(self, context): self.context = context
            def told(self): return dict(self.context.settings)
        """)  # fmt: skip
    host = make_host(twin)
    host.state.secrets._keyring = False  # as on a server
    host.set_settings("org.test.keeper", {"password": "tide-4711", "user": "gauge"})
    worker = host.worker("org.test.keeper", "worker", "w")
    assert worker.call("told").result(30) == {"password": "tide-4711", "user": "gauge"}
    settings = (tmp_path / "config" / "plugins.json").read_text(encoding="utf-8")
    assert "gauge" in settings
    assert "tide-4711" not in settings
    secrets = Path(host.state.secrets.place)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert json.loads(secrets.read_text()) == {"org.test.keeper/password": "tide-4711"}
    assert worker.pid is not None
    assert b"tide-4711" not in Path(f"/proc/{worker.pid}/cmdline").read_bytes()
    host.set_settings("org.test.keeper", {"password": ""})
    assert json.loads(secrets.read_text()) == {}


def test_a_keyring_is_used_where_there_is_one(tmp_path: Path) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class Memory(KeyringBackend):
        priority = 1  # type: ignore[assignment]
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if self.kept.pop((service, username), None) is None:
                raise PasswordDeleteError

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        store = SecretStore(tmp_path / "secrets.json")
        assert store.place == "keyring"
        store.set("org.test", "token", "abc")
        assert store.get("org.test", "token") == "abc"
        store.set("org.test", "token", "")
        store.set("org.test", "token", "")
        assert store.get("org.test", "token") == ""
        assert not (tmp_path / "secrets.json").exists()
    finally:
        keyring.set_keyring(before)


# -- the window is killed ---------------------------------------------------------------------

WINDOW = """
import ctypes, sys
from pathlib import Path
from app.composition import build_window, make_application
from app.plugins import guard
from app.settings import Settings
from plugins.host.state import PluginState
guard.STANDSTILL_S, guard.PATIENCE_S, guard.LAST_WORDS_S = 0.3, 0.6, 1.0
place = Path(sys.argv[1])
application = make_application()
safe = PluginState(place).begin_start()
window = build_window(None, settings=Settings(place / "window.ini"), safe_mode=safe)
window.when_furnished(lambda: print("SAFE" if safe else "NORMAL", flush=True))
def told():
    records = window.plugins.host.records
    for record in records.values():
        print(record.id, record.status, record.problem, flush=True)
window.when_furnished(lambda: window.plugins.changed.connect(told))
window.show()
application.exec()
"""


class Window:
    """A window in a process of its own, killed at the end."""

    def __init__(self, place: Path, development: Path) -> None:
        environment = {**os.environ, "SHAPAN_PLUGINS": str(development)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(place)], cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def wait_for(self, word: str, timeout_s: float = 60.0) -> str:
        """Return the first line that has a word in it."""
        assert self.process.stdout is not None
        end = time.monotonic() + timeout_s
        for line in self.process.stdout:
            if word in line:
                return line.strip()
            assert time.monotonic() < end
        raise AssertionError(f"the window never said {word}")

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.mark.gui
def test_a_window_that_was_killed_twice_while_starting_comes_up_in_safe_mode(
    tmp_path: Path, plugin_folder: Path
) -> None:
    if not os.environ.get("DISPLAY"):
        pytest.skip("no X display: run under xvfb-run")
    write_plugin(plugin_folder, "harmless", '[[panels]]\nid = "p"\ncode = "harmless.code:p"\n')
    for _ in range(2):
        with Window(tmp_path, plugin_folder) as window:
            window.wait_for("NORMAL")
    with Window(tmp_path, plugin_folder) as window:
        assert window.wait_for("SAFE") == "SAFE"
        assert "safe-mode" in window.wait_for("org.test.harmless")


@pytest.mark.gui
def test_one_that_never_returns_from_native_code_is_left_out_of_the_next_start(
    tmp_path: Path, plugin_folder: Path
) -> None:
    if not os.environ.get("DISPLAY"):
        pytest.skip("no X display: run under xvfb-run")
    write_plugin(plugin_folder, "native", '[[panels]]\nid = "p"\ncode = "native.code:p"\n', """
        import ctypes
        def p(context):
            libc = ctypes.CDLL(None)
            lock = ctypes.create_string_buffer(64)  # PTHREAD_MUTEX_INITIALIZER
            libc.pthread_mutex_lock(lock)
            libc.pthread_mutex_lock(lock)  # never returns, whatever signal comes
        """)  # fmt: skip
    state_file = tmp_path / "plugins.json"

    def blamed() -> bool:
        return "org.test.native" in json.loads(state_file.read_text()).get("blamed", {})

    with Window(tmp_path, plugin_folder) as window:  # and killed, as users do who see it hang
        window.wait_for("NORMAL")
        wait_until(blamed, 30.0)
    with Window(tmp_path, plugin_folder) as window:
        window.wait_for("NORMAL")
        line = window.wait_for("org.test.native quarantined")
        assert "code.py" in line


# -- leaks ------------------------------------------------------------------------------------


def test_what_a_closed_panel_left_connected_is_let_go_of(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "leaky", """
        [[commands]]
        id = "c"
        title = "C"
        code = "leaky.code:c"
        """, "def c(context): pass")  # fmt: skip
    host = make_host(twin)

    class Panel:
        def __init__(self, context: object) -> None:
            self.large = bytearray(1_000_000)

        def take(self, value: object) -> None:
            pass

    leaks = []
    for _ in range(20):
        context = host.context("org.test.leaky", lambda call: call() and None)
        panel = Panel(context)
        for signal_name in ("twin-changed", "selection-changed", "time-changed"):
            context.signals.connect(signal_name, panel.take)
        context.samples.subscribe(panel.take)
        context.scene.draw("mark", None)
        leaks.append(weakref.ref(panel))
        context.close()
        del context, panel
    gc.unfreeze()
    gc.collect()
    assert sum(one() is not None for one in leaks) == 0
