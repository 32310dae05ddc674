"""How moving things are drawn, without any drawing library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Shapes of `MovingStyle.shape`, and what the text of a position sample may name.
SHAPES: Final = ("car", "bus", "truck", "person", "bicycle", "train", "ship", "arrow")


@dataclass(frozen=True)
class MovingStyle:
    """How things that move are drawn.

    Parameters
    ----------
    shape : str
        One of ``car``, ``bus``, ``truck``, ``person``, ``bicycle``, ``train``, ``ship``,
        ``arrow``; for things whose samples do not name one.
    colour : str
        ``#rrggbb`` of what is between two samples. What is extrapolated is translucent in it;
        what stands still because nothing comes any more is grey.
    scale : float
        Factor on the natural size.
    least_px : float
        Things are enlarged so that they are never smaller on the screen.
    trail_s : float
        For how long the way they came stays drawn; 0 for not.
    delay_s : float or None
        How far behind the newest sample things are drawn, so that there is a sample before and
        after. None takes one and a half times the usual interval between samples.
    extrapolate_s : float
        For how long after its last sample a thing goes on as it did.
    forget_s : float
        After which time without a sample a thing is removed.
    labels : bool
        Whether the names of things that are near enough stand above them; that of a selected
        one always does.
    """

    shape: str = "car"
    colour: str = "#157f86"
    scale: float = 1.0
    least_px: float = 8.0
    trail_s: float = 0.0
    delay_s: float | None = None
    extrapolate_s: float = 3.0
    forget_s: float = 30.0
    labels: bool = False

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"'{self.shape}' is no shape; one of {', '.join(SHAPES)}")
