"""The demo city: a harbour district that is made, not copied, at first run."""

from typing import Any, Final

from assets.demo_city.plan import COMPOUND_CRS
from assets.demo_city.recipe import DemoSource, build_sources

PROJECT_CRS: Final = COMPOUND_CRS
#: Local origin of the project, in the middle of the waterfront.
PROJECT_ORIGIN: Final = (515_000.0, 3_349_900.0, 0.0)
#: In Chinese and English.
PROJECT_TITLES: Final = ("海港新区", "Harbour District")

#: Saved views, local metres; the first is where the window opens.
VIEWS: Final[dict[str, Any]] = {
    name: {"eye": eye, "target": target, "field_of_view_deg": 45.0}
    for name, eye, target in (
        ("1", [-470.0, -610.0, 185.0], [80.0, 70.0, 0.0]),  # the port and the towers
        ("2", [700.0, -420.0, 210.0], [60.0, 180.0, 10.0]),  # the terminal and the park
        ("3", [-180.0, 130.0, 130.0], [-20.0, 420.0, 0.0]),  # the old town
        ("4", [-900.0, -1300.0, 900.0], [0.0, 150.0, 0.0]),  # all of it
    )
}

__all__ = [
    "PROJECT_CRS",
    "PROJECT_ORIGIN",
    "PROJECT_TITLES",
    "VIEWS",
    "DemoSource",
    "build_sources",
]
