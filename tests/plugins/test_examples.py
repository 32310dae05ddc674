"""The examples in docs/examples: each stands the contract kit and its own tests."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


def shapan(
    *words: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})},
        cwd=EXAMPLES.parents[1], timeout=300,
    )  # fmt: skip


def test_there_is_one_example_of_each_of_the_six_kinds_and_one_without_code() -> None:
    six = ["benchmarks", "heights", "line-meter", "live-values", "tank", "traffic"]
    assert sorted(NAMES) == sorted([*six, "buoys"])


@pytest.mark.parametrize("name", NAMES)
def test_an_example_stands_the_contract_kit_and_its_own_tests(name: str) -> None:
    done = shapan("plugins", "test", str(EXAMPLES / name), "--json")
    checks = json.loads(done.stdout)
    assert [check for check in checks if not check["passed"]] == []
    assert checks[-1]["check"] == "its own tests"
    assert done.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_an_example_uses_nothing_of_shapan_but_the_public_api(name: str) -> None:
    rooms = {"app", "plugins", "ingest", "rendering", "twin_model", "assets"}
    for path in (EXAMPLES / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            used = {one.split(".")[0] for one in names}
            assert not used & rooms, f"{path} imports {used & rooms}"
            assert not [n for n in names if n.startswith("shapan.")], path


def test_the_command_line_adds_a_file_by_a_reader_of_a_plugin_and_exports_it_again(
    tmp_path: Path,
) -> None:
    source = tmp_path / "harbour.bench"
    source.write_text(
        "#BENCH 1\nBM 1;117.000000;30.710000;12.5\nBM 2;117.001000;30.711000;14.25\n",
        encoding="utf-8",
    )
    environment = {"SHAPAN_PLUGINS": str(EXAMPLES / "benchmarks")}
    project = str(tmp_path / "harbour.shapan")
    assert shapan("new", project, "--crs", "EPSG:4549").returncode == 0
    seen = shapan("inspect", str(source), "--json", environment=environment)
    assert json.loads(seen.stdout)[0]["format"] == "Survey benchmarks 1"
    added = shapan("add", project, str(source), environment=environment)
    assert added.returncode == 0, added.stderr
    found = json.loads(shapan("entities", project, "--json").stdout)
    assert sorted(one["name"] for one in found) == ["BM 1", "BM 2"]
    out = tmp_path / "again.bench"
    done = shapan("export", project, str(out), "--where", "name = 'BM 2'", environment=environment)
    assert done.returncode == 0, done.stderr
    heading, row = out.read_text(encoding="utf-8").splitlines()
    assert heading == "#BENCH 1"
    name, longitude, latitude, _ = row.split(";")
    assert name == "BM 2"
    assert float(longitude) == pytest.approx(117.001, abs=1e-7)
    assert float(latitude) == pytest.approx(30.711, abs=1e-7)
    unknown = shapan("add", project, str(source))
    assert unknown.returncode != 0, "without the plugin nobody knows the format"


def test_an_export_that_no_plugin_writes_names_the_formats_there_are(tmp_path: Path) -> None:
    project = str(tmp_path / "p.shapan")
    shapan("new", project, "--crs", "EPSG:4549")
    environment = {"SHAPAN_PLUGINS": str(EXAMPLES / "benchmarks")}
    done = shapan("export", project, str(tmp_path / "x.unknown"), environment=environment)
    assert done.returncode != 0
    assert ".bench" in done.stderr
    assert not (tmp_path / "x.unknown").exists()
