"""Where entities are, and to which systems they belong: the headings of the alarm tree."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from twin_model.relations import FLOW, HIERARCHY, Direction
from twin_model.store.edges import edges
from twin_model.twin import Twin
from twin_model.view import TwinView

_GROUPS: Final = frozenset({"groups", "serves"})
_MOST: Final = 8
Names = Callable[[Iterable[str]], dict[str, str]]


class AlarmPaths:
    """Knows what contains and what feeds each entity; reads the twin once. For threads.

    Parameters
    ----------
    twin : Twin
    """

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._lock = threading.Lock()
        self._wholes: dict[str, str] | None = None
        self._feeders: dict[str, str] = {}
        self._feeds: set[str] = set()

    def _read(self) -> None:
        with self._lock:
            if self._wholes is not None:
                return
            view = TwinView(self._twin)
            wholes: dict[str, str] = {}
            for _, source, target, _ in edges(view, HIERARCHY):
                wholes.setdefault(target, source)
            for kind, source, target, direction in edges(view, FLOW | _GROUPS):
                ends = (target, source) if direction == Direction.BACKWARD else (source, target)
                # What groups things is a system's name; what feeds them only says the way.
                if kind in _GROUPS or ends[1] not in self._feeders:
                    self._feeders[ends[1]] = ends[0]
                self._feeds.add(ends[0])
            self._wholes = wholes

    def places(self, entities: Collection[str], names: Names) -> dict[str, tuple[str, ...]]:
        """Return for each entity what it is in, the outermost first; nothing for the others."""
        self._read()
        return _named({e: _chain(e, self._wholes or {}) for e in entities}, names)

    def systems(self, entities: Collection[str], names: Names) -> dict[str, tuple[str, ...]]:
        """Return for each entity the system it is in and what feeds it, the first source first."""
        self._read()
        found = {}
        for entity in entities:
            chain = _chain(entity, self._feeders)
            # What feeds others is a heading of its own, with its own alarms under it.
            found[entity] = [*chain, entity] if entity in self._feeds else chain
        return _named(found, names)


def _chain(entity: str, above: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    here = above.get(entity)
    while here is not None and here not in found and here != entity and len(found) < _MOST:
        found.append(here)
        here = above.get(here)
    return found[::-1]


def _named(chains: Mapping[str, list[str]], names: Names) -> dict[str, tuple[str, ...]]:
    known = names({one for chain in chains.values() for one in chain})
    return {
        entity: tuple(known.get(one, one) for one in chain)
        for entity, chain in chains.items()
        if chain
    }
