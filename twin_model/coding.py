"""Gives new entities their codes: where they are, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from twin_model.codes import grid
from twin_model.codes.moment import Granularity, encode_time
from twin_model.entity import Codes, Entity
from twin_model.frame import Frame
from twin_model.time import Instant, Interval

#: About one metre; a reference point is seldom known better.
SPACE_LEVEL: Final = 8


def with_codes(entities: Sequence[Entity], frame: Frame, epoch: str | None) -> list[Entity]:
    """Return the entities with space and time codes where they had none.

    The space code is two-dimensional: the height's datum is not known well enough for the
    standard's ellipsoidal layers. Entities in the polar area get none. An epoch makes the
    entities valid from then on.

    Parameters
    ----------
    entities : sequence of Entity
    frame : Frame
    epoch : str or None
        ISO 8601; its precision is the time code's granularity.
    """
    codes = _space_codes(entities, frame)
    time_code, valid = "", Interval()
    if epoch is not None:
        start = Instant.parse(epoch)
        time_code = encode_time(start, _granularity(epoch)).text
        valid = Interval(start)
    return [
        replace(
            entity,
            codes=Codes(
                entity.codes.management,
                entity.codes.space or code,
                entity.codes.time or time_code,
            ),
            valid=valid if entity.valid == Interval() else entity.valid,
        )
        for entity, code in zip(entities, codes, strict=True)
    ]


def at_new_place(entity: Entity, frame: Frame) -> Entity:
    """Return an entity whose space code says where it is now; one that has none gets none.

    The management code stays for life, and so does the time code, which says since when a thing
    is; only the space code names a place.
    """
    if not entity.codes.space:
        return entity
    (code,) = _space_codes([entity], frame)
    return replace(entity, codes=replace(entity.codes, space=code))


def _space_codes(entities: Sequence[Entity], frame: Frame) -> list[str]:
    codes = [""] * len(entities)
    placed = [n for n, entity in enumerate(entities) if entity.position is not None]
    if not placed:
        return codes
    local = np.array([entities[n].position for n in placed], dtype=np.float64)
    lonlat = frame.to_wgs84(local)
    usable = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat[:, 1]) < grid.POLAR_DEG)
    found = grid.encode_array(lonlat[usable, 0], lonlat[usable, 1], SPACE_LEVEL)
    for n, code in zip(np.asarray(placed)[usable], found, strict=True):
        codes[int(n)] = code.decode("ascii")
    return codes


def _granularity(epoch: str) -> Granularity:
    text = epoch.strip()
    by_length = {4: Granularity.YEAR, 7: Granularity.MONTH, 10: Granularity.DAY}
    return by_length.get(len(text), Granularity.SECOND)
