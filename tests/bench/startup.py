"""Cold start to the first interactive frame: our window on an empty project against a bare one.

    xvfb-run -a -s "-screen 0 1920x1080x24" uv run python tests/bench/startup.py

Each run is a process of its own; they alternate, so that all meet the same noise. "Interactive"
is when the scene is drawn once and the event loop answers a timer. Two peers: the leanest window
that can be written (a QOpenGLWidget of its own, only the VTK modules it needs) and the usual one
(VTK's QVTKRenderWindowInteractor). The window draws its bars, its docks' places and the scene
first and fills the panels afterwards, in steps between which it answers; the time until the
project is open and everything is filled is told as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Installed programs have their modules compiled; some environments forbid writing them.
_CACHE = tempfile.TemporaryDirectory(prefix="startup-bytecode-")

BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QApplication, QMainWindow
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

class View(QOpenGLWidget):
    def initializeGL(self):
        self.window_ = vtkGenericOpenGLRenderWindow()
        self.window_.SetMultiSamples(0)
        self.window_.SetOwnContext(0)
        self.window_.AddObserver("WindowMakeCurrentEvent", lambda *a: self.makeCurrent())
        self.window_.AddObserver("WindowIsCurrentEvent", lambda *a: None)
        self.window_.AddRenderer(vtkRenderer())
        self.window_.OpenGLInitContext()
        self.window_.SetReadyForRendering(True)
    def paintGL(self):
        self.window_.SetSize(self.width(), self.height())
        self.window_.Render()
        QTimer.singleShot(0, lambda: (print("ready", flush=True), app.exit()))

form = QSurfaceFormat(); form.setVersion(3, 2); form.setProfile(QSurfaceFormat.CoreProfile)
QSurfaceFormat.setDefaultFormat(form)
app = QApplication(sys.argv)
window = QMainWindow(); window.setCentralWidget(View()); window.resize(1600, 900); window.show()
sys.exit(app.exec())
"""

USUAL = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import vtkmodules.vtkInteractionStyle
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer
from vtkmodules.qt.QVTKRenderWindowInteractor import QVTKRenderWindowInteractor

app = QApplication(sys.argv)
window = QMainWindow()
view = QVTKRenderWindowInteractor(window)
window.setCentralWidget(view)
view.GetRenderWindow().AddRenderer(vtkRenderer())
window.resize(1600, 900)
window.show()
view.Initialize()
view.GetRenderWindow().Render()
QTimer.singleShot(0, lambda: (print("ready", flush=True), app.exit()))
sys.exit(app.exec())
"""

OURS = """
import sys
from pathlib import Path
from app.composition import build_window, make_application
from PySide6.QtCore import Qt, QTimer
application = make_application()
window = build_window(Path(sys.argv[1]))
window.resize(1600, 900)
once = Qt.ConnectionType.SingleShotConnection
def answered(word):
    QTimer.singleShot(0, lambda: print(word, flush=True))
window.viewport.drawn.connect(lambda: answered("ready"), once)
def furnished():
    window.viewport.drawn.connect(lambda: answered("full"), once)
    window.viewport.redraw()
window.when_furnished(furnished)
window.show()
sys.exit(application.exec())
"""


def seconds_until(code: str, words: list[str], *arguments: str) -> list[float]:
    """Start a process and return the times until it says each of some words."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(_CACHE.name)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    found: list[float] = []
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == words[len(found)]:
                found.append(time.perf_counter() - started)
                if len(found) == len(words):
                    process.kill()
                    return found
    raise RuntimeError(f"the window never said {words[len(found)]!r}")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    from twin_model.frame import Frame
    from twin_model.twin import Twin

    times: dict[str, list[float]] = {"first": [], "full": [], "bare": [], "usual": []}
    with tempfile.TemporaryDirectory() as folder, _CACHE:
        project = Path(folder) / "empty.shapan"
        Twin.create(project, Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))).close()
        for run in range(arguments.runs + 1):
            bare = seconds_until(BARE, ["ready"])
            first, full = seconds_until(OURS, ["ready", "full"], str(project))
            usual = seconds_until(USUAL, ["ready"])
            if run:  # the first one of each compiles its modules
                for name, value in zip(times, (first, full, *bare, *usual), strict=True):
                    times[name].append(value)
    print("name, ours, peer, ratio")
    for peer, title in (("bare", "lean QOpenGLWidget"), ("usual", "QVTKRenderWindowInteractor")):
        for ours, what in (
            ("first", "first interactive frame"),
            ("full", "project open, all panels filled, frame drawn"),
        ):
            a, b = statistics.median(times[ours]), statistics.median(times[peer])
            print(f"{what} against a bare window with {title} (s), {a:.2f}, {b:.2f}, {a / b:.2f}")
    for name, values in times.items():
        print(f"spread of {name}, {min(values):.2f}-{max(values):.2f},,")
    return 0


if __name__ == "__main__":
    sys.exit(main())
