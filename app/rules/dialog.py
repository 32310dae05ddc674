"""The window in which one rule is written, tried on history, and put into service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import schema
from app.live.session import LiveSession
from app.rules import words
from app.rules.editing import RuleEditing, with_rule
from app.rules.form import RuleForm, RuleProblem, watched_text
from app.rules.special import AppliesField
from app.rules.trial import TrialPanel
from app.rules.unknown import unknown_names
from app.theme import Theme
from app.workers import Background, Jobs
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.rules.model import Rule

_COUNT_MS: Final = 400


class RuleDialog(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    editing : RuleEditing
    parts : tuple of (Background, Jobs, Theme)
    form : RuleForm
    """

    def __init__(
        self,
        parent: QWidget,
        live: LiveSession,
        editing: RuleEditing,
        parts: tuple[Background, Jobs, Theme],
        form: RuleForm,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._live = live
        self._editing = editing
        self._background, jobs, theme = parts
        self.form = form
        form.setParent(self)
        self._before: Rule | None = None
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.trial = TrialPanel(live, jobs, theme, self._checked)
        self.keep = QPushButton(self.tr("Put into service"), self)
        self.keep.setObjectName("primary")
        self.keep.clicked.connect(self.put_into_service)
        self.off = QPushButton(self.tr("Save switched off"), self)
        self.off.clicked.connect(lambda: self.put_into_service(on=False))
        back = QPushButton(self.tr("Cancel"), self)
        back.clicked.connect(self.reject)
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(_COUNT_MS)
        self._count.timeout.connect(self._ask_count)
        self._count.timeout.connect(self._ask_names)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(form)
        split.addWidget(self.trial)
        split.setSizes([520, 440])
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.addWidget(self.problem, 1)
        for button in (back, self.off, self.keep):
            button.setAutoDefault(False)
            row.addWidget(button)
        self.trial.run.setAutoDefault(False)
        self.trial.cancel.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(split, 1)
        column.addLayout(row)
        form.changed.connect(self._changed)
        self.finished.connect(lambda _: self._forget())
        self.setWindowTitle(self.tr("New rule: {0}").format(words.kind_name(form.kind)))
        self.resize(980, 700)
        self._ask_count()

    def show_rule(self, rule: Rule) -> None:
        """Show a rule that exists."""
        self._before = rule
        self.form.set_rule(rule)
        title = self.tr("Rule: {0} ({1})")
        self.setWindowTitle(title.format(words.rule_name(rule), words.kind_name(rule.kind)))
        self._ask_count()

    def _changed(self) -> None:
        self.problem.setText("")
        self.trial.forget()
        self._background.drop("rule-names")
        self._count.start()

    def _checked(self) -> Rule | None:
        """Return the rule as it is written; None and why in words where it is none yet."""
        try:
            found = self.form.rule()
        except RuleProblem as problem:
            self.problem.setText(str(problem))
            return None
        self.problem.setText("")
        return found

    def put_into_service(self, *, on: bool = True) -> None:
        """Keep the rule as it is written and put it to work."""
        rule = self._checked()
        if rule is None:
            return
        kept = rule.model_copy(update={"enabled": on})
        before = self._before.id if self._before is not None else ""
        self._editing.apply(
            lambda rules: with_rule(rules, kept, before), words.rule_name(kept), then=self.accept,
            refused=self.problem.setText,
        )  # fmt: skip

    # -- whom it watches -----------------------------------------------------------------

    def _ask_count(self) -> None:
        """Count the entities that it would watch, in a thread."""
        field, operations = self.form.fields["applies"], self._live.operations
        if not isinstance(field, AppliesField) or operations is None:
            return
        applies = field.value()
        if not any(applies.values()):
            field.count.setText("")
            return
        twin = operations.twin

        def work() -> Any:
            try:
                if applies["entities"] and not (applies["type"] or applies["where"]):
                    return len(applies["entities"])
                query = EntityQuery(type=applies["type"] or None, where=applies["where"])
                return twin.count(query)
            except ShapanError as error:
                return error

        def answer(found: Any) -> None:
            error = isinstance(found, ShapanError)
            field.count.setObjectName("error" if error else "dim")
            field.count.style().polish(field.count)
            field.count.setText(messages.shown(str(found)) if error else watched_text(found))

        self._background.ask("rule-count", work, answer)

    def _ask_names(self) -> None:
        """Look in a thread for names in its conditions that nothing has; it may be kept so."""
        operations, fields = self._live.operations, self.form.fields
        texts = [str(fields[one].value()) for one in ("condition", "suppress_if") if one in fields]
        texts = [text for text in texts if text.strip()]
        if operations is None or not texts:
            return
        catalogue = schema.catalogue()

        def answer(unknown: dict[str, str]) -> None:
            for name, alike in unknown.items():
                text = self.tr("Nothing has {0} yet; did you mean {1}?") if alike else self.tr(
                    "Nothing has {0} yet.")  # fmt: skip
                self.problem.setText(text.format(name, alike))

        self._background.ask(
            "rule-names", lambda: unknown_names(operations, catalogue, texts), answer
        )

    def _forget(self) -> None:
        """Wait for no answer any more; keeping the rule closes the window as well."""
        self._count.stop()
        self._background.drop("rule-count")
        self._background.drop("rule-names")
