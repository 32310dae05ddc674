"""The form of one rule: what it watches, when it alarms, what operators read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import schema
from app.live.units import indicator_type
from app.rules import words
from app.rules.fields import ComboTextField, FormField, LimitField, TextField
from app.rules.parts import Part, alarm_parts, condition_parts, more_parts
from app.rules.special import AppliesField, Selected
from app.theme import small_font
from app.unit_words import label

if TYPE_CHECKING:
    from twin_model.rules.model import Rule

_TITLE_PX: Final = 128
_WORD: Final = re.compile(r"[^\w.-]+", re.ASCII)


class RuleProblem(Exception):  # noqa: N818 - a sentence for whoever writes the rule
    """What is still missing or wrong, as a sentence in the language in use."""


class RuleForm(QScrollArea):
    """See module.

    Parameters
    ----------
    kind : str
    selected : callable
        Returns the entity that is selected in the window.
    taken : set of str
        Ids of other rules.
    """

    changed = Signal()

    def __init__(self, kind: str, selected: Selected, taken: set[str]) -> None:
        super().__init__()
        self.kind = kind
        self._taken = taken
        self._id = ""
        self._enabled = True
        self._kept: dict[str, Any] = {}
        self._parts: list[Part] = []
        self.fields: dict[str, FormField] = {}
        self._labels: dict[str, str] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        hint = QLabel(words.kind_hint(kind), content)
        hint.setObjectName("dim")
        hint.setWordWrap(True)
        column.addWidget(hint)
        say = self.tr
        names = [
            Part("name_en", lambda: say("English name"), TextField, ""),
            Part("name_zh", lambda: say("Chinese name"), TextField, ""),
        ]
        if schema.language() == "zh":
            names.reverse()
        self._section(column, "", names)
        applies = Part("applies", lambda: say("Watches"), lambda: AppliesField(selected), {})
        self._section(column, say("Condition"), [applies, *condition_parts(kind, selected)])
        self._section(column, say("Alarm"), alarm_parts())
        self._more = QToolButton(content)
        self._more.setText(say("More"))
        self._more.setCheckable(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setArrowType(Qt.ArrowType.RightArrow)
        self._more.toggled.connect(self._unfold)
        column.addWidget(self._more)
        self._rest = self._section(column, "", more_parts(kind))
        self._rest.hide()
        column.addStretch(1)
        self.setWidget(content)
        self._prepare()
        # There is no scrolling sideways; a bar has room beside what is widest.
        bar_px = self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(content.minimumSizeHint().width() + bar_px)

    def _section(self, column: QVBoxLayout, title: str, parts: list[Part]) -> QWidget:
        box = QWidget(self)
        form = QFormLayout(box)
        form.setContentsMargins(0, 0, 0, 4)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        if title:
            heading = QLabel(title, box)
            heading.setObjectName("section")
            heading.setFont(small_font(bold=True))
            form.addRow(heading)
        for part in parts:
            field = part.make()
            text = part.title()
            caption = QLabel(text, box)
            caption.setMinimumWidth(_TITLE_PX)
            form.addRow(caption, field)
            for child in field.findChildren(QWidget):
                if not child.accessibleName():
                    child.setAccessibleName(text)
            self.fields[part.name] = field
            self._labels[part.name] = text
            field.changed.connect(self._changed)
        self._parts += parts
        column.addWidget(box)
        return box

    def _unfold(self, on: bool) -> None:
        self._rest.setVisible(on)
        if on:  # once it has its place
            QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(self._rest))
        self._more.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)

    def _prepare(self) -> None:
        for part in self._parts:
            self.fields[part.name].set_value(part.default)
        self._offer_indicators()

    # -- what is in it -------------------------------------------------------------------

    def set_rule(self, rule: Rule) -> None:
        """Show a rule."""
        document = rule.model_dump(mode="json")
        self._kept, self._id, self._enabled = document, rule.id, rule.enabled
        name = document.pop("name")
        shown = {**document, "name_en": name["en"], "name_zh": name["zh"], "limit":
                 document.get("limit", document)}  # fmt: skip
        self.fields["applies"].set_value(document["applies"])
        self._offer_indicators()
        for part in self._parts:
            if part.name != "applies" and part.name in shown:
                self.fields[part.name].set_value(shown[part.name])
        self._show_units()

    def propose(self, applies: dict[str, Any], values: dict[str, Any]) -> None:
        """Fill a new rule in, such as from an indicator's menu."""
        self.fields["applies"].set_value(applies)
        self._offer_indicators()
        for name, value in values.items():
            if name in self.fields:
                self.fields[name].set_value(value)
        self._show_units()

    def document(self) -> dict[str, Any]:
        """Return the rule's document, which may not be a rule yet."""
        values = {part.name: self.fields[part.name].value() for part in self._parts}
        english, chinese = values.pop("name_en"), values.pop("name_zh")
        if isinstance(self.fields.get("limit"), LimitField):
            values.update(values.pop("limit"))
        return {
            **self._kept, **values, "kind": self.kind, "enabled": self._enabled,
            "name": {"en": english, "zh": chinese},
            "id": self._id or self._new_id(english, str(values.get("indicator", ""))),
        }  # fmt: skip

    def _new_id(self, name: str, indicator: str) -> str:
        text = _WORD.sub("-", name.lower()).strip("-.")[:60] or f"{indicator or 'rule'}-{self.kind}"
        made, number = text, 1
        while made in self._taken:
            number += 1
            made = f"{text}-{number}"
        return made

    def rule(self) -> Rule:
        """Return the rule.

        Raises
        ------
        RuleProblem
            If something is missing or cannot be.
        """
        from pydantic import TypeAdapter, ValidationError

        from twin_model.rules.model import Rule as AnyRule

        document = self.document()
        if not (document["name"]["en"] or document["name"]["zh"]):
            raise RuleProblem(self.tr("Give it a name: what operators read when it alarms."))
        try:
            found: Rule = TypeAdapter(AnyRule).validate_python(document)
        except ValidationError as error:
            raise RuleProblem(self._explained(error.errors()[0])) from error
        return found

    def _explained(self, error: Any) -> str:
        """Say what is wrong with which field."""
        place = [str(part) for part in error["loc"] if part != self.kind]
        name = place[0] if place else ""
        title = self._labels.get("limit" if name in {"threshold", "property"} else name, "")
        bounds = error.get("ctx", {})
        reason = {
            "float_parsing": self.tr("write a number"),
            "float_type": self.tr("write a number"),
            "int_parsing": self.tr("write a whole number"),
            "int_from_float": self.tr("write a whole number"),
            "int_type": self.tr("write a whole number"),
            "string_too_short": self.tr("fill it in"),
            "missing": self.tr("fill it in"),
            "string_pattern_mismatch": self.tr("fill it in, without blanks"),
            "too_short": self.tr("give three corners at least"),
            "greater_than": self.tr("more than {0}").format(bounds.get("gt")),
            "greater_than_equal": self.tr("{0} at least").format(bounds.get("ge")),
            "less_than_equal": self.tr("{0} at most").format(bounds.get("le")),
        }.get(error["type"])
        if name == "applies" or (not reason and "applies to a type" in error["msg"]):
            return self.tr("Say what it watches: a type, a condition, or one entity.")
        if not reason and "threshold or a property" in error["msg"]:
            reason, title = self.tr("write a number"), self._labels.get("limit", "")
        if not reason:
            reason = messages.shown(str(error["msg"]).removeprefix("Value error, "))
        return f"{title}: {reason}" if title else reason

    # -- what follows --------------------------------------------------------------------

    def _changed(self) -> None:
        sender = self.sender()
        if sender is self.fields.get("applies"):
            self._offer_indicators()
        if sender in {self.fields.get("applies"), self.fields.get("indicator")}:
            self._show_units()
        self.changed.emit()

    def _type(self) -> str:
        field = self.fields.get("applies")
        return field.shown_type if isinstance(field, AppliesField) else ""

    def _offer_indicators(self) -> None:
        field = self.fields.get("indicator")
        known = schema.known_type(self._type()) if self._type() else None
        if not isinstance(field, ComboTextField) or known is None:
            return
        field.set_proposals([
            (name, schema.sentence(kind.name.get(schema.language()) or name))
            for name, kind in schema.catalogue().indicators(known).items()
        ])  # fmt: skip

    def _show_units(self) -> None:
        field = self.fields.get("indicator")
        found = indicator_type(self._type(), str(field.value())) if field is not None else None
        for one in self.fields.values():
            one.set_unit(label(found.unit) if found is not None else "")


def watched_text(count: int) -> str:
    """Return how many entities a rule watches."""
    return QCoreApplication.translate("Rules", "watches %n entities now", "", count)
