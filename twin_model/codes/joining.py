"""The classification table in use: the one that Shapan brings, and what others add to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twin_model.codes.classification import ClassEntry, ClassificationTable
from twin_model.errors import ValidationError


@dataclass(frozen=True)
class JoinedTables:
    """Several tables as one.

    Parameters
    ----------
    table : ClassificationTable
    origins : mapping of str to str
        Edition by class, of classes that did not come with the first table.
    """

    table: ClassificationTable
    origins: Mapping[str, str] = field(default_factory=dict)

    def edition(self, code: str) -> str:
        """Return the edition that a class is from."""
        return self.origins.get(code, self.table.edition)

    def added(self, addition: ClassificationTable) -> JoinedTables:
        """Return these with the classes of one more table.

        Parameters
        ----------
        addition : ClassificationTable
            It only adds: a class that is there already stays as it is, to the letter.

        Raises
        ------
        ValidationError
            If it says anything else of a class that is there.
        """
        fresh: list[ClassEntry] = []
        for entry in addition.entries.values():
            known = self.table.entries.get(entry.code)
            if known is None:
                fresh.append(entry)
            elif known != entry:
                name = known.name_zh or known.name_en
                rule = f"is '{name}' of {self.edition(entry.code)} already; take a free code"
                raise ValidationError("codes", "class", entry.code, rule)
        joined = ClassificationTable(
            [*self.table.entries.values(), *fresh], self.table.edition
        )  # fmt: skip
        origins = {**self.origins, **{entry.code: addition.edition for entry in fresh}}
        return JoinedTables(joined, MappingProxyType(origins))

    def search(self, text: str, limit: int = 0) -> list[ClassEntry]:
        """Return the classes that a text means: the beginning of the code, or words of a name.

        Parameters
        ----------
        text : str
            Case does not matter; empty for all.
        limit : int
            0 for no limit.
        """
        words = text.casefold().split()
        found: Iterable[ClassEntry] = (
            entry for entry in self.table.entries.values()
            if all(
                entry.code.casefold().startswith(word)
                or word in entry.name_zh.casefold() or word in entry.name_en.casefold()
                for word in words
            )
        )  # fmt: skip
        chosen = sorted(found, key=lambda entry: entry.code)
        return chosen[:limit] if limit else chosen
