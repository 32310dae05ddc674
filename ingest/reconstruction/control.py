"""Control and check points: surveyed places, and where photographs show them.

Two forms are read: a table with a header (CSV, or with tabs, semicolons or blanks between), and
the ``gcp_list.txt`` of OpenDroneMap, whose first line is the CRS and whose others are
``x y z pixel_x pixel_y photo [name]``.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.readers.text_encoding import guess_encoding
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame, crs_name, parse_crs, split_compound

FloatArray = npt.NDArray[np.float64]

_MAX_BYTES: Final = 20 << 20
_HEADER: Final = {
    "name": ("name", "id", "point", "label", "gcp", "点号", "点名", "编号", "名称"),
    "x": ("east", "easting", "x", "e", "lon", "longitude", "y坐标", "东", "东坐标", "经度"),
    "y": ("north", "northing", "y", "n", "lat", "latitude", "x坐标", "北", "北坐标", "纬度"),
    "z": ("height", "h", "z", "elevation", "alt", "altitude", "高程", "高", "大地高"),
    "role": ("role", "type", "use", "kind", "用途", "类型"),
    "photo": ("photo", "image", "picture", "file", "照片", "影像"),
    "x_px": ("x_px", "px", "pixel_x", "u", "col", "column", "像素x"),
    "y_px": ("y_px", "py", "pixel_y", "v", "row", "像素y"),
    "accuracy": ("accuracy", "accuracy_m", "sigma", "精度"),
}
_CHECK_WORDS: Final = ("check", "cp", "checkpoint", "check point", "检查", "检查点")
#: Points may lie as far outside as three times the photographs' own extent.
_FAR_FACTOR: Final = 3.0
_NEAR_M: Final = 300.0


@dataclass(frozen=True)
class Mark:
    """Where one photograph shows a point.

    Parameters
    ----------
    photo : str
        Name of the photograph.
    x_px, y_px : float
        Pixels of the upright photograph at full size; the outer corner of the first is (0, 0).
    """

    photo: str
    x_px: float
    y_px: float


@dataclass
class ControlPoint:
    """A surveyed point.

    Parameters
    ----------
    name : str
    source_position : tuple of three floats
        As the file states it.
    is_check : bool
        Only compared, never used.
    position_m : (3,) float64 array
        Local metres.
    marks : list of Mark
    """

    name: str
    source_position: tuple[float, float, float]
    is_check: bool
    position_m: FloatArray = field(default_factory=lambda: np.zeros(3))
    marks: list[Mark] = field(default_factory=list)


@dataclass
class ControlFile:
    """What a file of control points holds.

    Parameters
    ----------
    path : Path
    crs : str
        As stated, given, or assumed.
    points : list of ControlPoint
    warnings : list of str
    is_assumed : bool
        Whether the CRS is the project's, as nobody said another.
    """

    path: Path
    crs: str
    points: list[ControlPoint]
    warnings: list[str] = field(default_factory=list)
    is_assumed: bool = False


def read_control(path: Path, frame: Frame, crs: str | None = None) -> ControlFile:
    """Read control and check points and bring them into the project's frame.

    Parameters
    ----------
    path : Path
    frame : Frame
        With its origin fixed.
    crs : str or None
        Overrides what the file states; where neither says anything the project's is assumed.

    Raises
    ------
    SourceError
        If it cannot be read as a list of points, or a point contradicts itself.
    """
    if not path.is_file():
        raise SourceError(path, "is no file of control points")
    if path.stat().st_size > _MAX_BYTES:
        raise SourceError(path, "is larger than 20 MB, too large for control points")
    data = path.read_bytes()
    text = data.decode(guess_encoding(data), "replace").lstrip("\ufeff")
    lines = [line.strip() for line in text.splitlines()]
    stated = None
    for line in lines:
        match = re.match(r"#\s*crs\s*[:=]\s*(.+)", line, re.IGNORECASE)
        if match:
            stated = match.group(1).strip()
    rows = [line for line in lines if line and not line.startswith("#")]
    if not rows:
        raise SourceError(path, "holds no control points")
    named = _named_crs(rows[0])
    if named is not None:
        points, stated = _read_list(path, rows[1:]), named
    else:
        points = _read_table(path, rows)
    warnings: list[str] = []
    chosen = crs or stated
    if chosen is None:
        chosen = frame.crs if frame.vertical_crs is None else _compound(frame)
        warnings.append(f"{path.name} states no CRS; the project's {frame.crs} is assumed")
    found = ControlFile(path, chosen, points, warnings, is_assumed=crs is None and stated is None)
    warnings += _place(found, frame)
    return found


def _compound(frame: Frame) -> str:
    vertical = frame.vertical_crs or ""
    both = frame.crs.startswith("EPSG:") and vertical.startswith("EPSG:")
    return f"{frame.crs}+{vertical.removeprefix('EPSG:')}" if both else frame.crs


def vertical_of(crs: str) -> str | None:
    """Return the vertical CRS that heights of points in a CRS are in; None for an unknown one."""
    vertical = split_compound(parse_crs(crs))[1]
    return None if vertical is None else crs_name(vertical)


def _named_crs(line: str) -> str | None:
    """Return the CRS that the first line of an OpenDroneMap list is; None for another line."""
    text = line.strip()
    if re.fullmatch(r"EPSG:\d+(\+\d+)?", text, re.IGNORECASE) or text.startswith("+proj"):
        return text
    match = re.fullmatch(r"WGS84 UTM (\d{1,2})\s*([NS])", text, re.IGNORECASE)
    if match:
        return f"EPSG:{(32600 if match.group(2).upper() == 'N' else 32700) + int(match.group(1))}"
    return None


def _read_list(path: Path, rows: list[str]) -> list[ControlPoint]:
    points: dict[str, ControlPoint] = {}
    for number, line in enumerate(rows, 2):
        parts = line.split()
        if len(parts) < 6:
            raise SourceError(path, f"line {number} has {len(parts)} values, not 6 or 7")
        place = (
            _value(path, number, parts[0]), _value(path, number, parts[1]),
            _value(path, number, parts[2]),
        )  # fmt: skip
        name = parts[6] if len(parts) > 6 else f"{parts[0]} {parts[1]}"
        point = points.setdefault(name, ControlPoint(name, place, False))
        point.marks.append(
            Mark(parts[5], _value(path, number, parts[3]), _value(path, number, parts[4]))
        )
    return list(points.values())


def _read_table(path: Path, rows: list[str]) -> list[ControlPoint]:
    delimiter = max(",;\t", key=rows[0].count)
    if rows[0].count(delimiter) == 0:
        delimiter, rows = ",", [re.sub(r"\s+", ",", row) for row in rows]
    table = list(csv.reader(rows, delimiter=delimiter))
    columns = _columns(table[0])
    for needed, word in (("x", "east"), ("y", "north"), ("z", "height")):
        if needed not in columns:
            raise SourceError(
                path,
                f"has no column for {word} (columns: {', '.join(table[0])[:80]})",
                remedy="the first line must be a header such as "
                "name,east,north,height,role,photo,x_px,y_px",
            )
    points: dict[str, ControlPoint] = {}
    for number, row in enumerate(table[1:], 2):
        cells = {key: row[at].strip() if at < len(row) else "" for key, at in columns.items()}
        name = cells.get("name") or f"{cells['x']} {cells['y']}"
        place = (
            _value(path, number, cells["x"]), _value(path, number, cells["y"]),
            _value(path, number, cells["z"]),
        )  # fmt: skip
        is_check = cells.get("role", "").strip().lower() in _CHECK_WORDS
        point = points.setdefault(name, ControlPoint(name, place, is_check))
        if point.source_position != place:
            raise SourceError(path, f"gives {name} two places (line {number})")
        if cells.get("photo"):
            point.marks.append(
                Mark(
                    cells["photo"],
                    _value(path, number, cells.get("x_px", "")),
                    _value(path, number, cells.get("y_px", "")),
                )
            )
    return list(points.values())


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        word = cell.strip().strip("\ufeff").lower()
        for key, names in _HEADER.items():
            if key not in found and word in names:
                found[key] = at
                break
    return found


def _value(path: Path, number: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SourceError(path, f"line {number}: '{text[:30]}' is not a number")
    return value


def _place(control: ControlFile, frame: Frame) -> list[str]:
    try:
        to_local = frame.transform_from(control.crs)
        places = to_local([point.source_position for point in control.points])
    except FrameError as error:
        # Swapped axes often have no image at all; `check_placement` says more about it.
        parse_crs(control.crs)
        for point in control.points:
            point.position_m = np.full(3, np.nan)
        return [error.reason]
    for point, place in zip(control.points, places, strict=True):
        point.position_m = place
    return list(to_local.warnings)


def check_placement(control: ControlFile, frame: Frame, photo_positions: FloatArray) -> None:
    """Make sure that the points lie where the photographs were taken.

    Parameters
    ----------
    control : ControlFile
    frame : Frame
    photo_positions : (n, 3) float64 array
        Local metres, after GPS; nothing is checked where there are none.

    Raises
    ------
    SourceError
        If most points lie elsewhere; the remedy names the CRS or the order of axes that would
        put them right, where one does.
    """
    if len(photo_positions) == 0 or not control.points:
        return
    centre = np.median(photo_positions[:, :2], axis=0)
    reach = float(np.linalg.norm(photo_positions[:, :2] - centre, axis=1).max())
    limit = max(_FAR_FACTOR * reach, _NEAR_M)

    def median_distance(places: FloatArray) -> float:
        distance = np.linalg.norm(places[:, :2] - centre, axis=1)
        return float(np.nanmedian(distance)) if np.isfinite(distance).any() else math.inf

    now = median_distance(np.array([point.position_m for point in control.points]))
    if now <= limit:
        _check_heights(control, photo_positions)
        return
    places = np.array([point.source_position for point in control.points])
    far = "nowhere near" if not math.isfinite(now) else f"{_distance(now)} from"
    for crs in _candidates(frame, control.crs, places):
        for swapped in (False, True):
            tried = places[:, [1, 0, 2]] if swapped else places
            try:
                found = median_distance(frame.transform_from(crs)(tried))
            except FrameError:
                continue
            if found <= limit:
                fits = _with_heights(control.crs, crs)
                raise SourceError(
                    control.path, _misread(far, control.crs, fits, swapped),
                    remedy=_reading(control.crs, fits, swapped),
                )  # fmt: skip
    raise SourceError(
        control.path,
        f"its points lie {far} the photographs",
        remedy=f"check their CRS (read as {control.crs}) with --control-crs, and the photographs",
    )


def _with_heights(stated: str, crs: str) -> str:
    """Return a CRS with heights above what those of the stated one are."""
    if crs != stated and re.fullmatch(r"EPSG:\d+", crs) and crs != "EPSG:4326":
        return crs + "".join(stated.partition("+")[1:])
    return crs


def _misread(far: str, stated: str, fits: str, swapped: bool) -> str:
    if swapped and fits == stated:
        return f"its points lie {far} the photographs because east and north are swapped"
    if swapped:
        return (
            f"its points lie {far} the photographs when read as {stated}, "
            f"but as {fits} with east and north swapped they fit"
        )
    return f"its points lie {far} the photographs when read as {stated}, but as {fits} they fit"


def _reading(stated: str, fits: str, swapped: bool) -> str:
    if swapped and fits == stated:
        return "swap the two columns, or their names in the header"
    if swapped:
        return f"give --control-crs {fits} and swap the two columns"
    return f"give --control-crs {fits}"


def _distance(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 2000 else f"{metres:.0f} m"


def _candidates(frame: Frame, stated: str, places: FloatArray) -> list[str]:
    """Return CRSs to try: the stated one, the project's, degrees, and the region's usual ones."""
    found = [stated, frame.crs, "EPSG:4326"]
    lon, _, _ = frame.to_wgs84([0.0, 0.0, 0.0])[0]
    south = frame.to_wgs84([0.0, 0.0, 0.0])[0][1] < 0
    zone = int((lon + 180) // 6) + 1
    for number in (zone, zone - 1, zone + 1):
        if 1 <= number <= 60:
            found.append(f"EPSG:{(32700 if south else 32600) + number}")
    if 73 <= lon <= 136:
        # CGCS2000, three-degree zones, without and with the zone's number before the easting.
        middle = round(lon / 3) * 3
        for meridian in (middle, middle - 3, middle + 3):
            if 75 <= meridian <= 135:
                found += [f"EPSG:{4534 + (meridian - 75) // 3}"]
                found += [f"EPSG:{4513 + (meridian - 75) // 3}"]
    return list(dict.fromkeys(found))


def _check_heights(control: ControlFile, photo_positions: FloatArray) -> None:
    """Warn where points lie above the photographs or implausibly far below."""
    heights = np.array([point.position_m[2] for point in control.points])
    drop = float(np.median(photo_positions[:, 2]) - np.median(heights))
    if drop < -5.0 or drop > 2000.0:
        control.warnings.append(
            f"control points lie {abs(drop):.0f} m {'above' if drop < 0 else 'below'} the "
            "photographs: heights are probably of different datums"
        )
