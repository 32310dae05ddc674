"""What a worker's process is told and allowed, worked out from its plugin's manifest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from plugins.host.access import PluginAccess
from plugins.host.discovery import Found
from plugins.host.environments import worker_environment
from plugins.host.process import WorkerSpec, room_folders
from plugins.host.worker.sandbox import Confinement

#: Kinds with a ``run`` of their own, started with the project.
RUNNING: Final = frozenset({"connector", "overlay"})


def scratch_folder(plugin_id: str) -> Path:
    """Return the folder for temporary files that workers of a plugin may write to."""
    folder = Path(tempfile.gettempdir()) / f"shapan-{plugin_id}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def worker_spec(
    found: Found,
    access: PluginAccess,
    kind: str,
    entry_id: str,
    readable: tuple[str, ...],
    environments: Path,
) -> WorkerSpec:
    """Return what a process of a worker needs to know at this moment.

    Parameters
    ----------
    found : Found
    access : PluginAccess
    kind, entry_id : str
    readable : tuple of str
        What it may read beside what its manifest asks for, such as the file to be read.
    environments : Path
        Where environments of plugins are kept.

    Raises
    ------
    PluginError
        If it needs an environment of its own that is not made yet.
    """
    manifest = access.manifest
    entry = next(one for one in manifest.entries(kind) if one.id == entry_id)
    asked, storage = manifest.permissions, access.storage_folder()
    scratch = scratch_folder(found.id)
    python, libraries = worker_environment(found, environments)
    storage_bytes = manifest.limits.storage_mb << 20
    paths = tuple(map(str, found.paths))
    confinement = Confinement(
        plugin=found.id,
        read=(*asked.read, *readable),
        write=asked.write,
        network=asked.network,
        programs=asked.programs,
        own=(str(storage), str(scratch)),
        code=(*room_folders(), str(found.folder), *paths, *libraries),
        memory_bytes=manifest.limits.memory_mb << 20,
        file_bytes=storage_bytes,
    )
    return WorkerSpec(
        plugin=found.id, kind=kind, entry=entry_id, code=entry.code, runs=kind in RUNNING,
        paths=paths, storage=storage, storage_bytes=storage_bytes, confinement=confinement,
        python=python,
    )  # fmt: skip
