"""shapan codes."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.output import Exit, print_error, print_json, print_table
from app.cli.with_plugins import plugins_running
from app.editing import classes
from plugins.host.files import read_code_table
from twin_model.errors import PluginError, ShapanError


def codes(arguments: argparse.Namespace) -> int:
    """List the classes that management codes may name, with the edition that each is from."""
    joined, failed = classes.built_in(), False
    with plugins_running() as host:
        for entry in host.contributions("code-table"):
            file, edition = Path(str(entry.details["file"])), str(entry.details["edition"])
            try:
                joined = joined.added(read_code_table(file, edition))
            except (OSError, ValueError, ShapanError) as error:
                failed = True
                print_error(str(PluginError(entry.owner, f"code table {file}: {error}")))
    found = joined.search(" ".join(arguments.words))
    if arguments.json:
        print_json(
            [{"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en,
              "edition": joined.edition(one.code), "retired": one.retired} for one in found]
        )  # fmt: skip
    else:
        print_table(
            [[one.code, one.name(arguments.language), joined.edition(one.code)] for one in found],
            ["class", "name", "edition"],
        )
    return Exit.PARTLY if failed else Exit.DONE
