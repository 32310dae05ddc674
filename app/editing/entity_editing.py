"""What is done to whole entities: created, duplicated, removed, shaped; all of it undoable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from app.editing import changes, schema
from app.editing.heights import on_the_ground
from app.item_models.entities import display_name
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.heights import GROUND

if TYPE_CHECKING:
    from app.window import MainWindow
    from twin_model.commands import Command
    from twin_model.creation import Naming

_APART_M: Final = 3.0


class EntityEditing(QObject):
    """Turns what tools and menus want into commands, and selects what comes of them.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self._expected: list[str] = []
        self._removed: set[str] = set()
        self._session.changed.connect(self._follow)

    # -- what can be done ----------------------------------------------------------------

    @property
    def allowed(self) -> bool:
        """Whether the project can be changed, as it is shown now.

        A project without an origin gets it from the first data that is added; what had been drawn
        before would then be somewhere else.
        """
        twin = self._session.twin
        is_placed = twin is not None and twin.frame.origin is not None
        return is_placed and self._session.writable and not self._window.entity_panel.locked

    def selected(self) -> list[Entity]:
        """Return the selected entities."""
        return list(self._window.entity_panel.entities)

    def own(self) -> list[Entity]:
        """Return the selected entities that have a place or geometry of their own."""
        return [
            one for one in self.selected()
            if (one.layer is None and (one.geometry is not None or one.position is not None))
            or self._window.drawn.shape(one.id) is not None
        ]  # fmt: skip

    def movable(self) -> list[Entity]:
        """Return the selected entities that can be moved: own ones, and those that are drawn as
        features of layers.
        """
        own = {one.id for one in self.own()}
        return [
            one for one in self.selected()
            if one.id in own or (one.feature is not None and one.position is not None)
        ]  # fmt: skip

    def outlined(self) -> list[Entity]:
        """Return the selected entities that have an own outline."""
        shapes = [(one, self._window.drawn.shape(one.id)) for one in self.own()]
        return [
            one for one, shape in shapes
            if shape is not None and shape.geometry is not None
            and "Polygon" in shape.geometry.geom_type
        ]  # fmt: skip

    @property
    def has_one_shape(self) -> bool:
        """Whether one entity with a line or an outline of its own is selected."""
        found = self.own()
        return len(found) == 1 and found[0].geometry is not None

    # -- doing ---------------------------------------------------------------------------

    def create(self, entities: Sequence[Entity], relations: Sequence[Relation] = ()) -> None:
        """Add entities, with names and codes, and select them."""
        from twin_model.creation import CreateEntities
        from twin_model.topology import KeepTopology

        naming = naming_of({entity.type for entity in entities})
        self.run(KeepTopology(CreateEntities(entities, naming, relations)),
                 [entity.id for entity in entities])  # fmt: skip

    def duplicate(self) -> None:
        """Add copies of the selected entities, a little to the side."""
        from twin_model.creation import new_id
        from twin_model.entity import ALL_TIME
        from twin_model.shaping import moved

        copies = []
        for entity in self.own():
            shape = self._window.drawn.shape(entity.id)
            box = shape and self._window.viewport.stage.entities.feature_bounds(shape.feature)
            aside = _APART_M if not box else 0.15 * (box[3] - box[0]) + _APART_M
            fresh = replace(
                entity, id=new_id(), name="", codes=Codes(), guid="", valid=ALL_TIME,
                layer=None, feature=None,
            )  # fmt: skip
            copies.append(moved(fresh, (aside, -aside, 0.0)))
        if copies:
            self.create(copies)

    def remove(self) -> None:
        """Remove the selected entities from now on."""
        from twin_model.commands import RemoveEntities
        from twin_model.topology import KeepTopology

        found = self.selected()
        if not found:
            return
        name = display_name(found[0])
        title = f"Remove {name}" if len(found) == 1 else f"Remove {len(found)} entities"
        self.run(KeepTopology(RemoveEntities([one.id for one in found], title)))
        self._removed = {one.id for one in found}

    def merge(self) -> None:
        """Make one of the selected outlines."""
        from twin_model.footprints import MergeEntities, merged_outline
        from twin_model.topology import KeepTopology

        try:
            merged_outline(self.outlined())
        except ValidationError:
            text = self.tr("These outlines do not all touch; only neighbours can be merged.")
            self._window.overlays.notice.show_error(text, details=False)
            return
        ids = [one.id for one in self.outlined()]
        largest = self._largest()
        self.run(KeepTopology(MergeEntities(ids, schema.catalogue())), [largest] if largest else [])

    def split(self, entity: Entity, cut: Sequence[tuple[float, float, float]]) -> None:
        """Cut an outline in two and select both."""
        from twin_model.footprints import SplitEntity
        from twin_model.topology import KeepTopology

        command = SplitEntity(entity.id, cut, naming_of({entity.type}), schema.catalogue())
        self.run(KeepTopology(command), [entity.id, command.new])

    def shape(
        self, entities: Sequence[Entity], change: Callable[[Entity], Entity], what: str
    ) -> None:
        """Change geometry or place of entities in one step.

        Parameters
        ----------
        entities : sequence of Entity
        change : callable
        what : str
            What users read after the colon in undo and history.
        """
        from twin_model.coding import at_new_place
        from twin_model.commands import EditEntities
        from twin_model.topology import KeepTopology

        frame = self._session.required.frame
        if any(one.height_reference == GROUND for one in entities):
            follow = on_the_ground(self._session, lambda one: at_new_place(change(one), frame))
            title = changes.edit_title(entities, what)
            self._session.edit_together([one.id for one in entities], follow, title)
            return
        pairs = [(one, at_new_place(change(one), frame)) for one in entities]
        after = [new for old, new in pairs if new != old]
        if after:
            title = changes.edit_title([old for old, new in pairs if new != old], what)
            self.run(KeepTopology(EditEntities(after, title)))

    def run(self, command: Command, then_select: Sequence[str] = ()) -> None:
        """Queue a command; select entities once it is carried out."""
        self._expected = list(then_select)
        self._removed = set()
        self._session.execute(command)

    def _largest(self) -> str | None:
        found = [(self._window.drawn.shape(one.id), one.id) for one in self.outlined()]
        areas = [(shape.geometry.area, name) for shape, name in found if shape is not None]
        return max(areas)[1] if areas else None

    def _follow(self, change: Any) -> None:
        if self._removed and change.entities.issuperset(self._removed):
            # What is refused stays selected.
            removed, self._removed = self._removed, set()
            if removed.issuperset(one.id for one in self.selected()):
                self._window.interaction.clear()
        if not self._expected or not change.entities.issuperset(self._expected):
            return
        expected, self._expected = self._expected, []
        twin, found = self._session.required, []
        for entity_id in expected:
            try:
                found.append(twin.entity(entity_id))
            except StoreError:
                continue
        if found:
            self._window.interaction.select_several(found)


def naming_of(types: set[str]) -> dict[str, Naming]:
    """Return what new entities of some types are called, in the language in use, and coded."""
    from twin_model.creation import Naming

    catalogue, language = schema.catalogue(), schema.language()
    found = {}
    for type_id in types:
        known = schema.known_type(type_id)
        if known is not None:
            word = schema.sentence(catalogue.name(known, language))
            found[type_id] = Naming(word, catalogue.code_class(known))
    return found
