"""Which alarm explains which: consequences follow their cause along the twin's relations.

What feeds or contains a thing explains what goes wrong with it. No other alarm system can do this
without a rule written for each case, because none knows what feeds what.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from twin_model.alarms.model import AlarmOptions
from twin_model.relations import FLOW, HIERARCHY, Direction
from twin_model.store.edges import edges
from twin_model.twin import Twin
from twin_model.view import TwinView

_SECOND_US: Final = 1_000_000
#: Entities looked at for one alarm; a failure of the whole city is its own explanation.
_MAX_VISITED: Final = 20_000
#: Kinds of relation along which one failure explains another.
CAUSAL: Final = FLOW | HIERARCHY


class CauseGraph:
    """What depends on what.

    Parameters
    ----------
    depends : iterable of (str, str)
        (cause, consequence) as entity ids.
    """

    def __init__(self, depends: Iterable[tuple[str, str]] = ()) -> None:
        self._above: dict[str, list[str]] = {}
        self._below: dict[str, list[str]] = {}
        for cause, consequence in depends:
            self._above.setdefault(consequence, []).append(cause)
            self._below.setdefault(cause, []).append(consequence)

    @classmethod
    def of(cls, twin: Twin | TwinView) -> CauseGraph:
        """Return the graph of the twin's ``feeds``, ``connects``, ``contains``… relations."""
        view = twin if isinstance(twin, TwinView) else TwinView(twin)
        return cls(dependencies(view))

    def alone(self, entity: str) -> bool:
        """Return whether an entity depends on nothing and nothing on it."""
        return entity not in self._above and entity not in self._below

    def above(self, entity: str, hops: int) -> Iterator[tuple[int, str]]:
        """Yield (hops, entity) of what may explain a failure, itself first, the nearest next."""
        return _spread(self._above, entity, hops)

    def rings_above(self, entity: str, hops: int) -> Iterator[list[str]]:
        """Yield what may explain a failure: what is one relation away, what is two, and so on."""
        return _rings(self._above, entity, hops)

    def below(self, entity: str, hops: int) -> Iterator[tuple[int, str]]:
        """Yield (hops, entity) of what its failure may explain, itself first."""
        return _spread(self._below, entity, hops)


def dependencies(view: TwinView, of: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield (cause, consequence) of all that depends on something, or of some entities only."""
    for _kind, source, target, direction in edges(view, CAUSAL, of):
        if direction in (Direction.FORWARD, Direction.BOTH):
            yield source, target
        if direction in (Direction.BACKWARD, Direction.BOTH):
            yield target, source


def _spread(neighbours: dict[str, list[str]], start: str, hops: int) -> Iterator[tuple[int, str]]:
    yield 0, start
    for distance, ring in enumerate(_rings(neighbours, start, hops), 1):
        for entity in ring:
            yield distance, entity


def _rings(neighbours: dict[str, list[str]], start: str, hops: int) -> Iterator[list[str]]:
    if start not in neighbours:
        return
    seen = {start}
    frontier = [start]
    for _ in range(hops):
        fresh: list[str] = []
        for entity in frontier:
            for near in neighbours.get(entity, ()):
                if near not in seen and len(seen) < _MAX_VISITED:
                    seen.add(near)
                    fresh.append(near)
        if not fresh:
            return
        yield fresh
        frontier = fresh


class Causes:
    """Keeps standing alarms as trees: each consequence below its cause.

    Parameters
    ----------
    graph : CauseGraph
    options : AlarmOptions
    """

    def __init__(self, graph: CauseGraph, options: AlarmOptions) -> None:
        self.graph = graph
        self._hops = options.cause_hops
        self._before_us = int(options.cause_before_s * _SECOND_US)
        self._after_us = int(options.cause_after_s * _SECOND_US)
        self._standing: dict[str, dict[str, int]] = {}
        self._entity: dict[str, str] = {}
        self._cause: dict[str, str] = {}
        self._children: dict[str, set[str]] = {}
        # Roots by when they were raised; only those may get a cause later. Beside them their times
        # in order, among them of some that are no roots any more.
        self._recent_roots: dict[str, int] = {}
        self._root_times: deque[tuple[int, str]] = deque()

    def raised(self, point: str, entity: str, at_us: int) -> tuple[str, list[str]]:
        """Take in an alarm; one that stands already keeps what it explains.

        Returns
        -------
        cause : str
            Point of the nearest alarm that explains it; empty where none does.
        adopted : list of str
            Alarms reported a little earlier that it explains.
        """
        if self.raised_alone(point, entity, at_us):
            return "", []
        cause = self._nearest(point, entity, at_us)
        self._entity[point] = entity
        self._standing.setdefault(entity, {})[point] = at_us
        self._set_cause(point, cause)
        adopted = self._adopt(point, entity, at_us)
        if not cause:
            self._add_root(point, at_us)
        return cause, adopted

    def raised_alone(self, point: str, entity: str, at_us: int) -> bool:
        """Take in an alarm if nothing else can have to do with it, as with most of a flood.

        Returns
        -------
        bool
            Whether that is so; False where it was not taken in.
        """
        if entity in self._standing or point in self._entity or not self.graph.alone(entity):
            return False
        self._entity[point] = entity
        self._standing[entity] = {point: at_us}
        times = self._root_times
        if times and times[0][0] < at_us - self._after_us:
            self._forget_roots(at_us)
        self._recent_roots[point] = at_us
        times.append((at_us, point))
        return True

    def _add_root(self, point: str, at_us: int) -> None:
        self._forget_roots(at_us)
        self._recent_roots[point] = at_us
        self._root_times.append((at_us, point))

    def _forget_roots(self, now_us: int) -> None:
        """Let go those that are too old to get a cause."""
        roots, times = self._recent_roots, self._root_times
        while times and times[0][0] < now_us - self._after_us:
            raised_us, oldest = times.popleft()
            if roots.get(oldest) == raised_us:
                del roots[oldest]

    def restore(self, point: str, entity: str, at_us: int, cause: str) -> str:
        """Take in an alarm whose cause is known already; return the cause that it has now.

        Journals of earlier versions may hold alarms that explain each other: one of them gets none.
        """
        self._entity[point] = entity
        self._standing.setdefault(entity, {})[point] = at_us
        cause = "" if self._explains(point, cause) else cause
        self._set_cause(point, cause)
        return cause

    def _explains(self, point: str, other: str) -> bool:
        """Return whether an alarm is another one, or explains it, directly or not."""
        above: str | None = other
        while above:
            if above == point:
                return True
            above = self._cause.get(above)
        return False

    def finished(self, point: str) -> list[tuple[str, str]]:
        """Let an alarm go; return its consequences that stay, each with its new cause."""
        entity = self._entity.pop(point, None)
        if entity is None:
            return []
        here = self._standing[entity]
        here.pop(point, None)
        if not here:
            del self._standing[entity]
        above = self._cause.get(point, "")
        self._set_cause(point, "")
        moved = sorted(self._children.pop(point, ()))
        for child in moved:
            self._cause.pop(child, None)
            self._set_cause(child, above)
        return [(child, above) for child in moved]

    def knows(self, point: str) -> bool:
        """Return whether an alarm stands."""
        return point in self._entity

    def cause(self, point: str) -> str:
        """Return what explains an alarm directly; empty for a root."""
        return self._cause.get(point, "")

    def root(self, point: str) -> str:
        """Return what explains it in the end; itself for a root."""
        while (above := self._cause.get(point)) is not None:
            point = above
        return point

    def consequences(self, point: str) -> list[str]:
        """Return all that it explains, directly or not, the nearest first."""
        found: list[str] = []
        frontier = [point]
        while frontier:
            frontier = [c for p in frontier for c in sorted(self._children.get(p, ()))]
            found += frontier
        return found

    def count_below(self, point: str) -> int:
        """Return how many it explains, directly or not."""
        seen, waiting = {point}, [point]
        while waiting:
            children = self._children.get(waiting.pop())
            if children:
                fresh = children - seen
                seen |= fresh
                waiting += fresh
        return len(seen) - 1

    def _set_cause(self, point: str, cause: str) -> None:
        before = self._cause.pop(point, None)
        if before is not None:
            self._children.get(before, set()).discard(point)
        self._recent_roots.pop(point, None)
        if cause:
            self._cause[point] = cause
            self._children.setdefault(cause, set()).add(point)

    def _nearest(self, point: str, entity: str, at_us: int) -> str:
        found = self._earliest(entity, point, at_us)
        if found:
            return found
        standing = self._standing
        for ring in self.graph.rings_above(entity, self._hops):
            found_us = 0
            for near in ring:
                if near in standing:
                    other = self._earliest(near, point, at_us)
                    raised_us = standing[near].get(other, 0)
                    if other and (not found or raised_us < found_us):
                        found, found_us = other, raised_us
            if found:
                break
        return found

    def _earliest(self, entity: str, point: str, at_us: int) -> str:
        """Return the alarm on an entity that was raised first, if that is not too long ago."""
        found, found_us = "", at_us + 1
        for other, raised_us in self._standing.get(entity, {}).items():
            recent = at_us - self._before_us <= raised_us < found_us
            explains = bool(self._children.get(point)) and self._explains(point, other)
            if recent and other != point and not explains:
                found, found_us = other, raised_us
        return found

    def _adopt(self, point: str, entity: str, at_us: int) -> list[str]:
        self._forget_roots(at_us)
        roots = self._recent_roots
        if not roots:
            return []
        own_root = self.root(point)
        adopted: list[str] = []
        for hops, below in self.graph.below(entity, self._hops):
            standing = self._standing.get(below) if hops else None
            for other in sorted(standing or ()):
                if other in roots and other != own_root:
                    self._set_cause(other, point)
                    adopted.append(other)
            if not roots:
                break
        return adopted
