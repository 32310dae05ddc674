"""From the template to a wheel, into the dialog, to a new version, and away again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.__main__ import main
from app.plugins.grant import GrantDialog
from app.plugins.settings_form import SettingsForm
from ingest.pipeline.job import Job
from plugin_support import write_plugin
from plugins.host.environments import make_environment
from plugins.host.harness import find_one
from plugins.host.install import install
from plugins.host.scaffold import new_plugin
from plugins.host.state import PluginState
from twin_model.errors import PluginError
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]


def wheel_of(folder: Path, out: Path, *, requires: str = "") -> Path:
    """Pack a plugin project made from the template as pip would, without fetching a builder."""
    manifest = find_one(folder).manifest
    assert manifest is not None
    package = folder.name.replace("-", "_")
    version = manifest.plugin.version
    info = f"{package}-{version}.dist-info"
    path = out / f"{package}-{version}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {folder.name}\nVersion: {version}\n{requires}"
    names: list[str] = []
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((folder / "src").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                names.append(str(file.relative_to(folder / "src")))
                archive.write(file, names[-1])
        for name, text in (
            ("METADATA", metadata),
            ("WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
                      "Tag: py3-none-any\n"),
            ("entry_points.txt", f"[shapan.plugins]\n{package} = {package}\n"),
        ):  # fmt: skip
            names.append(f"{info}/{name}")
            archive.writestr(names[-1], text)
        record = "".join(f"{name},,\n" for name in [*names, f"{info}/RECORD"])
        archive.writestr(f"{info}/RECORD", record)
    return path


def set_version(folder: Path, old: str, new: str) -> None:
    for path in (folder / "pyproject.toml", next(folder.rglob("shapan.toml"))):
        path.write_text(path.read_text().replace(f'version = "{old}"', f'version = "{new}"'))


@pytest.fixture
def gauge(tmp_path: Path) -> Path:
    """A plugin project as the template makes it."""
    folder = tmp_path / "tide-gauge"
    new_plugin(folder)
    return folder


def test_the_template_is_a_plugin_as_it_is(gauge: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "validate", str(gauge), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {"folder": str(gauge), "id": "org.example.tide-gauge", "error": None}
    assert main(["plugins", "test", str(gauge), "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)
    assert "panel summary" in [one["check"] for one in checks]
    assert checks[-1] == {"check": "its own tests", "passed": True, "problem": ""}


def test_the_contract_kit_finds_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_plugin(tmp_path, "wrong", """
    [[panels]]
    id = "raises"
    code = "wrong.code:raises"
    [[panels]]
    id = "ticks"
    code = "wrong.code:Ticks"
    [[connectors]]
    id = "deaf"
    code = "wrong.code:Deaf"
    [[analyses]]
    id = "empty"
    code = "wrong.code:Empty"
    [[commands]]
    id = "gone"
    code = "wrong.code:gone"
    """, """
    import time
    try:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QWidget
        kept = []
        class Ticks(QWidget):
            def __init__(self, context):
                super().__init__()
                timer = QTimer(); timer.start(10); kept.append(timer)
    except PermissionError:
        pass
    def raises(context): raise LookupError("no widget today")
    class Deaf:
        def __init__(self, context): pass
        def run(self): time.sleep(3600)
    class Empty:
        def __init__(self, context): pass
    """)  # fmt: skip
    assert main(["plugins", "test", str(tmp_path / "wrong"), "--json"]) == 1
    problems = {one["check"]: one["problem"] for one in json.loads(capsys.readouterr().out)}
    assert "LookupError: no widget today" in problems["panel raises"]
    assert "1 timer(s) still run" in problems["panel ticks"]
    assert "did not end within 10 s" in problems["connector deaf: runs and ends when asked"]
    assert "lacks run" in problems["analysis empty: has what its kind needs"]
    assert "has no attribute 'gone'" in problems["command gone"]


def test_new_refuses_a_folder_that_is_taken(
    gauge: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "new", str(gauge)]) == 1
    assert "is not empty; choose another folder" in capsys.readouterr().err
    assert main(["plugins", "new", str(gauge.parent / "123")]) == 1
    assert "cannot be the name of a Python package" in capsys.readouterr().err
    assert main(["plugins"]) == 2


@pytest.mark.gui
def test_a_wheel_is_installed_updated_and_removed_in_the_dialog(
    qtbot: QtBot, make_window: MakeWindow, project: Path, gauge: Path, tmp_path: Path
) -> None:
    window = make_window(project)
    hub = window.plugins
    hub.show_dialog()
    dialog = hub.dialog
    assert dialog is not None

    def listed() -> bool:
        rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
        return any("Tide gauge" in row for row in rows)

    assert not listed()
    dialog.install_from(str(wheel_of(gauge, tmp_path)))
    qtbot.waitUntil(listed, timeout=60_000)
    plugin_id = "org.example.tide-gauge"
    qtbot.waitUntil(lambda: f"{plugin_id} 0.1.0 is installed." in dialog.progress.text())
    place = hub.places[f"{plugin_id}.summary"]
    qtbot.waitUntil(lambda: place.panel is not None, timeout=10_000)
    table = place.panel.table  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: table.rowCount() == 1, timeout=20_000)
    assert [table.item(0, n).text() for n in range(3)] == ["building", "4", "42.5"]

    # Its process shows in the dialog, its settings make a form.
    dialog.select(plugin_id)
    dialog.tabs.setCurrentWidget(dialog.workers)
    qtbot.waitUntil(lambda: dialog.workers.rowCount() == 1)
    qtbot.waitUntil(lambda: dialog.workers.item(0, 3).text() != "", timeout=10_000)  # type: ignore[union-attr]
    form = dialog.settings.widget()
    assert isinstance(form, SettingsForm)
    form.fields["decimals"].setValue(3)  # type: ignore[attr-defined]
    assert hub.host.settings(plugin_id) == {"decimals": 3}

    set_version(gauge, "0.1.0", "0.2.0")
    panel = next((gauge / "src").rglob("panel.py"))
    panel.write_text(panel.read_text().replace('"Refresh"', '"Count again"'))
    dialog.install_from(str(wheel_of(gauge, tmp_path)))
    qtbot.waitUntil(lambda: "0.2.0 is installed." in dialog.progress.text(), timeout=60_000)
    qtbot.waitUntil(lambda: hub.places.get(f"{plugin_id}.summary") not in {None, place})
    fresh = hub.places[f"{plugin_id}.summary"]
    qtbot.waitUntil(lambda: fresh.panel is not None, timeout=10_000)
    assert fresh.panel.refresh.text() == "Count again"  # type: ignore[union-attr]
    assert hub.host.settings(plugin_id) == {"decimals": 3}

    qtbot.mouseClick(dialog.enable, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not hub.places)
    qtbot.mouseClick(dialog.enable, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(hub.places))

    record = dialog.current
    assert record is not None
    dialog.remove_now(record)
    qtbot.waitUntil(lambda: not listed(), timeout=10_000)
    assert not (hub.state.plugins_folder / plugin_id).exists()
    assert not hub.places
    dialog.accept()


@pytest.mark.gui
def test_permissions_are_asked_in_words_and_granted_once(
    qtbot: QtBot, make_window: MakeWindow, gauge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = next(gauge.rglob("shapan.toml"))
    manifest.write_text(
        manifest.read_text() + '\n[permissions]\ntwin = true\nnetwork = ["tides.example:443"]\n'
    )
    monkeypatch.setenv("SHAPAN_PLUGINS", str(gauge))
    window = make_window()
    hub = window.plugins
    qtbot.waitUntil(lambda: "asks for permissions" in window.overlays.notice.text)
    assert not hub.places
    hub.show_dialog()
    assert hub.dialog is not None
    qtbot.waitUntil(lambda: hub.dialog.enable.text() == "Permissions…")  # type: ignore[union-attr]

    asked: list[str] = []

    def allow() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, GrantDialog)
        asked.append(box.list.text())
        box.accept()

    from PySide6.QtCore import QTimer

    QTimer.singleShot(300, allow)
    qtbot.mouseClick(hub.dialog.enable, Qt.MouseButton.LeftButton)
    assert "Change the project; every change can be undone" in asked[0]
    assert "Connect to tides.example:443" in asked[0]
    qtbot.waitUntil(lambda: bool(hub.places))
    hub.dialog.accept()
    assert PluginState(window.services.settings.folder).decision("org.example.tide-gauge").granted


def test_a_package_that_is_no_plugin_and_a_broken_one_leave_nothing_behind(
    tmp_path: Path, gauge: Path
) -> None:
    state = PluginState(tmp_path / "settings")
    wheel = wheel_of(gauge, tmp_path)
    broken = tmp_path / "broken-1.0-py3-none-any.whl"
    broken.write_bytes(wheel.read_bytes()[:400])
    plain = tmp_path / "plain-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("plain.py", "")
        archive.writestr(
            "plain-1.0.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: plain\nVersion: 1.0.0\n"
        )
        archive.writestr(
            "plain-1.0.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("plain-1.0.0.dist-info/RECORD", "")
    with pytest.raises(PluginError, match="no plugin of Shapan"):
        install(str(plain), state, [], Job())
    with pytest.raises(PluginError, match="could not be installed"):
        install(str(broken), state, [], Job())
    assert list(state.plugins_folder.iterdir()) == []


def test_an_installed_plugin_cannot_take_the_id_of_one_in_development(
    tmp_path: Path, gauge: Path
) -> None:
    known = [find_one(gauge)]
    state = PluginState(tmp_path / "settings")
    with pytest.raises(PluginError, match="development plugin has this id already"):
        install(str(wheel_of(gauge, tmp_path)), state, known, Job())
    assert list(state.plugins_folder.iterdir()) == []


def test_an_environment_that_cannot_be_had_leaves_nothing_and_says_why(
    tmp_path: Path, gauge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = next(gauge.rglob("shapan.toml"))
    manifest.write_text(manifest.read_text() + '\n[environment]\npackages = ["numpy<2"]\n')
    for name in ("UV_OFFLINE", "UV_NO_INDEX", "PIP_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    with pytest.raises(PluginError, match=r"org\.example\.tide-gauge: its packages could not"):
        make_environment(find_one(gauge), tmp_path / "environments", Job())
    assert not [p for p in (tmp_path / "environments").glob("*") if p.is_dir()]


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv makes the environment quickly")
def test_a_worker_runs_in_an_environment_of_its_own_when_requirements_clash(
    tmp_path: Path, gauge: Path
) -> None:
    """The clash is real: this process has numpy 2, the worker asks for another packaging."""
    from plugin_support import wait_until
    from plugins.host.environments import needs_of, needs_own_environment
    from plugins.host.harness import PluginHarness

    manifest = next(gauge.rglob("shapan.toml"))
    manifest.write_text(manifest.read_text() + '\n[environment]\npackages = ["packaging<24"]\n')
    worker = next((gauge / "src").rglob("worker.py"))
    worker.write_text(
        worker.read_text() + "\n    def versions(self):\n        import packaging, sys\n"
        "        return packaging.__version__, sys.prefix\n"
    )
    found = find_one(gauge)
    assert needs_own_environment(found)
    assert needs_of(found).clashing[0].startswith("packaging<24 (here is ")
    with PluginHarness(gauge) as harness:
        with pytest.raises(PluginError, match="needs an environment of its own"):
            harness.worker("statistics").call("by_type")
        try:
            make_environment(found, harness.host.state.environments_folder, Job())
        except PluginError as error:
            pytest.skip(f"no package index here: {error}")
        version, prefix = harness.worker("statistics").call("versions").result(60)
        assert version.startswith("23.")
        assert prefix != sys.prefix
        rows = harness.worker("statistics").call("by_type").result(60)
        assert ["building", 4, 17.5] in rows
        wait_until(lambda: True)


def test_a_plugin_packs_as_a_wheel_with_its_manifest(gauge: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["uv", "build", "--wheel", "--out-dir", str(tmp_path / "out"), str(gauge)],
        capture_output=True, text=True, check=False,
    ) if shutil.which("uv") else None  # fmt: skip
    if done is None or done.returncode:
        pytest.skip("no builder here: " + (done.stderr[-200:] if done else "uv is not installed"))
    (wheel,) = (tmp_path / "out").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "tide_gauge/shapan.toml" in names
