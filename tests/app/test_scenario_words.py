"""Lines of engines as people read them, and as they are edited."""

from __future__ import annotations

from app.simulation.changes import edit_engine, engine_rows, engine_words
from app.simulation.words import engine_name, indicator_of

NAMES = {"6749f03f": "Arrivals", "e88347db": "North door"}
DOCUMENT = {
    "engines": [
        {"id": "level-1", "title": "Ground floor", "simulator": "nobody.has.it", "step_s": 1.0,
         "parameters": {"area": ["6749f03f"], "exits": ["e88347db", "door-2"],
                        "people": "$people", "roads": "type = 'road'", "own": 3}},
    ]
}  # fmt: skip


def test_entities_are_read_by_their_names_and_edited_by_their_ids() -> None:
    rows, lines = engine_rows(DOCUMENT)
    words = engine_words(DOCUMENT, lines, lambda one: NAMES.get(one, one))
    read = {name.strip(): value for name, value in words}
    assert read["Where people walk"] == "Arrivals"
    assert read["Exits"] == "North door, door-2"
    # What is no id stays as it is: numbers, names of parameters that are not there, queries.
    assert (read["People"], read["Roads"], read["own"]) == ("$people", "type = 'road'", "3")
    valued = engine_words({**DOCUMENT, "parameters": {"people": 40}}, lines, str)
    assert ("    People", "40 (people)") in valued and ("    people", "$people") in rows
    assert read["Ground floor"] == "nobody.has.it"
    edited = [name for name, _ in rows].index("    exits")
    assert rows[edited] == ("    exits", '["e88347db", "door-2"]')
    changed = edit_engine(DOCUMENT, lines[edited], 1, '["door-2"]')
    assert changed["engines"][0]["parameters"]["exits"] == ["door-2"]


def test_engines_are_called_by_their_title_and_else_by_what_they_compute() -> None:
    titles = {"level-2": "二层 出发"}
    assert indicator_of("level-2.passed", titles) == "二层 出发 · People who left here"
    assert indicator_of("level-1.passed", titles) == "Level 1 · People who left here"
    assert (engine_name("sewer"), engine_name("tank-7")) == ("Sewers", "tank-7")
