"""Signing in where a project demands it, and who has an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import messages
from app.live.session import LiveSession
from app.workers import Background
from twin_model.alarms.accounts import Role
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from twin_model.alarms.accounts import Actor


def role_name(role: Role) -> str:
    """Return what a role is called."""
    return {
        Role.OBSERVER: QCoreApplication.translate("People", "Observer"),
        Role.OPERATOR: QCoreApplication.translate("People", "Operator"),
        Role.ENGINEER: QCoreApplication.translate("People", "Engineer"),
        Role.ADMINISTRATOR: QCoreApplication.translate("People", "Administrator"),
    }[role]


def role_words(role: Role) -> str:
    """Return what a role may do."""
    return {
        Role.OBSERVER: QCoreApplication.translate("People", "Looks."),
        Role.OPERATOR: QCoreApplication.translate(
            "People", "Acknowledges, resets, comments, shelves for up to 8 hours."
        ),
        Role.ENGINEER: QCoreApplication.translate(
            "People", "Also changes rules and connections, takes out of service, shelves for long."
        ),
        Role.ADMINISTRATOR: QCoreApplication.translate("People", "Also makes accounts."),
    }[role]


class People(QObject):
    """Opens the right dialog: signing in where that is demanded, else the accounts.

    Parameters
    ----------
    window : QWidget
    live : LiveSession
    background : Background
    """

    def __init__(self, window: QWidget, live: LiveSession, background: Background) -> None:
        super().__init__()
        self._window = window
        self._live = live
        self._background = background
        self.dialog: QDialog | None = None
        self._asking = False
        live.sign_in_wanted.connect(self.sign_in)

    def show(self) -> None:
        """Sign in, or look at accounts."""
        operations = self._live.operations
        if operations is None:
            self._live.begin(self.show)
        elif operations.accounts.demanded and self._live.desk_of is None:
            self.sign_in()
        else:
            self.accounts()

    def sign_in(self) -> None:
        """Ask for name and password."""
        if self._asking and self.dialog is not None:
            self.dialog.activateWindow()
            return
        # Over the form that somebody is in, not behind it.
        above = QApplication.activeWindow() or self._window
        self.dialog = SignInDialog(above, self._live, self._background)
        self.dialog.finished.connect(self._asked)
        self.dialog.destroyed.connect(self._gone)
        self._asking = True
        self.dialog.open()

    def _gone(self) -> None:
        self._asking = False

    def _asked(self, outcome: int) -> None:
        self._asking = False
        if outcome != QDialog.DialogCode.Accepted:
            self._live.want_nothing()

    def accounts(self) -> None:
        """Show who has an account."""
        self.dialog = AccountsDialog(self._window, self._live, self._background)
        self.dialog.sign_in_wanted.connect(self.sign_in)
        self.dialog.show()


class SignInDialog(QDialog):
    """Name and password; checked in a thread, as argon2 takes its time.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    background : Background
    """

    def __init__(self, parent: QWidget, live: LiveSession, background: Background) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._live = live
        self._background = background
        self.setWindowTitle(self.tr("Sign in"))
        self.name, self.password = QLineEdit(self), QLineEdit(self)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.enter = QPushButton(self.tr("Sign in"), self)
        self.enter.setObjectName("primary")
        self.enter.setDefault(True)
        self.enter.clicked.connect(lambda _=False: self.sign_in())
        form = QFormLayout()
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Password"), self.password)
        self.name.setAccessibleName(self.tr("Name"))
        self.password.setAccessibleName(self.tr("Password"))
        hint = QLabel(self.tr("This project asks who acts on its alarms and rules."), self)
        hint.setObjectName("dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addWidget(hint)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(self.enter, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(360)

    def sign_in(self) -> None:
        """Check name and password."""
        operations = self._live.operations
        if operations is None:
            return
        name, password = self.name.text().strip(), self.password.text()
        self.enter.setEnabled(False)

        def work() -> Any:
            try:
                return operations.desk(name, password)
            except ShapanError as error:
                return error

        def answer(found: Any) -> None:
            self.enter.setEnabled(True)
            if isinstance(found, ShapanError):
                self.problem.setText(messages.shown(str(found)))
                self.password.clear()
                return
            self.accept()
            self._live.sign_in(found)

        self._background.ask("sign-in", work, answer)


class AccountsDialog(QDialog):
    """Who may do what; only administrators change it once sign-in is demanded.

    Parameters
    ----------
    parent : QWidget
    live : LiveSession
    background : Background
    """

    sign_in_wanted = Signal()

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
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        self.remove.setEnabled(False)
        self._lay_out()
        self.list.currentItemChanged.connect(lambda *_: self._choose())
        live.changed.connect(self.refresh)
        self.refresh()

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
        column.addWidget(self.problem)
        self.resize(460, 520)

    def refresh(self) -> None:
        """Show the accounts again."""
        operations = self._live.operations
        if operations is None:
            return
        accounts = operations.accounts

        def work() -> tuple[dict[str, Role], bool]:
            return accounts.list(), accounts.demanded

        self._background.ask("accounts", work, self._take)

    def _take(self, found: tuple[dict[str, Role], bool]) -> None:
        known, demanded = found
        self._demanded = demanded
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
        desk = self._live.desk_of
        self.leave.setVisible(desk is not None)
        self.enter.setVisible(desk is None and bool(known))
        may = not demanded or (desk is not None and desk.actor.role.covers(Role.ADMINISTRATOR))
        for widget in (self.name, self.password, self.role, self.put, self.demand):
            widget.setEnabled(may)
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
        """Remove the account that is chosen."""
        item = self.list.currentItem()
        if item is not None:
            name = item.data(0, Qt.ItemDataRole.UserRole)[0]
            self._do(lambda accounts, by: accounts.remove(name, by))

    def sign_out(self) -> None:
        """Sign out."""
        self._live.sign_in(None)
        if self._demanded:
            self.close()
        else:
            self.refresh()
