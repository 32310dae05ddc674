"""The order in which Tab goes through a form: as it is read, not as its parts were made."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QWidget


def set_tab_order(*widgets: QWidget) -> None:
    """Have Tab go from each widget to the next one.

    Parameters
    ----------
    *widgets : QWidget
        Of one window; those that take the focus themselves, not what holds them.
    """
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)
