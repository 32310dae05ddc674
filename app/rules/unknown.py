"""Names in conditions that nothing has: a mistyped one holds for nothing, and nobody is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.operations import Operations
    from twin_model.schema.catalogue import Catalogue

_AS_LIKE: Final = 0.6


def unknown_names(
    operations: Operations, catalogue: Catalogue, conditions: Iterable[str]
) -> dict[str, str]:
    """Return names that no type declares, no entity has and no source sent; for a thread.

    Parameters
    ----------
    operations : Operations
    catalogue : Catalogue
    conditions : iterable of str
        Those that cannot be read yet are left out.

    Returns
    -------
    dict
        By name the known one that is most like it; empty where none is.
    """
    from twin_model.rules.expression import parse
    from twin_model.store.naming import known_properties

    asked: set[str] = set()
    for text in conditions:
        try:
            asked |= parse(text).names
        except ValidationError:
            continue
    if not asked:
        return {}
    known = catalogue.property_ids() | known_properties(operations.twin.reader())
    known |= {name for _, name in operations.hub.series.names()}
    for kind in catalogue.types():
        known |= catalogue.indicators(kind.id).keys()
    return {name: _most_like(name, known) for name in sorted(asked - known)}


def _most_like(name: str, known: set[str]) -> str:
    """Return the shortest name that begins so, else the one most like it; empty for none."""
    begins = [one for one in known if one.startswith(name)]
    if begins:
        return min(begins, key=lambda one: (len(one), one))
    return next(iter(difflib.get_close_matches(name, sorted(known), 1, _AS_LIKE)), "")
