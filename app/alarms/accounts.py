"""The window of accounts: who may do what, and whether anybody has to sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.alarms.roles import role_name, role_words
from app.live.session import LiveSession
from app.workers import Background
from twin_model.alarms.accounts import Role
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from twin_model.alarms.accounts import Actor

#: Minutes without input that are offered; 0 for never.
_IDLE_MIN: Final = (0, 5, 10, 15, 30, 60, 120, 480)


class AccountsDialog(QDialog):
    """Who may do what; only administrators change it once sign-in is demanded.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    background : Background
    """

    sign_in_wanted = Signal()
    #: Something was changed.
    saved = Signal()

    def __init__(self, parent: QWidget, live: LiveSession, background: Background) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._live = live
        self._background = background
        self._demanded = False
        self.setWindowTitle(self.tr("Accounts"))
        self.who = QLabel(self)
        self.who.setWordWrap(True)
        self.enter = self._button(self.tr("Sign in…"), self.sign_in_wanted.emit)
        self.leave = self._button(self.tr("Sign out"), self.sign_out)
        self.list = QTreeWidget(self)
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels([self.tr("Name"), self.tr("Role")])
        self.list.setColumnWidth(0, 220)
        self.list.setAccessibleName(self.tr("Accounts"))
        self.empty = QLabel(
            self.tr("There are no accounts yet. Make one for an administrator first, then one for "
                    "everybody who acts on alarms and rules; then demand that they sign in."), self,
        )  # fmt: skip
        self.empty.setObjectName("dim")
        self.empty.hide()  # until it is known
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.may = QLabel(self)
        self.may.setObjectName("dim")
        self.may.setWordWrap(True)
        self.name, self.password = QLineEdit(self), QLineEdit(self)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.role = QComboBox(self)
        for role in Role:
            self.role.addItem(role_name(role), role)
            self.role.setItemData(self.role.count() - 1, role_words(role),
                                  Qt.ItemDataRole.ToolTipRole)  # fmt: skip
        self.role.currentIndexChanged.connect(lambda _: self._say_role())
        self.role.setCurrentIndex(1)
        self.put = self._button(self.tr("Save account"), self.save)
        self.remove = self._button(self.tr("Remove"), self.remove_chosen)
        self.demand = QCheckBox(self.tr("Nobody acts without signing in"), self)
        self.demand.clicked.connect(lambda on: self._do(lambda a, by: a.demand(on, by)))
        self.idle = QComboBox(self)
        for minutes in _IDLE_MIN:
            self._offer(minutes)
        self.idle.setAccessibleName(self.tr("Sign out without input after"))
        self.idle.activated.connect(lambda _: self._save_idle())
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        self.remove.setEnabled(False)
        self._lay_out()
        self.list.currentItemChanged.connect(lambda *_: self._choose())
        live.changed.connect(self.refresh)
        self.refresh()

    def _offer(self, minutes: int) -> None:
        """Offer a time, where it is not among those offered."""
        if self.idle.findData(minutes) < 0:
            self.idle.addItem(self._minutes(minutes), minutes)

    def _minutes(self, minutes: int) -> str:
        if not minutes:
            return self.tr("Never")
        if minutes % 60:
            return self.tr("{0} min").format(minutes)
        return self.tr("{0} h").format(minutes // 60)

    def _save_idle(self) -> None:
        minutes = self.idle.currentData()
        self._do(lambda accounts, by: accounts.sign_out_after(minutes, by))

    def _button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: slot())
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.who, 1)
        top.addWidget(self.enter)
        top.addWidget(self.leave)
        form = QFormLayout()
        for title, edit in ((self.tr("Name"), self.name), (self.tr("Password"), self.password),
                            (self.tr("Role"), self.role)):  # fmt: skip
            form.addRow(title, edit)
            edit.setAccessibleName(title)
        form.addRow("", self.may)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.remove)
        row.addWidget(self.put)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addLayout(form)
        column.addLayout(row)
        column.addWidget(self.demand)
        leaving = QHBoxLayout()
        leaving.setContentsMargins(24, 0, 0, 0)  # below the words of the box above
        leaving.addWidget(QLabel(self.tr("Sign out without input after"), self))
        leaving.addWidget(self.idle)
        leaving.addStretch(1)
        column.addLayout(leaving)
        column.addWidget(self.problem)
        self.resize(460, 520)

    def refresh(self) -> None:
        """Show the accounts again."""
        operations = self._live.operations
        if operations is None:
            return
        accounts = operations.accounts

        def work() -> tuple[dict[str, Role], bool, int]:
            return accounts.list(), accounts.demanded, accounts.idle_min

        self._background.ask("accounts", work, self._take)

    def _take(self, found: tuple[dict[str, Role], bool, int]) -> None:
        known, demanded, minutes = found
        self._demanded = demanded
        desk = self._live.desk_of
        if desk is not None and known.get(desk.actor.name) is not desk.actor.role:
            self._live.sign_out()  # who has no such account any more, or another role
            return
        self.list.clear()
        for name, role in known.items():
            item = QTreeWidgetItem([name, role_name(role)])
            item.setData(0, Qt.ItemDataRole.UserRole, (name, role))
            self.list.addTopLevelItem(item)
        self.list.setVisible(bool(known))
        self.empty.setVisible(not known)
        self.demand.setChecked(demanded)
        if not known:  # nobody else could make the next one
            self.role.setCurrentIndex(self.role.findData(Role.ADMINISTRATOR))
        self._offer(minutes)
        self.idle.setCurrentIndex(self.idle.findData(minutes))
        self.leave.setVisible(desk is not None)
        self.enter.setVisible(desk is None and bool(known))
        may = not demanded or (desk is not None and desk.actor.role.covers(Role.ADMINISTRATOR))
        for widget in (self.name, self.password, self.role, self.put, self.demand):
            widget.setEnabled(may)
        self.idle.setEnabled(may and demanded)
        if desk is not None:
            text = self.tr("Signed in: {0}, {1}")
            self.who.setText(text.format(desk.actor.name, role_name(desk.actor.role)))
        elif demanded:
            self.who.setText(self.tr("Nobody is signed in; nobody acts until then."))
        else:
            self.who.setText(self.tr("Nobody is signed in; whoever opened the project acts."))
        self._say_role()
        if not may:
            self.may.setText(self.tr("Only administrators change accounts."))
        self._choose()

    def _say_role(self) -> None:
        self.may.setText(role_words(self.role.currentData()))

    def _choose(self) -> None:
        item = self.list.currentItem()
        self.remove.setEnabled(item is not None and self.put.isEnabled())
        if item is not None:
            name, role = item.data(0, Qt.ItemDataRole.UserRole)
            self.name.setText(name)
            self.role.setCurrentIndex(self.role.findData(role))

    def _do(self, what: Callable[[Any, Actor | None], object]) -> None:
        operations, desk = self._live.operations, self._live.desk_of
        if operations is None:
            return
        actor = desk.actor if desk is not None else None

        def work() -> Exception | None:
            try:
                what(operations.accounts, actor)
            except ShapanError as error:
                return error
            return None

        def answer(error: Exception | None) -> None:
            self.problem.setObjectName("error" if error else "dim")
            self.problem.style().polish(self.problem)
            self.problem.setText(messages.shown(str(error)) if error else self.tr("Saved."))
            self.refresh()
            self.saved.emit()

        self._background.ask("accounts-do", work, answer)

    def save(self) -> None:
        """Make an account, or give one another role and password."""
        name, role, password = (
            self.name.text().strip(),
            self.role.currentData(),
            self.password.text(),
        )
        self._do(lambda accounts, by: accounts.put(name, role, password, by))
        self.password.clear()

    def remove_chosen(self) -> None:
        """Remove the account that is chosen, after asking."""
        item = self.list.currentItem()
        if item is None:
            return
        name = item.data(0, Qt.ItemDataRole.UserRole)[0]
        text = self.tr("Remove the account of “{0}”? This cannot be undone. What {0} did stays in "
                       "the journal.")  # fmt: skip
        answer = QMessageBox.question(
            self, self.tr("Remove account"), text.format(name),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )  # fmt: skip
        if answer == QMessageBox.StandardButton.Yes:
            self._do(lambda accounts, by: accounts.remove(name, by))

    def sign_out(self) -> None:
        """Sign out."""
        self._live.sign_out()
        if self._demanded:
            self.close()
        else:
            self.refresh()
