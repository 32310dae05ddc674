"""The suite that every reader passes; a format's tests inherit `ReaderContract`.

class TestLas(ReaderContract):
    reader = LasReader()
    files = ["pointcloud/pdal/las/1.2-with-color.las"]
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import Reader, ReadOptions, SourceInfo
from plugins.host.reader_contract import (
    chunk_problem,
    damaged_copies,
    head_of,
    survival_problem,
)
from twin_model.errors import Cancelled, ShapanError


def consume(reader: Reader, path: Path, job: Job | None = None) -> list[Any]:
    """Read everything and check what every chunk must satisfy."""
    chunks = []
    for chunk in reader.read(path, ReadOptions(), job or Job()):
        assert chunk_problem(chunk) == ""
        chunks.append(chunk)
    return chunks


class ReaderContract:
    """Inherit, name the reader and its real files (relative to the sample folder)."""

    reader: ClassVar[Reader]
    files: ClassVar[list[str]]
    #: Formats whose readers accept folders set this.
    accepts_folder: ClassVar[bool] = False

    @pytest.fixture
    def sample(self, real_data: Path) -> Path:
        return real_data / self.files[0]

    def test_every_real_file_is_recognised_inspected_and_read(self, real_data: Path) -> None:
        for name in self.files:
            path = real_data / name
            assert self.reader.can_read(path, head_of(path)), name
            info = self.reader.inspect(path, Job())
            assert isinstance(info, SourceInfo)
            assert info.kind and info.format and info.counts, name
            assert info.error is None
            consume(self.reader, path)

    def test_inspect_is_json(self, sample: Path) -> None:
        import json

        json.dumps(self.reader.inspect(sample, Job()).to_json(), allow_nan=False)

    def test_a_truncated_file_is_an_error_or_the_readable_part(
        self, sample: Path, tmp_path: Path
    ) -> None:
        if sample.is_dir():
            pytest.skip("a folder has no bytes to cut; its files are cut in the format's tests")
        for cut in damaged_copies(sample, tmp_path, cuts=20, flips=0):
            assert survival_problem(self.reader, cut) == ""

    def test_flipped_bits_never_crash(self, sample: Path, tmp_path: Path) -> None:
        if sample.is_dir():
            pytest.skip("a folder has no bytes to flip")
        for flipped in damaged_copies(sample, tmp_path, cuts=0, flips=12):
            assert survival_problem(self.reader, flipped) == ""

    def test_an_empty_file_and_a_folder_are_refused(self, sample: Path, tmp_path: Path) -> None:
        empty = tmp_path / f"empty{sample.suffix}"
        empty.touch()
        with pytest.raises(ShapanError):
            self.reader.inspect(empty, Job())
        if not self.accepts_folder:
            folder = tmp_path / f"folder{sample.suffix}"
            folder.mkdir()
            assert not self.reader.can_read(folder, b"")

    def test_reading_can_be_cancelled(self, sample: Path) -> None:
        job = Job()
        job.cancel()
        with pytest.raises(Cancelled):
            consume(self.reader, sample, job)

    def test_nothing_is_written_beside_the_source(self, sample: Path, tmp_path: Path) -> None:
        copy = tmp_path / "source"
        copy.mkdir()
        if sample.is_dir():
            target = copy / sample.name
            shutil.copytree(sample, target)
        else:
            for sibling in sample.parent.glob(f"{sample.name.split('.')[0]}.*"):
                shutil.copy(sibling, copy / sibling.name)
            target = copy / sample.name
        before = sorted(str(p) for p in copy.rglob("*"))
        self.reader.inspect(target, Job())
        consume(self.reader, target)
        assert sorted(str(p) for p in copy.rglob("*")) == before

    def test_two_threads_share_one_reader(self, sample: Path) -> None:
        failures: list[BaseException] = []

        def work() -> None:
            try:
                consume(self.reader, sample)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
