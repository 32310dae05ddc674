"""Entity types to interfaces of DTDL version 3."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twin_model.schema.catalogue import Catalogue
from twin_model.schema.dtdl.contents import MARK, Note, enum_name
from twin_model.schema.dtdl.quantities import to_dtdl
from twin_model.schema.types import (
    NUMERIC,
    DefaultRule,
    EntityType,
    IndicatorType,
    Kind,
    PropertyType,
    RelationRule,
    Words,
)

_CORE: Final = "dtmi:dtdl:context;3"
_QUANTITIES: Final = "dtmi:dtdl:extension:quantitativeTypes;1"
#: Longest displayName, description and comment.
_MAX_NAME, _MAX_TEXT = 64, 512
_INT32: Final = 2**31
_PRIMITIVES: Final = {
    Kind.NUMBER: "double", Kind.TEXT: "string", Kind.BOOLEAN: "boolean", Kind.DATE: "date",
    Kind.DATETIME: "dateTime", Kind.TIME: "time", Kind.DURATION: "duration",
}  # fmt: skip
#: Parts of a type that DTDL has no word for.
_TYPE_EXTRAS: Final = ("abstract", "icon", "colour", "geometry", "code_class", "symbol", "plural")
_PROPERTY_EXTRAS: Final = ("minimum", "maximum", "required", "default",
                           "normal_minimum", "normal_maximum")  # fmt: skip
_RELATION_EXTRAS: Final = ("minimum", "inverse", "inverse_name", "inverse_maximum", "symmetric",
                           "acyclic")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DtdlExport:
    """A catalogue, or some types of it, as DTDL.

    Parameters
    ----------
    text : str
        JSON: a list of interfaces.
    notes : tuple of Note
        What did not fit into DTDL's limits.
    """

    text: str
    notes: tuple[Note, ...]


def write_dtdl(catalogue: Catalogue, types: Iterable[str] | None = None) -> DtdlExport:
    """Write types as DTDL version 3.

    What DTDL has no word for (ranges, icons, rules…) goes into comments, from which `read_dtdl`
    takes it back; other tools ignore it.

    Parameters
    ----------
    catalogue : Catalogue
    types : iterable of str, optional
        Ids; what they extend and are composed of is written too. All of the catalogue otherwise.

    Raises
    ------
    UnknownTypeError
        If a type is not in the catalogue.
    """
    wanted = _closure(catalogue, types)
    notes: list[Note] = []
    interfaces = [
        _Writer(catalogue, kind, notes).interface()
        for kind in catalogue.types()
        if wanted is None or kind.id in wanted
    ]
    text = json.dumps(interfaces, ensure_ascii=False, indent=1, allow_nan=False)
    return DtdlExport(text + "\n", tuple(notes))


def _closure(catalogue: Catalogue, types: Iterable[str] | None) -> set[str] | None:
    if types is None:
        return None
    found: set[str] = set()
    pending = list(types)
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += catalogue.ancestors(one)
            pending += [part.type for part in catalogue.components(one).values()]
    return found


def _dtmi(kind: EntityType) -> str:
    return kind.dtmi or f"dtmi:shapan:{kind.id};1"


class _Writer:
    """Writes one type."""

    def __init__(self, catalogue: Catalogue, kind: EntityType, notes: list[Note]) -> None:
        self.catalogue = catalogue
        self.kind = kind
        self.notes = notes
        taken, self.relation_names = _relation_names(catalogue, kind)
        for member in sorted(set(kind.member_ids()) & taken):
            self._note(member, "is also the name of an inherited relation")

    def interface(self) -> dict[str, Any]:
        kind = self.kind
        entry: dict[str, Any] = {"@context": [_CORE, _QUANTITIES], "@id": _dtmi(kind)}
        entry["@type"] = "Interface"
        entry |= self._texts(kind.name, kind.description, "")
        bases = [_dtmi(self.catalogue.type(parent)) for parent in kind.parents]
        if bases:
            entry["extends"] = bases if len(bases) > 1 else bases[0]
        extras = kind.model_dump(mode="json", include=set(_TYPE_EXTRAS), exclude_defaults=True)
        own = {indicator.id for indicator in kind.indicators}
        inherited = [_dumped(rule) for rule in kind.rules if rule.indicator not in own]
        if inherited:
            extras["rules"] = inherited
        entry |= self._comment(extras, "")
        entry["contents"] = [
            *(self._property(part, "Property") for part in kind.properties),
            *(self._property(part, "Telemetry") for part in kind.indicators),
            *(self._relation(*pair) for pair in zip(kind.relations, self.relation_names)),
            *(
                {"@type": "Component", "name": part.id,
                 "schema": _dtmi(self.catalogue.type(part.type)),
                 **self._texts(part.name, part.description, part.id)}
                for part in kind.components
            ),
        ]  # fmt: skip
        return entry

    # -- texts -------------------------------------------------------------------------

    def _note(self, where: str, text: str) -> None:
        self.notes.append(Note(f"{_dtmi(self.kind)} {where}".strip(), text))

    def _texts(self, name: Words, description: Words, where: str) -> dict[str, Any]:
        found = {}
        for key, value, limit in (
            ("displayName", name, _MAX_NAME),
            ("description", description, _MAX_TEXT),
        ):
            texts = value.model_dump(exclude_defaults=True)
            for language, text in texts.items():
                if len(text) > limit:
                    self._note(where, f"{key} cut to {limit} characters")
                    texts[language] = text[: limit - 1] + "…"
            if texts:
                found[key] = texts
        return found

    def _comment(self, extras: dict[str, Any], where: str) -> dict[str, str]:
        """Return a comment that holds *extras*; the longest are left out until it fits."""
        while extras:
            text = MARK + json.dumps(extras, ensure_ascii=False, separators=(",", ":"))
            if len(text) <= _MAX_TEXT:
                return {"comment": text}
            longest = max(extras, key=lambda key: len(json.dumps(extras[key])))
            self._note(where, f"{longest} does not fit into a comment; left out")
            del extras[longest]
        return {}

    # -- contents ----------------------------------------------------------------------

    def _property(self, part: PropertyType, kind: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"@type": kind, "name": part.id}
        entry |= self._texts(part.name, part.description, part.id)
        entry |= self._typed(part, kind)
        if kind == "Property":
            entry["writable"] = not part.read_only
        return entry

    def _typed(self, part: PropertyType, kind: str) -> dict[str, Any]:
        """Return schema, unit and comment of a property or field."""
        extras = part.model_dump(mode="json", include=set(_PROPERTY_EXTRAS), exclude_defaults=True)
        found: dict[str, Any] = {"schema": self._schema(part)}
        known = to_dtdl(part.unit, part.quantity) if part.kind in NUMERIC else None
        if known is not None:
            found |= {"@type": [kind, known[0]], "unit": known[1]}
            if not part.quantity:
                extras["quantity"] = ""
        else:
            if part.unit:
                extras["unit"] = part.unit
            if part.quantity:
                extras["quantity"] = part.quantity
        if isinstance(part, IndicatorType) and kind == "Telemetry":
            rules = [_dumped(rule) for rule in self.kind.rules if rule.indicator == part.id]
            if rules:
                extras["rules"] = rules
            if part.read_only:
                extras["read_only"] = True
        return found | self._comment(extras, part.id)

    def _schema(self, part: PropertyType) -> Any:
        if part.kind in _PRIMITIVES:
            return _PRIMITIVES[part.kind]
        if part.kind is Kind.INTEGER:
            low, high = part.minimum, part.maximum
            small = low is not None and high is not None and low >= -_INT32 and high < _INT32
            return "integer" if small else "long"
        if part.kind is Kind.GEOMETRY:
            name = part.geometry or "Point"
            if not part.geometry:
                self._note(part.id, "a geometry of any kind becomes a point")
            return name[0].lower() + name[1:]
        if part.kind is Kind.ENUM:
            return self._enum(part)
        if part.element is None:  # an object
            return {"@type": "Object", "fields": [self._field(field) for field in part.fields]}
        if part.kind is Kind.LIST:
            return {"@type": "Array", "elementSchema": self._schema(part.element)}
        key = {"name": part.key or "key", "schema": "string"}
        return {"@type": "Map", "mapKey": key, "mapValue": self._field(part.element)}

    def _field(self, part: PropertyType) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": part.id}
        entry |= self._texts(part.name, part.description, part.id)
        return entry | self._typed(part, "Field")

    def _enum(self, part: PropertyType) -> dict[str, Any]:
        numbers = bool(part.choices) and isinstance(part.choices[0].value, int)
        values = []
        used: set[str] = set()
        for number, choice in enumerate(part.choices):
            name = choice.id or enum_name(choice.value)
            if name in used:
                name = f"{name[:50]}_{number}"
            used.add(name)
            entry = {"name": name, "enumValue": choice.value}
            values.append(entry | self._texts(choice.name, Words(), f"{part.id} {choice.value}"))
        schema = "integer" if numbers else "string"
        return {"@type": "Enum", "valueSchema": schema, "enumValues": values}

    # -- relations ---------------------------------------------------------------------

    def _relation(self, rule: RelationRule, name: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"@type": "Relationship", "name": name}
        entry |= self._texts(rule.name, rule.description, name)
        extras = rule.model_dump(mode="json", include=set(_RELATION_EXTRAS), exclude_defaults=True)
        if name != rule.kind:
            extras["kind"] = rule.kind
        target = self._common_target(rule.targets)
        if target is not None:
            entry["target"] = _dtmi(self.catalogue.type(target))
        if list(rule.targets) != ([target] if target is not None else []):
            extras["targets"] = list(rule.targets)
        if rule.maximum is not None:
            entry["maxMultiplicity"] = rule.maximum
        if rule.properties:
            entry["properties"] = [self._property(part, "Property") for part in rule.properties]
        return entry | self._comment(extras, name)

    def _common_target(self, targets: Sequence[str]) -> str | None:
        """Return the nearest type that all targets are: DTDL allows one."""
        if not targets:
            return None
        lines = [self.catalogue.ancestors(target) for target in targets]
        shared = set(lines[0]).intersection(*lines[1:])
        return next((one for one in lines[0] if one in shared), None)


def _relation_names(catalogue: Catalogue, kind: EntityType) -> tuple[set[str], list[str]]:
    """Return names that relations of a type's bases have, and names for its own.

    DTDL wants the contents of an interface, inherited ones too, to have different names; here a
    subtype may add targets to a kind of relation that its parent has.
    """
    taken: set[str] = set()
    own: list[str] = []
    members: set[str] = set()
    for ancestor in reversed(catalogue.ancestors(kind.id)):
        taken |= set(own)
        one = catalogue.type(ancestor)
        members |= set(one.member_ids())
        own = []
        for rule in one.relations:
            numbers = (f"{rule.kind}_{one.id}_{number}" for number in itertools.count(2))
            names = itertools.chain((rule.kind, f"{rule.kind}_{one.id}"), numbers)
            used = (taken, members, own)
            own.append(next(name for name in names if not any(name in group for group in used)))
    return taken, own


def _dumped(rule: DefaultRule) -> dict[str, Any]:
    return rule.model_dump(mode="json", exclude_defaults=True)
