"""shapan cell: where the cell of a space code is; and the space codes of entities."""

from __future__ import annotations

import argparse
from typing import Any

from app.cli.opening import open_project
from app.cli.output import Exit, print_json, print_table, print_warning
from twin_model.entity import Entity
from twin_model.space_codes import CellPlace, SpaceCodes, cell_place
from twin_model.space_heights import SpaceHeights, space_heights_of


def cell(arguments: argparse.Namespace) -> int:
    """Say where the cell of a code is, in degrees, metres above the ellipsoid and local metres."""
    with open_project(arguments.project, write=False) as twin:
        rule = space_heights_of(twin)
        place = cell_place(arguments.code, twin.frame, rule)
    found = cell_json(place, rule)
    if place.height_problem:
        print_warning(f"heights in the project are not known: {place.height_problem}")
    if arguments.json:
        print_json(found)
    else:
        print_table([[name, _text(value)] for name, value in found.items()], ["of the cell", ""])
    return Exit.DONE


def cell_json(place: CellPlace, rule: SpaceHeights) -> dict[str, Any]:
    """Return the object that ``shapan cell --json`` prints."""
    xs, ys = zip(*place.outline, strict=True)
    found: dict[str, Any] = {
        "code": place.code,
        "level": place.level,
        "bounds_deg": [round(value, 9) for value in place.bounds_deg],
        "bounds_local": [round(value, 3) for value in (min(xs), min(ys), max(xs), max(ys))],
    }
    if place.heights_m is not None:
        found["height_profile"] = str(rule.profile)
        found["ellipsoidal_heights_m"] = [round(value, 3) for value in place.heights_m]
        local = place.local_heights
        found["heights_local"] = None if local is None else [round(value, 3) for value in local]
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "not known" if value is None else str(value)


def codes_json(codes: SpaceCodes) -> dict[str, Any]:
    """Return ``space_codes`` of the objects that ``shapan entities --codes --json`` prints."""
    problems = {
        "plan": codes.plan_problem, "height": codes.height_problem, "around": codes.around_problem,
        "outline": codes.outline_problem,
    }  # fmt: skip
    return {
        "place": codes.place or None,
        "solid": codes.solid or None,
        "height_profile": str(codes.profile),
        "around": codes.around or None,
        "solid_around": codes.solid_around or None,
        "cells": list(codes.cells),
        "problems": {name: text for name, text in problems.items() if text},
    }


def print_codes(entities: list[Entity], codes: list[SpaceCodes]) -> None:
    """Print the space codes of entities as a table, and once each why some have none."""
    rows = []
    for entity, one in zip(entities, codes, strict=True):
        cells = "-"
        if one.cells:
            more = f" and {len(one.cells) - 1} more" if len(one.cells) > 1 else ""
            cells = f"{one.cells[0]}{more}"
        rows.append([entity.type, entity.name, one.place or "-", one.solid or "-",
                     one.around or "-", cells])  # fmt: skip
    print_table(rows, ["type", "name", "place", "with height", "around it", "cells"])
    reasons = {
        f"{title}: {text}"
        for one in codes
        for title, text in (
            ("no code", one.plan_problem), ("no code with height", one.height_problem),
            ("no cell around it", one.around_problem),
            ("no cells of the outline", one.outline_problem),
        )
        if text
    }  # fmt: skip
    for text in sorted(reasons):
        print_warning(text)
