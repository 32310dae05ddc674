"""OSGB: every real tile parsed to its last byte, against osgconv in the same run.

    uv run python tests/bench/osgb.py [folder]

osgconv reads all tiles in one process, decodes their JPEGs and writes one file; the time of its
start with a tiny file is taken off. It cannot be made not to decode or write, so ours is
measured twice: parsed (what an import does: JPEGs are passed on) and with every JPEG decoded.
Reading the production and writing the tileset is the third figure, which has no peer.
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.osgb import OsgbReader
from ingest.readers.osgb_format.images import texture_of
from ingest.readers.osgb_format.levels import levels_of
from ingest.readers.osgb_format.parse import parse_file
from ingest.tiling.contract import Target
from ingest.tiling.hierarchy import tile_hierarchy
from twin_model.frame import Frame

ROUNDS = 5
HERE = Path(__file__).resolve()


def median_s(work: Callable[[], None]) -> float:
    """Return the median time of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def parse(tiles: list[Path], *, decode: bool) -> None:
    """Parse every tile; raise if a byte of one is not understood."""
    from PIL import Image

    for path in tiles:
        notes: list[str] = []
        parsed = parse_file(path)
        levels = levels_of(parsed, notes.append)
        if parsed.bytes_left or parsed.skipped_bytes or notes:
            raise AssertionError(f"{path}: {parsed.bytes_left} bytes left, {notes}")
        if decode:
            for level in levels:
                for surface in level.all_surfaces():
                    if surface.image is not None:
                        data = texture_of(path, surface.image, path.parent.resolve()).data
                        Image.open(io.BytesIO(data)).load()


def convert(tiles: list[Path], folder: Path) -> None:
    """Let osgconv read *tiles* and write them as one file."""
    subprocess.run(
        ["osgconv", *map(str, tiles), str(folder / "out.osgb")],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip


def tile(production: Path) -> None:
    """Import a production into a tileset."""
    reader = OsgbReader()
    info = reader.inspect(production, Job())
    assert info.bounds is not None
    frame = Frame("EPSG:4547").with_origin(436_255.0, 2_490_061.0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder), "bench", frame, frame.transform_from(info.crs), Job())
        tile_hierarchy(reader.read(production, ReadOptions(), Job()), target)


def main() -> None:
    """Print one line a measure: name, ours, peer, ratio."""
    given = sys.argv[1:] or [str(HERE.parents[3] / "shared/data/oblique_osgb")]
    root = Path(given[0])
    tiles = sorted(root.rglob("*.osgb"))
    size_mb = sum(path.stat().st_size for path in tiles) / 1e6
    print(f"{len(tiles)} tiles, {size_mb:.1f} MB, {ROUNDS} rounds, medians")
    parse(tiles, decode=False)
    rows = [
        ("parse", size_mb / median_s(lambda: parse(tiles, decode=False))),
        ("parse and decode JPEGs", size_mb / median_s(lambda: parse(tiles, decode=True))),
    ]
    peer = float("nan")
    if shutil.which("osgconv"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            smallest = min(tiles, key=lambda path: path.stat().st_size)
            start_s = median_s(lambda: convert([smallest], folder))
            peer = size_mb / (median_s(lambda: convert(tiles, folder)) - start_s)
    for label, ours in rows:
        print(f"{label}, {ours:.0f} MB/s, osgconv {peer:.0f} MB/s, ratio {ours / peer:.2f}")
    for metadata in sorted(root.rglob("metadata.xml")):
        production = metadata.parent
        size = sum(path.stat().st_size for path in production.rglob("*.osgb")) / 1e6
        ours = size / median_s(lambda folder=production: tile(folder))  # type: ignore[misc]
        print(f"inspect, read and tile {production.name}, {ours:.0f} MB/s, no peer, -")


if __name__ == "__main__":
    main()
