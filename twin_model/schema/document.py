"""Entity types as JSON: one property a line, so that a changed property is a changed line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pydantic

from twin_model.errors import ValidationError
from twin_model.schema.types import EntityType

#: Keys whose lists are written with one item a line; everything else fits on a line.
_LISTS: Final = ("properties", "indicators", "relations", "components", "rules")


def read_type(entry: Any) -> EntityType:
    """Return a type from its JSON value.

    Raises
    ------
    ValidationError
        If a key is unknown or missing, or a value is of the wrong kind; names type and key.
    """
    try:
        return EntityType.model_validate(entry)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        name = entry.get("id", "?") if isinstance(entry, dict) else "?"
        where = f"{name}.{place}".strip(".")
        value = first.get("input")
        shown = value if isinstance(value, str | int | float) else type(value).__name__
        message = first["msg"].removeprefix("Value error, ")
        raise ValidationError("schema", where[:120], _short(shown), message) from None


def type_document(kind: EntityType) -> dict[str, Any]:
    """Return a type as JSON values, without what is as by default."""
    return kind.model_dump(mode="json", exclude_defaults=True)


def laid_out(head: Mapping[str, Any], types: Iterable[Mapping[str, Any]]) -> str:
    """Return a catalogue's JSON text.

    Parameters
    ----------
    head : mapping
        What comes before the list of types.
    types : iterable of mappings
        See `type_document`.
    """
    lines = ["{"]
    lines += [f" {_text(key)}: {_text(value)}," for key, value in head.items()]
    lines.append(' "types": [')
    lines.append(",\n".join(_laid_out_type(kind) for kind in types))
    return "\n".join([*lines, " ]", "}", ""])


def _laid_out_type(kind: Mapping[str, Any]) -> str:
    plain = [f"{_text(k)}: {_text(v)}" for k, v in kind.items() if k not in _LISTS]
    parts = ["  {" + ", ".join(plain)]
    for key in _LISTS:
        if items := kind.get(key):
            rows = ",\n".join("    " + _text(item) for item in items)
            parts.append(f"   {_text(key)}: [\n{rows}]")
    return ",\n".join(parts) + "}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _short(value: object) -> object:
    return value[:57] + "…" if isinstance(value, str) and len(value) > 60 else value
