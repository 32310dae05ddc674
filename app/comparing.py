"""Two instants compared: the list, the marks in the scene and the swipe kept together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.as_of import AsOf
from app.panels.comparison import ComparisonPanel
from app.side_by_side import SideBySide
from app.swipe import Swipe

if TYPE_CHECKING:
    from app.other_side import OtherSide
    from app.window import MainWindow
    from twin_model.comparison import Comparison, EntityChange

#: Later ones are drawn over earlier ones.
_ORDER: Final = ("changed", "removed", "added")
#: Changes that are marked in the scene at most; all of them are listed.
_MOST_MARKED: Final = 20_000


class Comparing(QObject):
    """Follows the timeline's two handles.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        s = window.services
        self.panel = ComparisonPanel(s.session, s.background, s.theme, s.icons)
        shared = (s.session, s.background, window.scene, window.drawn, window.viewport, s.theme)
        self.swipe = Swipe(*shared)
        self.beside = SideBySide(window.scene_place, *shared)
        self.panel.compared.connect(self.show)
        self.panel.swipe_wanted.connect(lambda on: self._show_sides(self.swipe, on))
        self.panel.beside_wanted.connect(lambda on: self._show_sides(self.beside, on))
        self.panel.end_wanted.connect(lambda: window.timeline.set_comparison(None))
        s.theme.changed.connect(lambda: self.show(self.panel.found))

    def connect_parts(self) -> None:
        """Connect with the parts of the window that were made later."""
        window = self._window
        window.timeline.comparison_changed.connect(self.set_instants)
        self.panel.chosen.connect(window.interaction.select_id)
        self.panel.fly_wanted.connect(window.interaction.fly_to_id)
        window.interaction.selected.connect(lambda _: self._select())

    @property
    def side(self) -> OtherSide | None:
        """The second picture; None where there is but one."""
        return next((one for one in (self.swipe, self.beside) if one.active), None)

    def stop(self) -> None:
        """Show one side only."""
        self.swipe.stop()
        self.beside.stop()

    def _select(self) -> None:
        if self.side is not None:
            self.side.select(self._window.entity_panel.entities)

    def set_instants(self, before: AsOf) -> None:
        """Compare what is shown with an earlier time; None to compare no more."""
        window, after = self._window, self._window.timeline.when
        window.interaction.compared = window.entity_panel.compared = before
        window.relations_panel.model.set_compared(before)
        if before is not None and self.panel.before is None:
            window.docks.show("comparison")
        if before is None and self.panel.before is None:
            self.panel.after = after  # nothing is compared, and nothing was
        elif (before, after) != (self.panel.before, self.panel.after):
            self.panel.set_instants(before, after)
        if before is None:
            self.stop()
        elif self.side is not None:
            self.side.set_instants(before, after)

    def _show_sides(self, side: OtherSide, wanted: bool) -> None:
        """Show both instants, one way or the other, or only the later one."""
        timeline = self._window.timeline
        if wanted and timeline.other is not None:
            self.stop()
            side.start(timeline.other_when, timeline.when)
            if side is self.beside and self.beside.navigator is not None:
                self._window.interaction.attend(self.beside.navigator, side.told, self.beside.card)
            self._select()
        else:
            side.stop()
        self.show(self.panel.found)

    def show(self, found: Comparison | None) -> None:
        """Mark what differs: added green, removed red, changed yellow."""
        changes = [] if found is None else found.changes[:_MOST_MARKED]
        kinds = self.panel.shown_kinds()

        def groups(hidden: str) -> list[tuple[str, list[EntityChange]]]:
            """Return what to mark; a feature that one side does not have gives way there."""
            taken = {(one.layer, one.feature) for one in changes if one.kind != hidden}
            return [
                (
                    self._window.theme.text(kind)[:7],
                    [
                        one
                        for one in changes
                        if one.kind == kind
                        and (kind != hidden or (one.layer, one.feature) not in taken)
                    ],
                )
                for kind in _ORDER
                if kind in kinds and found is not None
            ]

        scene, gone = self._window.scene, [one for one in changes if one.kind == "removed"]
        # With two sides each shows what there was; with one side, what is gone is shown in red.
        if self.side is not None or "removed" not in kinds:
            gone = []
        scene.show_again(gone, self.panel.before)
        self._window.drawn.show_again(
            [one.id for one in gone if one.layer is None], self.panel.before
        )
        scene.set_marks("comparison", groups("removed"))
        if self.side is not None:
            self.side.set_marks(groups("added"))
