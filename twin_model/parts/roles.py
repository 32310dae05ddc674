"""What a thing is in a building model, by its type; decides what is said of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final


class Role(Enum):
    """What a part is."""

    #: Sites: land, on which things are however high they stand.
    LAND = auto()
    #: Buildings, bridges, districts: places that are no part of another.
    PLACE = auto()
    #: Storeys: parts of buildings that hold rooms.
    STOREY = auto()
    #: Rooms, corridors, zones.
    ROOM = auto()
    #: Slabs, roofs, stairs, ramps, footings: what things stand on.
    DECK = auto()
    #: Walls, columns, beams: what stands between rooms.
    ELEMENT = auto()
    #: Doors and windows: what leads through walls.
    OPENING = auto()
    #: Everything else: furniture, equipment, pipes, plates, screws.
    PIECE = auto()


#: The first type of an entity's line, from itself upwards, that is here decides.
_ROLES: Final = {
    "site": Role.LAND, "land_use": Role.LAND, "geographic_element": Role.LAND,
    "storey": Role.STOREY, "space": Role.ROOM, "zone": Role.ROOM, "facility_part": Role.STOREY,
    "place": Role.PLACE,
    "slab": Role.DECK, "roof": Role.DECK, "stair": Role.DECK, "ramp": Role.DECK,
    "footing": Role.DECK,
    "wall": Role.ELEMENT, "curtain_wall": Role.ELEMENT, "column": Role.ELEMENT,
    "beam": Role.ELEMENT, "bridge_pier": Role.ELEMENT,
    "door": Role.OPENING, "window": Role.OPENING,
}  # fmt: skip
#: Types whose line nobody knows: a model without a catalogue has these.
_ALONE: Final = {"building": Role.PLACE, "bridge": Role.PLACE, "facility": Role.PLACE,
                 "room": Role.ROOM, "basement": Role.STOREY, "campus": Role.LAND}  # fmt: skip


def role_of(line: Iterable[str]) -> Role:
    """Return the role of a type.

    Parameters
    ----------
    line : iterable of str
        The type, then what it is a subtype of.
    """
    for kind in line:
        if (role := _ROLES.get(kind) or _ALONE.get(kind)) is not None:
            return role
    return Role.PIECE
