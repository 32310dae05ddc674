"""What a plugin is given: the same in a panel and in a worker, apart from threads.

In a panel everything is called, and calls back, on the GUI thread; whatever takes longer than a
few milliseconds belongs into `Jobs.ask` or `Jobs.start`. In a worker everything may be called from
any thread, and calls back in one thread apart from the plugin's own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from shapan.stability import provisional, stable

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from rendering.moving.style import MovingStyle
    from rendering.options import Overlay
    from twin_model.commands import Command
    from twin_model.entity import Entity, Relation
    from twin_model.query import EntityQuery
    from twin_model.samples import SampleBatch, SampleKeys
    from twin_model.time import Instant

Result = TypeVar("Result")


@stable("0.2")
class Subscription(Protocol):
    """Something that goes on until it is closed; closed by itself when the plugin stops."""

    def close(self) -> None:
        """Call back no more; more than once does nothing."""
        ...


@stable("0.2")
class TwinAccess(Protocol):
    """The open project."""

    @property
    def title(self) -> str | None:
        """Title of the project; None while none is open."""
        ...

    @property
    def revision(self) -> int:
        """Number of its newest change; 0 while none is open."""
        ...

    def query(self, query: EntityQuery | str = "") -> list[Entity]:
        """Return the entities that match, as of the instant the query names, else now.

        A text is taken as ``EntityQuery(where=text)``, see docs/query.md.

        Raises
        ------
        ShapanError
            If no project is open or the query cannot be understood.
        """
        ...

    def count(self, query: EntityQuery | str = "") -> int:
        """Return how many match.

        Raises
        ------
        ShapanError
            As `query`.
        """
        ...

    def entity(self, entity_id: str) -> Entity:
        """Return one entity as it is now.

        Raises
        ------
        ShapanError
            If there is none of that id.
        """
        ...

    def relations(self, entity_id: str) -> list[Relation]:
        """Return the relations of an entity, outgoing and incoming."""
        ...

    def to_wgs84(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float, float]:
        """Return longitude and latitude in degrees and height in metres of a local position."""
        ...

    def to_local(
        self, longitude_deg: float, latitude_deg: float, height_m: float = 0.0
    ) -> tuple[float, float, float]:
        """Return the local position in metres of a WGS 84 position."""
        ...

    def indicator_units(self, entity_type: str) -> Mapping[str, str]:
        """Return the indicators of a type of entities, each with its unit; "" for a bare number.

        Empty where the catalogue has no such type.
        """
        ...

    def submit(self, command: Command, why: str = "") -> Future[int]:
        """Have one undoable edit carried out; needs the permission ``twin``.

        Undo and history show the command's label with the plugin's name before it.

        Returns
        -------
        Future of int
            The revision it became; or what was wrong with it.
        """
        ...


@stable("0.2")
class Samples(Protocol):
    """Live values in batches."""

    @property
    def keys(self) -> SampleKeys:
        """The numbering this plugin publishes in; add entities and indicators to it at will."""
        ...

    def publish(self, batch: SampleBatch, kept: Callable[[], object] | None = None) -> None:
        """Give a batch to everybody who subscribed; waits while they are too slow.

        Parameters
        ----------
        batch : SampleBatch
        kept : callable, optional
            Called once the window has the batch: from then on it survives this worker's end. A
            connector acknowledges to its broker here.
        """
        ...

    def subscribe(
        self,
        callback: Callable[[SampleBatch], object],
        *,
        entities: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
        lossless: bool = False,
    ) -> Subscription:
        """Receive batches of others.

        Parameters
        ----------
        callback : callable
            In a panel it gets at most ten batches a second, joined.
        entities, indicators : iterable of str, optional
            Only samples of these.
        lossless : bool
            Slow the publishers down rather than drop batches when this plugin is too slow.
        """
        ...

    def last(
        self, *, entities: Iterable[str] | None = None, indicators: Iterable[str] | None = None
    ) -> SampleBatch:
        """Return the newest sample of each series, whoever published it.

        What is stale (nothing came for a minute, or for longer than its source usually takes)
        has the quality `Quality.UNCERTAIN` at best.
        """
        ...

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything published is kept; return whether it is."""
        ...


@stable("0.2")
class Scene(Protocol):
    """Overlays drawn above the scene; each plugin sees only its own."""

    def draw(self, name: str, overlay: Overlay) -> None:
        """Draw an overlay, in place of the one that had this name."""
        ...

    def follow(
        self, name: str, style: MovingStyle, *, entities: Iterable[str] | None = None
    ) -> None:
        """Show what moves, in place of what had this name: vehicles, ships, people by thousands.

        Whoever publishes samples of the indicator ``position`` (with a position; a text names the
        shape) is drawn, between its samples and with the way it came. Samples of ``heading``
        (degrees, clockwise from grid north) and ``speed`` (m/s) of the same time are used where
        there are any; without them they come from the movement.

        Parameters
        ----------
        name : str
        style : MovingStyle
        entities : iterable of str, optional
            Only these.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove what was drawn or followed by this name; what is not there is no error."""
        ...


@provisional("0.2")
class Alarms(Protocol):
    """Alarms of the plugin's own, beside those of rules; needs the permission ``alarms``."""

    def begin(
        self,
        alarm: str,
        entity: str,
        name: str,
        *,
        priority: str = "medium",
        guidance: str = "",
        value: float = float("nan"),
    ) -> None:
        """Say that something is wrong with an entity; saying it again changes nothing.

        The alarm goes through all that alarms go through: acknowledging, shelving, causes,
        floods, the journal. A project must be open for writing.

        Parameters
        ----------
        alarm : str
            Names the alarm within the plugin: ``pump-seal``. With the entity it is one alarm.
        entity : str
            Entity id.
        name : str
            What has happened, as operators read it.
        priority : str
            ``low``, ``medium``, ``high`` or ``urgent``.
        guidance : str
            What to do, as Markdown.
        value : float
            What is shown with it.

        Raises
        ------
        PluginError
            If the plugin has no permission, the priority is none, or there is no project for it.
        """
        ...

    def end(self, alarm: str, entity: str) -> None:
        """Say that it is over; one that had not begun is no error.

        Raises
        ------
        PluginError
            As `begin`.
        """
        ...


@stable("0.2")
class Jobs(Protocol):
    """Work off the GUI thread."""

    def start(
        self,
        title: str,
        work: Callable[[Job], Result],
        done: Callable[[Result], object] | None = None,
    ) -> None:
        """Run *work* in a thread, shown in the Jobs panel with progress and a cancel button."""
        ...

    def ask(self, question: Callable[[], Result], answer: Callable[[Result], object]) -> None:
        """Run a short question in a thread, then *answer* with its result on the GUI thread."""
        ...


@stable("0.2")
class Storage(Protocol):
    """Files of the plugin's own, in the project (for the user where none is open)."""

    @property
    def folder(self) -> Path:
        """Where they lie. Its size is limited by ``storage_mb`` of the manifest."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None where there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all.

        Raises
        ------
        PluginError
            If the plugin's storage or the disk is full.
        """
        ...


@stable("0.2")
class Signals(Protocol):
    """What happens in the window.

    ``project-opened``, ``project-closed`` (no value); ``language-changed`` (the code, such as
    ``zh_CN``); ``twin-changed`` (`Change`); ``time-changed``
    (`Instant` of the slider, None for now); ``selection-changed`` (tuple of entity ids);
    ``settings-changed`` (the settings).
    """

    def connect(self, signal: str, callback: Callable[[Any], object]) -> Subscription:
        """Call *callback* with the signal's value whenever it is emitted.

        Raises
        ------
        PluginError
            If there is no such signal.
        """
        ...


@provisional("0.2")
class WorkerHandle(Protocol):
    """A worker of the same plugin, seen from a panel."""

    def call(self, method: str, /, **arguments: Any) -> Future[Any]:
        """Call a method of the worker's object in its process.

        Arguments and result are data: numbers, texts, lists, dicts, NumPy arrays, types of
        `shapan`. A worker that died is started again first.
        """
        ...


@stable("0.2")
class Context(Protocol):
    """Everything a plugin may do."""

    @property
    def plugin(self) -> str:
        """Id of the plugin."""
        ...

    @property
    def log(self) -> logging.Logger:
        """Goes to the plugin's log in the Plugins dialog."""
        ...

    @property
    def language(self) -> str:
        """Language of the window, such as ``zh_CN``."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Values of the manifest's settings, as the user left them."""
        ...

    @property
    def twin(self) -> TwinAccess:
        """The open project."""
        ...

    @property
    def samples(self) -> Samples:
        """Live values."""
        ...

    @property
    def scene(self) -> Scene:
        """Overlays."""
        ...

    @property
    def alarms(self) -> Alarms:
        """Alarms of its own."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Work off the GUI thread."""
        ...

    @property
    def storage(self) -> Storage:
        """Files of its own."""
        ...

    @property
    def signals(self) -> Signals:
        """What happens in the window."""
        ...

    @property
    def time(self) -> Instant | None:
        """Instant of the time slider; None for now."""
        ...

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the selected entities."""
        ...

    def select(self, entity_id: str) -> None:
        """Select an entity in the scene and the Entity panel."""
        ...

    def worker(self, worker_id: str) -> WorkerHandle:
        """Return a worker of this plugin by its id in the manifest, started when first called.

        Raises
        ------
        PluginError
            If the manifest has none of that id.
        """
        ...


@stable("0.2")
class WorkerContext(Context, Protocol):
    """A context in a process of its own."""

    @property
    def stopping(self) -> bool:
        """Whether the worker was asked to end; `wait` returns early then."""
        ...

    def wait(self, seconds: float) -> bool:
        """Sleep; return True at once when the worker is asked to end."""
        ...

    def report_status(self, state: str, text: str = "") -> None:
        """Say how a connector stands, for the Plugins dialog.

        Parameters
        ----------
        state : str
            ``connecting``, ``connected``, ``disconnected``, ``failed`` or ``stopped``.
        text : str
            To what, or why not.
        """
        ...
