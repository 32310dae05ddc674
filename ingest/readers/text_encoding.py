"""Which encoding a text file is in, and a copy of it in UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from twin_model.errors import SourceError

_BLOCK: Final = 1 << 20
#: Tried in turn. GB18030 holds GBK and GB2312. Nearly every byte string is Latin-1, so it is last.
_DECLARED: Final = re.compile(r"^(\s*<\?xml[^>]*encoding\s*=\s*[\"'])[^\"']+")
_CANDIDATES: Final = ("utf-8", "gb18030", "latin-1")


def detect_encoding(path: Path, job: Job) -> str:
    """Return the first of UTF-8, GB18030 and Latin-1 in which the whole file decodes.

    Raises
    ------
    SourceError
        If the file cannot be opened.
    Cancelled
    """
    for name in _CANDIDATES[:-1]:
        try:
            for _ in _decoded(path, name, job):
                pass
        except UnicodeDecodeError:
            continue
        return name
    return _CANDIDATES[-1]


def guess_encoding(data: bytes) -> str:
    """Return the encoding of a short piece of text that may end within a character."""
    for name in _CANDIDATES[:-1]:
        try:
            codecs.getincrementaldecoder(name)().decode(data)
        except UnicodeDecodeError:
            continue
        return name
    return _CANDIDATES[-1]


def write_utf8(path: Path, encoding: str, out: Path, job: Job) -> None:
    """Write a copy of *path* in UTF-8 without a byte-order mark, its XML declaration adapted.

    Raises
    ------
    SourceError
        If the file cannot be opened.
    Cancelled
    """
    with out.open("w", encoding="utf-8", newline="") as stream:
        for index, text in enumerate(_decoded(path, encoding, job)):
            start = _DECLARED.sub(r"\1UTF-8", text.removeprefix("\ufeff"), count=1)
            stream.write(start if index == 0 else text)


def _decoded(path: Path, encoding: str, job: Job) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                job.check()
                yield decoder.decode(block)
            yield decoder.decode(b"", final=True)
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror})") from error
