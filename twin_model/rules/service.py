"""Which version of the rules is in service: an edit like any other, undone and done again.

Rules are kept in versions beside the alarms (`RuleStore`), and nothing is ever taken out of
there. What the twin's journal holds is which version somebody put into service; after an undo the
rules of the version before are saved once more, as the newest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from twin_model.rules.rule_set import RuleSet, RuleStore
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin

KIND: Final = "rules"
_ID: Final = "in-service"


@dataclass(frozen=True)
class PutRulesInService:
    """Notes that a version of the rules is at work from now on.

    Parameters
    ----------
    version : int
        Of `RuleStore`, saved before.
    before : int
        The version that was at work; 0 for no rules.
    title : str
        Which rule it is about.
    """

    version: int
    before: int = 0
    title: str = ""
    kind: str = field(default="put-rules-in-service", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Put into service: {self.title}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"version": self.version, "before": self.before}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.put_definition(KIND, _ID, json.dumps(self.payload(), sort_keys=True))


def version_in_service(twin: Twin) -> int | None:
    """Return which version the twin's journal says is at work; None where it never said so."""
    rows = twin.reader().execute(
        "SELECT document, revision_to FROM definition_version WHERE kind = ? AND id = ?"
        " ORDER BY revision_to IS NULL DESC, fid",
        (KIND, _ID),
    )
    found = rows.fetchone()
    if found is None:
        return None
    document = json.loads(found[0])
    # All was undone: what was at work before the first of it is again.
    return int(document["version"] if found[1] is None else document["before"])


def rules_in_service(twin: Twin, store: RuleStore) -> tuple[int, RuleSet] | None:
    """Return the version that should be at work and its rules; None where it is already.

    Raises
    ------
    ValidationError
        If there is none of that number.
    """
    version = version_in_service(twin)
    if version is None:
        return None
    rules = store.version(version) if version else RuleSet()
    return None if rules == store.current() else (version, rules)
