"""A run in a viewport of its own, in one half of the scene's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.side_by_side import SideBySide
from app.simulation.shown import ShownRun

if TYPE_CHECKING:
    from app.simulation.parts import SimulationParts
    from app.viewport import Viewport
    from app.window import MainWindow


class RunBeside:
    """The second viewport with the run that is seen there, while it is wanted.

    Parameters
    ----------
    window : MainWindow
    parts : SimulationParts
    key : str
        Tells what it draws and reads from what others do.
    at_left : bool
        Whether it takes the left half, as A does.
    """

    def __init__(
        self, window: MainWindow, parts: SimulationParts, key: str, *, at_left: bool = True
    ) -> None:
        self._parts = parts
        self._key = key
        s = self._services = window.services
        self.side = SideBySide(
            window.scene_place, s.session, s.background, window.scene, window.drawn,
            window.viewport, s.theme, at_left=at_left,
        )  # fmt: skip
        #: What is shown there; None while the scene is one.
        self.shown: ShownRun | None = None

    @property
    def viewport(self) -> Viewport:
        """The second viewport, which is there after `start`."""
        assert self.side.other is not None
        return self.side.other

    def start(self) -> ShownRun:
        """Part the scene; return what shows a run in the second half, which is empty yet."""
        self.side.start(None, None)
        s, first = self._services, self._parts.shown
        self.shown = ShownRun(
            self._parts.session, s.session, s.background, self.viewport, self._parts.style,
            key=self._key,
        )  # fmt: skip
        self.shown.indicator = first.indicator
        return self.shown

    def stop(self) -> bool:
        """Show one scene again; return whether there were two."""
        shown, self.shown = self.shown, None
        if shown is None:
            return False
        shown.leave()
        shown.setParent(None)
        shown.deleteLater()
        self.side.stop()
        return True
