"""The class tree of IFC and the entity types its classes become (assets/ifc_types.json)."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any, Final

DEFAULT_TYPE: Final = "element"


@functools.cache
def _table() -> dict[str, Any]:
    text = files("assets").joinpath("ifc_types.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@functools.cache
def _by_upper_case() -> dict[str, str]:
    supertype = _table()["supertype"]
    return {name.upper(): name for name in {*supertype, *supertype.values()}}


@functools.cache
def is_product(name: str) -> bool:
    """Return whether a class, in any case, is IfcProduct or derives from it."""
    current: str | None = _by_upper_case().get(name.upper())
    while current is not None and current != "IfcProduct":
        current = _table()["supertype"].get(current)
    return current is not None


@functools.cache
def entity_type(name: str) -> str:
    """Return the entity type of an IFC class: its own, else of the nearest class above it."""
    current: str | None = _by_upper_case().get(name.upper())
    while current is not None:
        if current in _table()["entity_type"]:
            return str(_table()["entity_type"][current])
        current = _table()["supertype"].get(current)
    return DEFAULT_TYPE
