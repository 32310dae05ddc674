"""Behaviour rules as data: what is watched for, on which entities, and how it alarms."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from twin_model.errors import ValidationError
from twin_model.rules.calendar import Calendar
from twin_model.rules.expression import parse
from twin_model.schema.types import (
    DefaultRule,
    Frozen,
    MemberId,
    Severity,
    TypeId,
    Words,
)

Operator = Literal[">", ">=", "<", "<=", "=", "!="]
Seconds = Annotated[float, Field(ge=0.0, le=366 * 86_400.0)]
Window = Annotated[float, Field(gt=0.0, le=12 * 86_400.0)]
_RuleId = Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=80)]
_MAX_CORNERS: Final = 2_000


class Applies(Frozen):
    """The entities that a rule watches; all that is given must hold.

    Parameters
    ----------
    type : str
        Entity type with its subtypes; empty for any.
    where : str
        Condition of the query language, see docs/query.md.
    entities : tuple of str
        Ids; none for all.
    """

    type: TypeId | Literal[""] = ""
    where: str = Field(default="", max_length=4_000)
    entities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Applies:
        if not (self.type or self.where or self.entities):
            raise ValueError("a rule applies to a type, to a condition or to named entities")
        return self


class RuleBase(Frozen):
    """What every rule has.

    Parameters
    ----------
    id : str
    name : Words
        What has happened, as operators read it.
    enabled : bool
    applies : Applies
    priority : Severity
    on_delay_s, off_delay_s : float
        How long the condition must hold, or be over.
    latching, acknowledge : bool
        See `twin_model.alarms.model.AlarmPoint`.
    group : str
        First-out group; ``{entity}`` in it stands for the entity's id.
    escalate_after_s : float, optional
    guidance : str
        What to do, as Markdown.
    hours : Calendar, optional
        Watches at these hours only.
    suppress_if : str
        Condition that makes its alarms meaningless, such as ``running = 0`` for low flow.
    """

    id: _RuleId
    name: Words = Words()
    enabled: bool = True
    applies: Applies
    priority: Severity = Severity.MEDIUM
    on_delay_s: Seconds = 0.0
    off_delay_s: Seconds = 0.0
    latching: bool = False
    acknowledge: bool = True
    group: str = Field(default="", max_length=200)
    escalate_after_s: Annotated[float, Field(gt=0.0)] | None = None
    guidance: str = Field(default="", max_length=20_000)
    hours: Calendar | None = None
    suppress_if: str = ""

    @field_validator("suppress_if")
    @classmethod
    def _reads(cls, text: str) -> str:
        return _checked(text) if text else text


class ThresholdRule(RuleBase):
    """Holds while an indicator is beyond a limit.

    Parameters
    ----------
    indicator : str
    operator : str
    threshold : float or str, optional
        In the indicator's unit; a word for indicators that are words, with ``=`` and ``!=`` only.
    property : str
        Instead, the attribute that holds it, for each entity its own.
    deadband : float
        How far the value must come back.
    """

    kind: Literal["threshold"] = "threshold"
    indicator: MemberId
    operator: Operator
    threshold: float | str | None = None
    property: str = Field(default="", max_length=512)
    deadband: Annotated[float, Field(ge=0.0)] = 0.0

    def word(self) -> str | None:
        """Return the word that it compares with; None where it compares numbers."""
        return self.threshold if isinstance(self.threshold, str) else None

    @model_validator(mode="after")
    def _one_limit(self) -> ThresholdRule:
        if self.word() is not None and self.operator not in ("=", "!="):
            raise ValueError(f"{self.id}: a word is equal to another or not, never above it")
        if (self.threshold is None) == (not self.property):
            raise ValueError(f"{self.id}: either a threshold or a property that holds it")
        return self


class RateRule(RuleBase):
    """Holds while an indicator changes faster than a limit.

    Parameters
    ----------
    indicator : str
    operator : str
        ``>`` for rising faster than the limit, ``<`` for falling faster than a negative one.
    per_s : float
        Limit in the indicator's unit a second.
    over_s : float
        Time over which the change is measured.
    """

    kind: Literal["rate"] = "rate"
    indicator: MemberId
    operator: Literal[">", "<"]
    per_s: float
    over_s: Window = 60.0


class DeviationRule(RuleBase):
    """Holds while an indicator is far from its own mean of the time before.

    Parameters
    ----------
    indicator : str
    limit : float
        In the indicator's unit, or a share of the mean.
    relative : bool
        Whether the limit is a share: 0.2 for 20 %.
    window_s : float
        Of the mean.
    deadband : float
        As the limit.
    """

    kind: Literal["deviation"] = "deviation"
    indicator: MemberId
    limit: Annotated[float, Field(gt=0.0)]
    relative: bool = False
    window_s: Window = 3600.0
    deadband: Annotated[float, Field(ge=0.0)] = 0.0


class StaleRule(RuleBase):
    """Holds while nothing comes from an indicator.

    Parameters
    ----------
    indicator : str
    after_s : float
    """

    kind: Literal["stale"] = "stale"
    indicator: MemberId
    after_s: Annotated[float, Field(gt=0.0)]


class CountRule(RuleBase):
    """Holds while enough samples within a window are beyond a limit.

    Parameters
    ----------
    indicator : str
    operator, threshold
        Which samples count.
    at_least : int
    window_s : float
    """

    kind: Literal["count"] = "count"
    indicator: MemberId
    operator: Operator
    threshold: float
    at_least: Annotated[int, Field(ge=1, le=100_000)]
    window_s: Window


class GeofenceRule(RuleBase):
    """Holds while a moving thing is where it should not be.

    Parameters
    ----------
    indicator : str
        Whose samples carry the position.
    ring_m : tuple of (float, float)
        Corners of the fence in local metres.
    event : str
        ``enter``: while inside. ``exit``: while outside. ``dwell``: inside for longer than
        `dwell_s`.
    dwell_s : float
    """

    kind: Literal["geofence"] = "geofence"
    indicator: MemberId = "position"
    ring_m: Annotated[tuple[tuple[float, float], ...], Field(min_length=3, max_length=_MAX_CORNERS)]
    event: Literal["enter", "exit", "dwell"] = "enter"
    dwell_s: Seconds = 0.0

    @model_validator(mode="after")
    def _dwells(self) -> GeofenceRule:
        if (self.event == "dwell") != (self.dwell_s > 0):
            raise ValueError(f"{self.id}: dwelling, and only that, has a time")
        return self


class ExpressionRule(RuleBase):
    """Holds while a condition over entities and relations does; see docs/alarms.md.

    Parameters
    ----------
    condition : str
    """

    kind: Literal["expression"] = "expression"
    condition: str

    @field_validator("condition")
    @classmethod
    def _reads_condition(cls, text: str) -> str:
        return _checked(text)


class CalendarRule(ExpressionRule):
    """Holds while a condition does at hours at which it should not.

    Parameters
    ----------
    condition : str
    hours : Calendar
    """

    kind: Literal["calendar"] = "calendar"  # type: ignore[assignment]
    hours: Calendar


class AnomalyRule(RuleBase):
    """Holds while an indicator is unlike what it has been.

    The score is the distance from the median, in robust standard deviations: 1.4826 times the
    median absolute deviation (Iglewicz and Hoaglin, How to detect and handle outliers, 1993).

    Parameters
    ----------
    indicator : str
    method : str
        ``robust``: against the window before. ``seasonal``: against the same time of day or week.
    limit : float
        Score above which it holds; it ends below half of it.
    window_s : float
        What is compared with.
    refit_s : float
        How often the comparison is made anew.
    season_s : float
        86,400 for a day, 604,800 for a week.
    bins : int
        Parts of the season.
    at_least : int
        Samples that must be there first.
    """

    kind: Literal["anomaly"] = "anomaly"
    indicator: MemberId
    method: Literal["robust", "seasonal"] = "robust"
    limit: Annotated[float, Field(gt=0.0)] = 6.0
    window_s: Annotated[float, Field(gt=0.0, le=366 * 86_400.0)] = 86_400.0
    refit_s: Annotated[float, Field(gt=0.0)] = 3600.0
    season_s: Annotated[float, Field(gt=0.0)] = 86_400.0
    bins: Annotated[int, Field(ge=2, le=2016)] = 48
    at_least: Annotated[int, Field(ge=5, le=100_000)] = 50


Rule = Annotated[
    ThresholdRule
    | RateRule
    | DeviationRule
    | StaleRule
    | CountRule
    | GeofenceRule
    | ExpressionRule
    | CalendarRule
    | AnomalyRule,
    Field(discriminator="kind"),
]
"""Any rule; which one is told by `kind`."""


def of_type(type_id: str, default: DefaultRule) -> ThresholdRule:
    """Return the rule that every entity of a type starts with, as the catalogue declares it.

    For that type alone: subtypes inherit the declaration and have a rule of their own.
    """
    limit = default.threshold
    return ThresholdRule(
        id=f"{type_id}.{default.id}",
        name=default.name,
        applies=Applies(where=f"type = {type_id}"),
        indicator=default.indicator,
        operator=default.operator,
        threshold=float(limit) if isinstance(limit, int | float) else limit,
        property=default.property,
        deadband=default.deadband,
        on_delay_s=default.delay_s,
        priority=default.severity,
    )


def own_rule(entity_id: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a rule that an entity declares for itself, with whom it is for."""
    return {**document, "applies": {"entities": [entity_id]}}


def _checked(text: str) -> str:
    try:
        parse(text)
    except ValidationError as error:
        raise ValueError(error.rule) from error
    return text
