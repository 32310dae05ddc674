"""Opening a project for one command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from twin_model.errors import ShapanError, StoreError, StoreOutdatedError
from twin_model.twin import Twin


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
            Twin.open(Path(folder)).close()  # for writing, which brings it forward
            twin = Twin.open(Path(folder), read_only=not write)
    except StoreError as error:
        raise ProjectNotOpenedError(error.reason, remedy=error.remedy) from error
    with twin:
        yield twin
