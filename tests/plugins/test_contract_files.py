"""The contract kit tries readers and exporters on files, and says what is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path

from plugin_support import write_plugin
from plugins.host.contract import Check, check_plugin

READER = """
    from shapan import FeatureChunk, SourceInfo
    class Reader:
        def __init__(self, context): pass
        def inspect(self, path, job):
            rows = path.read_text().splitlines()
            return SourceInfo(str(path), "Rows", "features", counts={"features": len(rows) - 1})
        def read(self, path, options, job):
            names = path.read_text().splitlines()[1:]
            assert names, "nothing there"
            yield FeatureChunk("rows", [None] * len(names), {"name": names})
    class Exporter:
        def __init__(self, context): self.context = context
        def export(self, path, query, job):
            found = self.context.twin.query(query)
            path.write_text("#ROWS\\n" + "\\n".join(e.name for e in found[1:]))
"""
MANIFEST = """
    [[readers]]
    id = "rows"
    code = "sloppy.code:Reader"
    suffixes = [".rows"]
    magic = "#ROWS"
    {samples}

    [[exporters]]
    id = "rows"
    code = "sloppy.code:Exporter"
    suffix = ".rows"
    """


def kit(tmp_path: Path, samples: str = "") -> dict[str, Check]:
    write_plugin(tmp_path, "sloppy", MANIFEST.format(samples=samples), READER)
    checks = check_plugin(tmp_path / "sloppy", lambda folder, entry: "")
    return {one.name: one for one in checks}


def test_what_a_reader_and_an_exporter_do_wrong_is_found(tmp_path: Path) -> None:
    tests = tmp_path / "sloppy" / "tests"
    tests.mkdir(parents=True)
    (tests / "three.rows").write_text("#ROWS\na\nb\nc\n")
    found = kit(tmp_path)
    assert found["reader rows: recognises, inspects and reads three.rows"].passed
    assert "AssertionError" in found["reader rows: stands damaged copies"].problem
    assert "is taken" in found["reader rows: refuses an empty file"].problem
    said = found["exporter rows: the file holds all of them"].problem
    assert "8 entities were given, 7 are in the file" in said


def test_a_reader_without_files_to_try_is_said_to_be_untried(tmp_path: Path) -> None:
    found = kit(tmp_path)
    assert "no file to try it on" in found["reader rows: reads files"].note
    missing = kit(tmp_path, 'samples = ["tests/gone.rows"]')
    assert "gone.rows is not there" in missing["reader rows: samples"].problem
