"""Keeps the outlines of rooms of a building model beside its tiles: nothing else draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from ingest.readers.contract import ObjectChunk
from ingest.tiling.contract import Target
from twin_model.entity import Entity
from twin_model.parts.containers import ROOMS_FILE


def write_rooms(objects: Sequence[ObjectChunk], entities: Sequence[Entity], target: Target) -> int:
    """Write the outlines that the reader knows; return how many.

    Parameters
    ----------
    objects : sequence of ObjectChunk
    entities : sequence of Entity
        One for each object, in the same order.
    target : Target
    """
    outlines = [one for chunk in objects for one in (chunk.outline or [None] * len(chunk))]
    found = {}
    for entity, corners in zip(entities, outlines, strict=True):
        if corners is None or not len(corners):
            continue
        local = np.asarray(target.to_local(corners), np.float64)
        ring = ", ".join(f"{x:.4f} {y:.4f} {z:.4f}" for x, y, z in [*local.tolist(), local[0]])
        found[entity.id] = f"POLYGON Z (({ring}))"
    if found:
        text = json.dumps(found, indent=0)
        (target.folder / ROOMS_FILE).write_text(text, encoding="utf-8")
    return len(found)
