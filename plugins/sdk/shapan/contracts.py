"""What the code behind each contribution must look like.

All are protocols: nothing has to be inherited. Where a class is named in the manifest it is made
with the context as its only argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from shapan.stability import provisional, stable

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from ingest.readers.contract import Chunk, ReadOptions, SourceInfo
    from shapan.context import Context
    from shapan.results import Report
    from twin_model.samples import SampleBatch
    from twin_model.time import Instant


@stable("0.2")
class Panel(Protocol):
    """``[[panels]]``: a callable that makes the widget, called when the dock is first shown.

    Runs in the window's process. The widget is a QWidget; an exception out of it, in a slot, an
    event or while painting, closes this panel alone and shows the traceback in its place.
    """

    def __call__(self, context: Context) -> Any:
        """Return a new QWidget."""
        ...


@stable("0.2")
class CommandFunction(Protocol):
    """``[[commands]]``: a function, called on the GUI thread when the user chooses it."""

    def __call__(self, context: Context) -> object:
        """Do it."""
        ...


@stable("0.2")
class Connector(Protocol):
    """``[[connectors]]``: brings live data. Runs in a worker, as long as a project is open."""

    def run(self) -> None:
        """Connect, publish, and return when ``context.stopping`` says so."""
        ...


@stable("0.2")
class Analysis(Protocol):
    """``[[analyses]]``: computes something over the twin. Runs in a worker."""

    def run(self, parameters: Mapping[str, Any], job: Job) -> Report:
        """Return the result; call ``job.report`` and ``job.check`` on the way."""
        ...


@stable("0.2")
class OverlayPainter(Protocol):
    """``[[overlays]]``: keeps something drawn in the scene. Runs in a worker."""

    def run(self) -> None:
        """Draw, redraw when something changes, return when ``context.stopping`` says so."""
        ...


@stable("0.2")
class PluginReader(Protocol):
    """``[[readers]]``: one format of files. Runs in a worker, one a file.

    Whether a file is of this format is decided by the manifest's suffixes and magic bytes.
    """

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return what the file holds.

        Raises
        ------
        SourceError
            If nothing of it can be read.
        """
        ...

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[Chunk]:
        """Yield its content in bounded chunks, in its own CRS and units.

        Raises
        ------
        SourceError
            If it is malformed; what was yielded before stays valid.
        """
        ...


@provisional("0.2")
class Exporter(Protocol):
    """``[[exporters]]``: one format to write. Runs in a worker."""

    def export(self, path: Path, query: str, job: Job) -> None:
        """Write the entities that match *query* to *path*."""
        ...


@provisional("0.2")
class Simulator(Protocol):
    """``[[simulators]]``: one engine. Runs in a worker; docs/simulation.md has the whole contract.

    ``capabilities`` gives:

    - ``stepping``: ``time`` (it advances in steps of the scenario) or ``event`` (when `next_event`
      said so, or when it is given values);
    - ``checkpoint``: ``exact``, ``approximate`` (with ``tolerance``, relative) or ``none``;
    - ``seed`` (bool): whether chance plays a part;
    - ``realtime_factor`` (float, optional): how much faster than the clock it usually is;
    - ``inputs`` and ``outputs``: unit by indicator;
    - ``engine`` (optional): name and version of what computes, kept with each run;
    - ``exchange`` (bool, optional): there is a method ``exchange(instant, inputs=None)`` that sets
      values, steps and returns ``batches``, ``unknown``, ``next`` and, optionally, ``over`` (bool:
      nothing more will happen unless it is told something) in one call;
    - ``steps_ahead`` (int, optional): with ``exchange``, so many steps may be asked for before the
      first is answered, where nothing can reach it meanwhile; for those that name no next event;
    - ``one_run`` (bool, optional): each run needs a process that had none before;
    - ``example`` and ``example_step_s`` (optional): parameters with which the contract kit runs it.

    The calls come in this order, from one thread: ``init`` (again for another run), then any of
    the others, ``close``. What cannot be done raises `SimulationError`; NaN is no value.
    """

    def capabilities(self) -> Mapping[str, Any]:
        """Return what it can do; called before `init`."""
        ...

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """Get ready to begin at *start*; a second call begins anew."""
        ...

    def step_until(self, instant: Instant) -> list[SampleBatch]:
        """Advance to *instant* exactly; return what changed on the way."""
        ...

    def next_event(self) -> Instant | None:
        """Return when it wants to be stepped to next; None where it does not mind."""
        ...

    def set_values(self, batch: SampleBatch) -> list[str] | None:
        """Take values of others, that hold from now on; return the entities it does not know.

        Raises
        ------
        SimulationError
            If it takes no such indicator.
        """
        ...

    def get_values(self) -> SampleBatch:
        """Return all its outputs as they are now."""
        ...

    def save(self, folder: Path) -> None:
        """Write a checkpoint into an empty folder."""
        ...

    def load(self, folder: Path) -> None:
        """Go back to a checkpoint, after `init` with the same parameters."""
        ...

    def close(self) -> None:
        """End; more than once does nothing."""
        ...


@provisional("0.2")
class RuleFunction(Protocol):
    """``[[rules]]``: a function over columns, for expressions of rules. Must be pure and fast."""

    def __call__(self, *columns: Any) -> Any:
        """Return an array as long as the columns."""
        ...
