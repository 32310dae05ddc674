"""Whether a placed scene is bent: what position and direction of photographs say against it.

Every photograph may be a little off, each in its own way. Where neighbours are off alike after
the best similarity, the shape is wrong: a lens that was taken for another domes a block, and
two parts that few tie points hold together fold about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.scene import SparseScene

FloatArray = npt.NDArray[np.float64]

#: A photograph and so many around it are averaged, which leaves what they have in common.
_TOGETHER: Final = 5
#: One sigma of receivers that state none.
_USUAL_SIGMA_M: Final = 3.0
#: What is bent: neighbours off by so many sigma and by such a share of the scene's reach, which
#: is greater where receivers drift for minutes, as those of telephones do.
_SIGMAS: Final = 3.0
_SHARE_STATED: Final = 0.01
_SHARE_UNSTATED: Final = 0.08
#: Gimbals state angles to a degree or two, and compasses headings to a few.
_MOST_TURN_DEG: Final = 6.0
_WEAK_TIES: Final = 30
_SIDE_PHOTOS: Final = 3


@dataclass(frozen=True)
class Joint:
    """The weakest place that a scene hangs together by.

    Parameters
    ----------
    first, second : str
        Photographs on its two sides.
    tie_points : int
        That they share.
    photos : int
        On the smaller side.
    """

    first: str
    second: str
    tie_points: int
    photos: int


@dataclass(frozen=True)
class Bending:
    """How far a scene's shape is from what its photographs state.

    Parameters
    ----------
    off_m : float or None
        What neighbours have in common of the distances to where they were taken, at worst; None
        where too few state it.
    reach_m : float
        How far those positions reach.
    turn_deg : float or None
        The same of directions; None where the gimbal's are not stated.
    joint : Joint or None
        None where it is not known which photograph sees which tie point.
    is_bent : bool
    """

    off_m: float | None
    reach_m: float
    turn_deg: float | None
    joint: Joint | None
    is_bent: bool

    def named(self, names: Mapping[str, str]) -> Bending:
        """Return the same with its photographs called otherwise."""
        if self.joint is None:
            return self
        first, second = names[self.joint.first], names[self.joint.second]
        return replace(self, joint=replace(self.joint, first=first, second=second))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        joint = self.joint
        return {
            "off_m": self.off_m,
            "reach_m": self.reach_m,
            "turn_deg": self.turn_deg,
            "joint": None if joint is None else vars(joint),
            "is_bent": self.is_bent,
        }

    def warnings(self) -> list[str]:
        """Return what there is to say about it, in sentences."""
        warnings: list[str] = []
        joint = self.joint
        if self.is_bent and self.off_m is not None:
            warnings.append(
                f"the scene is bent: neighbouring photographs lie up to {self.off_m:.1f} m alike "
                f"from where they were taken, over {self.reach_m:.0f} m"
            )
        if joint is not None and (self.is_bent or joint.tie_points < _WEAK_TIES):
            warnings.append(
                f"the scene hangs together by {joint.tie_points} tie points only between "
                f"{joint.first} and {joint.second}: more photographs there hold it better"
            )
        return warnings


def bending_of(
    scene: SparseScene,
    positions: dict[str, FloatArray],
    sigma_m: float | None,
    rotations: dict[str, FloatArray],
) -> Bending:
    """Return how far a placed scene is bent.

    Parameters
    ----------
    scene : SparseScene
        In local metres.
    positions : dict of str to (3,) float64 array
        Where photographs say they were taken, local metres.
    sigma_m : float or None
        Of those, if they state it.
    rotations : dict of str to (3, 3) float64 array
        World to camera, as gimbals state it.
    """
    joint = weakest_joint(scene)
    photos = [photo for photo in scene.photos if photo.name in positions]
    if len(photos) < _TOGETHER + 2:
        return Bending(None, 0.0, None, joint, is_bent=False)
    stated = np.array([positions[photo.name] for photo in photos])
    found = np.array([photo.centre_m for photo in photos])
    reach = float(np.linalg.norm(np.ptp(stated, axis=0)))
    off = stated - found
    # A common offset, of the geoid or a base station, bends nothing.
    common = _in_common(stated, off - np.median(off, axis=0))
    off_m = float(np.linalg.norm(common, axis=1).max())
    share = _SHARE_UNSTATED if sigma_m is None else _SHARE_STATED
    limit = max(_SIGMAS * (sigma_m or _USUAL_SIGMA_M), share * reach)
    turn = _turn_deg(scene, stated, rotations, [photo.name for photo in photos])
    is_bent = off_m > limit or (turn is not None and turn > _MOST_TURN_DEG)
    return Bending(off_m, reach, turn, joint, is_bent=is_bent)


def _in_common(places: FloatArray, values: FloatArray) -> FloatArray:
    """Return the median of values of each place and those around it."""
    from scipy.spatial import cKDTree

    _, near = cKDTree(places).query(places, min(_TOGETHER, len(places)))
    return np.asarray(np.median(values[near], axis=1), np.float64)


def _turn_deg(
    scene: SparseScene,
    places: FloatArray,
    rotations: dict[str, FloatArray],
    names: list[str],
) -> float | None:
    """Return how far neighbours are turned alike against what gimbals state, at worst."""
    from scipy.spatial.transform import Rotation

    known = [n for n, name in enumerate(names) if name in rotations]
    if len(known) < _TOGETHER + 2:
        return None
    own = {photo.name: photo.rotation for photo in scene.photos}
    turned = Rotation.from_matrix(np.array([own[names[n]].T @ rotations[names[n]] for n in known]))
    # Mountings and compasses turn all alike.
    usual = turned[int(np.argmin([(turned * one.inv()).magnitude().sum() for one in turned]))]
    vectors = np.degrees((turned * usual.inv()).as_rotvec())
    return float(np.linalg.norm(_in_common(places[known], vectors), axis=1).max())


def weakest_joint(scene: SparseScene) -> Joint | None:
    """Return by how many tie points the loosest part of a scene hangs on the rest.

    Photographs are joined by most tie points first; of the joins that bring together two parts
    of three photographs or more, the one by fewest is returned. None where there is none.
    """
    from scipy import sparse

    if not len(scene.observations):
        return None
    points, photos = scene.observations.T
    count = len(scene.photos)
    seen = sparse.csr_matrix(
        (np.ones(len(points), np.int64), (photos, points)), shape=(count, len(scene.points_m))
    )
    shared = sparse.triu(seen @ seen.T, 1).tocoo()
    part, weakest = list(range(count)), None
    members: dict[int, list[int]] = {n: [n] for n in range(count)}
    for edge in np.argsort(-shared.data, kind="stable"):
        first, second = int(shared.row[edge]), int(shared.col[edge])
        a, b = part[first], part[second]
        if a == b:
            continue
        smaller = min(len(members[a]), len(members[b]))
        if smaller >= _SIDE_PHOTOS:
            names = scene.photos[first].name, scene.photos[second].name
            weakest = Joint(*names, int(shared.data[edge]), smaller)
        for n in members[b]:
            part[n] = a
        members[a] += members.pop(b)
    return weakest
