"""The twin's store at the size of a city, against the same SQL written by hand.

    uv run python tests/bench/twin.py                    1 million entities, 10 million relations
    uv run python tests/bench/twin.py --entities 100000  smaller

Prints ``name, ours, peer, ratio``. The project is kept in --folder and used again.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from assets.catalogue import entity_types_text
from twin_model.codes import grid
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.query import EntityQuery
from twin_model.schema.catalogue import Catalogue
from twin_model.store.rows import ENTITY_COLUMNS
from twin_model.time import Instant
from twin_model.twin import Twin

SPAN_M = 20_000.0
TYPES = ("building", "pump", "sensor", "lamp", "valve")


def build(folder: Path, entities: int, degree: int) -> None:
    """Make a project of *entities* on a plane, each with *degree* relations to near ones."""
    chance = np.random.default_rng(1)
    xy = chance.uniform(-SPAN_M / 2, SPAN_M / 2, (entities, 2))
    order = np.lexsort((xy[:, 1] // 200, xy[:, 0] // 200))
    xy = xy[order]
    batch = 50_000
    with Twin.create(folder, Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as twin:
        for start in range(0, entities, batch):
            part = [
                Entity(
                    f"e{n}", TYPES[n % 5], f"Thing {n}", (float(xy[n, 0]), float(xy[n, 1]), 0.0),
                    attributes={"height": n % 97, "use": "office" if n % 3 else "flat"},
                )
                for n in range(start, min(start + batch, entities))
            ]  # fmt: skip
            twin.execute(AddEntities(part))
        for start in range(0, entities, batch):
            links = [
                Relation(f"r{n}-{k}", "connects", f"e{n}", f"e{(n + k * k + 1) % entities}")
                for n in range(start, min(start + batch, entities))
                for k in range(degree)
            ]
            twin.execute(AddEntities((), links))


def p95(work: Callable[[int], object], times: int) -> float:
    """Return the 95th percentile of one call in milliseconds."""
    taken = []
    for n in range(times):
        started = time.perf_counter()
        work(n)
        taken.append((time.perf_counter() - started) * 1e3)
    return float(np.percentile(taken, 95))


Box = tuple[float, float, float, float]


def by_hand(connection: sqlite3.Connection, start: str, box: Box) -> object:
    """Two hops, a box and an instant in one statement, whole rows as the model returns them."""
    at = Instant.now().us
    hold = "revision_to IS NULL AND valid_from <= ?1 AND valid_to > ?1"
    return connection.execute(
        f"SELECT {ENTITY_COLUMNS} FROM entity_version WHERE entity IN ("
        f" SELECT target FROM relation_version WHERE {hold} AND source IN ("
        "   SELECT key FROM entity_key WHERE id = ?2)"
        f" UNION SELECT target FROM relation_version WHERE {hold} AND source IN ("
        f"  SELECT target FROM relation_version WHERE {hold} AND source IN ("
        "   SELECT key FROM entity_key WHERE id = ?2)))"
        " AND entity IN (SELECT entity FROM entity_box WHERE max_x >= ?3 AND min_x <= ?4"
        f"  AND max_y >= ?5 AND min_y <= ?6) AND {hold} ORDER BY name, fid",
        (at, start, box[0], box[2], box[1], box[3]),
    ).fetchall()


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--degree", type=int, default=10)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-twin")
    arguments = parser.parse_args()
    folder = arguments.folder / f"city-{arguments.entities}.shapan"
    print("name, ours, peer, ratio")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        build(folder, arguments.entities, arguments.degree)
        print(f"build (s), {time.perf_counter() - started:.1f}, , ")
    started = time.perf_counter()
    twin = Twin.open(folder)
    print(f"open (s), {time.perf_counter() - started:.3f}, 3, ")
    with twin:
        measure(twin, arguments.entities)
    outside(folder / "twin.gpkg")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory (MiB), {peak:.0f}, 1536, {peak / 1536:.2f}")
    return 0


def around(entity: Entity, half: float) -> Box:
    """Return a box around an entity."""
    assert entity.position is not None
    x, y, _z = entity.position
    return x - half, y - half, x + half, y + half


def questions(twin: Twin, entities: int, times: int) -> list[tuple[str, Box]]:
    """Return where to ask: an entity and a box around it that holds part of its neighbours."""
    ids = [f"e{n * 7919 % entities}" for n in range(times)]
    return [(i, around(twin.entity(i), 150.0)) for i in ids]


def measure(twin: Twin, entities: int) -> None:
    """Print the figures of an open project."""
    hand = sqlite3.connect(f"{(twin.path / 'twin.gpkg').as_uri()}?mode=ro", uri=True)
    asked = questions(twin, entities, 300)

    def two_hops(n: int) -> list[Entity]:
        start, box = asked[n]
        return twin.entities(EntityQuery(bbox=box, related_to=start, hops=2))

    found = [len(two_hops(n)) for n in range(len(asked))]
    for n in range(len(asked)):
        by_hand(hand, *asked[n])
    ours = p95(two_hops, len(asked))
    peer = p95(lambda n: by_hand(hand, *asked[n]), len(asked))
    print(f"two hops + box + as-of p95 (ms), {ours:.2f}, {peer:.2f}, {ours / peer:.2f}")
    print(f"  entities found, {statistics.mean(found):.1f}, , ")
    plain = p95(lambda n: twin.entities(EntityQuery(bbox=asked[n][1])), 300)
    size = statistics.mean(len(twin.entities(EntityQuery(bbox=box))) for _, box in asked[:30])
    print(f"box of {size:.0f} p95 (ms), {plain:.2f}, , ")
    one = p95(lambda n: twin.entity(f"e{n * 31 % entities}"), 500)
    print(f"one entity by id p95 (ms), {one:.3f}, 100, {one / 100:.4f}")
    named = p95(lambda n: twin.entities(EntityQuery(text=f"thing {n * 977 % entities}")), 100)
    print(f"part of a name p95 (ms), {named:.2f}, , ")
    edits(twin, entities, "updates with journal")
    twin.catalogue = Catalogue.load(entity_types_text())
    edits(twin, entities, "the same, checked against their types")
    twin.catalogue = None
    many = twin.entities(EntityQuery(type="building", limit=10_000))
    twin.execute(EditEntities([replace(e, attributes={"height": 1}) for e in many]))
    started = time.perf_counter()
    twin.undo()
    taken = time.perf_counter() - started
    print(f"undo of an edit of {len(many)} entities (s), {taken:.2f}, 1, {taken:.2f}")
    codes()


def outside(store: Path) -> None:
    """Print how long GDAL takes for the layer of a type; closed here, as it locks on its own."""
    import pyogrio

    box = (499_000.0, 3_349_000.0, 501_000.0, 3_351_000.0)
    started = time.perf_counter()
    _, fids, _, _ = pyogrio.raw.read(store, layer="building", bbox=box, return_fids=True)
    taken = time.perf_counter() - started
    print(f"GDAL: {len(fids)} of the layer building in a box (s), {taken:.2f}, , ")


def edits(twin: Twin, entities: int, what: str, times: int = 10_000) -> None:
    """Print how many single edits a second the commands carry out."""
    found = [twin.entity(f"e{n * 101 % entities}") for n in range(times)]
    commands = [EditEntities([replace(e, attributes={"height": n})]) for n, e in enumerate(found)]
    started = time.perf_counter()
    for command in commands:
        twin.execute(command)
    rate = times / (time.perf_counter() - started)
    print(f"single-attribute {what} (1/s), {rate:.0f}, 5000, {rate / 5000:.2f}")


def codes() -> None:
    """Print how fast space codes are made."""
    lon = np.random.default_rng(2).uniform(-180, 180, 1_000_000)
    lat = np.random.default_rng(3).uniform(-87, 87, 1_000_000)
    speeds = []
    for _ in range(3):
        started = time.perf_counter()
        grid.encode_array(lon, lat)
        speeds.append(1 / (time.perf_counter() - started))
    speed = statistics.median(speeds)
    print(f"space codes (million/s), {speed:.2f}, 1, {speed:.2f}")


if __name__ == "__main__":
    sys.exit(main())
