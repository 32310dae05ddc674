"""Cold start to the first interactive frame: our window on an empty project against a bare one.

    xvfb-run -a -s "-screen 0 1920x1080x24" uv run python tests/bench/startup.py

Each run is a process of its own; the two alternate, so that both meet the same noise. "Interactive"
is when the event loop has drawn the scene once and answers a timer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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

OURS = """
import sys
from pathlib import Path
from app.composition import build_window, make_application
from PySide6.QtCore import QTimer
application = make_application()
window = build_window(Path(sys.argv[1]))
window.resize(1600, 900)
window.viewport.drawn.connect(
    lambda: QTimer.singleShot(0, lambda: (print("ready", flush=True), application.exit())))
window.show()
sys.exit(application.exec())
"""


def seconds_until_ready(code: str, *arguments: str) -> float:
    """Start a process and return the time until it says that it is ready."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "ready":
                elapsed = time.perf_counter() - started
                process.kill()
                return elapsed
    raise RuntimeError("the window never became ready")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    from twin_model.frame import Frame
    from twin_model.twin import Twin

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "empty.shapan"
        Twin.create(project, Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))).close()
        ours, bare = [], []
        for _ in range(arguments.runs):
            bare.append(seconds_until_ready(BARE))
            ours.append(seconds_until_ready(OURS, str(project)))
    print("name, ours, peer, ratio")
    a, b = statistics.median(ours), statistics.median(bare)
    print(f"start to first interactive frame (s), {a:.2f}, {b:.2f}, {a / b:.2f}")
    print(f"spread, {min(ours):.2f}-{max(ours):.2f}, {min(bare):.2f}-{max(bare):.2f},")
    return 0


if __name__ == "__main__":
    sys.exit(main())
