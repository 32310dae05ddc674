"""shapan codes."""

from __future__ import annotations

import argparse

from app.cli.output import Exit, print_error, print_json, print_table
from app.cli.with_plugins import plugins_running
from app.plugins.data import joined_tables
from twin_model.errors import PluginError


def codes(arguments: argparse.Namespace) -> int:
    """List the classes that management codes may name, with the edition that each is from."""
    with plugins_running() as host:
        joined, problems = joined_tables(host.contributions("code-table"))
        for entry, text in problems:
            print_error(str(PluginError(entry.owner, text)))
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
    return Exit.PARTLY if problems else Exit.DONE
