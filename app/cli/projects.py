"""shapan new, layers, remove, entities, check."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.cells import codes_json, print_codes
from app.cli.integrity import broken_rules, check_project
from app.cli.opening import catalogue_of, open_project
from app.cli.output import (
    Exit,
    format_count,
    format_counts,
    print_error,
    print_json,
    print_table,
    print_warning,
)
from twin_model.codes.management import check_division
from twin_model.commands import RemoveLayer
from twin_model.division import SetDivision
from twin_model.entity import Entity
from twin_model.errors import ShapanError, StoreError
from twin_model.frame import Frame
from twin_model.heights import GROUND, by_reference, stated_m
from twin_model.layer import Layer
from twin_model.query import EntityQuery
from twin_model.space_codes import space_codes
from twin_model.time import Instant
from twin_model.twin import Twin

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue


def new(arguments: argparse.Namespace) -> int:
    """Make a project folder."""
    origin = None
    if arguments.origin is not None:
        origin = (arguments.origin[0], arguments.origin[1], arguments.origin[2])
    frame = Frame(arguments.crs, origin)
    if arguments.division is not None:
        check_division(arguments.division)
    with Twin.create(Path(arguments.project), frame, arguments.title or "") as twin:
        if arguments.division is not None:
            twin.execute(SetDivision(arguments.division), why="new project")
    print(f"{arguments.project}: new project in {frame.horizontal.name}")
    return Exit.DONE


def layers(arguments: argparse.Namespace) -> int:
    """List the layers of a project."""
    with open_project(arguments.project, write=False) as twin:
        found = twin.layers()
    if arguments.json:
        print_json([layer_json(layer) for layer in found])
    elif not found:
        print(f"no layers yet: shapan add {arguments.project} FILE")
    else:
        print_table(
            [
                [layer.id, layer.name, layer.kind, layer.format, format_counts(layer.counts)]
                for layer in found
            ],
            ["layer", "name", "kind", "format", "holds"],
        )
    return Exit.DONE


def layer_json(layer: Layer) -> dict[str, Any]:
    """Return the object that ``shapan layers --json`` prints."""
    return {
        "layer": layer.id,
        "name": layer.name,
        "kind": layer.kind,
        "format": layer.format,
        "source": layer.source,
        "epoch": layer.epoch,
        "bounds_local": list(layer.bounds_local) if layer.bounds_local else None,
        "counts": layer.counts,
        "bytes": layer.bytes,
        "role": str(layer.role),
        "crs": layer.crs,
        "vertical_crs": layer.vertical_crs,
        "style": layer.style,
        "warnings": list(layer.warnings),
    }


def remove(arguments: argparse.Namespace) -> int:
    """Remove a layer by id or by name."""
    with open_project(arguments.project, write=True) as twin:
        layer = find_layer(twin, arguments.layer)
        twin.execute(RemoveLayer(layer.id, layer.name))
    print(f"{layer.id}: removed (undo in the window brings it back)")
    return Exit.DONE


def find_layer(twin: Twin, name: str) -> Layer:
    """Return the layer of an id, else the only one of a name.

    Raises
    ------
    StoreError
        If there is none, or several have that name.
    """
    found = [layer for layer in twin.layers() if layer.name == name]
    if len(found) == 1 and all(layer.id != name for layer in twin.layers()):
        return found[0]
    if len(found) > 1 and all(layer.id != name for layer in twin.layers()):
        ids = ", ".join(layer.id for layer in found)
        raise StoreError(f"several layers are called '{name}'", remedy=f"use the id: {ids}")
    return twin.layer(name)


def entities(arguments: argparse.Namespace) -> int:
    """Query entities."""
    query = EntityQuery(
        type=arguments.type,
        layer=arguments.layer,
        bbox=arguments.bbox,
        near=arguments.near,
        where=arguments.where or "",
        text=arguments.text or "",
        at=Instant.parse(arguments.at) if arguments.at else None,
        limit=arguments.limit,
    )
    with open_project(arguments.project, write=False) as twin:
        catalogue = catalogue_of(twin)
        twin.catalogue = catalogue
        if query.type is not None:
            query = replace(query, type=type_called(query.type, catalogue, twin))
        found = twin.entities(query)
        codes = space_codes(twin, found) if arguments.codes else []
        heights = stated_heights(twin, found) if arguments.json else {}
        if query.type is not None and not found and not twin.count(EntityQuery(type=query.type)):
            kinds = ", ".join(sorted(twin.entity_counts())) or "none"
            print_warning(f"there is no {query.type} in {arguments.project}; its types: {kinds}")
    if arguments.json:
        objects = [{**entity_json(entity), **heights.get(entity.id, {})} for entity in found]
        for one, more in zip(objects, codes, strict=False):
            one["space_codes"] = codes_json(more)
        print_json(objects)
    elif arguments.codes:
        print_codes(found, codes)
        print(f"{format_count(len(found))} entities")
    else:
        print_table(
            [[entity.type, entity.name, _place(entity), entity.id] for entity in found],
            ["type", "name", "east, north, up (m)", "id"],
        )
        print(f"{format_count(len(found))} entities")
    return Exit.DONE


def type_called(text: str, catalogue: Catalogue, twin: Twin) -> str:
    """Return the id of an entity type given by id or by name in either language.

    Raises
    ------
    UnknownTypeError
        If neither the catalogue nor the project has it; names the nearest.
    """
    from twin_model.schema.catalogue import UnknownTypeError

    used = twin.entity_counts()
    if text in used:
        return text
    found = catalogue.called(text)
    if found is None:
        names = [n for k in catalogue.types() for n in (k.id, k.name.en.lower(), k.name.zh) if n]
        raise UnknownTypeError(text.strip().lower(), {*names, *used})
    return found


def _place(entity: Entity) -> str:
    if entity.position is None:
        return "-"
    return ", ".join(f"{value:.2f}" for value in entity.position)


def stated_heights(twin: Twin, entities: Sequence[Entity]) -> dict[str, dict[str, Any]]:
    """Return ``height_m`` of entities by id: above what it is stated above; None where unknown.

    Warns once of each reference that cannot be converted to.
    """
    from ingest.tiling.ground import ground_in  # rasterio is slow to import

    found: dict[str, dict[str, Any]] = {}
    for reference, members in by_reference(entities).items():
        ground = None
        try:
            if reference == GROUND:
                ground = ground_in(twin.layers(), twin.layer_folder, twin.frame)
            positions = [one.position for one in members if one.position is not None]
            values = stated_m(twin.frame, reference, positions, ground).tolist()
        except ShapanError as error:
            print_warning(str(error))
            values = [math.nan] * len(members)
        for one, value in zip(members, values, strict=True):
            found[one.id] = {"height_m": round(value, 4) if math.isfinite(value) else None}
    return found


def entity_json(entity: Entity) -> dict[str, Any]:
    """Return the object that ``shapan entities --json`` prints."""
    return {
        "id": entity.id,
        "type": entity.type,
        "name": entity.name,
        "codes": {
            "management": entity.codes.management,
            "space": entity.codes.space,
            "time": entity.codes.time,
        },
        "position": [round(value, 4) for value in entity.position] if entity.position else None,
        "height_reference": entity.height_reference,
        "attributes": entity.attributes,
        "indicators": entity.indicators,
        "layer": entity.layer,
        "guid": entity.guid,
    }


def check(arguments: argparse.Namespace) -> int:
    """Verify a project: database, journal, files, tiles."""
    problems = check_project(Path(arguments.project), repair=arguments.repair)
    for problem in problems:
        print_error(problem)
    if not problems:
        for warning in broken_rules(Path(arguments.project)):
            print_warning(warning)
        print(f"{arguments.project}: sound")
    return Exit.PARTLY if problems else Exit.DONE
