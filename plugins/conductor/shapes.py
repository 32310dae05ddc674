"""Shapes of entities that a layer draws: lines of roads and pipes, outlines of buildings, rooms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from ingest.tiling.feature_table import FILE_NAME, read_chunks
from twin_model.entity import Entity
from twin_model.errors import SimulationError, SourceError
from twin_model.parts.containers import ROOMS_FILE
from twin_model.twin import Twin

_AT_ONCE: Final = 20_000


class LayerShapes:
    """Gives entities the geometry that their layer keeps of them, each layer read once.

    Parameters
    ----------
    twin : Twin
    """

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._features: dict[str, Mapping[int, bytes]] = {}
        self._rooms: dict[str, Mapping[str, bytes]] = {}

    def filled(self, entities: Iterable[Entity]) -> list[Entity]:
        """Return the entities, those without a geometry of their own with their layer's.

        Raises
        ------
        SimulationError
            If a layer's features cannot be read.
        """
        return [self._filled(entity) for entity in entities]

    def _filled(self, entity: Entity) -> Entity:
        if entity.geometry is not None or entity.layer is None:
            return entity
        if entity.feature is None:
            found = self._rooms_of(entity.layer).get(entity.id)
        else:
            found = self._features_of(entity.layer).get(entity.feature)
        return entity if found is None else replace(entity, geometry=found)

    def _features_of(self, layer: str) -> Mapping[int, bytes]:
        known = self._features.get(layer)
        if known is None:
            known = self._features[layer] = self._read(self._twin.layer_folder(layer) / FILE_NAME)
        return known

    def _read(self, path: Path) -> dict[int, bytes]:
        if not path.is_file():
            return {}
        offset = np.array(self._twin.frame.offset, np.float64)
        found: dict[int, bytes] = {}
        try:
            for fids, shapes, _ in read_chunks(path, [], _AT_ONCE):
                tall = shapely.has_z(shapes)
                local = shapely.transform(shapes, lambda c: c - offset[:2])
                if tall.any():
                    local[tall] = shapely.transform(
                        shapes[tall], lambda c: c - offset, include_z=True
                    )
                blobs = shapely.to_wkb(local)
                found |= {int(f): b for f, b in zip(fids, blobs, strict=True) if b is not None}
        except SourceError as error:
            raise SimulationError("", f"shapes of {path.parent.name}: {error}") from error
        return found

    def _rooms_of(self, layer: str) -> Mapping[str, bytes]:
        known = self._rooms.get(layer)
        if known is None:
            path = self._twin.layer_folder(layer) / ROOMS_FILE
            known = self._rooms[layer] = _read_rooms(path) if path.is_file() else {}
        return known


def _read_rooms(path: Path) -> dict[str, bytes]:
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(entity): shapely.to_wkb(shapely.from_wkt(str(text)))
            for entity, text in document.items()
        }
    except (OSError, ValueError, shapely.errors.ShapelyError) as error:
        raise SimulationError(
            "", f"rooms of {path.parent.name} cannot be read ({error})"
        ) from error
