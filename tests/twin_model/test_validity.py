"""Since when and until when things are in the world, said after they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import shapely

from store_contents import current
from twin_model.commands import AddEntities, EditEntities, RemoveEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.history import entity_history
from twin_model.store.verify import verify_store
from twin_model.time import ALWAYS, FOREVER, Instant, Interval
from twin_model.topology import KeepTopology
from twin_model.twin import Twin
from twin_model.validity import SetValidity, life_of

# Later than any day on which this runs: what a project does is never earlier than its making.
BUILT, MARCH, TODAY = Instant.parse("2008"), Instant.parse("2096-03"), Instant.parse("2096-11-26")
OPENING = Instant.parse("2097-05")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "v.shapan", Frame("EPSG:4549", (5e5, 3e6, 0.0))) as made:
        made.clock = lambda: TODAY
        things = [
            Entity(name, "building", name, (1.0, 2.0, 3.0), valid=Interval(TODAY))
            for name in ("hall", "yard")
        ]
        made.execute(AddEntities(things, [Relation("r", "contains", "yard", "hall")]))
        yield made


def is_there(twin: Twin, instant: Instant) -> bool:
    return any(one.id == "hall" for one in twin.at(instant).entities())


def test_what_was_entered_today_was_built_long_ago(twin: Twin) -> None:
    before = twin.now()
    twin.clock = lambda: Instant(TODAY.us + 3_600_000_000)
    twin.execute(SetValidity(["hall"], start=BUILT))
    assert is_there(twin, MARCH) and not is_there(twin, Instant.parse("2007"))
    assert twin.entity("hall").valid == Interval(BUILT)
    # It was not known before somebody said so.
    known = twin.as_known_on(before)
    assert known.entity("hall").valid.start == TODAY
    twin.undo()
    assert not is_there(twin, MARCH)
    assert verify_store(twin) == []


def test_spatial_relations_reach_back_as_far_as_both_ends_were_as_they_are(twin: Twin) -> None:
    outline = shapely.to_wkb(shapely.box(0.0, 0.0, 20.0, 20.0))
    twin.execute(SetValidity(["yard"], start=BUILT))
    twin.execute(KeepTopology(EditEntities([replace(twin.entity("yard"), geometry=outline)])))
    outlined = twin.now()
    opened = Instant.parse("2015")
    lot = replace(twin.entity("yard"), id="lot", valid=Interval(opened))
    began = Instant(outlined.us + 3_600_000_000)
    twin.clock = lambda: began
    pump = Entity("pump", "pump", "Pump", (5.0, 5.0, 0.0), valid=Interval(began))
    twin.execute(KeepTopology(AddEntities([pump, lot])))
    before = current(twin)

    def within(instant: Instant) -> list[str]:
        found = twin.at(instant).relations("pump")
        return sorted(one.target for one in found if one.kind == "within")

    assert within(twin.now()) == ["lot", "yard"]
    twin.execute(SetValidity(["pump"], start=BUILT))
    assert within(outlined) == ["lot", "yard"]
    assert within(MARCH) == ["lot"]  # the yard had no outline then
    assert within(Instant.parse("2014")) == []
    twin.execute(SetValidity(["lot"], start=BUILT))
    assert within(Instant.parse("2014")) == ["lot"]
    twin.undo()
    twin.undo()
    assert current(twin) == before
    assert verify_store(twin) == []


def test_spatial_relations_go_on_with_a_thing_that_stays_longer_than_was_said(twin: Twin) -> None:
    outline = shapely.to_wkb(shapely.box(0.0, 0.0, 20.0, 20.0))
    twin.execute(KeepTopology(EditEntities([replace(twin.entity("yard"), geometry=outline)])))
    pump = Entity("pump", "pump", "Pump", (5.0, 5.0, 0.0))
    twin.execute(KeepTopology(AddEntities([pump])))

    def until() -> Instant:
        (found,) = (one for one in twin.relations("pump") if one.kind == "within")
        return found.valid.end

    twin.execute(SetValidity(["pump"], end=OPENING))
    assert until() == OPENING
    twin.execute(SetValidity(["yard"], end=Instant.parse("2099")))
    twin.execute(SetValidity(["pump"], end=FOREVER))
    assert until() == Instant.parse("2099")  # no longer than the yard is
    twin.execute(SetValidity(["yard"], end=FOREVER))
    assert until() == FOREVER
    for wanted in (Instant.parse("2099"), OPENING):
        twin.undo()
        assert until() == wanted
    assert verify_store(twin) == []


def test_what_was_pulled_down_in_march_is_gone_since_and_so_are_its_relations(twin: Twin) -> None:
    twin.execute(SetValidity(["hall"], ALWAYS, MARCH))
    assert is_there(twin, Instant.parse("2026-02")) and not is_there(twin, MARCH)
    with pytest.raises(StoreError, match="no entity"):
        twin.entity("hall")
    assert twin.relations("yard") == []
    assert twin.at(Instant.parse("2026-02")).relations("hall")
    with pytest.raises(StoreError, match="does not exist now"):
        twin.execute(SetValidity(["hall"], end=FOREVER))


def test_what_will_end_can_be_edited_until_then_and_ends_all_the_same(twin: Twin) -> None:
    twin.execute(SetValidity(["hall"], end=OPENING))
    twin.execute(EditEntities([replace(twin.entity("hall"), name="Old hall")]))
    assert twin.entity("hall").name == "Old hall"
    assert is_there(twin, TODAY) and not is_there(twin, OPENING)
    (relation,) = twin.relations("hall")
    assert relation.valid.end == OPENING
    newest = entity_history(twin, "hall")[0]
    assert newest.entity is not None and [one.name for one in newest.differences] == ["name"]
    twin.execute(RemoveEntities(["hall"]))
    assert not is_there(twin, twin.now())


def test_what_opens_later_is_not_there_yet(twin: Twin) -> None:
    twin.execute(SetValidity(["hall"], start=OPENING))
    assert not is_there(twin, twin.now()) and is_there(twin, OPENING)
    twin.execute(SetValidity(["hall"], start=MARCH))  # earlier than planned
    assert is_there(twin, MARCH)


def test_versions_in_between_stay_and_those_outside_are_cut(twin: Twin) -> None:
    for number, name in enumerate(["second", "third"], start=1):
        day = Instant(TODAY.us + number * 86_400_000_000)
        twin.clock = partial(Instant, day.us)
        twin.execute(EditEntities([replace(twin.entity("hall"), name=name)]))
    twin.execute(SetValidity(["hall"], BUILT))
    assert twin.at(MARCH).entity("hall").name == "hall"
    assert life_of(twin, twin.entity("hall")) == Interval(BUILT)
    assert twin.entity("hall").valid.start > TODAY
    later = Instant(TODAY.us + 86_400_000_000)
    assert twin.at(later).entity("hall").name == "second"
    twin.execute(SetValidity(["hall"], later))
    assert not is_there(twin, TODAY)
    assert twin.at(later).entity("hall").name == "second"
    assert twin.entity("hall").name == "third"


def test_history_says_what_was_said(twin: Twin) -> None:
    twin.execute(
        SetValidity(["hall"], BUILT, OPENING, "Set when hall is there"), why="land register"
    )
    newest = entity_history(twin, "hall")[0]
    assert newest.why == "land register"
    found = {one.name: (one.before, one.after) for one in newest.differences}
    assert found == {"start": (TODAY, BUILT), "end": (FOREVER, OPENING)}


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [(None, MARCH, "ends before it begins"), (OPENING, OPENING, "ends before it begins")],
)
def test_an_end_before_the_beginning_is_refused(
    twin: Twin, start: Instant | None, end: Instant, said: str
) -> None:
    revision = twin.revision
    with pytest.raises(ValidationError, match=said):
        twin.execute(SetValidity(["hall"], start, end))
    assert twin.revision == revision


def test_a_second_life_does_not_reach_into_the_first(twin: Twin) -> None:
    removed = twin.entity("hall")
    twin.clock = lambda: Instant(TODAY.us + 10)
    twin.execute(RemoveEntities(["hall"]))
    twin.clock = lambda: Instant(TODAY.us + 86_400_000_000)
    twin.execute(AddEntities([replace(removed, valid=Interval(twin.now()))]))
    with pytest.raises(ValidationError, match="it was there before, until 2096-11-26"):
        twin.execute(SetValidity(["hall"], BUILT))
