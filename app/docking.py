"""Docks around the scene, and the named arrangements of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from enum import Enum
from typing import Final

import PySide6QtAds as QtAds
from PySide6.QtCore import (
    QByteArray,
    QCoreApplication,
    QEvent,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app import arrangements
from app.theme import LEFT_PANE_PX, RIGHT_PANE_PX, TIMELINE_PX

#: Below this height a dock at the bottom shows nothing of use.
_LEAST_HEIGHT_PX: Final = 100
_JOBS_HEIGHT_PX: Final = 180
#: Of what lies below the scene, by arrangement.
_BELOW_PX: Final = {"monitor": 320, "reconstruct": 290}
#: How much of our window a dock covers that is shown large.
_LARGE: Final = 0.78
#: Least part of the window below the scene: a large screen shows more alarms.
_BELOW_SHARE: Final = {"monitor": 0.36}
#: Docks that need more than a few lines, when they are opened.
_TALL: Final = {"simulation": 280, "run_comparison": 300, "control": 300, "scenario": 360,
                "alarms": 300, "charts": 280, "rules": 280, "connections": 280}  # fmt: skip
_TALL_SHARE: Final = 0.28


class Side(Enum):
    """Where a dock goes: an edge, or a tab with another dock."""

    LEFT = QtAds.DockWidgetArea.LeftDockWidgetArea
    RIGHT = QtAds.DockWidgetArea.RightDockWidgetArea
    BOTTOM = QtAds.DockWidgetArea.BottomDockWidgetArea
    TAB = QtAds.DockWidgetArea.CenterDockWidgetArea


#: What the table of contributions calls them.
SIDES: Final = {side.name.lower(): side for side in Side}

LAYOUTS: Final = ("plan", "monitor", "reconstruct")

#: Which docks each arrangement shows; the timeline and the scene always are there.
_SHOWN: Final = {
    "plan": {"layers", "entities", "comparison", "entity", "relations", "timeline"},
    "monitor": {
        "entities", "comparison", "entity", "relations", "timeline", "jobs", "alarms", "rules",
        "connections",
    },
    "reconstruct": {"layers", "reconstruct", "photos", "control", "jobs"},
}  # fmt: skip


#: Docks that an arrangement decides on; those of plugins stay as they are.
_OURS: Final = set().union(*_SHOWN.values()) | {"console"}

#: Which tab of several is in front at first.
_FRONT: Final = {"monitor": "alarms", "reconstruct": "photos"}


def configure_docking() -> None:
    """Set the options that must be set before the first dock manager is made."""
    flag = QtAds.CDockManager.eConfigFlag
    for name, on in {
        # Its own sheet comes back at every change of palette; the application's styles the docks.
        "DisableStylesheet": True,
        "OpaqueSplitterResize": True,
        "FocusHighlighting": False,
        "DockAreaHasCloseButton": False,
        "DockAreaHasUndockButton": False,
        "DockAreaHasTabsMenuButton": False,
        "ActiveTabHasCloseButton": False,
        "AllTabsHaveCloseButton": False,
        "HideSingleCentralWidgetTitleBar": True,
        "FloatingContainerHasWidgetTitle": True,
        "EqualSplitOnInsertion": False,
    }.items():
        QtAds.CDockManager.setConfigFlag(getattr(flag, name), on)


class Docks(QObject):
    """The dock manager with our docks in it.

    Parameters
    ----------
    window : QWidget
    scene : QWidget
        Stays in the middle.
    held : callable
        Makes a context in which the scene draws nothing: docks that come and go change its size
        several times.
    """

    layout_changed = Signal(str)

    def __init__(
        self, window: QWidget, scene: QWidget, held: Callable[[], AbstractContextManager[None]]
    ) -> None:
        super().__init__(window)
        self._held = held
        configure_docking()
        self.manager = QtAds.CDockManager(window)
        self._docks: dict[str, QtAds.CDockWidget] = {}
        self._titles: dict[str, Callable[[], str]] = {}
        #: Side, neighbour and whether closed, as each dock was added.
        self._places: dict[str, tuple[Side, str | None, bool]] = {}
        #: What makes the docks that nobody has opened yet.
        self._offers: dict[str, Callable[[], None]] = {}
        central = QtAds.CDockWidget(self.manager, "scene")
        central.setWidget(scene, QtAds.CDockWidget.eInsertMode.ForceNoScrollArea)
        central.setFeatures(QtAds.CDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._centre = self.manager.setCentralWidget(central)
        self._central = central
        self.layout_name = "plan"
        self._standard = QByteArray()
        self._restored = QByteArray()
        #: Where docks are as long as nobody has moved one.
        self._places_at_first = b""
        #: The arrangement before a dock was given a window of its own.
        self._small = QByteArray()

    def add(
        self,
        name: str,
        title: Callable[[], str],
        side: Side,
        *,
        beside: str | None = None,
        hidden: bool = False,
    ) -> None:
        """Make the place of a panel; `fill` puts the panel there.

        Parameters
        ----------
        name : str
            Stable; saved arrangements use it.
        title : callable
            In the language of the moment.
        side : Side
        beside : str, optional
            Dock whose area is split, or that gets a tab.
        hidden : bool
            Closed, and a tab of the dock it is beside once it is opened.
        """
        dock = QtAds.CDockWidget(self.manager, name)
        dock.setObjectName(name)
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        dock.setWidget(place, QtAds.CDockWidget.eInsertMode.ForceNoScrollArea)
        dock.setMinimumSizeHintMode(
            QtAds.CDockWidget.eMinimumSizeHintMode.MinimumSizeHintFromContentMinimumSize
        )
        self._docks[name] = dock
        self._titles[name] = title
        self._places[name] = side, beside, hidden
        unmoved = self._are_unmoved()
        self._place(name)
        if unmoved:
            self._note_places()
        dock.setWindowTitle(title())
        if hidden:
            dock.toggleView(False)

    def _place(self, name: str) -> None:
        """Put a dock where it was added: at an edge, beside another one, or as its tab."""
        side, beside, hidden = self._places[name]
        dock = self._docks[name]
        goal = self._docks[beside].dockAreaWidget() if beside in self._docks else None
        if hidden and goal is not None:
            side = Side.TAB
        if goal is not None:
            made = self.manager.addDockWidget(side.value, dock, goal)
        else:
            edge = Side.BOTTOM if side is Side.TAB else side
            made = self.manager.addDockWidget(edge.value, dock)
        if name == "timeline":
            flag = QtAds.CDockAreaWidget.eDockAreaFlag.HideSingleWidgetTitleBar
            made.setDockAreaFlag(flag, True)

    def offer(self, name: str, title: Callable[[], str], make: Callable[[], None]) -> None:
        """Have a dock among the others that *make* adds and fills when it is first opened.

        A dock costs milliseconds to make, of which a hundred plugins would make a second.
        """
        self._titles[name] = title
        self._offers[name] = make

    def is_offered(self, name: str) -> bool:
        """Return whether a dock is on offer and was not opened yet."""
        return name in self._offers

    def _make_offered(self, name: str) -> None:
        make = self._offers.pop(name, None)
        if make is not None:
            make()

    def remove(self, name: str) -> None:
        """Remove a dock with the panel in it."""
        del self._titles[name]
        self._places.pop(name, None)
        if self._offers.pop(name, None) is not None:
            return
        dock = self._docks.pop(name)
        self.manager.removeDockWidget(dock)
        dock.deleteLater()

    def fill(self, name: str, panel: QWidget) -> None:
        """Put a panel into its dock."""
        column = self._docks[name].widget().layout()
        if column is not None:
            column.addWidget(panel)

    def set_title_actions(self, name: str, actions: list[QAction]) -> None:
        """Put small buttons at the end of a dock's title."""
        self._docks[name].setTitleBarActions(actions)

    def dock(self, name: str) -> QtAds.CDockWidget:
        """Return a dock by its name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        return self._docks[name]

    def names(self) -> list[str]:
        """Return the names of all docks but the scene's, those on offer too."""
        return list(self._titles)

    def title(self, name: str) -> str:
        """Return a dock's title in the language in use."""
        return self._titles[name]()

    def show(self, name: str) -> None:
        """Open a dock and bring it to the front of its tabs."""
        self._make_offered(name)
        dock = self._docks[name]
        dock.toggleView(True)
        dock.setAsCurrentTab()
        # A dock that was never open has no size yet; the splitter knows after the next turn.
        QTimer.singleShot(0, self, lambda: self._make_room(dock))

    def _make_room(self, dock: QtAds.CDockWidget) -> None:
        wanted = _TALL.get(dock.objectName(), _JOBS_HEIGHT_PX)
        if dock.objectName() in _TALL:  # a large screen shows more of them
            wanted = max(wanted, round(_TALL_SHARE * self.manager.height()))
        least = wanted - 60 if dock.objectName() in _TALL else _LEAST_HEIGHT_PX
        if dock.isVisible() and dock.height() < least:
            self._set_extent(dock, Qt.Orientation.Vertical, wanted, self.manager.height())

    def is_open(self, name: str) -> bool:
        """Return whether a dock is open."""
        return name not in self._offers and not self._docks[name].isClosed()

    def toggle(self, name: str) -> None:
        """Open or close a dock."""
        if self.is_open(name):
            self._docks[name].toggleView(False)
        else:
            self.show(name)

    def enlarge(self, name: str, on: bool) -> bool:
        """Give a dock a window of its own over most of ours, or put it back where it was.

        Returns
        -------
        bool
            Whether it has one now.
        """
        dock = self._docks[name]
        if on and not dock.isFloating():
            self._small = QByteArray(self.manager.saveState())
            dock.setFloating()
            box = dock.floatingDockContainer()
            if box is not None:
                ours = self.manager.window().geometry()
                wide, high = round(ours.width() * _LARGE), round(ours.height() * _LARGE)
                left = ours.left() + (ours.width() - wide) // 2
                box.setGeometry(left, ours.top() + (ours.height() - high) // 2, wide, high)
        elif not on and not self._small.isEmpty():
            small, self._small = self._small, QByteArray()
            self._restore(small)
        elif not on and dock.isFloating():
            self._place(name)
        return bool(dock.isFloating())

    def retranslate(self) -> None:
        """Take the titles of the language in use."""
        for name, dock in self._docks.items():
            dock.setWindowTitle(self._titles[name]())

    # -- arrangements --------------------------------------------------------------------

    def settle(self) -> None:
        """Take the first arrangement, with the sizes of interface.md."""
        self._arrange(LAYOUTS[0])
        self._resize()
        self._standard = self.manager.saveState()
        self._note_places()

    def _note_places(self) -> None:
        self._places_at_first = arrangements.places_in(self.manager.saveState())

    def _are_unmoved(self) -> bool:
        """Return whether all docks are where they were first put, open or closed."""
        first = self._places_at_first
        return bool(first) and arrangements.places_in(self.manager.saveState()) == first

    def _resize(self, only: Collection[str] | None = None) -> None:
        """Give the docks that are open, or only some of them, the sizes of interface.md."""
        with self._held():
            self._set_extents(only)

    def _set_extents(self, only: Collection[str] | None) -> None:
        width, height = self.manager.width(), self.manager.height()
        wanted = {
            "layers": LEFT_PANE_PX,
            "entities": LEFT_PANE_PX,
            "entity": RIGHT_PANE_PX,
            "reconstruct": RIGHT_PANE_PX,
        }
        for name, pixels in wanted.items():
            if name in self._docks and (only is None or name in only):
                self._set_extent(self._docks[name], Qt.Orientation.Horizontal, pixels, width)
        below = {
            "timeline": TIMELINE_PX,
            "jobs": max(
                _BELOW_PX.get(self.layout_name, _JOBS_HEIGHT_PX),
                round(height * _BELOW_SHARE.get(self.layout_name, 0.0)),
            ),
            "entities": round(height * 0.58),
            "relations": round(height * 0.4),
        }
        for name, pixels in below.items():
            if name in self._docks and (only is None or name in only):
                self._set_extent(self._docks[name], Qt.Orientation.Vertical, pixels, height)

    def _set_extent(
        self, dock: QtAds.CDockWidget, orientation: Qt.Orientation, pixels: int, total: int
    ) -> None:
        """Resize the splitter cell that a dock's area lies in, the scene taking the rest."""
        cell = dock.dockAreaWidget()
        while cell is not None:
            splitter = cell.parentWidget()
            if isinstance(splitter, QSplitter) and splitter.orientation() == orientation:
                break
            if splitter is None or splitter is self.manager:
                return
            cell = splitter
        if cell is None or dock.isClosed():
            return
        sizes = splitter.sizes()
        at = splitter.indexOf(cell)
        if sum(sizes) == 0:
            sizes = [total // len(sizes)] * len(sizes)
        rest = max(range(len(sizes)), key=lambda i: (i != at) * (1 + sizes[i]))
        sizes[rest] = max(100, sizes[rest] + sizes[at] - pixels)
        sizes[at] = pixels
        splitter.setSizes(sizes)

    def _arrange(self, name: str) -> None:
        for dock_name in sorted(_SHOWN[name]):
            self._make_offered(dock_name)
        # Each that is opened comes to the front of its tabs for a moment, and would be laid out.
        shown_here = [self._docks[one] for one in _SHOWN[name] if one in self._docks]
        opened = [dock for dock in shown_here if dock.isClosed()]
        for dock in opened:
            dock.widget().hide()
        for dock_name, dock in self._docks.items():
            shown = dock_name in _SHOWN[name]
            if dock_name in _OURS and dock.isClosed() == shown:
                dock.toggleView(shown)
        if "entities" in _SHOWN[name]:
            self._docks["entities"].setAsCurrentTab()  # the changes were opened after them
        if name in _FRONT:
            self._docks[_FRONT[name]].setAsCurrentTab()
        for dock in opened:
            dock.widget().show()

    def apply(self, name: str) -> None:
        """Go to one of the arrangements to start from."""
        self.layout_name = name
        self._restored = QByteArray()
        with self._held():
            # Docks that nobody moved are only opened and closed: to restore an arrangement takes
            # all of them apart, four times as long.
            if self._are_unmoved():
                self._open_as_at_first()
            else:
                self._restore(self._standard)
            self._arrange(name)
            self._note_places()
        QTimer.singleShot(0, self, self._resize)
        self.layout_changed.emit(name)

    def _open_as_at_first(self) -> None:
        """Open and close the docks that arrangements do not decide on, and bring tabs to front."""
        known = arrangements.known_in(self._standard)
        opened = arrangements.open_in(self._standard)
        for name, dock in self._docks.items():
            shown = name in opened if name in known else not self._places[name][2]
            if name not in _OURS and dock.isClosed() == shown:
                dock.toggleView(shown)
        for name in arrangements.fronts_in(self._standard):
            if name in self._docks and not self._docks[name].isClosed():
                self._docks[name].setAsCurrentTab()

    def state(self) -> QByteArray:
        """Return the present arrangement, without what is shown large for a while."""
        return QByteArray(self.manager.saveState() if self._small.isEmpty() else self._small)

    def restore(self, state: QByteArray, name: str = "plan") -> bool:
        """Go back to a saved arrangement; return whether it could be used."""
        if state.isEmpty():
            return False
        self.layout_name = name if name in LAYOUTS else "plan"
        self._restored = state
        return self._restore(state)

    def reapply(self) -> None:
        """Go back to the arrangement that was restored, where docks on offer are open in it."""
        if not self._offers.keys().isdisjoint(arrangements.open_in(self._restored)):
            self._restore(self._restored)

    def _restore(self, state: QByteArray) -> bool:
        for name in arrangements.open_in(state):
            self._make_offered(name)
        done = bool(self.manager.restoreState(state))
        # Floating containers wait for deletion; going back to a floating arrangement before
        # that would delete the docks' contents with them (measured crash of QtAds 5.1).
        QTimer.singleShot(0, _flush_deletions)
        self._place_strangers()
        return done

    def _place_strangers(self) -> None:
        """Put docks that an older arrangement does not know where a new one would have them."""
        strangers = [name for name, dock in self._docks.items() if dock.dockAreaWidget() is None]
        for name in strangers:
            beside = self._places[name][1]
            area = self._docks[beside].dockAreaWidget() if beside in self._docks else None
            front = None if area is None else area.currentDockWidget()
            # A cell that is split is taken out and put back, and the cells beside it share anew.
            sizes = {one: one.sizes() for one in self.manager.findChildren(QSplitter)}
            self._place(name)
            for splitter, before in sizes.items():
                if splitter.count() == len(before):
                    splitter.setSizes(before)
            shown = name in _SHOWN[self.layout_name] or name not in _OURS
            # Closed first, so that those who follow its opening hear of it.
            self._docks[name].toggleView(False)
            self._docks[name].toggleView(shown and not self._places[name][2])
            if front is not None and not front.isClosed():
                front.setAsCurrentTab()
        if strangers:
            QTimer.singleShot(0, self, lambda: self._resize(strangers))


def _flush_deletions() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
