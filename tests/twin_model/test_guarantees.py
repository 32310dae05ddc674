"""Nothing is accepted half and nothing saved is lost: kills, full disks, damage, clocks."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from older_formats import made_older
from store_contents import current
from twin_model.commands import (
    AddEntities,
    EditEntities,
    RemoveRelations,
)
from twin_model.comparison import compare, entity_differences
from twin_model.edit_marks import edit_marks
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.history import entity_history
from twin_model.impact import impact, path
from twin_model.neighbourhood import neighbourhood
from twin_model.query import EntityQuery
from twin_model.store.verify import verify_store
from twin_model.time import Instant
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (0.0, 0.0, 0.0))
KILLS = 200

WRITER = """
import itertools, os, sys
from dataclasses import replace
from pathlib import Path
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity, Relation
from twin_model.twin import Twin

while True:  # one line a project: opened, written to until it is killed
    folder = sys.stdin.readline().strip()
    twin = Twin.open(Path(folder))
    start = twin.count()
    for n in itertools.count(start):
        made = Entity(f"e{n}", "pump", f"P{n}", (float(n), 0.0, 0.0), attributes={"n": n})
        links = [Relation(f"r{n}", "feeds", f"e{n - 1}", f"e{n}")] if n else []
        twin.execute(AddEntities([made], links))
        os.write(1, b'%d\\n' % n)  # one write: print makes two, and dies between them
"""


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        yield made


# -- killed ----------------------------------------------------------------------------


def fork_writers(folder: Path, count: int) -> Iterator[list[int]]:
    """Yield what each of *count* writers had been told is saved when it was killed.

    One warm process forks a writer at a time: importing anew for each would take minutes.
    """
    code = (
        "import os, sys\nimport twin_model.twin, twin_model.commands\n"
        "for line in sys.stdin:\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        sys.stdin = open(os.dup(os.open(line.strip(), os.O_RDONLY)))\n"
        f"        exec({WRITER!r})\n"
        "    print('pid', pid, flush=True)\n"
        "    os.waitpid(pid, 0)\n"
        "    print('gone', flush=True)\n"
    )
    where = folder.parent / "folder.txt"
    where.write_text(f"{folder}\n")
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    chance = random.Random(7)
    assert parent.stdin is not None and parent.stdout is not None
    try:
        for _ in range(count):
            parent.stdin.write(f"{where}\n")
            parent.stdin.flush()
            pid, acknowledged, killed = 0, [], False
            for line in parent.stdout:
                if line.startswith("pid"):
                    pid = int(line.split()[1])
                elif line.startswith("gone"):
                    break
                else:
                    acknowledged.append(int(line))
                if pid and acknowledged and not killed:
                    time.sleep(chance.uniform(0.0, 0.02))
                    os.kill(pid, signal.SIGKILL)
                    killed = True
            yield acknowledged
    finally:
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGKILL")
def test_two_hundred_kills_during_commits_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a.shapan"
    Twin.create(folder, FRAME).close()
    kills = 0
    for acknowledged in fork_writers(folder, KILLS):
        kills += 1
        with Twin.open(folder, read_only=True) as twin:
            count = twin.count()
            assert count > max(acknowledged)
            newest = twin.entity(f"e{count - 1}")
            assert newest.attributes == {"n": count - 1}
            assert twin.revision == count + 1  # the frame came first; one revision a pump
            if count > 1:
                assert [r.id for r in twin.relations(newest.id)] == [f"r{count - 1}"]
    assert kills == KILLS
    with Twin.open(folder) as twin:
        assert verify_store(twin) == []


# -- full disks ------------------------------------------------------------------------


def many(start: int, count: int) -> list[Entity]:
    return [
        Entity(f"e{n}", "pump", f"P{n}", (float(n), 0.0, 0.0)) for n in range(start, start + count)
    ]


def test_a_full_disk_is_a_clear_error_and_what_was_saved_stays(twin: Twin) -> None:
    twin.execute(AddEntities(many(0, 100)))
    revision = twin.revision
    pages = twin._writer.execute("PRAGMA page_count").fetchone()[0]
    twin._writer.execute(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(StoreError, match=r"could not be written \(.*full\); free some"):
        twin.execute(AddEntities(many(100, 5_000)))
    assert twin.count() == 100 and twin.revision == revision
    assert verify_store(twin) == []
    twin._writer.execute("PRAGMA max_page_count = 1000000")
    twin.execute(AddEntities(many(100, 5_000)))
    assert twin.count() == 5_100
    assert twin.undo() == "Add 5000 entities"
    assert verify_store(twin) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes")
def test_a_file_that_may_not_grow_is_a_clear_error_and_what_was_saved_stays(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as made:
        made.execute(AddEntities(many(0, 100)))
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from twin_model.commands import AddEntities; from twin_model.entity import Entity\n"
        "from twin_model.errors import StoreError; from twin_model.twin import Twin\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "twin = Twin.open(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    twin.execute(AddEntities([Entity(f'x{n}', 'pump') for n in range(20_000)]))\n"
        "except StoreError as error:\n    print(error, twin.count())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert "could not be written" in done.stdout and done.stdout.strip().endswith("100")
    with Twin.open(folder) as again:
        assert again.count() == 100
        assert verify_store(again) == []


# -- damage ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_damaged_pages_are_found_or_refused_and_never_a_traceback(
    tmp_path: Path, seed: int
) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as made:
        made.execute(AddEntities(many(0, 400)))
    store = folder / "twin.gpkg"
    content = bytearray(store.read_bytes())
    chance = random.Random(seed)
    for _ in range(1 + seed % 4):
        page = chance.randrange(0 if seed == 0 else 1, len(content) // 4096)
        content[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
    store.write_bytes(content)
    try:
        with Twin.open(folder) as twin:
            assert verify_store(twin)
    except StoreError as error:
        assert "twin.gpkg" in str(error)


def test_damage_that_is_met_while_working_is_an_error_that_names_the_store(tmp_path: Path) -> None:
    sound = tmp_path / "sound.shapan"
    with Twin.create(sound, FRAME) as made:
        made.execute(AddEntities(many(0, 600)))
    content = (sound / "twin.gpkg").read_bytes()
    met = 0
    for seed in range(30):
        folder = tmp_path / "damaged.shapan"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound, folder)
        chance, pages = random.Random(seed), bytearray(content)
        for page in chance.sample(range(1, len(pages) // 4096), 1 + seed % 5):
            pages[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
        (folder / "twin.gpkg").write_bytes(pages)
        try:
            with Twin.open(folder) as twin:
                found = twin.entities()
                twin.execute(EditEntities([replace(one, name="seen") for one in found[:300]]))
                twin.undo()
                assert twin.layers() == [] and twin.journal()
        except StoreError as error:
            assert "twin.gpkg" in str(error)
            met += 1
    assert met > 10


QUESTIONS: dict[str, Callable[[Twin, Instant], object]] = {
    "impact": lambda twin, _: impact(twin, "e0"),
    "path": lambda twin, _: path(twin, "e0", "e590"),
    "neighbourhood": lambda twin, _: neighbourhood(twin, ["e0"], {"e0": 500}),
    "neighbourhood then": lambda twin, then: neighbourhood(twin.at(then), ["e0"], {"e0": 500}),
    "comparison": lambda twin, then: compare(twin.at(then), twin),
    "differences": lambda twin, then: entity_differences(twin.at(then), twin, "e7"),
    "history": lambda twin, _: entity_history(twin, "e7"),
    "marks": lambda twin, then: edit_marks(twin, then, Instant.now(), 10),
    "relations": lambda twin, _: twin.relations("e0"),
}


def test_damage_met_by_impact_graph_comparison_and_history_names_file_reason_and_remedy(
    tmp_path: Path,
) -> None:
    sound = tmp_path / "sound.shapan"
    with Twin.create(sound, FRAME) as made:
        feeds = [Relation(f"r{n}", "feeds", f"e{n // 8}", f"e{n + 1}") for n in range(599)]
        made.execute(AddEntities(many(0, 600), feeds))
        then = Instant.now()
        made.execute(EditEntities([replace(one, name="seen") for one in made.entities()[:300]]))
    store = sound / "twin.gpkg"
    content = store.read_bytes()
    count = len(content) // 4096
    met = dict.fromkeys(QUESTIONS, 0)
    for seed in range(6):
        store.write_bytes(content)
        with Twin.open(sound, read_only=True) as twin:
            # A disk goes bad while the project is open; the schema on the first page is whole.
            chance, pages = random.Random(seed), bytearray(content)
            for page in chance.sample(range(1, count), (count - 1) * (seed + 1) // 6):
                pages[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
            store.write_bytes(pages)
            for name, ask in QUESTIONS.items():
                try:
                    ask(twin, then)
                except StoreError as error:
                    said = str(error)
                    assert said.startswith(f"{store}: cannot be read ("), said
                    assert said.endswith("; run shapan check, or restore it from a copy")
                    met[name] += 1
    assert min(met.values()) > 0, met


def test_a_store_of_a_newer_format_is_refused_even_where_the_project_file_is_older(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a.shapan"
    Twin.create(folder, FRAME).close()
    connection = sqlite3.connect(folder / "twin.gpkg")
    connection.execute("UPDATE shapan_meta SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()
    for read_only in (False, True):
        with pytest.raises(StoreError, match="newer Shapan"):
            Twin.open(folder, read_only=read_only)


FORMAT_1 = """
DROP TABLE entity_box; DROP TABLE entity_text; DROP TABLE entity_type; DROP TABLE entity_code;
DROP TABLE kind_seen; DROP TABLE definition_version; DROP INDEX relation_version_since;
DROP INDEX relation_version_until; DROP INDEX entity_version_entity;
DROP INDEX entity_version_origin;
CREATE INDEX entity_version_entity ON entity_version(entity);
CREATE INDEX entity_version_type ON entity_version(type) WHERE revision_to IS NULL;
CREATE INDEX entity_version_from ON entity_version(revision_from);
CREATE INDEX entity_version_origin ON entity_version(coalesce(origin, fid))
  WHERE revision_to IS NULL;
CREATE VIRTUAL TABLE entity_box USING rtree(fid, min_x, max_x, min_y, max_y, min_z, max_z);
UPDATE shapan_meta SET value = '1' WHERE key = 'format';
"""


def test_a_store_of_format_1_is_brought_forward_and_keeps_its_journal(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities(many(0, 20), [Relation("r", "feeds", "e1", "e2")]))
        moved = replace(twin.entity("e3"), position=(900.0, 0.0, 0.0), name="水泵")
        twin.execute(EditEntities([moved]))
        before, entries = current(twin), twin.journal()
    made_older(folder, FORMAT_1)
    file = folder / "project.json"
    file.write_text(file.read_text().replace('"version": 6', '"version": 1'))
    with pytest.raises(StoreError, match="open it once for writing"):
        Twin.open(folder, read_only=True)
    with Twin.open(folder) as twin:
        assert current(twin) == before and twin.journal() == entries
        assert verify_store(twin) == []
        assert [e.id for e in twin.entities(EntityQuery(bbox=(800, -1, 1000, 1)))] == ["e3"]
        assert [e.id for e in twin.entities(EntityQuery(text="水泵"))] == ["e3"]
        assert twin.count(EntityQuery(type="pump")) == 20
        assert len(twin.entities(EntityQuery(where="reached from e1 by feeds"))) == 1
        assert twin.undo() == "Edit 水泵"
        assert twin.entity("e3").name == "P3"
    with Twin.open(folder, read_only=True) as twin:
        assert twin.count() == 20


FORMAT_2 = """
DROP TABLE definition_version; DROP INDEX relation_version_since; DROP INDEX relation_version_until;
DROP INDEX entity_version_entity; DROP INDEX entity_version_feature;
CREATE INDEX entity_version_entity ON entity_version(entity, revision_to, valid_to);
CREATE INDEX entity_version_feature ON entity_version(layer, feature)
  WHERE revision_to IS NULL AND layer IS NOT NULL;
UPDATE shapan_meta SET value = '2' WHERE key = 'format';
"""


def indexes_of(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "twin.gpkg")
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {" ".join(row[0].split()) for row in found}


def test_a_store_of_format_2_is_brought_forward_and_keeps_its_journal(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities(many(0, 20), [Relation("r", "feeds", "e1", "e2")]))
        twin.execute(RemoveRelations(["r"]))
        before, entries = current(twin), twin.journal()
    made = indexes_of(folder)
    made_older(folder, FORMAT_2)
    assert indexes_of(folder) != made
    with Twin.open(folder) as twin:
        assert current(twin) == before and twin.journal() == entries
        assert verify_store(twin) == []
        assert twin.undo() == "Remove a relation"
        assert [r.id for r in twin.relations("e1")] == ["r"]
    assert indexes_of(folder) == made


def test_missing_index_entries_are_found_and_mended(twin: Twin) -> None:
    twin.execute(AddEntities(many(0, 20)))
    before = [e.id for e in twin.entities(EntityQuery(bbox=(3, -1, 5, 1)))]
    twin._writer.execute("DELETE FROM entity_box")
    twin._writer.execute("INSERT INTO entity_text (entity_text) VALUES ('delete-all')")
    assert len(verify_store(twin)) == 2
    assert verify_store(twin, repair=True) == []
    assert [e.id for e in twin.entities(EntityQuery(bbox=(3, -1, 5, 1)))] == before != []
    assert [e.id for e in twin.entities(EntityQuery(text="P11"))] == ["e11"]


def test_rows_that_no_journal_entry_knows_are_found(twin: Twin) -> None:
    twin.execute(AddEntities(many(0, 3)))
    twin._writer.execute(
        "INSERT INTO entity_version SELECT fid + 100, geom, entity, id, type, name, layer, feature,"
        " guid, own_geometry, heading_deg, attributes, indicators, rules,"
        " management_code, space_code, time_code, valid_from, valid_to, revision_from - 1, 1, NULL,"
        " 0, 0, ''"
        " FROM entity_version WHERE fid = 1"
    )
    assert any("entity_version" in problem or "rows" in problem for problem in verify_store(twin))


def test_the_second_process_to_open_a_project_hears_who_holds_it(twin: Twin) -> None:
    with pytest.raises(StoreError, match="open for writing in process"):
        Twin.open(twin.path)


# -- clocks ----------------------------------------------------------------------------


def test_a_clock_that_goes_backwards_hides_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        base = Instant.now().us
        for n, offset in enumerate((0, 5_000_000, -3_600_000_000, -3_600_000_000, 9_000_000)):
            now = Instant(base + 1_000_000 + offset)
            twin.clock = lambda now=now: now
            twin.execute(AddEntities([Entity(f"e{n}", "pump")]))
            twin.execute(EditEntities([replace(twin.entity(f"e{n}"), name="seen")]))
            assert twin.count() == n + 1
        recorded = [entry.recorded.us for entry in twin.journal()]
        assert recorded == sorted(set(recorded))
        said = [json.loads(entry.payload).get("clock_us") for entry in twin.journal()]
        assert base + 1_000_000 - 3_600_000_000 in said
        assert verify_store(twin) == []
