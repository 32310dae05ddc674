"""Installing, updating and removing plugins, each in a folder of its own.

Our own environment is never touched: a plugin goes into the user's folder without what it requires,
then what of that we lack is put beside it (for its panels), or, where versions clash or only its
workers need it, into a virtual environment of its workers.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile
import venv
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from plugins.host.discovery import Found, Source, installed_in
from plugins.host.environments import make_environment, needs_of, needs_own_environment, run_tool
from plugins.host.state import PluginState
from twin_model.errors import PluginError

_RECORD: Final = "shapan-install.json"
_IN_PROCESS: Final = ("panel", "command", "rule")


@dataclass(frozen=True)
class Installed:
    """What an installation gave.

    Parameters
    ----------
    id, version : str
    warnings : tuple of str
    """

    id: str
    version: str
    warnings: tuple[str, ...] = ()


def install(source: str, state: PluginState, known: list[Found], job: Job) -> Installed:
    """Install a plugin, in place of the version of it that is installed.

    Parameters
    ----------
    source : str
        A wheel, a project folder, or the name of a package in the index (with a version, if so
        wanted).
    state : PluginState
    known : list of Found
        The plugins there are: an id of another kind of source is not taken over.
    job : Job

    Raises
    ------
    PluginError
        If it cannot be had, is no plugin, or its manifest cannot be used; nothing changes then.
    Cancelled
    """
    root = state.plugins_folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=root, prefix=".staging-"))
    except OSError as error:
        raise PluginError(source, f"{root} cannot be written ({error.strerror})") from error
    try:
        job.report("package", 0, 3, "steps")
        _fetch(source, [source], staging, job, dependencies=False)
        job.report("package", 1, 3, "steps")
        found = _only_plugin(source, staging)
        _check_id(found, known)
        warnings = _add_requirements(found, staging, state, job)
        job.report("package", 2, 3, "steps")
        record = {"source": str(Path(source).absolute()) if Path(source).exists() else source}
        (staging / _RECORD).write_text(json.dumps(record), encoding="utf-8")
        _put_in_place(staging, root / found.id)
        job.report("package", 3, 3, "steps")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    version = found.manifest.plugin.version if found.manifest else ""
    return Installed(found.id, version, warnings)


def source_of(plugin_id: str, state: PluginState) -> str:
    """Return what a plugin was installed from; empty where that is not known."""
    path = state.plugins_folder / plugin_id / _RECORD
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["source"])
    except (OSError, ValueError, KeyError):
        return ""


def remove(plugin_id: str, state: PluginState) -> None:
    """Remove an installed plugin, its environments, and what was decided about it.

    What it keeps in projects stays there.

    Raises
    ------
    PluginError
        If it was not installed by `install`, or its folder cannot be removed.
    """
    folder = state.plugins_folder / plugin_id
    if not folder.is_dir():
        raise PluginError(
            plugin_id, "was not installed here",
            remedy="a package of the environment is removed with pip, a folder in development by "
            "no longer naming it",
        )  # fmt: skip
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise PluginError(plugin_id, f"{folder} cannot be removed ({error.strerror})") from error
    for environment in state.environments_folder.glob(f"{plugin_id}-*"):
        shutil.rmtree(environment, ignore_errors=True)
    shutil.rmtree(state.storage_folder / plugin_id, ignore_errors=True)
    state.forget(plugin_id)


def _fetch(name: str, packages: list[str], target: Path, job: Job, *, dependencies: bool) -> None:
    options = [] if dependencies else ["--no-deps"]
    with tempfile.TemporaryDirectory(prefix="shapan-constraints-") as place:
        if dependencies:
            ours = Path(place) / "ours.txt"
            ours.write_text("\n".join(_our_versions()), encoding="utf-8")
            options += ["--constraint", str(ours)]
        command = [*_installer(name, Path(place)), "--upgrade", "--target", str(target)]
        run_tool(name, [*command, *options, *packages], job)


def _installer(name: str, place: Path) -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    try:
        venv.create(place / "pip", with_pip=True)
    except Exception as error:
        raise PluginError(
            name, f"neither uv nor pip is there ({error})", remedy="install uv"
        ) from error
    python = place / "pip" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return [str(python), "-m", "pip", "install", "--disable-pip-version-check"]


def _our_versions() -> list[str]:
    found = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name and name.lower() != "shapan":
            found[name.lower()] = f"{name}=={distribution.version}"
    return sorted(found.values())


def _only_plugin(source: str, staging: Path) -> Found:
    found = installed_in(staging)
    if not found:
        raise PluginError(
            source, "is a Python package but no plugin of Shapan",
            remedy="a plugin names itself in the entry-point group shapan.plugins",
        )  # fmt: skip
    if len(found) > 1:
        raise PluginError(source, f"has {len(found)} plugins in one package")
    if found[0].error is not None:
        raise found[0].error
    return found[0]


def _check_id(found: Found, known: list[Found]) -> None:
    for other in known:
        if other.id == found.id and other.source != Source.USER:
            raise PluginError(
                found.id, f"a {other.source} plugin has this id already: {other.folder}",
                remedy="remove that one first",
            )  # fmt: skip


def _add_requirements(found: Found, staging: Path, state: PluginState, job: Job) -> tuple[str, ...]:
    needs = needs_of(found)
    warnings: list[str] = []
    in_process = found.manifest is not None and any(
        found.manifest.entries(kind) for kind in _IN_PROCESS
    )
    if in_process and needs.clashing:
        warnings.append(
            f"its panels run with the versions here ({', '.join(needs.clashing)}); "
            "its workers in an environment of their own"
        )
    if in_process and needs.missing and not needs.clashing:
        _fetch(found.id, list(needs.missing), staging, job, dependencies=True)
        _prune(staging)
    if needs_own_environment(found):
        make_environment(found, state.environments_folder, job)
    return tuple(warnings)


def _prune(staging: Path) -> None:
    """Remove what the environment has anyway, which came along as a dependency."""
    ours = set(_our_versions())
    for distribution in list(distributions(path=[str(staging)])):
        name = distribution.metadata["Name"]
        if f"{name}=={distribution.version}" not in ours:
            continue
        for file in distribution.files or ():
            path = Path(str(distribution.locate_file(file)))
            if path.is_relative_to(staging):
                path.unlink(missing_ok=True)


def _put_in_place(staging: Path, folder: Path) -> None:
    old = folder.with_name(f".old-{folder.name}")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        staging.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
