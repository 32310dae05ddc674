"""Plugins are found and judged without being imported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from plugin_support import MakeHost, make_host, plugin_folder, twin, write_plugin
from plugins.host import manifest_cache
from plugins.host.discovery import Source, discover
from plugins.host.manifest import read_document, read_manifest
from plugins.host.manifest_cache import ManifestCache
from plugins.host.plugins import PluginStatus
from plugins.host.state import PluginState
from twin_model.errors import PluginError

__all__ = ["make_host", "plugin_folder", "twin"]

POISON = "raise SystemExit('a plugin was imported to be looked at')"
CONNECTOR = """
    [[connectors]]
    id = "c"
    code = "{}.code:C"
"""


def installed(folder: Path, package: str, plugin_id: str, version: str = "1.0.0") -> Path:
    """Write what an installed wheel leaves: a package and its metadata."""
    place = folder / plugin_id
    inner = place / package
    inner.mkdir(parents=True)
    (inner / "__init__.py").write_text(POISON)
    (inner / "shapan.toml").write_text(
        f'[plugin]\nid = "{plugin_id}"\nname = "{package}"\nversion = "{version}"\nsdk = ">=0.2"\n'
        f'[[workers]]\nid = "w"\ncode = "{package}.code:W"\n'
    )
    info = place / f"{package}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[shapan.plugins]\n{package} = {package}\n")
    return place


def test_entry_points_and_development_folders_are_read_without_importing(
    tmp_path: Path, plugin_folder: Path
) -> None:
    installed(tmp_path / "user", "alpha_plugin", "org.test.alpha")
    package = write_plugin(plugin_folder, "beta", CONNECTOR.format("beta"), POISON)
    (package / "__init__.py").write_text(POISON)
    found = discover(user=tmp_path / "user", development=[plugin_folder], installed=False)
    assert {one.id: one.source for one in found} == {
        "org.test.alpha": Source.USER, "org.test.beta": Source.DEVELOPMENT,
    }  # fmt: skip
    assert not [one.error for one in found if one.error]
    assert "alpha_plugin" not in sys.modules and "beta" not in sys.modules


def test_one_that_has_anothers_id_is_refused_and_both_places_are_named(
    tmp_path: Path, plugin_folder: Path, make_host: MakeHost
) -> None:
    first = write_plugin(plugin_folder, "first", CONNECTOR.format("first"), plugin_id="org.test.x")
    host = make_host()
    installed(host.state.plugins_folder, "second", "org.test.x")
    host.discover()
    assert host.records["org.test.x"].found.package == "first"
    assert host.records["org.test.x"].status == PluginStatus.ACTIVE
    (refused,) = host.refused
    text = str(refused.error)
    assert text.startswith("plugin org.test.x: ")
    assert str(first) in text and "second" in text


@pytest.mark.parametrize(
    ("sdk", "told"),
    [
        (">=9.0", "wants the SDK >=9.0, this Shapan has 0.2.0; update Shapan"),
        ("<0.1", "ask its author for a version made for this Shapan"),
    ],
)
def test_one_that_asks_for_another_sdk_is_refused_with_what_to_do(
    plugin_folder: Path, make_host: MakeHost, sdk: str, told: str
) -> None:
    package = write_plugin(plugin_folder, "timely", CONNECTOR.format("timely"))
    manifest = package / "shapan.toml"
    manifest.write_text(manifest.read_text().replace(">=0.2,<1", sdk))
    record = make_host().records["org.test.timely"]
    assert record.status == PluginStatus.REFUSED
    assert "plugin org.test.timely: " in record.problem
    assert told in record.problem


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[[connectors]]\nid = 'c'\ncode = 'os:system'", "the module os is not in its package"),
        ("[[connectors]]\nid = 'c'\ncode = 'liar.code.C'", "connectors.0.code"),
        ("[[panels]]\nid = 'p'\ncode = 'liar.code:p'\ncolour = 'red'", "panels.0.colour"),
        ("[[panels]]\nid = 'p'\ncode='liar.code:p'\n[[panels]]\nid='p'\ncode='liar.code:p'",
         "the id 'p' is there twice"),
        ("[[themes]]\nid = 't'\nfile = '../../secrets.json'", "inside the plugin's own folder"),
        ("[[themes]]\nid = 't'\nfile = 'not-there.json'", "is not there"),
        ("[permissions]\nnetwork = ['http://x.org/']", "is not host, host:port"),
        ("[settings.n]\ntype = 'integer'\ntitle = 'N'\ndefault = 9\nmaximum = 5", "at most 5"),
        ("[limits]\nmemory_mb = 1", "limits.memory_mb"),
        ("[nothing]\nx = 1", "nothing"),
        ("this is no toml", "is not TOML"),
    ],
)  # fmt: skip
def test_one_that_lies_in_its_manifest_is_refused_with_the_place(
    plugin_folder: Path, make_host: MakeHost, more: str, told: str
) -> None:
    write_plugin(plugin_folder, "liar", more)
    (record,) = (r for r in make_host().records.values() if r.found.source != Source.BUILTIN)
    assert record.status == PluginStatus.REFUSED
    assert "liar" in record.problem
    assert told in record.problem


def test_a_manifest_that_is_huge_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shapan.toml"
    path.write_bytes(b"#" * 10_000_000)
    with pytest.raises(PluginError, match="larger than 256 KiB"):
        read_manifest(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PluginError, match="is not TOML"):
        read_manifest(path)


def test_what_was_granted_is_asked_again_only_when_more_is_wanted(
    plugin_folder: Path, make_host: MakeHost
) -> None:
    package = write_plugin(
        plugin_folder, "asking",
        "[permissions]\nnetwork = ['a.example:1']" + CONNECTOR.format("asking"),
    )  # fmt: skip
    host = make_host()
    record = host.records["org.test.asking"]
    assert record.status == PluginStatus.NEEDS_PERMISSION
    host.grant(record.id, record.manifest.permissions)
    assert make_host().records["org.test.asking"].status == PluginStatus.ACTIVE
    manifest = package / "shapan.toml"
    manifest.write_text(manifest.read_text().replace("['a.example:1']", "['a.example:1', '*']"))
    assert make_host().records["org.test.asking"].status == PluginStatus.NEEDS_PERMISSION


def test_two_failed_starts_make_the_third_one_safe(tmp_path: Path) -> None:
    assert not PluginState(tmp_path).begin_start()
    assert not PluginState(tmp_path).begin_start()
    state = PluginState(tmp_path)
    assert state.begin_start()
    state.start_succeeded()
    assert not PluginState(tmp_path).begin_start()


def test_a_damaged_file_of_decisions_does_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "plugins.json").write_text('{"plugins": [1, 2')
    state = PluginState(tmp_path)
    assert state.decision("x").enabled
    state.decision("x").enabled = False
    state.save()
    assert not PluginState(tmp_path).decision("x").enabled


def test_readers_of_plugins_stand_in_the_same_table_as_our_own() -> None:
    from ingest.readers.registry import BUILTIN, readers
    from twin_model.contributions import CONTRIBUTIONS

    entries = CONTRIBUTIONS.of("reader")
    assert [entry.target for entry in entries] == [f"{module}:{name}" for module, name in BUILTIN]
    assert len(readers()) == len(BUILTIN)


@pytest.mark.parametrize("package", ["json", "numpy", "twin_model"])
def test_one_whose_package_has_the_name_of_another_is_refused(
    plugin_folder: Path, make_host: MakeHost, package: str
) -> None:
    write_plugin(plugin_folder, package, CONNECTOR.format(package), plugin_id="org.test.usurper")
    record = make_host().records["org.test.usurper"]
    assert record.status == PluginStatus.REFUSED
    assert f"its package {package} has the name of another" in record.problem
    assert "org.test.usurper" in record.problem


def test_a_manifest_is_read_again_only_after_it_changed(
    tmp_path: Path, plugin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = write_plugin(plugin_folder, "first", "")
    write_plugin(plugin_folder, "second", "")
    cache = tmp_path / "manifests.json"

    def names(read_from_disk: list[str]) -> list[str]:
        def read(path: Path) -> dict[str, Any]:
            read_from_disk.append(path.parent.name)
            return read_document(path)

        monkeypatch.setattr(manifest_cache, "read_document", read)
        found = discover(development=[plugin_folder], installed=False, cache=ManifestCache(cache))
        return [one.manifest.name() for one in found if one.manifest is not None]

    seen: list[str] = []
    assert names(seen) == ["First", "Second"]
    assert sorted(seen) == ["first", "second"]
    assert names(seen := []) == ["First", "Second"]
    assert seen == []
    text = (package / "shapan.toml").read_text(encoding="utf-8")
    (package / "shapan.toml").write_text(text.replace("First", "Changed"), encoding="utf-8")
    assert names(seen := []) == ["Changed", "Second"]
    assert seen == ["first"]
    cache.write_text("{", encoding="utf-8")
    assert names(seen := []) == ["Changed", "Second"]
    assert len(seen) == 2
