"""Rows put into SQLite by column, since thousands of alarms have most of their columns in common.

To bind a value takes longer than what SQLite does with it, and holds up all threads meanwhile.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

#: Rows of one statement: whoever else computes gets a turn after each statement, so that writing
#: row by row, a burst would wait thousands of times. SQLite takes 32,766 values at most.
_ROWS_AT_ONCE: Final = 500
#: From so many rows on they are looked through for what they have in common.
_MANY: Final = 50


class Column(NamedTuple):
    """One column of some rows.

    Parameters
    ----------
    values : sequence
    same : bool
        Whether they are known to be all the same.
    """

    values: Sequence[Any]
    same: bool

    @classmethod
    def of(cls, values: Sequence[Any]) -> Column:
        """Look whether values are all the same; for those of which equal ones are alike."""
        first, count = values[0], len(values)
        same = count >= _MANY and first == values[-1] and values.count(first) == count
        return cls(values, same)

    def changed(self, change: Callable[[Any], Any]) -> Column:
        """Return what a function makes of it."""
        if self.same:
            return Column([change(self.values[0])] * len(self.values), same=True)
        return Column([*map(change, self.values)], same=False)


def insert(connection: sqlite3.Connection, statement: str, columns: Sequence[Column]) -> None:
    """Insert rows, many with one statement; what they have in common is bound once.

    Parameters
    ----------
    connection : sqlite3.Connection
    statement : str
        What comes before ``SELECT``.
    columns : sequence of Column
        As the statement wants them, all equally long; at least one of them not all the same where
        there are several rows.
    """
    bound = [column.values[0] for column in columns if column.same]
    varied = [column.values for column in columns if not column.same]
    numbers, names = itertools.count(1), itertools.count(1)
    wanted = [f"?{next(numbers)}" if c.same else f"column{next(names)}" for c in columns]
    place = f"({','.join('?' * len(varied))})"
    rows = zip(*varied)
    while part := [*itertools.islice(rows, _ROWS_AT_ONCE)]:
        places = ",".join([place] * len(part))
        connection.execute(
            f"{statement} SELECT {','.join(wanted)} FROM (VALUES {places})",
            [*bound, *itertools.chain.from_iterable(part)],
        )
