"""Who may do what: four roles, and sign-in where the project demands it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from twin_model.errors import ShapanError
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.store.alarm_journal import AlarmJournal

_MIN_PASSWORD: Final = 8
_MAX_PASSWORD: Final = 1024
#: Wrong passwords after which a name has to wait, and for how long.
_TRIES: Final = 5
_WAIT_S: Final = 30.0
#: Why somebody was signed out who did not ask for it.
WITHOUT_INPUT: Final = "without-input"
#: Longest time without input after which somebody is signed out, in minutes.
LONGEST_IDLE_MIN: Final = 24 * 60


class SignInError(ShapanError):
    """A name or password that is wrong, or a role that is not enough."""


class Role(StrEnum):
    """What a person may do; each may do what those before may."""

    OBSERVER = "observer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: Role) -> bool:
        """Return whether this role may do what another may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Parameters
    ----------
    name : str
    role : Role
    """

    name: str
    role: Role

    def require(self, needed: Role, what: str) -> None:
        """Refuse what the role does not allow.

        Raises
        ------
        SignInError
        """
        if not self.role.covers(needed):
            raise SignInError(
                f"{self.name} is signed in as {self.role} and may not {what}",
                remedy=f"sign in as {needed}",
            )


class Accounts:
    """Names, roles and password hashes (argon2id) of a project.

    Parameters
    ----------
    journal : AlarmJournal
        In whose file they are kept.
    """

    def __init__(self, journal: AlarmJournal) -> None:
        self._journal = journal
        self._failures: dict[str, tuple[int, float]] = {}
        self.monotonic: Callable[[], float] = time.monotonic

    @property
    def demanded(self) -> bool:
        """Whether nobody may act without signing in."""
        return bool(self._journal.rows("SELECT 1 FROM meta WHERE key = 'sign-in'"))

    def demand(self, yes: bool, by: Actor | None = None) -> None:
        """Demand sign-in from now on, or no longer.

        Raises
        ------
        SignInError
            If there is no administrator who could sign in, or sign-in is demanded and *by* is none.
        """
        self._check(by)
        if yes and not any(role is Role.ADMINISTRATOR for role in self.list().values()):
            raise SignInError("there is no administrator yet", remedy="make that account first")
        with self._journal.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = 'sign-in'")
            if yes:
                connection.execute("INSERT INTO meta VALUES ('sign-in', 'demanded')")

    @property
    def idle_min(self) -> int:
        """Minutes without input after which whoever signed in is signed out; 0 for never."""
        rows = self._journal.rows("SELECT value FROM meta WHERE key = 'sign-out-after-min'")
        return int(rows[0][0]) if rows else 0

    def sign_out_after(self, minutes: int, by: Actor | None = None) -> None:
        """Sign out whoever has touched nothing for so many minutes from now on; 0 for never.

        Raises
        ------
        SignInError
            If it is no such time, or sign-in is demanded and *by* is no administrator.
        """
        self._check(by)
        if not 0 <= minutes <= LONGEST_IDLE_MIN:
            raise SignInError(f"who touches nothing is signed out after 1 to {LONGEST_IDLE_MIN} "
                              "minutes, or never")  # fmt: skip
        with self._journal.writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = 'sign-out-after-min'")
            if minutes:
                connection.execute(
                    "INSERT INTO meta VALUES ('sign-out-after-min', ?)", (str(minutes),)
                )

    def list(self) -> dict[str, Role]:
        """Return the role of every name."""
        rows = self._journal.rows("SELECT name, role FROM account ORDER BY name")
        return {row[0]: Role(row[1]) for row in rows}

    def put(self, name: str, role: Role, password: str, by: Actor | None = None) -> None:
        """Make an account, or give one another role and password.

        Raises
        ------
        SignInError
            If the name is empty or the password too short, nobody could administer any more, or
            sign-in is demanded and *by* is no administrator.
        """
        from argon2 import PasswordHasher

        self._check(by)
        if not name.strip():
            raise SignInError("an account has a name")
        if not _MIN_PASSWORD <= len(password) <= _MAX_PASSWORD:
            raise SignInError(f"a password has {_MIN_PASSWORD} to {_MAX_PASSWORD} characters")
        self._keep_an_administrator(name, role)
        values = (name, str(role), PasswordHasher().hash(password), Instant.now().us)
        with self._journal.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", values)

    def remove(self, name: str, by: Actor | None = None) -> None:
        """Remove an account.

        Raises
        ------
        SignInError
            If nobody could administer any more, or sign-in is demanded and *by* is no
            administrator.
        """
        self._check(by)
        self._keep_an_administrator(name, None)
        with self._journal.writing() as connection:
            connection.execute("DELETE FROM account WHERE name = ?", (name,))

    def _check(self, by: Actor | None) -> None:
        """Let administrators through; before sign-in is demanded, everybody."""
        if self.demanded:
            (by or Actor("nobody", Role.OBSERVER)).require(Role.ADMINISTRATOR, "change accounts")

    def _keep_an_administrator(self, name: str, role: Role | None) -> None:
        others = [r for n, r in self.list().items() if n != name]
        if self.demanded and role is not Role.ADMINISTRATOR and Role.ADMINISTRATOR not in others:
            raise SignInError(f"{name} is the only administrator")

    def sign_in(self, name: str, password: str) -> Actor:
        """Return who it is.

        Raises
        ------
        SignInError
            If name or password are wrong (which of both is not said), or after too many tries.
        """
        count, since_s = self._failures.get(name, (0, 0.0))
        if count >= _TRIES and self.monotonic() - since_s < _WAIT_S:
            raise SignInError(
                f"too many wrong passwords for {name}", remedy=f"wait {_WAIT_S:.0f} seconds"
            )
        row = self._journal.rows("SELECT role, password_hash FROM account WHERE name = ?", (name,))
        if not self._is_right(row[0][1] if row else _NOBODY, password) or not row:
            self._failures[name] = (count + 1, self.monotonic())
            raise SignInError("name or password is wrong")
        self._failures.pop(name, None)
        return Actor(name, Role(row[0][0]))

    @staticmethod
    def _is_right(password_hash: str, password: str) -> bool:
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            return PasswordHasher().verify(password_hash, password[:_MAX_PASSWORD])
        except (Argon2Error, InvalidHashError):
            return False


# Verified where a name is unknown, so that the time taken does not tell which names there are.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA"
    "$J0Zz0tq1GQcIYWpBnTrBFf1bOx2HJe0rOSJ2KU0JD3k"
)
