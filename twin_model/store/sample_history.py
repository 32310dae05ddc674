"""The history of samples: what was measured, asked for by series, period and moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin_model.errors import StoreError, ValidationError
from twin_model.samples import SampleBatch
from twin_model.store import rollups
from twin_model.store.arrow_batch import from_arrow
from twin_model.store.sample_database import SampleDatabase, file_list
from twin_model.store.sample_upkeep import Retention, UpkeepDone, upkeep
from twin_model.store.sample_writer import SampleWriter, WriterOptions
from twin_model.store.segments import DAY_US, day_name, days, segments
from twin_model.time import Instant, Interval

#: Folder of the history in a project.
SAMPLES: Final = "samples"
_COLUMNS: Final = (
    "entity, indicator, epoch_us(time) AS time_us, value, quality, text, x_m, y_m, z_m"
)
_HOUR_US: Final = 3_600_000_000
#: Summaries used for a chart are at least so much finer than what it shows.
_FINER: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A series thinned out for drawing: the least and the most of each stretch are there.

    Parameters
    ----------
    time_us : (n,) int64 array
        Rising.
    value : (n,) float64 array
    samples : int
        How many samples it stands for.
    """

    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    samples: int


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """What there is of one series.

    Parameters
    ----------
    entity, indicator : str
    first, last : Instant
    samples : int
    """

    entity: str
    indicator: str
    first: Instant
    last: Instant
    samples: int


class SampleHistory:
    """Reads and writes the samples of a project; safe to use from any thread.

    Parameters
    ----------
    root : Path
        ``samples`` in the project folder; need not exist.
    read_only : bool
    options : WriterOptions
    """

    def __init__(
        self, root: Path, *, read_only: bool = False, options: WriterOptions | None = None
    ) -> None:
        self._root = root
        self._database = SampleDatabase(root / ".merging")
        self._writer = None if read_only else SampleWriter(root, options)

    # -- writing -----------------------------------------------------------------------

    @property
    def writer(self) -> SampleWriter:
        """What appends samples.

        Raises
        ------
        StoreError
            If the history is open read-only.
        """
        if self._writer is None:
            raise StoreError(f"{self._root} is open read-only")
        return self._writer

    def flush(self) -> None:
        """Make what was written so far readable; does nothing where it is open read-only.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        if self._writer is not None:
            self._writer.flush()

    def upkeep(self, now: Instant, keep: Retention | None = None) -> UpkeepDone:
        """Merge segments, summarise finished days, let old ones go; see `upkeep`."""
        self.writer.flush()
        return upkeep(self._root, self._database, now.us, keep or Retention())

    def close(self) -> None:
        """Write what waits and free memory.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        try:
            if self._writer is not None:
                self._writer.flush()
        finally:
            self._database.close()

    # -- asking ------------------------------------------------------------------------

    def days(self) -> list[int]:
        """Return the days that there are samples of, counted from 1970-01-01 UTC."""
        return days(self._root)

    def extent(self) -> Interval | None:
        """Return the first and the last day of samples, whole days; None where there are none."""
        found = self.days()
        if not found:
            return None
        return Interval(Instant(found[0] * DAY_US), Instant((found[-1] + 1) * DAY_US))

    def damaged(self) -> list[str]:
        """Return what is wrong with the files, one line each; empty where all can be read."""
        from pyarrow import ArrowException, parquet

        problems: list[str] = []
        for path in self._segment_files(self.days()):
            try:
                parquet.read_metadata(path)
            except (OSError, ArrowException) as error:
                reason = str(error).splitlines()[0]
                problems.append(f"history: {path} is damaged ({reason}); move it away")
        return problems

    def series(self) -> list[SeriesInfo]:
        """Return what there is of every series."""
        files = self._segment_files(self.days())
        if not files:
            return []
        table = self._query(
            "SELECT entity, indicator, epoch_us(min(time)) AS first, epoch_us(max(time)) AS last,"
            f" count(*) AS samples FROM read_parquet({file_list(files)})"
            " GROUP BY ALL ORDER BY ALL"
        )
        return [
            SeriesInfo(
                row["entity"], row["indicator"], Instant(row["first"]), Instant(row["last"]),
                row["samples"],
            )
            for row in table.to_pylist()
        ]  # fmt: skip

    def read(
        self,
        period: Interval,
        entities: Sequence[str] | None = None,
        indicators: Sequence[str] | None = None,
    ) -> SampleBatch:
        """Return the samples of a period in order of time; all of it must fit into memory."""
        files = self._segment_files(self._days_of(period))
        if not files:
            return SampleBatch.empty()
        conditions, parameters = _within(period)
        for name, wanted in (("entity", entities), ("indicator", indicators)):
            if wanted is not None:
                conditions += f" AND {name} IN (SELECT unnest(?))"
                parameters.append(list(wanted))
        table = self._query(
            f"SELECT {_COLUMNS} FROM read_parquet({file_list(files)}) WHERE {conditions}"
            " ORDER BY time",
            parameters,
        )
        return from_arrow(table)

    def batches(self, period: Interval, step_us: int = _HOUR_US) -> Iterator[SampleBatch]:
        """Yield the samples of a period in order of time, *step_us* of time at once."""
        for day in self._days_of(period):
            start = max(period.start.us, day * DAY_US)
            end = min(period.end.us, (day + 1) * DAY_US)
            for at in range(start, end, step_us):
                batch = self.read(Interval(Instant(at), Instant(min(at + step_us, end))))
                if len(batch):
                    yield batch

    def as_of(self, instant: Instant, lookback_us: int = DAY_US) -> SampleBatch:
        """Return the newest sample of each series at an instant, none older than *lookback_us*."""
        period = Interval(Instant(instant.us - lookback_us), Instant(instant.us + 1))
        files = self._segment_files(self._days_of(period))
        if not files:
            return SampleBatch.empty()
        conditions, parameters = _within(period)
        newest = ", ".join(
            f"arg_max_null({name}, time) AS {name}"
            for name in ("value", "quality", "text", "x_m", "y_m", "z_m")
        )
        table = self._query(
            f"SELECT entity, indicator, epoch_us(max(time)) AS time_us, {newest}"
            f" FROM read_parquet({file_list(files)}) WHERE {conditions} GROUP BY ALL",
            parameters,
        )
        return from_arrow(table)

    def make_ready(self) -> None:
        """Load what the first chart needs, which stops all threads for a tenth of a second."""
        self._query("SELECT ? AS ready", [1]).column("ready").to_numpy()  # with pandas, by Arrow

    def chart(self, entity: str, indicator: str, period: Interval, buckets: int = 1000) -> Chart:
        """Return a series thinned out to about *buckets* stretches of two to four points each.

        The least and the most value of every stretch are kept at their own times, so that a
        peak of one second is in a chart over a year.

        Raises
        ------
        ValidationError
            If the period has no length or is open.
        """
        span = period.end.us - period.start.us
        if not 0 < span < 2**62 or buckets < 1:
            raise ValidationError("history", "period", span, "a chart needs a start and an end")
        step = max(1, span // buckets)
        fine_enough = [tier for tier in rollups.TIERS if tier.step_us * _FINER <= step]
        wanted = self._days_of(period)
        parts: list[str] = []
        for tier in fine_enough[:1]:
            wanted = self._chart_summaries(tier, wanted, step, parts)
        # Where samples were let go already, what is coarser than wanted is better than nothing.
        gone = [day for day in wanted if not segments(self._root, day)[0]]
        for tier in reversed(rollups.TIERS):
            gone = self._chart_summaries(tier, gone, step, parts)
        raw = self._segment_files(wanted)
        if raw:
            parts.append(_from_samples(raw, step))
        if not parts:
            return Chart(np.zeros(0, np.int64), np.zeros(0), 0)
        values = [entity, indicator, period.start.us, period.end.us]
        table = self._query(" UNION ALL ".join(parts), values * len(parts))
        return _drawn(table)

    def _chart_summaries(
        self, tier: rollups.Tier, wanted: list[int], step: int, parts: list[str]
    ) -> list[int]:
        """Add a statement for the days that a tier covers; return those that it does not."""
        files, covered = self._summaries(tier, wanted)
        if covered:
            parts.append(_from_summaries(files, covered, step))
        return [day for day in wanted if day not in covered]

    # -- files -------------------------------------------------------------------------

    def _days_of(self, period: Interval) -> list[int]:
        first, last = period.start.us // DAY_US, (period.end.us - 1) // DAY_US
        present = self._all_days()
        return [day for day in present if first <= day <= last]

    def _all_days(self) -> list[int]:
        """Return days of which there are samples or summaries."""
        summarised = {
            int(np.datetime64(name, "D").astype(int))
            for tier in rollups.TIERS
            for path in rollups.files(self._root, tier, -719_162, 2_932_896)
            for name in rollups.made_of(path)
        }
        return sorted({*days(self._root), *summarised})

    def _segment_files(self, wanted: Sequence[int]) -> list[Path]:
        return [segment.path for day in wanted for segment in segments(self._root, day)[0]]

    def _summaries(self, tier: rollups.Tier, wanted: list[int]) -> tuple[list[Path], set[int]]:
        """Return a tier's files and which of the days they cover, as the samples are now."""
        if not wanted:
            return [], set()
        files = rollups.files(self._root, tier, wanted[0], wanted[-1])
        known: dict[str, list[int]] = {}
        for path in files:
            known |= rollups.made_of(path)
        covered = set()
        for day in wanted:
            made = known.get(day_name(day))
            if made is not None:
                live, _superseded = segments(self._root, day)
                if not live or made == rollups.fingerprint(live):
                    covered.add(day)
        return files, covered

    def _query(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        return self._database.query(statement, parameters)


def _within(period: Interval) -> tuple[str, list[Any]]:
    clauses = "time >= make_timestamptz(?::BIGINT) AND time < make_timestamptz(?::BIGINT)"
    low = max(period.start.us, -(2**55))
    high = min(period.end.us, 2**57)
    return clauses, [low, high]


_POINTS: Final = "count, minimum, minimum_us, maximum, maximum_us, first, first_us, last, last_us"


def _from_summaries(files: list[Path], covered: set[int], step: int) -> str:
    days_listed = ", ".join(str(day) for day in sorted(covered))
    return (
        f"SELECT start_us // {step} AS bucket, sum(count) AS count, min(minimum) AS minimum,"
        " arg_min(minimum_us, minimum) AS minimum_us, max(maximum) AS maximum,"
        " arg_max(maximum_us, maximum) AS maximum_us, arg_min(first, first_us) AS first,"
        " min(first_us) AS first_us, arg_max(last, last_us) AS last, max(last_us) AS last_us"
        f" FROM read_parquet({file_list(files)}) WHERE entity = ? AND indicator = ?"
        f" AND start_us >= ? AND start_us < ? AND start_us // {DAY_US} IN ({days_listed})"
        " GROUP BY bucket"
    )


def _from_samples(files: list[Path], step: int) -> str:
    return (
        f"SELECT epoch_us(time) // {step} AS bucket, count(*) AS count, min(value) AS minimum,"
        " epoch_us(arg_min(time, value)) AS minimum_us, max(value) AS maximum,"
        " epoch_us(arg_max(time, value)) AS maximum_us, arg_min(value, time) AS first,"
        " epoch_us(min(time)) AS first_us, arg_max(value, time) AS last,"
        " epoch_us(max(time)) AS last_us"
        f" FROM read_parquet({file_list(files)}) WHERE entity = ? AND indicator = ?"
        " AND time >= make_timestamptz(?::BIGINT) AND time < make_timestamptz(?::BIGINT)"
        " AND isfinite(value) GROUP BY bucket"
    )


def _drawn(table: Any) -> Chart:
    names = ("first", "minimum", "maximum", "last")
    times = np.concatenate([table.column(f"{n}_us").to_numpy() for n in names]).astype(np.int64)
    values = np.concatenate([table.column(n).to_numpy() for n in names]).astype(np.float64)
    order = np.lexsort((values, times))
    times, values = times[order], values[order]
    # One sample can be first, least and most at once.
    again = (np.diff(times) == 0) & (np.diff(values) == 0)
    kept = np.concatenate([[True], ~again]) if len(times) else np.zeros(0, bool)
    samples = int(np.sum(table.column("count").to_numpy())) if len(table) else 0
    return Chart(times[kept], values[kept], samples)
