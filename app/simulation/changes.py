"""Changes of a scenario's document, as lines of tables are edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.simulation.draft import text_of, value_of
from app.simulation.words import (
    engine_name,
    engine_parameter,
    indicator_of,
    parameter_title,
    signals_off,
    simulated,
    simulator_title,
    yes_or_no,
)
from twin_model.simulation.scenario import engine_titles
from twin_model.simulation.templates import SIGNALS_OFF

Document = dict[str, Any]
#: The line at the end of an engine that a new parameter's name is typed into.
MORE: Final = "…"
_INDENT: Final = "    "
#: Names in one line.
_MOST_NAMES: Final = 12
_ASSUMPTION: Final = ("entity", "name", "value", "engine", "at_s")
#: Values of engines that are true or false.
_TRUTHS: Final = ("closed", "open")
_COUPLING: Final = ("from", "to", "delayed")


def assumption_rows(document: Document, name_of: Callable[[str], str]) -> list[tuple[str, ...]]:
    """Return entity, name, value, engine and seconds of each assumption."""
    return [
        (name_of(e["entity"]), e["name"], text_of(e["value"]), e["engine"], f"{e['at_s']:g}")
        for e in document["edits"]
    ]


def assumption_words(document: Document, name_of: Callable[[str], str]) -> list[tuple[str, ...]]:
    """Return the same as people read it."""
    found: list[tuple[str, ...]] = []
    titles = engine_titles(document)
    for row, one in zip(assumption_rows(document, name_of), document["edits"]):
        given = one["engine"]
        value = _valued(one["value"], document) or assumed_text(one)
        engine = engine_name(given, titles.get(given, "")) if given else given
        found.append((row[0], simulated(row[1]) if given else row[1], value, engine, row[4]))
    return found


def coupling_rows(document: Document) -> list[tuple[str, str, str]]:
    """Return both ends of each coupling, and whether it is delayed."""
    return [(c["from"], c["to"], text_of(c["delayed"])) for c in document["couplings"]]


def coupling_words(document: Document) -> list[tuple[str, str, str]]:
    """Return the same as people read it."""
    titles = engine_titles(document)
    return [
        (indicator_of(c["from"], titles), indicator_of(c["to"], titles), yes_or_no(c["delayed"]))
        for c in document["couplings"]
    ]


def engine_rows(document: Document) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Return the lines of engines, and what each stands for: engine and parameter, or nothing."""
    rows: list[tuple[str, str]] = []
    lines: list[tuple[int, str]] = []
    for number, engine in enumerate(document["engines"]):
        rows.append((engine["id"], engine["simulator"]))
        lines.append((number, ""))
        given = {"step_s": engine["step_s"], **engine["parameters"]}
        for name, value in given.items():
            rows.append((f"{_INDENT}{name}", text_of(value)))
            lines.append((number, name))
        rows.append((f"{_INDENT}{MORE}", ""))
        lines.append((number, MORE))
    return rows, lines


def engine_words(
    document: Document, lines: list[tuple[int, str]], name_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Return the lines of engines as people read them: titles, words, and names of entities.

    Parameters
    ----------
    document : dict
    lines : list of tuples
        As `engine_rows` returns them.
    name_of : callable
        Name by entity id; the id itself where there is no such entity.
    """
    words: list[tuple[str, str]] = []
    for number, name in lines:
        engine = document["engines"][number]
        if not name:
            called = engine_name(engine["id"], engine.get("title", ""))
            words.append((called, simulator_title(engine["simulator"])))
            continue
        value = engine["step_s"] if name == "step_s" else engine["parameters"].get(name, "")
        shown = MORE if name == MORE else engine_parameter(name)
        words.append((f"{_INDENT}{shown}", _valued(value, document) or _named(value, name_of)))
    return words


def assumed_text(edit: Mapping[str, Any]) -> str:
    """Return the value that is assumed of an entity; as a word what is true or false."""
    is_truth = edit.get("engine") and edit["name"] in _TRUTHS and edit["value"] in (0, 1)
    if edit.get("engine") and edit["name"] == "program" and edit["value"] == SIGNALS_OFF:
        return signals_off()
    return yes_or_no(edit["value"]) if is_truth else text_of(edit["value"])


def _valued(value: Any, document: Document) -> str:
    """Return the value of a scenario's parameter with its name; empty for any other value."""
    given = document.get("parameters", {})
    if not (isinstance(value, str) and value[:1] == "$" and value[1:] in given):
        return ""
    return f"{text_of(given[value[1:]])} ({parameter_title(value[1:])})"


def _named(value: Any, name_of: Callable[[str], str]) -> str:
    """Return a value with names in place of ids of entities, which have no blank in them."""
    if isinstance(value, str) and value and not any(sign in value for sign in " $/="):
        return name_of(value)
    if isinstance(value, Mapping) and value and all(isinstance(v, list) for v in value.values()):
        value = list(value)  # outlines by name: where they lie is seen in the scene
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ", ".join(name_of(one) for one in value[:_MOST_NAMES]) + (
            f" … ({len(value)})" if len(value) > _MOST_NAMES else "")  # fmt: skip
    return text_of(value)


def parameter_words(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return lines of parameters as people read them: how many people are on which storey."""
    return [(parameter_title(name), value) for name, value in rows]


def edit_parameter(document: Document, row: int, column: int, text: str) -> Document:
    """Change name or value of a parameter."""
    pairs = list(document["parameters"].items())
    name, value = pairs[row]
    pairs[row] = (text.strip(), value) if column == 0 else (name, value_of(text))
    return {**document, "parameters": dict(pairs)}


def add_parameter(document: Document) -> Document:
    """Add a parameter."""
    number = 1
    while f"parameter_{number}" in document["parameters"]:
        number += 1
    return {**document, "parameters": {**document["parameters"], f"parameter_{number}": 0}}


def remove_parameter(document: Document, row: int) -> Document:
    """Remove a parameter."""
    gone = list(document["parameters"])[row]
    kept = {name: value for name, value in document["parameters"].items() if name != gone}
    return {**document, "parameters": kept}


def edit_assumption(document: Document, row: int, column: int, text: str) -> Document:
    """Change a cell of an assumption."""
    field = _ASSUMPTION[column]
    value: Any = text.strip()
    if field == "value":
        value = value_of(text)
    elif field == "at_s":
        number = value_of(text)
        value = number if isinstance(number, (int, float)) else 0.0
    return _with(document, "edits", row, field, value)


def add_assumption(document: Document, entity: str) -> Document:
    """Add an assumption about an entity."""
    engines = document["engines"]
    one = {"entity": entity, "name": "closed", "value": 1,
           "engine": engines[0]["id"] if engines else "", "at_s": 0.0}  # fmt: skip
    return {**document, "edits": [*document["edits"], one]}


def edit_engine(document: Document, line: tuple[int, str], column: int, text: str) -> Document:
    """Change an engine's id, simulator, step, or a parameter's name or value."""
    number, name = line
    if not name:
        return _with(document, "engines", number, "id" if column == 0 else "simulator",
                     text.strip())  # fmt: skip
    if name == "step_s":
        return _with(document, "engines", number, "step_s", value_of(text))
    pairs = dict(document["engines"][number]["parameters"])
    value = pairs.pop(name, "")
    key = text.strip() if column == 0 else name
    if key and key != MORE:
        pairs[key] = value if column == 0 else value_of(text)
    return _with(document, "engines", number, "parameters", pairs)


def remove_engine(document: Document, line: tuple[int, str]) -> Document:
    """Remove an engine, or a parameter of it."""
    number, name = line
    if not name:
        return without(document, "engines", number)
    given = document["engines"][number]["parameters"]
    kept = {key: value for key, value in given.items() if key != name}
    return _with(document, "engines", number, "parameters", kept)


def set_parameters(document: Document, number: int, values: Document) -> Document:
    """Set parameters of an engine; empty ones are removed."""
    given = {**document["engines"][number]["parameters"], **values}
    kept = {name: value for name, value in given.items() if value not in ({}, "")}
    return _with(document, "engines", number, "parameters", kept)


def add_engine(document: Document, simulator: str) -> Document:
    """Add an engine with a name of its own."""
    taken = {engine["id"] for engine in document["engines"]}
    name = simulator.rpartition(".")[2]
    number = 1
    while (key := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    one = {"id": key, "simulator": simulator, "step_s": 60.0, "parameters": {}}
    return {**document, "engines": [*document["engines"], one]}


def edit_coupling(document: Document, row: int, column: int, text: str) -> Document:
    """Change a cell of a coupling."""
    field = _COUPLING[column]
    value: Any = text.strip()
    return _with(document, "couplings", row, field,
                 bool(value_of(value)) if field == "delayed" else value)  # fmt: skip


def add_coupling(document: Document) -> Document:
    """Add a coupling between the first two engines."""
    ids = [engine["id"] for engine in document["engines"]]
    if len(ids) < 2:
        return document
    one = {"from": f"{ids[0]}.value", "to": f"{ids[1]}.value", "delayed": True}
    return {**document, "couplings": [*document["couplings"], one]}


def without(document: Document, name: str, row: int) -> Document:
    """Remove a line."""
    return {**document, name: [one for n, one in enumerate(document[name]) if n != row]}


def _with(document: Document, name: str, row: int, field: str, value: Any) -> Document:
    changed = [{**one, field: value} if n == row else one for n, one in enumerate(document[name])]
    return {**document, name: changed}
