"""One table of what the application and plugins contribute: docks, formats, commands and more.

The application's own docks and readers stand in it beside those of plugins, so that there is one
way to add something and one place to look. An entry names its code by module and attribute;
nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from psygnal import Signal

from twin_model.errors import PluginError

#: Owner of what comes with the application.
APPLICATION: Final = "shapan"


@dataclass(frozen=True, eq=False)
class Contribution:
    """One entry.

    Parameters
    ----------
    kind : str
        ``reader``, ``panel``, ``command``… in the singular.
    id : str
        Unique within its kind, such as ``org.example.tides.gauge``.
    target : str
        ``module:attribute`` of the code; empty where there is none (a theme is a file).
    owner : str
        Id of the plugin; `APPLICATION` for what comes with the program.
    titles : mapping of str to str
        By language code; ``""`` is the one for every other language.
    details : mapping
        What else the kind needs, as the manifest says it.
    make : callable or None
        Makes the thing where importing *target* is not how.
    """

    kind: str
    id: str
    target: str = ""
    owner: str = APPLICATION
    titles: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    make: Callable[[], Any] | None = None

    def title(self, language: str = "") -> str:
        """Return the title in a language, falling back to the one for all."""
        short = language.partition("_")[0]
        for key in (language, short, "", "en"):
            if self.titles.get(key):
                return self.titles[key]
        return next(iter(self.titles.values()), self.id)

    def load(self) -> Any:
        """Import the code and return it.

        Raises
        ------
        PluginError
            If the module has no such attribute. Whatever the module raises comes through.
        """
        if self.make is not None:
            return self.make()
        module, _, name = self.target.partition(":")
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            if not hasattr(found, part):
                raise PluginError(
                    self.owner, f"{self.kind} {self.id}: module {module} has no '{name}'",
                    remedy="correct its shapan.toml",
                )  # fmt: skip
            found = getattr(found, part)
        return found


class Contributions:
    """The table. Emits `changed` with the kind whenever entries of a kind come or go."""

    changed = Signal(str)

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Contribution]] = {}

    def add(self, entry: Contribution) -> None:
        """Add an entry at the end of its kind.

        Raises
        ------
        PluginError
            If its kind already has one of that id.
        """
        entries = self._entries.setdefault(entry.kind, {})
        taken = entries.get(entry.id)
        if taken is not None:
            raise PluginError(
                entry.owner, f"{entry.kind} '{entry.id}' is taken by {taken.owner}",
                remedy="give it another id",
            )  # fmt: skip
        entries[entry.id] = entry
        self.changed.emit(entry.kind)

    def remove_owner(self, owner: str) -> None:
        """Remove everything that a plugin contributed."""
        for kind, entries in self._entries.items():
            gone = [one.id for one in entries.values() if one.owner == owner]
            for entry_id in gone:
                del entries[entry_id]
            if gone:
                self.changed.emit(kind)

    def of(self, kind: str) -> list[Contribution]:
        """Return the entries of a kind in the order in which they were added."""
        return list(self._entries.get(kind, {}).values())

    def get(self, kind: str, entry_id: str) -> Contribution | None:
        """Return one entry, None where there is none of that id."""
        return self._entries.get(kind, {}).get(entry_id)


#: The table of this process.
CONTRIBUTIONS: Final = Contributions()
