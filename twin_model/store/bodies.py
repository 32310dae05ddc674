"""Shapes of entities for questions: own geometry, feature of a layer, part of a model, or point."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.parts.bodies import ModelBodies, State, kept_state
from twin_model.spatial import Shape, local_shapes, shape_of
from twin_model.store.displaced import ways_of

#: Kinds of layer whose things are larger than the points that are known of them.
_MODELS: Final = ("bim", "mesh", "tileset", "city", "model")
_FEATURES: Final = (
    "SELECT s.layer, s.feature, s.geom FROM json_each(?) f CROSS JOIN feature_shape s"
    " ON s.layer = json_extract(f.value, '$[0]') AND s.feature = json_extract(f.value, '$[1]')"
)


def project_of(connection: sqlite3.Connection) -> Path:
    """Return the folder of the project that a connection is to."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2]).parent


def model_layers(connection: sqlite3.Connection) -> set[str]:
    """Return the layers whose things are parts of models."""
    found = connection.execute(
        "SELECT DISTINCT id FROM layer_version WHERE json_extract(document, '$.kind') IN"
        f" ({','.join('?' * len(_MODELS))})",
        _MODELS,
    )
    return {str(row[0]) for row in found}


def model_bodies(connection: sqlite3.Connection, frame: Frame) -> ModelBodies:
    """Return the parts of building models that are kept; read again where there are others."""
    folder = project_of(connection)
    return _read(folder, frame, kept_state(folder, model_layers(connection)))


@functools.lru_cache(maxsize=2)
def _read(folder: Path, frame: Frame, state: State) -> ModelBodies:
    return ModelBodies(folder, [layer for layer, _ in state], frame)


def shapes_of(
    connection: sqlite3.Connection, frame: Frame, entities: Sequence[Entity]
) -> list[Shape | None]:
    """Return the shape of each entity; None where it has none and no place.

    Parts of models whose outlines are not kept yet are points.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    entities : sequence of Entity
    """
    bodies = model_bodies(connection, frame)
    ways = ways_of(connection, frame, entities)
    named = [
        (one.layer, one.feature)
        for one in entities
        if one.geometry is None and one.layer is not None and one.feature is not None
    ]
    rows = connection.execute(_FEATURES, (json.dumps(named),)).fetchall() if named else []
    local = local_shapes({(row[0], row[1]): row[2] for row in rows}, frame)
    found: list[Shape | None] = []
    for one in entities:
        way = ways.get(one.id)
        feature = local.get((one.layer, one.feature))
        if feature is not None and way is not None:
            feature = way.shape(feature)
        part = bodies.part(one) if one.geometry is None and feature is None else None
        if part is not None:
            part = part if way is None else part.moved(way)
            found.append(Shape(one.id, part.footprint, part.bottom, part.top))
        else:
            found.append(shape_of(one, feature))
    return found
