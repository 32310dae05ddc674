"""Reading and tiling of point clouds against laspy + lazrs, and peak memory.

    uv run python tests/bench/points.py                       # 5 million points
    uv run python tests/bench/points.py --points 50000000 --only memory

Prints ``name, ours, peer, ratio`` from one run. The survey is made by laspy under --folder and
kept there for the next run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.las import LasReader
from ingest.tiling.contract import Target
from ingest.tiling.points import tile_points
from twin_model.frame import Frame

FRAME = Frame("EPSG:32650", (500_500.0, 4_400_500.0, 20.0))
CHUNK = 1_000_000


def make_survey(path: Path, points: int) -> None:
    """Write a LAZ 1.4 file of a street grid with houses and trees, flown in strips."""
    import laspy

    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales, header.offsets = [0.001] * 3, [500_000.0, 4_400_000.0, 0.0]
    side = 1000.0 * max(points / 10_000_000, 0.05) ** 0.5
    chance = np.random.default_rng(7)
    partial = path.with_suffix(".part")
    with laspy.open(partial, "w", header=header, do_compress=True) as out:
        done = 0
        while done < points:
            count = min(CHUNK, points - done)
            # A strip is flown from west to east; its points come in the order of flight.
            x = np.sort(chance.uniform(0, side, count))
            y = (done + chance.uniform(0, count, count)) / points * side
            ground = 5 * np.sin(x / 90) + 4 * np.cos(y / 70)
            house = ((x % 50) < 25) & ((y % 40) < 22)
            height = np.where(house, 8 + (x // 50 * 7 + y // 40 * 3) % 20, 0.0)
            tree = ~house & (((x + y) % 17) < 3)
            height = np.where(tree, chance.uniform(0, 7, count), height)
            record = laspy.ScaleAwarePointRecord.zeros(count, header=header)
            record.x, record.y = 500_000 + x, 4_400_000 + y
            record.z = ground + height + chance.normal(0, 0.02, count)
            record.intensity = chance.integers(0, 4000, count)
            record.classification = np.where(house, 6, np.where(tree, 5, 2))
            record.return_number = 1 + tree * chance.integers(0, 3, count)
            record.number_of_returns = np.full(count, 3)
            record.gps_time = 2.5e8 + (done + np.arange(count)) * 1e-5
            record.red = (90 + height * 5).astype(np.uint16) << 8
            record.green = np.where(tree, 150, 100).astype(np.uint16) << 8
            record.blue = (60 + chance.integers(0, 40, count)).astype(np.uint16) << 8
            out.write_points(record)
            done += count
    partial.replace(path)


def read_peer(path: Path) -> int:
    """Read the columns that our reader reads, with laspy and both cores."""
    import laspy

    done = 0
    with laspy.open(path, laz_backend=laspy.LazBackend.LazrsParallel) as source:
        for points in source.chunk_iterator(CHUNK):
            columns = [points.x, points.y, points.z, points.red, points.green, points.blue]
            columns += [points.intensity, points.classification, points.return_number]
            columns += [points.gps_time]
            done += len(np.asarray(columns[0]))
            for column in columns:
                np.array(column)
    return done


def read_ours(path: Path) -> int:
    """Read with our reader."""
    return sum(len(c) for c in LasReader().read(path, ReadOptions(chunk_points=CHUNK), Job()))


def tile_ours(path: Path, folder: Path) -> int:
    """Read and tile; returns the number of points."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = Target(folder, "survey", FRAME, FRAME.transform_from(FRAME.crs), Job())
    chunks = LasReader().read(path, ReadOptions(chunk_points=CHUNK), target.job)
    return tile_points(chunks, target).counts["points"]


def peak_mb(path: Path, folder: Path) -> tuple[float, float]:
    """Return peak resident memory in MB and seconds of reading and tiling in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (path, folder))


def _measure(path: Path, folder: Path) -> tuple[float, float]:
    import resource

    start = time.perf_counter()
    tile_ours(path, folder)
    seconds = time.perf_counter() - start
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, seconds


def timed(work: object, *arguments: Path) -> float:
    """Return the seconds that *work* takes."""
    start = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    """Run the comparisons that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/shapan-bench"))
    parser.add_argument("--only", choices=["speed", "memory"])
    parser.add_argument("--repeat", type=int, default=2)
    choice = parser.parse_args()
    choice.folder.mkdir(parents=True, exist_ok=True)
    survey = choice.folder / f"survey-{choice.points}.laz"
    if not survey.exists():
        make_survey(survey, choice.points)
    tiles = choice.folder / "tiles"
    print("name, ours, peer, ratio")
    if choice.only != "memory":
        # Interleaved, the best of each: other work on the machine then hits all three alike.
        runs = [
            (
                timed(read_ours, survey),
                timed(read_peer, survey),
                timed(tile_ours, survey, tiles),
                timed(read_peer, survey),
            )
            for _ in range(choice.repeat)
        ]
        ours, first, both, second = (min(column) for column in zip(*runs))
        peer = min(first, second)
        print(f"read LAZ {choice.points:,} points, {ours:.2f} s, {peer:.2f} s, {ours / peer:.2f}")
        print(f"read and tile against read, {both:.2f} s, {peer:.2f} s, {both / peer:.2f}")
    if choice.only != "speed":
        memory, seconds = peak_mb(survey, tiles)
        print(f"peak memory of read and tile, {memory:.0f} MB, 2048 MB (goal), {memory / 2048:.2f}")
        print(f"seconds of the same, {seconds:.1f} s, -, -")
    shutil.rmtree(tiles, ignore_errors=True)


if __name__ == "__main__":
    main()
