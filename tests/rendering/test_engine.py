"""Streaming: what is chosen, kept, evicted."""

from __future__ import annotations

import time
from typing import Any

import pytest

from rendering.camera import CameraPose
from rendering.look import Look, make_look
from rendering.tiles.engine import Cache, Engine, Node, State
from rendering.tiles.loader import Loader


class Square(Node):
    """A node of a made-up quadtree whose loading can be held back or fail."""

    def __init__(self, box: Any, error: float, depth: int, *, adds: bool = False) -> None:
        super().__init__(box, error, adds=adds)
        self.parts: list[Node] = []
        self.fails = False
        self.visible = False
        if depth:
            x0, y0, _, x1, y1, _ = box
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            for a, b, c, d in ((x0, y0, x, y), (x, y0, x1, y), (x0, y, x, y1), (x, y, x1, y1)):
                self.parts.append(Square((a, b, 0.0, c, d, 1.0), error / 2, depth - 1, adds=adds))

    @property
    def children(self) -> list[Node]:
        return self.parts

    @property
    def has_content(self) -> bool:
        return True

    def work(self) -> Any:
        if self.fails:
            raise ValueError("broken")
        return "payload"

    def install(self, payload: Any) -> None:
        self.nbytes = 100

    def show(self, visible: bool) -> None:
        self.visible = visible

    def uninstall(self) -> None:
        self.visible = False


def nodes(root: Square) -> list[Square]:
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += node.parts  # type: ignore[arg-type]
    return found


@pytest.fixture
def loader() -> Any:
    made = Loader(2, lambda: None)
    yield made
    made.close()


def look(eye: tuple[float, float, float], frame: int) -> Look:
    return make_look(
        CameraPose(eye, (eye[0], eye[1] + 1, 0.0)),
        (800, 600),
        frame=frame,
        is_moving=False,
        error_px=16,
    )


def settle(engine: Engine, eye: tuple[float, float, float], start: int = 1) -> int:
    for frame in range(start, start + 400):
        if not engine.update(look(eye, frame), time.perf_counter() + 1):
            return frame
        time.sleep(0.002)
    raise AssertionError("streaming did not come to rest")


def covered(root: Square) -> None:
    """Check that no visible node lies above another: nothing is drawn twice."""
    for node in nodes(root):
        if node.visible:
            assert not any(below.visible for child in node.parts for below in nodes(child))  # type: ignore[arg-type]


def test_detail_follows_the_distance(loader: Loader) -> None:
    root = Square((-512.0, -512.0, 0.0, 512.0, 512.0, 1.0), 64.0, 5)
    engine = Engine(root, loader, Cache(1 << 30))
    frame = settle(engine, (0.0, 0.0, 3000.0))
    assert [n for n in nodes(root) if n.visible] == [root]
    settle(engine, (0.0, 0.0, 60.0), frame + 1)
    shown = [n for n in nodes(root) if n.visible]
    assert len(shown) > 4
    finest = min(n.geometric_error for n in shown)
    assert finest < 4.0
    covered(root)
    engine.close()


def test_a_parent_stays_until_all_its_children_are_in(loader: Loader) -> None:
    root = Square((-512.0, -512.0, 0.0, 512.0, 512.0, 1.0), 64.0, 1)
    root.parts[3].fails = True  # type: ignore[attr-defined]
    engine = Engine(root, loader, Cache(1 << 30))
    settle(engine, (0.0, 0.0, 900.0))
    assert root.visible
    assert root.parts[3].state is State.FAILED
    assert len(engine.failures) == 1
    covered(root)
    engine.close()


def test_added_detail_is_drawn_with_what_it_adds_to(loader: Loader) -> None:
    root = Square((-512.0, -512.0, 0.0, 512.0, 512.0, 1.0), 64.0, 1, adds=True)
    engine = Engine(root, loader, Cache(1 << 30))
    settle(engine, (0.0, 0.0, 900.0))
    assert root.visible and all(p.visible for p in root.parts)  # type: ignore[attr-defined]
    engine.close()


def test_the_cache_keeps_its_ceiling_and_what_is_in_use(loader: Loader) -> None:
    root = Square((-512.0, -512.0, 0.0, 512.0, 512.0, 1.0), 64.0, 5)
    cache = Cache(2_000)
    engine = Engine(root, loader, cache)
    frame = settle(engine, (-400.0, -400.0, 40.0))
    frame = settle(engine, (400.0, 400.0, 4000.0), frame + 1)
    cache.evict(frame)
    assert cache.used <= 2_000
    assert root.visible and root.state is State.LOADED
    evicted = [n for n in nodes(root) if n.state is State.NEW]
    assert evicted
    engine.close()
    assert cache.used == 0


def test_a_failing_tile_does_not_end_its_decoder(loader: Loader) -> None:
    broken = Square((-1.0, -1.0, 0.0, 1.0, 1.0, 1.0), 0.0, 0)
    broken.fails = True
    engine = Engine(broken, loader, Cache(1 << 20))
    settle(engine, (0.0, 0.0, 5.0))
    fine = Square((-1.0, -1.0, 0.0, 1.0, 1.0, 1.0), 0.0, 0)
    after = Engine(fine, loader, Cache(1 << 20))
    settle(after, (0.0, 0.0, 5.0))
    assert broken.state is State.FAILED and fine.state is State.LOADED
    engine.close()
    after.close()
