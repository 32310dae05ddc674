"""Two instants beside one another, A on the left: two pictures of the same size, one camera."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app.navigator import Navigator
from app.other_side import OtherSide
from app.overlays import HoverCard
from app.scene_place import ScenePlace


class SideBySide(OtherSide):
    """The second viewport in the left half of the scene's place; either one moves both.

    Parameters
    ----------
    place : ScenePlace
    *arguments
        See `OtherSide`.
    """

    def __init__(self, place: ScenePlace, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._place = place
        self.navigator: Navigator | None = None
        self.card: HoverCard | None = None

    def place_in(self) -> QWidget | None:
        """See `OtherSide`."""
        return self._place

    def placed(self) -> None:
        """See `OtherSide`."""
        if self.other is None:
            return
        self.navigator = Navigator(self.other)
        self.card = HoverCard(self.other)
        self.other.setAccessibleName(self.tr("The scene at A"))
        self.left.setParent(self.other)
        self._place.put_beside(self.other)

    def taken_away(self) -> None:
        """See `OtherSide`."""
        self.left.setParent(self._viewport)
        if self.other is not None:
            self._place.take_away(self.other)
            self.other.deleteLater()
        self.navigator = self.card = None  # the card went with the viewport

    def lay_out(self) -> None:
        """See `OtherSide`."""
        if self.other is None:
            return
        for chip in (self.left, self.right):
            chip.adjustSize()
            chip.move(QPoint(14, self.CHIP_TOP_PX))
            chip.raise_()
