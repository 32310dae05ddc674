"""A project with devices, and the built-in connectors on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.opening import catalogue_of
from plugin_support import wait_until
from plugins.builtin.connecting.connections import (
    CONNECTIONS_FILE,
    Connection,
    connections_document,
)
from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from plugins.host.supervised import Worker
from twin_model.commands import AddEntities
from twin_model.contributions import Contributions
from twin_model.entity import Codes, Entity
from twin_model.frame import Frame
from twin_model.samples import SampleBatch, concatenate
from twin_model.twin import Twin


class Works:
    """A project, a host, and what connectors publish.

    Parameters
    ----------
    twin : Twin
    host : Plugins
    """

    def __init__(self, twin: Twin, host: Plugins) -> None:
        self.twin = twin
        self.host = host
        self.batches: list[SampleBatch] = []
        host.broker.subscribe(self.batches.append)

    def connect(self, plugin: str, *connections: dict[str, Any], **settings: Any) -> Worker:
        """Write connections into the project and start their connector."""
        plugin_id = f"shapan.{plugin}"
        if settings:
            self.host.set_settings(plugin_id, settings)
        self.write(plugin, *connections)
        record = self.host.records[plugin_id]
        worker = self.host.worker(plugin_id, "connector", record.manifest.connectors[0].id)
        worker.start()
        return worker

    def write(self, plugin: str, *connections: dict[str, Any]) -> None:
        """Write connections into the project."""
        access = self.host.records[f"shapan.{plugin}"].access
        assert access is not None
        made = [Connection.model_validate({"id": f"c{n}", **c}) for n, c in enumerate(connections)]
        access.storage().write(CONNECTIONS_FILE, connections_document(made))

    def rows(self) -> list[tuple[str, str, int, float, int]]:
        """Return (entity, indicator, time, value, quality) of all that came."""
        whole = concatenate(list(self.batches))
        names, indicators = whole.keys.entities, whole.keys.indicators
        return [
            (names[e], indicators[i], t, v, q)
            for e, i, t, v, q in zip(
                whole.entity.tolist(), whole.indicator.tolist(), whole.time_us.tolist(),
                whole.value.tolist(), whole.quality.tolist(),
            )
        ]  # fmt: skip

    def values(self, entity: str, indicator: str) -> list[float]:
        """Return the values of a series as they came."""
        return [v for e, i, _t, v, _q in self.rows() if (e, i) == (entity, indicator)]

    def status(self, worker: Worker, number: int = 0) -> dict[str, Any]:
        """Return what the connector says of a connection."""
        found: dict[str, Any] = worker.call("status").result(20)["connections"][number]
        return found

    def wait_for(self, worker: Worker, state: str, timeout_s: float = 20.0) -> dict[str, Any]:
        """Wait until the first connection is in a state; return its status."""
        last: dict[str, Any] = {}

        def there() -> bool:
            found = worker.call("status").result(20)["connections"]
            last.update(found[0] if found else {})
            return last.get("state") == state

        try:
            wait_until(there, timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{last}\n{worker.access.log.text()[-3000:]}") from error
        return last


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """Three pumps with codes, a tank and a truck."""
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    with Twin.create(tmp_path / "works.shapan", frame, "Works") as twin:
        pumps = [
            Entity(f"pump-{n}", "pump", f"P-0{n}", (10.0 * n, 0.0, 0.0),
                   codes=Codes(management=f"31-00{n}"))
            for n in range(3)
        ]  # fmt: skip
        twin.execute(
            AddEntities([*pumps, Entity("tank", "tank", "水箱"), Entity("t", "truck", "T")])
        )
        services = HostServices(twin)
        services.types = lambda: catalogue_of(twin)
        host = Plugins(
            services, PluginState(tmp_path / "config"), table=Contributions(), installed=False
        )
        host.discover()
        yield Works(twin, host)
        host.close()
