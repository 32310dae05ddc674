"""Units as functional mock-up units state them: by name, and by SI base units with a factor.

Names are free in FMI ("gal/min", "perUnit", even "C" for degrees); what counts is the definition
(FMI 2.0.4 section 2.2.3, FMI 3.0 section 2.4.3): value in base units = factor * value + offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import Final

from shapan import ValidationError, convert_unit

#: Base units of FMI. An angle is a number, which pint knows as well.
BASES: Final = ("kg", "m", "s", "A", "K", "mol", "cd", "rad")


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """A unit that a variable states.

    Parameters
    ----------
    name : str
        As it stands in the description; empty where it states none.
    unit : str
        One that we know, for values times *factor* plus *offset*.
    factor, offset : float
    """

    name: str = ""
    unit: str = ""
    factor: float = 1.0
    offset: float = 0.0

    @property
    def known(self) -> bool:
        """Whether values can be given in other units."""
        try:
            convert_unit(1.0, self.unit, self.unit)
        except ValidationError:
            return False
        return True

    def given(self, value: float, target: str) -> float:
        """Return a value of the variable in another unit.

        Raises
        ------
        ValidationError
            If that is no unit, or measures something else.
        """
        return convert_unit(value * self.factor + self.offset, self.unit, target)

    def taken(self, value: float, source: str) -> float:
        """Return the variable's value for one in another unit.

        Raises
        ------
        ValidationError
            If that is no unit, or measures something else.
        """
        return (convert_unit(value, source, self.unit) - self.offset) / self.factor


def stated_unit(name: str, definition: Mapping[str, float] | None) -> StatedUnit:
    """Return what a unit's name and definition mean.

    A name that we know is taken where it agrees with the definition, since it is shorter.

    Parameters
    ----------
    name : str
    definition : mapping of str to float or None
        Exponents of `BASES`, ``factor`` and ``offset``; None where the unit defines none.

    Returns
    -------
    StatedUnit
        Of a name that we do not know without a definition the name itself: whoever converts it
        is told that it is no known unit.
    """
    if not name or definition is None:
        return StatedUnit(name, name)
    factor, offset = definition.get("factor", 1.0), definition.get("offset", 0.0)
    base = _product({one: int(definition.get(one, 0)) for one in BASES})
    try:
        same = all(
            isclose(convert_unit(value, name, base), factor * value + offset, rel_tol=1e-6,
                    abs_tol=1e-9)
            for value in (1.0, 2.0)
        )  # fmt: skip
    except ValidationError:
        same = False
    if same or not factor:
        return StatedUnit(name, name)
    return StatedUnit(name, base, factor, offset)


def _product(powers: Mapping[str, int]) -> str:
    """Return base units to their powers as one unit, such as ``m^3/s``."""
    over = "*".join(
        one if power == 1 else f"{one}^{power}" for one, power in powers.items() if power > 0
    )
    under = "".join(
        f"/{one}" if power == -1 else f"/{one}^{-power}"
        for one, power in powers.items()
        if power < 0
    )
    return f"{over or '1'}{under}" if under else over
