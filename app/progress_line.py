"""The thin line that grows with a piece of work."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QProgressBar, QWidget

_LINE_PX: Final = 3
_PARTS: Final = 1000


class ProgressLine(QProgressBar):
    """A progress bar without a text, drawn with the next frame of the window.

    Qt's own draws at once, each time that its value changes, and all that lies over the scene
    with it: some 30 ms of software OpenGL.

    Parameters
    ----------
    parent : QWidget
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setFixedHeight(_LINE_PX)

    def setValue(self, value: int) -> None:
        self.setUpdatesEnabled(False)
        super().setValue(value)
        self.setUpdatesEnabled(True)

    def show_share(self, share: float | None) -> None:
        """Show which share is done, from 0 to 1; None where nobody knows."""
        self.setRange(0, _PARTS if share is not None else 0)
        self.setValue(round(_PARTS * (share or 0.0)))
