"""The demo city: a harbour district that is made, not copied, at first run."""

from assets.demo_city.recipe import DemoSource, build_sources

__all__ = ["DemoSource", "build_sources"]
