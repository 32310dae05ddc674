"""Fixtures of windows and of a flight, for pytest to find."""

from __future__ import annotations

from drone_fixtures import flown
from window_support import make_window, project, qapp_args

__all__ = ["flown", "make_window", "project", "qapp_args"]
