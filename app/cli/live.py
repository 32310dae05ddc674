"""shapan live: rules and alarms at work, with no window."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from app.cli.alarms import alarm_json, with_types
from app.cli.opening import open_project
from app.cli.output import Exit, print_warning
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import AlarmEvent
from twin_model.errors import SourceError, StoreError
from twin_model.live.hub import Hub
from twin_model.live.replay import Replay
from twin_model.operations import Operations, bind_rules
from twin_model.rules.rule_set import RuleSet, RuleStore, read_rules
from twin_model.rules.watch import Watch
from twin_model.samples import SampleBatch, concatenate
from twin_model.schema.types import Severity
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.store.sample_files import guess_mapping, read_samples
from twin_model.store.sample_history import SAMPLES, SampleHistory
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

_WAIT_S = 0.2


def live(arguments: argparse.Namespace) -> int:
    """Run rules and alarms on files, on what was recorded, or on what comes meanwhile."""
    if arguments.replay is not None:
        return _replay_history(arguments)
    with (
        open_project(arguments.project, write=True) as twin,
        Operations(twin, with_types(twin)) as operations,
    ):
        if arguments.rules:
            path = Path(arguments.rules)
            rules = _read_rules(path)
            actor = operations.desk(_user()).actor
            operations.save_rules(rules, actor, f"imported from {path.name}")
        for problem in operations.problems():
            print_warning(problem)
        printer = _Printer(arguments.json, operations.alarms)
        if not arguments.source:
            with _notifying(operations, wanted=True):
                return _run_connectors(arguments, operations, printer)
        batch = concatenate([_read(Path(s), arguments.entity) for s in arguments.source])
        _warn_of_strangers(twin, batch)
        with _notifying(operations, wanted=arguments.notify):
            _play(arguments, operations.hub, operations.watch, _given(batch), _period_of(batch))
        printer.summary(operations.hub, operations.problems())
        return Exit.PARTLY if operations.problems() else Exit.DONE


@contextlib.contextmanager
def _notifying(operations: Operations, *, wanted: bool) -> Iterator[None]:
    """Tell people of alarms meanwhile, as the project's rules of notification say."""
    if not (wanted and operations.rule_store.current().notifications):
        yield
        return
    from app.alarms.notifying import SECRETS, Notifying, Voices
    from app.alarms.sending import SendError
    from app.alarms.sounds import play
    from plugins.host.state import PluginState

    secrets, twin = PluginState().secrets, operations.twin

    def names(ids: Iterable[str]) -> dict[str, str]:
        found = {}
        for one in ids:
            with contextlib.suppress(StoreError):
                entity = twin.entity(one)
                found[one] = entity.name or entity.codes.management or one
        return found

    def ring(priority: Severity) -> None:
        try:
            play(priority)
        except SendError:
            print("\a", end="", file=sys.stderr, flush=True)  # the terminal's bell
            raise

    running = Notifying(operations, Voices(lambda name: secrets.get(SECRETS, name), names, ring))
    try:
        yield
        if not running.drain():
            print_warning(running.problem or "not everything was told in time")
    finally:
        running.close(wait=True)


def _run_connectors(
    arguments: argparse.Namespace, operations: Operations, printer: _Printer
) -> int:
    """Run the project's connections until time is up or Ctrl+C."""
    # The plugin host is not needed for files and replays.
    from app.cli.connected import connected, connection_lines

    operations.start_clock()
    interrupted = False
    with connected(operations) as host:
        try:
            _wait(arguments.seconds)
        except KeyboardInterrupt:
            interrupted = True  # what there was is told all the same
        connections, problems = connection_lines(host)
    problems = [*operations.problems(), *problems]
    printer.summary(operations.hub, problems, connections)
    for problem in problems:
        print_warning(problem)
    if interrupted:
        raise KeyboardInterrupt
    return Exit.PARTLY if problems else Exit.DONE


def _replay_history(arguments: argparse.Namespace) -> int:
    period = Interval(*(Instant.parse(text) for text in arguments.replay))
    with open_project(arguments.project, write=False) as twin:
        rules = _read_rules(Path(arguments.rules)) if arguments.rules else _saved_rules(twin)
        binding = bind_rules(twin, rules, with_types(twin))
        for problem in binding.problems:
            print_warning(str(problem))
        alarms = AlarmEngine(binding.alarm_points(), graph=CauseGraph.of(twin))
        printer = _Printer(arguments.json, alarms)
        hub = Hub()
        watch = Watch(hub, binding, alarms)
        history = SampleHistory(twin.path / SAMPLES, read_only=True)
        try:
            _play(arguments, hub, watch, history.batches, period)
        finally:
            history.close()
        printer.summary(hub, [])
    return Exit.DONE


def _saved_rules(twin: Twin) -> RuleSet:
    path = twin.path / ALARMS_FILE
    if not path.is_file():
        return RuleSet()
    with contextlib.closing(AlarmJournal(path, read_only=True)) as journal:
        return RuleStore(journal).current()


def _read_rules(path: Path) -> RuleSet:
    try:
        return read_rules(path.read_bytes(), str(path))
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error


def _read(path: Path, entity: str | None) -> SampleBatch:
    if entity is None:
        return read_samples(path)
    with contextlib.suppress(UnicodeDecodeError), path.open(encoding="utf-8") as stream:
        if path.suffix.lower() == ".csv":
            columns = [name.strip().strip('"') for name in stream.readline().split(",")]
            return read_samples(path, guess_mapping(columns, entity))
    raise SourceError(path, "--entity goes with CSV files", remedy="name a column 'entity' instead")


def _warn_of_strangers(twin: Twin, batch: SampleBatch) -> None:
    present = set(batch.keys.entities)
    known = {entity.id for entity in twin.entities()}
    strangers = sorted(present - known)
    if strangers:
        more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
        print_warning(f"no entity has the id {strangers[0]}{more}; recorded all the same")


def _given(batch: SampleBatch) -> Callable[[Interval], Iterable[SampleBatch]]:
    def batches(period: Interval) -> Iterator[SampleBatch]:
        inside = (batch.time_us >= period.start.us) & (batch.time_us < period.end.us)
        if inside.any():
            yield batch.select(inside)

    return batches


def _period_of(batch: SampleBatch) -> Interval:
    if not len(batch):
        return Interval(Instant(0), Instant(0))
    return Interval(Instant(int(batch.time_us.min())), Instant(int(batch.time_us.max()) + 1))


def _play(
    arguments: argparse.Namespace,
    hub: Hub,
    watch: Watch,
    batches: Callable[[Interval], Iterable[SampleBatch]],
    period: Interval,
) -> None:
    replay = Replay(hub, period, batches, arguments.speed, watch.tick)
    timer = None
    if arguments.seconds is not None and not math.isinf(arguments.speed):
        timer = threading.Timer(arguments.seconds, replay.stop)
        timer.start()
    try:
        replay.run()
    finally:
        if timer is not None:
            timer.cancel()


def _wait(seconds: float | None) -> None:
    until = time.monotonic() + (math.inf if seconds is None else seconds)
    while time.monotonic() < until:
        time.sleep(min(_WAIT_S, max(0.0, until - time.monotonic())))


class _Printer:
    """Prints events as they come, and a summary at the end."""

    def __init__(self, as_json: bool, alarms: AlarmEngine) -> None:
        self._json = as_json
        self._alarms = alarms
        self._lock = threading.Lock()
        self._raised = 0
        alarms.changed.connect(self._print)

    def _print(self, change: AlarmChange) -> None:
        with self._lock:
            for event in change.events:
                self._raised += event.kind == "raised"
                print(self._line(event), flush=True)

    def _line(self, event: AlarmEvent) -> str:
        point = self._alarms.points.get(event.point)
        if self._json:
            return _json_line({"event": event_json(event, point.name if point else "")})
        name = f"{point.name} ({point.entity})" if point else ""
        value = "" if math.isnan(event.value) else f" {event.value:g}"
        text = f": {event.text}" if event.text else ""
        return f"{Instant(event.at_us)}  {event.kind}  {event.priority}  {name}{value}{text}"

    def summary(
        self, hub: Hub, problems: list[str], connections: list[dict[str, Any]] | None = None
    ) -> None:
        """Print what there was, and which alarms stand."""
        counts = hub.counts()
        standing = self._alarms.alarms()
        if self._json:
            body: dict[str, Any] = {
                "samples": counts.received,
                "duplicates": counts.duplicates,
                "late": counts.late,
                "raised": self._raised,
                "in_flood": self._alarms.in_flood,
                "standing": [alarm_json(alarm) for alarm in standing],
                "problems": problems,
                "connections": connections or [],
            }
            print(_json_line({"summary": body}), flush=True)
            return
        print(
            f"{counts.received} samples ({counts.duplicates} duplicates, {counts.late} late), "
            f"{self._raised} alarms raised, {len(standing)} standing"
        )
        for one in connections or []:
            print(
                f"{one['name']} ({one['address']}): {one['state']}, {one['messages']} messages, "
                f"{one['samples']} samples, {one['unknown']} of unknown entities, "
                f"{one['unmapped']} unmapped, {one['malformed']} malformed"
            )


def event_json(event: AlarmEvent, name: str = "") -> dict[str, Any]:
    """Return the object that ``shapan live --json`` prints for an event."""
    return {
        "point": event.point,
        "name": name,
        "kind": str(event.kind),
        "at": str(Instant(event.at_us)),
        "state": str(event.after),
        "priority": str(event.priority),
        "value": None if math.isnan(event.value) else event.value,
        "occurrence": event.occurrence,
        "cause": event.cause or None,
        "who": event.who or None,
        "text": event.text or None,
    }


def _json_line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
