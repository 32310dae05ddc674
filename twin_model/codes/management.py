"""Management codes: which class a thing is of, and which one of that class.

``AAAAAA-CCCCCC-NNNNNN``: administrative division (GB/T 2260, six digits), class of a
classification table and sequence number within both. Tables are data: a licensed official list
can take the place of the one that Shapan brings.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from twin_model.codes.classification import CLASS, ClassificationTable
from twin_model.codes.provinces import PROVINCES
from twin_model.errors import ValidationError

#: Division of things whose division is not known or that lie outside China (our own convention).
NO_DIVISION: Final = "000000"
LAST_SEQUENCE: Final = 999_999
_CODE: Final = re.compile(r"(\d{6})-([A-Z]{2}\d{4})-(\d{6})", re.ASCII)
_DIGITS: Final = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class ManagementCode:
    """A checked management code.

    Parameters
    ----------
    division : str
        Six digits of GB/T 2260, or `NO_DIVISION`.
    class_code : str
        Class of the table.
    sequence : int
        From 1 to 999999 within division and class.

    Raises
    ------
    ValidationError
        If a part is malformed, or the division's province does not exist.
    """

    division: str
    class_code: str
    sequence: int

    def __post_init__(self) -> None:
        check_division(self.division)
        if CLASS.fullmatch(self.class_code) is None:
            rule = "two capital letters, four digits"
            raise ValidationError("codes", "class", self.class_code, rule)
        if not 1 <= self.sequence <= LAST_SEQUENCE:
            raise ValidationError("codes", "sequence", self.sequence, f"1 to {LAST_SEQUENCE}")

    @classmethod
    def parse(cls, text: str, table: ClassificationTable | None = None) -> ManagementCode:
        """Read a code.

        Parameters
        ----------
        text : str
        table : ClassificationTable, optional
            The class must be in it.

        Raises
        ------
        ValidationError
            If it is no management code, or its class is not in the table.
        """
        match = _CODE.fullmatch(text)
        if match is None:
            raise ValidationError(
                "codes", "management", text, "not of the form AAAAAA-CCCCCC-NNNNNN"
            )
        code = cls(match.group(1), match.group(2), int(match.group(3)))
        if table is not None:
            table.get(code.class_code)
        return code

    @property
    def prefix(self) -> str:
        """What all codes of this division and class start with."""
        return f"{self.division}-{self.class_code}-"

    def __str__(self) -> str:
        return f"{self.prefix}{self.sequence:06d}"


def check_division(division: str, known: Collection[str] | None = None) -> None:
    """Check a division code's form and province.

    Parameters
    ----------
    division : str
    known : collection of str, optional
        The divisions that exist, where a list is at hand.

    Raises
    ------
    ValidationError
        If it cannot be a division of GB/T 2260, or is not among the known ones.
    """
    if len(division) != 6 or _DIGITS.fullmatch(division) is None:
        raise ValidationError("codes", "division", division, "six digits of GB/T 2260")
    if division == NO_DIVISION:
        return
    if division[:2] not in PROVINCES:
        raise ValidationError("codes", "division", division, "no province starts so (GB/T 2260)")
    if division[2:4] == "00" and division[4:] != "00":
        raise ValidationError("codes", "division", division, "a county without a prefecture")
    if known is not None and division not in known:
        raise ValidationError("codes", "division", division, "not in the list of divisions")


def next_sequences(used: Iterable[int], count: int) -> list[int]:
    """Return the next free sequence numbers of a division and class.

    They follow the greatest one used; only when 999999 is reached are gaps filled, so that a
    number which *used* leaves out because its thing is gone is not given again soon.

    Parameters
    ----------
    used : iterable of int
        All that are or ever were given out.
    count : int

    Raises
    ------
    ValidationError
        If fewer are left.
    """
    taken = sorted(set(used))
    last = taken[-1] if taken else 0
    fresh = list(range(last + 1, min(last + count, LAST_SEQUENCE) + 1))
    if len(fresh) == count:
        return fresh
    left = LAST_SEQUENCE - (len(taken) - bisect.bisect_left(taken, 1))
    if left < count:
        rule = f"only {left} numbers are left in this division and class"
        raise ValidationError("codes", "sequence", count, rule)
    occupied = set(taken)
    for number in range(1, last):
        if len(fresh) == count:
            break
        if number not in occupied:
            fresh.append(number)
    return fresh


@dataclass(frozen=True, slots=True, order=True)
class ComponentCode:
    """Instance code of a city component (部件, CJ/T 214 and GB/T 30428.2): sixteen digits.

    Parameters
    ----------
    division : str
        County-level division, six digits.
    major, minor : str
        Class, two digits each.
    sequence : int
        0 to 999999.

    Raises
    ------
    ValidationError
        If a part is malformed.
    """

    division: str
    major: str
    minor: str
    sequence: int

    def __post_init__(self) -> None:
        check_division(self.division)
        for name, part in (("major", self.major), ("minor", self.minor)):
            if len(part) != 2 or _DIGITS.fullmatch(part) is None or part == "00":
                raise ValidationError("codes", name, part, "two digits, 01 to 99")
        if not 0 <= self.sequence <= LAST_SEQUENCE:
            raise ValidationError("codes", "sequence", self.sequence, f"0 to {LAST_SEQUENCE}")

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        divisions: Collection[str] | None = None,
        table: ClassificationTable | None = None,
    ) -> ComponentCode:
        """Read an instance code.

        Parameters
        ----------
        text : str
        divisions : collection of str, optional
            The divisions that exist.
        table : ClassificationTable, optional
            The class must be the component class of one of its entries.

        Raises
        ------
        ValidationError
            If it is not sixteen digits, or a part is not known.
        """
        if len(text) != 16 or _DIGITS.fullmatch(text) is None:
            raise ValidationError("codes", "component", text, "sixteen digits")
        code = cls(text[:6], text[6:8], text[8:10], int(text[10:]))
        check_division(code.division, divisions)
        if table is not None:
            known = {entry.component_class for entry in table.entries.values()}
            if code.major + code.minor not in known:
                rule = "no class of the table has this component class"
                raise ValidationError("codes", "component", code.major + code.minor, rule)
        return code

    def __str__(self) -> str:
        return f"{self.division}{self.major}{self.minor}{self.sequence:06d}"
