"""The demo city: a harbour district that is made, not copied, at first run."""

from typing import Final

from assets.demo_city.plan import CRS
from assets.demo_city.recipe import DemoSource, build_sources

PROJECT_CRS: Final = CRS
#: Local origin of the project, in the middle of the waterfront.
PROJECT_ORIGIN: Final = (515_000.0, 3_349_900.0, 0.0)
PROJECT_TITLE: Final = "海港新区 Harbour District"

__all__ = ["PROJECT_CRS", "PROJECT_ORIGIN", "PROJECT_TITLE", "DemoSource", "build_sources"]
