"""What the host knows of one plugin."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from plugins.host.access import PluginAccess
from plugins.host.discovery import Found
from plugins.host.log import PluginLog
from plugins.host.manifest import Manifest
from plugins.host.supervised import Worker
from twin_model.errors import PluginError


class PluginStatus(StrEnum):
    """Whether a plugin runs, and if not, why."""

    ACTIVE = "active"
    DISABLED = "disabled"
    NEEDS_PERMISSION = "needs-permission"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    SAFE_MODE = "safe-mode"


@dataclass
class PluginRecord:
    """One plugin.

    Parameters
    ----------
    found : Found
    log : PluginLog
    access : PluginAccess or None
        None where its manifest cannot be used.
    workers : dict
        By kind and id; made when first needed.
    failures : dict of str to PluginError
        By panel or command: what it raised.
    """

    found: Found
    log: PluginLog = field(default_factory=PluginLog)
    access: PluginAccess | None = None
    status: PluginStatus = PluginStatus.DISABLED
    problem: str = ""
    workers: dict[tuple[str, str], Worker] = field(default_factory=dict)
    failures: dict[str, PluginError] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The plugin's id."""
        return self.found.id

    @property
    def manifest(self) -> Manifest:
        """Its manifest.

        Raises
        ------
        PluginError
            If it has none that can be used.
        """
        if self.found.manifest is None:
            raise self.found.error or PluginError(self.id, "has no manifest")
        return self.found.manifest
