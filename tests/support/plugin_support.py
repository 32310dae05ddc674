"""Plugins written into a folder of the test's, and a host without a window that runs them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from twin_model.commands import AddEntities
from twin_model.contributions import Contributions
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.twin import Twin

MakeHost = Callable[..., Plugins]

MANIFEST = """
[plugin]
id = "{id}"
name = "{name}"
version = "1.0.0"
sdk = ">=0.2,<1"
{more}
"""


def write_plugin(
    folder: Path, package: str, more: str, code: str = "", plugin_id: str = ""
) -> Path:
    """Write a plugin project with one module ``code`` beside its manifest; return its package."""
    place = folder / package / "src" / package
    place.mkdir(parents=True, exist_ok=True)
    name = package.replace("_", " ").capitalize()
    manifest = MANIFEST.format(
        id=plugin_id or f"org.test.{package}", name=name, more=textwrap.dedent(more)
    )
    (place / "shapan.toml").write_text(manifest, encoding="utf-8")
    (place / "__init__.py").write_text("", encoding="utf-8")
    (place / "code.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return place


def wait_until(true: Callable[[], object], timeout_s: float = 45.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, f"still not so after {timeout_s:g} s"
        time.sleep(0.01)


@pytest.fixture
def plugin_folder(tmp_path: Path) -> Path:
    """Where plugins of the test are developed."""
    folder = tmp_path / "development"
    folder.mkdir()
    return folder


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    """A project with three pumps."""
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    with Twin.create(tmp_path / "works.shapan", frame, "Works") as made:
        pumps = [Entity(f"pump-{n}", "pump", f"Pump {n}", (10.0 * n, 0.0, 0.0)) for n in range(3)]
        made.execute(AddEntities(pumps))
        yield made


@pytest.fixture
def make_host(tmp_path: Path, plugin_folder: Path) -> Iterator[MakeHost]:
    """Make hosts that see the test's plugins; all are closed at the end."""
    made: list[Plugins] = []

    def make(
        twin: Twin | None = None,
        *,
        services: HostServices | None = None,
        safe_mode: bool = False,
    ) -> Plugins:
        state = PluginState(tmp_path / "config")
        state.add_development_folder(plugin_folder)
        host = Plugins(
            services or HostServices(twin), state, table=Contributions(), safe_mode=safe_mode,
            installed=False,
        )  # fmt: skip
        made.append(host)
        host.discover()
        return host

    yield make
    for host in made:
        host.close()
