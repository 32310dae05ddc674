"""The Entity dock: the seven dimensions of the selected thing, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import entity_words, words
from app.item_models.entities import display_name
from app.panels.entity_fields import (
    attribute_fields,
    code_fields,
    geometry_fields,
    layer_fields,
    pick_fields,
    position_fields,
    value_text,
)
from app.panels.fields import Field, FieldList
from app.panels.relation_graph import Neighbour, RelationGraph
from app.panels.tab_strip import TabStrip
from app.project import ProjectSession
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.layer import Layer

if TYPE_CHECKING:
    from rendering.options import Pick
    from twin_model.twin import Twin


class EntityPanel(QWidget):
    """Shows one entity, or what is known of a part of a layer that stands for none.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    """

    entity_wanted = Signal(str)

    def __init__(self, session: ProjectSession, background: Background, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._entity: Entity | None = None
        self._layer: Layer | None = None
        self._pick: Pick | None = None
        self._neighbours: list[Neighbour] = []
        self._name = QLabel(self)
        self._name.setObjectName("heading")
        self._name.setWordWrap(True)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._type = QLabel(self)
        self._type.setObjectName("dim")
        self._hint = QLabel(self)
        self._hint.setObjectName("dim")
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(12, 10, 12, 8)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.tabs = TabStrip(theme, _tab_names())
        self.tabs.set_current(4)
        self.tabs.changed.connect(lambda _: self._show_tab())
        self.fields = FieldList(theme, self)
        self.fields.target_wanted.connect(self.entity_wanted)
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
        session.opened.connect(self.clear)
        session.closed.connect(self.clear)
        session.changed.connect(self._follow)
        self.retranslate()
        self.clear()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 12, 6)
        head.addWidget(self._name, 1)
        head.addWidget(self._type, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.tabs)
        layout.addWidget(self._hint)
        layout.addSpacing(4)
        layout.addWidget(self.fields, 300)
        layout.addWidget(self._line)
        layout.addWidget(self._graph_title)
        layout.addWidget(self.graph, 200)
        layout.addStretch(1)

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
        """The entity shown."""
        return self._entity

    @property
    def title(self) -> str:
        """The heading shown."""
        return self._name.text()

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._entity, self._layer, self._pick, self._neighbours = None, None, None, []
        self._show()

    def show_entity(self, entity: Entity) -> None:
        """Show an entity."""
        twin = self._session.twin
        if twin is None:
            return
        self._entity, self._pick = entity, None
        self._layer = _layer_of(twin, entity.layer)
        self._neighbours = []
        self._show()
        self._background.ask(
            "relations", lambda: _neighbours(twin, entity.id), self._show_neighbours
        )

    def show_part(self, pick: Pick) -> None:
        """Show what is known of a picked place that stands for no entity."""
        twin = self._session.twin
        if twin is None:
            return
        self._entity, self._pick, self._neighbours = None, pick, []
        self._layer = _layer_of(twin, pick.layer)
        self._show()

    def show_layer(self, layer: Layer) -> None:
        """Show a layer's properties."""
        self._entity, self._pick, self._layer, self._neighbours = None, None, layer, []
        self._show()

    def _follow(self, change: Any) -> None:
        twin, entity = self._session.twin, self._entity
        if twin is None or entity is None:
            return
        if change.all_entities or entity.id in change.entities:
            try:
                self.show_entity(twin.entity(entity.id))
            except StoreError:
                self.clear()  # it ended with this change

    def _show_neighbours(self, neighbours: list[Neighbour]) -> None:
        self._neighbours = neighbours
        self.graph.set_neighbours(
            display_name(self._entity) if self._entity is not None else "", neighbours
        )
        for widget in (self._line, self._graph_title, self.graph):
            widget.setVisible(bool(neighbours))
        self._show_tab()

    def _show(self) -> None:
        entity, layer = self._entity, self._layer
        self.tabs.setVisible(entity is not None)
        shown = entity is not None or layer is not None
        self.fields.setVisible(shown)
        for widget in (self._line, self._graph_title, self.graph):
            widget.setVisible(entity is not None and bool(self._neighbours))
        if entity is not None:
            self._name.setText(display_name(entity))
            self._type.setText(entity_words.entity_type(entity.type))
            self._hint.clear()
        elif layer is not None:
            self._name.setText(self._pick.name or layer.name if self._pick else layer.name)
            self._type.setText(words.kind(layer.kind))
            self._hint.setText(
                self.tr("No entity stands here; this is the layer it belongs to.")
                if self._pick
                else ""
            )
        else:
            self._name.clear()
            self._type.clear()
            self._hint.setText(
                self.tr("Click a thing in the scene or in the list to see what it is.")
            )
        self._hint.setVisible(bool(self._hint.text()))
        self._show_tab()

    def _show_tab(self) -> None:
        entity = self._entity
        if entity is None:
            self.fields.set_fields(
                [*pick_fields(self._pick), *layer_fields(self._layer)] if self._layer else []
            )
            return
        frame = self._session.required.frame
        match self.tabs.current:
            case 0:
                fields = code_fields(entity)
            case 1:
                fields = position_fields(entity, frame)
            case 2:
                fields = geometry_fields(entity, self._layer)
            case 3:
                fields = [
                    Field(
                        words.relation(n.kind, incoming=n.incoming),
                        n.name,
                        entity_words.entity_type(n.type),
                        n.id,
                    )
                    for n in self._neighbours
                ]
            case 4:
                fields = attribute_fields(entity)
            case 5:
                fields = [
                    Field(name, value_text(value)) for name, value in entity.indicators.items()
                ]
            case _:
                fields = [
                    Field(str(rule.get("name", index + 1)), value_text(rule))
                    for index, rule in enumerate(entity.rules)
                ]
        if not fields:
            self._hint.setText(self._nothing())
        self._hint.setVisible(not fields)
        self.fields.setVisible(bool(fields))
        self.fields.set_fields(fields)

    def _nothing(self) -> str:
        return [
            self.tr("No codes have been given yet."),
            self.tr("The position is unknown."),
            self.tr("No geometry."),
            self.tr("No relations with other entities."),
            self.tr("The source has no attributes for it."),
            self.tr("No live values are declared."),
            self.tr("No behaviour rules are declared."),
        ][self.tabs.current]


def _tab_names() -> list[Any]:
    return [
        lambda: QCoreApplication.translate("EntityPanel", "Codes"),
        lambda: QCoreApplication.translate("EntityPanel", "Position"),
        lambda: QCoreApplication.translate("EntityPanel", "Geometry"),
        lambda: QCoreApplication.translate("EntityPanel", "Relations"),
        lambda: QCoreApplication.translate("EntityPanel", "Attributes"),
        lambda: QCoreApplication.translate("EntityPanel", "Live"),
        lambda: QCoreApplication.translate("EntityPanel", "Rules"),
    ]


def _layer_of(twin: Twin, layer_id: str | None) -> Layer | None:
    if layer_id is None:
        return None
    return next((layer for layer in twin.layers() if layer.id == layer_id), None)


def _neighbours(twin: Twin, entity_id: str) -> list[Neighbour]:
    found = []
    relations: list[Relation] = twin.relations(entity_id)
    for relation in relations[:500]:
        incoming = relation.target == entity_id
        other = twin.entity(relation.source if incoming else relation.target)
        found.append(Neighbour(other.id, display_name(other), other.type, relation.kind, incoming))
    return found
