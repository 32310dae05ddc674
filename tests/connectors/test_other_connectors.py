"""OPC UA, HTTP, WebSocket and replay against real servers on loopback."""

from __future__ import annotations

import asyncio
import http.server
import json
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncua import Server, ua
from asyncua.crypto.permission_rules import SimpleRoleRuleset
from websockets.sync.server import serve

from broker_support import free_port
from connector_support import Works, works
from plugin_support import wait_until

__all__ = ["works"]


class OpcUaServer:
    """A real asyncua server in a thread of its own.

    Parameters
    ----------
    port : int
    secure : Path, optional
        Folder with ``server.der`` and ``server.pem``: then only encrypted sessions are taken.
    """

    def __init__(self, port: int, secure: Path | None = None) -> None:
        self.port = port
        self._secure = secure
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self.nodes: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/")
        if self._secure:
            server.set_security_policy(
                [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt],
                permission_ruleset=SimpleRoleRuleset(),
            )
            await server.load_certificate(str(self._secure / "server.der"))
            await server.load_private_key(str(self._secure / "server.pem"))
        else:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await server.register_namespace("http://test")
        plant = await server.nodes.objects.add_object(space, "Plant")
        for pump in ("pump-0", "pump-1"):
            place = await plant.add_object(space, pump)
            for name, value in (("inlet_pressure_kpa", 2.5), ("state", "stopped")):
                node_id = ua.NodeId(f"{pump}.{name}", space)
                self.nodes[f"{pump}.{name}"] = await place.add_variable(node_id, name, value)
        async with server:
            self._ready.set()
            await self._stop.wait()

    def write(self, name: str, value: Any, status: int = 0) -> None:
        """Give a variable a value."""
        data = ua.DataValue(ua.Variant(value), StatusCode=ua.StatusCode(status))
        work = self.nodes[name].write_value(data)
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


PLANT = {"source": "Plant/{entity}/inlet_pressure_kpa", "indicator": "inlet_pressure_kpa",
         "unit": "bar"}  # fmt: skip
STATE = {"source": "ns=2;s={entity}.state", "indicator": "state"}


def test_opc_ua_variables_are_browsed_subscribed_and_come_again_after_a_restart(
    works: Works,
) -> None:
    server = OpcUaServer(free_port())
    address = f"opc.tcp://127.0.0.1:{server.port}/"
    worker = works.connect("opcua", {"address": address, "mappings": [PLANT, STATE],
                                     "options": {"period_ms": 50}})  # fmt: skip
    try:
        works.wait_for(worker, "connected", 40)
        wait_until(lambda: len(works.rows()) >= 4)
        server.write("pump-0.inlet_pressure_kpa", 3.0)
        server.write("pump-1.inlet_pressure_kpa", 9.0, int(ua.StatusCodes.BadSensorFailure))
        server.write("pump-0.state", "running")
        pressure = "inlet_pressure_kpa"
        wait_until(lambda: works.values("pump-0", pressure)[-1:] == [pytest.approx(300.0)])
        wait_until(lambda: any(r[0] == "pump-1" and r[4] == 2 for r in works.rows()))
        assert works.values("pump-0", pressure)[0] == pytest.approx(250.0)
        texts = [t for b in works.batches if b.text is not None for t in b.text if t]
        wait_until(lambda: any(b.text is not None and "running" in b.text for b in works.batches))
        assert "stopped" in texts
    finally:
        server.stop()
    works.wait_for(worker, "waiting", 40)
    again = OpcUaServer(server.port)
    try:
        works.wait_for(worker, "connected", 60)
        again.write("pump-0.inlet_pressure_kpa", 4.0)
        wait_until(lambda: works.values("pump-0", pressure)[-1:] == [pytest.approx(400.0)])
    finally:
        again.stop()


def _problem(worker: Any) -> str:
    found = worker.call("status").result(20)["connections"]
    return str(found[0]["problem"]) if found else ""


def _opc_certificate(folder: Path, name: str, uri: str) -> None:
    (folder / f"{name}.cnf").write_text(
        f"[req]\ndistinguished_name=d\nx509_extensions=v\nprompt=no\n[d]\nCN={name}\n[v]\n"
        f"subjectAltName=URI:{uri},IP:127.0.0.1\n"
        "keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyCertSign\n"
        "extendedKeyUsage=serverAuth,clientAuth\n"
    )
    for words in (
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", f"{name}.cnf",
         "-keyout", f"{name}.pem", "-out", f"{name}.crt"],
        ["x509", "-in", f"{name}.crt", "-outform", "der", "-out", f"{name}.der"],
    ):  # fmt: skip
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def test_an_opc_ua_server_that_wants_encryption_gets_it_and_refuses_without(works: Works) -> None:
    folder = works.twin.path / "plugins" / "shapan.opcua"
    folder.mkdir(parents=True)
    _opc_certificate(folder, "server", "urn:freeopcua:python:server")
    _opc_certificate(folder, "client", "urn:shapan:client")
    _opc_certificate(folder, "stranger", "urn:freeopcua:python:server")
    server = OpcUaServer(free_port(), folder)
    address = f"opc.tcp://127.0.0.1:{server.port}/"
    options = {"policy": "Basic256Sha256", "certificate_file": f"{folder}/client.der",
               "key_file": f"{folder}/client.pem"}  # fmt: skip
    try:
        worker = works.connect("opcua", {"address": address, "mappings": [PLANT]})
        wait_until(lambda: _problem(worker), 60)
        assert not works.batches
        works.write("opcua", {"address": address, "mappings": [PLANT], "options": {
            **options, "server_certificate_file": f"{folder}/stranger.der"}})  # fmt: skip
        time.sleep(1.5)
        wait_until(lambda: _problem(worker), 60)
        assert not works.batches
        works.write("opcua", {"address": address, "mappings": [PLANT], "options": {
            **options, "server_certificate_file": f"{folder}/server.der"}})  # fmt: skip
        works.wait_for(worker, "connected", 60)
        wait_until(lambda: works.values("pump-0", "inlet_pressure_kpa"))
    finally:
        server.stop()


@pytest.fixture
def web() -> Iterator[tuple[str, dict[str, Any]]]:
    """A web server that answers with what the test put into a dict, by path."""
    answers: dict[str, Any] = {}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path)
            if found is None or (
                self.path == "/secret" and self.headers.get("Authorization") != "Bearer geheim"
            ):
                self.send_error(403)
                return
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    server = Threaded(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", answers
    server.shutdown()
    server.server_close()
    thread.join()


def test_http_lists_of_records_become_samples_and_bad_answers_are_counted(
    works: Works, web: tuple[str, dict[str, Any]]
) -> None:
    address, answers = web
    record = {"id": "pump-0", "name": "inlet_pressure_kpa", "value": 2, "time": 1_767_225_600}
    answers["/pumps"] = {"data": {"items": [record, {**record, "id": "31-001", "value": 3}]}}
    answers["/all"] = {"unit": "pump-2", "flow_now_m3_h": 9, "vibration_mm_s": 1.5, "note": "x"}
    answers["/broken"] = b'{"data": '
    answers["/secret"] = {"value": 7}
    worker = works.connect("http_polling", {
        "address": address, "options": {
            "every_s": 0.2, "paths": ["/pumps", "/all", "/broken", "/secret"], "bearer": True},
        "mappings": [
            {"source": "/pumps", "records": "data.items", "entity": "{id}", "indicator": "{name}"},
            {"source": "/all", "entity": "{unit}", "value": "*"},
            {"source": "/broken", "entity": "pump-0", "indicator": "x"},
            {"source": "/secret", "entity": "tank", "indicator": "level_m"},
        ],
    }, passwords=json.dumps({"c0": "geheim"}))  # fmt: skip
    wait_until(lambda: works.values("tank", "level_m") and works.status(worker)["malformed"] > 1)
    assert works.values("pump-0", "inlet_pressure_kpa")[0] == 2.0
    assert works.values("pump-1", "inlet_pressure_kpa")[0] == 3.0
    assert works.values("pump-2", "vibration_mm_s")[0] == 1.5
    assert works.status(worker)["state"] == "connected"
    works.host.set_settings("shapan.http_polling", {"passwords": "{}"})
    assert "403" in works.wait_for(worker, "refused")["problem"]


def test_a_websocket_is_listened_to_and_found_again(works: Works) -> None:
    port = free_port()
    said: list[str] = []

    def talk(socket: Any) -> None:
        said.append(socket.recv())
        for message in (
            {"channel": "pumps/pump-0", "value": 4, "indicator": "flow_now_m3_h"},
            {"channel": "other", "value": 4},
            {"channel": "pumps/pump-1", "value": {"a": 1}, "indicator": "flow_now_m3_h"},
        ):
            socket.send(json.dumps(message))
        socket.send("no JSON")
        time.sleep(0.3)

    def begin() -> Callable[[], None]:
        server = serve(talk, "127.0.0.1", port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def end() -> None:
            server.shutdown()
            thread.join()

        return end

    end = begin()
    worker = works.connect("websocket_json", {
        "address": f"ws://127.0.0.1:{port}/live",
        "options": {"channel": "channel", "say": ['{"subscribe": "pumps"}']},
        "mappings": [{"source": "pumps/{entity}", "entity": "{entity}"}],
    })  # fmt: skip
    wait_until(lambda: works.values("pump-0", "flow_now_m3_h"))
    wait_until(lambda: works.status(worker)["malformed"] >= 2)
    assert works.status(worker)["unmapped"] >= 1
    assert said[0] == '{"subscribe": "pumps"}'
    end()
    works.wait_for(worker, "waiting")
    count = len(works.values("pump-0", "flow_now_m3_h"))
    end = begin()
    wait_until(lambda: len(works.values("pump-0", "flow_now_m3_h")) > count)
    works.host.worker("shapan.websocket_json", "connector", "websocket").stop()
    end()


def test_files_are_played_in_time_paused_and_hurried(works: Works) -> None:
    folder = works.twin.path / "plugins" / "shapan.file_replay"
    folder.mkdir(parents=True)
    lines = ["time,pump-0.flow_now_m3_h,P-01.flow_now_m3_h,note"]
    lines += [f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z,{n},{n + 100}," for n in range(600)]
    (folder / "flow.csv").write_text("\n".join(lines))
    worker = works.connect("file_replay", {
        "address": "flow.csv", "options": {"speed": 20.0},
        "mappings": [{"source": "{entity}.{indicator}", "unit": "l/s"}],
    })  # fmt: skip
    wait_until(lambda: len(works.values("pump-0", "flow_now_m3_h")) > 20)
    worker.call("control", connection="c0", paused=True).result(10)
    time.sleep(0.3)
    paused_at = len(works.values("pump-0", "flow_now_m3_h"))
    assert paused_at < 300
    time.sleep(0.5)
    assert len(works.values("pump-0", "flow_now_m3_h")) == paused_at
    worker.call("control", connection="c0", paused=False, speed=0).result(10)
    works.wait_for(worker, "ended")
    # How it stands and what it sent come different ways.
    wait_until(lambda: len(works.values("pump-0", "flow_now_m3_h")) == 600)
    wait_until(lambda: len(works.values("pump-1", "flow_now_m3_h")) == 600)
    assert works.values("pump-0", "flow_now_m3_h") == pytest.approx([3.6 * n for n in range(600)])
    assert works.values("pump-1", "flow_now_m3_h")[-1] == pytest.approx(3.6 * 699)
    times = [t for e, _i, t, *_ in works.rows() if e == "pump-0"]
    assert abs(times[0] / 1e6 - time.time()) < 60
    assert times[-1] - times[0] == 599_000_000
    works.write("file_replay", {"address": "../../twin.gpkg", "mappings": []})
    assert "no file of the project" in works.wait_for(worker, "waiting")["problem"]
