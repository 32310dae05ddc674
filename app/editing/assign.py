"""Giving one value to all entities that a query finds: one step, with progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, messages, numbers
from app.editing import attributes, changes, schema
from app.editing.lacking import LackingValues
from app.editing.retype import with_type
from app.editing.type_picker import TypePicker
from app.panels.entity_editors import choice_editor, date_editor, editor_value, text_editor
from app.panels.entity_form import FormField
from app.services import Services
from app.tab_order import set_tab_order
from app.unit_words import label
from app.workers import writing
from twin_model.errors import ValidationError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    import sqlite3

    from app.window import MainWindow
    from ingest.pipeline.job import Job
    from twin_model.entity import Entity
    from twin_model.frame import Frame
    from twin_model.schema.types import PropertyType
    from twin_model.schema.values import SchemaError
    from twin_model.time import Instant
    from twin_model.twin import Twin
    from twin_model.view import TwinView, TypeTree

#: In the query language, which is the same in all languages.
_EXAMPLE: Final = "type is building and height_m > 30"
_WAIT_MS: Final = 250
#: So many of those found say which attributes they have.
_SAMPLE: Final = 400
#: Entities are read and changed in parts, so that the progress moves and Cancel is heard.
_PART: Final = 2_000
_MOST_EXAMPLES: Final = 4
#: So many of those found are looked at for what another type needs.
_MOST_LOOKED_AT: Final = 20_000
#: Stands for the type among the attributes.
_TYPE: Final = "@type"


class _TypedTwin:
    """A twin whose queries mean a type with its subtypes."""

    def __init__(self, twin: Twin, catalogue: TypeTree) -> None:
        self._twin = twin
        self.path = twin.path
        self.frame: Frame = twin.frame
        self.catalogue: TypeTree | None = catalogue

    def reader(self) -> sqlite3.Connection:
        """See `twin_model.view.Source`."""
        return self._twin.reader()

    def now(self) -> Instant:
        """See `twin_model.view.Source`."""
        return self._twin.now()


@dataclass
class _Found:
    """What a query finds, or what is wrong with it."""

    count: int = 0
    sample: list[Entity] = field(default_factory=list)
    problem: str = ""
    examples: list[str] = field(default_factory=list)


class AssignDialog(QDialog):
    """Query, attribute, value.

    Parameters
    ----------
    window : MainWindow
    services : Services
    """

    def __init__(self, window: MainWindow, services: Services) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window = window
        self._services = services
        self._found = _Found()
        self._known: dict[str, attributes.Attribute] = {}
        self._type = ""
        #: The type whose needs are known; None until what is found was looked at.
        self._looked_at: str | None = None
        #: Why those found cannot be of it: relations that it does not allow.
        self._broken = ""
        self.setWindowTitle(self.tr("Assign values by query"))
        self.query = QLineEdit(self)
        self.query.setPlaceholderText(_EXAMPLE)
        self.query.setAccessibleName(self.tr("Query"))
        self.count = QLabel(self)
        self.count.setObjectName("dim")
        self.count.setWordWrap(True)
        self.examples = QLabel(self)
        self.examples.setObjectName("dim")
        self.examples.setWordWrap(True)
        self.examples.setTextFormat(Qt.TextFormat.RichText)
        self.examples.linkActivated.connect(self.query.setText)
        self.everything = QCheckBox(self.tr("Yes, all entities of the project"), self)
        self.everything.toggled.connect(lambda _: self._check())
        self.attribute = QComboBox(self)
        self.attribute.setAccessibleName(self.tr("Attribute"))
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.value: QWidget = QLineEdit(self)
        self._unit = QLabel(self)
        self._unit.setObjectName("dim")
        self.remove_value = QCheckBox(self.tr("Remove the value instead"), self)
        self.remove_value.toggled.connect(lambda _: self._check())
        self.lacking = LackingValues(self)
        self.lacking.changed.connect(self._check)
        self.picker = TypePicker(self)
        self.picker.chosen.connect(self._choose_type)
        self.buttons = QDialogButtonBox(self)
        self.assign = self.buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.assign.setObjectName("primary")
        self.assign.style().polish(self.assign)  # the button box has polished it already
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self.query.textChanged.connect(lambda _: self._wait.start())
        self.attribute.activated.connect(lambda _: self._make_value())
        self.buttons.accepted.connect(self._assign)
        self.buttons.rejected.connect(self.reject)
        self.resize(560, 0)
        self._check()
        self._ask()

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.addRow(self.tr("Query"), self.query)
        self._form.addRow("", self.examples)
        self._form.addRow("", self.count)
        self._form.addRow("", self.everything)
        self._form.addRow(self.tr("Attribute"), self.attribute)
        self._place = QHBoxLayout()
        self._place.addWidget(self.value, 1)
        self._place.addWidget(self._unit)
        self._form.addRow(self.tr("Value"), self._place)
        self._form.addRow("", self.remove_value)
        self._form.addRow("", self.problem)
        self._form.addRow("", self.lacking)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(self._form)
        layout.addWidget(self.buttons)

    # -- the query -----------------------------------------------------------------------

    def _ask(self) -> None:
        twin = self._services.session.twin
        if twin is None:
            self.reject()
            return
        text = self.query.text().strip()
        self.count.setText(self.tr("Counting…"))
        self.assign.setEnabled(False)
        self.everything.hide()
        self._services.background.ask("assign", lambda: _find(twin, text), self._show_found)

    def _show_found(self, found: _Found) -> None:
        self._found = found
        self.count.setObjectName("error" if found.problem else "dim")
        self.count.style().polish(self.count)
        if found.problem:
            self.count.setText(messages.shown(found.problem))
        else:
            text = self.tr("%Ln entity(ies) found", None, found.count)
            if not self.query.text().strip():
                self.count.setObjectName("warning")
                self.count.style().polish(self.count)
                text += " · " + self.tr("no condition means all of them")
            self.count.setText(text)
            self._fill_attributes(found.sample)
            self._ask_what_is_needed()
        if found.examples:
            links = [f'<a href="{escape(one)}">{escape(one)}</a>' for one in found.examples]
            self.examples.setText(self.tr("Such as:") + "<br>" + "<br>".join(links))
        self.everything.setVisible(not found.problem and not self.query.text().strip())
        self._check()

    def _fill_attributes(self, sample: list[Entity]) -> None:
        chosen = self.attribute.currentData()
        self.attribute.clear()
        self._known = {}
        if sample:
            self.attribute.addItem(self.tr("Type"), _TYPE)
            for one in attributes.attributes_of(sample):
                if one.property is not None and not one.property.read_only:
                    self._known[one.name] = one
                    title = one.title if not one.group else f"{one.title}    {one.group}"
                    self.attribute.addItem(title, one.name)
        at = self.attribute.findData(chosen) if chosen else -1
        self.attribute.setCurrentIndex(at if at >= 0 else min(1, self.attribute.count() - 1))
        if at < 0 or self._kind_of(chosen) != self.value.property("kind"):
            self._make_value()

    # -- the value -----------------------------------------------------------------------

    @property
    def key(self) -> str:
        """The attribute that is assigned; `_TYPE` for the type."""
        return str(self.attribute.currentData() or "")

    def _kind_of(self, key: Any) -> PropertyType | None:
        known = self._known.get(str(key))
        return None if known is None else known.property

    def _make_value(self) -> None:
        """Put the editor in place that fits the attribute."""
        kind = self._kind_of(self.key)
        editor = self._editor(kind)
        editor.setProperty("kind", kind)
        editor.setAccessibleName(self.tr("Value"))
        self._place.removeWidget(self.value)
        self._place.insertWidget(0, editor, 1)
        editor.show()
        self.value.hide()
        self.value.deleteLater()
        self.value = editor
        unit = label(kind.unit) if kind is not None else ""
        self._unit.setText(unit)
        self._unit.setVisible(bool(unit))
        # As it is read: the value was made after the buttons.
        set_tab_order(
            self.query, self.everything, self.attribute, editor, self.remove_value, self.assign
        )
        self._ask_what_is_needed()
        self._check()

    def _editor(self, kind: PropertyType | None) -> QWidget:
        from twin_model.schema.types import Kind

        if self.key == _TYPE:
            button = QPushButton(self.tr("Choose a type"), self)
            button.clicked.connect(lambda: self.picker.popup(button, self._type))
            if self._type:
                button.setText(entity_words.entity_type(self._type))
            return button
        if kind is None:
            return QLineEdit(self)
        if kind.kind in (Kind.ENUM, Kind.BOOLEAN):
            box = choice_editor(kind, FormField("", "", kind=kind), self)
            box.activated.connect(lambda _: self._check())
            return box
        if kind.kind is Kind.DATE:
            edit = date_editor(self, self._check)
        else:
            edit = text_editor(kind, self)
        edit.textChanged.connect(lambda _: self._check())
        return edit

    def _choose_type(self, type_id: str) -> None:
        self._type = type_id
        if isinstance(self.value, QPushButton):
            self.value.setText(entity_words.entity_type(type_id))
        self._ask_what_is_needed()
        self._check()

    def _change(self) -> Callable[[Entity], Entity] | None:
        """Return what is done to each; None, with the reason beside it, where that is unclear."""
        key, kind = self.key, self._kind_of(self.key)
        self.problem.setText("")
        if key == _TYPE:
            return _retype(self._type, {}) if self._type else None
        if kind is None:
            return None
        if self.remove_value.isChecked() and not kind.required:
            return changes.set_attribute(key, None)
        if not editor_value(self.value).strip():
            return None  # nothing typed yet: to remove the values is said by the box
        try:
            value = attributes.read_text(kind, editor_value(self.value))
        except ValidationError as error:
            self.problem.setText(attributes.problem_text(error, kind))
            return None
        return changes.set_attribute(key, value)

    def _ask_what_is_needed(self) -> None:
        """Find out which of those found have no value for what the type needs."""
        twin, text, type_id = self._services.session.twin, self.query.text().strip(), self._type
        self._looked_at, self._broken = None, ""
        self.lacking.hide()
        if twin is None or self._found.problem or self.key != _TYPE or not type_id:
            return
        total = self._found.count

        def read() -> tuple[list[Entity], SchemaError | None]:
            from twin_model.query_text import parse as parse_query
            from twin_model.store.retyping import broken_by_retyping

            limit = min(parse_query(text).limit or _MOST_LOOKED_AT, _MOST_LOOKED_AT)
            found = _typed(twin).entities(EntityQuery(where=text, limit=limit))
            return found, broken_by_retyping(twin, found, type_id)

        def show(found: tuple[list[Entity], SchemaError | None]) -> None:
            self._looked_at, broken = type_id, found[1]
            self._broken = "" if broken is None else changes.refusal(broken, type_id)
            self.lacking.show_type(type_id, found[0], total)
            self._check()

        self._services.background.ask("assign-needed", read, show)

    def _check(self) -> None:
        kind = self._kind_of(self.key)
        self.remove_value.setVisible(kind is not None and not kind.required)
        removing = self.remove_value.isChecked() and self.remove_value.isVisibleTo(self)
        self.value.setEnabled(not removing)
        change = self._change()
        count = 0 if self._found.problem else self._found.count
        if not self.query.text().strip() and not self.everything.isChecked():
            change = None  # all of them only where that is meant
        if self.key == _TYPE and self._broken:
            self.problem.setText(self._broken)
            change = None
        self.problem.setVisible(bool(self.problem.text()))
        text = self.tr("Assign to %Ln entity(ies)", None, count)
        if removing:
            text = self.tr("Remove from %Ln entity(ies)", None, count)
        self.assign.setText(text)
        if self.key == _TYPE and (self._looked_at != self._type or not self.lacking.decided):
            change = None  # what the type needs is filled in, or left open knowingly
        self.assign.setEnabled(change is not None and count > 0)

    # -- doing it ------------------------------------------------------------------------

    def _assign(self) -> None:
        change, twin = self._change(), self._services.session.twin
        if change is None or twin is None:
            return
        if self.key == _TYPE:
            values = self.lacking.values()
            if values is None:
                return
            change = _retype(self._type, values)
        text, count = self.query.text().strip(), self._found.count
        what = "type" if self.key == _TYPE else changes.title_of(self.key)
        title, why = f"Edit {count} entities: {what}", self._services.session.reason
        self._services.jobs.start(
            self.tr("Assign {0}").format(self.attribute.currentText().split("    ")[0]),
            lambda job: assign(twin, text, change, Edit(title, why), job),
        )
        self.accept()


def _typed(twin: Twin) -> TwinView:
    from twin_model.view import TwinView

    return TwinView(_TypedTwin(twin, schema.catalogue()))


def _find(twin: Twin, text: str) -> _Found:
    """Return how many a query finds, and some of them; runs in a worker."""
    from twin_model.query_text import parse

    view, query = _typed(twin), EntityQuery(where=text)
    try:
        parsed = parse(text)
        if parsed.at is not None or parsed.known_on is not None:
            say = QCoreApplication.translate
            return _Found(problem=say("AssignDialog", "Only what is so now can be changed"))
        count = view.count(query)
        sample = view.entities(replace(query, limit=min(parsed.limit or _SAMPLE, _SAMPLE)))
    except ValidationError as error:
        return _Found(problem=error.rule)
    examples = [] if text else _examples(view)
    return _Found(min(count, parsed.limit or count), sample, examples=examples)


def _examples(view: TwinView) -> list[str]:
    """Return queries that find something in this project, for users to begin with."""
    counts = view.entity_counts()
    found: list[str] = []
    for name in sorted(counts, key=lambda one: -counts[one])[:8]:
        if schema.known_type(name) is None:
            continue
        found.append(f"type is {name}")
        entities = view.entities(EntityQuery(where=f"type = '{name}'", limit=40))
        numbers_of = [
            (key, value)
            for entity in entities
            for key, value in entity.attributes.items()
            if key.isidentifier() and isinstance(value, int | float) and not isinstance(value, bool)
        ]
        if numbers_of:
            key, value = numbers_of[len(numbers_of) // 2]
            found.append(f"type is {name} and {key} > {value:g}")
        code = next((one.codes.management for one in entities if one.codes.management), "")
        if code:
            found.append(f"management ^ '{code[:6]}'")
        if len(found) >= _MOST_EXAMPLES:
            break
    return list(dict.fromkeys(found))[:_MOST_EXAMPLES]


def _retype(type_id: str, values: Mapping[str, Any]) -> Callable[[Entity], Entity]:
    change = with_type(type_id, values)

    def checked(entity: Entity) -> Entity:
        changes.check_type(entity, type_id)
        return change(entity)

    return checked


@dataclass(frozen=True)
class Edit:
    """What users read of an edit in undo and history."""

    title: str
    why: str = ""


def assign(twin: Twin, text: str, change: Callable[[Entity], Entity], edit: Edit, job: Job) -> str:
    """Change all that a query finds, in one command.

    Parameters
    ----------
    twin : Twin
    text : str
    change : callable
    edit : Edit
    job : Job

    Returns
    -------
    str
        What was done, for the log.

    Raises
    ------
    ValidationError
        If the query cannot be understood or one of them does not take the value: nothing then
        is changed.
    """
    from twin_model.commands import EditEntities
    from twin_model.topology import keeping
    from twin_model.watched import Watched

    found = _typed(twin).entities(EntityQuery(where=text))
    before: list[Entity] = []
    after: list[Entity] = []
    for start in range(0, len(found), _PART):
        job.check()
        job.report("Assigning values", start, len(found), "entities")
        for entity in found[start : start + _PART]:
            changed = change(entity)
            if changed != entity:
                before.append(entity)
                after.append(changed)
    if after:
        command = keeping(EditEntities(after, edit.title), before, after)
        twin.execute(Watched(command, partial(writing, job)), why=edit.why)
    say = QCoreApplication.translate
    return say("AssignDialog", "{0} entities changed").format(numbers.integer(len(after)))
