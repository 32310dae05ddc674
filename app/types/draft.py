"""A type as it is being written: texts of a form, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.types.draft_error import DraftError
from app.types.rule_draft import RuleDraft
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    from twin_model.schema.types import EntityType, PropertyType, RelationRule


_NO_NAME: Final = {"zh": "", "en": ""}


@dataclass
class MemberDraft:
    """One property or indicator.

    Parameters
    ----------
    id, zh, en, kind, unit, minimum, maximum, choices, default : str
        As they stand in the form; choices as ``open=打开/open; shut=关闭/shut``.
    required : bool
    source : PropertyType, optional
        What it was; parts that the form does not show are kept from it.
    """

    id: str = ""
    zh: str = ""
    en: str = ""
    kind: str = "text"
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    required: bool = False
    choices: str = ""
    default: str = ""
    source: PropertyType | None = None

    @classmethod
    def of(cls, kind: PropertyType) -> MemberDraft:
        """Return the draft of a property."""
        return cls(
            kind.id, kind.name.zh, kind.name.en, str(kind.kind), kind.unit,
            _number_text(kind.minimum), _number_text(kind.maximum), kind.required,
            "; ".join(_choice_text(choice) for choice in kind.choices),
            "" if kind.default is None else str(kind.default),
            kind,
        )  # fmt: skip

    def document(self, row: int, section: str) -> dict[str, Any]:
        """Return it as JSON values.

        Raises
        ------
        DraftError
            If a number is none.
        """
        from twin_model.schema.units import check_unit

        found: dict[str, Any] = {}
        if self.source is not None:
            found = self.source.model_dump(mode="json", exclude_defaults=True)
        try:
            unit = check_unit(self.unit.strip())
        except ValidationError as error:
            raise DraftError(section, row, self.id, self.unit, error.rule) from error
        values: dict[str, Any] = {
            "id": self.id.strip(),
            "name": {"zh": self.zh.strip(), "en": self.en.strip()},
            "kind": self.kind,
            "unit": unit,
            "minimum": self._number(self.minimum, row, section),
            "maximum": self._number(self.maximum, row, section),
            "required": self.required,
            "choices": _choices(self.choices),
            "default": self._default(row, section),
        }
        for key, value in values.items():
            found.pop(key, None)
            # Zero is a limit like any other.
            if value is not None and value is not False and value not in ("", [], _NO_NAME):
                found[key] = value
        if self.source is not None and str(self.source.kind) != self.kind:
            for key in ("fields", "element", "geometry", "key"):
                found.pop(key, None)
        return found

    def _number(self, text: str, row: int, section: str) -> float | None:
        if not text.strip():
            return None
        try:
            return float(text)
        except ValueError as error:
            raise DraftError(section, row, self.id, text, "is no number") from error

    def _default(self, row: int, section: str) -> Any:
        text = self.default.strip()
        if not text:
            return None
        if self.source is not None and str(self.source.default) == text:
            return self.source.default
        if self.kind == "boolean":
            return text.lower() in {"true", "yes", "1", "是"}
        if self.kind in {"number", "integer"}:
            try:
                return int(text) if self.kind == "integer" else float(text)
            except ValueError as error:
                raise DraftError(section, row, self.id, text, "is no number") from error
        return text


@dataclass
class RelationDraft:
    """One rule for outgoing relations.

    Parameters
    ----------
    kind, zh, en, targets, minimum, maximum, inverse_maximum : str
        As they stand in the form; targets as type ids with commas between.
    source : RelationRule, optional
    """

    kind: str = ""
    zh: str = ""
    en: str = ""
    targets: str = ""
    minimum: str = ""
    maximum: str = ""
    inverse_maximum: str = ""
    source: RelationRule | None = None

    @classmethod
    def of(cls, rule: RelationRule) -> RelationDraft:
        """Return the draft of a rule."""
        return cls(
            rule.kind, rule.name.zh, rule.name.en, ", ".join(rule.targets),
            str(rule.minimum or ""),
            "" if rule.maximum is None else str(rule.maximum),
            "" if rule.inverse_maximum is None else str(rule.inverse_maximum),
            rule,
        )  # fmt: skip

    def document(self, row: int) -> dict[str, Any]:
        """Return it as JSON values.

        Raises
        ------
        DraftError
            If a count is none.
        """
        found: dict[str, Any] = {}
        if self.source is not None:
            found = self.source.model_dump(mode="json", exclude_defaults=True)
        found |= {
            "kind": self.kind.strip(),
            "name": {"zh": self.zh.strip(), "en": self.en.strip()},
            "targets": [
                one.strip() for one in self.targets.replace("，", ",").split(",") if one.strip()
            ],
        }
        counts = {"minimum": self.minimum, "maximum": self.maximum}
        for key, text in (counts | {"inverse_maximum": self.inverse_maximum}).items():
            found.pop(key, None)
            if text.strip():
                if not text.strip().isdigit():
                    raise DraftError("relations", row, self.kind, text, "is no whole number")
                found[key] = int(text)
        return found


@dataclass
class TypeDraft:
    """One type.

    Parameters
    ----------
    id, parent, zh, en, icon, symbol, geometry, code_class : str
    abstract : bool
    properties, indicators : list of MemberDraft
    relations : list of RelationDraft
    rules : list of RuleDraft
    source : EntityType, optional
        What it was; None for a new type.
    """

    id: str
    parent: str = "thing"
    zh: str = ""
    en: str = ""
    icon: str = ""
    symbol: str = ""
    geometry: str = ""
    abstract: bool = False
    code_class: str = ""
    properties: list[MemberDraft] = field(default_factory=list)
    indicators: list[MemberDraft] = field(default_factory=list)
    relations: list[RelationDraft] = field(default_factory=list)
    rules: list[RuleDraft] = field(default_factory=list)
    source: EntityType | None = None

    @classmethod
    def of(cls, kind: EntityType) -> TypeDraft:
        """Return the draft of a type."""
        return cls(
            kind.id, kind.parent or "", kind.name.zh, kind.name.en, kind.icon, kind.symbol,
            str(kind.geometry), kind.abstract, kind.code_class,
            [MemberDraft.of(one) for one in kind.properties],
            [MemberDraft.of(one) for one in kind.indicators],
            [RelationDraft.of(one) for one in kind.relations],
            [RuleDraft.of(one) for one in kind.rules],
            kind,
        )  # fmt: skip

    def built(self) -> EntityType:
        """Return the type that is written.

        Raises
        ------
        DraftError
            If a line cannot be; says which.
        """
        from twin_model.schema.document import read_type

        found: dict[str, Any] = {}
        if self.source is not None:
            found = self.source.model_dump(mode="json", exclude_defaults=True)
        found |= {"id": self.id.strip(), "name": {"zh": self.zh.strip(), "en": self.en.strip()}}
        for key, value in (
            ("parent", self.parent), ("icon", self.icon.strip()), ("symbol", self.symbol),
            ("geometry", self.geometry), ("abstract", self.abstract),
            ("code_class", self.code_class.strip()),
        ):  # fmt: skip
            found.pop(key, None)
            if value:
                found[key] = value
        found["properties"] = self._members(self.properties, "properties")
        found["indicators"] = self._members(self.indicators, "indicators")
        found["relations"] = [
            self._checked("relations", row, draft.document(row))
            for row, draft in enumerate(self.relations)
        ]
        found["rules"] = [
            self._checked("rules", row, draft.document(row)) for row, draft in enumerate(self.rules)
        ]
        try:
            return read_type(found)
        except ValidationError as error:
            raise DraftError("general", 0, error.name, error.value, error.rule) from error

    def _members(self, drafts: Sequence[MemberDraft], section: str) -> list[dict[str, Any]]:
        return [
            self._checked(section, row, draft.document(row, section))
            for row, draft in enumerate(drafts)
        ]

    def _checked(self, section: str, row: int, document: dict[str, Any]) -> dict[str, Any]:
        """Refuse a line by itself, so that the message is beside it."""
        from twin_model.schema.document import read_type
        from twin_model.schema.values import check_value

        try:
            kind = read_type({"id": "draft", section: [document]})
            for member in () if section in ("relations", "rules") else getattr(kind, section):
                faults = (
                    []
                    if member.default is None
                    else check_value(member, member.default, "schema", f"{member.id}.default")
                )
                if faults:
                    raise faults[0]
        except ValidationError as error:
            key = error.name.rpartition(".")[2]
            shown = document.get("id") or document.get("kind") or key
            raise DraftError(section, row, f"{shown}", error.value, error.rule) from error
        return document

    def renamed(self) -> dict[str, str]:
        """Return old to new ids of properties that were renamed."""
        return {
            one.source.id: one.id.strip()
            for one in self.properties
            if one.source is not None and one.id.strip() != one.source.id
        }

    def filled(self, built: EntityType) -> dict[str, Any]:
        """Return the values that properties which became required get where none is given."""
        return {
            one.id: one.default
            for one in built.properties
            if one.required and one.default is not None
        }


def _number_text(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def _choice_text(choice: Any) -> str:
    names = "/".join(name for name in (choice.name.zh, choice.name.en) if name)
    return f"{choice.value}={names}" if names else str(choice.value)


def _choices(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in text.replace("；", ";").split(";"):
        value, _, names = part.strip().partition("=")
        if not value:
            continue
        zh, _, en = names.partition("/")
        if not en and zh.isascii():
            zh, en = "", zh
        entry: dict[str, Any] = {"value": int(value) if value.isdigit() else value}
        if zh or en:
            entry["name"] = {"zh": zh.strip(), "en": en.strip()}
        found.append(entry)
    return found
