"""Values of a plugin's settings: chosen ones, initial ones, and secrets, which are kept apart."""

from __future__ import annotations

import contextlib
from typing import Any

from plugins.host.manifest import Setting
from plugins.host.state import PluginState
from twin_model.errors import PluginError


def setting_values(
    plugin_id: str, settings: dict[str, Setting], state: PluginState
) -> dict[str, Any]:
    """Return the values of settings, the initial ones where none was chosen or it fits no more."""
    chosen = state.decision(plugin_id).settings
    found: dict[str, Any] = {}
    for name, setting in settings.items():
        if setting.type == "secret":
            found[name] = state.secrets.get(plugin_id, name)
            continue
        found[name] = setting.initial()
        with contextlib.suppress(ValueError, KeyError):
            found[name] = setting.check(chosen[name])
    return found


def keep_setting_values(
    plugin_id: str, settings: dict[str, Setting], values: dict[str, Any], state: PluginState
) -> None:
    """Keep values of settings.

    Raises
    ------
    PluginError
        If a value does not fit its setting; none is kept then.
    StoreError
        If a secret cannot be kept.
    """
    for name, value in values.items():
        try:
            settings[name].check(value)
        except (KeyError, ValueError) as error:
            raise PluginError(plugin_id, f"setting {name}: {error}") from error
    for name, value in values.items():
        if settings[name].type == "secret":
            state.secrets.set(plugin_id, name, str(value))
        else:
            state.decision(plugin_id).settings[name] = value
    state.save()
