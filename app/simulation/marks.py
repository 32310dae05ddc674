"""Where values of a run stand that no engine has lines for: at the entities themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import shapely

from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch
from twin_model.store.run_log import Run
from twin_model.twin import Twin

#: Engines that say where their things lie, or whose values are seen otherwise.
_DRAWN: Final = ("shapan.sumo.", "shapan.swmm.", "shapan.epanet.", "shapan.flood.",
                 "shapan.jupedsim.")  # fmt: skip
_MARK_M: Final = 7.0
_LINE_M: Final = 3.0
_LIFT_M: Final = 0.3
#: More would be a map of their own.
_MOST: Final = 5_000
_AT_ONCE: Final = 200


def indicators_of(batch: SampleBatch, entities: Collection[str]) -> list[str]:
    """Return what values tell of some entities, by name."""
    numbers = [n for n, name in enumerate(batch.keys.entities) if name in entities]
    found = np.unique(batch.indicator[np.isin(batch.entity, numbers)])
    return sorted(batch.keys.indicators[n] for n in found.tolist())


def given_elsewhere(run: Run) -> set[str]:
    """Return what units and plugins' simulators give in a run."""
    engines = run.about.get("scenario", {}).get("engines", ())
    others = {str(e["id"]) for e in engines if not str(e["simulator"]).startswith(_DRAWN)}
    units = run.about.get("units", {})
    return {name for engine in others for name in units.get(engine, {})}


def marks_of(
    run: Run, twin: Twin, batch: SampleBatch, known: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return lines by entity, as engines keep them, for entities that have none.

    Parameters
    ----------
    run : Run
    twin : Twin
    batch : SampleBatch
        Values of the run.
    known : sequence of str
        Entities whose lines are known.
    """
    indicators, given = batch.keys.indicators, given_elsewhere(run)
    wanted = [n for n, name in enumerate(indicators) if name in given]
    if not wanted:
        return {}
    numbers = np.unique(batch.entity[np.isin(batch.indicator, wanted)])
    left_out = {*known, *run.about.get("systems", {}).values()}
    ids = [one for n in numbers.tolist() if (one := batch.keys.entities[n]) not in left_out]
    found: dict[str, list[dict[str, Any]]] = {}
    for start in range(0, min(len(ids), _MOST), _AT_ONCE):
        listed = ", ".join(
            "'" + one.replace("'", "''") + "'" for one in ids[start : start + _AT_ONCE]
        )
        for entity in twin.entities(EntityQuery(where=f"id in ({listed})")):
            line = _line(entity.geometry, entity.position)
            if line is not None:
                found[entity.id] = [line]
    return found


def _line(geometry: bytes | None, place: Sequence[float] | None) -> dict[str, Any] | None:
    """Return an entity's line, or a square where it stands."""
    if geometry is not None:
        shape = shapely.from_wkb(geometry)
        if shape.geom_type == "LineString":
            points = shapely.get_coordinates(shape, include_z=True)
            return {"points": np.nan_to_num(points).tolist(), "width_m": _LINE_M}
    if place is None:
        return None
    x, y, z = (float(v) for v in place)
    ends = [[x - _MARK_M / 2, y, z + _LIFT_M], [x + _MARK_M / 2, y, z + _LIFT_M]]
    return {"points": ends, "width_m": _MARK_M}
