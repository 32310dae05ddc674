"""Names and units of indicators, from the catalogue of entity types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.editing import schema
from app.simulation.words import simulated
from app.unit_words import label
from twin_model.errors import StoreError

if TYPE_CHECKING:
    from app.simulation.recording import RunValues
    from twin_model.operations import Operations
    from twin_model.schema.types import IndicatorType
    from twin_model.twin import Twin


def indicator_type(entity_type: str, indicator: str) -> IndicatorType | None:
    """Return what the catalogue says of an indicator; slow at the first call."""
    known = schema.known_type(entity_type)
    return None if known is None else schema.catalogue().indicators(known).get(indicator)


def unit_of(values: Operations | RunValues, entity_type: str, indicator: str) -> str:
    """Return how the unit of an indicator is shown, also of one that only a run has."""
    found = indicator_type(entity_type, indicator)
    if found is not None:
        return label(found.unit)
    return label(getattr(values, "units", {}).get(indicator, ""))


def unit_label(twin: Twin, entity_id: str, indicator: str) -> str:
    """Return how an indicator's unit is shown; empty where it is not known. For a thread."""
    try:
        entity = twin.entity(entity_id)
    except StoreError:
        return ""
    found = indicator_type(entity.type, indicator)
    return label(found.unit) if found is not None else ""


def indicator_label(twin: Twin, entity_id: str, indicator: str) -> str:
    """Return an indicator's name in the language in use. For a thread."""
    try:
        return indicator_name(twin.entity(entity_id).type, indicator)
    except StoreError:
        return indicator


def indicator_name(entity_type: str, indicator: str) -> str:
    """Return an indicator's name in the language in use; itself where the catalogue has none."""
    found = indicator_type(entity_type, indicator)
    if found is None:
        return simulated(indicator)
    return schema.sentence(found.name.get(schema.language())) or indicator
