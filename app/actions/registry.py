"""The one table of actions: id, title, shortcut, icon and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.icons import IconSet
from twin_model.errors import ShapanError


@dataclass(frozen=True)
class ActionSpec:
    """One thing a user can do.

    Parameters
    ----------
    id : str
        ``room.verb``, stable: the console and the palette use it.
    title : callable
        Returns the title in the language of the moment; may say what it is about to do.
    run : callable
        Does it.
    shortcut : str
        As Qt writes it, such as ``Ctrl+O``; empty for none.
    icon : str
        Glyph name; empty for none.
    enabled : callable
        Whether it can be done now.
    checked : callable or None
        For actions that are on or off: whether it is on.
    palette : bool
        Whether the command palette offers it.
    """

    id: str
    title: Callable[[], str]
    run: Callable[[], object]
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[], bool] = lambda: True
    checked: Callable[[], bool] | None = None
    palette: bool = True


class DuplicateActionError(ShapanError):
    """Two actions with one id or one shortcut: with Qt neither would answer."""


class Actions(QObject):
    """The registry.

    Parameters
    ----------
    window : QWidget
        The actions work while this window is active.
    icons : IconSet
    """

    def __init__(self, window: QWidget, icons: IconSet) -> None:
        super().__init__(window)
        self._window = window
        self._icons = icons
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}

    def add(self, spec: ActionSpec) -> QAction:
        """Register an action.

        Raises
        ------
        DuplicateActionError
            If its id or its shortcut is taken.
        """
        if spec.id in self._specs:
            raise DuplicateActionError(f"the action {spec.id} exists twice")
        sequence = QKeySequence(spec.shortcut)
        if spec.shortcut:
            for other in self._specs.values():
                if other.shortcut and QKeySequence(other.shortcut) == sequence:
                    raise DuplicateActionError(
                        f"{spec.id} and {other.id} both want the shortcut {spec.shortcut}"
                    )
        action = QAction(self._window)
        action.setObjectName(spec.id)
        if spec.shortcut:
            action.setShortcut(sequence)
        if spec.icon:
            action.setIcon(self._icons.icon(spec.icon))
        action.setIconVisibleInMenu(False)
        if spec.checked is not None:
            action.setCheckable(True)
        action.triggered.connect(lambda: self.run(spec.id))
        self._specs[spec.id] = spec
        self._actions[spec.id] = action
        self._window.addAction(action)
        self._label(spec, action)
        return action

    def remove(self, action_id: str) -> None:
        """Forget an action; one that is not there is no error."""
        action = self._actions.pop(action_id, None)
        self._specs.pop(action_id, None)
        if action is not None:
            self._window.removeAction(action)
            action.deleteLater()

    def action(self, action_id: str) -> QAction:
        """Return the Qt action of an id.

        Raises
        ------
        KeyError
            If there is no such action.
        """
        return self._actions[action_id]

    def run(self, action_id: str) -> object:
        """Do it, if it can be done now.

        Raises
        ------
        KeyError
            If there is no such action.
        """
        spec = self._specs[action_id]
        if not spec.enabled():
            return None
        try:
            return spec.run()
        finally:
            self.refresh()

    def all(self) -> list[ActionSpec]:
        """Return every action in the order of registration."""
        return list(self._specs.values())

    def refresh(self) -> None:
        """Bring titles, enabled and checked states up to date."""
        for action_id, spec in self._specs.items():
            action = self._actions[action_id]
            self._label(spec, action)
            action.setEnabled(spec.enabled())
            if spec.checked is not None:
                action.setChecked(spec.checked())

    def _label(self, spec: ActionSpec, action: QAction) -> None:
        title = spec.title()
        if action.text() == title:
            return
        action.setText(title)
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        plain = title.rstrip("…").replace("&", "")
        action.setToolTip(f"{plain}  {shortcut}" if shortcut else plain)
