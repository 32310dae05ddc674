"""What the kinds of relation mean to the model."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from twin_model.entity import ALL_TIME, Relation
from twin_model.errors import ValidationError
from twin_model.time import Interval

#: From the whole to the part; together a hierarchy without circles.
HIERARCHY: Final = frozenset({"contains", "aggregates", "parent_of", "union"})
#: How a kind is called from its other end. Such relations are stored the other way round.
INVERSES: Final = {"belongs_to": "contains", "child_of": "parent_of", "member_of": "union"}
#: Along these something flows, from source to target unless `Direction` says otherwise.
FLOW: Final = frozenset({"feeds", "connects"})
#: Computed from geometry by `twin_model.topology`.
TOPOLOGY: Final = frozenset({"within", "touches", "overlaps", "above", "adjacent", "nearest"})


def is_stated(relation: Relation) -> bool:
    """Return whether a relation is somebody's statement, and does not follow from geometry.

    A kind that geometry says nothing of is a statement, whatever the relation says of itself.
    """
    return not relation.computed or relation.kind not in TOPOLOGY


class Direction(StrEnum):
    """Which way something flows along a ``connects`` relation."""

    FORWARD = "forward"  # from source to target
    BACKWARD = "backward"
    BOTH = "both"


def connection(
    relation_id: str,
    ends: tuple[str, str],
    *,
    ports: tuple[str, str] = ("", ""),
    direction: Direction = Direction.FORWARD,
    valid: Interval = ALL_TIME,
) -> Relation:
    """Return a ``connects`` relation.

    Parameters
    ----------
    relation_id : str
    ends : (str, str)
        Ids of source and target.
    ports : (str, str)
        Port at the source and at the target; empty where it has but one.
    direction : Direction
    valid : Interval
    """
    values = {"source_port": ports[0], "target_port": ports[1], "direction": direction.value}
    attributes = {name: value for name, value in values.items() if value}
    return Relation(relation_id, "connects", *ends, attributes=attributes, valid=valid)


def check(relation: Relation) -> None:
    """Refuse a relation that cannot be.

    Raises
    ------
    ValidationError
        If it leads from an entity to itself, has no kind, a direction that there is not, or holds
        for no time.
    """
    if not relation.kind:
        raise ValidationError("relations", "kind", relation.kind, "a relation has a kind")
    if relation.source == relation.target:
        raise ValidationError(
            "relations", relation.kind, relation.source, "an entity is related to itself"
        )
    if relation.valid.start == relation.valid.end:
        raise ValidationError("relations", relation.kind, relation.id, "holds for no time at all")
    direction = relation.attributes.get("direction")
    if relation.kind == "connects" and direction not in (None, *Direction):
        rule = f"must be one of {', '.join(Direction)}"
        raise ValidationError("relations", "direction", direction, rule)
