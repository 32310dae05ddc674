"""Classification tables: the classes that management codes name, as data with an edition.

A class is two letters (domain) and four digits, so that nobody takes it for an official number.
Tables can be extended without changing what is there: new classes take the next free number, and
a retired number is never used again. Official numbers are kept beside the class with their
edition, because the same number may mean something else in another edition.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from twin_model.errors import ValidationError

CLASS: Final = re.compile(r"[A-Z]{2}\d{4}", re.ASCII)
_MAX_ROWS: Final = 200_000


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """One class of a classification table.

    Parameters
    ----------
    code : str
        Two letters (domain) and four digits; ``00`` at the end is the group as a whole.
    name_zh, name_en : str
    geometry : str
        Usual geometry.
    gb13923_major, gb13923_code, gb13923_edition : str
        Number in GB/T 13923 and the edition it is quoted from; ``unverified`` where one exists
        but was not found, empty where there is none.
    entity_class : str
        Class in the national 3D programme, likewise.
    component_class : str
        Major and minor class of city components (CJ/T 214, GB/T 30428.2), four digits, likewise.
    source : str
        Where the numbers were seen.
    confidence : str
        ``secondary``, ``secondary-weak`` or ``unverified``.
    retired : str
        Edition of the table since which the class is no longer given out; empty while it is.
    """

    code: str
    name_zh: str
    name_en: str
    geometry: str = ""
    gb13923_major: str = ""
    gb13923_code: str = ""
    gb13923_edition: str = ""
    entity_class: str = ""
    component_class: str = ""
    source: str = ""
    confidence: str = ""
    retired: str = ""

    def __post_init__(self) -> None:
        if CLASS.fullmatch(self.code) is None:
            raise ValidationError("codes", "class", self.code, "two capital letters, four digits")
        if not (self.name_zh or self.name_en):
            raise ValidationError("codes", "class", self.code, "has no name")

    def name(self, language: str) -> str:
        """Return the class's name in a language, else in the other."""
        chinese = language.startswith("zh")
        return (self.name_zh or self.name_en) if chinese else (self.name_en or self.name_zh)


_COLUMNS: Final = tuple(field.name for field in fields(ClassEntry))
_NEEDED: Final = ("code", "name_zh", "name_en")


class ClassificationTable:
    """Classes by code, of one edition; never changes.

    Parameters
    ----------
    entries : iterable of ClassEntry
    edition : str

    Raises
    ------
    ValidationError
        If a code occurs twice.
    """

    def __init__(self, entries: Iterable[ClassEntry], edition: str) -> None:
        self.edition = edition
        found: dict[str, ClassEntry] = {}
        for entry in entries:
            if entry.code in found:
                raise ValidationError("codes", "class", entry.code, "occurs twice in the table")
            found[entry.code] = entry
        self.entries: Mapping[str, ClassEntry] = MappingProxyType(found)

    @classmethod
    def load(cls, text: str, edition: str) -> ClassificationTable:
        """Read a table from CSV with a header line of `ClassEntry`'s names.

        Raises
        ------
        ValidationError
            If a column is missing or unknown, a row is cut short, or a code is malformed or
            occurs twice; names the line.
        """
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            for name in _NEEDED:
                if name not in header:
                    rule = f"no column {name}"
                    raise ValidationError("codes", "table", ",".join(header)[:60], rule)
            for name in header:
                if name not in _COLUMNS:
                    near = difflib.get_close_matches(name, _COLUMNS, 1)
                    hint = f"; did you mean {near[0]}?" if near else ""
                    raise ValidationError("codes", "table", name, f"no known column{hint}")
            return cls(_rows(reader, header), edition)
        except csv.Error as error:
            line = reader.line_num
            raise ValidationError("codes", "table", f"line {line}", str(error)) from error

    def to_csv(self) -> str:
        """Return the table as CSV; `load` reads it back."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for entry in self.entries.values():
            writer.writerow([getattr(entry, name) for name in _COLUMNS])
        return out.getvalue()

    def get(self, code: str) -> ClassEntry:
        """Return a class.

        Raises
        ------
        ValidationError
            If the table has none of that code; the message gives the nearest ones.
        """
        entry = self.entries.get(code)
        if entry is None:
            near = difflib.get_close_matches(code, list(self.entries), 3, 0.6)
            hint = f"; near it are {', '.join(near)}" if near else ""
            raise ValidationError("codes", "class", code, f"not in the table{hint}")
        return entry

    def within(self, prefix: str) -> list[ClassEntry]:
        """Return the classes whose code starts with a prefix, such as ``PT`` or ``BD01``."""
        return [entry for code, entry in self.entries.items() if code.startswith(prefix)]

    def group(self, code: str) -> ClassEntry | None:
        """Return the class that a class belongs to (its code with ``00``), None where none."""
        whole = self.get(code).code[:4] + "00"
        return self.entries.get(whole) if whole != code else None

    def next_class(self, domain: str, block: int) -> str:
        """Return the next free code of a domain's block; retired ones are never given again.

        Parameters
        ----------
        domain : str
            Two capital letters.
        block : int
            First two of the four digits.

        Raises
        ------
        ValidationError
            If the domain is malformed or the block is full.
        """
        head = f"{domain}{block:02d}"
        last = max((int(entry.code[4:]) for entry in self.within(head)), default=0)
        if last >= 99 or CLASS.fullmatch(f"{head}00") is None:
            raise ValidationError("codes", "class", head, "has no free code left")
        return f"{head}{last + 1:02d}"

    def extended(self, entries: Iterable[ClassEntry], edition: str) -> ClassificationTable:
        """Return a later edition with classes added or retired.

        Raises
        ------
        ValidationError
            If a known code would get another name, or a retired one come back: codes already
            given out would change their meaning.
        """
        merged = dict(self.entries)
        for entry in entries:
            old = merged.get(entry.code)
            if old is not None and (old.name_zh, old.name_en) != (entry.name_zh, entry.name_en):
                rule = f"already means {old.name_zh or old.name_en}; take a free code"
                raise ValidationError("codes", "class", entry.code, rule)
            if old is not None and old.retired and not entry.retired:
                rule = f"was retired with edition {old.retired}; take a free code"
                raise ValidationError("codes", "class", entry.code, rule)
            merged[entry.code] = entry
        return ClassificationTable(merged.values(), edition)


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[ClassEntry]:
    for number, row in enumerate(reader, start=2):
        if number > _MAX_ROWS:
            raise ValidationError("codes", "table", number, f"more than {_MAX_ROWS} lines")
        if not any(row):
            continue
        if len(row) != len(header):
            rule = f"has {len(row)} columns instead of {len(header)}"
            raise ValidationError("codes", "table", f"line {number}", rule)
        try:
            yield ClassEntry(**dict(zip(header, (value.strip() for value in row))))
        except ValidationError as error:
            raise ValidationError("codes", f"line {number}", error.value, error.rule) from None
