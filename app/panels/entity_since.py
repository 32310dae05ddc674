"""Since when values that are entered have been so: now, unless it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from app.editing import changes
from app.editing.times import time_from, time_text
from app.panels.entity_form import FormField
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.time import ALWAYS, Instant

if TYPE_CHECKING:
    from app.project import ProjectSession

#: Key of its line.
SINCE: Final = "since"


class Since:
    """An instant for the values of what is selected; forgotten when something else is."""

    def __init__(self) -> None:
        self.instant: Instant | None = None
        #: Why what was said last is none.
        self.problem = ""

    def forget(self) -> None:
        """Let values hold from now on again."""
        self.instant, self.problem = None, ""

    def say(self, text: str | None, now: Instant) -> None:
        """Take what was entered; nothing for now."""
        self.forget()
        if not text:
            return
        try:
            instant = time_from(text, ALWAYS)
        except ValidationError:
            self.problem = QCoreApplication.translate(
                "Problem", "Not a time such as 2024-05-31T08:00:00Z"
            )
            return
        if instant > now:
            self.problem = QCoreApplication.translate(
                "EntityPanel", "Only what has been so already; this lies in the future"
            )
            return
        self.instant = instant

    def field(self) -> FormField:
        """Return its line in the form."""
        from twin_model.schema.types import Kind, PropertyType

        text = time_text(self.instant) if self.instant is not None else ""
        return FormField(
            QCoreApplication.translate("EntityPanel", "Changes hold since"),
            text,
            key=SINCE,
            kind=PropertyType(id=SINCE, kind=Kind.DATETIME),
            stored=text or None,
            hint=QCoreApplication.translate("EntityPanel", "now"),
            problem=self.problem,
        )

    def notice(self) -> str:
        """Return what is said above the form while values do not hold from now on."""
        if self.instant is None:
            return ""
        text = QCoreApplication.translate("EntityPanel", "What you enter has been so since {0}.")
        return text.format(time_text(self.instant))


def commit_attribute(
    session: ProjectSession, entities: Sequence[Entity], edit: tuple[str, Any], since: Since
) -> None:
    """Queue what was entered for an attribute.

    Parameters
    ----------
    session : ProjectSession
    entities : sequence of Entity
        What is shown.
    edit : (str, value)
    since : Since
    """
    name, value = edit
    ids, what = [one.id for one in entities], changes.title_of(name)
    if since.instant is None:
        title = changes.edit_title(entities, what)
        session.edit(ids, changes.set_attribute(name, value), title)
        return
    from twin_model.restating import EditSince
    from twin_model.topology import keeping

    title = changes.since_title(entities, what, time_text(since.instant))
    command = EditSince(ids, {name: value}, since.instant, title)
    session.execute(keeping(command, entities, [command.changed(one) for one in entities]))
