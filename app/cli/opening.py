"""Opening a project for one command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twin_model.errors import ShapanError, StoreError, StoreOutdatedError
from twin_model.twin import Twin

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue
    from twin_model.schema.types import EntityType


class ProjectNotOpenedError(ShapanError):
    """Wraps the error that kept a project from opening; becomes exit code 3."""


@contextlib.contextmanager
def open_project(folder: str, *, write: bool) -> Iterator[Twin]:
    """Open a project for one command; one of an earlier format is brought forward first.

    Raises
    ------
    ProjectNotOpenedError
        If it cannot be opened.
    """
    try:
        try:
            twin = Twin.open(Path(folder), read_only=not write)
        except StoreOutdatedError:
            with Twin.open(Path(folder)) as older:  # for writing, which brings it forward
                older.load_catalogue = catalogue_of
            twin = Twin.open(Path(folder), read_only=not write)
    except StoreError as error:
        raise ProjectNotOpenedError(error.reason, remedy=error.remedy) from error
    twin.load_catalogue = catalogue_of
    with twin:
        yield twin


def catalogue_of(twin: Twin, of_plugins: Sequence[EntityType] = ()) -> Catalogue:
    """Return the built-in entity types, those of plugins beside them, the project's over them.

    Raises
    ------
    ValidationError
        If types contradict each other.
    """
    from assets.catalogue import entity_types_text
    from twin_model.schema.catalogue import Catalogue  # half a second, seldom needed
    from twin_model.schema.project_types import project_catalogue, stored_types

    made = Catalogue.load(entity_types_text())
    if of_plugins:
        made = made.with_types(of_plugins)
    return project_catalogue(made, stored_types(twin))
