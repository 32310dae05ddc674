"""Upkeep of the history: small segments merged, minutes and hours made, old days let go."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin_model.store import rollups
from twin_model.store.sample_database import SampleDatabase, file_list
from twin_model.store.segments import (
    DAY_US,
    ROW_GROUP,
    Segment,
    day_name,
    days,
    segment_path,
    segments,
    written_whole,
)

#: Neighbouring segments of like size that become one: each sample is copied a few times a day,
#: not once for every segment.
_MERGE: Final = 16
_COPY: Final = """
COPY ({rows} ORDER BY entity, indicator, time)
TO '{target}' (FORMAT PARQUET, COMPRESSION ZSTD, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE {group})
"""
_ALL: Final = "SELECT * FROM read_parquet({files})"
# A sample that was written twice, as after a broker delivered it again, stays once. It costs as
# much as the sorting, so that it is done once, when a day is over.
_ONCE: Final = """
SELECT entity, indicator, time, any_value(value) AS value, any_value(quality) AS quality,
       any_value(text) AS text, any_value(x_m) AS x_m, any_value(y_m) AS y_m, any_value(z_m) AS z_m
FROM read_parquet({files}) GROUP BY entity, indicator, time, hash(value, text, x_m, y_m)
"""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept; None for ever.

    Parameters
    ----------
    samples_days : int, optional
    minutes_days : int, optional
    hours_days : int, optional
    """

    samples_days: int | None = 400
    minutes_days: int | None = 3 * 366
    hours_days: int | None = None


@dataclass(frozen=True, slots=True)
class UpkeepDone:
    """What one round of upkeep did.

    Parameters
    ----------
    merged : int
        Segments that became parts of larger ones.
    summarised : int
        Days whose minutes and hours were made.
    dropped : int
        Days that were let go.
    """

    merged: int = 0
    summarised: int = 0
    dropped: int = 0


def upkeep(root: Path, database: SampleDatabase, now_us: int, keep: Retention) -> UpkeepDone:
    """Do what there is to do; safe to be killed at any point, and to be repeated.

    Raises
    ------
    StoreError
        If the disk is full or a segment is damaged.
    """
    today = now_us // DAY_US
    dropped = _let_go(root, today, keep)
    merged = 0
    for day in days(root):
        _remove_superseded(root, day)
        merged += _merge_day(root, database, day, is_over=day < today)
    return UpkeepDone(merged, _summarise(root, database, today), dropped)


def _let_go(root: Path, today: int, keep: Retention) -> int:
    dropped = 0
    if keep.samples_days is not None:
        for day in days(root):
            if day < today - keep.samples_days:
                shutil.rmtree(root / day_name(day), ignore_errors=True)
                dropped += 1
    for tier, limit in ((rollups.MINUTES, keep.minutes_days), (rollups.HOURS, keep.hours_days)):
        if limit is None:
            continue
        oldest = day_name(max(today - limit, -719_162))[: tier.letters]
        for path in rollups.files(root, tier, -719_162, today):
            if path.stem < oldest:
                path.unlink(missing_ok=True)
    return dropped


def _remove_superseded(root: Path, day: int) -> None:
    """Remove what an earlier round merged: by now nobody reads it any more."""
    for segment in segments(root, day)[1]:
        with contextlib.suppress(OSError):  # still open on Windows: the next round
            segment.path.unlink()


def _merge_day(root: Path, database: SampleDatabase, day: int, *, is_over: bool) -> int:
    merged = 0
    while True:
        live, _superseded = segments(root, day)
        whole = is_over and len(live) > 1
        run = live if whole else _run_of_like_size(live)
        if len(run) < 2:
            return merged
        target = segment_path(root, day, run[0].first, run[-1].last)
        with written_whole(target) as temporary:
            chosen = _ONCE if whole else _ALL
            rows = chosen.format(files=file_list([segment.path for segment in run]))
            target_text = str(temporary).replace("'", "''")
            database.run(_COPY.format(rows=rows, target=target_text, group=ROW_GROUP))
        merged += len(run)


def _run_of_like_size(live: list[Segment]) -> list[Segment]:
    """Return neighbours that are due to be merged, the smallest first; else nothing."""
    size = 1
    while size <= max((segment.parts for segment in live), default=0):
        run: list[Segment] = []
        for segment in live:
            run = [*run, segment] if size <= segment.parts < size * _MERGE else []
            if len(run) == _MERGE:
                return run
        size *= _MERGE
    return []


def _summarise(root: Path, database: SampleDatabase, today: int) -> int:
    """Make the minutes and hours of days that are over and whose samples changed."""
    due: set[int] = set()
    finished = [day for day in days(root) if day < today]
    if not finished:
        return 0
    present = {day: segments(root, day)[0] for day in finished}
    for tier in rollups.TIERS:
        known: dict[str, list[int]] = {}
        for path in rollups.files(root, tier, finished[0], finished[-1]):
            known |= rollups.made_of(path)
        missing = {
            day: found
            for day, found in present.items()
            if found and known.get(day_name(day)) != rollups.fingerprint(found)
        }
        # A month at a time: one file is written once for all of its days.
        if missing:
            rollups.rebuild(root, tier, database, missing)
        due |= missing.keys()
    return len(due)
