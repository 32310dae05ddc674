"""The twin's store beside PostgreSQL with PostGIS that holds the same rows with its own indexes.

    uv run --with 'psycopg[binary]' python tests/bench/twin_postgis.py \\
        --dsn "host=/run/postgresql user=postgres dbname=bench" --project CITY.shapan

The project is one that tests/bench/twin.py made. Rows are copied once into tables of the
database, whose name must begin with ``bench``; --again copies anew. Prints ``name, ours, peer,
ratio``; each pair is measured alternately in this run, both through Python, prepared on
both sides. The server's settings are its own affair: give it memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from twin_model.commands import EditEntities
from twin_model.entity import Entity
from twin_model.query import EntityQuery
from twin_model.time import FOREVER, Instant
from twin_model.twin import Twin

TABLES = """
CREATE EXTENSION IF NOT EXISTS postgis;
DROP TABLE IF EXISTS entity_version, relation_version, journal;
CREATE TABLE entity_version (
  fid bigint PRIMARY KEY, entity bigint NOT NULL, id text NOT NULL, type text NOT NULL,
  name text NOT NULL, geom geometry(PointZ), own_geometry bytea, heading_deg float8 NOT NULL,
  pitch_deg float8 NOT NULL, roll_deg float8 NOT NULL, height_reference text NOT NULL,
  layer text, feature bigint, guid text NOT NULL, attributes jsonb NOT NULL,
  indicators jsonb NOT NULL, rules jsonb NOT NULL, management_code text NOT NULL,
  space_code text NOT NULL, time_code text NOT NULL, valid_from bigint NOT NULL,
  valid_to bigint NOT NULL, revision_from bigint NOT NULL, revision_to bigint);
CREATE TABLE relation_version (
  fid bigint PRIMARY KEY, id text NOT NULL, kind text NOT NULL, source bigint NOT NULL,
  target bigint NOT NULL, attributes jsonb NOT NULL, valid_from bigint NOT NULL,
  valid_to bigint NOT NULL, revision_from bigint NOT NULL, revision_to bigint);
CREATE TABLE journal (
  revision bigint PRIMARY KEY, label text NOT NULL, recorded_us bigint NOT NULL,
  payload jsonb NOT NULL, hash text NOT NULL);
"""
INDEXES = """
CREATE INDEX ON entity_version (entity) WHERE revision_to IS NULL;
CREATE INDEX ON entity_version (id);
CREATE INDEX ON entity_version (type) WHERE revision_to IS NULL;
CREATE INDEX ON entity_version USING gist (geom) WHERE revision_to IS NULL;
CREATE INDEX ON entity_version (revision_to) WHERE revision_to IS NOT NULL;
CREATE INDEX ON entity_version (revision_from);
CREATE INDEX ON relation_version (source, kind, target) WHERE revision_to IS NULL;
CREATE INDEX ON relation_version (target, kind, source) WHERE revision_to IS NULL;
ANALYZE entity_version; ANALYZE relation_version;
"""
#: What an entity is made of, in both.
DIMENSIONS = (
    "own_geometry, heading_deg, pitch_deg, roll_deg, height_reference, layer, feature, guid,"
    " attributes, indicators, rules, management_code, space_code, time_code, valid_from, valid_to"
)
COLUMNS = f"id, type, name, ST_X(geom), ST_Y(geom), ST_Z(geom), {DIMENSIONS}"
HOLD = "revision_to IS NULL AND valid_from <= %(at)s AND valid_to > %(at)s"
TWO_HOPS = f"""
WITH one AS (SELECT DISTINCT target FROM relation_version WHERE source =
    (SELECT entity FROM entity_version WHERE id = %(id)s AND {HOLD}) AND {HOLD}),
  two AS (SELECT target FROM one UNION SELECT r.target FROM one
    JOIN relation_version r ON r.source = one.target
    WHERE r.revision_to IS NULL AND r.valid_from <= %(at)s AND r.valid_to > %(at)s)
SELECT {COLUMNS} FROM entity_version WHERE entity IN (SELECT target FROM two)
  AND ST_Intersects(geom, ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s)) AND {HOLD} ORDER BY name, fid
"""
BOX = f"""
SELECT {COLUMNS} FROM entity_version
WHERE ST_Intersects(geom, ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s)) AND {HOLD} ORDER BY name, fid
"""
BY_ID = f"SELECT {COLUMNS} FROM entity_version WHERE id = %(id)s AND {HOLD}"
_KEPT = (
    "entity, id, type, name, geom, own_geometry, heading_deg, pitch_deg, roll_deg,"
    " height_reference, layer, feature, guid"
)
_CODED = "indicators, rules, management_code, space_code, time_code"
COPY_UNTIL = (
    f"INSERT INTO entity_version SELECT %s, {_KEPT}, attributes, {_CODED}, valid_from, %s, %s, NULL"
    " FROM entity_version WHERE fid = %s"
)
COPY_FROM = (
    f"INSERT INTO entity_version SELECT %s, {_KEPT}, %s, {_CODED}, %s, valid_to, %s, NULL"
    " FROM entity_version WHERE fid = %s"
)


def copy(peer: Any, store: sqlite3.Connection, twin: Twin) -> None:
    """Copy entities and relations, then make the indexes."""
    peer.execute(TABLES)
    entities: Iterable[Any] = (
        (e[0], e[1], e[2], e[3], e[4], f"POINT Z ({e[5][0]} {e[5][1]} {e[5][2]})", *e[6:])
        for e in (
            (r[0], r[1], r[2], r[3], r[4], twin_place(r[5], twin), *r[6:])
            for r in store.execute(
                f"SELECT fid, entity, id, type, name, geom, {DIMENSIONS},"
                " revision_from, revision_to FROM entity_version"
            )
        )
    )
    relations = store.execute(
        "SELECT fid, id, kind, source, target, attributes, valid_from, valid_to, revision_from,"
        " revision_to FROM relation_version"
    )
    with peer.cursor() as cursor:
        for table, found in (("entity_version", entities), ("relation_version", relations)):
            with cursor.copy(f"COPY {table} FROM STDIN") as stream:
                for row in found:
                    stream.write_row(row)
    peer.execute(INDEXES)


def twin_place(blob: bytes, twin: Twin) -> tuple[float, float, float]:
    """Return a stored point in local metres."""
    from twin_model.store.rows import decode_point

    place = decode_point(blob, twin.frame)
    assert place is not None
    return place


def alternately(
    one: Callable[[int], object], two: Callable[[int], object], times: int
) -> tuple[float, float]:
    """Return the 95th percentiles in milliseconds of two pieces of work, taken in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(times):
        for work, into in ((one, taken[0]), (two, taken[1])):
            started = time.perf_counter()
            work(n)
            into.append((time.perf_counter() - started) * 1e3)
    return float(np.percentile(taken[0], 95)), float(np.percentile(taken[1], 95))


def line(name: str, ours: float, peer: float) -> None:
    """Print one comparison; below 1 is faster for times."""
    print(f"{name}, {ours:.2f}, {peer:.2f}, {ours / peer:.2f}", flush=True)


def queries(twin: Twin, peer: Any, entities: int, times: int) -> None:
    """Compare questions; both must give the same answer."""
    at = twin.now().us
    asked = []
    for n in range(times):
        found = twin.entity(f"e{n * 7919 % entities}")
        assert found.position is not None
        x, y, _z = found.position
        asked.append((found.id, (x - 150.0, y - 150.0, x + 150.0, y + 150.0)))

    def values(n: int) -> dict[str, Any]:
        identifier, box = asked[n]
        return dict(zip("wsen", box, strict=True)) | {"id": identifier, "at": at}

    def theirs(sql: str, n: int) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = peer.execute(
            sql, values(n), prepare=True, binary=True
        ).fetchall()
        return found

    def hops(n: int) -> list[Entity]:
        return twin.entities(EntityQuery(related_to=asked[n][0], hops=2, bbox=asked[n][1]))

    def box(n: int) -> list[Entity]:
        return twin.entities(EntityQuery(bbox=asked[n][1]))

    for n in range(times):  # warm, and the same answers
        assert [e.id for e in hops(n)] == [row[0] for row in theirs(TWO_HOPS, n)]
        assert {e.id for e in box(n)} == {row[0] for row in theirs(BOX, n)}
    line(
        "two hops + box + as-of p95 (ms)", *alternately(hops, lambda n: theirs(TWO_HOPS, n), times)
    )
    size = statistics.mean(len(box(n)) for n in range(20))
    line(f"box of {size:.0f} p95 (ms)", *alternately(box, lambda n: theirs(BOX, n), times))
    line(
        "one entity by id p95 (ms)",
        *alternately(lambda n: twin.entity(asked[n][0]), lambda n: theirs(BY_ID, n), times),
    )


def edit_theirs(peer: Any, identifier: str, attributes: str, state: dict[str, Any]) -> None:
    """One bitemporal update with its journal entry, chained, in a transaction."""
    with peer.transaction():
        now = Instant.now().us
        state["revision"] += 1
        revision = state["revision"]
        old = peer.execute(
            "UPDATE entity_version SET revision_to = %s WHERE id = %s AND revision_to IS NULL"
            " AND valid_to = %s RETURNING fid, name",
            (revision, identifier, FOREVER.us), prepare=True,
        ).fetchone()  # fmt: skip
        before, name = old
        state["fid"] += 2
        with peer.pipeline():
            peer.execute(COPY_UNTIL, (state["fid"], now, revision, before), prepare=True)
            peer.execute(
                COPY_FROM, (state["fid"] + 1, attributes, now, revision, before), prepare=True
            )
            text = f"{state['hash']}{revision}{identifier}{attributes}{now}"
            state["hash"] = hashlib.sha256(text.encode()).hexdigest()
            payload = json.dumps({"entities": [identifier], "count": 1})
            peer.execute(
                "INSERT INTO journal VALUES (%s, %s, %s, %s, %s)",
                (revision, f"Edit {name}", now, payload, state["hash"]), prepare=True,
            )  # fmt: skip


def edits(twin: Twin, peer: Any, entities: int, times: int) -> None:
    """Compare single updates with journal; theirs also without waiting for the disk."""
    found = [twin.entity(f"e{n * 101 % entities}") for n in range(times)]
    commands = [EditEntities([replace(e, attributes={"height": n})]) for n, e in enumerate(found)]
    started = time.perf_counter()
    for command in commands:
        twin.execute(command)
    ours = times / (time.perf_counter() - started)
    first = peer.execute(
        "SELECT max(fid) + 1, max(revision_from) + 1 FROM entity_version"
    ).fetchone()
    state = {"fid": first[0], "revision": first[1], "hash": "0" * 64}
    for wait in ("on", "off"):
        peer.execute(f"SET synchronous_commit = {wait}")
        started = time.perf_counter()
        for n, entity in enumerate(found):
            edit_theirs(peer, entity.id, json.dumps({"height": n}), state)
        rate = times / (time.perf_counter() - started)
        line(f"updates with journal, their synchronous_commit {wait} (1/s)", ours, rate)


def main() -> int:
    """Run and print."""
    import psycopg  # needed by this file alone; see the top

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--times", type=int, default=300)
    arguments = parser.parse_args()
    with (
        psycopg.connect(arguments.dsn, autocommit=True) as peer,
        Twin.open(arguments.project) as twin,
    ):
        if not str(peer.info.dbname).startswith("bench"):
            parser.error("the database's name must begin with bench: its tables are replaced")
        print("name, ours, peer, ratio")
        entities = sum(twin.entity_counts().values())
        exists = peer.execute("SELECT to_regclass('relation_version')").fetchone()
        if arguments.again or exists == (None,):
            store = sqlite3.connect(
                f"{(arguments.project / 'twin.gpkg').as_uri()}?mode=ro", uri=True
            )
            started = time.perf_counter()
            copy(peer, store, twin)
            print(f"copying and indexing theirs (s), , {time.perf_counter() - started:.0f}, ")
        queries(twin, peer, entities, arguments.times)
        edits(twin, peer, entities, 3_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
