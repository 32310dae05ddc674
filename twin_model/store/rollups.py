"""Minutes and hours of samples, with what was least and most in each and when.

A file a month holds the minutes (``samples/minutes/2026-03.parquet``), a file a year the hours. A
file says of which segments it was made, day by day, so that a day to which samples came late
counts as missing until it is made again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin_model.store.sample_database import SampleDatabase, file_list
from twin_model.store.segments import Segment, day_name, write_table

_KEY: Final = b"shapan.days"


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of summary.

    Parameters
    ----------
    name : str
        Its folder.
    step_us : int
        Length of a bucket.
    letters : int
        How much of a day's name names its file: 7 for a month, 4 for a year.
    """

    name: str
    step_us: int
    letters: int


MINUTES: Final = Tier("minutes", 60_000_000, 7)
HOURS: Final = Tier("hours", 3_600_000_000, 4)
#: Coarsest first.
TIERS: Final = (HOURS, MINUTES)

# Samples without a number and bad ones are no part of what is least and most.
SUMMARY: Final = """
SELECT entity, indicator, epoch_us(time) // {step} * {step} AS start_us, count(*) AS count,
       min(value) AS minimum, max(value) AS maximum, sum(value) AS total,
       epoch_us(arg_min(time, value)) AS minimum_us, epoch_us(arg_max(time, value)) AS maximum_us,
       arg_min(value, time) AS first, arg_max(value, time) AS last,
       epoch_us(min(time)) AS first_us, epoch_us(max(time)) AS last_us
FROM read_parquet({files}) WHERE isfinite(value) AND quality < 2
GROUP BY ALL ORDER BY ALL
"""


def files(root: Path, tier: Tier, first_day: int, last_day: int) -> list[Path]:
    """Return a tier's files between two days, both included."""
    low, high = (day_name(day)[: tier.letters] for day in (first_day, last_day))
    folder = root / tier.name
    if not folder.is_dir():
        return []
    names = re.compile(rf"^[\d-]{{{tier.letters}}}\.parquet$")
    found = [entry for entry in folder.iterdir() if names.match(entry.name)]
    return sorted(entry for entry in found if low <= entry.stem <= high)


def made_of(path: Path) -> dict[str, list[int]]:
    """Return of which segments each day in a file was made: the last of each."""
    from pyarrow import ArrowInvalid, parquet

    try:
        metadata = parquet.read_metadata(path).metadata or {}
        return dict(json.loads(metadata.get(_KEY, b"{}")))
    except (OSError, ArrowInvalid, ValueError):
        return {}  # damaged: its days count as missing, and are made again from the samples


def fingerprint(day_segments: Iterable[Segment]) -> list[int]:
    """Return what tells whether samples came to a day: merging alone does not change it."""
    return [max((segment.last for segment in day_segments), default=0)]


def rebuild(
    root: Path, tier: Tier, database: SampleDatabase, days: dict[int, list[Segment]]
) -> None:
    """Make days of a tier anew; the other days in their files stay.

    Parameters
    ----------
    root : Path
    tier : Tier
    database : SampleDatabase
    days : dict
        Segments of each day to make.

    Raises
    ------
    StoreError
        If the disk is full or a segment is damaged.
    """
    by_file: dict[str, dict[int, list[Segment]]] = {}
    for day, found in days.items():
        by_file.setdefault(day_name(day)[: tier.letters], {})[day] = found
    for name, members in by_file.items():
        path = root / tier.name / f"{name}.parquet"
        known = made_of(path) if path.is_file() else {}
        paths = [segment.path for found in members.values() for segment in found]
        statement = SUMMARY.format(step=tier.step_us, files=file_list(paths))
        fresh = database.query(statement)
        known |= {day_name(day): fingerprint(found) for day, found in members.items()}
        write_table(path, _with_days(_joined(path, tier, fresh, database, members), known))


def _joined(
    path: Path, tier: Tier, fresh: Any, database: SampleDatabase, days: dict[int, list[Segment]]
) -> Any:
    import pyarrow as pa

    if not path.is_file() or not made_of(path):
        return fresh
    day_us = 86_400_000_000
    remade = ", ".join(str(day) for day in days)
    kept = database.query(
        f"SELECT * FROM read_parquet({file_list([path])}) WHERE start_us // {day_us}"
        f" NOT IN ({remade})"
    )
    joined = pa.concat_tables([kept, fresh], promote_options="permissive")
    order = [(name, "ascending") for name in ("entity", "indicator", "start_us")]
    return joined.sort_by(order)


def _with_days(table: Any, days: dict[str, list[int]]) -> Any:
    text = json.dumps(days, sort_keys=True)
    return table.replace_schema_metadata({_KEY: text.encode()})
