"""Which tiles are drawn: traversal by screen-space error, loading, and a cache with a ceiling."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum
from typing import Any

from rendering.look import Look
from rendering.picking import Ray
from rendering.tiles.loader import Loader, Request
from twin_model.layer import Bounds


class State(Enum):
    """How far a node is."""

    NEW = 0
    LOADED = 1
    FAILED = 2


class Node(ABC):
    """A tile as the engine sees it.

    Parameters
    ----------
    box : Bounds
        Axis-aligned, local metres.
    geometric_error : float
        Metres.
    adds : bool
        Whether children are drawn in addition to it.
    """

    def __init__(self, box: Bounds, geometric_error: float, *, adds: bool) -> None:
        self.box = box
        self.geometric_error = geometric_error
        self.adds = adds
        self.state = State.NEW
        self.nbytes = 0
        self.triangles = 0
        self.points = 0
        self.last_frame = -1
        self.is_shown = False
        self.error: Exception | None = None

    @property
    @abstractmethod
    def children(self) -> list[Node]:
        """Those known so far."""

    @property
    def made_children(self) -> list[Node]:
        """Children that exist already; trees that grow on demand must not grow when closed."""
        return self.children

    @property
    @abstractmethod
    def has_content(self) -> bool:
        """Whether there is anything to load: drawable content or further structure."""

    @property
    def is_structure(self) -> bool:
        """Whether loading it only yields children (external tileset, subtree)."""
        return False

    @property
    def is_stale(self) -> bool:
        """Whether it is loaded but should be made anew."""
        return False

    @abstractmethod
    def work(self) -> Any:
        """Make the payload; runs in a decoder thread."""

    @abstractmethod
    def install(self, payload: Any) -> None:
        """Take the payload over; runs in the drawing thread."""

    @abstractmethod
    def show(self, visible: bool) -> None:
        """Switch the drawing of its content on or off."""

    @abstractmethod
    def uninstall(self) -> None:
        """Give the content's memory back."""

    @property
    def moved_box(self) -> Bounds | None:
        """What holds that of it which was moved elsewhere; None where nothing was."""
        return None

    def is_seen(self, look: Look) -> bool:
        """Return whether it reaches into what a camera sees."""
        if look.sees(self.box):
            return True
        elsewhere = self.moved_box
        return elsewhere is not None and look.sees(elsewhere)

    def distance(self, look: Look) -> float:
        """Return how far it is from the eye in metres, 0 inside."""
        distance = look.distance(self.box)
        elsewhere = self.moved_box
        return distance if elsewhere is None else min(distance, look.distance(elsewhere))

    def met_by(self, ray: Ray) -> float | None:
        """Return how far away a ray enters it; None where it misses it."""
        boxes = (self.box, self.moved_box)
        entries = [ray.meets(box, 0.5) for box in boxes if box is not None]
        return min((entry for entry in entries if entry is not None), default=None)


class Cache:
    """Least-recently-used bookkeeping of all nodes that are loaded, shared by all views."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.used = 0
        self._nodes: dict[int, Node] = {}

    def add(self, node: Node) -> None:
        """Count a node that has been loaded."""
        self.remove(node)
        self._nodes[id(node)] = node
        self.used += node.nbytes

    def remove(self, node: Node) -> None:
        """Stop counting a node."""
        if self._nodes.pop(id(node), None) is not None:
            self.used -= node.nbytes

    def evict(self, frame: int) -> None:
        """Unload the nodes unused longest until the ceiling is kept.

        Nodes of the current frame stay: dropping them would load them again at once.
        """
        if self.used <= self.ceiling:
            return
        for node in sorted(self._nodes.values(), key=lambda n: n.last_frame):
            if self.used <= self.ceiling or node.last_frame >= frame:
                return
            if node.is_structure or node.is_shown:
                continue
            self.remove(node)
            node.uninstall()
            node.state = State.NEW


class Engine:
    """Streams one tree.

    Parameters
    ----------
    root : Node
    loader : Loader
    cache : Cache
    """

    def __init__(self, root: Node, loader: Loader, cache: Cache) -> None:
        self.root = root
        self._loader = loader
        self._cache = cache
        self._shown: dict[int, Node] = {}
        self._by_key: dict[tuple[int, int], Node] = {}
        self._wants: list[tuple[float, Node]] = []
        self._draw: list[Node] = []
        self.failures: list[Exception] = []

    def update(self, look: Look, deadline: float, *, visible: bool = True) -> bool:
        """Choose what is drawn, ask for what is missing and take over what has arrived.

        Parameters
        ----------
        look : Look
        deadline : float
            `time.perf_counter` value after which no further tile is taken over.
        visible : bool
            Whether the layer is switched on.

        Returns
        -------
        bool
            Whether anything is still missing.
        """
        self._take(deadline, look.frame)
        self._wants, self._draw = [], []
        if visible:
            self._visit(self.root, look)
        self._show(look.frame)
        requests = []
        for priority, node in self._wants:
            key = (id(self), id(node))
            self._by_key[key] = node
            requests.append(Request(key, priority, node.work))
        self._loader.want(self, requests)
        return bool(self._wants) or self._loader.busy(self) > 0

    @property
    def drawn(self) -> Iterable[Node]:
        """Nodes shown in the last update."""
        return self._shown.values()

    @property
    def loading(self) -> int:
        """Tiles that are missing."""
        return max(len(self._wants), self._loader.busy(self))

    def close(self) -> None:
        """Unload everything."""
        self._loader.forget(self)
        stack = [self.root]
        while stack:
            node = stack.pop()
            stack += node.made_children
            self._cache.remove(node)
            if node.state is State.LOADED:
                node.show(False)
                node.uninstall()
                node.state = State.NEW
        self._shown.clear()

    def _take(self, deadline: float, frame: int) -> None:
        while True:
            item = self._loader.take(self)
            if item is None:
                return
            key, payload = item
            node = self._by_key.pop(key, None)  # type: ignore[call-overload]
            if node is None:
                continue
            if isinstance(payload, Exception):
                node.error = payload
                self.failures.append(payload)
                if node.state is State.NEW:
                    node.state = State.FAILED
                continue
            if node.state is State.LOADED:
                self._cache.remove(node)
            node.install(payload)
            node.state = State.LOADED
            node.last_frame = frame
            node.show(node.is_shown)
            self._cache.add(node)
            if time.perf_counter() > deadline:
                return

    def _show(self, frame: int) -> None:
        now = {id(node): node for node in self._draw}
        for key, node in self._shown.items():
            if key not in now:
                node.is_shown = False
                node.show(False)
        for key, node in now.items():
            node.last_frame = frame
            if key not in self._shown:
                node.is_shown = True
                node.show(True)
        self._shown = now

    def _want(self, node: Node, priority: float) -> None:
        if (node.state is State.NEW and node.has_content) or node.is_stale:
            self._wants.append((priority, node))

    def _visit(self, node: Node, look: Look) -> bool:
        """Choose below *node*; return whether its place is filled."""
        if not node.is_seen(look):
            return True
        node.last_frame = look.frame
        distance = node.distance(look)
        error = look.error_of(node.geometric_error, distance)
        # The coarsest missing tiles of what is near come first.
        priority = distance / (1.0 + error)
        if node.is_structure or (node.has_content and node.state is State.NEW):
            if node.is_structure and node.state is State.LOADED:
                return self._visit_children(node, look)
            if not node.children:
                self._want(node, priority)
                return not node.has_content
        refine = error > look.error_px and bool(node.children)
        if not refine:
            return self._use(node, priority, look)
        if node.adds:
            filled = self._use(node, priority, look)
            return self._visit_children(node, look) and filled
        mark = len(self._draw)
        if self._visit_children(node, look):
            return True
        if not node.has_content:
            return False
        self._want(node, priority * 0.5)
        if node.state is State.LOADED:
            del self._draw[mark:]
            self._draw.append(node)
            return True
        return False

    def _visit_children(self, node: Node, look: Look) -> bool:
        filled = True
        for child in node.children:
            filled = self._visit(child, look) and filled
        return filled

    def _use(self, node: Node, priority: float, look: Look) -> bool:
        """Draw *node* itself, or what is loaded below it while it is missing."""
        self._want(node, priority)
        if node.state is State.LOADED:
            self._draw.append(node)
            return True
        if not node.has_content:
            # An empty tile that is good enough still shows what lies below it.
            return self._visit_children(node, look) if node.children else True
        if not node.adds:
            self._draw_loaded_below(node, look)
        return False

    def _draw_loaded_below(self, node: Node, look: Look) -> None:
        stack = list(node.made_children)
        while stack:
            child = stack.pop()
            if not child.is_seen(look):
                continue
            child.last_frame = look.frame
            if child.state is State.LOADED and child.has_content and not child.is_structure:
                self._draw.append(child)
                if not child.adds:
                    continue
            stack += child.made_children
