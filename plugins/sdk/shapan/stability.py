"""Marks that say how far a part of the public API can be relied on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

Marked = TypeVar("Marked")

STABLE: Final = "stable"
PROVISIONAL: Final = "provisional"

#: Full name -> (mark, version since which it is so).
MARKS: Final[dict[str, tuple[str, str]]] = {}

#: Types of the model that plugins see under the same name.
_OF_THE_MODEL: Final = {
    STABLE: (
        "Job", "Progress", "Label", "Overlay", "Codes", "Entity", "Relation", "EntityQuery",
        "AddEntities", "AddRelations", "EditEntities", "EditRelations", "RemoveEntities",
        "RemoveRelations", "Cancelled", "PluginError", "ShapanError", "SourceError", "StoreError",
        "ValidationError", "Instant", "Interval", "Quality", "SampleBatch", "SampleIndex",
        "SampleKeys", "SourceInfo", "ReadOptions", "PointChunk", "MeshChunk", "FeatureChunk",
        "Material", "Texture",
    ),
    PROVISIONAL: (
        "TileChunk", "ObjectChunk", "RelationChunk", "RasterSource", "TilesetSource", "Frame",
        "Layer", "LayerRole", "Change", "Twin", "MovingStyle", "OverlayMesh", "SimulationError",
    ),
}  # fmt: skip


def _mark(kind: str, since: str) -> Callable[[Marked], Marked]:
    def apply(thing: Marked) -> Marked:
        target: Any = thing
        MARKS[f"{target.__module__}.{target.__qualname__}"] = (kind, since)
        return thing

    return apply


def stable(since: str) -> Callable[[Marked], Marked]:
    """Mark what changes incompatibly only with a new major version."""
    return _mark(STABLE, since)


def provisional(since: str) -> Callable[[Marked], Marked]:
    """Mark what may change with a new minor version, told in the changelog."""
    return _mark(PROVISIONAL, since)


def stability(thing: Any) -> tuple[str, str] | None:
    """Return the mark of a class or function and since when, None where it has none.

    Parameters
    ----------
    thing : class or function
        Something that `shapan` exports.
    """
    found = MARKS.get(f"{thing.__module__}.{thing.__qualname__}")
    if found is not None:
        return found
    for kind, names in _OF_THE_MODEL.items():
        if thing.__name__ in names:
            return kind, "0.2"
    return None
