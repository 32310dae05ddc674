"""The connector: runs as long as a project is open, in a process that reaches one host only.

The server sends ``address value`` a line. MQTT, OPC UA and others have the same shape: a session
that subscribes to `PointMap.addresses`, and readings that `PointMap.batch` turns into samples.
"""

from __future__ import annotations

import socket

from shapan import MappedPoint, PointMap, Reading, WorkerContext, keep_connected

#: In a real one a table that the user chooses: ``PointMap.read(Path(settings["points"]))``.
POINTS = PointMap([MappedPoint("{entity}/{indicator}")])


class LineMeter:
    """See ``shapan.Connector``."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context

    def run(self) -> None:
        """Stay connected, trying again with growing pauses, until the worker is to end."""
        keep_connected(self.context, self.session)

    def session(self) -> None:
        """Be connected once; whatever it raises is told and tried again."""
        settings = self.context.settings
        address = (settings["host"], settings["port"])
        with socket.create_connection(address, timeout=5.0) as connection:
            self.context.report_status("connected", f"{address[0]}:{address[1]}")
            connection.settimeout(0.5)
            rest = b""
            while not self.context.stopping:
                try:
                    received = connection.recv(65536)
                except TimeoutError:
                    continue
                if not received:
                    return
                *lines, rest = (rest + received).split(b"\n")
                self.publish([line.decode() for line in lines])

    def publish(self, lines: list[str]) -> None:
        """Publish lines as one batch: of many small ones each costs as much."""
        readings = []
        for line in lines:
            address, _, value = line.partition(" ")
            try:
                readings.append(Reading(address, float(value)))
            except ValueError:
                self.context.log.warning("not a reading: %r", line[:80])
        batch = POINTS.batch(self.context.samples.keys, readings)
        if len(batch):
            # A broker would be told in `kept` that the values need not be sent again.
            self.context.samples.publish(batch)
