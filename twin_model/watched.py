"""A command of very many entities whose writing can be watched and stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin_model.commands import Command
    from twin_model.store.transaction import Transaction


@dataclass(frozen=True)
class Watched:
    """Another command that tells how far it is.

    Parameters
    ----------
    command : Command
    progress : callable
        Called between pages of entities that are given new versions with how many are written, and
        of how many. It may raise to stop: nothing of the command is kept then.
    """

    command: Command
    progress: Callable[[int, int], None]

    @property
    def kind(self) -> str:
        """See `Command`."""
        return self.command.kind

    @property
    def label(self) -> str:
        """See `Command`."""
        return self.command.label

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return self.command.payload()

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.progress = self.progress
        self.command.apply(transaction)
