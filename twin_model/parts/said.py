"""What parts of building models are to each other and to what stands around them.

A model has tens of thousands of parts, and of most pairs nothing is worth saying. So it goes by
what they are (`twin_model.parts.roles`):

==================  ================================================================================
rooms, storeys,     to their like: overlaps, touches, adjacent (facing each other along at least
places              0.3 m), above (at most 2 m between ceiling and floor); within each other, and
                    within land
walls, decks,       to rooms: within or touches; decks: above; doors and windows: adjacent (up to
doors, windows      0.5 m). To storeys: within. To each other: touches, above (what it rests on),
                    doors and windows within walls
everything else     within rooms and storeys
==================  ================================================================================

With what is no part of a model: rooms, storeys and places as they are to each other; the rest is
within it, or not. Within is what has nine tenths of its area there and half of its height.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.parts.roles import Role

if TYPE_CHECKING:
    from twin_model.spatial import Finding, Shape

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Models have joints, and measure them differently: what is nearer than this meets.
_MEETS_M: Final = 0.05
_FACING_M: Final = 0.3
#: Nearer than this to each other along a shared line is beside each other there.
_ALONG_M: Final = 0.05
_CEILING_M: Final = 2.0
_FLOOR_M: Final = 0.5
_RESTS_M: Final = 0.1
_DOOR_M: Final = 0.5
#: What has no height stands on its floor, and floors are not drawn to the centimetre.
_ON_FLOOR_M: Final = 0.3
_INSIDE: Final = 0.9
_HALF_HEIGHT: Final = 0.5
_OVERLAP: Final = 0.05
_LEAST_M2: Final = 0.01

_OWN: Final = 0
_NUMBER: Final = {role: number for number, role in enumerate(Role, start=1)}
_COUNT: Final = len(_NUMBER) + 1


def _numbers(*roles: Role) -> Ints:
    return np.array([_NUMBER[role] for role in roles])


_SPACES: Final = _numbers(Role.LAND, Role.PLACE, Role.STOREY, Role.ROOM)
_BUILT: Final = _numbers(Role.DECK, Role.ELEMENT, Role.OPENING)


_BESIDE: Final = _numbers(Role.PLACE, Role.STOREY, Role.ROOM)
#: Of pieces and rooms the nearest is said, and of what is no part of a model; not that of a wall.
_NEAREST: Final = np.array([_OWN, *_numbers(Role.PLACE, Role.ROOM, Role.PIECE)])


def _table() -> Flags:
    """Return of which pairs of roles something may be said."""
    allowed = np.zeros((_COUNT, _COUNT), bool)
    allowed[_OWN, :] = True
    for one in _SPACES:
        allowed[one, _SPACES] = True
    for space in _numbers(Role.STOREY, Role.ROOM):
        allowed[space, _BUILT] = True
        allowed[space, _NUMBER[Role.PIECE]] = True
    for one in _BUILT:
        allowed[one, _BUILT] = True
    return np.asarray(allowed | allowed.T)


_ALLOWED: Final = _table()


@dataclass(frozen=True)
class Bodies:
    """Shapes as arrays.

    Parameters
    ----------
    ids : list of str
    footprints : (n,) array of shapely geometries
    bottom, top : (n,) float64 arrays
        Local metres; not a number where there are no heights.
    role : (n,) int64 array
        0 where it is no part of a model.
    """

    ids: list[str]
    footprints: npt.NDArray[np.object_]
    bottom: Floats
    top: Floats
    role: Ints

    @classmethod
    def of(cls, shapes: Sequence[Shape], footprints: npt.NDArray[np.object_]) -> Bodies:
        """Return shapes as arrays."""
        heights = np.full((len(shapes), 2), np.nan)
        for n, shape in enumerate(shapes):
            if shape.bottom is not None and shape.top is not None:
                heights[n] = shape.bottom, shape.top
            elif shape.base is not None:
                heights[n] = shape.base
            if shape.role is None and heights[n, 1] - heights[n, 0] < _ON_FLOOR_M:
                heights[n, 1] = heights[n, 0] + _ON_FLOOR_M
        role = [_OWN if shape.role is None else _NUMBER[shape.role] for shape in shapes]
        ids = [shape.id for shape in shapes]
        return cls(ids, footprints, heights[:, 0], heights[:, 1], np.array(role, np.int64))

    @property
    def is_part(self) -> Flags:
        """Whether each is a part of a model that knows its outline."""
        return np.asarray(self.role != _OWN)

    def gap_of_heights(self, one: Ints, two: Ints) -> Floats:
        """Return how far above each other the two of each pair are; 0 where their heights meet.

        Also 0 where one has no heights, or neither is a part of a model: these are compared in
        plan.
        """
        of_model = self.is_part[one] | self.is_part[two]
        gap = np.maximum(np.nan_to_num(self._apart(one, two)), 0.0)
        return np.asarray(np.where(of_model, gap, 0.0))

    def has_nearest(self, some: Ints) -> Flags:
        """Return of which something is said to be the nearest."""
        return np.asarray(np.isin(self.role[some], _NEAREST))

    def may_be_nearest(self, one: Ints, two: Ints) -> Flags:
        """Return of which pairs one may be said to be the nearest to the other."""
        mine, other = self.role[one], self.role[two]
        found = (mine == other) | (mine == _OWN) | (other == _OWN)
        return np.asarray(found & np.isin(mine, _NEAREST) & np.isin(other, _NEAREST))

    def _apart(self, one: Ints, two: Ints) -> Floats:
        """Return the gap between the heights of each pair, negative by how far they share some."""
        floor = np.maximum(self.bottom[one], self.bottom[two])
        return np.asarray(floor - np.minimum(self.top[one], self.top[two]))

    def may_be_related(self, pairs: Ints) -> Flags:
        """Return of which pairs something may be said, without a look at their outlines."""
        one, two = self.role[pairs[0]], self.role[pairs[1]]
        far = np.nan_to_num(self._apart(*pairs)) > _CEILING_M
        place = _NUMBER[Role.PLACE]
        over = (one == _OWN) & (two == place) | (one == place) & (two == _OWN)
        return np.asarray(_ALLOWED[one, two] & ((one == _OWN) & (two == _OWN) | ~far | over))


def between(bodies: Bodies, pairs: Ints, tolerance_m: float) -> Iterator[Finding]:
    """Yield what is said of pairs of which at least one is a part of a model.

    Parameters
    ----------
    bodies : Bodies
    pairs : (2, n) int64 array
        Near each other in plan.
    tolerance_m : float
        Up to this distance two places are adjacent.
    """
    if pairs.shape[1]:
        yield from _Pairs(bodies, pairs, tolerance_m).findings()


class _Pairs:
    """Measures of many pairs at once, and what follows from them."""

    def __init__(self, bodies: Bodies, pairs: Ints, tolerance_m: float) -> None:
        import shapely  # only where there are models: it takes 0.1 s to load

        self._ids = bodies.ids
        self._pairs = pairs
        self._tolerance_m = tolerance_m
        shapes = bodies.footprints[pairs]
        self._shapes = shapes
        self._roles = bodies.role[pairs]
        self._gap = shapely.distance(shapes[0], shapes[1])
        self._shared = np.zeros(pairs.shape[1])
        meets = self._gap == 0
        self._shared[meets] = shapely.area(shapely.intersection(shapes[0][meets], shapes[1][meets]))
        self._area = shapely.area(shapes)
        inside = [self._covered(one, two) for one, two in ((0, 1), (1, 0))]
        heights = bodies.top[pairs] - bodies.bottom[pairs]
        self._bottom = bodies.bottom[pairs]
        apart = bodies._apart(*pairs)
        flat = np.isnan(apart)
        # Where one has no heights, such as land, they are compared in plan.
        self._apart = np.where(flat, -np.inf, apart)
        #: Heights meet that share more than this: of thin things half of it.
        self._joint = np.minimum(_MEETS_M, np.nan_to_num(heights.min(axis=0) / 2, nan=_MEETS_M))
        with np.errstate(invalid="ignore", divide="ignore"):
            part = -self._apart / np.maximum(heights, 1e-3)
        self._inside = [inside[n] & (flat | (part[n] >= _HALF_HEIGHT)) for n in (0, 1)]
        self._volume = self._area * np.nan_to_num(np.maximum(heights, _MEETS_M), nan=1e9)

    def _covered(self, one: int, two: int) -> Flags:
        """Return where nine tenths of one lie in the other."""
        import shapely  # see above

        area = self._area[one]
        found = (area > 0) & (self._shared >= _INSIDE * area)
        points = (area == 0) & (self._area[two] > 0) & (self._gap == 0)
        if points.any():
            found[points] = shapely.covers(self._shapes[two][points], self._shapes[one][points])
        return np.asarray(found)

    def findings(self) -> Iterator[Finding]:
        """Yield what is said of all of them."""
        spaces = self._are(_SPACES, _SPACES) | self._are([_OWN], _SPACES)
        built = self._are(_BUILT, _BUILT)
        room, storey = _numbers(Role.ROOM), _numbers(Role.STOREY)
        at_room = self._are(_BUILT, room)
        leaf = self._are(_BUILT, storey) | self._are([_NUMBER[Role.PIECE]], [*room, *storey])
        alone = self._are([_OWN], [*_BUILT, _NUMBER[Role.PIECE]])
        yield from self._of_spaces(spaces)
        yield from self._of_built(built)
        yield from self._at_rooms(at_room)
        # Of storeys and parts, and of pieces, the larger one is never within the smaller.
        yield from self._within(leaf, parts_only=True)
        yield from self._within(alone, parts_only=True)

    def _are(self, one: Any, two: Any) -> Flags:
        """Return which pairs are one of some roles and one of others, in either order."""
        first, second = np.isin(self._roles, one), np.isin(self._roles, two)
        return np.asarray(first[0] & second[1] | first[1] & second[0])

    def _named(self, kind: str, chosen: Flags, gap: bool = False) -> Iterator[Finding]:
        """Yield a relation that is the same from both ends."""
        for n in np.flatnonzero(chosen):
            a, b = sorted((self._ids[self._pairs[0, n]], self._ids[self._pairs[1, n]]))
            yield kind, a, b, round(float(self._gap[n]), 3) if gap else 0.0

    def _within(self, chosen: Flags, *, parts_only: bool = False) -> Iterator[Finding]:
        """Yield what is within what; of two of one size each in the other."""
        for inner in (0, 1):
            outer = 1 - inner
            found = chosen & self._inside[inner]
            if parts_only:  # the one that holds is the room, the storey, or no part at all
                holds = np.isin(
                    self._roles[outer], [_OWN, *_numbers(Role.STOREY, Role.ROOM)]
                ) & ~np.isin(self._roles[inner], [_OWN, *_SPACES])
                found &= holds
            else:
                found &= ~self._inside[outer] | (self._volume[inner] <= self._volume[outer])
            for n in np.flatnonzero(found):
                ends = self._pairs[inner, n], self._pairs[outer, n]
                yield "within", self._ids[ends[0]], self._ids[ends[1]], 0.0

    def _above(self, chosen: Flags) -> Iterator[Finding]:
        for n in np.flatnonzero(chosen):
            upper = 0 if self._bottom[0, n] > self._bottom[1, n] else 1
            ends = self._ids[self._pairs[upper, n]], self._ids[self._pairs[1 - upper, n]]
            yield "above", *ends, 0.0

    @property
    def _is_level(self) -> Flags:
        """Whether the heights of both meet."""
        return np.asarray(self._apart < -self._joint)

    @property
    def _is_stacked(self) -> Flags:
        """Whether one begins where the other ends, or higher, and one covers some of the other."""
        smaller = np.maximum(self._area.min(axis=0), 1e-9)
        covers = (self._shared >= _LEAST_M2) & (self._shared >= _OVERLAP * smaller)
        points = (self._area.min(axis=0) == 0) & (self._gap == 0)
        return np.asarray(~self._is_level & (covers | points))

    def _facing(self, chosen: Flags) -> Flags:
        """Return which of some pairs face each other along a line, not just at a corner."""
        import shapely  # see above

        found = np.zeros(len(chosen), bool)
        index = np.flatnonzero(chosen)
        if len(index):
            one, two = self._shapes[0][index], self._shapes[1][index]
            near = shapely.buffer(one, self._gap[index] + _ALONG_M, quad_segs=4)
            length = shapely.length(shapely.intersection(near, shapely.boundary(two)))
            # A post faces with all that it has.
            girth = np.minimum(shapely.length(one), shapely.length(two))
            flat = (self._area[0][index] == 0) | (self._area[1][index] == 0)
            found[index] = flat | (length >= np.minimum(_FACING_M, girth / 8))
        return found

    def _of_spaces(self, chosen: Flags) -> Iterator[Finding]:
        # A room and a storey, a storey and a building: one holds the other, or nothing is said.
        alike = (self._roles[0] == self._roles[1]) & np.isin(self._roles[0], _BESIDE)
        alike |= (self._roles == _OWN).any(axis=0)
        stacked = chosen & self._is_stacked & alike
        is_place = np.isin(self._roles, _numbers(Role.PLACE)).any(axis=0)
        is_own = (self._roles == _OWN).any(axis=0) & is_place
        yield from self._above(stacked & (is_own | (self._apart <= _CEILING_M)))
        level = chosen & ~self._is_stacked & self._is_level
        inside = self._inside[0] | self._inside[1]
        yield from self._within(level & inside)
        rest = level & ~inside & alike
        smaller = np.maximum(self._area.min(axis=0), 1e-9)
        overlaps = rest & (self._shared >= _LEAST_M2) & (self._shared >= _OVERLAP * smaller)
        yield from self._named("overlaps", overlaps)
        facing = self._facing(rest & ~overlaps & (self._gap <= self._tolerance_m))
        yield from self._named("touches", facing & (self._gap <= _MEETS_M))
        yield from self._named("adjacent", facing & (self._gap > _MEETS_M), gap=True)

    def _of_built(self, chosen: Flags) -> Iterator[Finding]:
        stacked = chosen & self._is_stacked
        yield from self._above(stacked & (self._apart <= _RESTS_M))
        meets = chosen & ~stacked & self._is_level & (self._gap <= _MEETS_M)
        opening = _NUMBER[Role.OPENING]
        held = np.zeros(len(chosen), bool)
        for inner in (0, 1):
            fits = meets & (self._roles[inner] == opening) & self._inside[inner]
            fits &= self._roles[1 - inner] != opening
            held |= fits
            for n in np.flatnonzero(fits):
                ends = self._pairs[inner, n], self._pairs[1 - inner, n]
                yield "within", self._ids[ends[0]], self._ids[ends[1]], 0.0
        yield from self._named("touches", meets & ~held)

    def _at_rooms(self, chosen: Flags) -> Iterator[Finding]:
        deck = chosen & np.isin(self._roles, _numbers(Role.DECK)).any(axis=0)
        yield from self._above(deck & self._is_stacked & (self._apart <= _FLOOR_M))
        level = chosen & ~(deck & self._is_stacked) & self._is_level
        inside = np.zeros(len(chosen), bool)
        for inner in (0, 1):
            inside |= np.isin(self._roles[inner], _BUILT) & self._inside[inner]
        yield from self._within(level, parts_only=True)
        rest = level & ~inside
        meets = rest & (self._gap <= _MEETS_M)
        yield from self._named("touches", self._facing(meets))
        door = np.isin(self._roles, _numbers(Role.OPENING)).any(axis=0)
        near = rest & ~meets & door & (self._gap <= _DOOR_M)
        yield from self._named("adjacent", self._facing(near), gap=True)
