"""shapan settings: what a project says of itself."""

from __future__ import annotations

import argparse

from app.cli.opening import open_project
from app.cli.output import Exit, print_json, print_table
from twin_model.codes.management import NO_DIVISION
from twin_model.division import SetDivision, division_of
from twin_model.twin import Twin


def settings(arguments: argparse.Namespace) -> int:
    """Show the settings of a project; change those that are given."""
    wanted = arguments.division
    with open_project(arguments.project, write=wanted is not None) as twin:
        if wanted is not None and wanted != division_of(twin):
            twin.execute(SetDivision(wanted))
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
            ],
            ["setting", "value"],
        )
    return Exit.DONE


def _settings(twin: Twin) -> dict[str, str | None]:
    """Return the object that ``shapan settings --json`` prints."""
    return {
        "title": twin.title,
        "crs": twin.frame.crs,
        "vertical_crs": twin.frame.vertical_crs,
        "division": division_of(twin),
    }
