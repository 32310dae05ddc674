"""What a change of types asks to be checked, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.editing import schema
from app.types.draft import TypeDraft
from twin_model.errors import ShapanError

if TYPE_CHECKING:
    from twin_model.schema.migrate import Wishes
    from twin_model.schema.project_types import Prepared
    from twin_model.schema.types import EntityType
    from twin_model.twin import Twin

#: What a check says: what would be done, or why it cannot be.
Answer = tuple["Prepared | None", ShapanError | None]
#: Values for properties that are needed now, by type and property.
Filling = Mapping[str, Mapping[str, Any]]


def wishes_of(
    drafts: Collection[TypeDraft],
    built: Sequence[EntityType],
    removed: Collection[str],
    filling: Filling,
) -> Wishes:
    """Return what follows for entities by the drafts: renamed, filled in, given another type.

    Parameters
    ----------
    drafts : collection of TypeDraft
    built : sequence of EntityType
        What the drafts became, in the same order.
    removed : collection of str
        Types of the project that shall be no more.
    filling : mapping
        What the preview was told.
    """
    from twin_model.schema.migrate import Wishes

    catalogue = schema.catalogue()
    fill = {k.id: d.filled(k) for d, k in zip(drafts, built, strict=True) if d.filled(k)}
    for name, values in filling.items():
        fill[name] = {**fill.get(name, {}), **values}
    return Wishes(
        renamed={d.id: d.renamed() for d in drafts if d.source is not None and d.renamed()},
        fill=fill,
        retyped={
            name: parent
            for name in removed
            if name not in schema.built_in() and (parent := catalogue.type(name).parent)
        },
    )


def checking(
    twin: Twin, built: Sequence[EntityType], removed: Sequence[str], wishes: Wishes
) -> Callable[[], Answer]:
    """Return what a worker does to check a change of types."""

    def read() -> Answer:
        from twin_model.schema.project_types import prepare

        try:
            return prepare(twin, schema.built_in(), built, removed, wishes), None
        except ShapanError as error:
            return None, error  # an answer: it is shown in the editor

    return read
