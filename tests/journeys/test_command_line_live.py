"""Samples in files to alarms, a list and a report, through the command line as a user types it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from broker_support import Broker, broker
from plugin_support import wait_until
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.store.sample_history import SAMPLES, SampleHistory
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

__all__ = ["broker"]

RULES = {
    "format": "shapan-rules",
    "version": 1,
    "rules": [
        {
            "id": "low", "kind": "threshold", "name": {"en": "Pressure low", "zh": "压力低"},
            "applies": {"type": "district"}, "indicator": "pressure", "operator": "<",
            "threshold": 2.5, "deadband": 0.2, "priority": "high",
        },
        {
            "id": "stopped", "kind": "expression", "name": {"en": "Pump stopped", "zh": "水泵停止"},
            "applies": {"type": "equipment"}, "condition": "running = 0", "priority": "urgent",
        },
    ],
}  # fmt: skip


def shapan(*words: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "water.shapan"
    shapan("new", folder, "--crs", "EPSG:4547", "--title", "Water")
    with Twin.open(folder) as twin:
        twin.execute(
            AddEntities(
                [
                    Entity("p1", "pump", "P-1"),
                    *[Entity(f"d{n}", "district", f"D-{n}") for n in "12"],
                ],
                [Relation(f"r{n}", "feeds", "p1", f"d{n}") for n in "12"],
            )
        )
    (tmp_path / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
    rows = ["time,entity,indicator,value"]
    for minute in range(60):
        at = f"2026-03-02T08:{minute:02}:00Z"
        stopped = 20 <= minute < 40
        rows.append(f"{at},p1,running,{0 if stopped else 1}")
        for n in "12":
            pressure = 1.0 if 20 + int(n) <= minute < 42 else 3.0
            rows.append(f"{at},d{n},pressure,{pressure}")
    (tmp_path / "shift.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_shift_of_samples_raises_alarms_that_are_listed_and_reported(
    project: Path, tmp_path: Path
) -> None:
    done = lines(
        shapan("live", project, "--source", tmp_path / "shift.csv",
               "--rules", tmp_path / "rules.json", "--json")
    )  # fmt: skip
    events = [line["event"] for line in done[:-1]]
    summary = done[-1]["summary"]
    raised = [(e["point"], e["at"], e["cause"]) for e in events if e["kind"] == "raised"]
    assert raised == [
        ("p1/stopped", "2026-03-02T08:20:00Z", None),
        ("d1/low", "2026-03-02T08:21:00Z", "p1/stopped"),
        ("d2/low", "2026-03-02T08:22:00Z", "p1/stopped"),
    ]
    assert summary["samples"] == 180 and summary["raised"] == 3 and summary["problems"] == []
    assert {alarm["state"] for alarm in summary["standing"]} == {"returned"}

    listed = json.loads(shapan("alarms", project, "--json").stdout)
    assert {alarm["point"] for alarm in listed} == {"p1/stopped", "d1/low", "d2/low"}
    assert listed[0]["name"] == "Pump stopped" and listed[0]["consequences"] == 2
    text = shapan("alarms", project, "--language", "zh_CN").stdout
    assert "水泵停止" in text and "3 alarms" in text
    assert json.loads(shapan("alarms", project, "--state", "shelved", "--json").stdout) == []

    report = json.loads(
        shapan("alarms", "report", project, "--from", "2026-03-02T08:00", "--to",
               "2026-03-02T09:00", "--json").stdout
    )  # fmt: skip
    assert report["alarms"] == 3 and report["per_hour"] == 3.0 and report["consequences"] == 2
    assert report["priorities"] == {"low": 0, "medium": 0, "high": 2, "urgent": 1}
    page = tmp_path / "report.html"
    shapan("--language", "zh_CN", "alarms", "report", project, "--out", page)
    assert "告警报告" in page.read_text(encoding="utf-8")
    assert "水泵停止 · P-1" in page.read_text(encoding="utf-8")

    again = SampleHistory(project / SAMPLES, read_only=True)
    hour = Interval(Instant.parse("2026-03-02T08:00"), Instant.parse("2026-03-02T09:00"))
    assert len(again.read(hour)) == 180
    again.close()


def test_the_same_samples_again_raise_nothing_twice(project: Path, tmp_path: Path) -> None:
    words = ("live", project, "--source", tmp_path / "shift.csv", "--json")
    first = lines(shapan(*words, "--rules", tmp_path / "rules.json"))
    second = lines(shapan(*words))
    assert first[-1]["summary"]["raised"] == 3
    assert second[-1]["summary"]["raised"] == 0
    journal = AlarmJournal(project / ALARMS_FILE, read_only=True)
    assert journal.verify() == []
    journal.close()


def test_what_was_recorded_can_be_replayed_with_other_rules_and_leaves_no_trace(
    project: Path, tmp_path: Path
) -> None:
    shapan("live", project, "--source", tmp_path / "shift.csv")
    before = sorted((p.name, p.stat().st_size) for p in project.rglob("*.parquet"))
    done = lines(
        shapan("live", project, "--replay", "2026-03-02T08:15Z/2026-03-02T08:30Z",
               "--rules", tmp_path / "rules.json", "--json")
    )  # fmt: skip
    assert [line["event"]["kind"] for line in done[:-1]] == ["raised"] * 3
    assert {alarm["state"] for alarm in done[-1]["summary"]["standing"]} == {"unacknowledged"}
    assert sorted((p.name, p.stat().st_size) for p in project.rglob("*.parquet")) == before
    assert json.loads(shapan("alarms", project, "--json").stdout) == []


def test_check_finds_a_changed_alarm_journal_and_a_damaged_segment(
    project: Path, tmp_path: Path
) -> None:
    shapan("live", project, "--source", tmp_path / "shift.csv", "--rules", tmp_path / "rules.json")
    assert "sound" in shapan("check", project).stdout
    with contextlib.closing(sqlite3.connect(project / ALARMS_FILE)) as other:
        other.execute("DROP TRIGGER event_stays")
        other.execute("UPDATE event SET who = 'nobody' WHERE sequence = 2")
        other.commit()
    segment = next((project / SAMPLES).rglob("*.parquet"))
    segment.write_bytes(segment.read_bytes()[:100])
    said = shapan("check", project, expect=1).stderr
    assert "alarm journal: event 2 was changed" in said
    assert f"{segment.name} is damaged" in said


def test_live_runs_for_so_long_and_stops_when_interrupted(project: Path) -> None:
    began = time.monotonic()
    done = lines(shapan("live", project, "--for", "1", "--json"))
    assert done[-1]["summary"]["samples"] == 0
    assert 1.0 <= time.monotonic() - began < 30
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "live", str(project)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (project / ALARMS_FILE).exists() or not (project / "twin.lock.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1.0)
    child.send_signal(signal.SIGINT)
    _out, errors = child.communicate(timeout=30)
    assert child.returncode == 130 and "cancelled" in errors
    shapan("check", project)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("live", "{p}", "--source", "{t}/none.csv"), 1, "none.csv"),
        (("live", "{p}", "--rules", "{t}/shift.csv"), 2, "cannot be read"),
        (("live", "{p}", "--replay", "yesterday"), 2, "FROM/TO"),
        (("live", "{p}", "--speed", "0"), 2, "above 0"),
        (("alarms", "{p}", "--state", "odd"), 2, "is one of standing"),
        (("alarms", "report", "{p}"), 1, "no alarms yet"),
        (("alarms", "{t}/nowhere"), 3, "no such folder"),
        (("alarms", "a", "b", "c"), 2, "report PROJECT"),
    ],
)
def test_wrong_words_are_said_on_one_line(
    project: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    filled = [word.format(p=project, t=tmp_path) for word in words]
    done = shapan(*filled, expect=code)
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_the_connectors_of_a_project_give_the_same_alarms_as_its_files(
    project: Path, tmp_path: Path, broker: Broker
) -> None:
    def raised(events: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
        found = [line["event"] for line in events if "event" in line]
        return sorted((e["at"], e["point"], e["kind"]) for e in found if e["point"])

    twin_copy = tmp_path / "copy.shapan"
    shutil.copytree(project, twin_copy)
    rules = tmp_path / "rules.json"
    done = shapan("live", twin_copy, "--source", tmp_path / "shift.csv", "--rules", rules, "--json")
    wanted = raised(lines(done))
    assert len(wanted) >= 6

    folder = project / "plugins" / "shapan.mqtt"
    folder.mkdir(parents=True)
    mapping = {"source": "works/{entity}/{indicator}"}
    body = {"id": "works", "name": "Works", "address": f"127.0.0.1:{broker.port}",
            "mappings": [mapping]}  # fmt: skip
    document = {"format": "shapan-connections", "version": 1, "connections": [body]}
    (folder / "connections.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "app", "live", str(project), "--rules", str(rules), "--json",
               "--for", "120"]  # fmt: skip
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        publisher = broker.publisher()
        with contextlib.suppress(Exception):
            wait_until(lambda: "shapan-works" in (broker.folder / "log").read_text(), 60)
        time.sleep(1.0)  # it is connected then and subscribes
        for line in (tmp_path / "shift.csv").read_text().splitlines()[1:]:
            at, entity, indicator, value = line.split(",")
            payload = json.dumps({"value": float(value), "time": at})
            publisher.publish(f"works/{entity}/{indicator}", payload, qos=1).wait_for_publish(10)
            time.sleep(0.03)  # conditions look at what is newest at the end of each batch
        time.sleep(2.0)
        publisher.loop_stop()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    found = [json.loads(line) for line in out.splitlines()]
    assert raised(found) == wanted, err
    summary = found[-1]["summary"]
    assert summary["connections"][0]["state"] == "connected"
    assert summary["samples"] == 180
