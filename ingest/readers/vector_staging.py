"""Puts a vector source before GDAL in a state that GDAL reads well, never touching the source.

What has to change (a missing .shx, an encoding, members of an archive) is written to a temporary
folder that goes away with the reading.
"""

from __future__ import annotations

import codecs
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from ingest.readers.shapefile_index import rebuild_index, stated_bytes
from ingest.readers.text_encoding import detect_encoding, write_utf8
from ingest.readers.vector_sniff import ZIP_MEMBERS
from ingest.readers.xml_guard import refuse_document_type
from ingest.readers.zip_guard import extract_member, member_name, safe_members
from twin_model.errors import SourceError

_SIDECARS: Final = (".dbf", ".prj", ".cpg", ".shx")
_CODE_PAGES: Final = {"88591": "latin-1", "88592": "iso8859-2", "65001": "utf-8", "20127": "ascii"}
_LANGUAGE_DRIVERS: Final = {
    0x4D: "gbk",
    0x4F: "cp950",
    0x03: "cp1252",
    0x13: "cp932",
    0x4E: "cp949",
}


@dataclass
class Staged:
    """What GDAL shall open.

    Parameters
    ----------
    datasets : list of (str, str or None)
        GDAL dataset name and encoding of its text, None to leave that to GDAL.
    warnings : list of str
    """

    datasets: list[tuple[str, str | None]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@contextmanager
def staged(path: Path, form: str, job: Job) -> Iterator[Staged]:
    """Yield the datasets of a source; they vanish when the context ends.

    Parameters
    ----------
    path : Path
    form : str
        As `vector_sniff.sniff` names it.
    job : Job

    Raises
    ------
    SourceError
        If the source must not or cannot be opened.
    Cancelled
    """
    with tempfile.TemporaryDirectory(prefix="shapan-vector-") as name:
        out = Staged()
        _stage(path.resolve(), form, Path(name), out, job)
        yield out


def _stage(path: Path, form: str, room: Path, out: Staged, job: Job) -> None:
    if path.is_file() and _starts_with(path, b"PK\x03\x04"):
        _stage_archive(path, form, room, out, job)
    elif form in ("KML", "GPX", "GML"):
        refuse_document_type(path)
        out.datasets.append((_stage_xml(path, form, room, out, job), None))
    elif form == "Shapefile":
        out.datasets.append(_stage_shapefile(path, room, out, job))
    elif form in ("GeoJSON", "TopoJSON", "GeoJSONSeq", "CSV"):
        out.datasets.append((_stage_text(path, form, room, out, job), None))
    elif form == "KMZ":
        raise SourceError(path, "is not a zip archive, as a KMZ must be", remedy="fetch it again")
    else:
        out.datasets.append((str(path), None))


def _stage_text(path: Path, form: str, room: Path, out: Staged, job: Job) -> str:
    encoding = detect_encoding(path, job)
    # GDAL names the table after the file, so the copy keeps the name; it tells CSV by the suffix.
    prefix = {"GeoJSON": "GeoJSON:", "GeoJSONSeq": "GeoJSONSeq:", "TopoJSON": "TopoJSON:"}.get(
        form, ""
    )
    if encoding == "utf-8":
        return f"{prefix}{path}"
    copy = room / path.name
    write_utf8(path, encoding, copy, job)
    out.warnings.append(f"the text is not UTF-8; read as {encoding.upper()}")
    return f"{prefix}{copy}"


def _stage_xml(path: Path, form: str, room: Path, out: Staged, job: Job) -> str:
    with path.open("rb") as stream:
        head = stream.read(512)
    declared = re.search(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", head)
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    copy = room / path.name
    if name.startswith(("gb", "big5")):
        # Expat knows neither.
        write_utf8(path, "gb18030" if name.startswith("gb") else name, copy, job)
        out.warnings.append(f"the text is {name.upper()}; read as UTF-8")
        return str(copy)
    if form != "GML":
        return str(path)
    # GDAL writes a .gfs beside a GML file without schema; here it lands in the temporary folder.
    _link(path, copy)
    schema = path.with_suffix(".xsd")
    if schema.is_file():
        refuse_document_type(schema)
        _link(schema, room / schema.name)
    return str(copy)


def _stage_shapefile(path: Path, room: Path, out: Staged, job: Job) -> tuple[str, str | None]:
    sidecars = {suffix: _sibling(path, suffix) for suffix in _SIDECARS}
    with path.open("rb") as stream:
        stated = stated_bytes(stream.read(100))
    if stated < 0:
        raise SourceError(path, "the Shapefile header is damaged", remedy="fetch it again")
    encoding = _dbf_encoding(sidecars[".dbf"], sidecars[".cpg"], out)
    if sidecars[".dbf"] is None:
        out.warnings.append("there is no .dbf beside it, so the features have no attributes")
    size = path.stat().st_size
    if sidecars[".shx"] is not None and stated == size:
        return str(path), encoding
    for suffix, sibling in sidecars.items():
        if sibling is not None and suffix != ".shx":
            _link(sibling, room / f"{path.stem}{suffix}")
    _link(path, room / f"{path.stem}.shp")
    records, complete = rebuild_index(path, room / f"{path.stem}.shx", job)
    if stated > size or not complete:
        if records == 0:
            raise SourceError(path, "the file is cut short; no record is whole")
        out.warnings.append(f"the file is cut short or damaged; {records} whole records are read")
    else:
        out.warnings.append("there is no .shx beside it; the index was rebuilt from the .shp")
    return str(room / f"{path.stem}.shp"), encoding


def _stage_archive(path: Path, form: str, room: Path, out: Staged, job: Job) -> None:
    members = safe_members(path)
    if form == "FileGDB":
        out.datasets.append((str(path), None))
        return
    count = 0
    for info in members:
        name = Path(member_name(info))
        suffix = name.suffix.lower()
        inner = ZIP_MEMBERS.get(suffix)
        if inner is None or inner == "FileGDB" or (form == "KMZ" and inner != "KML"):
            continue
        count += 1
        folder = room / str(count)
        folder.mkdir()
        _extract_family(path, name, members, folder, job)
        _stage(folder / name.name, inner, _made(folder / "room"), out, job)
    if not out.datasets:
        raise SourceError(path, "the archive holds no vector data that can be read")


def _extract_family(
    path: Path, name: Path, members: list[zipfile.ZipInfo], folder: Path, job: Job
) -> None:
    """Extract a member and what belongs to it, by base name."""
    for info in members:
        candidate = Path(member_name(info))
        wanted = candidate == name or (
            name.suffix.lower() == ".shp"
            and candidate.parent == name.parent
            and candidate.stem.lower() == name.stem.lower()
            and candidate.suffix.lower() in _SIDECARS
        )
        if wanted:
            # Only the base name is used: nothing can land outside the folder.
            extract_member(path, info, folder / candidate.name, job)


def _dbf_encoding(dbf: Path | None, cpg: Path | None, out: Staged) -> str | None:
    """Return the Python codec of a .dbf: what .cpg says, its language byte, else its own text."""
    if dbf is None:
        return None
    if cpg is not None:
        with cpg.open("rb") as stream:
            stated = stream.read(64).decode("ascii", "replace").strip()
        digits = re.sub(r"\D", "", stated)
        for name in (stated, _CODE_PAGES.get(digits, ""), f"cp{digits}" if digits else ""):
            try:
                return _gdal_encoding(codecs.lookup(name).name)
            except LookupError:
                continue
        out.warnings.append(f"the .cpg names an unknown encoding ({stated[:20]!r})")
    with dbf.open("rb") as stream:
        data = stream.read(1 << 20)
    if len(data) > 29 and data[29] in _LANGUAGE_DRIVERS:
        return _gdal_encoding(_LANGUAGE_DRIVERS[data[29]])
    encoding = _gdal_encoding(_guess_dbf(data[32:]))
    if encoding != "UTF-8":
        out.warnings.append(f"the attributes' encoding is not stated; read as {encoding}")
    return encoding


def _gdal_encoding(codec: str) -> str:
    """Return iconv's name of a Python codec; the two differ for the ISO 8859 family only."""
    name = codec.upper().replace("_", "-")
    name = {"LATIN-1": "ISO8859-1", "ASCII": "UTF-8"}.get(name, name)
    return name.replace("ISO8859", "ISO-8859")


def _guess_dbf(data: bytes) -> str:
    if data.isascii():
        return "utf-8"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # GB 2312 characters are pairs of high bytes; accented Latin letters mostly stand alone.
    runs = [len(run) for run in re.findall(rb"[\xa1-\xfe]+", data)]
    even = sum(1 for length in runs if length % 2 == 0)
    return "gb18030" if runs and even >= 0.8 * len(runs) else "latin-1"


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _sibling(path: Path, suffix: str) -> Path | None:
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError:
        # Windows without the right to make links.
        shutil.copyfile(source, target)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
