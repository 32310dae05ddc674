"""The classes of management codes as the window and the command line use them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from twin_model.codes.classification import ClassEntry
    from twin_model.codes.joining import JoinedTables

_lock = threading.Lock()
_loaded: list[JoinedTables] = []
_CLASS: Final = re.compile(r"\d{6}-([A-Z]{2}\d{4})-\d{6}", re.ASCII)


def built_in() -> JoinedTables:
    """Return the table that Shapan brings, read anew."""
    from assets.catalogue import MANAGEMENT_EDITION, management_codes_text
    from twin_model.codes.classification import ClassificationTable
    from twin_model.codes.joining import JoinedTables

    return JoinedTables(ClassificationTable.load(management_codes_text(), MANAGEMENT_EDITION))


def tables() -> JoinedTables:
    """Return the table in use, read at the first call."""
    with _lock:
        if not _loaded:
            _loaded.append(built_in())
        return _loaded[0]


def use(made: JoinedTables) -> None:
    """Take another table into use."""
    with _lock:
        _loaded[:] = [made]


def is_loaded() -> bool:
    """Return whether `tables` answers at once."""
    return bool(_loaded)


def class_of(management: str) -> str:
    """Return the class in a management code; empty where it has another form."""
    found = _CLASS.fullmatch(management)
    return found[1] if found is not None else ""


def known_class(management: str) -> ClassEntry | None:
    """Return what the table says of a management code's class; None for nothing."""
    return tables().table.entries.get(class_of(management))
