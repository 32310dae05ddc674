"""What the Entity dock says of an entity, a picked place and a layer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app import entity_words, messages, numbers, words
from app.editing import classes, schema
from app.editing.attributes import SEVERAL, Attribute, attributes_of, problem_of
from app.panels.entity_form import FormField
from app.panels.fields import Field
from app.panels.relation_graph import Neighbour
from app.project_settings import division_text
from app.unit_words import label
from twin_model.entity import Entity
from twin_model.errors import FrameError
from twin_model.frame import parse_crs
from twin_model.layer import Layer

if TYPE_CHECKING:
    from rendering.options import Pick
    from twin_model.schema.types import PropertyType


def value_text(value: Any) -> str:
    """Return a value as people read it; "unknown" for none."""
    if value is None or value == "":
        return numbers.unknown()
    if isinstance(value, bool):
        yes = QCoreApplication.translate("EntityPanel", "yes")
        return yes if value else QCoreApplication.translate("EntityPanel", "no")
    if isinstance(value, int):
        return numbers.integer(value) if abs(value) >= 100_000 else str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def code_fields(entity: Entity) -> list[Field]:
    """Return the unified codes and the identifier in the source."""
    named = [
        (QCoreApplication.translate("EntityPanel", "Management code"), entity.codes.management),
        (QCoreApplication.translate("EntityPanel", "Space code"), entity.codes.space),
        (QCoreApplication.translate("EntityPanel", "Time code"), entity.codes.time),
        (QCoreApplication.translate("EntityPanel", "In the source"), entity.guid),
        (QCoreApplication.translate("EntityPanel", "Id"), entity.id),
    ]
    found = [Field(name, value) for name, value in named if value]
    if (division := _division_of(entity.codes.management)) is not None:
        title = QCoreApplication.translate("EntityPanel", "Division")
        where = QCoreApplication.translate("EntityPanel", "settings")
        found.insert(1, Field(title, division_text(division), where, "settings:division"))
    code_class = classes.known_class(entity.codes.management) if classes.is_loaded() else None
    if code_class is not None:
        title = QCoreApplication.translate("EntityPanel", "Class")
        edition = classes.tables().edition(code_class.code)
        name = f"{code_class.code} {code_class.name(schema.language())}"
        found.insert(1, Field(title, name, edition))
    return found


def _division_of(code: str) -> str | None:
    """Return the division of a management code; None where it is a code of another kind."""
    division, dash, _ = code.partition("-")
    return division if dash and len(division) == 6 and division.isdecimal() else None


def form_fields(entities: Sequence[Entity], *, unset: bool) -> list[Field]:
    """Return the attributes of entities as lines to edit, under headings.

    Parameters
    ----------
    entities : sequence of Entity
        At least one.
    unset : bool
        Whether those that the type declares and no entity has are listed too.
    """
    fields: list[Field] = []
    group = ""
    for one in attributes_of(entities):
        if not unset and one.value is None:
            continue
        if one.group != group:
            group = one.group
            fields.append(Field(group))
        fields.append(_attribute_field(one))
    return fields


def _attribute_field(one: Attribute) -> FormField:
    several = one.value is SEVERAL
    hint = (
        QCoreApplication.translate("EntityPanel", "several values")
        if several
        else QCoreApplication.translate("EntityPanel", "not set")
    )
    if one.property is None:
        return FormField(one.title, "" if several else value_text(one.value), hint=hint)
    kind = one.property
    text = "" if one.value is None or several else _value_words(kind, one.value)
    return FormField(
        one.title,
        text,
        label(kind.unit),
        key=one.name,
        kind=None if kind.read_only else kind,
        stored=one.value,
        hint=hint,
        problem=problem_of(kind, one.value),
    )


def _value_words(kind: PropertyType, value: Any) -> str:
    """Return a value without its unit, which stands beside it."""
    for choice in kind.choices:
        if choice.value == value:
            return schema.sentence(choice.name.get(schema.language()) or str(value))
    return value_text(value)


def relation_fields(entity: Entity, neighbours: Sequence[Neighbour]) -> list[Field]:
    """Return what an entity lacks, and its relations, each a way to its other end."""
    return _lacking(entity, neighbours) + [
        Field(
            words.relation(one.kind, incoming=one.incoming),
            one.name,
            entity_words.entity_type(one.type),
            one.id,
        )
        for one in neighbours
    ]


def _lacking(entity: Entity, neighbours: Sequence[Neighbour]) -> list[Field]:
    """Return the relations that the type of an entity needs and that are not there yet."""
    here = schema.known_type(entity.type) if schema.is_loaded() else None
    if here is None:
        return []
    from twin_model.schema.relating import known_type
    from twin_model.schema.validation import rule_count

    types = schema.catalogue()
    found = []
    for rule in types.relations(here):
        others = [
            known_type(one.type, types)
            for one in neighbours
            if one.kind == rule.kind and not one.incoming
        ]
        there = rule_count(rule, others, types)
        if there < rule.minimum:
            text = QCoreApplication.translate("EntityPanel", "{0} of at least {1}")
            missing = QCoreApplication.translate("EntityPanel", "missing")
            found.append(
                Field(words.relation(rule.kind), text.format(there, rule.minimum), missing)
            )
    return found


def geometry_fields(entity: Entity, layer: Layer | None) -> list[Field]:
    """Return what the geometry is and where it comes from."""
    found = []
    if entity.geometry is not None:
        import shapely

        geometry = shapely.from_wkb(entity.geometry)
        found.append(
            Field(
                QCoreApplication.translate("EntityPanel", "Own geometry"), str(geometry.geom_type)
            )
        )
        if geometry.area > 0:
            found.append(
                Field(
                    QCoreApplication.translate("EntityPanel", "Area"),
                    numbers.area(float(geometry.area)),
                )
            )
        if geometry.length > 0:
            name = (
                QCoreApplication.translate("EntityPanel", "Outline")
                if geometry.area > 0
                else QCoreApplication.translate("EntityPanel", "Length")
            )
            found.append(Field(name, numbers.length(float(geometry.length))))
    if layer is not None:
        if entity.feature is not None:
            found.append(
                Field(QCoreApplication.translate("EntityPanel", "Feature"), str(entity.feature))
            )
        found += layer_fields(layer)
    return found


def attribute_fields(entity: Entity) -> list[Field]:
    """Return the attributes, grouped by property set where their names have one."""
    groups: dict[str, list[Field]] = {}
    for name, value in entity.attributes.items():
        group, dot, rest = name.partition(".")
        key = group if dot else ""
        groups.setdefault(key, []).append(Field(rest if dot else name, value_text(value)))
    fields = groups.pop("", [])
    for group in sorted(groups):
        fields += [Field(group), *groups[group]]
    return fields


def pick_fields(pick: Pick | None) -> list[Field]:
    """Return the place that was picked."""
    if pick is None or pick.feature is None:
        return []
    return [Field(QCoreApplication.translate("EntityPanel", "Feature"), str(pick.feature))]


def layer_fields(layer: Layer) -> list[Field]:
    """Return where a layer comes from and how good it is."""
    accuracy = (
        numbers.length(layer.accuracy_m, layer.accuracy_m)
        if layer.accuracy_m
        else numbers.unknown()
    )
    fields = [
        Field(QCoreApplication.translate("EntityPanel", "Where it comes from")),
        Field(QCoreApplication.translate("EntityPanel", "Layer"), layer.name),
        Field(QCoreApplication.translate("EntityPanel", "Format"), layer.format),
        Field(QCoreApplication.translate("EntityPanel", "Drawn as"), words.role(layer.role)),
        Field(QCoreApplication.translate("EntityPanel", "Source"), layer.source),
        Field(QCoreApplication.translate("EntityPanel", "Source CRS"), crs_text(layer.crs)),
        Field(
            QCoreApplication.translate("EntityPanel", "Source heights"),
            crs_text(layer.vertical_crs),
        ),
        Field(
            QCoreApplication.translate("EntityPanel", "Surveyed"), layer.epoch or numbers.unknown()
        ),
        Field(QCoreApplication.translate("EntityPanel", "Accuracy"), accuracy),
        Field(QCoreApplication.translate("EntityPanel", "On disk"), numbers.size(layer.bytes)),
    ]
    for unit, count in layer.counts.items():
        if isinstance(count, int) and unit in words.known_units():
            fields.append(Field(words.unit(unit).capitalize(), numbers.integer(count)))
    licence = layer.licence or numbers.unknown()
    fields.append(Field(QCoreApplication.translate("EntityPanel", "Licence"), licence))
    if layer.attribution:
        fields.append(
            Field(QCoreApplication.translate("EntityPanel", "Attribution"), layer.attribution)
        )
    if layer.warnings:
        fields.append(Field(QCoreApplication.translate("EntityPanel", "Warnings")))
        fields += [
            Field(str(at + 1), messages.shown(text)) for at, text in enumerate(layer.warnings)
        ]
    return fields


def crs_text(text: str | None) -> str:
    """Return a CRS in a few words: its code, or its name where it is given as WKT."""
    if not text:
        return numbers.unknown()
    if len(text) <= 24:
        return text
    try:
        return str(parse_crs(text).name)
    except FrameError:
        return text[:24]
