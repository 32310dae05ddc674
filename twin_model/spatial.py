"""What footprints and heights of things are to each other: within, touching, above, nearest.

Footprints are compared in plan; where the heights of both are known and do not meet, only what is
above what is said. Symmetric relations are stored once, from the lower id to the higher. What is
said of parts of building models is in `twin_model.parts.said`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.parts import said
from twin_model.parts.roles import Role
from twin_model.relations import TOPOLOGY

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from twin_model.frame import Frame
    from twin_model.parts.outline import Part

#: Distances below this are measuring noise: half a millimetre.
_NOISE_M: Final = 5e-4
#: Ground is not level: what has no height of its own is above something else that has none, or
#: below something that has, only where it is farther than this from it.
_LEVEL_M: Final = 1.0
_HEIGHTS: Final = ("height_m", "height", "shapan_height_m", "mounting_height_m", "hub_height_m")
_STOREY_M: Final = 3.2
#: Length in bytes of the envelope by the bits that say which there is (GeoPackage 1.3, 2.1.3).
_ENVELOPES: Final = (0, 32, 48, 48, 64, 0, 0, 0)
#: Subjects looked at between two reports of progress.
_PART: Final = 2_000


@dataclass(frozen=True)
class TopologyRule:
    """What is computed.

    Parameters
    ----------
    kinds : frozenset of str
        Of `twin_model.relations.TOPOLOGY`.
    tolerance_m : float
        Up to this distance in metres two that do not meet are adjacent.
    reach_m : float
        Nothing farther away than this is the nearest.
    """

    kinds: frozenset[str] = TOPOLOGY
    tolerance_m: float = 1.0
    reach_m: float = 50.0

    def __post_init__(self) -> None:
        unknown = self.kinds - TOPOLOGY
        if unknown:
            rule = f"is one of {', '.join(sorted(TOPOLOGY))}"
            raise ValidationError("topology", "kinds", min(unknown), rule)
        for name, value in (("tolerance_m", self.tolerance_m), ("reach_m", self.reach_m)):
            if not (math.isfinite(value) and value >= 0):
                raise ValidationError("topology", name, value, "is a distance in metres")

    @property
    def margin(self) -> float:
        """How far neighbours may be, in metres."""
        return max(self.tolerance_m, self.reach_m if "nearest" in self.kinds else 0.0)


@dataclass(frozen=True)
class Shape:
    """An entity's footprint and the heights between which it stands.

    Parameters
    ----------
    id : str
    footprint : shapely geometry
        Local metres.
    bottom, top : float or None
        Local metres; None where it has no heights, as what is painted on the ground.
    is_whole : bool
        False where the footprint is the reference point of something larger, such as a wall of a
        building model: it can be said to be within something, and what it is nearest to.
    role : Role or None
        What it is in a building model that knows its outline; None outside of such.
    base : float or None
        Height of its reference point where it has no heights of its own, in local metres.
    """

    id: str
    footprint: Any
    bottom: float | None = None
    top: float | None = None
    is_whole: bool = True
    role: Role | None = None
    base: float | None = None


Finding = tuple[str, str, str, float]
"""Kind, source, target, distance in metres."""

Report = Callable[[int, int], object]
"""Takes how many things are done, and of how many; may raise to end the work."""


def own_height_m(attributes: Mapping[str, Any]) -> float:
    """Return the height of a thing by its attributes in metres; 0 where they say none."""
    for name in _HEIGHTS:
        height = _number(attributes.get(name))
        if height > 0:
            return height
    return max(0.0, _number(attributes.get("levels"))) * _STOREY_M


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value.strip().removesuffix("m"))
        except ValueError:
            return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    return float(value)


def shape_of_part(entity: Entity, part: Part, role: Role) -> Shape:
    """Return the shape of an entity that is a part of a model.

    Land has no heights, and goes on below what stands in a hole of its surface.
    """
    if role is Role.LAND:
        import shapely  # only where there are geometries: it takes 0.1 s to load

        solid = [shapely.Polygon(one.exterior) for one in shapely.get_parts(part.footprint)]
        return Shape(entity.id, shapely.union_all(solid), role=role)
    return Shape(entity.id, part.footprint, part.bottom, part.top, role=role)


def shape_of(entity: Entity, feature: Any = None, *, in_model: bool = False) -> Shape | None:
    """Return an entity's shape; None where it has none and no place.

    Parameters
    ----------
    entity : Entity
    feature : shapely geometry, optional
        Line or area of the layer's feature that it stands for, in local metres. Counts where it
        has no geometry of its own; without either, its point does.
    in_model : bool
        Whether its layer is a building model or a mesh, whose things are larger than points.
    """
    import shapely  # only where there are geometries: it takes 0.1 s to load

    footprint = feature
    if entity.geometry is not None:
        footprint = shapely.from_wkb(entity.geometry)
    is_point = footprint is None
    if footprint is None:
        if entity.position is None:
            return None
        footprint = shapely.Point(entity.position[:2])
    height = own_height_m(entity.attributes)
    bottom, top = _heights(footprint)
    # Some files give the outlines of what stands on the ground a height of 0 throughout.
    if bottom is None or (entity.geometry is None and bottom == top):
        base = None if entity.position is None else entity.position[2]
        bottom = top = base if is_point or height > 0 else None
    if bottom is not None and bottom == top:
        top = bottom + height
    base = None if entity.position is None else entity.position[2]
    return Shape(entity.id, footprint, bottom, top, not (is_point and in_model), base=base)


def _heights(footprint: Any) -> tuple[float | None, float | None]:
    import shapely  # see above

    if not footprint.has_z:
        return None, None
    heights = shapely.get_coordinates(footprint, include_z=True)[:, 2]
    return float(heights.min()), float(heights.max())


def local_shapes(
    geometries: dict[tuple[str, int], bytes], frame: Frame
) -> dict[tuple[str | None, int | None], Any]:
    """Return GeoPackage geometries in the project's CRS as shapes in local metres.

    Those that cross themselves, as some files bring them, are left out: what is said of these
    would be noise.
    """
    if not geometries:
        return {}
    import numpy as np
    import shapely  # see above

    bodies = [geom[8 + _ENVELOPES[geom[3] >> 1 & 7] :] for geom in geometries.values()]
    found = shapely.from_wkb(np.array(bodies, dtype=object), on_invalid="ignore")
    east, north, up = frame.origin or (0.0, 0.0, 0.0)
    high = shapely.has_z(found)
    for chosen, shift in ((~high, (east, north)), (high, (east, north, up))):
        if chosen.any():
            found[chosen] = shapely.transform(
                found[chosen], lambda points, by=shift: points - by, include_z=len(shift) == 3
            )
    usable = shapely.is_valid(found) & ~shapely.is_empty(found)
    return {
        name: shape
        for name, shape, good in zip(geometries, found.tolist(), usable.tolist(), strict=True)
        if good
    }


# -- computing -------------------------------------------------------------------------


def relations_between(
    shapes: Sequence[Shape],
    subjects: Collection[str],
    rule: TopologyRule,
    report: Report = lambda _done, _all: None,
) -> set[Finding]:
    """Return what holds between *subjects* and all *shapes*.

    The nearest is the nearest of those that a thing does not meet: what it lies in is said to be
    around it already.

    Parameters
    ----------
    shapes : sequence of Shape
        Subjects and their neighbours.
    subjects : collection of str
        Ids; what holds among the others is left out.
    rule : TopologyRule
    report : callable
    """
    import numpy as np
    import shapely  # see above

    if not shapes:
        return set()
    footprints = np.array([shape.footprint for shape in shapes])
    tree = shapely.STRtree(footprints)
    bodies = said.Bodies.of(shapes, footprints)
    wanted = np.array([n for n, shape in enumerate(shapes) if shape.id in subjects], dtype=int)
    found: set[Finding] = set()
    for start in range(0, len(wanted), _PART):
        report(start, len(wanted))
        part = wanted[start : start + _PART]
        pairs = _close(tree, bodies, part, rule.tolerance_m)
        of_models = bodies.is_part[pairs].any(axis=0)
        found |= set(_pairs(shapes, footprints, pairs[:, ~of_models]))
        found |= set(said.between(bodies, pairs[:, of_models], rule.tolerance_m))
        if "nearest" in rule.kinds:
            found |= _nearest_of(shapes, tree, bodies, part, rule)
    return {one for one in found if one[0] in rule.kinds}


def _close(
    tree: Any, bodies: said.Bodies, part: npt.NDArray[np.int64], distance: float
) -> npt.NDArray[np.int64]:
    """Return the pairs, each once and the lower number first, that are near each other in plan.

    Of parts of models those of which nothing would be said are left out before their outlines are
    compared: a tower has thousands of them above each other.
    """
    import numpy as np
    import shapely  # see above

    pairs = _in_reach(tree, bodies, part, distance)
    pairs = pairs[:, bodies.may_be_related(pairs)]
    # Not with np.unique along an axis, which sorts rows as bytes and takes seconds.
    low, high = pairs.min(axis=0), pairs.max(axis=0)
    numbers = np.unique(low * len(bodies.footprints) + high)
    pairs = np.stack(np.divmod(numbers, len(bodies.footprints)))
    one, two = bodies.footprints[pairs]
    return np.asarray(pairs[:, shapely.dwithin(one, two, distance)])


def _in_reach(
    tree: Any, bodies: said.Bodies, part: npt.NDArray[np.int64], distance: float
) -> npt.NDArray[np.int64]:
    """Return the pairs of *part* and all others whose extents are near each other."""
    import numpy as np
    import shapely  # see above

    edges = shapely.bounds(bodies.footprints[part]) + np.array([-1, -1, 1, 1]) * distance
    near = tree.query(shapely.box(*edges.T))
    pairs = np.stack([part[near[0]], near[1]])
    return np.asarray(pairs[:, pairs[0] != pairs[1]])


def _nearest_of(
    shapes: Sequence[Shape],
    tree: Any,
    bodies: said.Bodies,
    part: npt.NDArray[np.int64],
    rule: TopologyRule,
) -> set[Finding]:
    """Return what is the nearest to each of *part*, looked for in growing circles.

    What is nearest within a circle is nearest of all, since nothing outside is as near.
    """
    import numpy as np
    import shapely  # see above

    found: set[Finding] = set()
    radius = min(1.0, rule.reach_m)
    waiting = part[bodies.has_nearest(part)]
    while len(waiting):
        # A little farther, since of those that are as near to the millimetre the first counts.
        seen = radius + 2 * _NOISE_M
        pairs = _in_reach(tree, bodies, waiting, seen)
        here, there = pairs[:, bodies.may_be_nearest(*pairs)]
        gaps = shapely.distance(bodies.footprints[here], bodies.footprints[there])
        gaps = np.hypot(gaps, bodies.gap_of_heights(here, there))
        is_last = radius >= rule.reach_m
        apart = (gaps > _NOISE_M) & (gaps <= (radius if is_last else seen))
        done = waiting if is_last else np.unique(here[apart & (gaps <= radius)])
        apart &= np.isin(here, done)
        found |= _nearest(shapes, here[apart], there[apart], gaps[apart])
        waiting = np.setdiff1d(waiting, done)
        radius = min(radius * 3, rule.reach_m)
    return found


def nearest_among(
    shapes: Sequence[Shape], goals: Collection[str], rule: TopologyRule
) -> set[Finding]:
    """Return which of *goals* is the nearest of them to each of the other shapes."""
    import numpy as np
    import shapely  # see above

    is_goal = np.array([shape.id in goals for shape in shapes], dtype=bool)
    asked, answers = np.flatnonzero(~is_goal), np.flatnonzero(is_goal)
    if not (len(asked) and len(answers)):
        return set()
    footprints = np.array([shape.footprint for shape in shapes])
    tree = shapely.STRtree(footprints[answers])
    near = tree.query(footprints[asked], predicate="dwithin", distance=rule.reach_m)
    here, there = asked[near[0]], answers[near[1]]
    gaps = shapely.distance(footprints[here], footprints[there])
    bodies = said.Bodies.of(shapes, footprints)
    may_be = bodies.may_be_nearest(here, there)
    here, there, gaps = here[may_be], there[may_be], gaps[may_be]
    gaps = np.hypot(gaps, bodies.gap_of_heights(here, there))
    apart = (gaps > _NOISE_M) & (gaps <= rule.reach_m)
    return _nearest(shapes, here[apart], there[apart], gaps[apart])


def _pairs(
    shapes: Sequence[Shape], footprints: npt.NDArray[np.object_], pairs: npt.NDArray[np.int64]
) -> Iterator[Finding]:
    import shapely  # see above

    one, two = footprints[pairs[0]], footprints[pairs[1]]
    gaps = shapely.distance(one, two)
    inside = shapely.within(one, two)
    around = shapely.within(two, one)
    touching = shapely.touches(one, two)
    for n, (i, j) in enumerate(pairs.T):
        a, b = sorted((shapes[i], shapes[j]), key=lambda shape: shape.id)
        turned = a is not shapes[i]
        gap = float(gaps[n])
        if not (a.is_whole and b.is_whole):
            yield from _parts(
                a, b, (inside[n], around[n]) if not turned else (around[n], inside[n])
            )
        elif (order := _stacked(a, b)) != 0:
            if gap == 0 and not touching[n]:
                upper, lower = (a, b) if order > 0 else (b, a)
                yield "above", upper.id, lower.id, 0.0
        elif gap > _NOISE_M:
            yield "adjacent", a.id, b.id, round(gap, 3)
        elif inside[n] or around[n]:
            if around[n] if turned else inside[n]:
                yield "within", a.id, b.id, 0.0
            if inside[n] if turned else around[n]:
                yield "within", b.id, a.id, 0.0
        elif touching[n] or gap > 0:
            yield "touches", a.id, b.id, 0.0
        else:
            yield "overlaps", a.id, b.id, 0.0


def _parts(a: Shape, b: Shape, within: tuple[bool, bool]) -> Iterator[Finding]:
    """Yield what can be said of two of which one is known by a point of it alone."""
    for inner, outer, is_inside in ((a, b, within[0]), (b, a, within[1])):
        if is_inside and outer.is_whole and outer.footprint.area > 0 and _stacked(a, b) == 0:
            yield "within", inner.id, outer.id, 0.0


def _stacked(a: Shape, b: Shape) -> int:
    """Return 1 where all of *a* is above all of *b*, -1 the other way round, else 0."""
    if a.bottom is None or a.top is None or b.bottom is None or b.top is None:
        return 0
    if _clears(a.bottom, b.bottom, b.top):
        return 1
    return -1 if _clears(b.bottom, a.bottom, a.top) else 0


def _clears(height: float, bottom: float, top: float) -> bool:
    """Return whether what begins at a height is above what stands from *bottom* to *top*."""
    return height >= top - _NOISE_M if top > bottom else height > top + _LEVEL_M


def _nearest(
    shapes: Sequence[Shape],
    here: npt.NDArray[np.int64],
    there: npt.NDArray[np.int64],
    gaps: npt.NDArray[np.float64],
) -> set[Finding]:
    best: dict[int, tuple[float, str]] = {}
    for one, other, gap in zip(here.tolist(), there.tolist(), gaps.tolist(), strict=True):
        candidate = (round(gap, 3), shapes[other].id)
        if one not in best or candidate < best[one]:
            best[one] = candidate
    return {("nearest", shapes[one].id, other, gap) for one, (gap, other) in best.items()}
