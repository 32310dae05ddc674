"""Secret settings: in the key store where there is one, else in the user's own file."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from plugin_support import MakeHost, make_host, plugin_folder, twin, write_plugin
from plugins.host import secrets
from twin_model.twin import Twin

__all__ = ["make_host", "plugin_folder", "twin"]

MANIFEST = """
    [settings.key]
    type = "secret"
    title = "Key"
    """


class InMemory(KeyringBackend):
    """A key store of the test's own."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.known.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.known[service, username] = password


@pytest.fixture(autouse=True)
def store() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    made = InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_secret_is_in_the_key_store_and_not_in_the_file(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, store: InMemory, tmp_path: Path
) -> None:
    write_plugin(plugin_folder, "keeper", MANIFEST)
    host = make_host(twin)
    host.set_settings("org.test.keeper", {"key": "geheim"})
    assert store.known == {("shapan", "org.test.keeper/key"): "geheim"}
    assert "geheim" not in (tmp_path / "config" / "plugins.json").read_text()
    assert make_host(twin).settings("org.test.keeper") == {"key": "geheim"}


def test_without_a_key_store_it_is_in_a_file_that_only_the_user_reads(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path
) -> None:
    keyring.set_keyring(NoKeyring())
    assert secrets.store_name() == ""
    write_plugin(plugin_folder, "keeper", MANIFEST)
    host = make_host(twin)
    host.set_settings("org.test.keeper", {"key": "geheim"})
    place = tmp_path / "config" / "plugins.json"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert make_host(twin).settings("org.test.keeper") == {"key": "geheim"}
