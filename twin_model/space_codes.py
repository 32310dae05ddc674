"""Space codes of entities beyond the one that is stored: with height, and of their footprints.

Derived from where things are whenever somebody asks, so that none is ever out of date; the
two-dimensional code of the reference point is stored, for searching by its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from twin_model.codes import grid, height
from twin_model.codes.cover import as_solid, cell_around, cell_around_body, cells_of, is_solid
from twin_model.codes.height import HeightProfile
from twin_model.coding import SPACE_LEVEL
from twin_model.entity import Entity
from twin_model.errors import FrameError, ShapanError, ValidationError
from twin_model.heights import UNKNOWN
from twin_model.parts.keeping import has_parts
from twin_model.space_heights import SpaceHeights, space_heights_of
from twin_model.store.bodies import model_bodies, shapes_of

if TYPE_CHECKING:
    from twin_model.frame import Frame
    from twin_model.spatial import Shape
    from twin_model.twin import Twin
    from twin_model.view import TwinView

_FLAT_M: Final = 0.01
_UNREAD: Final = str(
    FrameError(
        "the outlines of its building model have not been read yet",
        remedy="compute spatial relations once",
    )
)
#: Points on each side of a cell: so many that it follows the meridians in local metres.
_ON_EDGE: Final = 16


@dataclass(frozen=True)
class SpaceCodes:
    """The space codes of one entity.

    Parameters
    ----------
    place : str
        Of the reference point, in plan; empty where it has none or the grid has no cell there.
    solid : str
        Of the reference point, with height.
    profile : HeightProfile
        Which reading of the standard codes with height follow.
    around : str
        The smallest cell that holds the footprint wholly.
    solid_around : str
        The smallest cell with height that holds the body wholly.
    cells : tuple of str
        The cells that the footprint lies in, at most 64 in its extent.
    plan_problem : str
        Why there is no code in plan; empty where there is.
    height_problem : str
        Why there is no code with height.
    around_problem : str
        Why no single cell holds the footprint.
    outline_problem : str
        Why its outline is not known though it has one.
    """

    place: str = ""
    solid: str = ""
    profile: HeightProfile = HeightProfile.STANDARD
    around: str = ""
    solid_around: str = ""
    cells: tuple[str, ...] = ()
    plan_problem: str = ""
    height_problem: str = ""
    around_problem: str = ""
    outline_problem: str = ""


def space_codes(twin: Twin | TwinView, entities: Sequence[Entity]) -> list[SpaceCodes]:
    """Return the space codes of entities.

    Parameters
    ----------
    twin : Twin or TwinView
    entities : sequence of Entity
    """
    rule = space_heights_of(twin)
    reader, frame = twin.reader(), twin.frame
    bodies = model_bodies(reader, frame)
    unread = {one.id for one in twin.layers() if has_parts(one) and one.id not in bodies}
    found = []
    for entity, shape in zip(entities, shapes_of(reader, frame, entities), strict=True):
        codes = _codes(frame, entity, shape, rule)
        if entity.layer in unread and entity.geometry is None:
            codes = replace(codes, outline_problem=_UNREAD)
        found.append(codes)
    return found


def _codes(frame: Frame, entity: Entity, shape: Shape | None, rule: SpaceHeights) -> SpaceCodes:
    found: dict[str, Any] = {"profile": rule.profile}
    shift = None
    try:
        shift = _shift_m(frame, entity, shape, rule)
    except FrameError as error:
        found["height_problem"] = str(error)
    try:
        if entity.position is not None:
            lon, lat, z = (float(v) for v in frame.to_wgs84(entity.position)[0])
            found["place"] = grid.encode(lon, lat, SPACE_LEVEL)
            if shift is not None:
                found["solid"] = height.encode_3d(lon, lat, z + shift, SPACE_LEVEL, rule.profile)
        elif shape is None:
            raise ValidationError("codes", "space", entity.id, "it has no place")
        if shape is not None and _has_extent(shape):
            found |= _of_extent(frame, shape, shift, rule.profile)
    except ValidationError as error:
        return SpaceCodes(profile=rule.profile, plan_problem=error.rule)
    return SpaceCodes(**found)


def _shift_m(frame: Frame, entity: Entity, shape: Shape | None, rule: SpaceHeights) -> float:
    """Return what to add to the project's heights at an entity for ellipsoidal ones.

    Raises
    ------
    FrameError
        If that is not known, or it has no height.
    """
    if entity.height_reference == UNKNOWN:
        raise FrameError("its height is above an unknown datum")
    place = entity.position
    if place is None:
        if shape is None or shape.bottom is None:
            raise FrameError("it has no height")
        point = shape.footprint.centroid
        place = (point.x, point.y, shape.bottom)
    return float(rule.shift_m(frame, place)[0])


def _has_extent(shape: Shape) -> bool:
    west, south, east, north = shape.footprint.bounds
    return bool(max(east - west, north - south) > _FLAT_M)


def _of_extent(
    frame: Frame, shape: Shape, shift: float | None, profile: HeightProfile
) -> dict[str, Any]:
    """Return the codes of a footprint and of the body above it."""
    import shapely  # only where there are geometries: it takes 0.1 s to load

    flat = shapely.transform(
        shapely.force_2d(shape.footprint),
        lambda points: frame.to_wgs84(np.column_stack([points, np.zeros(len(points))]))[:, :2],
    )
    found: dict[str, Any] = {"cells": tuple(cells_of(flat, SPACE_LEVEL))}
    try:
        found["around"] = cell_around(flat)
        if shift is not None and shape.bottom is not None and shape.top is not None:
            up = float(frame.offset[2]) + shift
            found["solid_around"] = cell_around_body(
                flat, shape.bottom + up, shape.top + up, profile
            )
    except grid.PolarAreaError:
        raise
    except ValidationError as error:
        found["around_problem"] = error.rule
    return found


# -- from a code to a place ------------------------------------------------------------


@dataclass(frozen=True)
class CellPlace:
    """Where the cell of a code is.

    Parameters
    ----------
    code : str
        As the standard writes it.
    level : int
    bounds_deg : (west, south, east, north)
    outline : tuple of (x, y)
        Corners in local metres; the last one does not repeat the first.
    heights_m : (bottom, top) or None
        Ellipsoidal heights; None where the code has none.
    local_heights : (bottom, top) or None
        Local metres; None also where the project's heights cannot be compared with them.
    height_problem : str
        Why not.
    """

    code: str
    level: int
    bounds_deg: tuple[float, float, float, float]
    outline: tuple[tuple[float, float], ...]
    heights_m: tuple[float, float] | None = None
    local_heights: tuple[float, float] | None = None
    height_problem: str = ""


def cell_place(code: str, frame: Frame, rule: SpaceHeights) -> CellPlace:
    """Return where the cell of a code is, with height or without.

    Parameters
    ----------
    code : str
        Small letters are taken as capitals.
    frame : Frame
    rule : SpaceHeights

    Raises
    ------
    ValidationError
        If it is no code.
    """
    written = as_solid(code.strip().upper())
    heights = None
    if is_solid(written):
        box = height.decode_3d(written, rule.profile)
        cell, heights = box.cell, (box.low_m, box.high_m)
    else:
        cell = grid.decode(written)
    west, south, east, north = cell.bounds_deg
    along, across = np.linspace(west, east, _ON_EDGE + 1), np.linspace(south, north, _ON_EDGE + 1)
    edge = np.concatenate(
        [
            np.column_stack([along[:-1], np.full(_ON_EDGE, south)]),
            np.column_stack([np.full(_ON_EDGE, east), across[:-1]]),
            np.column_stack([along[:0:-1], np.full(_ON_EDGE, north)]),
            np.column_stack([np.full(_ON_EDGE, west), across[:0:-1]]),
        ]
    )
    try:
        local = frame.transform_from("EPSG:4326")(edge)[:, :2]
    except FrameError:
        rule_text = "lies where the project's coordinate system does not reach"
        raise ValidationError("codes", "space", code, rule_text) from None
    outline = tuple((float(x), float(y)) for x, y in local)
    place = CellPlace(written, cell.level, cell.bounds_deg, outline, heights)
    return place if heights is None else _with_heights(place, frame, rule)


def _with_heights(place: CellPlace, frame: Frame, rule: SpaceHeights) -> CellPlace:
    middle = np.mean(place.outline, axis=0)
    try:
        shift = float(rule.shift_m(frame, middle)[0])
    except ShapanError as error:
        return replace(place, height_problem=str(error))
    assert place.heights_m is not None
    up = float(frame.offset[2]) + shift
    low, high = place.heights_m
    return replace(place, local_heights=(low - up, high - up))
