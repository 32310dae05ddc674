"""The window's fixtures, for pytest to find."""

from __future__ import annotations

from window_support import make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]
