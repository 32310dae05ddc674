"""A rule that every entity of a type starts with, as it is being written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.types.draft_error import DraftError

if TYPE_CHECKING:
    from twin_model.schema.types import DefaultRule

_WORDS: Final = {"true": True, "false": False}


@dataclass
class RuleDraft:
    """One rule as its texts stand in the form.

    Parameters
    ----------
    id, zh, en, indicator, operator, limit, property, deadband, delay_s, severity : str
        *limit* is a number or a word; *property* the attribute that holds it instead.
    source : DefaultRule, optional
        What it was.
    """

    id: str = ""
    zh: str = ""
    en: str = ""
    indicator: str = ""
    operator: str = ">"
    limit: str = ""
    property: str = ""
    deadband: str = ""
    delay_s: str = ""
    severity: str = "medium"
    source: DefaultRule | None = None

    @classmethod
    def of(cls, rule: DefaultRule) -> RuleDraft:
        """Return the draft of a rule."""
        limit = rule.threshold
        shown = "" if limit is None else str(limit).lower() if isinstance(limit, bool) else limit
        return cls(
            rule.id, rule.name.zh, rule.name.en, rule.indicator, rule.operator,
            f"{shown:.12g}" if isinstance(shown, float) else str(shown), rule.property,
            _number_text(rule.deadband), _number_text(rule.delay_s), str(rule.severity), rule,
        )  # fmt: skip

    def document(self, row: int) -> dict[str, Any]:
        """Return it as JSON values.

        Raises
        ------
        DraftError
            If a number is none.
        """
        found: dict[str, Any] = {
            "id": self.id.strip(),
            "name": {"zh": self.zh.strip(), "en": self.en.strip()},
            "indicator": self.indicator.strip(),
            "operator": self.operator,
            "severity": self.severity,
        }
        if self.limit.strip():
            found["threshold"] = _limit(self.limit.strip())
        if self.property.strip():
            found["property"] = self.property.strip()
        for key, text in (("deadband", self.deadband), ("delay_s", self.delay_s)):
            if text.strip():
                try:
                    found[key] = float(text)
                except ValueError as error:
                    raise DraftError("rules", row, self.id, text, "is no number") from error
        return found


def _limit(text: str) -> bool | float | str:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text


def _number_text(value: float) -> str:
    return f"{value:.12g}" if value else ""
