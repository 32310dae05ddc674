"""What stands in a saved arrangement of docks: XML of QtAds, compressed or not."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QByteArray, qUncompress

_WIDGET: Final = re.compile(rb'<Widget Name="([^"]+)" Closed="([01])"')
_FRONT: Final = re.compile(rb'<Area [^>]*Current="([^"]+)"')
#: What changes without a dock changing its place.
_PASSING: Final = re.compile(rb'<Sizes>[^<]*</Sizes>| (?:Current|Closed|Flags)="[^"]*"')


def document(state: QByteArray) -> bytes:
    """Return the XML of an arrangement; empty for none."""
    if state.isEmpty():
        return b""
    found = bytes(state.data())
    return found if found.lstrip().startswith(b"<") else bytes(qUncompress(state).data())


def known_in(state: QByteArray) -> set[str]:
    """Return the names of the docks that an arrangement has a place for."""
    return {_text(name) for name, _ in _WIDGET.findall(document(state))}


def open_in(state: QByteArray) -> set[str]:
    """Return the names of the docks that are open in an arrangement."""
    return {_text(name) for name, closed in _WIDGET.findall(document(state)) if closed == b"0"}


def fronts_in(state: QByteArray) -> list[str]:
    """Return the names of the docks in front of their tabs, where their areas are open or not."""
    return [_text(name) for name in _FRONT.findall(document(state))]


def places_in(state: QByteArray) -> bytes:
    """Return where docks are in an arrangement, whatever their size and whether they are open."""
    return _PASSING.sub(b"", document(state))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
