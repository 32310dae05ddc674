"""Two pictures of the same size beside one another, with one camera."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app.navigator import Navigator
from app.other_side import OtherSide
from app.overlays import HoverCard
from app.scene_place import ScenePlace


class SideBySide(OtherSide):
    """The second viewport in one half of the scene's place; either one moves both.

    Parameters
    ----------
    place : ScenePlace
    *arguments
        See `OtherSide`.
    at_left : bool
        Whether the second viewport takes the left half, as A does.
    """

    def __init__(self, place: ScenePlace, *arguments: Any, at_left: bool = True) -> None:
        super().__init__(*arguments)
        self._place = place
        self._at_left = at_left
        self._chip = self.left if at_left else self.right
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
        self._chip.setParent(self.other)
        self._place.put_beside(self.other, at_left=self._at_left)

    def taken_away(self) -> None:
        """See `OtherSide`."""
        self._chip.setParent(self._viewport)
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
