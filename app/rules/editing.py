"""Changes of the project's rules: each a new version, put into service as one undoable edit."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app import messages
from app.live.session import LiveSession
from app.project import ProjectSession
from app.workers import Background
from twin_model.errors import ShapanError, SourceError, StoreError
from twin_model.rules.rule_set import RuleSet, export_rules, read_rules
from twin_model.rules.service import PutRulesInService

if TYPE_CHECKING:
    from twin_model.operations import Operations
    from twin_model.rules.model import Rule

Change = Callable[[RuleSet], RuleSet]


def with_rule(rules: RuleSet, rule: Rule, instead_of: str = "") -> RuleSet:
    """Return rules with one added, or in the place of the one of its id (or *instead_of*)."""
    place = instead_of or rule.id
    known = [one.id for one in rules.rules]
    kept = [one for one in rules.rules if one.id not in {place, rule.id}]
    at = min(known.index(place), len(kept)) if place in known else len(kept)
    return rules.model_copy(update={"rules": (*kept[:at], rule, *kept[at:])})


def without_rules(rules: RuleSet, ids: Sequence[str]) -> RuleSet:
    """Return rules without some."""
    kept = tuple(rule for rule in rules.rules if rule.id not in ids)
    return rules.model_copy(update={"rules": kept})


def merged(rules: RuleSet, others: RuleSet) -> RuleSet:
    """Return rules with others added; those of the same ids are replaced."""
    for rule in others.rules:
        rules = with_rule(rules, rule)
    return rules.model_copy(update={"guidance": {**rules.guidance, **others.guidance}})


class RuleEditing(QObject):
    """Changes rules in a thread.

    Parameters
    ----------
    session : ProjectSession
    live : LiveSession
    background : Background
    """

    changed = Signal()

    def __init__(self, session: ProjectSession, live: LiveSession, background: Background) -> None:
        super().__init__()
        self._session = session
        self._live = live
        self._background = background
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        session.changed.connect(self._follow)

    def apply(
        self,
        change: Change,
        title: str,
        why: str = "",
        then: Callable[[], object] | None = None,
        refused: Callable[[str], object] | None = None,
    ) -> None:
        """Save what *change* makes of the rules, and put it into service.

        *then* is called when it is done, *refused* with why it was not (else the window says so).
        """

        def again() -> None:
            self.apply(change, title, why, then, refused)

        operations = self._live.operations
        if operations is None:
            self._live.begin(again)
            return
        try:
            actor = self._live.desk().actor
        except ShapanError as error:
            self._live.refused(error, again)
            return

        def work() -> PutRulesInService | ShapanError | None:
            self._lock.acquire()  # two changes at once would each undo the other
            try:
                rules = operations.rule_store.current()
                after = change(rules)
                if after == rules:
                    return None
                versions = operations.rule_store.versions()
                before = versions[-1][0] if versions else 0
                number = operations.save_rules(after, actor, why or title)
                return PutRulesInService(number, before, title)
            except ShapanError as error:
                return error
            finally:
                self._lock.release()

        def answer(found: Any) -> None:
            if isinstance(found, ShapanError):
                if refused is not None:
                    refused(messages.shown(str(found)))
                else:
                    self._live.refused(found)
                return
            if found is not None:
                self._session.execute(found)
            self.changed.emit()
            if then is not None:
                then()

        # A key of its own: the answer to a change that another one follows is not to be dropped.
        self._background.ask(f"rules-apply-{next(self._numbers)}", work, answer)

    def read_file(self, path: Path) -> None:
        """Add the rules of a file."""

        def change(rules: RuleSet) -> RuleSet:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise SourceError(path, f"cannot be read ({error.strerror})") from error
            return merged(rules, read_rules(content, str(path)))

        self.apply(change, path.name, f"imported from {path.name}")

    def write_file(self, path: Path, then: Callable[[], object]) -> None:
        """Write the project's rules to a file."""
        operations = self._live.operations
        if operations is None:
            self._live.refused(StoreError("no rules are at work in this project"))
            return

        def work() -> Exception | None:
            try:
                export_rules(operations.rule_store.current(), path)
            except (ShapanError, OSError) as error:
                return error
            return None

        def answer(error: Exception | None) -> None:
            if error is not None:
                self._live.failed.emit(str(error))
            else:
                then()

        self._background.ask("rules-export", work, answer)

    def restore(self, version: int) -> None:
        """Put the rules of an earlier version into service again."""
        operations = self._live.operations
        if operations is not None:
            store = operations.rule_store
            title = self.tr("Version {0}").format(version)
            self.apply(lambda _: store.version(version), title)

    # -- undo ----------------------------------------------------------------------------

    def _follow(self, change: Any) -> None:
        """Have the rules at work that the twin's journal names, after an undo."""
        operations: Operations | None = self._live.operations
        if "rules" not in change.definitions or operations is None:
            return
        try:
            actor = self._live.desk().actor
        except ShapanError as error:
            self._live.refused(error)
            return

        def work() -> Exception | None:
            try:
                operations.follow_rules(actor)
            except ShapanError as error:
                return error
            return None

        def answer(error: Exception | None) -> None:
            if error is not None:
                self._live.failed.emit(str(error))
            self.changed.emit()

        self._background.ask("rules-follow", work, answer)
