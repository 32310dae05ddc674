"""Entities, their relations, and the types they follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.time import Interval

#: A frozen value, so that all may share it.
ALL_TIME = Interval()

Position = tuple[float, float, float]
"""x, y, z in local metres."""

#: Attribute that says how many times as large as its layer's picture a thing is drawn.
SCALE_ATTRIBUTE: Final = "shapan_scale"


def scale_of(attributes: Mapping[str, Any]) -> float:
    """Return how many times as large as its layer's picture a thing is."""
    value = attributes.get(SCALE_ATTRIBUTE)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 1.0
    return float(value) if math.isfinite(value) and value > 0 else 1.0


def with_scale(attributes: Mapping[str, Any], scale: float) -> dict[str, Any]:
    """Return attributes that say how large a thing is drawn; of what is as large, nothing."""
    others = {name: value for name, value in attributes.items() if name != SCALE_ATTRIBUTE}
    return others if abs(scale - 1.0) < 1e-6 else {**others, SCALE_ATTRIBUTE: round(scale, 6)}


@dataclass(frozen=True, slots=True)
class Codes:
    """The unified codes of an entity; an empty string where none is given yet."""

    management: str = ""
    space: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of the twin.

    Parameters
    ----------
    id : str
        UUID text, stable for the life of the thing.
    type : str
        Identifier of its `EntityType`, such as ``building``.
    name : str
    position : Position or None
        Reference point in local metres.
    geometry : bytes or None
        Own geometry as WKB in local metres (2D or 3D); None where a layer's features stand
        for it.
    heading_deg : float
        Clockwise from grid north.
    layer : str or None
        Layer whose features stand for it.
    feature : int or None
        Feature id within that layer (tile feature id, vector row).
    guid : str
        Identifier in the source, such as the IFC GlobalId.
    attributes : dict
        Business attributes; JSON values.
    indicators : dict
        Declared dynamic indicators by name.
    rules : list
        Behaviour rules declared on it.
    codes : Codes
    valid : Interval
        When the thing is so in the world.
    pitch_deg, roll_deg : float
        After the heading: how far its front is raised, then how far its right side is lowered.
    height_reference : str
        What its height is stated above, see `twin_model.heights`; the position is in local metres
        whatever it says. Empty for the project's vertical datum.
    """

    id: str
    type: str
    name: str = ""
    position: Position | None = None
    geometry: bytes | None = None
    heading_deg: float = 0.0
    layer: str | None = None
    feature: int | None = None
    guid: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    indicators: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    codes: Codes = Codes()
    valid: Interval = ALL_TIME
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    height_reference: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed, directed edge between two entities.

    Parameters
    ----------
    id : str
    kind : str
        ``contains``, ``aggregates``, ``connects``, ``feeds``, ``adjacent``…
    source, target : str
        Entity ids.
    attributes : dict
    computed : bool
        True where it follows from geometry, False where somebody asserted it.
    valid : Interval
    """

    id: str
    kind: str
    source: str
    target: str
    attributes: dict[str, Any] = field(default_factory=dict)
    computed: bool = False
    valid: Interval = ALL_TIME
