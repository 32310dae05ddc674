"""What is wrong with a type that is being written, and where."""

from __future__ import annotations

from typing import Any

from twin_model.errors import ValidationError


class DraftError(ValidationError):
    """A line of a draft that cannot be.

    Parameters
    ----------
    section : str
        ``general``, ``properties``, ``indicators``, ``relations`` or ``rules``.
    row : int
        Which line of it.
    name, value, rule
        See `ValidationError`.
    """

    def __init__(self, section: str, row: int, name: str, value: Any, rule: str) -> None:
        super().__init__("schema", name, value, rule)
        self.section = section
        self.row = row
