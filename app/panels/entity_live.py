"""The Live tab: every indicator of an entity with its newest value, unit and age."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.item_models.alarms import value_text
from app.live.units import indicator_name, unit_of
from app.numbers import duration, unknown
from app.panels.fields import Field
from twin_model.live.last_values import NEVER_US
from twin_model.samples import Quality

if TYPE_CHECKING:
    from app.simulation.recording import RunValues
    from twin_model.entity import Entity
    from twin_model.operations import Operations
    from twin_model.time import Instant


#: The answer of before: a hundred thousand series are not gone through for every value.
_FOUND: list[tuple[Callable[[], object], tuple[str, int], list[str]]] = [
    (lambda: None, ("", 0), [])
]


def live_fields(
    operations: Operations | RunValues, entity: Entity, instant: Instant | None
) -> list[Field]:
    """Return a line an indicator. Reads the history where *instant* is not now: for a thread."""
    if instant is not None:
        return _historic(operations, entity, instant)
    hub = operations.hub
    found = []
    for name in _names(operations, entity):
        sample = hub.last(entity.id, name)
        if sample is None or sample.time.us == NEVER_US:
            found.append(_line(entity, name, unknown(), ""))
            continue
        age = duration(max(0.0, (hub.clock() - sample.time.us) / 1e6))
        note = QCoreApplication.translate("EntityPanel", "{0} ago").format(age)
        if sample.stale:
            note = f"{QCoreApplication.translate('EntityPanel', 'stale')} · {note}"
        elif sample.quality != Quality.GOOD:
            note = f"{_quality(sample.quality)} · {note}"
        text = _text(operations, entity, name, sample.value, sample.text)
        found.append(_line(entity, name, text, note))
    return found


def _historic(operations: Operations | RunValues, entity: Entity, instant: Instant) -> list[Field]:
    operations.history.flush()
    batch = operations.history.as_of(instant)
    found = []
    for row in range(len(batch)):
        if batch.keys.entities[batch.entity[row]] != entity.id:
            continue
        name = batch.keys.indicators[batch.indicator[row]]
        word = None if batch.text is None else batch.text[row]
        age = duration(max(0.0, (instant.us - int(batch.time_us[row])) / 1e6))
        note = QCoreApplication.translate("EntityPanel", "{0} before").format(age)
        text = _text(operations, entity, name, float(batch.value[row]), word)
        found.append(_line(entity, name, text, note))
    return found


def _came(operations: Operations | RunValues, entity_id: str) -> list[str]:
    """Return the indicators that came; looked for again only where series have been added."""
    hub = operations.hub
    names = hub.series.names()
    before, key, found = _FOUND[0]
    if before() is not hub or key != (entity_id, len(names)):
        found = [n for e, n in names if e == entity_id and n != "position"]
        _FOUND[0] = weakref.ref(hub), (entity_id, len(names)), found
    return list(found)


def _names(operations: Operations | RunValues, entity: Entity) -> list[str]:
    """Return the indicators that came, then those that the type declares and never came."""
    from app.editing import schema

    came = _came(operations, entity.id)
    known = schema.known_type(entity.type)
    declared = list(schema.catalogue().indicators(known)) if known else []
    return [*came, *(name for name in declared if name not in came)]


def _line(entity: Entity, name: str, value: str, note: str) -> Field:
    return Field(indicator_name(entity.type, name), value, note, f"chart:{name}")


def _text(
    operations: Operations | RunValues, entity: Entity, name: str, value: float, word: str | None
) -> str:
    if word is not None:
        return word
    if math.isnan(value):
        return unknown()
    return value_text(value, unit_of(operations, entity.type, name))


def _quality(quality: int) -> str:
    if quality == Quality.UNCERTAIN:
        return QCoreApplication.translate("EntityPanel", "uncertain")
    return QCoreApplication.translate("EntityPanel", "bad")
