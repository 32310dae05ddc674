"""What plugins contribute as data, for the window and the command line: read, joined, taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.editing import classes
from plugins.host.files import read_code_table, read_types
from twin_model.contributions import Contribution
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from rendering.symbology.models import Model
    from twin_model.codes.joining import JoinedTables
    from twin_model.schema.types import EntityType

Problems = list[tuple[Contribution, str]]
"""Contributions that are left out, and why."""


def take_types(
    entries: Sequence[Contribution], take: Callable[[list[EntityType]], object]
) -> Problems:
    """Hand over the entity types of plugins, one plugin after the other.

    Parameters
    ----------
    entries : sequence of Contribution
    take : callable
        Given the types of those so far and the next; refuses with `ValidationError`.
    """
    kinds: list[EntityType] = []
    problems: Problems = []
    for entry in entries:
        try:
            fresh = read_types(Path(str(entry.details["file"])))
            take([*kinds, *fresh])
            kinds += fresh
        except (OSError, ValueError, ShapanError) as error:
            problems.append((entry, f"entity types {entry.details['file']}: {error}"))
    take(kinds)
    return problems


def read_symbols(entries: Sequence[Contribution]) -> tuple[dict[str, Model], Problems]:
    """Return the models of plugins by the id of their contribution, and what is wrong."""
    from rendering.symbology.files import read_symbol

    models: dict[str, Model] = {}
    problems: Problems = []
    for entry in entries:
        try:
            models[entry.id] = read_symbol(Path(str(entry.details["file"])))
        except ShapanError as error:
            problems.append((entry, f"symbol {error}"))
    return models, problems


def take_code_tables(entries: Sequence[Contribution]) -> Problems:
    """Put the classes of plugins beside ours, one table after the other.

    Returns
    -------
    list of (Contribution, str)
        Tables that are left out, and why.
    """
    made, problems = joined_tables(entries)
    classes.use(made)
    return problems


def joined_tables(entries: Sequence[Contribution]) -> tuple[JoinedTables, Problems]:
    """Return our classes with those of plugins beside them, and what is wrong."""
    made = classes.built_in()
    problems: Problems = []
    for entry in entries:
        file, edition = Path(str(entry.details["file"])), str(entry.details["edition"])
        try:
            made = made.added(read_code_table(file, edition))
        except (OSError, ValueError, ShapanError) as error:
            problems.append((entry, f"code table {file}: {error}"))
    return made, problems
