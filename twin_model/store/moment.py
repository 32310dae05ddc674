"""Which rows are meant: those so in the world at an instant, as known at some revision."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from twin_model.store import ranges
from twin_model.time import Instant

#: `Twin.now` in microseconds, as the views for other programs ask for it: the clock's, but never
#: before what was recorded last. Whole seconds, which every version of SQLite tells; a SELECT of
#: its own, so that it is worked out once and not for each row.
NOW_US: Final = (
    "(SELECT max(CAST(strftime('%s', 'now') AS INTEGER) * 1000000,"
    " coalesce((SELECT recorded_us FROM journal ORDER BY revision DESC LIMIT 1), 0)))"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point on both time axes.

    Parameters
    ----------
    at_us : int
        Valid time.
    revision : int or None
        Newest revision that is known; None for all there are.
    """

    at_us: int
    revision: int | None = None

    @classmethod
    def of(cls, connection: sqlite3.Connection, at: Instant, known_on: Instant | None) -> Moment:
        """Return the moment of an instant, as known on another (None for now)."""
        if known_on is None:
            return cls(at.us)
        return cls(at.us, ranges.known_on(connection, known_on.us))

    def condition(self, prefix: str = "") -> tuple[str, list[Any]]:
        """Return SQL that holds for the rows meant, and its parameters.

        Parameters
        ----------
        prefix : str
            Table alias with its dot.
        """
        so = f"{prefix}valid_from <= ? AND {prefix}valid_to > ?"
        when = [self.at_us, self.at_us]
        if self.revision is None:
            return f"{prefix}revision_to IS NULL AND {so}", when
        known = f"{prefix}revision_from <= ? AND ({prefix}revision_to IS NULL"
        return f"{known} OR {prefix}revision_to > ?) AND {so}", [self.revision] * 2 + when
