"""What a template is given: what was typed of it as ids, and whether all is of the right kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app import entity_words, messages
from app.simulation.template_fields import FIELDS
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.simulation.fitting import Unfit, unfit

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
        template_id: str,
        given: Mapping[str, Any],
        typed: Mapping[str, tuple[str, str, bool]],
        answer: Callable[[dict[str, Any] | str], object],
    ) -> None:
        """Answer with what is given, ids in place of what was typed, or with what is wrong.

        Parameters
        ----------
        template_id : str
        given : dict
            What the form has.
        typed : dict of str to (str, str, bool)
            By field: what it is called, what was typed, and whether one entity is meant.
        """
        twin = self._twin

        def work() -> dict[str, Any] | str:
            found: dict[str, Any] = dict(given)
            for name, (title, text, single) in typed.items():
                try:
                    ids, problem = meant(twin, text)
                except ShapanError as error:
                    ids, problem = [], messages.shown(str(error))
                if not problem and single and len(ids) > 1:
                    problem = translate("Asked", "one is meant, and {0} are found").format(len(ids))
                if problem:
                    return f"{title}: {problem}"
                found[name] = ids[0] if single else ids
            try:
                stranger = unfit(twin, template_id, found)
            except ShapanError as error:
                return messages.shown(str(error))
            return found if stranger is None else unfit_text(template_id, stranger)

        self._background.ask(_KEY, work, answer)

    def drop(self) -> None:
        """Answer no more."""
        self._background.drop(_KEY)


def unfit_text(template_id: str, problem: Unfit) -> str:
    """Return what was given in place of what is meant, and what would do."""
    title = next(one.title() for one in FIELDS[template_id] if one.name == problem.field)
    if problem.file:
        kinds = translate("Asked", " or ").join(_section(one) for one in problem.kinds)
        text = translate("Asked", "{0} is no part of {1}, of whose {2} one is meant").format(
            problem.called, problem.file, kinds
        )
        if problem.is_a:
            text = translate("Asked", "{0} is one of the {1} of {2}, of whose {3} one is meant")
            text = text.format(problem.called, _section(problem.is_a), problem.file, kinds)
    else:
        kinds = translate("Asked", " or ").join(
            entity_words.entity_type(one).lower() for one in problem.kinds
        )
        text = translate(
            "Asked", "{0} is of the type {1}, and one of the type {2} is meant"
        ).format(problem.called, entity_words.entity_type(problem.is_a).lower(), kinds)
    if problem.choices:
        text += translate("Asked", ", such as {0}").format(", ".join(problem.choices))
    elif not problem.file:
        text += translate("Asked", "; the project has none")
    return f"{title}: {text}"


def _section(name: str) -> str:
    known = {
        "PUMPS": translate("Asked", "pumps"), "PIPES": translate("Asked", "pipes"),
        "VALVES": translate("Asked", "valves"), "JUNCTIONS": translate("Asked", "junctions"),
        "RESERVOIRS": translate("Asked", "reservoirs"), "TANKS": translate("Asked", "tanks"),
    }  # fmt: skip
    return known.get(name, name)


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
