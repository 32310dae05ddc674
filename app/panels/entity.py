"""The Entity dock: the seven dimensions of the selected thing, and where it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import numbers, words
from app.item_models.entities import display_name
from app.panels.fields import Field, FieldList
from app.panels.relation_graph import Neighbour, RelationGraph
from app.panels.tab_strip import TabStrip
from app.project import ProjectSession
from app.theme import Theme, small_font
from app.workers import Background
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.layer import Layer
from twin_model.time import ALWAYS, FOREVER

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
        for widget in (self._graph_title, self.graph):
            widget.setVisible(bool(neighbours))
        self._show_tab()

    def _show(self) -> None:
        entity, layer = self._entity, self._layer
        self.tabs.setVisible(entity is not None)
        shown = entity is not None or layer is not None
        self.fields.setVisible(shown)
        for widget in (self._graph_title, self.graph):
            widget.setVisible(entity is not None and bool(self._neighbours))
        if entity is not None:
            self._name.setText(display_name(entity))
            self._type.setText(words.entity_type(entity.type))
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
                        words.entity_type(n.type),
                        n.id,
                    )  # fmt: skip
                    for n in self._neighbours
                ]
            case 4:
                fields = attribute_fields(entity)
            case 5:
                fields = [Field(name, _value(value)) for name, value in entity.indicators.items()]
            case _:
                fields = [
                    Field(str(rule.get("name", index + 1)), _value(rule))
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


def _value(value: Any) -> str:
    if value is None or value == "":
        return numbers.unknown()
    if isinstance(value, bool):
        yes = QCoreApplication.translate("EntityPanel", "yes")
        return yes if value else QCoreApplication.translate("EntityPanel", "no")
    if isinstance(value, int):
        return numbers.integer(value) if abs(value) >= 100_000 else str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def code_fields(entity: Entity) -> list[Field]:
    """Return the unified codes and the identifier in the source."""
    named = [
        (QCoreApplication.translate("EntityPanel", "Management code"), entity.codes.management),
        (QCoreApplication.translate("EntityPanel", "Space code"), entity.codes.space),
        (QCoreApplication.translate("EntityPanel", "Time code"), entity.codes.time),
        (QCoreApplication.translate("EntityPanel", "In the source"), entity.guid),
        (QCoreApplication.translate("EntityPanel", "Id"), entity.id),
    ]
    return [Field(name, value) for name, value in named if value]


def position_fields(entity: Entity, frame: Any) -> list[Field]:
    """Return the position in degrees, project coordinates and height with its datum."""
    if entity.position is None:
        return []
    longitude, latitude, _ = (float(v) for v in frame.to_wgs84(entity.position)[0])
    east, north, height = (float(v) for v in frame.offset + entity.position)
    from twin_model.frame import parse_crs

    datum = (
        parse_crs(frame.vertical_crs).name
        if frame.vertical_crs
        else QCoreApplication.translate("EntityPanel", "datum unknown")
    )
    return [
        Field(QCoreApplication.translate("EntityPanel", "Latitude"), f"{latitude:.6f}°", "WGS 84"),
        Field(
            QCoreApplication.translate("EntityPanel", "Longitude"), f"{longitude:.6f}°", "WGS 84"
        ),
        Field(QCoreApplication.translate("EntityPanel", "Easting"), numbers.fixed(east, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Northing"), numbers.fixed(north, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Height"), numbers.fixed(height, 2), "m"),
        Field(QCoreApplication.translate("EntityPanel", "Height above"), datum),
        Field(
            QCoreApplication.translate("EntityPanel", "Heading"),
            numbers.fixed(entity.heading_deg, 1),
            "°",
        ),
        Field(
            QCoreApplication.translate("EntityPanel", "Project CRS"),
            frame.horizontal.name,
            frame.crs[:16],
        ),
        *_validity(entity),
    ]


def _validity(entity: Entity) -> list[Field]:
    found = []
    if entity.valid.start != ALWAYS:
        found.append(
            Field(QCoreApplication.translate("EntityPanel", "Valid from"), str(entity.valid.start))
        )
    if entity.valid.end != FOREVER:
        found.append(
            Field(QCoreApplication.translate("EntityPanel", "Valid until"), str(entity.valid.end))
        )
    return found


def geometry_fields(entity: Entity, layer: Layer | None) -> list[Field]:
    """Return what the geometry is and where it comes from."""
    found = []
    if entity.geometry is not None:
        import shapely

        geometry = shapely.from_wkb(entity.geometry)
        found.append(
            Field(
                QCoreApplication.translate("EntityPanel", "Own geometry"), str(geometry.geom_type)
            )
        )
        if geometry.area > 0:
            found.append(
                Field(
                    QCoreApplication.translate("EntityPanel", "Area"),
                    numbers.area(float(geometry.area)),
                )
            )
        if geometry.length > 0:
            name = (
                QCoreApplication.translate("EntityPanel", "Outline")
                if geometry.area > 0
                else QCoreApplication.translate("EntityPanel", "Length")
            )
            found.append(Field(name, numbers.length(float(geometry.length))))
    if layer is not None:
        if entity.feature is not None:
            found.append(
                Field(QCoreApplication.translate("EntityPanel", "Feature"), str(entity.feature))
            )
        found += layer_fields(layer)
    return found


def attribute_fields(entity: Entity) -> list[Field]:
    """Return the attributes, grouped by property set where their names have one."""
    groups: dict[str, list[Field]] = {}
    for name, value in entity.attributes.items():
        group, dot, rest = name.partition(".")
        key = group if dot else ""
        groups.setdefault(key, []).append(Field(rest if dot else name, _value(value)))
    fields = groups.pop("", [])
    for group in sorted(groups):
        fields += [Field(group), *groups[group]]
    return fields


def pick_fields(pick: Pick | None) -> list[Field]:
    """Return the place that was picked."""
    if pick is None or pick.feature is None:
        return []
    return [Field(QCoreApplication.translate("EntityPanel", "Feature"), str(pick.feature))]


def layer_fields(layer: Layer) -> list[Field]:
    """Return where a layer comes from and how good it is."""
    accuracy = (
        numbers.length(layer.accuracy_m, layer.accuracy_m)
        if layer.accuracy_m
        else numbers.unknown()
    )
    fields = [
        Field(QCoreApplication.translate("EntityPanel", "Where it comes from")),
        Field(QCoreApplication.translate("EntityPanel", "Layer"), layer.name),
        Field(QCoreApplication.translate("EntityPanel", "Format"), layer.format),
        Field(QCoreApplication.translate("EntityPanel", "Drawn as"), words.role(layer.role)),
        Field(QCoreApplication.translate("EntityPanel", "Source"), layer.source),
        Field(QCoreApplication.translate("EntityPanel", "Source CRS"), crs_text(layer.crs)),
        Field(
            QCoreApplication.translate("EntityPanel", "Source heights"),
            crs_text(layer.vertical_crs),
        ),
        Field(
            QCoreApplication.translate("EntityPanel", "Surveyed"), layer.epoch or numbers.unknown()
        ),
        Field(QCoreApplication.translate("EntityPanel", "Accuracy"), accuracy),
        Field(QCoreApplication.translate("EntityPanel", "On disk"), numbers.size(layer.bytes)),
    ]
    for unit, count in layer.counts.items():
        if isinstance(count, int) and unit in words.known_units():
            fields.append(Field(words.unit(unit).capitalize(), numbers.integer(count)))
    if layer.licence:
        fields.append(Field(QCoreApplication.translate("EntityPanel", "Licence"), layer.licence))
    if layer.attribution:
        fields.append(
            Field(QCoreApplication.translate("EntityPanel", "Attribution"), layer.attribution)
        )
    if layer.warnings:
        fields.append(Field(QCoreApplication.translate("EntityPanel", "Warnings")))
        fields += [Field(str(at + 1), text) for at, text in enumerate(layer.warnings)]
    return fields


def crs_text(text: str | None) -> str:
    """Return a CRS in a few words: its code, or its name where it is given as WKT."""
    if not text:
        return numbers.unknown()
    if len(text) <= 24:
        return text
    from twin_model.errors import FrameError
    from twin_model.frame import parse_crs

    try:
        return str(parse_crs(text).name)
    except FrameError:
        return text[:24]
