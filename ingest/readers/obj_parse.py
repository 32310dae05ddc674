"""The text of Wavefront OBJ as arrays, a block of lines at a time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from twin_model.errors import SourceError

_BLOCK_CHARACTERS: Final = 1 << 20
#: A polygon with more corners is not a face of a model.
_MAX_CORNERS: Final = 100_000
#: Numbers beyond this are beyond every file's vertices.
_MOST_VERTICES: Final = 2**31 - 2
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SLASHES: Final = re.compile(r"/(?=/|\s|$)")


@dataclass
class Faces:
    """Polygons of one material.

    Parameters
    ----------
    corners : list of (n, 3) int32 arrays
        Vertex, texture-coordinate and normal number of each corner, from 0; -1 for none.
    lengths : list of (m,) int64 arrays
        Corners of each polygon.
    """

    corners: list[npt.NDArray[np.int32]] = field(default_factory=list)
    lengths: list[npt.NDArray[np.int64]] = field(default_factory=list)


@dataclass
class ObjText:
    """Everything that one file says.

    Parameters
    ----------
    position, uv, normal : list of arrays
        Rows of 3, 2 and 3 numbers; NaN where a number cannot be read.
    colour : list of (int, (n, 3) array)
        Runs of colours, 0 to 1, and the vertex with which each begins; NaN where there is none.
    faces : dict of str to Faces
        By material name.
    libraries : list of str
        Names after ``mtllib``.
    lines, bad_faces, bad_numbers : int
        Line elements left out, faces that cannot be used, and lines with unreadable numbers.
    """

    position: list[npt.NDArray[np.float64]] = field(default_factory=list)
    colour: list[tuple[int, npt.NDArray[np.float64]]] = field(default_factory=list)
    uv: list[npt.NDArray[np.float64]] = field(default_factory=list)
    normal: list[npt.NDArray[np.float64]] = field(default_factory=list)
    faces: dict[str, Faces] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    lines: int = 0
    bad_faces: int = 0
    bad_numbers: int = 0


def parse_obj(path: Path, job: Job) -> ObjText:
    """Read a file.

    Raises
    ------
    SourceError
        If it cannot be read or is not text.
    """
    parser = _Parser()
    try:
        total = path.stat().st_size
        done = 0
        for lines, size in _blocks(path):
            done += size
            job.report("Reading lines", done, total, "bytes")
            for keyword, run in groupby(lines, key=_keyword):
                parser.take(keyword, list(run))
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    return parser.text


def _keyword(line: str) -> str:
    return line.split(None, 1)[0] if line and not line.isspace() else ""


def _blocks(path: Path) -> Iterator[tuple[list[str], int]]:
    """Yield whole logical lines, without comments, and how many bytes they took."""
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(_encoding(head))(errors="replace")
        rest = ""
        while data := stream.read(_BLOCK_CHARACTERS):
            text = rest + decoder.decode(data)
            cut = text.rfind("\n")
            if cut < 0 and len(text) < 64 * _BLOCK_CHARACTERS:
                rest = text
                continue
            if "\0" in text:
                raise SourceError(path, "not a text file", remedy="check the file's type")
            rest = text[cut + 1 :]
            # A backslash at the end joins a line to the next one, which must be there too.
            while text[: cut + 1].rstrip("\r\n").endswith("\\") and cut > 0:
                cut = text.rfind("\n", 0, cut)
                rest = text[cut + 1 :]
            yield _lines(text[: cut + 1]), len(data)
        yield _lines(rest), 0


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[:1] == b"\0" and head[2:3] == b"\0":
        return "utf-16-be"
    return "utf-16-le" if head[1:2] == b"\0" and head[3:4] == b"\0" else "utf-8"


def _lines(text: str) -> list[str]:
    if "\\" in text:
        text = re.sub(r"\\\r?\n", " ", text)
    lines = text.splitlines()
    if "#" in text:
        lines = [line.split("#", 1)[0] if "#" in line else line for line in lines]
    return lines


class _Parser:
    def __init__(self) -> None:
        self.text = ObjText()
        self.material = ""
        self.counts = {"v": 0, "vt": 0, "vn": 0}

    def take(self, keyword: str, lines: list[str]) -> None:
        """Take a run of lines that begin with the same word."""
        if keyword == "v":
            self._vertices(lines)
        elif keyword in ("vt", "vn"):
            width = 2 if keyword == "vt" else 3
            rows = self._numbers(lines, width, width)
            (self.text.uv if keyword == "vt" else self.text.normal).append(rows[:, :width])
            self.counts[keyword] += len(rows)
        elif keyword == "f":
            self._faces([line[line.index("f") + 1 :] for line in lines])
        elif keyword == "usemtl":
            self.material = _argument(lines[-1])
        elif keyword == "mtllib":
            self.text.libraries += [_argument(line) for line in lines]
        elif keyword == "l":
            self.text.lines += len(lines)

    def _vertices(self, lines: list[str]) -> None:
        rows = self._numbers(lines, 3, 6)
        colour = rows[:, 3:6]
        if colour.shape[1] == 3 and np.isfinite(colour).any():
            self.text.colour.append((self.counts["v"], colour))
        self.text.position.append(rows[:, :3])
        self.counts["v"] += len(rows)

    def _numbers(self, lines: list[str], least: int, most: int) -> npt.NDArray[np.float64]:
        """Return a row for every line, NaN for what is missing or cannot be read."""
        words = " ".join(lines).split()
        width, odd = divmod(len(words), len(lines))
        if not odd and width - 1 >= least:
            key = words[0]
            if all(word == key for word in words[::width]):
                try:
                    flat = np.array(words, dtype=object).reshape(-1, width)[:, 1 : most + 1]
                    return flat.astype(np.float64)
                except ValueError:
                    pass
        rows = np.full((len(lines), most), np.nan)
        for row, line in zip(rows, lines):
            values = [_number(word) for word in line.split()[1 : most + 1]]
            row[: len(values)] = values
            self.text.bad_numbers += not np.isfinite(row[:least]).all()
        return rows

    def _faces(self, lines: list[str]) -> None:
        faces = self.text.faces.setdefault(self.material, Faces())
        words = [line.split() for line in lines]
        lengths = np.array([len(row) for row in words], dtype=np.int64)
        flat = [word for row in words for word in row]
        slashes = flat[0].count("/") if flat else 0
        joined = " ".join(flat)
        regular = joined.count("/") == slashes * len(flat) and slashes <= 2
        corners = None
        if regular and flat and lengths.min() >= 3 and lengths.max() <= _MAX_CORNERS:
            corners = _corners(joined, slashes, len(flat))
        if corners is None:
            corners, lengths = self._irregular(words)
        if not len(lengths):
            return
        limits = np.array([self.counts["v"], self.counts["vt"], self.counts["vn"]])
        # Numbers count from 1; negative ones count back from the latest.
        absolute = np.where(corners > 0, corners - 1, np.where(corners < 0, corners + limits, -1))
        absolute[(absolute < 0) & (corners != 0)] = -2
        faces.corners.append(np.clip(absolute, -2, _MOST_VERTICES).astype(np.int32))
        faces.lengths.append(lengths)

    def _irregular(
        self, words: list[list[str]]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        rows: list[list[int]] = []
        lengths: list[int] = []
        for face in words:
            corners = [_corner(word) for word in face]
            if len(corners) < 3 or len(corners) > _MAX_CORNERS or None in corners:
                self.text.bad_faces += 1
                continue
            rows += [corner for corner in corners if corner is not None]
            lengths.append(len(corners))
        return np.array(rows, np.int64).reshape(-1, 3), np.array(lengths, np.int64)


def _corners(joined: str, slashes: int, count: int) -> npt.NDArray[np.int64] | None:
    """Return (count, 3) numbers of corners that are all written alike; None where they are not."""
    text = _SLASHES.sub("/0", joined) if slashes else joined
    try:
        values = np.array(text.replace("/", " ").split(), dtype=object).astype(np.int64)
    except (ValueError, OverflowError):
        return None
    if len(values) != count * (slashes + 1):
        return None
    out = np.zeros((count, 3), np.int64)
    out[:, : slashes + 1] = values.reshape(count, slashes + 1)
    return out


def _corner(word: str) -> list[int] | None:
    parts = word.split("/")[:3]
    try:
        numbers = [int(part) if part else 0 for part in parts]
    except ValueError:
        return None
    if any(abs(number) > 2**40 for number in numbers) or numbers[0] == 0:
        return None
    return numbers + [0] * (3 - len(numbers))


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        found = _NUMBER.match(word)
        return float(found[0]) if found else float("nan")


def _argument(line: str) -> str:
    words: list[Any] = line.split(None, 1)
    return str(words[1]).strip() if len(words) > 1 else ""
