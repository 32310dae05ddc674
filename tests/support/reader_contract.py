"""The suite that every reader passes; a format's tests inherit `ReaderContract`.

class TestLas(ReaderContract):
    reader = LasReader()
    files = ["pointcloud/pdal/las/1.2-with-color.las"]
"""

from __future__ import annotations

import random
import shutil
import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import MeshChunk, PointChunk, Reader, ReadOptions, SourceInfo
from twin_model.errors import Cancelled, ShapanError


def head_of(path: Path) -> bytes:
    """Return the bytes that detection sees."""
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return stream.read(512)


def consume(reader: Reader, path: Path, job: Job | None = None) -> list[Any]:
    """Read everything and check what every chunk must satisfy."""
    chunks = []
    for chunk in reader.read(path, ReadOptions(), job or Job()):
        if isinstance(chunk, PointChunk):
            assert chunk.position.dtype == np.float64
            assert chunk.position.ndim == 2 and chunk.position.shape[1] == 3
            for values in (chunk.colour, chunk.intensity, chunk.classification):
                assert values is None or len(values) == len(chunk)
        if isinstance(chunk, MeshChunk):
            assert chunk.position.shape[1] == 3
            if len(chunk.triangles):
                assert int(chunk.triangles.max()) < len(chunk.position)
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
        data = sample.read_bytes()
        for step in range(20):
            cut = tmp_path / f"cut{step}{''.join(sample.suffixes)}"
            cut.write_bytes(data[: len(data) * step // 20])
            self._survives(cut)

    def test_flipped_bits_never_crash(self, sample: Path, tmp_path: Path) -> None:
        if sample.is_dir():
            pytest.skip("a folder has no bytes to flip")
        source = sample.read_bytes()
        for seed in range(12):
            data = bytearray(source)
            chance = random.Random(seed)
            span = min(len(data), 512) if seed % 2 else len(data)
            for _ in range(16):
                data[chance.randrange(span)] ^= 1 << chance.randrange(8)
            flipped = tmp_path / f"flip{seed}{''.join(sample.suffixes)}"
            flipped.write_bytes(bytes(data))
            self._survives(flipped)

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

    def _survives(self, path: Path) -> None:
        """Inspecting and reading either works or says in one line why not."""
        for attempt in (
            lambda: self.reader.inspect(path, Job()),
            lambda: consume(self.reader, path),
        ):
            try:
                attempt()
            except ShapanError as error:
                assert "\n" not in str(error) and str(path.name) in str(error), str(error)
