"""Where entities are, and to which systems they belong: the headings of the alarm tree."""

from __future__ import annotations

import threading
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from twin_model.relations import FLOW, HIERARCHY, Direction
from twin_model.store.edges import edges
from twin_model.twin import Twin
from twin_model.view import TwinView

_GROUPS: Final = frozenset({"groups", "serves"})
_LIES: Final = frozenset({"within"})
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
        #: What entities lie in by their shapes that nothing is said to contain; empty for nothing.
        self._within: dict[str, str] = {}

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
        """Return for each entity what it is in, the outermost first; nothing for the others.

        What nothing is said to contain is in what it lies in by its shape, as computed.
        """
        self._read()
        self._look_within(entities)
        above = ChainMap(self._wholes or {}, self._within)
        return _named({e: _chain(e, above) for e in entities}, names)

    def _look_within(self, entities: Collection[str]) -> None:
        """Read in what the outermost of each lies, and in what that does."""
        view = TwinView(self._twin)
        with self._lock:
            above = ChainMap(self._wholes or {}, self._within)
            for _ in range(_MOST):
                outermost = {(_chain(one, above) or [one])[0] for one in entities}
                unknown = outermost - self._within.keys()
                if not unknown:
                    return
                found = _targets(view, unknown)
                around = _targets(view, {one for those in found.values() for one in those})
                for one in unknown:
                    those = found.get(one, set())
                    # Of several the innermost: the one that lies in most of the others.
                    ranked = sorted(those, key=lambda t: (len(around.get(t, set()) & those), t))
                    self._within[one] = ranked[-1] if ranked else ""

    def systems(self, entities: Collection[str], names: Names) -> dict[str, tuple[str, ...]]:
        """Return for each entity the system it is in and what feeds it, the first source first."""
        self._read()
        found = {}
        for entity in entities:
            chain = _chain(entity, self._feeders)
            # What feeds others is a heading of its own, with its own alarms under it.
            found[entity] = [*chain, entity] if entity in self._feeds else chain
        return _named(found, names)


def _targets(view: TwinView, entities: Collection[str]) -> dict[str, set[str]]:
    """Return in what each of some entities lies."""
    found: dict[str, set[str]] = {}
    for _, source, target, _ in edges(view, _LIES, entities, only_from=True):
        found.setdefault(source, set()).add(target)
    return found


def _chain(entity: str, above: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    here = above.get(entity)
    while here and here not in found and here != entity and len(found) < _MOST:
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
