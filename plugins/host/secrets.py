"""Settings that are secret: in the key store of the desktop where there is one.

Where there is none (a server without a desktop, a locked store) they stay in the file of the user's
decisions, readable by the user alone; docs/connectors.md says so, and the form that asks for them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from plugins.host.manifest import Setting

_LOG: Final = logging.getLogger(__name__)
_SERVICE: Final = "shapan"
#: Stands in the file for what is in the key store.
IN_KEY_STORE: Final = "\0in the key store"


def store_name() -> str:
    """Return the name of the key store in use; empty where there is none."""
    import keyring  # asks the desktop; nobody needs it before a secret is there
    from keyring.backends.fail import Keyring as NoKeyring

    found = keyring.get_keyring()
    backends = getattr(found, "backends", [found])
    if not backends or isinstance(found, NoKeyring):
        return ""
    return str(getattr(backends[0], "name", type(backends[0]).__name__))


def keep(plugin: str, setting: str, value: str) -> str:
    """Keep a secret; return what the file says in its place.

    That is the secret itself where there is no key store.
    """
    import keyring
    import keyring.errors

    if not value or not store_name():
        return value
    try:
        keyring.set_password(_SERVICE, f"{plugin}/{setting}", value)
        known = keyring.get_password(_SERVICE, f"{plugin}/{setting}")
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
        _LOG.warning("the key store does not take the secret of %s (%s)", plugin, error)
        return value
    return IN_KEY_STORE if known == value else value


def reveal(plugin: str, setting: str, stated: str) -> str:
    """Return a secret by what the file says; empty where the key store no longer has it."""
    if stated != IN_KEY_STORE:
        return stated
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(_SERVICE, f"{plugin}/{setting}") or ""
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
        _LOG.warning("the key store does not give the secret of %s (%s)", plugin, error)
        return ""


def keep_secrets(
    plugin: str, settings: Mapping[str, Setting], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the file is to say of values, with the secret ones in the key store."""
    return {
        name: keep(plugin, name, value) if settings[name].type == "secret" else value
        for name, value in values.items()
    }
