"""The Entity dock: the seven dimensions of the selected things, edited in place, and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app import entity_words, words
from app.as_of import AsOf, as_of_text, view_at, world_instant
from app.editing import changes, schema
from app.editing.heights import commit_position
from app.editing.retype import change_type
from app.item_models.entities import display_name
from app.panels.entity_codes import EntityCodes
from app.panels.entity_fields import (
    attribute_fields,
    form_fields,
    geometry_fields,
    layer_fields,
    pick_fields,
    relation_fields,
    value_text,
)
from app.panels.entity_form import EntityForm
from app.panels.entity_header import EntityHeader
from app.panels.entity_history import EntityHistory
from app.panels.entity_live import live_fields
from app.panels.entity_position import Stated, needs_conversion, position_fields, read_heights
from app.panels.entity_reading import entities_in, layer_of, neighbours
from app.panels.entity_since import SINCE, Since, commit_attribute
from app.panels.entity_tabs import (
    ATTRIBUTES,
    FOR_SEVERAL,
    HISTORY,
    LIVE,
    nothing_text,
    tab_names,
)
from app.panels.fields import Field
from app.panels.relation_graph import Neighbour, RelationGraph
from app.panels.tab_strip import TabStrip
from app.project import ProjectSession
from app.review.decisions import is_proposed
from app.tab_order import set_tab_order
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.entity import Entity
from twin_model.history import Version, entity_history
from twin_model.layer import Layer

if TYPE_CHECKING:
    from app.live.session import LiveSession
    from rendering.options import Pick

_CATALOGUE_MS: Final = 3000


class EntityPanel(QWidget):
    """Shows and edits entities, or what is known of a part of a layer that stands for none.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    """

    entity_wanted = Signal(str)
    instant_wanted = Signal(object)  # Instant
    chart_wanted = Signal(str, str)  # entity id, indicator
    cell_wanted = Signal(str)  # space code
    settings_wanted = Signal()  # of the project

    def __init__(self, session: ProjectSession, background: Background, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._entities: list[Entity] = []
        self._ids: list[str] = []
        self._instant: AsOf = None
        #: An earlier time whose things are shown too, while two are compared.
        self.compared: AsOf = None
        self._shown_at: AsOf = None
        self._layer: Layer | None = None
        self._pick: Pick | None = None
        self._neighbours: list[Neighbour] = []
        self._graph_wanted = True
        #: Live values, once there is something that follows them.
        self.live: LiveSession | None = None
        self._live_fields: list[Field] = []
        self._codes = EntityCodes(self, background, self._show_tab)
        self._stated: Stated = {}
        self._since = Since()
        self._past: object = None  # what is shown as of a time
        self.header = EntityHeader(self)
        self.header.renamed.connect(self._rename)
        self.header.retyped.connect(self._retype)
        self._locked = self._label("warning")
        self._proposed = self._label("warning")
        self._hint = self._label("dim")
        self._refused = self._label("error")
        self.tabs = TabStrip(theme, tab_names())
        self.tabs.set_current(ATTRIBUTES)
        self.tabs.changed.connect(lambda _: self._show_tab())
        self.tabs.changed.connect(lambda _: self.show_live())
        self.fields = EntityForm(theme, self)
        self.fields.target_wanted.connect(self._go_to)
        self.fields.committed.connect(self._commit)
        self.history = EntityHistory(theme, self)
        self.history.instant_wanted.connect(self.instant_wanted)
        self._line = QFrame(self)
        self._line.setObjectName("separator")
        self._line.setFixedHeight(1)
        self._graph_title = QLabel(self)
        self._graph_title.setObjectName("section")
        self._graph_title.setFont(small_font(bold=True))
        self._graph_title.setContentsMargins(12, 8, 12, 0)
        self.graph = RelationGraph(theme)
        self.graph.chosen.connect(self.entity_wanted)
        self._lay_out()
        self._catalogue_timer = QTimer(self)
        self._catalogue_timer.setSingleShot(True)
        self._catalogue_timer.setInterval(_CATALOGUE_MS)
        self._catalogue_timer.timeout.connect(self._read_catalogue)
        session.opened.connect(self._opened)
        session.closed.connect(self._catalogue_timer.stop)
        session.closed.connect(self.clear)
        session.changed.connect(self._follow)
        self.retranslate()
        self.clear()

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setContentsMargins(12, 4, 12, 6)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.hide()
        return label

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._locked)
        layout.addWidget(self._proposed)
        layout.addWidget(self._refused)
        layout.addWidget(self.tabs)
        layout.addWidget(self._hint)
        layout.addSpacing(4)
        layout.addWidget(self.fields, 300)
        layout.addWidget(self.history, 300)
        layout.addWidget(self._line)
        layout.addWidget(self._graph_title)
        layout.addWidget(self.graph, 200)
        layout.addStretch(1)
        set_tab_order(self.header.name, self.header.type, self.tabs, self.fields)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.tabs.retranslate()
        self.fields.setAccessibleName(self.tr("Properties"))
        self._graph_title.setText(self.tr("Relations graph"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is shown -------------------------------------------------------------------

    @property
    def entity(self) -> Entity | None:
        """The entity shown; None where there are none or several."""
        return self._entities[0] if len(self._entities) == 1 else None

    @property
    def entities(self) -> list[Entity]:
        """The entities shown."""
        return list(self._entities)

    @property
    def pick(self) -> Pick | None:
        """The part of a layer that is shown; None where it is an entity, a layer or nothing."""
        return self._pick

    @property
    def title(self) -> str:
        """The heading shown."""
        return self.header.name.text()

    @property
    def locked(self) -> str:
        """Why nothing can be edited; empty where everything can."""
        twin = self._session.twin
        if twin is not None and twin.read_only:
            return self.tr("The project is open for reading only.")
        if self._shown_at is not None:
            text = self.tr("As of {0}: go back to now to edit.")
            return text.format(as_of_text(self._shown_at))
        return ""

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._entities, self._ids, self._layer = [], [], None
        self._shown_at = self._instant
        self._pick, self._neighbours, self._past = None, [], None
        self._show()

    def show_entity(self, entity: Entity) -> None:
        """Show an entity."""
        self.show_entities([entity])

    def show_entities(self, entities: Sequence[Entity]) -> None:
        """Show one entity, or what several have in common."""
        if self._session.twin is None or not entities:
            self.clear()
            return
        ids = [entity.id for entity in entities]
        self._read_catalogue()
        if ids != self._ids:
            self._live_fields = []
            self._neighbours = []
            self._since.forget()
            self.history.set_versions([])
        self._ids, self._pick = ids, None
        if self._instant is None and self.compared is None:
            self._entities, self._shown_at = list(entities), None
            self._fill()
        else:
            self._reload()

    def show_part(self, pick: Pick) -> None:
        """Show what is known of a picked place that stands for no entity."""
        twin = self._session.twin
        if twin is None:
            return
        self.clear()
        self._pick = pick
        self._layer = layer_of(twin, pick.layer)
        self._show()

    def show_layer(self, layer: Layer) -> None:
        """Show a layer's properties."""
        self.clear()
        self._layer = layer
        self._show()

    def set_instant(self, instant: AsOf) -> None:
        """Show everything as of a time, which cannot be edited unless it is now."""
        self._instant = self._shown_at = instant
        if self._ids:
            self._reload()
        else:
            self._show()

    def _opened(self) -> None:
        self._instant = self._shown_at = self.compared = None
        self.clear()
        # Not while the first picture is drawn: the catalogue takes half a second of a core.
        self._catalogue_timer.start()

    def _read_catalogue(self) -> None:
        """Read the entity types in a thread; the form is complete when they are there."""
        if not schema.is_loaded():
            self._background.ask("catalogue", schema.catalogue, lambda _: self._show())

    def types_changed(self) -> None:
        """Show everything anew: the types, and so the form, are others."""
        self._show()

    def _follow(self, change: Any) -> None:
        told = change.all_entities or "setting" in change.definitions  # space codes go by these
        if self._ids and (told or change.entities.intersection(self._ids)):
            self._reload()
        elif self._ids and change.layers:
            self._read_heights()  # the ground may be another one

    def _reload(self) -> None:
        """Read the entities again; those that are gone are shown no more."""
        twin = self._session.twin
        if twin is None:
            return
        self._shown_at = self._instant
        found = entities_in(view_at(twin, self._instant), self._ids)
        if not found and self.compared is not None:
            self._shown_at = self.compared
            found = entities_in(view_at(twin, self.compared), self._ids)
        self._entities = found
        if not found and self._instant is None:
            self.clear()  # it ended with this change
            return
        self._fill()

    def _fill(self) -> None:
        twin, entity = self._session.required, self.entity
        self._layer = layer_of(twin, entity.layer) if entity is not None else None
        past = None if self._shown_at is None else (self._entities, self._layer)
        if past is None or past != self._past:  # else only the time is another
            self._show()
        self._locked.setText(self.locked or self._since.notice())
        self._past = past
        self._read_heights()
        if entity is None:
            return
        view = view_at(twin, self._shown_at)
        self._codes.read(view, entity)
        self._background.ask(
            "relations", lambda: neighbours(view, entity.id), self._show_neighbours
        )
        self._background.ask("history", lambda: entity_history(twin, entity.id), self._show_history)

    def _read_heights(self) -> None:
        """Work out in a thread how high things are above what their heights are stated above."""
        twin, entities = self._session.required, list(self._entities)
        if needs_conversion(entities, twin.frame):
            view = view_at(twin, self._shown_at)
            self._background.ask(
                "heights", lambda: read_heights(twin, view, entities), self._show_heights
            )

    def _show_heights(self, stated: Stated) -> None:
        self._stated = stated
        self._show_tab()

    def _show_neighbours(self, neighbours: list[Neighbour]) -> None:
        self._neighbours = neighbours
        entity = self.entity
        self.graph.set_neighbours(display_name(entity) if entity is not None else "", neighbours)
        self._show_tab()

    def show_graph(self, wanted: bool) -> None:
        """Choose whether the neighbours are drawn below: not where the Relations dock is open."""
        self._graph_wanted = wanted
        self._show_tab()

    def _show_history(self, versions: list[Version]) -> None:
        self.history.set_versions(versions)

    def _show(self) -> None:
        entities, layer = self._entities, self._layer
        editable = not self.locked
        self._refused.hide()
        self._locked.setText(self.locked or self._since.notice())
        self._locked.setVisible(bool(entities or self._ids) and bool(self._locked.text()))
        self.header.setVisible(bool(entities) or layer is not None)
        self.tabs.setVisible(bool(entities))
        self._hint.clear()
        self._proposed.setText(self.tr("Extracted, not reviewed yet."))
        self._proposed.setVisible(any(is_proposed(entity) for entity in entities))
        if len(entities) > 1:
            types = {entity.type for entity in entities}
            self.header.show_name(self.tr("%n entities", "", len(entities)))
            kind = entity_words.entity_type(types.pop()) if len(types) == 1 else ""
            self.header.show_type(
                kind or self.tr("several types"), entities[0].type, editable=editable
            )
        elif entities:
            entity = entities[0]
            self.header.show_name(entity.name, display_name(entity), editable=editable)
            kind = entity_words.entity_type(entity.type)
            self.header.show_type(kind, entity.type, editable=editable)
        elif self._ids:
            self._hint.setText(self.tr("It did not exist then."))
        elif layer is not None:
            self.header.show_name(self._pick.name or layer.name if self._pick else layer.name)
            self.header.show_type(words.kind(layer.kind))
            if self._pick:
                text = self.tr("No entity stands here; this is the layer it belongs to.")
                self._hint.setText(text)
        else:
            text = self.tr("Click a thing in the scene or in the list to see what it is.")
            self._hint.setText(text)
        self._show_tab()

    def _show_tab(self) -> None:
        entity, tab = self.entity, self.tabs.current
        self.history.setVisible(entity is not None and tab == HISTORY)
        graph = entity is not None and bool(self._neighbours) and tab != HISTORY
        graph = graph and self._graph_wanted
        for widget in (self._line, self._graph_title, self.graph):
            widget.setVisible(graph)
        if not self._entities:
            layer = self._layer
            shown = [*pick_fields(self._pick), *layer_fields(layer)] if layer else []
            self._show_fields(shown)
            self._hint.setVisible(bool(self._hint.text()))
            return
        if entity is None and tab not in FOR_SEVERAL:
            fields: list[Field] = []
            nothing = self.tr("Select one entity to see this.")
        else:
            fields = self._fields_of(tab)
            nothing = "" if tab == HISTORY else nothing_text(tab)
        self._show_fields(fields)
        self._hint.setText("" if fields else nothing)
        self._hint.setVisible(bool(self._hint.text()))

    def _show_fields(self, fields: list[Field]) -> None:
        self.fields.set_editable(not self.locked)
        self.fields.setVisible(bool(fields))
        self.fields.set_fields(fields)

    def _fields_of(self, tab: int) -> list[Field]:
        if tab == ATTRIBUTES:
            if schema.is_loaded():
                fields = form_fields(self._entities, unset=not self.locked)
                return [self._since.field(), *fields] if fields and not self.locked else fields
            return attribute_fields(self._entities[0]) if len(self._entities) == 1 else []
        entity = self._entities[0]
        match tab:
            case 0:  # in the order of entity_tabs
                return self._codes.fields(entity)
            case 1:
                return position_fields(self._entities, self._session.required, self._stated)
            case 2:
                return geometry_fields(entity, self._layer)
            case 3:
                return relation_fields(entity, self._neighbours)
            case 5:
                return self._live_fields or [
                    Field(name, value_text(v)) for name, v in entity.indicators.items()
                ]
            case 6:
                return self._rule_fields(entity)
        return []

    def _rule_fields(self, entity: Entity) -> list[Field]:
        if not schema.is_loaded():
            return []
        from app.panels.entity_rules import rule_fields  # rules load longer than the window

        operations = self.live.operations if self.live is not None else None
        return rule_fields(entity, operations.binding if operations is not None else None)

    # -- live values ---------------------------------------------------------------------

    def show_live(self) -> None:
        """Read the values of the Live tab again, in a thread; called once a second."""
        entity, live = self.entity, self.live
        operations = live.values if live is not None else None
        if live is None or entity is None or operations is None or self.tabs.current != LIVE:
            return
        instant = live.values_instant if live.run_shown else world_instant(self._shown_at)

        def read() -> tuple[str, list[Field]]:
            return entity.id, live_fields(operations, entity, instant)

        self._background.ask("entity-live", read, self._show_values)

    def _show_values(self, found: tuple[str, list[Field]]) -> None:
        entity_id, fields = found
        if self.entity is not None and self.entity.id == entity_id and self.tabs.current == LIVE:
            self._live_fields = fields
            self._show_tab()

    def _go_to(self, target: str) -> None:
        kind, _, series = target.partition(":")
        if kind == "chart" and self.entity is not None:
            self.chart_wanted.emit(self.entity.id, series)
        elif kind == "cell":
            self.cell_wanted.emit(series)
        elif kind == "settings":
            self.settings_wanted.emit()
        else:
            self.entity_wanted.emit(target)

    # -- editing -------------------------------------------------------------------------

    def _commit(self, key: str, value: Any) -> None:
        if key.startswith(changes.VALID):
            command = changes.set_validity(self._entities, key, value)
            self._session.set_validity(self._ids, command)
        elif key.startswith(changes.POSITION):
            edit = (key, value)
            commit_position(self, self._session, self._background, self._entities, edit)
        elif key == SINCE:
            self._since.say(value, self._session.required.now())
            self._show()
        else:
            commit_attribute(self._session, self._entities, (key, value), self._since)

    def _rename(self, name: str) -> None:
        if self.entity is not None:
            title = changes.edit_title(self._entities, "name")
            self._session.edit(self._ids, changes.set_name(name), title)

    def _retype(self, type_id: str) -> None:
        what = (self._session, self._background, self._entities)
        change_type(self, *what, type_id, self._show_refused)

    def _show_refused(self, why: str) -> None:
        self._refused.setText(why)
        self._refused.setVisible(bool(why))
