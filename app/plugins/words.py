"""Words for what plugins are, ask for and do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from plugins.host.manifest import Permissions
from plugins.host.plugins import PluginStatus
from plugins.host.supervisor import WorkerState

_STATUS: Final = {
    "active": QT_TRANSLATE_NOOP("PluginStatus", "Runs"),
    "disabled": QT_TRANSLATE_NOOP("PluginStatus", "Disabled"),
    "needs-permission": QT_TRANSLATE_NOOP("PluginStatus", "Asks for permission"),
    "refused": QT_TRANSLATE_NOOP("PluginStatus", "Cannot be used"),
    "quarantined": QT_TRANSLATE_NOOP("PluginStatus", "Quarantined"),
    "safe-mode": QT_TRANSLATE_NOOP("PluginStatus", "Off: safe mode"),
}
_SOURCES: Final = {
    "built-in": QT_TRANSLATE_NOOP("PluginSource", "Comes with Shapan"),
    "development": QT_TRANSLATE_NOOP("PluginSource", "In development"),
    "user": QT_TRANSLATE_NOOP("PluginSource", "Installed here"),
    "installed": QT_TRANSLATE_NOOP("PluginSource", "A package of this environment"),
}
_KINDS: Final = {
    "reader": QT_TRANSLATE_NOOP("PluginKind", "Reader"),
    "exporter": QT_TRANSLATE_NOOP("PluginKind", "Exporter"),
    "panel": QT_TRANSLATE_NOOP("PluginKind", "Panel"),
    "command": QT_TRANSLATE_NOOP("PluginKind", "Command"),
    "connector": QT_TRANSLATE_NOOP("PluginKind", "Connector"),
    "simulator": QT_TRANSLATE_NOOP("PluginKind", "Simulator"),
    "rule": QT_TRANSLATE_NOOP("PluginKind", "Rule function"),
    "analysis": QT_TRANSLATE_NOOP("PluginKind", "Analysis"),
    "overlay": QT_TRANSLATE_NOOP("PluginKind", "Overlay"),
    "worker": QT_TRANSLATE_NOOP("PluginKind", "Worker"),
    "entity-type": QT_TRANSLATE_NOOP("PluginKind", "Entity types"),
    "symbol": QT_TRANSLATE_NOOP("PluginKind", "Symbol"),
    "code-table": QT_TRANSLATE_NOOP("PluginKind", "Code table"),
    "theme": QT_TRANSLATE_NOOP("PluginKind", "Theme"),
}
_WORKER: Final = {
    "stopped": QT_TRANSLATE_NOOP("WorkerState", "Not running"),
    "starting": QT_TRANSLATE_NOOP("WorkerState", "Starting"),
    "running": QT_TRANSLATE_NOOP("WorkerState", "Running"),
    "waiting": QT_TRANSLATE_NOOP("WorkerState", "About to restart"),
    "finished": QT_TRANSLATE_NOOP("WorkerState", "Finished"),
    "quarantined": QT_TRANSLATE_NOOP("WorkerState", "Quarantined"),
}
#: What connectors say of their connection.
_STATUSES: Final = {
    "connecting": QT_TRANSLATE_NOOP("ConnectorStatus", "Connecting"),
    "connected": QT_TRANSLATE_NOOP("ConnectorStatus", "Connected"),
    "disconnected": QT_TRANSLATE_NOOP("ConnectorStatus", "Not connected"),
    "failed": QT_TRANSLATE_NOOP("ConnectorStatus", "Failed"),
    "stopped": QT_TRANSLATE_NOOP("ConnectorStatus", "Stopped"),
}


def status(value: PluginStatus) -> str:
    """Return the words for whether a plugin runs."""
    return QCoreApplication.translate("PluginStatus", str(_STATUS[value.value]))


def source(value: str) -> str:
    """Return the words for where a plugin comes from."""
    return QCoreApplication.translate("PluginSource", str(_SOURCES[value]))


def kind(value: str) -> str:
    """Return the words for a kind of contribution."""
    return QCoreApplication.translate("PluginKind", str(_KINDS.get(value, value)))


def worker_state(value: WorkerState, status: tuple[str, str] = ("", "")) -> str:
    """Return the words for where a worker stands; a running connector's are its own."""
    if value.value == "running" and status[0] in _STATUSES:
        said = QCoreApplication.translate("ConnectorStatus", str(_STATUSES[status[0]]))
        colon = QCoreApplication.translate("AboutPage", ": ")
        return f"{said}{colon}{status[1]}" if status[1] else said
    return QCoreApplication.translate("WorkerState", str(_WORKER[value.value]))


def permissions(asked: Permissions) -> list[str]:
    """Return what a plugin asks for, one sentence each."""
    translate = QCoreApplication.translate
    found = []
    if asked.twin:
        found.append(translate("Permissions", "Change the project; every change can be undone"))
    if asked.alarms:
        found.append(translate("Permissions", "Raise alarms"))
    for text, names in (
        (translate("Permissions", "Read files in {0}"), asked.read),
        (translate("Permissions", "Write files in {0}"), asked.write),
        (translate("Permissions", "Connect to {0}"), asked.network),
        (translate("Permissions", "Run the program {0}"), asked.programs),
    ):
        found += [text.format(name) for name in names]
    return found


def honesty(manifest_has_panels: bool, landlock: int | None) -> str:
    """Return what of the permissions is enforced on this machine, and what is not.

    Parameters
    ----------
    manifest_has_panels : bool
    landlock : int or None
        Version of the kernel's Landlock, 0 for none; None for a plugin that has no workers.
    """
    translate = QCoreApplication.translate
    workers = (
        translate(
            "Permissions",
            "Its workers: files, programs and TCP ports are enforced by the kernel (Landlock {0}); "
            "names of hosts and UDP are checked for Python code only.",
        ).format(landlock)
        if landlock
        else translate(
            "Permissions",
            "Its workers: this system has no Landlock, so files, hosts and programs are checked "
            "for Python code only; native code of the plugin passes by.",
        )
    )
    if not manifest_has_panels:
        return workers
    panels = translate(
        "Permissions",
        "Its panels and commands run in the window's own process, where nothing is enforced: "
        "enable plugins of people you trust.",
    )
    return panels if landlock is None else f"{workers}\n\n{panels}"
