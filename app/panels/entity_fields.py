"""What the Entity dock says of an entity, a picked place and a layer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app import numbers, words
from app.panels.fields import Field
from twin_model.entity import Entity
from twin_model.errors import FrameError
from twin_model.frame import parse_crs
from twin_model.layer import Layer
from twin_model.time import ALWAYS, FOREVER

if TYPE_CHECKING:
    from rendering.options import Pick


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
    return [Field(name, value) for name, value in named if value]


def position_fields(entity: Entity, frame: Any) -> list[Field]:
    """Return the position in degrees, project coordinates and height with its datum."""
    if entity.position is None:
        return []
    longitude, latitude, _ = (float(v) for v in frame.to_wgs84(entity.position)[0])
    east, north, height = (float(v) for v in frame.offset + entity.position)
    datum = (
        parse_crs(frame.vertical_crs).name
        if frame.vertical_crs
        else QCoreApplication.translate("EntityPanel", "datum unknown")
    )
    return [
        Field(QCoreApplication.translate("EntityPanel", "Latitude"), f"{latitude:.6f}°", "WGS 84"),
        Field(
            QCoreApplication.translate("EntityPanel", "Longitude"), f"{longitude:.6f}°", "WGS 84"
        ),
        Field(QCoreApplication.translate("EntityPanel", "Easting"), numbers.fixed(east, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Northing"), numbers.fixed(north, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Height"), numbers.fixed(height, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Height above"), datum),
        Field(
            QCoreApplication.translate("EntityPanel", "Heading"),
            numbers.fixed(entity.heading_deg, 1),
            "°",
        ),
        Field(
            QCoreApplication.translate("EntityPanel", "Project CRS"),
            frame.horizontal.name,
            frame.crs[:16],
        ),
        *_validity(entity),
    ]


def _validity(entity: Entity) -> list[Field]:
    found = []
    if entity.valid.start != ALWAYS:
        found.append(
            Field(QCoreApplication.translate("EntityPanel", "Valid from"), str(entity.valid.start))
        )
    if entity.valid.end != FOREVER:
        found.append(
            Field(QCoreApplication.translate("EntityPanel", "Valid until"), str(entity.valid.end))
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
    if layer.licence:
        fields.append(Field(QCoreApplication.translate("EntityPanel", "Licence"), layer.licence))
    if layer.attribution:
        fields.append(
            Field(QCoreApplication.translate("EntityPanel", "Attribution"), layer.attribution)
        )
    if layer.warnings:
        fields.append(Field(QCoreApplication.translate("EntityPanel", "Warnings")))
        fields += [Field(str(at + 1), text) for at, text in enumerate(layer.warnings)]
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
