"""Virtual environments of plugins whose requirements clash with ours, made on demand."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from ingest.pipeline.job import Job
from plugins.host.discovery import Found
from twin_model.errors import PluginError

#: What our side of a worker needs in an environment of its own.
_OURS: Final = ("numpy", "pyarrow")
_READY: Final = ".shapan-ready"


@dataclass(frozen=True)
class Needs:
    """What a plugin requires, against what there is.

    Parameters
    ----------
    wanted : tuple of str
        All its requirements that apply here.
    missing : tuple of str
        Those we do not have.
    clashing : tuple of str
        Those we have in another version, each with the version we have.
    """

    wanted: tuple[str, ...]
    missing: tuple[str, ...]
    clashing: tuple[str, ...]


def needs_of(found: Found) -> Needs:
    """Return what a plugin requires: by its manifest, and its distribution where it has one.

    Raises
    ------
    PluginError
        If a requirement cannot be understood.
    """
    stated = list(found.manifest.environment.packages) if found.manifest else []
    if found.distribution:
        for place in [[str(p) for p in found.paths]] if found.paths else [sys.path]:
            for distribution in distributions(name=found.distribution, path=place):
                stated += _required(distribution)
                break
    wanted, missing, clashing = [], [], []
    for text in dict.fromkeys(stated):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise PluginError(found.id, f"'{text}' is no requirement ({error})") from error
        if requirement.name.lower() == "shapan" or not _applies(requirement):
            continue
        wanted.append(text)
        ours = _installed(requirement.name, [str(p) for p in found.paths])
        if ours is None:
            missing.append(text)
        elif not requirement.specifier.contains(ours, prereleases=True):
            clashing.append(f"{text} (here is {ours})")
    return Needs(tuple(wanted), tuple(missing), tuple(clashing))


def _required(distribution: Distribution) -> list[str]:
    return list(distribution.requires or ())


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _installed(name: str, paths: list[str]) -> str | None:
    for distribution in distributions(name=name, path=paths):
        return distribution.version
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def needs_own_environment(found: Found) -> bool:
    """Return whether a plugin's workers run in an environment of their own."""
    if found.manifest is None:
        return False
    if found.manifest.environment.own == "always":
        return True
    needs = needs_of(found)
    return bool(needs.missing or needs.clashing)


def environment_folder(found: Found, environments: Path) -> Path:
    """Return where a plugin's environment is or will be; another one for other requirements."""
    text = "\n".join([*sorted(needs_of(found).wanted), sys.version])
    return environments / f"{found.id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def worker_environment(found: Found, environments: Path) -> tuple[str, list[str]]:
    """Return the interpreter for a plugin's workers and the folders it reads its libraries from.

    Raises
    ------
    PluginError
        If it needs an environment of its own that is not made yet.
    """
    if not needs_own_environment(found):
        return sys.executable, [p for p in sys.path if p and Path(p).is_dir()]
    folder = environment_folder(found, environments)
    if not (folder / _READY).is_file():
        needs = needs_of(found)
        what = ", ".join([*needs.missing, *needs.clashing]) or "as its manifest says"
        raise PluginError(
            found.id, f"needs an environment of its own ({what}), which is not made yet",
            remedy="make it in the Plugins dialog, or run shapan plugins prepare "
            f"{found.id}",
        )  # fmt: skip
    return str(_python(folder)), [str(folder)]


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_environment(found: Found, environments: Path, job: Job) -> Path:
    """Make the environment of a plugin's workers, unless it is there; return its interpreter.

    Raises
    ------
    PluginError
        If a package cannot be had, as without a network; nothing is left then.
    Cancelled
    """
    folder = environment_folder(found, environments)
    if (folder / _READY).is_file():
        return _python(folder)
    shutil.rmtree(folder, ignore_errors=True)
    wanted = [*_with_ours(needs_of(found).wanted)]
    uv = shutil.which("uv")
    try:
        job.report("environment", 0, 3, "steps")
        if uv:
            run_tool(found.id, [uv, "venv", "--python", sys.executable, str(folder)], job)
        else:
            venv.create(folder, with_pip=True)
        job.report("environment", 1, 3, "steps")
        python = str(_python(folder))
        command = (
            [uv, "pip", "install", "--python", python] if uv
            else [python, "-m", "pip", "install", "--disable-pip-version-check"]
        )  # fmt: skip
        run_tool(found.id, [*command, *wanted], job)
        job.report("environment", 2, 3, "steps")
        (folder / _READY).write_text("\n".join(wanted), encoding="utf-8")
        job.report("environment", 3, 3, "steps")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _python(folder)


def _with_ours(wanted: tuple[str, ...]) -> list[str]:
    names = {Requirement(text).name.lower() for text in wanted}
    return [*wanted, *(name for name in _OURS if name not in names)]


def run_tool(plugin: str, command: list[str], job: Job) -> str:
    """Run uv or pip to its end; return what it said.

    Raises
    ------
    PluginError
        With the last lines of what it said, if it failed.
    Cancelled
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        text=True, errors="replace",
    ) as process:  # fmt: skip
        said: list[str] = []
        import threading

        stream = process.stdout
        reader = threading.Thread(
            target=lambda: said.extend(stream or ()), daemon=True, name="installer-output"
        )
        reader.start()
        try:
            while process.poll() is None:
                job.check()
                time.sleep(0.05)
        except BaseException:
            process.kill()
            raise
        reader.join(5.0)
    text = "".join(said).strip()
    if process.returncode:
        last = " ".join(text.splitlines()[-3:])[-600:]
        offline = any(word in text.lower() for word in (
            "resolve host", "name resolution", "network is unreachable", "failed to fetch",
            "connection", "dns error",
        ))  # fmt: skip
        raise PluginError(
            plugin, f"its packages could not be installed: {last}", traceback=text,
            remedy="connect to the network and try again" if offline else "",
        )  # fmt: skip
    return text
