"""The anomaly rules on the Numenta Anomaly Benchmark's labelled windows.

    uv run python tests/bench/live/nab.py [--write docs/anomaly-scores.md]

One setting for all files, none tuned to a file. An alarm inside a labelled window finds that
window; alarms outside any window are false. The first 15 % of a file (at most 750 samples) is for
learning and not scored, as in the benchmark. Windows are wide (about a tenth of a file together):
precision counts alarms, recall counts windows, and a rule that alarms at random would get about
0.1 precision.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from pathlib import Path

import numpy as np

from twin_model.rules.anomaly import AnomalyDetector
from twin_model.rules.detectors import DeviationDetector, Rows
from twin_model.rules.model import AnomalyRule, Applies, DeviationRule
from twin_model.time import Instant

ROOT = Path(__file__).resolve().parents[3]
ANY = Applies(type="thing")
DAY = 86_400.0
OFF_DELAY_S = 6 * 3600.0
RULES = {
    "robust z > 6, 7 days": AnomalyRule(
        id="robust", applies=ANY, indicator="value", limit=6, window_s=7 * DAY, refit_s=3600
    ),
    "robust z > 4.5, 7 days": AnomalyRule(
        id="robust4", applies=ANY, indicator="value", limit=4.5, window_s=7 * DAY, refit_s=3600
    ),
    "seasonal (day) z > 6, 14 days": AnomalyRule(
        id="day", applies=ANY, indicator="value", method="seasonal", limit=6, window_s=14 * DAY,
        refit_s=6 * 3600, bins=48, at_least=200,
    ),
    "seasonal (week) z > 6, 56 days": AnomalyRule(
        id="week", applies=ANY, indicator="value", method="seasonal", limit=6, window_s=56 * DAY,
        refit_s=6 * 3600, season_s=7 * DAY, bins=168, at_least=400,
    ),
    "seasonal (week) z > 4.5, 56 days": AnomalyRule(
        id="week4", applies=ANY, indicator="value", method="seasonal", limit=4.5,
        window_s=56 * DAY, refit_s=6 * 3600, season_s=7 * DAY, bins=168, at_least=400,
    ),
    "deviation > 30 % of the mean of 6 hours": DeviationRule(
        id="deviation", applies=ANY, indicator="value", limit=0.3, relative=True,
        window_s=6 * 3600,
    ),
}  # fmt: skip


def data_folder() -> Path:
    """Folder of the benchmark's files: SHAPAN_REAL_DATA, else ../shared/data."""
    named = os.environ.get("SHAPAN_REAL_DATA")
    return (Path(named) if named else ROOT.parent / "shared" / "data") / "telemetry" / "nab"


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return times in microseconds and values."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    times = [Instant.parse(row["timestamp"]).us for row in rows]
    values = [float(row["value"]) for row in rows]
    order = np.argsort(times, kind="stable")
    return np.array(times, np.int64)[order], np.array(values)[order]


def alarms(rule: AnomalyRule | DeviationRule, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return when a rule would have raised an alarm."""
    make = AnomalyDetector if isinstance(rule, AnomalyRule) else DeviationDetector
    detector = make(rule, 1)
    begins, ends = [], []
    for start in range(0, len(times), 500):  # in batches, as live
        part = slice(start, start + 500)
        row = np.zeros(len(times[part]), np.int32)
        toggles = detector.feed(Rows(row, times[part], values[part]))
        begins += toggles.time_us[toggles.active].tolist()
        ends += toggles.time_us[~toggles.active].tolist()
    # What begins again within the off-delay is still the same alarm.
    over_us = int(OFF_DELAY_S * 1e6)
    kept = [at for n, at in enumerate(begins) if n == 0 or at - ends[n - 1] > over_us]
    return np.array(kept, np.int64)


def score(
    found: np.ndarray, windows: list[tuple[int, int]], learnt_us: int
) -> tuple[int, int, int, int]:
    """Return alarms inside windows, alarms outside, windows found, windows."""
    found = found[found >= learnt_us]
    windows = [window for window in windows if window[1] >= learnt_us]
    inside = np.zeros(len(found), bool)
    hit = 0
    for start, end in windows:
        here = (found >= start) & (found <= end)
        inside |= here
        hit += bool(here.any())
    return int(inside.sum()), int((~inside).sum()), hit, len(windows)


def main() -> None:
    """Print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    folder = data_folder()
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text())
    files = [name for name in labels if (folder / "data" / name).is_file()]
    totals = {name: np.zeros(4, int) for name in RULES}
    rows = []
    for name in sorted(files):
        times, values = read(folder / "data" / name)
        windows = [(Instant.parse(a).us, Instant.parse(b).us) for a, b in labels[name]]
        learnt_us = int(times[min(750, int(0.15 * len(times)))])
        cells = []
        for title, rule in RULES.items():
            counts = score(alarms(rule, times, values), windows, learnt_us)
            totals[title] += counts
            _inside, outside, hit, count = counts
            cells.append(f"{hit}/{count}, {outside} false")
        rows.append(f"| {Path(name).stem} | " + " | ".join(cells) + " |")
    text = report(rows, totals, len(files))
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")


def report(rows: list[str], totals: dict[str, np.ndarray], files: int) -> str:
    """Return the page."""
    lines = [
        "# Anomaly rules on labelled data",
        "",
        f"Made by `tests/bench/live/nab.py` from {files} files of the Numenta Anomaly Benchmark"
        " (real traffic,",
        "real known causes), every alarm with an off-delay of six hours. One setting for all,",
        "none tuned to a file; but the scale (no less than a third of the 99th percentile of past",
        "distances) was chosen with these files in view, and there is no second set to confirm it.",
        "Precision is the share of alarms inside labelled windows, recall the share of windows",
        "with at least one alarm. The windows cover about a tenth of each file: alarms at random",
        "would have a precision near 0.1. Half of the alarms false and a third of the windows",
        "missed is what such scores can do alone: use them to draw attention, not to trip.",
        "",
        "| rule | precision | recall | F1 | alarms | windows found |",
        "|---|---|---|---|---|---|",
    ]
    for title, (inside, outside, hit, count) in totals.items():
        precision = inside / max(1, inside + outside)
        recall = hit / max(1, count)
        both = 2 * precision * recall / max(1e-9, precision + recall)
        lines.append(
            f"| {title} | {precision:.2f} | {recall:.2f} | {both:.2f} | {inside + outside} |"
            f" {hit} of {count} |"
        )
    lines += ["", "Windows found, and false alarms, by file:", ""]
    lines.append("| file | " + " | ".join(totals) + " |")
    lines.append("|---" * (len(totals) + 1) + "|")
    return "\n".join([*lines, *rows, ""])


if __name__ == "__main__":
    main()
