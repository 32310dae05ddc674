"""Secrets of plugins: in the system's keyring, else in a file that says so."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Final

from twin_model.errors import StoreError

_SERVICE: Final = "shapan"


class SecretStore:
    """Keeps secrets apart from all other settings. Safe to use from any thread.

    The keyring of the system (Secret Service, Keychain, Credential Locker) is used where there is
    one. Where there is none, as on servers, they are in a file that only the user's account can
    read; `place` says which.

    Parameters
    ----------
    path : Path
        The file for where there is no keyring.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._keyring: bool | None = None

    @property
    def place(self) -> str:
        """Where secrets are kept: ``keyring``, or the path of the file."""
        return "keyring" if self._has_keyring() else str(self._path)

    def _has_keyring(self) -> bool:
        with self._lock:
            if self._keyring is None:
                self._keyring = False
                with contextlib.suppress(Exception):  # its backends raise what they like
                    import keyring
                    from keyring.backends import fail

                    found = keyring.get_keyring()
                    chained = getattr(found, "backends", [found])
                    self._keyring = any(not isinstance(one, fail.Keyring) for one in chained)
            return self._keyring

    def get(self, plugin: str, name: str) -> str:
        """Return a secret, empty where there is none or the keyring stays locked."""
        key = f"{plugin}/{name}"
        if self._has_keyring():
            with contextlib.suppress(Exception):
                import keyring

                return keyring.get_password(_SERVICE, key) or ""
            return ""
        return self._file().get(key, "")

    def set(self, plugin: str, name: str, value: str) -> None:
        """Keep a secret; an empty one is removed.

        Raises
        ------
        StoreError
            If the keyring refuses it or the file cannot be written.
        """
        key = f"{plugin}/{name}"
        if self._has_keyring():
            import keyring
            from keyring.errors import KeyringError, PasswordDeleteError

            try:
                if value:
                    keyring.set_password(_SERVICE, key, value)
                else:
                    with contextlib.suppress(PasswordDeleteError):
                        keyring.delete_password(_SERVICE, key)
            except KeyringError as error:
                raise StoreError(
                    f"the system's keyring does not keep {key} ({error})",
                    remedy="unlock it and try again",
                ) from error
            return
        with self._lock:
            known = self._file()
            known[key] = value
            self._write({k: v for k, v in known.items() if v})

    def _file(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def _write(self, secrets: dict[str, str]) -> None:
        staging = ""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # mkstemp's files are readable by their owner only, from the first byte on.
            handle, staging = tempfile.mkstemp(dir=self._path.parent, prefix=".secrets-")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(secrets, stream)
            Path(staging).replace(self._path)
        except OSError as error:
            if staging:
                Path(staging).unlink(missing_ok=True)
            raise StoreError(
                f"{self._path} cannot be written ({error.strerror})",
                remedy="free some disk space" if error.errno == 28 else "",
            ) from error
