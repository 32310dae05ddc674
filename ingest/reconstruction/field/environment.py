"""The environment in which nerfstudio lives, made on demand and used by nothing else.

It pins libraries that Shapan has in newer versions, and brings torch: two to eight gigabytes
that most users never need.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from twin_model.errors import Cancelled, ShapanError
from twin_model.project import write_atomically

#: Changed with the requirements, so that an older environment is made anew.
_EDITION: Final = 1
_MARK: Final = "shapan-environment.json"
_PLACE: Final = "SHAPAN_ENVIRONMENTS"
COMMAND: Final = "shapan doctor --install reconstruction"

_TORCH: Final = "torch==2.13.0"
#: numba, which the hash grid is compiled with, needs numpy below 2.4; pyyaml is used by
#: nerfstudio 1.1.5 and not declared.
_REQUIREMENTS: Final = ("nerfstudio==1.1.5", "numpy<2.4", "numba>=0.62", "pyyaml", _TORCH)
#: Viewers, notebooks, data sets of cars and services that report home: training needs none, and
#: nuscenes-devkit would bring a second OpenCV over the first.
_LEFT_OUT: Final = (
    "nuscenes-devkit", "jupyterlab", "wandb", "comet-ml", "pyngrok", "gdown", "open3d",
    "opencv-python",
)  # fmt: skip
#: torchvision of the same release as torch.
_OVERRIDES: Final = (
    _TORCH, "torchvision==0.28.0", *(f"{name} ; sys_platform == 'never'" for name in _LEFT_OUT),
)  # fmt: skip
_NEEDED_BYTES: Final = 10 * 1024**3
_POLL_S: Final = 0.2
_STEPS: Final = 4


def environment_folder() -> Path:
    """Return where the environment is or will be: in SHAPAN_ENVIRONMENTS, else the user's data."""
    given = os.environ.get(_PLACE)
    if given:
        return Path(given) / "field"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share")))
    return base / "shapan" / "environments" / "field"


def field_python() -> Path | None:
    """Return the interpreter of the environment; None where it has not been made."""
    folder = environment_folder()
    try:
        mark = json.loads((folder / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    python = _python(folder)
    return python if mark.get("edition") == _EDITION and python.exists() else None


def install(job: Job) -> Path:
    """Make the environment, unless it is there; return its folder.

    Parameters
    ----------
    job : Job
        Cancelling it leaves nothing behind.

    Raises
    ------
    ShapanError
        If the disk is too small, or a package cannot be installed.
    Cancelled
    """
    folder = environment_folder()
    if field_python() is not None:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < _NEEDED_BYTES:
        raise ShapanError(
            f"{folder.parent} has {free / 1024**3:.1f} GiB free and the environment needs up to "
            f"{_NEEDED_BYTES / 1024**3:.0f}",
            remedy=f"free some space, or name another place in {_PLACE}",
        )
    try:
        _make(folder, job)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _make(folder: Path, job: Job) -> None:
    python = str(_python(folder))
    overrides = folder / "overrides.txt"
    job.report("Making the environment", 0, _STEPS, "steps")
    _run([sys.executable, "-m", "venv", str(folder)], job)
    overrides.write_text("\n".join(_OVERRIDES) + "\n", encoding="utf-8")
    _run([python, "-m", "pip", "install", "--upgrade", "pip", "uv"], job)
    # pip and not uv: where a build for the processor is provided on the machine, pip finds it.
    job.report("Installing torch", 1, _STEPS, "steps")
    _run([python, "-m", "pip", "install", _TORCH], job)
    job.report("Installing nerfstudio", 2, _STEPS, "steps")
    _run(
        [python, "-m", "uv", "pip", "install", "--python", python,
         "--overrides", str(overrides), *_REQUIREMENTS], job,
    )  # fmt: skip
    job.report("Trying the environment", 3, _STEPS, "steps")
    _run([python, "-c", _TRIAL], job)
    write_atomically(
        folder / _MARK,
        json.dumps({"edition": _EDITION, "requirements": _REQUIREMENTS}, indent=1),
    )
    job.report("Trying the environment", _STEPS, _STEPS, "steps")


#: Imports in the way in which the worker does.
_TRIAL: Final = """
import torch
library = torch.library.Library("torchvision", "DEF")
if "cpu" in torch.__version__:
    for name in ("nms", "qnms"):
        library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import numba, nerfstudio.models.nerfacto
"""


def _run(command: Sequence[str], job: Job) -> None:
    process = subprocess.Popen(
        list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    said: list[str] = []
    reader = threading.Thread(target=_read, args=(process, said), daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            if job.cancelled:
                raise Cancelled
            reader.join(_POLL_S)
        reader.join()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if process.returncode:
        last = next((line.strip() for line in reversed(said) if line.strip()), "no reason given")
        raise ShapanError(
            f"the environment of radiance fields could not be made ({last[:300]})",
            remedy="look at the network and the free disk space, then run it again",
        )


def _read(process: subprocess.Popen[str], said: list[str]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            said.append(line)
            del said[:-200]


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
