"""All rules of a project as one document: read, written, compared, kept in versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pydantic

from twin_model.alarms.notification import MailServer, NotifyRule
from twin_model.errors import ValidationError
from twin_model.project import write_atomically
from twin_model.rules.model import Rule
from twin_model.schema.types import Frozen
from twin_model.store.alarm_journal import AlarmJournal
from twin_model.time import Instant

FORMAT: Final = "shapan-rules"
VERSION: Final = 1
_MAX_BYTES: Final = 32 << 20


class RuleSet(Frozen):
    """The rules of a project.

    Parameters
    ----------
    rules : tuple of Rule
    guidance : dict
        Text by ``entity:ID``, ``type:ID`` or ``*``; see `twin_model.alarms.guidance`.
    notifications : tuple of NotifyRule
        Who is told of alarms.
    mail : MailServer
    """

    rules: tuple[Rule, ...] = ()
    guidance: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    notifications: tuple[NotifyRule, ...] = ()
    mail: MailServer = MailServer()

    @pydantic.model_validator(mode="after")
    def _ids_differ(self) -> RuleSet:
        ids = [rule.id for rule in self.rules]
        twice = sorted({name for name in ids if ids.count(name) > 1}) if len(ids) < 5000 else []
        if len(set(ids)) != len(ids):
            raise ValueError(f"rules are declared twice: {', '.join(twice[:5])}")
        return self

    def rule(self, rule_id: str) -> Rule | None:
        """Return one rule; None where there is none of that id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def read_rules(text: str | bytes, source: str = "rules") -> RuleSet:
    """Read a document, such as an exported file.

    Raises
    ------
    ValidationError
        If it is not one, is of a newer program, or a rule cannot be; the message says which.
    """
    if len(text) > _MAX_BYTES:
        raise ValidationError("rules", source, len(text), f"longer than {_MAX_BYTES} bytes")
    try:
        document = json.loads(text)
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
            raise ValidationError("rules", source, str(text[:40]), "is no document of rules")
        version = document.pop("version", None)
        if not isinstance(version, int) or version > VERSION:
            raise ValidationError("rules", source, version, "is of a newer Shapan; update it")
        return RuleSet.model_validate(document)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValidationError("rules", where, first.get("input"), first["msg"]) from error
    except (ValueError, RecursionError) as error:
        raise ValidationError(
            "rules", source, str(text[:40]), f"cannot be read ({error})"
        ) from error


def rules_document(rules: RuleSet) -> str:
    """Return the document of rules, indented, the same for the same rules."""
    body = {"format": FORMAT, "version": VERSION} | rules.model_dump(
        mode="json", exclude_defaults=False
    )
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def export_rules(rules: RuleSet, path: Path) -> None:
    """Write the document of rules to a file, whole or not at all."""
    write_atomically(path, rules_document(rules))


class RuleStore:
    """Rules in the project, every version of them, with who saved it and why.

    Parameters
    ----------
    journal : AlarmJournal
        In whose file they are kept.
    """

    def __init__(self, journal: AlarmJournal) -> None:
        self._journal = journal

    def current(self) -> RuleSet:
        """Return the newest version; no rules where none was saved."""
        found = self._journal.rows("SELECT document FROM rule_set ORDER BY version DESC LIMIT 1")
        return read_rules(found[0][0]) if found else RuleSet()

    def save(self, rules: RuleSet, who: str, why: str = "") -> int:
        """Keep a new version and return its number.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        values = (Instant.now().us, who, why, rules_document(rules))
        with self._journal.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO rule_set (saved_us, who, why, document) VALUES (?, ?, ?, ?)", values
            )
            return int(cursor.lastrowid or 0)

    def versions(self) -> list[tuple[int, Instant, str, str]]:
        """Return (version, saved, who, why), the oldest first."""
        rows = self._journal.rows(
            "SELECT version, saved_us, who, why FROM rule_set ORDER BY version"
        )
        return [(row[0], Instant(row[1]), row[2], row[3]) for row in rows]

    def version(self, number: int) -> RuleSet:
        """Return the rules of one version.

        Raises
        ------
        ValidationError
            If there is none of that number.
        """
        found = self._journal.rows("SELECT document FROM rule_set WHERE version = ?", (number,))
        if not found:
            raise ValidationError("rules", "version", number, "was never saved")
        return read_rules(found[0][0])
