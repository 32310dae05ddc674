"""The catalogue of entity types, with inheritance resolved."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from twin_model.errors import ValidationError
from twin_model.query import folded
from twin_model.schema.document import laid_out, read_type, type_document
from twin_model.schema.types import (
    ComponentRule,
    DefaultRule,
    EntityType,
    Geometry,
    IndicatorType,
    PropertyType,
    RelationRule,
)

FORMAT: Final = 1
_MAX_BYTES: Final = 32 << 20
_MAX_TYPES: Final = 20_000
#: Levels of inheritance; DTDL v3 allows ten.
MAX_LEVELS: Final = 10
_Member = TypeVar("_Member", PropertyType, IndicatorType, ComponentRule, DefaultRule)


class UnknownTypeError(ValidationError):
    """A type that the catalogue does not have; the message gives the nearest names."""

    def __init__(self, type_id: str, known: Iterable[str]) -> None:
        self.nearest = tuple(difflib.get_close_matches(type_id, sorted(known), 3, 0.5))
        hint = f"; did you mean {', '.join(self.nearest)}?" if self.nearest else ""
        super().__init__("schema", "type", type_id, f"no such entity type{hint}")


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a type is shown, inherited where it says nothing itself.

    Parameters
    ----------
    icon : str
    colour : str
        ``#rrggbb``.
    geometry : Geometry
    symbol : str
    """

    icon: str
    colour: str
    geometry: Geometry
    symbol: str


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A type with all that it inherits."""

    line: tuple[str, ...]  # itself, then what it extends, nearest first
    level: int  # 1 at a root
    properties: Mapping[str, PropertyType]
    indicators: Mapping[str, IndicatorType]
    components: Mapping[str, ComponentRule]
    relations: tuple[RelationRule, ...]
    rules: Mapping[str, DefaultRule]


class Catalogue:
    """Entity types by id; never changes, so that all threads may share it.

    Parameters
    ----------
    types : iterable of EntityType

    Raises
    ------
    ValidationError
        If an id occurs twice, a type extends one that is missing or (in the end) itself, a
        property is declared again by a subtype, a relation or component names a type that is
        missing, or a rule names an indicator that is missing.
    """

    def __init__(self, types: Iterable[EntityType]) -> None:
        self._types: dict[str, EntityType] = {}
        for kind in types:
            if kind.id in self._types:
                raise ValidationError("schema", "type", kind.id, "declared twice")
            self._types[kind.id] = kind
        if len(self._types) > _MAX_TYPES:
            raise ValidationError("schema", "types", len(self._types), f"more than {_MAX_TYPES}")
        self._resolved: dict[str, _Resolved] = {}
        self._children: dict[str, list[str]] = {}
        for kind in self._types.values():
            self._resolve(kind.id, ())
            for parent in kind.parents:
                self._children.setdefault(parent, []).append(kind.id)
        for kind in self._types.values():
            self._check_references(kind)

    # -- building ----------------------------------------------------------------------

    @classmethod
    def load(cls, text: str) -> Catalogue:
        """Read a catalogue from JSON.

        Raises
        ------
        ValidationError
            If it is no catalogue, is of a newer format, or contradicts itself; names the type
            and the key.
        """
        if len(text) > _MAX_BYTES:
            raise ValidationError("schema", "catalogue", f"{len(text)} bytes", "larger than 32 MiB")
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError("schema", "catalogue", text[:40], f"not JSON ({error})") from None
        if not isinstance(document, dict) or not isinstance(document.get("types"), list):
            raise ValidationError("schema", "catalogue", text[:40], "has no list of types")
        version = document.get("format")
        if not isinstance(version, int) or not 1 <= version <= FORMAT:
            raise ValidationError(
                "schema", "format", version, f"this program reads format {FORMAT}; update it"
            )
        return cls(read_type(entry) for entry in document["types"])

    def with_type(self, kind: EntityType) -> Catalogue:
        """Return a catalogue in which *kind* is added, or takes the place of the one of its id.

        Raises
        ------
        ValidationError
            If the result contradicts itself.
        """
        return Catalogue((self._types | {kind.id: kind}).values())

    def with_types(self, kinds: Iterable[EntityType]) -> Catalogue:
        """Return a catalogue with several types added or replaced at once; see `with_type`."""
        return Catalogue((self._types | {kind.id: kind for kind in kinds}).values())

    def without_type(self, type_id: str) -> Catalogue:
        """Return a catalogue without a type.

        Raises
        ------
        ValidationError
            If there is no such type, or others extend or name it.
        """
        self.type(type_id)
        if users := self._children.get(type_id):
            raise ValidationError("schema", "type", type_id, f"extended by {', '.join(users)}")
        return Catalogue(kind for kind in self._types.values() if kind.id != type_id)

    def to_json(self, about: str = "") -> str:
        """Return the catalogue as JSON with one property a line; `load` reads it back."""
        head = {"format": FORMAT} | ({"about": about} if about else {})
        return laid_out(head, [type_document(kind) for kind in self._types.values()])

    # -- asking ------------------------------------------------------------------------

    def __contains__(self, type_id: object) -> bool:
        return type_id in self._types

    def __len__(self) -> int:
        return len(self._types)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and self._types == other._types

    def __hash__(self) -> int:
        return hash(frozenset(self._types))

    def type(self, type_id: str) -> EntityType:
        """Return a type as declared, without what it inherits.

        Raises
        ------
        UnknownTypeError
            If there is none of that id.
        """
        found = self._types.get(type_id)
        if found is None:
            raise UnknownTypeError(type_id, self._types)
        return found

    def types(self) -> list[EntityType]:
        """Return all types in the order of the catalogue."""
        return list(self._types.values())

    def children(self, type_id: str) -> list[str]:
        """Return the ids of the types that extend a type directly; see `type` for errors."""
        self.type(type_id)
        return list(self._children.get(type_id, ()))

    def descendants(self, type_id: str) -> set[str]:
        """Return the ids of a type and of all its subtypes, as a query for it wants them.

        Raises
        ------
        UnknownTypeError
            If there is none of that id.
        """
        self.type(type_id)
        found, pending = {type_id}, [type_id]
        while pending:
            fresh = set(self._children.get(pending.pop(), ())) - found
            found |= fresh
            pending += fresh
        return found

    def ancestors(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type and of all it extends, nearest first; see `type`."""
        return self._line(type_id).line

    def is_a(self, type_id: str, ancestor: str) -> bool:
        """Return whether a type is another one or extends it; see `type` for errors."""
        return ancestor in self._line(type_id).line

    def properties(self, type_id: str) -> Mapping[str, PropertyType]:
        """Return a type's properties by id, inherited ones first; see `type` for errors."""
        return self._line(type_id).properties

    def property_ids(self, types: Iterable[str] | None = None) -> set[str]:
        """Return the ids of properties of some types, unknown ones left out, or of all."""
        if types is not None:
            return {one for kind in types if kind in self for one in self.properties(kind)}
        return {member.id for kind in self._types.values() for member in kind.properties}

    def property_names(self, types: Iterable[str] | None = None) -> dict[str, set[str]]:
        """Return the ids of properties by what they are called in either language, `folded`.

        Parameters
        ----------
        types : iterable of str, optional
            Unknown ones are left out; all where it is not given.
        """
        kinds = [kind for kind in (self._types if types is None else types) if kind in self]
        found: dict[str, set[str]] = {}
        for member in (member for kind in kinds for member in self.properties(kind).values()):
            for name in filter(None, (member.name.zh, member.name.en)):
                found.setdefault(folded(name), set()).add(member.id)
        return found

    def called(self, text: str) -> str | None:
        """Return the id of the type that has an id or a name in either language; else None."""
        key = text.strip().lower().replace("-", "_")
        if text in self or key in self:
            return text if text in self else key
        wanted = folded(text)
        for kind in self._types.values():
            if wanted in {folded(name) for name in (kind.id, kind.name.en, kind.name.zh)}:
                return kind.id
        return None

    def indicators(self, type_id: str) -> Mapping[str, IndicatorType]:
        """Return a type's indicators by id, inherited ones first; see `type` for errors."""
        return self._line(type_id).indicators

    def components(self, type_id: str) -> Mapping[str, ComponentRule]:
        """Return a type's components by id, inherited ones first; see `type` for errors."""
        return self._line(type_id).components

    def relations(self, type_id: str) -> tuple[RelationRule, ...]:
        """Return the rules for a type's outgoing relations, inherited ones too; see `type`."""
        return self._line(type_id).relations

    def rules(self, type_id: str) -> Mapping[str, DefaultRule]:
        """Return a type's default rules by id; a subtype's takes the place of an inherited one."""
        return self._line(type_id).rules

    def name(self, type_id: str, language: str) -> str:
        """Return a type's name in a language, else in the other, else its id; see `type`."""
        return self.type(type_id).name.get(language) or type_id

    def appearance(self, type_id: str) -> Appearance:
        """Return how a type is shown; see `type` for errors."""
        return Appearance(
            icon=self._first(type_id, lambda kind: kind.icon) or "mdi6.shape-outline",
            colour=self._first(type_id, lambda kind: kind.colour) or "#8a9299",
            geometry=Geometry(self._first(type_id, lambda kind: kind.geometry) or "point"),
            symbol=self._first(type_id, lambda kind: kind.symbol) or "pin",
        )

    def code_class(self, type_id: str) -> str:
        """Return the class of a type's management codes; empty where none is known."""
        return self._first(type_id, lambda kind: kind.code_class)

    def _first(self, type_id: str, value: Callable[[EntityType], str]) -> str:
        found = (value(self._types[one]) for one in self._line(type_id).line)
        return next((text for text in found if text), "")

    # -- resolving ---------------------------------------------------------------------

    def _line(self, type_id: str) -> _Resolved:
        found = self._resolved.get(type_id)
        if found is None:
            raise UnknownTypeError(type_id, self._types)
        return found

    def _resolve(self, type_id: str, path: tuple[str, ...]) -> _Resolved:
        """Return a type with what it extends; *path* is how we came here."""
        if type_id in path:
            circle = " > ".join((*path[path.index(type_id) :], type_id))
            raise ValidationError("schema", "parent", type_id, f"extends itself: {circle}")
        if type_id in self._resolved:
            return self._resolved[type_id]
        kind = self._types.get(type_id)
        if kind is None:
            missing = UnknownTypeError(type_id, self._types)
            raise ValidationError("schema", f"{path[-1]}.parent", type_id, missing.rule)
        if len(path) >= MAX_LEVELS:
            raise _too_deep(path[0])
        parents = [self._resolve(parent, (*path, type_id)) for parent in kind.parents]
        level = 1 + max((parent.level for parent in parents), default=0)
        if level > MAX_LEVELS:
            raise _too_deep(type_id)
        line = dict.fromkeys((type_id, *(one for parent in parents for one in parent.line)))
        relations = (rule for one in reversed(line) for rule in self._types[one].relations)
        resolved = _Resolved(
            line=tuple(line),
            level=level,
            properties=self._merged(line, lambda one: one.properties),
            indicators=self._merged(line, lambda one: one.indicators),
            components=self._merged(line, lambda one: one.components),
            relations=tuple(relations),
            rules=self._merged(line, lambda one: one.rules),
        )
        self._check_members(line)
        self._resolved[type_id] = resolved
        return resolved

    def _merged(
        self, line: Iterable[str], members: Callable[[EntityType], tuple[_Member, ...]]
    ) -> Mapping[str, _Member]:
        found = {m.id: m for one in reversed(list(line)) for m in members(self._types[one])}
        return MappingProxyType(found)

    def _check_members(self, line: Iterable[str]) -> None:
        owner: dict[str, str] = {}
        for one in reversed(list(line)):
            for member in self._types[one].member_ids():
                if member in owner:
                    rule = f"already declared by {owner[member]}; give it another id"
                    raise ValidationError("schema", f"{one}.{member}", member, rule)
                owner[member] = one

    def _check_references(self, kind: EntityType) -> None:
        for rule in kind.relations:
            for target in rule.targets:
                if target not in self._types:
                    reason = UnknownTypeError(target, self._types).rule
                    raise ValidationError("schema", f"{kind.id}.{rule.kind}", target, reason)
        for component in kind.components:
            if component.type not in self._types:
                reason = UnknownTypeError(component.type, self._types).rule
                raise ValidationError("schema", f"{kind.id}.{component.id}", component.type, reason)
        indicators, properties = self.indicators(kind.id), self.properties(kind.id)
        for default in kind.rules:
            where = f"{kind.id}.{default.id}"
            if default.indicator not in indicators:
                near = difflib.get_close_matches(default.indicator, list(indicators), 3, 0.5)
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                reason = f"the type has no such indicator{hint}"
                raise ValidationError("schema", where, default.indicator, reason)
            if default.property and default.property not in properties:
                reason = "the type has no such property"
                raise ValidationError("schema", where, default.property, reason)


def _too_deep(type_id: str) -> ValidationError:
    rule = f"more than {MAX_LEVELS} levels of inheritance"
    return ValidationError("schema", "parent", type_id, rule)
