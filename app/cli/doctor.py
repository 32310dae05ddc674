"""shapan doctor: what this machine can and cannot do, with the remedy."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from app.cli.output import Exit, ProgressPrinter, print_json, print_table
from ingest.provenance import program_version
from ingest.reconstruction.field.environment import (
    COMMAND,
    environment_folder,
    field_python,
    install,
)

_APT: Final = (
    "apt-get install --no-install-recommends libegl1 libgl1 libgl1-mesa-dri libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libdbus-1-3 "
    "libfontconfig1"
)

#: Runs in a process of its own: a broken driver can abort it.
_OPENGL_PROBE: Final = """
import json
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderWindow
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(64, 64)
window.Render()
text = window.ReportCapabilities()
names = {"OpenGL vendor string": "vendor", "OpenGL renderer string": "renderer",
         "OpenGL version string": "version"}
found = {}
for line in text.splitlines():
    key, _, value = line.partition(":")
    if key.strip() in names:
        found[names[key.strip()]] = value.strip()
print(json.dumps(found))
"""

_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "swiftshader", "svga3d")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
    ok : bool
        Whether what needs it will work.
    found : str
        What is there.
    needed_for : str
    remedy : str
        What to do where it is missing; empty where it is there.
    """

    name: str
    ok: bool
    found: str
    needed_for: str
    remedy: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """Print what this machine can do; install what is wanted first."""
    if arguments.install:
        printer = ProgressPrinter(arguments.progress)
        folder = install(printer.job())
        printer.clear()
        if not arguments.json:
            print(f"installed: {folder}")
    findings = examine()
    if arguments.json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            [["yes" if f.ok else "no", f.name, f.found[:70], f.needed_for] for f in findings],
            ["", "what", "found", "needed for"],
        )
        for finding in findings:
            if finding.remedy:
                print(f"{finding.name}: {finding.remedy}")
    needed = [f for f in findings if f.name in ("Python", "OpenGL", "SQLite", "memory", "disk")]
    return Exit.DONE if all(f.ok for f in needed) else Exit.PARTLY


def examine() -> list[Finding]:
    """Look at everything and return what was found."""
    return [
        Finding("Shapan", True, f"{program_version()} on {platform.platform()}", "-"),
        _python(),
        _opengl(),
        _display(),
        _chinese_font(),
        _sqlite(),
        _memory(),
        _disk(),
        _graphics_card(),
        _torch(),
        *(_module(*row) for row in _MODULES),
        *(_program(*row) for row in _PROGRAMS),
    ]


_MODULES: Final = (
    ("ifcopenshell", "BIM (IFC)", "pip install ifcopenshell"),
    ("laspy", "point clouds (LAS, LAZ)", "pip install laspy lazrs"),
    ("pye57", "point clouds (E57)", "pip install pye57"),
    ("rasterio", "rasters", "pip install rasterio"),
    ("pyogrio", "vectors", "pip install pyogrio"),
    ("osmium", "OpenStreetMap files", "pip install osmium"),
    ("DracoPy", "tiles with Draco compression", "pip install DracoPy"),
    ("pycolmap", "poses of photographs", 'pip install "shapan[reconstruction]"'),
    ("cv2", "surfaces from photographs", 'pip install "shapan[reconstruction]"'),
    ("CSF", "ground, buildings and trees from points", 'pip install "shapan[extraction]"'),
    ("sumo", "traffic simulation (SUMO)", 'pip install "shapan[simulation]"'),
    ("pyswmm", "drainage simulation (SWMM)", 'pip install "shapan[simulation]"'),
    ("jupedsim", "evacuation simulation (JuPedSim)", 'pip install "shapan[simulation]"'),
    ("wntr", "water network simulation (EPANET)", 'pip install "shapan[simulation]"'),
    ("fmpy", "simulation units (FMI)", 'pip install "shapan[simulation]"'),
)
_PROGRAMS: Final = (
    ("mosquitto", "an MQTT broker of one's own", "apt-get install mosquitto"),
    ("Xvfb", "pictures of the window without a display", "apt-get install xvfb"),
)


def _python() -> Finding:
    version = platform.python_version()
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    remedy = "" if ok else "install Python 3.11, 3.12 or 3.13"
    return Finding("Python", ok, version, "everything", remedy)


def _opengl() -> Finding:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _OPENGL_PROBE],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return Finding("OpenGL", False, "no context could be made", "drawing", _APT)
    renderer = str(found.get("renderer", "unknown"))
    is_software = any(name in renderer.lower() for name in _SOFTWARE)
    text = f"{found.get('version', '')} {renderer}".strip()
    remedy = (
        "drawn by the processor: shadows and edge lines switch off while the view moves; "
        "a graphics driver makes it smooth"
        if is_software
        else ""
    )
    return Finding("OpenGL", True, text, "drawing", remedy)


def _display() -> Finding:
    from app.cli.view import has_display

    if has_display():
        found = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "native"
        return Finding("display", True, found, "the window")
    remedy = "log in to a desktop, or use shapan render and --screenshot"
    return Finding("display", False, "none", "the window", remedy)


def _chinese_font() -> Finding:
    folders = [Path("/usr/share/fonts"), Path.home() / ".local/share/fonts"]
    if sys.platform == "win32":
        folders = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts")]
    patterns = ("*CJK*", "wqy*", "*msyh*", "PingFang*", "*Heiti*", "DroidSansFallback*")
    for folder in folders:
        for pattern in patterns:
            for file in folder.rglob(pattern):
                return Finding("Chinese font", True, file.name, "Chinese text")
    remedy = "apt-get install fonts-noto-cjk (or fonts-wqy-microhei, smaller)"
    return Finding("Chinese font", False, "none", "Chinese text", remedy)


def _sqlite() -> Finding:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING rtree(id, a, b)")
        connection.execute("CREATE VIRTUAL TABLE f USING fts5(name)")
    except sqlite3.OperationalError as error:
        return Finding(
            "SQLite", False, f"{sqlite3.sqlite_version} ({error})", "projects",
            "use a Python whose SQLite has R*Tree and FTS5",
        )  # fmt: skip
    finally:
        connection.close()
    return Finding("SQLite", True, f"{sqlite3.sqlite_version} with R*Tree, FTS5", "projects")


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return Finding("memory", True, "unknown", "everything")
    ok = total >= 3.5
    remedy = "" if ok else "4 GiB are the least to work with"
    return Finding("memory", ok, f"{total:.1f} GiB", "everything", remedy)


def _disk() -> Finding:
    from app.cli.demo import default_folder

    folder = default_folder("small").parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    remedy = "" if free >= 2 else "free some space: tiles of a city take gigabytes"
    return Finding("disk", free >= 2, f"{free:.0f} GiB free at {folder}", "projects", remedy)


def _graphics_card() -> Finding:
    program = shutil.which("nvidia-smi")
    if program:
        try:
            done = subprocess.run(
                [program, "--query-gpu=name,memory.total", "--format=csv,noheader"],
                capture_output=True, text=True, timeout=20, check=True,
            )  # fmt: skip
            first = done.stdout.strip().splitlines()[0]
            return Finding("CUDA GPU", True, first, "fast reconstruction")
        except (OSError, IndexError, subprocess.SubprocessError):
            pass
    remedy = "reconstruction runs on the processor, slowly; an NVIDIA card and driver speed it up"
    return Finding("CUDA GPU", False, "none", "fast reconstruction", remedy)


def _torch() -> Finding:
    python = field_python()
    found = "none" if python is None else str(environment_folder())
    remedy = "" if python else f"{COMMAND} (2 to 8 GB, in an environment of its own)"
    return Finding(
        "torch, nerfstudio", python is not None, found, "radiance fields in reconstruction", remedy
    )


def _module(name: str, needed_for: str, install: str) -> Finding:
    found = importlib.util.find_spec(name) is not None
    text = "installed" if found else "none"
    return Finding(name, found, text, needed_for, "" if found else install)


def _program(name: str, needed_for: str, install: str) -> Finding:
    path = shutil.which(name)
    return Finding(name, path is not None, path or "none", needed_for, "" if path else install)
