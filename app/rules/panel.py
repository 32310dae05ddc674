"""The Rules dock: all rules, where they come from, and what can be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
)

from app.icons import IconSet
from app.live.session import LiveSession
from app.own_keys import OwnKeys
from app.panels.list_panel import ListPanel, say_tips, tool_button
from app.panels.plain_table import dress
from app.rules import words
from app.rules.dialog import RuleDialog
from app.rules.editing import RuleEditing, with_rule, without_rules
from app.rules.form import RuleForm
from app.rules.listing import Origin, RuleBook, RuleLine, read_book
from app.rules.special import RingField, Selected
from app.rules.table import LINE_ROLE, NAME, ON, RulesFilter, RulesModel
from app.theme import Theme
from app.workers import Background, Jobs
from twin_model.alarms.accounts import Role

if TYPE_CHECKING:
    from twin_model.rules.model import Rule

_WIDTHS: Final = (34, 190, 140, 170, 260, 76, 66, 60)


class RulesPanel(ListPanel):
    """See module.

    Parameters
    ----------
    live : LiveSession
    editing : RuleEditing
    parts : tuple of (Background, Jobs, Theme)
    icons : IconSet
    selected : callable
        Returns the entity that is selected in the window.
    """

    fly_wanted = Signal(str)
    fence_wanted = Signal(object, object)  # the dialog, and its field

    def __init__(
        self,
        live: LiveSession,
        editing: RuleEditing,
        parts: tuple[Background, Jobs, Theme],
        icons: IconSet,
        selected: Selected,
    ) -> None:
        super().__init__()
        self._live = live
        self._parts = parts
        self._background, _, theme = parts
        self._selected = selected
        self.editing = editing
        self.dialog: RuleDialog | None = None
        self.model = RulesModel(theme)
        self.model.setParent(self)
        self.shown = RulesFilter(self.model)
        self.shown.setParent(self)
        self.table = QTableView(self)
        self.filter = QLineEdit(self)
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(260)
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setMargin(12)  # the style sheet leaves no others
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.buttons: dict[str, QToolButton] = {}
        for name, glyph, slot in (
            ("new", "plus", None), ("edit", "pencil-simple", self.edit),
            ("copy", "copy", self.duplicate), ("remove", "trash", self.remove),
            ("import", "download-simple", self._choose_import),
            ("export", "upload-simple", self._choose_export),
            ("versions", "clock-counter-clockwise", self.show_versions),
        ):  # fmt: skip
            self.buttons[name] = tool_button(self, icons.icon(glyph), slot)
        self._kinds = QMenu(self)
        self.buttons["new"].setMenu(self._kinds)
        self.buttons["new"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lay_out()
        self._connect()
        self.retranslate()
        self.refresh()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.shown)
        dress(table, _WIDTHS)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setSortingEnabled(True)
        table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        OwnKeys(table, Qt.Key.Key_Delete)
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 4, 8, 4)
        tools.setSpacing(6)
        tools.addWidget(self.filter, 1)
        tools.addWidget(self.note)
        tools.addStretch(1)
        for button in self.buttons.values():
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self.empty, 1)
        layout.addWidget(table, 1)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.shown.set_text)
        self.table.doubleClicked.connect(self._double_clicked)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._allow())
        self.model.switched.connect(self.switch)
        self.editing.changed.connect(self.refresh)
        self._live.changed.connect(self.refresh)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.filter.setPlaceholderText(self.tr("Filter by name, place, condition"))
        self.filter.setAccessibleName(self.tr("Filter rules"))
        self.table.setAccessibleName(self.tr("Rules"))
        tips = {
            "new": self.tr("New rule"),
            "edit": self.tr("Edit… (Enter)"),
            "copy": self.tr("Duplicate"),
            "remove": self.tr("Remove (Delete)"),
            "import": self.tr("Add rules from a file…"),
            "export": self.tr("Save rules to a file…"),
            "versions": self.tr("Versions…"),
        }
        say_tips(self.buttons, tips)
        self._kinds.clear()
        for kind in words.KINDS:
            action = self._kinds.addAction(words.kind_name(kind))
            action.setToolTip(words.kind_hint(kind))
            action.triggered.connect(lambda _=False, kind=kind: self.make(kind))
        self._kinds.setToolTipsVisible(True)
        self.model.headerDataChanged.emit(
            Qt.Orientation.Horizontal, 0, self.model.columnCount() - 1
        )
        self.refresh()

    # -- what is shown -------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the rules again, in a thread."""
        operations = self._live.operations
        if operations is None:
            self._take(RuleBook())
            return
        self._background.ask("rules", lambda: read_book(operations), self._take)

    def _take(self, book: RuleBook) -> None:
        keys = {line.rule.id for line in self.chosen()}
        self.model.set_book(book)
        self._select(keys)
        shown = bool(book.lines)
        self.table.setVisible(shown)
        self.empty.setVisible(not shown)
        self.empty.setText(
            self.tr("No rules yet. A rule watches values and raises alarms: press + and choose "
                    "what it looks at, try it on recorded history, and put it into service.")
        )  # fmt: skip
        version = self.tr("version {0}").format(book.version) if book.version else ""
        self.note.setText(version)
        self._allow()

    def _select(self, ids: set[str]) -> None:
        selection = self.table.selectionModel()
        flags = selection.SelectionFlag
        selection.clearSelection()
        for rule_id in ids:
            row = self.model.row_of(rule_id)
            index = self.shown.mapFromSource(self.model.index(row, NAME))
            if row >= 0 and index.isValid():
                selection.select(index, flags.Select | flags.Rows)

    def chosen(self) -> list[RuleLine]:
        """Return the selected rules."""
        found = [index.data(LINE_ROLE) for index in self.table.selectionModel().selectedRows()]
        return [line for line in found if isinstance(line, RuleLine)]

    def _allow(self) -> None:
        lines, writable = self.chosen(), self._live.writable
        may = writable and self._live.allows(Role.ENGINEER)
        own = [line for line in lines if line.origin is Origin.PROJECT]
        self.model.writable = may
        can = {  # anybody may try a rule on history
            "new": writable, "edit": len(lines) == 1, "copy": writable and len(lines) == 1,
            "remove": may and bool(own), "import": may,
            "export": bool(self.model.book.rules.rules), "versions": self.model.book.version > 0,
        }  # fmt: skip
        for name, button in self.buttons.items():
            button.setEnabled(can[name])

    # -- what is done --------------------------------------------------------------------

    def make(
        self, kind: str, applies: dict[str, Any] | None = None, values: dict[str, Any] | None = None
    ) -> RuleDialog:
        """Open the form of a new rule, filled in as far as is known."""
        dialog = self._open(kind)
        entity = self._selected()
        if applies is None and entity is not None:
            applies = {"type": entity.type}
        dialog.form.propose(applies or {}, values or {})
        return dialog

    def _open(self, kind: str) -> RuleDialog:
        if self._live.operations is None:
            self._live.begin()
        taken = {line.rule.id for line in self.model.lines}
        form = RuleForm(kind, self._selected, taken)
        self.dialog = RuleDialog(self.window(), self._live, self.editing, self._parts, form)
        self.dialog.trial.fly_wanted.connect(self.fly_wanted)
        fence = form.fields.get("ring_m")
        if isinstance(fence, RingField):
            fence.draw_wanted.connect(lambda: self.fence_wanted.emit(self.dialog, fence))
        self.dialog.show()
        return self.dialog

    def edit(self) -> None:
        """Open the form of the selected rule; one of a type gets the project's own figures."""
        lines = self.chosen()
        if len(lines) == 1:
            self._open(lines[0].rule.kind).show_rule(lines[0].rule)

    def duplicate(self) -> None:
        """Open the form of a new rule like the selected one."""
        lines = self.chosen()
        if len(lines) == 1:
            rule = lines[0].rule
            dialog = self._open(rule.kind)
            dialog.form.set_rule(rule.model_copy(update={"id": self._free_id(rule.id)}))

    def _free_id(self, wanted: str) -> str:
        taken = {line.rule.id for line in self.model.lines}
        return next(name for n in range(2, 10_000) if (name := f"{wanted}-{n}") not in taken)

    def remove(self) -> None:
        """Remove the selected rules of the project; undo brings them back."""
        ids = [line.rule.id for line in self.chosen() if line.origin is Origin.PROJECT]
        if ids:
            names = ", ".join(line.name for line in self.chosen()[:3])
            self.editing.apply(lambda rules: without_rules(rules, ids), names)

    def switch(self, rule: Rule, on: bool) -> None:
        """Switch a rule on or off; one of a type becomes the project's own by that."""
        changed = rule.model_copy(update={"enabled": on})
        self.editing.apply(lambda rules: with_rule(rules, changed), words.rule_name(rule))

    def _choose_import(self) -> None:
        place, _ = QFileDialog.getOpenFileName(
            self, self.tr("Add rules from a file"), "", "JSON (*.json)"
        )
        if place:
            self.editing.read_file(Path(place))

    def _choose_export(self) -> None:
        place, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save rules to a file"), "rules.json", "JSON (*.json)"
        )
        if place:
            self.export(Path(place))

    def export(self, place: Path) -> None:
        """Write the project's rules to a file."""
        text = self.tr("Saved {0}").format(place.name)
        self.editing.write_file(place, lambda: self.note.setText(text))

    def show_versions(self) -> None:
        """Show which versions of the rules there were."""
        from app.rules.versions import VersionsDialog

        operations = self._live.operations
        if operations is not None:
            dialog = VersionsDialog(self.window(), operations.rule_store.versions())
            dialog.chosen.connect(self.editing.restore)
            dialog.show()

    def _double_clicked(self, index: Any) -> None:
        if index.column() != ON:
            self.edit()

    def _menu(self, at: Any) -> None:
        menu = QMenu(self)
        for name in ("edit", "copy", "remove"):
            button = self.buttons[name]
            action = menu.addAction(button.toolTip())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(lambda _=False, button=button: button.click())
        menu.popup(self.table.viewport().mapToGlobal(at))
