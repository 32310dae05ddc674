"""Where the features of layers stand in the scene: as their layer has them, moved, or not at all.

A layer's files stay as they were imported. What an edit says of the entity that a feature stands
for is told by comparing the entity with what it was when the feature came to stand for it.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import SCALE_ATTRIBUTE, Entity, Position, scale_of
from twin_model.store import rows
from twin_model.store.damage import telling_damage
from twin_model.view import TwinView

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from twin_model.frame import Frame
    from twin_model.twin import Twin

#: Smaller differences come of writing coordinates down, not of moving anything.
_LEAST_M: Final = 1e-4
_LEAST_DEG: Final = 1e-4
_LEAST_FACTOR: Final = 1e-6
_POSE: Final = ("geom", "heading_deg", "pitch_deg", "roll_deg", "attributes", "own_geometry")


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a thing stands, which way it faces and how large it is against its layer's picture.

    Parameters
    ----------
    position : Position
        Local metres.
    heading_deg, pitch_deg, roll_deg : float
        As of `Entity`.
    scale : float
    """

    position: Position
    heading_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Displacement:
    """How a feature came from where its layer has it to where it stands.

    Parameters
    ----------
    before, after : Pose
    """

    before: Pose
    after: Pose

    @property
    def is_none(self) -> bool:
        """Whether it leaves the feature where it is."""
        a, b = self.before, self.after
        turns = (
            a.heading_deg - b.heading_deg,
            a.pitch_deg - b.pitch_deg,
            a.roll_deg - b.roll_deg,
        )
        return (
            math.dist(a.position, b.position) < _LEAST_M
            and all(abs((turn + 180.0) % 360.0 - 180.0) < _LEAST_DEG for turn in turns)
            and abs(a.scale - b.scale) < _LEAST_FACTOR
        )

    @cached_property
    def matrix(self) -> npt.NDArray[np.float64]:
        """The (4, 4) matrix from where it was to where it is, both local metres."""
        import numpy as np

        turn = _rotation(self.after) @ _rotation(self.before).T
        linear = turn * (self.after.scale / self.before.scale)
        out = np.eye(4)
        out[:3, :3] = linear
        out[:3, 3] = np.array(self.after.position) - linear @ np.array(self.before.position)
        return out


@dataclass(frozen=True)
class Placing:
    """What of the layers is not drawn as they have it.

    Parameters
    ----------
    absent : dict of str to set of int
        Features by layer that stand for nothing at the instant.
    replaced : dict of str to set of int
        Features whose entity got a shape of its own, which is drawn in their place.
    moved : dict of str to dict of int to Displacement
    """

    absent: dict[str, set[int]] = field(default_factory=dict)
    replaced: dict[str, set[int]] = field(default_factory=dict)
    moved: dict[str, dict[int, Displacement]] = field(default_factory=dict)

    def hidden(self, again: Mapping[str, Collection[int]] = {}) -> dict[str, set[int]]:
        """Return the features that are not drawn, by layer.

        Parameters
        ----------
        again : mapping of str to collection of int
            Features that are drawn although they stand for nothing.
        """
        found = {layer: ids - set(again.get(layer, ())) for layer, ids in self.absent.items()}
        for layer, ids in self.replaced.items():
            found[layer] = found.get(layer, set()) | ids
        return found


@telling_damage
def placing(view: Twin | TwinView) -> Placing:
    """Return where the features of all layers stand at a view's instant."""
    seen = view if isinstance(view, TwinView) else TwinView(view)
    found = Placing(absent_features(seen))
    for now, first in _edited(seen):
        layer, feature = str(now["layer"]), int(now["feature"])
        if _is_replaced(now, first):
            found.replaced.setdefault(layer, set()).add(feature)
            continue
        displacement = _displacement(now, first, seen.frame)
        if displacement is not None:
            found.moved.setdefault(layer, {})[feature] = displacement
    return found


@telling_damage
def replacing(view: Twin | TwinView, limit: int = 100_000) -> list[Entity]:
    """Return the entities whose own shape is drawn in the place of a layer's feature."""
    seen = view if isinstance(view, TwinView) else TwinView(view)
    ids = [str(now["id"]) for now, first in _edited(seen) if _is_replaced(now, first)]
    return [seen.entity(one) for one in ids[:limit]]


@telling_damage
def is_replaced(view: Twin | TwinView, entity: Entity) -> bool:
    """Return whether an entity's own shape is drawn in the place of a layer's feature."""
    if entity.geometry is None or entity.layer is None or entity.feature is None:
        return False
    seen = view if isinstance(view, TwinView) else TwinView(view)
    return any(_is_replaced(now, first) for now, first in _edited(seen, entity.id))


@telling_damage
def absent_features(
    view: Twin | TwinView, layers: Collection[str] | None = None
) -> dict[str, set[int]]:
    """Return features of layers whose entities do not exist at a view's instant, though they did
    or will.

    Parameters
    ----------
    view : Twin or TwinView
    layers : collection of str, optional
        Only of these.
    """
    seen = view if isinstance(view, TwinView) else TwinView(view)
    moment = seen.moment()
    # One index answers: (layer, feature, valid_from, valid_to) of what is known now.
    query = (
        "SELECT layer, feature FROM entity_version INDEXED BY entity_version_feature"
        " WHERE revision_to IS NULL AND layer IS NOT NULL AND feature IS NOT NULL"
        " GROUP BY layer, feature HAVING max(valid_from <= ? AND valid_to > ?) = 0"
    )
    found: dict[str, set[int]] = {}
    for layer, feature in seen.reader().execute(query, (moment.at_us, moment.at_us)):
        if layers is None or layer in layers:
            found.setdefault(str(layer), set()).add(int(feature))
    return found


# -- what was edited -------------------------------------------------------------------


def _edited(
    seen: TwinView, entity_id: str | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield what stands for features now and when these came to stand for it, where it differs.

    Whatever was edited has a version that ended: an index names them, so that of a million
    entities only these are read.

    Parameters
    ----------
    seen : TwinView
    entity_id : str, optional
        Only of this one.
    """
    connection = seen.reader()
    hold, when = seen.moment().condition("now.")
    columns = ("fid", "entity", "id", "layer", "feature", *_POSE)
    listed = ", ".join(f"{side}.{name}" for side in ("now", "first") for name in columns)
    touched = (
        "SELECT DISTINCT entity FROM entity_version WHERE revision_to IS NOT NULL"
        " AND layer IS NOT NULL"
    )
    one = []
    if entity_id is not None:
        touched, one = "SELECT key AS entity FROM entity_key WHERE id = ?", [entity_id]
    differ = " OR ".join(f"now.{name} IS NOT first.{name}" for name in _POSE[:-2])
    query = (
        f"SELECT {listed}, (SELECT count(*) FROM entity_version o WHERE o.entity = now.entity"
        " AND (o.layer IS NOT now.layer OR o.feature IS NOT now.feature)) AS others"
        f" FROM ({touched}) touched"
        " CROSS JOIN entity_version now ON now.entity = touched.entity"
        " CROSS JOIN entity_version first ON first.fid = (SELECT min(f.fid) FROM entity_version f"
        "  WHERE f.entity = now.entity AND f.layer = now.layer AND f.feature = now.feature)"
        f" WHERE {hold} AND now.layer IS NOT NULL AND now.feature IS NOT NULL"
        f" AND (others > 0 OR now.own_geometry IS NOT first.own_geometry OR {differ}"
        "  OR instr(now.attributes, ?) > 0 OR instr(first.attributes, ?) > 0)"
    )
    scale = f'"{SCALE_ATTRIBUTE}"'
    for row in connection.execute(query, [*one, *when, scale, scale]):
        now = dict(zip(columns, row, strict=False))
        first = dict(zip(columns, row[len(columns) :], strict=False))
        if row[-1]:
            first = _attached(connection, now, columns)
        yield now, first


def _attached(
    connection: sqlite3.Connection, now: Mapping[str, Any], columns: tuple[str, ...]
) -> dict[str, Any]:
    """Return the version of an entity with which its feature came to stand for it last.

    Versions are followed backwards: from a copy that undo made to what it copies, from an edited
    one to what the edit ended.
    """
    names = (*columns, "origin", "revision_from", "revision_to", "valid_from", "valid_to")
    known = {
        row[0]: dict(zip(names, row, strict=True))
        for row in connection.execute(
            f"SELECT {', '.join(names)} FROM entity_version WHERE entity = ?", (now["entity"],)
        )
    }
    here = known[now["fid"]]
    while True:
        while here["origin"] is not None and here["origin"] in known:
            here = known[here["origin"]]
        before = [
            one
            for one in known.values()
            if one["revision_to"] == here["revision_from"]
            and one["fid"] < here["fid"]
            and (one["layer"], one["feature"]) == (here["layer"], here["feature"])
            and one["valid_from"] < here["valid_to"]
            and one["valid_to"] > here["valid_from"]
        ]
        if not before:
            return here
        here = max(before, key=lambda one: int(one["fid"]))


def _is_replaced(now: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    """Return whether an entity got a shape after its feature; one it had before waits below it."""
    return now["own_geometry"] is not None and first["own_geometry"] is None


def _displacement(
    now: Mapping[str, Any], first: Mapping[str, Any], frame: Frame
) -> Displacement | None:
    before, after = _pose(first, frame), _pose(now, frame)
    if before is None or after is None:
        return None
    found = Displacement(before, after)
    return None if found.is_none else found


def _pose(row: Mapping[str, Any], frame: Frame) -> Pose | None:
    position = rows.decode_point(row["geom"], frame)
    if position is None:
        return None
    text = row["attributes"]
    scale = scale_of(json.loads(text)) if SCALE_ATTRIBUTE in text else 1.0
    return Pose(position, row["heading_deg"], row["pitch_deg"], row["roll_deg"], scale)


def _rotation(pose: Pose) -> npt.NDArray[np.float64]:
    """Return the rotation of what faces north upright: roll, then pitch, then heading."""
    import numpy as np

    def about(axis: int, angle_deg: float) -> npt.NDArray[np.float64]:
        cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        one, two = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[one, one] = turn[two, two] = cos
        turn[one, two], turn[two, one] = -sin, sin
        return turn

    return about(2, -pose.heading_deg) @ about(0, pose.pitch_deg) @ about(1, pose.roll_deg)
