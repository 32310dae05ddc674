"""The table of readers: one that is broken takes no other format with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.registry import reader_for
from twin_model.contributions import CONTRIBUTIONS, Contribution
from twin_model.errors import SourceError


def test_a_reader_that_cannot_be_loaded_costs_its_own_format_only(tmp_path: Path) -> None:
    CONTRIBUTIONS.add(Contribution("reader", "org.test.gone", "no_such_module:Reader", "org.test"))
    try:
        path = tmp_path / "a.geojson"
        path.write_text('{"type": "FeatureCollection", "features": []}')
        assert reader_for(path).name == "vector"
        odd = tmp_path / "a.unknown-format"
        odd.write_bytes(b"\x01\x02")
        with pytest.raises(SourceError, match=r"could not be loaded: org\.test\.gone \(ModuleNot"):
            reader_for(odd)
    finally:
        CONTRIBUTIONS.remove_owner("org.test")
