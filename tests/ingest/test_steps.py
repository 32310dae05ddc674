"""Steps that are kept, and work in processes of its own."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from ingest.pipeline.full_disk import DiskFullError, saying_full
from ingest.pipeline.job import Job, Progress
from ingest.pipeline.process import WorkerError, run_worker
from ingest.pipeline.run_clock import RunClock
from ingest.pipeline.steps import Step, run_steps
from twin_model.errors import Cancelled, ShapanError


class Kitchen:
    """Steps that count how often they were really done."""

    def __init__(self, **inputs: Any) -> None:
        self.inputs = inputs
        self.done: list[str] = []

    def steps(self) -> list[Step]:
        return [
            Step("wash", "Washing", {"what": self.inputs.get("what", "rice")}, self.work("wash")),
            Step("cook", "Cooking", {"minutes": self.inputs.get("minutes", 10)},
                 self.work("cook"), ("wash",)),
            Step("serve", "Serving", {}, self.work("serve"), ("cook",)),
        ]  # fmt: skip

    def work(self, name: str) -> Any:
        def do(folder: Path, job: Job) -> dict[str, Any]:
            self.done.append(name)
            if self.inputs.get("fails") == name:
                raise self.inputs["error"]
            (folder / "result.txt").write_text(name)
            job.warn(f"{name} was hot")
            return {"name": name}

        return do


def test_a_step_is_done_once_and_its_values_and_warnings_are_kept(tmp_path: Path) -> None:
    first = Kitchen()
    run_steps(tmp_path, first.steps(), Job())
    again = Kitchen()
    results = run_steps(tmp_path, again.steps(), Job())
    assert first.done == ["wash", "cook", "serve"] and again.done == []
    assert all(result.reused for result in results.values())
    assert results["cook"].values == {"name": "cook"}
    assert results["cook"].warnings == ["cook was hot"]


def test_what_changed_is_done_again_with_all_that_follows(tmp_path: Path) -> None:
    run_steps(tmp_path, Kitchen().steps(), Job())
    changed = Kitchen(minutes=12)
    run_steps(tmp_path, changed.steps(), Job())
    assert changed.done == ["cook", "serve"]
    changed = Kitchen(minutes=12, what="beans")
    run_steps(tmp_path, changed.steps(), Job())
    assert changed.done == ["wash", "cook", "serve"]


def test_a_failed_step_leaves_the_finished_ones_and_nothing_that_looks_finished(
    tmp_path: Path,
) -> None:
    failing = Kitchen(fails="cook", error=ShapanError("the pot is too small"))
    with pytest.raises(ShapanError, match="pot"):
        run_steps(tmp_path, failing.steps(), Job())
    assert (tmp_path / "wash" / "step.json").is_file() and not (tmp_path / "cook").exists()
    again = Kitchen()
    run_steps(tmp_path, again.steps(), Job())
    assert again.done == ["cook", "serve"]
    assert not list(tmp_path.glob(".part-*"))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("database or disk is full"),
        ShapanError("No space left on device"),
    ],
)
def test_a_full_disk_is_said_with_the_file_and_what_to_do(tmp_path: Path, error: Exception) -> None:
    class Filling(Kitchen):
        def work(self, name: str) -> Any:
            def do(folder: Path, job: Job) -> dict[str, Any]:
                if name == "cook":
                    (folder / "pot.txt").write_text("half full")
                    raise error
                return {}

            return do

    with (
        pytest.raises(DiskFullError, match=r"disk is full .*cook/pot.txt could .*--resume"),
        saying_full(tmp_path),
    ):
        run_steps(tmp_path, Filling().steps(), Job())
    # What was finished stays, what was not gives its room back.
    assert (tmp_path / "wash" / "step.json").is_file()
    assert not list((tmp_path / ".part-cook").iterdir())
    with (
        pytest.raises(DiskFullError, match=r"what is left needs about [\d,]+ MiB and [\d,]+ MiB"),
        saying_full(tmp_path, left_bytes=lambda: 5 << 20),
    ):
        run_steps(tmp_path, Filling().steps(), Job())
    again = Kitchen()
    run_steps(tmp_path, again.steps(), Job())
    assert again.done == ["cook", "serve"]


def test_a_fault_of_a_program_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(KeyError), saying_full(tmp_path):
        raise KeyError("pot")


def test_damaged_notes_of_a_step_count_as_not_done(tmp_path: Path) -> None:
    run_steps(tmp_path, Kitchen().steps(), Job())
    (tmp_path / "serve" / "step.json").write_text("{")
    again = Kitchen()
    run_steps(tmp_path, again.steps(), Job())
    assert again.done == ["serve"]


def test_a_cancelled_run_stops_before_the_next_step(tmp_path: Path) -> None:
    job = Job()
    kitchen = Kitchen()
    steps = kitchen.steps()
    with pytest.raises(Cancelled):
        run_steps(tmp_path, steps, job, lambda result: job.cancel())
    assert kitchen.done == ["wash"]


WORKER = """
import os, sys, time
from ingest.pipeline.process import WorkerError, serve
def work(request, job):
    print("noise of a library")
    job.report("Half", 1, 2, "parts")
    if request["do"] == "crash": os.abort()
    if request["do"] == "refuse": raise WorkerError("too dark", remedy="switch on the light")
    if request["do"] == "break": raise KeyError("x")
    if request["do"] == "sleep": time.sleep(60)
    job.warn("it was warm")
    return {"twice": request["number"] * 2}
raise SystemExit(serve(work))
"""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "kitchen_worker.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "kitchen_worker"


def test_a_worker_answers_reports_and_warns(worker: str, tmp_path: Path) -> None:
    seen: list[str] = []
    job = Job(lambda progress: seen.append(progress.stage))
    result = run_worker(worker, {"do": "work", "number": 21}, job, log=tmp_path / "log.txt")
    assert result == {"twice": 42}
    assert seen == ["Half"] and job.warnings == ["it was warm"]
    assert "noise of a library" in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize(
    ("do", "said"),
    [("crash", "ended by signal 6"), ("refuse", "too dark; switch on"), ("break", "KeyError")],
)
def test_a_worker_that_fails_is_one_sentence(
    worker: str, tmp_path: Path, do: str, said: str
) -> None:
    with pytest.raises(WorkerError) as caught:
        run_worker(worker, {"do": do, "number": 1}, Job(), log=tmp_path / "log.txt")
    assert said in str(caught.value)


def test_cancelling_ends_the_worker(worker: str, tmp_path: Path) -> None:
    job = Job()
    threading.Timer(1.0, job.cancel).start()
    with pytest.raises(Cancelled):
        run_worker(worker, {"do": "sleep", "number": 1}, job, log=tmp_path / "log.txt")
    names = [" ".join(p.cmdline()) for p in psutil.Process().children(recursive=True)]
    assert not any("kitchen_worker" in name for name in names)


def test_a_worker_whose_parent_is_killed_ends_by_itself(worker: str, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from ingest.pipeline.process import run_worker\n"
        "from ingest.pipeline.job import Job\n"
        f"run_worker('kitchen_worker', {json.dumps({'do': 'sleep', 'number': 1})}, "
        f"Job(lambda p: print(p.stage, flush=True)), log=Path({str(tmp_path / 'log.txt')!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"Half\n"
    children = psutil.Process(parent.pid).children(recursive=True)
    assert children
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=15)
    assert not alive
    time.sleep(0)


@pytest.mark.parametrize("slower", [0.5, 1.0, 4.0, 8.0])
def test_time_left_is_right_within_a_half_once_a_tenth_of_a_step_is_done(slower: float) -> None:
    now_s = 0.0
    stages = {"wash": {"Rinsing": 1.0}, "cook": {"Heating": 0.3, "Boiling": 0.7}}
    clock = RunClock(["wash", "cook", "serve"], stages, lambda: now_s)
    assert clock.left_s(Progress("Rinsing", 0, 10, "pots")) is None
    clock.foretell({"wash": 20.0, "cook": 300.0, "serve": 60.0})
    # It takes what was foretold, as often as the machine is slower.
    really_s = [20.0 * slower, 300.0 * slower, 60.0 * slower]
    for share in (0.1, 0.5, 0.9):
        now_s = really_s[0] * share
        left_s = clock.left_s(Progress("Rinsing", round(share * 10), 10, "pots"))
        assert left_s is not None
    now_s = really_s[0]
    clock.finish("wash", reused=False)
    for done in range(0, 101, 2):
        now_s = really_s[0] + really_s[1] * done / 100
        stage, part = ("Heating", done / 30) if done < 30 else ("Boiling", (done - 30) / 70)
        left_s = clock.left_s(Progress(stage, round(part * 1000), 1000, "grains"))
        assert left_s is not None
        if done >= 10:
            right_s = sum(really_s) - now_s
            assert right_s / 1.5 < left_s < right_s * 1.5, (done, left_s, right_s)
    # A stage that begins anew, or that nobody knows, takes nothing back.
    again_s = clock.left_s(Progress("Heating", 0, 10, "grains"))
    assert again_s == clock.left_s(Progress("Tasting", 0, 0, "")) == pytest.approx(left_s)
    clock.finish("cook", reused=False)
    left_s = clock.left_s(Progress("Serving", 0, 0, ""))
    assert left_s is not None and really_s[2] / 1.5 < left_s < really_s[2] * 1.5


def test_steps_that_were_done_before_take_no_time_again() -> None:
    clock = RunClock(["wash", "cook"], {}, lambda: 5.0)
    clock.foretell({"wash": 100.0, "cook": 30.0})
    clock.finish("wash", reused=True)
    assert clock.left_s(Progress("Cooking", 0, 0, "")) == pytest.approx(30.0)
