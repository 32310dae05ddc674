"""Takes members out of zip archives without trusting their names, types or sizes."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from ingest.pipeline.job import Job
from twin_model.errors import SourceError

_MAX_MEMBERS: Final = 10_000
_MAX_TOTAL_BYTES: Final = 4 << 30
#: Deflate cannot exceed 1032:1; text and rasters of real surveys stay far below this.
_MAX_RATIO: Final = 200
_RATIO_FROM_BYTES: Final = 10 << 20
_BLOCK: Final = 1 << 20


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the member's name; one without the UTF-8 flag is read as GB18030 if it is that."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return info.filename


def safe_members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, in its order.

    Raises
    ------
    SourceError
        If it is damaged or encrypted, a name leaves the archive or stands twice, a member is a
        link, or it would unpack to more than a plausible size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SourceError(
            path, f"the zip archive is damaged ({_line(error)})", remedy="fetch it again"
        ) from error
    if len(infos) > _MAX_MEMBERS:
        raise SourceError(path, f"the archive has {len(infos)} members, more than {_MAX_MEMBERS}")
    total = 0
    seen: set[str] = set()
    for info in infos:
        name = member_name(info)
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name:
            raise SourceError(path, f"the archive's member {name[:60]!r} points outside of it")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise SourceError(path, f"the archive's member {name[:60]!r} is a link")
        if info.flag_bits & 0x1:
            raise SourceError(path, "the archive is encrypted", remedy="unpack it first")
        if name.lower() in seen:
            raise SourceError(path, f"the archive has the member {name[:60]!r} twice")
        seen.add(name.lower())
        total += info.file_size
        if info.file_size > max(_RATIO_FROM_BYTES, _MAX_RATIO * info.compress_size):
            raise SourceError(path, f"the archive's member {name[:60]!r} unpacks implausibly large")
    if total > _MAX_TOTAL_BYTES:
        raise SourceError(
            path, f"the archive unpacks to {total >> 20} MiB", remedy="unpack it and add the files"
        )
    return [info for info in infos if not info.is_dir()]


def extract_member(path: Path, info: zipfile.ZipInfo, out: Path, job: Job) -> None:
    """Write one member to *out*, at most the bytes that the directory states; check its sum.

    Raises
    ------
    SourceError
        If the member is damaged or longer than stated.
    Cancelled
    """
    with out.open("wb") as target:
        for block in _blocks(path, info, job):
            target.write(block)


def verify_member(path: Path, info: zipfile.ZipInfo, job: Job) -> None:
    """Read one member to its end and check its sum.

    GDAL's own unpacking of a damaged member has crashed (GDAL 3.10, windowed read of a .hgt).

    Raises
    ------
    SourceError
        If the member is damaged or longer than stated.
    Cancelled
    """
    for _ in _blocks(path, info, job):
        pass


def _blocks(path: Path, info: zipfile.ZipInfo, job: Job) -> Iterator[bytes]:
    read = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
            while block := stream.read(_BLOCK):
                job.check()
                read += len(block)
                if read > info.file_size:
                    raise SourceError(path, f"{info.filename[:60]!r} is longer than stated")
                yield block
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise SourceError(
            path, f"{info.filename[:60]!r} in the archive is damaged ({_line(error)})"
        ) from error
    except Exception as error:
        # zlib.error and lzma.LZMAError share no base but Exception.
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise SourceError(path, f"{info.filename[:60]!r} in the archive is damaged") from error
        raise


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
