"""Values that have been so since before they were known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets.catalogue import entity_types_text
from store_contents import current
from twin_model.commands import AddEntities, EditEntities
from twin_model.comparison import ChangeKind, compare
from twin_model.entity import Entity
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.history import entity_history
from twin_model.query import EntityQuery
from twin_model.restating import EditSince
from twin_model.schema.catalogue import Catalogue
from twin_model.store.verify import verify_store
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

# Later than any clock says: a new project is recorded now, and nothing before it.
BUILT, MARCH, JUNE = Instant.parse("2020"), Instant.parse("2095-03-01"), Instant.parse("2095-06")
JANUARY, TODAY = Instant.parse("2095-01"), Instant.parse("2096-11-26")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    """A pump of 10 kW that was painted, and is said to have 15 kW since June."""
    with Twin.create(tmp_path / "v.shapan", Frame("EPSG:4549", (5e5, 3e6, 0.0))) as made:
        made.catalogue = Catalogue.load(entity_types_text())
        made.clock = lambda: JANUARY
        values = {"power_kw": 10.0, "colour": "grey"}
        pump = Entity("p", "pump", "P 7", (1.0, 2.0, 3.0), attributes=values, valid=Interval(BUILT))
        made.execute(AddEntities([pump]))
        made.clock = lambda: JUNE
        values = {"power_kw": 15.0, "colour": "blue"}
        made.execute(EditEntities([replace(made.entity("p"), attributes=values)]))
        made.clock = lambda: TODAY
        yield made


def power(twin: Twin, instant: Instant | None = None) -> object:
    view = twin if instant is None else twin.at(instant)
    return view.entity("p").attributes.get("power_kw")


def test_a_value_has_been_so_since_march_whatever_was_known_then(twin: Twin) -> None:
    twin.execute(EditSince(["p"], {"power_kw": 12.0}, MARCH), why="name plate")
    assert [power(twin, at) for at in (JANUARY, Instant(MARCH.us - 1))] == [10.0, 10.0]
    assert [power(twin, at) for at in (MARCH, JUNE, TODAY)] == [12.0, 12.0, 12.0]
    # Everything else stays as it was at each time.
    colours = [twin.at(at).entity("p").attributes["colour"] for at in (MARCH, JUNE)]
    assert colours == ["grey", "blue"]
    # What was known before somebody said so stays known.
    known = twin.as_known_on(Instant.parse("2096"))
    assert [known.at(at).entity("p").attributes["power_kw"] for at in (MARCH, TODAY)] == [
        10.0,
        15.0,
    ]
    found = twin.entities(EntityQuery(where="power_kw = 12 as of 2095-04"))
    assert [one.id for one in found] == ["p"]
    assert compare(twin.at(JANUARY), twin.at(MARCH)).counts[ChangeKind.CHANGED] == 1
    newest = entity_history(twin, "p")[0]
    assert (newest.kind, newest.why, newest.stands) == ("edit-since", "name plate", True)
    assert [(d.name, d.before, d.after) for d in newest.differences] == [("power_kw", 15.0, 12.0)]
    # The edit of June is not undone: what it said of the power was corrected.
    edit = entity_history(twin, "p")[1]
    assert (edit.stands, edit.undone) == (False, False)
    assert verify_store(twin) == []


def test_it_is_undone_and_done_again_and_edits_go_on_from_it(twin: Twin) -> None:
    before = current(twin)
    twin.execute(EditSince(["p"], {"power_kw": 12.0, "colour": None}, MARCH))
    after = current(twin)
    twin.undo()
    assert current(twin) == before and power(twin, MARCH) == 10.0
    assert [one.undone for one in entity_history(twin, "p")] == [False, True, False, False]
    twin.redo()
    assert [one.undone for one in entity_history(twin, "p")] == [False, True, False, False, False]
    assert current(twin) == after and "colour" not in twin.at(JUNE).entity("p").attributes
    twin.clock = lambda: Instant(TODAY.us + 1_000_000)
    twin.execute(EditEntities([replace(twin.entity("p"), attributes={"power_kw": 18.0})]))
    assert (power(twin), power(twin, TODAY)) == (18.0, 12.0)
    assert verify_store(twin) == []


def test_a_name_in_another_language_is_found_since_then(twin: Twin) -> None:
    twin.execute(EditSince(["p"], {"name_en": "Fountain"}, MARCH))
    assert [e.id for e in twin.entities(EntityQuery(text="fountain", at=MARCH))] == ["p"]
    assert not twin.entities(EntityQuery(text="fountain", at=JANUARY))


def test_what_cannot_have_been_so_is_refused_as_a_whole(twin: Twin) -> None:
    twin.execute(AddEntities([Entity("q", "pump", "Q 8", (1.0, 2.0, 3.0), valid=Interval(JUNE))]))
    before, revision = current(twin), twin.revision
    wrong = [
        (["p"], {"power_kw": 12.0}, Instant.parse("2097"), "lies in the future"),
        (["p", "q"], {"power_kw": 12.0}, MARCH, "Q 8 is there only since 2095-06"),
        (["p"], {"efficiency_percent": 140.0}, MARCH, "efficiency_percent = 140"),
    ]  # fmt: skip
    for names, values, since, why in wrong:
        with pytest.raises(ValidationError, match=why):
            twin.execute(EditSince(names, values, since))
    with pytest.raises(StoreError, match="no entity"):
        twin.execute(EditSince(["nobody"], {"power_kw": 12.0}, MARCH))
    assert (current(twin), twin.revision) == (before, revision)
