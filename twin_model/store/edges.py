"""All relations of some kinds at once, for graphs that are kept in memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from twin_model.relations import Direction
from twin_model.view import TwinView


def edges(
    view: TwinView,
    kinds: Collection[str],
    of: Collection[str] | None = None,
    *,
    only_from: bool = False,
) -> Iterator[tuple[str, str, str, Direction]]:
    """Yield (kind, source id, target id, direction) of every relation of some kinds.

    Parameters
    ----------
    view : TwinView
    kinds : collection of str
    of : collection of str, optional
        Only those that begin or end at one of these entities.
    only_from : bool
        Only those that begin at one of them: much is in a district, which is in little.
    """
    hold, values = view.moment().condition("r.")
    listed = sorted(kinds)
    query = (
        "SELECT r.kind, s.id, t.id, json_extract(r.attributes, '$.direction')"
        " FROM relation_version r JOIN entity_key s ON s.key = r.source"
        " JOIN entity_key t ON t.key = r.target"
        f" WHERE r.kind IN ({','.join('?' * len(listed))}) AND {hold}"
    )
    if of is not None:
        keys = "SELECT key FROM entity_key WHERE id IN (SELECT value FROM json_each(?))"
        listed_ids = json.dumps(sorted(of))
        if only_from:
            query += f" AND r.source IN ({keys})"
            values = [*values, listed_ids]
        else:
            query += (
                f" AND r.fid IN (SELECT fid FROM relation_version WHERE source IN ({keys})"
                f" UNION SELECT fid FROM relation_version WHERE target IN ({keys}))"
            )
            values = [*values, *[listed_ids] * 2]
    for kind, source, target, direction in view.reader().execute(query, [*listed, *values]):
        yield kind, source, target, Direction(direction or Direction.FORWARD)
