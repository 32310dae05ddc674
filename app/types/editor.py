"""Entity types of the project: looked at, added, changed, removed; DTDL in and out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.editing import schema
from app.icons import IconSet
from app.project import ProjectSession
from app.tab_order import set_tab_order
from app.theme import Theme
from app.types.checking import Filling, TypesCheck, applying, checking, wishes_of
from app.types.draft import MemberDraft, RelationDraft, TypeDraft
from app.types.draft_error import DraftError
from app.types.exchange import ImportButton, TypesExchange
from app.types.forms import GeneralForm, indicator_lines, property_lines, relation_lines
from app.types.preview import TypesPreview
from app.types.rule_draft import RuleDraft
from app.types.rule_lines import rule_lines
from app.types.tree import TypesTree
from app.workers import Background, Jobs, describe_error

if TYPE_CHECKING:
    from twin_model.schema.catalogue import Catalogue
    from twin_model.schema.project_types import Prepared

_DRAFTS: Final[dict[str, Any]] = {"relations": RelationDraft, "rules": RuleDraft}
_SECTIONS: Final = ("general", "properties", "indicators", "relations", "rules")


class TypesEditor(QDialog):
    """Edits the types; nothing is stored before it was checked and applied.

    Parameters
    ----------
    parent : QWidget
    session : ProjectSession
    background : Background
    jobs : Jobs
    theme : Theme
    icons : IconSet
    """

    ready = Signal()

    def __init__(
        self,
        parent: QWidget,
        session: ProjectSession,
        background: Background,
        jobs: Jobs,
        theme: Theme,
        icons: IconSet,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._drafts: dict[str, TypeDraft] = {}
        self._removed: set[str] = set()
        self._filling: dict[str, Mapping[str, Any]] = {}
        self._sent: dict[str, TypeDraft] = {}
        self._current = ""
        self._shown: TypeDraft | None = None
        self.preview: TypesPreview | None = None
        self.checking = TypesCheck(self, jobs)
        self.checking.found.connect(self._checked)
        self.checking.applied.connect(self._applied)
        self.checking.running.connect(lambda _: self._show())
        self._make(theme, icons)
        self._lay_out()
        self.retranslate()
        self.resize(1060, 680)
        session.closed.connect(self._leave)
        session.changed.connect(self._follow)

    # -- making --------------------------------------------------------------------------

    def _make(self, theme: Theme, icons: IconSet) -> None:
        self.types = TypesTree(icons, self)
        self.types.selected.connect(self._select)
        self.exchange = TypesExchange(self._background, self)
        self.exchange.read.connect(self._imported)
        self.exchange.written.connect(
            lambda path: self._say(self.tr("Written to {0}").format(path))
        )
        self.exchange.failed.connect(lambda error: self._say(describe_error(error), error=True))
        self.general = GeneralForm(icons, self)
        self.properties = property_lines(theme, self)
        self.indicators = indicator_lines(theme, self)
        self.relations = relation_lines(theme, self)
        self.rules = rule_lines(theme, self)
        self.lines = {
            "properties": self.properties, "indicators": self.indicators,
            "relations": self.relations, "rules": self.rules,
        }  # fmt: skip
        self.tabs = QTabWidget(self)
        for widget in (self.general, *self.lines.values()):
            self.tabs.addTab(widget, "")
        self.general.edited.connect(self._edited)
        for lines in self.lines.values():
            lines.table.edited.connect(self._edited)
        self.add, self.remove, self.revert = (QPushButton(self) for _ in range(3))
        self.import_, self.export = ImportButton(self), QPushButton(self)
        self.check, self.close_button = QPushButton(self), QPushButton(self)
        self.check.setObjectName("primary")
        self.add.clicked.connect(self.add_type)
        self.remove.clicked.connect(self.remove_type)
        self.revert.clicked.connect(self.revert_type)
        self.import_.chosen.connect(self.import_files)
        self.export.clicked.connect(self._ask_export)
        self.check.clicked.connect(self.check_changes)
        self.close_button.clicked.connect(self.close)
        self.title = QLabel(self)
        self.title.setObjectName("heading")
        self.message = self.checking.message

    def _lay_out(self) -> None:
        left, right = QWidget(self), QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.types, 1)
        row = QHBoxLayout()
        for button in (self.add, self.remove):
            row.addWidget(button)
        column.addLayout(row)
        row = QHBoxLayout()
        for button in (self.import_, self.export):
            row.addWidget(button)
        column.addLayout(row)
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.revert)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.checking)
        splitter = QSplitter(self)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([300, 740])
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.check)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.addWidget(splitter, 1)
        layout.addLayout(buttons)
        set_tab_order(
            self.types.search, self.types.tree, self.add, self.remove, self.import_, self.export,
            self.revert, self.tabs.tabBar(), self.general.identifier,
        )  # fmt: skip

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setWindowTitle(self.tr("Entity types"))
        self.types.retranslate()
        self.add.setText(self.tr("New type"))
        self.remove.setText(self.tr("Remove"))
        self.revert.setText(self.tr("Discard changes"))
        self.import_.retranslate()
        self.export.setText(self.tr("Export DTDL…"))
        self.check.setText(self.tr("Check and apply…"))
        self.close_button.setText(self.tr("Close"))
        for index, text in enumerate(
            (
                self.tr("General"),
                self.tr("Properties"),
                self.tr("Live values"),
                self.tr("Relations"),
                self.tr("Rules"),
            )
        ):
            self.tabs.setTabText(index, text)
        self.general.retranslate()
        self.checking.retranslate()
        for lines in self.lines.values():
            lines.retranslate()
        if schema.is_loaded():
            self._fill()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- the list ------------------------------------------------------------------------

    def open_on(self, type_id: str = "") -> None:
        """Show the window, on a type where one is given."""
        self._background.ask("types-editor", schema.catalogue, lambda _: self._opened(type_id))
        self.show()
        self.raise_()

    def _opened(self, type_id: str) -> None:
        self._current = self._current or schema.known_type(type_id) or "building"
        if type_id:
            self._current = schema.known_type(type_id) or self._current
        self._fill()
        self.ready.emit()

    def _follow(self, change: Any) -> None:
        if "type" in change.definitions:
            # The catalogue follows in a thread; what is shown afterwards is what it holds then.
            self._background.ask("types-editor", self._reread, lambda _: self._fill())

    def _reread(self) -> None:
        from twin_model.schema.project_types import stored_types

        twin = self._session.twin
        if twin is not None:
            schema.set_project(schema.with_project(stored_types(twin)))

    def _fill(self) -> None:
        """List the types as a tree, those of the project and those that are changed marked."""
        catalogue, language = schema.catalogue(), schema.language()
        listed = {
            kind.id: (kind.id, kind.parent or "", kind.name.get(language))
            for kind in catalogue.types()
        }
        for name, one in self._drafts.items():
            listed[name] = (name, one.parent, one.zh if language == "zh" else one.en)
        current = self._current
        self.types.fill(listed.values(), {*self._drafts, *self._removed}, current)
        self._show()

    # -- one type ------------------------------------------------------------------------

    def draft(self) -> TypeDraft | None:
        """Return the draft of the type that is shown; made of what it is where there is none."""
        known = self._drafts.get(self._current)
        if known is None and self._current in schema.catalogue():
            known = TypeDraft.of(schema.catalogue().type(self._current))
        return known

    def select(self, type_id: str) -> None:
        """Show a type."""
        self._current = type_id
        self._fill()

    def _select(self, type_id: str) -> None:
        if type_id != self._current:
            self._current = type_id
            self._say("")
            self._show()

    def _show(self) -> None:
        draft, catalogue = self.draft(), schema.catalogue()
        self._shown = draft
        writable = self._session.writable
        free = writable and self.checking.record is None
        self.general.show_draft(draft, catalogue)
        parent = draft.parent if draft is not None and draft.parent in catalogue else ""
        for section, lines in self.lines.items():
            own = getattr(draft, section) if draft else []
            lines.table.show(_inherited(catalogue, parent, section), own)
        for lines in self.lines.values():
            lines.view.show_own()
        name = (draft.zh if schema.language() == "zh" else draft.en) if draft else ""
        self.title.setText(schema.sentence(name or (draft.id if draft else "")))
        own = self._current in schema.project_ids()
        self.remove.setEnabled(free and (own or self._current in self._drafts))
        self.remove.setText(
            self.tr("Back to built-in") if own and self._current in schema.built_in()
            else self.tr("Remove")
        )  # fmt: skip
        changed = self._current in self._drafts or self._current in self._removed
        self.revert.setEnabled(free and changed)
        for widget in (self.add, self.import_, self.tabs):
            widget.setEnabled(free)
        self.check.setEnabled(free and bool(self._drafts or self._removed))
        if not writable:
            self._say(self.tr("The project is open for reading only."))

    def _edited(self) -> None:
        draft = self._shown
        if draft is None:
            return
        if draft.id != self._current:
            # A new type that was given another identifier keeps its place.
            self._drafts.pop(self._current, None)
            self._current = draft.id
        self._drafts[draft.id] = draft
        self._removed.discard(draft.id)
        self._say("")
        name = draft.zh if schema.language() == "zh" else draft.en
        self.types.rename_current(draft.id, name)
        self.revert.setEnabled(True)
        self.check.setEnabled(self._session.writable and self.checking.record is None)

    def add_type(self) -> None:
        """Begin a new type below the one that is shown."""
        taken = {*self._drafts, *(kind.id for kind in schema.catalogue().types())}
        name, number = "new_type", 2
        while name in taken:
            name, number = f"new_type_{number}", number + 1
        parent = self._current if self._current in schema.catalogue() else "thing"
        self._drafts[name] = TypeDraft(name, parent, zh="新类型", en="new type")
        self._current = name
        self._fill()
        self.tabs.setCurrentIndex(0)
        self.general.identifier.setFocus()
        self.general.identifier.selectAll()

    def remove_type(self) -> None:
        """Mark the type to be removed, or drop a new one."""
        fresh = self._drafts.pop(self._current, None)
        if self._current in schema.project_ids():
            self._removed.add(self._current)
        elif fresh is not None:
            self._current = fresh.parent
        self._fill()
        if self._removed:
            self._say(self.tr("It is removed once this was checked and applied."))

    def revert_type(self) -> None:
        """Forget what was changed of the type that is shown."""
        fresh = self._drafts.pop(self._current, None)
        self._removed.discard(self._current)
        if fresh is not None and self._current not in schema.catalogue():
            self._current = fresh.parent
        self._fill()

    # -- applying ------------------------------------------------------------------------

    def check_changes(self) -> None:
        """Find out what the changes would do, and ask."""
        twin = self._session.twin
        if twin is None:
            return
        try:
            built = [draft.built() for draft in self._drafts.values()]
        except DraftError as error:
            self._show_fault(error)
            return
        self._sent = dict(self._drafts)
        removed = sorted(self._removed)
        wishes = wishes_of(self._drafts.values(), built, removed, self._filling)
        self.checking.begin(checking(twin, built, removed, wishes))

    def _checked(self, found: Prepared) -> None:
        self.preview = TypesPreview(self, found)
        self.preview.accepted.connect(lambda: self._apply(found))
        self.preview.filled.connect(self._fill_in)
        self.preview.finished.connect(self._preview_closed)
        self.preview.open()

    def _preview_closed(self) -> None:
        self.preview = None

    def _fill_in(self, filling: Filling) -> None:
        """Check again with values for what is needed now."""
        for name, values in filling.items():
            self._filling[name] = {**self._filling.get(name, {}), **values}
        self.check_changes()

    def _forget(self) -> None:
        self._drafts.clear()
        self._removed.clear()
        self._filling.clear()

    def _apply(self, prepared: Prepared) -> None:
        session = self._session
        self.checking.apply(applying(session.required, prepared, session.reason))

    def _applied(self) -> None:
        # What was read from files meanwhile was not part of the change, and stays.
        later = {
            name: draft for name, draft in self._drafts.items() if self._sent.get(name) is not draft
        }
        self._forget()
        self._drafts.update(later)
        self._say(self.tr("Applied; Undo takes it back."))
        self._background.ask("types-editor", self._reread, lambda _: self._fill())

    def _show_fault(self, error: DraftError) -> None:
        """Go to the line that is wrong and say what."""
        for name, draft in self._drafts.items():
            try:
                draft.built()
            except DraftError:
                self._current = name
                break
        self._fill()
        self.tabs.setCurrentIndex(_SECTIONS.index(error.section))
        lines = self.lines.get(error.section)
        if lines is not None:
            lines.table.set_faults({error.row: error.rule})
            lines.view.selectRow(lines.table.row_of(error.row))
        self._say(f"{error.name}: {messages.shown(error.rule)}", error=True)

    def _say(self, text: str, *, error: bool = False) -> None:
        self.checking.say(text, error=error)

    # -- DTDL ----------------------------------------------------------------------------

    def import_files(self, paths: list[Path]) -> None:
        """Read DTDL files and folders.

        The types are there to be looked at, and stored once they are applied.
        """
        self.exchange.read_files(paths)

    def _imported(self, found: Any) -> None:
        for kind in found.types:
            draft = TypeDraft.of(kind)
            self._drafts[kind.id] = draft
        if found.types:
            self._current = found.types[0].id
        self._fill()
        text = self.tr("%n type(s) read; check and apply to keep them.", "", len(found.types))
        lines = [f"{note.where}: {note.text}" for note in found.notes[:4]]
        if len(found.notes) > 4:
            lines.append("…")
        self._say("\n".join([text, *lines]))

    def _ask_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export DTDL"), f"{self._current}.json", "DTDL (*.json)"
        )
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Write the type that is shown, with what it extends, as DTDL version 3."""
        self.exchange.write_file(path, self._current)

    def _leave(self) -> None:
        """Close without a question: there is no project any more that changes could go to."""
        self._forget()
        self.checking.forget()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.checking.is_applying:
            self.checking.leave()  # nothing is lost: it goes on among the jobs
        elif (self._drafts or self._removed) and not self._may_discard():
            event.ignore()
            return
        self.checking.forget()
        self._forget()
        event.accept()

    def reject(self) -> None:
        self.close()  # Esc asks like the button does

    def _may_discard(self) -> bool:
        answer = QMessageBox.question(
            self,
            self.tr("Entity types"),
            self.tr("Changes were not applied. Discard them?"),
            QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Discard


def _inherited(catalogue: Catalogue, parent: str, section: str) -> list[tuple[Any, str]]:
    """Return what a type has from what it extends, with the name of the type that declares it."""
    found: list[tuple[Any, str]] = []
    for one in reversed(catalogue.ancestors(parent)) if parent else ():
        kind = catalogue.type(one)
        owner = schema.sentence(kind.name.get(schema.language()) or one)
        for member in getattr(kind, section):
            found.append((_DRAFTS.get(section, MemberDraft).of(member), owner))
    return found
