"""What to do about alarms, written where it holds: for one thing, for a type, for all."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.entity_words import entity_type
from app.rules.editing import RuleEditing
from twin_model.entity import Entity
from twin_model.rules.rule_set import RuleSet


def with_guidance(rules: RuleSet, texts: Mapping[str, str]) -> RuleSet:
    """Return rules with other guidance for some keys; an empty text takes it away."""
    kept = {**rules.guidance, **{key: text.strip() for key, text in texts.items()}}
    guidance = {key: text for key, text in kept.items() if text}
    return rules.model_copy(update={"guidance": guidance})


class GuidanceDialog(QDialog):
    """See module.

    Parameters
    ----------
    parent : QWidget
    editing : RuleEditing
    rules : RuleSet
        As they are now.
    entity : Entity
        Of the alarm.
    name : str
        What it is called.
    """

    def __init__(
        self, parent: QWidget, editing: RuleEditing, rules: RuleSet, entity: Entity, name: str
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._editing = editing
        scopes = {
            f"entity:{entity.id}": self.tr("All alarms of {0}").format(name),
            f"type:{entity.type}": self.tr("All of type {0}").format(entity_type(entity.type)),
            "*": self.tr("Every alarm"),
        }
        self._texts = {key: rules.guidance.get(key, "") for key in scopes}
        self._before = dict(self._texts)
        self.scope = QComboBox(self)
        self.scope.setAccessibleName(self.tr("Where it holds"))
        for key, text in scopes.items():
            self.scope.addItem(text, key)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(self.tr("What to do"))
        self.text.setPlaceholderText(self.tr("1. Close valve **V-3**.\n2. Call the shift leader."))
        self.preview = QLabel(self)
        self.preview.setTextFormat(Qt.TextFormat.MarkdownText)
        self.preview.setWordWrap(True)
        self.preview.setMargin(12)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.keep = QPushButton(self.tr("Save"), self)
        self.keep.setObjectName("primary")
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self._key = ""
        self._lay_out()
        self.scope.currentIndexChanged.connect(self._show_scope)
        self.text.textChanged.connect(self._changed)
        self.keep.clicked.connect(self.save)
        # Where something is written already, the nearest.
        first = next((n for n, key in enumerate(scopes) if self._texts[key]), 0)
        self.scope.setCurrentIndex(first)
        self._show_scope()
        self.setWindowTitle(self.tr("What to do about alarms"))
        self.resize(720, 420)

    def _lay_out(self) -> None:
        hint = QLabel(self.tr(
            "Markdown. An alarm shows its rule's own text, then that of the thing, of what contains"
            " it, of its type, and of every alarm."
        ), self)  # fmt: skip
        hint.setObjectName("dim")
        hint.setWordWrap(True)
        back = QPushButton(self.tr("Cancel"), self)
        back.clicked.connect(self.reject)
        shown = QScrollArea(self)
        shown.setWidgetResizable(True)
        shown.setWidget(self.preview)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.text)
        split.addWidget(shown)
        split.setSizes([360, 360])
        row = QHBoxLayout()
        row.addWidget(self.problem, 1)
        for button in (back, self.keep):
            button.setAutoDefault(False)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.scope)
        column.addWidget(split, 1)
        column.addWidget(hint)
        column.addLayout(row)

    def _show_scope(self) -> None:
        self._key = self.scope.currentData()
        self.text.setPlainText(self._texts[self._key])
        self._changed()

    def _changed(self) -> None:
        self._texts[self._key] = self.text.toPlainText()
        self.preview.setText(self.text.toPlainText() or self.tr("No guidance was written."))

    def save(self) -> None:
        """Save what was written, as a new version of the rules that can be undone."""
        changed = {key: t for key, t in self._texts.items() if t != self._before[key]}
        title = self.tr("What to do about alarms")
        self._editing.apply(
            lambda rules: with_guidance(rules, changed), title, then=self.accept,
            refused=self.problem.setText,
        )  # fmt: skip
