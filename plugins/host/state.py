"""What the user decided about plugins, in one JSON file apart from any project."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from platformdirs import user_config_path, user_data_path

from plugins.host.secrets import SecretStore

# The window reads this before its first frame; the manifest's pydantic would take a tenth of it.
if TYPE_CHECKING:
    from plugins.host.manifest import Permissions

#: Starts that did not get through, after which the next one is in safe mode.
FAILED_STARTS: Final = 2


@dataclass
class Decision:
    """About one plugin.

    Parameters
    ----------
    enabled : bool
    granted : dict or None
        The permissions the user granted, as in the manifest; None before anybody asked.
    quarantined : str
        Why it is kept from running; empty where it is not.
    settings : dict
    seen : bool
        Whether its panels were shown once; afterwards they open where the user left them.
    """

    enabled: bool = True
    granted: dict[str, Any] | None = None
    quarantined: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    seen: bool = False

    def grants(self, wanted: Permissions) -> bool:
        """Return whether everything that is wanted has been granted."""
        if wanted.is_empty():
            return True
        if self.granted is None:
            return False
        for name, value in wanted.model_dump().items():
            has = self.granted.get(name)
            if isinstance(value, list):
                if not set(value) <= set(has or []):
                    return False
            elif value and not has:
                return False
        return True


class PluginState:
    """Decisions, development folders and failed starts. Safe to use from any thread.

    Parameters
    ----------
    folder : Path, optional
        Where settings are kept; the platform's place for them where not given.
    data : Path, optional
        Where installed plugins are kept.
    """

    def __init__(self, folder: Path | None = None, data: Path | None = None) -> None:
        self._folder = folder or user_config_path("shapan", appauthor=False)
        data = data or (folder / "data" if folder else user_data_path("shapan", appauthor=False))
        #: Each plugin that the dialog installed has a folder of its own here.
        self.plugins_folder = data / "plugins"
        #: Virtual environments of plugins whose requirements clash with ours.
        self.environments_folder = data / "environments"
        #: What plugins keep while no project is open, and their logs.
        self.storage_folder = data / "storage"
        #: Manifests as they were read the last time.
        self.manifests_path = data / "manifests.json"
        #: Values of settings of the type ``secret``, which are in no other file.
        self.secrets = SecretStore(self._folder / "secrets.json")
        #: Why decisions cannot be kept; empty while they can.
        self.problem = ""
        self._path = self._folder / "plugins.json"
        self._lock = threading.RLock()
        self._decisions: dict[str, Decision] = {}
        self._development: list[str] = []
        self._failed_starts = 0
        self._blamed: dict[str, str] = {}
        self._read()

    def decision(self, plugin_id: str) -> Decision:
        """Return what was decided about a plugin; change it and call `save`."""
        with self._lock:
            return self._decisions.setdefault(plugin_id, Decision())

    def forget(self, plugin_id: str) -> None:
        """Forget everything about a plugin that was removed."""
        with self._lock:
            self._decisions.pop(plugin_id, None)
            self.save()

    @property
    def development_folders(self) -> list[Path]:
        """Folders of plugins being written, those of ``SHAPAN_PLUGINS`` first."""
        named = [p for p in os.environ.get("SHAPAN_PLUGINS", "").split(os.pathsep) if p]
        # Absolute: workers have their own working folder.
        folders = [Path(p).expanduser().absolute() for p in (*named, *self._development)]
        return list(dict.fromkeys(folders))

    def add_development_folder(self, folder: Path) -> None:
        """Look for plugins in a folder from now on."""
        with self._lock:
            if str(folder) not in self._development:
                self._development.append(str(folder))
                self.save()

    def remove_development_folder(self, folder: Path) -> None:
        """Look there no more."""
        with self._lock:
            self._development = [
                p for p in self._development if Path(p).expanduser().absolute() != folder
            ]
            self.save()

    # -- starts --------------------------------------------------------------------------

    def begin_start(self) -> bool:
        """Note that the window is about to start; return whether it should in safe mode."""
        with self._lock:
            self._failed_starts += 1
            self.save()
            return self._failed_starts > FAILED_STARTS

    def start_succeeded(self) -> None:
        """Note that the window stood for a while, or was closed as usual."""
        with self._lock:
            if self._failed_starts:
                self._failed_starts = 0
                self.save()

    def blame(self, plugin_id: str, what: str) -> None:
        """Keep, before it is too late, who seems to be the cause should the program die now."""
        with self._lock:
            self._blamed[plugin_id] = what
            self.save()

    def take_blamed(self) -> dict[str, str]:
        """Return who was blamed and not cleared since, and forget it."""
        with self._lock:
            found, self._blamed = self._blamed, {}
            if found:
                self.save()
            return found

    # -- the file ------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            for plugin_id, values in document.get("plugins", {}).items():
                known = {k: v for k, v in values.items() if k in Decision.__dataclass_fields__}
                self._decisions[plugin_id] = Decision(**known)
            self._development = [str(p) for p in document.get("development", [])]
            self._failed_starts = int(document.get("failed_starts", 0))
            self._blamed = {str(k): str(v) for k, v in document.get("blamed", {}).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            # None yet, or damaged: what is lost can be decided again, a start must not fail.
            return

    def save(self) -> None:
        """Write the file, whole or not at all; `problem` says why where it cannot be written.

        A start, or what the user was about to do, must not fail with it.
        """
        with self._lock:
            document = {
                "plugins": {k: asdict(v) for k, v in self._decisions.items()},
                "development": self._development,
                "failed_starts": self._failed_starts,
                "blamed": self._blamed,
            }
            name = ""
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(dir=self._folder, prefix=".plugins-")
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(document, stream, ensure_ascii=False, indent=1)
                Path(name).replace(self._path)
                self.problem = ""
            except OSError as error:
                if name:
                    Path(name).unlink(missing_ok=True)
                self.problem = (
                    f"what was decided about plugins cannot be kept: {self._path}"
                    f" cannot be written ({error.strerror})"
                )
