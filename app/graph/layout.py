"""Where the nodes of a graph go: springs by rustworkx, starting where things are already."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Place = tuple[float, float]
"""x to the right, y down, in pixels."""

#: Length at which a spring rests.
SPACING: Final = 104.0
#: What a node needs with the two lines of its name below it, so that names do not lie over one
#: another.
ROOM_X: Final = 96.0
ROOM_Y: Final = 68.0
_STEPS: Final = 400
_TRIES: Final = 4_000
_GOLDEN: Final = math.pi * (3.0 - math.sqrt(5.0))


def arrange(
    nodes: Sequence[str],
    edges: Iterable[tuple[str, str]],
    placed: Mapping[str, Place] | None = None,
) -> dict[str, Place]:
    """Return a place for every node; those that have one stay there.

    Parameters
    ----------
    nodes : sequence of str
    edges : iterable of (str, str)
        Between nodes; direction means nothing here.
    placed : mapping of str to Place, optional

    Notes
    -----
    Force-directed after Fruchterman and Reingold (1991), computed by rustworkx, then nodes whose
    names would lie over one another are moved apart.
    """
    import rustworkx  # only when a graph is shown

    wanted = set(nodes)
    placed = {name: at for name, at in (placed or {}).items() if name in wanted}
    links = [(a, b) for a, b in edges if a != b]
    start = _start(nodes, links, placed)
    number = {name: index for index, name in enumerate(nodes)}
    if len(nodes) > 1 and len(placed) < len(nodes):
        graph = rustworkx.PyGraph()
        graph.add_nodes_from(range(len(nodes)))
        graph.add_edges_from_no_data(
            list({(min(pair), max(pair)) for pair in ((number[a], number[b]) for a, b in links)})
        )
        # Springs that nobody sees: pieces without one would drift apart for ever.
        pieces = [min(piece) for piece in rustworkx.connected_components(graph)]
        graph.add_edges_from_no_data([(pieces[0], other) for other in pieces[1:]])
        fixed = {number[name] for name in placed} or {0}
        found = rustworkx.spring_layout(
            graph,
            pos={number[name]: at for name, at in start.items()},
            fixed=fixed,
            k=SPACING * 0.85,
            num_iter=_STEPS,
            seed=1,
        )
        start = {name: (float(found[i][0]), float(found[i][1])) for name, i in number.items()}
    return _pushed_apart(start, set(placed))


def _start(
    nodes: Sequence[str], links: Sequence[tuple[str, str]], placed: Mapping[str, Place]
) -> dict[str, Place]:
    """Put each node near a neighbour that has a place, away from the middle."""
    beside: dict[str, list[str]] = {name: [] for name in nodes}
    for a, b in links:
        beside[a].append(b)
        beside[b].append(a)
    found = dict(placed)
    turn = 0
    for seed in nodes:
        if seed not in found:
            # Something that nothing leads to: beside all that is there already.
            farthest = max((math.hypot(*at) for at in found.values()), default=-1.2 * SPACING)
            reach = farthest + 1.2 * SPACING
            angle = len(found) * _GOLDEN
            found[seed] = (reach * math.cos(angle), reach * math.sin(angle))
        frontier = [seed]
        while frontier:
            here = frontier.pop(0)
            x, y = found[here]
            fresh = [name for name in dict.fromkeys(beside[here]) if name not in found]
            outward = math.atan2(y, x) if (x, y) != (0.0, 0.0) else 0.0
            whole = (x, y) == (0.0, 0.0)
            for index, name in enumerate(fresh):
                spread = 2.0 * math.pi if whole else 2.2
                part = (index + 0.5) / len(fresh) - 0.5
                angle = outward + part * spread + 0.01 * (turn % 7)
                turn += 1
                reach = SPACING * (1.0 + 0.25 * (index % 2))
                found[name] = (x + reach * math.cos(angle), y + reach * math.sin(angle))
            frontier += fresh
    return {name: found[name] for name in nodes}


def _pushed_apart(places: Mapping[str, Place], fixed: set[str]) -> dict[str, Place]:
    """Move nodes that are not fixed to the nearest place where none lies in another's room."""
    found = {name: places[name] for name in places if name in fixed}
    # Cells as large as the room of a node: whatever is too near lies in one of nine.
    cells: dict[tuple[int, int], list[Place]] = {}

    def cell(at: Place) -> tuple[int, int]:
        return math.floor(at[0] / ROOM_X), math.floor(at[1] / ROOM_Y)

    def crowded(at: Place) -> bool:
        column, row = cell(at)
        return any(
            abs(at[0] - x) < ROOM_X and abs(at[1] - y) < ROOM_Y
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for x, y in cells.get((i, j), ())
        )

    for at in found.values():
        cells.setdefault(cell(at), []).append(at)
    for name, (x, y) in places.items():
        if name in fixed:
            continue
        at = (x, y)
        for turn in range(1, _TRIES):
            if not crowded(at):
                break
            # A sunflower's spiral: every place about as far from its neighbours as the others.
            reach = 0.5 * math.sqrt(turn)
            angle = turn * _GOLDEN
            at = (x + reach * ROOM_X * math.cos(angle), y + reach * ROOM_Y * math.sin(angle))
        found[name] = at
        cells.setdefault(cell(at), []).append(at)
    return {name: found[name] for name in places}
