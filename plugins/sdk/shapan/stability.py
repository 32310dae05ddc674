"""Marks that say how far a part of the public API can be relied on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

Marked = TypeVar("Marked")

#: Name -> (mark, version since which it is so), for what cannot carry an attribute itself.
MARKS: Final[dict[str, tuple[str, str]]] = {}


def _mark(kind: str, since: str) -> Callable[[Marked], Marked]:
    def apply(thing: Marked) -> Marked:
        target: Any = thing
        MARKS[f"{target.__module__}.{target.__qualname__}"] = (kind, since)
        return thing

    return apply


def stable(since: str) -> Callable[[Marked], Marked]:
    """Mark what changes incompatibly only with a new major version."""
    return _mark("stable", since)


def provisional(since: str) -> Callable[[Marked], Marked]:
    """Mark what may change with a new minor version, told in the changelog."""
    return _mark("provisional", since)


def stability(thing: Any) -> tuple[str, str] | None:
    """Return the mark of a class or function and since when, None where it has none."""
    return MARKS.get(f"{thing.__module__}.{thing.__qualname__}")
