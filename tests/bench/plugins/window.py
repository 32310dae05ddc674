"""What plugins cost the window: 100 of them at start-up, and a killed worker while it draws.

    xvfb-run -a -s "-screen 0 1920x1080x24" uv run python tests/bench/plugins/window.py

Prints name, ours, limit, ratio. Start-up: a process each for no plugin and for 100 installed ones
(each with two commands, a panel, a worker, a setting), in turns, until the window is filled and
its plugins are known; wall time and processor time, medians. A busy machine makes wall times
noisy; the processor's tell what was really added. Frames: a window that draws all the time, first
left alone, then with a worker ended by `kill -9` every 1.5 s.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PLUGINS = 100

STARTUP = """
import sys, time
begun = float(sys.argv[2])
from pathlib import Path
from app.composition import build_window, make_application
from app.settings import Settings
from PySide6.QtCore import Qt, QTimer
application = make_application()
settings = Settings(Path(sys.argv[1]) / "window.ini")
window = build_window(None, settings=settings)
window.resize(1600, 900)
once = Qt.ConnectionType.SingleShotConnection
def known():
    found = len(window.plugins.host.records)
    cpu, wall = time.process_time(), time.time() - begun
    QTimer.singleShot(0, lambda: report(found, cpu, wall))
def report(found, cpu, wall):
    print(found, cpu, wall, flush=True)
    window.close()
    application.exit()
window.when_furnished(lambda: window.plugins.changed.connect(known, once))
window.show()
application.exec()
"""

FRAMES = """
import os, signal, sys, time
from pathlib import Path
from app.composition import build_window, make_application
from app.settings import Settings
from PySide6.QtCore import QTimer
application = make_application()
window = build_window(None, settings=Settings(Path(sys.argv[1]) / "window.ini"))
window.resize(1280, 720)
gaps, last, kills = {"quiet": [], "kills": []}, [0.0], []
phase = ["begin"]
def drawn():
    now = time.perf_counter()
    if phase[0] in gaps and last[0]:
        gaps[phase[0]].append(1000 * (now - last[0]))
    last[0] = now
    QTimer.singleShot(0, window.viewport.redraw)
def kill():
    worker = window.plugins.host.worker("org.test.frames", "connector", "source")
    worker.forgive()
    if worker.pid is not None:
        kills.append(worker.restarts)
        os.kill(worker.pid, signal.SIGKILL)
def go(name):
    phase[0], last[0] = name, 0.0
timer = QTimer(); timer.setInterval(1500); timer.timeout.connect(kill)
def furnished():
    window.open_project(Path(sys.argv[2]))
    window.viewport.drawn.connect(drawn)
    window.viewport.redraw()
    QTimer.singleShot(6000, lambda: go("quiet"))
    QTimer.singleShot(16000, lambda: (go("kills"), timer.start()))
    QTimer.singleShot(26500, done)
def done():
    timer.stop()
    worker = window.plugins.host.worker("org.test.frames", "connector", "source")
    worst = {name: sorted(values)[-1] for name, values in gaps.items()}
    late = {name: sum(v > 100 for v in values) for name, values in gaps.items()}
    print(worst["quiet"], late["quiet"], len(gaps["quiet"]), worst["kills"], late["kills"],
          len(gaps["kills"]), len(kills), worker.restarts, flush=True)
    window.close()
    application.exit()
window.when_furnished(furnished)
window.show()
application.exec()
"""

SOURCE = """
import numpy as np
from shapan import SampleBatch

class Source:
    def __init__(self, context):
        self.context = context
    def run(self):
        keys = self.context.samples.keys
        keys.extend([f"sensor-{n}" for n in range(1000)], ["flow"])
        numbers = np.arange(1000)
        while not self.context.wait(0.01):
            self.context.samples.publish(SampleBatch.of(keys, numbers, [0], [1], [1.0]))
"""


def write_distributions(folder: Path, count: int) -> None:
    """Write installed distributions, as pip leaves them, with a plugin each."""
    for n in range(count):
        package = folder / f"dummy_{n:03}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "code.py").write_text("def make(context):\n    pass\n")
        (package / "shapan.toml").write_text(
            f"""[plugin]
id = "org.dummy.p{n:03}"
name = {{ "" = "Dummy {n}", zh_CN = "样例 {n}" }}
version = "1.0.0"
sdk = ">=0.2,<1"
summary = "One of {count}."

[settings.rate]
type = "number"
title = "Rate"
default = 1.0

[[panels]]
id = "panel"
title = "Dummy {n}"
code = "dummy_{n:03}.code:make"
open = false

[[commands]]
id = "first"
title = "First of {n}"
code = "dummy_{n:03}.code:make"

[[commands]]
id = "second"
title = "Second of {n}"
code = "dummy_{n:03}.code:make"

[[workers]]
id = "worker"
code = "dummy_{n:03}.code:make"
""",
            encoding="utf-8",
        )
        info = folder / f"dummy_{n:03}-1.0.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: dummy-{n:03}\nVersion: 1.0.0\n"
        )
        (info / "entry_points.txt").write_text(f"[shapan.plugins]\ndummy_{n:03} = dummy_{n:03}\n")


def run(code: str, environment: dict[str, str], *arguments: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(done.stderr[-2000:])
    return [float(word) for word in done.stdout.strip().splitlines()[-1].split()]


def startup(folder: Path, runs: int, environment: dict[str, str]) -> list[tuple[str, float, float]]:
    """Return what 100 plugins add."""
    import time

    site = folder / "site"
    write_distributions(site, PLUGINS)
    cases = {0: environment, PLUGINS: environment | {"PYTHONPATH": str(site)}}
    found: dict[int, list[list[float]]] = {0: [], PLUGINS: []}
    for number in range(runs + 1):
        for count, given in cases.items():
            settings = folder / f"settings-{count}"
            settings.mkdir(exist_ok=True)
            told = run(STARTUP, given, str(settings), repr(time.time()))
            if int(told[0]) < count:
                raise RuntimeError(f"{told[0]} plugins were found, {count} are installed")
            if number:  # the first one compiles modules and reads every manifest
                found[count].append(told)
    cpu = {n: statistics.median(v[1] for v in values) for n, values in found.items()}
    wall = {n: statistics.median(v[2] for v in values) for n, values in found.items()}
    return [
        (f"{PLUGINS} plugins add to start-up, processor (ms)",
         1000 * (cpu[PLUGINS] - cpu[0]), 100.0),
        (f"{PLUGINS} plugins add to start-up, wall (ms)",
         1000 * (wall[PLUGINS] - wall[0]), 100.0),
        ("start-up until plugins are known: with 100 against with none (s)",
         wall[PLUGINS], wall[0]),
    ]  # fmt: skip


def frames(folder: Path, environment: dict[str, str]) -> list[tuple[str, float, float]]:
    """Return how late frames are while a worker is killed again and again."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "support"))
    from plugin_support import write_plugin
    from twin_model.frame import Frame
    from twin_model.twin import Twin

    project = folder / "frames.shapan"
    Twin.create(project, Frame("EPSG:32650", (5e5, 3.4e6, 0.0))).close()
    manifest = '[[connectors]]\nid = "source"\ncode = "frames.code:Source"\n'
    write_plugin(folder / "development", "frames", manifest, SOURCE)
    settings = folder / "settings-frames"
    settings.mkdir()
    told = run(
        FRAMES, environment | {"SHAPAN_PLUGINS": str(folder / "development")}, str(settings),
        str(project),
    )  # fmt: skip
    quiet, quiet_late, quiet_count, killed, late, count, kills, restarts = told
    return [
        (f"longest of {quiet_count:.0f} frames with nothing happening (ms)", quiet, 100.0),
        (f"longest of {count:.0f} frames with {kills:.0f} kill -9, {restarts:.0f} restarts (ms)",
         killed, 100.0),
        ("frames over 100 ms with kills against without", late, quiet_late),
    ]  # fmt: skip


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of the start-up; 0 for frames only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-plugins-") as text:
        folder = Path(text)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        rows = startup(folder, arguments.runs, environment) if arguments.runs else []
        rows += frames(folder, environment)
    print("name, ours, limit or peer, ratio")
    for name, ours, limit in rows:
        print(f"{name}, {ours:.2f}, {limit:.2f}, {f'{ours / limit:.2f}' if limit else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
