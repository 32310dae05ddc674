"""shapan alarms: the list, and the report after ISA-18.2."""

from __future__ import annotations

import argparse
import contextlib
import math
from pathlib import Path
from typing import Any

from app.cli.opening import catalogue_of, open_project
from app.cli.output import Exit, format_count, print_json, print_table
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.kpi import TOP, AlarmFigures, figures
from twin_model.alarms.model import STANDING, Alarm, AlarmOptions, AlarmPoint, State
from twin_model.alarms.report import report_html
from twin_model.errors import ShapanError, ValidationError
from twin_model.operations import bind_rules
from twin_model.project import write_atomically
from twin_model.rules.rule_set import RuleStore
from twin_model.schema.catalogue import Catalogue
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.time import ALWAYS, Instant, Interval
from twin_model.twin import Twin

_NO_VALUE = "-"


def alarms(arguments: argparse.Namespace) -> int:
    """List the alarms of a project, or report on them."""
    words = arguments.words
    if len(words) == 2 and words[0] == "report":
        return _report(arguments, words[1])
    if len(words) != 1:
        raise ValidationError("alarms", "words", " ".join(words), "is PROJECT, or report PROJECT")
    states = _states(arguments.state)
    with open_project(words[0], write=False) as twin:
        found = [alarm for alarm in _alarms(twin, arguments.language) if alarm.state in states]
    if arguments.json:
        print_json([alarm_json(alarm) for alarm in found])
        return Exit.DONE
    if not found:
        print("no alarms" if states == STANDING else "none in that state")
        return Exit.DONE
    print_table(
        [
            [
                str(alarm.status.priority), str(alarm.state), alarm.point.name,
                alarm.point.entity, _time(alarm.status.raised_us) or _NO_VALUE,
                f"{alarm.consequences}" if alarm.consequences else "",
            ]
            for alarm in found
        ],
        ["priority", "state", "alarm", "entity", "raised", "explains"],
    )  # fmt: skip
    print(f"{format_count(len(found))} alarms")
    return Exit.DONE


def _states(text: str | None) -> frozenset[State]:
    if text in (None, "standing"):
        return STANDING
    if text == "all":
        return frozenset(State)
    try:
        return frozenset({State(text)})
    except ValueError as error:
        known = ", ".join(["standing", "all", *State])
        raise ValidationError("alarms", "state", text, f"is one of {known}") from error


def _alarms(twin: Twin, language: str) -> list[Alarm]:
    """Return all alarms that ever were, as the journal left them."""
    path = twin.path / ALARMS_FILE
    if not path.is_file():
        return []
    with contextlib.closing(AlarmJournal(path, read_only=True)) as journal:
        restored = journal.restored(AlarmOptions().flood_window_s)
        names = _points(twin, journal, language)
    for status in restored.statuses:
        if status.point not in names:  # its rule is gone
            entity = status.point.rpartition("/")[0]
            names[status.point] = AlarmPoint(status.point, entity, status.point, status.priority)
    engine = AlarmEngine(names.values(), graph=CauseGraph())
    engine.restore(restored)
    return engine.alarms(frozenset(State))


def _points(twin: Twin, journal: AlarmJournal, language: str) -> dict[str, AlarmPoint]:
    binding = bind_rules(twin, RuleStore(journal).current(), with_types(twin))
    return {point.id: point for point in binding.alarm_points(language)}


def with_types(twin: Twin) -> Catalogue:
    """Return a project's entity types, in use from now on: a rule of a type is for its subtypes."""
    found = catalogue_of(twin)
    twin.catalogue = found
    return found


def alarm_json(alarm: Alarm) -> dict[str, Any]:
    """Return the object that ``shapan alarms --json`` prints."""
    status = alarm.status
    shelf = status.shelf
    return {
        "point": alarm.point.id,
        "entity": alarm.point.entity,
        "name": alarm.point.name,
        "rule": alarm.point.rule,
        "state": str(alarm.state),
        "priority": str(status.priority),
        "acknowledged": status.acknowledged,
        "raised": _time(status.raised_us),
        "returned": _time(status.returned_us),
        "value": None if math.isnan(status.value) else status.value,
        "occurrence": status.occurrence,
        "cause": status.cause or None,
        "consequences": alarm.consequences,
        "first_out": status.first_out,
        "shelf": None
        if shelf is None
        else {"who": shelf.who, "reason": shelf.reason, "until": _time(shelf.until_us)},
        "suppressed_by": status.suppressed_by or None,
        "out_of_service": status.out_of_service or None,
        "note": status.note or None,
    }


def _time(us: int | None) -> str | None:
    return None if us is None else str(Instant(us))


# -- report --------------------------------------------------------------------------------


def _report(arguments: argparse.Namespace, project: str) -> int:
    with open_project(project, write=False) as twin:
        path = twin.path / ALARMS_FILE
        with contextlib.closing(AlarmJournal(path, read_only=True)) as journal:
            period = _period(arguments, journal)
            until = Interval(ALWAYS, period.end)
            found = figures((entry.event for entry in journal.events(until)), period)
            points = _points(twin, journal, arguments.language)
            told = (found.top, found.chattering, found.fleeting, found.stale)
            listed = points.keys() & {name for one in told for name, _ in one[:TOP]}
            names = {
                name: f"{points[name].name} · {_place(twin, points[name].entity)}"
                for name in listed
            }
        title = twin.title
    if arguments.out and Path(arguments.out).suffix.lower() == ".pdf":
        from app.alarms.pdf import write_pdf  # and with it Qt

        write_pdf(found, Path(arguments.out), title, names, arguments.language)
        print(f"{arguments.out}: {found.alarms} alarms, {len(found.floods)} floods")
    elif arguments.out:
        page = report_html(found, title, names, arguments.language)
        write_atomically(Path(arguments.out), page)
        print(f"{arguments.out}: {found.alarms} alarms, {len(found.floods)} floods")
    elif arguments.json:
        print_json(figures_json(found))
    else:
        _print_figures(found)
    return Exit.DONE


def _place(twin: Twin, entity: str) -> str:
    """Return what an entity is called; its id where it has no name, or is gone."""
    try:
        return twin.entity(entity).name or entity
    except ShapanError:
        return entity


def _period(arguments: argparse.Namespace, journal: AlarmJournal) -> Interval:
    first, last = journal.rows("SELECT min(at_us), max(at_us) FROM event")[0]
    start = Instant.parse(arguments.start) if arguments.start else Instant(first or 0)
    end = Instant.parse(arguments.end) if arguments.end else Instant((last or 0) + 1)
    return Interval(start, max(start, end) if not arguments.end else end)


def figures_json(found: AlarmFigures) -> dict[str, Any]:
    """Return the object that ``shapan alarms report --json`` prints."""
    return {
        "from": str(found.period.start),
        "to": str(found.period.end),
        "alarms": found.alarms,
        "per_hour": found.per_hour,
        "rating": found.rating,
        "peak_10_min": found.peak,
        "intervals_over_10": found.intervals_over,
        "in_flood": found.in_flood,
        "floods": [
            {
                "from": str(flood.period.start),
                "to": str(flood.period.end),
                "alarms": flood.alarms,
                "peak_10_min": flood.peak,
            }
            for flood in found.floods
        ],
        "top": [{"point": point, "count": count} for point, count in found.top],
        "top_share": found.top_share,
        "chattering": [point for point, _count in found.chattering],
        "fleeting": [point for point, _count in found.fleeting],
        "stale": [{"point": point, "hours": hours} for point, hours in found.stale],
        "priorities": {str(priority): count for priority, count in found.priorities.items()},
        "acknowledged_after_s": None
        if math.isnan(found.acknowledged_after_s)
        else found.acknowledged_after_s,
        "consequences": found.consequences,
        "actions": {str(kind): count for kind, count in found.actions.items()},
        "standing": found.standing,
    }


def _print_figures(found: AlarmFigures) -> None:
    rows = [
        ["alarms", f"{found.alarms}", ""],
        ["per hour", f"{found.per_hour:.1f} ({found.rating})", "<= 6 (12)"],
        ["peak in ten minutes", f"{found.peak}", "<= 10"],
        ["intervals above ten", f"{found.intervals_over:.1%}", "< 1 %"],
        ["time in flood", f"{found.in_flood:.1%} ({len(found.floods)} floods)", "< 1 %"],
        ["share of the top ten", f"{found.top_share:.0%}", "<= 5 %"],
        ["chattering", f"{len(found.chattering)}", "0"],
        ["fleeting", f"{len(found.fleeting)}", "0"],
        ["stale", f"{len(found.stale)}", "< 5"],
        ["explained by another", f"{found.consequences}", ""],
        ["standing at the end", f"{found.standing}", ""],
    ]
    print(f"{found.period.start} to {found.period.end}")
    print_table(rows, ["figure", "here", "target"])
