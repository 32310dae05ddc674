"""Letting a feature of a layer stand for an entity, and letting go of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMessageBox

from app.editing.tool import EditTool
from app.item_models.entities import display_name

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.options import Pick
    from twin_model.entity import Entity


class AttachTool(EditTool):
    """Click the tile feature, building element or vector row that stands for the entity.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.entity: Entity | None = None
        self._pressed = QPointF()

    def start(self) -> None:
        """Begin to choose for the selected entity."""
        selected = self._window.entity_editing.selected()
        if len(selected) == 1:
            self.entity = selected[0]
            self._window.tools.start(self)

    def begin(self) -> None:
        name = "" if self.entity is None else display_name(self.entity)
        self._window.edit_bar.open(lambda: self.tr("Attach “{0}”").format(name), snaps=False)
        self._window.navigator.click_tool = self._clicked
        super().begin()
        self.say(self.tr("Click what stands for it in the scene · Esc ends"))

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self._pressed = at
        return False

    def _clicked(self, _: object) -> bool:
        pick: Pick | None = self._viewport.pick_at(self._pressed.x(), self._pressed.y())
        if pick is None or pick.feature is None or pick.layer not in self._window.scene.layers:
            self.say(self.tr("There is no single thing of a layer here; click another one"))
            return True
        entity = self.entity
        holder = self._window.session.required.entity_at(pick.layer, pick.feature)
        if entity is None or (holder is not None and holder.id == entity.id):
            self.say(self.tr("It stands for it already"))
            return True
        if holder is not None and not self._may_take(holder):
            return True
        self._window.tools.stop()
        self.attach(entity, pick, holder)
        return True

    def _may_take(self, holder: Entity) -> bool:
        """Ask before a thing is taken from another entity."""
        text = self.tr("This stands for “{0}” now. “{0}” stays, without a shape in the scene.")
        answer = QMessageBox.question(
            self._window,
            self.tr("Attach"),
            text.format(display_name(holder)) + "\n" + self.tr("Attach it anyway?"),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def attach(self, entity: Entity, pick: Pick, holder: Entity | None) -> None:
        """Let a feature stand for an entity, in one step with taking it from another."""
        from twin_model.coding import at_new_place
        from twin_model.commands import EditEntities

        assert pick.feature is not None
        guid = entity.guid or (holder.guid if holder is not None else "")
        made = replace(entity, layer=pick.layer, feature=pick.feature, guid=guid)
        if entity.geometry is None:
            # It is where its shape is; an own geometry keeps its place for when it is detached.
            made = replace(made, position=pick.position_local)
            made = at_new_place(made, self._window.session.required.frame)
        after = [made]
        if holder is not None:
            after.append(replace(holder, layer=None, feature=None))
        title = f"Edit {display_name(entity)}: attached"
        self._window.entity_editing.run(EditEntities(after, title), [entity.id])

    def detach(self) -> None:
        """Let the features go that stand for the selected entities; they stay in their layers."""
        from twin_model.commands import EditEntities

        found = [one for one in self._window.entity_editing.selected() if one.layer is not None]
        if not found:
            return
        after = [replace(one, layer=None, feature=None) for one in found]
        name = display_name(found[0]) if len(found) == 1 else f"{len(found)} entities"
        command = EditEntities(after, f"Edit {name}: detached")
        self._window.entity_editing.run(command, [one.id for one in found])
