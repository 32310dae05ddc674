"""The public API is what api.txt says, every part of it documented and marked."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import shapan
from plugins.host.api_text import api_text
from shapan.stability import stability

SNAPSHOT = Path(shapan.__file__).parent / "api.txt"


def test_the_public_api_is_what_the_snapshot_says() -> None:
    now = api_text()
    if os.environ.get("SHAPAN_WRITE_API"):
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert now == SNAPSHOT.read_text(encoding="utf-8"), (
        "the public API changed: is it meant? Then write api.txt anew (its second line says how), "
        "raise the version in shapan/version.py and tell it in CHANGELOG.md"
    )


def test_every_part_of_the_api_is_marked_and_documented() -> None:
    things = {n: getattr(shapan, n) for n in shapan.__all__ if n != "__version__"}
    assert not [name for name, thing in things.items() if stability(thing) is None]
    assert not [name for name, thing in things.items() if not inspect.getdoc(thing)]


def test_a_worker_imports_the_sdk_without_store_window_or_arrow() -> None:
    code = (
        "import sys, shapan\n"
        "for n in ('SampleBatch','Entity','EntityQuery','EditEntities','Overlay','SourceInfo',\n"
        "          'PointChunk','Report','WorkerContext','Instant','PluginError'):\n"
        "    getattr(shapan, n)\n"
        "import plugins.host.worker.main\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'pyproj', 'PySide6', 'vtkmodules',"
        " 'pyarrow', 'pydantic', 'psygnal', 'shapely', 'sqlite3', 'psutil', 'packaging'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
