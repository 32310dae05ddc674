"""What the height of a thing is stated above, and how far that is from the project's datum.

Positions are in the project's frame whatever heights are stated above: the reference says how a
height is read and entered (docs/decisions/0023-heights-are-stated-above-something.md).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj.crs import CompoundCRS
from pyproj.datadir import get_user_data_dir  # type: ignore[attr-defined]
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from twin_model.entity import Entity
from twin_model.errors import FrameError, ValidationError
from twin_model.frame import FloatArray, Frame, crs_name, parse_crs
from twin_model.warned import muted

#: The project's vertical datum.
DATUM: Final = ""
#: The terrain that is in the project.
GROUND: Final = "ground"
#: The ellipsoid of WGS 84, as GNSS receivers measure.
ELLIPSOID: Final = "ellipsoid"
#: Nobody knows; the number is kept as it is and converted to nothing.
UNKNOWN: Final = "unknown"
_UNKNOWN_DATUM: Final = "unknown datum"
_WORDS: Final = frozenset({DATUM, GROUND, ELLIPSOID, UNKNOWN})
_WGS84: Final = "EPSG:4326"
_WGS84_3D: Final = "EPSG:4979"
#: Ground that differs by less is the same.
_SAME_GROUND_M: Final = 0.01
#: Places within one cell of this size share the operation that PROJ chooses by area.
_AREA_DEG: Final = 1.0

Ground = Callable[[npt.NDArray[np.float64]], FloatArray]
"""Heights of the terrain in local metres, (n,), at (n, 2) local places; NaN where there is none."""


@functools.lru_cache(maxsize=256)
def checked_reference(text: str) -> str:
    """Return a reference as it is kept: one of the words above, or the code of a vertical CRS.

    Raises
    ------
    ValidationError
        If it is neither, or its heights are not metres upwards.
    """
    word = text.strip()
    if word in _WORDS:
        return word
    rule = ""
    try:
        crs = parse_crs(word)
    except FrameError:
        rule = "is ground, ellipsoid, unknown or a vertical CRS such as EPSG:5773, which PROJ knows"
        raise ValidationError("position", "height_reference", text, rule) from None
    axis = crs.axis_info[0] if crs.axis_info else None
    if not crs.is_vertical or crs.is_compound:
        rule = f"{crs.name} is no vertical CRS"
    elif axis is None or axis.direction != "up" or abs(axis.unit_conversion_factor - 1.0) > 1e-12:
        rule = f"{crs.name} does not count metres upwards"
    if rule:
        raise ValidationError("position", "height_reference", text, rule)
    return crs_name(crs)


def reference_text(frame: Frame, reference: str) -> str:
    """Return in English what heights are stated above, as programs and messages say it."""
    if reference == DATUM:
        return str(parse_crs(frame.vertical_crs).name) if frame.vertical_crs else _UNKNOWN_DATUM
    words = {GROUND: "ground", ELLIPSOID: "WGS 84 ellipsoid", UNKNOWN: _UNKNOWN_DATUM}
    return words.get(reference) or str(parse_crs(reference).name)


def is_same(frame: Frame, reference: str) -> bool:
    """Return whether heights above a reference are those of the project as they are."""
    if reference in (DATUM, UNKNOWN):
        return True
    if reference in _WORDS or not frame.vertical_crs:
        return False
    return reference == _code_of(frame.vertical_crs)


@functools.lru_cache(maxsize=32)
def _code_of(vertical_crs: str) -> str:
    return crs_name(parse_crs(vertical_crs))


def shift_m(
    frame: Frame, reference: str, places: npt.ArrayLike, ground: Ground | None = None
) -> FloatArray:
    """Return what to add to heights of the project to have them above a reference, (n,) metres.

    Parameters
    ----------
    frame : Frame
    reference : str
    places : (n, 2) or (n, 3) array_like
        Local metres; their heights do not matter.
    ground : callable, optional
        None where there is no terrain.

    Returns
    -------
    (n,) array
        NaN where there is no terrain below a place.

    Raises
    ------
    FrameError
        If nothing here converts between the two: a datum is unknown, PROJ knows no transformation,
        or the grid that it needs is not installed.
    """
    points = np.atleast_2d(np.asarray(places, np.float64))
    if is_same(frame, reference):
        return np.zeros(len(points))
    if reference == GROUND:
        if ground is None:
            return np.full(len(points), np.nan)
        return np.asarray(-(ground(points[:, :2]) + frame.offset[2]))
    if frame.vertical_crs is None:
        name = reference_text(frame, reference)
        raise FrameError(
            f"the project's heights are above an unknown datum, and so not known above {name}",
            remedy="state the vertical datum of the project",
        )
    flat = np.column_stack([points[:, :2], np.full(len(points), -frame.offset[2])])
    where = frame.to_wgs84(flat)[:, :2]
    found = _above_ellipsoid_m(frame.vertical_crs, where)
    if reference != ELLIPSOID:
        found = found - _above_ellipsoid_m(reference, where)
    return found


def stated_m(
    frame: Frame, reference: str, positions: npt.ArrayLike, ground: Ground | None = None
) -> FloatArray:
    """Return heights of local positions (n, 3) above a reference, (n,) metres; see `shift_m`."""
    points = np.atleast_2d(np.asarray(positions, np.float64))
    shift = shift_m(frame, reference, points, ground)
    return np.asarray(points[:, 2] + frame.offset[2] + shift)


def at_height(
    entities: Sequence[Entity], height_m: float, frame: Frame, ground: Ground | None = None
) -> list[Entity]:
    """Return entities raised or lowered to a height above what theirs is stated above.

    Parameters
    ----------
    entities : sequence of Entity
        Those without a position stay as they are.
    height_m : float
    frame : Frame
    ground : callable, optional

    Raises
    ------
    FrameError
        If one of them has no terrain below it, or see `shift_m`.
    """
    from twin_model.shaping import moved  # shapely: only where things move

    rise: dict[str, float] = {}
    for reference, members in by_reference(entities).items():
        positions = [one.position for one in members]
        found = stated_m(frame, reference, np.array(positions, np.float64), ground)
        for one, now in zip(members, found, strict=True):
            if not np.isfinite(now):
                raise _no_ground(one)
            rise[one.id] = height_m - float(now)
    return [moved(one, (0.0, 0.0, rise[one.id])) if one.id in rise else one for one in entities]


def over_ground(
    before: Sequence[Entity], after: Sequence[Entity], ground: Ground | None
) -> list[Entity]:
    """Return moved entities as high above the ground as they were, where that is how they stand.

    Only of moves in plan: one that raises or lowers says itself how high. Where there is no terrain
    at the old place or the new one, the height stays as it is.

    Parameters
    ----------
    before, after : sequence of Entity
        The same ones.
    ground : callable or None
    """
    out = list(after)
    if ground is None:
        return out
    at = [
        n
        for n, (old, new) in enumerate(zip(before, after, strict=True))
        if new.height_reference == old.height_reference == GROUND
        and old.position is not None
        and new.position is not None
        and old.position[:2] != new.position[:2]
        and old.position[2] == new.position[2]
    ]
    if not at:
        return out
    from twin_model.shaping import moved  # shapely: only where things move

    levels = [ground(np.array([ends[n].position for n in at])[:, :2]) for ends in (before, after)]
    for n, rise in zip(at, levels[1] - levels[0], strict=True):
        if np.isfinite(rise):
            out[n] = moved(after[n], (0.0, 0.0, float(rise)))
    return out


def carried(
    entities: Sequence[Entity], before: Ground | None, after: Ground | None
) -> list[Entity]:
    """Return entities as high above another ground as they were above the one before.

    Only those that are stated above the ground; what has no terrain below it before or after stays.

    Parameters
    ----------
    entities : sequence of Entity
    before, after : callable or None
        None where there is no terrain.
    """
    out = list(entities)
    at = [
        n
        for n, one in enumerate(entities)
        if one.height_reference == GROUND and one.position is not None
    ]
    if before is None or after is None or not at:
        return out
    from twin_model.shaping import moved  # shapely: only where things move

    places = np.array([entities[n].position for n in at])[:, :2]
    for n, rise in zip(at, after(places) - before(places), strict=True):
        if np.isfinite(rise) and abs(rise) >= _SAME_GROUND_M:
            out[n] = moved(entities[n], (0.0, 0.0, float(rise)))
    return out


def with_reference(entity: Entity, reference: str) -> Entity:
    """Return an entity whose height is stated above something else; it stays where it is."""
    return replace(entity, height_reference=checked_reference(reference))


def by_reference(entities: Sequence[Entity]) -> dict[str, list[Entity]]:
    """Return the entities that have a position, by what their heights are stated above."""
    found: dict[str, list[Entity]] = {}
    for one in entities:
        if one.position is not None:
            found.setdefault(one.height_reference, []).append(one)
    return found


def _no_ground(entity: Entity) -> FrameError:
    return FrameError(
        f"there is no terrain below {entity.name or entity.id}, whose height is above the ground",
        remedy="import terrain that reaches there, or state its height above something else",
    )


# -- between datums ----------------------------------------------------------------------


def _above_ellipsoid_m(vertical: str, where: FloatArray) -> FloatArray:
    """Return how high zero of a vertical CRS is above the ellipsoid of WGS 84, (n,) metres.

    Parameters
    ----------
    vertical : str
    where : (n, 2) array
        Longitude and latitude in degrees.

    Raises
    ------
    FrameError
    """
    west, south = where.min(axis=0)
    east, north = where.max(axis=0)
    area = tuple(float(np.floor(v / _AREA_DEG) * _AREA_DEG) for v in (west, south)) + tuple(
        float(np.ceil(v / _AREA_DEG) * _AREA_DEG) for v in (east, north)
    )
    transformer = _operation(vertical, area)
    lon, lat = (np.repeat(where[:, n], 2) for n in (0, 1))  # of one place, pyproj makes a scalar
    try:
        found = np.asarray(transformer.transform(lon, lat, np.zeros(len(lon)))[2], np.float64)[::2]
    except ProjError as error:
        raise FrameError(f"heights cannot be converted: {error}") from error
    if not np.isfinite(found).all():
        raise FrameError(f"{parse_crs(vertical).name} is not defined at every one of these places")
    return found


@functools.lru_cache(maxsize=32)
def _operation(vertical: str, area: tuple[float, ...]) -> Any:
    """Return the best transformation to the ellipsoid that is here, none of them a guess.

    Horizontal datums within metres of WGS 84 make no difference: geoids change by centimetres a
    hundred metres at most.
    """
    crs = parse_crs(vertical)
    compound = CompoundCRS(f"WGS 84 + {crs.name}", [_WGS84, crs])
    try:
        with muted():  # warnings of grids that are not here: said below
            group = TransformerGroup(
                compound, _WGS84_3D, always_xy=True, allow_ballpark=False,
                area_of_interest=AreaOfInterest(*area),
            )  # fmt: skip
    except (CRSError, ProjError) as error:
        raise FrameError(f"heights above {crs.name} cannot be converted: {error}") from error
    if group.transformers:
        return group.transformers[0]
    needed = group.unavailable_operations[:1]
    grids = [grid.short_name for operation in needed for grid in operation.grids]
    if grids:
        raise FrameError(
            f"converting heights above {crs.name} needs a geoid grid that is not installed",
            remedy=f"put {' and '.join(grids)} into {get_user_data_dir()}",
        )
    raise FrameError(f"PROJ knows no transformation of heights above {crs.name}")
