"""Entities that stand for themselves: their own geometry or only a place, as pixels."""
