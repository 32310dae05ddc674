"""A second picture of the project, of an earlier instant, its camera tied to the first one's.

It has a viewport and a scene of its own, so that it is whole: layers by epoch, features left out,
marks, labels. Measured on software OpenGL, reading back one side's pixels and painting them over
the other would need every layer switched twice a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.as_of import AsOf, as_of_text
from app.drawn import DrawnEntities
from app.overlays import Chip
from app.project import ProjectSession
from app.scene import Scene
from app.theme import Theme
from app.viewport import Viewport
from app.workers import Background

if TYPE_CHECKING:
    from rendering.options import Pick
    from twin_model.entity import Entity


class OtherSide(QObject):
    """The second viewport, there while it is wanted; each way of showing it lays it out.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    scene : Scene
        The first one's; both are lit alike.
    drawn : DrawnEntities
        The first one's; what is picked here is told by its numbers.
    viewport : Viewport
        The first one; what lies over it stays on top.
    theme : Theme
    """

    def __init__(
        self,
        session: ProjectSession,
        background: Background,
        scene: Scene,
        drawn: DrawnEntities,
        viewport: Viewport,
        theme: Theme,
    ) -> None:
        super().__init__(viewport)
        self._session = session
        self._background = background
        self._main_scene = scene
        self._main_drawn = drawn
        self._viewport = viewport
        self._theme = theme
        self.other: Viewport | None = None
        self.scene: Scene | None = None
        self.drawn: DrawnEntities | None = None
        self.left, self.right = Chip(viewport), Chip(viewport)
        self._before: AsOf = None
        self._following = False
        for chip in (self.left, self.right):
            chip.hide()
        viewport.resized.connect(self.lay_out)
        theme.changed.connect(self._take_theme)

    @property
    def active(self) -> bool:
        """Whether there are two sides."""
        return self.other is not None

    def place_in(self) -> QWidget | None:
        """Return the parent of the second viewport, made for it."""
        raise NotImplementedError

    def placed(self) -> None:
        """Put the second viewport, which is made now, where it belongs."""
        raise NotImplementedError

    def taken_away(self) -> None:
        """Remove what was made for the second viewport, which is gone."""
        raise NotImplementedError

    def lay_out(self) -> None:
        """Follow the size of the first viewport."""
        raise NotImplementedError

    #: Where the chips stand: below the coordinates, which take the top.
    CHIP_TOP_PX = 48

    def start(self, before: AsOf, after: AsOf) -> None:
        """Show A on the left; B stays on the right."""
        if self.other is None:
            self._make()
        self.set_instants(before, after)
        self.lay_out()

    def _make(self) -> None:
        main = self._viewport
        self.other = Viewport(parent=self.place_in())
        self.other.stage.set_theme(self._theme.dark)
        self.drawn = DrawnEntities(self._session, self.other, self._background, key="-a")
        self.scene = Scene(self._session, self.other, self._background, self.drawn, key="-a")
        self.scene.has_own_sun = False
        self.scene.show_project()
        self.drawn.show_project()
        self.other.set_pose(main.pose, moving=False)
        main.pose_changed.connect(self._follow_main)
        self.other.pose_changed.connect(self._lead_main)
        self.placed()
        for chip in (self.left, self.right):
            chip.show()
            chip.raise_()

    def set_instants(self, before: AsOf, after: AsOf) -> None:
        """Show other times on the two sides."""
        if self.scene is None:
            return
        self.scene.set_sun(self._main_scene.sun)
        if before != self._before:
            self._before = before
            self.scene.set_instant(before)
            if self.drawn is not None:
                self.drawn.set_instant(before)
        self.left.set_text(f"A  {as_of_text(before)}")
        self.right.set_text(f"B  {as_of_text(after)}")
        self.lay_out()

    def set_marks(self, groups: Any) -> None:
        """Mark entities on the left side."""
        if self.scene is not None:
            self.scene.set_marks("comparison", groups)

    def select(self, entities: Sequence[Entity]) -> None:
        """Outline entities on the left side too."""
        if self.other is None or self.drawn is None:
            return
        marks = [self.drawn.mark_of(entity) for entity in entities]
        self.other.stage.select([mark for mark in marks if mark is not None])
        self.other.redraw()

    def told(self, pick: Pick | None) -> Pick | None:
        """Return something picked on the left by the numbers of the first viewport."""
        if pick is None or pick.feature is None or self.drawn is None:
            return pick
        entity_id = self.drawn.id_of(pick.layer, pick.feature)
        if entity_id is None:
            return pick
        return replace(pick, feature=self._main_drawn.number_of(entity_id))

    def pick_at(self, x: float, y: float) -> Pick | None:
        """Return what lies under a point of the second viewport, as `told`."""
        return None if self.other is None else self.told(self.other.pick_at(x, y))

    def stop(self) -> None:
        """Show one side only."""
        if self.other is None:
            return
        self._viewport.pose_changed.disconnect(self._follow_main)
        if self.scene is not None:
            self.scene.leave()
        if self.drawn is not None:
            self.drawn.leave()
        self.other.close_stage()
        self.taken_away()
        self.other = self.scene = self.drawn = self._before = None
        for chip in (self.left, self.right):
            chip.hide()

    def _follow_main(self) -> None:
        if self.other is not None and not self._following:
            self._following = True
            self.other.set_pose(self._viewport.pose)
            self._following = False

    def _lead_main(self) -> None:
        if self.other is not None and not self._following:
            self._following = True
            self._viewport.set_pose(self.other.pose)
            self._following = False

    def _take_theme(self) -> None:
        if self.other is not None:
            self.other.stage.set_theme(self._theme.dark)
            self.other.redraw()
