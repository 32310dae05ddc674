"""A comparison of runs as a web page, and the same as PDF."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from app import messages
from app.item_models.alarms import value_text
from app.numbers import duration
from app.panels.time_axis import moment
from app.simulation.changes import assumed_text
from app.simulation.compared import ComparedData
from app.simulation.differences import COURSES, LETTERS, change_text, signed, with_unit
from app.simulation.periods import computed_s, computed_text, period_text
from app.simulation.report_pages import DIM, LINE, TEXT, course_picture, image_html, write_pdf
from app.simulation.words import (
    engine_name,
    engine_parameter,
    run_state,
    simulated,
    simulator_title,
    yes_or_no,
)
from app.unit_words import label
from twin_model.errors import StoreError
from twin_model.simulation.comparison import ComparedFigure
from twin_model.time import Instant

translate = QCoreApplication.translate
FloatArray = npt.NDArray[np.float64]
_MOST_CHARTS: Final = 6
_MOST_ENTITIES: Final = 25
#: Of a scenario's document, what is said elsewhere.
_UNSAID: Final = ("title", "template", "format", "edits")
_STYLE: Final = f"""
body {{ font-family: "Noto Sans", "Noto Sans CJK SC", sans-serif; color: {TEXT};
        font-size: 13px; max-width: 900px; margin: 32px auto; line-height: 1.45; }}
h1 {{ font-size: 22px; }} h2 {{ font-size: 16px; margin-top: 28px; }}
table {{ border-collapse: collapse; width: 100%; }}
th {{ text-align: left; color: {DIM}; font-weight: 600; }}
th, td {{ border-bottom: 1px solid {LINE}; padding: 4px 8px 4px 0; vertical-align: top; }}
.number {{ text-align: right; white-space: nowrap; }} th, .short {{ white-space: nowrap; }}
.dim {{ color: {DIM}; }}
img {{ max-width: 100%; height: auto; }}
"""


@dataclass(frozen=True, eq=False)
class ReportInput:
    """What goes into a report.

    Parameters
    ----------
    project : str
        Title of the project.
    data : ComparedData
    courses : list of (ComparedFigure, list of (seconds, values))
        What is drawn as charts.
    picture : QImage or None
        The scene as it is shown.
    caption : str
        What the picture shows.
    colours : list of str
        ``#rrggbb`` a run.
    """

    project: str
    data: ComparedData
    courses: Sequence[tuple[ComparedFigure, Sequence[tuple[FloatArray, FloatArray]]]]
    picture: QImage | None
    caption: str
    colours: Sequence[str]


def charted(figures: Sequence[ComparedFigure]) -> list[ComparedFigure]:
    """Return the figures whose course is worth a chart: those that differ, the greatest first."""
    differing = [one for one in figures if one.differs]

    def share(one: ComparedFigure) -> float:
        found = [abs(one.relative(n)) for n in range(1, len(one.values))]
        return max((value for value in found if math.isfinite(value)), default=0.0)

    # Of what is known once, at the end, the course of what it is about is drawn.
    known = {(one.engine, one.indicator): one for one in figures}
    wanted = dict.fromkeys(
        (one.engine, COURSES.get(one.indicator, one.indicator))
        for one in sorted(differing, key=share, reverse=True)
    )
    return [known[one] for one in wanted if one in known][:_MOST_CHARTS]


def report_html(given: ReportInput) -> str:
    """Return the report as one page with its pictures in it."""
    title = translate("Report", "Comparison of runs")
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="dim">{html.escape(given.project)} · {moment(Instant.now())}</p>',
        _runs(given.data, given.colours), _assumptions(given.data),
        _heading(translate("Report", "Figures")), _figures(given.data),
    ]  # fmt: skip
    if given.picture is not None and not given.picture.isNull():
        parts.append(_heading(translate("Report", "In the scene")))
        parts.append(image_html(given.picture, given.caption))
    if given.courses:
        parts.append(_heading(translate("Report", "Course")))
        several = len({figure.engine for figure in given.data.figures}) > 1
        for figure, lines in given.courses:
            title = with_unit(figure.indicator, figure.unit)
            title += f" · {given.data.engine_name(figure.engine)}" if several else ""
            parts.append(image_html(course_picture(title, lines, given.colours)))
    if given.data.entities:
        parts.append(_heading(translate("Report", "Entities that changed most")))
        parts.append(_entities(given.data))
    parts.append(_fineprint(given.data))
    body = "\n".join(parts)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _heading(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"


def _dim(text: str) -> str:
    return f'<p class="dim">{html.escape(text)}</p>'


def _row(cells: Sequence[str], *, tag: str = "td", numbers_from: int = 1) -> str:
    return "<tr>" + "".join(
        f'<{tag} class="number">{c}</{tag}>' if n >= numbers_from else f"<{tag}>{c}</{tag}>"
        for n, c in enumerate(cells)
    ) + "</tr>"  # fmt: skip


def _table(rows: Sequence[str]) -> str:
    """Return a table whose first row is its head, which is said again on each page."""
    head, body = f"<thead>{rows[0]}</thead>", "".join(rows[1:])
    return f'<table cellspacing="0" width="100%">{head}<tbody>{body}</tbody></table>'


def _runs(data: ComparedData, colours: Sequence[str]) -> str:
    heads = [translate("Report", "Run"), translate("Report", "Scenario"),
             translate("Report", "State"), translate("Report", "Simulated"),
             translate("Report", "Computed in"), translate("Report", "Seed"),
             translate("Report", "Engines")]  # fmt: skip
    rows = [_row(heads, tag="th", numbers_from=9)]
    for number, about in enumerate(data.abouts):
        start = Instant.parse(str(about["start"]))
        reached = Instant.parse(str(about.get("reached") or about["start"]))
        mark = f'<span style="color: {colours[number]}">■</span>'
        cells = [f"{mark} <b>{LETTERS[number]}</b> {data.ids[number]}", data.titles[number],
                 run_state(str(about.get("state", ""))), period_text(start, reached),
                 computed_text(computed_s(about)) or "–", str(about.get("seed", "")),
                 _simulators(about)]  # fmt: skip
        row = _row([cells[0], *(html.escape(c) for c in cells[1:])], numbers_from=9)
        state = f"<td>{html.escape(cells[2])}</td>"
        rows.append(row.replace(state, state.replace("<td>", '<td class="short">')))
    return _table(rows)


def _simulators(about: Mapping[str, Any]) -> str:
    """Return what computed a run, each once; by which method is said at the end."""
    engines = about.get("scenario", {}).get("engines", ())
    return ", ".join(dict.fromkeys(simulator_title(str(one["simulator"])) for one in engines))


def _assumptions(data: ComparedData) -> str:
    """Return what the scenarios say otherwise than the first."""
    # Runs of earlier versions do not say that they end early, which is usual.
    told = [{"ends_early": True, **about.get("scenario", {})} for about in data.abouts]
    told = [_with_values(one) for one in told]
    flat = [
        _flattened(one, data.names)
        | _edits(one.get("edits", ()), data.names, about.get("inputs", {}))
        for one, about in zip(told, data.abouts)
    ]
    names = sorted({name for one in flat for name in one})
    differing = [n for n in names if len({one.get(n, "–") for one in flat}) > 1]
    if not differing:
        return _dim(translate("Report", "The scenarios say the same."))
    rows = [
        _row([translate("Report", "What differs"), *LETTERS[: len(flat)]], tag="th", numbers_from=9)
    ]
    rows += [
        _row(
            [html.escape(n), *(html.escape(one.get(n, "–")[:160]) for one in flat)], numbers_from=9
        )
        for n in differing
    ]
    return _heading(translate("Report", "Assumptions")) + _table(rows)


def _with_values(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario's document with values in place of the parameters that stand for them.

    Where they are used they say something; by themselves, they change nothing.
    """
    given = scenario.get("parameters", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, str) and value[:1] == "$" and value[1:] in given:
            return given[value[1:]]
        if isinstance(value, Mapping):
            return {key: resolved(one) for key, one in value.items()}
        return [resolved(one) for one in value] if isinstance(value, list) else value

    return {key: resolved(one) for key, one in scenario.items() if key != "parameters"}


def _flattened(value: Any, names: Mapping[str, str], name: str = "") -> dict[str, str]:
    """Return a scenario's document as names and texts; lists of things by their names or ids."""
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for key, one in value.items():
            if not name and key not in _UNSAID:
                found |= _flattened(one, names, _field(key))
            elif name:
                called = "" if key == "parameters" else f" · {engine_parameter(key)}"
                found |= _flattened(one, names, f"{name}{called}")
        return found
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        found = {}
        for number, one in enumerate(value):
            key = str(one.get("id") or one.get("entity") or one.get("from") or number)
            called = engine_name(key, str(one.get("title") or "")) if "id" in one else key
            found |= _flattened(one, names, f"{name} · {names.get(key, called)}")
        return found
    if isinstance(value, bool):
        return {name: yes_or_no(value)}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {name: names.get(text, text)}


def _edits(
    edits: Sequence[Mapping[str, Any]], names: Mapping[str, str],
    inputs: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:  # fmt: skip
    """Return what is assumed of each entity, and from when on.

    Parameters
    ----------
    edits : sequence of dict
    names : dict
        Of entities, by id.
    inputs : dict
        Unit by engine and by what it takes.
    """
    found: dict[str, str] = {}
    for one in edits:
        entity, engine = str(one["entity"]), str(one.get("engine", ""))
        indicator = simulated(str(one["name"])) if engine else str(one["name"])
        unit = label(inputs.get(engine, {}).get(str(one["name"]), ""))
        text = f"{assumed_text(one)} {unit}".rstrip()
        at_s = float(one.get("at_s", 0.0))
        if engine and at_s > 0.0:
            text = translate("Report", "{0} from {1} on").format(text, duration(at_s))
        elif engine:
            text = translate("Report", "{0} from the beginning").format(text)
        key = f"{names.get(entity, entity)} · {indicator}"
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _field(name: str) -> str:
    known = {
        "base": translate("Report", "City as of"), "start": translate("Report", "Clock begins"),
        "duration_s": translate("Report", "Duration (s)"), "seed": translate("Report", "Seed"),
        "engines": translate("Report", "Engine"), "couplings": translate("Report", "Coupling"),
        "parameters": translate("Report", "Parameter"),
        "branch": translate("Report", "Goes on from"),
        "checkpoint_s": translate("Report", "Checkpoint every (s)"),
        "ends_early": translate("Report", "Ends early"),
    }  # fmt: skip
    return known.get(name, name)


def _figures(data: ComparedData) -> str:
    heads = [translate("Report", "Figure"), translate("Report", "Engine"), "A"]
    for number in range(1, len(data.ids)):
        heads += [LETTERS[number], f"{LETTERS[number]} − A"]
    rows = [_row(heads, tag="th", numbers_from=2)]
    for one in data.figures:
        cells = [with_unit(one.indicator, one.unit), data.engine_name(one.engine),
                 value_text(one.values[0])]  # fmt: skip
        for number in range(1, len(one.values)):
            cells += [value_text(one.values[number]), change_text(one, number, with_unit=False)]
        rows.append(_row([html.escape(c) for c in cells], numbers_from=2))
    return _table(rows)


def _entities(data: ComparedData) -> str:
    heads = [translate("Report", "Entity"), translate("Report", "Mean or total of"), "A"]
    for number in range(1, len(data.ids)):
        heads += [LETTERS[number], f"{LETTERS[number]} − A"]
    rows = [_row(heads, tag="th", numbers_from=2)]
    for one in data.entities[:_MOST_ENTITIES]:
        cells = [data.names.get(one.entity, one.entity), with_unit(one.indicator, one.unit),
                 value_text(one.values[0])]  # fmt: skip
        for number in range(1, len(one.values)):
            cells += [value_text(one.values[number]), signed(one.change(number))]
        rows.append(_row([html.escape(c) for c in cells], numbers_from=2))
    more = data.changed - min(len(data.entities), _MOST_ENTITIES)
    note = translate("Report", "{0} more changed less.").format(more) if more > 0 else ""
    return _table(rows) + (f'<p class="dim">{note}</p>' if note else "")


def _fineprint(data: ComparedData) -> str:
    parts = []
    for number, about in enumerate(data.abouts):
        methods = dict.fromkeys(str(v) for v in dict(about.get("engines", {})).values())
        parts_of = [f"{k} {v}" for k, v in dict(about.get("versions", {})).items()]
        versions = ", ".join([*methods, *parts_of])
        revision = dict(about.get("twin", {})).get("revision", "")
        began = moment(Instant.parse(str(about["began"]))) if "began" in about else "–"
        text = translate("Report", "{0}: computed {1}, twin revision {2}, {3}").format(
            LETTERS[number], began, revision, html.escape(versions)
        )
        parts.append(f'<p class="dim">{text}</p>')
        for warning in list(about.get("warnings", ()))[:5]:
            parts.append(
                f'<p class="dim">{LETTERS[number]}: {html.escape(messages.shown(str(warning)))}</p>'
            )
    return _heading(translate("Report", "Computed with")) + "".join(parts)


def write_report(given: ReportInput, place: Path) -> None:
    """Write the report; as PDF where the name ends so.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    page = report_html(given)
    try:
        if place.suffix.lower() == ".pdf":
            title = f"{translate('Report', 'Comparison of runs')} · {given.project}"
            write_pdf(page, place, title, wide=len(given.data.ids) > 2)
        else:
            place.write_text(page, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the report {place} cannot be written ({error.strerror})") from error
