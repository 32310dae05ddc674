"""The size of the whole interface: text, rows, icons and labels in the scene."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QMessageBox

from app.actions.registry import Actions, ActionSpec
from app.settings import Settings

if TYPE_CHECKING:
    from app.window import MainWindow

#: In per cent. Displays that state their density are scaled by the system; walls and projectors
#: that are read from afar do not.
SIZES: Final = (100, 125, 150, 175, 200, 250, 300)
_VARIABLE: Final = "QT_SCALE_FACTOR"


def apply_size(settings: Settings) -> None:
    """Tell Qt the size chosen, before the QApplication is made; the environment's goes first."""
    if settings.interface_percent != SIZES[0]:
        os.environ.setdefault(_VARIABLE, f"{settings.interface_percent / 100:g}")


def size_actions(window: MainWindow) -> list[ActionSpec]:
    """Return an action for every size."""
    return [
        ActionSpec(
            f"size.{percent}",
            partial("{} %".format, percent),
            partial(_choose, window, percent),
            "", "",
            checked=partial(_is_chosen, window, percent), palette=False,
        )
        for percent in SIZES
    ]  # fmt: skip


def fill_sizes(menu: QMenu, actions: Actions) -> None:
    """Add the submenu of sizes."""
    sizes = menu.addMenu(QCoreApplication.translate("Menus", "Interface size"))
    for percent in SIZES:
        sizes.addAction(actions.action(f"size.{percent}"))


def _is_chosen(window: MainWindow, percent: int) -> bool:
    return window.services.settings.interface_percent == percent


def _choose(window: MainWindow, percent: int) -> None:
    settings = window.services.settings
    if settings.interface_percent == percent:
        return
    settings.interface_percent = percent
    settings.sync()
    QMessageBox.information(
        window,
        QCoreApplication.translate("Menus", "Interface size"),
        QCoreApplication.translate(
            "Menus", "Text and controls are shown at {0} % when Shapan is started again."
        ).format(percent),
    )
