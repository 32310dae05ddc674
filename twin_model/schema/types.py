"""What an entity type is made of: properties, indicators, relations, components, rules.

All are frozen, so that catalogues share them; all refuse unknown keys, so that a misspelt key in
a catalogue is an error and not a property that silently has no unit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from twin_model.errors import ValidationError
from twin_model.schema.units import check_unit

#: Lower snake case, as in ``traffic_signal``.
TypeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=64)]
# As DTDL names its contents, so that imported ones keep their names.
MemberId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?$", max_length=512)
]
Scalar = bool | int | float | str
#: Deepest nesting of objects, lists and maps (DTDL v3 allows five).
MAX_NESTING: Final = 5


class Frozen(BaseModel):
    """Base of everything here."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Language(StrEnum):
    """Languages that names are given in."""

    ZH = "zh"
    EN = "en"


class Words(Frozen):
    """A text in Chinese and English; one of them may be missing."""

    zh: str = Field(default="", max_length=512)
    en: str = Field(default="", max_length=512)

    def get(self, language: str) -> str:
        """Return it in a language (``zh``, ``zh_CN``, ``en``…), else in the other."""
        first, second = (self.zh, self.en) if language.startswith("zh") else (self.en, self.zh)
        return first or second

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


class Kind(StrEnum):
    """What kind of value a property has; as JSON."""

    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    ENUM = "enum"
    OBJECT = "object"
    LIST = "list"
    MAP = "map"
    GEOMETRY = "geometry"


NUMERIC: Final = frozenset({Kind.NUMBER, Kind.INTEGER})


class Choice(Frozen):
    """One value of an enumeration.

    Parameters
    ----------
    value : str or int
        What is stored.
    name : Words
    id : str
        Name in programs where it differs from the value (DTDL).
    """

    value: int | str
    name: Words = Words()
    id: str = ""


class PropertyType(Frozen):
    """One business attribute.

    Parameters
    ----------
    id : str
        Key in `Entity.attributes`; the unit is in it where there is one (``height_m``).
    name, description : Words
    kind : Kind
    unit : str
        Of numbers, see `units`; values are stored as plain numbers in this unit.
    minimum, maximum : float, optional
        Inclusive range of numbers, in the unit.
    required : bool
    read_only : bool
        Set by programs, not by users.
    default : optional
        Value for existing entities when the property becomes required.
    choices : tuple of Choice
        Of enumerations.
    fields : tuple of PropertyType
        Of objects; none means any object.
    element : PropertyType, optional
        Of lists and maps.
    quantity : str
        What it measures where the unit leaves it open (DTDL semantic type, such as ``Distance``).
    geometry : str
        GeoJSON type of geometries; empty for any.
    key : str
        What the keys of a map name.

    Raises
    ------
    pydantic.ValidationError
        If the parts contradict each other.
    """

    id: MemberId
    name: Words = Words()
    kind: Kind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    read_only: bool = False
    default: Any = None
    choices: tuple[Choice, ...] = ()
    fields: tuple[PropertyType, ...] = ()
    element: PropertyType | None = None
    description: Words = Words()
    quantity: str = Field(default="", max_length=64)
    geometry: str = Field(default="", max_length=32)
    key: str = Field(default="", max_length=64)

    @model_validator(mode="after")
    def _consistent(self) -> PropertyType:
        numeric = self.kind in NUMERIC
        if not numeric and (self.unit or self.minimum is not None or self.maximum is not None):
            raise ValueError(f"{self.id}: only numbers have a unit and a range, not {self.kind}")
        try:
            spelling = check_unit(self.unit)
        except ValidationError as error:
            raise ValueError(f"{self.id}: {error.reason}") from error
        if spelling != self.unit:
            raise ValueError(f"{self.id}: write the unit as {spelling!r}")
        least, most = self.minimum, self.maximum
        if least is not None and most is not None and least > most:
            raise ValueError(f"{self.id}: minimum {least} above maximum {most}")
        self._check_parts()
        if self.nesting() > MAX_NESTING:
            raise ValueError(f"{self.id}: nested deeper than {MAX_NESTING}")
        return self

    def _check_parts(self) -> None:
        if bool(self.choices) and self.kind is not Kind.ENUM:
            raise ValueError(f"{self.id}: only an enum has choices, not {self.kind}")
        if self.kind is Kind.ENUM:
            values = [choice.value for choice in self.choices]
            if len(set(values)) != len(values) or len({type(v) for v in values}) > 1:
                raise ValueError(f"{self.id}: choices must differ and be of one kind")
        if bool(self.fields) and self.kind is not Kind.OBJECT:
            raise ValueError(f"{self.id}: only an object has fields, not {self.kind}")
        if len({part.id for part in self.fields}) != len(self.fields):
            raise ValueError(f"{self.id}: two fields of one name")
        if (self.element is not None) != (self.kind in (Kind.LIST, Kind.MAP)):
            raise ValueError(f"{self.id}: a list or map, and nothing else, has an element")
        if self.geometry and self.kind is not Kind.GEOMETRY:
            raise ValueError(f"{self.id}: only a geometry has a geometry type, not {self.kind}")

    def nesting(self) -> int:
        """Return how many levels of objects, lists and maps are nested in it."""
        parts = (*self.fields, *((self.element,) if self.element else ()))
        complex_kind = self.kind in (Kind.OBJECT, Kind.LIST, Kind.MAP, Kind.ENUM)
        return int(complex_kind) + max((part.nesting() for part in parts), default=0)


class IndicatorType(PropertyType):
    """One dynamic indicator: what is measured or computed as time goes on.

    Parameters
    ----------
    normal_minimum, normal_maximum : float, optional
        Range of normal operation, in the unit; `minimum` and `maximum` are what is possible.
    """

    normal_minimum: float | None = None
    normal_maximum: float | None = None

    @model_validator(mode="after")
    def _normal_is_possible(self) -> IndicatorType:
        bounds = [self.minimum, self.normal_minimum, self.normal_maximum, self.maximum]
        known = [value for value in bounds if value is not None]
        if known != sorted(known):
            raise ValueError(f"{self.id}: the normal range must lie within the possible one")
        if self.kind not in NUMERIC and (
            self.normal_minimum is not None or self.normal_maximum is not None
        ):
            raise ValueError(f"{self.id}: only numbers have a normal range, not {self.kind}")
        return self


class RelationRule(Frozen):
    """Relations that entities of a type may have, going out.

    Parameters
    ----------
    kind : str
        `Relation.kind`, such as ``contains``.
    targets : tuple of str
        Types the other end may have, with their subtypes; none for any.
    minimum : int
    maximum : int, optional
        How many a thing has; None for any number.
    inverse_maximum : int, optional
        How many things may have it to the same target: 1 where a part has one whole.
    acyclic : bool
        Whether following it must never lead back, as with ``contains``.
    inverse : str
        How the relation is called from the other end, such as ``part_of``.
    name, inverse_name, description : Words
    symmetric : bool
        Whether the direction means nothing, as with ``adjacent``.
    properties : tuple of PropertyType
        Attributes of the relation itself, such as the port.
    """

    kind: MemberId
    targets: tuple[TypeId, ...] = ()
    minimum: int = Field(default=0, ge=0)
    maximum: int | None = Field(default=None, ge=1)
    inverse_maximum: int | None = Field(default=None, ge=1)
    acyclic: bool = False
    inverse: str = Field(default="", max_length=64)
    name: Words = Words()
    inverse_name: Words = Words()
    symmetric: bool = False
    properties: tuple[PropertyType, ...] = ()
    description: Words = Words()

    @model_validator(mode="after")
    def _consistent(self) -> RelationRule:
        if self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.kind}: minimum {self.minimum} above maximum {self.maximum}")
        return self


class ComponentRule(Frozen):
    """A part that belongs to the entity itself: an object among its attributes.

    Parameters
    ----------
    id : str
        Key in `Entity.attributes`.
    type : str
        Entity type whose properties the object has.
    """

    id: MemberId
    type: TypeId
    name: Words = Words()
    description: Words = Words()


class Severity(StrEnum):
    """How bad it is when a rule holds."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and lists look up thousands

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class DefaultRule(Frozen):
    """A behaviour rule that every entity of a type starts with.

    Holds while ``indicator operator threshold`` does, for at least `delay_s`.

    Parameters
    ----------
    id : str
    name : Words
        What has happened, as users read it.
    indicator : str
    operator : str
    threshold : bool, int, float or str, optional
        In the indicator's unit.
    property : str
        Instead of a threshold, the attribute that holds it; same unit as the indicator.
    deadband : float
        How far the value must come back, in the indicator's unit.
    delay_s : float
    severity : Severity
    """

    id: TypeId
    name: Words
    indicator: MemberId
    operator: Literal[">", ">=", "<", "<=", "=", "!="]
    threshold: Scalar | None = None
    property: str = Field(default="", max_length=512)
    deadband: float = Field(default=0.0, ge=0.0)
    delay_s: float = Field(default=0.0, ge=0.0)
    severity: Severity = Severity.MEDIUM

    @model_validator(mode="after")
    def _one_limit(self) -> DefaultRule:
        if (self.threshold is None) == (not self.property):
            raise ValueError(f"{self.id}: either a threshold or a property that holds it")
        return self


class Geometry(StrEnum):
    """What a type's things usually look like on a map; empty to inherit."""

    INHERIT = ""
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    SOLID = "solid"


class EntityType(Frozen):
    """Schema of one kind of thing.

    Parameters
    ----------
    id : str
        Lower snake case.
    parent : str, optional
        Type whose schema it extends; None at the root.
    mixins : tuple of str
        Further types it extends (DTDL allows several).
    abstract : bool
        Only there to be extended; entities have a subtype.
    name, plural, description : Words
    icon : str
        Glyph of the Material Design Icons, such as ``mdi6.crane``, or a symbol of a plugin that
        has a drawing; empty to inherit.
    colour : str
        ``#rrggbb``; empty to inherit.
    geometry : Geometry
    code_class : str
        Class in the management code's table; empty to inherit.
    symbol : str
        Model that stands for it in the scene, or a symbol of a plugin by its full id; empty to
        inherit.
    properties, indicators, relations, components, rules : tuple
        Its own; inherited ones come from the catalogue.
    dtmi : str
        Identifier in DTDL where it was imported.
    """

    id: TypeId
    parent: TypeId | None = None
    mixins: tuple[TypeId, ...] = ()
    abstract: bool = False
    name: Words = Words()
    plural: Words = Words()
    description: Words = Words()
    icon: str = Field(default="", pattern=r"^([a-z0-9_-]+(\.[a-z0-9_-]+)+)?$", max_length=200)
    colour: str = Field(default="", pattern=r"^(#[0-9a-f]{6})?$")
    geometry: Geometry = Geometry.INHERIT
    code_class: str = Field(default="", pattern=r"^([A-Z]{2}[0-9]{4})?$")
    symbol: str = Field(
        default="", pattern=r"^([a-z][a-z0-9_]*([.-][a-z0-9_]+)*)?$", max_length=200
    )
    properties: tuple[PropertyType, ...] = ()
    indicators: tuple[IndicatorType, ...] = ()
    relations: tuple[RelationRule, ...] = ()
    components: tuple[ComponentRule, ...] = ()
    rules: tuple[DefaultRule, ...] = ()
    dtmi: str = Field(default="", max_length=2048)

    @property
    def parents(self) -> tuple[str, ...]:
        """The types it extends, the parent first."""
        return (*((self.parent,) if self.parent else ()), *self.mixins)

    def member_ids(self) -> list[str]:
        """Return the ids of its own properties, indicators and components."""
        return [
            *(member.id for member in self.properties),
            *(member.id for member in self.indicators),
            *(member.id for member in self.components),
        ]
