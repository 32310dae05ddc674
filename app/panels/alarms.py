"""The Alarms dock: figures, flood banner, the list, and one alarm in detail."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.alarms.arranging import Arrangement, Grouping, Show, Wish, arrange
from app.alarms.roles import role_name
from app.alarms.table import AlarmTable
from app.icons import IconSet
from app.item_models.alarms import (
    NOTE,
    AlarmsModel,
)
from app.live.session import LiveSession
from app.own_keys import OwnKeys
from app.panels.alarm_actions import AlarmActions
from app.panels.alarm_detail import AlarmDetail
from app.panels.alarm_strip import AlarmStrip, FloodBanner
from app.panels.list_panel import say_tips, tool_button
from app.theme import Theme
from app.workers import Background
from twin_model.alarms.accounts import Role
from twin_model.alarms.model import HIDDEN, Alarm

#: Alarms that are arranged on the GUI thread, within a millisecond or two.
_AT_ONCE: Final = 300
#: The detail gets this part of the width, once the list has what it needs.
_DETAIL_SHARE: Final = 0.42
_DETAIL_PX: Final = 320
_LIST_PX: Final = 900
_ALWAYS: Final = frozenset({"report", "notify", "people"})
_TREES: Final = frozenset({Grouping.PLACE, Grouping.SYSTEM})


class AlarmsPanel(QWidget):
    """See module.

    Parameters
    ----------
    live : LiveSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    fly_wanted = Signal(str)
    selected = Signal(str)
    notification_wanted = Signal()
    report_wanted = Signal()
    people_wanted = Signal()
    silence_wanted = Signal()

    def __init__(
        self, live: LiveSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._live = live
        #: Rows that are not as they begin: opened causes, closed headings.
        self._toggled: set[str] = set()
        self._sounding = False
        #: Seconds until whoever signed in is signed out; None where that is not near.
        self._left_s: int | None = None
        self.model = AlarmsModel()
        self.model.setParent(self)
        self.strip = AlarmStrip(theme)
        self.banner = FloodBanner(theme)
        self.table = AlarmTable(theme, icons, self.model)
        OwnKeys(self.table, Qt.Key.Key_Delete)
        self.detail = AlarmDetail(live, background, theme)
        self.actions_ = AlarmActions(live, self)
        self.filter = QLineEdit(self)
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(260)
        self.shown, self.grouping = QComboBox(self), QComboBox(self)
        for one in Show:
            self.shown.addItem("", one)
        for group in Grouping:
            self.grouping.addItem("", group)
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setMargin(12)  # the style sheet leaves no others
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = {
            "silence": tool_button(self, icons.icon("speaker-slash"), self.silence_wanted.emit),
            "acknowledge": tool_button(self, icons.icon("check"), self.acknowledge),
            "shelve": tool_button(self, icons.icon("clock-afternoon"), self.shelve),
            "unshelve": tool_button(self, icons.icon("arrow-counter-clockwise"), self.unshelve),
            "comment": tool_button(self, icons.icon("chat-text"), self.comment),
            "reset": tool_button(self, icons.icon("arrow-u-up-left"), self.reset),
            "service": tool_button(self, icons.icon("wrench"), self.service),
            "fly": tool_button(self, icons.icon("crosshair"), self.fly),
            "report": tool_button(self, icons.icon("file-text"), self.report_wanted.emit),
            "notify": tool_button(self, icons.icon("envelope"), self.notification_wanted.emit),
            "people": tool_button(self, icons.icon("user-circle"), self.people_wanted.emit),
        }
        self._lay_out()
        self._connect()
        self.retranslate()
        self.refresh()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 2, 8, 4)
        tools.setSpacing(6)
        tools.addWidget(self.filter, 1)
        tools.addWidget(self.shown)
        tools.addWidget(self.grouping)
        tools.addStretch(1)
        for button in self.buttons.values():
            tools.addWidget(button)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.table, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.addWidget(left)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self._split_moved = False
        self.split.splitterMoved.connect(self._keep_split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.strip)
        layout.addLayout(tools)
        layout.addWidget(self.split, 1)

    def _keep_split(self) -> None:
        """Leave the detail as wide as somebody made it."""
        self._split_moved = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._split_moved:
            width = event.size().width()
            detail = max(_DETAIL_PX, min(round(_DETAIL_SHARE * width), width - _LIST_PX))
            self.split.setSizes([width - detail, detail])

    def _connect(self) -> None:
        self._live.alarms_changed.connect(self.refresh)
        self._live.changed.connect(self._say_who)
        self._live.ticked.connect(self._tick)
        self.filter.textChanged.connect(self._arrange)
        self.shown.currentIndexChanged.connect(self._arrange)
        self.grouping.currentIndexChanged.connect(self._arrange)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.table.doubleClicked.connect(lambda _: self.fly())
        self.table.pressed_key.connect(self._press)
        self.table.fold_wanted.connect(self.fold)
        self.table.left.connect(self._arrange)
        self.banner.roots_wanted.connect(self._causes_only)
        self.strip.shelved_wanted.connect(
            lambda: self.shown.setCurrentIndex(list(Show).index(Show.SHELVED))
        )

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.filter.setPlaceholderText(self.tr("Filter by name, place, priority, note"))
        self.filter.setAccessibleName(self.tr("Filter alarms"))
        shown = [self.tr("Standing"), self.tr("Unacknowledged"), self.tr("Shelved"),
                 self.tr("Hidden")]  # fmt: skip
        for number, text in enumerate(shown):
            self.shown.setItemText(number, text)
        grouped = [self.tr("By cause"), self.tr("By place"), self.tr("By system"),
                   self.tr("By priority"), self.tr("By state"), self.tr("Not grouped")]  # fmt: skip
        for number, text in enumerate(grouped):
            self.grouping.setItemText(number, text)
        self.shown.setAccessibleName(self.tr("Which alarms"))
        self.grouping.setAccessibleName(self.tr("Grouping"))
        self.table.setAccessibleName(self.tr("Alarms"))
        tips = {
            "silence": self.tr("Silence the sound until the next alarm (M)"),
            "acknowledge": self.tr("Acknowledge (A)"),
            "shelve": self.tr("Shelve… (S)"),
            "unshelve": self.tr("Unshelve (U)"),
            "comment": self.tr("Comment… (C)"),
            "reset": self.tr("Reset what is latched (R)"),
            "service": self.tr("Take out of service… or put back (O)"),
            "fly": self.tr("Fly there (Enter)"),
            "report": self.tr("Report…"),
            "notify": self.tr("Notification: e-mail, webhook, sound…"),
            "people": self.tr("Sign in, accounts…"),
        }
        say_tips(self.buttons, tips)
        self._say_who()
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, NOTE)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _say_who(self) -> None:
        """Say beside the button who has signed in."""
        button, desk = self.buttons["people"], self._live.desk_of
        style = Qt.ToolButtonStyle
        if desk is None:
            button.setText("")
            button.setToolButtonStyle(style.ToolButtonIconOnly)
        else:
            text = f"{desk.actor.name} · {role_name(desk.actor.role)}"
            left = self._left_s
            button.setText(text if left is None else f"{text} · {left // 60}:{left % 60:02d}")
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon)
        self._chosen()

    def set_sounding(self, on: bool) -> None:
        """Offer to silence the sound while there is one."""
        self._sounding = on
        self._chosen()

    def count_down(self, left_s: int | None) -> None:
        """Say beside who has signed in for how long still; None for as long as they like."""
        self._left_s = left_s
        self._say_who()

    # -- what is shown -------------------------------------------------------------------

    def wish(self) -> Wish:
        """Return how the list is wanted."""
        return Wish(
            self.grouping.currentData(), self.shown.currentData(), self.filter.text(),
            frozenset(self._toggled),
        )  # fmt: skip

    def refresh(self) -> None:
        """Read the alarms again and arrange them, in a thread."""
        self._live.ask_list(self.wish(), self._show)

    def _show(self, found: Arrangement) -> None:
        self.strip.set_picture(found.picture)
        self.banner.set_picture(found.picture)
        wish = self.wish()
        if found.wish != wish and self._at_once(found, wish):
            found = arrange(found.picture, wish)  # the list tells what the figures above it tell
        self._take(found)

    def _take(self, found: Arrangement) -> None:
        if found.wish != self.wish():
            return  # wanted otherwise by now, which is under way
        self.table.keep_still(lambda held: self.model.take(found, held))
        self._after()

    def _at_once(self, known: Arrangement, wish: Wish) -> bool:
        """Return whether what is known can be arranged otherwise on the GUI thread."""
        other_tree = wish.grouping in _TREES and wish.grouping != known.wish.grouping
        return len(known.picture.alarms) <= _AT_ONCE and not other_tree

    def _arrange(self) -> None:
        """Arrange what is known otherwise: few alarms at once, many in a thread."""
        wish = self.wish()
        if self._at_once(self.model.shown, wish):
            self._take(arrange(self.model.picture, wish))
        else:
            self.refresh()

    def fold(self, key: str, is_open: bool) -> None:
        """Fold or unfold what is under a row."""
        row = self.model.row_of(key)
        if row >= 0 and self.model.rows[row].open != is_open:
            self._toggled ^= {key}
            self._arrange()

    def _after(self) -> None:
        count = len(self.model.rows)
        self.empty.setText(self._nothing())
        shown, hidden = (self.table, self.empty) if count else (self.empty, self.table)
        hidden.hide()  # first, so that what is shown gets its size at once
        shown.show()
        self.banner.roots.setVisible(not self._causes_shown())
        self._chosen()

    def _causes_shown(self) -> bool:
        wish = self.wish()
        causes = (wish.grouping, wish.show, wish.filter) == (Grouping.CAUSE, Show.STANDING, "")
        return causes and not wish.toggled

    def _nothing(self) -> str:
        wish = self.model.shown.wish
        if wish.filter or wish.show != Show.STANDING:
            return self.tr("No alarm matches.")
        if self._live.operations is None:
            return self.tr("No live data yet. Alarms appear here once a connection is made.")
        if self.model.picture.historic:
            return self.tr("No alarm stood at that time.")
        hidden = sum(self.model.picture.counts.by_state.get(one, 0) for one in HIDDEN)
        if hidden:
            return self.tr("No alarm stands. %n are shelved, suppressed or out of service.", "",
                           hidden)  # fmt: skip
        return self.tr("No alarms. Everything that rules watch is normal.")

    def _tick(self) -> None:
        """Once a second: chattering, ages and the flood's length change by themselves."""
        if self.isVisible() and self.model.picture.alarms:
            self.refresh()

    def _causes_only(self) -> None:
        self.filter.clear()
        self._toggled.clear()
        self.shown.setCurrentIndex(list(Show).index(Show.STANDING))
        self.grouping.setCurrentIndex(list(Grouping).index(Grouping.CAUSE))
        self._arrange()

    def chosen(self) -> list[Alarm]:
        """Return the selected alarms."""
        rows = [self.model.rows[i.row()] for i in self.table.selectionModel().selectedRows()]
        return [row.alarm for row in rows if row.alarm is not None]

    def _chosen(self) -> None:
        alarms = self.chosen()
        one = alarms[0] if len(alarms) == 1 else None
        picture = self.model.picture
        place = picture.names.get(one.point.entity, one.point.entity) if one is not None else ""
        self.detail.show_alarm(one, place, picture.now_us)
        can = self.actions_.possible(alarms, historic=picture.historic)
        if self._sounding and self._live.allows(Role.OPERATOR):
            can |= {"silence"}
        for name, button in self.buttons.items():
            button.setEnabled(name in can or name in _ALWAYS)

    # -- what is done --------------------------------------------------------------------

    def acknowledge(self) -> None:
        """Acknowledge what is selected, and what is folded under it."""
        self.actions_.acknowledge([*self.chosen(), *self._folded()])

    def _folded(self) -> list[Alarm]:
        """Return the alarms under selected rows that are folded."""
        model = self.model
        rows = [model.rows[index.row()] for index in self.table.selectionModel().selectedRows()]
        closed = [row.key for row in rows if row.below and not row.open and row.alarm is not None]
        return model.shown.all_under(closed)

    def shelve(self) -> None:
        """Put what is selected aside, after asking why and for how long."""
        self.actions_.shelve(self.chosen())

    def unshelve(self) -> None:
        """Bring what is selected back."""
        self.actions_.unshelve(self.chosen())

    def comment(self) -> None:
        """Note something about what is selected."""
        self.actions_.comment(self.chosen())

    def reset(self) -> None:
        """Let go what is latched."""
        self.actions_.reset(self.chosen())

    def service(self) -> None:
        """Take what is selected out of service, after asking why, or put it back."""
        self.actions_.service(self.chosen())

    def fly(self) -> None:
        """Fly to the entity of the alarm."""
        alarms = self.chosen()
        if alarms:
            self.selected.emit(alarms[0].point.entity)
            self.fly_wanted.emit(alarms[0].point.entity)

    def _press(self, key: int) -> None:
        {
            Qt.Key.Key_A: self.acknowledge, Qt.Key.Key_S: self.shelve,
            Qt.Key.Key_U: self.unshelve, Qt.Key.Key_C: self.comment,
            Qt.Key.Key_R: self.reset, Qt.Key.Key_O: self.service,
            Qt.Key.Key_M: self.silence_wanted.emit,
            Qt.Key.Key_Return: self.fly, Qt.Key.Key_Enter: self.fly,
        }[Qt.Key(key)]()  # fmt: skip
