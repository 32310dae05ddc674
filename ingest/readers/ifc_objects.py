"""Objects, property sets and relations of an open ifcopenshell model, as plain values.

Relations are walked once each rather than asked for object by object: on Office_A
(1,090 products, 5,263 property-set relations) the inverse attributes take four times as long.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from ingest.readers.ifc_placement import own_unit
from ingest.readers.ifc_properties import MEASURES, Measure, Units, is_wanted, type_properties
from ingest.readers.ifc_types import entity_type

Record = dict[str, Any]

_MAX_TEXT: Final = 2_000
#: A property set may be shared by any number of objects, so the product is bounded, not the parts.
_MAX_VALUES_PER_OBJECT: Final = 1_000
_MAX_VALUES: Final = 5_000_000
_MAX_DEPTH: Final = 4
_BATCH: Final = 500
#: Places of RelatedObjects and of what is related in IfcRelDefines and IfcRelAssociates.
_RELATED: Final = 4
_RELATING: Final = 5

_SINGLE: Final = "IfcPropertySingleValue"
_QUANTITY: Final = "IfcPhysicalSimpleQuantity"
_WORDS: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z][a-z]*|\d+")

#: Direct attributes worth showing, where a class has them.
_DIRECT: Final = (
    "Description", "ObjectType", "LongName", "Tag", "PredefinedType", "CompositionType",
    "OverallHeight", "OverallWidth", "Elevation",
)  # fmt: skip

#: Relation class -> (our kind, attribute of the one, attribute of the one or many).
_RELATIONS: Final = (
    ("IfcRelAggregates", "aggregates", "RelatingObject", "RelatedObjects"),
    ("IfcRelNests", "aggregates", "RelatingObject", "RelatedObjects"),
    ("IfcRelContainedInSpatialStructure", "contains", "RelatingStructure", "RelatedElements"),
    ("IfcRelReferencedInSpatialStructure", "references", "RelatingStructure", "RelatedElements"),
    ("IfcRelConnectsElements", "connects", "RelatingElement", "RelatedElement"),
    ("IfcRelConnectsPorts", "connects", "RelatingPort", "RelatedPort"),
    ("IfcRelConnectsPortToElement", "has_port", "RelatedElement", "RelatingPort"),
    ("IfcRelVoidsElement", "voids", "RelatedOpeningElement", "RelatingBuildingElement"),
    ("IfcRelFillsElement", "fills", "RelatedBuildingElement", "RelatingOpeningElement"),
    ("IfcRelAssignsToGroup", "groups", "RelatingGroup", "RelatedObjects"),
    ("IfcRelServicesBuildings", "serves", "RelatingSystem", "RelatedBuildings"),
    ("IfcRelSpaceBoundary", "bounds", "RelatedBuildingElement", "RelatingSpace"),
    ("IfcRelCoversBldgElements", "covers", "RelatedCoverings", "RelatingBuildingElement"),
)


def listed_objects(model: Any) -> list[Any]:
    """Return products first (their index is the feature id), then groups and the project."""
    out = list(model.by_type("IfcProduct"))
    out += model.by_type("IfcGroup")
    out += model.by_type("IfcProject")
    return out


def object_batches(model: Any, units: Units) -> Iterator[list[Record]]:
    """Yield records of all objects, a few hundred at a time.

    Each has ``id`` (the STEP number), ``guid``, ``type``, ``name`` and ``attributes``.
    """
    collector = _Collector(model, units)
    batch: list[Record] = []
    for thing in listed_objects(model):
        batch.append(collector.record(thing))
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def relation_batches(model: Any) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield kinds, source and target GUIDs, a few thousand at a time."""
    edges = _edges(model)
    while rows := list(itertools.islice(edges, 4_000)):
        kinds, sources, targets = zip(*rows)
        yield list(kinds), list(sources), list(targets)


def _edges(model: Any) -> Iterator[tuple[str, str, str]]:
    for name, kind, first, second in _RELATIONS:
        try:
            relations = model.by_type(name)
        except RuntimeError:
            continue  # the schema has no such class
        places: tuple[int, int] | None = None
        for relation in relations:
            try:
                if places is None:  # by index: by name costs the library five calls instead of one
                    names = [relation.attribute_name(i) for i in range(len(relation))]
                    places = names.index(first), names.index(second)
                sources, targets = (_many(relation.get_argument(place)) for place in places)
            except (ValueError, RuntimeError):
                continue
            for source, target in itertools.product(sources, targets):
                ends = _guid(source), _guid(target)
                if all(ends):
                    yield kind, *ends


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, tuple | list) and value.is_a("IfcPropertySetDefinitionSet"):
        value = value.get_argument(0)
    return list(value) if isinstance(value, tuple | list) else [value]


def _guid(thing: Any) -> str:
    try:
        return _text(thing.get_argument(0))
    except RuntimeError:
        return ""


class _Collector:
    """Holds what is shared between objects: definitions, types, materials, classifications."""

    def __init__(self, model: Any, units: Units) -> None:
        self._units = units
        self._unnamed: Counter[str] = Counter()
        self._budget = _MAX_VALUES
        self._columns: dict[str, list[tuple[int, str]]] = {}
        self._known: dict[int, tuple[dict[str, Any], dict[str, Measure]]] = {}
        self._definitions: dict[int, list[Any]] = defaultdict(list)
        self._type: dict[int, Any] = {}
        self._storey: dict[int, str] = {}
        self._material: dict[int, str] = {}
        self._classification: dict[int, list[str]] = defaultdict(list)
        for relation in model.by_type("IfcRelDefinesByProperties"):
            for definition in _many(relation.get_argument(_RELATING)):
                for thing in relation.get_argument(_RELATED):
                    self._definitions[thing.id()].append(definition)
        for relation in model.by_type("IfcRelDefinesByType"):
            for thing in relation.get_argument(_RELATED):
                self._type[thing.id()] = relation.get_argument(_RELATING)
        for relation in model.by_type("IfcRelContainedInSpatialStructure"):
            structure = relation.RelatingStructure
            if structure is not None and structure.is_a("IfcBuildingStorey"):
                name = _text(structure.Name) or _text(structure.LongName)
                for thing in relation.RelatedElements:
                    self._storey[thing.id()] = name
        for relation in model.by_type("IfcRelAssociatesMaterial"):
            names = "; ".join(_material_names(relation.RelatingMaterial))[:_MAX_TEXT]
            for thing in relation.RelatedObjects:
                self._material[thing.id()] = names
        for relation in model.by_type("IfcRelAssociatesClassification"):
            label = _classification(relation.RelatingClassification)
            for thing in relation.RelatedObjects:
                self._classification[thing.id()].append(label)

    def record(self, thing: Any) -> Record:
        number = thing.id()
        attributes: dict[str, Any] = {}
        measures: dict[str, Measure] = {}
        for index, name in self._direct_of(thing):
            value = _plain(thing.get_argument(index))
            if value not in (None, ""):
                attributes[name] = value
        kind = self._type.get(number)
        if kind is not None:
            attributes["TypeName"] = _text(kind.Name)
            if kind.is_a("IfcTypeObject"):
                attributes |= self._values(kind.HasPropertySets or (), measures)
        if number in self._storey:
            attributes["Storey"] = self._storey[number]
        if names := self._material.get(number) or (
            kind is not None and self._material.get(kind.id())
        ):
            attributes["Material"] = names
        if number in self._classification:
            attributes["Classification"] = "; ".join(self._classification[number])[:_MAX_TEXT]
        attributes |= self._values(self._definitions.get(number, ()), measures)
        ours = type_properties(entity_type(thing.is_a()), attributes, measures, self._units)
        elevation = attributes.pop("Elevation", None)
        if isinstance(elevation, float) and "elevation_m" not in ours:
            attributes["Elevation_m"] = elevation * self._units.length_m
        attributes = ours | attributes
        if len(attributes) > _MAX_VALUES_PER_OBJECT or self._budget < len(attributes):
            room = max(0, min(_MAX_VALUES_PER_OBJECT, self._budget))
            attributes = dict(itertools.islice(attributes.items(), room))
        self._budget -= len(attributes)
        return {
            "id": number,
            "guid": _text(thing.get_argument(0)),
            "type": thing.is_a(),
            "name": self._name(thing, attributes),
            "attributes": attributes,
        }

    def _name(self, thing: Any, attributes: dict[str, Any]) -> str:
        """Return the name, else the long name, else the class with its tag or a number."""
        given = _text(thing.get_argument(2)).strip() or str(attributes.get("LongName", "")).strip()
        if given:
            return given
        word = " ".join(_WORDS.findall(thing.is_a().removeprefix("Ifc"))).capitalize()
        self._unnamed[word] += 1
        return f"{word} {attributes.get('Tag') or self._unnamed[word]}"

    def _direct_of(self, thing: Any) -> list[tuple[int, str]]:
        """Return where a class keeps the attributes worth showing."""
        kind = thing.is_a()
        if kind not in self._columns:
            names = [thing.attribute_name(i) for i in range(len(thing))]
            self._columns[kind] = [(i, name) for i, name in enumerate(names) if name in _DIRECT]
        return self._columns[kind]

    def _values(self, definitions: Any, measures: dict[str, Measure]) -> dict[str, Any]:
        """Return the values of sets by name; what those in use measure goes into *measures*."""
        out: dict[str, Any] = {}
        for definition in definitions:
            number = definition.id()
            if number not in self._known:
                self._known[number] = _definition_values(definition)
            values, measured = self._known[number]
            out |= values
            measures.update(measured)
        return out


def _definition_values(definition: Any) -> tuple[dict[str, Any], dict[str, Measure]]:
    out: dict[str, Any] = {}
    measures: dict[str, Measure] = {}
    kind = definition.is_a()
    prefix = _text(definition.get_argument(2)) or kind
    if kind == "IfcPropertySet":
        for item in definition.get_argument(4) or ():
            if item.is_a() == _SINGLE:  # nearly all are
                name, value = _text(item.get_argument(0)), item.get_argument(2)
                out[f"{prefix}.{name}"] = _plain(value)
                if value is not None and is_wanted(name):
                    _measure(measures, f"{prefix}.{name}", value, item.get_argument(3))
            else:
                _add_property(out, prefix, item, 0)
    elif kind == "IfcElementQuantity":
        for item in definition.get_argument(5) or ():
            _add_quantity(out, prefix, item, 0)
            name = _text(item.get_argument(0))
            if is_wanted(name) and item.is_a(_QUANTITY):
                _measure(measures, f"{prefix}.{name}", item, item.get_argument(2))
    else:  # door linings and the like: their values are direct attributes
        skipped = ("id", "type", "GlobalId", "OwnerHistory", "Name", "Description")
        for name, value in definition.get_info(recursive=False).items():
            if name not in skipped and (plain := _plain(value)) not in (None, "", []):
                out[f"{prefix}.{name}"] = plain
    return out, measures


def _measure(measures: dict[str, Measure], name: str, value: Any, unit: Any) -> None:
    """Note what a number measures, and its own unit; not where that one cannot be understood."""
    kind = MEASURES.get(value.is_a().upper())
    if kind is None:
        return
    scale = None
    if unit is not None and kind in ("length", "area"):
        scale = own_unit(unit, kind)
        if scale is None:
            return
    measures[name] = Measure(kind, scale)


def _add_property(out: dict[str, Any], prefix: str, item: Any, depth: int) -> None:
    # By index, five times as fast as by name. The order is the same in IFC2x3, IFC4 and
    # IFC4x3: Name, Description (Specification), values.
    name = f"{prefix}.{_text(item.get_argument(0))}"
    kind = item.is_a()
    if kind in (_SINGLE, "IfcPropertyEnumeratedValue", "IfcPropertyListValue"):
        out[name] = _plain(item.get_argument(2))
    elif kind == "IfcPropertyBoundedValue":
        out[name] = {"lower": _plain(item.get_argument(3)), "upper": _plain(item.get_argument(2))}
    elif kind == "IfcComplexProperty" and depth < _MAX_DEPTH:
        for inner in item.get_argument(3) or ():
            _add_property(out, name, inner, depth + 1)


def _add_quantity(out: dict[str, Any], prefix: str, item: Any, depth: int) -> None:
    name = f"{prefix}.{_text(item.get_argument(0))}"
    if item.is_a(_QUANTITY):
        out[name] = _plain(item.get_argument(3))  # LengthValue, AreaValue, VolumeValue…
    elif item.is_a("IfcPhysicalComplexQuantity") and depth < _MAX_DEPTH:
        for inner in item.get_argument(2) or ():
            _add_quantity(out, name, inner, depth + 1)


#: Where the materials of each kind of set are.
_MATERIAL_PARTS: Final = {
    "IfcMaterialLayerSet": "MaterialLayers",
    "IfcMaterialProfileSet": "MaterialProfiles",
    "IfcMaterialConstituentSet": "MaterialConstituents",
    "IfcMaterialList": "Materials",
}


def _material_names(material: Any) -> list[str]:
    if material is None:
        return []
    if material.is_a("IfcMaterial"):
        return [_text(material.Name)]
    if material.is_a("IfcMaterialLayerSetUsage"):
        return _material_names(material.ForLayerSet)
    if material.is_a("IfcMaterialProfileSetUsage"):
        return _material_names(material.ForProfileSet)
    names: list[str] = []
    # Asked for what an entity lacks, ifcopenshell loads its schema rules first: 0.1 s.
    parts = _MATERIAL_PARTS.get(material.is_a())
    for item in (getattr(material, parts, None) or ()) if parts else ():
        inner = item if item.is_a("IfcMaterial") else item.Material
        if inner is not None:
            names.append(_text(inner.Name))
    return list(dict.fromkeys(name for name in names if name))


def _classification(reference: Any) -> str:
    if reference is None:
        return ""
    code = getattr(reference, "Identification", None) or getattr(reference, "ItemReference", None)
    return " ".join(t for t in (_text(code), _text(getattr(reference, "Name", None))) if t)


def _text(value: Any) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def _plain(value: Any) -> Any:
    """Return a JSON value; entities and what is not finite become None."""
    # By class and not by isinstance: asked for every property of a model.
    kind = type(value)
    if kind is str:
        return value[:_MAX_TEXT]
    if kind is float:
        return value if math.isfinite(value) else None
    if value is None or kind is bool or kind is int:
        return value
    if kind is tuple or kind is list:
        return [_plain(item) for item in value[:_MAX_VALUES_PER_OBJECT]]
    # An entity has a number; a value of a defined type, such as IfcLabel, has none.
    return None if value.id() else _plain(value.get_argument(0))
