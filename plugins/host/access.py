"""What one plugin asks of the window, checked against what the user granted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plugins.host.broker import SampleBroker, SampleSubscription
from plugins.host.live import alarm_point, point_id
from plugins.host.log import PluginLog
from plugins.host.manifest import Manifest
from plugins.host.services import HostServices, SignalHub
from plugins.host.storage import FolderStorage
from twin_model.commands import Command
from twin_model.entity import Entity, Relation
from twin_model.errors import PluginError
from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch

if TYPE_CHECKING:
    from rendering.moving.style import MovingStyle

#: Commands a second that a plugin may submit for long, and at once.
_COMMANDS_PER_S: Final = 500.0
_COMMANDS_AT_ONCE: Final = 2000.0


@dataclass(frozen=True)
class _Labelled:
    """A command under the name of the plugin that submits it."""

    inner: Command
    plugin: str
    name: str

    @property
    def kind(self) -> str:
        """See `Command`."""
        return self.inner.kind

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"{self.name}: {self.inner.label}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {**self.inner.payload(), "plugin": self.plugin}

    def apply(self, transaction: Any) -> None:
        """See `Command`."""
        self.inner.apply(transaction)


class PluginAccess:
    """The window as one plugin sees it. Safe to use from any thread.

    Parameters
    ----------
    manifest : Manifest
    services : HostServices
    broker : SampleBroker
    log : PluginLog
    storage : Path
        Folder for while no project is open.
    settings : callable
        Returns the present values of its settings.
    """

    def __init__(
        self,
        manifest: Manifest,
        services: HostServices,
        broker: SampleBroker,
        log: PluginLog,
        storage: Path,
        settings: Callable[[], dict[str, Any]],
    ) -> None:
        self.manifest = manifest
        self.id = manifest.id
        self.services = services
        self.broker = broker
        self.log = log
        self.settings = settings
        #: Signals that are this plugin's alone: settings-changed.
        self.own_signals = SignalHub()
        self._storage = storage
        self._followed: dict[str, SampleSubscription] = {}
        self._budget = _COMMANDS_AT_ONCE
        self._budget_s = time.monotonic()

    # -- the twin ------------------------------------------------------------------------

    def title(self) -> str | None:
        """See `shapan.TwinAccess`."""
        twin = self.services.twin
        return twin.title if twin is not None else None

    def revision(self) -> int:
        """See `shapan.TwinAccess`."""
        twin = self.services.twin
        return twin.revision if twin is not None else 0

    def query(self, query: EntityQuery | str) -> list[Entity]:
        """See `shapan.TwinAccess`."""
        return self.services.required.entities(_query(query))

    def count(self, query: EntityQuery | str) -> int:
        """See `shapan.TwinAccess`."""
        return self.services.required.count(_query(query))

    def entity(self, entity_id: str) -> Entity:
        """See `shapan.TwinAccess`."""
        return self.services.required.entity(entity_id)

    def relations(self, entity_id: str) -> list[Relation]:
        """See `shapan.TwinAccess`."""
        return self.services.required.relations(entity_id)

    def to_wgs84(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
        """See `shapan.TwinAccess`."""
        found = self.services.required.frame.to_wgs84([[x_m, y_m, z_m]])[0]
        return float(found[0]), float(found[1]), float(found[2])

    def to_local(
        self, longitude_deg: float, latitude_deg: float, height_m: float
    ) -> tuple[float, float, float]:
        """See `shapan.TwinAccess`."""
        frame = self.services.required.frame
        found = frame.transform_from("EPSG:4326")([[longitude_deg, latitude_deg]])[0]
        # Heights are those of the project, as `to_wgs84` gives them.
        return float(found[0]), float(found[1]), height_m - float(frame.offset[2])

    def indicator_units(self, entity_type: str) -> dict[str, str]:
        """See `shapan.TwinAccess`."""
        return self.services.indicator_units(entity_type)

    def submit(self, command: Command, why: str) -> int:
        """See `shapan.TwinAccess`.

        Raises
        ------
        PluginError
            If the plugin has no permission, or floods the twin.
        """
        if not self.manifest.permissions.twin:
            raise PluginError(
                self.id, "may not change the twin",
                remedy="ask for it in its shapan.toml: twin = true under [permissions]",
            )  # fmt: skip
        self._spend()
        labelled = _Labelled(command, self.id, self.manifest.name("en"))
        return self.services.execute(labelled, f"plugin {self.id}", why)

    def _spend(self) -> None:
        now = time.monotonic()
        gained = (now - self._budget_s) * _COMMANDS_PER_S
        self._budget = min(_COMMANDS_AT_ONCE, self._budget + gained)
        self._budget_s = now
        if self._budget < 1.0:
            raise PluginError(
                self.id, f"submits more than {_COMMANDS_PER_S:g} commands or alarms a second",
                remedy="change several entities in one command; samples are for values that vary",
            )  # fmt: skip
        self._budget -= 1.0

    # -- scene, samples and alarms --------------------------------------------------------

    def follow(self, name: str, style: MovingStyle, entities: Iterable[str] | None) -> None:
        """See `shapan.Scene`."""
        from rendering.moving.tracks import HEADING, POSITION, SPEED, Tracks

        self.unfollow(name)
        tracks, services = Tracks(style), self.services
        wanted = None if entities is None else frozenset(entities)

        def take(batch: SampleBatch) -> None:
            tracks.take(batch)
            services.stirred()

        self._followed[name] = self.broker.subscribe(
            take, entities=wanted, indicators=(POSITION, HEADING, SPEED)
        )
        services.show_moving(self.id, name, tracks, wanted)

    def unfollow(self, name: str) -> None:
        """Show no more what moves by a name."""
        subscription = self._followed.pop(name, None)
        if subscription is not None:
            subscription.close()
            self.services.show_moving(self.id, name, None)

    def last(self, entities: Iterable[str] | None, indicators: Iterable[str] | None) -> SampleBatch:
        """See `shapan.Samples`."""
        return self.services.live.last(entities, indicators)

    def begin_alarm(
        self,
        alarm: str,
        entity: str,
        name: str,
        priority: str,
        guidance: str,
        value: float,
    ) -> None:
        """See `shapan.Alarms`."""
        self._may_alarm()
        point = alarm_point(self.id, alarm, entity, name, priority, guidance)
        self.services.live.begin_alarm(point, value)

    def end_alarm(self, alarm: str, entity: str) -> None:
        """See `shapan.Alarms`."""
        self._may_alarm()
        self.services.live.end_alarm(point_id(self.id, alarm, entity))

    def _may_alarm(self) -> None:
        if not self.manifest.permissions.alarms:
            raise PluginError(
                self.id, "may not raise alarms",
                remedy="ask for it in its shapan.toml: alarms = true under [permissions]",
            )  # fmt: skip
        self._spend()

    def connect(self, signal: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Connect a signal, and return what disconnects.

        Raises
        ------
        PluginError
            If there is no such signal.
        """
        hub = self.own_signals if signal == "settings-changed" else self.services.signals
        return hub.connect(self.id, signal, callback)

    # -- the rest ------------------------------------------------------------------------

    def storage_folder(self) -> Path:
        """Return where its files lie: in the project, for the user where none is open."""
        twin = self.services.twin
        if twin is not None and not twin.read_only:
            return twin.path / "plugins" / self.id
        return self._storage

    def storage(self) -> FolderStorage:
        """See `shapan.Storage`."""
        return FolderStorage(self.id, self.storage_folder(), self.manifest.limits.storage_mb << 20)


def _query(query: EntityQuery | str) -> EntityQuery:
    return EntityQuery(where=query) if isinstance(query, str) else query
