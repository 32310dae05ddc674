"""shapan settings: what a project says of itself."""

from __future__ import annotations

import argparse

from app.cli.opening import open_project
from app.cli.output import Exit, print_json, print_table
from twin_model.codes.management import NO_DIVISION
from twin_model.division import SetDivision, division_of
from twin_model.space_heights import (
    SetSpaceHeights,
    SpaceHeights,
    profile_called,
    space_heights_of,
)
from twin_model.twin import Twin


def settings(arguments: argparse.Namespace) -> int:
    """Show the settings of a project; change those that are given."""
    wanted = arguments.division
    profile, heights = arguments.height_profile, arguments.code_heights
    changes = any(one is not None for one in (wanted, profile, heights))
    with open_project(arguments.project, write=changes) as twin:
        if wanted is not None and wanted != division_of(twin):
            twin.execute(SetDivision(wanted))
        before = space_heights_of(twin)
        after = SpaceHeights(
            before.profile if profile is None else profile_called(profile),
            before.as_they_are if heights is None else heights == "as-they-are",
        )
        if after != before:
            twin.execute(SetSpaceHeights(after))
        found = _settings(twin)
    if arguments.json:
        print_json(found)
    else:
        stated = found["division"] != NO_DIVISION
        print_table(
            [
                ["title", str(found["title"])],
                ["crs", str(found["crs"])],
                ["vertical_crs", str(found["vertical_crs"] or "not stated")],
                ["division", str(found["division"]) if stated else f"{NO_DIVISION} (not stated)"],
                ["height_profile", str(found["height_profile"])],
                ["code_heights", str(found["code_heights"])],
            ],
            ["setting", "value"],
        )
    return Exit.DONE


def _settings(twin: Twin) -> dict[str, str | None]:
    """Return the object that ``shapan settings --json`` prints."""
    heights = space_heights_of(twin)
    return {
        "title": twin.title,
        "crs": twin.frame.crs,
        "vertical_crs": twin.frame.vertical_crs,
        "division": division_of(twin),
        "height_profile": str(heights.profile),
        "code_heights": "as-they-are" if heights.as_they_are else "converted",
    }
