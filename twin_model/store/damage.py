"""Reading from a store that is damaged: an error that names it, wherever the damage is met."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from twin_model.errors import StoreError

_Self = TypeVar("_Self")
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_REMEDY = "run shapan check, or restore it from a copy"


def telling_damage(
    method: Callable[Concatenate[_Self, _Given], _Result],
) -> Callable[Concatenate[_Self, _Given], _Result]:
    """Return a reading method, or function of a twin, whose database errors are the store's."""

    @functools.wraps(method)
    def told(self: _Self, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        try:
            return method(self, *given, **named)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{_file(self)}: cannot be read ({error})", remedy=_REMEDY) from error

    return told


def _file(subject: object) -> str:
    """Return the store's file of a twin or view; a damaged one itself cannot say where it is."""
    folder = getattr(subject, "path", None)
    return "twin.gpkg" if folder is None else str(folder / "twin.gpkg")
