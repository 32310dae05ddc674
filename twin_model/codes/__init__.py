"""Unified codes: where (BeiDou grid), when (granular time), what (management)."""
