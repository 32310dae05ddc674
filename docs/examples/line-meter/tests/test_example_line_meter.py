"""The connector against a real server, which goes away and comes back."""

from __future__ import annotations

import socket
import threading
from typing import Any


class Server:
    """Sends lines to whoever connects."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Take connections."""
        while True:
            try:
                self.connections.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        """End it."""
        self.listener.close()
        for connection in self.connections:
            connection.close()


def test_values_arrive_and_a_lost_connection_is_made_again(shapan_plugin: Any) -> None:
    server = Server()
    shapan_plugin.set_settings(port=server.port)
    worker = shapan_plugin.start("meter")
    shapan_plugin.wait_until(lambda: worker.status[0] == "connected")
    shapan_plugin.wait_until(lambda: server.connections)
    server.connections[0].sendall(b"pump-0/flow 2.5\nnonsense\npump-1/flow 3\n")
    shapan_plugin.wait_until(lambda: sum(map(len, shapan_plugin.published)) == 2)
    last = shapan_plugin.last()
    assert sorted(last.value.tolist()) == [2.5, 3.0]
    server.connections[0].close()
    shapan_plugin.wait_until(lambda: len(server.connections) == 2)
    server.connections[1].sendall(b"pump-0/flow 4\n")
    shapan_plugin.wait_until(lambda: sum(map(len, shapan_plugin.published)) == 3)
    assert worker.restarts == 0
    server.close()
