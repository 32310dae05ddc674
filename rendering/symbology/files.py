"""Symbols from files: models (GLB), descriptions of bodies (JSON), drawings on a sign (SVG)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.symbology.models import STEEL, WHITE, Model
from twin_model.errors import SourceError

#: What a symbol's file may be.
SUFFIXES: Final = (".glb", ".json", ".svg")
_MOST_BYTES: Final = 2 << 20
#: Hundreds of a symbol stand in a scene.
_MOST_TRIANGLES: Final = 20_000
_MOST_BODIES: Final = 1_000
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")

#: A sign: its drawing is so high, on a post whose top is the drawing's lower edge.
_SIGN_M: Final = 1.6
_POST_M: Final = 2.2
_BOARD_M: Final = 0.06
_MARGIN: Final = 0.08
#: From one area of a drawing to the one painted over it.
_LAYER_M: Final = 0.004
_MOST_SHAPES: Final = 500
#: Curves of a drawing become so many straight pieces.
_PIECES: Final = 12

Array = npt.NDArray[np.float64]


def read_symbol(path: Path) -> Model:
    """Return the model that a file describes.

    Parameters
    ----------
    path : Path
        GLB: metres, glTF's front (+Z) towards north. JSON: ``{"format": 1, "bodies": […]}``,
        see `_BODIES`. SVG: its filled areas are painted on both faces of a sign.

    Raises
    ------
    SourceError
        If it cannot be read, is none of these, is too large or shows nothing.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(path, f"is larger than {_MOST_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    readers = {".glb": _read_glb, ".json": _read_bodies, ".svg": _read_drawing}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SourceError(path, f"is no symbol: one of {', '.join(SUFFIXES)}")
    made = reader(data, path)
    if not made.triangles:
        raise SourceError(path, "shows nothing: no triangles, bodies or filled areas")
    if made.triangles > _MOST_TRIANGLES:
        raise SourceError(
            path, f"has {made.triangles} triangles, a symbol at most {_MOST_TRIANGLES}"
        )
    return made


# -- GLB ---------------------------------------------------------------------------------


def _read_glb(data: bytes, path: Path) -> Model:
    from twin_model.tiles.gltf import decode_gltf

    made = Model()
    for part in decode_gltf(data, path).primitives:
        if part.mode != "triangles" or part.indices is None:
            continue
        tone = np.array(part.material.base_colour[:3])
        if part.colour is not None:
            tone = tone * part.colour[:, :3].mean(axis=0) / 255.0
        for matrix in part.matrices:
            corners = part.position @ matrix[:3, :3].T + matrix[:3, 3]
            corners = corners * (-1.0, -1.0, 1.0)  # glTF's front looks south with z up
            if np.isfinite(corners).all():
                made.add(_hex(tone), corners[part.indices])
    return made


def _hex(tone: Array) -> str:
    red, green, blue = np.clip(np.round(tone * 255), 0, 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


# -- bodies ------------------------------------------------------------------------------

#: Shape -> what it needs beside ``shape`` and ``colour``, and how many numbers each is.
_BODIES: Final[Mapping[str, Mapping[str, int]]] = {
    "box": {"centre": 3, "size": 3},
    "beam": {"start": 3, "end": 3, "width": 1},
    "cone": {"base": 3, "height": 1, "low": 1, "high": 1},
    "ball": {"centre": 3, "radius": 3},
}


def _read_bodies(data: bytes, path: Path) -> Model:
    try:
        document = json.loads(data)
        bodies = document["bodies"] if document["format"] == 1 else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SourceError(path, f"is no description of bodies ({error})") from error
    if not isinstance(bodies, list) or len(bodies) > _MOST_BODIES:
        raise SourceError(path, f"needs format 1 and a list of at most {_MOST_BODIES} bodies")
    made = Model()
    for number, body in enumerate(bodies, start=1):
        _add_body(made, body, partial(_wrong_body, path, number))
    return made


def _wrong_body(path: Path, number: int, text: str) -> SourceError:
    return SourceError(path, f"body {number}: {text}")


def _add_body(made: Model, body: Any, wrong: Callable[[str], SourceError]) -> None:
    shape = str(body.get("shape")) if isinstance(body, dict) else ""
    if shape not in _BODIES:
        raise wrong(f"its shape is one of {', '.join(_BODIES)}")
    wanted = _BODIES[shape]
    colour = body.get("colour", STEEL)
    if not isinstance(colour, str) or _COLOUR.fullmatch(colour) is None:
        raise wrong("its colour is written #rrggbb")
    odd = set(body) - {"shape", "colour", *wanted}
    if odd:
        raise wrong(f"a {shape} has no '{sorted(odd)[0]}', but {', '.join(wanted)}")
    values: dict[str, Any] = {}
    for name, count in wanted.items():
        try:
            numbers = np.asarray(body[name], float).reshape(count)
        except (KeyError, TypeError, ValueError):
            numbers = np.array([np.nan])
        if not np.isfinite(numbers).all() or np.abs(numbers).max() > 1000.0:
            raise wrong(f"'{name}' is {count} number(s) of metres, up to 1000")
        values[name] = float(numbers[0]) if count == 1 else numbers
    if shape == "beam" and np.allclose(values["start"], values["end"]):
        raise wrong("a beam needs two different ends")
    paint: dict[str, Callable[..., None]] = {
        "box": made.box, "beam": made.beam, "cone": made.cone, "ball": made.blob,
    }  # fmt: skip
    paint[shape](colour, **values)


# -- drawings ----------------------------------------------------------------------------


def _read_drawing(data: bytes, path: Path) -> Model:
    areas = _areas(data, path)
    made = Model()
    if not areas:
        return made
    every = np.concatenate([ring for area in areas for ring in area.rings])
    low, high = every.min(axis=0), every.max(axis=0)
    scale = _SIGN_M / max(high[1] - low[1], (high[0] - low[0]) / 2.0, 1e-9)
    width, height = (high - low) * scale
    middle = _POST_M + height / 2
    margin = _MARGIN * _SIGN_M
    made.cone(STEEL, (0.0, 0.0, 0.0), _POST_M, 0.06, 0.05, 6)
    board = (width + 2 * margin, _BOARD_M, height + 2 * margin)
    made.box(WHITE, (0.0, 0.0, middle), board)
    for order, area in enumerate(areas, start=1):
        flat = [
            np.column_stack(
                [(ring[:, 0] - (low[0] + high[0]) / 2) * scale, (high[1] - ring[:, 1]) * scale]
            )
            for ring in area.rings
        ]
        triangles = _triangles(flat, alternates=area.alternates)
        for side in (1.0, -1.0):
            # Who looks at the north face sees east on the left; both faces are to be read.
            corners = np.empty((*triangles.shape[:2], 3))
            corners[..., 0] = -side * triangles[..., 0]
            corners[..., 1] = side * (_BOARD_M / 2 + order * _LAYER_M)
            corners[..., 2] = triangles[..., 1] + _POST_M
            made.add(area.colour, corners)
    return made


def _triangles(rings: list[Array], *, alternates: bool) -> Array:
    """Return the triangles (n, 3, 2) of what rings enclose.

    Parameters
    ----------
    rings : list of (n, 2) arrays
    alternates : bool
        Whether a ring inside another is a hole (SVG's ``evenodd``); else one that runs the other
        way round than the first is.
    """
    import shapely

    from rendering.entities.meshes import rings_of, triangulate

    area = shapely.Polygon()
    first = shapely.LinearRing(rings[0]).is_ccw
    for ring in rings:
        fresh = shapely.make_valid(shapely.Polygon(ring))
        if alternates:
            area = area.symmetric_difference(fresh)
        elif shapely.LinearRing(ring).is_ccw == first:
            area = area.union(fresh)
        else:
            area = area.difference(fresh)
    found = [np.empty((0, 3, 2))]
    for part in shapely.get_parts(area):
        if part.geom_type == "Polygon" and not part.is_empty:
            own = rings_of(part)
            corners = np.concatenate([ring[:-1, :2] for ring in own])
            found.append(corners[triangulate(own)])
    return np.concatenate(found)


@dataclass(frozen=True)
class _Area:
    """A filled area of a drawing: closed rings (n, 2), y down."""

    colour: str
    rings: list[Array]
    alternates: bool


def _areas(data: bytes, path: Path) -> list[_Area]:
    """Return the filled areas of a drawing in its order."""
    import svgelements

    lower = data.lower()
    for forbidden, why in (
        (b"<!doctype", "has a DOCTYPE"), (b"<!entity", "defines entities"),
        (b"<use", "repeats parts with <use>"),
    ):  # fmt: skip
        if forbidden in lower:
            raise SourceError(path, why, remedy="save it as plain SVG with paths only")
    try:
        drawing = svgelements.SVG.parse(io.BytesIO(data), reify=True)
        shapes = [one for one in drawing.elements() if isinstance(one, svgelements.Shape)]
    except Exception as error:  # whatever the parser meets in a damaged file
        raise SourceError(path, f"is no SVG ({type(error).__name__}: {error})") from error
    if len(shapes) > _MOST_SHAPES:
        raise SourceError(path, f"has {len(shapes)} shapes, a symbol at most {_MOST_SHAPES}")
    found = []
    for shape in shapes:
        fill = shape.fill
        if fill is None or fill.value is None or fill.alpha == 0:
            continue
        rings = [ring for ring in map(_ring, svgelements.Path(shape).as_subpaths()) if len(ring)]
        if rings:
            colour = f"#{fill.red:02x}{fill.green:02x}{fill.blue:02x}"
            alternates = shape.values.get("fill-rule") == "evenodd"
            found.append(_Area(colour, rings, alternates))
    return found


def _ring(subpath: Any) -> Array:
    import svgelements

    points: list[tuple[float, float]] = []
    for segment in svgelements.Path(subpath):
        if isinstance(segment, svgelements.Move):
            continue
        straight = isinstance(segment, (svgelements.Line, svgelements.Close))
        for share in (1.0,) if straight else np.linspace(0, 1, _PIECES + 1)[1:]:
            if segment.start is not None and segment.end is not None:
                at = segment.point(share)
                points.append((float(at.x), float(at.y)))
    ring = np.array(points)
    if len(ring) < 3 or not np.isfinite(ring).all():
        return np.empty((0, 2))
    return np.concatenate([ring, ring[:1]])
