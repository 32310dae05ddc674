"""Workers that do what they should not: each is stopped, and the message names the plugin."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline.job import Job
from plugin_support import MakeHost, make_host, plugin_folder, twin, wait_until, write_plugin
from plugins.host.plugins import Plugins, PluginStatus
from plugins.host.services import HostServices
from plugins.host.supervised import WorkerState
from plugins.host.worker import landlock
from twin_model.errors import Cancelled, PluginError
from twin_model.twin import Twin

__all__ = ["make_host", "plugin_folder", "twin"]

WORKER = """
    [[workers]]
    id = "w"
    code = "{package}.code:W"
"""


def worker_plugin(folder: Path, package: str, code: str, more: str = "") -> None:
    write_plugin(folder, package, more + WORKER.format(package=package), code)


def error_of(host: Plugins, package: str, method: str, **arguments: object) -> str:
    """Return the message of a call that must fail."""
    worker = host.worker(f"org.test.{package}", "worker", "w")
    with pytest.raises(PluginError) as caught:
        worker.run_job(method, Job(), **arguments)
    return str(caught.value)


def grant(host: Plugins, package: str) -> None:
    plugin_id = f"org.test.{package}"
    host.grant(plugin_id, host.records[plugin_id].manifest.permissions)


def test_one_that_raises_on_import_is_quarantined_with_its_traceback(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "broken", """
        [[connectors]]
        id = "c"
        code = "broken.code:C"
        """, "import nothing_of_that_name")  # fmt: skip
    host = make_host(twin)
    host.project_opened()
    record = host.records["org.test.broken"]
    wait_until(lambda: record.status == PluginStatus.QUARANTINED)
    assert "cannot be imported: ModuleNotFoundError" in record.problem
    assert "Traceback" in record.log.text()


def test_one_that_raises_when_it_is_made_says_so_to_its_caller(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "unmade", """
        class W:
            def __init__(self, context): raise ValueError("not in the mood")
            def go(self, job): pass
        """)  # fmt: skip
    text = error_of(make_host(twin), "unmade", "go")
    assert text.startswith("plugin org.test.unmade: worker 'w' cannot be imported")
    assert "ValueError: not in the mood" in text


def test_one_that_blocks_for_ever_is_ended_when_it_is_cancelled(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.host.supervised._CANCEL_S", 0.5)
    worker_plugin(plugin_folder, "stuck", """
        import time
        class W:
            def __init__(self, context): pass
            def go(self, job): time.sleep(3600)
            def well(self, job): return "well"
        """)  # fmt: skip
    host = make_host(twin)
    worker = host.worker("org.test.stuck", "worker", "w")
    job = Job()
    import threading

    threading.Timer(1.0, job.cancel).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        worker.run_job("go", job)
    assert time.monotonic() - begun < 8.0
    wait_until(lambda: worker.pid is None)
    assert "did not stop when it was cancelled" in worker.problem
    assert worker.run_job("well", Job()) == "well"


def test_one_whose_heart_stops_is_ended_and_started_again(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.host.supervised.SILENCE_S", 2.5)
    write_plugin(plugin_folder, "frozen", """
        [[connectors]]
        id = "c"
        code = "frozen.code:C"
        """, """
        import os, signal
        class C:
            def __init__(self, context): self.context = context
            def run(self):
                first = not (self.context.storage.folder / "once").exists()
                (self.context.storage.folder / "once").touch()
                if first:
                    os.kill(os.getpid(), signal.SIGSTOP)
                self.context.wait(3600)
        """)  # fmt: skip
    host = make_host(twin)
    host.project_opened()
    worker = host.worker("org.test.frozen", "connector", "c")
    wait_until(lambda: worker.restarts >= 1 and worker.state == WorkerState.RUNNING, 30)
    assert "connector 'c' hangs: nothing was heard of it" in host.records[
        "org.test.frozen"
    ].log.text()  # fmt: skip


def test_one_that_leaks_is_ended_at_its_limit(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "leaky", """
        import time
        class W:
            def __init__(self, context): self.kept = []
            def leak(self, job):
                while True:
                    self.kept.append(bytearray(8 << 20))
                    for n in range(0, 8 << 20, 4096): self.kept[-1][n] = 1
                    time.sleep(0.01)
        """, "[limits]\nmemory_mb = 128\n")  # fmt: skip
    text = error_of(make_host(twin), "leaky", "leak")
    assert "org.test.leaky" in text
    assert "used more memory than its limit of 128 MiB" in text or "MemoryError" in text


def test_one_that_takes_all_memory_at_once_gets_an_error_instead(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "greedy", """
        class W:
            def __init__(self, context): pass
            def take(self, job): return len(bytearray(4 << 30))
            def well(self, job): return "well"
        """, "[limits]\nmemory_mb = 128\n")  # fmt: skip
    host = make_host(twin)
    assert "MemoryError" in error_of(host, "greedy", "take")
    assert host.worker("org.test.greedy", "worker", "w").run_job("well", Job()) == "well"


def test_one_that_fills_the_disk_is_stopped(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "hoarder", """
        import time
        class W:
            def __init__(self, context): self.context = context
            def polite(self, job):
                self.context.storage.write("a", bytes(3 << 20))
            def large(self, job):
                with open(self.context.storage.folder / "one", "wb") as stream:
                    stream.write(bytes(3 << 20))
            def many(self, job):
                for n in range(10_000):
                    (self.context.storage.folder / str(n)).write_bytes(bytes(100_000))
                    time.sleep(0.002)
        """, "[limits]\nstorage_mb = 2\n")  # fmt: skip
    host = make_host(twin)
    assert "its storage is full" in error_of(host, "hoarder", "polite")
    assert "File too large" in error_of(host, "hoarder", "large")
    (twin.path / "plugins" / "org.test.hoarder" / "one").unlink()
    text = error_of(host, "hoarder", "many")
    assert "plugin org.test.hoarder: worker 'w' filled its storage of 2 MiB" in text


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("writes", "open('{outside}/x', 'w')", "may not write"),
        ("removes", "import os; os.remove('{outside}/there')", "may not write"),
        ("links", "import os; os.symlink('/etc', '{outside}/etc')", "may not write"),
        ("runs", "import subprocess; subprocess.run(['ls'])", "may not run ls"),
        ("shells", "import os; os.system('ls')", "may not run the shell command"),
        ("connects", "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
         "may not"),
        ("sends", "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', {port}))",
         "may not connect to 127.0.0.1"),
        ("asks", "import socket; socket.getaddrinfo('example.org', 80)",
         "may not look up example.org"),
    ],
)  # fmt: skip
def test_one_that_goes_beyond_its_permission_is_refused_by_name(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path,
    name: str, code: str, told: str,
) -> None:  # fmt: skip
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "there").write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = code.format(outside=outside, port=server.getsockname()[1])
        worker_plugin(plugin_folder, name, f"""
        class W:
            def __init__(self, context): pass
            def go(self, job):
                {line}
        """)  # fmt: skip
        text = error_of(make_host(twin), name, "go")
    assert f"plugin org.test.{name}" in text
    assert told in text
    assert "PermissionDenied" in text
    assert sorted(p.name for p in outside.iterdir()) == ["there"]


@pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("native_write", "libc.open(b'{outside}/x', 0o101, 0o644)"),
        ("native_read", "libc.open(b'{outside}/there', 0)"),
        ("native_connect", "connect({port})"),
    ],
)
def test_native_code_is_held_by_the_kernel(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path, name: str, line: str
) -> None:
    if "connect" in name and landlock.version() < 4:
        pytest.skip("this kernel's Landlock knows no network")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "there").write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = line.format(outside=outside, port=server.getsockname()[1])
        worker_plugin(plugin_folder, name, f"""
        import ctypes, struct
        libc = ctypes.CDLL(None, use_errno=True)
        def connect(port):
            handle = libc.socket(2, 1, 0)
            address = struct.pack("=H", 2) + struct.pack("!H", port) + bytes([127, 0, 0, 1]) \\
                + bytes(8)
            return libc.connect(handle, address, 16)
        class W:
            def __init__(self, context): pass
            def go(self, job):
                return {call}, ctypes.get_errno()
        """)  # fmt: skip
        host = make_host(twin)
        result, number = host.worker(f"org.test.{name}", "worker", "w").run_job("go", Job())
    assert result == -1
    assert number == 13  # EACCES
    assert host.worker(f"org.test.{name}", "worker", "w").enforced["files"] == "kernel"


def test_one_may_do_what_was_granted(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        worker_plugin(plugin_folder, "granted", f"""
        import socket, subprocess
        class W:
            def __init__(self, context): pass
            def go(self, job):
                open("{allowed}/out.txt", "w").write("hello")
                socket.create_connection(("localhost", {port}), 5).close()
                said = subprocess.run(["cat", "{allowed}/out.txt"], capture_output=True, text=True)
                return said.stdout
        """, f"""
        [permissions]
        write = ["{allowed}"]
        network = ["localhost:{port}"]
        programs = ["cat"]
        """)  # fmt: skip
        host = make_host(twin)
        assert host.records["org.test.granted"].status == PluginStatus.NEEDS_PERMISSION
        grant(host, "granted")
        assert host.worker("org.test.granted", "worker", "w").run_job("go", Job()) == "hello"


def test_one_without_the_permission_cannot_change_the_twin(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "meddler", """
        from shapan import RemoveEntities
        class W:
            def __init__(self, context): self.context = context
            def go(self, job):
                self.context.twin.submit(RemoveEntities(["pump-0"])).result(10)
        """)  # fmt: skip
    text = error_of(make_host(twin), "meddler", "go")
    assert "plugin org.test.meddler: may not change the twin" in text
    assert twin.entity("pump-0").name == "Pump 0"


def test_one_that_floods_the_twin_with_commands_is_slowed_by_name(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.host.access._COMMANDS_AT_ONCE", 50.0)
    monkeypatch.setattr("plugins.host.access._COMMANDS_PER_S", 10.0)
    worker_plugin(plugin_folder, "flood", """
        from dataclasses import replace
        from shapan import EditEntities
        class W:
            def __init__(self, context): self.context = context
            def go(self, job):
                twin = self.context.twin
                pump = twin.entity("pump-0")
                for n in range(5000):
                    twin.submit(EditEntities([replace(pump, name=str(n))])).result(10)
        """, "[permissions]\ntwin = true\n")  # fmt: skip
    host = make_host(twin)
    grant(host, "flood")
    text = error_of(host, "flood", "go")
    assert "plugin org.test.flood: submits more than 10 commands or alarms a second" in text
    assert len(twin.journal()) < 120


def test_a_flood_of_log_lines_is_counted_not_kept(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "talker", """
        class W:
            def __init__(self, context): self.context = context
            def go(self, job):
                for n in range(20_000): self.context.log.info("line %d", n)
                print("x" * 10_000_000)
                return "done"
        """)  # fmt: skip
    host = make_host(twin)
    assert host.worker("org.test.talker", "worker", "w").run_job("go", Job()) == "done"
    log = host.records["org.test.talker"].log
    wait_until(lambda: log.dropped > 10_000)
    assert len(log.lines()) <= 2000
    assert "more lines came too fast" in log.text()


def test_one_that_sends_nonsense_is_ended_alone(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "nonsense", """
        class W:
            def __init__(self, context): self.context = context
            def go(self, job):
                self.context._link._writer.write(b"\\xff" * 100)
                self.context._link._writer.flush()
            def odd(self, job):
                return object()
        """)  # fmt: skip
    host = make_host(twin)
    assert "TypeError: a object cannot be passed" in error_of(host, "nonsense", "odd")
    text = error_of(host, "nonsense", "go")
    assert "plugin org.test.nonsense: worker 'w'" in text


def test_one_that_floods_the_window_with_selections_overlays_and_jobs_is_held_and_named(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    worker_plugin(plugin_folder, "stormy", """
        from shapan import Overlay
        class W:
            def __init__(self, context): self.context = context
            def go(self, job):
                for n in range(5000):
                    self.context.select(f"pump-{n % 3}")
                    self.context.scene.draw(f"overlay {n}", Overlay(points=((0.0, 0.0, 0.0),)))
                for n in range(40):
                    self.context.jobs.start(f"job {n}", lambda job: self.context.wait(3600))
                return "done"
        """)  # fmt: skip
    services = CountingServices(twin)
    host = make_host(services=services)
    assert host.worker("org.test.stormy", "worker", "w").run_job("go", Job()) == "done"
    log = host.records["org.test.stormy"].log
    wait_until(lambda: "jobs at once" in log.text())
    assert "plugin org.test.stormy: more than 256 overlays at once" in log.text()
    assert len(services.overlays) == 256
    assert services.jobs == 32
    # While the GUI thread is busy, one selection waits, not thousands.
    assert len(services.waiting) == 1
    services.waiting.pop()()
    assert services.selection in {("pump-0",), ("pump-1",), ("pump-2",)}


class CountingServices(HostServices):
    """A GUI thread that is busy: what is posted waits."""

    def __init__(self, twin: Twin) -> None:
        super().__init__(twin)
        self.waiting: list[Callable[[], object]] = []
        self.jobs = 0

    def post(self, call: Callable[[], object]) -> None:
        self.waiting.append(call)

    def start_job(
        self,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object] | None = None,
    ) -> None:
        self.jobs += 1
