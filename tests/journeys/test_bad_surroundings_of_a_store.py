"""What the command line says where disk, store or another process stand against it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.cli.integrity import check_project
from app.cli.opening import ProjectNotOpenedError
from older_formats import FORMAT_5, made_older
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

FRAME = Frame("EPSG:25833", (390_000.0, 5_818_000.0, 0.0))
OSM = "gis_vector/graphhopper-osm/berlin-siegessaeule.osm.gz"


def shapan(*words: object, expect: int) -> subprocess.CompletedProcess[str]:
    """Run one command; the exit code must be *expect*, and no traceback may be shown."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "city.shapan"
    with Twin.create(folder, FRAME) as twin:
        made = [Entity(f"e{n}", "pump", f"P{n}", (float(n), 0.0, 0.0)) for n in range(400)]
        twin.execute(AddEntities(made))
    return folder


# -- a full disk -----------------------------------------------------------------------


def small_disk(folder: Path, size: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a mount namespace of its own with a small disk at *folder*."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    mount = f"mount -t tmpfs -o size={size} tmpfs {folder}"
    probe = subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this system lets nobody mount a small disk")
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount} && {script}"],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_a_disk_that_fills_up_during_an_import_is_said_and_what_was_saved_stays(
    tmp_path: Path, project: Path, real_data: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    there = disk / project.name
    shapan_ = f"{sys.executable} -m app"
    done = small_disk(
        disk,
        "2m",
        f"cp -r {project} {there} && {shapan_} add {there} {real_data / OSM}; echo code $? &&"
        f" {shapan_} check {there} && {shapan_} entities {there} --json && ls {there}/base",
    )
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert errors and all("berlin" in line or "twin.gpkg" in line for line in errors)
    assert any(word in errors[0] for word in ("space", "full", "written")), errors
    assert "code 1" in done.stdout and ": sound" in done.stdout
    assert len(json.loads(done.stdout[done.stdout.index("[") : done.stdout.rindex("]") + 1])) == 400
    assert done.stdout.strip().endswith("]"), "nothing half imported is left"


def test_a_disk_that_fills_up_during_edits_refuses_them_and_takes_them_later(
    tmp_path: Path, project: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    there = disk / project.name
    program = tmp_path / "edit.py"
    program.write_text(
        textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from twin_model.commands import AddEntities
            from twin_model.entity import Entity
            from twin_model.errors import StoreError
            from twin_model.store.verify import verify_store
            from twin_model.twin import Twin
            ballast = Path(sys.argv[1]).parent / "ballast"
            with Twin.open(Path(sys.argv[1])) as twin:
                taken = 0
                for n in range(100_000):
                    try:
                        twin.execute(AddEntities([Entity(f"x{n}", "pump", "p" * 2000)]))
                    except StoreError as error:
                        print(error)
                        break
                    taken += 1
                assert twin.count() == 400 + taken and taken > 10, taken
                try:
                    twin.set_view_state({"a": "b" * 3_000_000})
                except StoreError as error:
                    print(error)
                ballast.unlink()
                twin.execute(AddEntities([Entity("after", "pump")]))
                assert twin.undo() == "Add pump"
                assert verify_store(twin) == []
            with Twin.open(Path(sys.argv[1])) as twin:
                assert twin.count() == 400 + taken
                assert verify_store(twin) == []
            print("sound")
            """
        )
    )
    done = small_disk(
        disk,
        "6m",
        f"cp -r {project} {there} && dd if=/dev/zero of={disk}/ballast bs=1M count=2 2>/dev/null"
        f" && {sys.executable} {program} {there}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said, view, last = done.stdout.splitlines()
    assert "twin.gpkg could not be written" in said and "free some disk space" in said
    assert "the view could not be saved" in view
    assert last == "sound"


# -- damage ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_damaged_pages_are_one_line_errors_of_every_command(project: Path, seed: int) -> None:
    store = project / "twin.gpkg"
    content = bytearray(store.read_bytes())
    chance = random.Random(seed)
    pages = len(content) // 4096
    for page in chance.sample(range(1, pages), pages // 3):
        content[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
    store.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "app", "check", str(project)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 3) and "Traceback" not in done.stderr
    assert "twin.gpkg" in done.stderr or "journal" in done.stderr
    for words in (("entities", "--json"), ("layers",), ("settings",)):
        done = subprocess.run(
            [sys.executable, "-m", "app", words[0], str(project), *words[1:]],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        if done.returncode:
            (line,) = done.stderr.splitlines()
            assert line.startswith("error: ") and "twin.gpkg" in line


def test_a_newer_format_is_refused_by_every_command_and_left_alone(project: Path) -> None:
    connection = sqlite3.connect(project / "twin.gpkg")
    connection.execute("UPDATE shapan_meta SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()
    before = (project / "twin.gpkg").read_bytes()
    for words in (
        ["entities"],
        ["check"],
        ["check", "--repair"],
        ["settings", "--division", "330206"],
    ):
        done = shapan(words[0], project, *words[1:], expect=3)
        (line,) = done.stderr.splitlines()
        assert "newer Shapan (format 99" in line and "update Shapan" in line
    assert (project / "twin.gpkg").read_bytes() == before


# -- another process -------------------------------------------------------------------


def test_who_writes_elsewhere_is_named_and_reading_goes_on(project: Path) -> None:
    with Twin.open(project) as twin:
        line = shapan("settings", project, "--division", "330206", expect=3).stderr
        assert "open for writing in process" in line
        twin.execute(AddEntities([Entity("fresh", "pump", "Fresh")]))
        found = json.loads(
            shapan("entities", project, "--where", "name = Fresh", "--json", expect=0).stdout
        )
        assert [entity["id"] for entity in found] == ["fresh"]
        assert verify_store(twin) == []


# -- an older format -------------------------------------------------------------------


def test_check_names_the_command_that_brings_an_older_project_to_this_format(project: Path) -> None:
    made_older(project, only=FORMAT_5)
    with pytest.raises(ProjectNotOpenedError) as raised:
        check_project(project, repair=False)
    assert raised.value.remedy.startswith(f"run shapan check {project} --repair")
    assert check_project(project, repair=True) == []
    assert check_project(project, repair=False) == []
