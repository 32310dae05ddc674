"""Readers of plugins as the importer sees them: each file in a worker process of its own."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from ingest.readers.contract import Chunk, ReadOptions, SourceInfo
from plugins.host.manifest import ReaderEntry
from plugins.host.supervised import Worker
from twin_model.errors import PluginError, SourceError

_HEX: Final = frozenset(string.hexdigits)


class WorkerReader:
    """See `ingest.readers.contract.Reader`.

    Parameters
    ----------
    name : str
        Id of the contribution.
    entry : ReaderEntry
    make : callable
        Returns a new worker for one file, the file among what it may read.
    drop : callable
        Ends such a worker.
    """

    def __init__(
        self,
        name: str,
        entry: ReaderEntry,
        make: Callable[[Path], Worker],
        drop: Callable[[Worker], None],
    ) -> None:
        self.name = name
        self.suffixes = tuple(sorted(entry.suffixes, key=len, reverse=True))
        self._magic = magic_bytes(entry.magic)
        self._offset = entry.magic_offset
        self._make = make
        self._drop = drop

    @property
    def is_certain(self) -> bool:
        """Whether it knows its files by what is in them."""
        return bool(self._magic)

    def can_read(self, path: Path, head: bytes) -> bool:
        """See `Reader`; nothing of the plugin is asked."""
        if self._magic:
            return head[self._offset :].startswith(self._magic)
        return path.name.lower().endswith(self.suffixes)

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """See `Reader`."""
        worker = self._make(path)
        try:
            found = worker.run_job("inspect", job, path=path)
        except PluginError as error:
            raise SourceError(path, str(error)) from error
        finally:
            self._drop(worker)
        if not isinstance(found, SourceInfo):
            raise SourceError(path, f"{self.name} gave a {type(found).__name__} for what it holds")
        return found

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[Chunk]:
        """See `Reader`."""
        worker = self._make(path)
        try:
            yield from worker.stream_job("read", job, path=path, options=options)
        except PluginError as error:
            raise SourceError(path, str(error)) from error
        finally:
            self._drop(worker)


def magic_bytes(text: str) -> bytes:
    """Return the bytes a manifest means: pairs of hexadecimal digits, else the text itself."""
    plain = text.replace(" ", "")
    if plain and len(plain) % 2 == 0 and set(plain) <= _HEX:
        return bytes.fromhex(plain)
    return text.encode("utf-8")
