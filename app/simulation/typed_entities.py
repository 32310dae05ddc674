"""What was typed in place of selected entities: ids, names, codes or a query, as ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app import messages
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from app.workers import Background
    from twin_model.twin import Twin

translate = QCoreApplication.translate
_KEY = "typed-entities"


class TypedEntities:
    """Finds what was typed, in a thread.

    Parameters
    ----------
    twin : Twin
    background : Background
    """

    def __init__(self, twin: Twin, background: Background) -> None:
        self._twin = twin
        self._background = background

    def ask(
        self,
        typed: Mapping[str, tuple[str, str, bool]],
        answer: Callable[[dict[str, list[str]] | str], object],
    ) -> None:
        """Answer with the ids that are meant, or with what is wrong.

        Parameters
        ----------
        typed : dict of str to (str, str, bool)
            By field: what it is called, what was typed, and whether one entity is meant.
        """
        twin = self._twin

        def work() -> dict[str, list[str]] | str:
            found: dict[str, list[str]] = {}
            for name, (title, text, single) in typed.items():
                try:
                    ids, problem = meant(twin, text)
                except ShapanError as error:
                    ids, problem = [], messages.shown(str(error))
                if not problem and single and len(ids) > 1:
                    problem = translate("Asked", "one is meant, and {0} are found").format(len(ids))
                if problem:
                    return f"{title}: {problem}"
                found[name] = ids
            return found

        self._background.ask(_KEY, work, answer)

    def drop(self) -> None:
        """Answer no more."""
        self._background.drop(_KEY)


def is_query(text: str) -> bool:
    """Return whether a text is a query: one has an operator in it."""
    return any(sign in text for sign in ("=", "<", ">", "("))


def meant(twin: Twin, text: str) -> tuple[list[str], str]:
    """Return the ids that a text stands for, and what is wrong with it; empty for nothing.

    Raises
    ------
    ShapanError
        If it is a query that cannot be read.
    """
    if is_query(text):
        ids = [entity.id for entity in twin.entities(EntityQuery(where=text))]
        return ids, "" if ids else translate("Asked", "the query finds nothing")
    ids = []
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        quoted = "'" + part.replace("'", "''") + "'"
        where = f"id = {quoted} or name = {quoted} or management = {quoted}"
        found = [entity.id for entity in twin.entities(EntityQuery(where=where))]
        if not found:
            return [], translate("Asked", "nothing in the project is called {0}").format(part)
        if len(found) > 1:
            said = translate("Asked", "{0} things are called {1}: select the one that is meant")
            return [], said.format(len(found), part)
        ids += found
    return ids, ""
