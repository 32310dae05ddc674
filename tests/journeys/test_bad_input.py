"""Every malformed, lying or hostile sample: an error or the readable part, never harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from twin_model.twin import Twin

#: Inspects and adds every file in one process, so that memory and time are those of the batch.
_PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from ingest.importer import ImportOptions, add_source, inspect_source
from ingest.pipeline.job import Job
from twin_model.errors import ShapanError
from twin_model.twin import Twin
project, *names = sys.argv[1:]
out = []
with Twin.open(Path(project)) as twin:
    for name in names:
        started = time.monotonic()
        info = inspect_source(Path(name), Job())
        try:
            add_source(twin, Path(name), ImportOptions(), Job())
            error = None
        except ShapanError as problem:
            error = str(problem)
        out.append([name, info.error, info.warnings, error, time.monotonic() - started])
# Not ru_maxrss, which a process begins with from the one that started it.
status = Path("/proc/self/status")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
if status.exists():
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(json.dumps({"files": out, "peak_mb": max(peak, child)}))
"""


def bad_files(real_data: Path) -> list[Path]:
    found = [
        path
        for folder in ("bad_made", "bad_upstream")
        for path in sorted((real_data / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".bin", ".md")
    ]
    assert len(found) > 100
    return found


def snapshot(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def outcome(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, object], Path]:
    folder = tmp_path_factory.mktemp("bad")
    project = folder / "city.shapan"
    from twin_model.frame import Frame

    Twin.create(project, Frame("EPSG:32632", (500_000.0, 5_400_000.0, 0.0))).close()
    before = snapshot(folder.parent) - snapshot(folder)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(project), *map(str, bad_files(real_data))],
        capture_output=True, text=True, timeout=280, check=False,
        env={**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    after = snapshot(folder.parent) - snapshot(folder)
    assert after == before, "something was written outside the project"
    return json.loads(done.stdout.splitlines()[-1]), project


def test_no_file_hangs_and_memory_stays_below_one_gibibyte(
    outcome: tuple[dict[str, object], Path],
) -> None:
    result, _project = outcome
    slow = [row for row in result["files"] if row[4] > 30]  # type: ignore[attr-defined]
    assert not slow
    assert int(result["peak_mb"]) < 1024  # type: ignore[call-overload]


def test_every_error_is_one_line_that_names_the_file(
    outcome: tuple[dict[str, object], Path],
) -> None:
    result, _project = outcome
    for name, inspected, warnings, added, _seconds in result["files"]:  # type: ignore[attr-defined]
        for message in (inspected, added, *warnings):
            if message is not None:
                assert "\n" not in message, message
        for message in (inspected, added):
            if message is not None:
                assert Path(name).name in message, (name, message)


def test_files_that_hold_nothing_readable_are_refused(
    outcome: tuple[dict[str, object], Path],
) -> None:
    result, _project = outcome
    errors = {Path(row[0]).name: row[1] or row[3] for row in result["files"]}  # type: ignore[attr-defined]
    for name in (
        "empty.las", "empty.ifc", "empty.glb", "las_offset_past_eof.las", "tif_ifd_loop.tif",
        "tileset_nan.json", "gltf_huge_accessor.gltf", "gltf_node_cycle.gltf", "xxe.kml",
        "billion_laughs.gml", "ply_count_lie.ply", "pcd_count_lie.pcd", "e57_cut.e57",
        "glb_cut.glb", "geojson_deep.geojson", "zipslip_dotdot.zip",
    ):  # fmt: skip
        assert errors[name], name


def test_the_project_is_unharmed(outcome: tuple[dict[str, object], Path]) -> None:
    from app.cli.integrity import check_project

    _result, project = outcome
    assert check_project(project, repair=False) == []
