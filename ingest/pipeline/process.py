"""One piece of work in a process of its own: a request in, JSON lines and files back.

What runs there may crash, be killed or be cancelled without taking this process with it, and it
ends by itself when this process does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from twin_model.errors import Cancelled, ShapanError

_POLL_S: Final = 0.1
#: SIGKILL, which systems without it do not name.
_KILLED: Final = 9


class WorkerError(ShapanError):
    """Work in a process of its own failed."""


def run_worker(
    module: str,
    request: dict[str, Any],
    job: Job,
    *,
    log: Path,
    python: str | None = None,
    environment: Mapping[str, str] | None = None,
    on_news: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Run ``python -m module`` with a request and return its result.

    The module calls `serve`. Its lines are ``{"stage", "done", "total", "unit", "left_s"}``
    for progress, ``{"warning"}``, ``{"news"}`` (see `Job.announce`), and one ``{"result"}`` or
    ``{"error", "remedy"}`` at the end.

    Parameters
    ----------
    module : str
    request : dict
        JSON values.
    job : Job
        Cancelling it kills the process.
    log : Path
        What the process writes to standard error; appended to.
    python : str or None
        Interpreter of another environment; this one by default.
    environment : mapping of str to str, optional
        Variables added to this process's.
    on_news : callable, optional
        Told of what the process announces, in this thread; passed on through *job* by default.

    Raises
    ------
    WorkerError
        If it fails, crashes or is killed.
    Cancelled
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [python or sys.executable, "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            cwd=Path(__file__).resolve().parents[2], env=_environment() | dict(environment or {}),
        )  # fmt: skip
        try:
            return _converse(process, request, job, log, on_news or job.announce)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def _converse(
    process: subprocess.Popen[bytes],
    request: dict[str, Any],
    job: Job,
    log: Path,
    on_news: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    try:
        # The pipe stays open: its end tells the worker that this process is gone.
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
    except OSError:
        pass  # it died at once; its exit code says so below
    lines: list[dict[str, Any]] = []
    stream = process.stdout
    reader = threading.Thread(target=_read_lines, args=(stream, lines), daemon=True)
    reader.start()
    taken = 0
    while reader.is_alive() or taken < len(lines):
        if job.cancelled:
            raise Cancelled
        while taken < len(lines):
            line = lines[taken]
            taken += 1
            if "result" in line:
                return dict(line["result"])
            if "error" in line:
                raise WorkerError(str(line["error"]), remedy=str(line.get("remedy", "")))
            if "warning" in line:
                job.warn(str(line["warning"]))
            elif "news" in line:
                on_news(dict(line["news"]))
            elif "stage" in line:
                job.report(
                    line["stage"], line["done"], line["total"], line["unit"],
                    left_s=line.get("left_s"),
                )  # fmt: skip
        reader.join(_POLL_S)
    raise _ended(process.wait(), log)


def _ended(code: int, log: Path) -> WorkerError:
    """Return what is said of a process that ended without an answer."""
    if code == -_KILLED:
        return WorkerError(
            "the process that did the work was ended from outside (signal 9), as systems do that "
            "run out of memory",
            remedy=f"close other programs, or use smaller photos or --quality draft; see {log}",
        )
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return WorkerError(f"the process that did the work {how}", remedy=f"see {log}")


def _read_lines(stream: Any, lines: list[dict[str, Any]]) -> None:
    for raw in stream:
        try:
            found = json.loads(raw)
        except ValueError:
            continue  # a library printed something
        if isinstance(found, dict):
            lines.append(found)


def serve(work: Callable[[dict[str, Any], Job], dict[str, Any]]) -> int:
    """Do what the request on standard input says; the other end of `run_worker`.

    Returns
    -------
    int
        Exit code.
    """
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Libraries print to standard output; the messages keep it for themselves.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def say(line: dict[str, Any]) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    job = Job(
        lambda p: say(
            {"stage": p.stage, "done": p.done, "total": p.total, "unit": p.unit, "left_s": p.left_s}
        ),
        on_news=lambda news: say({"news": news}),
    )
    try:
        result = work(request, job)
        for warning in job.warnings:
            say({"warning": warning})
        say({"result": result})
        return 0
    except ShapanError as error:
        say({"error": error.reason, "remedy": error.remedy})
        return 1
    except Exception as error:  # the other side turns it into one sentence
        import traceback

        traceback.print_exc()
        say({"error": f"{type(error).__name__}: {error}"})
        return 1


def _end_with_parent() -> None:
    """End this process when the one that asked is gone: its pipe ends then."""
    while sys.stdin.buffer.read(1):
        time.sleep(0)
    os._exit(1)
