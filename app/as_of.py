"""When things are shown as of: an instant in the world, or what had been recorded by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.panels.time_axis import moment
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.twin import Twin
    from twin_model.view import TwinView


@dataclass(frozen=True)
class KnownOn:
    """Now in the world, as it was known on an instant.

    Parameters
    ----------
    instant : Instant
        What was recorded later is left out.
    """

    instant: Instant


#: An instant in the world, what was known on one, or None for now and all that is known.
AsOf = Instant | KnownOn | None


def view_at(twin: Twin, when: AsOf) -> Twin | TwinView:
    """Return the twin as of a time."""
    if when is None:
        return twin
    return twin.as_known_on(when.instant) if isinstance(when, KnownOn) else twin.at(when)


def world_instant(when: AsOf) -> Instant | None:
    """Return when in the world it is; None for now."""
    return None if isinstance(when, KnownOn) else when


def known_on(when: AsOf) -> Instant | None:
    """Return by when it had been recorded; None for all that is."""
    return when.instant if isinstance(when, KnownOn) else None


def as_of_text(when: AsOf) -> str:
    """Return a time as users read it, such as ``known on 2026-03-02 08:15 +08:00``."""
    say = QCoreApplication.translate
    if when is None:
        return say("AsOf", "now")
    if isinstance(when, KnownOn):
        return say("AsOf", "known on {0}").format(moment(when.instant))
    return moment(when)
