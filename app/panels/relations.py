"""The Relations dock: the graph around what is selected, with paths, impact and editing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, numbers, words
from app.as_of import AsOf, as_of_text
from app.editing import schema
from app.graph.editing import RelationEditing
from app.graph.finding import LOST, TOKENS, Finding, Reach, find_path, find_reach
from app.graph.items import EdgeItem
from app.graph.model import GraphModel, Highlight
from app.graph.view import GraphView
from app.icons import IconSet
from app.item_models.entities import display_name
from app.panels.time_axis import moment
from app.project import ProjectSession
from app.tab_order import set_tab_order
from app.theme import Theme
from app.workers import Background
from twin_model.entity import Entity
from twin_model.time import ALWAYS, FOREVER

if TYPE_CHECKING:
    from twin_model.entity import Relation

_ICON: Final = QSize(16, 16)


class RelationsPanel(QWidget):
    """The graph with its tools above and what is selected below.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    entity_wanted = Signal(str)
    fly_wanted = Signal(str)
    #: Whether the graph shall have a window of its own.
    enlarge_wanted = Signal(bool)
    #: What the scene shall mark: (theme token, entities) pairs; empty to unmark.
    marks_changed = Signal(list)

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._path_from = ""
        self._reach: Reach | None = None
        self._answer = ""
        self.model = GraphModel(session, background)
        self.model.setParent(self)
        self.view = GraphView(self.model, theme, icons)
        self.editing = RelationEditing(self, session, background, self.model, icons)
        self._make_tools(icons)
        self._make_strip()
        self._lay_out()
        self._connect()
        self.retranslate()
        self._refresh()

    # -- making --------------------------------------------------------------------------

    def _make_tools(self, icons: IconSet) -> None:
        def tool(glyph: str, slot: Any, *, checkable: bool = False) -> QToolButton:
            button = QToolButton(self)
            button.setIcon(icons.icon(glyph))
            button.setIconSize(_ICON)
            button.setCheckable(checkable)
            button.clicked.connect(slot)
            return button

        self.follow = tool("crosshair", self._follow_toggled, checkable=True)
        self.follow.setChecked(True)
        self.expand = tool("arrows-out-cardinal", self._expand)
        self.path = tool("path", self._path_toggled, checkable=True)
        self.reach = tool("broadcast", lambda: None)
        self.reach.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.reach_menu = QMenu(self.reach)
        self.reach.setMenu(self.reach_menu)
        self.filter = tool("funnel", lambda: None)
        self.filter.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filter_menu = QMenu(self.filter)
        self.filter_menu.aboutToShow.connect(self._fill_filter)
        self.filter.setMenu(self.filter_menu)
        self.drop = tool("minus-circle", self._drop)
        self.rearrange = tool("tree-structure", self._rearrange)
        self.fit = tool("frame-corners", self.view.fit)
        self.enlarge = tool("arrows-out", self.enlarge_wanted, checkable=True)

    def _make_strip(self) -> None:
        self.strip = QFrame(self)
        self.note = QLabel(self.strip)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.edit = QPushButton(self.strip)
        self.remove = QPushButton(self.strip)
        self.confirm = QPushButton(self.strip)
        self.confirm.setObjectName("primary")
        self.cancel = QPushButton(self.strip)
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(12, 4, 8, 4)
        self.strip.setMinimumHeight(36)
        row.setSpacing(6)
        row.addWidget(self.note, 1)
        for button in (self.edit, self.remove, self.confirm, self.cancel):
            row.addWidget(button)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 2, 8, 2)
        tools.setSpacing(2)
        for button in (self.follow, self.expand, self.drop, self.path, self.reach, self.filter):
            tools.addWidget(button)
        tools.addStretch(1)
        for button in (self.rearrange, self.fit, self.enlarge):
            tools.addWidget(button)
        self.hint = QLabel(self)
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 8, 12, 8)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        stack = QWidget(self)
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self.hint)
        self._stack.addWidget(self.view)
        line = QFrame(self)
        line.setObjectName("separator")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(stack, 1)
        layout.addWidget(line)
        layout.addWidget(self.strip)
        self.setAcceptDrops(True)
        set_tab_order(
            self.follow, self.expand, self.drop, self.path, self.reach, self.filter,
            self.rearrange, self.fit, self.enlarge, self.view,
        )  # fmt: skip

    def _connect(self) -> None:
        self.model.changed.connect(self._refresh)
        self.view.entity_chosen.connect(self._node_chosen)
        self.view.relation_chosen.connect(lambda _: self._refresh())
        self.view.nothing_chosen.connect(self._refresh)
        self.view.fly_wanted.connect(self.fly_wanted)
        self.view.relate_wanted.connect(self.editing.relate)
        self.view.delete_wanted.connect(self.editing.ask_to_remove)
        self.view.entities_dropped.connect(self._dropped)
        self.view.escaped.connect(self._escape)
        self.editing.asked.connect(self._refresh)
        self.edit.clicked.connect(self._edit)
        self.remove.clicked.connect(lambda: self.editing.ask_to_remove(self.view.selected_relation))
        self.confirm.clicked.connect(self.editing.remove)
        self.cancel.clicked.connect(self._escape)
        self._session.closed.connect(self._closed)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        for button, text in (
            (self.follow, self.tr("Follow what is selected elsewhere")),
            (self.expand, self.tr("Show more neighbours (Space)")),
            (self.drop, self.tr("Leave out of the graph")),
            (self.path, self.tr("Path to another entity")),
            (self.reach, self.tr("Impact: what depends on what")),
            (self.filter, self.tr("Filter by kind of relation and by type")),
            (self.enlarge, self.tr("Show the graph large")),
            (self.rearrange, self.tr("Arrange anew")),
            (self.fit, self.tr("Show everything (F)")),
        ):  # fmt: skip
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.edit.setText(self.tr("Edit…"))
        self.remove.setText(self.tr("Remove…"))
        self.confirm.setText(self.tr("Remove"))
        self.reach_menu.clear()
        for reach, text in (
            (Reach.AFFECTED, self.tr("What its failure affects")),
            (Reach.UPSTREAM, self.tr("What feeds it, upstream")),
            (Reach.DOWNSTREAM, self.tr("What it feeds, downstream")),
            (Reach.INSIDE, self.tr("What is inside it")),
        ):
            self.reach_menu.addAction(text).triggered.connect(partial(self.show_reach, reach))
        self.view.setAccessibleName(self.tr("Relations graph"))
        self.hint.setText(
            self.tr(
                "Select something to see what it is related to, or drag entities here from the"
                " list. Drag from one to another to relate them."
            )
        )
        self.editing.retranslate()
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is shown -------------------------------------------------------------------

    def show_entity(self, thing: object) -> None:
        """Follow a selection made elsewhere; anything but an entity selects nothing here."""
        if not isinstance(thing, Entity):
            self.view.select_entity("")
            self._refresh()
            return
        if self._path_from and thing.id != self._path_from:
            self._find_path(thing.id)
            return
        # What was clicked here is selected already, and an answer stays until it is cleared.
        stays = thing.id == self.view.selected_entity or bool(self._answer)
        if thing.id in self.model.piece.entities and (stays or not self.follow.isChecked()):
            self.view.select_entity(thing.id)
            self._refresh()
        elif self.follow.isChecked() or not self.model.piece.entities:
            self.clear_findings()
            self.view.select_entity(thing.id)
            self.model.start(thing.id)

    def set_instant(self, instant: AsOf) -> None:
        """Show the graph as of a time."""
        self.clear_findings()
        self.model.set_instant(instant)

    def _node_chosen(self, entity_id: str) -> None:
        self.editing.forget()
        if self._path_from and entity_id != self._path_from:
            self._find_path(entity_id)
            return
        self._refresh()
        self.entity_wanted.emit(entity_id)

    def _follow_toggled(self) -> None:
        chosen = self.view.selected_entity
        if self.follow.isChecked() and chosen:
            self.model.start(chosen)

    def _expand(self) -> None:
        if self.view.selected_entity:
            self.model.expand(self.view.selected_entity)

    def _drop(self) -> None:
        if self.view.selected_entity:
            self.model.drop([self.view.selected_entity])

    def _rearrange(self) -> None:
        self.model.arrange_anew()
        self.model.changed.connect(self.view.fit, Qt.ConnectionType.SingleShotConnection)

    def _dropped(self, ids: list[str], below: str) -> None:
        if below and len(ids) == 1 and ids[0] != below:
            self.editing.relate(ids[0], below)
        self.model.include(ids)

    def _closed(self) -> None:
        self._path_from, self._reach = "", None
        self.path.setChecked(False)

    # -- the filter ----------------------------------------------------------------------

    def _fill_filter(self) -> None:
        self.filter_menu.clear()
        kinds = self.model.kinds()
        for kind in [*kinds, *sorted(self.model.hidden_kinds - kinds.keys())]:
            text = f"{words.relation(kind)}    {numbers.integer(kinds.get(kind, 0))}"
            action = self.filter_menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(kind not in self.model.hidden_kinds)
            action.setData(kind)
            action.toggled.connect(partial(self._toggle_kind, kind))
        self.filter_menu.addSeparator()
        types = self.model.types()
        for name in [*types, *sorted(self.model.hidden_types - types.keys())]:
            text = f"{entity_words.entity_type(name)}    {numbers.integer(types.get(name, 0))}"
            action = self.filter_menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(name not in self.model.hidden_types)
            action.setData(f"type:{name}")
            action.toggled.connect(partial(self._toggle_type, name))
        self.filter_menu.addSeparator()
        computed = sum(relation.computed for relation in self.model.piece.relations)
        text = self.tr("Computed from geometry")
        action = self.filter_menu.addAction(f"{text}    {numbers.integer(computed)}")
        action.setCheckable(True)
        action.setChecked(not self.model.asserted_only)
        action.toggled.connect(
            lambda on: self.model.set_filter(self.model.hidden_kinds, asserted_only=not on)
        )

    def _toggle_type(self, name: str, shown: bool) -> None:
        hidden = self.model.hidden_types - {name} if shown else self.model.hidden_types | {name}
        self.model.set_hidden_types(hidden)

    def _toggle_kind(self, kind: str, shown: bool) -> None:
        hidden = self.model.hidden_kinds - {kind} if shown else self.model.hidden_kinds | {kind}
        self.model.set_filter(hidden, asserted_only=self.model.asserted_only)

    # -- paths and impact ----------------------------------------------------------------

    def _path_toggled(self) -> None:
        start = self.view.selected_entity
        if self.path.isChecked() and start:
            self._path_from = start
        else:
            self._path_from = ""
            self.path.setChecked(False)
        self._refresh()

    def _find_path(self, goal: str) -> None:
        start, self._path_from = self._path_from, ""
        self.path.setChecked(False)
        self._reach = None
        view, hidden = self.model.view, set(self.model.hidden_kinds)
        if view is not None:
            self._background.ask(
                "graph-finding",
                lambda: find_path(view, start, goal, without=hidden),
                lambda found: self._show_path(start, goal, found),
            )

    def _show_path(self, start: str, goal: str, found: Finding) -> None:
        self._show_finding(found)
        if found.hops:
            text = self.tr("%n relation(s) lead from one to the other", "", found.hops)
        else:
            text = self.tr("No relations lead from one to the other.")
            self.model.include([goal])
        self._answer = text
        self._refresh()

    def show_reach(self, reach: Reach) -> None:
        """Show what depends on the selected entity, here and in the scene."""
        chosen, view = self.view.selected_entity, self.model.view
        if not chosen or view is None:
            return
        self._reach = reach
        self._background.ask(
            "graph-finding", lambda: find_reach(view, chosen, reach), self._show_reach
        )

    def _show_reach(self, found: Finding) -> None:
        self._show_finding(found)
        count = numbers.integer(found.total)
        match self._reach:
            case Reach.UPSTREAM:
                text = self.tr("Upstream: {0}").format(count)
            case Reach.DOWNSTREAM:
                text = self.tr("Downstream: {0}").format(count)
            case Reach.INSIDE:
                text = self.tr("Inside: {0}").format(count)
            case _:
                text = self.tr("Affected: {0}, of which {1} are fed by nothing else").format(
                    count, numbers.integer(found.lost)
                )
        left = found.total - len(found.add)
        if left > 0:
            text += "\n" + self.tr("{0} more are marked in the scene only").format(
                numbers.integer(left)
            )
        self._answer = text
        self._refresh()

    def _show_finding(self, found: Finding) -> None:
        self.model.set_highlight(found.highlight)
        self.model.include(found.add)
        groups: dict[str, list[Entity]] = {}
        for name, entity in found.entities.items():
            groups.setdefault(found.highlight.roles.get(name, "accent"), []).append(entity)
        order = [*TOKENS.values(), LOST]
        self.marks_changed.emit(sorted(groups.items(), key=lambda one: order.index(one[0])))

    def clear_findings(self) -> None:
        """Forget path and impact, here and in the scene."""
        self._background.drop("graph-finding")
        self._path_from, self._reach, self._answer = "", None, ""
        self.path.setChecked(False)
        if self.model.highlight.roles:
            self.model.set_highlight(Highlight())
            self.marks_changed.emit([])

    def _escape(self) -> None:
        if self.editing.removing:
            self.editing.forget()
        else:
            self.clear_findings()
        self._refresh()

    # -- the strip below -----------------------------------------------------------------

    def _edit(self) -> None:
        if self.view.selected_relation:
            self.editing.edit(self.view.selected_relation)

    def _refresh(self) -> None:
        shown = bool(self.model.piece.entities)
        self._stack.setCurrentWidget(self.view if shown else self.hint)
        entity_id, edge = self.view.selected_entity, self._edge()
        writable = self._session.writable and self.model.instant is None
        for button in (self.expand, self.drop, self.path, self.reach):
            button.setEnabled(bool(entity_id))
        for button in (self.filter, self.rearrange, self.fit):
            button.setEnabled(shown)
        removing = self.editing.removing is not None
        self.confirm.setVisible(removing)
        self.cancel.setVisible(removing or bool(self._path_from or self._answer))
        self.cancel.setText(
            self.tr("Keep it") if removing
            else self.tr("Cancel") if self._path_from else self.tr("Clear")
        )  # fmt: skip
        for action in (self.edit, self.remove):
            action.setVisible(edge is not None and not removing and writable)
        text = self._text(entity_id, edge)
        self.note.setText(text)
        # It keeps its place also while empty: what is below the pointer must not move on a click.
        self.strip.setVisible(shown or bool(text))
        if removing:
            self.confirm.setFocus()

    def _edge(self) -> EdgeItem | None:
        return self.view.edges.get(self.view.selected_relation)

    def _text(self, entity_id: str, edge: EdgeItem | None) -> str:
        if self.editing.message:
            return self.editing.message
        if self._path_from:
            return self.tr("Choose the other end: in the graph, the scene or the list.")
        if self._answer:
            return self._answer
        if edge is not None:
            return _relation_text(edge)
        if self.model.piece.earlier:
            return self.tr("As it was on {0}, the earlier instant").format(
                as_of_text(self.model.instant)
            )
        if entity_id not in self.model.piece.entities:
            return ""
        more = self.model.piece.more.get(entity_id, 0)
        if more:
            return self.tr("and {0} more neighbours").format(numbers.integer(more))
        return ""


def _relation_text(edge: EdgeItem) -> str:
    """Return what a relation says: ends, own attributes, since when."""
    relation: Relation = edge.relation
    source, target = (display_name(end.entity) for end in edge.ends)
    parts = [f"{source} · {words.relation(relation.kind)} · {target}"]
    names = {
        part.id: schema.sentence(part.name.get(schema.language()) or part.id)
        for kind in (schema.catalogue().types() if schema.is_loaded() else [])
        for rule in kind.relations
        if rule.kind == relation.kind
        for part in rule.properties
    }
    values = [f"{names.get(key, key)}: {value}" for key, value in relation.attributes.items()]
    if values:
        parts.append(", ".join(values))
    times = []
    say = QCoreApplication.translate
    if relation.valid.start != ALWAYS:
        times.append(say("RelationsPanel", "since {0}").format(moment(relation.valid.start)))
    if relation.valid.end != FOREVER:
        times.append(say("RelationsPanel", "until {0}").format(moment(relation.valid.end)))
    if relation.computed:
        times.append(say("RelationsPanel", "computed from geometry"))
    if times:
        parts.append(", ".join(times))
    return "\n".join(parts)
