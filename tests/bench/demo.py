"""How long the demo city takes to be made, by stage, against the minute that a newcomer may wait.

uv run python tests/bench/demo.py [--size tiny|small|city]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.cli.demo import build_demo
from ingest.pipeline.job import Job, Progress

#: On two cores, imports included.
_GOAL_S = 60.0


def main() -> int:
    """Make it in a folder for the time being and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("tiny", "small", "city"), default="small")
    arguments = parser.parse_args()
    stages: dict[str, float] = {}
    last = ["start", time.monotonic()]

    def note(progress: Progress) -> None:
        name, since_s = last
        now_s = time.monotonic()
        stages[str(name)] = stages.get(str(name), 0.0) + now_s - float(since_s)
        last[:] = [progress.stage, now_s]

    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shapan-demo-") as folder:
        failures = build_demo(Path(folder) / "demo.shapan", arguments.size, Job(note), english=True)
        took_s = time.monotonic() - begun_s
    for failure in failures:
        print(failure, file=sys.stderr)
    print("stage, seconds")
    for stage, seconds in sorted(stages.items(), key=lambda one: -one[1]):
        print(f"{stage}, {seconds:.1f}")
    print(f"in all, {took_s:.1f}, of {_GOAL_S:.0f} s that it may take: {took_s / _GOAL_S:.2f}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
