"""Fixtures shared by all tests."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Machines are shared and noisy: speed is measured in tests/bench, never asserted here.
settings.register_profile("shapan", deadline=None)
settings.load_profile("shapan")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real sample files: SHAPAN_REAL_DATA, else ../shared/data beside the project."""
    named = os.environ.get("SHAPAN_REAL_DATA")
    for folder in [Path(named)] if named else [ROOT.parent / "shared" / "data"]:
        if (folder / "MANIFEST.csv").is_file():
            return folder
    pytest.skip("no real sample files: set SHAPAN_REAL_DATA to a folder with MANIFEST.csv")


@pytest.fixture(scope="session")
def manifest(real_data: Path) -> list[dict[str, str]]:
    """Rows of the sample files' manifest."""
    with (real_data / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
