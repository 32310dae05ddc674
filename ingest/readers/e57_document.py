"""The header and the XML section of an E57 file, judged before libE57 sees the file.

Format: ASTM E2807-11. The file is made of pages whose last four bytes are a checksum; offsets
in the XML count physical bytes, checksums included.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from ingest.readers.xml_guard import refuse_document_type
from twin_model.errors import SourceError

_HEADER: Final = struct.Struct("<8sIIQQQQ")
_PAGE_BYTES: Final = 1024
_MAX_XML_BYTES: Final = 64 << 20
_NAMESPACE: Final = "{http://www.astm.org/COMMIT/E57/2010-e57-v1.0}"
_GPS_EPOCH: Final = dt.datetime(1980, 1, 6, tzinfo=dt.UTC)
_MAX_EMPTY_RECORDS: Final = 1_000_000
_REMEDY: Final = "fetch the file again"


@dataclass(frozen=True)
class Scan:
    """One scan as the XML describes it.

    Parameters
    ----------
    index : int
        Place in ``data3D``.
    records : int
    fields : tuple of str
        Names in the prototype, with the prefix of extensions (``las:classification``).
    rotation : (3, 3) float64 array
    translation : (3,) float64 array
        ``file = rotation @ scan + translation``.
    bounds : (2, 3) float64 array or None
        Lowest and highest coordinates, before the pose.
    intensity : tuple of two floats or None
        Limits.
    colour_max : float
    """

    index: int
    records: int
    fields: tuple[str, ...]
    rotation: npt.NDArray[np.float64]
    translation: npt.NDArray[np.float64]
    bounds: npt.NDArray[np.float64] | None
    intensity: tuple[float, float] | None
    colour_max: float


@dataclass(frozen=True)
class Document:
    """What an E57 file says of itself.

    Parameters
    ----------
    version : str
    scans : tuple of Scan
    images : int
    crs : str
        ``coordinateMetadata``: WKT, or empty.
    epoch : str or None
    """

    version: str
    scans: tuple[Scan, ...]
    images: int
    crs: str
    epoch: str | None


def read_document(path: Path) -> Document:
    """Read and check the header and the XML section.

    Raises
    ------
    SourceError
        If the file is shorter than its header says, its XML is damaged or declares a document
        type, or a scan claims more points than the file has bytes for.
    """
    # Its parser refuses entities; the standard one expands them.
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        with path.open("rb") as stream:
            version, xml = _xml(path, stream)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    refuse_document_type(path, io.BytesIO(xml))
    try:
        root = fromstring(xml)
    except (ParseError, ValueError) as error:
        text = str(error).splitlines()[0][:100]
        raise SourceError(path, f"its XML section is damaged ({text})", remedy=_REMEDY) from None
    prefixes = {
        uri.decode("utf-8", "replace"): name.decode("ascii", "replace")
        for name, uri in re.findall(rb"xmlns:([\w.\-]+)\s*=\s*[\"']([^\"']+)[\"']", xml)
    }
    size = path.stat().st_size
    data = _child(root, "data3D")
    pictures = _child(root, "images2D")
    return Document(
        version,
        tuple(_scan(path, i, node, prefixes, size) for i, node in enumerate(data))
        if data is not None
        else (),
        len(pictures) if pictures is not None else 0,
        _text(root, "coordinateMetadata"),
        _epoch(root),
    )


def _xml(path: Path, stream: io.BufferedReader) -> tuple[str, bytes]:
    head = stream.read(_HEADER.size)
    if head[:8] != b"ASTM-E57":
        raise SourceError(path, "not an E57 file: it does not start with ASTM-E57")
    if len(head) < _HEADER.size:
        raise SourceError(path, "truncated inside its header", remedy=_REMEDY)
    _, major, minor, length, xml_at, xml_bytes, page = _HEADER.unpack(head)
    size = path.stat().st_size
    if size < length:
        raise SourceError(
            path, f"truncated: {size:,} of {length:,} bytes are there", remedy=_REMEDY
        )
    if page != _PAGE_BYTES:
        raise SourceError(path, f"its pages are {page:,} bytes long instead of {_PAGE_BYTES}")
    if not 0 < xml_bytes <= min(_MAX_XML_BYTES, size) or not _HEADER.size <= xml_at < size:
        raise SourceError(path, "the header points to no XML section", remedy=_REMEDY)
    parts = []
    left, at = xml_bytes, xml_at
    while left > 0:
        stream.seek(at)
        room = _PAGE_BYTES - 4 - at % _PAGE_BYTES
        part = stream.read(min(max(room, 0), left))
        if room > 0 and not part:
            raise SourceError(path, "truncated inside its XML section", remedy=_REMEDY)
        parts.append(part)
        left -= len(part)
        at = (at // _PAGE_BYTES + 1) * _PAGE_BYTES
    return f"{major}.{minor}", b"".join(parts)


def _child(node: Element, name: str) -> Element | None:
    return node.find(_NAMESPACE + name)


def _text(node: Element, name: str) -> str:
    child = _child(node, name)
    return (child.text or "").strip() if child is not None else ""


def _number(node: Element | None, name: str, default: float = 0.0) -> float:
    """Return a number; an element without text means zero (E2807, 8.3)."""
    child = _child(node, name) if node is not None else None
    if child is None:
        return default
    try:
        value = float((child.text or "0").strip() or "0")
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _epoch(root: Element) -> str | None:
    seconds = _number(_child(root, "creationDateTime"), "dateTimeValue")
    if not 4.7e8 < seconds < (dt.datetime.now(dt.UTC) - _GPS_EPOCH).total_seconds():
        return None
    return (_GPS_EPOCH + dt.timedelta(seconds=seconds)).date().isoformat()


def _scan(path: Path, index: int, node: Element, prefixes: dict[str, str], size: int) -> Scan:
    points = _child(node, "points")
    prototype = _child(points, "prototype") if points is not None else None
    if points is None or prototype is None:
        raise SourceError(path, f"scan {index + 1} has no points section", remedy=_REMEDY)
    try:
        records = int(points.get("recordCount", "0"))
    except ValueError:
        records = -1
    bits = sum(_bits(field) for field in prototype)
    if records < 0 or records * bits > 8 * size or (not bits and records > _MAX_EMPTY_RECORDS):
        raise SourceError(
            path,
            f"scan {index + 1} claims {records:,} points, more than {size:,} bytes can hold",
            remedy=_REMEDY,
        )
    rotation, translation = _pose(_child(node, "pose"))
    limits = _child(node, "intensityLimits")
    intensity = None
    if limits is not None:
        intensity = (_number(limits, "intensityMinimum"), _number(limits, "intensityMaximum"))
    return Scan(
        index,
        records,
        tuple(_name(field.tag, prefixes) for field in prototype),
        rotation,
        translation,
        _bounds(_child(node, "cartesianBounds")),
        intensity if intensity is not None and intensity[1] > intensity[0] else None,
        max(
            _number(_child(node, "colorLimits"), f"color{band}Maximum", 255.0)
            for band in ("Red", "Green", "Blue")
        ),
    )


def _name(tag: str, prefixes: dict[str, str]) -> str:
    if not tag.startswith("{"):
        return tag
    uri, _, local = tag[1:].partition("}")
    return local if "{" + uri + "}" == _NAMESPACE else f"{prefixes.get(uri, '?')}:{local}"


def _bits(field: Element) -> int:
    """Return the bits that one value of a field takes (E2807, 9.7)."""
    kind = field.get("type")
    if kind == "Float":
        return 32 if field.get("precision") == "single" else 64
    if kind not in ("Integer", "ScaledInteger"):
        return 0
    try:
        span = int(field.get("maximum", 2**63 - 1)) - int(field.get("minimum", -(2**63)))
    except ValueError:
        return 0
    return max(span, 0).bit_length()


def _pose(node: Element | None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    turn = _child(node, "rotation") if node is not None else None
    shift = _child(node, "translation") if node is not None else None
    w, x, y, z = (
        _number(turn, name, 1.0 if turn is None and name == "w" else 0.0) for name in "wxyz"
    )
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    if norm < 1e-9:
        w, norm = 1.0, 1.0
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return rotation, np.array([_number(shift, name) for name in "xyz"])


def _bounds(node: Element | None) -> npt.NDArray[np.float64] | None:
    if node is None:
        return None
    rows: Any = [[_number(node, axis + end) for axis in "xyz"] for end in ("Minimum", "Maximum")]
    bounds = np.array(rows)
    return bounds if (bounds[0] <= bounds[1]).all() and (np.abs(bounds) < 1e9).all() else None
