"""The Codes tab: the codes that are stored, and those that follow from place and outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from app import messages, numbers
from app.panels.entity_fields import code_fields
from app.panels.fields import Field
from twin_model.entity import Entity

if TYPE_CHECKING:
    from app.workers import Background
    from twin_model.space_codes import SpaceCodes
    from twin_model.twin import Twin
    from twin_model.view import TwinView


class EntityCodes(QObject):
    """What the Codes tab says of the entity that is shown.

    Parameters
    ----------
    parent : QObject
    background : Background
    ready : callable
        Called when codes that were asked for are there.
    """

    def __init__(
        self, parent: QObject, background: Background, ready: Callable[[], object]
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._ready = ready
        self._known: tuple[Entity, SpaceCodes] | None = None

    def read(self, view: Twin | TwinView, entity: Entity) -> None:
        """Work out the codes of an entity, in a thread: outlines of models may be read for it."""

        def read() -> tuple[Entity, SpaceCodes]:
            from twin_model.space_codes import space_codes  # shapely, where there are outlines

            return entity, space_codes(view, [entity])[0]

        self._background.ask("space-codes", read, self._put)

    def _put(self, found: tuple[Entity, SpaceCodes]) -> None:
        self._known = found
        self._ready()

    def fields(self, entity: Entity) -> list[Field]:
        """Return the lines of the tab; a double click on a space code goes to its cell."""
        stored = code_fields(entity)
        if self._known is None or self._known[0] is not entity:
            return stored
        codes = self._known[1]
        at = next(
            (n + 1 for n, one in enumerate(stored) if one.value == entity.codes.space != ""), None
        )
        at = min(1, len(stored)) if at is None else at
        return [*stored[:at], *space_fields(codes), *stored[at:]]


def space_fields(codes: SpaceCodes) -> list[Field]:
    """Return the space codes that are derived, or why there are none."""
    say = QCoreApplication.translate
    none = say("EntityPanel", "none")
    if codes.plan_problem:
        title = say("EntityPanel", "Space codes")
        return [Field(title, messages.shown(codes.plan_problem), none)]
    title = say("EntityPanel", "Space code with height")
    if codes.solid:
        found = [Field(title, codes.solid, "", _cell(codes.solid))]
    else:
        found = [Field(title, messages.shown(codes.height_problem), none, "settings:heights")]
    if codes.cells:
        title = say("EntityPanel", "Cell around it")
        if codes.around:
            found.append(Field(title, codes.around, "", _cell(codes.around)))
        else:
            found.append(Field(title, messages.shown(codes.around_problem), none))
        if codes.solid_around:
            title = say("EntityPanel", "Cell with height around it")
            found.append(Field(title, codes.solid_around, "", _cell(codes.solid_around)))
        title = say("EntityPanel", "Cells of the outline")
        count = numbers.integer(len(codes.cells))
        found.append(Field(title, " ".join(codes.cells), count, _cell(codes.cells[0])))
    if codes.outline_problem:
        title = say("EntityPanel", "Cells of the outline")
        found.append(Field(title, messages.shown(codes.outline_problem), none))
    if codes.solid:
        title, where = say("EntityPanel", "Reading of heights"), say("EntityPanel", "settings")
        found.append(Field(title, str(codes.profile), where, "settings:heights"))
    return found


def _cell(code: str) -> str:
    return f"cell:{code}"
