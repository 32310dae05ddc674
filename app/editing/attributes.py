"""The attributes of entities as lines of a form: declared by the type, or brought by a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from app import messages
from app.editing import schema
from twin_model.entity import SCALE_ATTRIBUTE

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.schema.types import PropertyType


class _Several:
    """Stands for values that differ among the selected entities."""

    def __repr__(self) -> str:
        return "SEVERAL"


SEVERAL: Final = _Several()


@dataclass(frozen=True)
class Attribute:
    """One attribute of the selected entities.

    Parameters
    ----------
    name : str
        Key in `Entity.attributes`.
    title : str
        As users read it.
    group : str
        Heading under which it stands; empty for none.
    property : PropertyType or None
        What values it takes; None for a value that cannot be edited in one line.
    value
        JSON value, None where unset, `SEVERAL` where they differ.
    declared : bool
        Whether the type declares it.
    """

    name: str
    title: str
    group: str
    property: PropertyType | None
    value: Any
    declared: bool


def attributes_of(entities: Sequence[Entity]) -> list[Attribute]:
    """Return the attributes that all of some entities have or may have, own ones of the type first.

    Parameters
    ----------
    entities : sequence of Entity
        At least one.
    """
    declared = _declared({entity.type for entity in entities})
    found = [
        Attribute(
            name,
            schema.sentence(kind.name.get(schema.language()) or name),
            group,
            kind,
            _common(entities, name),
            declared=True,
        )
        for name, (kind, group) in declared.items()
    ]
    extra = dict.fromkeys(
        name
        for entity in entities
        for name in entity.attributes
        if name not in declared and name != SCALE_ATTRIBUTE  # which the Position tab has
    )
    brought = QCoreApplication.translate("EntityPanel", "From the source")
    for name in extra:
        group, dot, rest = name.partition(".")
        value = _common(entities, name)
        samples = [e.attributes[name] for e in entities if name in e.attributes]
        found.append(
            Attribute(
                name,
                rest if dot else name,
                group if dot else brought if declared else "",
                free_property(samples),
                value,
                declared=False,
            )
        )
    return sorted(found, key=lambda one: (not one.declared, one.group if "." in one.name else ""))


def _declared(types: Iterable[str]) -> dict[str, tuple[PropertyType, str]]:
    """Return the properties that every one of some types declares, with their headings."""
    catalogue = schema.catalogue()
    common: dict[str, tuple[PropertyType, str]] | None = None
    for type_id in sorted(types):
        known = schema.known_type(type_id)
        mine: dict[str, tuple[PropertyType, str]] = {}
        for ancestor in catalogue.ancestors(known) if known else ():
            kind = catalogue.type(ancestor)
            heading = schema.sentence(kind.name.get(schema.language()))
            mine |= {one.id: (one, heading) for one in kind.properties}
        if common is None:
            common = mine
        else:
            common = {n: p for n, p in common.items() if mine.get(n, (None,))[0] == p[0]}
    return common or {}


def _common(entities: Sequence[Entity], name: str) -> Any:
    first = entities[0].attributes.get(name)
    for entity in entities[1:]:
        other = entity.attributes.get(name)
        if other != first or type(other) is not type(first):
            return SEVERAL
    return first


def free_property(samples: Iterable[Any]) -> PropertyType | None:
    """Return what values an attribute takes that no type declares, judged by those it has.

    None where they are lists or groups, or of different kinds.
    """
    from twin_model.schema.types import Kind, PropertyType

    kinds = set()
    for value in samples:
        if isinstance(value, bool):
            kinds.add(Kind.BOOLEAN)
        elif isinstance(value, int | float):
            kinds.add(Kind.NUMBER)
        elif isinstance(value, str):
            kinds.add(Kind.TEXT)
        elif value is not None:
            return None
    if len(kinds) > 1:
        return None
    return PropertyType(id="value", kind=kinds.pop() if kinds else Kind.TEXT)


def editor_text(kind: PropertyType, value: Any) -> str:
    """Return a stored value as it stands in the editor; empty where unset."""
    if value is None or value is SEVERAL:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict | list):
        import json

        return json.dumps(value, ensure_ascii=False)
    return str(value)


def read_text(kind: PropertyType, text: str) -> Any:
    """Return the value to store for what was typed; None for nothing.

    Numbers may carry a unit that measures the same, as in ``12 ft``.

    Raises
    ------
    SchemaError
        If it is no value of the property.
    """
    from twin_model.schema.values import missing, parse_value

    if not text.strip():
        if kind.required:
            raise missing("attributes", kind.id)
        return None
    value = parse_value(kind, text)
    # A whole number stays one: 3 does not become 3.0 because a form went over it.
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 and "." not in text:
        return int(value)
    return value


def problem_of(kind: PropertyType, value: Any) -> str:
    """Return what is wrong with a stored value in the user's words; empty where nothing is."""
    from twin_model.schema.values import check_value, missing

    if value is SEVERAL:
        return ""
    if value is None:
        return problem_text(missing("attributes", kind.id), kind) if kind.required else ""
    faults = check_value(kind, value, "attributes", kind.id)
    return problem_text(faults[0], kind) if faults else ""


def problem_text(error: Exception, kind: PropertyType) -> str:
    """Return what is wrong with a value, in the language in use."""
    from app.unit_words import label
    from twin_model.schema.types import Kind
    from twin_model.schema.values import Problem

    say = QCoreApplication.translate
    problem = getattr(error, "problem", None)
    if problem is Problem.REQUIRED:
        return say("Problem", "This is needed")
    if problem is Problem.RANGE:
        low, high, unit = kind.minimum, kind.maximum, label(kind.unit)
        if low is not None and high is not None:
            text = say("Problem", "Only {0} to {1}").format(f"{low:,.10g}", f"{high:,.10g}")
        elif low is not None:
            text = say("Problem", "Not less than {0}").format(f"{low:,.10g}")
        else:
            text = say("Problem", "Not more than {0}").format(f"{high:,.10g}")
        return f"{text} {unit}".rstrip()
    if problem is Problem.UNIT:
        unit = label(kind.unit)
        if not unit:
            return say("Problem", "This has no unit")
        return say("Problem", "Not a unit of this quantity; it is in {0}").format(unit)
    if problem is Problem.CHOICE:
        return say("Problem", "Not one of the choices")
    texts = {
        Kind.NUMBER: say("Problem", "Not a number"),
        Kind.INTEGER: say("Problem", "Not a whole number"),
        Kind.DATE: say("Problem", "Not a date such as 2024-05-31"),
        Kind.DATETIME: say("Problem", "Not a time such as 2024-05-31T08:00:00Z"),
        Kind.TIME: say("Problem", "Not a time of day such as 08:30"),
        Kind.DURATION: say("Problem", "Not a duration such as P1DT2H"),
        Kind.BOOLEAN: say("Problem", "Only yes or no"),
    }
    return texts.get(kind.kind) or messages.shown(str(getattr(error, "rule", error)))
