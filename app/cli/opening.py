"""Opening a project for one command."""

from __future__ import annotations

import contextlib
import functools
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
    from twin_model.schema.project_types import stored_types

    types = [*of_plugins, *stored_types(twin)]
    return built_in_catalogue().with_types(types) if types else built_in_catalogue()


@functools.cache
def built_in_catalogue() -> Catalogue:
    """Return the built-in entity types; loaded once, which takes half a second."""
    from assets.catalogue import entity_types_text
    from twin_model.schema.catalogue import Catalogue

    return Catalogue.load(entity_types_text())
