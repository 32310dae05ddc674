"""The wizard of connections, with a real Mosquitto and a real OPC UA server."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asyncua import Server, ua
from PySide6.QtCore import Qt

from app.connections.mapping_page import MappingPage
from app.connections.preview import Previewer, Seen
from app.connections.suggesting import suggest
from app.editing import schema
from broker_support import Broker, broker, free_port
from plugins.builtin.connecting.connections import Connection
from plugins.builtin.connecting.resolving import Target
from plugins.builtin.mqtt.sparkplug import payload_type
from twin_model.commands import AddEntities
from twin_model.entity import Codes, Entity
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.connections.wizard import ConnectionWizard
    from app.window import MainWindow

__all__ = ["broker", "make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui


def with_pumps(window: MainWindow) -> None:
    pumps = [
        Entity(f"pump-{n}", "pump", f"P-0{n}", (10.0 * n, 0.0, 0.0), codes=Codes(f"31-00{n}"))
        for n in range(3)
    ]
    window.session.required.execute(AddEntities(pumps))


def open_wizard(qtbot: QtBot, window: MainWindow, plugin: str, address: str) -> ConnectionWizard:
    window.docks.show("connections")
    panel = window.live.connections
    qtbot.waitUntil(panel.isVisible)
    wizard = panel.add()
    wizard.source.set_kind(plugin)
    wizard.source.address.setText(address)
    return wizard


def states(wizard: ConnectionWizard) -> dict[str, str]:
    model = wizard.mapping.model
    return {
        line.name: str(model.data(model.index(row, 5)))
        for row, line in enumerate(model.preview.lines)
    }


def test_a_broker_is_looked_at_mapped_started_stopped_and_removed_and_all_of_it_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path, broker: Broker
) -> None:
    window = make_window(project)
    with_pumps(window)
    client = broker.publisher()
    stop = threading.Event()

    def publish() -> None:
        while not stop.wait(0.2):
            for n in range(3):
                body = json.dumps({"value": 36.0 + n, "unit": "l/min"})
                client.publish(f"plant/31-00{n}/flow_now_m3_h", body)
            client.publish("plant/31-009/flow_now_m3_h", json.dumps({"value": 1.0}))
            client.publish("office/lamp", "on")

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        wizard = open_wizard(qtbot, window, "shapan.mqtt", f"mqtt://127.0.0.1:{broker.port}")
        wizard.source.name.setText("Plant")
        wizard.source.user.setText("shapan")
        wizard.source.secret.setText("s3cret")
        qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(wizard.look.state.seen) == 5, timeout=30_000)
        form = wizard.mapping.form
        qtbot.waitUntil(lambda: form.fields["source"].text() == "plant/{entity}/{indicator}")
        qtbot.waitUntil(lambda: wizard.mapping.model.preview.matched == 3, timeout=10_000)
        assert form.problem.text() == ""
        said = states(wizard)["plant/31-000/flow_now_m3_h"]
        assert said == "comes in l/min, taken for m³/h: state the unit that comes"
        form.fields["unit"].setText("l/s")
        qtbot.waitUntil(
            lambda: (
                {"129.6 m³/h"}
                <= {wizard.mapping.model.data(wizard.mapping.model.index(r, 4)) for r in range(5)}
            ),
            timeout=10_000,
        )
        found = states(wizard)
        assert found["plant/31-009/flow_now_m3_h"] == "no such entity"
        assert found["plant/31-000/flow_now_m3_h"].startswith("goes in")
        assert found["office/lamp"].startswith(("no template", "no such entity"))
        assert "unknown" in wizard.mapping.make_new.text()
        form.match.setCurrentIndex(form.match.findData("management"))
        wizard.mapping.make_new.setChecked(True)
        wizard.mapping._choose_type("pump")
        while len(wizard.mapping._mappings) > 1:  # the lamp is left out
            wizard.mapping.which.setCurrentIndex(len(wizard.mapping._mappings) - 1)
            wizard.mapping._remove()
        qtbot.waitUntil(lambda: wizard.mapping.model.preview.unknown == ["31-009"], timeout=10_000)
        qtbot.mouseClick(wizard.finish, Qt.MouseButton.LeftButton)

        panel = window.live.connections
        qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=15_000)
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "connected", timeout=30_000)
        hub = window.live.session.live.hub
        qtbot.waitUntil(lambda: hub.last("pump-0", "flow_now_m3_h") is not None, timeout=20_000)
        sample = hub.last("pump-0", "flow_now_m3_h")
        assert sample is not None and sample.value == pytest.approx(129.6)
        new = window.session.required.entities()
        made = [entity for entity in new if entity.codes.management == "31-009"]
        assert [(entity.type, entity.name) for entity in made] == [("pump", "31-009")]
        qtbot.waitUntil(lambda: panel.model.rate(panel.model.lines[0]) > 5, timeout=15_000)
        qtbot.waitUntil(lambda: "samples" in panel.figures.text(), timeout=10_000)

        # The password is not in the project, and nobody else can read where it is.
        texts = [f.read_bytes() for f in project.rglob("connections.json")]
        assert texts and all(b"s3cret" not in text for text in texts)
        place = Path(panel.book.secret_place)
        if place.is_file():
            assert stat.S_IMODE(place.stat().st_mode) == 0o600

        panel.table.selectRow(0)
        panel.edit()
        again = panel.wizard
        assert again is not None
        assert again.source.secret.text() == "s3cret"
        assert again.mapping.form.fields["unit"].text() == "l/s"
        again.reject()

        panel.switch()
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "off", timeout=15_000)
        panel.switch()
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "connected", timeout=20_000)
        qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: panel.model.rowCount() == 0, timeout=15_000)
        assert panel.book.secret("shapan.mqtt", "plant") == ""

        twin = window.session.required
        assert twin.undo_label == "Remove connection Plant"
        window.session.undo()
        qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=15_000)
        assert panel.book.secret("shapan.mqtt", "plant") == "s3cret"
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "connected", timeout=20_000)
        assert twin.undo_label == "Start connection Plant"
        window.session.undo()
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "off", timeout=15_000)
        assert twin.undo_label == "Stop connection Plant"
        window.session.undo()
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "connected", timeout=20_000)
        assert twin.undo_label == "Connect Plant"
        window.session.undo()
        qtbot.waitUntil(lambda: panel.model.rowCount() == 0, timeout=15_000)
        window.session.redo()
        qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=15_000)
        assert panel.model.lines[0].connection.mappings[0].unit == "l/s"
        assert panel.book.secret("shapan.mqtt", "plant") == "s3cret"

        # After a restart nobody knows the password any more: it is asked for.
        panel.remove()
        qtbot.waitUntil(lambda: panel.model.rowCount() == 0, timeout=15_000)
        panel.editing._opened()
        window.session.undo()
        qtbot.waitUntil(lambda: "write it again" in window.overlays.notice.text, timeout=15_000)
        asking = panel.wizard
        assert asking is not None and asking.source.name.text() == "Plant"
        assert (asking.source.user.text(), asking.source.secret.text()) == ("shapan", "")
        asking.reject()
    finally:
        stop.set()
        thread.join()
        client.disconnect()
        client.loop_stop()


class EdgeNode:
    """A Sparkplug node with a pump and its name, that tells its births when it is asked to.

    Parameters
    ----------
    broker : Broker
    """

    def __init__(self, broker: Broker) -> None:
        self.births = 0
        self._client = broker.publisher()
        self._client.on_message = lambda _c, _d, _m: self.be_born()
        self._client.subscribe("spBv1.0/works/NCMD/hall")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def be_born(self) -> None:
        """Tell what the node and its devices measure."""
        self.births += 1
        node = payload_type()()
        node.metrics.add(name="Node Control/Rebirth", datatype=11).boolean_value = False
        node.metrics.add(name="bdSeq", datatype=8).long_value = 0
        self._client.publish("spBv1.0/works/NBIRTH/hall", node.SerializeToString())
        for number, code in enumerate(("31-000", "31-001")):
            device = payload_type()()
            for alias, (name, kind, field, value, unit) in enumerate((
                ("Flow rate", 9, "float_value", 60.0, "l/min"),
                ("Bearing/Temperature", 10, "double_value", 68.0, "degF"),
                ("Flow setpoint", 9, "float_value", 90.0, "l/min"),
                ("Running", 11, "boolean_value", True, ""),
            )):  # fmt: skip
                metric = device.metrics.add(name=name, alias=10 * number + alias, datatype=kind)
                setattr(metric, field, value)
                if unit:
                    metric.properties.keys.append("engUnit")
                    metric.properties.values.add(type=12, string_value=unit)
            self._client.publish(f"spBv1.0/works/DBIRTH/hall/{code}", device.SerializeToString())

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            data = payload_type()()
            data.timestamp = time.time_ns() // 1_000_000
            data.metrics.add(alias=10).float_value = 120.0  # the flow of 31-001
            self._client.publish("spBv1.0/works/DDATA/hall/31-001", data.SerializeToString())

    def close(self) -> None:
        """Stop it."""
        self._stop.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()


def test_metrics_of_sparkplug_births_are_proposed_with_their_units_and_go_in(
    qtbot: QtBot, make_window: MakeWindow, project: Path, broker: Broker
) -> None:
    window = make_window(project)
    with_pumps(window)
    node = EdgeNode(broker)
    try:
        wizard = open_wizard(qtbot, window, "shapan.mqtt", f"mqtt://127.0.0.1:{broker.port}")
        wizard.go_on()
        # Births are not kept by brokers: the look asks for them.
        qtbot.waitUntil(lambda: len(wizard.look.state.seen) == 8, timeout=30_000)
        assert node.births >= 1
        page = wizard.mapping
        qtbot.waitUntil(lambda: page.model.preview.matched == 8, timeout=15_000)
        proposed = {one.source: (one.indicator, one.unit) for one in page.mappings() or []}
        assert proposed == {
            "works/hall/{entity}/Flow rate": ("flow_now_m3_h", "l/min"),
            "works/hall/{entity}/Bearing/Temperature": ("bearing_temperature_degc", "degF"),
            "works/hall/{entity}/Flow setpoint": ("Flow setpoint", ""),
            "works/hall/{entity}/Running": ("Running", ""),
        }
        model = page.model
        rows = {line.name: row for row, line in enumerate(model.preview.lines)}
        row = rows["works/hall/31-000/Flow rate"]
        shown = [str(model.data(model.index(row, column))) for column in range(6)]
        assert shown[1] == "60.0 l/min · Float"
        assert shown[2:5] == ["P-00", "Flow", "3.60 m³/h"]
        assert shown[5].startswith("goes in")
        row = rows["works/hall/31-000/Bearing/Temperature"]
        assert str(model.data(model.index(row, 4))) == "20.00 °C"
        wizard.keep()
        live = window.live.session.live

        def flow() -> float:
            sample = live.hub.last("pump-1", "flow_now_m3_h")
            return 0.0 if sample is None else sample.value

        qtbot.waitUntil(lambda: flow() == pytest.approx(7.2), timeout=30_000)
    finally:
        node.close()


class UaServer:
    """A real OPC UA server in a thread, with a pump and a valve.

    Parameters
    ----------
    port : int
    """

    def __init__(self, port: int) -> None:
        self.address = f"opc.tcp://127.0.0.1:{port}/"
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(20)

    async def _run(self) -> None:
        server = Server()
        await server.init()
        server.set_endpoint(self.address)
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await server.register_namespace("urn:test")
        plant = await server.nodes.objects.add_object(space, "Plant")
        for name in ("P-00", "P-01"):
            pump = await plant.add_object(space, name)
            await pump.add_variable(f"ns={space};s={name}.flow", "flow_now_m3_h", 12.5)
            await pump.add_variable(f"ns={space};s={name}.running", "running", True)
        async with server:
            self._ready.set()
            while not self._stop.is_set():
                await asyncio.sleep(0.1)

    def close(self) -> None:
        """Stop it."""
        self._stop.set()
        self._thread.join(20)


@pytest.fixture
def ua_server() -> Iterator[UaServer]:
    made = UaServer(free_port())
    yield made
    made.close()


def test_variables_of_an_opc_ua_server_are_browsed_with_their_values_and_mapped(
    qtbot: QtBot, make_window: MakeWindow, project: Path, ua_server: UaServer
) -> None:
    window = make_window(project)
    with_pumps(window)
    wizard = open_wizard(qtbot, window, "shapan.opcua", ua_server.address)
    qtbot.mouseClick(wizard.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(wizard.look.state.seen) == 5, timeout=40_000)
    assert {one.content for one in wizard.look.state.seen} == {"12.5", "True", ""}
    qtbot.waitUntil(lambda: wizard.mapping.model.preview.matched == 4, timeout=15_000)
    assert wizard.mapping.form.fields["source"].text() == "Plant/{entity}/{indicator}"
    qtbot.mouseClick(wizard.finish, Qt.MouseButton.LeftButton)
    live = window.live.session.live
    panel = window.live.connections
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=15_000)
    try:
        qtbot.waitUntil(lambda: panel.model.lines[0].state == "connected", timeout=30_000)
        qtbot.waitUntil(
            lambda: live.hub.last("pump-1", "flow_now_m3_h") is not None, timeout=20_000
        )
    except Exception as error:
        raise AssertionError(str(panel.model.lines[0])) from error


def test_an_address_that_does_not_answer_says_so_and_can_be_corrected(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    wizard = open_wizard(qtbot, window, "shapan.mqtt", f"mqtt://127.0.0.1:{free_port()}")
    wizard.go_on()
    qtbot.waitUntil(lambda: "refused" in wizard.mapping.state.text().lower(), timeout=30_000)
    assert wizard.mapping.state.objectName() == "error"
    wizard.go_back()
    assert wizard.next.isVisible()
    wizard.reject()
    assert not list(project.rglob("connections.json"))


def test_nothing_is_said_to_be_connected_or_not_before_connectors_are_found(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    window.docks.show("connections")
    panel = window.live.connections
    qtbot.waitUntil(panel.first.isVisible, timeout=20_000)
    monkeypatch.setattr(panel.book.host, "records", {})
    panel.refresh()
    qtbot.waitUntil(lambda: not panel.first.isVisible(), timeout=10_000)


def test_columns_of_a_file_are_mapped_and_played(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project)
    with_pumps(window)
    file = tmp_path / "day.csv"
    rows = [f"{1_700_000_000 + n},{n / 10},{n}" for n in range(50)]
    file.write_text("\n".join(["time,P-00.flow_now_m3_h,P-01.flow_now_m3_h", *rows]))
    wizard = open_wizard(qtbot, window, "shapan.file_replay", str(file))
    wizard.source.options["speed"].set_value(0)
    wizard.go_on()
    qtbot.waitUntil(lambda: wizard.mapping.model.preview.matched == 2, timeout=15_000)
    assert wizard.mapping.form.fields["source"].text() == "{entity}.{indicator}"
    wizard.keep()
    live = window.live.session.live
    qtbot.waitUntil(
        lambda: (
            (found := live.hub.last("pump-1", "flow_now_m3_h")) is not None and found.value == 49
        ),
        timeout=30_000,
    )
    panel = window.live.connections
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1 and panel.model.lines[0].state == "ended",
                    timeout=15_000)  # fmt: skip


def test_an_edit_is_undone_with_the_password_that_belonged_to_the_address(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    window.docks.show("connections")
    panel = window.live.connections
    qtbot.waitUntil(panel.isVisible)
    editing, book = panel.editing, panel.book
    first = Connection.model_validate({
        "id": "api", "name": "API", "address": "http://127.0.0.1:9/a", "enabled": False,
        "mappings": [{"source": "/x", "records": "data"}],
    })  # fmt: skip
    second = first.model_copy(update={"address": "http://127.0.0.1:9/b"})

    def shown(address: str, secret: str) -> None:
        qtbot.waitUntil(
            lambda: (
                [line.connection.address for line in panel.model.lines] == [address]
                and book.secret("shapan.http_polling", "api") == secret
            ),
            timeout=15_000,
        )

    editing.note(editing.proposal("shapan.http_polling", first, "one"))
    shown(first.address, "one")
    editing.note(editing.proposal("shapan.http_polling", second, "k3y-two"))
    shown(second.address, "k3y-two")
    assert window.session.required.undo_label == "Edit connection API"
    window.session.undo()
    shown(first.address, "one")
    window.session.redo()
    shown(second.address, "k3y-two")
    assert editing.proposal("shapan.http_polling", second, "k3y-three") is None
    assert book.secret("shapan.http_polling", "api") == "k3y-three"
    files = [file for file in project.rglob("*") if file.is_file()]
    telling = [file.name for file in files if b"k3y-" in file.read_bytes()]
    assert not telling

    # What somebody writes into the file by hand stays, until that connection itself is undone.
    other = Connection.model_validate({"id": "hand", "address": "http://127.0.0.1:9/c",
                                       "enabled": False})  # fmt: skip
    book.keep("shapan.http_polling", other)
    window.session.undo()
    qtbot.waitUntil(lambda: {"api", "hand"} == {c.connection.id for c in panel.model.lines},
                    timeout=15_000)  # fmt: skip
    qtbot.waitUntil(lambda: book.connection("shapan.http_polling", "api") == first)


# -- proposals, without a window -----------------------------------------------------------


def known(*names: str) -> Any:
    return lambda texts: {t: Target(t, "pump") if t in names else None for t in texts}


@pytest.mark.parametrize(
    ("seen", "source", "more"),
    [
        ([("a/P-1/flow", "1"), ("a/P-2/flow", "2")], "a/{entity}/{indicator}", {}),
        ([("flow/P-1", "1"), ("flow/P-2", "2")], "{indicator}/{entity}", {}),
        ([("x/P-1", '{"flow": 1, "head": 2}')], "x/{entity}", {"value": "*"}),
        ([("x/P-1/flow", '{"value": 1, "t": 3}')], "x/{entity}/{indicator}", {"value": ""}),
        ([("P-1", "1"), ("P-2", "1")], "{entity}", {"indicator": "value"}),
        ([("/api", '[{"tag": "P-1", "flow": 1}]')], "/api", {"entity": "{tag}", "value": "*"}),
        ([("/api", '{"data": [{"id": "P-1", "v": 1, "metric": "q"}]}')], "/api",
         {"records": "data", "entity": "{id}", "indicator": "{metric}"}),
        ([("x/P-1", '{"lon": 121.5, "lat": 31.2, "v": 1}')], "x/{entity}", {}),
    ],
)  # fmt: skip
def test_what_is_proposed_fits_the_names(
    seen: list[tuple[str, str]], source: str, more: dict[str, str]
) -> None:
    found = suggest([Seen(*one) for one in seen], known("P-1", "P-2"))
    assert found[0].source == source
    assert {name: getattr(found[0], name) for name in more} == more
    assert bool(found[-1].position) == ("lon" in seen[0][1])


@pytest.mark.parametrize(
    ("metrics", "proposed"),
    [
        ([("plant/edge/P-1", "flow_now_m3_h", "m3/h")], {"plant/edge/{entity}/{indicator*}": ""}),
        ([("plant/edge/P-1", "Flow", "GPM")], {"plant/edge/{entity}/Flow": "flow_now_m3_h"}),
        # Inlet or outlet? Nobody knows.
        ([("plant/edge/P-1", "Pressure", "bar"), ("plant/edge/P-1", "Flow", "l/s")],
         {"plant/edge/{entity}/Pressure": "Pressure", "plant/edge/{entity}/Flow": "flow_now_m3_h"}),
        # Called alike, and measures something else.
        ([("plant/edge/P-1", "Flow", "bar"), ("plant/edge/P-2", "Flow", "bar")],
         {"plant/edge/{entity}/{indicator*}": ""}),
        # Two that would be one series.
        ([("plant/edge/P-1", "Flow value", "l/s"), ("plant/edge/P-1", "Flow rate", "l/s")],
         {"plant/edge/{entity}/{indicator*}": ""}),
        # The node is the pump; another node's is unknown.
        ([("plant/P-1", "流量", "l/s"), ("plant/P-9", "流量", "l/s")],
         {"plant/{entity}/流量": "flow_now_m3_h"}),
        # A folder is the pump.
        ([("plant/edge", "P-1/Flow", "l/s"), ("plant/edge", "P-2/Flow", "l/s"),
          ("plant/edge", "Uptime", "s")], {"plant/edge/{entity}/Flow": "flow_now_m3_h"}),
    ],
)  # fmt: skip
def test_what_births_tell_is_proposed_where_names_and_units_agree(
    metrics: list[tuple[str, str, str]], proposed: dict[str, str]
) -> None:
    seen = [
        Seen(f"{source}/{metric}", "1.0", "", metric, "Float", unit)
        for source, metric, unit in metrics
    ]
    found = suggest(seen, known("P-1", "P-2"), schema.catalogue().indicators)
    assert {one.payload for one in found} == {"sparkplug"}
    plain = {one.source: one.indicator.replace("{indicator}", "") for one in found}
    assert plain == proposed


def test_values_within_objects_are_proposed_with_their_units_and_others_are_told(
    make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin = window.session.required
    twin.execute(AddEntities([Entity(f"p{n}", "pump", f"P-{n}") for n in range(2)]))
    content = json.dumps({
        "rpm": 1400, "data": {"Flow": {"value": 2.0, "unit": "l/s", "ts": 1_700_000_000}},
        "motor": {"amps": 3.5}, "ends": [1, 2],
    })  # fmt: skip
    seen = [Seen(f"x/P-{n}", content) for n in range(2)]
    previewer = Previewer(twin, schema.catalogue())
    found = suggest(seen, previewer.resolve, previewer.indicators)
    assert [(one.indicator, one.value, one.unit, one.time) for one in found] == [
        ("{indicator}", "*", "", ""),
        ("flow_now_m3_h", "data.Flow.value", "l/s", "data.Flow.ts"),
    ]
    preview = previewer.preview(seen, found)
    lines = {(line.name, line.indicator): line for line in preview.lines}
    assert lines["x/P-1", "rpm"].value == 1400
    flow = lines["x/P-1", "flow_now_m3_h"]
    assert (flow.value, flow.unit) == (pytest.approx(7.2), "m^3/h")
    assert flow.time_us == 1_700_000_000_000_000 and not flow.problem
    assert preview.left_out == {"ends": 2, "motor.amps": 2}
    page = MappingPage(window.theme)
    page.show_preview(preview)
    page.set_mappings(found)
    assert page.summary.text().splitlines()[1] == (
        "Left out within messages: ends, motor.amps."
        " A mapping takes one with its path in “Value at”."
    )
    assert page.which.itemText(1) == "x/{entity}  →  flow_now_m3_h"
    # Where a record has nothing else, nothing else is proposed.
    alone = [Seen("x/P-1", '{"flow_now_m3_h": {"value": 1, "unit": "m3/h"}}')]
    assert [one.value for one in suggest(alone, previewer.resolve, previewer.indicators)] == [
        "flow_now_m3_h.value"
    ]


def test_a_thousand_names_are_previewed_within_half_a_second(
    make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin = window.session.required
    twin.execute(AddEntities([Entity(f"p{n}", "pump", f"P-{n}") for n in range(1000)]))
    seen = [Seen(f"plant/P-{n}/flow_now_m3_h", f'{{"value": {n}}}') for n in range(1000)]
    previewer = Previewer(twin, schema.catalogue())
    mappings = suggest(seen, previewer.resolve)
    begun = time.process_time()
    found = previewer.preview(seen, mappings)
    taken_s = time.process_time() - begun
    assert found.matched == 1000
    print(f"{taken_s * 1e3:.0f} ms of processor")
    assert taken_s < 0.5


def test_every_dock_of_ours_that_is_made_at_the_start_has_its_panel(
    make_window: MakeWindow,
) -> None:
    from app.panels.table import own_docks

    window = make_window()
    made = [entry.id for entry in own_docks() if not entry.details["offered"]]
    empty = [name for name in made if not window.docks.dock(name).widget().layout().count()]
    assert "connections" in made and not empty
