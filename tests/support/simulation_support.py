"""A host with the built-in simulators, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from twin_model.contributions import Contributions
from twin_model.frame import Frame
from twin_model.twin import Twin


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Twin]:
    """An empty project."""
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    with Twin.create(tmp_path / "city.shapan", frame, "City") as made:
        yield made


@pytest.fixture
def host(tmp_path: Path, city: Twin) -> Iterator[Plugins]:
    """The built-in plugins on that project."""
    made = Plugins(
        HostServices(city), PluginState(tmp_path / "config"), table=Contributions(),
        installed=False,
    )  # fmt: skip
    made.discover()
    yield made
    made.close()
