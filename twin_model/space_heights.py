"""How a project's codes with height are made: which reading of the standard, and which heights."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.codes.height import HeightProfile
from twin_model.division import KIND
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.heights import ELLIPSOID, shift_m
from twin_model.store import definitions
from twin_model.store.damage import telling_damage
from twin_model.store.transaction import Transaction
from twin_model.twin import Twin
from twin_model.view import TwinView

_ID: Final = "space-heights"


@dataclass(frozen=True)
class SpaceHeights:
    """What codes with height of a project go by.

    Parameters
    ----------
    profile : HeightProfile
        The reading of annex C of GB/T 39409-2020; they differ below the ellipsoid and from
        1839.5 m.
    as_they_are : bool
        Whether the project's heights are taken to be above the ellipsoid, which codes need; without
        it they are converted, and there are no codes with height where that cannot be done.
    """

    profile: HeightProfile = HeightProfile.STANDARD
    as_they_are: bool = False

    def shift_m(self, frame: Frame, places: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return what to add to the project's heights to have them above the ellipsoid, (n,).

        Parameters
        ----------
        frame : Frame
        places : (n, 2) or (n, 3) array_like
            Local metres.

        Raises
        ------
        FrameError
            If the project's datum is unknown or cannot be converted here.
        """
        points = np.atleast_2d(np.asarray(places, np.float64))
        if self.as_they_are:
            return np.zeros(len(points))
        return shift_m(frame, ELLIPSOID, points)


@telling_damage
def space_heights_of(twin: Twin | TwinView) -> SpaceHeights:
    """Return what codes with height of a project go by."""
    return stated_space_heights(twin.reader())


def stated_space_heights(connection: sqlite3.Connection) -> SpaceHeights:
    """Return what a store states; see `space_heights_of`."""
    entry = definitions.documents(connection, KIND).get(_ID, {})
    try:
        profile = HeightProfile(str(entry.get("profile", HeightProfile.STANDARD)))
    except ValueError:
        profile = HeightProfile.STANDARD
    return SpaceHeights(profile, bool(entry.get("as_they_are", False)))


@dataclass(frozen=True)
class SetSpaceHeights:
    """States what codes with height go by; they are derived, so all of them follow.

    Parameters
    ----------
    wanted : SpaceHeights
    """

    wanted: SpaceHeights
    kind: str = field(default="set-space-heights", init=False)
    label: str = field(default="Set heights of space codes", init=False)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"profile": str(self.wanted.profile), "as_they_are": self.wanted.as_they_are}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.put_definition(KIND, _ID, json.dumps(self.payload()))


def profile_called(text: str) -> HeightProfile:
    """Return a profile by its name.

    Raises
    ------
    ValidationError
        If there is none of that name.
    """
    try:
        return HeightProfile(text)
    except ValueError:
        rule = f"is one of {', '.join(HeightProfile)}"
        raise ValidationError("codes", "profile", text, rule) from None
