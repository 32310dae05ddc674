"""What types declare, as columns for other programs: see `twin_model.store.type_views`."""

from __future__ import annotations

from typing import Final

from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import ROOT_TYPE, known_type
from twin_model.schema.types import Kind, PropertyType, Words
from twin_model.store.type_views import BOOLEAN, INTEGER, REAL, TEXT, Column, Describe, Described

_SQL: Final = {Kind.NUMBER: REAL, Kind.INTEGER: INTEGER, Kind.BOOLEAN: BOOLEAN}


def describer(catalogue: object) -> Describe | None:
    """Return what a catalogue says of types; None where it says nothing of properties."""
    if not isinstance(catalogue, Catalogue):
        return None
    return lambda type_id: described(catalogue, type_id)


def described(catalogue: Catalogue, type_id: str) -> Described:
    """Return a type's names and the columns of its properties; an unknown one is a thing."""
    known = known_type(type_id, catalogue)
    if known not in catalogue:
        return Described()
    named = known == ROOT_TYPE and type_id != ROOT_TYPE
    return Described(
        type_id if named else _both(catalogue.type(known).name) or known,
        tuple(_column(one) for one in catalogue.properties(known).values()),
    )


def _column(declared: PropertyType) -> Column:
    sql = _SQL.get(declared.kind, TEXT)
    choices: tuple[tuple[str, str], ...] = ()
    if declared.kind is Kind.ENUM and all(isinstance(c.value, str) for c in declared.choices):
        choices = tuple((str(c.value), _both(c.name)) for c in declared.choices)
    elif declared.kind is Kind.ENUM and declared.choices:
        sql = INTEGER
    return Column(declared.id, sql, _both(declared.name), _description(declared), choices)


def _both(words: Words) -> str:
    """Return a text in Chinese and English."""
    return " / ".join(dict.fromkeys(text for text in (words.zh, words.en) if text))


def _description(declared: PropertyType) -> str:
    parts = [declared.unit]
    least, most = declared.minimum, declared.maximum
    if least is not None and most is not None:
        parts.append(f"{least:g} to {most:g}")
    elif least is not None:
        parts.append(f"{least:g} or more")
    elif most is not None:
        parts.append(f"{most:g} or less")
    parts.append(_both(declared.description))
    return "; ".join(part for part in parts if part)
