"""All relations of some kinds at once, for graphs that are kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from twin_model.relations import Direction
from twin_model.view import TwinView


def edges(view: TwinView, kinds: Collection[str]) -> Iterator[tuple[str, str, str, Direction]]:
    """Yield (kind, source id, target id, direction) of every relation of some kinds."""
    hold, values = view.moment().condition("r.")
    listed = sorted(kinds)
    query = (
        "SELECT r.kind, s.id, t.id, json_extract(r.attributes, '$.direction')"
        " FROM relation_version r JOIN entity_key s ON s.key = r.source"
        " JOIN entity_key t ON t.key = r.target"
        f" WHERE r.kind IN ({','.join('?' * len(listed))}) AND {hold}"
    )
    for kind, source, target, direction in view.reader().execute(query, [*listed, *values]):
        yield kind, source, target, Direction(direction or Direction.FORWARD)
