"""Where to stand so that a thing is in sight: a flight that ends behind a house shows the house."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.camera import CameraPose, look_at
from rendering.entities.view import EntitiesView
from rendering.extent import union
from rendering.picking import crossings
from rendering.tiles.parts import Part
from rendering.views.tileset import TilesetView
from twin_model.layer import Bounds

Array = npt.NDArray[np.float64]

#: Headings and pitches in degrees, the usual view first, then what differs least from it.
_VIEWS: Final = (
    (28.0, -32.0), (28.0, -50.0), (73.0, -32.0), (343.0, -32.0), (118.0, -32.0), (298.0, -32.0),
    (73.0, -50.0), (343.0, -50.0), (163.0, -32.0), (253.0, -32.0), (208.0, -32.0),
    (28.0, -70.0), (208.0, -50.0), (28.0, -85.0),
)  # fmt: skip
#: So much of a thing in sight is enough.
_ENOUGH: Final = 0.6
#: What lies so near the box of a thing is taken for the thing.
_OWN_M: Final = 0.3
#: With more triangles than this about, the usual view is taken: to test them would take seconds.
_MOST: Final = 300_000


@dataclass(frozen=True)
class Surface:
    """Triangles that are drawn.

    Parameters
    ----------
    matrix : (4, 4) array
        To local metres.
    position : (n, 3) array
    triangles : (m, 3) array
    """

    matrix: Array
    position: npt.NDArray[Any]
    triangles: npt.NDArray[Any]

    def corners(self) -> Array:
        """Return the corners (m, 3, 3) in local metres."""
        places = self.position.astype(np.float64) @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return np.asarray(places[self.triangles])


def surfaces_near(views: Iterable[object], area: Bounds) -> list[Surface]:
    """Return what is drawn of meshes in and about a box.

    Quick, for the thread that draws; what is returned may be read in another.

    Parameters
    ----------
    views : iterable of View
    area : Bounds
        Local metres.
    """
    found: list[Surface] = []
    for view in views:
        if isinstance(view, TilesetView):
            for node in view.engine.drawn:
                boxes = [box for box in (node.box, node.moved_box) if box is not None]
                if any(_meet(box, area) for box in boxes):
                    found += [one for part in getattr(node, "parts", ()) for one in _of(part)]
        elif isinstance(view, EntitiesView) and view.visible:
            for chunk in view.chunks():
                box, part = chunk.built.bounds, chunk.built.part
                if part is not None and box is not None and _meet(box, area):
                    found += _of(part)
    return found


def _of(part: Part) -> list[Surface]:
    if part.triangles is None:
        return []
    return [Surface(part.matrix, part.position, part.triangles if part.kept is None else part.kept)]


def _meet(one: Bounds, other: Bounds) -> bool:
    return all(one[n] <= other[n + 3] and other[n] <= one[n + 3] for n in range(3))


def reach(bounds: Bounds, aspect: float) -> Bounds:
    """Return the box that holds all lines of sight from where `clear_view` may stand."""
    eyes = [look_at(bounds, aspect=aspect, heading_deg=h, pitch_deg=p).eye for h, p in _VIEWS]
    whole = union([bounds, *((*eye, *eye) for eye in eyes)])
    assert whole is not None
    return whole


def clear_view(
    bounds: Bounds, thing: Bounds, surfaces: Sequence[Surface], aspect: float
) -> CameraPose:
    """Return an oblique view of *bounds* from where a thing is in sight.

    The usual view where it is in sight from there, or from nowhere, as what is inside a building;
    terrain is not looked at. Takes milliseconds to a second: not for the thread that draws.

    Parameters
    ----------
    bounds : Bounds
        What the view shows, local metres.
    thing : Bounds
        What is to be seen.
    surfaces : sequence of Surface
        From `surfaces_near`.
    aspect : float
        Width by height of the picture.
    """
    usual = look_at(bounds, aspect=aspect)
    if sum(len(one.triangles) for one in surfaces) > _MOST:
        return usual
    corners = _foreign(surfaces, thing)
    if len(corners) == 0:
        return usual
    best, most = usual, 0.0
    for heading, pitch in _VIEWS:
        pose = look_at(bounds, aspect=aspect, heading_deg=heading, pitch_deg=pitch)
        share = _share_in_sight(np.array(pose.eye), _goals(thing), corners)
        if share >= _ENOUGH:
            return pose
        if share > most:
            best, most = pose, share
    return best


def _foreign(surfaces: Sequence[Surface], thing: Bounds) -> Array:
    """Return the triangles that are not of the thing itself."""
    corners = np.concatenate([np.zeros((0, 3, 3)), *(one.corners() for one in surfaces)])
    low, high = np.array(thing[:3]) - _OWN_M, np.array(thing[3:]) + _OWN_M
    own = ((corners >= low) & (corners <= high)).all(axis=(1, 2))
    return np.asarray(corners[~own])


def _goals(thing: Bounds) -> Array:
    """Return five places of a thing: the middle, that of its top, and three about its top."""
    low, high = np.array(thing[:3]), np.array(thing[3:])
    shares = np.array([(0.5, 0.5, 0.5), (0.5, 0.5, 1), (0.2, 0.2, 0.9), (0.8, 0.2, 0.9),
                       (0.5, 0.8, 0.9)])  # fmt: skip
    return np.asarray(low + shares * (high - low))


def _share_in_sight(eye: Array, goals: Array, corners: Array) -> float:
    """Return the share of places that no triangle hides from an eye."""
    reach_low = np.minimum(goals.min(axis=0), eye)
    reach_high = np.maximum(goals.max(axis=0), eye)
    near = (corners.min(axis=1) <= reach_high) & (corners.max(axis=1) >= reach_low)
    candidates = corners[near.all(axis=1)]
    free = sum(not (crossings(eye, goal - eye, candidates) < 1.0).any() for goal in goals)
    return free / len(goals)
