"""Contents of DTDL interfaces: properties, telemetry, relationships, components, schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twin_model.errors import ValidationError
from twin_model.schema.dtdl.quantities import FROM_DTDL, SEMANTIC_TYPES

#: Before what DTDL has no word for, as compact JSON in a ``comment``.
MARK: Final = "shapan:"
_CLASSES: Final = ("Interface", "Property", "Telemetry", "Relationship", "Component", "Command",
                   "Enum", "Object", "Array", "Map")  # fmt: skip
_PRIMITIVES: Final = {
    "boolean": "boolean", "date": "date", "dateTime": "datetime", "double": "number",
    "duration": "duration", "float": "number", "integer": "integer", "long": "integer",
    "string": "text", "time": "time",
}  # fmt: skip
_GEOMETRIES: Final = {
    "point": "Point", "lineString": "LineString", "polygon": "Polygon", "multiPoint": "MultiPoint",
    "multiLineString": "MultiLineString", "multiPolygon": "MultiPolygon",
}  # fmt: skip
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NAME: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?", re.ASCII)
_MAX_NAME: Final = 64
_MAX_WORDS: Final = 512
_MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Note:
    """Something of an interface that was not carried over.

    Parameters
    ----------
    where : str
        Identifier of the interface, and the name within it.
    text : str
        What, and what became of it.
    """

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What is needed to read one interface.

    Parameters
    ----------
    dtmi : str
    ids : mapping of str to str
        Our type ids by DTMI.
    schemas : mapping
        Named schemas of the interface by DTMI.
    notes : list of Note
        Added to.
    """

    dtmi: str
    ids: Mapping[str, str]
    schemas: Mapping[str, Any]
    notes: list[Note]

    def note(self, where: str, text: str) -> None:
        """Add a note about a member of the interface."""
        self.notes.append(Note(f"{self.dtmi} {where}".strip(), text))

    def extra(self, element: Mapping[str, Any]) -> dict[str, Any]:
        """Return what our own export put into an element's comment."""
        comment = element.get("comment")
        if not isinstance(comment, str) or not comment.startswith(MARK):
            return {}
        try:
            value = json.loads(comment.removeprefix(MARK))
        except (ValueError, RecursionError):
            self.note(str(element.get("name", "")), "its shapan: comment is no JSON; left out")
            return {}
        return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a JSON-LD value as a list: one item may stand without brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def class_of(element: Any) -> str:
    """Return which class of the language an element is; empty where none."""
    if not isinstance(element, Mapping):
        return ""
    types = [
        str(t).removeprefix("dtmi:dtdl:class:").split(";")[0] for t in items(element.get("@type"))
    ]
    return next((t for t in types if t in _CLASSES), "")


def words(value: Any, scope: Scope, where: str) -> dict[str, str]:
    """Return a localizable string as `Words`."""
    if isinstance(value, str):
        found = {"zh" if _HAN.search(value) else "en": value}
    elif isinstance(value, Mapping):
        texts = {str(k).lower(): v for k, v in value.items() if isinstance(v, str) and v}
        found = {}
        for language in ("zh", "en"):
            exact = texts.get(language)
            near = (text for key, text in texts.items() if key.split("-")[0] == language)
            if text := exact or next(near, ""):
                found[language] = text
        if texts and not found:
            key, text = next(iter(texts.items()))
            scope.note(where, f"is in {key} only; kept as if English")
            found = {"en": text}
    else:
        return {}
    for language, text in found.items():
        if len(text) > _MAX_WORDS:
            scope.note(where, f"cut to {_MAX_WORDS} characters")
            found[language] = text[: _MAX_WORDS - 1] + "…"
    return found


def enum_name(value: int | str) -> str:
    """Return the name that an enum value gets in DTDL, where names are ASCII words."""
    text = str(value)
    if _NAME.fullmatch(text) and len(text) <= _MAX_NAME:
        return text
    plain = re.sub(r"[^A-Za-z0-9]", lambda m: f"_{ord(m.group()):x}", text)
    return f"value_{plain}"[:_MAX_NAME].rstrip("_")


class ContentReader:
    """Reads the contents of one interface as the parts of an `EntityType`.

    Parameters
    ----------
    scope : Scope
    source : str
        Name of the text, for errors.
    """

    def __init__(self, scope: Scope, source: str) -> None:
        self.scope = scope
        self.source = source
        self.parts: dict[str, list[dict[str, Any]]] = {
            "properties": [], "indicators": [], "relations": [], "components": [], "rules": [],
        }  # fmt: skip

    def read(self, contents: Sequence[Any]) -> dict[str, list[dict[str, Any]]]:
        """Return properties, indicators, relations, components and rules as JSON values.

        Raises
        ------
        ValidationError
            If an element is of no known class or has no name.
        """
        for element in contents:
            kind = class_of(element)
            name = element.get("name") if isinstance(element, Mapping) else None
            if not kind or not isinstance(name, str):
                shown = json.dumps(element, ensure_ascii=False)[:80]
                rule = f"not a named content of {self.scope.dtmi}"
                raise ValidationError("dtdl", self.source, shown, rule)
            if kind == "Property":
                self.parts["properties"].append(self._property(element))
            elif kind == "Telemetry":
                indicator = self._property(element)
                self.parts["rules"] += indicator.pop("rules", [])
                self.parts["indicators"].append(indicator)
            elif kind == "Relationship":
                self.parts["relations"].append(self._relation(element))
            elif kind == "Component":
                self._component(element)
            else:
                self.scope.note(name, f"a {kind.lower()} has no counterpart; left out")
        return self.parts

    def _named(self, element: Mapping[str, Any], name: str) -> dict[str, Any]:
        found: dict[str, Any] = {"id": name}
        if named := words(element.get("displayName"), self.scope, name):
            found["name"] = named
        if described := words(element.get("description"), self.scope, name):
            found["description"] = described
        return found

    def _property(self, element: Mapping[str, Any]) -> dict[str, Any]:
        name = str(element["name"])
        entry = self._named(element, name)
        entry |= self._schema(element.get("schema"), name, 0)
        if class_of(element) == "Property" and element.get("writable") is not True:
            entry["read_only"] = True
        entry |= self._measured(element, entry["kind"], name)
        return entry | self.scope.extra(element)

    def _measured(self, element: Mapping[str, Any], kind: str, name: str) -> dict[str, Any]:
        """Return unit and semantic type of an element."""
        types = (t for t in items(element.get("@type")) if isinstance(t, str))
        semantic = next((t for t in types if t in SEMANTIC_TYPES), "")
        found = {"quantity": semantic} if semantic else {}
        unit = element.get("unit")
        if unit is None:
            return found
        if kind not in ("number", "integer"):
            self.scope.note(name, f"has a unit but is no number; {unit} left out")
            return found
        if not isinstance(unit, str) or unit not in FROM_DTDL:
            self.scope.note(name, f"unit {unit} is not known; left out")
            return found
        return found | ({"unit": FROM_DTDL[unit]} if FROM_DTDL[unit] else {})

    def _schema(self, schema: Any, name: str, depth: int) -> dict[str, Any]:
        if depth > _MAX_DEPTH:
            rule = f"schemas nested deeper than {_MAX_DEPTH}"
            raise ValidationError("dtdl", self.source, f"{self.scope.dtmi} {name}", rule)
        if isinstance(schema, list) and len(schema) == 1:
            schema = schema[0]
        if isinstance(schema, str):
            short = schema.removeprefix("dtmi:dtdl:instance:Schema:").split(";")[0]
            if short in _PRIMITIVES:
                return {"kind": _PRIMITIVES[short]}
            if short in _GEOMETRIES:
                return {"kind": "geometry", "geometry": _GEOMETRIES[short]}
            if schema in self.scope.schemas:
                return self._schema(self.scope.schemas[schema], name, depth + 1)
            self.scope.note(name, f"schema {schema} is not defined here; any value is allowed")
            return {"kind": "object"}
        kind = class_of(schema)
        if kind == "Enum":
            return {"kind": "enum", "choices": self._choices(schema, name)}
        if kind == "Object":
            fields = [self._field(f, depth) for f in items(schema.get("fields"))]
            return {"kind": "object", "fields": fields}
        if kind == "Array":
            element = {"id": "element"} | self._schema(schema.get("elementSchema"), name, depth + 1)
            return {"kind": "list", "element": element}
        if kind == "Map":
            return self._map(schema, depth)
        shown = json.dumps(schema, ensure_ascii=False)[:80]
        rule = f"{self.scope.dtmi} {name} has no schema that DTDL knows"
        raise ValidationError("dtdl", self.source, shown, rule)

    def _map(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        key, value = schema.get("mapKey"), schema.get("mapValue")
        named = key.get("name") if isinstance(key, Mapping) else None
        found: dict[str, Any] = {"kind": "map", "element": self._field(value, depth)}
        return found | ({"key": named} if isinstance(named, str) else {})

    def _field(self, field: Any, depth: int) -> dict[str, Any]:
        name = field.get("name") if isinstance(field, Mapping) else None
        if not isinstance(name, str):
            shown = json.dumps(field, ensure_ascii=False)[:80]
            rule = f"a field of {self.scope.dtmi} without a name"
            raise ValidationError("dtdl", self.source, shown, rule)
        entry = self._named(field, name) | self._schema(field.get("schema"), name, depth + 1)
        return entry | self._measured(field, entry["kind"], name) | self.scope.extra(field)

    def _choices(self, schema: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for choice in items(schema.get("enumValues")):
            value = choice.get("enumValue") if isinstance(choice, Mapping) else None
            if not isinstance(value, str | int) or isinstance(value, bool):
                shown = json.dumps(choice, ensure_ascii=False)[:80]
                rule = f"{self.scope.dtmi} {name}: an enum value is a text or a whole number"
                raise ValidationError("dtdl", self.source, shown, rule)
            entry: dict[str, Any] = {"value": value}
            if named := words(choice.get("displayName"), self.scope, name):
                entry["name"] = named
            identifier = choice.get("name")
            if isinstance(identifier, str) and identifier != enum_name(value):
                entry["id"] = identifier
            found.append(entry)
        return found

    def _relation(self, element: Mapping[str, Any]) -> dict[str, Any]:
        name = str(element["name"])
        entry = self._named(element, name)
        entry["kind"] = entry.pop("id")
        target = element.get("target")
        if isinstance(target, str):
            if target in self.scope.ids:
                entry["targets"] = [self.scope.ids[target]]
            else:
                self.scope.note(name, f"target {target} is not defined here; any is allowed")
        for theirs, ours in (("minMultiplicity", "minimum"), ("maxMultiplicity", "maximum")):
            count = element.get(theirs)
            if isinstance(count, int) and not isinstance(count, bool):
                entry[ours] = count
        properties = [self._property(part) for part in items(element.get("properties"))]
        if properties:
            entry["properties"] = properties
        return entry | self.scope.extra(element)

    def _component(self, element: Mapping[str, Any]) -> None:
        name = str(element["name"])
        schema = element.get("schema")
        dtmi = schema.get("@id") if isinstance(schema, Mapping) else schema
        entry = self._named(element, name)
        if isinstance(dtmi, str) and dtmi in self.scope.ids:
            self.parts["components"].append(entry | {"type": self.scope.ids[dtmi]})
            return
        self.scope.note(name, f"component {dtmi} is not defined here; any object is allowed")
        self.parts["properties"].append(entry | {"kind": "object"})
