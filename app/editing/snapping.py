"""What drawing snaps to, and the mark that says so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from app import numbers
from app.theme import Theme
from app.viewport import Viewport

if TYPE_CHECKING:
    from app.drawn import DrawnEntities
    from rendering.snapping import Snap, SnapOptions

_OVERLAY: Final = "snap"
GRID_STEPS_M: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
#: Held down, nothing is snapped to.
SUSPENDS: Final = Qt.KeyboardModifier.ControlModifier
KINDS: Final = ("vertices", "edges", "points", "surfaces", "grid")


class Snapping(QObject):
    """Options of snapping, shared by all tools.

    Parameters
    ----------
    viewport : Viewport
    drawn : DrawnEntities
    theme : Theme
    """

    changed = Signal()

    def __init__(self, viewport: Viewport, drawn: DrawnEntities, theme: Theme) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._drawn = drawn
        self._theme = theme
        self._on = {"vertices", "edges", "points", "surfaces"}
        self.grid_m = 1.0

    def is_on(self, kind: str) -> bool:
        """Return whether one of `KINDS` is snapped to."""
        return kind in self._on

    def toggle(self, kind: str) -> None:
        """Switch one of `KINDS` on or off."""
        self._on ^= {kind}
        self.changed.emit()

    def set_grid(self, step_m: float) -> None:
        """Set the step of the grid and snap to it."""
        self.grid_m = step_m
        self._on.add("grid")
        self.changed.emit()

    @property
    def options(self) -> SnapOptions:
        """What is snapped to now."""
        from rendering.snapping import SnapOptions

        on = self._on
        return SnapOptions(
            "vertices" in on, "edges" in on, "points" in on, "surfaces" in on,
            self.grid_m if "grid" in on else 0.0,
        )  # fmt: skip

    def options_for(self, modifiers: Qt.KeyboardModifier, *, exact: bool = False) -> SnapOptions:
        """Return what is snapped to with some keys held, the reach in device pixels."""
        from rendering.snapping import FREE

        options = FREE if modifiers & SUSPENDS else self.options
        ratio = self._viewport.devicePixelRatioF()
        return replace(options, reach_px=options.reach_px * ratio, exact=exact)

    def find(
        self,
        x: float,
        y: float,
        modifiers: Qt.KeyboardModifier,
        ignored: Collection[int] = (),
        *,
        exact: bool = False,
    ) -> Snap | None:
        """Return the place meant at a point of the viewport; None for the sky.

        Parameters
        ----------
        x, y : float
            Logical pixels of the viewport.
        modifiers : Qt.KeyboardModifier
            Ctrl suspends snapping.
        ignored : collection of int
            Entities on the stage that are not snapped to.
        exact : bool
            For clicks; while the pointer moves, what the last frame shows will do.
        """
        from rendering.snapping import snap

        options = self.options_for(modifiers, exact=exact)
        self._viewport.make_current()
        stage = self._viewport.stage
        return snap(stage, *self._viewport.to_display(x, y), options, ignored)

    def entity_id(self, found: Snap) -> str | None:
        """Return the entity whose corner or edge a place is."""
        from rendering.entities.shape import ENTITIES

        return None if found.feature is None else self._drawn.id_of(ENTITIES, found.feature)

    def words(self, found: Snap) -> str:
        """Return what a place was snapped to, in the language in use; empty for nothing."""
        from rendering.snapping import SnapKind

        say = QCoreApplication.translate
        entity_id = self.entity_id(found)
        shape = None if entity_id is None else self._drawn.shape(entity_id)
        name = shape.name if shape is not None else ""
        match found.kind:
            case SnapKind.VERTEX:
                return (
                    say("Snapping", "Corner of {0}").format(name)
                    if name
                    else say("Snapping", "Corner")
                )
            case SnapKind.EDGE:
                return (
                    say("Snapping", "Edge of {0}").format(name) if name else say("Snapping", "Edge")
                )
            case SnapKind.POINT:
                return say("Snapping", "Point")
            case SnapKind.GRID:
                return say("Snapping", "Grid {0}").format(numbers.length(self.grid_m))
            case SnapKind.SURFACE:
                return say("Snapping", "Surface")
        return ""

    def show(self, found: Snap | None) -> None:
        """Mark a place and say what it was snapped to; None takes the mark away."""
        from rendering.options import Label, Overlay

        overlay = None
        if found is not None and found.kind is not None:
            overlay = Overlay(
                points=(found.position,),
                labels=(Label(found.position, self.words(found), lift_px=14),),
                colour=self._theme.text("high"),
                point_size_px=11.0,
            )
        self._viewport.stage.set_overlay(_OVERLAY, overlay)
        self._viewport.redraw()


def title(kind: str) -> str:
    """Return the words for one of `KINDS`."""
    say = QCoreApplication.translate
    return {
        "vertices": say("Snapping", "Snap to corners"),
        "edges": say("Snapping", "Snap to edges"),
        "points": say("Snapping", "Snap to points of clouds"),
        "surfaces": say("Snapping", "Snap to surfaces"),
        "grid": say("Snapping", "Snap to the grid"),
    }[kind]
