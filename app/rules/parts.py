"""Which fields each kind of rule has in the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from app import alarm_words
from app.rules.fields import (
    ChoiceField,
    ComboTextField,
    DurationField,
    FlagField,
    FormField,
    LimitField,
    NumberField,
    TextField,
)
from app.rules.special import CalendarField, RingField, Selected
from app.rules.words import sign
from twin_model.alarms.model import PRIORITIES

_OPERATORS: Final = (">", ">=", "<", "<=", "=", "!=")
_DAY_S: Final = 86_400.0


@dataclass(frozen=True)
class Part:
    """One field of the form.

    Parameters
    ----------
    name : str
        In the rule's document.
    title : callable
    make : callable
        Makes the field.
    default : object
        Of a new rule.
    """

    name: str
    title: Callable[[], str]
    make: Callable[[], FormField]
    default: object = None


def condition_parts(kind: str, selected: Selected) -> list[Part]:
    """Return the fields that say when a rule of a kind holds.

    Parameters
    ----------
    kind : str
    selected : callable
        Returns the entity that is selected in the window.
    """
    say = QCoreApplication.translate
    indicator = Part("indicator", lambda: say("Rules", "Indicator"), ComboTextField, "")
    operator = Part("operator", lambda: say("Rules", "Is"), lambda: _operators(_OPERATORS), ">")
    window = Part("window_s", lambda: say("Rules", "Window"), DurationField, 3600.0)
    number = lambda: NumberField("{unit}")  # noqa: E731
    return {
        "threshold": [
            indicator, operator,
            Part("limit", lambda: say("Rules", "Limit"), LimitField, {}),
            Part("deadband", lambda: say("Rules", "Deadband"), number, 0.0),
        ],
        "rate": [
            indicator,
            Part("operator", lambda: say("Rules", "Is"), lambda: _operators((">", "<")), ">"),
            Part("per_s", lambda: say("Rules", "Change"), lambda: NumberField("{unit} / s"), ""),
            Part("over_s", lambda: say("Rules", "Measured over"), DurationField, 60.0),
        ],
        "deviation": [
            indicator,
            Part("limit", lambda: say("Rules", "Limit"), number, ""),
            Part("relative", lambda: "", lambda: FlagField(
                lambda: say("Rules", "As a share of the mean: 0.2 for 20 %")), False),
            window,
            Part("deadband", lambda: say("Rules", "Deadband"), NumberField, 0.0),
        ],
        "stale": [
            indicator, Part("after_s", lambda: say("Rules", "Nothing for"), DurationField, 300.0),
        ],
        "count": [
            indicator, operator,
            Part("threshold", lambda: say("Rules", "Limit"), number, ""),
            Part("at_least", lambda: say("Rules", "Samples at least"),
                 lambda: NumberField(whole=True), 3),
            window,
        ],
        "geofence": [
            Part("event", lambda: say("Rules", "Alarm while"), _fences, "enter"),
            Part("dwell_s", lambda: say("Rules", "Stays for"), DurationField, 0.0),
            Part("ring_m", lambda: say("Rules", "Fence"), lambda: RingField(selected), []),
        ],
        "expression": [_condition()],
        "calendar": [
            _condition(),
            Part("hours", lambda: say("Rules", "Hours"), lambda: CalendarField(needed=True), {}),
        ],
        "anomaly": [indicator, *_anomaly_parts()],
    }[kind]  # fmt: skip


def _anomaly_parts() -> list[Part]:
    say = QCoreApplication.translate
    return [
        Part("method", lambda: say("Rules", "Compared with"), _methods, "robust"),
        Part("limit", lambda: say("Rules", "Score above"), NumberField, 6.0),
        Part("window_s", lambda: say("Rules", "Window"), DurationField, _DAY_S),
        Part("season_s", lambda: say("Rules", "Season"), DurationField, _DAY_S),
        Part("at_least", lambda: say("Rules", "Samples at least"),
             lambda: NumberField(whole=True), 50),
    ]  # fmt: skip


def alarm_parts() -> list[Part]:
    """Return the fields that say how every rule alarms."""
    say = QCoreApplication.translate
    return [
        Part("priority", lambda: say("Rules", "Priority"), _priorities, PRIORITIES[1]),
        Part("on_delay_s", lambda: say("Rules", "Must hold for"), DurationField, 0.0),
        Part("off_delay_s", lambda: say("Rules", "Must be over for"), DurationField, 0.0),
        Part("guidance", lambda: say("Rules", "What to do"), lambda: TextField(
            3, lambda: say("Rules", "For the operator, as Markdown; empty to inherit")), ""),
    ]  # fmt: skip


def more_parts(kind: str) -> list[Part]:
    """Return the fields that few rules need."""
    say = QCoreApplication.translate
    found = [
        Part("acknowledge", lambda: "", lambda: FlagField(
            lambda: say("Rules", "Has to be acknowledged")), True),
        Part("latching", lambda: "", lambda: FlagField(
            lambda: say("Rules", "Stays until it is reset (latching)")), False),
        Part("escalate_after_s", lambda: say("Rules", "Next priority after"),
             lambda: DurationField(optional=True), None),
        Part("group", lambda: say("Rules", "First-out group"), lambda: TextField(
            1, lambda: say("Rules", "{entity} stands for the entity's id")), ""),
        Part("suppress_if", lambda: say("Rules", "Means nothing while"), lambda: TextField(
            1, lambda: say("Rules", "such as: running = 0")), ""),
    ]  # fmt: skip
    if kind != "calendar":
        found.append(Part("hours", lambda: say("Rules", "Hours"), CalendarField, None))
    return found


def _operators(which: tuple[str, ...]) -> FormField:
    def named(one: str) -> Callable[[], str]:
        return lambda: sign(one)

    return ChoiceField([(one, named(one)) for one in which])


def _condition() -> Part:
    say = QCoreApplication.translate
    return Part(
        "condition", lambda: say("Rules", "Condition"),
        lambda: TextField(
            3, lambda: say("Rules", "such as: running = 1 and any(feeds.district, pressure < 2.5)")
        ),
        "",
    )  # fmt: skip


def _fences() -> FormField:
    say = QCoreApplication.translate
    return ChoiceField([
        ("enter", lambda: say("Rules", "it is inside the fence")),
        ("exit", lambda: say("Rules", "it is outside the fence")),
        ("dwell", lambda: say("Rules", "it stays inside for long")),
    ])  # fmt: skip


def _methods() -> FormField:
    say = QCoreApplication.translate
    return ChoiceField([
        ("robust", lambda: say("Rules", "the window before")),
        ("seasonal", lambda: say("Rules", "the same time of the season")),
    ])  # fmt: skip


def _priorities() -> FormField:
    def named(one: object) -> Callable[[], str]:
        return lambda: alarm_words.priority(one)  # type: ignore[arg-type]

    return ChoiceField([(one, named(one)) for one in reversed(PRIORITIES)])
