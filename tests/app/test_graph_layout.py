"""Where the nodes of the relations graph go."""

from __future__ import annotations

import itertools
import math

from app.graph.layout import ROOM_X, ROOM_Y, SPACING, arrange


def tree(storeys: int, rooms: int) -> tuple[list[str], list[tuple[str, str]]]:
    nodes, edges = ["house"], []
    for storey in range(storeys):
        nodes.append(f"s{storey}")
        edges.append(("house", f"s{storey}"))
        for room in range(rooms):
            nodes.append(f"s{storey}r{room}")
            edges.append((f"s{storey}", f"s{storey}r{room}"))
    return nodes, edges


def test_names_do_not_lie_over_one_another_in_a_house_of_eighty_rooms() -> None:
    nodes, edges = tree(6, 12)
    places = arrange(nodes, edges)
    assert set(places) == set(nodes)
    crowded = [
        (a, b)
        for a, b in itertools.combinations(nodes, 2)
        if abs(places[a][0] - places[b][0]) < 0.8 * ROOM_X
        and abs(places[a][1] - places[b][1]) < 0.8 * ROOM_Y
    ]
    assert len(crowded) <= 2


def test_what_is_related_lies_nearer_than_what_is_not() -> None:
    nodes, edges = tree(4, 6)
    places = arrange(nodes, edges)
    related = [math.dist(places[a], places[b]) for a, b in edges]
    others = [
        math.dist(places[a], places[b])
        for a, b in itertools.combinations(nodes, 2)
        if (a, b) not in edges
    ]
    assert sum(related) / len(related) < 0.5 * sum(others) / len(others)


def test_what_has_a_place_keeps_it_when_the_graph_grows() -> None:
    nodes, edges = tree(3, 0)
    before = arrange(nodes, edges)
    grown, more = tree(3, 5)
    after = arrange(grown, more, before)
    assert {name: after[name] for name in nodes} == before
    near = [math.dist(after["s1"], after[f"s1r{n}"]) for n in range(5)]
    assert max(near) < 4 * SPACING


def test_the_same_graph_is_drawn_the_same_way() -> None:
    nodes, edges = tree(3, 4)
    assert arrange(nodes, edges) == arrange(nodes, edges)


def test_lone_and_single_nodes_have_places() -> None:
    assert arrange([], []) == {}
    assert arrange(["a"], [("a", "a")]) == {"a": (0.0, 0.0)}
    places = arrange(["a", "b", "c"], [])
    assert len(set(places.values())) == 3
    assert max(math.dist((0, 0), at) for at in places.values()) < 4 * SPACING
    beside = arrange(["a", "b", "c"], [("a", "b")], {"a": (0.0, 0.0), "b": (0.0, 90.0)})
    assert math.dist((0, 0), beside["c"]) < 4 * SPACING
