"""The parts of the types editor that show one type: what it is, and its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.editing import schema
from app.icons import IconSet, drawing_of
from app.theme import Theme
from app.types.code_class import CodeClassField
from app.types.draft import MemberDraft, RelationDraft, TypeDraft
from app.types.table import Column, DraftTable, DraftTableView
from twin_model.contributions import CONTRIBUTIONS

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue

_KINDS: Final = (
    "text", "number", "integer", "boolean", "enum", "date", "datetime", "time", "duration",
)  # fmt: skip


def kind_text(kind: str) -> str:
    """Return the word for a kind of value."""
    say = QCoreApplication.translate
    return {
        "text": say("TypesEditor", "Text"),
        "number": say("TypesEditor", "Number"),
        "integer": say("TypesEditor", "Whole number"),
        "boolean": say("TypesEditor", "Yes or no"),
        "enum": say("TypesEditor", "Choice"),
        "date": say("TypesEditor", "Date"),
        "datetime": say("TypesEditor", "Date and time"),
        "time": say("TypesEditor", "Time of day"),
        "duration": say("TypesEditor", "Duration"),
        "object": say("TypesEditor", "Group"),
        "list": say("TypesEditor", "List"),
        "map": say("TypesEditor", "Table of names"),
        "geometry": say("TypesEditor", "Geometry"),
    }.get(kind, kind)


def _kinds() -> list[tuple[str, str]]:
    return [(kind, kind_text(kind)) for kind in _KINDS]


def _member_columns(*, indicators: bool) -> list[Column]:
    say = QCoreApplication.translate
    found = [
        Column("id", lambda: say("TypesEditor", "Identifier"), 130),
        Column("zh", lambda: say("TypesEditor", "Chinese name"), 100),
        Column("en", lambda: say("TypesEditor", "English name"), 120),
        Column("kind", lambda: say("TypesEditor", "Kind"), 100, _kinds),
        Column("unit", lambda: say("TypesEditor", "Unit"), 70),
        Column("minimum", lambda: say("TypesEditor", "From"), 64),
        Column("maximum", lambda: say("TypesEditor", "To"), 64),
    ]
    if not indicators:
        found += [
            Column("required", lambda: say("TypesEditor", "Needed"), 60, is_check=True),
            Column(
                "default", lambda: say("TypesEditor", "Default"), 80,
                note=lambda: say("TypesEditor", "What existing entities get when it is needed"),
            ),
        ]  # fmt: skip
    found.append(
        Column(
            "choices", lambda: say("TypesEditor", "Choices"), 160,
            note=lambda: say("TypesEditor", "As in: open=打开/open; shut=关闭/shut"),
        )
    )  # fmt: skip
    return found


def _relation_columns() -> list[Column]:
    say = QCoreApplication.translate
    return [
        Column("kind", lambda: say("TypesEditor", "Kind of relation"), 130),
        Column("zh", lambda: say("TypesEditor", "Chinese name"), 100),
        Column("en", lambda: say("TypesEditor", "English name"), 120),
        Column(
            "targets", lambda: say("TypesEditor", "Leads to types"), 220,
            note=lambda: say("TypesEditor", "Identifiers with commas between; none for any type"),
        ),
        Column("minimum", lambda: say("TypesEditor", "At least"), 70),
        Column("maximum", lambda: say("TypesEditor", "At most"), 70),
        Column(
            "inverse_maximum", lambda: say("TypesEditor", "Reached by at most"), 120,
        ),
    ]  # fmt: skip


class LinesForm(QWidget):
    """A table with buttons to add and remove.

    Parameters
    ----------
    columns : list of Column
    make : callable
        Returns an empty draft.
    theme : Theme
    parent : QWidget
    """

    def __init__(
        self, columns: list[Column], make: Callable[[], Any], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.table = DraftTable(columns, theme, _follow)
        self.table.setParent(self)
        self.view = DraftTableView(self.table, self)
        self.add = QPushButton(self)
        self.remove = QPushButton(self)
        self.add.clicked.connect(lambda: self.view.add(make()))
        self.remove.clicked.connect(self.view.remove_current)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.add.setText(self.tr("Add line"))
        self.remove.setText(self.tr("Remove line"))
        self.table.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.table.columns) - 1)


def _follow(draft: Any, name: str) -> tuple[str, ...]:
    """Make a text with choices a choice, and a text with a unit or a range a number."""
    if not isinstance(draft, MemberDraft):
        return ()
    if name == "kind" and draft.kind != "enum" and draft.choices:
        draft.choices = ""
        return ("choices",)
    if draft.kind != "text":
        return ()
    kinds = {"choices": "enum", "unit": "number", "minimum": "number", "maximum": "number"}
    if name not in kinds or not getattr(draft, name).strip():
        return ()
    draft.kind = kinds[name]
    return ("kind",)


class GeneralForm(QWidget):
    """Names, parent and appearance of a type.

    Parameters
    ----------
    icons : IconSet
    parent : QWidget
    """

    edited = Signal()

    def __init__(self, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._draft: TypeDraft | None = None
        self._filling = False
        self.identifier = QLineEdit(self)
        self.zh, self.en = QLineEdit(self), QLineEdit(self)
        self.parent_type = QComboBox(self)
        self.parent_type.setEditable(True)
        self.parent_type.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.abstract = QCheckBox(self)
        self.geometry_kind, self.symbol = QComboBox(self), QComboBox(self)
        self._icons = icons
        self.icon, self.code_class = QLineEdit(self), CodeClassField(self)
        completer = QCompleter(icons.type_glyphs(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.icon.setCompleter(completer)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 8, 0, 0)
        for widget in (
            self.identifier, self.zh, self.en, self.parent_type, self.abstract,
            self.geometry_kind, self.symbol, self.icon, self.code_class,
        ):  # fmt: skip
            label = QLabel(self)
            label.setBuddy(widget)
            self._form.addRow(label, widget)
        self.code_class.chosen.connect(self._take)
        for line in (self.identifier, self.zh, self.en, self.icon):
            line.textEdited.connect(self._take)
        for box in (self.parent_type, self.geometry_kind, self.symbol):
            box.activated.connect(self._take)
        self.abstract.toggled.connect(self._take)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        for widget, text in (
            (self.identifier, self.tr("Identifier")),
            (self.zh, self.tr("Chinese name")),
            (self.en, self.tr("English name")),
            (self.parent_type, self.tr("Is a kind of")),
            (self.abstract, self.tr("Only to be extended")),
            (self.geometry_kind, self.tr("Usual geometry")),
            (self.symbol, self.tr("Symbol in the scene")),
            (self.icon, self.tr("Icon")),
            (self.code_class, self.tr("Class in codes")),
        ):
            label = self._form.labelForField(widget)
            if isinstance(label, QLabel):
                label.setText(text)
            widget.setAccessibleName(text)

    def show_draft(self, draft: TypeDraft | None, catalogue: Catalogue | None = None) -> None:
        """Show a draft; None hides the form."""
        self._draft = draft
        if draft is None or catalogue is None:
            self.setVisible(False)
            return
        self._filling = True
        self.identifier.setText(draft.id)
        self.identifier.setReadOnly(draft.source is not None)
        self.zh.setText(draft.zh)
        self.en.setText(draft.en)
        self.icon.setText(draft.icon)
        self.icon.setPlaceholderText(_inherited(draft, catalogue, "icon"))
        self.abstract.setChecked(draft.abstract)
        language = schema.language()
        self.parent_type.clear()
        self.parent_type.addItem("—", "")
        for kind in sorted(catalogue.types(), key=lambda one: one.name.get(language) or one.id):
            if kind.id != draft.id:
                name = kind.name.get(language)
                self.parent_type.addItem(f"{name}  ({kind.id})" if name else kind.id, kind.id)
        self.parent_type.setCurrentIndex(max(0, self.parent_type.findData(draft.parent)))
        self.geometry_kind.clear()
        for value, text in (
            ("", self.tr("as its parent")),
            ("point", self.tr("Point")),
            ("line", self.tr("Line")),
            ("polygon", self.tr("Area")),
            ("solid", self.tr("Solid")),
        ):
            self.geometry_kind.addItem(text, value)
        self.geometry_kind.setCurrentIndex(max(0, self.geometry_kind.findData(draft.geometry)))
        self._show_symbols(draft.symbol)
        self.code_class.show_class(draft.code_class, catalogue.code_class(draft.parent)
                                   if draft.parent in catalogue else "")  # fmt: skip
        self._filling = False
        self.setVisible(True)

    def _show_symbols(self, chosen: str) -> None:
        """List our own symbols and those of plugins, also the chosen one whose plugin is gone."""
        from rendering.symbology.models import MODELS

        self.symbol.clear()
        self.symbol.addItem(self.tr("as its parent"), "")
        for name in ("pin", *MODELS):
            self.symbol.addItem(name, name)
        for entry in CONTRIBUTIONS.of("symbol"):
            title = f"{entry.title(QLocale().name())}  ({entry.id})"
            icon = self._icons.type_icon(entry.id) if drawing_of(entry) else QIcon()
            self.symbol.addItem(icon, title, entry.id)
        if chosen and self.symbol.findData(chosen) < 0:
            self.symbol.addItem(self.tr("{0}, not there now").format(chosen), chosen)
        self.symbol.setCurrentIndex(max(0, self.symbol.findData(chosen)))

    def _take(self, *_: object) -> None:
        draft = self._draft
        if draft is None or self._filling:
            return
        draft.id = self.identifier.text().strip()
        draft.zh, draft.en = self.zh.text(), self.en.text()
        draft.parent = str(self.parent_type.currentData() or "")
        draft.abstract = self.abstract.isChecked()
        draft.geometry = str(self.geometry_kind.currentData() or "")
        draft.symbol = str(self.symbol.currentData() or "")
        draft.icon = self.icon.text().strip()
        draft.code_class = self.code_class.value
        self.edited.emit()


def _inherited(draft: TypeDraft, catalogue: Catalogue, what: str) -> str:
    if draft.parent not in catalogue:
        return ""
    return str(getattr(catalogue.appearance(draft.parent), what))


def property_lines(theme: Theme, parent: QWidget) -> LinesForm:
    """Return the table of properties."""
    return LinesForm(_member_columns(indicators=False), MemberDraft, theme, parent)


def indicator_lines(theme: Theme, parent: QWidget) -> LinesForm:
    """Return the table of indicators."""
    return LinesForm(
        _member_columns(indicators=True), lambda: MemberDraft(kind="number"), theme, parent
    )


def relation_lines(theme: Theme, parent: QWidget) -> LinesForm:
    """Return the table of relations."""
    return LinesForm(_relation_columns(), RelationDraft, theme, parent)
